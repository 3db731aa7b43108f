"""Runs an app with a terminal emulator behind it, and knows what a full repaint would show."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pyte
from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.pilot import Pilot

Cells = list[list[tuple[Any, ...]]]


@dataclass
class Emulator:
    """A terminal's screen, and how many characters were written to it."""

    columns: int
    rows: int
    written: int = 0
    output: str = ""
    screen: pyte.Screen = field(init=False)

    def __post_init__(self) -> None:
        self.resize(self.columns, self.rows)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)

    def write(self, data: str) -> None:
        self.written += len(data)
        self.output += data
        # Textual ends lines with a line feed and relies on raw mode: on the last line of the screen
        # it writes none, so nothing scrolls.
        self.stream.feed(data)

    def garble(self, seed: int) -> None:
        """What a resize, another program or a broadcast message leaves behind."""
        chance = random.Random(seed)
        for row in range(1, self.rows + 1):
            junk = "".join(chance.choice("#%&@ xyz") for _ in range(self.columns - 1))
            self.stream.feed(f"\x1b[{row};1H\x1b[3{chance.randrange(8)};7m{junk}\x1b[m")

    def cells(self) -> Cells:
        return [
            [tuple(self.screen.buffer[row][column]) for column in range(self.columns)]
            for row in range(self.rows)
        ]

    def text(self) -> str:
        return "\n".join(self.screen.display)


def driver_for(emulator: Emulator) -> type[HeadlessDriver]:
    class EmulatorDriver(HeadlessDriver):
        @property
        def is_headless(self) -> bool:
            return False  # or Textual would render nothing

        def write(self, data: str) -> None:
            emulator.write(data)

    return EmulatorDriver


def full_repaint(app: App[Any], emulator: Emulator) -> Cells:
    """What stock Textual paints on an empty terminal, with all its caches emptied first."""
    for screen in app.screen_stack:
        for widget in [screen, *screen.walk_children()]:
            widget._styles_cache.clear()
            if hasattr(widget, "_line_cache"):
                widget._line_cache.clear()
    fresh = Emulator(emulator.columns, emulator.rows)
    compositor = app.screen._compositor
    assert not compositor._dirty_regions, "not settled: a paint was still to come"
    with app._context():
        update = compositor.render_update(full=True, screen_stack=app._background_screens)
        assert update is not None
        fresh.write(update.render_segments(app.console))
    return fresh.cells()


def difference(got: Cells, expected: Cells) -> str:
    """Where two screens differ, in words; empty if they do not."""
    places = [
        f"row {row} column {column}: on screen {a}, a repaint gives {b}"
        for row, (left, right) in enumerate(zip(got, expected, strict=True))
        for column, (a, b) in enumerate(zip(left, right, strict=True))
        if a != b
    ]
    return "\n".join([f"{len(places)} cells differ", *places[:8]]) if places else ""


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until nothing is left to paint."""
    for _ in range(200):
        await pilot.pause()
        screen = pilot.app.screen
        # Screens paint from a timer, some 16 ms after they were told of a change.
        pending = (
            screen._dirty_widgets
            or screen._repaint_required
            or screen._layout_required
            or screen._scroll_required
            or screen._compositor._dirty_regions
            or any(w._repaint_required or w._layout_required for w in screen.walk_children())
        )
        if not pending:
            return
        await asyncio.sleep(0.005)
    raise AssertionError("the screen never came to rest")


@asynccontextmanager
async def painted(
    app: App[Any], emulator: Emulator, *, notifications: bool = False
) -> AsyncIterator[Pilot[Any]]:
    """Run `app`, made with `driver_for(emulator)`, and yield its pilot."""
    size = (emulator.columns, emulator.rows)
    async with app.run_test(headless=False, size=size, notifications=notifications) as pilot:
        await settle(pilot)
        yield pilot
