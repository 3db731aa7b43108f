"""Keys that arrive in one packet do what they do one by one."""

from __future__ import annotations

from typing import Any

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tests.ui import fake_course
from tutor.ui.app import TutorApp
from tutor.ui.inturn import LOST, InTurn
from tutor.ui.screens.home import HomeScreen


class Fields(InTurn[None]):
    """Somewhere to type."""

    def compose(self) -> ComposeResult:
        yield Input()
        yield TextArea()


def burst(pilot: Pilot[Any], *keys: str) -> None:
    for key in keys:
        pilot.app.post_message(Key(key, key if len(key) == 1 else None))


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        (["a", "backspace", "b"], "b"),
        (["a", "b", "left", "c"], "acb"),
        (["a", "b", "ctrl+u", "c"], "c"),
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
        await pilot.pause(0.1)
        assert (widget.value if isinstance(widget, Input) else widget.text) == text


async def test_a_key_that_moves_the_focus_comes_before_those_after_it() -> None:
    async with Fields().run_test() as pilot:
        pilot.app.query_one(Input).focus()
        await pilot.pause()
        burst(pilot, "a", "tab", "b", "shift+tab", "c")
        await pilot.pause(0.1)
        assert pilot.app.query_one(TextArea).text == "b"
        assert pilot.app.query_one(Input).value == "c"  # what is selected on coming is replaced


class Fuse(Widget, can_focus=True):
    """Goes with the first key, which it never hands on."""

    async def on_key(self) -> None:
        await self.remove()


async def test_a_key_that_does_not_come_back_holds_up_nothing() -> None:
    async with Fields().run_test() as pilot:
        fuse = Fuse()
        await pilot.app.mount(fuse)
        fuse.focus()
        await pilot.pause()
        burst(pilot, "a")
        await pilot.pause(LOST)
        pilot.app.query_one(Input).focus()
        await pilot.pause()
        burst(pilot, "b", "c")
        await pilot.pause(2 * LOST)
        assert pilot.app.query_one(Input).value == "bc"


async def test_a_search_in_one_packet_is_no_row_of_commands() -> None:
    async with TutorApp(fake_course.session().as_session()).run_test(size=(80, 24)) as pilot:
        burst(pilot, "slash", *"tape")
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, HomeScreen)
        assert pilot.app.screen.query_one(Input).value == "tape"
