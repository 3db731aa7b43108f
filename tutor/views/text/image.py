"""Images as shades, two cells to a pixel: the more ink, the larger; signs have marks of their own.

The colours of the terminal are not known here, so ink stands for magnitude and never for light.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from tutor.views import cells
from tutor.views.model import Image, Tile, singles
from tutor.views.numbers import count, number
from tutor.views.text.table import aligned

SHADES = ("  ", "··", "::", "░░", "▒▒", "▓▓", "██")
"""From the smallest value to the largest."""
POSITIVE = ("  ", "░░", "▒▒", "▓▓", "██")
NEGATIVE = ("  ", "--", "==", "%%", "##")
"""From zero to the largest magnitude, by sign."""
ODD = "??"
"""NaN or infinite."""
ROWS = 40
"""Of all tiles together, when no height is asked for; the pixels are made coarser to fit."""
SMALLEST = 4
"""Pixels on a side below which a tile is not reduced."""
GAP = 2


@dataclass(frozen=True)
class Pixels:
    """A tile as rows of single values."""

    rows: list[list[float]]

    @classmethod
    def of(cls, tile: Tile) -> Pixels:
        """Its values; of a coloured one, the lightness."""
        data = singles(tile.data)
        if tile.channels == 3:
            data = [
                0.299 * red + 0.587 * green + 0.114 * blue
                for red, green, blue in zip(data[0::3], data[1::3], data[2::3], strict=False)
            ]
        across = tile.width
        return cls([[*data[row * across : (row + 1) * across]] for row in range(tile.height)])

    def reduced(self, height: int, width: int) -> list[list[float]]:
        """The means of blocks, so that there are at most that many rows and columns."""
        down, across = len(self.rows), len(self.rows[0]) if self.rows else 0
        if down <= height and across <= width:
            return self.rows
        height, width = min(height, down), min(width, across)
        return [
            [
                _mean(
                    [
                        value
                        for row in self.rows[y * down // height : (y + 1) * down // height]
                        for value in row[x * across // width : (x + 1) * across // width]
                    ]
                )
                for x in range(width)
            ]
            for y in range(height)
        ]


def _mean(values: list[float]) -> float:
    real = [value for value in values if math.isfinite(value)]
    return math.fsum(real) / len(real) if real else math.nan


def draw(view: Image, width: int, height: int | None) -> list[str]:
    """Return the tiles side by side, with what the shades mean below."""
    tiles = [tile for tile in view.tiles if tile.height > 0 and tile.width > 0]
    if not tiles:
        return ["There are no pixels."]
    notes = _notes(view, width)
    if len(tiles) == 1 and (view.rows or view.columns) and tiles[0].channels == 1:
        return [*_matrix(view, tiles[0], width), *notes]
    rows = ROWS if height is None else max(height - len(notes) - 1, SMALLEST)
    side = _side(tiles, width, rows)
    return [*_grid(view, tiles, width, side), *legend(view, tiles), *notes]


def _side(tiles: list[Tile], width: int, rows: int) -> int:
    """The largest number of pixels on a side with which all tiles fit, or the smallest allowed."""
    largest = max(max(tile.height, tile.width) for tile in tiles)
    side = min(largest, max(width // 2, 1))
    while side > SMALLEST and _height(tiles, width, side) > rows:
        side -= 1
    return side


def _size(tile: Tile, side: int) -> tuple[int, int]:
    """Height and width of a tile whose longer side has at most ``side`` pixels."""
    longer = max(tile.height, tile.width)
    if longer <= side:
        return tile.height, tile.width
    return max(tile.height * side // longer, 1), max(tile.width * side // longer, 1)


def _per_row(tiles: list[Tile], width: int, side: int) -> int:
    widest = max(_size(tile, side)[1] for tile in tiles) * 2
    return max((width + GAP) // (widest + GAP), 1)


def _height(tiles: list[Tile], width: int, side: int) -> int:
    per_row = _per_row(tiles, width, side)
    tallest = max(_size(tile, side)[0] for tile in tiles)
    return -(-len(tiles) // per_row) * (tallest + 1 + any(tile.label for tile in tiles))


def _grid(view: Image, tiles: list[Tile], width: int, side: int) -> list[str]:
    per_row = _per_row(tiles, width, side)
    wide = max(_size(tile, side)[1] for tile in tiles) * 2
    lines: list[str] = []
    for start in range(0, len(tiles), per_row):
        some = tiles[start : start + per_row]
        if lines:
            lines.append("")
        gap = " " * GAP
        if any(tile.label for tile in some):
            lines.append(gap.join(cells.left(cells.clean(tile.label), wide) for tile in some))
        drawn = [
            [_shades(view, tile, row) for row in Pixels.of(tile).reduced(*_size(tile, side))]
            for tile in some
        ]
        lines += [
            gap.join(cells.left(tile[row] if row < len(tile) else "", wide) for tile in drawn)
            for row in range(max(map(len, drawn)))
        ]
    shrunk = sorted(
        {
            f"{tile.full[0]}×{tile.full[1]} drawn as {size[0]}×{size[1]}"
            for tile in tiles
            if (size := _size(tile, side)) != tile.full
        }
    )
    return [*lines, *cells.wrap("; ".join(shrunk), width)]


def _shades(view: Image, tile: Tile, row: list[float]) -> str:
    return "".join(shade(view, tile, value) for value in row)


def shade(view: Image, tile: Tile, value: float) -> str:
    """The two cells of a pixel."""
    if not math.isfinite(value):
        return ODD
    low, high = (0.0, 1.0) if tile.channels == 3 else (view.low or 0.0, view.high or 0.0)
    if tile.channels == 1 and view.palette == "diverging":
        most = max(abs(low), abs(high))
        scale = POSITIVE if value >= 0 else NEGATIVE
        return scale[_level(abs(value), 0.0, most, len(scale))]
    return SHADES[_level(value, low, high, len(SHADES))]


def _level(value: float, low: float, high: float, levels: int) -> int:
    span = high / 2 - low / 2
    share = (value / 2 - low / 2) / span if span > 0 else 0.0
    return min(int(min(max(share, 0.0), 1.0) * levels), levels - 1)


def legend(view: Image, tiles: list[Tile]) -> list[str]:
    """What the shades stand for."""
    if all(tile.channels == 3 for tile in tiles):
        return [f"lightness: 0 [{''.join(shade[0] for shade in SHADES)}] 1"]
    if view.low is None or view.high is None:
        return []
    if view.palette == "diverging":
        most = number(max(abs(view.low), abs(view.high)), 3)
        minus = "".join(shade[0] for shade in reversed(NEGATIVE[1:]))
        plus = "".join(shade[0] for shade in POSITIVE[1:])
        return [f"-{most} [{minus} {plus}] {most}, from {_range(view)}"]
    inks = "".join(shade[0] for shade in SHADES)
    return [f"{number(view.low, 3)} [{inks}] {number(view.high, 3)}"]


def _range(view: Image) -> str:
    return f"{number(view.low, 3)} to {number(view.high, 3)}"


def _notes(view: Image, width: int) -> list[str]:
    said: list[str] = []
    if view.odd:
        said.append(f"! {count(view.odd, 'value')} NaN or infinite, drawn as {ODD}.")
    if view.total > len(view.tiles):
        said.append(f"The first {len(view.tiles):,} of {count(view.total, 'image')}.")
    return [line for words in said for line in cells.wrap(words, width)]


def _matrix(view: Image, tile: Tile, width: int) -> list[str]:
    """A labelled matrix: its numbers, with a shade beside each."""
    rows = Pixels.of(tile).rows
    heads = [
        "",
        *(view.columns[at] if at < len(view.columns) else str(at) for at in range(tile.width)),
    ]
    body = [
        [
            cells.clean(view.rows[y]) if y < len(view.rows) else str(y),
            *(f"{number(value, 3)} {shade(view, tile, value)[0]}" for value in row),
        ]
        for y, row in enumerate(rows)
    ]
    return [*aligned([cells.clean(head) for head in heads], body, width), *legend(view, [tile])]


def tell(view: Image, width: int) -> list[str]:
    """Return what there is in words, and the numbers of a labelled matrix."""
    said = [count(view.total, "image")]
    sizes = sorted({f"{tile.full[0]}×{tile.full[1]}" for tile in view.tiles})
    said += [f"of {', '.join(sizes)} pixels"] if sizes else []
    if view.low is not None:
        said.append(f"values from {_range(view)}")
    lines = cells.wrap(f"{', '.join(said)}.", width)
    if view.odd:
        lines += cells.wrap(f"{count(view.odd, 'value')} NaN or infinite.", width)
    for at, tile in enumerate(view.tiles):
        values = [value for row in Pixels.of(tile).rows for value in row]
        real = [value for value in values if math.isfinite(value)]
        name = cells.clean(tile.label) or f"image {at + 1}"
        if real and not (view.rows or view.columns):
            mean = number(math.fsum(real) / len(real))
            lines.append(f"{name}: {number(min(real))} to {number(max(real))}, mean {mean}")
    if len(view.tiles) == 1 and (view.rows or view.columns):
        tile = view.tiles[0]
        for y, row in enumerate(Pixels.of(tile).rows):
            head = view.rows[y] if y < len(view.rows) else f"row {y}"
            columns = [
                view.columns[x] if x < len(view.columns) else str(x) for x in range(len(row))
            ]
            said_row = ", ".join(
                f"{column} {number(value)}" for column, value in zip(columns, row, strict=True)
            )
            lines += cells.wrap(f"{head}: {said_row}", width)
    return lines
