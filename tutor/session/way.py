"""The learner's way through the course: the path they chose, or all of it."""

from __future__ import annotations

from functools import cached_property

from tutor.course.catalogue import Catalogue
from tutor.course.models import CoursePath
from tutor.course.paths import WHOLE, Stage, stages_of
from tutor.errors import UsageError, nearest
from tutor.progress.store import Store
from tutor.session.model import StepRef


class Way:
    """What the path leads through, and where the choice is kept."""

    def __init__(self, catalogue: Catalogue, store: Store, course: str) -> None:
        """Take up the choice made before; `course` is the name that the record has for it."""
        self._catalogue = catalogue
        self._store = store
        self._key = f"path/{course}"
        self._choice: str | None = None

    @property
    def choice(self) -> str:
        """What was chosen: a path's id, `all`, or nothing yet."""
        if self._choice is None:
            self._choice = self._store.choice(self._key)
        return self._choice

    @cached_property
    def path(self) -> CoursePath | None:
        """The path chosen; None for the whole course, and when that path is gone."""
        if self.choice in ("", WHOLE):
            return None
        paths = self._catalogue.course.paths
        return next((path for path in paths if path.id == self.choice), None)

    @cached_property
    def stages(self) -> dict[str, Stage]:
        """The lessons of the path, in order; empty for the whole course."""
        if self.path is None:
            return {}
        stages = stages_of(self.path, self._catalogue.course, self._catalogue.lessons)
        return {stage.lesson: stage for stage in stages}

    @property
    def lessons(self) -> tuple[str, ...]:
        """The lessons to take, in order."""
        return tuple(self.stages if self.path is not None else self._catalogue.lessons)

    def leads_to(self, ref: StepRef) -> bool:
        """Whether a step is on the way."""
        if self.path is None:
            return True
        stage = self.stages.get(ref.lesson)
        return stage is not None and ref.step in stage.steps

    def choose(self, name: str) -> None:
        """Take a path, or `all`.

        Raises:
            UsageError: The course has no such path.
            StateError: The choice cannot be kept; it counts until the program ends.
        """
        names = [path.id for path in self._catalogue.course.paths]
        if name != WHOLE and name not in names:
            known = f" There are {', '.join(names)}, and `{WHOLE}`." if names else ""
            raise UsageError(f"There is no path `{name}`.{nearest(name, [*names, WHOLE]) or known}")
        self._choice = name
        for kept in ("path", "stages"):
            self.__dict__.pop(kept, None)
        self._store.save_choice(self._key, name)

    def unmet(self, lesson: str) -> tuple[str, ...]:
        """What a lesson requires, without what this way cannot lead through, or takes as known."""
        lessons = self._catalogue.lessons
        required = [name for name in lessons[lesson].requires if name in lessons]
        if self.path is None or lesson not in self.stages:
            return tuple(required)
        return tuple(name for name in required if name in self.stages)
