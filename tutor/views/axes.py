"""Where a value lies along an axis, linear or logarithmic, and which values are marked on it."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

NO_PLACE = math.nan
"""Of a value that an axis cannot hold."""


@dataclass(frozen=True)
class Axis:
    """From ``low`` to ``high``, both finite and ``low`` less than ``high``."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def over(cls, values: Iterable[float], *, log: bool = False) -> Axis | None:
        """The axis that holds all values that can be drawn; None when none can."""
        low, high = math.inf, -math.inf
        for value in values:
            if value < low and (value > 0 if log else value != -math.inf):
                low = value
            if value > high and value != math.inf:
                high = value
        # A first value that is infinite, or on a logarithmic axis not above 0, passes neither.
        if not (math.isfinite(low) and math.isfinite(high)) or (log and high <= 0):
            return None
        axis = cls(low, high, log)
        # One value; or two so near that arithmetic does not tell them apart.
        return axis if axis.span() > 0 else cls(*_around(low, log=log), log)

    def span(self) -> float:
        """From one end to the other: decades of a logarithmic axis, else half the distance.

        Half, so that the two largest floats have a distance as well.
        """
        if self.log:
            return math.log10(self.high) - math.log10(self.low)
        return self.high / 2 - self.low / 2

    def place(self, value: float) -> float:
        """From 0 at ``low`` to 1 at ``high``; NaN for what is not finite or has no logarithm."""
        if not math.isfinite(value) or (self.log and value <= 0):
            return NO_PLACE
        if self.log:
            return (math.log10(value) - math.log10(self.low)) / self.span()
        return (value / 2 - self.low / 2) / self.span()

    def ticks(self, most: int) -> list[float]:
        """At most ``most`` round values within the axis, from low to high."""
        most = max(most, 1)
        if self.log:
            decades = self._decades(most)
            if len(decades) > 1 or most == 1:
                return decades[:most]
            # Within one decade: by 1, 2, 5, and where those are too far apart, evenly.
            start = math.floor(math.log10(self.low))
            fine = [
                factor * 10.0**power
                for power in range(start, start + 3)
                for factor in (1, 2, 5)
                if power <= 308 and self.low <= factor * 10.0**power <= self.high
            ]
            if 2 <= len(fine) <= most:
                return fine
        return self._even(most)

    def _decades(self, most: int) -> list[float]:
        first, last = math.ceil(math.log10(self.low)), math.floor(math.log10(self.high))
        every = max(1, -(-(last - first + 1) // most))
        return [10.0**power for power in range(first, last + 1, every)]

    def _even(self, most: int) -> list[float]:
        rough = self.high / most - self.low / most
        if not rough > 0 or math.isinf(rough):
            return [self.low]
        size = 10.0 ** math.floor(math.log10(rough))
        for factor in (1, 2, 5, 10, 20):
            step = size * factor
            if not step > 0 or math.isinf(step):
                break
            first = math.ceil(self.low / step - 1e-9)
            many = math.floor(self.high / step + 1e-9) - first + 1
            if many <= most:
                return [(first + at) * step for at in range(max(many, 0))]
        return [self.low]


def _around(value: float, *, log: bool) -> tuple[float, float]:
    """An axis about a single value."""
    if log:
        return max(value / 2, 5e-324), min(value * 2, 1.7e308)
    room = abs(value) / 2 or 1.0
    return max(value - room, -1.7e308), min(value + room, 1.7e308)


def tick_label(value: float, ticks: Iterable[float]) -> str:
    """``value`` with as many digits as tell it from the other ticks."""
    from tutor.views.numbers import number

    marks = sorted(set(ticks))
    apart = min((high - low for low, high in itertools.pairwise(marks)), default=0.0)
    if abs(value) < 1e-6 * apart:  # what is left of zero after adding up steps
        return "0"
    for digits in range(3, 12):
        if len({number(mark, digits) for mark in marks}) == len(marks):
            return number(value, digits)
    return number(value, 12)
