"""Bars as an SVG picture."""

from __future__ import annotations

import math

from tutor.views.model import Bar, Bars
from tutor.views.svg.sheet import COLOURS, FAINT, INK, MARGIN, WIDTH, Sheet, width_of
from tutor.views.text.bars import Scale, figure

ROW = 30
LABEL = 240
"""Pixels of the widest label."""


def draw(view: Bars) -> str:
    """Return the picture."""
    sheet = Sheet(view.name, view.caption)
    if not view.bars:
        sheet.lines(["There are no bars."])
        return sheet.done()
    figures = [figure(bar, view.unit) for bar in view.bars]
    left = MARGIN + 10 + min(max(width_of(bar.label) for bar in view.bars), LABEL)
    right = WIDTH - MARGIN - 10 - max(map(width_of, figures))
    scale = Scale.of(view.bars, max(int(right - left), 40))
    top = sheet.y
    for bar, words in zip(view.bars, figures, strict=True):
        middle = sheet.y + ROW / 2
        sheet.text(left - 10, middle + 4, bar.label, anchor="end")
        _bar(sheet, bar, scale, left, middle)
        sheet.text(WIDTH - MARGIN, middle + 4, words, anchor="end")
        sheet.y += ROW
    zero = left + scale.at(0.0)
    sheet.line(zero, top, zero, sheet.y, FAINT)
    sheet.y += 22
    if any(bar.low is not None and bar.high is not None for bar in view.bars):
        words = (
            "A bar ends at the median; the line on it goes from the first to the third quartile."
        )
        sheet.lines([words], fill=FAINT)
    return sheet.done()


def _bar(sheet: Sheet, bar: Bar, scale: Scale, left: float, middle: float) -> None:
    if bar.value is None or not math.isfinite(bar.value):
        return
    ends = sorted((left + scale.at(0.0), left + scale.at(bar.value)))
    sheet.rect(ends[0], middle - 9, max(ends[1] - ends[0], 1.0), 18, COLOURS[0])
    if bar.low is None or bar.high is None:
        return
    if math.isfinite(bar.low) and math.isfinite(bar.high):
        low, high = left + scale.at(bar.low), left + scale.at(bar.high)
        sheet.line(low, middle, high, middle, INK, stroke_width=1.5)
        for end in (low, high):
            sheet.line(end, middle - 5, end, middle + 5, INK, stroke_width=1.5)
