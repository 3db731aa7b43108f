"""Axes for drawings that change while they are looked at; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.views.axes import Axis

_ENDS = (1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0)
"""Ends of an axis that grows, times a power of ten. Each is at most half as much again as the one
before: a live curve is drawn anew a few times only, and fills two thirds of its axis at least."""


def to_ticks(axis: Axis, most: int) -> Axis:
    """``axis`` as far as the next ticks: it stays as it is until a value lies beyond them."""
    if axis.log:
        low, high = math.log10(axis.low), math.log10(axis.high)
        if high - low < 1:
            return axis
        return Axis(10.0 ** math.floor(low + 1e-9), 10.0 ** math.ceil(high - 1e-9), log=True)
    ticks = axis.ticks(most)
    if len(ticks) < 2:
        return axis
    step = ticks[1] - ticks[0]
    low = math.floor(axis.low / step + 1e-9) * step
    high = math.ceil(axis.high / step - 1e-9) * step
    return Axis(low, high) if math.isfinite(low) and math.isfinite(high) else axis


def roomy(axis: Axis) -> Axis:
    """``axis`` with room at its end for what is still to come."""
    span = max(axis.high - axis.low, 10.0)
    power = 10.0 ** math.floor(math.log10(span))
    wide = next((end * power for end in _ENDS if end * power >= span * 0.999), span)
    return Axis(axis.low, axis.low + wide)


def within(axis: Axis, places: int, values: Sequence[float]) -> list[tuple[int, float]]:
    """The values and where each lies among so many places."""
    found = ((axis.place(value), value) for value in values)
    return [(round(at * (places - 1)), value) for at, value in found if 0 <= at <= 1]
