"""What each kind of view says as text: its picture as it stands, and what the picture lacks."""

from __future__ import annotations

import array
import math

from tutor.views import text
from tutor.views.gather import gather
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
from tutor.views.palette import SEQUENTIAL, Palette, of_light


def series(name: str, *ys: float, points: int = 0) -> Series:
    return Series(
        name=name, x=pack_doubles(range(len(ys))), y=pack_doubles(ys), points=points or len(ys)
    )


def shown(view: View, width: int = 78, **more: bool) -> str:
    return "\n".join(text.lines(view, width, **more))


# --- curve


def test_a_curve_between_its_axes() -> None:
    found = text.lines(Curve(name="c", series=(series("loss", 4, 3, 2, 1),)), 30, height=9)
    assert found == [
        "loss",
        "4 ┤•⠒⠤⣀",
        "  │    ⠉⠑⠢⢄⡀",
        "  │        ⠈•⠒⠤⢄⡀",
        "  │             ⠈⠉⠒⠢⢄⣀",
        "2 ┤                  •⠉⠒⠤⣀",
        "  │                       ⠉⠒⠤•",
        "  └┬─────────────────┬────────",
        "   0                 2 step",
    ]


def test_several_series_have_letters_of_their_own() -> None:
    view = Curve(
        name="c", y_label="loss", series=(series("train", *range(50)), series("val", *[9] * 50))
    )
    found = text.lines(view)
    assert found[0] == "loss: t train · v val"
    assert sum("t" in line for line in found[1:-2]) >= 3
    assert any(line.count("v") >= 3 for line in found)
    same = Curve(name="c", series=(series("torch", 1, 2), series("tensorflow", 2, 1)))
    assert text.lines(same)[0] == "a torch · b tensorflow"


def test_what_a_curve_cannot_draw_is_said() -> None:
    ys = [1.0] * 41 + [math.nan] * 3 + [math.inf, 0.0]
    view = Curve(name="c", series=(series("loss", *ys, points=1_000_000),), log=True)
    found = text.lines(view)
    assert found[0] == "loss (logarithmic)"
    assert found[-5:] == [
        "     × a point that is NaN or infinite",
        "3 points are NaN, from step 41.",
        "1 point is infinite, at step 44.",
        "1 point is 0 or less; a logarithmic axis cannot show that.",
        "Drawn from 46 of 1,000,000 points.",
    ]


def test_curves_with_nothing_to_draw() -> None:
    assert text.lines(Curve(name="c", series=())) == []
    assert shown(Curve(name="c", series=(series("a"),))).endswith("There are no points yet.")
    nothing = shown(Curve(name="c", series=(series("a", math.nan, math.nan),)))
    assert "There is nothing to draw." in nothing
    assert "All 2 points are NaN, from step 0." in nothing


def test_a_curve_in_words() -> None:
    said = text.lines(Curve(name="c", series=(series("loss", 3, 1, 2),)), drawn=False)
    assert said == [
        "loss: 3 points, from 3 to 2; lowest 1 at step 1, highest 3 at step 0.",
        "By step: 0: 3; 1: 1; 2: 2.",
    ]


# --- bars


def test_bars_with_spread_numbers_and_what_is_not_finite() -> None:
    view = Bars(
        name="b",
        unit="ms",
        bars=(
            Bar(label="eager", value=10.0, low=8.0, high=12.0),
            Bar(label="compiled", value=5.0),
            Bar(label="lost", value=None),
        ),
    )
    assert text.lines(view, 60) == [
        "eager     10 ms (8 to 12)  ██████████████████████├────┼────┤",
        "compiled             5 ms  █████████████▊",
        "lost           not finite",
        "├─┼─┤ from the first to the third quartile, ┼ the median",
    ]


def test_bars_of_both_signs_start_at_zero() -> None:
    view = Bars(name="b", bars=(Bar(label="up", value=1.0), Bar(label="down", value=-1.0)))
    assert text.lines(view, 30) == [
        "up     1            ██████████",
        "down  -1  ██████████│",
    ]


def test_bars_of_zero_are_numbers_alone() -> None:
    view = Bars(name="b", bars=(Bar(label="a", value=0.0), Bar(label="bc", value=0.0)))
    assert text.lines(view) == ["a   0", "bc  0"]
    assert text.lines(Bars(name="b", bars=())) == ["There are no bars."]


# --- image


def tile(rows: list[list[float]], label: str = "", full: tuple[int, int] | None = None) -> Tile:
    data = array.array("f", [value for row in rows for value in row]).tobytes()
    size = len(rows), len(rows[0])
    return Tile(
        label=label, height=size[0], width=size[1], channels=1, data=data, full=full or size
    )


