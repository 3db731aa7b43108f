"""The JSON form: plain, whole, and without what JSON has no form for."""

from __future__ import annotations

import array
import json
import math
from typing import Any

from hypothesis import given, settings

from tests.views.strategies import views
from tutor.views.jsonable import as_json
from tutor.views.model import (
    Array,
    Curve,
    Image,
    Series,
    Statistics,
    Tile,
    View,
    pack_doubles,
)


@settings(max_examples=300, deadline=None)
@given(view=views)
def test_any_view_is_strict_json(view: View) -> None:
    found = as_json(view)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["view"], found["name"], found["caption"]) == (
        view.__struct_config__.tag,
        view.name,
        view.caption,
    )
    names = {"data": "values"} if isinstance(view, Image) else {}
    assert set(found) == {"view", *view.__struct_fields__}
    for tile in found.get("tiles", ()):
        assert set(tile) == {names.get(field, field) for field in Tile.__struct_fields__}


def test_a_curve_is_lists_of_numbers() -> None:
    series = Series(
        name="loss",
        x=pack_doubles([0, 1, 2, 3]),
        y=pack_doubles([0.1, math.nan, math.inf, -math.inf]),
        points=9,
    )
    assert as_json(Curve(name="c", series=(series,), log=True)) == {
        "view": "curve",
        "name": "c",
        "caption": "",
        "series": [
            {
                "name": "loss",
                "x": [0.0, 1.0, 2.0, 3.0],
                "y": [0.1, "NaN", "Infinity", "-Infinity"],
                "points": 9,
            }
        ],
        "x_label": "step",
        "y_label": "",
        "log": True,
    }


def tile(channels: Any, *numbers: float) -> Tile:
    data = array.array("f", numbers).tobytes()
    return Tile(label="", height=2, width=1, channels=channels, data=data, full=(2, 1))


def test_an_image_is_rows_of_short_numbers() -> None:
    tiles = (tile(1, 0.1, math.nan), tile(3, 0, 0.5, 1, 1e-9, 1e30, 16777216))
    first, second = as_json(Image(name="i", tiles=tiles, total=2, low=None, high=1.0))["tiles"]
    assert first["values"] == [[0.1], ["NaN"]]
    assert second["values"] == [[[0.0, 0.5, 1.0]], [[1e-9, 1e30, 16777216.0]]]
    assert first["full"] == [2, 1]


def test_every_float32_comes_back() -> None:
    numbers = [math.pi, 1 / 3, 3.4028234e38, -3.4028234e38, 1.4e-45, 0.0, 123456.789]
    data = array.array("f", numbers)
    wide = Tile(label="", height=1, width=7, channels=1, data=data.tobytes(), full=(1, 7))
    [found] = as_json(Image(name="i", tiles=(wide,), total=1, low=0, high=1))["tiles"]
    assert array.array("f", found["values"][0]) == data


def test_a_tensor_keeps_what_is_not_known_apart_from_what_is_not_a_number() -> None:
    statistics = Statistics(low=None, high=None, mean=None, std=None, nan=2, inf=0, zero=0)
    view = Array(
        name="x", library="torch", shape=(2,), dtype="float32", device="cpu",
        statistics=statistics, values=pack_doubles([math.nan, math.nan]),
    )  # fmt: skip
    found = as_json(view)
    assert found["values"] == ["NaN", "NaN"]
    assert found["statistics"]["mean"] is None
    assert found["shape"] == [2]
