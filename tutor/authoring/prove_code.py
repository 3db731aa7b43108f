"""Proves a code step: the solution passes, the starter fails, each mistake earns its message."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from tutor.authoring.proofs import Bench, Proof, ended, line_of, run_with_views, short
from tutor.authoring.runner import on_device
from tutor.course.models import Code, CodeMistake, FrameworkName
from tutor.course.resolve import text_for
from tutor.grading.checks import WrongProgram
from tutor.grading.grade import unfilled_blank
from tutor.grading.values import Raised
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Job, Outcome
from tutor.session.judging import judge_program, seeds_of, wrong_program
from tutor.session.plan import code_job

PART_OF_TIME = 0.5
"""The most of a step's seconds that its solution may take: other machines are half as fast."""
OBSOLETE = ("DeprecationWarning", "FutureWarning", "PendingDeprecationWarning")
TIMED = re.compile(r"\b(seconds|peak_memory|perf_counter|monotonic)\b")
"""Names whose values other work on the machine would change."""


def is_timed(step: Code, framework: FrameworkName) -> bool:
    """Whether its checks measure time or memory, so that it must run by itself."""
    return any(TIMED.search(text_for(check.that, framework)) for check in step.checks)


async def prove_code(proof: Proof, bench: Bench) -> None:
    """Run the step's programs and say in `proof` what does not hold."""
    await _CodeProof(proof, bench).run()


@dataclass
class _Ran:
    """One program's outcomes."""

    by_set: list[Outcome]
    """Per set of seeds."""
    again: list[Outcome]
    """Once more on the first set, in other workers."""


