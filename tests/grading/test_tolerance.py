from __future__ import annotations

from math import inf, nan

import pytest

from tutor.grading.arrays import Array
from tutor.grading.tolerance import EXACT, Tolerance, close, default_tolerance, tolerance_for


@pytest.mark.parametrize("dtype", ["int8", "uint64", "bool", "int"])
def test_integers_and_booleans_are_exact(dtype: str) -> None:
    assert default_tolerance(dtype) == EXACT


def test_coarser_dtypes_allow_more() -> None:
    order = ["float64", "float32", "float16", "bfloat16", "float8_e4m3fn"]
    bounds = [default_tolerance(dtype).rtol for dtype in order]
    assert bounds == sorted(bounds)
    assert len(set(bounds)) == len(bounds)


def test_float32_on_an_accelerator_allows_tf32() -> None:
    # TF32 keeps 10 bits: one product may be off by 2**-10.
    assert default_tolerance("float32", "cuda:0").rtol > 2**-10 > default_tolerance("float32").rtol
    assert default_tolerance("float64", "cuda:0") == default_tolerance("float64")


def test_nan_and_infinity() -> None:
    loose = Tolerance(0.1, 0.1)
    assert close(nan, nan, loose)
    assert close(inf, inf, loose)
    assert not close(inf, -inf, loose)
    assert not close(inf, 1e300, loose)
    assert not close(1e300, inf, loose)
    assert not close(nan, 1.0, loose)
    assert not close(1.0, nan, loose)


def test_an_integer_too_large_for_a_float_is_not_close_and_not_an_error() -> None:
    assert not close(10**400, 1.5, Tolerance(0.1, 0.1))


def test_a_python_float_takes_the_precision_of_the_tensor_beside_it() -> None:
    half = Array((), (1.0,), "float16")
    plain = Array((), (1.001,), "float")
    assert tolerance_for(half, plain).rtol == default_tolerance("float16").rtol
    assert tolerance_for(plain, half).rtol == default_tolerance("float16").rtol
    double = Array((), (1.0,), "float64")
    assert tolerance_for(double, plain).rtol == default_tolerance("float64").rtol


def test_a_cancelled_element_is_judged_by_its_array() -> None:
    expected = Array((2,), (1000.0, 0.0), "float32")
    bound = tolerance_for(expected, expected)
    assert close(0.0, 5e-4, bound)
    alone = Array((2,), (1.0, 0.0), "float32")
    assert not close(0.0, 5e-4, tolerance_for(alone, alone))


def test_what_the_author_sets_replaces_the_defaults() -> None:
    one = Array((), (1.0,), "float32")
    assert tolerance_for(one, one, rtol=0.2) == Tolerance(0.2, 0.0)
    assert tolerance_for(one, one, atol=0.2) == Tolerance(0.0, 0.2)
