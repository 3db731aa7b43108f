"""Graph, code, tree, table, tensor and timeline: their keys, what they say, and bad data."""

from __future__ import annotations

import math
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.ui import view_samples as samples
from tests.ui.view_app import ViewApp
from tutor.ui.views import difference, drawing
from tutor.ui.views.sheet import Sheet
from tutor.ui.views.tokens import Lines
from tutor.views.model import (
    Array,
    Branch,
    Break,
    CodeText,
    Edge,
    Graph,
    Node,
    Pane,
    Span,
    Statistics,
    Table,
    Timeline,
    Tree,
    View,
    pack_doubles,
)


@asynccontextmanager
async def opened(
    view: View, size: tuple[int, int] = (80, 24), *, compact: bool = False
) -> AsyncIterator[tuple[Pilot[None], Sheet]]:
    app = ViewApp(view, compact=compact)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert isinstance(app.drawing, Sheet)
        yield pilot, app.drawing


def chosen(sheet: Sheet) -> str:
    """The row with the cursor's mark; there is one."""
    rows = [row for row in sheet.text.split("\n") if row.startswith("▸ ")]
    assert len(rows) == 1, sheet.text
    return rows[0]


async def press(pilot: Pilot[None], *keys: str) -> None:
    await pilot.press(*keys)
    await pilot.pause()


# Every kind


