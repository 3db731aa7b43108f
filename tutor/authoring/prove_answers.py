"""Proves the steps that are answered rather than programmed."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tutor.authoring.proofs import Bench, Proof, ended, gives_away, line_of, run_with_views, short
from tutor.authoring.runner import on_device
from tutor.authoring.typed_forms import forms_of, rounded, typed
from tutor.course.models import Choose, Measure, Order, PerFramework, Read, Value
from tutor.course.resolve import text_for
from tutor.grading.grade import grade_order
from tutor.grading.values import Raised
from tutor.grading.values import Value as WireValue
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Job, Outcome
from tutor.session.judging import (
    bars,
    judge_choice,
    judge_measurement,
    judge_program,
    judge_value,
    rights_of,
    seeds_of,
)
from tutor.session.plan import (
    choose_job,
    measure_job,
    order_job,
    read_job,
    solution_job,
    value_job,
)
from tutor.session.step_views import chosen_line_numbers, distractors_of, lines_of, step_view

MOST_COMBINED = 6
"""Options of which every combination is tried: 63 of them."""


async def prove_read(proof: Proof, bench: Bench) -> None:
    """The code that a reading step shows runs to its end."""
    step = proof.subject.step
    assert isinstance(step, Read)
    if step.given is not None:
        await _ran(proof, bench, read_job(step, proof.subject.framework))


async def prove_value(proof: Proof, bench: Bench) -> None:
    """The right answer passes however it is typed; each wrong one earns its message."""
    step, framework = proof.subject.step, proof.subject.framework
    assert isinstance(step, Value)
    outcomes = await _repeated(proof, bench, value_job(step, framework))
    if not outcomes:
        return
    first = outcomes[0]

    def judge(answer: str, outcome: Outcome = first) -> Verdict:
        return judge_value(step, outcome, answer, framework)

    expected, *probed = first.results[0]
    answers = _right_answers(proof, step, expected)
    for answer in answers:
        verdict = judge(answer)
        if verdict.verdict != "pass":
            _say_wrong_right(proof, step, answer, verdict)
            return
    for outcome in outcomes[1:]:
        if answers and judge(answers[0], outcome).verdict != "pass":
            again = typed(outcome.results[0][0], step.form)
            message = f"the answer changes from run to run: `{answers[0]}`, then `{again}`."
            proof.remarks.append(proof.subject.remark("flaky", message, "answer"))
            return
    if not answers:
        return  # that is said; each mistake would only say it again
    _check_mistakes(proof, step, probed, judge)
    _check_hints(proof, step, answers)


async def prove_measure(proof: Proof, bench: Bench) -> None:
    """The experiment gives numbers, and one right answer."""
    step, subject = proof.subject.step, proof.subject
    assert isinstance(step, Measure)
    shown = step_view(subject.lesson, subject.index, subject.framework)
    job = measure_job(step, subject.framework)
    for outcome in await _repeated(proof, bench, job, alone=True):
        results, *probed = outcome.results[0]
        if isinstance(results, Raised) or not bars(results, step.unit).bars:
            found = f"raised {results.type}" if isinstance(results, Raised) else "gave no numbers"
            message = f"`results` {found}; expected a dict of label → number."
            proof.remarks.append(subject.remark("measure", message, "results"))
            return

        def judge(answer: str, outcome: Outcome = outcome) -> Verdict:
            return judge_measurement(step, outcome, answer, shown)

        if step.options:
            _check_options(proof, step, probed, judge)
            continue
        expected, *wrong = probed
        answers = _right_answers(proof, step, expected)
        for answer in answers:
            verdict = judge(answer)
            if verdict.verdict != "pass":
                _say_wrong_right(proof, step, answer, verdict)
                return
        if not answers:
            return
        _check_mistakes(proof, step, wrong, judge)


async def prove_choose(proof: Proof, bench: Bench) -> None:
    """Exactly one set of options is right; each wrong one says why."""
    step, framework = proof.subject.step, proof.subject.framework
    assert isinstance(step, Choose)
    job = choose_job(step, framework)
    outcomes = await _repeated(proof, bench, job) if job is not None else []
    if job is not None and not outcomes:
        return
    probed = list(outcomes[0].results[0]) if outcomes else []
    rights = rights_of(step, probed)
    for outcome in outcomes[1:]:
        if rights_of(step, outcome.results[0]) != rights:
            message = "which options are right changes from run to run."
            proof.remarks.append(proof.subject.remark("flaky", message, "options"))
            return
    _check_options(proof, step, probed, lambda a: judge_choice(step, rights, a, framework))


async def prove_order(proof: Proof, bench: Bench) -> None:
    """The right order passes, a line too many or too few does not, a swap is judged by running."""
    step, framework = proof.subject.step, proof.subject.framework
    assert isinstance(step, Order)
    reference: Outcome | None = None
    if step.checks:
        outcomes = await _repeated(proof, bench, solution_job(step, framework, seeds_of(step, 0)))
        if not outcomes:
            return
        reference = outcomes[0]
        for outcome in outcomes:
            verdict = judge_program(step, framework, outcome, reference)
            if verdict.verdict != "pass":
                rule = "order" if outcome is reference else "flaky"
                message = f"the right order does not pass: {short(verdict.message)}"
                proof.remarks.append(proof.subject.remark(rule, message, "lines"))
                return
    await _OrderProof(proof, bench, step, reference).run()


@dataclass(frozen=True)
class _OrderProof:
    """Answers to an order step, each submitted as a learner's is."""

    proof: Proof
    bench: Bench
    step: Order
    reference: Outcome | None
    """How the right order ran; None for a step without checks."""

    async def run(self) -> None:
        lines = lines_of(self.step, self.proof.subject.framework)
        right = await self._submit(lines)
        if right.verdict != "pass":
            self._say(f"the right order does not pass: {short(right.message)}", "lines")
        await self._distractors(lines)
        for place, line in enumerate(lines):
            verdict = await self._submit([*lines[:place], *lines[place + 1 :]])
            if verdict.verdict == "pass":
                self._say(f"the answer passes without the line `{line.strip()}`.", "lines")
        for place in range(len(lines) - 1):
            swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
            if tuple(swapped) == lines:
                continue
            # Another order that works as well passes; one that cannot be graded helps nobody.
            verdict = await self._submit(swapped)
            if verdict.verdict == "unchecked":
                message = f"with lines {place + 1} and {place + 2} swapped it is not graded: "
                self._say(message + short(verdict.message, 90), "lines")

    async def _distractors(self, lines: Sequence[str]) -> None:
        framework = self.proof.subject.framework
        per_framework = isinstance(self.step.distractors, dict)
        keys = ("distractors", framework) if per_framework else ("distractors",)
        for place, distractor in enumerate(distractors_of(self.step, framework)):
            verdict = await self._submit([*lines, distractor.line])
            if verdict.verdict == "pass":
                message = f"the answer passes with `{distractor.line.strip()}` at its end."
                self._say(message, *keys, place)
            elif distractor.why.strip() not in verdict.message:
                message = f"this distractor earns another message: {short(verdict.message, 90)}"
                self._say(message, *keys, place)
            await self._in_place_of_each(lines, distractor.line, (*keys, place))

    async def _in_place_of_each(
        self, lines: Sequence[str], wrong: str, keys: tuple[str | int, ...]
    ) -> None:
        """A distractor that does as well as a line it stands for is no wrong line."""
        for place, line in enumerate(lines):
            verdict = await self._submit([*lines[:place], wrong, *lines[place + 1 :]])
            if verdict.verdict == "pass":
                message = f"the answer passes with `{wrong.strip()}` in place of `{line.strip()}`."
                self._say(message, *keys)

    def _say(self, message: str, *keys: str | int) -> None:
        self.proof.remarks.append(self.proof.subject.remark("order", message, *keys))

    async def _submit(self, chosen: Sequence[str]) -> Verdict:
        subject, framework = self.proof.subject, self.proof.subject.framework
        shown = step_view(subject.lesson, subject.index, framework).lines
        whys = [(each.line, each.why) for each in distractors_of(self.step, framework)]
        answer = chosen_line_numbers(shown, chosen)
        verdict = grade_order(lines_of(self.step, framework), shown, whys, answer)
        if verdict.verdict != "fail" or self.reference is None or not chosen:
            return verdict
        job = on_device(order_job(self.step, framework, chosen), self.proof.device)
        outcome = await self.bench.runner.run(job)
        ran = judge_program(self.step, framework, outcome, self.reference)
        return ran if ran.verdict != "fail" else verdict


