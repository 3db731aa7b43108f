"""Views saved as files."""

from __future__ import annotations

import struct
import sys
import xml.etree.ElementTree as ET
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.views.strategies import bars, curves, graphs, images, timelines, views
from tutor.views import files, png, svg
from tutor.views.model import (
    Bar,
    Bars,
    CodeText,
    Edge,
    Graph,
    Image,
    Node,
    NoView,
    Pane,
    Table,
    Tile,
    View,
    pack_doubles,
)

SVG = "{http://www.w3.org/2000/svg}"
TIMES = Bars(name="times", caption="<1 & 2>", bars=(Bar(label="a<b", value=1.0),), unit="ms")


@settings(max_examples=300, deadline=None)
@given(view=curves | bars | graphs() | timelines)
def test_an_svg_is_well_formed_and_draws_within_itself(view: svg.Drawn) -> None:
    root = ET.fromstring(svg.draw(view))
    assert root.tag == f"{SVG}svg"
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            *("svg", "title", "rect", "text", "line", "path", "circle")
        }
        for name in ("x", "x1", "x2", "cx"):
            place = element.get(name)
            assert place is None or -1 <= float(place) <= width + 1
        for name in ("y", "y1", "y2", "cy"):
            place = element.get(name)
            assert place is None or -1 <= float(place) <= height + 1


def test_an_svg_says_what_was_said_and_nothing_is_markup() -> None:
    root = ET.fromstring(svg.draw(TIMES))
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert words == ["times", "<1 & 2>", "a<b", "1 ms"]


def test_all_words_of_a_graph_can_be_selected() -> None:
    nodes = (
        Node(id="a", op="input", label="x", shape=(2,), dtype="float32"),
        Node(id="b", op="sum"),
    )
    graph = Graph(name="g", nodes=nodes, edges=(Edge(source="a", target="b"),), total=5)
    root = ET.fromstring(svg.draw(graph))
    words = [element.text for element in root.iter(f"{SVG}text")]
    assert words == ["g", "input x", "float32[2]", "sum", "The first 2 of 5 nodes."]


def pixels(data: bytes) -> list[list[tuple[int, int, int]]]:
    """The rows of a PNG, read by its specification."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, body, size = 8, b"", (0, 0)
    kinds = []
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, inside = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (check,) = struct.unpack_from(">I", data, at + 8 + length)
        assert check == zlib.crc32(kind + inside)
        kinds.append(kind)
        if kind == b"IHDR":
            size = struct.unpack_from(">II", inside)
            assert inside[8:] == bytes([8, 2, 0, 0, 0])
        body += inside if kind == b"IDAT" else b""
        at += 12 + length
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    raw, wide = zlib.decompress(body), size[0] * 3 + 1
    assert len(raw) == wide * size[1]
    rows = [raw[row * wide : (row + 1) * wide] for row in range(size[1])]
    assert all(row[0] == 0 for row in rows)
    return [[tuple(row[x : x + 3]) for x in range(1, wide, 3)] for row in rows]  # type: ignore[misc]


@settings(max_examples=15, deadline=None)
@given(view=images)
def test_any_image_is_a_png(view: Image) -> None:
    assert pixels(png.draw(view))


def test_a_png_has_each_value_in_its_colour() -> None:
    import array

    data = array.array("f", [-1, 0, 1, float("nan")]).tobytes()
    tile = Tile(label="", height=2, width=2, channels=1, data=data, full=(2, 2))
    view = Image(name="w", tiles=(tile,), total=1, low=-1, high=1, palette="diverging")
    rows = pixels(png.draw(view))
    scale = len(rows) // 4  # with the paper around
    seen = [[rows[y * scale][x * scale] for x in range(4)] for y in range(4)]
    low, zero, high, odd = seen[1][1], seen[1][2], seen[2][1], seen[2][2]
    assert low[2] > low[0], "blue below zero"
    assert high[0] > high[2], "red above it"
    assert min(zero) > 240
    assert odd == png.ODD
    assert seen[0][0] == png.PAPER


@pytest.mark.parametrize(
    ("view", "suffix"),
    [
        (TIMES, ".svg"),
        (Image(name="i", tiles=(), total=0, low=None, high=None), ".png"),
        (CodeText(name="c", panes=(Pane(title="", text="x = 1", language="python", lines=1),)), ".py"),
        (CodeText(name="c", panes=(Pane(title="", text="func", language="mlir", lines=1),)), ".mlir"),
        (CodeText(name="c", panes=(Pane(title="", text="a", language="jaxpr", lines=1),)), ".txt"),
        (CodeText(name="c", panes=(Pane(title="a", text="a", lines=1),) * 2), ".txt"),
        (Table(name="t", columns=("a",), rows=(("1",),), total=1), ".txt"),
        (NoView(name="n", why="It could not."), ".txt"),
    ],
)  # fmt: skip
def test_each_kind_has_its_suffix(tmp_path: Path, view: View, suffix: str) -> None:
    path = files.save(view, tmp_path, "losses-mse")
    assert path == tmp_path / f"losses-mse{suffix}"
    assert path.stat().st_size > 0


def test_a_single_program_is_saved_as_it_is(tmp_path: Path) -> None:
    source = "def f(x):\n\treturn x  # " + "long " * 40 + "\n"
    pane = Pane(title="yours", text=source, language="python", lines=2)
    assert files.save(CodeText(name="c", panes=(pane,)), tmp_path).read_text() == source


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "times.svg").write_text("mine")
    (tmp_path / "times-2.svg").symlink_to(tmp_path / "nowhere")
    names = [files.save(TIMES, tmp_path).name for _ in range(2)]
    assert names == ["times-3.svg", "times-4.svg"]
    assert (tmp_path / "times.svg").read_text() == "mine"


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("a/b\\c: d\n", "a-b-c-d"),
        ("Verlust über Zeit", "Verlust-über-Zeit"),
        ("...", "times"),
        ("x" * 300, "x" * 60),
        ("\U00020000" * 300, "\U00020000" * 60),
        ("損失", "損失"),
    ],
)
def test_a_name_stays_in_its_folder(tmp_path: Path, stem: str, name: str) -> None:
    view = Bars(name="times", bars=())
    path = files.save(view, tmp_path, stem)
    assert path.parent == tmp_path
    assert path.stem == name


def test_what_cannot_be_written_is_an_error_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.save(TIMES, tmp_path / "gone")


@settings(max_examples=150, deadline=None)
@given(view=views)
def test_any_view_has_a_file(view: View) -> None:
    suffix, data = files.content(view)
    assert suffix.startswith(".")
    assert data or isinstance(view, CodeText)


def test_a_million_points_make_a_small_picture() -> None:
    from tutor.views.model import Curve, Series

    many = 200_000
    y = pack_doubles([(at * 7919 % 1000) / 1000 for at in range(many)])
    series = Series(name="loss", x=pack_doubles(range(many)), y=y, points=10**6)
    assert len(svg.draw(Curve(name="c", series=(series,)))) < 100_000


def test_saving_imports_no_drawing_library() -> None:
    import subprocess

    code = (
        "import sys; from tutor.views import files, svg, png, text; "
        "assert not {'PIL', 'numpy', 'textual', 'rich', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
