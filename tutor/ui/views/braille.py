"""A canvas of braille characters: eight dots to a cell, lines of several series; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.views.thin import Stroke

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bits of Unicode's braille patterns, by row and column of a cell."""


class Canvas:
    """Cells that each hold up to eight dots, in the colour of whichever series drew there last."""

    def __init__(self, columns: int, rows: int) -> None:
        self.columns = columns
        self.rows = rows
        self.width = columns * 2
        """In dots."""
        self.height = rows * 4
        """In dots."""
        self._bits = [bytearray(columns) for _ in range(rows)]
        self._owner = [bytearray(columns) for _ in range(rows)]
        self._glyphs: dict[tuple[int, int], tuple[str, int]] = {}

    def line(self, strokes: Sequence[Stroke], owner: int) -> dict[int, int]:
        """Draw neighbouring strokes, whose columns are of dots, and join them.

        Returns:
            For each column of cells that the line comes through, a row that it comes through.
        """
        crossed: dict[int, int] = {}
        before: Stroke | None = None
        for stroke in strokes:
            if before is not None:
                self._join(before, stroke, owner)
            bottom, top = self._dot(stroke.low), self._dot(stroke.high)
            self._upright(stroke.column, bottom, top, owner)
            crossed[stroke.column // 2] = self._row((bottom + top) // 2)
            before = stroke
        return crossed

    def _join(self, one: Stroke, other: Stroke, owner: int) -> None:
        """The line between two strokes: each column as far as half way to its neighbours."""
        if one.column > other.column:
            x0, y0, x1, y1 = other.column, self._dot(other.first), one.column, self._dot(one.last)
        else:
            x0, y0, x1, y1 = one.column, self._dot(one.last), other.column, self._dot(other.first)
        slope = (y1 - y0) / max(x1 - x0, 1)
        for x in range(x0, x1 + 1):
            start = y0 if x == x0 else round(y0 + slope * (x - x0 - 0.5))
            end = y1 if x == x1 else round(y0 + slope * (x - x0 + 0.5))
            self._upright(x, min(start, end), max(start, end), owner)

    def _upright(self, x: int, bottom: int, top: int, owner: int) -> None:
        column, side = divmod(x, 2)
        for y in range(bottom, top + 1):
            row, dot = divmod(self.height - 1 - y, 4)
            self._bits[row][column] |= _DOTS[dot][side]
            self._owner[row][column] = owner + 1

    def _dot(self, place: float) -> int:
        return min(max(round(place * (self.height - 1)), 0), self.height - 1)

    def _row(self, dot: int) -> int:
        return (self.height - 1 - dot) // 4

    def put(self, column: int, row: int, glyph: str, owner: int) -> None:
        """Put a character into a cell, in place of its dots."""
        if 0 <= column < self.columns and 0 <= row < self.rows:
            self._glyphs[column, row] = (glyph, owner)

    def cell(self, column: int, row: int) -> tuple[str, int]:
        """A cell's character, and whose it is; a space, and -1, when nothing is there."""
        if (column, row) in self._glyphs:
            return self._glyphs[column, row]
        bits = self._bits[row][column]
        return (chr(0x2800 + bits), self._owner[row][column] - 1) if bits else (" ", -1)

    def runs(self, row: int) -> Iterable[tuple[str, int]]:
        """A row as stretches of text that are each one series'."""
        text, owner = "", -1
        for column in range(self.columns):
            glyph, whose = self.cell(column, row)
            if whose != owner and text:
                yield text, owner
                text = ""
            text, owner = text + glyph, whose
        yield text, owner
