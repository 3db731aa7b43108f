"""One exercise in all its frameworks: what is shown before anything has run, and with values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tutor.course.models import (
    Choose,
    Code,
    FrameworkName,
    Measure,
    Order,
    Read,
    Step,
    Value,
)
from tutor.course.resolve import text_for
from tutor.grading.arrays import array_of
from tutor.grading.ulps import gap
from tutor.grading.values import Device, DType, Nothing, Number, Opaque, Raised, Shape, Tensor, Text
from tutor.grading.values import Mapping as MappingValue
from tutor.grading.values import Sequence as SequenceValue
from tutor.grading.values import Value as WireValue
from tutor.grading.words import shape_text, show_number
from tutor.runtime.job import Job
from tutor.session.beside.alignment import Row, align
from tutor.session.beside.differences import Difference, differences_in
from tutor.session.judging import chosen_lines
from tutor.session.model import StepRef, StepView
from tutor.session.plan import code_job, order_job, value_job
from tutor.session.step_views import lines_of

SEED = (0,)
"""Values are compared on one set of inputs: the same numbers in every framework."""

FEW = 6
"""Elements of a tensor that are written out."""


@dataclass(frozen=True)
class Compared:
    """One value of the exercise, in each framework."""

    label: str
    """What is computed: the author's words, else the expression."""
    shown: Mapping[FrameworkName, str]
    """The value in a few words; of frameworks that have run."""
    kinds: Mapping[FrameworkName, str]
    """Dtype and shape of what is a tensor, such as `float32 (4,)`; else empty."""
    apart: Mapping[FrameworkName, str]
    """How far it is from the learner's, such as `2 ulps of float32`; not of their own."""
    differs: str = ""
    """Why frameworks differ here, where the author says so."""


@dataclass(frozen=True)
class Comparison:
    """The same exercise in several frameworks."""

    ref: StepRef
    title: str
    own: FrameworkName
    """The learner's: its program is theirs. It comes first."""
    frameworks: tuple[FrameworkName, ...]
    rows: tuple[Row, ...]
    differences: tuple[Difference, ...]
    compared: tuple[Compared, ...] = ()
    """Empty until the first framework has run; of an exercise without values always."""
    absent: Mapping[FrameworkName, str] = field(default_factory=dict[FrameworkName, str])
    """Why a framework gives no values here: a sentence."""
    waiting: tuple[FrameworkName, ...] = ()
    """Frameworks whose values are still to come."""


def program_of(step: Step, framework: FrameworkName) -> str:
    """The author's program of the step; empty when it has none."""
    match step:
        case Code():
            return step.variants[framework].solution
        case Order():
            return "\n".join(lines_of(step, framework))
        case Value() | Choose() | Measure() | Read():
            return text_for(step.given, framework)


def mine_of(step: Step, shown: StepView, answer: str) -> str:
    """The learner's own program; the step's where they write none."""
    match step:
        case Code():
            return answer
        case Order():
            return "\n".join(chosen_lines(shown.lines, answer))
        case _:
            return program_of(step, shown.framework)


def begun(step: Step, shown: StepView, answer: str) -> Comparison:
    """The comparison before anything has run.

    Args:
        step: The exercise.
        shown: It as the learner saw it, in the framework that they passed it in.
        answer: The learner's, which passed.
    """
    own = shown.framework
    others: list[FrameworkName] = [name for name in shown.frameworks if name != own]
    order: tuple[FrameworkName, ...] = (own, *others)
    programs: dict[FrameworkName, str] = {name: program_of(step, name) for name in order}
    programs[own] = mine_of(step, shown, answer)
    return Comparison(
        ref=shown.ref,
        title=shown.title,
        own=own,
        frameworks=order,
        rows=align(programs),
        differences=differences_in(programs),
        waiting=order if has_values(step) else (),
    )


def has_values(step: Step) -> bool:
    """Whether there is something to compute and compare."""
    return isinstance(step, Code | Value) or (isinstance(step, Order) and bool(step.checks))


def job_of(step: Step, framework: FrameworkName, program: str) -> Job:
    """The job that computes the step's values with a program."""
    match step:
        case Code():
            return code_job(step, framework, program, SEED, checked=True)
        case Order():
            return order_job(step, framework, program.split("\n"))
        case Value():
            return value_job(step, framework)
        case _:
            raise AssertionError("asked only of steps that have values")


