"""The author's view of steps that are answered by typing or choosing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tutor.authoring.preview.section import Row, Section, did_not_run, earned, gives
from tutor.authoring.runner import Runner, on_device
from tutor.authoring.subjects import Subject
from tutor.authoring.typed_forms import forms_of, typed
from tutor.course.models import Choose, Measure, Read, Value
from tutor.course.resolve import text_for
from tutor.grading.values import Value as WireValue
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Outcome
from tutor.session.judging import bars, judge_measurement, judge_value, rights_of
from tutor.session.plan import choose_job, measure_job, read_job, value_job
from tutor.session.step_views import step_view
from tutor.views.text.bars import figure

_Judge = Callable[[str], Verdict]


async def of_read(step: Read, subject: Subject, device: str, runner: Runner) -> list[Section]:
    """How the code shown runs."""
    if step.given is None:
        return []
    outcome = await runner.run(on_device(read_job(step, subject.framework), device))
    if outcome.how != "finished":
        return [did_not_run(outcome)]
    return [Section("Code shown", (_ran(outcome, step.seconds),))]


async def of_value(step: Value, subject: Subject, device: str, runner: Runner) -> list[Section]:
    """The answer, how it may be typed, and the mistakes."""
    outcome = await runner.run(on_device(value_job(step, subject.framework), device))
    if outcome.how != "finished":
        return [did_not_run(outcome)]

    def judge(answer: str) -> Verdict:
        return judge_value(step, outcome, answer, subject.framework)

    return [*_answer(step, subject, outcome.results[0], judge), _time(outcome, step.seconds)]


async def of_measure(step: Measure, subject: Subject, device: str, runner: Runner) -> list[Section]:
    """What the experiment gave, and the answers to it."""
    outcome = await runner.run(on_device(measure_job(step, subject.framework), device))
    if outcome.how != "finished":
        return [did_not_run(outcome)]
    results, *probed = outcome.results[0]
    rows = [Row(f"{bar.label}: {figure(bar, step.unit)}") for bar in bars(results, step.unit).bars]
    found = Section("Results", tuple(rows) or (Row("no numbers", mark=False),))
    shown_step = step_view(subject.lesson, subject.index, subject.framework)
    if step.options:
        answers = [_options(step, subject, probed)]
    else:

        def judge(answer: str) -> Verdict:
            return judge_measurement(step, outcome, answer, shown_step)

        answers = _answer(step, subject, probed, judge)
    return [found, *answers, _time(outcome, step.seconds)]


async def of_choose(step: Choose, subject: Subject, device: str, runner: Runner) -> list[Section]:
    """Which options are right, and what each says."""
    job = choose_job(step, subject.framework)
    if job is None:
        return [_options(step, subject, [])]
    outcome = await runner.run(on_device(job, device))
    if outcome.how != "finished":
        return [did_not_run(outcome)]
    return [_options(step, subject, outcome.results[0]), _time(outcome, step.seconds)]


def _answer(
    step: Value | Measure, subject: Subject, probed: Sequence[WireValue], judge: _Judge
) -> list[Section]:
    """The answer and the mistakes, with what each gave."""
    framework = subject.framework
    expected, *wrong = probed
    typeable = forms_of(expected, step.form, framework, step.rtol, step.atol)
    lines = [gives(expected)]
    if typeable:
        lines.append(f"typed {' or '.join(typeable)}")
    right = bool(typeable) and judge(typeable[0]).verdict == "pass"
    answer = Row(text_for(step.answer, framework), right, lines=tuple(lines))
    says = tuple(text_for(mistake.say, framework) for mistake in step.mistakes)
    rows: list[Row] = []
    values = iter(wrong)
    for place, mistake in enumerate(step.mistakes):
        probe = text_for(mistake.probe, framework)
        value = next(values) if probe else None
        text = typed(value, step.form) if value is not None else mistake.answer
        what = f"{probe} {gives(value)}" if value is not None else f"typed {text}"
        if text is None:
            rows.append(Row(f"Mistake {place + 1} cannot be typed", False, lines=(what,)))
            continue
        verdict = judge(text)
        own, words = earned(place, verdict, says)
        said = says[place] if own else verdict.message
        rows.append(Row(f"Mistake {place + 1} {words}", own, said, (what,)))
    return [
        Section(f"Answer ({step.form})", (answer,)),
        Section("Mistakes", tuple(rows) or (Row("none foreseen"),)),
    ]


def _options(step: Choose | Measure, subject: Subject, probed: Sequence[WireValue]) -> Section:
    rights = rights_of(step, probed)
    rows: list[Row] = []
    for place, (option, right) in enumerate(zip(step.options, rights, strict=True), start=1):
        live = f"  ({option.right})" if isinstance(option.right, str) else ""
        head = f"{place} {'right' if right else 'wrong'}{live}"
        lines = (text_for(option.text, subject.framework),)
        rows.append(Row(head, said=text_for(option.why, subject.framework), lines=lines))
    return Section("Options", tuple(rows))


def _time(outcome: Outcome, seconds: float) -> Section:
    return Section("Time", (_ran(outcome, seconds),))


def _ran(outcome: Outcome, seconds: float) -> Row:
    took = f"{outcome.seconds:.3g} s of {seconds:g} s ({outcome.seconds / seconds:.1%})"
    warned = tuple(f"warns: {text}" for text in outcome.warnings)
    return Row(f"{took} on {outcome.device}", lines=warned)
