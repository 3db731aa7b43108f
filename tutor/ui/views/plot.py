"""The rows of a curve: legend, lines in braille between two axes; a function of what is shown."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tutor.ui.markdown import MUTED
from tutor.ui.views.braille import Canvas
from tutor.ui.views.scales import roomy, to_ticks, within
from tutor.views import cells
from tutor.views.axes import Axis, tick_label
from tutor.views.model import Curve, doubles
from tutor.views.thin import Stroke, strokes

MARKS = "●▲■◆+×o*"
"""One for each series, on its line and in the legend: what tells them apart without colour."""
STYLES = (
    "$text-primary",
    "$text-warning",
    "$text-success",
    "$text-accent",
    "$text-secondary",
    "$text-error",
)
"""One for each series; they only repeat what the marks say."""
APART = 12
"""Cells between two marks on a line: far enough to see the line, near enough to follow it."""
FINE = 5
"""Into how many steps a small plot's range is rounded: fewer would leave half of it empty."""
FEW = 3
"""Ticks of a small plot."""
TALL = 9
"""Rows from which there is one for the line of the x axis."""


@dataclass(frozen=True)
class Line:
    """One series, ready to be drawn and read."""

    name: str
    xs: Sequence[float]
    ys: Sequence[float]
    rising: bool
    """Whether its x never goes back: then a part of it is found by halving."""


@dataclass(frozen=True)
class Look:
    """How it is looked at."""

    log: bool = False
    """Whether the y axis is logarithmic."""
    span: tuple[float, float] | None = None
    """The stretch of x that is shown; None for all of it."""
    cursor: float | None = None
    """An x to be marked."""
    live: bool = False
    """Whether more points are to come: the x axis leaves room for them."""


@dataclass(frozen=True)
class Plot:
    """What was drawn, and where on the screen it is."""

    rows: tuple[Content, ...]
    across: Axis | None = None
    """The x axis; None when there is nothing to draw."""
    columns: int = 0
    """Cells between its ends."""


def lines_of(view: Curve) -> tuple[Line, ...]:
    """The series of a curve as numbers."""
    found: list[Line] = []
    for series in view.series:
        xs, ys = doubles(series.x), doubles(series.y)
        rising = all(xs[at] <= xs[at + 1] for at in range(len(xs) - 1))
        found.append(Line(cells.clean(series.name), xs, ys, rising))
    return tuple(found)


def cut_to(line: Line, span: tuple[float, float] | None) -> tuple[Sequence[float], Sequence[float]]:
    """The points of a line whose x is within ``span``."""
    if span is None:
        return line.xs, line.ys
    if line.rising:
        first, last = bisect_left(line.xs, span[0]), bisect_right(line.xs, span[1])
        return line.xs[first:last], line.ys[first:last]
    kept = [(x, y) for x, y in zip(line.xs, line.ys, strict=False) if span[0] <= x <= span[1]]
    return [x for x, _ in kept], [y for _, y in kept]


