"""What every maker of views needs: the exception for nothing to show, and what is known."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..telling import NothingToShowError, clean
from . import arrays as _arrays

__all__ = ["NothingToShowError", "Sight", "Wire", "clean"]

Wire = dict[str, Any]


@dataclass(frozen=True)
class Sight:
    """What the makers of views know beside the value."""

    adapter: Any
    """The framework's; see ``frameworks.base.Adapter``."""
    files: dict[str, str]
    """File name of a block (`answer.py`) to the block's name."""
    sources: dict[str, str]
    """File name of a block to its text."""
    names: Callable[[], dict[str, Any]] = dict
    """Gives what the blocks left, by name: a parameter is labelled by the learner's name for it."""
    spans: Any = None
    """What was recorded for a timeline, a ``spans.Spans``; None when none was asked for."""

    @functools.cached_property
    def arrays(self) -> _arrays.Arrays:
        """Tells tensors of any framework apart, and reads them."""
        return _arrays.Arrays(self.adapter)

    def place(self, frames: Iterable[tuple[str, int]]) -> Wire:
        """Return the line and its text that ``frames``, outermost first, come from.

        The innermost of the answer's, else of the given code's; empty where neither is there.
        """
        found: dict[str, tuple[str, int]] = {}
        for file, line in frames:
            found[self.files.get(file, "")] = (file, line)
        where = found.get("answer") or found.get("given")
        if where is None:
            return {}
        lines = self.sources.get(where[0], "").splitlines()
        text = lines[where[1] - 1] if 0 < where[1] <= len(lines) else ""
        return {"line": where[1], "source": clean(text.strip(), 300)}
