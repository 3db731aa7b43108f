"""Axes, ticks, and series thinned for drawing."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.views.strategies import numbers
from tutor.views.axes import Axis, tick_label
from tutor.views.thin import strokes

lists = st.lists(numbers, max_size=30)


@given(lists, st.booleans(), st.integers(1, 12))
def test_what_can_be_drawn_lies_on_the_axis(values: list[float], log: bool, most: int) -> None:
    axis = Axis.over(values, log=log)
    able = [value for value in values if math.isfinite(value) and (value > 0 or not log)]
    if axis is None:
        assert not able
        return
    assert able
    assert all(-1e-9 <= axis.place(value) <= 1 + 1e-9 for value in able)
    ticks = axis.ticks(most)
    assert len(ticks) <= most
    assert ticks == sorted(set(ticks))
    assert all(-1e-6 <= axis.place(tick) <= 1 + 1e-6 for tick in ticks)
    assert len({tick_label(tick, ticks) for tick in ticks}) == len(ticks)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_has_no_place(value: float) -> None:
    assert math.isnan(Axis(0, 1).place(value))


def test_a_logarithmic_axis_has_no_place_for_zero_and_below() -> None:
    axis = Axis.over([0.01, 100, -5, 0], log=True)
    assert axis == Axis(0.01, 100, log=True)
    assert axis.place(1) == pytest.approx(0.5)
    assert math.isnan(axis.place(0))
    assert math.isnan(axis.place(-1))
    assert Axis.over([0, -1], log=True) is None


def test_one_value_is_in_the_middle() -> None:
    for value in (5.0, 0.0, -2.0):
        axis = Axis.over([value])
        assert axis is not None
        assert axis.place(value) == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("low", "high", "log", "most", "ticks"),
    [
        (0, 10, False, 6, [0, 2, 4, 6, 8, 10]),
        (0.1, 0.34, False, 4, [0.1, 0.2, 0.3]),
        (0.001, 5000, True, 9, [0.001, 0.01, 0.1, 1, 10, 100, 1000]),
        (0.001, 5000, True, 4, [0.001, 0.1, 10, 1000]),
        (1.5, 7, True, 5, [2, 5]),
    ],
)
def test_ticks_are_round(low: float, high: float, log: bool, most: int, ticks: list[float]) -> None:
    assert Axis(low, high, log).ticks(most) == pytest.approx(ticks)


# --- thinning


@given(st.lists(st.tuples(numbers, numbers), max_size=60), st.integers(1, 20))
def test_thinning_keeps_every_extreme_and_both_ends(
    points: list[tuple[float, float]], columns: int
) -> None:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    across, up = Axis.over(xs), Axis.over(ys)
    if across is None or up is None:
        return
    lines = strokes(xs, ys, across, up, columns)
    able = [(x, y) for x, y in points if math.isfinite(x) and math.isfinite(y)]
    assert sum(stroke.points for line in lines for stroke in line) == len(able)
    if not able:
        return
    heights = [up.place(y) for _, y in able]
    held = [stroke for line in lines for stroke in line]
    assert min(stroke.low for stroke in held) == min(heights)
    assert max(stroke.high for stroke in held) == max(heights)
    assert (held[0].first, held[-1].last) == (heights[0], heights[-1])
    assert all(0 <= stroke.column < columns for stroke in held)


def test_a_line_is_broken_where_a_point_is_missing() -> None:
    ys = [1.0, 2.0, math.nan, 3.0, math.inf, 4.0]
    lines = strokes(range(6), ys, Axis(0, 5), Axis(1, 4), 60)
    assert [len(line) for line in lines] == [2, 1, 1]


def test_one_spike_among_a_million_stays() -> None:
    ys = [0.0] * 1_000_000
    ys[654_321] = 1.0
    [line] = strokes(range(len(ys)), ys, Axis(0, len(ys)), Axis(0, 1), 100)
    assert len(line) == 100
    assert [stroke.column for stroke in line if stroke.high == 1.0] == [65]