def draw(view: Curve, lines: Sequence[Line], look: Look, width: int, height: int) -> Plot:
    """Draw a curve into ``width`` cells and ``height`` rows."""
    shown = [cut_to(line, look.span) for line in lines]
    up = Axis.over((y for _, ys in shown for y in ys), log=look.log)
    across = Axis(*look.span) if look.span else Axis.over(x for line in lines for x in line.xs)
    if up is None or across is None:
        return Plot((Content.styled(_nothing(lines, look), MUTED),))
    legend = _legend(view, lines, width)
    below = 2 if height >= TALL else 1
    rows = max(height - below - len(legend), 2)
    up = to_ticks(up, max(rows // 3, FINE))
    if look.live and look.span is None:
        across = roomy(across)
    ticks = up.ticks(max(rows // 3, FEW))
    labels = [tick_label(value, ticks) for value in ticks]
    margin = min(max(map(len, labels), default=0), max(width // 3, 1))
    columns = max(width - margin - 1, 1)
    canvas = Canvas(columns, rows)
    many = len(lines) > 1
    for owner, (xs, ys) in enumerate(shown):
        _draw_line(canvas, owner, strokes(xs, ys, across, up, canvas.width), marked=many)
        _draw_odd(canvas, owner, xs, ys, across)
    named = {}
    for value, label in zip(ticks, labels, strict=True):
        named[rows - 1 - round(up.place(value) * (rows - 1))] = label
    cursor = None if look.cursor is None else round(across.place(look.cursor) * (columns - 1))
    body = [
        _row(canvas, row, cells.right(named.get(row, ""), margin), row in named, cursor)
        for row in range(rows)
    ]
    foot = _x_axis(view.x_label, across, columns, margin, line=below == 2)
    return Plot((*legend, *body, *foot), across, columns)


def _nothing(lines: Sequence[Line], look: Look) -> str:
    points = sum(len(line.ys) for line in lines)
    if not points:
        return "There are no points yet." if look.live else "There are no points."
    if look.span:
        return "There are no points here: 0 shows all of them."
    finite = sum(1 for line in lines for y in line.ys if math.isfinite(y))
    if look.log and finite:
        return "No value is above 0: a logarithmic axis can show none of them."
    return "No value is finite."


def _legend(view: Curve, lines: Sequence[Line], width: int) -> list[Content]:
    """What y is, and whose mark is whose."""
    label = cells.clean(view.y_label)
    if len(lines) < 2:
        label = label or (lines[0].name if lines else "")
        return [Content.styled(cells.cut(label, width), MUTED)] if label else []
    legend = Content.styled(f"{label}  ", MUTED) if label else Content("")
    for owner, line in enumerate(lines):
        part = Content.styled(f"{mark(owner)} {line.name}  ", style(owner))
        left = len(lines) - owner
        if owner and legend.cell_length + part.cell_length + (9 if left > 1 else 0) > width:
            legend += Content.styled(f"+{left} more", MUTED)
            break
        legend += part
    return [legend.truncate(width)]


def mark(owner: int) -> str:
    """A series' mark."""
    return MARKS[owner % len(MARKS)]


def style(owner: int) -> str:
    """A series' colour."""
    return STYLES[owner % len(STYLES)]


def _draw_line(
    canvas: Canvas, owner: int, found: Sequence[Sequence[Stroke]], *, marked: bool
) -> None:
    crossed: dict[int, int] = {}
    for part in found:
        crossed |= canvas.line(part, owner)
    if not marked or not crossed:
        return
    # Those of several series stand side by side, and where they are does not change as it grows.
    places = [column for column in crossed if (column - 3 * owner) % APART == 2]
    for column in places or [max(crossed)]:
        canvas.put(column, crossed[column], mark(owner), owner)


def _draw_odd(
    canvas: Canvas, owner: int, xs: Sequence[float], ys: Sequence[float], across: Axis
) -> None:
    """Mark what has no place: NaN and minus infinity at the bottom, infinity at the top."""
    for x, y in zip(xs, ys, strict=False):
        if not math.isfinite(y) and 0 <= (at := across.place(x)) <= 1:
            row = 0 if y == math.inf else canvas.rows - 1
            glyph = "N" if math.isnan(y) else "∞"
            canvas.put(round(at * (canvas.columns - 1)), row, glyph, owner)


def _row(canvas: Canvas, row: int, label: str, ticked: bool, cursor: int | None) -> Content:
    parts: list[Content | str | tuple[str, str]] = [(f"{label}{'┤' if ticked else '│'}", MUTED)]
    at = 0
    for text, owner in canvas.runs(row):
        end = at + len(text)
        # Blanks in the first colour, which nobody sees: to rub out and to draw take one pen then.
        look = style(max(owner, 0))
        if cursor is not None and at <= cursor < end:
            before, here, after = text[: cursor - at], text[cursor - at], text[cursor - at + 1 :]
            parts += [(before, look), ("│" if here == " " else here, "bold"), (after, look)]
        else:
            parts.append((text, look))
        at = end
    return Content.assemble(*parts)


def _x_axis(label: str, across: Axis, columns: int, margin: int, *, line: bool) -> list[Content]:
    """The line of the axis, if there is room for it, and its numbers with what they count."""
    label = cells.cut(cells.clean(label), columns // 3)
    ticks = across.ticks(max(columns // 12, 2))
    named = list(" " * columns)
    rule = list("─" * columns)
    end = columns - len(label) - 1 if label else columns
    free = 0
    for column, value in within(across, columns, ticks):
        text = tick_label(value, ticks)
        start = min(max(column - len(text) // 2, 0), columns - len(text))
        if start >= free and start + len(text) <= end:
            named[start : start + len(text)] = text
            rule[column] = "┬"
            free = start + len(text) + 1
    if label:
        named[columns - len(label) :] = label
    numbers = Content.styled(" " * (margin + 1) + "".join(named), MUTED)
    if not line:
        return [numbers]
    return [Content.styled(f"{' ' * margin}└{''.join(rule)}", MUTED), numbers]
