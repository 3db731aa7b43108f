"""Grades code that raised, and finds blanks that were left."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

from tutor.grading.checks import WrongProgram
from tutor.grading.errors_explained import clean, explain
from tutor.grading.values import Raised
from tutor.grading.verdict import Verdict


class FrameLike(Protocol):
    """A traceback frame."""

    @property
    def block(self) -> str:
        """`answer` for the learner's own code."""
        ...

    @property
    def line(self) -> int:
        """1-based, within the block."""
        ...

    @property
    def source(self) -> str:
        """The line's text."""
        ...


class ErrorLike(Protocol):
    """An exception that ended the learner's code."""

    @property
    def type(self) -> str:
        """The class's own name."""
        ...

    @property
    def bases(self) -> tuple[str, ...]:
        """Names of the classes it derives from."""
        ...

    @property
    def message(self) -> str:
        """What it says."""
        ...

    @property
    def frames(self) -> Sequence[FrameLike]:
        """Outermost first."""
        ...


def grade_raised(error: ErrorLike, mistakes: Sequence[WrongProgram] = ()) -> Verdict:
    """Grade code that ended in an exception: the author's mistakes first, then what it means."""
    raised = Raised(type=error.type, bases=tuple(error.bases), message=error.message)
    for mistake in mistakes:
        if mistake.raised_as(raised):
            return Verdict(verdict="fail", message=mistake.say, diagnosis="author")
    message = clean(error.message)
    if len(message) > 300:
        message = f"{message[:299]}…"
    said = f"`{error.type}`: {message}" if message else f"`{error.type}`"
    own = [frame for frame in error.frames if frame.block == "answer"]
    where = f"Line {own[-1].line}" if own and own[-1].line > 0 else "Your code"
    line = f", `{own[-1].source}`," if own and own[-1].source else ""
    cause = explain(error.type, error.message)
    words = f"{where}{line} raised {said}"
    words = words if words.endswith((".", "!", "?", "…")) else f"{words}."
    return Verdict(verdict="fail", message=f"{words} {cause}".rstrip(), diagnosis="raised")


_BLANK = re.compile(r"(?<!\w)_{4}(?!\w)")


def unfilled_blank(source: str) -> str | None:
    """Return a sentence about the first blank, `____`, that is still there; None without one."""
    left = [
        number
        for number, line in enumerate(source.splitlines(), 1)
        if _BLANK.search(line.partition("#")[0])
    ]
    if not left:
        return None
    more = f" So does line {left[1]}." if len(left) == 2 else ""
    if len(left) > 2:
        more = f" {len(left)} lines have one."
    return f"Line {left[0]} still has a blank, `____`: fill it in.{more}"
