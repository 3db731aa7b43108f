"""A graph as an SVG picture: the lanes of the terminal's, as lines with round corners."""

from __future__ import annotations

from tutor.views.layout import LANES, Gap, Row, layout
from tutor.views.model import Graph
from tutor.views.numbers import shape
from tutor.views.svg.sheet import COLOURS, FAINT, GRID, INK, MARGIN, WIDTH, Sheet, width_of
from tutor.views.text.graph import head, left_out, reason, uses

ROW = 24
LANE = 18
GAP = 16
"""Between two columns of words."""


def draw(view: Graph) -> str:
    """Return the picture, as wide as its words need."""
    sheet = Sheet(view.name, view.caption)
    found = layout(view, LANES)
    rows = [row for row in found.rows if isinstance(row, Row)]
    if not rows:
        sheet.lines(["The graph is empty."])
    names = MARGIN + LANE * found.lanes + GAP
    sizes = names + GAP + max((width_of(head(row)) for row in rows), default=0.0)
    others = sizes + GAP + max((width_of(_size(row)) for row in rows), default=0.0)
    width = others + max((width_of(_more(row)) for row in rows), default=0.0) + MARGIN
    width = max(width, WIDTH)
    for row in found.rows:
        if isinstance(row, Gap):
            _gap(sheet, row, names, width)
            continue
        y = sheet.y
        _lines(sheet, row)
        sheet.text(names, y + 4, head(row))
        sheet.text(sizes, y + 4, _size(row), fill=FAINT)
        sheet.text(others, y + 4, _more(row), fill=FAINT)
        sheet.y += ROW
    sheet.lines(left_out(view), fill=FAINT)
    return sheet.done(width)


def _size(row: Row) -> str:
    return shape(row.node.shape, row.node.dtype)


def _more(row: Row) -> str:
    """What it uses without a line, and the learner's line that it comes from."""
    line = f"line {row.node.line}  {row.node.source.strip()}" if row.node.line else ""
    return "   ".join(part for part in (uses(row), line.strip()) if part)


def _x(lane: int) -> float:
    return MARGIN + LANE * (lane + 0.5)


def _lines(sheet: Sheet, row: Row) -> None:
    """The node, the lines that come to it, and those that go on to the next row."""
    y, own = sheet.y, _x(row.lane)
    for lane in row.below:
        sheet.line(_x(lane), y, _x(lane), y + ROW, COLOURS[lane % len(COLOURS)], stroke_width=1.6)
    for lane in sorted(row.inputs, key=lambda lane: -abs(lane - row.lane)):
        x, colour = _x(lane), COLOURS[lane % len(COLOURS)]
        if lane == row.lane:
            continue
        sheet.line(own, y, x, y, colour, stroke_width=1.6)
        if lane in row.below:  # a dot says that it is joined; what only passes has none
            sheet.add("circle", cx=x, cy=y, r=2.6, fill=colour)
    sheet.add("circle", cx=own, cy=y, r=5, fill=COLOURS[row.lane % len(COLOURS)], stroke=INK)


def _gap(sheet: Sheet, row: Gap, left: float, width: float) -> None:
    """Why one graph ended, and a head for the next; lines pass at the left."""
    top = sheet.y
    sheet.y += 4
    sheet.lines([reason(stop) for stop in row.breaks], left=left)
    if row.graph:
        sheet.text(left, sheet.y + 4, row.title, weight="bold")
        start = left + width_of(row.title) + GAP
        sheet.line(start, sheet.y, width - MARGIN, sheet.y, GRID)
        sheet.y += ROW
    for lane in row.below:
        colour = COLOURS[lane % len(COLOURS)]
        sheet.line(
            _x(lane), top, _x(lane), sheet.y, colour, stroke_width=1.6, stroke_dasharray="2 4"
        )
