"""Drawings of views, between the results and over the whole screen.

Each kind has a module of its own, imported when the first view of that kind is drawn: starting the
app costs nothing for pictures that nobody has asked for yet.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from tutor.views.model import KINDS, NoView, View

if TYPE_CHECKING:
    from tutor.ui.views.base import Drawing


def kind_of(view: View) -> str:
    """The tag of a view's kind: one of ``KINDS``, or ``none``."""
    return cast("str", view.__struct_config__.tag)


def first_to_look_at(views: Sequence[View]) -> View:
    """The first that could be made; the first sentence when none could."""
    return next((view for view in views if not isinstance(view, NoView)), views[0])


def drawing(view: View, *, compact: bool) -> Drawing:
    """Return what draws a view: ``CurveDrawing`` of ``tutor.ui.views.curve`` draws a curve.

    One whose kind has no drawing of its own is plain text, and so is the sentence in the place of
    one that could not be made.
    """
    kind = kind_of(view)
    name = f"{__name__}.{kind}"
    if kind not in KINDS or importlib.util.find_spec(name) is None:
        name, kind = f"{__name__}.plain", "plain"
    made = getattr(importlib.import_module(name), f"{kind.capitalize()}Drawing")
    return cast("Drawing", made(view, compact=compact))
