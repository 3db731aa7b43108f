"""From a live value to the wire form of a view: a dict that ``tutor.views.model`` can read.

``make`` is the one door; each kind of view has a module with its own ``make``. The host imports
them all, once: an attempt pays for none of them.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Collection
from typing import Any

from .. import encode
from ..frameworks.seen import UnreadableError
from . import bars, code, curve, graph, image, table, tensor, timeline, tree
from .base import NothingToShowError, Sight, Wire

__all__ = ["NothingToShowError", "Sight", "Wire", "failed", "make", "said"]

MAKERS = {
    "bars": bars.make,
    "code": code.make,
    "curve": curve.make,
    "graph": graph.make,
    "image": image.make,
    "table": table.make,
    "tensor": tensor.make,
    "timeline": timeline.make,
    "tree": tree.make,
}
"""What may be asked for, and what makes it."""


def make(view: str, value: Any, sight: Sight, *, log: bool = False, unit: str = "") -> Wire:
    """Return the wire form, without ``name`` and ``caption``.

    Raises:
        NothingToShowError: It cannot be shown so, for a reason that is said.
        Exception: Whatever the value itself raises when it is looked at.
    """
    numpy = sys.modules.get("numpy")
    # the mean of an infinity is no fault of the learner's, who would be told of it as a warning
    with numpy.errstate(all="ignore") if numpy is not None else contextlib.nullcontext():
        return MAKERS[view](value, sight, log=log, unit=unit)


def failed(error: BaseException, told: Collection[str] = ()) -> Wire:
    """Return what stands in the place of a view that could not be made.

    ``told`` is what the checks raised, as ``said`` puts it: the verdict tells of that already.
    """
    if isinstance(error, UnreadableError):
        return {"view": "none", "why": str(error)}
    words = said(encode.describe(error))
    if words in told:
        return {
            "view": "none",
            "why": "This view could not be made: the same error as in the checks.",
        }
    return {"view": "none", "why": f"This view could not be made: {words}."}


def said(facts: Wire) -> str:
    """Return the type of an exception and the first line of its message."""
    message = facts["message"].strip().split("\n", 1)[0][:300]
    return f"{facts['type']}: {message}".rstrip(": ").rstrip(".")