class _CodeProof:
    def __init__(self, proof: Proof, bench: Bench) -> None:
        self.proof = proof
        self.subject = proof.subject
        self.bench = bench
        step = proof.subject.step
        assert isinstance(step, Code), "only code steps come here"
        self.step = step
        self.framework: FrameworkName = proof.subject.framework
        self.variant = step.variants[self.framework]
        self.keys = ("variants", self.framework)
        self.alone = is_timed(step, self.framework)

    def say(self, rule: str, message: str, *keys: str | int, line: int = 0) -> None:
        remark = self.subject.remark(rule, message, *self.keys, *keys, line=line)
        if remark not in self.proof.remarks:  # one fault on four sets of seeds is one
            self.proof.remarks.append(remark)

    async def run(self) -> None:
        first = await run_with_views(
            self.proof, self.bench, self._job(self.variant.solution, 0), alone=self.alone
        )
        if first.missing:
            self.proof.skipped = first.words
            return
        if first.how != "finished":
            line = line_of(first, "answer")
            self.say(
                "solution", f"the solution does not run: {ended(first)}.", "solution", line=line
            )
            return
        effort = self.bench.effort
        mistakes = asyncio.gather(*map(self._mistake, self.variant.mistakes))
        solved, starter, wrong = await asyncio.gather(
            self._program(self.variant.solution, effort.sets, effort.repeats, first),
            self._starter(),
            mistakes,
        )
        if await self._solution(solved):
            self.proof.values = first.results
            await self._check_starter(starter, solved)
            await self._check_mistakes(wrong, solved)
        await self._frugal(first)

    # Running

    def _job(self, source: str, tries: int) -> Job:
        seeds = seeds_of(self.step, tries)
        return code_job(self.step, self.framework, source, seeds, checked=True)

    async def _once(self, source: str, tries: int) -> Outcome:
        job = on_device(self._job(source, tries), self.proof.device)
        return await self.bench.runner.run(job, alone=self.alone)

    async def _program(
        self, source: str, sets: int, repeats: int, first: Outcome | None = None
    ) -> _Ran:
        """Run it on sets of seeds, and again on the first; just once if it gives no result."""
        first = first or await self._once(source, 0)
        if first.how not in ("finished", "raised"):
            return _Ran([first], [])
        more = await asyncio.gather(
            *(self._once(source, tries) for tries in range(1, sets)),
            *(self._once(source, 0) for _ in range(1, repeats)),
        )
        return _Ran([first, *more[: sets - 1]], list(more[sets - 1 :]))

    async def _starter(self) -> Outcome | None:
        if unfilled_blank(self.variant.starter):
            return None  # it is not run for a learner either
        return await self._once(self.variant.starter, 0)

    async def _mistake(self, mistake: CodeMistake) -> _Ran | None:
        if mistake.code is None or unfilled_blank(mistake.code):
            return None
        effort = self.bench.effort
        return await self._program(mistake.code, effort.wrong_sets, effort.wrong_repeats)

    async def _judge(
        self, outcome: Outcome, reference: Outcome, wrong: Sequence[WrongProgram] = ()
    ) -> Verdict:
        judge = partial(judge_program, self.step, self.framework, outcome, reference, wrong)
        return await asyncio.to_thread(judge)

    # Judging

    async def _solution(self, solved: _Ran) -> bool:
        """Whether the solution passes, on every set and every time."""
        for tries, outcome in enumerate(solved.by_set):
            if outcome.how != "finished":
                message = f"the solution does not run on the seeds of try {tries + 1}: "
                self.say("solution", message + f"{ended(outcome)}.", "solution")
                return False
            verdict = await self._judge(outcome, outcome)
            if verdict.verdict != "pass":
                failed = [check.label for check in verdict.checks if not check.passed]
                place = next((f" in the check `{short(label, 60)}`" for label in failed), "")
                self.say(
                    "solution",
                    f"the solution does not pass{place}: {short(verdict.message)}",
                    "solution",
                )
                return False
        for outcome in solved.again:
            if outcome.how == "timed-out":
                message = f"the solution runs once, and once not to its end: {ended(outcome)}. "
                self.say("slow", message + "Raise `seconds`, or do less.", "solution")
                return False
            verdict = await self._judge(outcome, solved.by_set[0])
            if verdict.verdict != "pass":
                self.say(
                    "flaky",
                    "the solution run twice on the same seeds does not pass beside itself: "
                    f"{short(verdict.message)} Make it repeatable, or check what does not vary.",
                    "solution",
                )
                return False
        return True

    async def _check_starter(self, starter: Outcome | None, solved: _Ran) -> None:
        if starter is None:
            return
        verdict = await self._judge(starter, solved.by_set[0])
        if verdict.verdict == "pass":
            self.say("starter", "the starter passes: there is nothing left to do.", "starter")
        elif verdict.verdict != "fail":
            message = f"the starter cannot be graded: {short(verdict.message)}"
            self.say("starter", message, "starter")

    async def _check_mistakes(self, ran: Sequence[_Ran | None], solved: _Ran) -> None:
        mistakes = self.variant.mistakes
        for place, (mistake, runs) in enumerate(zip(mistakes, ran, strict=True)):
            if mistake.code is None:
                self.proof.notes.append(
                    f"{self.subject.name} in {self.framework}: mistake {place + 1} names only an "
                    "exception, so no program proves that it is earned"
                )
            elif runs is None:
                message = "a learner who has this blank is told of the blank; fill it in."
                self.say("mistake", message, "mistakes", place, "code")
        for tries, reference in enumerate(solved.by_set):
            wrong = self._foreseen(ran, tries)
            for place, runs in enumerate(ran):
                if runs is None or tries >= len(runs.by_set):
                    continue
                fine = await self._earns(place, runs.by_set[tries], reference, wrong)
                if fine and not tries:
                    self._raises_so(place, runs.by_set[tries])
                for outcome in runs.again if fine and not tries else ():
                    await self._earns(place, outcome, reference, wrong, again=True)

    def _raises_so(self, place: int, outcome: Outcome) -> None:
        """Say so when none of a wrong program's own exceptions is the one that its mistake names.

        Its values have earned the message; other programs would earn it by the exception alone.
        """
        mistake = self.variant.mistakes[place]
        raised = [each for row in outcome.results for each in row if isinstance(each, Raised)]
        named = WrongProgram(say=mistake.say, raises=mistake.raises, matching=mistake.matching)
        if mistake.raises is None or not raised or any(map(named.raised_as, raised)):
            return
        part = f" with `{mistake.matching}` in its message" if mistake.matching else ""
        self.say(
            "mistake",
            f"mistake {place + 1} ends in no `{mistake.raises}`{part}: a check raised "
            f"{raised[0].type}: {short(raised[0].message, 90)}",
            "mistakes",
            place,
            "matching" if mistake.matching else "raises",
        )

    def _foreseen(self, ran: Sequence[_Ran | None], tries: int) -> list[WrongProgram]:
        """What learners' answers are compared with, on one set of seeds."""
        found: list[WrongProgram] = []
        for mistake, runs in zip(self.variant.mistakes, ran, strict=True):
            if mistake.code is not None and (runs is None or tries >= len(runs.by_set)):
                continue
            outcome = None if runs is None else runs.by_set[tries]
            wrong = wrong_program(mistake, outcome, self.step.checks)
            if wrong is not None:
                found.append(wrong)
        return found

    async def _earns(
        self,
        place: int,
        outcome: Outcome,
        reference: Outcome,
        wrong: Sequence[WrongProgram],
        *,
        again: bool = False,
    ) -> bool:
        """Whether a foreseen wrong program earns exactly its own message; say so when not."""
        mistake = self.variant.mistakes[place]
        verdict = await self._judge(outcome, reference, wrong)
        if verdict.diagnosis == "author" and mistake.say.strip() in verdict.message:
            return True
        label, said = f"mistake {place + 1}", short(verdict.message, 90)
        others = [
            other + 1
            for other, each in enumerate(self.variant.mistakes)
            if verdict.diagnosis == "author" and each.say.strip() in verdict.message
        ]
        rule = "mistake"
        if outcome.how not in ("finished", "raised"):
            message = f"{label} ends without a result that an answer could match: {ended(outcome)}."
        elif verdict.verdict == "pass":
            message = f"{label} passes: the checks do not tell it from a right answer."
        elif verdict.verdict == "unchecked":
            message = f"{label} cannot be graded: {said}"
        elif again:
            rule = "flaky"
            message = f"{label} run twice on the same seeds earns another message: {said}"
        elif others:
            message = f"{label} earns the message of mistake {others[0]}: {said}"
        else:
            message = f"{label} earns another message: {said}"
        self.say(rule, message, "mistakes", place, "code")
        return False

    async def _frugal(self, first: Outcome) -> None:
        """Time, output, and warnings that would date the lesson."""
        allowed = PART_OF_TIME * self.step.seconds
        took = first.seconds
        if took > allowed:
            job = on_device(self._job(self.variant.solution, 0), self.proof.device)
            calm = await self.bench.runner.run(job, alone=True)
            took = min(took, calm.seconds)
        if took > allowed and not any(each.rule == "slow" for each in self.proof.remarks):
            shown = f"{took:.1f}" if took >= 1 else f"{took:.2g}"
            self.say(
                "slow",
                f"the solution takes {shown} s of the {self.step.seconds:g} s allowed; at most "
                f"half leaves room for slower machines. Raise `seconds`, or do less.",
                "solution",
            )
        for warning in first.warnings:
            if warning.startswith(OBSOLETE):
                self.say("deprecated", f"the solution warns: {short(warning)}", "solution")
        if first.dropped:
            message = f"the solution prints {first.dropped:,} bytes more than are shown."
            self.say("prints", message, "solution")
