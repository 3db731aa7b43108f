"""What is known of a tensor of any framework, and how its numbers come to the host's memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class UnreadableError(Exception):
    """A tensor's values cannot be had; the message is a sentence for the learner."""


class Seen(NamedTuple):
    """What a tensor is, before its values are read."""

    library: str
    """`torch`, `tensorflow`, `jax` or `numpy`."""
    shape: tuple[int, ...]
    dtype: str
    """NumPy-style."""
    device: str
    attached: bool = False
    """Whether a gradient can flow back through it."""

    @property
    def count(self) -> int:
        """How many elements it has."""
        count = 1
        for size in self.shape:
            count *= size
        return count

    @property
    def numeric(self) -> bool:
        """Whether it holds real numbers or truth values."""
        return self.dtype.startswith(("float", "bfloat", "int", "uint", "bool"))


class Fetch(NamedTuple):
    """Numbers on their way from a device."""

    ready: Callable[[], bool]
    """Whether they can be read without waiting."""
    values: Callable[[], list[Any]]
    """Waits for them. What cannot be read any more is None."""


def at_once(kept: list[Any]) -> Fetch:
    """Return a fetch that reads each when it is asked, and may wait."""

    def values() -> list[Any]:
        return [_number(one) for one in kept]

    return Fetch(lambda: True, values)


def _number(one: Any) -> Any:
    try:
        return float(one)
    except Exception:
        return None  # its buffer is gone


def one_of(count: int, shape: Any) -> None:
    """Raise UnreadableError unless a tensor of ``count`` elements stands for one number."""
    if count != 1:
        shape = tuple(int(size) for size in shape)
        raise UnreadableError(
            f"a point of a curve is one number, and this has shape {shape}. "
            "Reduce it first, such as to its mean."
        )
