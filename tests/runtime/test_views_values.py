"""Views of values: each kind, from the tensors of every framework, and what cannot be shown."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.runtime.hosts import Ran, run, session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Shown, Wanted
from tutor.views.model import (
    Array,
    Bars,
    Curve,
    Image,
    NoView,
    Series,
    Table,
    Tile,
    Tree,
    View,
    doubles,
    singles,
)

pytestmark = session_loop

TENSORS = {
    "torch": "import torch as xp\nT = xp.tensor\n",
    "jax": "import jax.numpy as xp\nT = xp.asarray\n",
    "tensorflow": "import tensorflow as xp\nT = xp.constant\n",
    "numpy": "import numpy as xp\nT = xp.asarray\n",
}


@pytest.fixture(params=list(TENSORS))
def host(request: pytest.FixtureRequest) -> Host:
    return request.getfixturevalue(request.param)


async def look(host: Host, source: str, **wanted: str) -> dict[str, View]:
    """Make the views `kind__name="expression"` of what the source leaves."""
    views = tuple(
        Wanted(view=key.partition("__")[0], of=of, name=key, caption="")
        for key, of in wanted.items()
    )
    ran: Ran = await run(host, TENSORS[host.framework] + source, "0", views=views)
    assert ran.outcome.how == ran.outcome.views == "finished", ran.outcome.words
    found = {event.view.name: event.view for event in ran.events if isinstance(event, Shown)}
    assert list(found) == list(wanted)
    return found


def points(series: Series) -> list[tuple[float, float]]:
    return [*zip(doubles(series.x), doubles(series.y), strict=True)]


def pixels(tile: Tile) -> list[float]:
    return list(singles(tile.data))


def why(view: View) -> str:
    assert isinstance(view, NoView), view
    assert "Error" not in view.why, view.why
    return view.why


async def test_every_kind_of_every_framework(host: Host) -> None:
    nest = "{'w': T([[1.0, 2.0], [2.0, float('nan')]]), 'n': (T([3.0, 4.0]), 'adam')}"
    views = await look(
        host,
        "a = T([[1.0, -2.0, 0.0], [4.0, float('inf'), 1.0]])\n",
        curve="{'a': T([1.0, float('nan')]), 'b': ([0, 10], T([3.0, 4.0])), 'c': [T(2.0), 5]}",
        image="a",
        tensor="a",
        table="[{'loss': T(0.5), 'of': 'step'}, {'loss': 1}]",
        tree=nest,
        bars="{'one': T(2.0), 'several': T([1.0, 3.0, 2.0])}",
        curve__steps="[T(2.0), 1.0]",
    )
    steps = views["curve__steps"]
    assert isinstance(steps, Curve)
    assert steps.x_label == "step"
    curve = views["curve"]
    assert isinstance(curve, Curve)
    assert [series.name for series in curve.series] == ["a", "b", "c"]
    assert curve.x_label == ""  # what 0 and 10 count is not ours to say
    first, second, third = map(points, curve.series)
    assert first[0] == (0, 1)
    assert math.isnan(first[1][1])
    assert second == [(0, 3), (10, 4)]
    assert third == [(0, 2), (1, 5)]

    image = views["image"]
    assert isinstance(image, Image)
    assert (image.low, image.high, image.odd, image.palette) == (-2, 4, 1, "diverging")
    (tile,) = image.tiles
    assert (tile.height, tile.width, tile.full, tile.channels) == (2, 3, (2, 3), 1)
    assert pixels(tile) == [1, -2, 0, 4, math.inf, 1]

    array = views["tensor"]
    assert isinstance(array, Array)
    facts = (array.library, array.shape, array.dtype, array.device, array.attached)
    dtype = "float64" if host.framework == "numpy" else "float32"
    assert facts == (host.framework, (2, 3), dtype, "cpu", False)
    assert list(doubles(array.values)) == [1, -2, 0, 4, math.inf, 1]
    assert array.statistics is not None
    assert (array.statistics.low, array.statistics.high, array.statistics.mean) == (-2, 4, 0.8)
    assert array.statistics.std == pytest.approx(math.sqrt(3.76))
    assert (array.statistics.nan, array.statistics.inf, array.statistics.zero) == (0, 1, 1)

    table = views["table"]
    assert isinstance(table, Table)
    assert (table.columns, table.rows) == (("loss", "of"), (("0.5", "step"), ("1", "")))

    tree = views["tree"]
    assert isinstance(tree, Tree)
    assert [(b.depth, b.name, b.kind, b.count) for b in tree.branches] == [
        (0, "", "dict", 6),
        (1, "w", "tensor", 4),
        (1, "n", "tuple", 2),
        (2, "0", "tensor", 2),
        (2, "1", "str", 0),
    ]
    w, n = tree.branches[1], tree.branches[3]
    assert (w.nan, w.norm, w.shape) == (1, None, (2, 2))
    assert (n.nan, n.norm, n.dtype, n.device) == (0, 5.0, dtype, "cpu")
    assert tree.branches[4].value == "'adam'"

    bars = views["bars"]
    assert isinstance(bars, Bars)
    assert [(bar.value, bar.low) for bar in bars.bars] == [(2, None), (2, 1.5)]


async def test_what_cannot_be_shown_is_a_sentence(host: Host) -> None:
    views = await look(
        host,
        "a = T([[1.0, 2.0, 3.0]] * 2)\n",
        curve__empty="[]",
        curve__none="{}",
        curve__axes="a",
        curve__text="[1, 'x']",
        curve__lengths="{'a': ([1, 2], [1, 2, 3])}",
        image__line="T([1.0, 2.0])",
        image__text="'x'",
        image__names="{'matrix': a, 'rows': ['only one']}",
        tensor="{}",
        tree__empty="{}",
        tree__number="3",
        table="[]",
        bars__text="{'a': 'x'}",
        bars__empty="{}",
    )
    says = {name: why(view) for name, view in views.items()}
    assert says["curve__empty"] == "The series is empty: nothing was recorded."
    assert "empty dict" in says["curve__none"]
    assert "(2, 3)" in says["curve__axes"]
    assert says["curve__text"] == "This[1] is str, where a number should be."
    assert "2 xs and 3 ys" in says["curve__lengths"]
    assert "(2,)" in says["image__line"]
    assert "str" in says["image__text"]
    assert "1 names for the 2 rows" in says["image__names"]
    assert "bar `a` is str" in says["bars__text"]


async def test_a_million_points_are_thinned_where_they_are_and_keep_their_spikes(
    host: Host,
) -> None:
    views = await look(
        host,
        "y = [0.0] * 1_000_000\n"
        "y[123_457], y[500_001], y[700_001], y[-1] = 9.0, -9.0, float('nan'), 1.0\n",
        curve__list="y",
        curve__tensor="T(y)",
    )
    for view in views.values():
        assert isinstance(view, Curve)
        (series,) = view.series
        assert series.points == 1_000_000
        kept = points(series)
        assert 1000 < len(kept) <= 4096
        assert [x for x, _ in kept] == sorted(x for x, _ in kept)
        assert {(123_457, 9), (500_001, -9), (999_999, 1), (0, 0)} <= set(kept)
        assert [x for x, y in kept if math.isnan(y)] == [700_001]


async def test_a_large_image_is_averaged(host: Host) -> None:
    repeat = "xp.repeat" if host.framework != "torch" else "xp.repeat_interleave"
    source = (
        "small = T([[float(i + j) for i in range(512)] for j in range(512)])\n"
        f"large = {repeat}({repeat}(small, 8, 0), 8, 1)\n"
    )
    views = await look(host, source, image="large", image__odd="large[:4000, :1000]")
    image, odd = views["image"], views["image__odd"]
    assert isinstance(image, Image)
    assert isinstance(odd, Image)
    (tile,) = image.tiles
    assert (tile.full, tile.height, tile.width) == ((4096, 4096), 512, 512)
    assert pixels(tile) == [float(i + j) for j in range(512) for i in range(512)]
    assert (image.low, image.high, image.palette) == (0, 1022, "sequential")
    (tile,) = odd.tiles
    assert tile.full == (4000, 1000)
    assert (tile.height, tile.width) == (500, 500)


async def test_what_the_axes_of_an_image_mean(host: Host) -> None:
    zeros = "xp.zeros({})"
    shapes = {
        "image__grid": (5, 4, 6),
        "image__colour": (12, 10, 3),
        "image__nchw": (2, 1, 6, 4),
        "image__nhwc": (2, 6, 4, 1),
        "image__filters": (4, 3, 5, 5),
        "image__kernel": (5, 5, 1, 8),
        "image__weights": (100, 784),
        "image__transposed": (784, 32),
        "image__square": (64, 64),
        "image__photo": (48, 64),
    }
    wanted = {name: zeros.format(f"({', '.join(map(str, s))})") for name, s in shapes.items()}
    views = await look(
        host,
        "",
        **wanted,
        image__dict="{'a': xp.ones((2, 3)), 'b': xp.ones((4, 5))}",
        image__rows="[[1, 2], [3, 4]]",
        image__confusion="{'matrix': [[5, 1], [0, 4]], 'rows': 'ab', 'columns': ['x', 'y']}",
    )

    def facts(name: str) -> Any:
        image = views[name]
        assert isinstance(image, Image), image
        first = image.tiles[0]
        return len(image.tiles), image.total, first.height, first.width, first.channels

    assert facts("image__grid") == (5, 5, 4, 6, 1)
    assert facts("image__colour") == (1, 1, 12, 10, 3)
    assert facts("image__nchw") == (2, 2, 6, 4, 1)
    assert facts("image__nhwc") == (2, 2, 6, 4, 1)
    if host.framework in ("torch", "numpy"):
        assert facts("image__filters") == (4, 4, 5, 5, 3)
    assert facts("image__kernel") == (8, 8, 5, 5, 1)
    assert facts("image__weights") == (64, 100, 28, 28, 1)
    assert facts("image__transposed") == (32, 32, 28, 28, 1)
    assert facts("image__square") == (1, 1, 64, 64, 1)
    assert facts("image__photo") == (1, 1, 48, 64, 1)
    assert facts("image__dict") == (2, 2, 2, 3, 1)
    assert facts("image__rows") == (1, 1, 2, 2, 1)
    confusion = views["image__confusion"]
    assert isinstance(confusion, Image)
    assert (confusion.rows, confusion.columns) == (("a", "b"), ("x", "y"))


async def test_large_structures_are_cut_and_say_so(host: Host) -> None:
    views = await look(
        host,
        "loop = [1]\nloop.append(loop)\ndeep = []\nfor _ in range(500): deep = [deep]\n",
        table="[{'i': i} for i in range(5000)]",
        tree="{'a': list(range(5000))}",
        tree__loop="loop",
        tree__deep="deep",
        tensor="T([float(i) for i in range(100_000)])",
    )
    table, tree, loop = views["table"], views["tree"], views["tree__loop"]
    deep, tensor = views["tree__deep"], views["tensor"]
    assert isinstance(table, Table)
    assert (len(table.rows), table.total) == (1000, 5000)
    assert isinstance(tree, Tree)
    assert (len(tree.branches), tree.total) == (2000, 5002)
    assert isinstance(loop, Tree)
    assert [branch.value for branch in loop.branches] == ["", "1", "(contains itself: see above)"]
    assert isinstance(deep, Tree)
    assert deep.branches[-1].value == "(deeper than is shown)"
    assert isinstance(tensor, Array)
    assert tensor.shape == (100_000,)
    assert len(doubles(tensor.values)) == 65_536
    assert tensor.statistics is not None
    assert tensor.statistics.high == 99_999


async def test_values_of_another_framework(torch: Host) -> None:
    views = await look(
        torch,
        "import numpy as np\nx = xp.ones(3, requires_grad=True)\n",
        tensor="np.arange(3)",
        tensor__attached="x",
        curve="[np.float32(1.5), xp.tensor(2), x.sum()]",
    )
    plain, attached, curve = views.values()
    assert isinstance(plain, Array)
    assert isinstance(attached, Array)
    assert isinstance(curve, Curve)
    assert (plain.library, plain.dtype) == ("numpy", "int64")
    assert attached.attached
    assert [y for _, y in points(curve.series[0])] == [1.5, 2, 3]


async def test_modules_of_torch(torch: Host) -> None:
    views = await look(
        torch,
        "net = xp.nn.Sequential(xp.nn.Linear(49, 3), xp.nn.BatchNorm1d(3))\n"
        "xp.nn.init.constant_(net[0].weight, 2.0)\n",
        tree="net",
        tree__state="net.state_dict()",
        image="net[0]",
    )
    tree, state, image = views.values()
    assert isinstance(tree, Tree)
    assert [(b.depth, b.name, b.kind) for b in tree.branches] == [
        (0, "", "Sequential"),
        (1, "0", "Linear"),
        (2, "weight", "tensor"),
        (2, "bias", "tensor"),
        (1, "1", "BatchNorm1d"),
        (2, "weight", "tensor"),
        (2, "bias", "tensor"),
        (2, "running_mean", "tensor"),
        (2, "running_var", "tensor"),
        (2, "num_batches_tracked", "tensor"),
    ]
    assert tree.branches[2].norm == pytest.approx(math.sqrt(4 * 49 * 3))
    assert isinstance(state, Tree)
    assert [b.name for b in state.branches[1:3]] == ["0.weight", "0.bias"]
    assert isinstance(image, Image)
    assert (len(image.tiles), image.tiles[0].height) == (3, 7)


async def test_layers_of_keras(tensorflow: Host) -> None:
    pytest.importorskip("keras")
    views = await look(
        tensorflow,
        "import keras\nnet = keras.Sequential([keras.layers.Input((8, 8, 1)),"
        " keras.layers.Conv2D(4, 3), keras.layers.Flatten(), keras.layers.Dense(2)])\n"
        "net.compile('sgd', 'mse')\n"
        "past = net.fit(xp.ones((4, 8, 8, 1)), xp.ones((4, 2)), epochs=2, verbose=0)\n",
        tree="net",
        image="net.layers[0]",
        curve="past",
    )
    tree, image, curve = views.values()
    assert isinstance(tree, Tree)
    assert [(b.depth, b.kind, b.shape) for b in tree.branches] == [
        (0, "Sequential", None),
        (1, "Conv2D", None),
        (2, "tensor", (3, 3, 1, 4)),
        (2, "tensor", (4,)),
        (1, "Flatten", None),
        (1, "Dense", None),
        (2, "tensor", (144, 2)),
        (2, "tensor", (2,)),
    ]
    assert isinstance(image, Image)
    assert (len(image.tiles), image.tiles[0].height) == (4, 3)
    assert isinstance(curve, Curve)
    assert [(series.name, series.points) for series in curve.series] == [("loss", 2)]


async def test_modules_of_flax_and_states_of_optax(jax: Host) -> None:
    pytest.importorskip("flax")
    pytest.importorskip("optax")
    views = await look(
        jax,
        "import optax\nfrom flax import nnx\nnet = nnx.Linear(49, 3, rngs=nnx.Rngs(0))\n"
        "state = optax.sgd(0.1, momentum=0.9).init({'w': xp.ones(3)})\n",
        tree="net",
        tree__state="state",
        image="net",
    )
    tree, state, image = views.values()
    assert isinstance(tree, Tree)
    leaves = {b.name: b.shape for b in tree.branches if b.kind == "tensor"}
    assert leaves == {"kernel": (49, 3), "bias": (3,)}
    assert isinstance(state, Tree)
    assert [b.name for b in state.branches if b.kind == "tensor"] == ["w"]
    assert isinstance(image, Image)
    assert (len(image.tiles), image.tiles[0].height) == (3, 7)


async def test_a_deleted_or_donated_array(jax: Host) -> None:
    views = await look(
        jax,
        "import jax\nx, y = xp.ones(3), xp.ones(3)\nx.delete()\n"
        "jax.jit(lambda v: v + 1, donate_argnums=0)(y)\n",
        tensor="x",
        curve="y",
        image="x",
        tree="{'x': x, 'z': xp.ones(2)}",
    )
    assert "deleted, or donated" in why(views["tensor"])
    assert "deleted, or donated" in why(views["curve"])
    assert "shape (3,)" in why(views["image"])
    tree = views["tree"]
    assert isinstance(tree, Tree)
    assert "deleted" in tree.branches[1].value
    assert tree.branches[2].norm == pytest.approx(math.sqrt(2))


async def test_a_tensor_that_is_nowhere(torch: Host) -> None:
    views = await look(
        torch,
        "x = xp.ones(3, device='meta')\n",
        tensor="x",
        curve="x",
        tree="{'x': x, 'y': T([1.0])}",
    )
    assert "meta device" in why(views["tensor"])
    assert "meta device" in why(views["curve"])
    tree = views["tree"]
    assert isinstance(tree, Tree)
    assert (tree.branches[1].device, tree.branches[1].norm) == ("meta", None)
    assert "meta device" in tree.branches[1].value
    assert tree.branches[2].norm == 1


async def test_narrow_dtypes_and_those_that_are_no_numbers(torch: Host, tensorflow: Host) -> None:
    views = await look(
        torch,
        "",
        tensor="T([1.0, 2.5], dtype=xp.bfloat16)",
        tensor__bool="T([True, False])",
        tensor__complex="T([1 + 2j])",
        image="T([[0, 255], [128, 1]], dtype=xp.uint8)",
    )
    assert list(doubles(views["tensor"].values)) == [1, 2.5]  # type: ignore[union-attr]
    assert list(doubles(views["tensor__bool"].values)) == [1, 0]  # type: ignore[union-attr]
    assert "complex64" in why(views["tensor__complex"])
    assert pixels(views["image"].tiles[0]) == [0, 255, 128, 1]  # type: ignore[union-attr]
    views = await look(tensorflow, "", tensor="T(['a', 'b'])")
    text = views["tensor"]
    assert isinstance(text, Array)
    assert (text.dtype, text.statistics, text.values) == ("string", None, b"")
