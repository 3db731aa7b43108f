"""A tensor to look through: what it is, its statistics, and its values, a slice at a time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, cast

from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.strip import Strip

from tutor.ui import names
from tutor.ui.views.cells import CHOSEN, MUTED, ODD, fit
from tutor.ui.views.sheet import Sheet
from tutor.views.cells import clean
from tutor.views.model import Array, Statistics, doubles
from tutor.views.numbers import count as count_of
from tutor.views.numbers import number, shape

CURSOR_CELL = "bold reverse"
WIDEST = 11
"""Cells of a value: `-1.235e-05` has ten."""
UNSENT = "·"
"""In the place of a value that was left out."""
WRAPS = (10, 5)
"""Values in a row of a vector: as many as there is room for."""


class TensorDrawing(Sheet):
    """The last two axes are the grid; the others choose the slice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "across(-1)", "Left", show=False),
        Binding("right", "across(1)", "Right", show=False),
        Binding("left_square_bracket", "slice(-1)", "Slice before", show=False),
        Binding("right_square_bracket", "slice(1)", "Slice", key_display="[ ]"),
        Binding("less_than_sign,comma", "leap(-1)", "First axis before", show=False),
        Binding("greater_than_sign,full_stop", "leap(1)", "First axis", key_display="< >"),
    ]

    def prepare(self) -> None:
        """Take the values, and see how wide they are."""
        self._array = cast("Array", self.view)
        self._values = doubles(self._array.values)
        self._whole = "int" in self._array.dtype
        self._truth = self._array.dtype == "bool"
        self._slices = math.prod(self._array.shape[:-2])
        self._slice = 0
        self._column = 0
        statistics = self._array.statistics
        samples = [*self._values[:2000]]
        if statistics is not None:
            samples += [x for x in (statistics.low, statistics.high) if x is not None]
        longest = max((len(self._written(value)) for value in samples), default=1)
        self._cell = min(max(longest, 3), WIDEST)

    def _written(self, value: float) -> str:
        if self._truth and value in (0.0, 1.0):
            return str(bool(value))
        if not math.isfinite(value):
            return number(value)
        if self._whole and abs(value) < 1e9:
            return str(int(value))
        return number(value)

    # The grid

    def _grid(self, width: int) -> tuple[int, int]:
        """How many rows and columns are shown at once."""
        shape = self._array.shape
        if len(shape) >= 2:
            return shape[-2], shape[-1]
        if not shape:
            return 1, 1
        wide = next((many for many in WRAPS if self._span(many, shape[0]) <= width), WRAPS[-1])
        wide = max(min(wide, shape[0]), 1)
        return -(-shape[0] // wide), wide

    def _span(self, columns: int, size: int) -> int:
        """Cells of a row of a vector."""
        return 2 + len(str(size)) + columns * (self._cell + 1)

    @property
    def _area(self) -> tuple[int, int]:
        return self._grid(self._room.width)

    def _label(self, width: int) -> int:
        """Cells of the row's index, with the mark before it."""
        rows, columns = self._grid(width)
        most = (rows - 1) * (columns if len(self._array.shape) < 2 else 1)
        return 2 + len(str(max(most, 0)))

    def _flat(self, row: int, column: int, width: int) -> int:
        """Where a value is in memory, or -1 outside a vector's end."""
        rows, columns = self._grid(width)
        place = (self._slice * rows + row) * columns + column
        return place if len(self._array.shape) != 1 or place < self._array.shape[0] else -1

    def count(self) -> int:
        """The rows of a slice."""
        rows, columns = self._area
        return rows if columns else 0

    def widest(self, width: int) -> int:
        """The columns of a slice."""
        return self._label(width) + self._grid(width)[1] * (self._cell + 1)

    def head(self, width: int) -> Sequence[Content]:
        """What it is, its statistics, which slice, and the columns' indices."""
        array = self._array
        facts = [names.framework(array.library), shape(array.shape, clean(array.dtype))]
        facts.append(clean(array.device))
        if array.attached:
            facts.append("gradient flows back through it")
        head = [Content("  " + " · ".join(fact for fact in facts if fact)).stylize("bold")]
        if array.statistics is not None:
            head.append(_statistics(array.statistics))
        if not math.prod(array.shape):
            return [*head, Content.styled("  No elements.", MUTED)]
        held = len(self._values)
        if held < math.prod(array.shape):
            all_of = math.prod(array.shape)
            words = f"  The first {held:,} of {all_of:,} values; {UNSENT} is one left out."
            head.append(Content.styled(words, MUTED))
        if self._slices > 1:
            place = ", ".join([*map(str, self._leading()), ":", ":"])
            words = f"  Slice [{place}] · {self._slice + 1:,} of {self._slices:,}"
            head.append(Content(words))
        return [*head, self._numbers(width)]

    def _window_of(self, width: int, left: int) -> range:
        """The columns in view: whole ones, as half a number is another number."""
        columns = self._grid(width)[1]
        step = self._cell + 1
        many = max((width - self._label(width)) // step, 1)
        first = min(-(-left // step), max(columns - many, 0))
        return range(first, min(first + many, columns))

    @property
    def _left(self) -> int:
        return 0 if self.compact else self.scroll_offset.x

    def _numbers(self, width: int) -> Content:
        """The indices of the columns in view; of a vector, what to add to the row's."""
        if not self._array.shape:
            return Content("")
        plus = "+" if len(self._array.shape) < 2 else ""
        text = "".join(
            f" {fit(plus + str(column), self._cell, at_right=True)}"
            for column in self._window_of(width, self._left)
        )
        return Content.styled(" " * self._label(width) + text, MUTED)

    def _leading(self) -> list[int]:
        """The indices of the slice."""
        rest, indices = self._slice, list[int]()
        for size in reversed(self._array.shape[:-2]):
            rest, index = divmod(rest, size)
            indices.append(index)
        return indices[::-1]

    def row(self, index: int, width: int) -> Content:
        """A row's index, and the values of the columns in view."""
        columns = self._grid(width)[1]
        chosen = index == self.cursor and not self.compact
        label = index * columns if len(self._array.shape) == 1 else index
        text = fit(str(label) if self._array.shape else "", self._label(width) - 2, at_right=True)
        line = Content(CHOSEN if chosen else "  ") + Content.styled(text, MUTED)
        for column in self._window_of(width, self._left):
            place = self._flat(index, column, width)
            if place < 0:
                break
            known = place < len(self._values)
            text = self._written(self._values[place]) if known else UNSENT
            style = ODD if known and not math.isfinite(self._values[place]) else ""
            if chosen and column == self._column:
                style = f"{style} {CURSOR_CELL}".strip()
            line += Content(" ") + Content.styled(fit(text, self._cell, at_right=True), style)
        return line

    def line(self, index: int, width: int, left: int) -> Strip:
        """A row as it is: its columns are those in view."""
        return self._strip(self.row(index, width)).crop_extend(0, width, self.rich_style)

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """The corner of the first slice."""
        head = list(self.head(width))
        seen = self._window_of(width, 0)
        total = math.prod(self._array.shape)
        room = height - len(head)
        whole = self.count() <= room and self.count() * len(seen) >= total
        rows = range(min(self.count(), room if whole else room - 1))
        if whole or not total:
            return [*head, *(self.row(index, width) for index in rows)]
        hidden = total - len(rows) * len(seen)
        return [*head, *(self.row(index, width) for index in rows), self.more(hidden, "values")]

    # Keys

    def action_across(self, by: int) -> None:
        """Move to another column; a number alone has none, and leaves the key to the screen."""
        columns = self._area[1]
        if columns < 2:
            raise SkipAction
        self._column = min(max(self._column + by, 0), columns - 1)
        self.select(self.cursor)

    def select(self, index: int) -> None:
        """Bring the value into view as well as the row."""
        columns = max(self._area[1], 1)
        self._column = min(self._column, columns - 1)
        step = self._cell + 1
        seen = self._window_of(self._room.width, self._left)
        if self._column < seen.start:
            self.scroll_to(x=self._column * step, animate=False)
        elif self._column >= seen.stop:
            self.scroll_to(x=(self._column - len(seen) + 1) * step, animate=False)
        super().select(index)

    def action_slice(self, by: int) -> None:
        """Go to the next slice, the last leading axis first."""
        self._turn(by)

    def action_leap(self, by: int) -> None:
        """Go on along the first axis."""
        self._turn(by * math.prod(self._array.shape[1:-2]))

    def _turn(self, by: int) -> None:
        if 0 <= self._slice + by < self._slices:
            self._slice += by
            self.refresh()
            self._say()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A matrix has no other slices; and to look for digits would be to look at them all."""
        if action in ("find", "find_next"):
            return False
        return self._slices > 1 if action in ("slice", "leap") else True

    def says(self) -> str:
        """The index of the value, and all its digits."""
        if not self.count():
            return ""
        flat = self._flat(self.cursor, self._column, self._room.width)
        indices: list[int] = [*self._leading(), self.cursor, self._column]
        if len(self._array.shape) < 2:
            indices = [flat] if self._array.shape else []
        place = f"[{', '.join(map(str, indices))}]" if indices else "The value"
        if not 0 <= flat < len(self._values):
            return f"{place} was left out" if flat >= 0 else ""
        value = self._values[flat]
        exact = repr(value)
        if self._truth:
            exact = self._written(value)
        elif self._whole and math.isfinite(value):
            exact = f"{int(value):,}"
        return f"{place} = {exact}"


def _statistics(statistics: Statistics) -> Content:
    """One line: range, mean, spread, zeros, and what is not finite."""
    named = (("min", statistics.low), ("max", statistics.high))
    named += (("mean", statistics.mean), ("std", statistics.std))
    parts = [f"{name} {number(value)}" for name, value in named if value is not None]
    if statistics.zero:
        parts.append(f"{count_of(statistics.zero, 'zero')}")
    line = Content("  " + " · ".join(parts))
    odd = [(statistics.nan, "NaN"), (statistics.inf, "inf")]
    words = ", ".join(f"{many:,} {what}" for many, what in odd if many)
    if words:
        return line + Content(" · " if parts else "") + Content.styled(f"! {words}", ODD)
    return line + Content(" · all finite" if parts else "")
