"""Numeric values as plain Python numbers, decoded without NumPy.

Grading needs elements, not arrays: a check compares a few thousand numbers at most times, and the
worker caps a tensor at 2**20. The standard library decodes that in tens of milliseconds, and only
when the raw bytes differ.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from math import inf, isfinite, nan, prod
from typing import Any

from tutor.grading.values import Number, Shape, Tensor, Value
from tutor.grading.values import Sequence as SequenceValue

Scalar = bool | int | float | complex

_CODES = {
    "int8": "b",
    "uint8": "B",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}

MAX_NESTING = 16
"""How deep a list of numbers may nest before it is no longer read as an array."""


@dataclass(frozen=True)
class Array:
    """Numbers in row-major order, and their shape."""

    shape: tuple[int, ...]
    items: Sequence[Scalar]
    dtype: str
    """The NumPy-style name; `bool`, `int`, `float` or `complex` for Python's own."""
    device: str = "cpu"

    @property
    def exact(self) -> bool:
        """Whether the elements are integers or booleans, so that no tolerance applies."""
        return self.dtype == "bool" or self.dtype.startswith(("int", "uint"))

    @property
    def real(self) -> bool:
        """Whether the elements are real numbers, not complex ones."""
        return not self.dtype.startswith("complex")

    @property
    def squeezed(self) -> tuple[int, ...]:
        """The shape without its axes of length 1."""
        return tuple(size for size in self.shape if size != 1)

    def at(self, place: int) -> tuple[int, ...]:
        """Return the index of the element at `place` in row-major order."""
        index: list[int] = []
        for size in reversed(self.shape):
            place, last = divmod(place, size)
            index.append(last)
        return tuple(reversed(index))


def is_nan(value: Scalar) -> bool:
    """Return whether a number is NaN, or has a part that is."""
    return value != value  # noqa: PLR0124  true of NaN only, and of complex numbers too


def is_finite(value: Scalar) -> bool:
    """Return whether a number is finite, as a float would see it: `10**400` is not."""
    if isinstance(value, int):
        return value.bit_length() < 1000
    return isfinite(value.real) and isfinite(value.imag)


def all_finite(items: Sequence[Scalar]) -> bool:
    """Return whether every number is finite. A sum tells 20 times sooner than a look at each."""
    try:
        if is_finite(sum(items)):
            return True
    except OverflowError:  # a Python int too large for a float, among floats
        return False
    return all(map(is_finite, items))


def largest(items: Sequence[Scalar]) -> int:
    """Return the place of the largest finite magnitude; -1 when there is none."""
    if items and all_finite(items):
        sizes = list(map(abs, items))
        return sizes.index(max(sizes))
    finite = ((abs(item), place) for place, item in enumerate(items) if is_finite(item))
    return max(finite, default=(0.0, -1))[1]


def scalar(number: Number) -> Scalar:
    """Return the Python number that `number` stands for."""
    match number.kind:
        case "bool":
            return number.text == "True"
        case "int":
            return int(number.text)
        case "complex":
            real, _, imaginary = number.text.partition(",")
            return complex(_real(real), _real(imaginary or "0"))
        case _:
            return _real(number.text)


def number(value: Scalar) -> Number:
    """Return the wire form of a Python number."""
    if isinstance(value, bool):
        return Number(kind="bool", text=str(value))
    if isinstance(value, int):
        return Number(kind="int", text=str(value))
    if isinstance(value, float):
        return Number(kind="float", text=value.hex())
    return Number(kind="complex", text=f"{value.real.hex()},{value.imag.hex()}")


def array_of(value: Value) -> Array | None:
    """Return the numbers in `value`, or None if it has none to give.

    A list (or tuple) counts when it is rectangular and holds numbers only.
    """
    if isinstance(value, Tensor):
        items = decode(value)
        return None if items is None else Array(value.shape, items, value.dtype, value.device)
    if isinstance(value, Number):
        return Array((), (scalar(value),), value.kind)
    if isinstance(value, Shape):
        if any(size is None for size in value.dims):
            return None
        return Array((len(value.dims),), tuple(size or 0 for size in value.dims), "int")
    if isinstance(value, SequenceValue):
        return _stack(value, MAX_NESTING)
    return None


def decode(tensor: Tensor) -> Sequence[Scalar] | None:
    """Return a tensor's elements; None when they were not sent or cannot be read."""
    if tensor.data is None:
        return None
    reader = _reader(tensor.dtype)
    if reader is None:
        return None
    try:
        items = reader(tensor.data)
    except (ValueError, struct.error):
        return None
    return items if len(items) == prod(tensor.shape) else None


