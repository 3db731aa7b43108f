"""Any view: of every kind, with values that break drawings."""

from __future__ import annotations

import array

from hypothesis import strategies as st

from tutor.views.model import (
    Array,
    Bar,
    Bars,
    Branch,
    Break,
    CodeText,
    Curve,
    Edge,
    Graph,
    Image,
    Node,
    NoView,
    Pane,
    Series,
    Span,
    Statistics,
    Table,
    Tile,
    Timeline,
    Tree,
    View,
    pack_doubles,
)

numbers = st.floats() | st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, 1.0, -1.0, 1e-9])
"""NaN, infinities, the largest and the smallest."""
words = st.text(max_size=12) | st.sampled_from(
    [
        "",
        "loss",
        "日本語",
        "e\u0301",
        "\x1b[31mred",
        "two\nlines",
        "\t",
        "a" * 90,
        "\u202eback",
        "\ud800",
    ]
)
"""Wide characters, accents, escape codes, what is no text at all."""
counts = st.integers(0, 10**9)
sizes = st.lists(st.integers(0, 5), max_size=4).map(tuple)
maybe = st.none() | numbers
names = {"name": words, "caption": words}


@st.composite
def series(draw: st.DrawFn) -> Series:
    points = draw(st.lists(st.tuples(numbers, numbers), max_size=30))
    x, y = (pack_doubles(point[at] for point in points) for at in (0, 1))
    return Series(name=draw(words), x=x, y=y, points=len(points) + draw(st.integers(0, 99)))


curves = st.builds(
    Curve, **names, series=st.lists(series(), max_size=4).map(tuple), x_label=words, y_label=words, log=st.booleans()
)  # fmt: skip
bar = st.builds(Bar, label=words, value=maybe, low=maybe, high=maybe)
bars = st.builds(Bars, **names, bars=st.lists(bar, max_size=6).map(tuple), unit=words)


@st.composite
def tiles(draw: st.DrawFn) -> Tile:
    height, width, channels = (
        draw(st.integers(0, 9)),
        draw(st.integers(0, 9)),
        draw(st.sampled_from([1, 3])),
    )
    value = draw(st.lists(st.floats(width=32), min_size=1, max_size=9))
    many = height * width * channels
    data = array.array("f", (value * (many // len(value) + 1))[:many]).tobytes()
    full = (height * draw(st.sampled_from([1, 7])), width)
    return Tile(
        label=draw(words), height=height, width=width, channels=channels, data=data, full=full
    )  # type: ignore[arg-type]


images = st.builds(
    Image,
    **names,
    tiles=st.lists(tiles(), max_size=5).map(tuple),
    total=counts,
    low=maybe,
    high=maybe,
    odd=counts,
    palette=st.sampled_from(["diverging", "sequential"]),
    rows=st.lists(words, max_size=3).map(tuple),
    columns=st.lists(words, max_size=3).map(tuple),
)


@st.composite
def graphs(draw: st.DrawFn, most: int = 40, *, wild: bool = True) -> Graph:
    """Acyclic and in order; if ``wild``, also with circles, unknown ids and double names."""
    many = draw(st.integers(0, most))
    groups = sorted(draw(st.lists(st.integers(0, 2), min_size=many, max_size=many)))
    nodes = tuple(
        Node(
            id=str(at if not wild or draw(st.integers(0, 20)) else 0),
            op=draw(words),
            label=draw(words),
            shape=draw(st.none() | st.lists(st.none() | st.integers(0, 9), max_size=4).map(tuple)),
            dtype=draw(st.sampled_from(["", "float32"])),
            group=groups[at],
            line=draw(st.integers(0, 99)),
        )
        for at in range(many)
    )
    ends = st.integers(0, max(many - 1, 0) + (2 if wild else 0))
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=3 * many))
    edges = tuple(
        Edge(source=str(a), target=str(b)) for a, b in pairs if wild or (a < b and many > 1)
    )
    stops = draw(
        st.lists(
            st.builds(
                Break, after=st.integers(-1, 4), reason=words, line=st.integers(0, 9), source=words
            ),
            max_size=3,
        )
    )
    return Graph(
        name="g",
        caption=draw(words),
        nodes=nodes,
        edges=edges,
        total=many + draw(st.integers(0, 9)),
        breaks=tuple(stops),
    )


pane = st.builds(Pane, title=words, text=st.text(max_size=200) | words, lines=st.integers(0, 10**6))
code = st.builds(CodeText, **names, panes=st.lists(pane, max_size=3).map(tuple))
branch = st.builds(
    Branch, depth=st.integers(0, 30), name=words, kind=words, shape=st.none() | sizes, dtype=words,
    device=words, count=counts, norm=maybe, nan=st.integers(0, 9), inf=st.integers(0, 9), value=words,
)  # fmt: skip
trees = st.builds(Tree, **names, branches=st.lists(branch, max_size=9).map(tuple), total=counts)
row = st.lists(words, max_size=6).map(tuple)
tables = st.builds(
    Table, **names, columns=row, rows=st.lists(row, max_size=6).map(tuple), total=counts
)
statistics = st.builds(
    Statistics, low=maybe, high=maybe, mean=maybe, std=maybe, nan=counts, inf=counts, zero=counts
)
tensors = st.builds(
    Array, **names, library=words, shape=sizes, dtype=words, device=words, attached=st.booleans(),
    statistics=st.none() | statistics, values=st.lists(numbers, max_size=40).map(pack_doubles),
)  # fmt: skip
span = st.builds(
    Span, name=words, start=numbers, seconds=numbers, lane=st.integers(0, 5),
    phase=st.sampled_from(["start", "run", "trace", "compile", "copy", "check"]),
)  # fmt: skip
timelines = st.builds(Timeline, **names, spans=st.lists(span, max_size=40).map(tuple), total=counts)
no_views = st.builds(NoView, **names, why=words)

views: st.SearchStrategy[View] = st.one_of(
    curves, bars, images, graphs(), code, trees, tables, tensors, timelines, no_views
)
