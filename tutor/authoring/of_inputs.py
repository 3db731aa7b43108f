"""Rules about a code step's inputs: used at all, and able to tell right from wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from tutor.authoring.remarks import Note
from tutor.authoring.source import names_read
from tutor.authoring.steps import StepAt, code_of, probes_of
from tutor.course.inputs import Generator, parse_generator
from tutor.course.models import Code


def input_notes(at: StepAt) -> Iterator[Note]:
    """Everything about the inputs of one step."""
    if not isinstance(at.step, Code) or not at.step.inputs:
        return
    made = {
        name: generator
        for name, text in at.step.inputs.items()
        if (generator := parse_generator(text)) is not None
    }
    yield from _unused(at)
    for name, generator in made.items():
        constant = _constant(generator)
        if constant:
            message = f"`{name}` {constant}, so wrong answers can agree with the right one; vary it"
            yield Note("constant", (*at.keys, "inputs", name), message)
    yield from _square(at, made)
    if made and all(generator.name == "tensor" for generator in made.values()):
        message = (
            "every input is the same for each seed, so an answer can be a constant; make one"
            " random, as in `normal(8, 3)`"
        )
        yield Note("fixed", (*at.keys, "inputs"), message, key=True)


def _unused(at: StepAt) -> Iterator[Note]:
    assert isinstance(at.step, Code)
    read = {
        name
        for framework in at.frameworks
        for source in (
            *(probe.strip() for probe in probes_of(at, framework)),
            *(source for _, source in code_of(at, framework)),
        )
        for name in names_read(source)
    }
    for name in at.step.inputs:
        if name not in read:
            message = f"no check and no code reads the input `{name}`; use it, or leave it out"
            yield Note("unused", (*at.keys, "inputs", name), message, key=True)


def _constant(generator: Generator) -> str:
    """Say why a generator gives the same number everywhere; empty when it does not."""
    if generator.name == "tensor":
        values = list(_flat(generator.arguments[0] if generator.arguments else None))
        same = len(values) > 1 and all(value == values[0] for value in values)
        return f"holds {values[0]} everywhere" if same else ""
    if generator.name == "normal":
        return "has a standard deviation of 0" if generator.keywords.get("std") == 0 else ""
    if generator.name in ("integers", "whole"):
        low, high = generator.interval()
        return f"can only be {low}" if high - low == 1 else ""
    return ""


def _square(at: StepAt, made: Mapping[str, Generator]) -> Iterator[Note]:
    shapes = {name: generator.shape() for name, generator in made.items()}
    matrices = {name: shape for name, shape in shapes.items() if len(shape) >= 2}
    if not matrices or any(len(set(shape)) > 1 for shape in matrices.values()):
        return
    name, shape = next(iter(matrices.items()))
    shown = "×".join(str(size) for size in shape)
    message = (
        f"`{name}` is {shown}, and so an answer transposed or along the wrong axis has the right"
        " shape; give its dimensions different sizes"
    )
    yield Note("square", (*at.keys, "inputs", name), message)


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for item in cast("list[Any] | tuple[Any, ...]", value):
            yield from _flat(item)
    elif value is not None:
        yield value
