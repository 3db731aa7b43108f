"""How far the learner is with each lesson: what the record says, set against its steps."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from tutor.course.catalogue import LessonInfo
from tutor.course.models import FrameworkName
from tutor.course.paths import Stage
from tutor.session.model import Standing

NOTHING: frozenset[str] = frozenset()
_NO_PAIRS: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Done:
    """What the record says, by lesson."""

    passed: Mapping[str, AbstractSet[tuple[str, str]]]
    """(step, framework) pairs."""
    seen: Mapping[str, AbstractSet[str]]
    """Reading steps."""
    known: AbstractSet[str]
    """Lessons that a placement test showed to be known."""


class Standings:
    """The standing of each lesson, kept while nothing that it comes from changes.

    Going back to the map of 1,000 lessons costs one standing, not 1,000 at 4 µs each.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, tuple[tuple[object, ...], Standing]] = {}

    def of(
        self, info: LessonInfo, done: Done, preferred: FrameworkName | None, stage: Stage | None
    ) -> Standing:
        """As `standing_of` gives it."""
        passed, seen = done.passed.get(info.id), done.seen.get(info.id)
        key = (passed, seen, info.id in done.known, preferred, stage, info.steps)
        kept = self._kept.get(info.id)
        if kept is not None and kept[0] == key:
            return kept[1]
        standing = standing_of(info, done, preferred, stage)
        self._kept[info.id] = (key, standing)
        return standing


def standing_of(
    info: LessonInfo, done: Done, preferred: FrameworkName | None, stage: Stage | None
) -> Standing:
    """How far the learner is with a lesson; `stage` is what the chosen path takes of it.

    Off a path, a lesson's exercises are those of the frameworks that the learner takes it in. On
    one they are the path's, and only what was passed in the path's frameworks counts.
    """
    pairs = frozenset(done.passed.get(info.id, _NO_PAIRS))
    seen = frozenset(done.seen.get(info.id, NOTHING))
    known = info.id in done.known
    if stage is not None:
        steps = [step for step in info.steps if step.id in stage.steps]
        counted = frozenset[str](stage.frameworks)
    else:
        taken = {framework for _, framework in pairs}
        if preferred in info.frameworks:
            taken.add(preferred)
        elif not taken:
            taken.update(info.frameworks[:1])  # a lesson with faults names none
        steps = [step for step in info.steps if not taken.isdisjoint(step.frameworks)]
        counted = NOTHING
    return Standing(
        passed=pairs,
        exercises=tuple([step.id for step in steps if step.exercise]),
        seen=seen,
        steps=tuple([step.id for step in steps]),
        known=known,
        frameworks=counted,
    )
