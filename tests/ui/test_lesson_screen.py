"""The lesson screen with the keyboard only: every kind of step, every action."""

from __future__ import annotations

import platform
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from textual.events import Key, Paste
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.ui import fake_course
from tests.ui.fake_session import FakeSession
from tutor.errors import CourseError, Finding, RuntimeUnavailable, StateError
from tutor.grading.verdict import CheckResult, Verdict
from tutor.runtime.job import Hello, Printed, Started
from tutor.session import Draft, StepRef, Waiting
from tutor.ui import messages
from tutor.ui.app import TutorApp
from tutor.ui.markdown import Line
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.solution import SolutionScreen
from tutor.ui.widgets.answers import ChooseAnswer, OrderAnswer, ValueAnswer
from tutor.ui.widgets.code_answer import CodeAnswer
from tutor.ui.widgets.keybar import KeyBar
from tutor.ui.widgets.output import OutputView
from tutor.ui.widgets.page import Page, page_blocks
from tutor.ui.widgets.prose import Prose
from tutor.ui.widgets.results import Results, verdict_blocks
from tutor.ui.widgets.statusbar import StatusBar
from tutor.ui.widgets.stepstrip import StepStrip


def at(step: str) -> StepRef:
    return StepRef(fake_course.LESSON, step)


@asynccontextmanager
async def opened(
    fake: FakeSession,
    step: str,
    size: tuple[int, int] = (80, 24),
    trail: list[Message] | None = None,
) -> AsyncIterator[Pilot[int]]:
    app = TutorApp(fake.as_session(), at(step))
    hook = None if trail is None else trail.append
    async with app.run_test(size=size, message_hook=hook) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, LessonScreen)
        yield pilot


def shown(pilot: Pilot[int], part: str) -> str:
    """What a part of the results says; empty while there is none, and of parts that are hidden."""
    return "".join(p.text for p in pilot.app.screen.query(f"#{part}").results(Prose) if p.display)


def text_of(pilot: Pilot[int], kind: type[StatusBar | StepStrip | OutputView]) -> str:
    return pilot.app.screen.query_one(kind).text


