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
    """Reading steps opened, and exercises that the machine could not run."""
    known: AbstractSet[str]
    """Lessons that a placement test showed to be known."""

    def differs_from(self, other: Done) -> set[str]:
        """The lessons of which the two say different things."""
        changed = set(self.known ^ other.known)
        for mine, theirs in ((self.passed, other.passed), (self.seen, other.seen)):
            changed.update(name for name in mine if mine[name] != theirs.get(name))
            changed.update(theirs.keys() - mine.keys())
        return changed


class Standings:
    """Every lesson's standing, kept while nothing that it comes from changes.

    Going back to the map of 1,000 lessons makes one standing, not 1,000 at 4 µs each.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._kept: dict[str, Standing] = {}
        self._infos: dict[str, LessonInfo] = {}
        self._done = Done({}, {}, frozenset())
        self._preferred: FrameworkName | None = None
        self._stages: Mapping[str, Stage] = {}

    def of_all(
        self,
        lessons: Mapping[str, LessonInfo],
        done: Done,
        preferred: FrameworkName | None,
        stages: Mapping[str, Stage],
    ) -> dict[str, Standing]:
        """The standing of each lesson, as `standing_of` gives it."""
        same_way = self._preferred == preferred and self._stages == stages
        kept = self._kept if same_way else {}
        changed = done.differs_from(self._done)
        found: dict[str, Standing] = {}
        for lesson, info in lessons.items():
            standing = kept.get(lesson)
            if standing is None or lesson in changed or self._infos[lesson] is not info:
                standing = standing_of(info, done, preferred, stages.get(lesson))
            found[lesson] = standing
        self._kept, self._infos = found, dict(lessons)
        self._done, self._preferred, self._stages = done, preferred, stages
        return found


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
        exercises=tuple([step.id for step in steps if step.exercise and step.id not in seen]),
        seen=seen,
        steps=tuple([step.id for step in steps]),
        known=known,
        frameworks=counted,
    )
