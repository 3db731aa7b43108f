"""How far apart two numbers may be and still be the same answer.

The expected value comes from the author's solution on the same device, so what is left between two
right programs is rounding: another order of summation, a fused kernel, a matmul in TF32. Unit
tests of a single operation use tight bounds; an exercise chains several operations and reduces over
hundreds of elements, so the bounds here are wider. On a CPU they stay 20 times narrower than the
mildest rounding mistake worth telling (to bfloat16: up to 2**-9 = 2e-3).

============  ======  =======================================================================
dtype         rtol    against
============  ======  =======================================================================
float64       1e-7    torch.testing.assert_close: 1e-7
float32, cpu  1e-4    assert_close 1.3e-6 and TensorFlow's assertAllClose 1e-6, for one operation
float32, gpu  2e-3    TF32 keeps 10 mantissa bits (unit roundoff 2**-11 = 4.9e-4) and is the default
                      for matmul in JAX and TensorFlow, and for convolutions in PyTorch
float16       5e-3    assert_close 1e-3 (one unit in the last place is 2**-10 = 9.8e-4)
bfloat16      1.6e-2  assert_close 1.6e-2 (one unit in the last place is 2**-7 = 7.8e-3)
float8        0.125   e4m3 keeps 3 mantissa bits; e5m2 2, so 0.25
============  ======  =======================================================================

A sum whose terms cancel is off by an amount that goes with its terms, not with itself. So, beside
the fixed ``atol``, an element may be off by ``span`` times the largest magnitude in its array.

Integers and booleans are exact. NaN equals NaN in the same place; infinities must agree in sign.
Python floats count as float32: in a lesson they come from ``.item()``.

Sources: https://docs.pytorch.org/docs/stable/testing.html (assert_close),
https://www.tensorflow.org/api_docs/python/tf/test/TestCase (assertAllClose),
https://docs.pytorch.org/docs/stable/notes/cuda.html (TF32),
https://docs.jax.dev/en/latest/jax.lax.html (Precision).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

from tutor.grading.arrays import Array, Scalar, is_nan, largest


@dataclass(frozen=True)
class Tolerance:
    """Bounds on the distance between an expected number and another."""

    rtol: float
    """Relative to the expected number."""
    atol: float
    """Whatever the numbers."""
    span: float = 0.0
    """Relative to the largest expected magnitude in the array."""

    def over(self, expected: Array) -> Tolerance:
        """Return the tolerance for the elements of `expected`, its span made absolute."""
        if not self.span or len(expected.items) < 2:
            return Tolerance(self.rtol, self.atol)
        place = largest(expected.items)
        top = abs(expected.items[place]) if place >= 0 else 0.0
        return Tolerance(self.rtol, max(self.atol, self.span * top))


EXACT = Tolerance(0.0, 0.0)

_FLOAT64 = Tolerance(1e-7, 1e-12, 1e-9)
_FLOAT32 = Tolerance(1e-4, 1e-7, 1e-6)
_TF32 = Tolerance(2e-3, 1e-6, 1e-3)

_BY_DTYPE = {
    "float64": _FLOAT64,
    "complex128": _FLOAT64,
    "float32": _FLOAT32,
    "complex64": _FLOAT32,
    "float": _FLOAT32,
    "complex": _FLOAT32,
    "float16": Tolerance(5e-3, 1e-6, 1e-3),
    "bfloat16": Tolerance(1.6e-2, 1e-6, 8e-3),
    "float8_e4m3fn": Tolerance(0.125, 1e-3, 0.06),
    "float8_e5m2": Tolerance(0.25, 1e-3, 0.12),
}


def default_tolerance(dtype: str, device: str = "cpu") -> Tolerance:
    """Return the tolerance for one dtype on one device."""
    found = _BY_DTYPE.get(dtype)
    if found is None:
        return EXACT if dtype == "bool" or dtype.startswith(("int", "uint")) else _FLOAT32
    return _TF32 if found is _FLOAT32 and not device.lower().startswith("cpu") else found


def tolerance_for(
    expected: Array, got: Array, rtol: float | None = None, atol: float | None = None
) -> Tolerance:
    """Return the tolerance between two arrays: the coarser of their own, or what the author set.

    With `rtol` or `atol` given, the other is 0 unless given too. An integer expected is exact.
    """
    if rtol is not None or atol is not None:
        return Tolerance(rtol or 0.0, atol or 0.0)
    if expected.exact:
        return EXACT
    own = default_tolerance(expected.dtype, expected.device)
    if got.exact:
        return own.over(expected)
    other = default_tolerance(got.dtype, got.device)
    # A Python float carries no precision of its own: the tensor beside it decides.
    if got.dtype in ("float", "complex"):
        other = own
    elif expected.dtype in ("float", "complex"):
        own = other
    return max(own, other, key=lambda tolerance: tolerance.rtol).over(expected)


def close(expected: Scalar, got: Scalar, tolerance: Tolerance) -> bool:
    """Return whether `got` is `expected`, within `tolerance`; NaN equals NaN."""
    if expected == got or (is_nan(expected) and is_nan(got)):
        return True
    try:
        bound = tolerance.atol + tolerance.rtol * abs(expected)
        return abs(expected - got) <= bound < inf
    except OverflowError:  # a Python int too large for a float, beside a float
        return False


def all_close(expected: Iterable[Scalar], got: Iterable[Scalar], tolerance: Tolerance) -> bool:
    """Return whether two runs of numbers of one length are the same, within `tolerance`."""
    try:
        return next(_apart(expected, got, tolerance), None) is None
    except OverflowError:  # a Python int too large for a float, beside a float
        return False


def apart(expected: Sequence[Scalar], got: Sequence[Scalar], tolerance: Tolerance) -> list[int]:
    """Return the places where two runs of numbers of one length differ by more."""
    try:
        return list(_apart(expected, got, tolerance))
    except OverflowError:  # a Python int too large for a float, beside a float
        pairs = enumerate(zip(expected, got, strict=True))
        return [place for place, (one, other) in pairs if not close(one, other, tolerance)]


def _apart(
    expected: Iterable[Scalar], got: Iterable[Scalar], tolerance: Tolerance
) -> Iterator[int]:
    # `close`, written out: a million calls cost a quarter of a second.
    rtol, atol = tolerance.rtol, tolerance.atol
    return (
        place
        for place, (one, other) in enumerate(zip(expected, got, strict=True))
        if one != other
        and not abs(one - other) <= atol + rtol * abs(one) < inf
        and not (is_nan(one) and is_nan(other))
    )
