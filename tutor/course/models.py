"""What a lesson can say. Every field an author may write is a field here, and nowhere else.

The loader validates YAML against these, and ``schema.py`` turns them into JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

FrameworkName = Literal["torch", "tensorflow", "jax", "numpy"]
"""The names a lesson uses. ``numpy`` runs wherever a framework does: all three bring it."""

FRAMEWORKS: tuple[FrameworkName, ...] = ("torch", "tensorflow", "jax", "numpy")

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$(?!\n)", max_length=48)]
"""Lower-case words joined by hyphens: an id that survives a URL, a file name and a shell.

``$`` alone would let a newline follow, as in an id written as a block of text.
"""

Text = Annotated[str, Meta(min_length=1)]

PerFramework = Text | dict[FrameworkName, Text]
"""One text for every framework, or one for each."""

Form = Literal["number", "list", "shape", "dtype", "text", "exception", "bool", "device"]
"""How the learner types a value: it sets the placeholder and how the text is read."""


class Model(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What all lesson models share: immutable, no unknown fields."""


class Needs(Model, frozen=True, kw_only=True):
    """What a step needs of the machine; without it the verdict is `skipped`."""

    device: Literal["gpu", "gpus"] | None = None
    """`gpu`: one accelerator. `gpus`: two or more."""
    devices: Annotated[int, Meta(ge=2, le=16)] | None = None
    """This many devices, made of the CPU on any machine, even where there is a GPU."""
    packages: tuple[str, ...] = ()
    """Import names beside the framework, such as `optax`."""


class Mistake(Model, frozen=True, kw_only=True):
    """A wrong answer the author foresaw, for a step whose answer is a value."""

    say: PerFramework
    """What the learner did, and a nudge: never the answer."""
    probe: PerFramework | None = None
    """An expression whose value is the wrong answer, evaluated beside `answer`."""
    answer: str | None = None
    """The wrong answer as the learner would type it; for those that no expression computes."""


class CodeMistake(Model, frozen=True, kw_only=True):
    """A wrong program the author foresaw. Give `code`, or `raises`, or both."""

    say: Text
    """What the learner did, and a nudge: never the answer."""
    code: str | None = None
    """A whole wrong program. An answer whose checks give the same values earns `say`."""
    raises: str | None = None
    """The exception type that this mistake ends in, such as `TypeError`."""
    matching: str | None = None
    """A part of the exception's message, as it stands there: no regular expression."""


class Check(Model, frozen=True, kw_only=True, rename={"is_": "is"}):
    """A probe and what it must satisfy. By default: what the solution gives for the same probe."""

    that: PerFramework
    """An expression, evaluated after the learner's code, once per seed."""
    equals: PerFramework | None = None
    """Another expression, in the same program, that it must equal: a finite difference, say."""
    is_: Any = None
    """A constant that it must equal: a number, text, a list, true or false."""
    at_least: float | None = None
    """A lower bound on a number."""
    at_most: float | None = None
    """An upper bound on a number."""
    raises: str | None = None
    """The exception type that evaluating it must raise."""
    rtol: float | None = None
    """Relative tolerance; the default goes by dtype and device."""
    atol: float | None = None
    """Absolute tolerance; the default goes by dtype and device."""
    ignore: tuple[Literal["dtype", "rank", "device", "graph"], ...] = ()
    """Differences that are beside the point here."""
    label: Text | None = None
    """What is checked, in words, for a learner to whom the expression says little."""
    say: PerFramework | None = None
    """What to say when it fails, if the general diagnosis is not enough."""
    differs: Text | None = None
    """Why frameworks give different values here, if they do; `author test` compares them."""


class Show(Model, frozen=True, kw_only=True):
    """A view: what a learner would rather look at than read. Drawn after the code has run."""

    view: Literal["curve", "bars", "image", "graph", "code", "tree", "table", "tensor", "timeline"]
    """How it is drawn."""
    of: PerFramework | None = None
    """An expression for what is drawn, evaluated after the checks; none for a timeline."""
    name: PerFramework | None = None
    """A word or two for its tab; the kind of view by default."""
    caption: PerFramework
    """One line: what to look for."""
    log: bool = False
    """For a curve: whether the y axis is logarithmic to begin with."""
    unit: str = ""
    """For bars: the unit of the values, such as `ms`."""