@pytest.mark.parametrize("size", [(80, 24), (160, 45), (60, 12)], ids=str)
@pytest.mark.parametrize("compact", [False, True], ids=["full", "compact"])
@pytest.mark.parametrize("kind", samples.VIEWS)
async def test_it_fits_and_survives_every_key(
    kind: str, compact: bool, size: tuple[int, int]
) -> None:
    async with opened(samples.VIEWS[kind](), size, compact=compact) as (pilot, sheet):
        rows = sheet.text.split("\n")
        assert any(row.strip() for row in rows)
        if compact:
            assert len(rows) <= max(size[1] // 3, 4)
            assert all(len(row) <= size[0] for row in rows)
            return
        for key in ("end", "home", "down", "pagedown", "pageup", "up", "right", "left", "plus",
                    "minus", "0", "[", "]", ",", ".", "enter", "p", "c", "C", "i", "u", "n"):  # fmt: skip
            await press(pilot, key)
            assert len(sheet.text.split("\n")) <= size[1]
        assert sheet.readout


@pytest.mark.parametrize("kind", [kind for kind in samples.VIEWS if kind != "tensor"])
async def test_search_goes_to_what_is_found(kind: str) -> None:
    sought = {
        "graph": "pow", "code": "return -x", "hlo": "reduce_sum", "tree": "classifier.2.bias",
        "table": "run-033", "timeline": "compile grad",
    }[kind]  # fmt: skip
    async with opened(samples.VIEWS[kind]()) as (pilot, sheet):
        await press(pilot, "slash", *sought)
        assert sheet.readout.startswith(f"Find: {sought}▏ 1 found")
        await press(pilot, "enter")
        assert not sheet.readout.startswith("Find")
        assert sought.split(".")[-1] in chosen(sheet)


async def test_letters_that_are_typed_are_no_commands_and_escape_ends_the_search_only() -> None:
    async with opened(samples.graph()) as (pilot, sheet):
        app = pilot.app
        assert isinstance(app, ViewApp)
        await press(pilot, "slash", *"equ")
        assert app.is_running
        assert sheet.readout == "Find: equ▏ not found · Enter ends, n and N go on"
        await press(pilot, "backspace", "backspace", "backspace", *"mean")
        assert "2 found" in sheet.readout
        await press(pilot, "escape")
        assert not app.left
        first = sheet.cursor
        await press(pilot, "n")
        second = sheet.cursor
        await press(pilot, "n")
        assert (second > first, sheet.cursor) == (True, first)
        await press(pilot, "N")
        assert sheet.cursor == second
        await press(pilot, "escape")
        assert app.left


# Graphs


async def test_a_graph_marks_what_a_node_uses_and_what_uses_it() -> None:
    async with opened(samples.graph()) as (pilot, sheet):
        await press(pilot, "slash", *"relu", "enter")
        assert sheet.readout == "relu h float32[8, 4] · line 2: h = torch.relu(x @ w)"
        rows = sheet.text.split("\n")
        assert rows[-2:] == ["  from matmul · used by mean, output", "  aten.relu.default(matmul)"]
        assert [row.split()[-1] for row in rows if row.startswith("out ")] == ["3", "output"]
        assert len([row for row in rows if row.startswith("in ")]) == 1
        await press(pilot, "i")
        assert "matmul" in chosen(sheet)
        await press(pilot, "u")
        assert "relu" in chosen(sheet)


async def test_a_low_screen_has_all_in_the_readout() -> None:
    async with opened(samples.graph(), (80, 14)) as (pilot, sheet):
        await press(pilot, "slash", *"relu", "enter")
        assert sheet.readout == (
            "relu h float32[8, 4] · line 2: h = torch.relu(x @ w) · from matmul"
            " · used by mean, output · aten.relu.default(matmul)"
        )


async def test_the_cursor_passes_titles_and_stops_at_a_break_with_its_reason() -> None:
    async with opened(samples.graph()) as (pilot, sheet):
        assert "input x" in chosen(sheet)
        await press(pilot, *["down"] * 6)
        assert "✂ break" in chosen(sheet)
        assert "Failed to trace builtin operator `print` · line 3: print(h.mean())" in sheet.readout
        await press(pilot, "down")
        assert "input h" in chosen(sheet)
        await press(pilot, "home")
        assert "graph 1" in sheet.text


async def test_many_nodes_are_drawn_only_when_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(samples.many_nodes(10_000)) as (pilot, sheet):
        drawn: set[int] = set()
        row = type(sheet).row

        def counted(self: Sheet, index: int, width: int) -> object:
            drawn.add(index)
            return row(self, index, width)

        monkeypatch.setattr(type(sheet), "row", counted)
        await press(pilot, "end", "pageup", "home")
        assert 20 <= len(drawn) <= 200
        assert "layer0" in chosen(sheet)


# Code


async def test_two_panes_stand_side_by_side_where_there_is_room() -> None:
    async with opened(samples.code(), (120, 24)) as (pilot, sheet):
        assert "yours · 9 lines" in sheet.text
        assert "AutoGraph's · 12 lines" in sheet.text
        assert "5 −     while" in sheet.text
        assert "5 +     with" in sheet.text
        same = next(row for row in sheet.text.split("\n") if "once more" in row)
        assert same.count("x = x * 2") == 2, "equal lines stand in one row"
        await press(pilot, "c")
        assert "while" in chosen(sheet)
        assert sheet.readout.endswith("4 lines differ")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "1 of 2: yours" in sheet.text
        assert "AutoGraph" not in sheet.text


async def test_a_key_shows_the_other_pane_near_the_same_place() -> None:
    async with opened(samples.code()) as (pilot, sheet):
        await press(pilot, "slash", *"return x", "enter", "p")
        assert "2 of 2: AutoGraph's" in sheet.text
        assert chosen(sheet).split() == ["▸", "11", "return", "x"]
        await press(pilot, "p")
        assert chosen(sheet).split() == ["▸", "8", "return", "x"]


async def test_two_texts_that_were_not_compared_scroll_each_on_its_own() -> None:
    async with opened(samples.hlo(), (120, 14)) as (pilot, sheet):
        assert "▸ jaxpr · 11 lines" in sheet.text
        await press(pilot, "p", "end")
        assert "▸ optimised HLO" in sheet.text
        assert sheet.readout == "Line 22 of 22"
        rows = sheet.text.split("\n")
        assert rows[1].startswith("   1   { lambda"), "the other one stays where it was"
        assert any("│▸22   }" in row for row in rows)
        await press(pilot, "p", "down")
        assert sheet.readout == "Line 2 of 11"
        await press(pilot, "p")
        assert sheet.readout == "Line 22 of 22"


async def test_long_lines_scroll_sideways_and_their_numbers_stay() -> None:
    async with opened(samples.hlo()) as (pilot, sheet):
        await press(pilot, "p")
        before = chosen(sheet)
        await press(pilot, "right", "right")
        assert chosen(sheet)[:7] == before[:7]
        assert chosen(sheet)[7:].startswith(samples.HLO.split("\n")[0][16:40])
        await press(pilot, "slash", *"jit(main)")
        assert "jit(main)" in chosen(sheet), "what is found is brought into view"


def test_lines_that_differ() -> None:
    found = difference.aligned(["a", "b", "c"], ["a", "x", "y", "c"])
    assert found == ([(0, 0), (1, 1), (-1, 2), (2, 3)], [False, True, True, False])
    assert difference.aligned(["a"] * 10, ["b"] * 10) is None
    assert difference.aligned([], ["a"]) is None
    many = [f"line {place}" for place in range(3_000)]
    changed = [f"{line}!" if place % 2 else line for place, line in enumerate(many)]
    found = difference.aligned(many, changed)
    assert found == ([(place, place) for place in range(3_000)], [False, True] * 1_500)
    moved = difference.aligned(["x", *many[:5], "y"], [*many[:5], "y", "x"])
    assert moved is not None
    assert sum(moved[1]) == 2


@pytest.mark.parametrize(
    ("language", "line", "piece"),
    [
        ("python", "x = 'a' # no", "# no"),
        ("jaxpr", "c:f32[8,4] = dot_general[", "f32"),
        ("hlo", "%dot.3 = f32[8,4]{1,0} dot(f32[8,16] %x)", "dot"),
        ("mlir", "%0 = stablehlo.add %a, %b : tensor<8x4xf32>", "stablehlo.add"),
        ("cpp", "for (int i = 0; i < 8; ++i) // go", "for"),
        ("triton", "@triton.jit", "@triton.jit"),
        ("onnx", "%y = Gemm[alpha = 1](%x, %w)", "Gemm"),
    ],
)
def test_tokens(language: str, line: str, piece: str) -> None:
    content = Lines(line, language).line(0)  # pyright: ignore[reportArgumentType]
    assert content.plain == line
    assert piece in [line[span.start : span.end] for span in content.spans]


def test_a_string_over_several_lines_is_one_and_code_in_it_is_none() -> None:
    lines = Lines(samples.BEFORE, "python")
    assert [str(span.style) for span in lines.line(1).spans] == ["$text-success"]
    assert [str(span.style) for span in lines.line(3).spans] == ["$text-success"]
    assert not lines.line(2).spans or lines.lines[2] == ""
    assert "bold $text-accent" in [str(span.style) for span in lines.line(4).spans]


@pytest.mark.parametrize("seed", range(20))
def test_every_line_is_shown_once_and_equal_ones_are_equal(seed: int) -> None:
    chance = random.Random(seed)
    left, right = ([chance.choice("abcdefgh") * 3 for _ in range(30)] for _ in range(2))
    found = difference.aligned(left, right)
    assert found is not None
    pairs, differs = found
    assert [one for one, _ in pairs if one >= 0] == list(range(30))
    assert [other for _, other in pairs if other >= 0] == list(range(30))
    for (one, other), differ in zip(pairs, differs, strict=True):
        assert differ or left[one] == right[other]


def test_two_thousand_lines_are_coloured_when_they_are_seen() -> None:
    lines = Lines("x = 1\n" * 2_000, "python")
    lines.line(1_500)
    assert len(lines._made) == 1


# Trees


async def test_a_tree_folds_and_tells_where_nan_is() -> None:
    async with opened(samples.tree()) as (pilot, sheet):
        assert "! NaN or inf in 1" in sheet.text
        assert "! 3 NaN, 1 inf" in sheet.text
        await press(pilot, "down", "enter")
        assert "▸ features" in chosen(sheet)
        assert "! 3 NaN" not in sheet.text
        assert "! below" in chosen(sheet)
        assert "NaN or inf below" in sheet.readout
        await press(pilot, "space")
        assert "! 3 NaN, 1 inf" in sheet.text
        await press(pilot, "end", "minus", "minus")
        assert "▸ classifier" in sheet.text
        assert "weight" not in sheet.text
        await press(pilot, "plus", "plus")
        assert sheet.text.count("weight") == 4


async def test_a_tree_says_the_whole_path() -> None:
    async with opened(samples.tree()) as (pilot, sheet):
        await press(pilot, *["down"] * 7)
        assert sheet.readout == (
            "features.3.bias · tensor · float32[16] · cpu · 16 elements · ! 3 NaN, 1 inf"
        )


async def test_a_compact_tree_leads_to_nan() -> None:
    async with opened(samples.tree(), (120, 40), compact=True) as (_, sheet):
        assert "! 3 NaN, 1 inf" in sheet.text
        assert "more rows · F6" in sheet.text


# Tables


async def test_a_table_keeps_its_head_and_says_the_whole_row() -> None:
    async with opened(samples.table()) as (pilot, sheet):
        await press(pilot, "end")
        assert "optimizer" in sheet.text.split("\n")[1]
        assert "run-039" in chosen(sheet)
        await press(pilot, "home")
        assert sheet.readout == "Row 1 of 1,000"
        foot = " ".join(row.strip() for row in sheet.text.split("\n")[-3:])
        assert samples.table().rows[0][-1] in foot
        await pilot.resize_terminal(80, 14)
        await press(pilot, "up")
        assert sheet.readout.endswith("note: " + samples.table().rows[0][-1])
        assert "The first 40 of 1,000 rows." in sheet.text


async def test_a_wide_table_scrolls_sideways_below_its_head() -> None:
    columns = tuple(f"column {i}" for i in range(20))
    rows = tuple(tuple(f"cell {row}.{i}" for i in range(20)) for row in range(30))
    view = Table(name="wide", columns=columns, rows=rows, total=30)
    async with opened(view) as (pilot, sheet):
        await press(pilot, *["right"] * 5)
        head, first = sheet.text.split("\n")[0], chosen(sheet)
        assert head.startswith("  column 0")
        assert first.startswith("▸ cell 0.0")
        place = head.index("column 6")
        assert first[place:].startswith("cell 0.6")


# Tensors


async def test_a_tensor_is_looked_through_value_by_value_and_slice_by_slice() -> None:
    async with opened(samples.tensor()) as (pilot, sheet):
        await press(pilot, "down", "right", "right")
        values = [math.sin(i / 7) * (1 + i % 5) for i in range(600)]
        assert sheet.readout == f"[0, 0, 1, 2] = {values[18]!r}"
        await press(pilot, "]")
        assert sheet.readout == f"[0, 1, 1, 2] = {values[192 + 18]!r}"
        await press(pilot, ".")
        assert sheet.readout.startswith("[1, 1, 1, 2] = ")
        await press(pilot, ",", "[")
        assert "Slice [0, 0, :, :] · 1 of 12" in sheet.text
        assert "NaN" in sheet.text
        assert "! 1 NaN, 1 inf" in sheet.text
        await press(pilot, *["right"] * 20)
        assert sheet.readout.startswith("[0, 0, 1, 15] = ")
        assert sheet.text.split("\n")[3].split()[-1] == "15", "the column came into view"


def array(shape: tuple[int, ...], values: list[float], dtype: str = "float32") -> Array:
    return Array(
        name="a", library="numpy", shape=shape, dtype=dtype, device="cpu", statistics=None,
        values=pack_doubles(values),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("view", "readout"),
    [
        (array((), [7.0], "int32"), "The value = 7"),
        (array((3,), [1.5, 2.5, 3.5]), "[0] = 1.5"),
        (array((0, 4), []), ""),
        (array((2, 0), []), ""),
        (array((2, 2), [1.0, 0.0, 0.0, 1.0], "bool"), "[0, 0] = True"),
        (array((2, 2), []), "[0, 0] was left out"),
        (array((1, 1, 1, 1), [math.nan]), "[0, 0, 0, 0] = nan"),
    ],
    ids=str,
)
async def test_tensors_of_every_rank(view: Array, readout: str) -> None:
    async with opened(view) as (pilot, sheet):
        assert sheet.readout == readout
        await press(pilot, "down", "right", "]", "left", "up", "[")
        assert sheet.readout == readout


async def test_a_vector_is_wrapped_and_its_index_is_one_number() -> None:
    async with opened(array((23,), [float(i) for i in range(23)])) as (pilot, sheet):
        await press(pilot, "down", "right", "right")
        assert sheet.readout == "[12] = 12.0"
        await press(pilot, "end", "right", "right")
        assert sheet.readout in {"[22] = 22.0", ""}


async def test_values_left_out_of_a_large_tensor_are_said() -> None:
    async with opened(array((1000, 1000), [0.5] * 1500)) as (pilot, sheet):
        assert "The first 1,500 of 1,000,000 values; · is one left out." in sheet.text
        await press(pilot, "end")
        assert sheet.readout == "[999, 0] was left out"


# Timelines


async def test_a_timeline_zooms_about_what_is_chosen_and_pans() -> None:
    async with opened(samples.timeline()) as (pilot, sheet):
        whole = sheet.text.split("\n")[2]
        await press(pilot, "slash", *"copy batch", "enter", *["plus"] * 8)
        lanes = sheet.text.split("\n")[2:6]
        assert "M copy batch" in "\n".join(lanes)
        assert lanes[0] != whole
        assert sheet.readout == "copy batch · copy · from 1.08 s to 1.08 s · 3.1 ms"
        await press(pilot, "[", "[", "[", "[")
        assert "M copy batch" not in "\n".join(sheet.text.split("\n")[2:6])
        await press(pilot, "0")
        assert sheet.text.split("\n")[2] == whole


async def test_a_timeline_totals_each_phase() -> None:
    async with opened(samples.timeline()) as (_, sheet):
        assert "C compile 1.03 s 54%" in sheet.text
        assert "4 short ones are left out" in sheet.text


# Bad data


ONE = Node(id="only", op="input")
BAD: dict[str, tuple[View, str]] = {
    "empty graph": (Graph(name="g", nodes=(), edges=(), total=0), "The graph is empty."),
    "one node": (Graph(name="g", nodes=(ONE,), edges=(), total=1), "● input"),
    "an edge to nowhere": (
        Graph(name="g", nodes=(ONE,), edges=(Edge(source="only", target="none"),), total=1),
        "● input",
    ),
    "a node that uses itself": (
        Graph(name="g", nodes=(ONE,), edges=(Edge(source="only", target="only"),), total=1),
        "● #1 input",
    ),
    "only a break": (
        Graph(name="g", nodes=(), edges=(), total=0, breaks=(Break(after=0, reason="why"),)),
        "why",
    ),
    "no panes": (CodeText(name="c", panes=()), "Nothing to show."),
    "an empty text": (
        CodeText(name="c", panes=(Pane(title="t", text="", language="hlo", lines=0),)),
        "t · 0 lines",
    ),
    "two empty texts": (
        CodeText(name="c", panes=(Pane(title="a", text="", lines=0), Pane(title="b", text="", lines=0))),
        "0 lines",
    ),
    "empty tree": (Tree(name="t", branches=(), total=0), "Nothing in it."),
    "one leaf": (
        Tree(name="t", branches=(Branch(depth=0, name="x", kind="tensor", shape=()),), total=1),
        "x",
    ),
    "no rows": (Table(name="t", columns=("a", "b"), rows=(), total=0), "No rows."),
    "no columns": (Table(name="t", columns=(), rows=(), total=0), "No rows."),
    "nothing timed": (Timeline(name="t", spans=(), total=0), "Nothing was timed."),
    "no time at all": (
        Timeline(name="t", spans=(Span(name="x", start=1.0, seconds=0.0),), total=1),
        "R x",
    ),
    "NaN in a timeline": (
        Timeline(
            name="t",
            spans=(Span(name="x", start=0.0, seconds=1.0), Span(name="bad", start=math.nan, seconds=1.0)),
            total=2,
        ),
        "R x",
    ),
    "NaN only": (
        Array(
            name="a", library="torch", shape=(2,), dtype="float32", device="cpu",
            statistics=Statistics(low=None, high=None, mean=None, std=None, nan=2, inf=0, zero=0),
            values=pack_doubles([math.nan, math.nan]),
        ),
        "! 2 NaN",
    ),
    "control characters": (
        Table(name="t", columns=("a\nb",), rows=(("x\x1b[31my\r\nz",),), total=1),
        "a b",
    ),
}  # fmt: skip


@pytest.mark.parametrize("compact", [False, True], ids=["full", "compact"])
@pytest.mark.parametrize("name", BAD)
async def test_bad_data(name: str, compact: bool) -> None:
    view, words = BAD[name]
    async with opened(view, compact=compact) as (pilot, sheet):
        assert words in sheet.text
        assert "\x1b" not in sheet.text
        for key in ("down", "end", "home", "right", "plus", "minus", "]", ".", "enter", "p", "c",
                    "i", "u", "slash", "x", "enter", "n"):  # fmt: skip
            await press(pilot, key)
        assert words in sheet.text


async def test_another_view_of_the_same_name_takes_its_place() -> None:
    async with opened(samples.table(40)) as (pilot, sheet):
        await press(pilot, "end", "slash", *"run-01", "enter")
        sheet.update_view(samples.table(3))
        await pilot.pause()
        assert sheet.cursor == 2
        assert "run-002" in chosen(sheet)
        assert sheet.readout.startswith("Row 3 of")


def test_every_kind_has_a_drawing_of_its_own() -> None:
    for make in samples.VIEWS.values():
        assert isinstance(drawing(make(), compact=False), Sheet)
