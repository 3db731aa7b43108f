"""Small, pure steps between a run's outcome and a verdict for the learner."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from tutor.course.inputs import sizes_of
from tutor.course.models import (
    Check,
    Choose,
    Code,
    CodeMistake,
    Exercise,
    FrameworkName,
    Measure,
    Mistake,
    Order,
    Read,
    Step,
    Value,
)
from tutor.course.resolve import text_for
from tutor.errors import NotOnThisMachine
from tutor.grading.grade import (
    CheckSpec,
    WrongProgram,
    grade_choice,
    grade_code,
    grade_raised,
    grade_value,
)
from tutor.grading.values import Mapping, Number, Tensor
from tutor.grading.values import Value as WireValue
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Error, Hello, Outcome
from tutor.session.model import StepView
from tutor.session.plan import choose_job, seeds_for, sizes_in, split_checks
from tutor.views.model import Bar, Bars

NOT_THE_LEARNERS = frozenset({"stopped", "not-started", "host-lost"})
"""Ends that are never counted against the learner."""


def seeds_of(step: Step, tries: int) -> tuple[int, ...]:
    """The seeds of the attempt that follows ``tries`` others."""
    return seeds_for(tries, step.seeds if isinstance(step, Code) else 1)


def needs_host(step: Step, framework: FrameworkName) -> bool:
    """Whether the step needs a host at all."""
    match step:
        case Read():
            return step.given is not None
        case Choose():
            return choose_job(step, framework) is not None
        case Order():
            return bool(step.checks)
        case _:
            return True


def require(step: Step, hello: Hello, device: str = "auto") -> None:
    """Raise NotOnThisMachine when the machine, or the device set, lacks what the exercise needs."""
    accelerators = [name for name in hello.devices if not name.startswith("cpu")]
    wanted = {"gpu": 1, "gpus": 2}.get(step.needs.device or "", 0)
    if wanted and accelerators and device.startswith("cpu"):
        raise NotOnThisMachine(
            f"This exercise needs a GPU, and config.toml sets {hello.framework} to `{device}`."
        )
    if len(accelerators) < wanted:
        what = "a GPU" if wanted == 1 else "two GPUs"
        here = ", ".join(hello.devices) or "no device"
        raise NotOnThisMachine(
            f"This exercise needs {what}; {hello.framework} on {hello.machine} sees {here}."
        )


def check_specs(checks: Sequence[Check], framework: FrameworkName) -> list[CheckSpec]:
    """The checks as grading takes them, with their texts for ``framework``."""
    return [
        CheckSpec(
            label=text_for(check.that, framework),
            name=_name(check, framework),
            equals=check.equals is not None,
            is_=check.is_,
            at_least=check.at_least,
            at_most=check.at_most,
            raises=check.raises,
            rtol=check.rtol,
            atol=check.atol,
            ignore=frozenset(check.ignore),
            say=text_for(check.say, framework),
        )
        for check in checks
    ]


def _name(check: Check, framework: FrameworkName) -> str:
    """What is checked, for the list of checks."""
    if check.label:
        return check.label
    that = text_for(check.that, framework)
    other = text_for(check.equals, framework)
    return f"{that} against {other}" if other else that


def foreseen(
    mistakes: Sequence[Mistake], probed: Sequence[WireValue], framework: FrameworkName
) -> list[tuple[WireValue | str, str]]:
    """Each mistake's wrong answer beside its message."""
    values = iter(probed)
    foreseen: list[tuple[WireValue | str, str]] = []
    for mistake in mistakes:
        wrong = next(values) if text_for(mistake.probe, framework) else mistake.answer
        if wrong is not None:
            foreseen.append((wrong, text_for(mistake.say, framework)))
    return foreseen


def rights_of(step: Choose | Measure, probed: Sequence[WireValue]) -> list[bool]:
    """Whether each option is right, with the evaluated ones filled in."""
    values = iter(probed)
    return [
        _truth(next(values)) if isinstance(option.right, str) else option.right
        for option in step.options
    ]