class Exercise(Model, frozen=True, kw_only=True):
    """What every step that asks for something has."""

    id: Slug
    """Unique in its lesson; progress is kept under it."""
    title: str | None = None
    """A few words for the step list; the id with spaces by default."""
    ask: PerFramework
    """The prompt, in Markdown."""
    frameworks: tuple[FrameworkName, ...] = ()
    """The frameworks it is for; by default those of its variants, else the lesson's."""
    needs: Needs = Needs()
    """What it needs of the machine."""
    seconds: Annotated[float, Meta(gt=0, le=600)] = 10.0
    """The learner's own code may run this long; importing and device start-up are not charged."""
    hints: tuple[PerFramework, ...] = ()
    """From a nudge to nearly there; shown one by one."""
    explain: PerFramework | None = None
    """Shown after a pass, in Markdown; adds something."""
    show: tuple[Show, ...] = ()
    """Views drawn from the run; those of a prediction wait until it is right."""


class Read(Model, frozen=True, kw_only=True):
    """Prose, and code that the learner may run to see what it prints."""

    text: PerFramework
    """Markdown."""
    id: Slug | None = None
    """By default `read-` and its place in the lesson, so `read-1` for the first step."""
    title: str | None = None
    """A few words for the step list."""
    given: PerFramework | None = None
    """Code shown below the text; F5 runs it."""
    frameworks: tuple[FrameworkName, ...] = ()
    """The frameworks it is for; by default the lesson's."""
    needs: Needs = Needs()
    """What the given code needs of the machine."""
    seconds: Annotated[float, Meta(gt=0, le=600)] = 10.0
    """The given code may run this long."""
    show: tuple[Show, ...] = ()
    """Views drawn from the run of the given code."""


class Value(Exercise, frozen=True, kw_only=True):
    """Predict a value; the answer is computed live, never written down."""

    given: PerFramework | None = None
    """Code shown to the learner and run before the answer is evaluated."""
    setup: PerFramework | None = None
    """Code run before `given`, not shown."""
    answer: PerFramework
    """The probe whose value is the answer. One that raises makes the exception the answer."""
    form: Form = "number"
    """How the learner types it."""
    rtol: float | None = None
    """Relative tolerance for what is typed; by default what three significant digits allow."""
    atol: float | None = None
    """Absolute tolerance for what is typed."""
    mistakes: tuple[Mistake, ...] = ()
    """Wrong answers foreseen."""


class Equivalent(Model, frozen=True, kw_only=True):
    """A change to the solution that is no fault, so that no check could find it."""

    mutant: Text
    """The changed line, as `author mutate` shows it after `+`, or the change in its words."""
    because: Text
    """Why the program is still right."""


class Variant(Model, frozen=True, kw_only=True):
    """One framework's side of a code step."""

    starter: Text
    """What the editor opens with. Must fail."""
    solution: Text
    """Must pass. Shown only after an honest try."""
    setup: str | None = None
    """Code run before the learner's, shown above the editor."""
    mistakes: tuple[CodeMistake, ...] = ()
    """Wrong programs foreseen, each with its own message."""
    equivalent: tuple[Equivalent, ...] = ()
    """Changes to the solution that leave it right; `author mutate` does not count them."""


class Code(Exercise, frozen=True, kw_only=True):
    """Write, fix or fill in code; checked by probes on inputs made afresh from seeds."""

    task: Literal["write", "fix", "fill"] = "write"
    """`fill`: the starter has blanks written `____`."""
    inputs: dict[str, str] = {}
    """Name → generator, such as `normal(8, 3)`; the framework's own tensors, fresh per seed."""
    seeds: Annotated[int, Meta(ge=1, le=16)] = 3
    """How many seeds each attempt is checked on, when there are inputs."""
    variants: Annotated[dict[FrameworkName, Variant], Meta(min_length=1)]
    """One per framework."""
    checks: Annotated[tuple[Check, ...], Meta(min_length=1)]
    """What must hold."""
    compile_cache: bool = True
    """False for exercises that measure compiling: the compilers' disk caches are switched off."""


class Option(Model, frozen=True, kw_only=True):
    """One option of a choice."""

    text: PerFramework
    """What the learner reads."""
    right: bool | str = False
    """True, false, or an expression evaluated live after `given`."""
    why: PerFramework
    """Why it is right or wrong; shown when it is chosen."""


class Choose(Exercise, frozen=True, kw_only=True):
    """Choose one option, or several when several are right."""

    given: PerFramework | None = None
    """Code shown, and run when an option's `right` is an expression."""
    several: bool = False
    """Whether the learner may mark more than one."""
    options: Annotated[tuple[Option, ...], Meta(min_length=2)]
    """In the order shown."""


class Distractor(Model, frozen=True, kw_only=True):
    """A line that does not belong."""

    line: Text
    """The line as shown, indentation included."""
    why: Text
    """Said when the learner uses it."""


