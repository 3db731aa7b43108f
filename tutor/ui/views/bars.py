"""Bars: quantities side by side, with numbers and spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.ui.markdown import MUTED
from tutor.ui.views.base import Drawing
from tutor.views import cells
from tutor.views.model import Bar, Bars, View
from tutor.views.numbers import number
from tutor.views.text.bars import BAR, LABEL, Scale, figure, strip

WIDEST = 60
"""Cells of the longest bar: a longer one is only further from its number."""


class BarsDrawing(Drawing):
    """Up and down go from bar to bar; the line below compares it with the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Read", key_display="↑↓"),
        Binding("down", "cursor(1)", "Read", show=False),
        Binding("home", "cursor(-1000000)", "First bar", show=False),
        Binding("end", "cursor(1000000)", "Last bar", show=False),
    ]

    def __init__(self, view: View, *, compact: bool) -> None:
        super().__init__(view, compact=compact)
        self._at = 0
        self._tell()

    @property
    def bars(self) -> tuple[Bar, ...]:
        """What is drawn."""
        return cast("Bars", self.view).bars

    def update_view(self, view: View) -> None:
        """Draw other bars, of another run."""
        super().update_view(view)
        self._at = min(self._at, max(len(self.bars) - 1, 0))
        self._tell()

    def draw(self, width: int, height: int) -> Sequence[Content]:
        """A row for each bar: label, bar, number."""
        if not self.bars:
            return [Content.styled("There are no bars.", MUTED)]
        shown = self.bars
        if self.compact and len(shown) > height:
            shown = shown[: height - 1]
        unit = cast("Bars", self.view).unit
        figures = [figure(bar, unit) for bar in self.bars]
        pointer = 0 if self.compact else 2
        label_width = min(max(cells.width(cells.clean(bar.label)) for bar in self.bars), LABEL)
        room = width - pointer - label_width - max(map(cells.width, figures)) - 3
        scale = Scale.of(self.bars, min(room, WIDEST))
        drawn = room >= BAR and scale.high > scale.low
        rows: list[Content] = []
        for place, bar in enumerate(shown):
            here = place == self._at and not self.compact
            label = cells.left(cells.clean(bar.label), label_width)
            bar_text = cells.left(strip(bar, scale), scale.columns) if drawn else ""
            rows.append(
                Content.assemble(
                    "" if self.compact else ("▸ " if here else "  ", "bold"),
                    (f"{label} ", "bold" if here else ""),
                    (bar_text, "$text-primary"),
                    f" {figures[place]}",
                ).truncate(width)
            )
        if len(shown) < len(self.bars):
            rows.append(Content.styled(f"… {len(self.bars) - len(shown)} more bars", MUTED))
        if any("├" in row.plain for row in rows) and not self.compact:
            words = "├─┼─┤ from the first to the third quartile, ┼ the median"
            rows += [Content(""), Content.styled(cells.cut(words, width), MUTED)]
        return rows

    def action_cursor(self, by: int) -> None:
        """Go to another bar."""
        self._at = min(max(self._at + by, 0), max(len(self.bars) - 1, 0))
        self._tell()
        self.redraw()
        self.scroll_to_row(self._at)

    def _tell(self) -> None:
        """Say how the bar under the cursor compares with the first."""
        if self.compact or not self.bars:
            return
        bar, first = self.bars[self._at], self.bars[0]
        words = f"{cells.clean(bar.label)} {figure(bar, cast('Bars', self.view).unit)}"
        self.readout = words if bar is first else words + _compared(bar, first)


def _compared(bar: Bar, first: Bar) -> str:
    if not bar.value or not first.value or bar.value * first.value < 0:
        return ""
    if not math.isfinite(bar.value) or not math.isfinite(first.value):
        return ""
    share, label = bar.value / first.value, cells.clean(first.label)
    if share >= 1:
        return f" · {number(share, 3)} times that of {label}"
    return f" · 1/{number(1 / share, 3)} of {label}"
