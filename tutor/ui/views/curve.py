"""Curves: loss, accuracy, throughput; live, with a cursor, a zoom and a logarithmic axis."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content

from tutor.ui.views import plot
from tutor.ui.views.base import Drawing
from tutor.views import cells, facts
from tutor.views.model import Curve, View
from tutor.views.numbers import number

CLOSEST = 4
"""Points in view, at least, however near one looks."""


class CurveDrawing(Drawing):
    """Left and right move the cursor from point to point; the line below says what is there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "cursor(-1)", "Read", key_display="←→"),
        Binding("right", "cursor(1)", "Read", show=False),
        Binding("shift+left,pageup", "cursor(-10)", "Ten columns left", show=False),
        Binding("shift+right,pagedown", "cursor(10)", "Ten columns right", show=False),
        Binding("home", "cursor(-1000000)", "First point", show=False),
        Binding("end", "cursor(1000000)", "Last point", show=False),
        Binding("plus,equals_sign", "zoom(0.5)", "Zoom", key_display="+-"),
        Binding("minus,underscore", "zoom(2)", "Zoom out", show=False),
        Binding("0", "zoom(0)", "All", key_display="0"),
        Binding("l", "log", "Log axis"),
    ]

    def __init__(self, view: View, *, compact: bool) -> None:
        super().__init__(view, compact=compact)
        self._log = self.curve.log
        self._span: tuple[float, float] | None = None
        self._cursor: float | None = None
        self._plot: plot.Plot | None = None
        self._take()

    @property
    def curve(self) -> Curve:
        """The view."""
        return cast("Curve", self.view)

    def _take(self) -> None:
        """Read the numbers of the view."""
        self._lines = plot.lines_of(self.curve)
        self._facts = facts.curve(self.curve, log=self._log)
        self._tell()

    def update_view(self, view: View) -> None:
        """Go on with the next points: cursor, zoom and axis stay as the learner has them."""
        self.view = view
        self._take()
        self.redraw()

    def draw(self, width: int, height: int) -> Sequence[Content]:
        """Legend, lines and axes."""
        look = plot.Look(self._log, self._span, self._cursor, self.live)
        self._plot = plot.draw(self.curve, self._lines, look, width, height)
        return self._plot.rows

    # The cursor

    def action_cursor(self, columns: int) -> None:
        """Go so many columns to the right, to the nearest point there."""
        xs = self._points()
        across = self._plot.across if self._plot else None
        if not xs or across is None or self._plot is None:
            return
        now = self._cursor if self._cursor is not None else self._start(xs)
        if self._cursor is None:
            self._cursor = now  # the first press shows the cursor where it is
        else:
            step = (across.high - across.low) / max(self._plot.columns - 1, 1)
            at = bisect_left(xs, now)
            by = 1 if columns > 0 else -1
            following = min(max(at + by, 0), len(xs) - 1)
            far = bisect_left(xs, now + columns * step * 0.999)
            far = min(max(far, 0), len(xs) - 1)
            # The next point when they are far apart, the next column when they are dense.
            at = max(following, far) if by > 0 else min(following, far)
            self._cursor = xs[at]
        self._follow()
        self._tell()
        self.redraw()

    def _start(self, xs: Sequence[float]) -> float:
        if self._span is None:
            return xs[-1]
        inside = [x for x in xs if self._span[0] <= x <= self._span[1]]
        return inside[-1] if inside else xs[-1]

    def _points(self) -> list[float]:
        """Every x at which some series has a point."""
        return sorted({x for line in self._lines for x in line.xs if math.isfinite(x)})

    def _follow(self) -> None:
        """Move what is in view so that the cursor is."""
        if self._span is None or self._cursor is None:
            return
        low, high = self._span
        if not low <= self._cursor <= high:
            wide = high - low
            low = self._cursor if self._cursor < low else self._cursor - wide
            self._span = (low, low + wide)

    # What is in view

    def action_zoom(self, factor: float) -> None:
        """See so much of what is in view; 0 for all there is."""
        xs = self._points()
        across = self._plot.across if self._plot else None
        if across is None or len(xs) < 2:
            return
        low, high = self._span or (xs[0], xs[-1])
        wide = (high - low) * factor
        if not factor or wide >= xs[-1] - xs[0]:
            self._span = None
        else:
            about = self._cursor if self._cursor is not None else high
            share = (about - low) / (high - low) if high > low else 0.5
            start = min(max(about - share * wide, xs[0]), xs[-1] - wide)
            inside = bisect_left(xs, start + wide) - bisect_left(xs, start)
            if factor < 1 and inside < CLOSEST:
                return
            self._span = (start, start + wide)
        self._tell()
        self.redraw()

    def action_log(self) -> None:
        """Between a linear and a logarithmic y axis."""
        self._log = not self._log
        self._facts = facts.curve(self.curve, log=self._log)
        self._tell()
        self.redraw()

    # What is said

    def _tell(self) -> None:
        """Say what is under the cursor, or how it ended, and what cannot be drawn."""
        if self.compact:
            self.readout = " ".join(self._facts)
            return
        x = self._cursor
        if x is None:
            latest = [line.xs[-1] for line in self._lines if line.xs]
            x = max(latest, default=None)
        if x is None:
            self.readout = ""
            return
        parts = [f"{cells.clean(self.curve.x_label) or 'x'} {number(x, 6)}"]
        for owner, line in enumerate(self._lines):
            mark = f"{plot.mark(owner)} " if len(self._lines) > 1 else ""
            parts.append(f"{mark}{line.name} {self._at(line, x)}")
        if self._log:
            parts.append("log axis")
        if self._span is not None:
            parts.append("zoomed")
        self.readout = " · ".join(parts) + "".join(f"  {fact}" for fact in self._facts)

    @staticmethod
    def _at(line: plot.Line, x: float) -> str:
        """A line's value at an x; in words where it has none there."""
        if line.rising:
            at = bisect_left(line.xs, x)
            found = at if at < len(line.xs) and line.xs[at] == x else None
        else:
            found = next((at for at, other in enumerate(line.xs) if other == x), None)
        return "–" if found is None or found >= len(line.ys) else number(line.ys[found], 6)
