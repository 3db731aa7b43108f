"""What a picture cannot show and must say: points that are NaN, what was left out, in words."""

from __future__ import annotations

import math
from collections.abc import Callable

from tutor.views.model import Curve, Series, doubles
from tutor.views.numbers import count, number

_SORTS: tuple[tuple[str, Callable[[float], bool]], ...] = (
    ("NaN", math.isnan),
    ("infinite", lambda y: y == math.inf),
    ("minus infinity", lambda y: y == -math.inf),
)


def curve(view: Curve, *, log: bool | None = None) -> list[str]:
    """Return a sentence for each thing about a curve that its drawing does not show.

    Args:
        view: The curve.
        log: Whether it is drawn with a logarithmic y axis; by default as the view asks.
    """
    log = view.log if log is None else log
    said: list[str] = []
    for series in view.series:
        of = f" of {series.name}" if len(view.series) > 1 else ""
        said += _series(series, of, view.x_label or "x", log=log)
    return said


def _series(series: Series, of: str, x_label: str, *, log: bool) -> list[str]:
    xs, ys = doubles(series.x), doubles(series.y)
    if not ys:
        return [f"{series.name} has no points."] if of else ["There are no points yet."]
    said: list[str] = []
    for word, test in _SORTS:
        places = [at for at, y in enumerate(ys) if test(y)]
        if not places:
            continue
        where = f", {'at' if len(places) == 1 else 'from'} {x_label} {number(xs[places[0]], 6)}"
        said.append(f"{_are(len(places), len(ys), of)} {word}{where}.")
    below = sum(1 for y in ys if math.isfinite(y) and y <= 0) if log else 0
    if below:
        said.append(f"{_are(below, len(ys), of)} 0 or less; a logarithmic axis cannot show that.")
    if series.points > len(ys):
        said.append(f"Drawn from {len(ys):,} of {count(series.points, 'point')}{of}.")
    return said


def _are(many: int, of_all: int, of: str) -> str:
    """As in `3 points of train are`."""
    if many == of_all > 1:
        return f"All {of_all:,} points{of} are"
    return f"{count(many, 'point')}{of} {'is' if many == 1 else 'are'}"
