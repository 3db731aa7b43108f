"""Bars: label, number, a horizontal bar with its spread."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tutor.views import cells
from tutor.views.model import Bar, Bars
from tutor.views.numbers import number

LABEL = 24
"""Cells of the widest label; a longer one is cut."""
BAR = 6
"""Cells below which a bar says nothing: then the numbers stand alone."""
EIGHTHS = " ▏▎▍▌▋▊▉█"
"""The last cell of a bar, by its eighths."""


@dataclass(frozen=True)
class Scale:
    """Which cell a value falls on: zero is always within."""

    low: float
    high: float
    columns: int

    @classmethod
    def of(cls, bars: tuple[Bar, ...], columns: int) -> Scale:
        """A scale for all bars and their spreads."""
        ends = [end for bar in bars for end in (bar.value, bar.low, bar.high)]
        real = [end for end in ends if end is not None and math.isfinite(end)]
        return cls(min(0.0, *real, 0.0), max(0.0, *real, 0.0), columns)

    def at(self, value: float) -> float:
        """From 0 to ``columns``."""
        # Halved, so that the distance between the two largest floats is one as well.
        span = self.high / 2 - self.low / 2
        share = (value / 2 - self.low / 2) / span if span > 0 else 0.0
        return self.columns * min(max(share, 0.0), 1.0)


def draw(view: Bars, width: int) -> list[str]:
    """Return a line per bar, as long as ``width`` allows."""
    if not view.bars:
        return ["There are no bars."]
    labels = [cells.clean(bar.label) for bar in view.bars]
    figures = [figure(bar, view.unit) for bar in view.bars]
    label_width = min(max(map(cells.width, labels)), LABEL, max(width // 2, 1))
    figure_width = max(map(cells.width, figures))
    room = width - label_width - figure_width - 4
    scale = Scale.of(view.bars, room)
    drawn = room >= BAR and scale.high > scale.low
    lines: list[str] = []
    for label, amount, bar in zip(labels, figures, view.bars, strict=True):
        line = f"{cells.left(label, label_width)}  {cells.right(amount, figure_width)}"
        lines.append(f"{line}  {strip(bar, scale)}" if drawn else line)
    return [*lines, *_legend(view, scale, drawn)]


def _legend(view: Bars, scale: Scale, drawn: bool) -> list[str]:
    """What the marks mean, where there are any."""
    spread = any(_whiskers(bar, scale) for bar in view.bars)
    return ["├─┼─┤ from the first to the third quartile, ┼ the median"] if drawn and spread else []


def figure(bar: Bar, unit: str) -> str:
    """The number of a bar, with its spread."""
    unit = cells.clean(unit)
    if bar.value is None or not math.isfinite(bar.value):
        return "not finite"
    spread = ""
    if bar.low is not None and bar.high is not None:
        spread = f" ({number(bar.low, 3)} to {number(bar.high, 3)})"
    return f"{number(bar.value)} {unit}".rstrip() + spread


def strip(bar: Bar, scale: Scale) -> str:
    """The bar itself, ``scale.columns`` cells of it."""
    if bar.value is None or not math.isfinite(bar.value):
        return ""
    zero, end = scale.at(0.0), scale.at(bar.value)
    strip = [" "] * scale.columns
    if scale.low < 0:
        if zero < scale.columns:
            strip[int(zero)] = "│"
        first, last = sorted((round(zero), round(end)))
        strip[first:last] = "█" * (last - first)
    else:
        whole, eighth = divmod(round(end * 8), 8)
        strip[:whole] = "█" * whole
        if eighth:
            strip[whole] = EIGHTHS[eighth]
        elif not whole and bar.value > 0:
            strip[0] = EIGHTHS[1]
    whiskers = _whiskers(bar, scale)
    if whiskers:
        low, high = whiskers
        strip[low : high + 1] = f"├{'─' * (high - low - 1)}┤"
        strip[min(max(int(end), low + 1), high - 1)] = "┼"
    return "".join(strip).rstrip()


def _whiskers(bar: Bar, scale: Scale) -> tuple[int, int] | None:
    """The cells where the spread begins and ends; None when it is too narrow to draw."""
    if bar.value is None or bar.low is None or bar.high is None or scale.columns < BAR:
        return None
    if not (math.isfinite(bar.low) and math.isfinite(bar.high)):
        return None
    last = scale.columns - 1
    low, high = (min(int(scale.at(value)), last) for value in (bar.low, bar.high))
    return (low, high) if high - low >= 2 else None


def tell(view: Bars) -> list[str]:
    """Return a line of words and numbers per bar."""
    if not view.bars:
        return ["There are no bars."]
    labels = [cells.clean(bar.label) for bar in view.bars]
    label_width = min(max(map(cells.width, labels)), 2 * LABEL)
    return [
        f"{cells.left(label, label_width)}  {figure(bar, view.unit)}"
        for label, bar in zip(labels, view.bars, strict=True)
    ]
