"""A graph from top to bottom, a line per node."""

from __future__ import annotations

from tutor.views import cells
from tutor.views.model import Graph, Node
from tutor.views.numbers import shape


def draw(view: Graph, width: int) -> list[str]:
    """Return a line per node."""
    return tell(view)


def named(node: Node) -> str:
    """Operation and label."""
    return cells.clean(f"{node.op} {node.label}".strip())


def tell(view: Graph) -> list[str]:
    """Return a numbered line per node that says what goes in."""
    numbers = {node.id: at for at, node in enumerate(view.nodes, 1)}
    into: dict[str, list[str]] = {}
    for edge in view.edges:
        if edge.source in numbers:
            into.setdefault(edge.target, []).append(str(numbers[edge.source]))
    lines = []
    for at, node in enumerate(view.nodes, 1):
        facts = [named(node), shape(node.shape, node.dtype)]
        if into.get(node.id):
            facts.append(f"from {', '.join(into[node.id])}")
        lines.append(f"{at}. {', '.join(fact for fact in facts if fact)}")
    return lines or ["The graph is empty."]
