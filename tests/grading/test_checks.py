from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.make import tensor, values
from tutor.grading.checks import CheckSpec, WrongProgram, grade_code
from tutor.grading.compare import literal
from tutor.grading.values import DType, Nothing, Opaque, Raised, Tensor, Text, Value
from tutor.grading.verdict import Verdict

LOSS = CheckSpec(label="loss(w, x, y)")
TYPE_ERROR = Raised(type="TypeError", bases=("Exception",), message="bad operand")


def grade(
    expected: Sequence[Value],
    got: Sequence[Value],
    check: CheckSpec = LOSS,
    mistakes: Sequence[WrongProgram] = (),
    sizes: Sequence[int] = (8, 3, 24),
) -> Verdict:
    """One check, a value per seed."""
    return grade_code(
        [check],
        [[value] for value in expected],
        [[value] for value in got],
        [[None] for _ in got],
        mistakes=mistakes,
        sizes=sizes,
    )


def losses(factor: float = 1.0) -> list[Value]:
    return [tensor(value * factor) for value in (0.731, 1.413, 2.207)]


def test_a_pass_says_what_agreed() -> None:
    verdict = grade(losses(), losses(1 + 1e-6))
    assert verdict.verdict == "pass"
    assert verdict.message == "Right: `loss(w, x, y)` agrees on 3 fresh inputs."
    assert [check.passed for check in verdict.checks] == [True]


@pytest.mark.parametrize(
    ("factor", "slug", "words"),
    [
        (8, "scaled-by-n", "8 times too large"),
        (1 / 8, "divided-by-n", "8 times too small"),
        (-1, "sign", "opposite sign"),
        (2, "too-large", "2 times too large"),
        (0.5, "factor-half", "factor 2 is missing"),
        (4, "accumulated", "4 times"),
        (1.3, "value", "off by more than 10 %"),
    ],
)
def test_the_likely_mistake_is_named(factor: float, slug: str, words: str) -> None:
    verdict = grade(losses(), losses(factor))
    assert (verdict.verdict, verdict.diagnosis) == ("fail", slug)
    assert "`loss(w, x, y)`" in verdict.message
    assert words in verdict.message
    assert verdict.checks[0].message == verdict.message


def test_a_factor_that_rounds_to_one_is_none() -> None:
    expected = tensor([1.0, 2.0, 3.0, 5.0])
    off = tensor([1.001, 2.002, 3.003, 5.005])
    assert "1 times" not in grade([expected], [off], LOSS).message


def test_zeros_for_ones_are_no_logarithm() -> None:
    ones, zeros = tensor([1.0, 1.0, 1.0]), tensor([0.0, 0.0, 0.0])
    assert "log" not in grade([ones], [zeros]).message
    assert "exp" not in grade([zeros], [ones]).message


def test_one_seed_that_differs_in_its_own_way_withdraws_the_diagnosis() -> None:
    got = [*losses(8)[:2], tensor(9.0)]
    assert grade(losses(), got).diagnosis == "value"


def test_failing_for_some_inputs_only_is_said() -> None:
    got = [*losses()[:2], tensor(9.0)]
    assert "1 of 3 inputs" in grade(losses(), got).message


@pytest.mark.parametrize(
    ("got", "slug", "words"),
    [
        (Nothing(), "returned-none", "is there a `return`?"),
        (Opaque(type="builtins.function", repr="<function f>"), "not-called", "forget to call it"),
        (
            Raised(type="NameError", bases=(), message="name 'loss' is not defined"),
            "undefined",
            "`loss`",
        ),
        (TYPE_ERROR, "raised", "`TypeError: bad operand`"),
        (tensor(1.0, dtype="float64"), "dtype", "float64, where float32 belongs"),
        (tensor([1.0, 2.0]), "rank", "shape (2,), where () belongs"),
        (tensor(float("nan")), "finite", "NaN"),
        (Text(text="x"), "kind", "a str"),
        (literal([1.0]), "kind", "a list of 1"),
    ],
)
def test_what_is_not_a_number_is_told(got: Value, slug: str, words: str) -> None:
    verdict = grade([tensor(1.5)], [got])
    assert (verdict.verdict, verdict.diagnosis) == ("fail", slug)
    assert words in verdict.message


