"""What the learner's record holds, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.grading.verdict import VerdictName


@dataclass(frozen=True, kw_only=True)
class SavedDraft:
    """What the learner had typed for one step in one framework."""

    text: str
    """The whole text of the editor or the answer line."""
    row: int = 0
    """0-based line of the cursor."""
    column: int = 0
    """0-based column of the cursor."""
    saved_at: float = 0.0
    """Seconds since the epoch."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the learner left off in a course."""

    lesson: str
    """The lesson's id."""
    step: str
    """The step's id."""
    framework: str
    """The framework that was on screen."""
    at: float
    """Seconds since the epoch."""


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One submitted answer and what became of it."""

    course: str
    """The course's id."""
    lesson: str
    """The lesson's id."""
    step: str
    """The step's id."""
    framework: str
    """The framework it was submitted in."""
    answer: str
    """As submitted; the record keeps the first 100 kB."""
    verdict: VerdictName
    """`unchecked` and `skipped` are kept but never count against the learner."""
    diagnosis: str = ""
    """The verdict's slug, such as `transposed`."""
    seconds: float = 0.0
    """What the learner's own code took."""
    hints_taken: int = 0
    """Hints seen before this attempt."""
    at: float = 0.0
    """Seconds since the epoch; 0 for now."""
    id: int = 0
    """The record's own number, rising; 0 until recorded."""
