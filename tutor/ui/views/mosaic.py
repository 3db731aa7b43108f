"""Where the tiles of an image go, and how large: a grid that fits, or scrolls; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tutor.views.model import Tile

GAP = 2
"""Cells between two tiles; one row between two rows of them."""
SMALLEST = 4
"""Dots on a side below which a tile that is made to fit is not reduced."""
LARGEST = 24
"""Dots of a pixel's side at most: a 3x3 filter fills the screen well enough then."""


@dataclass(frozen=True)
class Dots:
    """How cells are divided."""

    across: int
    """Cells that a dot is wide."""
    down: int
    """Dots that a cell is high."""


HALVES = Dots(1, 2)
"""Two dots to a cell, one above the other, each with a colour of its own: they are square."""
SHADES = Dots(2, 1)
"""A dot of two cells, each with the same mark."""


@dataclass(frozen=True)
class Spot:
    """Where a tile is."""

    tile: int
    """Its place among the tiles."""
    top: int
    """Its first row of pixels, in rows of cells."""
    left: int
    """In cells."""
    dots: tuple[int, int]
    """Height and width."""


@dataclass(frozen=True)
class Mosaic:
    """All tiles on a page."""

    spots: tuple[Spot, ...]
    per_row: int
    """Tiles beside each other."""
    rows: int
    """Rows of cells that they take."""
    labelled: bool
    """Whether there is a row for labels above each row of tiles."""


def sized(tile: Tile, zoom: int) -> tuple[int, int]:
    """Height and width of a tile in dots."""
    if zoom >= 1:
        return tile.height * zoom, tile.width * zoom
    block = block_of(zoom)
    return -(-tile.height // block), -(-tile.width // block)


def block_of(zoom: int) -> int:
    """How many pixels, on a side, are one dot: 2 for zoom 0, 3 for -1.

    A zoom of 1 and more is how many dots, on a side, are one pixel.
    """
    return max(2 - zoom, 1) if zoom < 1 else 1


def lay_out(tiles: Sequence[Tile], width: int, zoom: int, dots: Dots) -> Mosaic:
    """Put tiles beside each other, as many as ``width`` cells hold, and below each other."""
    sizes = [sized(tile, zoom) for tile in tiles]
    widest = max(size[1] for size in sizes) * dots.across
    per_row = max((width + GAP) // (widest + GAP), 1)
    labelled = any(tile.label for tile in tiles)
    spots: list[Spot] = []
    top = 0
    for start in range(0, len(tiles), per_row):
        if start:
            top += 1
        top += labelled
        row = range(start, min(start + per_row, len(tiles)))
        spots += [Spot(place, top, (place - start) * (widest + GAP), sizes[place]) for place in row]
        top += max(-(-sizes[place][0] // dots.down) for place in row)
    return Mosaic(tuple(spots), per_row, top, labelled)


def fitting(tiles: Sequence[Tile], width: int, height: int, dots: Dots) -> int:
    """The largest zoom with which all tiles are on a page; the smallest when none is enough."""
    for zoom in range(LARGEST, 0, -1):
        if _fits(tiles, width, height, zoom, dots):
            return zoom
    zoom = 0
    largest = max(max(tile.height, tile.width) for tile in tiles)
    while not _fits(tiles, width, height, zoom, dots) and largest // block_of(zoom) > SMALLEST:
        zoom -= 1
    return zoom


def _fits(tiles: Sequence[Tile], width: int, height: int, zoom: int, dots: Dots) -> bool:
    page = lay_out(tiles, width, zoom, dots)
    widest = max(spot.left + spot.dots[1] * dots.across for spot in page.spots)
    return widest <= width and page.rows <= height
