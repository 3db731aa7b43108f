from __future__ import annotations

import math
import re
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.grading.make import tensor, values
from tutor.grading.answers import Form
from tutor.grading.compare import literal
from tutor.grading.grade import grade_value
from tutor.grading.values import Device, DType, Nothing, Raised, Shape, Text, Value

LOSS = literal(0.40760596)
KEY_ERROR = Raised(
    type="KeyError", bases=("LookupError", "Exception", "BaseException"), message="k"
)


@pytest.mark.parametrize(
    ("expected", "answer", "form"),
    [
        (LOSS, "0.408", "number"),
        (LOSS, "0.4076", "number"),
        (LOSS, "0.407", "number"),  # cut off, not rounded
        (LOSS, "4.08e-1", "number"),
        (LOSS, "40.8%", "number"),
        (LOSS, "tensor(0.4076)", "number"),
        (literal(0.5), "1/2", "number"),
        (literal(0.5), ".5", "number"),
        (tensor(0.1), "0.1", "number"),
        (tensor([0.5]), "0.5", "number"),
        (literal(0.70710678), "sqrt(2)/2", "number"),
        (literal(2.0000001), "2", "number"),
        (literal(7), "7", "number"),
        (literal(7), "7.0", "number"),
        (tensor(7, dtype="int64"), "7", "number"),
        (literal(math.nan), "nan", "number"),
        (literal(-math.inf), "-inf", "number"),
        (tensor(3e-9), "0", "number"),
        (literal([1, 2]), "1 2", "list"),
        (tensor([1.0, 2.0]), "[1, 2]", "list"),
        (tensor([1.0, 2.0, 3.0, 4.0], (2, 2)), "[[1, 2], [3, 4]]", "list"),
        (literal([0.40760596, 1.0]), "[0.408, 1]", "list"),
        (literal([["a", 1.0], ["b", 2.0]]), "[['a', 1], ['b', 2]]", "list"),
        (tensor([True, False], dtype="bool"), "[True, False]", "list"),
        (Shape(dims=(2, 3)), "2x3", "shape"),
        (literal([2, 3]), "(2, 3)", "shape"),
        (tensor([2, 3], dtype="int32"), "[2, 3]", "shape"),
        (Shape(dims=()), "()", "shape"),
        (DType(name="float32"), "torch.float32", "dtype"),
        (Text(text="<dtype: 'float32'>"), "float32", "dtype"),
        (Text(text="tensor([1., 2.])"), "tensor([1.0000, 2.0000])", "text"),
        (Text(text="loss: 0.5"), "  LOSS:  0.50 ", "text"),
        (literal(3), "3", "text"),
        (Nothing(), "None", "text"),
        (DType(name="float32"), "torch.float32", "text"),
        (Shape(dims=(2, 3)), "(2, 3)", "text"),
        (KEY_ERROR, "KeyError", "exception"),
        (KEY_ERROR, "builtins.KeyError", "exception"),
        (KEY_ERROR, "LookupError", "exception"),
        (literal(1), "no error", "exception"),
        (literal(True), "yes", "bool"),
        (tensor(False, dtype="bool"), "False", "bool"),
        (Device(name="cuda:0"), "GPU:0", "device"),
        (Text(text="cpu"), "CPU", "device"),
    ],
)
def test_right(expected: Value, answer: str, form: Form) -> None:
    verdict = grade_value(expected, answer, form)
    assert verdict.verdict == "pass", verdict
    assert verdict.message.startswith("Right")


