"""What a view holds: numbers and structure, never escape codes, as a worker sends it.

A worker sends a view as JSON, tagged by ``view``. Numbers travel as raw little-endian bytes
(base64 in JSON), so that NaN and infinity arrive as they are and a long series costs 8 bytes a
point. Every view has a ``name``, under which a later one of the same run takes its place, and a
``caption``, one line that says what it shows.

What was too much to send was reduced where it was made (the points of a series, the pixels of an
image, the nodes of a graph), and the view says how much there was.
"""

from __future__ import annotations

import array
import sys
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Doubles = bytes
"""Little-endian float64s; see :func:`doubles` and :func:`pack_doubles`."""


class Picture(Struct, frozen=True, kw_only=True, tag_field="view"):
    """What all views have."""

    name: str
    """Unique in its run; a later view of that name replaces the earlier one."""
    caption: str = ""
    """One line that says what is to be seen."""


class Series(Struct, frozen=True, kw_only=True):
    """One line of a curve: points in the order they came."""

    name: str
    """In the legend."""
    x: Doubles
    """As long as ``y``."""
    y: Doubles
    """NaN and infinity are kept: a loss that blew up is what there is to see."""
    points: int
    """How many points there were; more than are held when they were thinned out."""


class Curve(Picture, frozen=True, kw_only=True, tag="curve"):
    """Series over a common x axis: loss, accuracy, learning rate, throughput."""

    series: tuple[Series, ...]
    """In the order they were first seen."""
    x_label: str = "step"
    """What x counts."""
    y_label: str = ""
    """What y is, with its unit; empty when the legend says so."""
    log: bool = False
    """Whether the y axis is logarithmic to begin with."""


class Bar(Struct, frozen=True, kw_only=True):
    """One bar."""

    label: str
    value: float | None
    """The length: of several measurements their median. None where it was not finite."""
    low: float | None = None
    """Lower end of the spread (the first quartile); None when it was measured once."""
    high: float | None = None
    """Upper end of the spread (the third quartile)."""


class Bars(Picture, frozen=True, kw_only=True, tag="bars"):
    """Quantities side by side: timings, memory by phase."""

    bars: tuple[Bar, ...]
    unit: str = ""
    """Of the values, such as `ms`."""


class Tile(Struct, frozen=True, kw_only=True):
    """One image of a grid: rows of values, or of red, green and blue."""

    label: str
    """Above it, or empty."""
    height: int
    width: int
    channels: Literal[1, 3]
    """1: a value, which the palette colours. 3: red, green and blue, from 0 to 1."""
    data: bytes
    """``height * width * channels`` little-endian float32s, row by row; NaN and infinity stay."""
    full: tuple[int, int]
    """Height and width before it was reduced; the same when it was not."""


class Image(Picture, frozen=True, kw_only=True, tag="image"):
    """A grid of images: first-layer weights, digits, attention, a confusion matrix."""

    tiles: tuple[Tile, ...]
    total: int
    """How many there were; more than ``tiles`` when some were left out."""
    low: float | None
    """The smallest finite value over all of every tile, before reducing; None when none is."""
    high: float | None
    """The largest finite value."""
    odd: int = 0
    """How many values were NaN or infinite, before reducing."""
    palette: Literal["diverging", "sequential"] = "sequential"
    """`diverging` is centred on zero: for values of both signs."""
    rows: tuple[str, ...] = ()
    """Names of the rows, such as the true classes of a confusion matrix; or empty."""
    columns: tuple[str, ...] = ()
    """Names of the columns, or empty."""


class Node(Struct, frozen=True, kw_only=True):
    """A node of a graph: an operation, an input, a result."""

    id: str
    op: str
    """Short: `mul`, `AddmmBackward0`, `MatMul`, `input`."""
    label: str = ""
    """The name of a variable or parameter; empty when it has none."""
    shape: tuple[int | None, ...] | None = None
    """Of its value; None when it is not known."""
    dtype: str = ""
    """NumPy-style; empty when it is not known."""
    group: int = 0
    """Which graph of several it belongs to: Dynamo makes one for each stretch between breaks."""
    line: int = 0
    """1-based, of the learner's own line it comes from; 0 when that is not known."""
    source: str = ""
    """That line's text."""
    detail: str = ""
    """More, for the one that is selected: an equation, attributes."""


MIDDLE = "…"
"""The id of the node that stands for those in the middle of a long graph, which are left out."""


class Edge(Struct, frozen=True, kw_only=True):
    """From what makes a value to what uses it."""

    source: str
    """A node's id."""
    target: str
    """A node's id."""
    label: str = ""


class Break(Struct, frozen=True, kw_only=True):
    """Where a compiler gave up on one graph and began the next."""

    after: int
    """The group that ends here."""
    reason: str
    """In the compiler's own words, shortened."""
    line: int = 0
    """1-based, of the learner's own line; 0 when that is not known."""
    source: str = ""
    """That line's text."""


class Graph(Picture, frozen=True, kw_only=True, tag="graph"):
    """An autograd graph, FX or Dynamo graphs, a tf.function's graph, a jaxpr. Acyclic."""

    nodes: tuple[Node, ...]
    """In an order in which every edge goes forwards."""
    edges: tuple[Edge, ...]
    total: int
    """How many nodes there were; more than ``nodes`` when the rest was left out."""
    breaks: tuple[Break, ...] = ()
    groups: tuple[str, ...] = ()
    """What each group is: `graph 2`, `scan's body, 3 times`; empty when there is only one."""