def test_one_error_in_several_checks_is_told_once() -> None:
    checks = [CheckSpec(label=label) for label in ("f(a)", "f(b)", "g(a)", "f(c)")]
    other = Raised(
        type="TypeError", bases=("Exception",), message="bad operand", line=2, source="a + b"
    )
    got = [TYPE_ERROR, TYPE_ERROR, other, TYPE_ERROR]
    verdict = grade_code(checks, [[tensor(1.0)] * 4], [got], [[None] * 4])
    assert [check.message for check in verdict.checks] == [
        "`f(a)` raised `TypeError: bad operand`.",
        "The same error as above.",
        "`g(a)` raised `TypeError: bad operand` on line 2, `a + b`.",
        "The same error as above.",
    ]
    assert verdict.message == verdict.checks[0].message


def test_a_message_with_backticks_of_its_own_stays_one_piece_of_code() -> None:
    error = Raised(type="ValueError", bases=(), message="add a `.keras` extension.")
    assert "`` ValueError: add a `.keras` extension ``" in grade([tensor(1.5)], [error]).message


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("raises(f, x)", "`raises(f, x)` is `None`: nothing was raised."),
        ("f(x)[1]", "`f(x)[1]` is `None`."),
        ("f(x)", "`f(x)` is `None`: is there a `return`?"),
    ],
)
def test_why_a_value_may_be_none(label: str, words: str) -> None:
    assert words in grade([tensor(1.5)], [Nothing()], CheckSpec(label=label)).message


def test_a_value_cut_off_from_the_graph_is_told_how_that_happens() -> None:
    verdict = grade([tensor(1.5, attached=True)], [tensor(1.5)])
    assert verdict.diagnosis == "graph"
    assert "`detach`" in verdict.message


def test_leaves_that_are_wrong_are_named() -> None:
    expected = literal({"w": 1.5, "b": 2.5, "c": 3.5})
    got = literal({"w": 1.5, "b": -2.5, "c": 3.5})
    verdict = grade([expected], [got], CheckSpec(label="grads()"))
    assert verdict.diagnosis == "sign"
    assert "`grads()` at `b`" in verdict.message


def test_missing_and_extra_keys_are_named() -> None:
    verdict = grade([literal({"w": 1.5, "b": 2.5})], [literal({"w": 1.5, "bias": 2.5})])
    assert verdict.diagnosis == "structure"
    assert "`b`" in verdict.message
    assert "`bias`" in verdict.message