# ── what they share ──────────────────────────────────────────────────────────────────────────────


async def _repeated(proof: Proof, bench: Bench, job: Job, *, alone: bool = False) -> list[Outcome]:
    """The job's outcomes, one per repeat; none when it does not run to its end."""
    outcomes: list[Outcome] = []
    for number in range(bench.effort.repeats):
        outcome = await _ran(proof, bench, job, alone=alone, again=number > 0)
        if outcome is None:
            return []
        outcomes.append(outcome)
    return outcomes


async def _ran(
    proof: Proof, bench: Bench, job: Job, *, alone: bool = False, again: bool = False
) -> Outcome | None:
    """The job's outcome; None, with a remark, when it does not run to its end."""
    if again:
        outcome = await bench.runner.run(on_device(job, proof.device), alone=alone)
    else:
        outcome = await run_with_views(proof, bench, job, alone=alone)
    if outcome.missing:
        proof.skipped = outcome.words
        return None
    if outcome.dropped:
        message = f"its code prints {outcome.dropped:,} bytes more than are shown."
        proof.remarks.append(proof.subject.remark("prints", message))
    if outcome.how == "finished":
        return outcome
    subject = proof.subject
    for block in ("given", "setup"):
        text: PerFramework | None = getattr(subject.step, block, None)
        line = line_of(outcome, block)
        if text is not None and line:
            keys = (block, subject.framework) if isinstance(text, dict) else (block,)
            break
    else:
        if isinstance(subject.step, Order):
            _say_lines_stop(proof, subject.step, outcome)
            return None
        keys, line = (), 0
    message = f"its code does not run: {ended(outcome)}."
    proof.remarks.append(subject.remark("given", message, *keys, line=line))
    return None


