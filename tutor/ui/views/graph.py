"""A graph from top to bottom: a row per node, its lines in lanes at the left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.ui.views.cells import MARK, MUTED, fit
from tutor.ui.views.sheet import Sheet
from tutor.views.cells import clean, cut, wrap
from tutor.views.cells import width as width_of
from tutor.views.layout import Row, gutter, layout
from tutor.views.model import MIDDLE, Break, Graph, Node
from tutor.views.numbers import count as count_of
from tutor.views.numbers import shape

BREAK = "bold $text-warning"
IN, OUT = "in  ", "out "
"""Before what the chosen node uses, and before what uses it: in words, whatever the colours."""
MARGIN = 4
NAME, SHAPE = 32, 28
"""Cells that a name has at least if it needs them, and of the widest shape."""
HIGH = 14
"""Rows from which three at the bottom are for details."""
FROM = 12
"""Cells kept for what stands behind the shape."""
SOURCE_FROM = 110
"""Cells of the screen from which each row has the text of its source line, not its number only."""


class GraphDrawing(Sheet):
    """Nodes, and between several graphs why the one above ended."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "go(-1)", "To its input"),
        Binding("u", "go(1)", "To its user"),
    ]

    def prepare(self) -> None:
        """Lay it out, and find what each node uses."""
        self._graph = cast("Graph", self.view)
        laid = layout(self._graph)
        self._lanes = laid.lanes
        self._items: list[Row | Break | int] = []
        """A node, a break, or the number of the graph that begins."""
        self._titles: dict[int, str] = {}
        """What each of several graphs is."""
        for row in laid.rows:
            if isinstance(row, Row):
                self._items.append(row)
                continue
            self._items += row.breaks
            if row.graph:
                self._items.append(row.graph)
                self._titles[row.graph] = clean(row.title)
        self._place: dict[str, int] = {}
        for place, item in enumerate(self._items):
            if isinstance(item, Row):
                self._place.setdefault(item.node.id, place)
        self._uses: dict[str, list[int]] = {}
        self._used_by: dict[str, list[int]] = {}
        for edge in self._graph.edges:
            source, target = self._place.get(edge.source), self._place.get(edge.target)
            if source is not None and target is not None:
                self._uses.setdefault(edge.target, []).append(source)
                self._used_by.setdefault(edge.source, []).append(target)
        nodes = [item for item in self._items if isinstance(item, Row)]
        self._name_width = max((width_of(_named(row)) for row in nodes), default=0)
        shapes = (width_of(shape(row.node.shape, row.node.dtype)) for row in nodes)
        self._shape_width = min(max(shapes, default=0), SHAPE)
        if self._items and not self._can_be_chosen(self.cursor):
            self.cursor = self._nearest(self.cursor, 1)

    def count(self) -> int:
        """Nodes, breaks, and a row before each of several graphs."""
        return len(self._items)

    def head(self, width: int) -> Sequence[Content]:
        """How many nodes, edges, graphs and breaks."""
        graph = self._graph
        if not graph.nodes:
            return [Content.styled("  The graph is empty.", MUTED)]
        facts = [count_of(graph.total, "node")]
        if graph.total > len(graph.nodes):
            both_ends = any(node.id == MIDDLE for node in graph.nodes)
            which = "the first and the last" if both_ends else f"the first {len(graph.nodes):,}"
            facts.append(f"{which} here")
        graphs = len({node.group for node in graph.nodes})
        if graphs > 1:
            facts.append(count_of(graphs, "graph"))
        head = Content("  " + " · ".join(facts))
        if graph.breaks:
            many = count_of(len(graph.breaks), "break")
            head += Content(" · ") + Content.styled(f"✂ {many}", BREAK)
        return [head]

    def row(self, index: int, width: int) -> Content:
        """A node with its lanes; or what stands between two graphs."""
        item = self._items[index]
        if isinstance(item, int):
            words = f"── {self._titles[item]} "
            rule = "─" * (width - MARGIN - width_of(words))
            return Content.styled(" " * MARGIN + words + rule, MUTED)
        if isinstance(item, Break):
            return Content(" " * MARGIN) + _broken(item)
        node = item.node
        line = Content.assemble(
            self._mark(index),
            (fit(gutter(item), 2 * self._lanes), MARK),
            self._title(item, width),
            "  ",
            fit(shape(node.shape, node.dtype), self._shape_width),
        )
        if item.references:
            uses = ", ".join(f"#{number}" for number in item.references[:4])
            uses += ", …" if len(item.references) > 4 else ""
            line += Content.styled(f"  from {uses}", MUTED)
        if not node.line:
            return line
        source = f"line {node.line}"
        if width >= SOURCE_FROM and node.source:
            source = f"{node.line}  {clean(node.source)}"
            source = fit(source, max(width - line.cell_length - 4, 30) if width < 140 else 60)
        room = width - line.cell_length - 2
        if width_of(source) > room:
            return line
        return line + Content(" " * (room - width_of(source) + 1)) + Content.styled(source, MUTED)

    def _title(self, row: Row, width: int) -> Content:
        """The number when something names it, the operation, the name of its value."""
        number, node = f"#{row.number} " if row.named else "", row.node
        label = f" {clean(node.label)}" if node.label else ""
        title = Content.assemble((number, MUTED), (clean(node.op), "bold"), label)
        spare = width - MARGIN - 2 * self._lanes - self._shape_width - FROM
        room = min(self._name_width, max(NAME, spare))
        if title.cell_length > room:
            return title.truncate(room, ellipsis=True)
        return title.pad_right(room - title.cell_length)

    def _mark(self, index: int) -> tuple[str, str]:
        """Whether the chosen node uses this one, or the other way round."""
        chosen = self._node(self.cursor)
        if chosen is None or self.compact or index == self.cursor:
            return " " * MARGIN, ""
        if index in self._uses.get(chosen.id, ()):
            return IN, "bold $text-success"
        if index in self._used_by.get(chosen.id, ()):
            return OUT, "bold $text-accent"
        return " " * MARGIN, ""

    def _node(self, index: int) -> Node | None:
        item = self._items[index] if index < len(self._items) else None
        return item.node if isinstance(item, Row) else None

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """The nodes; of several graphs that are too many, a row each, and the breaks."""
        head = list(self.head(width))
        room = height - len(head)
        if self.count() <= room or not self._graph.breaks:
            return super().brief(width, height)
        rows: list[Content] = []
        ops: Counter[str] = Counter()
        graph = 0
        for item in (*self._items, 0):
            if isinstance(item, Row):
                ops[clean(item.node.op)] += 1
                continue
            if ops:
                rows.append(_summed(self._titles.get(graph, ""), ops))
            ops = Counter()
            if isinstance(item, Break):
                rows.append(Content("  ") + _broken(item))
            else:
                graph = item
        if len(rows) > room - 1:
            hidden = len(rows) - (room - 1)
            return [*head, *rows[: room - 1], self.more(hidden, "rows")]
        return [*head, *rows, self.opens(f"{self._graph.total:,} nodes one by one")]

    def words(self, index: int) -> str:
        """Operation, name, shape; a break's reason."""
        item = self._items[index]
        if isinstance(item, Row):
            node = item.node
            return f"{_named(item)} {shape(node.shape, node.dtype)} {node.detail}"
        return item.reason if isinstance(item, Break) else ""

    def foot(self, width: int) -> Sequence[Content]:
        """What the node uses, what uses it, and its details, where the screen is high enough."""
        if self._room.height < HIGH or not self._graph.nodes:
            return ()
        node = self._node(self.cursor)
        lines = [self._around(node), clean(node.detail)] if node is not None else ["", ""]
        if isinstance(item := self._items[self.cursor], Break):
            lines = [*wrap(item.reason, width - 4)[:2], "", ""]
        rows = [Content(f"  {cut(line, width - 2)}") for line in lines[:2]]
        return [Content.styled("─" * width, MUTED), *rows]

    def says(self) -> str:
        """What a node is, and the learner's line; the rest, where there is no foot for it."""
        item = self._items[self.cursor] if self._items else 0
        if isinstance(item, int):
            return ""
        if isinstance(item, Break):
            return " · ".join(filter(None, ("break", clean(item.reason), _place_of(item))))
        node = item.node
        where = _place_of(node)
        facts = [f"{_named(item)} {shape(node.shape, node.dtype)}".rstrip(), where]
        if self._room.height < HIGH:
            facts += [self._around(node), clean(node.detail)]
        return " · ".join(fact for fact in facts if fact)

    def _around(self, node: Node) -> str:
        """What a node uses, and what uses it."""
        uses = self._listed("from", self._uses.get(node.id, ()))
        used = self._listed("used by", self._used_by.get(node.id, ()))
        return " · ".join(filter(None, (uses, used)))

    def _listed(self, what: str, places: Sequence[int]) -> str:
        rows = [self._items[place] for place in places[:4]]
        listed = ", ".join(_named(row) for row in rows if isinstance(row, Row))
        rest = f" and {len(places) - 4:,} more" if len(places) > 4 else ""
        return f"{what} {listed}{rest}" if listed else ""

    # The cursor

    def _can_be_chosen(self, index: int) -> bool:
        return 0 <= index < len(self._items) and not isinstance(self._items[index], int)

    def _nearest(self, index: int, way: int) -> int:
        """The next row from here on that is a node or a break; the last one there is at the end."""
        last = max(len(self._items) - 1, 0)
        index = min(max(index, 0), last)
        for step in (way, -way):
            place = index
            while 0 <= place <= last:
                if self._can_be_chosen(place):
                    return place
                place += step
        return 0

    def select(self, index: int) -> None:
        """Pass over what is neither node nor break, and show what stands right above the first."""
        super().select(self._nearest(index, 1 if index >= self.cursor else -1))
        if self.cursor and not any(map(self._can_be_chosen, range(self.cursor))):
            self.scroll_to(y=0, animate=False)

    def action_go(self, way: int) -> None:
        """Go to the nearest of what the node uses, or of what uses it."""
        node = self._node(self.cursor)
        if node is None:
            return
        places = (self._uses if way < 0 else self._used_by).get(node.id, [])
        if places:
            self.select(max(places) if way < 0 else min(places))


def _named(row: Row) -> str:
    """The number when something names it, operation and name."""
    number = f"#{row.number} " if row.named else ""
    return clean(f"{number}{row.node.op} {row.node.label}".strip())


def _place_of(item: Node | Break) -> str:
    """The learner's line, and its text."""
    return f"line {item.line}: {clean(item.source)}".removesuffix(": ") if item.line else ""


def _broken(stop: Break) -> Content:
    """Where and why a graph ended."""
    where = _place_of(stop)
    return Content.assemble(
        ("✂ break", BREAK), f"  {clean(stop.reason)}", (f"  {where}" if where else "", MUTED)
    )


def _summed(title: str, ops: Counter[str]) -> Content:
    """One of several graphs in a row: its operations, and how often."""
    listed = ", ".join(op if many == 1 else f"{op} ×{many}" for op, many in ops.items())
    many = count_of(sum(ops.values()), "node")
    return Content.assemble("  ", (title, "bold"), f"  {many}: ", (listed, MUTED))
