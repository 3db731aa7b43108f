"""Graphs in lanes: every node once, edges downwards, never wider than asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.views.strategies import graphs
from tutor.views.layout import Gap, Layout, Row, gutter, layout
from tutor.views.model import Break, Edge, Graph, Node


def rows(found: Layout) -> list[Row]:
    return [row for row in found.rows if isinstance(row, Row)]


def graph(*lines: str, breaks: tuple[Break, ...] = ()) -> Graph:
    """From lines as `add x y`: a node, and what it uses; `/` begins the next group."""
    nodes, edges, group = [], [], 0
    for line in lines:
        if line == "/":
            group += 1
            continue
        name, *used = line.split()
        nodes.append(Node(id=name, op=name, group=group))
        edges += [Edge(source=one, target=name) for one in used]
    return Graph(name="g", nodes=tuple(nodes), edges=tuple(edges), total=len(nodes), breaks=breaks)


def drawn(view: Graph, lanes: int = 10) -> list[str]:
    return [
        f"{gutter(row).rstrip()} {row.node.op}" if isinstance(row, Row) else gutter(row)
        for row in layout(view, lanes).rows
    ]


@settings(max_examples=300, deadline=None)
@given(view=graphs(), lanes=st.integers(1, 12), reach=st.integers(1, 50))
def test_every_node_once_and_never_wider_than_asked(view: Graph, lanes: int, reach: int) -> None:
    found = layout(view, lanes, reach=reach)
    assert sorted(id(row.node) for row in rows(found)) == sorted(map(id, view.nodes))
    assert [row.number for row in rows(found)] == list(range(1, len(view.nodes) + 1))
    assert found.lanes <= lanes
    for row in found.rows:
        used = [*row.below, *([row.lane, *row.inputs] if isinstance(row, Row) else [])]
        assert all(0 <= lane < found.lanes for lane in used)
        assert len(gutter(row)) <= 2 * found.lanes
    gaps = [row for row in found.rows if isinstance(row, Gap)]
    assert sorted(map(id, view.breaks)) == sorted(id(stop) for gap in gaps for stop in gap.breaks)


@settings(max_examples=300, deadline=None)
@given(view=graphs(wild=False), lanes=st.integers(1, 12), reach=st.integers(1, 50))
def test_every_edge_is_a_line_down_or_a_number_above(view: Graph, lanes: int, reach: int) -> None:
    """The picture is read back: followed along the lanes, it gives the graph's own edges."""
    holds: dict[int, str] = {}
    """Whose value a lane carries."""
    at: dict[int, str] = {}
    edges: set[tuple[str, str]] = set()
    for row in layout(view, lanes, reach=reach).rows:
        if isinstance(row, Row):
            at[row.number] = row.node.id
            assert all(number < row.number for number in row.references)
            edges |= {(holds[lane], row.node.id) for lane in row.inputs}
            edges |= {(at[number], row.node.id) for number in row.references}
            holds[row.lane] = row.node.id
        assert set(row.below) <= set(holds)
        holds = {lane: name for lane, name in holds.items() if lane in row.below}
    assert edges == {(edge.source, edge.target) for edge in view.edges}


@settings(max_examples=100, deadline=None)
@given(view=graphs(wild=False))
def test_a_number_is_shown_where_one_is_named(view: Graph) -> None:
    found = rows(layout(view, 3))
    named = {number for row in found for number in row.references}
    assert named == {row.number for row in found if row.named}


@settings(max_examples=100, deadline=None)
@given(view=graphs(wild=False))
def test_graphs_of_several_stay_apart_and_in_order(view: Graph) -> None:
    groups = [row.node.group for row in rows(layout(view))]
    assert groups == sorted(groups)


def test_a_residual_block() -> None:
    block = graph(
        "x", "w1", "w2", "conv1 x w1", "relu1 conv1", "conv2 relu1 w2", "add conv2 x", "relu2 add"
    )
    assert drawn(block) == [
        "● x",
        "│ ● w1",
        "├─● conv1",
        "│ ● relu1",
        "│ │ ● w2",
        "│ ●─╯ conv2",
        "●─╯ add",
        "● relu2",
    ]


def test_a_line_passes_over_what_it_does_not_use() -> None:
    assert drawn(graph("a", "b a", "c a b", "d a c", "e b c d", "f d")) == [
        "● a",
        "├─● b",
        "├─┼─● c",
        "●─│─┤ d",
        "├─●─╯ e",
        "● f",
    ]


def test_where_there_is_no_lane_numbers_say_it() -> None:
    found = rows(layout(graph("a", "b a", "c b", "d c a"), 1))
    assert [(row.references, row.named) for row in found] == [
        ((), True),
        ((1,), True),
        ((2,), True),
        ((1, 3), False),
    ]


def test_a_line_longer_than_the_reach_is_a_number() -> None:
    chain = [f"n{at} n{at - 1}" for at in range(1, 9)]
    found = rows(layout(graph("n0", *chain, "end n8 n0"), reach=5))
    assert found[-1].references == (1,)
    assert found[0].named
    assert found[1].inputs == (0,)


def test_breaks_stand_between_their_graphs() -> None:
    stops = (Break(after=0, reason="print"), Break(after=1, reason="last"))
    found = layout(graph("a", "b a", "/", "c b", breaks=stops)).rows
    assert [
        (row.graph, [stop.reason for stop in row.breaks]) if isinstance(row, Gap) else row.node.op
        for row in found
    ] == [(1, []), "a", "b", (2, ["print"]), "c", (0, ["last"])]


@pytest.mark.parametrize("lines", [("a b", "b a"), ("a a",)])
def test_a_circle_is_said_with_numbers(lines: tuple[str, ...]) -> None:
    found = rows(layout(graph(*lines)))
    assert len(found) == len(lines)
    assert any(row.references for row in found)


def test_ten_thousand_nodes() -> None:
    """With edges far and near; a layout that is quadratic would not come back."""
    many = 10_000
    nodes = tuple(Node(id=str(at), op="op") for at in range(many))
    edges = [Edge(source=str(at * 7 % (at + 1)), target=str(at + 1)) for at in range(many - 1)]
    edges += [Edge(source=str(at), target=str(many - 1)) for at in range(many - 1)]
    found = layout(Graph(name="g", nodes=nodes, edges=tuple(edges), total=many))
    assert len(rows(found)) == many
