"""A graph from top to bottom: a line per node, with the lines of its values at the left."""

from __future__ import annotations

from tutor.views import cells
from tutor.views.layout import LANES, Gap, Layout, Row, gutter, layout
from tutor.views.model import MIDDLE, Break, Graph, Node
from tutor.views.numbers import count, shape

WORDS = 44
"""Cells that are kept for the words before there are as many lanes as could be."""
NAME = 40
"""Cells of the widest name of a node."""


def lanes_in(width: int) -> int:
    """How many lanes there may be in so many cells."""
    return min(max((width - WORDS) // 2, 2), LANES)


def draw(view: Graph, width: int) -> list[str]:
    """Return the graph in lanes, and what was left out of it."""
    found = layout(view, lanes_in(width))
    if not found.rows:
        return ["The graph is empty."]
    return [*_rows(found, width), *left_out(view)]


def _rows(found: Layout, width: int) -> list[str]:
    margin = 2 * found.lanes
    nodes = [row for row in found.rows if isinstance(row, Row)]
    facts = [(head(row), shape(row.node.shape, row.node.dtype), uses(row)) for row in nodes]
    name_width = min(max((cells.width(fact[0]) for fact in facts), default=0), NAME)
    shape_width = min(max((cells.width(fact[1]) for fact in facts), default=0), NAME)
    if margin + name_width + shape_width + 2 > width:
        name_width = max(width - margin - shape_width - 2, name_width // 2, 1)
    lines: list[str] = []
    words = iter(facts)
    for row in found.rows:
        if isinstance(row, Gap):
            lines += _gap(row, width)
            continue
        name, size, used = next(words)
        parts = [cells.left(name, name_width), cells.left(size, shape_width), used]
        line = f"{cells.left(gutter(row), margin)}{'  '.join(parts).rstrip()}"
        place = f"line {row.node.line}" if row.node.line else ""
        room = width - cells.width(line)
        if place and room >= len(place) + 2:
            line += cells.right(place, room)
        lines.append(line)
    return lines


def head(row: Row) -> str:
    """A node's own words: its number where something names it, operation and label."""
    return f"#{row.number} {named(row.node)}" if row.named else named(row.node)


def named(node: Node) -> str:
    """Operation and label."""
    return cells.clean(f"{node.op} {node.label}".strip())


def uses(row: Row) -> str:
    """Return what it uses without a line."""
    return f"← {', '.join(f'#{number}' for number in row.references)}" if row.references else ""


def _gap(row: Gap, width: int) -> list[str]:
    """Why one graph ended, and a head for the next."""
    lanes = gutter(row)
    indent = f"{lanes} " if lanes else ""
    lines = [
        f"{indent}{line}"
        for stop in row.breaks
        for line in cells.wrap(reason(stop), width - cells.width(indent))
    ]
    if row.graph:
        title = cells.cut(f"{indent}── {cells.clean(row.title)} ", width)
        lines.append(title + "─" * (min(width, 60) - cells.width(title)))
    return lines


def reason(stop: Break) -> str:
    """Why, and at which line of the learner's."""
    source = f": {stop.source.strip()}" if stop.source.strip() else ""
    where = f" (line {stop.line}{source})" if stop.line else ""
    return cells.clean(f"✂ break{where}: {stop.reason}")


def left_out(view: Graph) -> list[str]:
    """Return how many nodes there are, when not all of them are here."""
    if view.total <= len(view.nodes):
        return []
    if any(node.id == MIDDLE for node in view.nodes):
        return [f"Of {count(view.total, 'node')} the first and the last; … counts the others."]
    return [f"The first {len(view.nodes):,} of {count(view.total, 'node')}."]


def tell(view: Graph, width: int) -> list[str]:
    """Return a numbered line per node that says what goes in."""
    rows = layout(view, 1).rows  # without lanes, everything is a reference
    lines: list[str] = []
    for row in rows:
        if isinstance(row, Gap):
            for stop in row.breaks:
                lines += cells.wrap(reason(stop).removeprefix("✂ "), width)
            if row.graph:
                title = cells.clean(row.title)
                lines += cells.wrap(f"{title[:1].upper()}{title[1:]}:", width)
            continue
        facts = [named(row.node), shape(row.node.shape, row.node.dtype)]
        if row.references:
            facts.append(f"from {', '.join(map(str, row.references))}")
        if row.node.line:
            facts.append(f"line {row.node.line}")
        lines.append(f"{row.number}. {', '.join(fact for fact in facts if fact)}")
    return [*lines, *left_out(view)] or ["The graph is empty."]
