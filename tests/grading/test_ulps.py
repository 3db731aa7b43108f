"""Steps between floating-point numbers."""

from __future__ import annotations

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.grading.ulps import Gap, gap
from tutor.grading.values import Number, Sequence, Tensor, Text, Value

PACK = {"float32": "<f", "float64": "<d", "float16": "<e", "int64": "<q"}


def tensor(*numbers: float, dtype: str = "float32", shape: tuple[int, ...] | None = None) -> Tensor:
    data = b"".join(struct.pack(PACK[dtype], number) for number in numbers)
    return Tensor(
        library="torch", dtype=dtype, shape=(len(numbers),) if shape is None else shape, data=data
    )


def single(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_neighbour_is_one_step_away(value: float) -> None:
    up = struct.unpack(
        "<f", struct.pack("<I", struct.unpack("<I", struct.pack("<f", abs(value)))[0] + 1)
    )
    if math.isfinite(up[0]):
        found = gap(tensor(abs(value)), tensor(up[0]))
        assert isinstance(found, Gap)
        assert (found.ulps, found.dtype) == (1, "float32")


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 50))
def test_python_floats_are_float64(value: float, steps: int) -> None:
    other = value
    for _ in range(steps):
        other = math.nextafter(other, math.inf)
    if math.isfinite(other):
        found = gap(Number(kind="float", text=value.hex()), Number(kind="float", text=other.hex()))
        assert isinstance(found, Gap)
        assert found.ulps == steps
        assert found.same == (steps == 0)


def test_zero_has_neighbours_on_both_sides_and_no_sign() -> None:
    tiny = 1e-45
    assert gap(tensor(-tiny), tensor(tiny)) == Gap(2, "float32", pytest.approx(2.0))
    assert gap(tensor(0.0), tensor(-0.0)) == Gap(0, "float32", 0.0)


def test_the_coarser_format_counts() -> None:
    third = 1 / 3
    found = gap(tensor(third), tensor(third, dtype="float64"))
    assert isinstance(found, Gap)
    assert (found.ulps, found.dtype) == (0, "float32")
    assert not found.same  # float32 has rounded it
    found = gap(tensor(1.0, dtype="float16"), tensor(1.0009765625))
    assert isinstance(found, Gap)
    assert (found.ulps, found.dtype) == (1, "float16")


def test_the_worst_element_of_a_structure_counts() -> None:
    one = Sequence(kind="list", items=(tensor(1.0, 2.0), tensor(3.0)))
    other = Sequence(kind="tuple", items=(tensor(1.0, single(2.0000005)), tensor(3.0)))
    found = gap(one, other)
    assert isinstance(found, Gap)
    assert found.ulps == 2


def test_nan_equals_nan_and_nothing_else() -> None:
    assert gap(tensor(math.nan), tensor(math.nan)) == Gap(0, "float32", 0.0)
    assert gap(tensor(math.nan), tensor(1.0)) == Gap(None, "float32", math.inf)
    assert gap(tensor(math.inf), tensor(math.inf)) == Gap(0, "float32", 0.0)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        (tensor(1.0, 2.0), tensor(1.0), "shapes (2,) and (1,)"),
        (Text(text="a"), Text(text="b"), "not the same"),
    ],
)
def test_what_cannot_be_counted_is_said(one: Value, other: Value, said: str) -> None:
    assert gap(one, other) == said


def test_whole_numbers_are_equal_or_not() -> None:
    assert gap(Number(kind="int", text="3"), Number(kind="int", text="3")) == Gap(0, "", 0.0)
    assert gap(Number(kind="int", text="3"), Number(kind="int", text="4")) == Gap(None, "", 0.25)
