"""The points of live curves: taken in microseconds, read from the device when they are there."""

from __future__ import annotations

import array
import math
from collections import deque
from collections.abc import Callable
from typing import Any

from .encode import is_a
from .frameworks.seen import Fetch, UnreadableError
from .views.arrays import Arrays, still_traced
from .views.base import Wire
from .views.curve import wire_of

_float, _type = float, type


class Keeper:
    """Turns what is given for a point into a number, or into what to read one from later."""

    def __init__(self, arrays: Arrays) -> None:
        self._arrays = arrays
        self._by_class: dict[type, Callable[[Any], Any]] = {}

    def keep(self, value: Any, name: str) -> Any:
        """Return a float, or a tensor that will not change and is not waited for.

        Raises:
            UnreadableError: It is no number, or none yet.
        """
        kind = _type(value)
        if kind is _float:
            return value
        keep = self._by_class.get(kind)
        if keep is None:
            keep = self._by_class[kind] = self._way(value, name)
        try:
            return keep(value)
        except UnreadableError as error:
            raise UnreadableError(f"`{name}`: {error}") from None
        except Exception as error:
            traced = self._arrays.traced(value)
            if traced:
                raise UnreadableError(still_traced(f"`{name}`", traced)) from None
            what = str(error).strip().split("\n", 1)[0][:200]
            raise UnreadableError(
                f"`{name}` could not be read: {_type(error).__name__}: {what}"
            ) from None

    def _way(self, value: Any, name: str) -> Callable[[Any], Any]:
        arrays = self._arrays
        if is_a(value, int, float):
            return _number
        traced = arrays.traced(value)
        if traced:
            raise UnreadableError(still_traced(f"`{name}`", traced))
        bare = arrays.bare(value)
        framework = arrays.home(bare)
        if not framework or arrays.look(bare) is None:
            if hasattr(_type(value), "__float__"):
                return _float
            raise UnreadableError(
                f"`{name}` is {_type(value).__name__}, and a point of a curve is a number."
            )
        keep: Callable[[Any], Any] = arrays.adapter(framework).keep
        return keep if bare is value else lambda one: keep(arrays.bare(one))

    def fetch(self, kept: list[Any]) -> Fetch:
        """Begin to read tensors that were kept, all of one framework."""
        found: Fetch = self._arrays.adapter(self._arrays.home(kept[0])).fetching(kept)
        return found


def _number(value: Any) -> float:
    try:
        return _float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


class _Batch:
    """The points of one slice of time, in order; some may still be on their way."""

    def __init__(self, points: list[tuple[float, Any]], keeper: Keeper) -> None:
        self._points = points
        self._places = [i for i, (_, y) in enumerate(points) if _type(y) is not _float]
        kept = [points[i][1] for i in self._places]
        self._fetch = keeper.fetch(kept) if kept else None

    def ready(self) -> bool:
        """Whether all can be read without waiting for the device."""
        return self._fetch is None or self._fetch.ready()

    def take(self) -> tuple[array.array[float], array.array[float], int]:
        """Return xs, ys, and how many could not be read."""
        ys = [y for _, y in self._points]
        if self._fetch is not None:
            try:
                values = self._fetch.values()
            except Exception:
                values = [None] * len(self._places)
            for place, value in zip(self._places, values):
                ys[place] = value
        good = [(x, y) for (x, _), y in zip(self._points, ys) if y is not None]
        xs = array.array("d", [x for x, _ in good])
        return xs, array.array("d", [y for _, y in good]), len(ys) - len(good)


class LiveSeries:
    """One line of a live curve."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        """Points so far: the x of the next one, unless it brings its own."""
        self.fresh: list[tuple[float, Any]] = []
        self._batches: deque[_Batch] = deque()
        self.lost = 0

    def waiting(self) -> bool:
        """Whether there is something that was not sent."""
        return bool(self.fresh or self._batches)

    def take(self, keeper: Keeper, most: int, *, wait: bool) -> Wire | None:
        """Return the next points, thinned to ``most``; None when none has arrived."""
        if self.fresh:
            points, self.fresh = self.fresh, []
            try:
                self._batches.append(_Batch(points, keeper))
            except Exception:  # of several frameworks, or of a device that has gone
                self._batches.extend(_one_by_one(points, keeper))
        xs, ys = array.array("d"), array.array("d")
        while self._batches and (wait or self._batches[0].ready()):
            more_xs, more_ys, lost = self._batches.popleft().take()
            xs.extend(more_xs)
            ys.extend(more_ys)
            self.lost += lost
        return wire_of(self.name, xs, ys, most) if len(ys) else None


def _one_by_one(points: list[tuple[float, Any]], keeper: Keeper) -> list[_Batch]:
    found = []
    for point in points:
        try:
            found.append(_Batch([point], keeper))
        except Exception:
            found.append(_Batch([(point[0], math.nan)], keeper))
    return found


class LiveCurve:
    """A curve that grows."""

    def __init__(self, name: str, caption: str, unit: str, *, log: bool) -> None:
        self.name = name
        self.about: Wire = {"name": name, "caption": caption, "y_label": unit, "log": log}
        self.series: dict[str, LiveSeries] = {}
        self.begun = False
        """Whether points of it were sent already."""

    def waiting(self) -> bool:
        """Whether there is something that was not sent."""
        return any(series.waiting() for series in self.series.values())

    def take(self, keeper: Keeper, most: int, *, wait: bool) -> Wire | None:
        """Return the next points of all series, ``most`` together; None when there are none."""
        share = max(most // max(len(self.series), 1), 5)
        found = [one.take(keeper, share, wait=wait) for one in [*self.series.values()]]
        series = [wire for wire in found if wire is not None]
        return {"view": "curve", "series": series, **self.about} if series else None
