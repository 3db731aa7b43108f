"""Curves, bars and images as they are drawn: what is on the screen and under the cursor."""

from __future__ import annotations

import base64
import math
import re
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest
from rich.color import Color
from rich.console import ColorSystem
from textual.pilot import Pilot

from tests.ui import picture_samples
from tests.ui.painted import Emulator, driver_for, painted
from tests.ui.view_app import ViewApp
from tutor.ui.views import graphics, mosaic, plot, real, scales
from tutor.ui.views.bars import BarsDrawing
from tutor.ui.views.base import Drawing
from tutor.ui.views.braille import Canvas
from tutor.ui.views.curve import CurveDrawing
from tutor.ui.views.image import ImageDrawing
from tutor.views.axes import Axis
from tutor.views.model import Bar, Bars, Curve, Image, View, doubles
from tutor.views.palette import DIVERGING, SEQUENTIAL
from tutor.views.thin import Stroke


@asynccontextmanager
async def drawn(
    view: View,
    *keys: str,
    compact: bool = False,
    size: tuple[int, int] = (80, 24),
    colours: ColorSystem | None = ColorSystem.TRUECOLOR,
) -> AsyncIterator[tuple[Drawing, Pilot[None]]]:
    app = ViewApp(view, compact=compact)
    app.console._color_system = colours
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        yield app.drawing, pilot


# Curves


async def test_a_curve_compact_fits_and_full_fills() -> None:
    async with drawn(picture_samples.curve(), compact=True) as (drawing, _):
        rows = drawing.text.splitlines()
        assert len(rows) <= 7
        assert "● train" in rows[0]
        assert "▲ held out" in rows[0]
    async with drawn(picture_samples.curve()) as (drawing, _):
        assert len(drawing.text.splitlines()) == drawing.size.height


async def test_series_are_told_apart_without_colour() -> None:
    async with drawn(picture_samples.curve()) as (drawing, _):
        body = "\n".join(drawing.text.splitlines()[1:])
        assert body.count("●") >= 4
        assert body.count("▲") >= 4


async def test_the_cursor_says_the_values_of_a_step() -> None:
    curve = picture_samples.curve(50)
    train, held = (doubles(series.y) for series in curve.series)
    async with drawn(curve, "home") as (drawing, pilot):
        assert drawing.readout.startswith("step 49 ·"), "the first press shows it where it is"
        await pilot.press("home", "right", "right")
        assert drawing.readout.startswith("step 2 ·")
        assert f"train {train[2]:.6g}" in drawing.readout
        assert f"held out {held[2]:.6g}" in drawing.readout
        await pilot.press("end", "right")
        assert drawing.readout.startswith("step 49 ·")


async def test_zoom_shows_less_and_follows_the_cursor() -> None:
    async with drawn(picture_samples.curve(1000), "right", "plus", "plus", "plus") as (one, pilot):
        drawing = cast("CurveDrawing", one)
        assert drawing._span == (874.125, 999)
        await pilot.press(*("pageup",) * 12)
        assert drawing._span[0] < 850
        assert drawing._span[0] <= drawing._cursor <= drawing._span[1]
        await pilot.press("0")
        assert drawing._span is None


async def test_zoom_ends_before_there_is_nothing_to_see() -> None:
    async with drawn(picture_samples.curve(20), *("plus",) * 12) as (drawing, _):
        assert any(0x2800 < ord(character) < 0x2900 for character in drawing.text)


async def test_a_logarithmic_axis_and_what_it_cannot_show() -> None:
    curve = Curve(name="x", series=(picture_samples.series("loss", [100, 1, 0.01, 0]),))
    async with drawn(curve, "l") as (drawing, pilot):
        assert "1e-02" in drawing.text or "0.01" in drawing.text
        assert "1 point is 0 or less" in drawing.readout
        await pilot.press("l")
        assert "0 or less" not in drawing.readout


@pytest.mark.parametrize(
    ("ys", "words"),
    [
        ([], "There are no points."),
        ([math.nan, math.nan], "No value is finite."),
        ([1.0], "1"),
        ([2.0, 2.0], "2"),
        ([1e300, -1e300], "1e+300"),
    ],
)
async def test_odd_series(ys: list[float], words: str) -> None:
    curve = Curve(name="x", series=(picture_samples.series("loss", ys),))
    for compact in (True, False):
        async with drawn(curve, compact=compact) as (drawing, _):
            assert words in drawing.text


async def test_nan_and_infinity_are_marked_where_they_are_and_said() -> None:
    ys = [1.0, 2.0, math.nan, 2.0, math.inf]
    curve = Curve(name="x", series=(picture_samples.series("loss", ys),))
    async with drawn(curve, compact=True) as (drawing, _):
        assert "N" in drawing.text
        assert "∞" in drawing.text
        assert "1 point is NaN, at step 2." in drawing.readout


