"""The author's view of steps that are answered with a program."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from tutor.authoring.preview.section import Row, Section, did_not_run, earned, gives, shown
from tutor.authoring.proofs import ended
from tutor.authoring.runner import Runner, on_device
from tutor.authoring.subjects import Subject
from tutor.course.models import Check, Code, CodeMistake, FrameworkName, Order
from tutor.course.resolve import text_for
from tutor.grading.checks import WrongProgram
from tutor.grading.grade import grade_order, unfilled_blank
from tutor.grading.values import Value
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Job, Outcome
from tutor.session.judging import judge_program, seeds_of, wrong_program
from tutor.session.plan import SEED_SETS, code_job, solution_job, split_checks
from tutor.session.step_views import chosen_line_numbers, distractors_of, lines_of, step_view


@dataclass(frozen=True)
class _Exercise:
    """A code step in one framework, and what its programs are compared with."""

    step: Code
    framework: FrameworkName
    solved: Outcome
    """The solution's."""
    wrong: list[WrongProgram]
    """The mistakes that something is known of."""

    @property
    def mistakes(self) -> tuple[CodeMistake, ...]:
        return self.step.variants[self.framework].mistakes

    def judge(self, outcome: Outcome) -> Verdict:
        """As a learner's answer is judged."""
        return judge_program(self.step, self.framework, outcome, self.solved, self.wrong)


async def of_code(step: Code, subject: Subject, device: str, runner: Runner) -> list[Section]:
    """Solution, inputs, checks, mistakes and starter."""
    framework = subject.framework
    variant, seeds = step.variants[framework], seeds_of(step, 0)

    def job(source: str) -> Job:
        return on_device(code_job(step, framework, source, seeds, checked=True), device)

    solved = await runner.run(job(variant.solution))
    if solved.how != "finished":
        return [did_not_run(solved)]
    right = judge_program(step, framework, solved, solved)
    sections = [_solution(solved, right, step.seconds)]
    if step.inputs:
        made = msgspec.structs.replace(job(""), blocks=(), probes=tuple(step.inputs), rerun=False)
        sections.append(_inputs(step, await runner.run(made), made.seeds))
    sections.append(_checks(step.checks, framework, solved, right, job("").seeds))
    ran = [
        await runner.run(job(mistake.code))
        if mistake.code is not None and not unfilled_blank(mistake.code)
        else None
        for mistake in variant.mistakes
    ]
    found = [
        wrong_program(mistake, outcome, step.checks)
        for mistake, outcome in zip(variant.mistakes, ran, strict=True)
        if mistake.code is None or outcome is not None
    ]
    wrong = [each for each in found if each is not None]
    exercise = _Exercise(step, framework, solved, wrong)
    rows = [_mistake(exercise, place, outcome) for place, outcome in enumerate(ran)]
    sections.append(Section("Mistakes", tuple(rows) or (Row(head="none foreseen"),)))
    if sentence := unfilled_blank(variant.starter):
        sections.append(Section("Starter", (Row("is not run: it has a blank", True, sentence),)))
    else:
        sections.append(_starter(exercise, await runner.run(job(variant.starter))))
    return sections


async def of_order(step: Order, subject: Subject, device: str, runner: Runner) -> list[Section]:
    """The right order, what its program gives, and the lines that do not belong."""
    framework = subject.framework
    lines = lines_of(step, framework)
    sections = [Section("Right order", (Row(lines=lines),))]
    if step.checks:
        seeds = seeds_of(step, 0)
        solved = await runner.run(on_device(solution_job(step, framework, seeds), device))
        if solved.how != "finished":
            return [*sections, did_not_run(solved)]
        right = judge_program(step, framework, solved, solved)
        sections.append(_solution(solved, right, step.seconds))
        sections.append(_checks(step.checks, framework, solved, right, seeds))
    all_lines = step_view(subject.lesson, subject.index, framework).lines
    whys = [(each.line, each.why) for each in distractors_of(step, framework)]
    rows: list[Row] = []
    for line, why in whys:
        answer = chosen_line_numbers(all_lines, [*lines, line])
        verdict = grade_order(lines, all_lines, whys, answer)
        own = verdict.verdict == "fail" and why.strip() in verdict.message
        rows.append(Row(line.strip(), own, why if own else verdict.message))
    sections.append(Section("Lines that do not belong", tuple(rows) or (Row(head="none"),)))
    return sections


def _solution(solved: Outcome, verdict: Verdict, seconds: float) -> Section:
    took = f"{solved.seconds:.3g} s of {seconds:g} s ({solved.seconds / seconds:.1%})"
    passes = verdict.verdict == "pass"
    lines = (f"{took} on {solved.device}", *(f"warns: {text}" for text in solved.warnings))
    said = "" if passes else verdict.message
    return Section("Solution", (Row("passes" if passes else "does not pass", passes, said, lines),))


