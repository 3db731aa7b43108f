"""The JSON form of a view: what `fwtutor check --json` gives in its `views`.

An object with `view` (the kind), `name`, `caption`, and the fields of that kind, named and meant
as in :mod:`tutor.views.model`. Raw bytes become plain numbers:

- `curve`: each of `series` has `x` and `y`, lists of numbers;
- `image`: each of `tiles` has `values` in place of `data`: a list per row, of numbers, or of
  `[red, green, blue]` when `channels` is 3;
- `tensor`: `values` is a flat list in row-major order; of a large tensor, its beginning.

JSON has no NaN and no infinity: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, and
`null` is always what is not known. A view that could not be made has `"view": "none"` and says in
`why` what happened.
"""

from __future__ import annotations

import array
import math
from typing import Any, cast

import msgspec

from tutor.views.model import View, doubles, singles

Json = dict[str, Any]


def as_json(view: View) -> Json:
    """Return ``view`` as an object of plain JSON values."""
    plain = cast("Json", msgspec.to_builtins(view, builtin_types=(bytes,)))
    match plain["view"]:
        case "curve":
            for series in plain["series"]:
                series["x"] = list(doubles(series["x"]))
                series["y"] = list(doubles(series["y"]))
        case "image":
            plain["tiles"] = [_tile(tile) for tile in plain["tiles"]]
        case "tensor":
            plain["values"] = list(doubles(plain["values"]))
        case _:
            pass
    return cast("Json", _sayable(plain))


def _tile(tile: Json) -> Json:
    """A tile with rows of numbers in place of bytes."""
    numbers = [_shortest(value) for value in singles(tile.pop("data"))]
    channels, across = tile["channels"], tile["width"]
    pixels: list[Any] = numbers
    if channels != 1:
        pixels = [numbers[at : at + channels] for at in range(0, len(numbers), channels)]
    tile["values"] = [pixels[row * across : (row + 1) * across] for row in range(tile["height"])]
    return tile


def _shortest(value: float) -> float:
    """The shortest decimal that is this float32: 0.1, where its float64 has 17 digits."""
    for digits in (6, 7, 8):
        short = float(f"{value:.{digits}g}")
        if abs(short) < 3.4e38 and array.array("f", (short,))[0] == value:
            return short
    return value


def _sayable(value: Any) -> Any:
    """``value`` without floats that JSON has no form for."""
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _sayable(item) for key, item in cast("Json", value).items()}
    if isinstance(value, (list, tuple)):
        return [_sayable(item) for item in cast("list[Any]", value)]
    return value
