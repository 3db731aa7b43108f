"""A graph laid out for a terminal: a row per node, the lines of its values in lanes at the left.

As `git log --graph` does for commits: a value runs down its lane from the row that makes it to the
row that uses it last, and a user draws a line across to the lanes of what it uses. Data flows from
top to bottom, and edges never go up.

.. code-block:: text

    ●      x  float32[8, 4]
    │ ●    weight  float32[4, 16]
    ●─╯    matmul  float32[8, 16]
    ├─●    relu  float32[8, 16]
    ●─╯    add  float32[8, 16]

There are only so many lanes, and a line longer than a few screens leads nowhere that can be seen.
Where it does not fit, the user names what it uses by its number instead (a *reference*).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tutor.views.model import Break, Graph, Node

LANES = 10
"""Lanes at most, when none are asked for: 20 cells, which leaves 58 of 78 for the words."""
REACH = 40
"""Rows that a line is drawn past without being used: about a screenful."""


@dataclass(frozen=True, slots=True)
class Row:
    """A node, and what passes it by."""

    node: Node
    number: int
    """1-based, from the top: what references name."""
    lane: int
    """Where the node is."""
    inputs: tuple[int, ...]
    """The lanes from which its lines come; its own when one comes from straight above."""
    below: tuple[int, ...]
    """The lanes whose lines go on below this row; its own when its value is used with a line."""
    references: tuple[int, ...]
    """Numbers of the nodes that it uses without a line."""
    named: bool
    """Whether a reference names this node, so that its number must be shown."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two graphs of several, or after the last."""

    breaks: tuple[Break, ...]
    """Why the one above ended; may be empty."""
    graph: int
    """1-based number of the graph that begins below; 0 when none does."""
    below: tuple[int, ...]
    """The lanes whose lines go on through it."""
    title: str = ""
    """What that graph is, such as `graph 2` or `scan's body, 3 times`."""


@dataclass(frozen=True, slots=True)
class Layout:
    """All of a graph, from top to bottom."""

    rows: tuple[Row | Gap, ...]
    lanes: int
    """How many lanes are in use where most are."""


@dataclass(slots=True)
class _Flow:
    """The graph by places from the top, once its order is settled."""

    nodes: list[Node]
    makers: list[list[int]]
    """By place, the places of what it uses."""
    users: list[list[int]]
    """By place, the places of what uses it, from the top."""
    drawn: list[list[int]] = field(default_factory=list[list[int]])
    """By place, the first of `users`: those that a line leads to."""
    references: list[list[int]] = field(default_factory=list[list[int]])
    """By place, those of `makers` that are only named."""


def layout(graph: Graph, lanes: int = LANES, *, reach: int = REACH) -> Layout:
    """Lay out ``graph`` in at most ``lanes`` lanes."""
    flow = _flow(graph)
    _choose_lines(flow, max(lanes, 1), reach)
    return _place(flow, graph.breaks, graph.groups)


def gutter(row: Row | Gap) -> str:
    """Return the lines at the left of a row, two cells to a lane."""
    if isinstance(row, Gap):
        strip = [" "] * (2 * max(row.below, default=-1) + 1)
        for lane in row.below:
            strip[2 * lane] = "┊"
        return "".join(strip)
    own, inputs, below = row.lane, set(row.inputs), set(row.below)
    first, last = min(own, *inputs, own), max(own, *inputs, own)
    strip = [" "] * (2 * max(last, *below, 0) + 1)
    strip[2 * first : 2 * last] = "─" * (2 * (last - first))
    for lane in inputs | below:
        if lane not in inputs:
            sign = "│"  # it passes, over the line across
        elif first < lane < last:
            sign = "┼" if lane in below else "┴"
        elif lane == first:
            sign = "├" if lane in below else "╰"
        else:
            sign = "┤" if lane in below else "╯"
        strip[2 * lane] = sign
    strip[2 * own] = "●"
    return "".join(strip)


# Order


def _flow(graph: Graph) -> _Flow:
    """The nodes in their order, with what each uses."""
    places: dict[str, int] = {}
    for at, node in enumerate(graph.nodes):
        places.setdefault(node.id, at)
    makers: list[list[int]] = [[] for _ in graph.nodes]
    for edge in graph.edges:
        source, target = places.get(edge.source), places.get(edge.target)
        if source is not None and target is not None and source not in makers[target]:
            makers[target].append(source)
    order = _late_inputs(graph.nodes, makers, _forwards(makers))
    place_of = [0] * len(order)
    for place, at in enumerate(order):
        place_of[at] = place
    found = _Flow([graph.nodes[at] for at in order], [], [[] for _ in order])
    for place, at in enumerate(order):
        used = [place_of[maker] for maker in makers[at]]
        found.makers.append(used)
        for maker in used:
            found.users[maker].append(place)
    return found


