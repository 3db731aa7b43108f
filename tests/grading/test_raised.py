from __future__ import annotations

import pytest

from tutor.grading.grade import WrongProgram, grade_raised, unfilled_blank
from tutor.runtime.job import Error, Frame


def frame(line: int, source: str, block: str = "answer") -> Frame:
    return Frame(block=block, file="answer.py", line=line, function="loss", source=source)


MATMUL = Error(
    type="RuntimeError",
    bases=("Exception",),
    message="mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)",
    frames=(
        frame(9, "loss(w)"),
        frame(4, "return x @ w"),
        frame(812, "return F.linear()", block=""),
    ),
)


def test_the_learners_own_innermost_line_is_named_and_the_cause_explained() -> None:
    verdict = grade_raised(MATMUL)
    assert (verdict.verdict, verdict.diagnosis) == ("fail", "raised")
    assert verdict.message.startswith("Line 4, `return x @ w`, raised `RuntimeError`: mat1")
    assert "(2, 3) @ (2, 3)" in verdict.message


def test_an_error_without_frames_or_message() -> None:
    bare = Error(type="KeyboardInterrupt", bases=(), message="", frames=())
    assert grade_raised(bare).message == "Your code raised `KeyboardInterrupt`."


def test_a_long_message_is_cut_visibly() -> None:
    long = Error(type="ValueError", bases=(), message="word " * 1000, frames=())
    assert len(grade_raised(long).message) < 400
    assert "…" in grade_raised(long).message


@pytest.mark.parametrize(
    ("mistake", "matches"),
    [
        (WrongProgram(say="Mind the shapes.", raises="RuntimeError"), True),
        (WrongProgram(say="Mind the shapes.", raises="Exception"), True),
        (WrongProgram(say="Mind the shapes.", raises="torch.RuntimeError", matching="mat1"), True),
        (WrongProgram(say="Mind the shapes.", matching="cannot be multiplied"), True),
        (WrongProgram(say="Mind the shapes.", raises="RuntimeError", matching="leaf"), False),
        (WrongProgram(say="Mind the shapes.", raises="ValueError"), False),
        (WrongProgram(say="Mind the shapes.", values=[[]]), False),
    ],
)
def test_foreseen_errors(mistake: WrongProgram, matches: bool) -> None:
    verdict = grade_raised(MATMUL, [mistake])
    assert (verdict.message == "Mind the shapes.") == matches
    assert (verdict.diagnosis == "author") == matches


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = ____", 1),
        ("a = 1\nb = f(____)\n", 2),
        ("a = 1\nb = x.____()", 2),
        ("a = 1", None),
        ("# put it in the ____\na = 1", None),
        ("x = _____", None),
        ("x = a____b", None),
        ("__name__", None),
    ],
)
def test_blanks(source: str, line: int | None) -> None:
    sentence = unfilled_blank(source)
    if line is None:
        assert sentence is None
    else:
        assert sentence is not None
        assert f"Line {line} still has a blank" in sentence


def test_more_blanks_are_counted() -> None:
    assert "So does line 2." in (unfilled_blank("____\n____") or "")
    assert "3 lines" in (unfilled_blank("____\n____\n____") or "")
