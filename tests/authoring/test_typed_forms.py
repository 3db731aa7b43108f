"""How the right answer is typed when lessons are tested, and what counts as giving it away."""

from __future__ import annotations

import pytest

from tests.grading.make import tensor
from tutor.authoring.proofs import gives_away
from tutor.authoring.typed_forms import forms_of, rounded
from tutor.grading.grade import grade_value
from tutor.grading.values import DType, Number, Opaque, Raised, Sequence, Shape, Text, Value


def num(value: float) -> Number:
    return Number(kind="float", text=value.hex())


def whole(value: int) -> Number:
    return Number(kind="int", text=str(value))


@pytest.mark.parametrize(
    ("value", "form", "expected"),
    [
        (num(10 / 3), "number", ("3.3333333", "3.333", "3.33", "tensor(3.3333333)")),
        (whole(7), "number", ("7", "tensor(7)")),
        (Sequence(kind="list", items=(num(0.5), whole(2))), "list", ("[0.5, 2]", "0.5, 2")),
        (tensor([1.5, 2.5]), "list", ("[1.5, 2.5]", "1.5, 2.5")),
        (tensor([1.0, 2.0], shape=(2, 1)), "list", ("[[1], [2]]",)),
        (Shape(dims=(2, 3)), "shape", ("(2, 3)", "[2, 3]", "2x3")),
        (Sequence(kind="tuple", items=(whole(4),)), "shape", ("(4,)", "[4]", "4")),
        (Shape(dims=()), "shape", ("()",)),
        (DType(name="float32"), "dtype", ("float32", "jax.float32")),
        (Number(kind="bool", text="True"), "bool", ("True", "true")),
        (Text(text="hello"), "text", ("hello",)),
        (Raised(type="KeyError", bases=(), message=""), "exception", ("KeyError",)),
        (Opaque(type="object", repr="<object>"), "number", ()),
    ],
)
def test_forms_pass(value: Value, form: str, expected: tuple[str, ...]) -> None:
    forms = forms_of(value, form, "jax")  # type: ignore[arg-type]
    assert forms == expected
    for text in forms:
        assert grade_value(value, text, form).verdict == "pass", text  # type: ignore[arg-type]


def test_a_narrow_tolerance_takes_no_rounding() -> None:
    assert rounded(num(10 / 3), "number", rtol=1e-6) == []
    assert rounded(num(10 / 3), "number", rtol=1e-3) == ["3.333"]


@pytest.mark.parametrize(
    ("answer", "form", "hint", "visible", "told"),
    [
        ("42", "number", "It is 42 in the end.", "6 * 7", "42"),
        ("42", "number", "It is 420 in the end.", "6 * 7", ""),
        ("42", "number", "Add 42 to it.", "x = 42", ""),
        ("7", "number", "There are 7 days.", "", ""),
        ("7", "number", "In all that makes 7.", "", "7"),
        ("7", "number", "You get `7`", "", "7"),
        ("7", "number", "3 + 4 = 7", "", "7"),
        ("7", "number", "That makes 7.5, or 70.", "", ""),
        ("7", "number", "There is 7 of each, and it gives 7 rows.", "", ""),
        ("7", "number", "That makes 7.", "x = 7", ""),
        ("-12", "number", "It is −12.", "", "-12"),
        ("float32", "dtype", "Then it is float32.", "", "float32"),
        ("float32", "dtype", "Is it float32 or float64?", "", ""),
        ("KeyError", "exception", "A KeyError, then.", "", "KeyError"),
        ("(2, 3)", "shape", "It is (2, 3).", "", "(2, 3)"),
        ("(2, 3)", "shape", "Begin with (2, 3).", "x = ones((2, 3))", ""),
        ("True", "bool", "True or False?", "", ""),
    ],
)
def test_what_gives_the_answer_away(
    answer: str, form: str, hint: str, visible: str, told: str
) -> None:
    assert gives_away([answer], form, hint, visible) == told
