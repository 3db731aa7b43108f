"""The views of one step: what its last run showed, by name, in the order it came."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.views.model import Curve, View, grown


class Gallery:
    """Kept while the lesson is open; a live curve grows, anything else is replaced."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}

    def add(self, view: View, *, more: bool) -> None:
        """Take a view, or the next points of a curve that came before."""
        earlier = self._views.get(view.name)
        if more and isinstance(view, Curve) and isinstance(earlier, Curve):
            view = grown(earlier, view)
        self._views[view.name] = view

    def clear(self) -> None:
        """Forget all of them: another run begins."""
        self._views.clear()

    def __len__(self) -> int:
        return len(self._views)

    def __iter__(self) -> Iterator[View]:
        return iter(tuple(self._views.values()))
