"""Curves in Braille dots, two by four to a cell, between axes; series told apart by letters."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.views import cells, facts, thin
from tutor.views.axes import Axis, tick_label
from tutor.views.model import Curve, Series, doubles
from tutor.views.numbers import count, number

ROWS = 14
"""Of the plot; fewer when the height asked for has no room."""
FEWEST_ROWS = 3
NARROWEST = 12
"""Cells of the plot below which there is none."""
FEW = 0.25
"""Points per column up to which each is marked with its letter."""
SAMPLES = 8
"""Points of a series that are told in words."""

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a Braille cell, by row and column."""
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Canvas:
    """Braille cells, with letters over them."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        self._bits = [[0] * columns for _ in range(rows)]
        self._marks: dict[tuple[int, int], str] = {}

    def dot(self, x: int, y: int) -> None:
        """Set a dot, counted from the top left; there are twice and four times as many as cells."""
        self._bits[y // 4][x // 2] |= _DOTS[y % 4][x % 2]

    def line(self, x0: int, y0: int, x1: int, y1: int) -> None:
        """Set the dots of a straight line."""
        steps = max(abs(x1 - x0), abs(y1 - y0), 1)
        for step in range(steps + 1):
            self.dot(x0 + round((x1 - x0) * step / steps), y0 + round((y1 - y0) * step / steps))

    def mark(self, column: int, row: int, letter: str) -> bool:
        """Put a letter in a cell, unless there is one."""
        if (column, row) in self._marks:
            return False
        self._marks[column, row] = letter
        return True

    def text(self) -> list[str]:
        """The rows, from the top."""
        return [
            "".join(
                self._marks.get((at, row)) or (chr(0x2800 + bits) if bits else " ")
                for at, bits in enumerate(line)
            )
            for row, line in enumerate(self._bits)
        ]


def letters(view: Curve) -> list[str]:
    """A letter per series: its initial where those differ."""
    initials = [series.name[:1].lower() for series in view.series]
    if len(set(initials)) == len(initials) and all(
        letter.isascii() and letter.isalnum() for letter in initials
    ):
        return initials
    return [_LETTERS[at % len(_LETTERS)] for at in range(len(view.series))]


def draw(view: Curve, width: int, height: int | None) -> list[str]:
    """Return the plot with its legend above, and what it does not show below."""
    notes = [line for said in facts.curve(view) for line in cells.wrap(said, width)]
    marks = letters(view) if len(view.series) > 1 else [""] * len(view.series)
    legend = cells.wrap(_legend(view, marks), width)
    around = len(legend) + len(notes) + 2
    rows = ROWS if height is None else max(min(height - around, ROWS), FEWEST_ROWS)
    return [*legend, *_plot(view, marks, width, rows), *notes]


def _legend(view: Curve, marks: Sequence[str]) -> str:
    if len(view.series) == 1:
        name = view.series[0].name
        said = name if view.y_label in ("", name) else f"{view.y_label}, {name}"
    else:
        said = " · ".join(
            f"{mark} {series.name}" for mark, series in zip(marks, view.series, strict=True)
        )
        said = f"{view.y_label}: {said}" if view.y_label else said
    return f"{said} (logarithmic)" if view.log and said else said


def _plot(view: Curve, marks: Sequence[str], width: int, rows: int) -> list[str]:
    points = [(doubles(series.x), doubles(series.y)) for series in view.series]
    up = Axis.over((y for _, ys in points for y in ys), log=view.log)
    across = Axis.over(x for xs, _ in points for x in xs)
    if up is None or across is None:
        return ["There is nothing to draw."] if any(ys for _, ys in points) else []
    ticks = up.ticks(max(rows // 3, 2))
    labels = {
        min(int((1 - up.place(tick)) * rows), rows - 1): tick_label(tick, ticks) for tick in ticks
    }
    margin = max(map(cells.width, labels.values()), default=0)
    columns = width - margin - 2
    if columns < NARROWEST:
        return [
            line for series in view.series for line in cells.wrap(_summary(series, view), width)
        ]
    canvas = Canvas(columns, rows)
    odd: set[int] = set()
    for at, (xs, ys) in enumerate(points):
        lines = thin.strokes(xs, ys, across, up, columns * 2)
        _dots(canvas, lines)
        _letter(canvas, lines, marks[at], at, len(points))
        odd |= _odd(xs, ys, across, columns)
    found = [
        f"{labels.get(row, ''):>{margin}} {'┤' if row in labels else '│'}{line}"
        for row, line in enumerate(canvas.text())
    ]
    return [*found, *_x_axis(across, margin, columns, view.x_label, odd)]


def _dots(canvas: Canvas, lines: list[list[thin.Stroke]]) -> None:
    top = canvas.rows * 4 - 1

    def row(place: float) -> int:
        return top - min(max(round(place * top), 0), top)

    for line in lines:
        before: thin.Stroke | None = None
        for stroke in line:
            canvas.line(stroke.column, row(stroke.low), stroke.column, row(stroke.high))
            if before is not None:
                canvas.line(before.column, row(before.last), stroke.column, row(stroke.first))
            before = stroke


def _letter(
    canvas: Canvas, lines: list[list[thin.Stroke]], letter: str, series: int, of: int
) -> None:
    """Write the letter of a series along its line: at every point of a few, else now and then."""
    held = [stroke for line in lines for stroke in line]
    few = sum(stroke.points for stroke in held) <= canvas.columns * FEW
    if not letter and not few:
        return
    every = max(canvas.columns // 4, of)
    next_column = 0 if few else every * (series + 1) // (of + 1)
    for stroke in held:
        column = stroke.column // 2
        if few or column >= next_column:
            row = min(int((1 - stroke.last) * canvas.rows), canvas.rows - 1)
            if canvas.mark(column, row, letter or "•"):
                next_column = column + every
    if letter and held:
        last = held[-1]
        canvas.mark(
            last.column // 2, min(int((1 - last.last) * canvas.rows), canvas.rows - 1), letter
        )


def _odd(xs: Sequence[float], ys: Sequence[float], across: Axis, columns: int) -> set[int]:
    """The columns where a point is NaN or infinite."""
    return {
        min(int(place * columns), columns - 1)
        for x, y in zip(xs, ys, strict=False)
        if not math.isfinite(y) and 0 <= (place := across.place(x)) <= 1
    }


def _x_axis(across: Axis, margin: int, columns: int, label: str, odd: set[int]) -> list[str]:
    """The line with its ticks, `×` where a point is missing, and the numbers below."""
    ticks = across.ticks(max(columns // 12, 2))
    line = ["─"] * columns
    below = [" "] * (columns + margin + 2)
    end = 0
    tail = f" {label}" if label else ""
    room = columns + margin + 2 - len(tail)
    for tick in ticks:
        column = min(int(across.place(tick) * columns), columns - 1)
        line[column] = "┬"
        text = tick_label(tick, ticks)
        start = min(max(margin + 2 + column - len(text) // 2, end), room - len(text))
        if start >= end:
            below[start : start + len(text)] = text
            end = start + len(text) + 1
    for column in odd:
        line[column] = "×"
    numbers = "".join(below).rstrip()
    axis = f"{'':>{margin}} └{''.join(line)}"
    return [axis, f"{numbers}{cells.clean(tail)}"] + (
        [f"{'':>{margin}}  × a point that is NaN or infinite"] if odd else []
    )


def _summary(series: Series, view: Curve) -> str:
    """A series in one sentence."""
    xs, ys = doubles(series.x), doubles(series.y)
    name = series.name or view.y_label or view.name
    real = [(y, x) for x, y in zip(xs, ys, strict=False) if math.isfinite(y)]
    if not real:
        return f"{name}: no finite points."
    (low, low_x), (high, high_x) = min(real), max(real)
    label = view.x_label or "x"
    return (
        f"{name}: {count(series.points, 'point')}, from {number(real[0][0])} to "
        f"{number(real[-1][0])}; lowest {number(low)} at {label} {number(low_x, 6)}, "
        f"highest {number(high)} at {label} {number(high_x, 6)}."
    )


def tell(view: Curve, width: int) -> list[str]:
    """Return each series in words: its ends, its extremes, and a few of its points."""
    if not view.series:
        return ["There are no points yet."]
    lines: list[str] = []
    for series in view.series:
        xs, ys = doubles(series.x), doubles(series.y)
        lines += cells.wrap(_summary(series, view), width)
        if len(ys) > 2:
            picks = sorted({round(at * (len(ys) - 1) / SAMPLES) for at in range(SAMPLES + 1)})
            label = view.x_label or "x"
            said = "; ".join(f"{number(xs[at], 6)}: {number(ys[at])}" for at in picks)
            lines += cells.wrap(f"By {label}: {said}.", width)
    return lines + [line for said in facts.curve(view) for line in cells.wrap(said, width)]