Language = Literal["python", "jaxpr", "mlir", "hlo", "cpp", "triton", "onnx", "text"]


class Pane(Struct, frozen=True, kw_only=True):
    """One text."""

    title: str
    text: str
    language: Language = "text"
    """How it is highlighted."""
    lines: int
    """How many lines there were; more than ``text`` has when the end was left out."""


class CodeText(Picture, frozen=True, kw_only=True, tag="code"):
    """Program text: a jaxpr, HLO, Inductor's output; two are before and after, side by side."""

    panes: tuple[Pane, ...]


class Branch(Struct, frozen=True, kw_only=True):
    """A row of a tree, and what hangs below it by its depth."""

    depth: int
    """0 for the outermost."""
    name: str
    """The key, index or attribute."""
    kind: str
    """The container's or the layer's class, `tensor`, or the Python type of anything else."""
    shape: tuple[int, ...] | None = None
    """Of a tensor."""
    dtype: str = ""
    device: str = ""
    count: int = 0
    """Elements, of a tensor or of all below."""
    norm: float | None = None
    """Euclidean, of a tensor of numbers; None when it has NaN or infinity, or none was computed."""
    nan: int = 0
    """How many elements are NaN."""
    inf: int = 0
    """How many are infinite."""
    value: str = ""
    """Of a leaf that is no tensor, its repr."""


class Tree(Picture, frozen=True, kw_only=True, tag="tree"):
    """A state_dict, a pytree, the layers of a model."""

    branches: tuple[Branch, ...]
    """Depth first."""
    total: int
    """How many there were; more than ``branches`` when the rest was left out."""


class Table(Picture, frozen=True, kw_only=True, tag="table"):
    """Anything else, in rows and columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """As text; each as long as ``columns``."""
    total: int
    """How many rows there were; more than ``rows`` when the rest was left out."""


class Statistics(Struct, frozen=True, kw_only=True):
    """Of all elements of a tensor. The four are of the finite ones, None when there are none."""

    low: float | None
    high: float | None
    mean: float | None
    std: float | None
    """Of the population: divided by N."""
    nan: int
    inf: int
    zero: int
    """How many are exactly zero."""


class Array(Picture, frozen=True, kw_only=True, tag="tensor"):
    """A tensor to look through: shape, dtype, device, statistics, and its values by slices."""

    library: str
    """`torch`, `tensorflow`, `jax` or `numpy`."""
    shape: tuple[int, ...]
    dtype: str
    device: str
    attached: bool = False
    """Whether a gradient can flow back through it."""
    statistics: Statistics | None
    """None for one that is not of numbers, or is empty."""
    values: Doubles
    """Row-major; of a large tensor the first ones."""


class Span(Struct, frozen=True, kw_only=True):
    """A stretch of time."""

    name: str
    start: float
    """Seconds since the learner pressed Run."""
    seconds: float
    lane: int = 0
    """Spans of one lane do not overlap; one that lies within another is a lane further down."""
    phase: Literal["start", "run", "trace", "compile", "copy", "check"] = "run"


class Timeline(Picture, frozen=True, kw_only=True, tag="timeline"):
    """Where the time of one run went: start-up, tracing, compiling, running, copying."""

    spans: tuple[Span, ...]
    """By start."""
    total: int
    """How many there were; more than ``spans`` when short ones were left out."""


class NoView(Picture, frozen=True, kw_only=True, tag="none"):
    """In the place of a view that could not be made."""

    why: str
    """A sentence: what happened, and what to do."""


View = Curve | Bars | Image | Graph | CodeText | Tree | Table | Array | Timeline | NoView

KINDS = ("curve", "bars", "image", "graph", "code", "tree", "table", "tensor", "timeline")
"""What an author or a learner may ask for, by the tag of the view it gives."""


def doubles(data: Doubles) -> array.array[float]:
    """The numbers in ``data``."""
    numbers = array.array("d")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def pack_doubles(numbers: Iterable[float]) -> Doubles:
    """``numbers`` as little-endian float64s."""
    packed = array.array("d", numbers)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def singles(data: bytes) -> array.array[float]:
    """The numbers in the ``data`` of a tile."""
    numbers = array.array("f")
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def later(timeline: Timeline, seconds: float, name: str) -> Timeline:
    """``timeline`` of a run for which something else had to start first: it begins with that."""
    first = Span(name=name, start=0.0, seconds=seconds, phase="start")
    moved = (replace(span, start=span.start + seconds) for span in timeline.spans)
    return replace(timeline, spans=(first, *moved), total=timeline.total + 1)


def grown(earlier: Curve, more: Curve) -> Curve:
    """``earlier`` with the points of ``more`` after its own: how a live curve arrives."""
    by_name = {series.name: series for series in earlier.series}
    for new in more.series:
        old = by_name.get(new.name)
        by_name[new.name] = (
            new
            if old is None
            else Series(
                name=new.name, x=old.x + new.x, y=old.y + new.y, points=old.points + new.points
            )
        )
    return Curve(
        name=more.name,
        caption=more.caption or earlier.caption,
        series=tuple(by_name.values()),
        x_label=more.x_label,
        y_label=more.y_label,
        log=more.log,
    )
