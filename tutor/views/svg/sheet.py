"""The sheet that all SVG pictures are drawn on: elements, escaped and placed."""

from __future__ import annotations

import html
from collections.abc import Iterable

from tutor.views import cells

WIDTH = 860
"""Pixels: a column of a report, or half a screen."""
MARGIN = 24
SIZE = 13
"""Of text, in pixels."""
LINE = 20
"""From one line of text to the next."""
LETTER = 0.62
"""Width of a letter by the size of text; a little more than most fonts need."""

INK, FAINT, GRID, PAPER = "#1a1a1a", "#5f6368", "#dddddd", "#ffffff"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b4fa0", "#444444")
"""Okabe and Ito's, which the colour blind can tell apart, the lightest left out."""
DASHES = ("", "8 4", "2 3", "10 3 2 3", "14 4", "4 2", "1 4", "6 2 2 2 2 2")
"""With each colour: a picture printed in grey says as much."""


def width_of(words: str) -> float:
    """About how many pixels a text takes."""
    return cells.width(cells.clean(words)) * SIZE * LETTER


class Sheet:
    """Elements from top to bottom; ``y`` is where the next goes."""

    def __init__(self, title: str, caption: str) -> None:
        self._parts: list[str] = []
        self.y = MARGIN + 16.0
        title, caption = cells.clean(title), cells.clean(caption)
        self._title = f"{title}: {caption}" if title and caption else title or caption
        if title:
            self.text(MARGIN, self.y, title, weight="bold", size=16)
            self.y += LINE + 2
        if caption:
            self.lines([caption])
        self.y += 6

    def add(self, element: str, inside: str = "", /, **attributes: object) -> None:
        """Add one element; in names `_` becomes `-`, and what is empty is left out."""
        said = "".join(
            f' {name.strip("_").replace("_", "-")}="{html.escape(_short(value))}"'
            for name, value in attributes.items()
            if value not in ("", None)
        )
        self._parts.append(f"<{element}{said}>{inside}</{element}>")

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "",
        weight: str = "",
        size: int = SIZE,
        fill: str = INK,
    ) -> None:
        """Add a line of text on its baseline."""
        words = cells.clean(words)
        if not words:
            return
        self.add(
            "text",
            html.escape(words),
            x=x,
            y=y,
            text_anchor=anchor,
            font_weight=weight,
            font_size=size if size != SIZE else "",
            fill=fill if fill != INK else "",
        )

    def lines(self, words: Iterable[str], *, fill: str = INK, left: float = MARGIN) -> None:
        """Add sentences below what there is, broken where they are too long."""
        for said in words:
            for line in cells.wrap(said, int((WIDTH - MARGIN - left) / (SIZE * LETTER))):
                self.text(left, self.y, line, fill=fill)
                self.y += LINE

    def rect(self, x: float, y: float, width: float, height: float, fill: str, **more: str) -> None:
        """Add a rectangle."""
        self.add("rect", x=x, y=y, width=max(width, 0.0), height=height, fill=fill, **more)

    def line(
        self, x1: float, y1: float, x2: float, y2: float, stroke: str = INK, **more: object
    ) -> None:
        """Add a straight line."""
        self.add("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)

    def path(self, points: str, stroke: str, **more: object) -> None:
        """Add an outline."""
        self.add("path", d=points, fill="none", stroke=stroke, **more)

    def done(self, width: float = WIDTH) -> str:
        """Return the file's text."""
        height = self.y + MARGIN / 2
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
            f'viewBox="0 0 {width:g} {height:g}" font-family="system-ui, sans-serif" '
            f'font-size="{SIZE}" fill="{INK}" role="img">'
        )
        title = f"<title>{html.escape(self._title)}</title>" if self._title else ""
        paper = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
        return "\n".join([head, *([title] if title else []), paper, *self._parts, "</svg>", ""])


def _short(value: object) -> str:
    """A number with as many digits as pixels need."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