@pytest.mark.parametrize(
    ("expected", "answer", "form", "slug"),
    [
        (LOSS, "0.41", "number", "too-coarse"),
        (literal(1.4), "1", "number", "too-coarse"),
        (literal(0.98), "1", "number", "too-coarse"),
        (tensor([0.0, 0.5, 1.0]), "[0, 1, 1]", "list", "value"),
        (LOSS, "0.409", "number", "value"),
        (LOSS, "0.4086", "number", "value"),
        (LOSS, "-0.408", "number", "sign"),
        (LOSS, "0.815", "number", "factor-two"),
        (LOSS, "0.588", "number", "log2"),
        (LOSS, "40.8", "number", "percent"),
        (LOSS, "0", "number", "all-zeros"),
        (literal(7), "8", "number", "off-by-one"),
        (literal(7), "7.001", "number", "value"),
        (literal(math.inf), "-inf", "number", "value"),
        (tensor(6e-8, dtype="float16"), "0", "number", "all-zeros"),
        (tensor([1.0, 2.0, 4.0]), "[4, 2, 1]", "list", "reversed"),
        (tensor([1.0, 2.0, 4.0]), "[1, 2]", "list", "cut-short"),
        (tensor([1.0, 2.0, 4.0]), "[[1, 2, 4]]", "list", "keepdims"),
        (tensor([1.0, 2.0, 4.0]), "[1, 2, 5]", "list", "value"),
        (tensor([1.0, 2.0, 3.0, 4.0], (2, 2)), "[[1, 3], [2, 4]]", "list", "transposed"),
        (tensor([1.0, 2.0, 3.0, 4.0], (2, 2)), "[1, 2, 3, 4]", "list", "shape"),
        (literal([["a", 1.0], ["b", 2.0]]), "[['a', 1], ['b', 3]]", "list", "value"),
        (literal([["a", 1.0], ["b", 2.0]]), "['a']", "list", "structure"),
        (Shape(dims=(2, 3)), "3x2", "shape", "axes-permuted"),
        (Shape(dims=(2, 3)), "2", "shape", "rank"),
        (Shape(dims=(2, 3)), "(2, 1, 3)", "shape", "keepdims"),
        (Shape(dims=(2, 3)), "(2, 4)", "shape", "value"),
        (DType(name="float32"), "float64", "dtype", "dtype-width"),
        (DType(name="float32"), "int64", "dtype", "dtype"),
        (Text(text="a b"), "a c", "text", "value"),
        (KEY_ERROR, "ValueError", "exception", "raised"),
        (KEY_ERROR, "Exception", "exception", "too-general"),
        (KEY_ERROR, "no error", "exception", "raised"),
        (literal(1), "KeyError", "exception", "raised"),
        (literal(True), "no", "bool", "value"),
        (Device(name="cuda:0"), "cpu", "device", "value"),
        (Device(name="cuda:1"), "cuda:0", "device", "value"),
    ],
)
def test_wrong(expected: Value, answer: str, form: Form, slug: str) -> None:
    verdict = grade_value(expected, answer, form)
    assert (verdict.verdict, verdict.diagnosis) == ("fail", slug), verdict
    assert verdict.message


def test_more_digits_are_shown_once_it_is_right() -> None:
    assert "0.407606" in grade_value(LOSS, "0.408", "number").message
    assert grade_value(literal(0.5), "0.5", "number").message == "Right."
    # Adam's first step from 1 with a rate of 0.1, in float32.
    assert grade_value(literal(0.9000007), "0.9", "number").message == "Right."


def test_a_list_in_reverse_is_told_without_an_axis() -> None:
    one = grade_value(tensor([1.2, 2.6]), "[2.6, 1.2]", "list")
    assert one.message == "Your answer comes in reverse order."
    two = grade_value(tensor([1.0, 2.0, 3.0, 5.0], (2, 2)), "[[3, 5], [1, 2]]", "list")
    assert two.message == "Your answer runs backwards along axis 0."


def test_the_batch_size_is_named() -> None:
    verdict = grade_value(LOSS, "3.26", "number", sizes=(8, 3))
    assert verdict.diagnosis == "scaled-by-n"
    assert "8 times" in verdict.message


def test_the_authors_tolerance_replaces_the_digits() -> None:
    assert grade_value(literal(100.0), "88", "number", rtol=0.2).verdict == "pass"
    assert grade_value(literal(100.0), "70", "number", rtol=0.2).verdict == "fail"
    assert grade_value(LOSS, "0.408", "number", atol=1e-5).verdict == "fail"


def test_of_foreseen_mistakes_the_nearest_speaks() -> None:
    mistakes = [(literal(1.1), "Uphill."), (literal(1.0), "It did not move.")]
    verdict = grade_value(literal(0.9), "1", "number", mistakes=mistakes)
    assert verdict.message == "It did not move."


def test_the_authors_mistake_comes_first() -> None:
    verdict = grade_value(
        LOSS, "-0.408", "number", mistakes=[(literal(-0.40760596), "Mind the sign.")]
    )
    assert (verdict.diagnosis, verdict.message) == ("author", "Mind the sign.")


def test_a_mistake_may_be_text() -> None:
    mistakes: list[tuple[Value | str, str]] = [("??", "unreadable"), ("0.25", "A quarter.")]
    assert grade_value(LOSS, "1/4", "number", mistakes=mistakes).message == "A quarter."
    verdict = grade_value(
        DType(name="float32"), "float64", "dtype", mistakes=[("double", "Not 64.")]
    )
    assert verdict.message == "Not 64."


def test_a_mistake_equal_to_the_answer_does_not_fail_it() -> None:
    assert grade_value(LOSS, "0.408", "number", mistakes=[(LOSS, "no")]).verdict == "pass"


def test_a_mistake_within_the_tolerance_is_told_when_the_digits_say_so() -> None:
    # GELU of 1, exact and by tanh: 0.84134 and 0.84119 agree in three digits.
    mistakes = [(literal(0.84119), "That is the tanh approximation.")]
    exact = literal(0.84134)
    assert grade_value(exact, "0.84119", "number", mistakes=mistakes).diagnosis == "author"
    assert grade_value(exact, "0.84134", "number", mistakes=mistakes).verdict == "pass"
    assert grade_value(exact, "0.841", "number", mistakes=mistakes).verdict == "pass"


