"""Pictures in sixel: what is sent draws what was meant, when it is to be seen, and nothing is left."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Static

from tests.ui import picture_samples
from tests.ui.painted import Emulator, driver_for, painted
from tests.ui.view_app import ViewApp
from tutor.ui import overlay
from tutor.ui.views import real, sixel

PICTURE = re.compile(r'\x1bPq"1;1;(\d+);(\d+)(#[^\x1b]*)\x1b\\')
"""A picture as it is sent; the probe is one too."""

Dot = tuple[int, ...] | None


def decoded(sent: str) -> list[list[Dot]]:
    """What a terminal makes of a picture, with colours in per cent."""
    match = PICTURE.fullmatch(sent)
    assert match is not None, sent[:80]
    width, height = int(match[1]), int(match[2])
    dots: list[list[Dot]] = [[None] * width for _ in range(height)]
    palette: dict[int, tuple[int, ...]] = {}
    x = y = colour = 0
    for token in re.finditer(r"#(\d+)(?:;2;(\d+;\d+;\d+))?|!(\d+)(.)|(\$)|(-)|([?-~])", match[3]):
        number, mixed, count, repeated, back, down, one = token.groups()
        if number is not None:
            colour = int(number)
            if mixed:
                palette[colour] = tuple(int(part) for part in mixed.split(";"))
        elif back or down:
            x, y = 0, y + 6 * bool(down)
        else:
            bits = ord(repeated or one) - 63
            end = x + int(count or 1)
            for row in (y + bit for bit in range(6) if bits >> bit & 1):
                dots[row][x:end] = [palette[colour]] * (end - x)
            x = end
    return dots


dots = st.tuples(*[st.sampled_from([0, 51, 102, 255])] * 3)


@given(st.data())
def test_what_is_sent_draws_the_picture(data: st.DataObject) -> None:
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    rows = data.draw(
        st.lists(st.lists(dots, min_size=width, max_size=width), min_size=height, max_size=height)
    )
    tall, wide = data.draw(st.integers(height, 40)), data.draw(st.integers(width, 40))
    found = decoded(sixel.encode(rows, (tall, wide)))
    for y in range(tall):
        expected = [
            tuple(round(part / 2.55) for part in rows[y * height // tall][column])
            for column in range(width)
            for _ in range((column + 1) * wide // width - column * wide // width)
        ]
        assert found[y] == expected


def test_more_colours_than_a_terminal_has_are_made_fewer() -> None:
    rows = [[(x * 4, y * 4, (x + y) * 2) for x in range(64)] for y in range(64)]
    found = decoded(sixel.encode(rows, (64, 64)))
    assert 64 < len({dot for row in found for dot in row}) <= sixel.COLOURS
    worst = 0.0
    for row, wanted in zip(found, rows, strict=True):
        for dot, colour in zip(row, wanted, strict=True):
            assert dot is not None
            near = zip(dot, colour, strict=True)
            worst = max(worst, *(abs(part - whole / 2.55) for part, whole in near))
    assert worst <= 100 / 7  # half a step of three bits


class Window(ModalScreen[None]):
    CSS = "Window { align: center middle; } Static { width: 30; height: 5; }"

    def compose(self) -> ComposeResult:
        yield Static("Over the middle")


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Emulator:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("TMUX", raising=False)
    monkeypatch.setattr(real, "cell_size", lambda: (15, 8))
    return Emulator(80, 24)


def app_with_a_picture(emulator: Emulator) -> ViewApp:
    tile = picture_samples.tile(128, 128, lambda y, x: math.sin(x / 9) * math.cos(y / 7))
    app = ViewApp(picture_samples.image([tile]))
    app.driver_class = driver_for(emulator)
    app.console._color_system = ColorSystem.TRUECOLOR
    return app


def drawn(emulator: Emulator) -> int:
    without = emulator.output.replace(overlay.PROBE, "")
    return len(PICTURE.findall(without))


async def test_a_terminal_that_can_gets_the_picture_whenever_its_cells_are_painted(
    emulator: Emulator,
) -> None:
    app = app_with_a_picture(emulator)
    async with painted(app, emulator) as pilot:
        await pilot.pause()
        assert emulator.output.count(overlay.PROBE) == 1
        assert drawn(emulator) == 0
        app.post_message(events.CursorPosition(0, 4))
        await pilot.pause()
        await pilot.pause()
        assert drawn(emulator) == 1
        at, size = re.findall(r'\x1b7\x1b\[(\d+;\d+)H\x1bPq"1;1;(\d+;\d+)', emulator.output)[-1]
        assert at == "2;1"
        assert size == f"{38 * 8};{20 * 15}"
        await pilot.press("down", "right")
        assert app.drawing.readout.startswith("row 1, column 1")
        await pilot.pause()
        assert drawn(emulator) == 1
        await app.push_screen(Window())
        await pilot.pause()
        assert drawn(emulator) == 1
        app.pop_screen()
        await pilot.pause()
        assert drawn(emulator) == 2
        app.action_redraw()
        await pilot.pause()
        assert drawn(emulator) == 3
        await pilot.press("+")  # in blocks again
        await pilot.pause()
        assert overlay.BLANK not in emulator.text()
        assert drawn(emulator) == 3
        await app.drawing.remove()
        app.action_redraw()
        await pilot.pause()
        assert drawn(emulator) == 3


async def test_a_terminal_that_cannot_keeps_the_blocks(emulator: Emulator) -> None:
    app = app_with_a_picture(emulator)
    async with painted(app, emulator) as pilot:
        await pilot.pause()
        app.post_message(events.CursorPosition(0, 0))
        await pilot.pause()
        app.action_redraw()
        await pilot.pause()
        assert drawn(emulator) == 0
        assert "▀" in emulator.output


async def test_one_that_says_nothing_of_its_size_keeps_the_blocks(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(real, "cell_size", lambda: None)
    app = app_with_a_picture(emulator)
    async with painted(app, emulator) as pilot:
        await pilot.pause()
        app.post_message(events.CursorPosition(0, 4))
        await pilot.pause()
        assert drawn(emulator) == 0


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "linux"}, False),
        ({"TERM": "screen-256color"}, False),
        ({}, False),
    ],
)
def test_who_is_asked(environ: dict[str, str], asked: bool) -> None:
    assert overlay.may_ask(environ) is asked


@pytest.mark.parametrize(
    ("features", "asked"), [("256,RGB,sixel", True), ("256,RGB", False), (None, False)]
)
def test_tmux_is_asked_what_its_own_terminal_can(
    features: str | None, asked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if features is not None:
        tmux = tmp_path / "tmux"
        tmux.write_text(f"#!/bin/sh\necho '{features}'\n", encoding="utf-8")
        tmux.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    found = overlay.may_ask({"TERM": "tmux-256color", "TMUX": "/tmp/tmux-0/default,1,0"})
    assert found is asked
