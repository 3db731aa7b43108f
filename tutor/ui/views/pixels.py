"""The pixels of one tile as numbers, as colours, larger or smaller; pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tutor.ui.views.mosaic import block_of
from tutor.views.model import Tile, singles
from tutor.views.numbers import number
from tutor.views.palette import Colour, Palette, of_light


class Pixels:
    """A tile that is being looked at. What was worked out for one zoom is kept for it."""

    def __init__(self, tile: Tile) -> None:
        self.tile = tile
        data = singles(tile.data)
        per_row = tile.width * tile.channels
        self._rows = [data[row * per_row : (row + 1) * per_row] for row in range(tile.height)]

    @property
    def values(self) -> Sequence[Sequence[float]]:
        """Rows of single values, of a tile with one channel."""
        return self._rows

    def words(self, y: int, x: int) -> str:
        """The value of a pixel."""
        channels = self.tile.channels
        parts = self._rows[y][x * channels : (x + 1) * channels]
        if channels == 1:
            return number(parts[0], 5)
        names = ("red", "green", "blue")
        return ", ".join(
            f"{name} {number(part, 3)}" for name, part in zip(names, parts, strict=True)
        )

    def colours(self, palette: Palette, zoom: int) -> list[list[Colour | None]]:
        """Rows of dots in their colours."""
        if self.tile.channels == 1:
            shown: dict[float, Colour | None] = {}
            rows: list[list[Colour | None]] = []
            for row in self._reduced(0, zoom):
                for value in row:
                    if value not in shown:
                        shown[value] = palette.colour(value)
                rows.append([shown[value] for value in row])
        else:
            channels = [self._reduced(channel, zoom) for channel in range(3)]
            rows = [
                [of_light(*light) for light in zip(*parts, strict=True)]
                for parts in zip(*channels, strict=True)
            ]
        if zoom <= 1:
            return rows
        return [
            [colour for colour in row for _ in range(zoom)] for row in rows for _ in range(zoom)
        ]

    def dots(self, zoom: int) -> list[list[float]]:
        """Rows of dots as values; of a coloured tile, how light they are."""
        if self.tile.channels == 1:
            rows = self._reduced(0, zoom)
        else:
            channels = [self._reduced(channel, zoom) for channel in range(3)]
            rows = [
                [
                    0.299 * red + 0.587 * green + 0.114 * blue
                    for red, green, blue in zip(*parts, strict=True)
                ]
                for parts in zip(*channels, strict=True)
            ]
        many = max(zoom, 1)
        return [[value for value in row for _ in range(many)] for row in rows for _ in range(many)]

    def _reduced(self, channel: int, zoom: int) -> list[list[float]]:
        """The values of one channel; of a zoom below 1, the means of blocks."""
        step, block = self.tile.channels, block_of(zoom)
        rows = [list(row[channel::step]) for row in self._rows]
        if block == 1:
            return rows
        return [
            [
                _mean([value for row in rows[y : y + block] for value in row[x : x + block]])
                for x in range(0, self.tile.width, block)
            ]
            for y in range(0, self.tile.height, block)
        ]


def _mean(values: Sequence[float]) -> float:
    """The mean, NaN if any value is: what is odd must not vanish in what is made smaller."""
    return math.fsum(values) / len(values) if all(map(math.isfinite, values)) else math.nan
