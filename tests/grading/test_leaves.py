"""Structures: one mistake in some leaves, another in each, leaves in each other's place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.grading.make import tensor, values
from tests.grading.test_diagnose import EXAMPLES, N6, P6, normal, transpose
from tutor.grading.checks import CheckSpec, grade_code
from tutor.grading.compare import compare, literal
from tutor.grading.misconceptions import RULES
from tutor.grading.typed import grade_value
from tutor.grading.values import Mapping, Nothing, Sequence, Tensor, Value
from tutor.grading.verdict import Verdict


def graded(*pairs: tuple[Value, Value], sizes: tuple[int, ...] = (), **check: object) -> Verdict:
    """One check, a seed per pair."""
    spec = CheckSpec(label="grads(w)", **check)  # type: ignore[arg-type]
    return grade_code(
        [spec],
        [[expected] for expected, _ in pairs],
        [[got] for _, got in pairs],
        [[None]] * len(pairs),
        sizes=sizes,
    )


def tree(**leaves: Value) -> Mapping:
    return Mapping(kind="dict", items=tuple(leaves.items()))


def matrix(items: list[float], rows: int, columns: int) -> Tensor:
    return tensor(items, (rows, columns))


BIAS, SCALE = normal(3, 11), normal(4, 12)
RIGHT = tree(
    weight=matrix(N6, 2, 3), bias=tensor(BIAS), scale=tensor(SCALE), other=tensor(normal(5, 13))
)


def but(**leaves: Value) -> Mapping:
    return tree(**{**dict(RIGHT.items), **leaves})


def test_one_wrong_leaf_is_named_and_the_others_are_right() -> None:
    wrong = but(weight=matrix(transpose(N6, 2, 3), 3, 2))
    verdict = graded((RIGHT, wrong))
    assert verdict.diagnosis == "transposed"
    assert verdict.message == (
        "`grads(w)` at `weight` is transposed: its two axes are swapped. "
        "The other 3 leaves are right."
    )


def test_one_mistake_in_several_leaves() -> None:
    wrong = but(bias=tensor([-x for x in BIAS]), scale=tensor([-x for x in SCALE]))
    verdict = graded((RIGHT, wrong))
    assert verdict.diagnosis == "sign"
    assert "at `bias`, `scale` has" in verdict.message
    assert "The other 2 leaves are right." in verdict.message


def test_one_mistake_in_all_leaves_is_the_whole() -> None:
    wrong = tree(a=tensor([8 * x for x in N6]), b=tensor([8 * x for x in BIAS]))
    verdict = graded((tree(a=tensor(N6), b=tensor(BIAS)), wrong), sizes=(8,))
    assert verdict.message.startswith("`grads(w)` is 8 times too large")
    assert "leaf" not in verdict.message


def test_another_mistake_in_each_leaf() -> None:
    wrong = but(
        weight=matrix(transpose(N6, 2, 3), 3, 2),
        bias=tensor([-x for x in BIAS]),
        scale=tensor(normal(4, 99)),
    )
    verdict = graded((RIGHT, wrong))
    assert verdict.diagnosis == "transposed"
    assert "`grads(w)` at `weight` is transposed" in verdict.message
    assert "`bias` has the right size and the opposite sign." in verdict.message
    assert "`scale` is wrong too." in verdict.message
    assert "The other leaf is right." in verdict.message


def test_leaves_in_each_others_place() -> None:
    # Of gradients by two arguments, for instance.
    pair = Sequence(kind="tuple", items=(tensor(N6), tensor(BIAS)))
    verdict = graded((pair, Sequence(kind="tuple", items=pair.items[::-1])))
    assert verdict.diagnosis == "leaves-swapped"
    assert "`[0]`, `[1]` hold each other's" in verdict.message


def test_the_same_leaf_twice() -> None:
    # Two draws with one random key.
    pair = Sequence(kind="list", items=(tensor(N6), tensor(P6)))
    verdict = graded((pair, Sequence(kind="list", items=(tensor(N6), tensor(N6)))))
    assert verdict.diagnosis == "leaves-repeated"
    assert "at `[1]` as at `[0]`" in verdict.message


def test_alike_leaves_are_not_called_swapped() -> None:
    same = [1.5, 2.5]
    right = tree(a=tensor(same), b=tensor(same), c=tensor([9.1, 3.3]))
    verdict = graded((right, tree(a=tensor(same), b=tensor([7.7, 1.2]), c=tensor(same))))
    assert verdict.diagnosis == "value"


def test_a_gradient_that_never_arrived() -> None:
    verdict = graded((RIGHT, but(bias=Nothing())))
    assert verdict.diagnosis == "disconnected"
    assert "`grads(w)` at `bias` is `None`" in verdict.message


def test_a_mistake_must_hold_for_every_seed() -> None:
    sign = (tensor(N6), tensor([-x for x in N6]))
    factor = (tensor(P6), tensor([3 * x for x in P6]))
    assert graded(sign, factor).diagnosis == "value"
    verdict = graded(sign, (tensor(P6), tensor(P6)))
    assert verdict.diagnosis == "sign"
    assert verdict.message.endswith("That is so for 1 of 2 inputs.")


def test_wide_bounds_do_not_make_a_mistake_fit() -> None:
    wrong = tensor([x * 1.9 for x in N6])
    assert graded((tensor(N6), wrong), rtol=0.5).diagnosis == "scaled"


# ── what is right is never diagnosed; what is said never holds the answer ────────────────────────


numbers = st.lists(
    st.floats(-1e3, 1e3, width=32).filter(lambda x: not x or abs(x) > 1e-3), min_size=1, max_size=8
)


@given(numbers, st.floats(-5e-5, 5e-5))
def test_noise_below_the_tolerance_is_right(items: list[float], noise: float) -> None:
    verdict = graded((tensor(items), tensor([x * (1 + noise) for x in items])), sizes=(8, 2, 3))
    assert (verdict.verdict, verdict.diagnosis) == ("pass", "")


@given(numbers)
def test_other_forms_of_the_answer_are_right(items: list[float]) -> None:
    typed = "[" + ", ".join(f"{x:.8g}" for x in items) + "]"
    verdict = grade_value(tensor(items), typed, "list", sizes=(8, 2, 3, len(items)))
    assert (verdict.verdict, verdict.diagnosis) == ("pass", "")
    number = literal(items[0])
    for form in (f"{items[0]:.8g}", f"{items[0]:.9e}", f"[{items[0]:.8f}]"):
        assert grade_value(number, form, "number", sizes=(8, 2)).diagnosis == ""
    assert graded((number, tensor(items[0]))).diagnosis == ""


@settings(max_examples=200)
@given(values, st.lists(st.integers(1, 9), max_size=3))
def test_a_value_is_never_diagnosed_beside_itself(value: Value, sizes: list[int]) -> None:
    if compare(value, value) is None:
        verdict = graded((value, value), sizes=tuple(sizes))
        assert verdict.diagnosis in ("", "reference", "raised")


CHANGES: dict[str, Callable[[list[float]], list[float]]] = {
    "sign": lambda x: [-i for i in x],
    "times": lambda x: [i * 8 for i in x],
    "square": lambda x: [i * i for i in x],
    "offset": lambda x: [i + 0.7 for i in x],
    "reversed": lambda x: x[::-1],
    "shifted": lambda x: [0.1, *x[:-1]],
    "zeros": lambda x: [0.0 for _ in x],
    "noise": lambda x: [i + k * 0.317 for k, i in enumerate(x)],
    "some": lambda x: [-i if k % 2 else i for k, i in enumerate(x)],
    "cut": lambda x: x[:-1],
    "dropped": lambda x: [i * 2 if k % 3 else 0.0 for k, i in enumerate(x)],
}


@given(
    st.lists(st.integers(10_000, 99_999), min_size=4, max_size=9, unique=True),
    st.sampled_from(sorted(CHANGES)),
)
def test_no_message_holds_an_expected_number(digits: list[int], change: str) -> None:
    items = [digit / 1000 for digit in digits]
    wrong = CHANGES[change](items)
    typed = "[" + ", ".join(f"{x:.7g}" for x in wrong) + "]"
    verdicts = (
        graded((tensor(items, dtype="float64"), tensor(wrong, dtype="float64")), sizes=(8,)),
        grade_value(tensor(items, dtype="float64"), typed, "list", sizes=(8,)),
    )
    for verdict in verdicts:
        assert verdict.verdict == "fail"
        # A learner's own number may be quoted, and it may be the expected one of another place.
        said = set(re.findall(r"\d+\.\d+", verdict.message))
        own = {f"{item:.6g}" for item in wrong}
        assert said.isdisjoint({f"{item:.5g}" for item in items} - own), verdict.message


@pytest.mark.parametrize("slug", EXAMPLES)
def test_the_words_of_a_rule_hold_no_expected_number(slug: str) -> None:
    from tutor.grading.diagnose import diagnose

    wrong = EXAMPLES[slug]
    found = diagnose([wrong], "`it`")
    assert found is not None
    for item in wrong.expected.items:
        if not isinstance(item, complex) and item != int(item if abs(item) < 1e9 else 0):
            assert f"{item:.3g}" not in found.words


def test_slugs_are_unique() -> None:
    slugs = [rule.slug for rule in RULES]
    assert len(slugs) == len(set(slugs))
