"""A graph while it is read off a framework's own, and its wire form, reduced to what fits.

Readers add nodes in an order in which a node comes after those it uses, so no edge goes back.
What costs something to find out about a node (its shape, its line) is asked of those kept only:
10,000 nodes cost 50 ms, and the framework's tracebacks are read for 400 of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from .base import NothingToShowError, Sight, Wire, clean

MAX_NODES = 400
"""More are no picture; what is in the middle becomes one node that counts them."""
MAX_GROUPS = 40
"""Graphs and bodies that are opened."""


class Sketch:
    """Nodes, edges, groups and breaks, as a reader finds them."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight
        self._nodes: list[tuple[str, int, Callable[[], Wire]]] = []
        self._edges: dict[tuple[int, int], None] = {}
        self.groups: list[str] = []
        """What each group is: a function, the body of a loop; empty when there is just one."""
        self.breaks: list[Wire] = []

    def node(
        self, op: str, uses: Iterable[int], about: Callable[[], Wire] = dict, group: int = 0
    ) -> int:
        """Add a node that comes after those it uses; return its number.

        Args:
            op: What it does.
            uses: Numbers of the nodes whose values it takes.
            about: Gives its other fields; called when it is kept.
            group: Which of the groups it belongs to.
        """
        number = len(self._nodes)
        self._nodes.append((op, group, about))
        for use in uses:
            self._edges[use, number] = None
        return number

    def op_of(self, number: int) -> str:
        """Return what a node does."""
        return self._nodes[number][0]

    def wire(self) -> Wire:
        """Return the wire form of the graph."""
        total = len(self._nodes)
        if not total:
            raise NothingToShowError("This graph is empty: there is no operation in it to draw.")
        head = tail = total
        if total > MAX_NODES:
            head = MAX_NODES // 2
            tail = total - (MAX_NODES - head - 1)
        nodes = [self._wire_node(number) for number in range(head)]
        if head < total:
            nodes.append(self._left_out(head, tail))
            nodes.extend(self._wire_node(number) for number in range(tail, total))

        def id_of(number: int) -> str:
            return "…" if head <= number < tail else str(number)

        pairs = {(id_of(source), id_of(target)): None for source, target in self._edges}
        return {
            "view": "graph",
            "nodes": nodes,
            "edges": [{"source": a, "target": b} for a, b in pairs if a != b],
            "total": total,
            "breaks": self.breaks,
            "groups": [clean(title, 80) for title in self.groups],
        }

    def _wire_node(self, number: int) -> Wire:
        op, group, about = self._nodes[number]
        found: Wire = {"id": str(number), "op": clean(op, 60) or "?", "group": group, **about()}
        for name, most in (("label", 80), ("dtype", 30), ("source", 300), ("detail", 1000)):
            if name in found:
                found[name] = clean(str(found[name]), most)
        return found

    def _left_out(self, head: int, tail: int) -> Wire:
        counts = Counter(op for op, _, _ in self._nodes[head:tail])
        kinds = ", ".join(f"{count:,} {op}" for op, count in counts.most_common(12))
        return {
            "id": "…",
            "op": "…",
            "label": f"{tail - head:,} more",
            "group": self._nodes[head][1],
            "detail": clean(f"Left out: {kinds}", 1000),
        }


def call(op: str, arguments: Iterable[str], extra: str = "") -> str:
    """Write an operation as one would: `mul(x, 2.0)  axis=0`."""
    return f"{op}({', '.join(arguments)})" + (f"  {extra}" if extra else "")


def dims(shape: Any) -> list[int | None] | None:
    """Return a shape as plain sizes; None stands for one that is not known."""
    if shape is None:
        return None
    return [size if type(size) is int else _size(size) for size in shape]


def _size(size: Any) -> int | None:
    known = getattr(getattr(size, "node", None), "maybe_as_int", None)
    if known is not None:  # PyTorch's, which as an int is the example's: the graph is for any
        found = known()
        return found if type(found) is int else None
    try:
        return None if size is None else int(size)
    except Exception:  # a symbolic size
        return None
