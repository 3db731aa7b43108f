"""A tensor: what it is, its statistics, and its values from the first corner."""

from __future__ import annotations

import array
import math
from collections.abc import Callable, Iterable

from tutor.views import cells
from tutor.views.model import Array, doubles
from tutor.views.numbers import count, number

ROWS = 6
"""Of a matrix; more are cut."""
SLICES = 2
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


def formatter(values: Iterable[float]) -> Callable[[float], str]:
    """Return how to write all of ``values``, so that their decimal points stand in a column."""
    sizes = [abs(value) for value in values if math.isfinite(value) and value != 0]
    if not sizes:
        return number
    low, high = min(sizes), max(sizes)
    if high < 1e9 and all(size == int(size) for size in sizes):
        return lambda value: f"{value:.0f}" if math.isfinite(value) else number(value)
    if low < 1e-4 or high >= 1e6:
        return lambda value: f"{value:.3e}" if math.isfinite(value) else number(value)
    decimals = max(4 - max(math.floor(math.log10(high)), 0), 1)
    return lambda value: f"{value:.{decimals}f}" if math.isfinite(value) else number(value)


def _values(view: Array, width: int) -> list[str]:
    """The first values, in rows and matrices as NumPy prints them."""
    values = doubles(view.values)
    if 0 in view.shape:
        return ["It has no elements."]
    if not values:
        return []
    if not view.shape:
        return [number(values[0], 8)]
    across = view.shape[-1]
    rows = view.shape[-2] if len(view.shape) > 1 else 1
    slices = math.prod(view.shape[:-2])
    many = min(slices, SLICES, -(-len(values) // (rows * across)))
    corners = [_corner(values, at * rows * across, rows, across, width) for at in range(many)]
    write = formatter(value for corner in corners for row in corner for value in row)
    wide = max(len(write(value)) for corner in corners for row in corner for value in row)
    lines: list[str] = []
    for at, corner in enumerate(corners):
        if len(view.shape) > 2:
            lines.append(f"[{_index(at, view.shape[:-2])}, :, :]")
        lines += _matrix(corner, write, wide, (rows, across), width)
    if many < slices:
        lines.append(f"… {slices - many:,} more of {count(slices, 'slice')}")
    return lines


def _index(flat: int, sizes: tuple[int, ...]) -> str:
    """The place of slice number ``flat`` along the outer dimensions."""
    places: list[int] = []
    for size in reversed(sizes):
        flat, place = divmod(flat, size)
        places.append(place)
    return ", ".join(map(str, reversed(places)))


def _corner(
    values: array.array[float], start: int, rows: int, across: int, width: int
) -> list[array.array[float]]:
    """The first rows of a matrix, as far as there are values, each as wide as could be shown."""
    most = max(width // 2, 1)
    corner = [
        values[start + row * across : start + row * across + min(across, most)]
        for row in range(min(rows, ROWS))
    ]
    return [row for row in corner if row]


def _matrix(
    corner: list[array.array[float]],
    write: Callable[[float], str],
    wide: int,
    sizes: tuple[int, int],
    width: int,
) -> list[str]:
    """The corner in brackets, with `…` where there is more."""
    rows, across = sizes
    fit = max((width - len("[[") - len(" …]]") + 1) // (wide + 1), 1)
    lines: list[str] = []
    for place, row in enumerate(corner):
        shown = " ".join(f"{write(value):>{wide}}" for value in row[:fit])
        more = " …" if across > min(len(row), fit) else ""
        lines.append(f"{' [' if place else '[['}{shown}{more}]")
    if rows > len(corner):
        lines.append(" …")
    lines[-1] += "]"
    return lines