# ── the kinds of check ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("check", "got", "passes"),
    [
        (CheckSpec(label="n", is_=0), literal(0), True),
        (CheckSpec(label="n", is_=0), literal(2), False),
        (CheckSpec(label="n", is_=0), literal(False), False),
        (CheckSpec(label="n", is_=True), tensor(True, dtype="bool"), True),
        (CheckSpec(label="n", is_=False), literal(False), True),
        (CheckSpec(label="n", is_=False), literal(True), False),
        (CheckSpec(label="n", is_="float32"), DType(name="float32"), True),
        (CheckSpec(label="n", is_="float32"), DType(name="float64"), False),
        (CheckSpec(label="n", is_=[1, 2]), tensor([1.0, 2.0]), True),
        (CheckSpec(label="n", is_=[1, 2]), tensor([1.0, 3.0]), False),
        (CheckSpec(label="n", is_=0.5), tensor(0.5, dtype="float64"), True),
        (CheckSpec(label="n", is_={"a": 1}), literal({"a": 1}), True),
        (CheckSpec(label="n", at_least=2), literal(2), True),
        (CheckSpec(label="n", at_least=2), literal(1.9), False),
        (CheckSpec(label="n", at_least=2), literal(float("nan")), False),
        (CheckSpec(label="n", at_most=2), tensor(1.0), True),
        (CheckSpec(label="n", at_most=2), tensor(2.5), False),
        (CheckSpec(label="n", at_least=1, at_most=2), literal(3), False),
        (CheckSpec(label="n", at_most=2), Nothing(), False),
        (CheckSpec(label="n", at_most=2), Text(text="x"), False),
        (CheckSpec(label="n", at_most=2), TYPE_ERROR, False),
        (CheckSpec(label="n", raises="TypeError"), TYPE_ERROR, True),
        (CheckSpec(label="n", raises="builtins.TypeError"), TYPE_ERROR, True),
        (CheckSpec(label="n", raises="Exception"), TYPE_ERROR, True),
        (CheckSpec(label="n", raises="ValueError"), TYPE_ERROR, False),
        (CheckSpec(label="n", raises="ValueError"), literal(1), False),
        (CheckSpec(label="n", rtol=0.5), literal(1.2), True),
        (CheckSpec(label="n", ignore={"rank"}), tensor([1.0]), True),
        (CheckSpec(label="n"), tensor([1.0]), False),
    ],
)
def test_kinds_of_check(check: CheckSpec, got: Value, passes: bool) -> None:
    reference: Value = TYPE_ERROR if check.raises else tensor(1.0)
    verdict = grade([reference], [got], check)
    assert (verdict.verdict == "pass") == passes, verdict
    if passes:
        assert verdict.message.startswith("Right")


def test_equals_compares_within_the_learners_own_program() -> None:
    check = CheckSpec(label="grad(w)", equals=True, rtol=1e-2)
    for other, verdict in ((tensor([1.001]), "pass"), (tensor([2.0]), "fail")):
        found = grade_code([check], [[tensor([9.0])]], [[tensor([1.0])]], [[other]])
        assert found.verdict == verdict


def test_the_authors_words_stand_for_the_plain_difference() -> None:
    check = CheckSpec(label="loss()", say="Use every row of the batch.")
    assert grade(losses(), losses(1.3), check).message == "Use every row of the batch."
    named = grade(losses(), losses(-1), check).message
    assert "opposite sign" in named
    assert named.endswith("Use every row of the batch.")


def test_a_check_that_says_what_holds_says_it_when_it_does_not() -> None:
    named = CheckSpec(label="graphs(f) == 1", name="no graph break", is_=True)
    verdict = grade([literal(True)], [literal(False)], named)
    assert verdict.message.startswith("Not so yet: no graph break. `graphs(f) == 1` is False")
    (listed,) = verdict.checks
    assert listed.label == "no graph break"
    assert listed.message.startswith("`graphs(f) == 1` is False")
    of_number = CheckSpec(label="losses[-1]", name="the last loss", is_=2.0)
    assert "Not so yet" not in grade([literal(2.0)], [literal(3.0)], of_number).message
    with_words = CheckSpec(label="x", name="x is so", is_=True, say="Begin with x.")
    assert grade([literal(True)], [literal(False)], with_words).message == "Begin with x."


def test_the_authors_words_do_not_hide_that_nothing_was_returned_or_that_it_raised() -> None:
    check = CheckSpec(label="loss()", say="Use every row of the batch.")
    for got in (Nothing(), TYPE_ERROR):
        assert "every row" not in grade([tensor(1.0)], [got], check).message


def test_all_checks_are_reported_and_the_first_failure_speaks() -> None:
    checks = [CheckSpec(label="a"), CheckSpec(label="b"), CheckSpec(label="c")]
    row = [tensor(1.5), tensor(1.5), tensor(1.5)]
    got = [tensor(1.5), tensor(-1.5), Nothing()]
    verdict = grade_code(checks, [row], [got], [[None] * 3])
    assert [check.passed for check in verdict.checks] == [True, False, False]
    assert [check.label for check in verdict.checks] == ["a", "b", "c"]
    assert verdict.diagnosis == "sign"
    assert verdict.checks[2].message


