"""`author test`: runs every exercise as learners would, and says what does not hold."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tutor.authoring.agreement import disagreements
from tutor.authoring.progress import Progress
from tutor.authoring.proofs import Bench, Effort, Proof
from tutor.authoring.prove_answers import (
    prove_choose,
    prove_measure,
    prove_order,
    prove_read,
    prove_value,
)
from tutor.authoring.prove_code import prove_code
from tutor.authoring.prove_views import prove_views
from tutor.authoring.remarks import Remark, in_order
from tutor.authoring.runner import Runner
from tutor.authoring.subjects import Selection, Subject, select
from tutor.config import load_config
from tutor.course.models import FrameworkName, Measure
from tutor.course.resolve import kind_of
from tutor.errors import NotOnThisMachine
from tutor.paths import Paths
from tutor.runtime.pool import Pool
from tutor.session.judging import require

_PROVERS: dict[str, Callable[[Proof, Bench], Awaitable[None]]] = {
    "read": prove_read,
    "value": prove_value,
    "code": prove_code,
    "choose": prove_choose,
    "order": prove_order,
    "measure": prove_measure,
}


USUAL = Effort()


@dataclass
class Report:
    """What a test of lessons found."""

    remarks: list[Remark] = field(default_factory=list[Remark])
    """What does not hold, by file and place."""
    proofs: list[Proof] = field(default_factory=list[Proof])
    """Each step, framework and device, in course order."""
    lessons: int = 0
    runs_in: dict[str, int] = field(default_factory=dict[str, int])
    """How many programs ran in each framework, each in a worker of its own."""
    seconds: float = 0.0

    @property
    def runs(self) -> int:
        """How many programs ran."""
        return sum(self.runs_in.values())

    @property
    def skipped(self) -> list[Proof]:
        """What this machine could not run."""
        return [proof for proof in self.proofs if proof.skipped]

    @property
    def notes(self) -> list[str]:
        """What nothing can prove."""
        return [note for proof in self.proofs for note in proof.notes]


def command(
    words: Sequence[str],
    *,
    course: Path | None = None,
    framework: FrameworkName | None = None,
    changed: str | None = None,
    effort: Effort = USUAL,
    workers: int = 0,
    trusted: bool = False,
    as_json: bool = False,
    junit: Path | None = None,
) -> int:
    """Test what `words` name, print what was found, and return the exit status.

    Raises:
        UsageError: A word names nothing, or the JUnit file cannot be written.
        CourseError: The course cannot be used.
        RuntimeUnavailable: A framework that should be there does not start.
    """
    from tutor.authoring.test_report import print_report, write_junit

    selection = select(words, course=course, framework=framework, changed=changed)
    if not trusted:
        selection.require_own()
    with Progress(sys.stderr) as progress:
        report = asyncio.run(
            run_tests(selection, effort=effort, workers=workers, progress=progress)
        )
    print_report(report, as_json=as_json)
    if junit is not None:
        write_junit(report, junit)
    return 1 if report.remarks else 0


async def run_tests(
    selection: Selection,
    *,
    effort: Effort = USUAL,
    workers: int = 0,
    progress: Progress | None = None,
    home: Path | None = None,
) -> Report:
    """Test each subject on each device that this machine has.

    Args:
        selection: What to test.
        effort: On how many sets of seeds, and how often.
        workers: How many programs run at a time; as many as there are cores by default.
        progress: Told of each subject that is done.
        home: Where fwtutor's configuration and caches are, if not where they always are.
    """
    began = time.monotonic()
    report = Report(remarks=list(selection.remarks), lessons=selection.lessons)
    paths = Paths.find(home)
    config = load_config(paths.config)
    pool = Pool({**config.commands()}, cache=paths.cache)
    workers = workers or cores()
    runner = Runner(pool, config, workers)
    bench = Bench(runner, effort)
    progress = progress or Progress(None)
    try:
        report.proofs = await _proofs(selection.subjects, runner)
        progress.begin(proof.subject.name for proof in report.proofs)
        # Experiments are timed: they come last, and one by one.
        timed = [proof for proof in report.proofs if isinstance(proof.subject.step, Measure)]
        others = [proof for proof in report.proofs if proof not in timed]
        # A few more than there are workers keep those busy; all at once would hold all results.
        room = asyncio.Semaphore(workers + 2)

        async def prove(proof: Proof) -> None:
            async with room:
                await prove_step(proof, bench)
            progress.done(proof.subject.name, proof.subject.framework, len(proof.remarks))

        async with asyncio.TaskGroup() as group:
            for proof in others:
                group.create_task(prove(proof))
        for proof in timed:
            await prove(proof)
    except* Exception as errors:
        raise errors.exceptions[0] from None
    finally:
        await pool.close()
    for proof in report.proofs:
        report.remarks += proof.remarks
    report.remarks += disagreements(report.proofs)
    report.remarks = in_order(report.remarks)
    report.runs_in, report.seconds = {**runner.runs}, time.monotonic() - began
    return report


async def _proofs(subjects: Sequence[Subject], runner: Runner) -> list[Proof]:
    """Each subject once per device. Hosts are started side by side."""
    names: list[FrameworkName] = list(dict.fromkeys(each.framework for each in subjects))
    devices = dict(zip(names, await asyncio.gather(*map(runner.devices, names)), strict=True))
    return [Proof(subject, device) for subject in subjects for device in devices[subject.framework]]


async def prove_step(proof: Proof, bench: Bench) -> None:
    """Prove one step on one device, or say in `proof` why this machine cannot run it."""
    step = proof.subject.step
    hello = await bench.runner.hello(proof.subject.framework)
    if isinstance(hello, str):
        proof.skipped = hello
        return
    try:
        require(step, hello, proof.device)
    except NotOnThisMachine as error:
        proof.skipped = str(error)
        return
    await _PROVERS[kind_of(step)](proof, bench)
    if step.show:
        prove_views(proof)


def cores() -> int:
    """How many programs can run at a time."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
