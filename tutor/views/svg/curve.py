"""Curves as an SVG picture."""

from __future__ import annotations

import math

from tutor.views import facts, thin
from tutor.views.axes import Axis, tick_label
from tutor.views.model import Curve, doubles
from tutor.views.svg.sheet import COLOURS, DASHES, FAINT, GRID, LINE, MARGIN, WIDTH, Sheet, width_of

HEIGHT = 380
"""Of the plot."""
FEW = 40
"""Points up to which each has a dot."""


def draw(view: Curve) -> str:
    """Return the picture."""
    sheet = Sheet(view.name, view.caption)
    points = [(doubles(series.x), doubles(series.y)) for series in view.series]
    up = Axis.over((y for _, ys in points for y in ys), log=view.log)
    across = Axis.over(x for xs, _ in points for x in xs)
    _legend(sheet, view)
    if up is None or across is None:
        sheet.lines(["There is nothing to draw."])
    else:
        left = MARGIN + _margin(up)
        right, top = WIDTH - MARGIN, sheet.y
        bottom = top + HEIGHT
        _grid(sheet, view, across, up, (left, right, top, bottom))
        for at, (xs, ys) in enumerate(points):
            lines = thin.strokes(xs, ys, across, up, int(right - left))
            colour, dash = COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)]
            path = _path(lines, left, top)
            if path:
                sheet.path(path, colour, stroke_width=1.6, stroke_dasharray=dash)
            if len(ys) <= FEW or any(len(line) == 1 for line in lines):
                _points(sheet, lines, left, top, colour, every=len(ys) <= FEW)
            for x, y in zip(xs, ys, strict=False):
                place = across.place(x)
                if not math.isfinite(y) and not math.isnan(place):
                    sheet.text(
                        left + place * (right - left), bottom + 4, "×", anchor="middle", fill=colour
                    )
        sheet.y = bottom + 44
    sheet.lines(facts.curve(view), fill=FAINT)
    return sheet.done()


def _margin(up: Axis) -> float:
    ticks = up.ticks(8)
    return 12 + max((width_of(tick_label(tick, ticks)) for tick in ticks), default=0.0)


def _legend(sheet: Sheet, view: Curve) -> None:
    """A sample of each line with its name, over the plot."""
    x = float(MARGIN)
    for at, series in enumerate(view.series):
        name = series.name or view.y_label
        wide = 44 + width_of(name) + 16
        if x > MARGIN and x + wide > WIDTH - MARGIN:
            x, sheet.y = float(MARGIN), sheet.y + LINE
        colour, dash = COLOURS[at % len(COLOURS)], DASHES[at % len(DASHES)]
        sheet.line(
            x, sheet.y - 4, x + 36, sheet.y - 4, colour, stroke_width=2, stroke_dasharray=dash
        )
        sheet.text(x + 44, sheet.y, name)
        x += wide
    axis = ", ".join(word for word in (view.y_label, "logarithmic" if view.log else "") if word)
    if axis:
        sheet.y += LINE if view.series else 0
        sheet.text(MARGIN, sheet.y, f"↑ {axis}", fill=FAINT)
    sheet.y += 14


def _grid(
    sheet: Sheet, view: Curve, across: Axis, up: Axis, box: tuple[float, float, float, float]
) -> None:
    left, right, top, bottom = box
    ticks = up.ticks(8)
    for tick in ticks:
        y = bottom - up.place(tick) * (bottom - top)
        sheet.line(left, y, right, y, GRID)
        sheet.text(left - 8, y + 4, tick_label(tick, ticks), anchor="end", fill=FAINT)
    ticks = across.ticks(9)
    for tick in ticks:
        x = left + across.place(tick) * (right - left)
        sheet.line(x, bottom, x, bottom + 5, FAINT)
        sheet.text(x, bottom + 20, tick_label(tick, ticks), anchor="middle", fill=FAINT)
    sheet.line(left, bottom, right, bottom, FAINT)
    sheet.line(left, top, left, bottom, FAINT)
    if view.x_label:
        sheet.text(right, bottom + 38, view.x_label, anchor="end", fill=FAINT)


def _path(lines: list[list[thin.Stroke]], left: float, top: float) -> str:
    """The points that show, broken where the line is."""
    parts: list[str] = []
    for line in lines:
        letter = "M"
        for stroke in line:
            x = left + stroke.column + 0.5
            places = [stroke.first]
            if stroke.points > 1:
                places += [stroke.low, stroke.high, stroke.last]
            for place in places:
                parts.append(f"{letter}{x:.1f} {top + (1 - place) * HEIGHT:.1f}")
                letter = "L"
    return "".join(parts) if any(len(line) > 1 or line[0].points > 1 for line in lines) else ""


def _points(
    sheet: Sheet,
    lines: list[list[thin.Stroke]],
    left: float,
    top: float,
    colour: str,
    *,
    every: bool,
) -> None:
    """A dot for each point, or only for those that no line leads to."""
    for line in lines:
        for stroke in line if every or len(line) == 1 else ():
            sheet.add(
                "circle",
                cx=left + stroke.column + 0.5,
                cy=top + (1 - stroke.last) * HEIGHT,
                r=3,
                fill=colour,
            )