# ── what must never pass ─────────────────────────────────────────────────────────────────────────


def test_an_error_in_the_solution_does_not_let_the_same_error_pass() -> None:
    verdict = grade([TYPE_ERROR], [TYPE_ERROR])
    assert (verdict.verdict, verdict.diagnosis) == ("unchecked", "reference")


def test_nothing_to_check_is_not_a_pass() -> None:
    assert grade_code([LOSS], [], [], []).verdict == "unchecked"
    assert grade_code([], [[]], [[]], [[]]).verdict == "unchecked"


def test_rows_that_do_not_correspond_are_not_a_pass() -> None:
    assert grade(losses(), losses()[:2]).verdict == "unchecked"


def test_a_tensor_too_large_to_compare_is_unchecked() -> None:
    huge = Tensor(library="torch", dtype="float32", shape=(4096, 4096), data=None)
    assert grade([huge], [huge]).verdict == "unchecked"


# ── foreseen mistakes ────────────────────────────────────────────────────────────────────────────


def program(say: str, values: Sequence[Value]) -> WrongProgram:
    return WrongProgram(say=say, values=[[value] for value in values])


def test_the_authors_mistake_comes_before_the_diagnosis() -> None:
    mistakes = [program("other", losses(3.3)), program("You summed.", losses(8))]
    verdict = grade(losses(), losses(8), mistakes=mistakes)
    assert (verdict.verdict, verdict.diagnosis, verdict.message) == (
        "fail",
        "author",
        "You summed.",
    )
    assert "8 times" in verdict.checks[0].message


def test_a_mistake_must_match_on_every_seed() -> None:
    values = [*losses(8)[:2], tensor(0.1)]
    assert grade(losses(), losses(8), mistakes=[program("no", values)]).diagnosis == "scaled-by-n"


def test_a_mistake_that_equals_the_solution_never_speaks() -> None:
    assert grade(losses(), losses(), mistakes=[program("no", losses())]).verdict == "pass"
    assert grade(losses(), losses(8), mistakes=[program("no", losses())]).message != "no"


def test_a_mistake_in_dtype_is_matched_by_its_dtype() -> None:
    double = [tensor(1.5, dtype="float64")]
    mistakes = [program("Keep float32.", double)]
    assert grade([tensor(1.5)], double, mistakes=mistakes).message == "Keep float32."
    assert (
        grade([tensor(1.5)], [tensor(1.5, dtype="float16")], mistakes=mistakes).diagnosis == "dtype"
    )


def test_a_bounded_check_only_sorts() -> None:
    # Timings never repeat: what counts is on which side of the bound they fall.
    check = CheckSpec(label="ratio()", at_least=2.0)
    slow = [program("It was not compiled.", [literal(1.03)])]
    assert grade([literal(9.0)], [literal(0.97)], check, slow).message == "It was not compiled."
    fast = [program("no", [literal(5.0)])]
    assert grade([literal(9.0)], [literal(0.97)], check, fast).diagnosis == "too-small"


def test_a_mistake_must_fail_the_same_checks() -> None:
    checks = [CheckSpec(label="a", at_most=1.0), CheckSpec(label="b", at_most=1.0)]
    wrong = WrongProgram(say="no", values=[[literal(5.0), literal(0.5)]])
    verdict = grade_code(
        checks,
        [[literal(0.1), literal(0.1)]],
        [[literal(0.5), literal(5.0)]],
        [[None, None]],
        mistakes=[wrong],
    )
    assert verdict.diagnosis == "too-large"


