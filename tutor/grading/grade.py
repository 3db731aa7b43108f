"""The grading of each kind of exercise, in one place to import from."""

from __future__ import annotations

from tutor.grading.checks import CheckSpec, WrongProgram, grade_code
from tutor.grading.picks import grade_choice, grade_order
from tutor.grading.raised import ErrorLike, FrameLike, grade_raised, unfilled_blank
from tutor.grading.typed import grade_value

__all__ = [
    "CheckSpec",
    "ErrorLike",
    "FrameLike",
    "WrongProgram",
    "grade_choice",
    "grade_code",
    "grade_order",
    "grade_raised",
    "grade_value",
    "unfilled_blank",
]