async def test_more_of_a_curve_keeps_the_cursor_and_the_axis() -> None:
    async with drawn(picture_samples.curve(12), "left", "left") as (one, _):
        drawing = cast("CurveDrawing", one)
        said = drawing.readout
        drawing.live = True
        drawing.update_view(picture_samples.curve(13))
        first = drawing.text.splitlines()[-1]
        drawing.update_view(picture_samples.curve(14))
        assert drawing.text.splitlines()[-1] == first, "there is room for what is to come"
        assert drawing.readout == said


def test_a_growing_axis_is_drawn_anew_seldom_and_well_filled() -> None:
    ends = {scales.roomy(Axis(0, steps)).high for steps in range(10, 10_000)}
    assert len(ends) <= 26
    assert all(scales.roomy(Axis(0, steps)).high <= 1.51 * steps for steps in range(10, 10_000))


def test_every_column_that_a_line_comes_through_is_drawn() -> None:
    canvas = Canvas(10, 4)
    ends = [Stroke(0, 0, 0, 0, 0), Stroke(19, 1, 1, 1, 1)]
    canvas.line(ends, 0)
    for column in range(10):
        assert any(canvas.cell(column, row)[1] == 0 for row in range(4))


def test_a_million_points_cost_their_columns_only() -> None:
    ys = [math.sin(step / 1000) for step in range(200_000)]
    curve = Curve(name="x", series=(picture_samples.series("loss", ys),))
    lines = plot.lines_of(curve)
    found = plot.draw(curve, lines, plot.Look(), 78, 20)
    assert len(found.rows) == 20
    assert all(row.cell_length <= 78 for row in found.rows)


# Bars


async def test_bars_have_numbers_and_compare_with_the_first() -> None:
    async with drawn(picture_samples.bars(), "down") as (drawing, pilot):
        assert "├" in drawing.text
        assert "not finite" in drawing.text
        assert drawing.readout == "compiled 3.21 ms (3 to 3.4) · 1/3.83 of eager"
        await pilot.press("end")
        assert drawing.readout == "overflowed not finite"


async def test_many_bars_compact_say_how_many_are_left_out() -> None:
    many = Bars(name="b", bars=tuple(Bar(label=f"b{n}", value=n) for n in range(40)))
    async with drawn(many, compact=True) as (drawing, _):
        assert len(drawing.text.splitlines()) <= 7
        assert "… 34 more bars" in drawing.text
    async with drawn(many, "end") as (drawing, _):
        assert isinstance(drawing, BarsDrawing)
        assert drawing.scroll_offset.y > 0
        assert "b39 39" in drawing.readout


async def test_no_bars() -> None:
    async with drawn(Bars(name="b", bars=()), "down") as (drawing, _):
        assert "There are no bars" in drawing.text


# Images


async def test_the_value_under_the_cursor() -> None:
    async with drawn(picture_samples.weights(), "down", "right", "right") as (drawing, pilot):
        assert drawing.readout == f"conv 0, row 1, column 2: {math.sin(1.4):.5g}"
        await pilot.press(*("right",) * 3)
        assert drawing.readout.startswith("conv 1, row 1, column 0")
        await pilot.press("left")
        assert drawing.readout.startswith("conv 0, row 1, column 4")


async def test_one_tile_alone_is_larger() -> None:
    async with drawn(picture_samples.weights()) as (one, pilot):
        drawing = cast("ImageDrawing", one)
        before = drawing._zoomed
        await pilot.press("enter")
        assert drawing._zoomed > before
        assert "conv 1" not in drawing.text
        await pilot.press("enter")
        assert "conv 1" in drawing.text


async def test_colours_of_values() -> None:
    tile = picture_samples.tile(2, 2, lambda y, x: [[-1.0, 0.0], [0.5, 1.0]][y][x])
    view = picture_samples.image([tile], palette="diverging")
    async with drawn(view, compact=True) as (drawing, _):
        found = {
            tuple(colour.triplet)
            for strip in drawing._rows(drawing._room)[:-1]
            for segment in strip
            if segment.style
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None and colour.triplet is not None
        }
        assert {DIVERGING[0], DIVERGING[16], DIVERGING[32]} <= found


def test_the_sequential_palette_grows_lighter_all_the_way() -> None:
    light = [0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in SEQUENTIAL]
    assert light == sorted(light)


@pytest.mark.parametrize("colours", [ColorSystem.STANDARD, None])
async def test_marks_where_there_are_no_colours_for_it(colours: ColorSystem | None) -> None:
    async with drawn(picture_samples.weights(), compact=True, colours=colours) as (drawing, _):
        assert "██" in drawing.text
        assert "##" in drawing.text
        assert "▀" not in drawing.text


