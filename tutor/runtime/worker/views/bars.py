"""Bars from a dict of label to a number, or to several measurements of one thing."""

from __future__ import annotations

import math
import statistics
from typing import Any

from ..encode import is_a
from .arrays import Arrays, is_mapping
from .base import NothingToShowError, Sight, Wire

MAX_BARS = 64
"""More do not fit a screen, and are no comparison."""


def make(value: Any, sight: Sight, *, unit: str = "", **_: Any) -> Wire:
    """Return the wire form of the bars of a dict; numbers may be tensors of any framework."""
    if not is_mapping(value):
        raise NothingToShowError(
            f"Bars are drawn from a dict of label to number, and this is {type(value).__name__}."
        )
    if not value:
        raise NothingToShowError("Bars are drawn from a dict of label to number; this is empty.")
    pairs = [*value.items()][:MAX_BARS]
    bars = [_bar(str(label), one, sight.arrays) for label, one in pairs]
    return {"view": "bars", "bars": bars, "unit": unit}


def _bar(label: str, value: Any, arrays: Arrays) -> Wire:
    number = arrays.number(value)
    if number is not None:
        return {"label": label, "value": number if math.isfinite(number) else None}
    tensor = arrays.look(value)
    if tensor is None and not is_a(value, list, tuple):
        raise NothingToShowError(
            f"The bar `{label}` is {type(value).__name__}: it needs a number, or a list of "
            "measurements of one thing."
        )
    several = sorted(one for one in arrays.numbers(value, f"`{label}`") if math.isfinite(one))
    if len(several) > 1:
        low, middle, high = statistics.quantiles(several, n=4, method="inclusive")
        return {"label": label, "value": middle, "low": low, "high": high}
    return {"label": label, "value": several[0] if several else None}
