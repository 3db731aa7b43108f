"""Where the time went: a bar per span under a common time axis, and the totals of the phases."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from tutor.views import cells
from tutor.views.axes import Axis
from tutor.views.model import Span, Timeline
from tutor.views.numbers import count, seconds

FILLS = {"start": "░", "trace": "▒", "compile": "▓", "run": "█", "copy": "≡", "check": "∙"}
"""The mark of a phase."""
PHASES = {
    "start": "starting",
    "trace": "tracing",
    "compile": "compiling",
    "run": "running",
    "copy": "copying",
    "check": "checking",
}
"""A phase in words."""
ROWS = 24
"""Rows of spans; those of the shortest are left out, and that is said."""
NAME = 30
"""Cells of the widest name."""
LONGEST = 1e9
"""Seconds of a span that is believed."""
NARROWEST = 10
"""Cells of the bars below which there are none."""


@dataclass
class Row:
    """The spans of one name in one lane."""

    name: str
    lane: int
    phase: str
    spans: list[Span] = field(default_factory=list[Span])

    @property
    def seconds(self) -> float:
        """All of them together."""
        return sum(span.seconds for span in self.spans)


def rows_of(spans: Iterable[Span]) -> list[Row]:
    """The spans by lane and name, in the order they first began."""
    rows: dict[tuple[int, str, str], Row] = {}
    for span in spans:
        if _sane(span):
            key = (span.lane, span.name, span.phase)
            row = rows.setdefault(key, Row(cells.clean(span.name), span.lane, span.phase))
            row.spans.append(span)
    return list(rows.values())


def _sane(span: Span) -> bool:
    """Whether it can be drawn: a clock that went wrong gives no such times."""
    return abs(span.start) <= LONGEST and 0 <= span.seconds <= LONGEST


def totals(spans: Iterable[Span]) -> list[tuple[str, float]]:
    """Seconds by phase, the most first. Of nested spans each moment counts for the innermost."""
    edges: list[tuple[float, int, Span]] = []
    for span in spans:
        if _sane(span) and span.seconds > 0:
            edges += [(span.start, 1, span), (span.start + span.seconds, 0, span)]
    edges.sort(key=lambda edge: edge[:2])
    open_spans: dict[int, Span] = {}
    found: dict[str, float] = {}
    before = 0.0
    for moment, opens, span in edges:
        if open_spans and moment > before:
            inner = max(open_spans.values(), key=lambda one: (one.lane, one.start))
            found[inner.phase] = found.get(inner.phase, 0.0) + moment - before
        before = moment
        if opens:
            open_spans[id(span)] = span
        else:
            open_spans.pop(id(span), None)
    return sorted(found.items(), key=lambda item: -item[1])


def draw(view: Timeline, width: int) -> list[str]:
    """Return the rows, the axis and the totals."""
    rows = rows_of(view.spans)
    if not rows:
        return ["Nothing was timed."]
    shown, hidden = longest(rows)
    names = [f"{'  ' * min(max(row.lane, 0), 8)}{row.name}{times(row)}" for row in shown]
    took = [seconds(row.seconds) for row in shown]
    name_width = min(max(map(cells.width, names)), NAME, max(width // 3, 1))
    took_width = max(map(cells.width, took))
    columns = width - name_width - took_width - 3
    begin = min(span.start for row in rows for span in row.spans)
    end = max(span.start + span.seconds for row in rows for span in row.spans)
    axis = Axis(begin, max(end, begin + 1e-9))
    lines: list[str] = []
    for name, amount, row in zip(names, took, shown, strict=True):
        line = f"{cells.left(name, name_width)} {cells.right(amount, took_width)}"
        lines.append(f"{line} │{_bars(row, axis, columns)}" if columns >= NARROWEST else line)
    if columns >= NARROWEST:
        lines += _axis(axis, columns, " " * (name_width + took_width + 2))
    lines += _totals(view, width, marks=columns >= NARROWEST)
    return [*lines, *left_out(view, hidden)]


def times(row: Row) -> str:
    """Return how many spans it stands for, when several."""
    return f" ×{len(row.spans):,}" if len(row.spans) > 1 else ""


def longest(rows: list[Row]) -> tuple[list[Row], list[Row]]:
    """Return those that took longest, in their order, and the others."""
    kept = {id(row) for row in sorted(rows, key=lambda row: -row.seconds)[:ROWS]}
    return [row for row in rows if id(row) in kept], [row for row in rows if id(row) not in kept]


def _bars(row: Row, axis: Axis, columns: int) -> str:
    strip = [" "] * columns
    for span in row.spans:
        first = min(int(axis.place(span.start) * columns), columns - 1)
        last = math.ceil(axis.place(span.start + span.seconds) * columns)
        for column in range(first, max(min(last, columns), first + 1)):
            strip[column] = FILLS.get(row.phase, "█")
    return "".join(strip).rstrip()


def _axis(axis: Axis, columns: int, margin: str) -> list[str]:
    """The line with its ticks, and their times since Run below."""
    line = ["─"] * columns
    below = [" "] * (columns + 1)
    end = 0
    for tick in axis.ticks(max(columns // 12, 2)):
        column = min(int(axis.place(tick) * columns), columns - 1)
        line[column] = "┬"
        text = seconds(tick)
        start = min(max(column + 1 - len(text) // 2, end), columns + 1 - len(text))
        if start >= end:
            below[start : start + len(text)] = text
            end = start + len(text) + 1
    return [
        f"{margin}└{''.join(line)}"[: len(margin) + 1 + columns],
        margin[:-1] + " " + "".join(below),
    ]


def total_words(view: Timeline) -> list[tuple[str, str]]:
    """Return each phase with its total in words."""
    found = totals(view.spans)
    all_of_it = sum(amount for _, amount in found)
    return [
        (phase, f"{PHASES.get(phase, phase)} {seconds(amount)} ({_share(amount / all_of_it)})")
        for phase, amount in found
    ]


def _totals(view: Timeline, width: int, *, marks: bool) -> list[str]:
    lines: list[str] = []
    for phase, total in total_words(view):
        words = f"{FILLS.get(phase, '█') * 2} {total}" if marks else total
        joined = f"{lines[-1]}   {words}" if lines else words
        if lines and cells.width(joined) <= width:
            lines[-1] = joined
        else:
            lines.append(words)
    return lines


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.005 else "<1%"


def left_out(view: Timeline, hidden: list[Row]) -> list[str]:
    """Return what is not drawn, in sentences."""
    said: list[str] = []
    if hidden:
        lost = seconds(sum(row.seconds for row in hidden))
        said.append(f"{len(hidden):,} shorter ones are not drawn, {lost} in all.")
    if view.total > len(view.spans):
        said.append(f"The {len(view.spans):,} longest of {count(view.total, 'span')}.")
    return said


def tell(view: Timeline, width: int) -> list[str]:
    """Return the spans and the totals in words."""
    rows = rows_of(view.spans)
    if not rows:
        return ["Nothing was timed."]
    shown, hidden = longest(rows)
    lines = [
        f"{row.name}{times(row)}, {PHASES.get(row.phase, row.phase)}: {seconds(row.seconds)}, "
        f"from {seconds(row.spans[0].start)}"
        for row in shown
    ]
    return [*lines, *_totals(view, width, marks=False), *left_out(view, hidden)]