class Order(Exercise, frozen=True, kw_only=True):
    """Put lines in order, leaving out those that do not belong."""

    lines: tuple[Text, ...] | dict[FrameworkName, tuple[Text, ...]]
    """In the right order, indentation included; shown shuffled."""
    distractors: tuple[Distractor, ...] | dict[FrameworkName, tuple[Distractor, ...]] = ()
    """Lines that do not belong."""
    setup: PerFramework | None = None
    """Code run before the lines."""
    checks: tuple[Check, ...] = ()
    """With checks, the program is run, and any order that satisfies them passes."""


class Measure(Exercise, frozen=True, kw_only=True):
    """Run an experiment on this device, look at the result, answer from it."""

    given: PerFramework
    """The experiment, shown and run."""
    results: PerFramework
    """An expression for a dict of label → number, or list of measurements, shown as bars."""
    unit: str = ""
    """The unit of the results, such as `ms`."""
    answer: PerFramework | None = None
    """The answer, evaluated in the same run. Give this or `options`."""
    form: Form = "number"
    """How the learner types it."""
    rtol: float | None = None
    """Relative tolerance for what is typed."""
    atol: float | None = None
    """Absolute tolerance for what is typed."""
    mistakes: tuple[Mistake, ...] = ()
    """Wrong answers foreseen."""
    options: tuple[Option, ...] = ()
    """Options whose `right` is evaluated in the same run."""


Step = Read | Value | Code | Choose | Order | Measure

KINDS: dict[str, type[Step]] = {
    "read": Read,
    "value": Value,
    "code": Code,
    "choose": Choose,
    "order": Order,
    "measure": Measure,
}
"""A step is a map with one key, its kind. `read` may also be plain text."""


class LessonHead(Model, frozen=True, kw_only=True):
    """What a lesson file says before its steps, and after them."""

    lesson: Slug
    """The id; equal to the file's name without its number and `.yaml`."""
    title: Text
    """Shown in the map."""
    track: Slug
    """The track it belongs to; the name of its folder."""
    frameworks: Annotated[tuple[FrameworkName, ...], Meta(min_length=1)]
    """What it can be taken in; the first is the default."""
    requires: tuple[Slug, ...] = ()
    """Lessons to do first."""
    minutes: Annotated[int, Meta(ge=1, le=120)]
    """How long it takes a newcomer."""
    goals: Annotated[tuple[str, ...], Meta(min_length=1)]
    """What the learner can do afterwards."""
    covers: tuple[str, ...] = ()
    """Ids from the course's list of topics."""
    sources: tuple[str, ...] = ()
    """Where the facts come from: title and address."""
    placement: tuple[Slug, ...] = ()
    """The one or two quick exercises that show who knows all this; the last two by default."""


class Lesson(LessonHead, frozen=True, kw_only=True):
    """One file."""

    steps: Annotated[tuple[Step, ...], Meta(min_length=1)]
    """In order; each a map with one key, its kind."""


class Track(Model, frozen=True, kw_only=True):
    """A row of the map."""

    id: Slug
    """The name of its folder."""
    title: Text
    """Shown in the map."""
    about: str = ""
    """One sentence."""
    lessons: tuple[Slug, ...]
    """Lesson ids, in order."""


class PathPart(Model, frozen=True, kw_only=True):
    """A part of a path: a lesson, or a whole track. A lesson's id alone says the same as a map."""

    lesson: Slug | None = None
    """A lesson. Give this or `track`."""
    track: Slug | None = None
    """A track: its lessons offered in the path's frameworks, but for those named by themselves."""
    steps: tuple[Slug, ...] = ()
    """The lesson's steps that are worth doing on this path; all by default."""


class CoursePath(Model, frozen=True, kw_only=True):
    """A way through the course, for one sort of learner."""

    id: Slug
    """What `fwtutor path` takes; `all` is the whole course."""
    title: Text
    """Shown in the list of paths and on the map."""
    about: str = ""
    """One sentence: for whom it is, and what it leaves out."""
    frameworks: Annotated[tuple[FrameworkName, ...], Meta(min_length=1)]
    """What it is taken in; nothing on it needs another. The first is the default."""
    knows: FrameworkName | None = None
    """A framework that the learner knows already: lessons offered in it need not come first."""
    lessons: Annotated[tuple[Slug | PathPart, ...], Meta(min_length=1)]
    """In order: ids of lessons, or maps."""


class Course(Model, frozen=True, kw_only=True):
    """`course.yaml`."""

    course: Slug
    """The id that progress is kept under."""
    title: Text
    """Shown at the top of the map."""
    about: str = ""
    """One sentence."""
    tracks: Annotated[tuple[Track, ...], Meta(min_length=1)]
    """In order."""
    topics: dict[str, Text] = {}
    """What the course means to teach: id → one line. Lessons name the ids in `covers`."""
    paths: tuple[CoursePath, ...] = ()
    """Ways through the course that a learner may choose; without, there is the whole course."""
