"""One attempt: run the job, fetch the reference, grade. Holds the hosts' side of the session."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import msgspec

from tutor.config import Config
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
from tutor.errors import NotOnThisMachine, RuntimeUnavailable
from tutor.grading.grade import WrongProgram, grade_order, unfilled_blank
from tutor.grading.values import Value as WireValue
from tutor.grading.verdict import Verdict
from tutor.runtime.host import Host
from tutor.runtime.job import Job, Outcome, Printed, Shown
from tutor.runtime.launch import LABELS
from tutor.runtime.outcome import no_view
from tutor.runtime.pool import Pool
from tutor.session.judging import (
    authors_fault,
    bars,
    blank_line,
    chosen_lines,
    judge_choice,
    judge_measurement,
    judge_program,
    judge_value,
    needs_host,
    ran_verdict,
    require,
    rights_of,
    seeds_of,
    stamped,
    unchecked,
    wrong_program,
)
from tutor.session.model import Measured, StepView, SubmitEvent, Waiting
from tutor.session.plan import (
    choose_job,
    code_job,
    fingerprint,
    measure_job,
    order_job,
    read_job,
    solution_job,
    value_job,
    with_views,
)
from tutor.session.references import References
from tutor.session.step_views import distractors_of, lines_of
from tutor.views.model import NoView, Timeline, later

STOPPED = "Stopped before your answer was checked. Run it again when you like."

SHORT_WAIT = 0.001
"""Seconds; what a host that runs already takes to be found is not worth a line of a timeline."""

LONGEST_PROGRAM = 200_000
"""Characters. Compiling 10 MB of source fills 4 GiB and takes 24 s; no exercise needs 1 % of it."""


@dataclass(frozen=True)
class _Ran:
    """What one run left behind."""

    host: Host
    outcome: Outcome


_Result = TypeVar("_Result")
_Event = TypeVar("_Event")


class _StoppedError(Exception):
    """The learner pressed Stop while no code of theirs was running."""


class Attempts:
    """Runs answers on hosts and grades what comes back."""

    def __init__(self, pool: Pool, references: References, config: Config) -> None:
        self._pool = pool
        self._references = references
        self._config = config
        self._running: dict[int, Host] = {}
        """The runs in flight: one at most, unless the learner has two frameworks at once."""
        self._waits: set[asyncio.Task[Any]] = set()
        """What they wait for beside a host: its start, a reference."""
        self._stopped: set[asyncio.Task[Any]] = set()
        """Those of `_waits` that Stop has ended."""
        self._flights = itertools.count()
        self._measured: dict[str, Outcome] = {}
        self._closed = False
        """Whether nothing is to be prepared any more: nobody would wait for the start of a host."""

    # What the session asks for

    async def prepare(self, step: Step, framework: FrameworkName, tries: int) -> None:
        """Start the host, warm a spare, compute what the next attempt is compared with.

        Raises:
            NotOnThisMachine: The machine lacks what the step needs.
            RuntimeUnavailable: The host does not start.
        """
        if self._closed or not needs_host(step, framework):
            return
        host = await self._pool.host(framework)
        require(step, host.hello, self._config.device_for(framework))
        await host.warm_up()
        if isinstance(step, Code) or (isinstance(step, Order) and step.checks):
            await self._reference(host, step, framework, seeds_of(step, tries))

    async def submit(
        self, step: Step, shown: StepView, answer: str, tries: int
    ) -> AsyncIterator[SubmitEvent]:
        """Run and grade; ends with exactly one Verdict."""
        try:
            async for event in self._submit(step, shown, answer, tries):
                yield event
        except NotOnThisMachine as error:
            yield Verdict(verdict="skipped", message=str(error), framework=shown.framework)
        except RuntimeUnavailable as error:
            yield unchecked(str(error), shown)
        except _StoppedError:
            yield unchecked(STOPPED, shown)

    async def run(self, step: Step, shown: StepView, answer: str) -> AsyncIterator[SubmitEvent]:
        """Run without grading; ends with exactly one Verdict."""
        try:
            match step:
                case Read():
                    job = read_job(step, shown.framework)
                case Code():
                    job = code_job(step, shown.framework, answer, (0,), checked=False)
                case Measure():
                    async for event in self._submit(step, shown, "", 0):
                        yield event
                    return
                case Value() | Choose() | Order():
                    yield unchecked("There is no program to run here; submit your answer.", shown)
                    return
            ran: _Ran | None = None
            async for event in self._run(job, shown.framework, step):
                if isinstance(event, _Ran):
                    ran = event
                else:
                    yield event
            assert ran is not None
            yield ran_verdict(ran.outcome, shown)
        except NotOnThisMachine as error:
            yield Verdict(verdict="skipped", message=str(error), framework=shown.framework)
        except RuntimeUnavailable as error:
            yield unchecked(str(error), shown)
        except _StoppedError:
            yield unchecked(STOPPED, shown)

    async def stop(self) -> None:
        """End what is in flight: the learner's code, or what its verdict waits for."""
        for task in tuple(self._waits):
            self._stopped.add(task)
            task.cancel()
        for host in tuple(self._running.values()):
            await host.stop()

    async def values(
        self, step: Step, framework: FrameworkName, job: Job
    ) -> tuple[WireValue, ...] | str:
        """What the job's probes give on its first seed; or why they give nothing, a sentence.

        It runs in a worker of its own, and is remembered as the author's programs are.
        """
        try:
            host = await self._pool.host(framework)
            job = self._on_device(job)
            require(step, host.hello, job.device)
            outcome = await self._references.outcome(host, job)
        except (NotOnThisMachine, RuntimeUnavailable) as error:
            return str(error)
        return outcome.results[0] if outcome.how == "finished" else outcome.words

    async def close(self) -> None:
        """Give up what is still being computed."""
        self._closed = True
        await self._references.close()

    # One kind each

    async def _submit(
        self, step: Step, shown: StepView, answer: str, tries: int
    ) -> AsyncIterator[SubmitEvent]:
        match step:
            case Read():
                events = self.run(step, shown, answer)
            case Value():
                events = _held_back(self._submit_value(step, shown, answer))
            case Code():
                events = self._submit_code(step, shown, answer, tries)
            case Choose():
                events = _held_back(self._submit_choice(step, shown, answer))
            case Order():
                events = self._submit_order(step, shown, answer, tries)
            case Measure():
                events = self._submit_measure(step, shown, answer)
        async for event in events:
            yield event

    async def _submit_value(
        self, step: Value, shown: StepView, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        if not answer.strip():
            yield unchecked("Type your prediction first; then it runs.", shown)
            return
        job = value_job(step, shown.framework)
        async for event in self._run(job, shown.framework, step):
            if not isinstance(event, _Ran):
                yield event
            elif event.outcome.how != "finished":
                yield authors_fault(event.outcome, shown)
            else:
                verdict = judge_value(step, event.outcome, answer, shown.framework)
                yield stamped(verdict, step, shown, event.outcome)

    async def _submit_code(
        self, step: Code, shown: StepView, answer: str, tries: int
    ) -> AsyncIterator[SubmitEvent]:
        framework = shown.framework
        if len(answer) > LONGEST_PROGRAM:
            yield unchecked(
                f"Your program has {len(answer):,} characters; at most {LONGEST_PROGRAM:,} are "
                "run. Was something pasted by accident?",
                shown,
            )
            return
        if sentence := unfilled_blank(answer):
            yield Verdict(
                verdict="fail",
                message=sentence,
                diagnosis="unfilled-blank",
                framework=framework,
                line=blank_line(answer),
            )
            return
        seeds = seeds_of(step, tries)
        job = code_job(step, framework, answer, seeds, checked=True)
        async for event in self._run(job, framework, step):
            if not isinstance(event, _Ran):
                yield event
            else:
                verdict = await self._grade_program(event, step, framework, seeds)
                yield stamped(verdict, step, shown, event.outcome)

    async def _submit_order(
        self, step: Order, shown: StepView, answer: str, tries: int
    ) -> AsyncIterator[SubmitEvent]:
        framework = shown.framework
        verdict = grade_order(
            lines_of(step, framework),
            shown.lines,
            [(d.line, d.why) for d in distractors_of(step, framework)],
            answer,
        )
        chosen = chosen_lines(shown.lines, answer)
        if not step.checks or verdict.verdict == "unchecked" or not chosen:
            yield stamped(verdict, step, shown, None)
            return
        # Really run, whether it is the author's order or another that may work as well.
        job = order_job(step, framework, chosen)
        async for event in self._run(job, framework, step):
            if not isinstance(event, _Ran):
                yield event
            elif verdict.verdict == "pass":
                yield stamped(verdict, step, shown, event.outcome)
            else:
                ran = await self._grade_program(event, step, framework, seeds_of(step, tries))
                yield stamped(ran if ran.verdict != "fail" else verdict, step, shown, event.outcome)

    async def _submit_choice(
        self, step: Choose, shown: StepView, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        job = choose_job(step, shown.framework)
        if job is None:
            rights = [bool(option.right) for option in step.options]
            verdict = judge_choice(step, rights, answer, shown.framework)
            yield stamped(verdict, step, shown, None)
            return
        async for event in self._run(job, shown.framework, step):
            if not isinstance(event, _Ran):
                yield event
            elif event.outcome.how != "finished":
                yield authors_fault(event.outcome, shown)
            else:
                rights = rights_of(step, event.outcome.results[0])
                verdict = judge_choice(step, rights, answer, shown.framework)
                yield stamped(verdict, step, shown, event.outcome)

    async def _submit_measure(
        self, step: Measure, shown: StepView, answer: str
    ) -> AsyncIterator[SubmitEvent]:
        job = measure_job(step, shown.framework)
        key = fingerprint(job)  # an experiment that its author changed is another
        outcome = self._measured.get(key) if answer.strip() else None
        if outcome is None:
            async for event in self._run(job, shown.framework, step):
                if not isinstance(event, _Ran):
                    yield event
                else:
                    outcome = event.outcome
            assert outcome is not None
            if outcome.how == "stopped":
                yield unchecked(outcome.words, shown)
                return
            if outcome.how != "finished":
                yield authors_fault(outcome, shown)
                return
            self._measured[key] = outcome
            yield Measured(bars(outcome.results[0][0], step.unit))
        if not answer.strip():
            yield unchecked("Measured. Now answer from it.", shown, outcome)
            return
        yield stamped(judge_measurement(step, outcome, answer, shown), step, shown, outcome)

    # Running

    async def _run(
        self, job: Job, framework: FrameworkName, step: Step
    ) -> AsyncIterator[SubmitEvent | _Ran]:
        """Run one job in a spare, and show what the step shows; ends with what it left behind."""
        if all(host.framework != framework for host in self._pool.alive()):
            yield Waiting(f"starting {framework}")
        pressed = time.monotonic()
        host = await self._unless_stopped(self._pool.host(framework))
        waited = time.monotonic() - pressed
        job = self._on_device(with_views(job, step, framework))
        require(step, host.hello, job.device)
        flight = next(self._flights)
        self._running[flight] = host
        outcome: Outcome | None = None
        unseen = {wanted.name: wanted for wanted in job.views}
        try:
            async for event in host.run(job):
                if isinstance(event, Outcome):
                    outcome = event
                else:
                    if isinstance(event, Shown):
                        unseen.pop(event.view.name, None)
                    yield _since_pressed(event, waited, framework)
        finally:
            del self._running[flight]
        assert outcome is not None, "a run ends with an outcome"
        if outcome.missing:
            raise NotOnThisMachine(outcome.words)
        if outcome.how == "finished":
            for name, wanted in unseen.items():
                why = no_view(outcome.views)
                yield Shown(view=NoView(name=name, caption=wanted.caption, why=why))
        yield _Ran(host, outcome)

    async def _unless_stopped(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        """Wait for it; Stop, and only Stop, turns into an exception of its own."""
        task = asyncio.ensure_future(work)
        self._waits.add(task)
        try:
            return await task
        except asyncio.CancelledError:
            if task in self._stopped:
                raise _StoppedError from None
            raise
        finally:
            self._waits.discard(task)
            self._stopped.discard(task)

    async def _reference(
        self, host: Host, step: Code | Order, framework: FrameworkName, seeds: tuple[int, ...]
    ) -> Outcome:
        job = solution_job(step, framework, seeds)
        return await self._references.outcome(host, self._on_device(job))

    def _on_device(self, job: Job) -> Job:
        framework: FrameworkName = job.framework  # type: ignore[assignment]
        if job.device != "auto":
            return job  # the step itself says what it runs on
        return msgspec.structs.replace(job, device=self._config.device_for(framework))

    async def _grade_program(
        self, ran: _Ran, step: Code | Order, framework: FrameworkName, seeds: tuple[int, ...]
    ) -> Verdict:
        """Compare with the solution; on a difference, with the programs the author foresaw."""
        outcome = ran.outcome
        reference: Outcome | None = None
        if outcome.how == "finished":
            reference = await self._unless_stopped(
                self._reference(ran.host, step, framework, seeds)
            )
        # In a thread: a million elements that all differ take a second.
        grade = partial(judge_program, step, framework, outcome, reference)
        verdict = await asyncio.to_thread(grade)
        if verdict.verdict != "fail" or outcome.how not in ("finished", "raised"):
            return verdict
        wrong = await self._wrong_programs(ran.host, step, framework, seeds)
        return await asyncio.to_thread(grade, wrong)

    async def _wrong_programs(
        self, host: Host, step: Code | Order, framework: FrameworkName, seeds: tuple[int, ...]
    ) -> list[WrongProgram]:
        """What each foreseen wrong program gives, or how it ends."""
        if isinstance(step, Order):
            return []
        found: list[WrongProgram | None] = []
        for mistake in step.variants[framework].mistakes:
            outcome: Outcome | None = None
            if mistake.code is not None:
                job = code_job(step, framework, mistake.code, seeds, checked=True)
                outcome = await self._unless_stopped(
                    self._references.outcome(host, self._on_device(job))
                )
            found.append(wrong_program(mistake, outcome, step.checks))
        return [wrong for wrong in found if wrong is not None]


def _since_pressed(event: _Event, waited: float, framework: str) -> _Event | Shown:
    """Count a timeline's time from the press of Run, also where the host had to start first."""
    if not (isinstance(event, Shown) and isinstance(event.view, Timeline)) or waited < SHORT_WAIT:
        return event
    name = f"import {LABELS.get(framework, framework)}"
    return msgspec.structs.replace(event, view=later(event.view, waited, name))


async def _held_back(events: AsyncIterator[SubmitEvent]) -> AsyncIterator[SubmitEvent]:
    """Give what a prediction's code prints and shows, which may be the answer, once it is right."""
    held: list[Printed | Shown] = []
    async for event in events:
        if isinstance(event, Printed | Shown):
            held.append(event)
            continue
        if isinstance(event, Verdict) and event.verdict == "pass":
            for earlier in held:
                yield earlier
        yield event
