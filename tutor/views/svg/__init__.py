"""A view as an SVG picture: for files that are opened in a browser, printed, or put in a report.

Written by hand: a light background of its own, text that can be selected, no script, nothing
fetched. Series and phases differ in more than colour, as everywhere.
"""

from __future__ import annotations

from tutor.views.model import Bars, Curve, Graph, Timeline
from tutor.views.svg import bars, curve, graph, timeline

Drawn = Curve | Bars | Graph | Timeline
"""What has a picture of this kind."""


def draw(view: Drawn) -> str:
    """Return the whole file's text."""
    match view:
        case Curve():
            return curve.draw(view)
        case Bars():
            return bars.draw(view)
        case Graph():
            return graph.draw(view)
        case Timeline():
            return timeline.draw(view)
