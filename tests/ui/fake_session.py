"""A session with a course of its own and a script for every run: no process, no disk.

The UI is real; what it talks to is this. Each run is a list of events, and a float among them
is a pause, so that a test can look at the screen while something runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import cast

from tutor.course.catalogue import Catalogue, LessonInfo, StepInfo
from tutor.course.models import Course, CoursePath, FrameworkName, Track
from tutor.elsewhere.added import Shelved
from tutor.errors import Finding, UsageError
from tutor.grading.verdict import Verdict
from tutor.progress.store import Store
from tutor.runtime.job import Hello
from tutor.session import (
    Draft,
    Hint,
    PathView,
    Session,
    Standing,
    StepRef,
    StepView,
    SubmitEvent,
)
from tutor.session.beside.comparison import Comparison
from tutor.session.path_views import path_views
from tutor.session.placement import Placement, candidates
from tutor.session.standings import Done
from tutor.session.way import Way

FRAMEWORKS: tuple[FrameworkName, ...] = ("torch", "jax", "tensorflow")

Script = Sequence["SubmitEvent | float | Exception"]


@dataclass
class FakeCatalogue:
    """Lessons made of step views."""

    course: Course
    lessons: dict[str, LessonInfo]


@dataclass
class FakeConfig:
    """No settings."""

    keys: dict[str, str] = field(default_factory=dict)
    theme: str = ""


class FakeStore:
    """Choices, in memory."""

    def __init__(self) -> None:
        self.choices: dict[str, str] = {}

    def choice(self, name: str) -> str:
        return self.choices.get(name, "")

    def save_choice(self, name: str, value: str) -> None:
        self.choices[name] = value


class FakeSession:
    """What the UI uses of `Session`, in memory."""

    def __init__(
        self,
        steps: Sequence[StepView],
        *,
        lessons: Sequence[LessonInfo] = (),
        paths: Sequence[CoursePath] = (),
        notice: str = "",
        solution: str = "def f():\n    return 1\n",
        hints: Sequence[str] = ("Look at the *shape*.", "Sum over `axis=0`."),
    ) -> None:
        self.steps = list(steps)
        self.notice = notice
        self.config = FakeConfig()
        self.hint_texts = list(hints)
        self.solution_text = solution
        self.scripts: dict[str, Script] = {}
        """Step id → what a run yields."""
        self.drafts: dict[tuple[StepRef, FrameworkName], Draft] = {}
        self.saves: list[tuple[StepRef, FrameworkName, Draft]] = []
        self.places: list[tuple[StepRef, FrameworkName]] = []
        self.submitted: list[tuple[StepRef, FrameworkName, str]] = []
        self.ran: list[tuple[StepRef, FrameworkName, str]] = []
        self.prepared: list[tuple[StepRef, FrameworkName]] = []
        self.lacking: dict[str, str] = {}
        """Step id → what the machine lacks for it."""
        self.tried: set[StepRef] = set()
        self.passed: set[tuple[StepRef, FrameworkName]] = set()
        self.taken: dict[StepRef, int] = {}
        self.resets: list[tuple[str | None, str | None]] = []
        self.save_error: Exception | None = None
        self.lesson_error: Exception | None = None
        """What reading the lesson raises from now on: its file was changed, and has a fault."""
        self.theme = ""
        self.alive: tuple[Hello, ...] = ()
        self.stopped = asyncio.Event()
        self.closed = False
        self.trust_question = ""
        """What is asked before anything runs; empty for a course that is trusted."""
        self.shelved: tuple[Shelved, ...] = ()
        self.comparisons: Sequence[Comparison | Exception] = ()
        """What comparing frameworks yields."""
        infos = [_info(self.steps), *lessons]
        tracks: dict[str, list[str]] = {}
        for info in infos:
            tracks.setdefault(info.track, []).append(info.id)
        self.catalogue = FakeCatalogue(
            Course(
                course="fake",
                title="Deep learning by hand",
                tracks=tuple(
                    Track(id=track, title=track.capitalize(), lessons=tuple(ids))
                    for track, ids in tracks.items()
                ),
                paths=tuple(paths),
            ),
            {info.id: info for info in infos},
        )
        self.known: set[str] = set()
        self.way = Way(cast("Catalogue", self.catalogue), cast("Store", FakeStore()), "fake")

    def as_session(self) -> Session:
        """Return it under the type that the app wants."""
        return cast("Session", self)

    async def compare(self, ref: StepRef, framework: FrameworkName) -> AsyncIterator[Comparison]:
        for found in self.comparisons:
            if isinstance(found, Exception):
                raise found
            yield found

    def courses(self) -> tuple[Shelved, ...]:
        return self.shelved

    def trust(self) -> None:
        self.trust_question = ""

    def save_theme(self, name: str) -> None:
        self.theme = name

    # Reading

    def lesson(self, lesson: str) -> None:
        if lesson not in self.catalogue.lessons:
            raise UsageError(f"There is no lesson `{lesson}`.")

    def step_view(self, ref: StepRef, framework: FrameworkName | None = None) -> StepView:
        self.lesson(ref.lesson)
        framework = framework or self.preferred_framework()
        for view in self.steps:
            if view.ref == ref:
                offered = framework in view.frameworks
                return _in_framework(
                    view, framework if framework and offered else view.frameworks[0]
                )
        raise UsageError(f"Lesson `{ref.lesson}` has no step `{ref.step}`.")

    def _read_lesson(self) -> None:
        if self.lesson_error is not None:
            raise self.lesson_error

    def step_views(
        self, lesson: str, framework: FrameworkName | None = None, at: str | None = None
    ) -> tuple[StepView, ...]:
        self._read_lesson()
        self.lesson(lesson)
        chosen = framework or FRAMEWORKS[0]
        stage = self.way.stages.get(lesson)
        if stage is not None and at not in (None, *stage.steps):
            stage = None
        return tuple(
            _in_framework(view, chosen)
            for view in self.steps
            if view.ref.lesson == lesson
            and chosen in view.frameworks
            and (stage is None or view.ref.step in stage.steps)
        )

    def preferred_framework(
        self, among: Sequence[FrameworkName] = FRAMEWORKS
    ) -> FrameworkName | None:
        if self.way.path is not None:
            return self.way.path.frameworks[0]
        return self.places[-1][1] if self.places else None

    def paths(self) -> tuple[PathView, ...]:
        passed = {
            info.id: {(ref.step, name) for ref, name in self.passed if ref.lesson == info.id}
            for info in self.catalogue.lessons.values()
        }
        done = Done(passed=passed, seen={}, known=self.known)
        return path_views(cast("Catalogue", self.catalogue), self.way, done, FRAMEWORKS[0])

    def offers_paths(self) -> bool:
        return bool(self.catalogue.course.paths) and not self.way.choice and not self.places

    def choose_path(self, name: str) -> None:
        self.way.choose(name)

    def unmet(self, lesson: str) -> tuple[str, ...]:
        return tuple(name for name in self.way.unmet(lesson) if not self.standing(name).complete)

    def placement(self, framework: FrameworkName | None = None) -> Placement:
        lessons = [name for name in self.way.lessons if not self.standing(name).complete]
        wanted = framework or self.preferred_framework()
        found = candidates(cast("Catalogue", self.catalogue), self.way, lessons, wanted)
        return Placement(found, self.known.add)

    def forget_known(self, lesson: str) -> None:
        self.known.discard(lesson)

    def standing(self, lesson: str) -> Standing:
        info, stage = self.catalogue.lessons[lesson], self.way.stages.get(lesson)
        steps = [step for step in info.steps if stage is None or step.id in stage.steps]
        return Standing(
            passed=frozenset((ref.step, name) for ref, name in self.passed if ref.lesson == lesson),
            exercises=tuple(step.id for step in steps if step.exercise),
            steps=tuple(step.id for step in steps),
            known=lesson in self.known,
            seen=frozenset(ref.step for ref, _ in self.places if ref.step.startswith("read")),
        )

    def standings(self) -> dict[str, Standing]:
        return {lesson: self.standing(lesson) for lesson in self.catalogue.lessons}

    def where(self) -> tuple[StepRef, FrameworkName] | None:
        return self.places[-1] if self.places else None

    def next_step(self) -> StepRef:
        for lesson in self.way.lessons:
            standing = self.standing(lesson)
            if not standing.complete and standing.next is not None:
                return StepRef(lesson, standing.next)
        return self.steps[0].ref

    def draft(self, ref: StepRef, framework: FrameworkName) -> Draft | None:
        return self.drafts.get((ref, framework))

    # Keeping

    def save_draft(self, ref: StepRef, framework: FrameworkName, draft: Draft) -> None:
        if self.save_error is not None:
            raise self.save_error
        self.drafts[ref, framework] = draft
        self.saves.append((ref, framework, draft))

    def save_place(self, ref: StepRef, framework: FrameworkName) -> None:
        self.places.append((ref, framework))

    def hints_shown(self, ref: StepRef, framework: FrameworkName) -> tuple[str, ...]:
        self._read_lesson()
        return tuple(self.hint_texts[: self.taken.get(ref, 0)])

    def hint(self, ref: StepRef, framework: FrameworkName) -> Hint:
        if not self.step_view(ref).hints:
            raise UsageError(f"{ref} has no hints.")
        number = min(self.taken.get(ref, 0) + 1, len(self.hint_texts))
        self.taken[ref] = number
        return Hint(self.hint_texts[number - 1], number, len(self.hint_texts))

    def solution(self, ref: StepRef, framework: FrameworkName) -> str:
        if ref not in self.tried:
            raise UsageError("The solution is shown after your first try.")
        return self.solution_text

    def explanation(self, ref: StepRef, framework: FrameworkName) -> str:
        if (ref, framework) not in self.passed:
            return ""
        return next(
            (
                event.explain
                for event in self.scripts.get(ref.step, ())
                if isinstance(event, Verdict)
            ),
            "",
        )

    def reset(self, lesson: str | None = None, step: str | None = None) -> int:
        self.resets.append((lesson, step))
        gone = [key for key in self.drafts if key[0] == StepRef(lesson or "", step or "")]
        for key in gone:
            del self.drafts[key]
        self.passed = {key for key in self.passed if key[0] != StepRef(lesson or "", step or "")}
        return len(gone)

    # Running

    async def prepare(self, ref: StepRef, framework: FrameworkName) -> str:
        self.prepared.append((ref, framework))
        return self.lacking.get(ref.step, "")

    async def hosts(self) -> tuple[Hello, ...]:
        return self.alive

    async def submit(
        self, ref: StepRef, framework: FrameworkName, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        self.submitted.append((ref, framework, answer))
        async for event in self._play(ref):
            if isinstance(event, Verdict):
                self.tried.add(ref)
                if event.verdict == "pass":
                    self.passed.add((ref, framework))
            yield event

    async def run(
        self, ref: StepRef, framework: FrameworkName, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        self.ran.append((ref, framework, answer))
        async for event in self._play(ref):
            yield event

    async def _play(self, ref: StepRef) -> AsyncIterator[SubmitEvent]:
        self.stopped.clear()
        for event in self.scripts.get(ref.step, ()):
            if isinstance(event, Exception):
                raise event
            if isinstance(event, int | float):
                try:
                    await asyncio.wait_for(self.stopped.wait(), event)
                except TimeoutError:
                    continue
                yield Verdict(verdict="unchecked", message="You stopped it.")
                return
            yield event

    async def stop(self) -> None:
        self.stopped.set()

    async def close(self) -> None:
        self.closed = True


def _in_framework(view: StepView, framework: FrameworkName) -> StepView:
    from dataclasses import replace

    return replace(view, framework=framework, starter=view.starter.replace("FRAMEWORK", framework))


def _info(steps: Sequence[StepView]) -> LessonInfo:
    return lesson_info(
        steps[0].ref.lesson,
        title="Your first gradient",
        steps=tuple(
            StepInfo(
                id=view.ref.step,
                kind=view.kind,
                title=view.title,
                frameworks=view.frameworks,
                exercise=view.kind != "read",
            )
            for view in steps
        ),
    )


def lesson_info(
    name: str,
    *,
    title: str,
    track: str = "foundations",
    steps: tuple[StepInfo, ...] = (),
    requires: tuple[str, ...] = (),
    broken: tuple[Finding, ...] = (),
    placement: tuple[str, ...] = (),
) -> LessonInfo:
    """Return a lesson for the map."""
    return LessonInfo(
        id=name,
        title=title,
        track=track,
        minutes=12,
        frameworks=FRAMEWORKS,
        requires=requires,
        goals=("compute a gradient in each framework", "check it by hand"),
        path=f"/course/{track}/01-{name}.yaml",
        steps=steps,
        placement=placement,
        broken=broken,
    )