def _say_lines_stop(proof: Proof, step: Order, outcome: Outcome) -> None:
    subject = proof.subject
    lines = lines_of(step, subject.framework)
    keys = ("lines", subject.framework) if isinstance(step.lines, dict) else ("lines",)
    message = f"the right order does not run: {ended(outcome)}."
    place = line_of(outcome, "answer") - 1
    # A line of the list may hold several of the program; then the list is all that is known.
    if 0 <= place < len(lines) and not any("\n" in line for line in lines):
        proof.remarks.append(subject.remark("order", message, *keys, place))
    else:
        proof.remarks.append(subject.remark("order", message, *keys))


_Judge = Callable[[str], Verdict]


def _right_answers(proof: Proof, step: Value | Measure, expected: WireValue) -> tuple[str, ...]:
    """The right answer as learners would type it; none, with a remark, when there is none."""
    subject = proof.subject
    if isinstance(expected, Raised) and step.form != "exception":
        message = f"`answer` raises {expected.type}: {short(expected.message)}"
        proof.remarks.append(subject.remark("answer", message, "answer"))
        return ()
    answers = forms_of(expected, step.form, subject.framework, step.rtol, step.atol)
    if not answers:
        message = f"`answer` gives {type(expected).__name__.lower()}, which nobody can type."
        proof.remarks.append(subject.remark("answer", message, "answer"))
    return answers


def _say_wrong_right(proof: Proof, step: Value | Measure, answer: str, verdict: Verdict) -> None:
    message = f"the right answer, typed `{short(answer, 60)}` (form `{step.form}`), does not pass: "
    message += short(verdict.message, 120)
    proof.remarks.append(proof.subject.remark("answer", message, "answer"))


