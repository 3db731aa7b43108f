"""Builds wire values as a worker would send them."""

from __future__ import annotations

import struct
from math import prod

from tutor.grading.values import Tensor

CODES = {"float32": "f", "float64": "d", "int64": "q", "int32": "i", "float16": "e", "bool": "?"}


def tensor(
    items: list[float] | float,
    shape: tuple[int, ...] | None = None,
    dtype: str = "float32",
    library: str = "torch",
    device: str = "cpu",
    attached: bool = False,
) -> Tensor:
    flat = items if isinstance(items, list) else [items]
    if shape is None:
        shape = (len(flat),) if isinstance(items, list) else ()
    assert prod(shape) == len(flat)
    return Tensor(
        library=library,
        dtype=dtype,
        shape=shape,
        data=struct.pack(f"<{len(flat)}{CODES[dtype]}", *flat),
        device=device,
        attached=attached,
    )
