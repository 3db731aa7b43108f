"""What the session hands out: frozen views of steps, standings and events."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.models import FrameworkName
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Printed, Shown, Started
from tutor.views.model import Bars


@dataclass(frozen=True)
class StepRef:
    """Names a step: ``lesson/step`` on the command line."""

    lesson: str
    step: str

    def __str__(self) -> str:
        return f"{self.lesson}/{self.step}"


@dataclass(frozen=True)
class StepView:
    """A step as one framework's learner sees it: every per-framework text resolved."""

    ref: StepRef
    kind: str
    """`read`, `value`, `code`, `choose`, `order` or `measure`."""
    number: int
    """1-based place in the lesson."""
    title: str
    framework: FrameworkName
    frameworks: tuple[FrameworkName, ...]
    """Those the step can be done in."""
    prompt: str
    """Markdown: the text of a reading step, the question of an exercise."""
    setup: str = ""
    """Code that runs before the learner's, to show above the editor."""
    given: str = ""
    """Code shown, which the learner does not edit."""
    starter: str = ""
    """What the editor opens with."""
    task: str = ""
    """`write`, `fix` or `fill`, for code."""
    form: str = ""
    """How a value is typed; see `course.models.Form`."""
    options: tuple[str, ...] = ()
    """Options to choose from, in order; answers name them by 1-based number."""
    several: bool = False
    """Whether more than one option may be marked."""
    lines: tuple[str, ...] = ()
    """Lines to order, shuffled; answers name them by 1-based number, in order."""
    unit: str = ""
    """The unit of a measurement's results."""
    hints: int = 0
    """How many hints there are."""
    runnable: bool = False
    """Whether it has code that can be run without being graded."""
    sources: tuple[str, ...] = ()
    """What the lesson says can be looked up, and where; on its last step only."""

    @property
    def has_others(self) -> bool:
        """Whether other frameworks have programs to compare this one's with, once it is passed."""
        return len(self.frameworks) > 1 and (self.kind in ("code", "order") or bool(self.given))


@dataclass(frozen=True)
class Standing:
    """How far the learner is with one lesson."""

    passed: frozenset[tuple[str, str]]
    """(step, framework) pairs passed; framework-free steps carry every framework they show."""
    exercises: tuple[str, ...]
    """Ids of the steps that ask for something, in the frameworks that the learner takes it in;
    without those that the machine could not run."""
    seen: frozenset[str] = frozenset()
    """Ids of reading steps that were opened, and of exercises that the machine could not run."""
    steps: tuple[str, ...] = ()
    """Ids of all steps in those frameworks, in order."""
    known: bool = False
    """Whether a placement test showed that the learner may skip it."""
    frameworks: frozenset[str] = frozenset()
    """Those of the chosen path: what was passed in others does not count. Empty: all count."""

    @property
    def passed_steps(self) -> frozenset[str]:
        """Ids of the steps passed in a framework that counts."""
        counted = self.frameworks
        return frozenset(step for step, name in self.passed if not counted or name in counted)

    @property
    def done(self) -> int:
        """How many exercises were passed in a framework that counts."""
        if not self.passed:
            return 0
        steps = self.passed_steps
        return sum(exercise in steps for exercise in self.exercises)

    @property
    def asked(self) -> int:
        """How many exercises count towards the whole: of a lesson that is known, those done."""
        return self.done if self.known else len(self.exercises)

    @property
    def complete(self) -> bool:
        """Whether every exercise was passed, or the lesson is known.

        A lesson whose file has faults has no steps, and is not complete.
        """
        if self.known:
            return True
        return self.done == len(self.exercises) and bool(self.exercises or self.steps)

    @property
    def next(self) -> str | None:
        """The first step that was neither passed nor read; None when there is none."""
        done = self.passed_steps | self.seen
        return next((step for step in self.steps if step not in done), None)


@dataclass(frozen=True)
class PathView:
    """A path to choose, and how far the learner is on it."""

    id: str
    """`all` for the whole course."""
    title: str
    """A few words."""
    about: str
    """One sentence, or nothing."""
    frameworks: tuple[FrameworkName, ...]
    """What it is taken in; empty for the whole course."""
    knows: FrameworkName | None
    """The framework that it builds on."""
    lessons: tuple[tuple[str, tuple[str, ...]], ...]
    """(lesson, its steps on this path), in order."""
    minutes: int
    """For a newcomer, all of it."""
    done: int
    """Exercises passed in its frameworks."""
    exercises: int
    """How many there are, without those of lessons that are known."""
    known: int
    """Lessons that a placement test showed to be known."""
    chosen: bool
    """Whether the learner is on it."""


@dataclass(frozen=True)
class Draft:
    """What the learner had typed."""

    text: str
    row: int = 0
    column: int = 0


@dataclass(frozen=True)
class Hint:
    """One hint."""

    text: str
    number: int
    """1-based."""
    of: int


@dataclass(frozen=True)
class Measured:
    """The results of an experiment."""

    bars: Bars


@dataclass(frozen=True)
class Waiting:
    """Why nothing runs yet: `starting PyTorch`, `computing the reference`."""

    what: str


SubmitEvent = Waiting | Started | Printed | Shown | Measured | Verdict