def test_how_it_was_read_is_said() -> None:
    assert "read as 0.3" in grade_value(LOSS, "30%", "number").message


def test_the_unreadable_is_not_held_against_the_learner() -> None:
    verdict = grade_value(LOSS, "abc", "number")
    assert (verdict.verdict, verdict.diagnosis) == ("unchecked", "unreadable")


@pytest.mark.parametrize("answer", ["minus two and minus six", "[-2, six]"])
def test_words_in_a_list_of_numbers_are_not_held_against_the_learner(answer: str) -> None:
    verdict = grade_value(tensor([-2.0, -6.0]), answer, "list")
    assert (verdict.verdict, verdict.diagnosis) == ("unchecked", "unreadable")
    assert "could not be read as a number" in verdict.message


@pytest.mark.parametrize(
    ("expected", "answer", "form", "message"),
    [
        (tensor([1.0, 2.0]), "3", "list", "That has 1 element: too few."),
        (Shape(dims=(2, 3)), "(2,)", "shape", "That is a shape of 1 axis: too few."),
        (
            KEY_ERROR,
            "ValueError",
            "exception",
            "It raises an error of another class, not `ValueError`.",
        ),
        (tensor([1.0, 2.0]), "[1, 5]", "list", "1 of 2 elements is wrong, the one at [1]."),
        (tensor([1.0, 2.0]), "[7, 5]", "list", "2 of 2 elements are wrong, most at [0]."),
        (
            Shape(dims=(4, 4)),
            "(1, 4)",
            "shape",
            "The number of axes is right, and so is one of their lengths.",
        ),
        (
            Shape(dims=(4, 4)),
            "(4, 4, 1)",
            "shape",
            "The lengths are right, with an axis of length 1 too many.",
        ),
        (literal(5), "6", "number", "Your answer is off by one."),
        (literal(5), "4", "number", "Your answer is off by one."),
        (tensor(99.0), "1", "number", "It is not 1: that is off by more than 10 %."),
    ],
)
def test_what_is_said(expected: Value, answer: str, form: Form, message: str) -> None:
    assert grade_value(expected, answer, form).message == message


def test_a_reference_that_raised_is_not_held_against_the_learner() -> None:
    verdict = grade_value(KEY_ERROR, "0.5", "number")
    assert (verdict.verdict, verdict.diagnosis) == ("unchecked", "reference")


def test_a_base_class_passes_and_the_class_is_named() -> None:
    assert "`KeyError`" in grade_value(KEY_ERROR, "LookupError", "exception").message


@given(st.floats(-1e9, 1e9), st.integers(3, 12))
def test_correct_rounding_is_right(value: float, digits: int) -> None:
    assume(abs(value) > 1e-6)
    assert grade_value(literal(value), f"{value:.{digits - 1}e}", "number").verdict == "pass"


@given(st.floats(1e-6, 1e9), st.floats(0.011, 0.9), st.booleans())
def test_a_hundredth_off_is_wrong(value: float, off: float, more: bool) -> None:
    value += value / 3
    assume(not value.is_integer())  # the words hold round numbers of their own: 10 %, 2 times
    wrong = value * (1 + off) if more else value * (1 - off)
    verdict = grade_value(literal(value), repr(wrong), "number")
    assert verdict.verdict == "fail"
    own = f"{wrong:.6g}"
    assert not re.search(
        rf"(?<![\d.]){re.escape(f'{value:.6g}')}(?![\d.])", verdict.message.replace(own, "")
    )


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=6))
def test_a_printed_tensor_is_right(items: list[float]) -> None:
    assert grade_value(tensor(items), f"tensor({items})", "list").verdict == "pass"


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_integers_are_exact(one: int, other: int) -> None:
    verdict = grade_value(literal(one), str(other), "number")
    assert (verdict.verdict == "pass") == (one == other)


@given(
    values,
    st.one_of(
        st.sampled_from(["1", "0", "2**4000", "[1, 2]", "[[1.5]]", "None", "KeyError", "float32"]),
        st.text(max_size=20),
        st.floats().map(repr),
        st.lists(st.floats(), max_size=4).map(repr),
    ),
    st.sampled_from(get_args(Form)),
    values,
)
def test_any_answer_to_any_value_earns_a_verdict(
    expected: Value, answer: str, form: Form, wrong: Value
) -> None:
    verdict = grade_value(expected, answer, form, mistakes=[(wrong, "Foreseen.")], sizes=(8, 3))
    assert verdict.verdict in ("pass", "fail", "unchecked")
    assert verdict.message
    assert (verdict.verdict == "pass") == (not verdict.diagnosis)
