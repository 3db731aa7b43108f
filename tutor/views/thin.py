"""A series thinned for drawing: of all points in a column of the picture, those that show.

Drawing the first, lowest, highest and last point of each column gives the same picture as drawing
them all: a spike of one point among a million stays. A stretch of neighbours that fall in one
column becomes one :class:`Stroke`, so a series that goes back and forth is drawn rightly too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tutor.views.axes import Axis


@dataclass(slots=True)
class Stroke:
    """Neighbouring points of one column; the four are places along y, from 0 to 1."""

    column: int
    first: float
    low: float
    high: float
    last: float
    points: int = 1
    """How many points it stands for."""


def strokes(
    xs: Sequence[float], ys: Sequence[float], across: Axis, up: Axis, columns: int
) -> list[list[Stroke]]:
    """Return the lines to draw: broken wherever a point has no place on the axes."""
    found: list[list[Stroke]] = []
    line: list[Stroke] = []
    for x, y in zip(xs, ys, strict=False):
        at, height = across.place(x), up.place(y)
        if math.isnan(at) or math.isnan(height):  # nothing is drawn to it or from it
            if line:
                found.append(line)
                line = []
            continue
        column = min(max(int(at * columns), 0), columns - 1)
        if line and line[-1].column == column:
            stroke = line[-1]
            stroke.low = min(stroke.low, height)
            stroke.high = max(stroke.high, height)
            stroke.last = height
            stroke.points += 1
        else:
            line.append(Stroke(column, height, height, height, height))
    return [*found, line] if line else found
