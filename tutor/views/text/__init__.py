"""A view as plain Unicode text: for headless commands, plain mode, text files, and as a fallback.

No colour: series, phases and signs are told apart by marks. Nothing that a terminal acts on gets
through, whatever a label holds. Each kind has a module with ``draw``, and ``tell`` where a picture
is no use to someone who listens to it.
"""

from __future__ import annotations

from tutor.views import cells
from tutor.views.model import (
    Array,
    Bars,
    CodeText,
    Curve,
    Graph,
    Image,
    NoView,
    Table,
    Timeline,
    Tree,
    View,
)
from tutor.views.text import bars, code, curve, graph, image, table, tensor, timeline, tree

WIDTH = 78
"""Columns: what fits 80 with a border."""


def lines(
    view: View, width: int = WIDTH, *, height: int | None = None, drawn: bool = True
) -> list[str]:
    """Return ``view`` as lines of at most ``width`` cells.

    Args:
        view: Of any kind.
        width: In terminal cells.
        height: How many lines at most; what was cut is said in the last. None: all there is.
        drawn: Whether lines and shades may be drawn; otherwise it is told in words and numbers,
            as a screen reader can read it.
    """
    width = max(width, 1)
    # Cleaned here too, so that nothing that a maker forgot can act on the terminal.
    found = [
        cells.cut(cells.clean(line.rstrip()), width) for line in _lines(view, width, height, drawn)
    ]
    if height is None or len(found) <= height:
        return found
    if height <= 0:
        return []
    more = len(found) - height + 1
    return [*found[: height - 1], cells.cut(f"… {more:,} more lines", width)]


def titled(
    view: View, width: int = WIDTH, *, height: int | None = None, drawn: bool = True
) -> list[str]:
    """Return ``view`` below its name and caption; ``height`` counts those too."""
    name, caption = cells.clean(view.name), cells.clean(view.caption)
    words = f"{name}: {caption}" if caption else name
    title = [cells.cut(line, max(width, 1)) for line in cells.wrap(words, width)]
    if height is not None:
        title = title[:height]
        height -= len(title)
    return [*title, *lines(view, width, height=height, drawn=drawn)]


def _lines(view: View, width: int, height: int | None, drawn: bool) -> list[str]:
    match view:
        case Curve():
            return curve.draw(view, width, height) if drawn else curve.tell(view, width)
        case Bars():
            return bars.draw(view, width) if drawn else bars.tell(view)
        case Image():
            return image.draw(view, width, height) if drawn else image.tell(view, width)
        case Graph():
            return graph.draw(view, width) if drawn else graph.tell(view, width)
        case CodeText():
            return code.draw(view, width)
        case Tree():
            return tree.draw(view, width) if drawn else tree.tell(view)
        case Table():
            return table.draw(view, width)
        case Array():
            return tensor.draw(view, width)
        case Timeline():
            return timeline.draw(view, width) if drawn else timeline.tell(view, width)
        case NoView():
            return cells.wrap(view.why, width)
