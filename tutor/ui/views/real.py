"""One picture in real pixels: sent when it is first drawn, and again in another size."""

from __future__ import annotations

import os

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from tutor.ui.frame import ThriftyApp
from tutor.ui.views import graphics
from tutor.ui.views.paint import CURSOR, Paint
from tutor.ui.views.pixels import Pixels
from tutor.views.palette import Palette

NUMBER = 16 + os.getpid() % 240
"""The picture's number, a colour of the 256 that no theme changes: two tutors in two panes of one
terminal hardly ever have the same."""


class RealPixels:
    """What the terminal was sent."""

    def __init__(self) -> None:
        self._sent: tuple[Pixels, tuple[int, int]] | None = None

    def rows(
        self, widget: Widget, pixels: Pixels, palette: Palette, room: tuple[int, int], paint: Paint
    ) -> list[Strip] | None:
        """The rows that show a tile as large as it fits; None where the terminal cannot."""
        app = widget.app
        if not isinstance(app, ThriftyApp) or not graphics.can_show(os.environ):
            return None
        tile = pixels.tile
        height, width = min(room[0], graphics.MOST), min(room[1], graphics.MOST)
        # A cell is twice as high as it is wide.
        width = max(min(width, round(2 * height * tile.width / tile.height)), 1)
        height = max(min(height, round(width * tile.height / tile.width / 2)), 1)
        if self._sent is None or self._sent[0] is not pixels or self._sent[1] != (height, width):
            self._sent = (pixels, (height, width))
            app.write_raw(graphics.forget(NUMBER))
            app.write_raw(
                graphics.send(
                    NUMBER, (tile.height, tile.width), _bytes(pixels, palette), (height, width)
                )
            )
        style = Style(color=Color.from_ansi(NUMBER), bgcolor=paint.base.bgcolor)
        return [
            Strip([Segment("".join(cells), style)], width) for cells in graphics.rows(height, width)
        ]

    def forget(self, widget: Widget) -> None:
        """Have the terminal drop what it was sent."""
        app = widget.app
        if self._sent is not None and isinstance(app, ThriftyApp):
            app.write_raw(graphics.forget(NUMBER))
            self._sent = None


def _bytes(pixels: Pixels, palette: Palette) -> bytes:
    odd = bytes(CURSOR)
    return b"".join(
        odd if colour is None else bytes(colour)
        for row in pixels.colours(palette, 1)
        for colour in row
    )
