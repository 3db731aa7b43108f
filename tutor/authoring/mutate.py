"""`author mutate`: how strong the checks are, by how many slips in the solution they notice."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from tutor.authoring.mutants import Mutant, mutants_of
from tutor.authoring.progress import Progress
from tutor.authoring.proofs import ended
from tutor.authoring.prove_code import is_timed
from tutor.authoring.remarks import Remark, in_order
from tutor.authoring.runner import Runner, on_device
from tutor.authoring.subjects import Selection, Subject, select
from tutor.authoring.test import cores
from tutor.config import load_config
from tutor.course.models import Code, Equivalent, FrameworkName
from tutor.errors import NotOnThisMachine
from tutor.grading.grade import unfilled_blank
from tutor.paths import Paths
from tutor.runtime.job import Job, Limits, Outcome
from tutor.runtime.pool import Pool
from tutor.session.judging import judge_program, require, seeds_of
from tutor.session.plan import code_job

LEAST_SECONDS = 2.0
"""A mutant gets at least this long; an endless one should not take the step's whole time."""
TIMES_SOLUTION = 5.0
"""And this many times what the solution took: beside others, programs take up to twice as long."""


@dataclass
class Score:
    """The mutants of one code step in one framework."""

    subject: Subject
    mutants: list[Mutant] = field(default_factory=list[Mutant])
    survivors: list[Mutant] = field(default_factory=list[Mutant])
    """Those that pass the checks, in the order of the source."""
    equivalent: dict[str, str] = field(default_factory=dict[str, str])
    """Survivor's id → why the author says that it is no fault."""
    remarks: list[Remark] = field(default_factory=list[Remark])
    skipped: str = ""
    """Why this machine cannot run it."""

    @property
    def killed(self) -> int:
        """How many the checks noticed."""
        return len(self.mutants) - len(self.survivors)

    @property
    def before(self) -> float:
        """The part that was killed; 1 when there was none."""
        return self.killed / len(self.mutants) if self.mutants else 1.0

    @property
    def after(self) -> float:
        """The same, without those that are marked as equivalent."""
        counted = len(self.mutants) - len(self.equivalent)
        return self.killed / counted if counted else 1.0


@dataclass
class MutationReport:
    """All scores of one run."""

    scores: list[Score] = field(default_factory=list[Score])
    remarks: list[Remark] = field(default_factory=list[Remark])
    """Survivors that are not marked, and marks that mean nothing, by file and place."""
    seconds: float = 0.0

    @property
    def total(self) -> tuple[int, int, int]:
        """Mutants, killed, and marked as equivalent."""
        return (
            sum(len(score.mutants) for score in self.scores),
            sum(score.killed for score in self.scores),
            sum(len(score.equivalent) for score in self.scores),
        )


def command(
    words: Sequence[str],
    *,
    course: Path | None = None,
    framework: FrameworkName | None = None,
    changed: str | None = None,
    workers: int = 0,
    trusted: bool = False,
    as_json: bool = False,
) -> int:
    """Mutate what `words` name, print the survivors and the scores, and return the exit status.

    Raises:
        UsageError: A word names nothing.
        CourseError: The course cannot be used.
        RuntimeUnavailable: A framework that should be there does not start.
    """
    from tutor.authoring.mutate_report import print_report

    selection = select(words, course=course, framework=framework, changed=changed)
    if not trusted:
        selection.require_own()
    with Progress(sys.stderr) as progress:
        report = asyncio.run(run_mutants(selection, workers=workers, progress=progress))
    print_report(report, as_json=as_json)
    return 1 if report.remarks else 0


async def run_mutants(
    selection: Selection,
    *,
    workers: int = 0,
    progress: Progress | None = None,
    home: Path | None = None,
) -> MutationReport:
    """Run every mutant of every code step that was selected, on the device that learners get."""
    began = time.monotonic()
    paths = Paths.find(home)
    config = load_config(paths.config)
    pool = Pool({**config.commands()}, cache=paths.cache)
    workers = workers or cores()
    runner = Runner(pool, config, workers)
    progress = progress or Progress(None)
    report = MutationReport()
    chosen = [each for each in selection.subjects if isinstance(each.step, Code)]
    report.scores = [Score(subject) for subject in chosen]
    progress.begin(score.subject.name for score in report.scores)
    room = asyncio.Semaphore(workers)

    async def measure(score: Score) -> None:
        async with room:
            await _Mutation(score, runner, config.device_for(score.subject.framework)).run()
        progress.done(score.subject.name, score.subject.framework, len(score.remarks))

    try:
        async with asyncio.TaskGroup() as group:
            for score in report.scores:
                group.create_task(measure(score))
    except* Exception as errors:
        raise errors.exceptions[0] from None
    finally:
        await pool.close()
    found = [remark for score in report.scores for remark in score.remarks]
    report.remarks = in_order([*selection.remarks, *found])
    report.seconds = time.monotonic() - began
    return report


