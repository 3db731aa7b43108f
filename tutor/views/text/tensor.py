"""A tensor: what it is, its statistics, and its values from the first corner."""

from __future__ import annotations

import array
import math

from tutor.views import cells
from tutor.views.model import Array, doubles
from tutor.views.numbers import count, number

ROWS = 8
"""Of a matrix; more are cut."""
SLICES = 3
"""Matrices of a tensor of more dimensions; the rest is cut."""


def draw(view: Array, width: int) -> list[str]:
    """Return the facts, the statistics and the first values."""
    return [*cells.wrap(head(view), width), *statistics(view, width), *_values(view, width)]


def head(view: Array) -> str:
    """Library, dtype, shape, device."""
    sizes = ", ".join(map(str, view.shape))
    words = f"{view.library} {view.dtype}, shape ({sizes}{',' if len(view.shape) == 1 else ''})"
    words += f", {count(math.prod(view.shape), 'element')}"
    if view.device:
        words += f", on {view.device}"
    return cells.clean(words + (", gradients flow back" if view.attached else ""))


def statistics(view: Array, width: int) -> list[str]:
    """Range, mean, deviation, and what is not finite."""
    of = view.statistics
    if of is None:
        return []
    words: list[str] = []
    if of.low is not None:
        words = [
            f"min {number(of.low)}",
            f"max {number(of.high)}",
            f"mean {number(of.mean)}",
            f"std {number(of.std)}",
        ]
    if of.zero:
        words.append(f"{of.zero:,} zero")
    if of.nan:
        words.append(f"! {of.nan:,} NaN")
    if of.inf:
        words.append(f"! {of.inf:,} infinite")
    return cells.wrap(" · ".join(words), width)


def _values(view: Array, width: int) -> list[str]:
    """The first values, in rows and matrices as NumPy prints them."""
    values = doubles(view.values)
    if not values:
        return ["It has no elements."] if 0 in view.shape else []
    if not view.shape:
        return [number(values[0], 8)]
    across = view.shape[-1]
    rows = view.shape[-2] if len(view.shape) > 1 else 1
    each = max(across * rows, 1)
    lines: list[str] = []
    slices = math.prod(view.shape[:-2]) if len(view.shape) > 2 else 1
    at = 0
    while at < min(slices, SLICES) and at * each < len(values):
        if len(view.shape) > 2:
            lines.append(f"[{_index(at, view.shape[:-2])}, :, :]")
        lines += _matrix(values[at * each : (at + 1) * each], rows, across, width)
        at += 1
    if at < slices:
        lines.append(f"… {slices - at:,} more of {count(slices, 'slice')}")
    return lines


def _index(flat: int, sizes: tuple[int, ...]) -> str:
    """The place of slice number ``flat`` along the outer dimensions."""
    places: list[int] = []
    for size in reversed(sizes):
        flat, place = divmod(flat, size)
        places.append(place)
    return ", ".join(map(str, reversed(places)))


def _matrix(values: array.array[float], rows: int, across: int, width: int) -> list[str]:
    """The first rows and columns of a matrix."""
    down = min(rows, ROWS, -(-len(values) // across))
    most = max(width // 3, 1)
    grid = [
        [number(value) for value in values[row * across : row * across + min(across, most)]]
        for row in range(down)
    ]
    wide = max(cells.width(cell) for row in grid for cell in row)
    fit = max((width - 6 + 1) // (wide + 1), 1)
    lines: list[str] = []
    for place, row in enumerate(grid):
        shown = " ".join(cells.right(cell, wide) for cell in row[:fit])
        opened = "[[" if place == 0 else " ["
        cut_off = " …" if across > min(len(row), fit) else ""
        lines.append(f"{opened}{shown}{cut_off}]")
    if rows > down:
        lines.append(" …")
    lines[-1] += "]"
    return lines