@pytest.mark.parametrize("colours", [ColorSystem.TRUECOLOR, None])
async def test_a_confusion_matrix_has_its_names_and_numbers(colours: ColorSystem | None) -> None:
    view = picture_samples.confusion()
    async with drawn(view, "down", "right", "right", colours=colours) as (drawing, _):
        head, *rows = drawing.text.splitlines()
        assert head.split()[:3] == ["plane", "car", "bird"]
        assert re.match(r"car +0 +89", rows[1])
        assert drawing.readout == "row car, column bird: 2"


@pytest.mark.parametrize("sample", ["odd", "photo", "digits", "confusion", "weights"])
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 45)])
@pytest.mark.parametrize("compact", [True, False])
async def test_an_image_fits(sample: str, size: tuple[int, int], compact: bool) -> None:
    view = getattr(picture_samples, sample)()
    async with drawn(view, compact=compact, size=size) as (drawing, _):
        rows = drawing._rows(drawing._room)
        assert all(row.cell_length <= size[0] for row in rows)
        if compact:
            assert len(rows) <= max(int(size[1] * 0.3), 4)


async def test_no_image() -> None:
    view = Image(name="x", tiles=(), total=0, low=None, high=None)
    keys = ("right", "enter", "plus", "0")
    async with drawn(view, *keys) as (drawing, _):
        assert "There are no pixels" in drawing.text


def test_an_image_that_is_too_large_is_made_smaller_to_fit() -> None:
    tile = picture_samples.tile(256, 200, lambda y, x: float(y * x))
    zoom = mosaic.fitting([tile], 78, 20, mosaic.HALVES)
    height, width = mosaic.sized(tile, zoom)
    assert zoom < 1
    assert width <= 78
    assert 30 < height <= 40


# Real pixels


def test_a_picture_is_sent_in_pieces_that_kitty_takes() -> None:
    pixels = bytes(value * 7 % 251 for value in range(3 * 90 * 80))
    sent = graphics.send(77, (90, 80), pixels, (20, 40))
    pieces = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert "".join(f"\x1b_G{head};{body}\x1b\\" for head, body in pieces) == sent
    fields = dict(pair.split("=") for pair in pieces[0][0].split(","))
    assert fields.pop("m") == str(int(len(pieces) > 1))
    assert fields == {
        "a": "T", "U": "1", "q": "2", "i": "77", "f": "24", "o": "z",
        "s": "80", "v": "90", "r": "20", "c": "40",
    }  # fmt: skip
    assert all(len(body) <= 4096 for _, body in pieces)
    assert pieces[-1][0].endswith("m=0")
    assert zlib.decompress(base64.b64decode("".join(body for _, body in pieces))) == pixels


@pytest.mark.parametrize(
    # Rich keeps what a style was written as: each has a colour of its own.
    ("colours", "colour"),
    [(ColorSystem.TRUECOLOR, 40), (ColorSystem.EIGHT_BIT, 50)],
)
async def test_the_colour_of_the_cells_is_the_number_of_the_picture(
    colours: ColorSystem, colour: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setattr(real, "COLOUR", Color.from_ansi(colour))
    emulator = Emulator(80, 24)
    app = ViewApp(picture_samples.image([picture_samples.tile(128, 128, lambda y, x: y ^ x)]))
    app.driver_class = driver_for(emulator)
    app.console._color_system = colours
    async with painted(app, emulator) as pilot:
        await pilot.pause()
    sent = re.findall(r"a=T,U=1,q=2,i=(\d+)", emulator.output)
    cells = re.findall(r"38;([\d;]+?)(?:;48;[\d;]+)?m\U0010eeee", emulator.output)
    numbers = set()
    for kind, *parts in (cell.split(";") for cell in cells):
        red, green, blue = (0, 0, int(parts[0])) if kind == "5" else map(int, parts)
        numbers.add(red << 16 | green << 8 | blue)
    assert {int(number) for number in sent} == numbers


@pytest.mark.parametrize("term", ["xterm-kitty", "xterm-256color", "tmux-256color"])
async def test_pixels_only_where_the_terminal_is_known_to_show_them(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    large = picture_samples.image([picture_samples.tile(128, 128, lambda y, x: float(y ^ x))])
    emulator = Emulator(80, 24)
    app = ViewApp(large)
    app.driver_class = driver_for(emulator)
    app.console._color_system = ColorSystem.TRUECOLOR
    async with painted(app, emulator) as pilot:
        await pilot.press("down", "right")
        await pilot.pause()
        assert emulator.output.count("a=T,U=1") == (term == "xterm-kitty")
        assert ("\U0010eeee" in emulator.output) == (term == "xterm-kitty")
        # Where it is made smaller, a key goes from one that is seen to the next: over four.
        at = 1 if term == "xterm-kitty" else 4
        assert app.drawing.readout == f"row {at}, column {at}: 0"
        await app.drawing.remove()
        await pilot.pause()
    assert ("a=d,d=I" in emulator.output) == (term == "xterm-kitty")
