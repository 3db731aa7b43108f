"""Every use case of a session, with real frameworks in real processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.runtime.hosts import alive, gone, no_attempt_left
from tests.session.bench import RIGHT, Done, ref, session_loop, submit
from tutor.errors import UsageError
from tutor.runtime.job import Printed, Started
from tutor.session import Draft, Session, SubmitEvent, Waiting
from tutor.session.step_views import chosen_line_numbers
from tutor.views.model import Bar, Bars

pytestmark = session_loop

# --- one submission of each kind


async def test_a_value(learner: Session) -> None:
    right = await submit(learner, "kinds/slope", "torch", "7")
    assert right.name == "pass"
    assert right.text() == "computed\n"
    assert right.verdict.explain == "Seven it is."
    assert (right.verdict.framework, right.verdict.device[:3]) == ("torch", "cpu") or (
        right.verdict.device.startswith("cuda")
    )
    for answer, said in (("10", "That is f(2)."), ("4", "You left the 3 out.")):
        wrong = await submit(learner, "kinds/slope", "torch", answer)
        assert (wrong.name, wrong.message, wrong.verdict.explain) == ("fail", said, "")
    empty = await submit(learner, "kinds/slope", "torch", "  ")
    assert empty.name == "unchecked"
    unread = await submit(learner, "kinds/slope", "torch", "seven or so")
    assert unread.name in ("fail", "unchecked")
    assert "7" not in unread.message, "a verdict must not give the answer away"


async def test_what_a_prediction_prints_comes_with_the_right_answer_only(learner: Session) -> None:
    wrong = await submit(learner, "kinds/slope", "torch", "10")
    assert (wrong.name, wrong.text()) == ("fail", "")
    run = await submit(learner, "kinds/slope", "torch", "", graded=False)
    assert (run.name, run.text()) == ("unchecked", "")
    right = await submit(learner, "kinds/slope", "torch", "7")
    assert [type(event).__name__ for event in right.events[-2:]] == ["Printed", "Verdict"]


async def test_the_explanation_can_be_read_again_after_a_pass(learner: Session) -> None:
    slope = ref("kinds/slope")
    await submit(learner, "kinds/slope", "numpy", "8")
    assert learner.explanation(slope, "numpy") == ""
    with pytest.raises(UsageError, match="hints lead to it"):
        learner.solution(slope, "numpy")
    await submit(learner, "kinds/slope", "numpy", "7")
    assert learner.explanation(slope, "numpy") == "Seven it is."
    assert learner.explanation(ref("kinds/intro"), "numpy") == ""
    with pytest.raises(UsageError, match="Yours was right"):
        learner.solution(slope, "numpy")


async def test_code(learner: Session) -> None:
    right = await submit(learner, "kinds/loss", "torch", "print('mine')\n" + RIGHT)
    assert right.name == "pass", right.message
    assert right.text() == "mine\n"
    assert [check.passed for check in right.verdict.checks] == [True, True, True]
    foreseen = RIGHT.replace(" / x.shape[0]", "").replace("mean", "sum")
    wrong = await submit(learner, "kinds/loss", "torch", foreseen)
    assert (wrong.name, wrong.message) == ("fail", "Take the mean, not the sum.")
    other = await submit(learner, "kinds/loss", "torch", RIGHT.replace(" * 2", ""))
    assert other.name == "fail"
    assert [check.passed for check in other.verdict.checks] == [True, False, True]


async def test_code_that_cannot_pass(learner: Session) -> None:
    starter = learner.step_view(ref("kinds/loss"), "torch").starter
    blank = await submit(learner, "kinds/loss", "torch", starter)
    assert (blank.name, blank.verdict.diagnosis) == ("fail", "unfilled-blank")
    nothing = await submit(learner, "kinds/loss", "torch", "")
    assert nothing.name == "fail"
    assert "`loss`" in nothing.message
    raised = await submit(learner, "kinds/loss", "torch", "x = wanted")
    assert (raised.name, raised.message) == ("fail", "There is no `wanted` here.")
    syntax = await submit(learner, "kinds/loss", "torch", "def loss(w, x:\n  return")
    assert syntax.name == "fail"
    assert "Line 1" in syntax.message
    long = await submit(learner, "kinds/loss", "torch", "#" * 10_000_000)
    assert long.name == "unchecked"
    assert "10,000,000 characters" in long.message


async def test_choices(learner: Session) -> None:
    assert (await submit(learner, "kinds/pick", "torch", "2")).name == "pass"
    wrong = await submit(learner, "kinds/pick", "torch", "1")
    assert (wrong.name, "It is smaller." in wrong.message) == ("fail", True)
    assert (await submit(learner, "kinds/pick", "torch", "9")).name == "unchecked"
    assert (await submit(learner, "kinds/pick-live", "numpy", "1,3")).name == "pass"
    assert (await submit(learner, "kinds/pick-live", "numpy", "3,1")).name == "pass"
    assert (await submit(learner, "kinds/pick-live", "numpy", "1")).name == "fail"
    wrong = await submit(learner, "kinds/pick-live", "numpy", "1,2,3")
    assert (wrong.name, "Three is odd." in wrong.message) == ("fail", True)


async def test_an_order(learner: Session) -> None:
    shown = learner.step_view(ref("kinds/lines"), "numpy").lines

    async def answer(*lines: str) -> Done:
        return await submit(learner, "kinds/lines", "numpy", chosen_line_numbers(shown, lines))

    assert (await answer("a = start + 1", "b = start + 2", "c = a * b")).name == "pass"
    other = await answer("b = start + 2", "a = start + 1", "c = a * b")
    assert other.name == "pass", "another order that works is right"
    wrong = await answer("c = a * b", "a = start + 1", "b = start + 2")
    assert wrong.name == "fail"
    wrong = await answer("a = start + 1", "b = start + 2", "c = a + b")
    assert (wrong.name, "Nobody asks for a sum." in wrong.message) == ("fail", True)
    assert (await submit(learner, "kinds/lines", "numpy", "")).name == "unchecked"


async def test_a_measurement(learner: Session) -> None:
    first = await submit(learner, "kinds/timing", "numpy", "")
    assert first.name == "unchecked"
    [measured] = first.measured()
    bars = (Bar(label="small", value=1.0), Bar(label="large", value=3.0))
    assert measured.bars == Bars(name="results", bars=bars, unit="ms")
    right = await submit(learner, "kinds/timing", "numpy", "3")
    assert right.name == "pass"
    assert right.measured() == [], "the answer is judged by the run that the learner looked at"
    wrong = await submit(learner, "kinds/timing", "numpy", "2")
    assert (wrong.name, wrong.message) == ("fail", "That is the difference.")
    session = await submit(learner, "kinds/timing", "torch", "3")
    assert session.name == "pass"
    assert session.measured() != [], "an answer before any run measures first"


async def test_reading_and_running_without_a_grade(learner: Session) -> None:
    read = await submit(learner, "kinds/intro", "numpy", "", graded=False)
    assert (read.name, read.message, read.text()) == ("pass", "", "given ran\n")
    mine = await submit(learner, "kinds/loss", "torch", "print(3)", graded=False)
    assert (mine.name, mine.text()) == ("pass", "3\n")
    raised = await submit(learner, "kinds/loss", "torch", "1 / 0", graded=False)
    assert raised.name == "unchecked"
    assert "ZeroDivisionError" in raised.message
    choice = await submit(learner, "kinds/pick", "torch", "1", graded=False)
    assert choice.name == "unchecked"
    assert learner.store.attempts("bench") == (), "a run is no attempt"


@pytest.mark.parametrize("framework", ["jax", "tensorflow"])
async def test_the_other_frameworks(learner: Session, framework: str) -> None:
    pytest.importorskip(framework)
    right = await submit(learner, "others/double", framework, "def double(x): return x + x")  # type: ignore[arg-type]
    assert right.name == "pass", right.message
    assert right.verdict.framework == framework
    wrong = await submit(learner, "others/double", framework, "def double(x): return -2 * x")  # type: ignore[arg-type]
    assert wrong.name == "fail"


async def test_two_frameworks_at_once(learner: Session) -> None:
    source = "import time\nprint('on')\ntime.sleep(0.3)\n"
    both = await asyncio.gather(
        submit(learner, "kinds/loss", "torch", source + RIGHT),
        submit(learner, "others/double", "jax", source + "def double(x): return 2 * x"),
    )
    assert [done.name for done in both] == ["pass", "pass"]
    assert [done.verdict.framework for done in both] == ["torch", "jax"]


# --- standing, solutions, reset


async def test_a_learner_of_one_framework_completes_a_lesson(learner: Session) -> None:
    learner.save_place(ref("kinds/intro"), "numpy")
    standing = learner.standing("kinds")
    assert standing.exercises == ("slope", "pick", "pick-live", "lines", "timing")
    assert not standing.complete
    shown = learner.step_view(ref("kinds/lines"), "numpy").lines
    lines = chosen_line_numbers(shown, ("a = start + 1", "b = start + 2", "c = a * b"))
    answers = {"slope": "7", "pick": "2", "pick-live": "1,3", "lines": lines, "timing": "3"}
    for step, answer in answers.items():
        assert learner.next_step() == ref(f"kinds/{step}")
        assert (await submit(learner, f"kinds/{step}", "numpy", answer)).name == "pass"
    assert learner.standing("kinds").complete
    assert learner.next_step() == ref("faults/gpu")


async def test_the_solution_waits_for_an_honest_try(learner: Session) -> None:
    step = ref("kinds/loss")
    with pytest.raises(UsageError, match="after your first try"):
        learner.solution(step, "torch")
    await submit(learner, "kinds/loss", "torch", "#" * 300_000)
    with pytest.raises(UsageError, match="after your first try"):
        learner.solution(step, "torch")  # an answer that was not checked is no try
    await submit(learner, "kinds/loss", "torch", "x = 1")
    assert "def slope" in learner.solution(step, "torch")
    with pytest.raises(UsageError, match="no program to show"):
        learner.solution(ref("kinds/slope"), "torch")


async def test_reset_forgets(learner: Session) -> None:
    await submit(learner, "kinds/pick", "torch", "2")
    learner.save_draft(ref("kinds/loss"), "torch", Draft("x"))
    assert learner.reset("kinds", "pick") == 1
    assert learner.standing("kinds").done == 0
    assert learner.draft(ref("kinds/loss"), "torch") is not None
    assert learner.reset("kinds") == 1
    assert learner.draft(ref("kinds/loss"), "torch") is None
    with pytest.raises(UsageError, match="Did you mean `kinds`"):
        learner.reset("kinsd")


async def test_attempts_are_recorded_as_they_were(learner: Session) -> None:
    learner.hint(ref("kinds/slope"), "numpy")
    await submit(learner, "kinds/slope", "numpy", "4")
    await submit(learner, "kinds/slope", "numpy", "7")
    one, two = learner.store.attempts("bench", "kinds", "slope")
    assert (one.answer, one.verdict, one.diagnosis, one.hints_taken) == ("4", "fail", "author", 1)
    assert (two.answer, two.verdict) == ("7", "pass")


# --- preparing, stopping, losing the host


async def test_preparing_is_idempotent_and_spares_the_wait(learner: Session) -> None:
    step = ref("kinds/loss")
    await asyncio.gather(*(learner.prepare(step, "torch") for _ in range(3)))
    await learner.prepare(step, "torch")
    done = await submit(learner, "kinds/loss", "torch", RIGHT)
    assert done.name == "pass"
    assert not any(isinstance(event, Waiting) for event in done.events)
    await learner.prepare(ref("kinds/pick"), "torch")  # needs no host


async def test_preparing_can_be_cancelled(course: Path, tmp_path: Path) -> None:
    session = Session.open(course=course, home=tmp_path)
    session.trust()
    try:
        for delay in (0.0, 0.05, 0.3):
            preparing = asyncio.create_task(session.prepare(ref("kinds/lines"), "numpy"))
            await asyncio.sleep(delay)
            preparing.cancel()
            await asyncio.wait([preparing])
        assert (await submit(session, "kinds/slope", "numpy", "7")).name == "pass"
    finally:
        await session.close()


async def test_stopping_the_learners_code(learner: Session) -> None:
    stops: list[asyncio.Task[None]] = []

    def on(event: SubmitEvent) -> None:
        if isinstance(event, Printed) and not stops:
            stops.append(asyncio.create_task(learner.stop()))

    source = "import time\nprint('on')\ntime.sleep(60)"
    done = await submit(learner, "kinds/loss", "torch", source, seen=on)
    assert done.name == "unchecked", "Stop is never counted against the learner"
    assert done.message.startswith("Stopped")
    await learner.stop()  # with nothing in flight
    assert (await submit(learner, "kinds/loss", "torch", RIGHT)).name == "pass"


async def test_stopping_both_frameworks(learner: Session) -> None:
    seen: list[SubmitEvent] = []

    def on(event: SubmitEvent) -> None:
        if isinstance(event, Printed):
            seen.append(event)
            if len(seen) == 2:
                stops.append(asyncio.create_task(learner.stop()))

    stops: list[asyncio.Task[None]] = []
    source = "import time\nprint('on')\ntime.sleep(60)"
    both = await asyncio.gather(
        submit(learner, "kinds/loss", "torch", source, seen=on),
        submit(learner, "others/double", "jax", source, seen=on),
    )
    assert [done.name for done in both] == ["unchecked", "unchecked"]


async def test_stopping_while_a_host_starts(course: Path, tmp_path: Path) -> None:
    session = Session.open(course=course, home=tmp_path)
    session.trust()
    stops: list[asyncio.Task[None]] = []

    async def soon() -> None:
        await asyncio.sleep(0.02)
        await session.stop()

    def on(event: SubmitEvent) -> None:
        if isinstance(event, Waiting):
            stops.append(asyncio.create_task(soon()))

    try:
        done = await submit(session, "kinds/slope", "torch", "7", seen=on)
        assert done.name == "unchecked"
        assert done.message.startswith("Stopped")
        assert not any(isinstance(event, Started) for event in done.events)
    finally:
        await session.close()


async def test_stopping_while_the_reference_is_computed(learner: Session) -> None:
    submitting = asyncio.create_task(
        submit(learner, "faults/slow-solution", "numpy", "def f(): return 1")
    )
    while not learner._attempts._references._running:
        await asyncio.sleep(0.01)
    await learner.stop()
    done = await submitting
    assert done.name == "unchecked"
    assert done.message.startswith("Stopped")


async def test_leaving_a_submission_ends_its_code(learner: Session) -> None:
    events = learner.submit(ref("kinds/slope"), "torch", "7")
    async for _ in events:
        break
    await events.aclose()  # type: ignore[attr-defined]
    submitting = asyncio.create_task(
        submit(learner, "kinds/loss", "torch", "import time\nprint('on')\ntime.sleep(60)")
    )
    while not learner._attempts._running:
        await asyncio.sleep(0.01)
    submitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submitting
    [host] = [host for host in learner.pool.alive() if host.framework == "torch"]
    assert await no_attempt_left(host)


async def test_a_host_that_is_killed_in_mid_run(learner: Session) -> None:
    killed: list[int] = []

    def on(event: SubmitEvent) -> None:
        if isinstance(event, Printed) and not killed:
            [host] = [host for host in learner.pool.alive() if host.framework == "torch"]
            killed.append(host.pid)
            os.kill(host.pid, signal.SIGKILL)

    source = "import time\nprint('on')\ntime.sleep(60)"
    done = await submit(learner, "kinds/loss", "torch", source, seen=on)
    assert done.name == "unchecked"
    assert "gone" in done.message
    assert await gone(*killed)
    assert learner.standing("kinds").done == 0
    again = await submit(learner, "kinds/loss", "torch", RIGHT)
    assert again.name == "pass", again.message


async def test_closing_leaves_no_process(course: Path, tmp_path: Path) -> None:
    session = Session.open(course=course, home=tmp_path)
    session.trust()
    submitting = asyncio.create_task(
        submit(session, "faults/no-solution", "numpy", "while True: pass")
    )
    while not session._attempts._running:
        await asyncio.sleep(0.01)
    [host] = session.pool.alive()
    assert [hello.framework for hello in await session.hosts()] == ["numpy"]
    submitting.cancel()
    await asyncio.gather(submitting, return_exceptions=True)
    await session.close()
    assert not alive(host.pid)
    assert not Path(host.folder).exists()


async def test_nothing_is_prepared_for_a_session_that_ends(course: Path, tmp_path: Path) -> None:
    """What begins while it closes is not waited for, and could not be cancelled (gh-119710)."""
    session = Session.open(course=course, home=tmp_path)
    session.trust()
    await session._attempts.close()
    await session.prepare(ref("kinds/slope"), "numpy")
    assert session.pool.alive() == ()
    await session.close()


# --- what this machine lacks, and what is broken


async def test_hardware_that_is_not_there(learner: Session) -> None:
    lacking = await learner.prepare(ref("faults/gpu"), "numpy")
    done = await submit(learner, "faults/gpu", "numpy", "1")
    assert (done.name, done.message) == ("skipped", lacking)
    assert await learner.prepare(ref("faults/raising"), "numpy") == ""
    assert "needs two GPUs" in done.message
    assert "cpu" in done.message
    standing = learner.standing("faults")
    assert "gpu" in standing.seen
    assert "gpu" not in standing.exercises  # or the lesson would never be done on this machine
    assert "many" in standing.exercises


async def test_many_devices_where_there_are_none(learner: Session) -> None:
    done = await submit(learner, "faults/many", "numpy", "1")
    assert done.name == "skipped"
    assert done.message.startswith("This exercise needs the CPU as several devices. ")
    assert (await submit(learner, "faults/raising", "numpy", "1")).name == "unchecked"


@pytest.mark.parametrize(
    ("step", "answer"), [("package", "1"), ("package-too", "def f(): return 1")]
)
async def test_a_package_that_is_not_there(learner: Session, step: str, answer: str) -> None:
    done = await submit(learner, f"faults/{step}", "numpy", answer)
    assert done.name == "skipped"
    assert f"`{sys.executable} -m pip install no_such_package_of_ours`" in done.message
    await learner.prepare(ref(f"faults/{step}"), "numpy")
    if step == "package-too":
        ran = await submit(learner, f"faults/{step}", "numpy", "print(1)", graded=False)
        assert ran.name == "skipped"


def configured(course: Path, home: Path, framework: str, python: Path | str) -> Session:
    """A session whose config.toml names the interpreter of a framework."""
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(f'[frameworks.{framework}]\npython = "{python}"\n')
    session = Session.open(course=course, home=home)
    session.trust()
    return session


async def test_a_framework_that_is_not_installed(course: Path, tmp_path: Path) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f'#!/bin/sh\nexec "{os.path.realpath(sys.executable)}" -I -S "$@"\n')
    python.chmod(0o755)
    session = configured(course, tmp_path / "home", "jax", python)
    try:
        await session.prepare(ref("others/double"), "jax")
        done = await submit(session, "others/double", "jax", "x = 1")
        assert done.name == "skipped"
        assert "JAX is not installed" in done.message
        assert "-m pip install jax`" in done.message
    finally:
        await session.close()


async def test_an_interpreter_that_is_not_there(course: Path, tmp_path: Path) -> None:
    session = configured(course, tmp_path / "home", "jax", "/nowhere/python")
    try:
        await session.prepare(ref("others/double"), "jax")
        for graded in (True, False):
            done = await submit(session, "others/double", "jax", "x = 1", graded=graded)
            assert done.name == "unchecked"
            assert "does not exist: `/nowhere/python`" in done.message
    finally:
        await session.close()


async def test_the_lessons_own_code_fails(learner: Session) -> None:
    done = await submit(learner, "faults/raising", "numpy", "3")
    assert done.name == "unchecked"
    assert "lesson's own code" in done.message
    assert "ZeroDivisionError" in done.message
    done = await submit(learner, "faults/no-solution", "numpy", "def f(): return 1")
    assert done.name == "unchecked"
    assert "lesson's own answer did not run here" in done.message
    assert "ZeroDivisionError" in done.message
    assert "secret_word" not in done.message, "the solution's lines are not shown"
    assert "your code" not in done.message


async def test_a_record_that_cannot_be_written(course: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    session = Session.open(course=course, home=in_the_way / "home")
    session.trust()
    try:
        assert "nothing you do will be saved" in session.notice or "saved" in session.notice
        assert (await submit(session, "kinds/slope", "numpy", "7")).name == "pass"
        assert session.standing("kinds").done == 1
        session.save_draft(ref("kinds/loss"), "torch", Draft("kept in memory"))
        assert session.draft(ref("kinds/loss"), "torch") == Draft("kept in memory")
    finally:
        await session.close()