def test_a_probe_that_raised_as_foreseen() -> None:
    mistakes = [
        WrongProgram(say="no", raises="KeyError"),
        WrongProgram(say="no", raises="TypeError", matching="something else"),
        WrongProgram(say="Mind the operand.", raises="TypeError", matching="operand"),
    ]
    assert grade([tensor(1.0)], [TYPE_ERROR], mistakes=mistakes).message == "Mind the operand."
    raised = [program("Its probe raises.", [TYPE_ERROR])]
    assert grade([tensor(1.0)], [TYPE_ERROR], mistakes=raised).message == "Its probe raises."


def test_another_error_of_the_same_class_is_another_mistake() -> None:
    shapes = Raised(type="TypeError", bases=("Exception",), message="sizes 6 and 4 do not match")
    foreseen = [program("Mind the operand.", [TYPE_ERROR])]
    assert grade([tensor(1.0)], [shapes], mistakes=foreseen).diagnosis == "raised"


def test_a_foreseen_program_is_known_by_its_error_too() -> None:
    longer = Raised(type="TypeError", bases=("Exception",), message="bad operand for +")
    foreseen = WrongProgram(
        say="Mind the operand.", values=[[TYPE_ERROR]], raises="TypeError", matching="operand"
    )
    assert grade([tensor(1.0)], [longer], mistakes=[foreseen]).message == "Mind the operand."


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("np", "`np` is not imported"),
        ("torch", "`torch` is not imported"),
        ("true", "Python writes `True`"),
        ("mlp", "Nothing is named `mlp`: define"),
    ],
)
def test_an_undefined_name_is_told_by_what_it_is(name: str, words: str) -> None:
    raised = Raised(type="NameError", bases=("Exception",), message=f"name '{name}' is not defined")
    assert words in grade([tensor(1.0)], [raised]).message


def test_an_error_in_the_learners_function_names_their_line() -> None:
    raised = Raised(
        type="ValueError", bases=("Exception",), message="no", line=3, source="return a @ b"
    )
    verdict = grade([tensor(1.0)], [raised])
    assert "raised `ValueError: no` on line 3, `return a @ b`." in verdict.message
    assert verdict.line == 3


def test_an_error_is_quoted_with_one_full_stop() -> None:
    raised = Raised(type="ValueError", bases=("Exception",), message="at position 0.")
    assert grade([tensor(1.0)], [raised]).message.endswith("at position 0`.")


def test_one_wrong_element_is_not_the_most_wrong_of_several() -> None:
    message = grade([tensor([1.0, 2.0, 4.0])], [tensor([1.0, 2.0, 9.0])]).message
    assert "1 of 3 elements differs, at [2], where it is 9, off by 100 % or more" in message


# ── properties ───────────────────────────────────────────────────────────────────────────────────

arrays = st.lists(st.floats(-1e4, 1e4, width=32), min_size=1, max_size=8)


@given(arrays, st.integers(0, 99))
def test_a_right_answer_with_noise_always_passes(items: list[float], seed: int) -> None:
    rng = random.Random(seed)
    noisy = [item * (1 + rng.uniform(-5e-5, 5e-5)) for item in items]
    assert grade([tensor(items)], [tensor(noisy)]).verdict == "pass"


@given(arrays, arrays)
def test_words_and_slug_for_every_failure(one: list[float], other: list[float]) -> None:
    verdict = grade([tensor(one)], [tensor(other)])
    assert verdict.verdict in ("pass", "fail")
    if verdict.verdict == "fail":
        assert verdict.diagnosis
        assert verdict.message.rstrip().endswith((".", "?"))


@given(values, values)
def test_any_two_values_earn_a_verdict(one: Value, other: Value) -> None:
    verdict = grade([one], [other])
    assert verdict.message
    if isinstance(one, Raised):
        assert verdict.verdict == "unchecked"
    assert (verdict.verdict == "pass") == (not verdict.diagnosis)


@given(values)
def test_the_solutions_own_values_pass(value: Value) -> None:
    if not isinstance(value, Raised):
        assert grade([value], [value]).verdict == "pass"
