"""A step as the rules of `author lint` see it: its model, its place, and what the author wrote."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from tutor.course.models import (
    Code,
    FrameworkName,
    Lesson,
    Measure,
    Model,
    Option,
    Order,
    Read,
    Step,
    Value,
)
from tutor.course.resolve import frameworks_of, kind_of, text_for
from tutor.course.yaml_positions import Document, Keys, as_map


@dataclass(frozen=True)
class StepAt:
    """One step and its place."""

    step: Step
    """Its model."""
    keys: Keys
    """The path to its fields."""
    frameworks: tuple[FrameworkName, ...]
    """Those it can be done in."""
    written: Mapping[str, Any]
    """The fields that the author wrote, as read from the file."""


def steps_at(lesson: Lesson, document: Document) -> Iterator[StepAt]:
    """Each step of a lesson, in order."""
    data = as_map(document.data) or {}
    for index, step in enumerate(lesson.steps):
        kind = kind_of(step)
        written = as_map(data["steps"][index][kind]) or {}
        yield StepAt(step, ("steps", index, kind), frameworks_of(lesson, step), written)


def texts(model: Model, keys: Keys) -> Iterator[tuple[Keys, str, str]]:
    """Every text in a model: its path, the name of its field, and itself."""
    names = zip(model.__struct_fields__, model.__struct_encode_fields__, strict=True)
    for field, name in names:
        yield from _texts(getattr(model, field), (*keys, name), name)


def _texts(value: Any, keys: Keys, name: str) -> Iterator[tuple[Keys, str, str]]:
    if isinstance(value, str):
        yield keys, name, value
    elif isinstance(value, Model):
        yield from texts(value, keys)
    elif isinstance(value, tuple):
        for index, item in enumerate(cast("tuple[Any, ...]", value)):
            yield from _texts(item, (*keys, index), name)
    elif isinstance(value, dict):
        for key, item in cast("dict[str, Any]", value).items():
            yield from _texts(item, (*keys, key), name)


def code_of(at: StepAt, framework: FrameworkName) -> Iterator[tuple[Keys, str]]:
    """The code that runs before a step's probes are evaluated, with its path."""
    step = at.step
    if isinstance(step, Code):
        variant = step.variants.get(framework)
        if variant is not None:
            keys = (*at.keys, "variants", framework)
            if variant.setup is not None:
                yield (*keys, "setup"), variant.setup
            yield (*keys, "solution"), variant.solution
        return
    setup = None if isinstance(step, Read) else getattr(step, "setup", None)
    given = None if isinstance(step, Order) else getattr(step, "given", None)
    for name, written in (("setup", setup), ("given", given)):
        source = text_for(written, framework)
        if source:
            keys = (*at.keys, name)
            yield ((*keys, framework) if isinstance(written, dict) else keys), source
    if isinstance(step, Order):
        lines = step.lines.get(framework, ()) if isinstance(step.lines, dict) else step.lines
        yield (*at.keys, "lines"), "\n".join(lines)


def probes_of(at: StepAt, framework: FrameworkName) -> Iterator[str]:
    """The expressions evaluated after a step's code."""
    step = at.step
    for show in step.show:
        yield text_for(show.of, framework)
    if isinstance(step, Code | Order):
        for check in step.checks:
            yield text_for(check.that, framework)
            yield text_for(check.equals, framework)
        return
    if isinstance(step, Read):
        return
    if isinstance(step, Value | Measure):
        yield text_for(step.answer, framework)
        for mistake in step.mistakes:
            yield text_for(mistake.probe, framework)
    if isinstance(step, Measure):
        yield text_for(step.results, framework)
    options: tuple[Option, ...] = () if isinstance(step, Value) else step.options
    for option in options:
        if isinstance(option.right, str):
            yield option.right
