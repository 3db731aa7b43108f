"""From a step and an answer to the job that a worker runs. Pure.

The author's solution, a learner's answer and a foreseen wrong program of one exercise are the same
job but for one block of source, so their probes' values can be compared.
"""

from __future__ import annotations

import hashlib
import math
import textwrap
from collections.abc import Sequence as SequenceOf

import msgspec

from tutor.course.models import (
    Check,
    Choose,
    Code,
    FrameworkName,
    Measure,
    Order,
    Read,
    Step,
    Value,
)
from tutor.course.resolve import reads_inputs_at_top_level, text_for
from tutor.grading.values import Sequence
from tutor.grading.values import Value as WireValue
from tutor.grading.words import dims_of
from tutor.runtime.job import Block, Job, Limits, Wanted
from tutor.session.step_views import lines_of

SEED_SETS = 4
"""How many sets of seeds an exercise has; attempts take turns, so one public input is never all."""


SHAPES = (
    "[[int(n) for n in v.shape] for v in tuple(globals().values()) "
    "if hasattr(v, 'dtype') and hasattr(getattr(v, 'shape', None), '__len__')]"
)
"""The last probe of a value: the shapes of the tensors in the given code, for `sizes_in`."""

MOST_SIZES = 12
"""Of more, some would explain any factor by chance."""


def seeds_for(attempts: int, count: int) -> tuple[int, ...]:
    """The seeds of the attempt that follows ``attempts`` others."""
    first = (attempts % SEED_SETS) * count
    return tuple(range(first, first + count))


def read_job(step: Read, framework: FrameworkName) -> Job:
    """Run what a reading step shows."""
    return Job(
        framework=framework,
        blocks=_blocks(given=text_for(step.given, framework)),
        packages=step.needs.packages,
        device=_device_for(step),
        limits=Limits(seconds=step.seconds),
    )


def value_job(step: Value, framework: FrameworkName) -> Job:
    """Evaluate the answer, each mistake that is a probe, and SHAPES, after the given code."""
    return Job(
        framework=framework,
        blocks=_blocks(
            setup=text_for(step.setup, framework), given=text_for(step.given, framework)
        ),
        probes=(text_for(step.answer, framework), *_mistake_probes(step, framework), SHAPES),
        packages=step.needs.packages,
        device=_device_for(step),
        limits=Limits(seconds=step.seconds),
    )


def sizes_in(shapes: WireValue) -> tuple[int, ...]:
    """What SHAPES gave, as the sizes that a wrong scale could come from; () when it says little."""
    if not isinstance(shapes, Sequence):
        return ()
    sizes: set[int] = set()
    for shape in shapes.items:
        dims = dims_of(shape)
        if dims is not None:
            known = [size for size in dims if size is not None]
            sizes.update(known, [math.prod(known)])
    sizes -= {0, 1}
    return tuple(sorted(sizes)) if len(sizes) <= MOST_SIZES else ()


def choose_job(step: Choose, framework: FrameworkName) -> Job | None:
    """Evaluate the options that are expressions; None with nothing to evaluate or to show."""
    probes = tuple(o.right for o in step.options if isinstance(o.right, str))
    if not probes and not (step.show and step.given):
        return None
    return Job(
        framework=framework,
        blocks=_blocks(given=text_for(step.given, framework)),
        probes=probes,
        packages=step.needs.packages,
        device=_device_for(step),
        limits=Limits(seconds=step.seconds),
    )


def measure_job(step: Measure, framework: FrameworkName) -> Job:
    """Run the experiment; its results, then the answer, the options and the mistakes."""
    answer = (text_for(step.answer, framework),) if step.answer else ()
    rights = tuple(o.right for o in step.options if isinstance(o.right, str))
    return Job(
        framework=framework,
        blocks=_blocks(given=text_for(step.given, framework)),
        probes=(
            text_for(step.results, framework),
            *answer,
            *rights,
            *_mistake_probes(step, framework),
        ),
        packages=step.needs.packages,
        device=_device_for(step),
        limits=Limits(seconds=step.seconds),
    )


