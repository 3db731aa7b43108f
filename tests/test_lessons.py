"""Every lesson, as learners would do it: right answers pass, starters and foreseen mistakes do not.

Each exercise is submitted through the session, in real workers, in every framework it is offered in.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tutor.course.catalogue import Catalogue, shipped
from tutor.course.models import (
    FRAMEWORKS,
    Choose,
    Code,
    FrameworkName,
    Lesson,
    Measure,
    Order,
    Step,
    Value,
)
from tutor.course.resolve import frameworks_of, is_exercise, step_id, text_for
from tutor.grading.values import (
    Device,
    DType,
    Mapping,
    Nothing,
    Number,
    Raised,
    Sequence,
    Shape,
    Tensor,
    Text,
)
from tutor.grading.values import Value as WireValue
from tutor.grading.verdict import Verdict
from tutor.runtime.job import Outcome
from tutor.session import Measured, Session, StepRef, SubmitEvent
from tutor.session.plan import SEED_SETS, measure_job, value_job
from tutor.session.views import chosen_line_numbers, distractors_of, lines_of

COURSE = Catalogue.open(shipped(), None)
SEED_SETS_FOR_MISTAKES = 2
"""Of the four that attempts take turns at; a solution is checked on all."""


def _cases(*kinds: type[Step]) -> list[object]:
    """One case per exercise; its frameworks run side by side."""
    return [
        pytest.param(lesson, step, id=f"{lesson.lesson}/{step.id}")
        for lesson in map(COURSE.lesson, COURSE.lessons)
        for step in lesson.steps
        if is_exercise(step) and isinstance(step, kinds)
    ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sessions(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[dict[FrameworkName, Session]]:
    """A learner per framework, so that frameworks run side by side."""
    opened = {name: Session.open(home=tmp_path_factory.mktemp(name)) for name in FRAMEWORKS}
    yield opened
    await asyncio.gather(*(session.close() for session in opened.values()))


async def each_framework(
    sessions: dict[FrameworkName, Session],
    lesson: Lesson,
    step: Step,
    check: Callable[[Session, StepRef, Any, FrameworkName], Awaitable[None]],
) -> None:
    """Run ``check`` in every framework of the step; the first failure names its framework."""
    ref = StepRef(lesson.lesson, step_id(step, lesson.steps.index(step)))
    names = frameworks_of(lesson, step)
    results = await asyncio.gather(
        *(check(sessions[name], ref, step, name) for name in names), return_exceptions=True
    )
    for name, result in zip(names, results, strict=True):
        if isinstance(result, BaseException):
            result.add_note(f"{ref} in {name}")
            raise result


in_one_loop = pytest.mark.asyncio(loop_scope="module")


async def submit(session: Session, ref: StepRef, framework: FrameworkName, answer: str) -> Verdict:
    events: list[SubmitEvent] = [event async for event in session.submit(ref, framework, answer)]
    verdict = events[-1]
    assert isinstance(verdict, Verdict)
    assert sum(isinstance(event, Verdict) for event in events) == 1
    return verdict


def test_the_course_has_no_findings() -> None:
    assert COURSE.findings == ()
    assert len(COURSE.lessons) >= 6


@in_one_loop
@pytest.mark.parametrize(("lesson", "step"), _cases(Code))
async def test_programs(sessions: dict[FrameworkName, Session], lesson: Lesson, step: Code) -> None:
    await each_framework(sessions, lesson, step, programs)


async def programs(session: Session, ref: StepRef, step: Code, framework: FrameworkName) -> None:
    variant = step.variants[framework]
    # Each set of seeds that attempts take turns at.
    for _ in range(SEED_SETS):
        solved = await submit(session, ref, framework, variant.solution)
        assert solved.verdict == "pass", f"the solution does not pass: {solved.message}"
    starter = await submit(session, ref, framework, variant.starter)
    assert starter.verdict == "fail", f"the starter passes: {starter.message}"
    for mistake in variant.mistakes:
        if mistake.code is not None:
            for _ in range(SEED_SETS_FOR_MISTAKES):
                wrong = await submit(session, ref, framework, mistake.code)
                assert wrong.verdict == "fail", f"{mistake.code}\npasses"
                assert mistake.say.strip() in wrong.message, (
                    f"{mistake.code}\nearns: {wrong.message}"
                )


@in_one_loop
@pytest.mark.parametrize(("lesson", "step"), _cases(Value))
async def test_predictions(
    sessions: dict[FrameworkName, Session], lesson: Lesson, step: Value
) -> None:
    await each_framework(sessions, lesson, step, predictions)


async def predictions(
    session: Session, ref: StepRef, step: Value, framework: FrameworkName
) -> None:
    expected, *probed = await results(session, value_job(step, framework))
    right = await submit(session, ref, framework, typed(expected, step.form))
    assert right.verdict == "pass", f"typing {typed(expected, step.form)!r}: {right.message}"
    await check_mistakes(session, ref, framework, step, probed)


@in_one_loop
@pytest.mark.parametrize(("lesson", "step"), _cases(Choose))
async def test_choices(
    sessions: dict[FrameworkName, Session], lesson: Lesson, step: Choose
) -> None:
    await each_framework(sessions, lesson, step, choices)


async def choices(session: Session, ref: StepRef, step: Choose, framework: FrameworkName) -> None:
    numbers = range(1, len(step.options) + 1)
    answers = (
        [
            ",".join(map(str, chosen))
            for count in numbers
            for chosen in itertools.combinations(numbers, count)
        ]
        if step.several
        else [str(number) for number in numbers]
    )
    verdicts = {answer: await submit(session, ref, framework, answer) for answer in answers}
    passing = [answer for answer, verdict in verdicts.items() if verdict.verdict == "pass"]
    assert len(passing) == 1, f"these answers pass: {passing}"
    for answer, verdict in verdicts.items():
        if not step.several and answer not in passing:
            assert verdict.verdict == "fail"
            why = text_for(step.options[int(answer) - 1].why, framework)
            assert why.strip() in verdict.message


@in_one_loop
@pytest.mark.parametrize(("lesson", "step"), _cases(Order))
async def test_orders(sessions: dict[FrameworkName, Session], lesson: Lesson, step: Order) -> None:
    await each_framework(sessions, lesson, step, orders)


async def orders(session: Session, ref: StepRef, step: Order, framework: FrameworkName) -> None:
    shown = session.view(ref, framework).lines
    lines = lines_of(step, framework)
    right = await submit(session, ref, framework, chosen_line_numbers(shown, lines))
    assert right.verdict == "pass", right.message
    missing = await submit(session, ref, framework, chosen_line_numbers(shown, lines[:-1]))
    assert missing.verdict == "fail"
    for distractor in distractors_of(step, framework):
        answer = chosen_line_numbers(shown, [*lines, distractor.line])
        wrong = await submit(session, ref, framework, answer)
        assert wrong.verdict == "fail", f"{distractor.line!r} may stay"
        assert distractor.why.strip() in wrong.message


@in_one_loop
@pytest.mark.parametrize(("lesson", "step"), _cases(Measure))
async def test_measurements(
    sessions: dict[FrameworkName, Session], lesson: Lesson, step: Measure
) -> None:
    await each_framework(sessions, lesson, step, measurements)


async def measurements(
    session: Session, ref: StepRef, step: Measure, framework: FrameworkName
) -> None:
    events = [event async for event in session.submit(ref, framework, "")]
    measured = [event for event in events if isinstance(event, Measured)]
    assert measured, f"nothing measured: {events[-1]}"
    assert measured[0].rows
    if step.options:
        numbers = range(1, len(step.options) + 1)
        verdicts = [await submit(session, ref, framework, str(number)) for number in numbers]
        assert [verdict.verdict for verdict in verdicts].count("pass") == 1
    else:
        _, expected, *probed = await results(session, measure_job(step, framework))
        right = await submit(session, ref, framework, typed(expected, step.form))
        assert right.verdict == "pass", right.message
        await check_mistakes(session, ref, framework, step, probed)


async def check_mistakes(
    session: Session,
    ref: StepRef,
    framework: FrameworkName,
    step: Value | Measure,
    probed: list[WireValue],
) -> None:
    values = iter(probed)
    for mistake in step.mistakes:
        probe = text_for(mistake.probe, framework)
        answer = typed(next(values), step.form) if probe else mistake.answer
        if answer is None:
            continue  # foreseen for another framework
        wrong = await submit(session, ref, framework, answer)
        assert wrong.verdict == "fail", f"{answer!r} ({probe}) passes"
        said = text_for(mistake.say, framework).strip()
        assert said in wrong.message, f"{answer!r} ({probe}) earns: {wrong.message}"


async def results(session: Session, job: object) -> tuple[WireValue, ...]:
    host = await session.pool.host(job.framework)  # type: ignore[attr-defined]
    async for event in host.run(job, reference=True):
        if isinstance(event, Outcome):
            assert event.how == "finished", event
            return event.results[0]
    raise AssertionError("a run ends with an outcome")


def typed(value: WireValue, form: str) -> str:
    """The value as a learner would type it."""
    match value:
        case Number(kind="float"):
            number = float.fromhex(value.text) if "0x" in value.text else float(value.text)
            return f"{number:.8g}"
        case Number():
            return value.text
        case Tensor():
            from tutor.grading.arrays import decode

            return _nested(
                [
                    f"{item:.8g}" if isinstance(item, float) else str(item)
                    for item in decode(value) or ()
                ],
                value.shape,
            )
        case Sequence():
            inner = ", ".join(typed(item, form) for item in value.items)
            return f"[{inner}]" if form != "shape" else f"({inner},)"
        case Shape():
            return str(tuple(value.dims))
        case DType() | Device():
            return value.name
        case Text():
            return value.text
        case Raised():
            return value.type
        case Nothing():
            return "None"
        case Mapping():
            raise AssertionError(f"a mapping cannot be typed: {value}")
        case _:
            raise AssertionError(f"cannot be typed: {value}")


def _nested(items: list[str], shape: tuple[int, ...]) -> str:
    if not shape:
        return items[0]
    if not shape[0]:
        return "[]"
    size = len(items) // shape[0]
    rows = [_nested(items[i * size : (i + 1) * size], shape[1:]) for i in range(shape[0])]
    return f"[{', '.join(rows)}]"


def test_lessons_folder_is_the_shipped_one() -> None:
    assert shipped() == Path(__file__).parents[1] / "lessons"