def _truth(value: WireValue) -> bool:
    match value:
        case Number():
            return value.text == "True"
        case Tensor():
            return value.dtype == "bool" and value.data == b"\x01"
        case _:
            return False


def judge_choice(
    step: Choose | Measure, rights: Sequence[bool], answer: str, framework: FrameworkName
) -> Verdict:
    """Grade the options chosen."""
    options = [
        (text_for(option.text, framework), right, text_for(option.why, framework))
        for option, right in zip(step.options, rights, strict=True)
    ]
    return grade_choice(options, answer, isinstance(step, Choose) and step.several)


def judge_value(step: Value, outcome: Outcome, answer: str, framework: FrameworkName) -> Verdict:
    """Grade what was typed against what the probes of `value_job` gave."""
    expected, *wrong, shapes = outcome.results[0]
    return grade_value(
        expected,
        answer,
        step.form,
        rtol=step.rtol,
        atol=step.atol,
        mistakes=foreseen(step.mistakes, wrong, framework),
        sizes=sizes_in(shapes),
    )


def judge_program(
    step: Code | Order,
    framework: FrameworkName,
    outcome: Outcome,
    reference: Outcome | None,
    wrong: Sequence[WrongProgram] = (),
) -> Verdict:
    """Grade a program's run against the solution's.

    Args:
        step: The exercise.
        framework: The one it ran in.
        outcome: How the learner's program ended.
        reference: How the solution ended, on the same seeds; only asked for when `outcome`
            finished.
        wrong: The programs that the author foresaw.
    """
    if outcome.how not in ("finished", "raised"):
        how = "unchecked" if outcome.how in NOT_THE_LEARNERS else "fail"
        return Verdict(verdict=how, message=outcome.words, diagnosis=outcome.how)
    if outcome.how == "raised":
        assert outcome.error is not None, "`raised` carries its error"
        raised = grade_raised(outcome.error, wrong)
        return msgspec.structs.replace(raised, line=own_line(outcome.error))
    assert reference is not None, "a program that finished is compared with the solution"
    if reference.how != "finished":
        return no_reference(reference)
    expected, _ = split_checks(step.checks, reference.results)
    got, equals = split_checks(step.checks, outcome.results)
    sizes = sizes_of(step.inputs) if isinstance(step, Code) else ()
    specs = check_specs(step.checks, framework)
    return grade_code(specs, expected, got, equals, mistakes=wrong, sizes=sizes)


def wrong_program(
    mistake: CodeMistake, outcome: Outcome | None, checks: Sequence[Check]
) -> WrongProgram | None:
    """A foreseen program by what it gave, or by how it ended; None when that says nothing.

    `outcome` is None for a mistake that names only an exception.
    """
    if outcome is None:
        return WrongProgram(say=mistake.say, raises=mistake.raises, matching=mistake.matching)
    if outcome.how == "finished":
        values, _ = split_checks(checks, outcome.results)
        return WrongProgram(
            say=mistake.say, values=values, raises=mistake.raises, matching=mistake.matching
        )
    if outcome.error is not None:
        return WrongProgram(
            say=mistake.say,
            raises=mistake.raises or outcome.error.type,
            matching=mistake.matching or outcome.error.message,
        )
    return None


def judge_measurement(step: Measure, outcome: Outcome, answer: str, shown: StepView) -> Verdict:
    """Grade an answer against the experiment it was read from."""
    _, *probed = outcome.results[0]
    if step.options:
        return judge_choice(step, rights_of(step, probed), answer, shown.framework)
    expected, *wrong = probed
    return grade_value(
        expected,
        answer,
        step.form,
        rtol=step.rtol,
        atol=step.atol,
        mistakes=foreseen(step.mistakes, wrong, shown.framework),
    )


