"""Keys that arrive in one packet do what they do one by one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.events import Key, MouseDown, MouseUp
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tests.ui import fake_course
from tutor.grading.verdict import Verdict
from tutor.session import StepRef
from tutor.ui.app import TutorApp
from tutor.ui.inturn import LOST, InTurn
from tutor.ui.screens.home import HomeScreen
from tutor.ui.widgets.stepstrip import StepStrip


class Fields(InTurn[None]):
    """Somewhere to type."""

    def compose(self) -> ComposeResult:
        yield Input()
        yield TextArea()


def burst(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))


async def holds(condition: Callable[[], bool]) -> None:
    """Wait for it; ten seconds are more than a loaded machine takes."""
    end = time.monotonic() + 10
    while not condition() and time.monotonic() < end:
        await asyncio.sleep(0.01)
    assert condition()


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["a", "backspace", "b", "!"], "b!"),
        (["a", "b", "left", "c", "!"], "ac!b"),
        (["a", "b", "ctrl+u", "c", "!"], "c!"),
    ],
)
@pytest.mark.parametrize("field", [Input, TextArea])
async def test_what_is_bound_happens_between_what_is_typed(
    field: type[Input | TextArea], keys: list[str], text: str
) -> None:
    async with Fields().run_test() as pilot:
        widget = pilot.app.query_one(field)
        widget.focus()
        await pilot.pause()
        burst(pilot, *keys)
        await holds(lambda: "!" in text_in(widget))
        await pilot.pause()
        assert text_in(widget) == text


def text_in(widget: Input | TextArea) -> str:
    return widget.value if isinstance(widget, Input) else widget.text


async def test_a_key_that_moves_the_focus_comes_before_those_after_it() -> None:
    async with Fields().run_test() as pilot:
        pilot.app.query_one(Input).focus()
        await pilot.pause()
        burst(pilot, "a", "tab", "b", "shift+tab", "c")
        # What is selected on coming back is replaced.
        await holds(lambda: pilot.app.query_one(Input).value == "c")
        assert pilot.app.query_one(TextArea).text == "b"


async def test_a_click_comes_after_the_keys_before_it() -> None:
    async with Fields().run_test() as pilot:
        field, area = pilot.app.query_one(Input), pilot.app.query_one(TextArea)
        field.focus()
        await pilot.pause()
        x, y = area.region.x + 5, area.region.y + 3
        burst(pilot, "a", "left", "b")
        for kind in (MouseDown, MouseUp):
            at = {"x": x, "y": y, "delta_x": 0, "delta_y": 0, "button": 1}
            held = {"shift": False, "meta": False, "ctrl": False, "screen_x": x, "screen_y": y}
            pilot.app.post_message(kind(area, **at, **held))
        burst(pilot, "c")
        await holds(lambda: area.text == "c")
        assert field.value == "ba"


class Busy(Widget, can_focus=True):
    """Takes its first key, and no other, for as long as the test lasts."""

    async def on_key(self) -> None:
        await asyncio.Event().wait()


async def test_a_key_that_does_not_come_back_holds_up_nothing_for_long() -> None:
    async with Fields().run_test() as pilot:
        busy = Busy()
        await pilot.app.mount(busy)
        busy.focus()
        await pilot.pause()
        burst(pilot, "a")
        await asyncio.sleep(0.05)
        pilot.app.query_one(Input).focus()
        burst(pilot, "b", "c")
        began = time.monotonic()
        await holds(lambda: pilot.app.query_one(Input).value == "bc")
        assert time.monotonic() - began > LOST / 2  # they did wait
        busy._task.cancel()  # else the app waits for it at its end


async def test_a_search_in_one_packet_is_no_row_of_commands() -> None:
    async with TutorApp(fake_course.session().as_session()).run_test(size=(80, 24)) as pilot:
        burst(pilot, "slash", *"tape")
        await holds(lambda: [each.value for each in pilot.app.screen.query(Input)] == ["tape"])
        assert isinstance(pilot.app.screen, HomeScreen)


async def test_what_opens_a_screen_comes_before_what_is_typed_there() -> None:
    fake = fake_course.session()
    async with TutorApp(fake.as_session()).run_test(size=(80, 24)) as pilot:
        burst(pilot, "slash", *"gradient", "enter", "f10", "7", "f12", "slash", *"tape")
        await holds(lambda: [each.value for each in pilot.app.screen.query(Input)] == ["tape"])
        assert isinstance(pilot.app.screen, HomeScreen)
    assert fake.drafts[StepRef(fake_course.LESSON, "by-hand"), "torch"].text == "7"


async def test_what_a_key_posts_has_arrived_before_the_next_key() -> None:
    fake = fake_course.session()
    ref = StepRef(fake_course.LESSON, "by-hand")
    async with TutorApp(fake.as_session(), ref).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        burst(pilot, "7", "enter", "f10")
        await holds(lambda: "3▸" in pilot.app.screen.query_one(StepStrip).text)
        await pilot.pause()
        assert fake.submitted == [(ref, "torch", "7")]  # of the step that it was typed for


async def test_enter_twice_in_one_packet_submits_once() -> None:
    fake = fake_course.session()
    fake.scripts["which-tape"] = [0.3, Verdict(verdict="fail", message="No.")]
    ref = StepRef(fake_course.LESSON, "which-tape")
    async with TutorApp(fake.as_session(), ref).run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        burst(pilot, "1", "enter", "enter")
        await holds(lambda: bool(fake.submitted))
        await pilot.app.workers.wait_for_complete()
        assert len(fake.submitted) == 1
