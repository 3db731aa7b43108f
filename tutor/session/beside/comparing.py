"""Runs one exercise in all its frameworks, and compares what each gives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from tutor.course.models import FrameworkName, Step
from tutor.grading.values import Value as WireValue
from tutor.session.attempts import Attempts
from tutor.session.beside.comparison import (
    Comparison,
    begun,
    job_of,
    mine_of,
    program_of,
    with_values,
)
from tutor.session.model import StepView


async def compare(
    step: Step, shown: StepView, answer: str, attempts: Attempts | None
) -> AsyncIterator[Comparison]:
    """The comparison at once, and again whenever a framework's values have come.

    A framework that is not here, or whose program fails, is in ``absent`` with the reason; its
    program is shown all the same.

    Args:
        step: The exercise.
        shown: It as the learner saw it, in the framework that they passed it in.
        answer: The learner's, which passed.
        attempts: What runs programs; None where nothing may run.
    """
    comparison = begun(step, shown, answer)
    if attempts is None:
        yield replace(comparison, waiting=())
        return
    yield comparison
    values: dict[FrameworkName, Sequence[WireValue]] = {}

    async def run(
        framework: FrameworkName,
    ) -> tuple[FrameworkName, tuple[WireValue, ...] | str]:
        own = framework == shown.framework
        source = mine_of(step, shown, answer) if own else program_of(step, framework)
        return framework, await attempts.values(step, framework, job_of(step, framework, source))

    tasks = [asyncio.create_task(run(name)) for name in comparison.waiting]
    try:
        for done in asyncio.as_completed(tasks):
            framework, given = await done
            if isinstance(given, str):
                absent = {**comparison.absent, framework: given}
                comparison = replace(comparison, absent=absent)
            else:
                values[framework] = given
            comparison = with_values(comparison, step, values)
            yield comparison
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
