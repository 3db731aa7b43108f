"""A timeline as an SVG picture."""

from __future__ import annotations

import html

from tutor.views import cells
from tutor.views.axes import Axis
from tutor.views.model import Timeline
from tutor.views.numbers import seconds
from tutor.views.svg.sheet import FAINT, GRID, INK, LINE, MARGIN, WIDTH, Sheet, width_of
from tutor.views.text.timeline import PHASES, left_out, longest, rows_of, times, total_words

COLOURS = {
    "start": "#999999",
    "trace": "#e69f00",
    "compile": "#d55e00",
    "run": "#0072b2",
    "copy": "#cc79a7",
    "check": "#009e73",
}
ROW = 24
NAME = 280
"""Pixels of the widest name."""
INDENT = 14


def draw(view: Timeline) -> str:
    """Return the picture."""
    sheet = Sheet(view.name, view.caption)
    rows = rows_of(view.spans)
    if not rows:
        sheet.lines(["Nothing was timed."])
        return sheet.done()
    shown, hidden = longest(rows)
    words = [f"{row.name}{times(row)}" for row in shown]
    indents = [INDENT * min(max(row.lane, 0), 8) for row in shown]
    left = (
        MARGIN
        + 160
        + min(
            max(width_of(name) + indent for name, indent in zip(words, indents, strict=True)), NAME
        )
    )
    right = WIDTH - MARGIN
    spans = [span for row in rows for span in row.spans]
    begin = min(span.start for span in spans)
    axis = Axis(begin, max(*(span.start + span.seconds for span in spans), begin + 1e-9))
    top = sheet.y
    bottom = top + ROW * len(shown)
    for tick in axis.ticks(7):
        x = left + axis.place(tick) * (right - left)
        sheet.line(x, top, x, bottom, GRID)
        sheet.text(x, bottom + 18, seconds(tick), anchor="middle", fill=FAINT)
    for name, indent, row in zip(words, indents, shown, strict=True):
        middle = sheet.y + ROW / 2
        most = int((NAME - indent) / width_of("x"))
        sheet.text(MARGIN + indent, middle + 4, cells.cut(name, most))
        sheet.text(
            left - 86, middle + 4, PHASES.get(row.phase, row.phase), anchor="end", fill=FAINT
        )
        sheet.text(left - 10, middle + 4, seconds(row.seconds), anchor="end")
        for span in row.spans:
            x = left + axis.place(span.start) * (right - left)
            end = left + axis.place(span.start + span.seconds) * (right - left)
            facts = f"{row.name}: {PHASES.get(row.phase, row.phase)}, {seconds(span.seconds)}"
            sheet.add(
                "rect",
                f"<title>{html.escape(facts)}</title>",
                x=x,
                y=middle - 8,
                width=max(end - x, 1.0),
                height=16,
                fill=COLOURS.get(row.phase, INK),
            )
        sheet.y += ROW
    sheet.y += 44
    for phase, said in total_words(view):
        sheet.rect(MARGIN, sheet.y - 11, 12, 12, COLOURS.get(phase, INK))
        sheet.text(MARGIN + 20, sheet.y, said)
        sheet.y += LINE
    sheet.lines(left_out(view, hidden), fill=FAINT)
    return sheet.done()
