"""A table: columns as wide as they need, the head and the first column staying in view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from textual.content import Content

from tutor.ui.views.cells import MUTED, ODD, fit, shares
from tutor.ui.views.sheet import Sheet
from tutor.views.cells import clean, wrap
from tutor.views.cells import width as width_of
from tutor.views.model import Table

WIDEST = 40
"""Cells of a column, at most; the readout has the rest of a long value."""
GAP = "  "
HIGH = 14
"""Rows from which four at the bottom may be for the whole row."""


class TableDrawing(Sheet):
    """Rows of text; columns of numbers stand at the right."""

    steady = True

    def prepare(self) -> None:
        """Measure the columns and see which are of numbers."""
        table = cast("Table", self.view)
        self._table = table
        self._records = [tuple(clean(cell) for cell in row) for row in table.rows]
        self._columns = [clean(column) for column in table.columns]
        cells = [[row[place] for row in self._records] for place in range(len(self._columns))]
        self._wanted = [
            min(max(width_of(name), *map(width_of, column), 1), WIDEST)
            for name, column in zip(self._columns, cells, strict=True)
        ]
        self._cut = any(width_of(cell) > WIDEST for column in cells for cell in column)
        self._right = [bool(column) and all(map(_is_number, column)) for column in cells]
        first = self._wanted[0] if self._wanted else 0
        self.pinned = 2 + first + len(GAP) if first <= 24 else 0

    def count(self) -> int:
        """One for each row."""
        return len(self._records)

    def widest(self, width: int) -> int:
        """The columns, side by side."""
        return 2 + sum(self._wanted) + len(GAP) * max(len(self._wanted) - 1, 0)

    def head(self, width: int) -> Sequence[Content]:
        """The names of the columns; above them a sentence when there is not all or nothing."""
        head: list[Content] = []
        if not self._records:
            head.append(Content.styled("  No rows.", MUTED))
        elif self._table.total > len(self._records):
            words = f"  The first {len(self._records):,} of {self._table.total:,} rows."
            head.append(Content.styled(words, MUTED))
        if self._columns:
            widths = self._widths(width)
            names = self._line(self._columns, widths)
            rule = GAP.join("─" * cells for cells in widths)
            head += [names.stylize("bold"), Content.styled(f"  {rule}", MUTED)]
        return head

    def _widths(self, width: int) -> list[int]:
        """What each column gets: all it wants, but what there is in a compact drawing."""
        if not self.compact or self.widest(width) <= width:
            return self._wanted
        room = width - 2 - len(GAP) * (len(self._wanted) - 1)
        return shares(self._wanted, room)

    def _line(self, cells: Sequence[str], widths: Sequence[int]) -> Content:
        texts = [
            fit(cell, cells_wide, at_right=right)
            for cell, cells_wide, right in zip(cells, widths, self._right, strict=True)
        ]
        return Content("  " + GAP.join(texts))

    def row(self, index: int, width: int) -> Content:
        """The cells of a row."""
        cells = self._records[index]
        line = self._line(cells, self._widths(width))
        if any(_is_odd(cell) for cell in cells):
            start = 2
            for cell, wide in zip(cells, self._widths(width), strict=True):
                if _is_odd(cell):
                    line = line.stylize(ODD, start, start + wide)
                start += wide + len(GAP)
        return line

    def words(self, index: int) -> str:
        """The cells, whole."""
        return " ".join(self._records[index])

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """The first rows."""
        rows = list(super().brief(width, height))
        hidden = self._table.total - len(self._records)
        if hidden and len(rows) == height:  # the head has said how many there are
            rows[-1] = self.more(self._table.total - (height - len(self.head(width)) - 1), "rows")
        return rows

    def foot(self, width: int) -> Sequence[Content]:
        """The whole row, when a cell of any is cut or out of view."""
        all_seen = not self._cut and self.widest(width) <= width
        if not self._records or all_seen or self._room.height < HIGH:
            return ()
        lines = wrap(self._told(), width - 2)
        rows = [Content(f"  {line}") for line in [*lines, "", "", ""][:3]]
        return [Content.styled("─" * width, MUTED), *rows]

    def _told(self) -> str:
        """Every cell of the row that is not empty, with its column."""
        cells = zip(self._columns, self._records[self.cursor], strict=True)
        return " · ".join(f"{name}: {cell}" if name else cell for name, cell in cells if cell)

    def says(self) -> str:
        """The row's number, and what there is no foot for."""
        if not self._records:
            return ""
        row = f"Row {self.cursor + 1:,} of {self._table.total:,}"
        return row if self.foot(self._room.width) else f"{row} · {self._told()}"


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", "").removesuffix("%") or "0")
    except ValueError:
        return False
    return True


def _is_odd(text: str) -> bool:
    return text.strip().lower().lstrip("+-") in {"nan", "inf", "infinity"}
