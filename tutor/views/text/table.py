"""Rows and columns, aligned."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tutor.views import cells
from tutor.views.model import Table
from tutor.views.numbers import count

NARROWEST = 5
"""Cells that a column is left with before whole columns are left out."""
GAP = "  "

_NUMBER = re.compile(
    r"[-+−]?[\d,.]*\d(?:\.\d*)?(?:e[-+]?\d+)?\s?(?:%|[a-zµ]{1,2}|[KMGT]i?B)?|NaN|[-+]?Inf(?:inity)?|–?"
)


def draw(view: Table, width: int) -> list[str]:
    """Return the table under its heads, and what was left out of it."""
    columns = max((len(row) for row in (view.columns, *view.rows)), default=0)
    if not columns:
        return ["The table is empty."]
    rows = [[cells.clean(cell) for cell in _padded(row, columns)] for row in view.rows]
    heads = [cells.clean(cell) for cell in _padded(view.columns, columns)]
    lines = aligned(heads, rows, width)
    if not rows:
        lines.append("There are no rows.")
    if view.total > len(view.rows):
        lines.append(f"The first {len(view.rows):,} of {count(view.total, 'row')}.")
    return lines


def _padded(row: Sequence[str], columns: int) -> list[str]:
    return [*row, *[""] * (columns - len(row))]


def aligned(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return ``rows`` under ``heads`` in columns; numbers at the right, long cells cut."""
    columns = [[row[at] for row in rows] for at in range(len(heads))]
    wanted = [
        max(cells.width(head), *map(cells.width, column), 1) if column else cells.width(head)
        for head, column in zip(heads, columns, strict=True)
    ]
    widths = fitted(wanted, width)
    sides = [
        cells.right if column and all(map(_NUMBER.fullmatch, column)) else cells.left
        for column in columns
    ]

    def line(row: Sequence[str]) -> str:
        parts = [side(cell, wide) for side, cell, wide in zip(sides, row, widths, strict=False)]
        return GAP.join(parts).rstrip()

    lines = [line(heads), GAP.join("─" * wide for wide in widths)] if any(heads) else []
    lines += map(line, rows)
    left_out = heads[len(widths) :]
    if left_out:
        names = ", ".join(head or "one without a name" for head in left_out)
        lines += cells.wrap(f"Not shown for want of width: {names}.", width)
    return lines


def fitted(wanted: Sequence[int], width: int) -> list[int]:
    """Widths of the columns that fit, the widest cut first; the last are left out at need."""
    shown = len(wanted)
    while shown > 1 and _least(wanted[:shown]) > width:
        shown -= 1
    widths = list(wanted[:shown])
    room = width - len(GAP) * (shown - 1)
    while sum(widths) > room:
        widest = max(widths)
        if widest <= 1:
            break
        second = max((wide for wide in widths if wide < widest), default=1)
        many = widths.count(widest)
        down = min(widest - second, max((sum(widths) - room) // many, 1))
        for at, wide in enumerate(widths):
            if wide == widest and sum(widths) > room:
                widths[at] = wide - down
    return widths


def _least(wanted: Sequence[int]) -> int:
    return sum(min(wide, NARROWEST) for wide in wanted) + len(GAP) * (len(wanted) - 1)
