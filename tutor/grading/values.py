"""Values as they come from a worker: numbers and structure, never live objects.

The worker encodes what a probe returned into these (as JSON, tagged by ``t``); grading compares
them. Tensor data travel as raw little-endian bytes so that nothing is lost to printing.
"""

from __future__ import annotations

from msgspec import Struct


class Tensor(Struct, frozen=True, kw_only=True, tag_field="t", tag="tensor"):
    """An array of any framework."""

    library: str
    """`torch`, `tensorflow`, `jax` or `numpy`."""
    dtype: str
    """The NumPy-style name: `float32`, `bfloat16`, `int64`, `bool` …"""
    shape: tuple[int, ...]
    """Empty for a scalar tensor."""
    data: bytes | None
    """Row-major little-endian elements; None when there were more than the cap (2**20)."""
    device: str = "cpu"
    """`cpu`, `cuda:0` …"""
    attached: bool = False
    """Whether a gradient can flow back through it (torch: requires_grad)."""
    weak: bool = False
    """JAX's weak type."""


class Number(Struct, frozen=True, kw_only=True, tag_field="t", tag="number"):
    """A Python (or NumPy scalar) bool, int, float or complex."""

    kind: str
    """`bool`, `int`, `float` or `complex`."""
    text: str
    """`True`, `12`, `0x1.8p+1` (float.hex), `nan`, `inf`; for a complex, two joined by a comma."""


class Text(Struct, frozen=True, kw_only=True, tag_field="t", tag="text"):
    """A str."""

    text: str


class Nothing(Struct, frozen=True, tag_field="t", tag="none"):
    """None."""


class Sequence(Struct, frozen=True, kw_only=True, tag_field="t", tag="sequence"):
    """A list, tuple, named tuple or set (sorted)."""

    kind: str
    """`list`, `tuple`, `set`, or the named tuple's class name."""
    items: tuple[Value, ...]


class Mapping(Struct, frozen=True, kw_only=True, tag_field="t", tag="mapping"):
    """A dict, a state_dict, or any pytree node whose children have names."""

    kind: str
    """`dict`, or the class name."""
    items: tuple[tuple[str, Value], ...]
    """Keys as `repr` gives them for non-strings; in the mapping's own order."""


class DType(Struct, frozen=True, kw_only=True, tag_field="t", tag="dtype"):
    """A dtype, of any framework."""

    name: str
    """NumPy-style, such as `float32`."""


class Shape(Struct, frozen=True, kw_only=True, tag_field="t", tag="shape"):
    """torch.Size or tf.TensorShape; a plain tuple of ints is a Sequence and compares equal."""

    dims: tuple[int | None, ...]


class Device(Struct, frozen=True, kw_only=True, tag_field="t", tag="device"):
    """A device, of any framework."""

    name: str
    """`cpu`, `cuda:0` …"""


class Raised(Struct, frozen=True, kw_only=True, tag_field="t", tag="raised"):
    """Evaluating the probe raised."""

    type: str
    """The class's own name, such as `TypeError`."""
    bases: tuple[str, ...]
    """Names of the classes it derives from, nearest first, without `object`."""
    message: str
    line: int = 0
    """1-based, of the learner's own line that was running; 0 when none was."""
    source: str = ""
    """That line's text."""


class Opaque(Struct, frozen=True, kw_only=True, tag_field="t", tag="opaque"):
    """Anything else: a function, a module, a user's class."""

    type: str
    """Qualified class name."""
    repr: str
    """At most 200 characters."""


Value = (
    Tensor | Number | Text | Nothing | Sequence | Mapping | DType | Shape | Device | Raised | Opaque
)