def _forwards(makers: Sequence[Sequence[int]]) -> list[int]:
    """The given order, changed only where an edge would go up; what is in a circle comes last."""
    users: list[list[int]] = [[] for _ in makers]
    waits = [len(used) for used in makers]
    for at, used in enumerate(makers):
        for maker in used:
            users[maker].append(at)
    ready = [at for at, many in enumerate(waits) if not many]
    order: list[int] = []
    while ready:
        at = heapq.heappop(ready)
        order.append(at)
        for user in users[at]:
            waits[user] -= 1
            if not waits[user]:
                heapq.heappush(ready, user)
    if len(order) < len(makers):
        order += sorted(set(range(len(makers))).difference(order))
    return order


def _late_inputs(
    nodes: Sequence[Node], makers: Sequence[Sequence[int]], order: Iterable[int]
) -> list[int]:
    """Each node that uses nothing right above its first user: else its line would pass all between.

    Only within its own graph of several.
    """
    order = list(order)
    first_user: dict[int, int] = {}
    for at in order:
        for maker in makers[at]:
            first_user.setdefault(maker, at)
    late = {
        at
        for at in order
        if not makers[at] and at in first_user and nodes[first_user[at]].group == nodes[at].group
    }
    found: list[int] = []
    for at in order:
        if at not in late:
            found += [maker for maker in makers[at] if maker in late and first_user[maker] == at]
            found.append(at)
    return found


# Lines


def _choose_lines(flow: _Flow, lanes: int, reach: int) -> None:
    """Choose which uses have a line, so that no row needs more than ``lanes`` lanes."""
    flow.drawn = [[] for _ in flow.nodes]
    flow.references = [[] for _ in flow.nodes]
    open_lines: dict[int, int] = {}
    """A value whose line goes on below the row at hand, and the place of its next user."""
    for place, used in enumerate(flow.makers):
        touched = [place]
        for maker in used:
            if open_lines.get(maker) == place:
                flow.drawn[maker].append(place)
                del open_lines[maker]
                touched.append(maker)
            else:
                flow.references[place].append(maker)
        for value in touched:
            done = len(flow.drawn[value])
            # A user above it (they are in a circle) is no way down.
            users = [user for user in flow.users[value][done : done + 1] if user > place]
            if users and users[0] - place <= reach:
                open_lines[value] = users[0]
        while len(open_lines) >= lanes:  # one is kept free for the next node itself
            del open_lines[max(open_lines, key=lambda value: (open_lines[value], value))]


def _place(flow: _Flow, breaks: Sequence[Break], titles: Sequence[str]) -> Layout:
    """Give every line and node its lane."""
    named = {maker for used in flow.references for maker in used}
    taken: dict[int, int] = {}
    """Lane of each value whose line goes on."""
    unsaid = sorted(breaks, key=lambda stop: stop.after)
    rows: list[Row | Gap] = []
    most = 0
    several = len({node.group for node in flow.nodes}) > 1 or bool(breaks)
    graphs = 0
    for place, node in enumerate(flow.nodes):
        if several and (not place or node.group != flow.nodes[place - 1].group):
            graphs += 1
            said = tuple(stop for stop in unsaid if stop.after < node.group)
            unsaid = unsaid[len(said) :]
            title = titles[node.group] if node.group < len(titles) else f"graph {graphs}"
            rows.append(Gap(said, graphs, tuple(sorted(taken.values())), title))
        inputs = {maker: taken[maker] for maker in flow.makers[place] if maker in taken}
        inputs = {
            maker: lane for maker, lane in inputs.items() if maker not in flow.references[place]
        }
        ended = [lane for maker, lane in inputs.items() if flow.drawn[maker][-1] == place]
        for maker in [maker for maker in inputs if flow.drawn[maker][-1] == place]:
            del taken[maker]
        lane = min(ended) if ended else _free(taken.values())
        if flow.drawn[place]:
            taken[place] = lane
        rows.append(
            Row(
                node=node,
                number=place + 1,
                lane=lane,
                inputs=tuple(sorted(inputs.values())),
                below=tuple(sorted(taken.values())),
                references=tuple(sorted(maker + 1 for maker in flow.references[place])),
                named=place in named,
            )
        )
        most = max(most, lane + 1, *(other + 1 for other in inputs.values()), len(taken))
    if unsaid:
        rows.append(Gap(tuple(unsaid), 0, ()))
    return Layout(tuple(rows), most)


def _free(taken: Iterable[int]) -> int:
    """The leftmost lane that is not taken."""
    used = set(taken)
    return next(lane for lane in range(len(used) + 1) if lane not in used)