async def finished(pilot: Pilot[int]) -> None:
    """Wait until no run is on; a fake run's pauses are short."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot: Pilot[int], true: Callable[[], bool]) -> None:
    """Wait for what a timer does."""
    for _ in range(200):
        if true():
            return
        await pilot.pause(0.05)
    pytest.fail("it did not happen in 10 s")


@pytest.fixture
def fake() -> FakeSession:
    return fake_course.session()


# --- Each kind of step


async def test_reading_enter_turns_the_page(fake: FakeSession) -> None:
    async with opened(fake, "read-1") as pilot:
        assert isinstance(pilot.app.focused, Page)
        assert "PyTorch     while it runs, on a tape" in shown(pilot, "prose")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.focused, ValueAnswer)
        assert fake.places == [(at("read-1"), "torch"), (at("by-hand"), "torch")]


async def test_value_enter_submits_and_enter_again_goes_on(fake: FakeSession) -> None:
    trail: list[Message] = []
    async with opened(fake, "by-hand", trail=trail) as pilot:
        await pilot.press("7", "enter")
        await finished(pilot)
        assert fake.submitted == [(at("by-hand"), "torch", "7")]
        assert shown(pilot, "verdict").startswith("✓ Right   PyTorch · cpu · 12 ms")
        assert "PyTorch adds to x.grad" in shown(pilot, "explain")
        assert "tensor(7.)" in text_of(pilot, OutputView)
        assert "2✓" in text_of(pilot, StepStrip)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.focused, CodeAnswer)
    kinds = [type(m) for m in trail if type(m).__module__ == messages.__name__]
    # The hook sees a message once for each widget that it bubbles through.
    ours = list(dict.fromkeys(kind for kind in kinds if kind is not messages.AnswerChanged))
    assert ours[:6] == [
        messages.AnswerSubmitted,
        messages.RunStarted,
        messages.RunWaiting,
        messages.CodeStarted,
        messages.OutputArrived,
        messages.RunFinished,
    ]


async def test_an_empty_answer_is_not_an_attempt(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("space", "enter")
        await finished(pilot)
        assert fake.submitted == []
        assert "! Type your answer first." in shown(pilot, "reminder")


async def test_code_f5_submits_what_is_in_the_editor(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        editor = pilot.app.screen.query_one(CodeAnswer)
        assert editor.text.startswith("import torch")
        await pilot.press("ctrl+home", "#", "f5")
        await finished(pilot)
        assert fake.submitted[0][2].startswith("#import torch")
        verdict = shown(pilot, "verdict")
        assert verdict.startswith("✗ Not yet")
        assert "✓ loss(w, x, y)" in verdict
        assert "✗ loss_grad(w, x, y)" in verdict
        assert "3✗" in text_of(pilot, StepStrip)
        assert pilot.app.focused is editor
        assert "cuda:0 (NVIDIA H100)" in text_of(pilot, StatusBar)


async def test_the_verdict_leaves_the_editor_on_the_screen(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [
        Printed(stream="stdout", text="line\n" * 500),
        Verdict(verdict="fail", message="word " * 300),
    ]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        assert pilot.app.screen.query_one(CodeAnswer).size.height >= 4
        assert pilot.app.screen.query_one(Results).size.height >= 5
        assert pilot.app.screen.query_one(Page).size.height >= 3


async def test_try_runs_without_judging(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [
        Started(device="cpu"),
        Printed(stream="stdout", text="hello\n"),
        Verdict(verdict="pass", message=""),
    ]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f7")
        await finished(pilot)
        assert fake.submitted == []
        assert len(fake.ran) == 1
        assert shown(pilot, "verdict").startswith("Ran to its end")
        assert "3▸" in text_of(pilot, StepStrip)


async def test_choose_by_number(fake: FakeSession) -> None:
    async with opened(fake, "which-tape") as pilot:
        await pilot.press("2")
        assert "(•) 2" in pilot.app.screen.query_one(ChooseAnswer).text
        await pilot.press("f5")
        await finished(pilot)
        assert fake.submitted == [(at("which-tape"), "torch", "2")]


async def test_choose_enter_marks_then_submits(fake: FakeSession) -> None:
    async with opened(fake, "which-tape") as pilot:
        await pilot.press("down", "down", "enter")
        assert fake.submitted == []
        await pilot.press("enter")
        await finished(pilot)
        assert fake.submitted == [(at("which-tape"), "torch", "3")]


async def test_choose_several() -> None:
    fake = FakeSession(
        [fake_course.step("read-1", "choose", 1, options=("a", "b", "c"), several=True)]
    )
    async with opened(fake, "read-1") as pilot:
        await pilot.press("3", "1", "2", "2", "enter")
        await finished(pilot)
        assert fake.submitted[0][2] == "1,3"


async def test_order_moves_lines_and_sets_one_aside(fake: FakeSession) -> None:
    async with opened(fake, "put-in-order") as pilot:
        # step, backward, detach, zero_grad → zero_grad, backward, step; detach aside
        await pilot.press("down", "down", "x")
        control = pilot.app.screen.query_one(OrderAnswer)
        assert control.text.splitlines()[3].endswith("loss.detach()   not used")
        await pilot.press("k", "k", "down", "down", "k", "enter")
        await finished(pilot)
        assert fake.submitted == [(at("put-in-order"), "torch", "4,2,1")]


async def test_order_takes_a_line_back(fake: FakeSession) -> None:
    async with opened(fake, "put-in-order") as pilot:
        await pilot.press("x", "end", "x", "f5")
        await finished(pilot)
        assert fake.submitted[0][2] == "2,3,4,1"


async def test_measure_runs_first_then_takes_the_answer(fake: FakeSession) -> None:
    async with opened(fake, "jit-or-not") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        assert fake.submitted == [(at("jit-or-not"), "torch", "")]
        assert shown(pilot, "verdict").startswith("Measured")
        assert "eager     12.5 ms  ██████" in shown(pilot, "measured")
        await pilot.press("7", "enter")
        await finished(pilot)
        assert fake.submitted[1][2] == "7"


# --- Actions


async def test_stop_ends_the_run(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [
        Started(device="cpu"),
        60.0,
        Verdict(verdict="pass", message=""),
    ]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("ctrl+r")
        await pilot.pause()
        assert "running" in text_of(pilot, StatusBar)
        assert "F8 stops" in text_of(pilot, StatusBar)
        await pilot.press("f8")
        await finished(pilot)
        assert "You stopped it." in shown(pilot, "verdict")
        assert "stops" not in text_of(pilot, StatusBar)


async def test_ctrl_c_stops_a_run_and_else_copies(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [Started(device="cpu"), 60.0]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("ctrl+home", "shift+end", "ctrl+c")
        assert pilot.app.clipboard == "import torch"
        await pilot.press("f5")
        await pilot.pause()
        await pilot.press("ctrl+c")
        await finished(pilot)
        assert "You stopped it." in shown(pilot, "verdict")


async def test_check_again_while_running_does_nothing(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [Waiting("starting PyTorch"), 60.0]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5", "f5", "ctrl+r")
        await pilot.pause()
        assert "starting PyTorch" in text_of(pilot, StatusBar)
        assert len(fake.submitted) == 1
        await pilot.press("f8")
        await finished(pilot)


async def test_a_run_that_outlives_its_step_says_nothing_on_the_next(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        screen = pilot.app.screen
        old = fake.step_view(at("by-hand"), "torch")
        for message in (
            messages.RunStarted(old),
            messages.OutputArrived(old, "late\n", error=False),
            messages.RunFinished(old, fake_course.FAIL),
        ):
            screen.post_message(message)
        await pilot.pause()
        assert shown(pilot, "verdict") == ""
        assert "✗" not in text_of(pilot, StepStrip)


async def test_the_line_to_look_at_is_marked(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [Verdict(verdict="fail", message="Line 6 …", line=6)]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        editor = pilot.app.screen.query_one(CodeAnswer)
        marked = [y for y in range(editor.size.height) if "✗" in editor.render_line(y).text]
        assert marked == [5]


@pytest.mark.parametrize("size", [(40, 12), (60, 14), (80, 19)])
async def test_in_few_rows_there_is_some_of_everything(
    fake: FakeSession, size: tuple[int, int]
) -> None:
    fake.scripts["mse-gradient"] = [Verdict(verdict="fail", message="You summed over the batch.")]
    async with opened(fake, "mse-gradient", size) as pilot:
        await pilot.press("f5")
        await finished(pilot)
        await pilot.pause()
        screen = pilot.app.screen
        heights = {name: screen.query_one(name).size.height for name in ("#page", "#results")}
        assert min(heights.values()) >= 2, heights
        assert screen.query_one(CodeAnswer).size.height >= 2
        assert screen.query_one(Results).region.bottom <= screen.query_one(StatusBar).region.y


async def test_code_that_changed_while_it_ran_has_no_line_to_look_at(fake: FakeSession) -> None:
    fail = Verdict(verdict="fail", message="Line 6 …", line=6)
    fake.scripts["mse-gradient"] = [0.2, fail]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5", "x")
        await until(pilot, lambda: "Line 6" in shown(pilot, "verdict"))
        assert "✗" not in pilot.app.screen.query_one(CodeAnswer).render_line(5).text
        assert "has changed since: F5 checks it" in shown(pilot, "reminder")


async def test_a_change_is_not_checked_while_what_was_there_is(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [60.0]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5", "f5")
        assert "still being checked" not in shown(pilot, "reminder")
        await pilot.press("x", "f5")
        await until(pilot, lambda: "still being checked: F8 stops" in shown(pilot, "reminder"))
        assert len(fake.submitted) == 1
        await pilot.press("f8")
        await finished(pilot)


async def test_enter_on_the_text_says_where_it_goes(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        bar = pilot.app.screen.query_one(KeyBar)
        await pilot.press("escape")
        await pilot.pause()
        assert "Enter Answer" in bar.text
        await pilot.press("enter")
        assert isinstance(pilot.app.focused, CodeAnswer)
        await pilot.press("f9", "f9")
    async with opened(fake, "read-1") as pilot:
        assert "Enter Go on" in pilot.app.screen.query_one(KeyBar).text


async def test_two_quick_keys_turn_two_pages(fake: FakeSession) -> None:
    async with opened(fake, "read-1") as pilot:
        for _ in range(3):
            pilot.app.post_message(Key("f10", None))
        await pilot.pause()
        await finished(pilot)
        assert "4▸" in text_of(pilot, StepStrip)


async def test_leaving_a_step_stops_its_run(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [Started(device="cpu"), 60.0]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5")
        await pilot.pause()
        await pilot.press("f10")
        await finished(pilot)
        assert fake.stopped.is_set()
        assert shown(pilot, "verdict") == ""
        assert "4▸" in text_of(pilot, StepStrip)


async def test_hints_one_by_one(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("f2")
        await pilot.pause()
        assert "Look at the shape." in shown(pilot, "hints")
        assert "axis=0" not in shown(pilot, "hints")
        await pilot.press("f2")
        await pilot.pause()
        assert "Hint 2 of 2" in shown(pilot, "hints")
        await pilot.press("f10", "f9")
        await pilot.pause()
        assert "Hint 2 of 2" in shown(pilot, "hints")


async def test_the_newest_hint_is_in_view_each_time() -> None:
    hints = ["first " * 60, "second " * 60, "third " * 60]
    value = fake_course.step("read-1", "value", 1, form="number", hints=3)
    fake = FakeSession([value], hints=hints)
    fake.scripts["read-1"] = [Verdict(verdict="fail", message="wrong " * 60)]
    async with opened(fake, "read-1") as pilot:
        await pilot.press("7", "enter")
        await finished(pilot)
        results = pilot.app.screen.query_one(Results)
        for number in (1, 2, 3):
            await pilot.press("f2")
            await pilot.pause()
            assert f"Hint {number} of 3" in in_view(results)
        await pilot.press("f2")
        await pilot.pause()
        assert "That was the last hint." in in_view(results)
        assert not pilot.app._notifications
        await pilot.press("enter")
        await finished(pilot)
        assert in_view(results).startswith("✗ Not yet")


def in_view(results: Results) -> str:
    """The rows of the results pane that can be seen."""
    rows: list[str] = []
    for prose in results.query(Prose):
        if prose.display and prose.filled:
            rows += [line.plain for line in prose._lines(prose.content_size.width)]
    top = round(results.scroll_y)
    return "\n".join(rows[top : top + results.scrollable_content_region.height])


@pytest.mark.parametrize("kind", ["value", "code"])
async def test_hints_take_the_rows_that_are_left_empty(kind: str) -> None:
    step = fake_course.step(
        "read-1", kind, 1, form="number" if kind == "value" else "", starter="x = 1\n", hints=2
    )
    fake = FakeSession([step], hints=["first " * 60, "second " * 40])
    async with opened(fake, "read-1") as pilot:
        results = pilot.app.screen.query_one(Results)
        before = results.styles.base.max_height
        await pilot.press("f2", "f2")
        await pilot.pause()
        await pilot.pause()
        assert results.max_scroll_y == 0
        if kind == "code":  # lines of code take them back
            await pilot.press(*["enter"] * 20)
            await pilot.pause()
            await pilot.pause()
            assert results.styles.max_height == before


async def test_a_hint_taken_during_a_run_stays_in_view(fake: FakeSession) -> None:
    printed = Printed(stream="stdout", text="line\n" * 8)
    fake.scripts["mse-gradient"] = [
        Started(device="cpu"), printed, 0.2, printed, 0.1, printed, 30.0
    ]  # fmt: skip
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5", "f2")
        output = pilot.app.screen.query_one(OutputView)
        await until(pilot, lambda: output.text.count("line") == 24)
        await pilot.pause()
        assert "Hint 1 of 2" in in_view(pilot.app.screen.query_one(Results))


async def test_coming_back_to_a_passed_step_shows_its_explanation(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("f2", "7", "enter")
        await finished(pilot)
        await pilot.press("f10", "f9")
        await pilot.pause()
        assert shown(pilot, "verdict") == "✓ Right (earlier)"
        assert "PyTorch adds to x.grad" in shown(pilot, "explain")
        assert shown(pilot, "hints") == ""
        assert isinstance(pilot.app.focused, ValueAnswer)
        await pilot.press("f4")
        await pilot.pause()
        assert shown(pilot, "verdict") == "", "it was not passed in this framework"


async def test_an_experiments_bars_stay_first(fake: FakeSession) -> None:
    async with opened(fake, "jit-or-not") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        fake.scripts["jit-or-not"] = [Verdict(verdict="fail", message="no " * 20)]
        for _ in range(2):
            await pilot.press("7", "enter")
            await finished(pilot)
            seen = in_view(pilot.app.screen.query_one(Results))
            assert seen.startswith("eager     12.5 ms  ██████")
            assert "✗ Not yet" in seen
        await pilot.press("f9", "f10")
        await pilot.pause()
        assert "eager     12.5 ms  ██████" in shown(pilot, "measured")
        explained = Verdict(verdict="pass", message="", explain="why " * 300)
        fake.scripts["jit-or-not"] = [explained]
        await pilot.press("enter")
        await finished(pilot)
        seen = in_view(pilot.app.screen.query_one(Results))
        assert seen.startswith("eager     12.5 ms  ██████")
        assert "✓ Right" in seen


async def test_the_first_blank_is_selected_and_one_left_is_a_reminder(fake: FakeSession) -> None:
    reminder = Verdict(
        verdict="fail", message="Line 6 has `____`.", diagnosis="unfilled-blank", line=6
    )
    fake.scripts["mse-gradient"] = [reminder]
    async with opened(fake, "mse-gradient") as pilot:
        editor = pilot.app.screen.query_one(CodeAnswer)
        assert editor.selected_text == "____"
        await pilot.press("7", "f5")
        await finished(pilot)
        assert "    return 7\n" in editor.text
        assert shown(pilot, "reminder") == "! Line 6 has ____."
        assert shown(pilot, "verdict") == ""
        assert "3▸" in text_of(pilot, StepStrip)


async def test_the_footer_offers_the_next_blank_while_there_is_one(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        bar = pilot.app.screen.query_one(KeyBar)
        assert "Ctrl+N Blank" in bar.text
        assert "F10 Next" in bar.text
        await pilot.press("1", "ctrl+n", "2")
        await pilot.pause()
        assert "Blank" not in bar.text
        await pilot.press("ctrl+z")
        await pilot.pause()
        assert "Ctrl+N Blank" in bar.text


async def test_a_label_of_a_check_shows_no_backticks() -> None:
    check = CheckResult(label="`blur` is compiled", passed=True)
    line = verdict_blocks(Verdict(verdict="pass", message="", checks=(check,)))[-1]
    assert isinstance(line, Line)
    assert line.content.plain == "✓ blur is compiled"


async def test_typing_after_right_goes_to_the_answer(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("7", "enter")
        await finished(pilot)
        assert isinstance(pilot.app.focused, Results)
        await pilot.press("8", "space", "9")
        await pilot.pause()
        answer = pilot.app.screen.query_one(ValueAnswer)
        assert (answer.value, pilot.app.focused) == ("8 9", answer)


async def test_a_run_from_the_results_does_not_lose_the_focus(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("7", "enter")
        await finished(pilot)
        fake.scripts["by-hand"] = [fake_course.FAIL]
        await pilot.press("f5")
        await finished(pilot)
        assert isinstance(pilot.app.focused, ValueAnswer)


async def test_digits_mark_options_from_anywhere(fake: FakeSession) -> None:
    async with opened(fake, "which-tape") as pilot:
        await pilot.press("shift+tab")
        assert isinstance(pilot.app.focused, Page)
        await pilot.press("0", "x", "2")
        await pilot.pause()
        control = pilot.app.screen.query_one(ChooseAnswer)
        assert (control.answer(), pilot.app.focused) == ("2", control)
        await pilot.press("f5")
        await finished(pilot)
        assert isinstance(pilot.app.focused, Results)
        await pilot.press("3")
        await pilot.pause()
        assert control.answer() == "3"


async def test_a_digit_marks_once_where_several_may_be(fake: FakeSession) -> None:
    view = fake_course.step("read-1", "choose", 1, options=("a", "b", "c"), several=True)
    async with opened(FakeSession([view]), "read-1") as pilot:
        await pilot.press("shift+tab", "2")
        await pilot.pause()
        assert pilot.app.screen.query_one(ChooseAnswer).answer() == "2"


async def test_a_pass_begins_with_a_capital_unless_with_code(fake: FakeSession) -> None:
    for message, said in (
        ("Right: all 2 checks hold.", "All 2 checks hold."),
        ("Right: `f(x)` agrees.", "f(x) agrees."),
    ):
        fake.scripts["by-hand"] = [Verdict(verdict="pass", message=message)]
        async with opened(fake, "by-hand") as pilot:
            await pilot.press("7", "enter")
            await finished(pilot)
            assert shown(pilot, "verdict").splitlines()[1] == said


async def test_a_reason_without_a_solution_leaves_the_verdict(fake: FakeSession) -> None:
    fake.scripts["by-hand"] = [fake_course.FAIL]
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("6", "enter")
        await finished(pilot)
        fake.tried.clear()
        await pilot.press("f3")
        await pilot.pause()
        assert "after your first try" in shown(pilot, "reminder")
        assert shown(pilot, "verdict").startswith("✗ Not yet")


async def test_try_on_a_prediction_says_why_not(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        assert "F7" not in pilot.app.screen.query_one(KeyBar).text
        titles = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert "Try" not in titles
        await pilot.press("7", "f7")
        await finished(pilot)
        assert fake.ran == []
        assert "F5 judges your answer" in shown(pilot, "reminder")


async def test_try_on_an_experiment_measures(fake: FakeSession) -> None:
    async with opened(fake, "jit-or-not") as pilot:
        await pilot.press("7", "f7")
        await finished(pilot)
        assert fake.submitted == [(at("jit-or-not"), "torch", "")]
        assert shown(pilot, "verdict").splitlines()[1].startswith("Now answer")


@pytest.mark.parametrize("size", [(80, 24), (160, 45)])
async def test_what_code_to_read_prints_leaves_it_in_view(size: tuple[int, int]) -> None:
    view = fake_course.step(
        "read-1", "read", 1, prompt="word " * 150, given="last = 1\n", runnable=True
    )
    fake = FakeSession([view])
    fake.scripts["read-1"] = [
        Printed(stream="stdout", text="line\n" * 20),
        Verdict(verdict="pass", message=""),
    ]
    async with opened(fake, "read-1", size) as pilot:
        await pilot.press("f5")
        await finished(pilot)
        page = pilot.app.screen.query_one(Page)
        assert round(page.scroll_y) == page.max_scroll_y


@pytest.mark.parametrize("kind", ["choose", "value"])
async def test_page_keys_scroll_a_long_question_while_the_answer_has_the_focus(kind: str) -> None:
    options = ("a", "b") if kind == "choose" else ()
    view = fake_course.step("asked", kind, 1, prompt="word " * 900, options=options)
    async with opened(FakeSession([view]), "asked") as pilot:
        page = pilot.app.screen.query_one(Page)
        assert page.scroll_y == 0
        await pilot.press("pagedown")
        await pilot.pause()
        assert page.scroll_y > 3
        await pilot.press("pageup")
        await pilot.pause()
        assert page.scroll_y == 0


async def test_after_a_pass_the_last_line_offers_to_compare(fake: FakeSession) -> None:
    fake.scripts["mse-gradient"] = [Verdict(verdict="pass", message="Right.")]
    async with opened(fake, "mse-gradient") as pilot:
        bar = pilot.app.screen.query_one(KeyBar)
        assert "F2 Hint" in bar.text
        assert "F3" not in bar.text
        await pilot.press("f5")
        await finished(pilot)
        assert "F3 Compare" in bar.text
        assert "F2 Hint" not in bar.text
    fake.scripts["which-tape"] = [Verdict(verdict="pass", message="Right.")]
    async with opened(fake, "which-tape") as pilot:  # it has no code to compare
        await pilot.press("2", "f5")
        await finished(pilot)
        assert "F3" not in pilot.app.screen.query_one(KeyBar).text
        await pilot.press("f10")
        await pilot.pause()
        assert "F3" not in bar.text


async def test_all_of_the_results_can_be_scrolled_to_at_24_rows(fake: FakeSession) -> None:
    explanation = "\n\n".join(f"paragraph {number}" for number in range(30))
    fake.scripts["mse-gradient"] = [Verdict(verdict="pass", message="Right.", explain=explanation)]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        results = pilot.app.screen.query_one(Results)
        pilot.app.screen.set_focus(results)
        await pilot.pause()
        await pilot.press("end")
        await pilot.pause()
        status = pilot.app.screen.query_one(StatusBar)
        assert results.region.bottom <= status.region.y
        assert results.region.height >= 12


def test_what_can_be_looked_up_ends_the_text() -> None:
    view = fake_course.step("last", "read", 9, sources=("A book: https://example.org/a_b",))
    shown = [str(block.content) for block in page_blocks(view, {}) if isinstance(block, Line)]
    assert shown[-1] == "A book: https://example.org/a_b"
    assert "look things up" in shown[-2]


async def test_what_can_be_looked_up_comes_after_the_last_answer() -> None:
    """Before it, it would stand between the code of a question and its options."""
    sources = ("A book: https://example.org/a_b",)
    fake = FakeSession([fake_course.step("last", "value", 1, sources=sources)])
    fake.scripts["last"] = [Verdict(verdict="pass", message="Right.", explain="So it is.")]
    async with opened(fake, "last") as pilot:
        assert "example.org" not in shown(pilot, "prose")
        await pilot.press("7", "enter")
        await finished(pilot)
        assert shown(pilot, "explain").endswith(f"look things up:\n· {sources[0]}")


@pytest.mark.parametrize("passed", [True, False])
def test_many_ticks_make_room_for_the_explanation(passed: bool) -> None:
    checks = tuple(CheckResult(label=f"check {number}", passed=True) for number in range(9))
    verdict = Verdict(
        verdict="pass" if passed else "fail", message="Right: all 9 checks hold.", checks=checks
    )
    shown = [str(block.content) for block in verdict_blocks(verdict) if isinstance(block, Line)]
    assert any("9 checks hold" in line for line in shown)
    assert any("check 3" in line for line in shown) is not passed


@pytest.mark.parametrize("focused", [False, True])
async def test_a_long_verdict_leaves_room_for_the_question(focused: bool) -> None:
    options = tuple(f"option {number}" for number in range(8))
    fake = FakeSession([fake_course.step("read-1", "choose", 1, options=options)])
    fake.scripts["read-1"] = [Verdict(verdict="pass" if focused else "fail", message="word " * 300)]
    async with opened(fake, "read-1") as pilot:
        await pilot.press("2", "f5")
        await finished(pilot)
        assert pilot.app.screen.query_one(Page).size.height >= 5
        results, bar = (pilot.app.screen.query_one(kind).region for kind in (Results, StatusBar))
        assert results.bottom <= bar.y


async def test_placeholders_give_nothing_away() -> None:
    from tutor.ui.widgets.answers import PLACEHOLDERS

    assert "float32" not in PLACEHOLDERS["dtype"]
    assert "cpu" not in PLACEHOLDERS["device"]


async def test_solution_only_after_a_try(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f3")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        assert shown(pilot, "reminder") == "! The solution is shown after your first try."


@pytest.mark.parametrize(("width", "taken"), [(80, 80), (120, 92)])
async def test_a_solution_has_the_whole_width_where_it_is_scarce(
    fake: FakeSession, width: int, taken: int
) -> None:
    fake.tried.add(at("mse-gradient"))
    async with opened(fake, "mse-gradient", size=(width, 24)) as pilot:
        await pilot.press("f3")
        await pilot.pause()
        await pilot.pause()
        assert pilot.app.screen.query_one("#dialog").outer_size.width == taken


async def test_solution_replaces_only_when_asked(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        before = pilot.app.screen.query_one(CodeAnswer).text
        await pilot.press("f3")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SolutionScreen)
        await pilot.press("q")
        await pilot.pause()
        editor = pilot.app.screen.query_one(CodeAnswer)
        assert editor.text == before
        await pilot.press("f3")
        await pilot.pause()
        await pilot.press("u")
        await pilot.pause()
        assert editor.text == fake.solution_text
        await pilot.press("ctrl+z")
        assert editor.text == before


async def test_framework_keeps_a_draft_for_each(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("ctrl+home", "#", "f4")
        await pilot.pause()
        assert pilot.app.screen.query_one(CodeAnswer).text.startswith("import jax")
        assert text_of(pilot, StatusBar).startswith("JAX (F4: PyTorch, TensorFlow)")
        await pilot.press("f4", "f4")
        await pilot.pause()
        assert pilot.app.screen.query_one(CodeAnswer).text.startswith("#import torch")
        await pilot.press("f4", "f10")
        await pilot.pause()
        assert text_of(pilot, StatusBar).startswith("JAX")


async def test_reset_asks_and_then_forgets(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("#", "shift+f5")
        await pilot.pause()
        await pilot.press("n")
        await pilot.pause()
        assert fake.resets == []
        await pilot.press("shift+f5")
        await pilot.pause()
        await pilot.press("y")
        await pilot.pause()
        await finished(pilot)
        assert fake.resets == [(fake_course.LESSON, "mse-gradient")]
        assert pilot.app.screen.query_one(CodeAnswer).text.startswith("import torch")
        assert fake.drafts == {}


async def test_the_last_step_leads_to_the_map(fake: FakeSession) -> None:
    async with opened(fake, "jit-or-not") as pilot:
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)
        notice = pilot.app.screen.query_one("#notice", Static)
        words = "That was the last step of “Your first gradient”: 0 of 5 exercises done."
        assert (str(notice.content), notice.display) == (words, True)
        assert not pilot.app._notifications
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("f12")
        await pilot.pause()
        assert not pilot.app.screen.query_one("#notice", Static).display


async def test_escape_leaves_the_editor_then_the_lesson(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, LessonScreen)
        assert not isinstance(pilot.app.focused, CodeAnswer)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_ctrl_s_saves_and_says_so(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("ctrl+home", "#", "ctrl+s")
        await pilot.pause()
        assert fake.drafts[at("mse-gradient"), "torch"].text.startswith("#import")
        assert text_of(pilot, StatusBar).endswith("Saved, as everything is while you type")


async def test_keys_can_be_remapped(fake: FakeSession) -> None:
    app = TutorApp(fake.as_session(), at("by-hand"), keymap={"run": "f6", "framework": "ctrl+y"})
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("7", "f5")
        await finished(pilot)
        assert fake.submitted == []
        await pilot.press("f6")
        await finished(pilot)
        assert len(fake.submitted) == 1
        assert "(Ctrl+Y:" in text_of(pilot, StatusBar)


async def test_keys_of_one_packet_are_all_in_the_answer(fake: FakeSession) -> None:
    """Over a slow line several keys arrive at once; F5 must not overtake those before it."""
    async with opened(fake, "by-hand") as pilot:
        for key in ("1", "2", "3", "f5"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await finished(pilot)
        assert fake.submitted == [(at("by-hand"), "torch", "123")]


@pytest.mark.parametrize(
    ("step", "burst", "judged"),
    [("which-tape", ["3", "1", "f5"], "1"), ("put-in-order", ["x", "f5"], "2,3,4")],
)
@pytest.mark.parametrize("elsewhere", [False, True])
async def test_keys_of_one_packet_are_all_judged(
    fake: FakeSession, step: str, burst: list[str], judged: str, elsewhere: bool
) -> None:
    """What is bound to them happens when they have come back up to the app, and F5 after that."""
    async with opened(fake, step) as pilot:
        if elsewhere and step == "which-tape":
            pilot.app.set_focus(pilot.app.screen.query_one(Page))
        for key in burst:
            pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await pilot.pause()
        await finished(pilot)
        assert fake.submitted == [(at(step), "torch", judged)]


# --- Drafts


async def test_a_draft_comes_back_with_its_cursor(fake: FakeSession) -> None:
    fake.drafts[at("mse-gradient"), "torch"] = Draft("a = 1\nbb = 2\n", 1, 2)
    async with opened(fake, "mse-gradient") as pilot:
        editor = pilot.app.screen.query_one(CodeAnswer)
        assert editor.text == "a = 1\nbb = 2\n"
        assert editor.cursor_location == (1, 2)
        await pilot.pause()
        assert fake.saves == []


async def test_typing_is_saved_without_being_asked(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("4", "2")
        await until(pilot, lambda: fake.drafts.get((at("by-hand"), "torch")) == Draft("42", 0, 2))


async def test_leaving_saves_at_once(fake: FakeSession) -> None:
    async with opened(fake, "put-in-order") as pilot:
        await pilot.press("x", "f9")
        await pilot.pause()
        assert fake.drafts[at("put-in-order"), "torch"].text == "2,3,4"
        await pilot.press("f10")
        await pilot.pause()
        assert "not used" in pilot.app.screen.query_one(OrderAnswer).text


async def test_quitting_saves(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("9", "ctrl+q")
        await pilot.pause()
    assert fake.drafts[at("by-hand"), "torch"].text == "9"


async def test_a_draft_that_cannot_be_saved_is_said_once(fake: FakeSession) -> None:
    fake.save_error = StateError("The disk is full; make room.")
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("1", "ctrl+s", "2", "ctrl+s")
        await pilot.pause()
        notes = [note.message for note in pilot.app._notifications]
        assert notes.count("The disk is full; make room.") == 1
        assert pilot.app.screen.query_one(Input).value == "12"


# --- What goes wrong


@pytest.mark.parametrize("key", ["f10", "f4"])
async def test_a_lesson_whose_file_broke_meanwhile_is_a_sentence(
    fake: FakeSession, key: str
) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("9")
        fake.lesson_error = CourseError([Finding("a.yaml", 3, 1, "unknown field `minuts`")])
        await pilot.press(key)
        await pilot.pause()
        assert "a.yaml:3:1: unknown field `minuts`" in shown(pilot, "verdict")
        await pilot.press("ctrl+s")
        await pilot.pause()
    assert fake.drafts[at("by-hand"), "torch"].text == "9"


async def test_keys_sent_before_the_answer_has_the_focus_are_not_lost(fake: FakeSession) -> None:
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("7", "enter")
        await finished(pilot)
        results = pilot.app.screen.query_one(Results)
        assert pilot.app.focused is results
        for character in "0.5":  # all to the pane, as a burst over a slow line arrives
            key = Key("full_stop" if character == "." else character, character)
            key._set_forwarded()  # as the app marks what it has sent to the focused widget
            results.post_message(key)
        await pilot.pause()
        await pilot.pause()
        assert pilot.app.screen.query_one(Input).value == "0.5"


async def test_an_error_of_the_session_is_a_sentence(fake: FakeSession) -> None:
    fake.scripts["by-hand"] = [RuntimeUnavailable("There is no PyTorch here; install torch.")]
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("7", "enter")
        await finished(pilot)
        verdict = shown(pilot, "verdict")
        assert verdict.startswith("! Not checked")
        assert "There is no PyTorch here; install torch." in verdict
        await pilot.press("enter")
        await finished(pilot)
        assert len(fake.submitted) == 2


@pytest.mark.parametrize("step", ["by-hand", "mse-gradient"])
async def test_a_paste_of_ten_megabytes_is_refused(fake: FakeSession, step: str) -> None:
    async with opened(fake, step) as pilot:
        before = pilot.app.screen.query_one(f"#answer-{'code' if step[0] == 'm' else 'value'}")
        await pilot.press("ctrl+home")
        text = before.draft().text
        pilot.app.post_message(Paste("x = 1\n" * 1_700_000))
        await pilot.pause()
        assert before.draft().text == text
        [note] = pilot.app._notifications
        assert note.message == "That is 10,200,000 characters; at most 100,000 can be pasted."
        pilot.app.post_message(Paste("12"))
        await pilot.pause()
        assert before.draft().text == "12" + text


async def test_an_error_that_nobody_foresaw_ends_the_app(fake: FakeSession) -> None:
    fake.scripts["by-hand"] = [ZeroDivisionError("on purpose")]
    with pytest.raises(ZeroDivisionError, match="on purpose"):  # noqa: PT012 - leaving raises
        async with opened(fake, "by-hand") as pilot:
            await pilot.press("7", "enter")
            await finished(pilot)
    assert fake.drafts[at("by-hand"), "torch"].text == "7"


async def test_a_flood_is_cut_and_said(fake: FakeSession) -> None:
    slices = [Printed(stream="stdout", text="x\n" * 1000) for _ in range(5)]
    fake.scripts["mse-gradient"] = [*slices, Verdict(verdict="pass", message="ok")]
    async with opened(fake, "mse-gradient") as pilot:
        await pilot.press("f5")
        await finished(pilot)
        output = pilot.app.screen.query_one(OutputView)
        assert len(output.buffer.lines) == 2000
        assert output.buffer.dropped == 3000


async def test_the_worker_is_warmed_for_the_step_that_is_stayed_on(fake: FakeSession) -> None:
    async with opened(fake, "read-1") as pilot:
        await pilot.press("f10", "f10")
        await until(
            pilot, lambda: bool(fake.prepared) and fake.prepared[-1][0] == at("mse-gradient")
        )


async def test_what_the_machine_lacks_is_said_when_the_step_opens(fake: FakeSession) -> None:
    fake.lacking = {"by-hand": "This exercise needs a GPU; torch on box sees cpu."}
    async with opened(fake, "by-hand") as pilot:
        await until(pilot, lambda: "needs a GPU" in shown(pilot, "reminder"))
        words = shown(pilot, "reminder").replace("\n  ", " ")
        assert "Any answer is marked as skipped." in words
        await pilot.press("f10")
        await until(pilot, lambda: len(fake.prepared) == 2)
        assert shown(pilot, "reminder") == ""


async def test_two_columns_from_120(fake: FakeSession) -> None:
    async with opened(fake, "mse-gradient", size=(120, 40)) as pilot:
        page = pilot.app.screen.query_one(Page).region
        editor = pilot.app.screen.query_one(CodeAnswer).region
        assert page.right <= editor.x
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        page = pilot.app.screen.query_one(Page).region
        editor = pilot.app.screen.query_one(CodeAnswer).region
        assert page.bottom <= editor.y


@pytest.fixture
def twins() -> FakeSession:
    return FakeSession(
        [
            fake_course.step("read-1", "read", 1),
            fake_course.step("in-torch", "value", 2, frameworks=("torch",), form="number"),
            fake_course.step("in-jax", "value", 3, frameworks=("jax", "tensorflow"), form="number"),
            fake_course.step("read-4", "read", 4),
        ]
    )


async def test_steps_for_other_frameworks_are_left_out(twins: FakeSession) -> None:
    twins.places.append((at("read-1"), "jax"))
    async with opened(twins, "read-1") as pilot:
        assert text_of(pilot, StepStrip).split()[-3:] == ["1✓", "2·", "3·"]
        await pilot.press("f10")
        await pilot.pause()
        assert twins.places[-1] == (at("in-jax"), "jax")
        assert text_of(pilot, StepStrip).startswith("Step 2/3 in jax")
        await pilot.press("f10")
        await pilot.pause()
        assert twins.places[-1] == (at("read-4"), "jax")
        await pilot.press("f9")
        await pilot.pause()
        assert twins.places[-1] == (at("in-jax"), "jax")


async def test_another_framework_leads_to_the_twin(twins: FakeSession) -> None:
    async with opened(twins, "in-torch") as pilot:
        await pilot.press("7", "f4")
        await pilot.pause()
        assert twins.places[-1] == (at("in-jax"), "jax")
        assert twins.drafts[at("in-torch"), "torch"].text == "7"
        assert "“in torch” is not for JAX" in shown(pilot, "reminder").replace("\n", " ")
        await pilot.press("f4")
        await pilot.pause()
        assert twins.places[-1] == (at("in-jax"), "tensorflow")
        assert shown(pilot, "reminder") == ""


async def test_another_framework_where_there_is_none_is_said(fake: FakeSession) -> None:
    info = fake.catalogue.lessons[fake_course.LESSON]
    fake.catalogue.lessons[fake_course.LESSON] = msgspec.structs.replace(
        info, frameworks=("torch",)
    )
    async with opened(fake, "by-hand") as pilot:
        await pilot.press("f4")
        await pilot.pause()
        assert shown(pilot, "reminder").strip() == "! This lesson is for PyTorch only."
        assert fake.places == [(at("by-hand"), "torch")]


async def test_a_step_for_one_framework_does_not_change_the_learners_own(
    twins: FakeSession,
) -> None:
    twins.places.append((at("read-1"), "jax"))
    async with opened(twins, "in-torch") as pilot:
        assert text_of(pilot, StatusBar).startswith("PyTorch")
        assert twins.places[-1] == (at("in-torch"), "jax")
        await pilot.press("f9")
        await pilot.pause()
        assert twins.places[-1] == (at("read-1"), "jax")


def hello(machine: str) -> Hello:
    return Hello(
        framework="torch", version="2", python="3.11", executable="python", machine=machine,
        devices=("cpu",), import_seconds=1.0, forks=True,
    )  # fmt: skip


async def test_the_bar_shows_the_device_and_its_memory(fake: FakeSession) -> None:
    fake.alive = (hello(platform.node()),)
    async with opened(fake, "by-hand") as pilot:
        await until(pilot, lambda: text_of(pilot, StatusBar).rstrip().endswith("iB free"))
        assert " · cpu · " in text_of(pilot, StatusBar)


async def test_the_memory_of_another_machine_is_not_made_up(fake: FakeSession) -> None:
    fake.alive = (hello("elsewhere.example"),)
    async with opened(fake, "by-hand") as pilot:
        await until(pilot, lambda: " · cpu" in text_of(pilot, StatusBar))
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "free" not in text_of(pilot, StatusBar)