def test_signs_have_marks_of_their_own() -> None:
    view = Image(
        name="w", tiles=(tile([[-1, -0.5, 0], [0.5, 1, math.nan]]),), total=1, low=-1, high=1, odd=1,
        palette="diverging",
    )  # fmt: skip
    assert text.lines(view) == [
        "##==",
        "▒▒██??",
        "-1 [#%=- ░▒▓█] 1, from -1 to 1",
        "! 1 value NaN or infinite, drawn as ??.",
    ]


def test_tiles_stand_side_by_side_under_their_labels() -> None:
    tiles = tuple(tile([[0, 1]], label=f"n{at}", full=(4, 8)) for at in range(3))
    view = Image(name="w", tiles=tiles, total=9, low=0, high=1)
    assert text.lines(view, 12) == [
        "n0    n1",
        "  ██    ██",
        "",
        "n2",
        "  ██",
        "4×8 drawn as",
        "1×2",
        "0 [ ·:░▒▓█]…",
        "The first 3",
        "of 9 images.",
    ]


def test_a_large_image_is_drawn_smaller() -> None:
    view = Image(name="w", tiles=(tile([[0.0] * 200] * 100),), total=1, low=0, high=1)
    found = text.lines(view, 40, height=12)
    assert "100×200 drawn as 10×20" in found
    assert len(found) <= 12


def test_a_confusion_matrix_is_numbers() -> None:
    view = Image(
        name="w", tiles=(tile([[9, 1], [0, 5]]),), total=1, low=0, high=9, rows=("cat", "dog"),
        columns=("cat", "dog"),
    )  # fmt: skip
    found = text.lines(view)
    assert found[0].split() == ["cat", "dog"]
    assert found[2].split() == ["cat", "9", "█", "1"]
    assert shown(view, drawn=False).endswith("cat: cat 9, dog 1\ndog: cat 0, dog 5")


# --- graph


def dynamo() -> Graph:
    nodes = (
        Node(id="x", op="input", label="x", shape=(8, None), dtype="float32"),
        Node(id="s", op="sin", shape=(8, None), dtype="float32", line=2),
        Node(id="m", op="mul", shape=(8, None), dtype="float32", line=4, group=1),
    )
    edges = (
        Edge(source="x", target="s"),
        Edge(source="s", target="m"),
        Edge(source="x", target="m"),
    )
    stop = Break(after=0, reason="call to print()", line=3, source="    print(x)")
    return Graph(name="g", nodes=nodes, edges=edges, total=9, breaks=(stop,))


def test_a_graph_with_a_break() -> None:
    assert text.lines(dynamo(), 60) == [
        "── graph 1 ─────────────────────────────────────────────────",
        "●   input x  float32[8, ?]",
        "├─● sin      float32[8, ?]                            line 2",
        "┊ ┊ ✂ break (line 3: print(x)): call to print()",
        "┊ ┊ ── graph 2 ─────────────────────────────────────────────",
        "●─╯ mul      float32[8, ?]                            line 4",
        "The first 3 of 9 nodes.",
    ]
    assert text.lines(dynamo(), drawn=False) == [
        "Graph 1:",
        "1. input x, float32[8, ?]",
        "2. sin, float32[8, ?], from 1, line 2",
        "break (line 3: print(x)): call to print()",
        "Graph 2:",
        "3. mul, float32[8, ?], from 1, 2, line 4",
        "The first 3 of 9 nodes.",
    ]


# --- code


def test_code_is_numbered_folded_and_beside() -> None:
    before = Pane(title="before", text="def f(x):\n\treturn x\n", lines=2, language="python")
    after = Pane(title="after", text="x" * 30, lines=400)
    view = CodeText(name="c", panes=(before, after))
    assert text.lines(view, 26) == [
        "── before ──",
        "1  def f(x):",
        "2          return x",
        "",
        "── after ──",
        f"1  {'x' * 23}",
        f"       {'x' * 7}",
        "The first 1 of 400 lines.",
    ]
    assert text.lines(view, 100)[1] == f"{'1  def f(x):':<48} │ 1  {'x' * 30}"


# --- tree


def test_a_tree_flags_what_is_not_finite() -> None:
    view = Tree(
        name="t",
        total=4,
        branches=(
            Branch(depth=0, name="", kind="Net", count=20),
            Branch(depth=1, name="weight", kind="tensor", shape=(4, 4), dtype="float32", device="cpu", count=16, norm=2.5),
            Branch(depth=1, name="bias", kind="tensor", shape=(4,), dtype="float32", device="cpu", count=4, nan=3, inf=1),
            Branch(depth=1, name="step", kind="int", value="7"),
        ),
    )  # fmt: skip
    assert text.lines(view) == [
        "           kind  shape          count  norm",
        "Net                                20",
        "├─ weight        float32[4, 4]     16  2.5",
        "├─ bias          float32[4]         4  ! 3 NaN, 1 infinite",
        "└─ step    int   = 7",
        "All on cpu.",
    ]
    assert "! 3 NaN" in shown(view, 45)
    assert "Net.bias: float32[4], 4 elements, 3 NaN, 1 infinite" in shown(view, drawn=False)


