"""What an author wants to know of the step on the screen, computed live: the author's view.

Faults are those of `author test`, on the first of the sets of seeds that attempts take turns at.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from tutor.authoring.preview import facts_of_answers, facts_of_programs
from tutor.authoring.preview.section import Row, Section
from tutor.authoring.proofs import Bench, Effort, Proof
from tutor.authoring.remarks import Remark
from tutor.authoring.runner import Runner
from tutor.authoring.subjects import Subject
from tutor.authoring.test import prove_step
from tutor.config import Config
from tutor.course.models import Choose, Code, Exercise, Measure, Order, Read, Step, Value
from tutor.course.resolve import text_for
from tutor.runtime.job import Job, Outcome
from tutor.runtime.pool import Pool
from tutor.session.plan import fingerprint
from tutor.views.model import View

ONCE = Effort.asked(sets=1, repeats=1)
KEPT = 64
"""Outcomes kept: those of a few steps in a few versions. One may hold some megabytes."""


class LiveRunner(Runner):
    """Runs each program once: whoever changes only a message waits for nothing.

    Never ahead: a host more does not pay for one edit after another.
    """

    def __init__(self, pool: Pool, config: Config, workers: int) -> None:
        super().__init__(pool, config, workers)
        self._kept: dict[str, tuple[Outcome, dict[str, View]]] = {}
        self.asked = 0
        """How many programs were to run since the count began."""
        self.done = 0
        """How many of them have."""

    def begin(self) -> None:
        """Count from nothing."""
        self.asked = self.done = 0

    def forget(self) -> None:
        """Run every program anew."""
        self._kept.clear()

    async def run(
        self,
        job: Job,
        *,
        alone: bool = False,
        patient: bool = True,
        ahead: bool = True,
        views: dict[str, View] | None = None,
    ) -> Outcome:
        """Run a job, unless its outcome is known, if only from a run with views."""
        views = {} if views is None else views
        if (known := self._kept.get(fingerprint(job))) is not None:
            outcome, shown = known
            views |= shown
            return outcome
        self.asked += 1
        outcome = await super().run(job, alone=alone, patient=patient, ahead=False, views=views)
        self.done += 1
        if outcome.how in ("finished", "raised"):
            for each in (job, msgspec.structs.replace(job, views=())):
                self._kept[fingerprint(each)] = outcome, views
            while len(self._kept) > KEPT:
                del self._kept[next(iter(self._kept))]
        return outcome


def at_once(subject: Subject) -> tuple[Section, ...]:
    """What needs no run: hints, explanation and sources."""
    step = subject.step
    sections: list[Section] = []
    if isinstance(step, Exercise):
        hints = [text_for(hint, subject.framework) for hint in step.hints]
        rows = [Row(said=hint, head=f"{place}.") for place, hint in enumerate(hints, start=1)]
        sections.append(Section("Hints", tuple(rows) or (Row(head="none"),)))
        if explain := text_for(step.explain, subject.framework):
            sections.append(Section("Shown after a pass", (Row(said=explain),)))
    sources = tuple(Row(said=f"- {source}") for source in subject.lesson.sources)
    sections.append(Section("Sources of the lesson", sources or (Row(head="none"),)))
    return tuple(sections)


async def computed(subject: Subject, runner: LiveRunner) -> tuple[Section, ...]:
    """What the step's own programs say; the faults first.

    Raises:
        RuntimeUnavailable: The framework should be there, and does not start.
    """
    proof = Proof(subject, (await runner.devices(subject.framework))[0])
    await prove_step(proof, Bench(runner, ONCE))
    if proof.skipped:
        return (Section("Not on this machine", (Row(head=proof.skipped),)),)
    sections = await _sections(subject.step, proof, runner)
    return (_faults(proof.remarks), *sections)


async def _sections(step: Step, proof: Proof, runner: LiveRunner) -> Sequence[Section]:
    subject, device = proof.subject, proof.device
    match step:
        case Read():
            return await facts_of_answers.of_read(step, subject, device, runner)
        case Value():
            return await facts_of_answers.of_value(step, subject, device, runner)
        case Code():
            return await facts_of_programs.of_code(step, subject, device, runner)
        case Choose():
            return await facts_of_answers.of_choose(step, subject, device, runner)
        case Order():
            return await facts_of_programs.of_order(step, subject, device, runner)
        case Measure():
            return await facts_of_answers.of_measure(step, subject, device, runner)


def _faults(remarks: Sequence[Remark]) -> Section:
    rows = [
        Row(mark=False, head=f"{remark.line}:{remark.column}", said=remark.message)
        for remark in remarks
    ]
    return Section("author test", tuple(rows) or (Row(mark=True, head="nothing found"),))