class _Mutation:
    """The mutants of one subject, run and judged."""

    def __init__(self, score: Score, runner: Runner, device: str) -> None:
        step = score.subject.step
        assert isinstance(step, Code), "only code steps have a solution to mutate"
        self.score, self.runner, self.device, self.step = score, runner, device, step
        self.framework: FrameworkName = score.subject.framework
        self.variant = step.variants[self.framework]
        self.alone = is_timed(step, self.framework)

    async def run(self) -> None:
        solution = self.variant.solution
        hello = await self.runner.hello(self.framework)
        try:
            if isinstance(hello, str):
                raise NotOnThisMachine(hello)
            require(self.step, hello, self.device)
        except NotOnThisMachine as error:
            self.score.skipped = str(error)
            return
        reference = await self.runner.run(self._job(solution), alone=self.alone)
        if reference.missing:
            self.score.skipped = reference.words
            return
        if not await self._passes(reference, reference):
            why = f": {ended(reference)}" if reference.how != "finished" else ""
            message = f"the solution does not pass{why}; see `author test`."
            self._say("solution", message, "solution")
            return
        self.score.mutants = mutants_of(solution)
        seconds = max(LEAST_SECONDS, TIMES_SOLUTION * reference.seconds)
        survived = await asyncio.gather(
            *(self._survives(mutant, reference, seconds) for mutant in self.score.mutants)
        )
        pairs = zip(self.score.mutants, survived, strict=True)
        self.score.survivors = [mutant for mutant, alive in pairs if alive]
        self._match_marks()
        for mutant in self.score.survivors:
            if mutant.id not in self.score.equivalent:
                message = f"the checks pass mutant {mutant.id}, {mutant.what}.\n{mutant.diff}"
                self._say("survivor", message, "solution", line=mutant.line)

    def _job(self, source: str, seconds: float | None = None) -> Job:
        job = code_job(self.step, self.framework, source, seeds_of(self.step, 0), checked=True)
        if seconds is not None:
            limits = Limits(seconds=min(self.step.seconds, seconds))
            job = msgspec.structs.replace(job, limits=limits)
        return on_device(job, self.device)

    async def _survives(self, mutant: Mutant, reference: Outcome, seconds: float) -> bool:
        if unfilled_blank(mutant.source):
            return False
        job = self._job(mutant.source, seconds)
        outcome = await self.runner.run(job, alone=self.alone, patient=False)
        return await self._passes(outcome, reference)

    async def _passes(self, outcome: Outcome, reference: Outcome) -> bool:
        if outcome.how != "finished":
            return False  # it raised, hung or crashed: a learner would notice
        verdict = await asyncio.to_thread(
            judge_program, self.step, self.framework, outcome, reference
        )
        return verdict.verdict == "pass"

    def _match_marks(self) -> None:
        """Take the author's marks into account; one that means no survivor is a fault."""
        for place, mark in enumerate(self.variant.equivalent):
            meant = [each for each in self.score.survivors if each.is_called(mark.mutant)]
            for mutant in meant:
                self.score.equivalent.setdefault(mutant.id, mark.because)
            if not meant:
                self._say("mark", self._useless(mark), "equivalent", place, "mutant")

    def _useless(self, mark: Equivalent) -> str:
        if any(mutant.is_called(mark.mutant) for mutant in self.score.mutants):
            return f"the checks kill the mutant `{mark.mutant.strip()}`; take the mark away."
        return f"there is no mutant `{mark.mutant.strip()}`; copy a line that begins with `+`."

    def _say(self, rule: str, message: str, *keys: str | int, line: int = 0) -> None:
        where = ("variants", self.framework, *keys)
        self.score.remarks.append(self.score.subject.remark(rule, message, *where, line=line))