# --- table, tensor


def test_a_table_puts_numbers_to_the_right_and_cuts_words() -> None:
    view = Table(
        name="t", columns=("run", "loss", "note"), total=70,
        rows=(("a", "0.5", "ok"), ("b", "12.25", "it went wrong somewhere")),
    )  # fmt: skip
    assert text.lines(view, 24) == [
        "run   loss  note",
        "───  ─────  ────────────",
        "a      0.5  ok",
        "b    12.25  it went wro…",
        "The first 2 of 70 rows.",
    ]


def test_columns_that_do_not_fit_are_named() -> None:
    columns = tuple(f"column{at}" for at in range(9))
    view = Table(name="t", columns=columns, rows=(("value",) * 9,), total=1)
    found = shown(view, 30)
    assert "Not shown for want of width:" in found.replace("\n", " ")
    assert "column8" in found.replace("\n", " ")


def test_a_tensor_shows_its_corner() -> None:
    values = [at / 4 for at in range(2 * 3 * 4)]
    view = Array(
        name="x", library="torch", shape=(2, 3, 4), dtype="float32", device="cpu", attached=True,
        statistics=Statistics(low=0, high=5.75, mean=2.875, std=1.73, nan=0, inf=0, zero=1),
        values=pack_doubles(values),
    )  # fmt: skip
    assert text.lines(view, 74) == [
        "torch float32, shape (2, 3, 4), 24 elements, on cpu, gradients flow back",
        "min 0 · max 5.75 · mean 2.875 · std 1.73 · 1 zero",
        "[0, :, :]",
        "[[0.0000 0.2500 0.5000 0.7500]",
        " [1.0000 1.2500 1.5000 1.7500]",
        " [2.0000 2.2500 2.5000 2.7500]]",
        "[1, :, :]",
        "[[3.0000 3.2500 3.5000 3.7500]",
        " [4.0000 4.2500 4.5000 4.7500]",
        " [5.0000 5.2500 5.5000 5.7500]]",
    ]
    assert text.lines(view, 20)[-1].endswith("…]]")


def test_a_tensor_of_which_only_the_beginning_came() -> None:
    view = Array(
        name="x", library="jax", shape=(1000, 3), dtype="int32", device="cpu", statistics=None,
        values=pack_doubles([1, 2, 3, 4, 5]),
    )  # fmt: skip
    assert text.lines(view)[1:] == ["[[1 2 3]", " [4 5 …]", " …]"]


# --- timeline


def test_a_timeline_has_an_axis_and_totals_of_what_ran_innermost() -> None:
    spans = (
        Span(name="start", start=0, seconds=1, phase="start"),
        Span(name="code", start=1, seconds=3),
        Span(name="jit", start=1.5, seconds=1, lane=1, phase="compile"),
    )
    assert text.lines(Timeline(name="t", spans=spans, total=5), 60) == [
        "start 1 s │░░░░░░░░░░░░░",
        "code  3 s │            █████████████████████████████████████",
        "  jit 1 s │                  ▓▓▓▓▓▓▓▓▓▓▓▓▓",
        "          └┬───────────────────────┬───────────────────────┬",
        "          0 s                     2 s                    4 s",
        "██ running 2 s (50%)   ░░ starting 1 s (25%)",
        "▓▓ compiling 1 s (25%)",
        "The 3 longest of 5 spans.",
    ]


def test_what_could_not_be_made_is_a_sentence() -> None:
    assert text.lines(NoView(name="n", why="It could not be made: no."), 14) == [
        "It could not",
        "be made: no.",
    ]


# --- put together


def test_views_keep_their_first_place_and_curves_grow() -> None:
    views: dict[str, View] = {}
    gather(views, Curve(name="loss", series=(series("a", 1, 2),)))
    gather(views, NoView(name="w", why="first"))
    gather(views, Curve(name="loss", series=(series("a", 3),)), more=True)
    gather(views, NoView(name="w", why="second"))
    gather(views, Curve(name="new", series=(series("a", 9),)), more=True)
    assert list(views) == ["loss", "w", "new"]
    loss, why, new = views.values()
    assert isinstance(loss, Curve)
    assert (loss.series[0].points, loss.series[0].y) == (3, pack_doubles([1, 2, 3]))
    assert why == NoView(name="w", why="second")
    assert isinstance(new, Curve)
    gather(views, Curve(name="loss", series=(series("b", 7),)))
    assert [one.name for one in views["loss"].series] == ["b"]  # type: ignore[union-attr]


def test_values_far_outside_of_what_was_said_are_the_ends() -> None:
    view = Image(name="w", tiles=(tile([[-3e38, 3e38]]),), total=1, low=0.0, high=1e-300)
    assert text.lines(view)[0] == "  ██"
    assert Palette(view).colour(3e38) == SEQUENTIAL[-1]
    assert of_light(3e38, -3e38, 1.0) == (255, 0, 255)
