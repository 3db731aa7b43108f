"""Bars from a dict of label to a number, or to several measurements of one thing."""

from __future__ import annotations

import math
import statistics
from typing import Any

from .base import NothingToShowError, Sight, Wire

MAX_BARS = 64
"""More do not fit a screen, and are no comparison."""


def make(value: Any, _sight: Sight, *, unit: str = "", **_: Any) -> Wire:
    """Return the wire form of the bars of a dict."""
    if not isinstance(value, dict) or not value:
        raise NothingToShowError(
            f"Bars are drawn from a dict of label to number, and this is {type(value).__name__}."
        )
    bars = [_bar(str(label), one) for label, one in [*value.items()][:MAX_BARS]]
    return {"view": "bars", "bars": bars, "unit": unit}


def _bar(label: str, value: Any) -> Wire:
    if isinstance(value, (list, tuple)):
        several = sorted(number for number in map(float, value) if math.isfinite(number))
        if len(several) > 1:
            low, middle, high = statistics.quantiles(several, n=4, method="inclusive")
            return {"label": label, "value": middle, "low": low, "high": high}
        value = several[0] if several else math.nan
    number = float(value)
    return {"label": label, "value": number if math.isfinite(number) else None}
