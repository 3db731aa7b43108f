"""A placement test: a few quick exercises of each lesson, so that who knows it may skip it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from tutor.course.catalogue import Catalogue, LessonInfo
from tutor.course.models import FrameworkName
from tutor.course.resolve import PLACEMENT, QUICK
from tutor.grading.verdict import VerdictName
from tutor.session.way import Way

IN_A_ROW = 2
"""Lessons of one track failed in a row, after which the rest of it is not asked."""

Outcome = Literal["known", "failed", "open"]
"""`open`: this machine could not tell, or nothing was asked."""


@dataclass(frozen=True)
class Candidate:
    """A lesson that the test may ask about."""

    lesson: str
    """Its id."""
    track: str
    """Its track's id."""
    requires: tuple[str, ...]
    """Lessons that come before it."""
    framework: FrameworkName
    """What its exercises are asked in."""
    steps: tuple[str, ...]
    """Ids of the exercises."""


@dataclass(frozen=True)
class Question:
    """The exercise to answer now."""

    candidate: Candidate
    """Its lesson."""
    step: str
    """Its id."""
    number: int
    """1-based place among the lesson's."""


def candidates(
    catalogue: Catalogue, way: Way, lessons: Iterable[str], wanted: FrameworkName | None
) -> Iterator[Candidate]:
    """What can be asked about lessons, in the framework wanted where that is offered."""
    for lesson in lessons:
        info = catalogue.lessons[lesson]
        stage = way.stages.get(lesson)
        offered = stage.frameworks if stage is not None else info.frameworks
        if not offered:
            continue  # its file has faults
        name = wanted if wanted in offered else offered[0]
        steps = _asked(info, name, stage.steps if stage is not None else None)
        if steps:
            yield Candidate(lesson, info.track, info.requires, name, steps)


def _asked(
    info: LessonInfo, framework: FrameworkName, taken: Sequence[str] | None
) -> tuple[str, ...]:
    """The exercises that show who knows a lesson, or the steps `taken` of it on a path.

    Where a path or the framework leaves those out, the last quick ones that there are.
    """
    here = [
        step
        for step in info.steps
        if framework in step.frameworks and (taken is None or step.id in taken)
    ]
    chosen = tuple(step.id for step in here if step.id in info.placement)
    return chosen or tuple(step.id for step in here if step.kind in QUICK)[-PLACEMENT:]


class Placement:
    """Goes from lesson to lesson; one attempt an exercise.

    A lesson is known when all its exercises passed. The first that fails ends the lesson; two
    failed lessons of one track in a row end the track, and whatever requires what failed or was
    left out.
    """

    def __init__(self, candidates: Iterable[Candidate], keep: Callable[[str], None]) -> None:
        """`keep` is told of each lesson that is known, at once: leaving loses nothing."""
        self.candidates = tuple(candidates)
        """What may be asked, in order."""
        self._waiting = deque(self.candidates)
        self._keep = keep
        self._asked: Candidate | None = None
        self._next = 0
        """Which of the lesson's exercises is asked, from 0."""
        self._unclear = False
        """Whether an exercise of this lesson could not be judged."""
        self._failed_last: dict[str, int] = {}
        """Track → lessons failed in a row."""
        self._left_out: set[str] = set()
        self.outcomes: dict[str, Outcome] = {}
        """What became of each lesson that was asked about, in order."""
        self._advance()

    @property
    def question(self) -> Question | None:
        """The exercise to answer now; None when the test is over."""
        if self._asked is None:
            return None
        return Question(self._asked, self._asked.steps[self._next], self._next + 1)

    @property
    def remaining(self) -> int:
        """How many lessons are left at most, with the one that is asked."""
        return len(self._waiting) + (self._asked is not None)

    def judged(self, verdict: VerdictName) -> None:
        """Take in what became of the answer, and go on."""
        assert self._asked is not None
        if verdict == "fail":
            self._end("failed")
            return
        self._unclear |= verdict != "pass"
        self._next += 1
        if self._next == len(self._asked.steps):
            self._end("open" if self._unclear else "known")

    def skip(self) -> None:
        """The learner does not know."""
        self.judged("fail")

    def _end(self, outcome: Outcome) -> None:
        assert self._asked is not None
        candidate = self._asked
        self.outcomes[candidate.lesson] = outcome
        if outcome == "known":
            self._failed_last[candidate.track] = 0
        elif outcome == "failed":
            row = self._failed_last.get(candidate.track, 0) + 1
            self._failed_last[candidate.track] = row
            if row == IN_A_ROW:
                self._leave_out(candidate.track)
        self._advance()
        if outcome == "known":
            self._keep(candidate.lesson)  # last: what cannot be kept holds nothing up

    def _leave_out(self, track: str) -> None:
        """Ask no more of a track, nor what builds on what failed or was left out."""
        failed = (lesson for lesson, outcome in self.outcomes.items() if outcome == "failed")
        self._left_out.update(failed)
        stay: deque[Candidate] = deque()
        for candidate in self._waiting:
            if candidate.track == track or not self._left_out.isdisjoint(candidate.requires):
                self._left_out.add(candidate.lesson)
            else:
                stay.append(candidate)
        self._waiting = stay

    def _advance(self) -> None:
        self._asked = self._waiting.popleft() if self._waiting else None
        self._next, self._unclear = 0, False

    def words(self, titles: Mapping[str, str]) -> str:
        """What came of it, in a sentence or two."""
        known = [titles[lesson] for lesson, found in self.outcomes.items() if found == "known"]
        if not self.outcomes:
            return "Nothing was asked."
        if not known:
            return "No lesson is skipped: begin where the map says."
        names = ", ".join(known)
        many = "1 lesson" if len(known) == 1 else f"{len(known)} lessons"
        return f"You may skip {many}: {names}."
