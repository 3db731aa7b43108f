"""Text that fits a number of cells, and how shapes and numbers are written in a drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

MUTED = "$text-muted"
MARK = "$text-primary"
"""Of marks that show how rows hang together."""
ODD = "bold $text-error"
"""NaN and infinity; they are written out as well."""
CHOSEN = "▸ "
"""Before the row the cursor is on: the highlight alone would be colour alone."""

_CONTROL = {code: " " for code in (*range(32), *range(127, 160), 0x2028, 0x2029)}
"""Names and values come from the learner's program: a line feed in one would break the rows."""


def clean(text: str) -> str:
    """Return text with a space in place of each control character."""
    return text if text.isascii() and text.isprintable() else text.translate(_CONTROL)


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return text in exactly `width` cells: padded, or cut with `…` at its end."""
    length = cell_len(text)
    if length > width:
        return set_cell_size(text, width - 1) + "…" if width > 0 else ""
    return " " * (width - length) + text if right else text + " " * (width - length)


def shaped(shape: Sequence[int | None] | None, dtype: str = "") -> str:
    """Return a shape and a dtype as the frameworks write them: `(3, 4) float32`, `(?, 10)`."""
    if shape is None:
        return dtype
    inside = ", ".join("?" if size is None else str(size) for size in shape)
    return f"({inside}{',' if len(shape) == 1 else ''}) {dtype}".rstrip()


def number(value: float | None) -> str:
    """Return a number with four significant digits; nothing for none."""
    if value is None:
        return ""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{value:.4g}"


def seconds(value: float) -> str:
    """Return a duration with three significant digits: `12.3 ms`, `1.20 s`, `2 min 5 s`."""
    if value >= 60:
        return f"{int(value) // 60} min {int(value) % 60} s"
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(value) >= scale * 0.9995:
            size = abs(value) / scale
            digits = 0 if size >= 99.95 else 1 if size >= 9.995 else 2
            return f"{value / scale:.{digits}f} {unit}"
    return f"{value / 1e-9:.0f} ns" if value else "0 s"


def shares(wanted: Sequence[int], room: int, least: int = 4) -> list[int]:
    """Share cells among columns: narrow ones get what they want, wide ones split the rest."""
    widths = [0] * len(wanted)
    left = room
    for done, column in enumerate(sorted(range(len(wanted)), key=wanted.__getitem__)):
        share = max(left // (len(wanted) - done), least)
        widths[column] = min(wanted[column], share)
        left -= widths[column]
    return widths
