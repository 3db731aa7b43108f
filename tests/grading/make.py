"""Builds wire values as a worker would send them."""

from __future__ import annotations

import struct
from math import prod

from hypothesis import strategies as st

from tutor.grading.compare import literal
from tutor.grading.values import (
    Device,
    DType,
    Mapping,
    Nothing,
    Opaque,
    Raised,
    Sequence,
    Shape,
    Tensor,
)

CODES = {"float32": "f", "float64": "d", "int64": "q", "int32": "i", "float16": "e", "bool": "?"}


def tensor(
    items: list[float] | float,
    shape: tuple[int, ...] | None = None,
    *,
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


leaves = st.one_of(
    st.integers(-(2**40), 2**40).map(literal),
    st.just(literal(10**400)),
    st.floats(width=32).map(literal),
    st.booleans().map(literal),
    st.text(max_size=8).map(literal),
    st.just(Nothing()),
    st.lists(st.floats(width=32), max_size=6).map(tensor),
    st.lists(st.integers(0, 9), max_size=4).map(lambda dims: Shape(dims=tuple(dims))),
    st.sampled_from([DType(name="float32"), Device(name="cuda:0"), Opaque(type="f", repr="f")]),
    st.just(Raised(type="KeyError", bases=("LookupError", "Exception"), message="k")),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda x: Sequence(kind="list", items=tuple(x))),
        st.dictionaries(st.text(max_size=5), inner, max_size=3).map(
            lambda x: Mapping(kind="dict", items=tuple(x.items()))
        ),
    ),
    max_leaves=8,
)
"""Any value a worker may send, apart from tensors too large to."""
