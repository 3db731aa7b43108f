"""A view as plain text: a sentence in place of one, and any kind that has no drawing of its own."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from tutor.ui.views.base import Drawing
from tutor.views import text


class PlainDrawing(Drawing):
    """The rows that the plain mode prints."""

    def draw(self, width: int, height: int) -> Sequence[Content]:
        """All of them; compact, as many as there is room for."""
        lines = text.lines(self.view, width, height=height if self.compact else None)
        return [Content(line) for line in lines]
