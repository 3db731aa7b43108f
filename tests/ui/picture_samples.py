"""Curves, bars and images as a run might show them."""

from __future__ import annotations

import array
import math
import random
from collections.abc import Callable, Iterable

from tutor.views.model import (
    Bar,
    Bars,
    Curve,
    Image,
    NoView,
    Series,
    Tile,
    View,
    pack_doubles,
    singles,
)

CLASSES = ("plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")


def series(name: str, ys: Iterable[float], start: int = 0) -> Series:
    values = list(ys)
    steps = range(start, start + len(values))
    return Series(name=name, x=pack_doubles(steps), y=pack_doubles(values), points=len(values))


def losses(first: int, last: int, *, noise: float = 0.1) -> tuple[Series, Series]:
    """Steps ``first`` to ``last`` of a run that is always the same."""
    chance = random.Random(first)
    train = [
        2 * math.exp(-step / 80) + 0.05 + noise * chance.random() for step in range(first, last)
    ]
    held = [2.2 * math.exp(-step / 90) + 0.2 for step in range(first, last)]
    return series("train", train, first), series("held out", held, first)


def curve(points: int = 400, *, log: bool = False, first: int = 0) -> Curve:
    return Curve(
        name="loss",
        caption="Does the held-out loss follow the training loss?",
        y_label="loss",
        log=log,
        series=losses(first, first + points),
    )


def bars() -> Bars:
    return Bars(
        name="time",
        caption="One step, eager and compiled",
        unit="ms",
        bars=(
            Bar(label="eager", value=12.3, low=11.8, high=15.0),
            Bar(label="compiled", value=3.21, low=3.0, high=3.4),
            Bar(label="XLA", value=2.9),
            Bar(label="overflowed", value=None),
        ),
    )


def tile(
    height: int,
    width: int,
    value: Callable[[int, int], float],
    label: str = "",
    full: tuple[int, int] | None = None,
) -> Tile:
    values = [value(y, x) for y in range(height) for x in range(width)]
    return Tile(
        label=label,
        height=height,
        width=width,
        channels=1,
        data=array.array("f", values).tobytes(),
        full=full or (height, width),
    )


def image(tiles: list[Tile], **more: object) -> Image:
    values = [value for each in tiles for value in singles(each.data)]
    finite = [value for value in values if math.isfinite(value)]
    fields: dict[str, object] = {
        "name": "image",
        "total": len(tiles),
        "low": min(finite, default=None),
        "high": max(finite, default=None),
        "odd": len(values) - len(finite),
    }
    return Image(tiles=tuple(tiles), **(fields | more))  # type: ignore[arg-type]


def weights() -> Image:
    tiles = [
        tile(5, 5, lambda y, x, turn=turn: math.sin(turn + 0.7 * y * x), f"conv {turn}")
        for turn in range(6)
    ]
    return image(tiles, name="filters", caption="Edges, or noise?", palette="diverging", total=32)


def digits(many: int = 3) -> Image:
    def ring(y: int, x: int) -> float:
        return max(0.0, 1 - abs(math.hypot(y - 14, x - 14) - 8) / 3)

    return image([tile(28, 28, ring, str(number)) for number in range(many)], name="digits")


def confusion() -> Image:
    matrix = tile(10, 10, lambda y, x: 90 - y if y == x else (y * x) % 7)
    return image([matrix], name="confusion", caption="Rows: true", rows=CLASSES, columns=CLASSES)


def odd() -> Image:
    return image([tile(4, 4, lambda y, x: math.nan if y == x else float(x))], name="odd")


def photo() -> Image:
    light = [part for y in range(16) for x in range(24) for part in (x / 23, y / 15, 0.2)]
    data = array.array("f", light).tobytes()
    only = Tile(label="", height=16, width=24, channels=3, data=data, full=(480, 720))
    return Image(name="photo", tiles=(only,), total=1, low=0.0, high=1.0)


def none() -> NoView:
    return NoView(
        name="graph",
        why="The graph could not be drawn: `loss` has no `grad_fn`, so nothing leads to it.",
    )


def all_of_them() -> tuple[View, ...]:
    return curve(), weights(), bars(), confusion(), digits(), odd(), photo(), none()
