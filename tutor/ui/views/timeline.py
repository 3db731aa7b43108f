"""Where the time of a run went: lanes of spans over one axis, totals by phase, and every span."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.ui.views.cells import MUTED, fit
from tutor.ui.views.sheet import Sheet
from tutor.views.cells import clean
from tutor.views.model import Span, Timeline
from tutor.views.numbers import seconds
from tutor.views.text.timeline import totals

PHASES = {
    "start": ("S", "$text-secondary"),
    "trace": ("T", "$text-warning"),
    "compile": ("C", "$text-accent"),
    "run": ("R", "$text-success"),
    "copy": ("M", "$text-primary"),
    "check": ("K", "$text-muted"),
}
"""The letter of each phase, and a colour that only repeats it. Copying is of memory: M."""
LANES = 6
"""Lanes drawn at the top, at most; deeper spans are in the list only."""
NAME = 26
"""Cells of a name in the list, at 80 columns."""
STEP = 0.25
"""Of the stretch in view: how far one key press goes in time."""


class TimelineDrawing(Sheet):
    """Lanes above, the list of spans below; what is chosen there is marked in its lane."""

    steady = True

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus,equals_sign", "zoom(2)", "Zoom", key_display="+ -"),
        Binding("minus", "zoom(0.5)", "Zoom out", show=False),
        Binding("0", "whole", "All"),
        Binding("left_square_bracket,comma", "pan(-1)", "Earlier", show=False),
        Binding("right_square_bracket,full_stop", "pan(1)", "Later", key_display="[ ]"),
    ]

    def prepare(self) -> None:
        """Find the ends, the lanes and what each phase took."""
        self._timeline = cast("Timeline", self.view)
        # A span whose times are not numbers cannot be drawn, and the clock gives none.
        self._spans = [
            span
            for span in self._timeline.spans
            if math.isfinite(span.start) and math.isfinite(span.seconds)
        ]
        self._begin = min((span.start for span in self._spans), default=0.0)
        self._end = max((span.start + span.seconds for span in self._spans), default=0.0)
        self._from, self._to = self._begin, self._end
        self._by_lane: dict[int, list[int]] = defaultdict(list)
        for index, span in enumerate(self._spans):
            self._by_lane[span.lane].append(index)
        self._totals = dict(totals(self._spans))

    def count(self) -> int:
        """One for each span."""
        return len(self._spans)

    def head(self, width: int) -> Sequence[Content]:
        """Totals, the axis, the lanes."""
        if not self._spans:
            return [Content.styled("  Nothing was timed.", MUTED)]
        head = [*self._legend(width), self._axis(width), *self._lanes(width)]
        if not self.compact:
            hidden = self._timeline.total - len(self._spans)
            words = f" {hidden:,} short ones are left out " if hidden > 0 else ""
            head.append(Content.styled(words.center(width, "─"), MUTED))
        return head

    def _legend(self, width: int) -> list[Content]:
        """What each phase took, in rows as wide as there is room."""
        whole = self._end - self._begin
        rows: list[Content] = [Content(f"  {seconds(whole)} in all")]
        for phase, total in self._totals.items():
            letter, style = PHASES[phase]
            share = f" {total / whole:.0%}" if whole > 0 else ""
            part = Content.assemble(
                "  ", (letter, f"bold {style}"), f" {phase} {seconds(total)}{share}"
            )
            if rows[-1].cell_length + part.cell_length > width:
                rows.append(Content(""))
            rows[-1] += part
        return rows

    def _axis(self, width: int) -> Content:
        """Times at round places, each at its own cell."""
        room = width - 2
        stretch = self._to - self._from
        if stretch <= 0 or room < 12:
            return Content.styled(f"  {seconds(self._from)}", MUTED)
        step = _round_step(stretch * 12 / room)
        cells = [" "] * room
        free = 0
        tick = math.ceil(self._from / step - 1e-9)
        while tick * step <= self._to + 1e-12:
            at = min(int((tick * step - self._from) / stretch * room), room - 1)
            words = f"╷{seconds(tick * step)}"
            if at >= free and at + len(words) <= room:
                cells[at : at + len(words)] = words
                free = at + len(words) + 1
            tick += 1
        return Content.styled("  " + "".join(cells), MUTED)

    def _lanes(self, width: int) -> list[Content]:
        lanes = sorted(self._by_lane)
        return [self._lane(lane, width) for lane in lanes[:LANES]]

    def _cells_of(self, span: Span, room: int) -> tuple[int, int]:
        """First and last cell of a span that is in view; last before first when it is not."""
        stretch = self._to - self._from
        if stretch <= 0:
            return 0, room - 1
        if span.start > self._to or span.start + span.seconds < self._from:
            return 0, -1
        first = int((span.start - self._from) / stretch * room)
        last = math.ceil((span.start + span.seconds - self._from) / stretch * room) - 1
        first = min(max(first, 0), room - 1)
        return first, min(max(last, first), room - 1)

    def _lane(self, lane: int, width: int) -> Content:
        """One lane: `C compile loss ──┤` from start to end; the chosen one ends in ▐."""
        room = width - 2
        line = Content("  ")
        free = 0
        chosen = -1 if self.compact else self.cursor
        spans = self._by_lane[lane]
        # Where several share a cell, the chosen one has it, or else the first.
        taken = self._cells_of(self._spans[chosen], room) if chosen in spans else (room, room)
        for index in spans:
            first, last = self._cells_of(self._spans[index], room)
            if index != chosen:
                first = max(first, free)
                if taken[0] <= last and index < chosen:
                    last = min(last, taken[0] - 1)
            if last < first or first < free:
                continue
            bar = _bar(self._spans[index], last - first + 1, chosen=index == chosen)
            line += Content(" " * (first - free)) + bar
            free = last + 1
        return line

    def row(self, index: int, width: int) -> Content:
        """A span: its phase, name, when it began, how long it took, and its share as a bar."""
        span = self._spans[index]
        letter, style = PHASES[span.phase]
        name = fit("  " * span.lane + clean(span.name), NAME + max(width - 80, 0) // 2)
        line = Content.assemble(
            "  ",
            (letter, f"bold {style}"),
            f" {name}  {fit(seconds(span.seconds), 10, at_right=True)}",
            (f"  at {fit(seconds(span.start), 8, at_right=True)}", MUTED),
        )
        whole = self._end - self._begin
        share = span.seconds / whole if whole > 0 else 0.0
        room = max(width - line.cell_length - 8, 4)
        bar = "█" * round(room * share)
        return line + Content.assemble(f" {share:>4.0%} ", (bar or "▏", style))

    def words(self, index: int) -> str:
        """Name and phase."""
        return f"{self._spans[index].name} {self._spans[index].phase}"

    def brief(self, width: int, height: int) -> Sequence[Content]:
        """Lanes, and the longest of the spans in the order they came."""
        head = list(self.head(width))[:height]
        room = height - len(head)
        longest = sorted(range(len(self._spans)), key=lambda i: -self._spans[i].seconds)
        shown = sorted(longest[: room if len(longest) <= room else max(room - 1, 0)])
        rows = [*head, *(self.row(index, width) for index in shown)]
        hidden = self._timeline.total - len(shown)
        if hidden and len(rows) < height:
            rows.append(self.more(hidden, "spans"))
        return rows

    def says(self) -> str:
        """The span the cursor is on: name, phase, start, length."""
        if not self._spans:
            return ""
        span = self._spans[self.cursor]
        return (
            f"{clean(span.name)} · {span.phase} · from {seconds(span.start)} to "
            f"{seconds(span.start + span.seconds)} · {seconds(span.seconds)}"
        )

    # Time

    def select(self, index: int) -> None:
        """Bring the span into view in time as well."""
        super().select(index)
        if self._spans:
            span = self._spans[self.cursor]
            if span.start + span.seconds < self._from or span.start > self._to:
                self._look_at(span.start + span.seconds / 2 - (self._to - self._from) / 2)

    def action_zoom(self, by: float) -> None:
        """Show a shorter stretch, or a longer one, about the span the cursor is on."""
        if self._end <= self._begin:
            return
        whole = self._end - self._begin
        span = self._spans[self.cursor]
        stretch = min(max((self._to - self._from) / by, whole / 1e6), whole)
        middle = span.start + min(span.seconds, stretch) / 2
        self._to = self._from + stretch
        self._look_at(middle - stretch / 2)

    def action_pan(self, way: int) -> None:
        """Go to what came earlier or later."""
        self._look_at(self._from + way * STEP * (self._to - self._from))

    def action_whole(self) -> None:
        """Show all of the time."""
        self._from, self._to = self._begin, self._end
        self.refresh()

    def _look_at(self, start: float) -> None:
        stretch = self._to - self._from
        self._from = min(max(start, self._begin), max(self._end - stretch, self._begin))
        self._to = self._from + stretch
        self.refresh()


def _bar(span: Span, cells: int, *, chosen: bool) -> Content:
    """A span's letter, its name where there is room, and a line to its end."""
    letter, style = PHASES[span.phase]
    text = letter
    if cells > 1:
        inside = f"{letter} {clean(span.name)} " if cells > 5 else letter
        end = "▐" if chosen else "┤"
        text = fit(inside, cells - 1).rstrip() if cells > 5 else inside
        text = text + "─" * (cells - 1 - Content(text).cell_length) + end
    return Content.styled(text, f"{style} reverse bold" if chosen else style)


def _round_step(least: float) -> float:
    """The smallest of 1, 2, 5, 10 … that is not less."""
    size = 10.0 ** math.floor(math.log10(least))
    return next((size * by for by in (1, 2, 5) if size * by >= least), size * 10)