def _inputs(step: Code, made: Outcome, seeds: tuple[int, ...]) -> Section:
    if made.how != "finished":
        return Section("Inputs", (Row(f"cannot be made: {ended(made)}", mark=False),))
    rows: list[Row] = []
    for place, (name, generator) in enumerate(step.inputs.items()):
        values = [row[place] for row in made.results]
        rows.append(Row(f"{name} = {generator}", lines=_per_seed(values, seeds)))
    return Section(f"Inputs (seeds {_range(seeds)}, the first of {SEED_SETS} sets)", tuple(rows))


def _checks(
    checks: tuple[Check, ...],
    framework: FrameworkName,
    solved: Outcome,
    right: Verdict,
    seeds: tuple[int, ...],
) -> Section:
    """What each probe gives for the solution, seed by seed."""
    values, equals = split_checks(checks, solved.results)
    rows: list[Row] = []
    for place, check in enumerate(checks):
        lines = list(_per_seed([row[place] for row in values], seeds))
        if check.equals is not None:
            other = [each for row in equals if (each := row[place]) is not None]
            lines.append(f"{text_for(check.equals, framework)} gives")
            lines += (f"  {line}" for line in _per_seed(other, seeds))
        passed = right.checks[place].passed if place < len(right.checks) else None
        head = f"{text_for(check.that, framework)}  {_requirement(check, framework)}"
        rows.append(Row(head.rstrip(), passed, lines=tuple(lines)))
    return Section("Checks, and what the solution gives", tuple(rows))


def _requirement(check: Check, framework: FrameworkName) -> str:
    parts: list[str] = []
    if check.equals is not None:
        parts.append(f"equals {text_for(check.equals, framework)}")
    if check.is_ is not None:
        parts.append(f"is {check.is_}")
    if check.at_least is not None:
        parts.append(f"at least {check.at_least:g}")
    if check.at_most is not None:
        parts.append(f"at most {check.at_most:g}")
    if check.raises is not None:
        parts.append(f"raises {check.raises}")
    if check.rtol is not None:
        parts.append(f"rtol {check.rtol:g}")
    if check.atol is not None:
        parts.append(f"atol {check.atol:g}")
    if check.ignore:
        parts.append(f"ignoring {', '.join(check.ignore)}")
    return f"({', '.join(parts)})" if parts else ""


def _mistake(exercise: _Exercise, place: int, outcome: Outcome | None) -> Row:
    name, mistake = f"Mistake {place + 1}", exercise.mistakes[place]
    if mistake.code is None:
        head = f"{name} names only {mistake.raises}: no program proves that it is earned"
        return Row(head, said=mistake.say)
    if outcome is None:
        return Row(f"{name} has a blank, so a learner is told of that", mark=False)
    if outcome.how not in ("finished", "raised"):
        return Row(f"{name} gives nothing to match: {ended(outcome)}", mark=False)
    verdict = exercise.judge(outcome)
    own, words = earned(place, verdict, tuple(each.say for each in exercise.mistakes))
    said = mistake.say if own else verdict.message
    return Row(f"{name} {words}", own, said, _gives(exercise, outcome, verdict))


def _gives(exercise: _Exercise, outcome: Outcome, verdict: Verdict) -> tuple[str, ...]:
    """What a wrong program gives where it first goes wrong, beside the solution."""
    if outcome.how != "finished":
        return (ended(outcome),)
    failed = [place for place, check in enumerate(verdict.checks) if not check.passed]
    if not failed:
        return ()
    place, checks = failed[0], exercise.step.checks
    got, _ = split_checks(checks, outcome.results)
    expected, _ = split_checks(checks, exercise.solved.results)
    seed = next((i for i, row in enumerate(got) if row[place] != expected[i][place]), 0)
    return (
        f"{text_for(checks[place].that, exercise.framework)} {gives(got[seed][place])}",
        f"the solution's {gives(expected[seed][place])}",
    )


def _starter(exercise: _Exercise, outcome: Outcome) -> Section:
    verdict = exercise.judge(outcome)
    words = {"fail": "fails, as it must", "pass": "passes: there is nothing left to do"}
    head = words.get(verdict.verdict, f"is {verdict.verdict}")
    return Section("Starter", (Row(head, verdict.verdict == "fail", verdict.message),))


def _per_seed(values: list[Value], seeds: tuple[int, ...]) -> tuple[str, ...]:
    """A line per seed; one for all where they agree."""
    if len(values) > 1 and all(value == values[0] for value in values):
        return (f"every seed: {shown(values[0])}",)
    if len(values) == 1:
        return (shown(values[0]),)
    return tuple(f"seed {seed}: {shown(value)}" for seed, value in zip(seeds, values, strict=True))


def _range(seeds: tuple[int, ...]) -> str:
    return str(seeds[0]) if len(seeds) == 1 else f"{seeds[0]} to {seeds[-1]}"
