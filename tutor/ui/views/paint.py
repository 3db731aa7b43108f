"""Strips of cells from the tiles of an image; pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tutor.ui.views.mosaic import HALVES, SHADES, Dots, Mosaic
from tutor.ui.views.pixels import Pixels
from tutor.views import cells
from tutor.views.model import Image
from tutor.views.palette import Colour, Palette
from tutor.views.text.image import shade

CURSOR: Colour = (255, 0, 255)
"""Magenta: no value of either palette has it."""
ODD = "×"
"""Drawn over a cell with a value that is NaN or infinite."""


@dataclass(frozen=True)
class Paint:
    """What there is to paint with."""

    base: Style
    """Of text, and of what lies between the tiles."""
    coloured: bool
    """Whether a value has a colour; else it has a mark."""
    signs: bool = False
    """Whether marks are red above zero and blue below: on a terminal of sixteen colours."""

    @property
    def dots(self) -> Dots:
        """How cells are divided."""
        return HALVES if self.coloured else SHADES


def tiles(
    page: Mosaic, shown: Sequence[Pixels], view: Image, zoom: int, paint: Paint
) -> list[Strip]:
    """All tiles of a page, under their labels."""
    rows: list[list[Segment]] = [[] for _ in range(page.rows)]
    ends = [0] * page.rows

    def put(row: int, left: int, segments: list[Segment]) -> None:
        if left > ends[row]:
            rows[row].append(Segment(" " * (left - ends[row]), paint.base))
        rows[row].extend(segments)
        ends[row] = left + sum(segment.cell_length for segment in segments)

    for spot in page.spots:
        pixels = shown[spot.tile]
        wide = spot.dots[1] * paint.dots.across
        if page.labelled:
            label = cells.left(cells.clean(pixels.tile.label), wide)
            put(spot.top - 1, spot.left, [Segment(label, paint.base)])
        for row, segments in enumerate(_rows(pixels, view, zoom, paint)):
            put(spot.top + row, spot.left, segments)
    return [Strip(segments) for segments in rows]


def _rows(pixels: Pixels, view: Image, zoom: int, paint: Paint) -> Iterator[list[Segment]]:
    if not paint.coloured:
        for row in pixels.dots(zoom):
            yield [_mark(view, pixels, value, paint) for value in row]
        return
    colours = pixels.colours(Palette(view), zoom)
    for top in range(0, len(colours), 2):
        lower = colours[top + 1] if top + 1 < len(colours) else None
        yield _halves(colours[top], lower, paint.base)


def _mark(view: Image, pixels: Pixels, value: float, paint: Paint) -> Segment:
    style = paint.base
    if paint.signs and view.palette == "diverging" and math.isfinite(value):
        style += Style(color="red" if value >= 0 else "blue")
    return Segment(shade(view, pixels.tile, value), style)


def _halves(
    upper: Sequence[Colour | None], lower: Sequence[Colour | None] | None, base: Style
) -> list[Segment]:
    """A row of cells, each two dots, in as few segments as there are changes."""
    pairs = list(zip(upper, lower if lower is not None else upper, strict=True))
    segments: list[Segment] = []
    start = 0
    for at in range(1, len(pairs) + 1):
        if at < len(pairs) and pairs[at] == pairs[start]:
            continue
        (top, bottom), many = pairs[start], at - start
        start = at
        if top is None or bottom is None:
            segments.append(Segment(ODD * many, base))
        elif lower is None:
            segments.append(Segment("▀" * many, base + Style(color=Color.from_rgb(*top))))
        elif top == bottom:
            segments.append(Segment(" " * many, Style(bgcolor=Color.from_rgb(*top))))
        else:
            style = Style(color=Color.from_rgb(*top), bgcolor=Color.from_rgb(*bottom))
            segments.append(Segment("▀" * many, style))
    return segments


def with_cursor(rows: list[Strip], place: tuple[int, int, bool], paint: Paint) -> list[Strip]:
    """The rows, with a mark at a row, a column, and its lower half or its upper one."""
    row, column, lower = place
    strip = rows[row]
    if paint.coloured:
        under = next(iter(strip.crop(column, column + 1)), Segment(" ", paint.base))
        look = under.style or paint.base
        # Of the two dots the other one keeps its colour.
        other = look.color if under.text == "▀" and lower else look.bgcolor
        style = Style(color=Color.from_rgb(*CURSOR), bgcolor=other)
        mark = Segment("▄" if lower else "▀", style)
    else:
        mark = Segment("[]", paint.base + Style(bold=True))
    after = strip.crop(column + len(mark.text), strip.cell_length)
    changed = Strip.join([strip.crop(0, column), Strip([mark]), after])
    return [*rows[:row], changed, *rows[row + 1 :]]