def as_float32(value: float) -> float:
    """Round to float32."""
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        return inf if value > 0 else -inf


def as_float16(value: float) -> float:
    """Round to float16."""
    try:
        return float(struct.unpack("<e", struct.pack("<e", value))[0])
    except OverflowError:
        return inf if value > 0 else -inf


def as_bfloat16(value: float) -> float:
    """Round to bfloat16, ties to even."""
    if is_nan(value):
        return value
    single = as_float32(value)
    if single in (inf, -inf):
        return single
    bits = int.from_bytes(struct.pack("<f", single), "little")
    bits += 0x7FFF + ((bits >> 16) & 1)
    return float(struct.unpack("<f", ((bits >> 16) << 16).to_bytes(4, "little"))[0])


def _real(text: str) -> float:
    text = text.strip()
    if text.lstrip("+-") in ("nan", "inf"):
        return float(text)
    return float.fromhex(text)


def _stack(value: SequenceValue, depth: int) -> Array | None:
    if depth == 0:
        return None
    parts: list[Array] = []
    for item in value.items:
        part = _stack(item, depth - 1) if isinstance(item, SequenceValue) else array_of(item)
        if part is None or part.shape != (parts[0].shape if parts else part.shape):
            return None
        parts.append(part)
    if not parts:
        return Array((0,), (), "float")
    dtype = max((part.dtype for part in parts), key=_width)
    device = parts[0].device
    items = [element for part in parts for element in part.items]
    return Array((len(parts), *parts[0].shape), items, dtype, device)


def _width(dtype: str) -> int:
    """Order dtypes so that the widest kind of a mixed list names the list."""
    for rank, start in enumerate(("bool", "uint", "int", "float8", "bfloat", "float", "complex")):
        if dtype.startswith(start):
            return rank
    return 0


def _reader(dtype: str) -> Callable[[bytes], Sequence[Scalar]] | None:
    if dtype in _CODES:
        code = _CODES[dtype]
        return lambda data: _little(code, data)
    match dtype:
        case "bool":
            return lambda data: [byte != 0 for byte in data]
        case "float16":
            return lambda data: struct.unpack(f"<{len(data) // 2}e", data)
        case "bfloat16":
            return _bfloat16
        case "complex64":
            return lambda data: _pairs("f", data)
        case "complex128":
            return lambda data: _pairs("d", data)
        case "float8_e4m3fn" | "float8_e5m2":
            table = _float8(dtype)
            return lambda data: [table[byte] for byte in data]
        case _:
            return None


def _little(code: str, data: bytes) -> Sequence[Scalar]:
    items: array[Any] = array(code)
    items.frombytes(data)
    if sys.byteorder == "big":
        items.byteswap()
    return items


def _bfloat16(data: bytes) -> Sequence[Scalar]:
    # The upper half of a float32: put each pair of bytes behind two zero ones.
    if len(data) % 2:
        raise ValueError("odd length")
    wide = bytearray(2 * len(data))
    wide[2::4] = data[0::2]
    wide[3::4] = data[1::2]
    return _little("f", bytes(wide))


def _pairs(code: str, data: bytes) -> Sequence[Scalar]:
    parts: list[float] = [float(part.real) for part in _little(code, data)]
    return [complex(*pair) for pair in zip(parts[0::2], parts[1::2], strict=True)]


@cache
def _float8(dtype: str) -> tuple[float, ...]:
    """The 256 values of an 8-bit float: e4m3fn has no infinities, e5m2 is IEEE-like."""
    mantissa_bits, bias = (3, 7) if dtype == "float8_e4m3fn" else (2, 15)
    table: list[float] = []
    for byte in range(256):
        sign = -1.0 if byte & 0x80 else 1.0
        exponent = (byte & 0x7F) >> mantissa_bits
        fraction = byte & ((1 << mantissa_bits) - 1)
        if dtype == "float8_e4m3fn" and byte & 0x7F == 0x7F:
            table.append(nan)
        elif dtype == "float8_e5m2" and exponent == 31:
            table.append(nan if fraction else sign * inf)
        elif exponent == 0:
            table.append(sign * fraction * 2.0 ** (1 - bias - mantissa_bits))
        else:
            table.append(sign * (1 + fraction / (1 << mantissa_bits)) * 2.0 ** (exponent - bias))
    return tuple(table)
