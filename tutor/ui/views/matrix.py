"""A small matrix with names, such as a confusion matrix: its numbers, on the colours of a map."""

from __future__ import annotations

from collections.abc import Sequence

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tutor.views import cells
from tutor.views.model import Image
from tutor.views.numbers import number
from tutor.views.palette import Palette, is_dark
from tutor.views.text.image import shade

NAME = 14
"""Cells of the longest name of a row."""
CELL = 9
"""Cells of the widest number with a space on either side."""


def draw(
    view: Image,
    rows: Sequence[Sequence[float]],
    width: int,
    cursor: tuple[int, int] | None,
    base: Style,
    *,
    coloured: bool,
) -> list[Strip] | None:
    """Return the rows of the matrix below the names of its columns; None when it is too wide."""
    names = [cells.clean(_name(view.rows, y)) for y in range(len(rows))]
    heads = [cells.clean(_name(view.columns, x)) for x in range(len(rows[0]))]
    figures = [[number(value, 3) for value in row] for row in rows]
    margin = min(max(map(cells.width, names)), NAME) + 1
    longest = max(len(figure) for row in figures for figure in row)
    room = (width - margin) // len(heads)
    if room < longest + 2:
        return None
    wide = min(max(longest + 2, *(min(cells.width(head), CELL - 2) + 2 for head in heads)), room)
    palette = Palette(view)
    head = "".join(f" {cells.right(head, wide - 2)} " for head in heads)
    strips = [Strip([Segment(" " * margin + head, base + Style(dim=True))])]
    for y, row in enumerate(rows):
        segments = [Segment(cells.left(names[y], margin), base)]
        for x, value in enumerate(row):
            here = cursor == (y, x)
            text = cells.right(figures[y][x], wide - 2)
            text = f"[{text}]" if here else f" {text} "
            style = base + Style(bold=here)
            colour = palette.colour(value)
            if coloured and colour is not None:
                ink = (255, 255, 255) if is_dark(colour) else (0, 0, 0)
                style = Style(
                    color=Color.from_rgb(*ink), bgcolor=Color.from_rgb(*colour), bold=here
                )
            elif not here:
                text = f"{text[:-1]}{shade(view, view.tiles[0], value)[0]}"
            segments.append(Segment(text, style))
        strips.append(Strip(segments))
    return strips


def _name(names: Sequence[str], at: int) -> str:
    return names[at] if at < len(names) else str(at)