def labelled(step: Step, row: Sequence[WireValue]) -> list[tuple[str, str, WireValue]]:
    """Each value that is compared, out of a run's first row: label, the author's words, value."""
    if isinstance(step, Value):
        return [("answer", "", row[0])]
    found: list[tuple[str, str, WireValue]] = []
    values = iter(row)
    for check in step.checks if isinstance(step, Code | Order) else ():
        value = next(values)
        if check.equals is not None:
            next(values)
        that = check.that if isinstance(check.that, str) else next(iter(check.that.values()))
        label = check.label or that
        found.append((label, check.differs or "", value))
    return found


def with_values(
    comparison: Comparison, step: Step, values: Mapping[FrameworkName, Sequence[WireValue]]
) -> Comparison:
    """The comparison with what has come so far."""
    table: dict[FrameworkName, list[tuple[str, str, WireValue]]] = {
        name: labelled(step, row) for name, row in values.items()
    }
    waiting = tuple(
        name for name in comparison.waiting if name not in values and name not in comparison.absent
    )
    if not table:
        return replace(comparison, waiting=waiting)
    compared: list[Compared] = []
    seen: set[str] = set()
    for place, (label, differs, _) in enumerate(next(iter(table.values()))):
        if label in seen:  # two checks of one value
            continue
        seen.add(label)
        given: dict[FrameworkName, WireValue] = {}
        for name, rows in table.items():
            given[name] = rows[place][2]
        mine = given.get(comparison.own)
        apart: dict[FrameworkName, str] = {
            name: apart_text(mine, value)
            for name, value in given.items()
            if mine is not None and name != comparison.own
        }
        shown: dict[FrameworkName, str] = {name: brief(value) for name, value in given.items()}
        kinds: dict[FrameworkName, str] = {name: _kind(value) for name, value in given.items()}
        compared.append(Compared(label, shown, kinds, apart, differs))
    return replace(comparison, compared=tuple(compared), waiting=waiting)


def apart_text(mine: WireValue, other: WireValue) -> str:
    """How far another framework's value is from the learner's."""
    found = gap(mine, other)
    if isinstance(found, str):
        return found
    if found.same:
        return "the same" if not found.dtype else "0 ulps"
    if found.ulps is None:
        return "another number" if not found.dtype else "NaN or infinite in one alone"
    if found.ulps == 0:
        return f"the same in {found.dtype}"
    unit = "ulp" if found.ulps == 1 else "ulps"
    return f"{found.ulps:,} {unit} of {found.dtype} ({found.relative:.1e})"


def brief(value: WireValue) -> str:
    """A value in a few words: its first numbers, and of what it is one."""
    match value:
        case Tensor():
            return _tensor(value)
        case Number():
            numbers = array_of(value)
            return _number(numbers.items[0]) if numbers else value.text
        case SequenceValue(items=items, kind=kind):
            inside = _some([brief(item) for item in items[:FEW]], len(items))
            return f"({inside})" if kind == "tuple" else f"[{inside}]"
        case MappingValue(items=items):
            inside = _some([f"{key}: {brief(item)}" for key, item in items[:FEW]], len(items))
            return f"{{{inside}}}"
        case Text(text=text):
            return repr(text if len(text) <= 60 else f"{text[:59]}…")
        case Nothing():
            return "None"
        case DType(name=text) | Device(name=text):
            return text
        case Shape(dims=dims):
            return shape_text(dims)
        case Raised(type=kind):
            return f"raises {kind}"
        case Opaque(repr=text):
            return text[:60]


def _tensor(value: Tensor) -> str:
    numbers = array_of(value)
    if numbers is None:
        return _kind(value)
    text = _some([_number(item) for item in numbers.items[:FEW]], len(numbers.items))
    return f"[{text}]" if value.shape else text


def _kind(value: WireValue) -> str:
    if not isinstance(value, Tensor):
        return ""
    return f"{value.dtype} {shape_text(value.shape)}" if value.shape else value.dtype


def _some(parts: Sequence[str], total: int) -> str:
    return ", ".join(parts) + (", …" if total > len(parts) else "")


def _number(item: complex) -> str:
    """Nine significant digits: as many as tell two float32 numbers apart."""
    return f"{item:.9g}" if isinstance(item, float) else show_number(item)
