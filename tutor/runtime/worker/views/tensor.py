"""One tensor of any framework: what it is, its statistics, its first values."""

from __future__ import annotations

import binascii
import math
from typing import Any

from ..frameworks.base import CHUNK, wide_of
from .arrays import Tensor, little, still_traced
from .base import NothingToShowError, Sight, Wire

MAX_VALUES = 65_536
"""Values that are sent: 512 kB; a 256×256 matrix in full."""


def make(value: Any, sight: Sight, **_: Any) -> Wire:
    """Return the wire form of a tensor."""
    traced = sight.arrays.traced(value)
    if traced:
        raise NothingToShowError(still_traced("This tensor", traced))
    tensor = sight.arrays.look(value)
    if tensor is None:
        raise NothingToShowError(
            f"This is {type(value).__name__} and no tensor; the views `tree` and `table` take it."
        )
    seen = tensor.seen
    values, statistics = "", None
    if seen.numeric:
        values = binascii.b2a_base64(little(tensor.doubles(MAX_VALUES)), newline=False).decode()
        statistics = _statistics(tensor) if seen.count else None
    elif seen.dtype.startswith("complex"):
        raise NothingToShowError(
            f"Its numbers are {seen.dtype}: show the real part, the imaginary part or abs()."
        )
    return {
        "view": "tensor",
        "library": seen.library,
        "shape": list(seen.shape),
        "dtype": seen.dtype,
        "device": seen.device,
        "attached": seen.attached,
        "statistics": statistics,
        "values": values,
    }


def _statistics(tensor: Tensor) -> Wire:
    """In float64, a part at a time; the mean first, so that the spread loses no digits."""
    kit, plain = tensor.host()
    flat = plain.reshape(-1)
    low, high, total, finite = math.inf, -math.inf, 0.0, 0
    nan = inf = zero = 0
    for part in _parts(kit, flat):
        good = part[kit.isfinite(part)]
        here, odd = good.shape[0], int(kit.isnan(part).sum())
        nan += odd
        inf += part.shape[0] - here - odd
        zero += int((part == 0).sum())
        if here:
            low, high = min(low, float(good.min())), max(high, float(good.max()))
            total += float(good.sum())
            finite += here
    facts: Wire = {"low": None, "high": None, "mean": None, "std": None}
    if finite:
        mean = total / finite
        square = 0.0
        for part in _parts(kit, flat):
            off = part[kit.isfinite(part)] - mean
            square += float((off * off).sum())
        facts = {"low": low, "high": high, "mean": mean, "std": math.sqrt(square / finite)}
        facts = {name: one if math.isfinite(one) else None for name, one in facts.items()}
    return {**facts, "nan": nan, "inf": inf, "zero": zero}


def _parts(kit: Any, flat: Any) -> Any:
    for start in range(0, flat.shape[0], CHUNK):
        yield wide_of(kit, flat[start : start + CHUNK])