def bars(results: WireValue, unit: str) -> Bars:
    """An experiment's results as bars: of those that are a number, or several of one thing."""
    items = results.items if isinstance(results, Mapping) else ()
    found = (_bar(label, value) for label, value in items)
    return Bars(name="results", bars=tuple(bar for bar in found if bar is not None), unit=unit)


def _bar(label: str, value: WireValue) -> Bar | None:
    """One result; None when it is not of real numbers."""
    from tutor.grading.arrays import array_of

    array = array_of(value)
    if array is None or any(isinstance(item, complex) for item in array.items):
        return None
    try:
        numbers = [float(item.real) for item in array.items]
    except OverflowError:
        return None
    if len(array.shape) > 1 or not numbers:
        return None
    finite = [number for number in numbers if math.isfinite(number)]
    if len(finite) > 1:
        import statistics

        low, middle, high = statistics.quantiles(finite, n=4, method="inclusive")
        return Bar(label=label, value=middle, low=low, high=high)
    return Bar(label=label, value=finite[0] if finite else None)


def chosen_lines(shown: Sequence[str], answer: str) -> list[str]:
    """The lines an answer such as ``3,1`` picks; empty when it cannot be read."""
    numbers = [part.strip() for part in answer.replace(",", " ").split()]
    if not all(n.isascii() and n.isdigit() and 1 <= int(n) <= len(shown) for n in numbers):
        return []
    return [shown[int(n) - 1] for n in numbers]


def unchecked(sentence: str, shown: StepView, outcome: Outcome | None = None) -> Verdict:
    """A verdict that is not counted, with the reason."""
    return Verdict(
        verdict="unchecked",
        message=sentence,
        framework=shown.framework,
        device=outcome.device if outcome else "",
        seconds=outcome.seconds if outcome else 0.0,
    )


def own_line(error: Error) -> int:
    """The line of the learner's own code that an exception came through last; 0 when none."""
    return next((f.line for f in reversed(error.frames) if f.block == "answer"), 0)


def blank_line(source: str) -> int:
    """The first line that still has a blank; 0 when none."""
    lines = enumerate(source.splitlines(), 1)
    return next((n for n, line in lines if "____" in line.partition("#")[0]), 0)


def authors_fault(outcome: Outcome, shown: StepView) -> Verdict:
    """The lesson's own code did not run to its end: never the learner's fault."""
    if outcome.how in NOT_THE_LEARNERS:
        return unchecked(outcome.words, shown, outcome)
    return unchecked(f"The lesson's own code did not run here: {outcome.words}", shown, outcome)


def no_reference(outcome: Outcome) -> Verdict:
    """The author's solution did not run to its end, so there is nothing to compare with."""
    reason = outcome.words
    if outcome.error is not None:  # its words quote the line, which is the solution's
        reason = f"it raised {outcome.error.type}: {outcome.error.message}"
    return Verdict(
        verdict="unchecked",
        message=f"The lesson's own answer did not run here, so yours was not checked: {reason}",
        diagnosis="reference",
    )


def ran_verdict(outcome: Outcome, shown: StepView) -> Verdict:
    """How an ungraded run ended."""
    if outcome.how == "finished":
        return Verdict(
            verdict="pass",
            message="",
            framework=shown.framework,
            device=outcome.device,
            seconds=outcome.seconds,
        )
    if outcome.error is not None:
        raised = grade_raised(outcome.error, ())
        return unchecked(raised.message, shown, outcome)
    return unchecked(outcome.words, shown, outcome)


def stamped(verdict: Verdict, step: Exercise, shown: StepView, outcome: Outcome | None) -> Verdict:
    """The verdict with where it ran, how long it took and, on a pass, the explanation."""
    explain = text_for(step.explain, shown.framework) if verdict.verdict == "pass" else ""
    return msgspec.structs.replace(
        verdict,
        framework=shown.framework,
        device=outcome.device if outcome else "",
        seconds=outcome.seconds if outcome else 0.0,
        explain=explain,
    )
