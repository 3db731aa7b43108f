from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.grading.grade import grade_choice, grade_order

OPTIONS = [
    ("a list", False, "A list is not hashable."),
    ("a tuple", True, "Tuples are hashable."),
    ("a dict", False, "A dict is not hashable."),
    ("a str", True, "Strings are hashable."),
]
ONE = [(text, text == "a tuple", why) for text, _, why in OPTIONS]
LINES = ["zero_grad()", "loss.backward()", "step()"]
SHOWN = ["step()", "zero_grad()", "loss.item()", "loss.backward()"]
EXTRA = [("loss.item()", "It only reads the number.")]


@pytest.mark.parametrize("answer", ["2", "b", "B", "(2)", "option 2", "2.", " 2 "])
def test_one_right_option(answer: str) -> None:
    verdict = grade_choice(ONE, answer)
    assert verdict.verdict == "pass"
    assert verdict.message == "Right. Tuples are hashable."


def test_a_wrong_option_says_why() -> None:
    verdict = grade_choice(ONE, "3")
    assert (verdict.verdict, verdict.message) == ("fail", "A dict is not hashable.")


@pytest.mark.parametrize("answer", ["2,4", "4 2", "b, d", "2 and 4", "2;4"])
def test_several_right_options(answer: str) -> None:
    verdict = grade_choice(OPTIONS, answer, several=True)
    assert verdict.verdict == "pass"
    second, fourth = verdict.message.split("\n\n")
    assert second == f"Right. Option 2: {OPTIONS[1][2]}"
    assert fourth == f"Option 4: {OPTIONS[3][2]}"


def test_several_with_one_missing_says_how_many_and_not_which() -> None:
    verdict = grade_choice(OPTIONS, "2", several=True)
    assert verdict.message == "1 of 1 mark is right, 1 still to find."
    verdict = grade_choice(OPTIONS, "1", several=True)
    assert verdict.message.endswith(" 0 of 1 mark is right, 2 still to find.")
    assert "str" not in verdict.message


def test_several_with_one_wrong_says_why() -> None:
    verdict = grade_choice(OPTIONS, "1,2,4", several=True)
    assert verdict.verdict == "fail"
    assert "A list is not hashable." in verdict.message
    assert "2 of 3 marks are right." in verdict.message


@pytest.mark.parametrize("answer", ["", "9", "0", "banana", "é", "1" * 5000, "1,2"])
def test_what_names_no_option_is_not_held_against_the_learner(answer: str) -> None:
    verdict = grade_choice(ONE, answer)
    assert (verdict.verdict, verdict.diagnosis) == ("unchecked", "unreadable")


@given(st.sets(st.integers(1, 4), min_size=1))
def test_only_the_right_set_passes(marks: set[int]) -> None:
    verdict = grade_choice(OPTIONS, ",".join(map(str, marks)), several=True)
    assert (verdict.verdict == "pass") == (marks == {2, 4})


def test_the_right_order() -> None:
    verdict = grade_order(LINES, SHOWN, EXTRA, "2,4,1")
    assert (verdict.verdict, verdict.message) == ("pass", "Right: all 3 lines in order.")


@pytest.mark.parametrize(
    ("answer", "slug", "words"),
    [
        ("2,4,3,1", "distractor", "does not belong. It only reads the number."),
        ("2,1,4", "misplaced", "line 2, `step()`, comes too early"),
        ("1,2,4", "misplaced", "Line 1, `step()`, comes too early"),
        ("2,4", "incomplete", "1 line is still missing"),
        ("2", "incomplete", "2 lines are still missing"),
        ("4,2", "misplaced", "1 line is still missing"),
    ],
)
def test_wrong_orders(answer: str, slug: str, words: str) -> None:
    verdict = grade_order(LINES, SHOWN, EXTRA, answer)
    assert (verdict.verdict, verdict.diagnosis) == ("fail", slug)
    assert words in verdict.message


@pytest.mark.parametrize("answer", ["", "2,2,1", "9", "2,4,x1y", "1," * 2000])
def test_unreadable_orders(answer: str) -> None:
    assert grade_order(LINES, SHOWN, EXTRA, answer).verdict == "unchecked"


def test_equal_lines_may_change_places() -> None:
    lines = ["a()", "b()", "a()"]
    shown = ["a()", "a()", "b()"]
    assert grade_order(lines, shown, [], "1,3,2").verdict == "pass"
    assert grade_order(lines, shown, [], "2,3,1").verdict == "pass"
    assert grade_order(lines, shown, [], "1,2,3").verdict == "fail"


@given(st.permutations([1, 2, 3, 4]), st.integers(1, 4))
def test_only_the_right_lines_in_the_right_order_pass(order: list[int], many: int) -> None:
    chosen = order[:many]
    verdict = grade_order(LINES, SHOWN, EXTRA, ",".join(map(str, chosen)))
    assert (verdict.verdict == "pass") == (chosen == [2, 4, 1])