def code_job(
    step: Code, framework: FrameworkName, source: str, seeds: tuple[int, ...], *, checked: bool
) -> Job:
    """Run ``source`` as the answer; with ``checked``, evaluate the probes of every check."""
    variant = step.variants[framework]
    return Job(
        framework=framework,
        blocks=_blocks(setup=variant.setup or "", answer=source),
        inputs=step.inputs,
        seeds=seeds if step.inputs else seeds[:1],
        rerun=reads_inputs_at_top_level(variant.solution, tuple(step.inputs)),
        probes=_check_probes(step.checks, framework) if checked else (),
        packages=step.needs.packages,
        device=_device_for(step),
        limits=Limits(seconds=step.seconds),
        compile_cache=step.compile_cache,
    )


def order_job(step: Order, framework: FrameworkName, lines: SequenceOf[str]) -> Job:
    """Run the lines as the answer."""
    return Job(
        framework=framework,
        blocks=_blocks(
            setup=text_for(step.setup, framework), answer=textwrap.dedent("\n".join(lines))
        ),
        probes=_check_probes(step.checks, framework),
        packages=step.needs.packages,
        device=_device_for(step),
        limits=Limits(seconds=step.seconds),
    )


def solution_job(step: Code | Order, framework: FrameworkName, seeds: tuple[int, ...]) -> Job:
    """The author's own program, checked."""
    if isinstance(step, Order):
        return order_job(step, framework, lines_of(step, framework))
    return code_job(step, framework, step.variants[framework].solution, seeds, checked=True)


def split_checks(
    checks: SequenceOf[Check], results: SequenceOf[SequenceOf[WireValue]]
) -> tuple[list[list[WireValue]], list[list[WireValue | None]]]:
    """Per seed and check: the value of ``that``, and of ``equals`` where the check has one."""
    values: list[list[WireValue]] = []
    equals: list[list[WireValue | None]] = []
    for row in results:
        remaining = iter(row)
        pairs = [
            (next(remaining), next(remaining) if check.equals is not None else None)
            for check in checks
        ]
        values.append([that for that, _ in pairs])
        equals.append([other for _, other in pairs])
    return values, equals


def with_views(job: Job, step: Step, framework: FrameworkName) -> Job:
    """The same job, and the views that the step shows of its run."""
    wanted: list[Wanted] = []
    for show in step.show:
        of = text_for(show.of, framework)
        if not of and isinstance(show.of, dict):
            continue  # this view is for other frameworks
        caption = text_for(show.caption, framework)
        name = text_for(show.name, framework) or show.view
        taken = sum(other.name.split(" (")[0] == name for other in wanted)
        if taken:
            name = f"{name} ({taken + 1})"
        wanted.append(
            Wanted(view=show.view, of=of, name=name, caption=caption, log=show.log, unit=show.unit)
        )
    return msgspec.structs.replace(job, views=tuple(wanted)) if wanted else job


def fingerprint(job: Job, *parts: str) -> str:
    """A name for the job's results that changes when anything that may change them does."""
    digest = hashlib.sha256(msgspec.json.encode(job))
    for part in parts:
        digest.update(b"\0" + part.encode())
    return digest.hexdigest()


def _device_for(step: Step) -> str:
    """What the step says of the device; `auto` leaves it to the learner's settings."""
    return f"cpu*{step.needs.devices}" if step.needs.devices else "auto"


def _check_probes(checks: SequenceOf[Check], framework: FrameworkName) -> tuple[str, ...]:
    probes: list[str] = []
    for check in checks:
        probes.append(text_for(check.that, framework))
        if check.equals is not None:
            probes.append(text_for(check.equals, framework))
    return tuple(probes)


def _mistake_probes(step: Value | Measure, framework: FrameworkName) -> tuple[str, ...]:
    probes = (text_for(mistake.probe, framework) for mistake in step.mistakes)
    return tuple(probe for probe in probes if probe)


def _blocks(*, setup: str = "", given: str = "", answer: str | None = None) -> tuple[Block, ...]:
    blocks: list[Block] = []
    if setup:
        blocks.append(Block(name="setup", source=setup))
    if given:
        blocks.append(Block(name="given", source=given))
    if answer is not None:
        blocks.append(Block(name="answer", source=answer))
    return tuple(blocks)
