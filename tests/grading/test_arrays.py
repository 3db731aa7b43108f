from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.grading.make import tensor
from tutor.grading.arrays import (
    array_of,
    as_bfloat16,
    as_float16,
    decode,
    number,
    scalar,
)
from tutor.grading.compare import literal
from tutor.grading.values import Shape, Tensor

np = pytest.importorskip("numpy")
ml_dtypes = pytest.importorskip("ml_dtypes")

DTYPES = [
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "int8",
    "uint8",
    "int16",
    "uint16",
    "int32",
    "uint32",
    "int64",
    "uint64",
    "bool",
    "complex64",
    "complex128",
]


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_decodes_to_what_numpy_sees(dtype: str) -> None:
    kind = np.dtype(getattr(ml_dtypes, dtype, dtype))
    values = np.array([0, 1, 2, 3, 0.5, 100]).astype(kind)
    sent = Tensor(library="numpy", dtype=dtype, shape=(6,), data=values.tobytes())
    items = decode(sent)
    assert items is not None
    assert [complex(item) for item in items] == [complex(item) for item in values]


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "float8_e5m2"])
def test_all_256_small_floats(dtype: str) -> None:
    raw = bytes(range(256))
    theirs = np.frombuffer(raw, dtype=getattr(ml_dtypes, dtype)).astype(float)
    ours = decode(Tensor(library="numpy", dtype=dtype, shape=(256,), data=raw))
    assert ours is not None
    np.testing.assert_array_equal(np.array(ours, dtype=float), theirs)


@given(st.floats(width=32))
def test_rounding_is_numpys(value: float) -> None:
    with np.errstate(over="ignore"):
        half = float(np.float16(value))
        brain = float(np.float32(value).astype(ml_dtypes.bfloat16))
    for ours, theirs in ((as_float16(value), half), (as_bfloat16(value), brain)):
        assert ours == theirs or (math.isnan(ours) and math.isnan(theirs))


@given(st.one_of(st.integers(), st.floats(), st.booleans(), st.complex_numbers()))
def test_numbers_survive_the_wire(value: complex) -> None:
    back = scalar(number(value))
    assert type(back) is type(value)
    assert repr(back) == repr(value)


def test_what_cannot_be_read_is_none_not_an_error() -> None:
    assert decode(Tensor(library="torch", dtype="float32", shape=(2,), data=None)) is None
    assert decode(Tensor(library="torch", dtype="int4", shape=(2,), data=b"\0")) is None
    assert decode(Tensor(library="torch", dtype="float32", shape=(2,), data=b"\0\0\0")) is None
    assert decode(Tensor(library="torch", dtype="float32", shape=(3,), data=b"\0" * 8)) is None


def test_lists_that_are_rectangular_are_arrays() -> None:
    array = array_of(literal([[1, 2], [3, 4.5]]))
    assert array is not None
    assert (array.shape, list(array.items), array.dtype) == ((2, 2), [1, 2, 3, 4.5], "float")
    assert array_of(literal([[1, 2], [3]])) is None
    assert array_of(literal(["a"])) is None
    assert array_of(Shape(dims=(None, 3))) is None


def test_index_of_a_place() -> None:
    array = array_of(tensor([0.0] * 24, (2, 3, 4)))
    assert array is not None
    assert array.at(0) == (0, 0, 0)
    assert array.at(17) == (1, 1, 1)
