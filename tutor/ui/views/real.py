"""One picture in real pixels: sent when it is first drawn, and again in another size."""

from __future__ import annotations

import os

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tutor.ui.frame import ThriftyApp
from tutor.ui.overlay import BLANK, Overlay, cell_size
from tutor.ui.views import graphics, sixel
from tutor.ui.views.base import Drawing
from tutor.ui.views.paint import CURSOR, Paint
from tutor.ui.views.pixels import Pixels
from tutor.views.palette import Palette

COLOUR = Color.from_ansi(16 + os.getpid() % 240)
"""Says which picture it is, and is one of the 256 that no theme changes: two tutors in two panes of
one terminal hardly ever have the same."""


class RealPixels:
    """What the terminal was sent."""

    def __init__(self) -> None:
        self._sent: tuple[object, ...] | None = None
        """What the picture was made of."""

    def rows(
        self, widget: Drawing, pixels: Pixels, palette: Palette, room: tuple[int, int], paint: Paint
    ) -> list[Strip] | None:
        """The rows that show a tile as large as it fits; None where the terminal cannot."""
        app = widget.app
        if not isinstance(app, ThriftyApp):
            return None
        if graphics.can_show(os.environ):
            return self._by_kitty(app, pixels, palette, room, paint)
        if app.has_sixel(widget.redraw) and (cell := cell_size()):
            height, width = self._by_sixel(app, pixels, palette, room, cell)
            return [Strip([Segment(BLANK * width, paint.base)], width)] * height
        return None

    def _by_kitty(
        self,
        app: ThriftyApp[object],
        pixels: Pixels,
        palette: Palette,
        room: tuple[int, int],
        paint: Paint,
    ) -> list[Strip]:
        most = (min(room[0], graphics.MOST), min(room[1], graphics.MOST))
        height, width = _fitting(pixels, most, (2, 1))
        if self._sent != (key := (pixels, height, width)):
            self._sent = key
            size = (pixels.tile.height, pixels.tile.width)
            number = _number(app)
            app.write_raw(graphics.forget(number))
            app.write_raw(graphics.send(number, size, _bytes(pixels, palette), (height, width)))
        style = Style(color=COLOUR, bgcolor=paint.base.bgcolor)
        return [
            Strip([Segment("".join(cells), style)], width) for cells in graphics.rows(height, width)
        ]

    def _by_sixel(
        self,
        app: ThriftyApp[object],
        pixels: Pixels,
        palette: Palette,
        room: tuple[int, int],
        cell: tuple[int, int],
    ) -> tuple[int, int]:
        height, width = _fitting(pixels, room, cell)
        if self._sent != (key := (pixels, height, width, cell)):
            self._sent = key
            size = (height * cell[0], width * cell[1])
            block = -(-max(pixels.tile.height / size[0], pixels.tile.width / size[1]) // 1)
            rows = pixels.colours(palette, 2 - int(block) if block > 1 else 1)
            picture = [[CURSOR if dot is None else dot for dot in row] for row in rows]
            app.lay_over(Overlay(height, width, sixel.encode(picture, size)))
        return height, width

    def forget(self, widget: Widget) -> None:
        """Have the terminal drop what it was sent."""
        app = widget.app
        if self._sent is not None and isinstance(app, ThriftyApp):
            if graphics.can_show(os.environ):
                app.write_raw(graphics.forget(_number(app)))
            app.lay_over(None)
            self._sent = None


def _number(app: ThriftyApp[object]) -> int:
    """The picture's number: what the colour is for the terminal.

    Textual writes it as red, green and blue, and Rich as one of 256 where there are no more, such
    as over SSH, which does not pass COLORTERM on.
    """
    if app.console.color_system != "truecolor":
        return COLOUR.number or 0
    red, green, blue = COLOUR.get_truecolor()
    return red << 16 | green << 8 | blue


def _fitting(pixels: Pixels, room: tuple[int, int], cell: tuple[int, int]) -> tuple[int, int]:
    """Rows and columns for a tile in its proportions, of cells of a height and width."""
    tile = pixels.tile
    wide = cell[0] / cell[1] * tile.width / tile.height
    width = max(min(room[1], round(room[0] * wide)), 1)
    return max(min(room[0], round(width / wide)), 1), width


def _bytes(pixels: Pixels, palette: Palette) -> bytes:
    odd = bytes(CURSOR)
    return b"".join(
        odd if colour is None else bytes(colour)
        for row in pixels.colours(palette, 1)
        for colour in row
    )
