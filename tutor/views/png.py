"""An image grid as a PNG file, with zlib alone."""

from __future__ import annotations

import math
import struct
import zlib

from tutor.views import cells
from tutor.views.model import Image, Tile, singles
from tutor.views.palette import Colour, Palette, of_light

SIDE = 1200
"""Pixels that the longer side of the picture is enlarged to, about, when it is smaller."""
GAP = 1
"""Pixels of the images between two tiles and around them, before the picture is enlarged."""
PAPER: Colour = (255, 255, 255)
ODD: Colour = (255, 0, 255)
"""NaN or infinite: magenta, which neither palette has."""


def draw(view: Image) -> bytes:
    """Return the file: all tiles in a grid, each pixel a square of its colour."""
    tiles = [tile for tile in view.tiles if tile.height > 0 and tile.width > 0]
    if not tiles:
        return _file([[PAPER]], 1, view)
    height, width = max(tile.height for tile in tiles), max(tile.width for tile in tiles)
    across = max(min(math.ceil(math.sqrt(len(tiles) * height / width)), len(tiles)), 1)
    down = -(-len(tiles) // across)
    sheet = [[PAPER] * (across * (width + GAP) + GAP) for _ in range(down * (height + GAP) + GAP)]
    palette = Palette(view)
    for at, tile in enumerate(tiles):
        top, left = GAP + at // across * (height + GAP), GAP + at % across * (width + GAP)
        for row, colours in enumerate(_rows(tile, palette)):
            sheet[top + row][left : left + tile.width] = colours
    return _file(sheet, max(SIDE // max(len(sheet), len(sheet[0])), 1), view)


def _rows(tile: Tile, palette: Palette) -> list[list[Colour]]:
    """The colours of a tile."""
    data = singles(tile.data)
    if tile.channels == 1:
        found = [palette.colour(value) or ODD for value in data]
    else:
        light = zip(data[0::3], data[1::3], data[2::3], strict=False)
        found = [of_light(*parts) or ODD for parts in light]
    wide = tile.width
    return [found[row * wide : (row + 1) * wide] for row in range(tile.height)]


def _file(sheet: list[list[Colour]], scale: int, view: Image) -> bytes:
    """The bytes of a PNG file in true colour, eight bits a part."""
    body = zlib.compressobj(6)
    parts: list[bytes] = []
    for row in sheet:
        line = b"\0" + b"".join(bytes(colour) * scale for colour in row)
        parts.append(body.compress(line * scale))
    parts.append(body.flush())
    size = struct.pack(">IIBBBBB", len(sheet[0]) * scale, len(sheet) * scale, 8, 2, 0, 0, 0)
    said = [("Title", view.name), ("Description", _description(view))]
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", size),
            *(_text(key, cells.clean(words)) for key, words in said if words),
            _chunk(b"IDAT", b"".join(parts)),
            _chunk(b"IEND", b""),
        ]
    )


def _description(view: Image) -> str:
    """Caption, range and labels: what the pixels cannot say."""
    words = [view.caption]
    if view.low is not None and view.high is not None:
        words.append(f"values from {view.low:g} to {view.high:g}, {view.palette}")
    words += [tile.label for tile in view.tiles if tile.label]
    return "; ".join(word for word in words if word)


def _text(key: str, words: str) -> bytes:
    return _chunk(b"iTXt", key.encode() + b"\0\0\0\0\0" + words.encode())


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)