def _check_mistakes(
    proof: Proof, step: Value | Measure, probed: Sequence[WireValue], judge: _Judge
) -> None:
    """Each mistake earns its message, and does not pass when typed more roughly."""
    subject, values = proof.subject, iter(probed)
    for place, mistake in enumerate(step.mistakes):
        at, label = ("mistakes", place), f"mistake {place + 1}"
        rough: list[str] = []
        if text_for(mistake.probe, subject.framework):
            value = next(values)
            answer = typed(value, step.form)
            if isinstance(value, Raised) and step.form != "exception":
                message = f"the probe of {label} raises {value.type}: {short(value.message, 90)}"
                proof.remarks.append(subject.remark("mistake", message, *at))
                continue
            rough = rounded(value, step.form) if step.form in ("number", "list") else []
        else:
            answer = mistake.answer
        if answer is None:
            continue  # foreseen for another framework
        verdict = judge(answer)
        said = text_for(mistake.say, subject.framework).strip()
        if verdict.verdict == "pass":
            message = f"{label}, `{short(answer, 60)}`, passes: here it is the right answer."
            proof.remarks.append(subject.remark("mistake", message, *at))
        elif verdict.diagnosis != "author" or said not in verdict.message:
            message = f"{label}, `{short(answer, 60)}`, earns another message: "
            message += short(verdict.message, 90)
            proof.remarks.append(subject.remark("mistake", message, *at))
        elif any(judge(text).verdict == "pass" for text in rough):
            message = f"{label} passes when it is typed with three digits, `{rough[-1]}`."
            proof.remarks.append(subject.remark("mistake", message, *at))


def _check_options(
    proof: Proof, step: Choose | Measure, probed: Sequence[WireValue], judge: _Judge
) -> None:
    subject = proof.subject
    evaluated = [place for place, each in enumerate(step.options) if isinstance(each.right, str)]
    for place, value in zip(evaluated, probed, strict=False):
        if isinstance(value, Raised):
            message = f"`right` of option {place + 1} raises {value.type}: "
            message += short(value.message, 120)
            proof.remarks.append(subject.remark("options", message, "options", place, "right"))
            return
    numbers = range(1, len(step.options) + 1)
    several = isinstance(step, Choose) and step.several
    answers = [(number,) for number in numbers]
    if several and len(numbers) <= MOST_COMBINED:
        answers = [chosen for many in numbers for chosen in itertools.combinations(numbers, many)]
    verdicts = {chosen: judge(",".join(map(str, chosen))) for chosen in answers}
    passing = [chosen for chosen, verdict in verdicts.items() if verdict.verdict == "pass"]
    if len(passing) != 1 and (not several or len(numbers) <= MOST_COMBINED):
        found = " and ".join(str(chosen[0]) for chosen in passing) if passing else "none"
        message = f"one answer must be right; of the options here, {found} " + (
            "is." if len(passing) < 2 else "are."
        )
        proof.remarks.append(subject.remark("options", message, "options"))
        return
    for (place, *more), verdict in verdicts.items():
        why = text_for(step.options[place - 1].why, subject.framework).strip()
        if not several and not more and verdict.verdict == "fail" and why not in verdict.message:
            message = f"option {place} does not say its why: {short(verdict.message, 90)}"
            proof.remarks.append(subject.remark("options", message, "options", place - 1))


def _check_hints(proof: Proof, step: Value, answers: Sequence[str]) -> None:
    """No hint, and no message of a mistake, holds the computed answer."""
    subject, framework = proof.subject, proof.subject.framework
    visible = "\n".join(text_for(text, framework) for text in (step.ask, step.given))
    texts: list[tuple[str, PerFramework, tuple[str | int, ...]]] = [
        (f"hint {place + 1}", hint, ("hints", place)) for place, hint in enumerate(step.hints)
    ]
    texts += [
        (f"the message of mistake {place + 1}", mistake.say, ("mistakes", place, "say"))
        for place, mistake in enumerate(step.mistakes)
    ]
    for what, text, keys in texts:
        told = gives_away(answers, step.form, text_for(text, framework), visible)
        if told:
            at = keys if isinstance(text, str) else (*keys, framework)
            message = f"{what} holds the answer, `{told}`."
            proof.remarks.append(subject.remark("hint", message, *at))
