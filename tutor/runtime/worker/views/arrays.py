"""Tensors and numbers of any framework, told apart and read without leaning on one of them.

A learner of JAX keeps losses in NumPy, and TensorFlow brings JAX along: what a value is, is asked
of the adapter of the framework that its class comes from, whichever the worker's own is.
"""

from __future__ import annotations

import array
import ctypes
import math
import sys
from collections.abc import Callable, Mapping
from typing import Any

from ..encode import is_a
from ..frameworks import jax_, numpy_, tensorflow_, torch_
from ..frameworks.base import wide_of
from ..frameworks.seen import Seen, UnreadableError

MAKE: dict[str, Callable[[], Any]] = {
    "torch": torch_.TorchAdapter,
    "jax": jax_.JaxAdapter,
    "tensorflow": tensorflow_.TensorflowAdapter,
    "numpy": numpy_.NumpyAdapter,
}
ROOTS = {
    "torch": "torch",
    "jax": "jax",
    "jaxlib": "jax",
    "tensorflow": "tensorflow",
    "numpy": "numpy",
    "keras": "",
    "flax": "",
}
"""Top-level package of a class to the framework; empty for one that wraps another's tensors."""

_mro_of = type.__dict__["__mro__"].__get__
_ABSENT: Any = object()


class Arrays:
    """Knows the tensors of every framework that is loaded.

    Args:
        adapter: The worker's own, loaded; None outside of a worker.
    """

    def __init__(self, adapter: Any = None) -> None:
        self._adapters: dict[str, Any] = {} if adapter is None else {adapter.name: adapter}
        self._of_class: dict[type, str | None] = {}

    def adapter(self, framework: str) -> Any:
        """Return the adapter of a framework, which is imported already."""
        if framework not in self._adapters:
            made: Any = MAKE[framework]()
            made.load_lightly()
            self._adapters[framework] = made
        return self._adapters[framework]

    def home(self, value: Any) -> str | None:
        """Return the framework that the value's class comes from; None where that is none."""
        kind = type(value)
        found = self._of_class.get(kind, _ABSENT)
        if found is _ABSENT:
            found = self._of_class[kind] = _home_of(kind)
        return found

    def bare(self, value: Any) -> Any:
        """Return the tensor in a variable of Keras or Flax; anything else as it is."""
        for _ in range(3):
            if self.home(value) != "":
                return value
            read = getattr(value, "get_value", None)  # Flax's, whose `.value` warns
            inside = read() if callable(read) else getattr(value, "value", value)
            if inside is value or callable(inside):
                return value
            value = inside
        return value

    def look(self, value: Any) -> Tensor | None:
        """Return the tensor that the value is; None where it is none, or has no values yet."""
        value = self.bare(value)
        framework = self.home(value)
        if not framework:
            return None
        adapter = self.adapter(framework)
        seen = adapter.seen(value)
        return None if seen is None else Tensor(value, seen, adapter)

    def traced(self, value: Any) -> str:
        """Return the framework that is tracing, where the value is no more than a promise."""
        value = self.bare(value)
        framework = self.home(value)
        return framework if framework and self.adapter(framework).is_traced(value) else ""

    def parts(self, value: Any) -> list[tuple[str, Any]] | None:
        """Return what a framework's own object holds; None where it is no container of theirs."""
        framework = self.home(value)
        if framework == "":
            return _layer(value) if hasattr(value, "weights") else _flax(value)
        if framework is None:  # a class of the learner's own may be registered as a pytree
            framework = "jax" if "jax" in self._adapters else ""
        if not framework:
            return None
        found: list[tuple[str, Any]] | None = self.adapter(framework).parts(value)
        return found

    def number(self, value: Any) -> float | None:
        """Return a single number as a float; None where the value is none."""
        if is_a(value, int, float):
            try:
                return float(value)
            except OverflowError:
                return math.inf if value > 0 else -math.inf
        tensor = self.look(value)
        if tensor is None or tensor.seen.count != 1 or not tensor.seen.numeric:
            return None
        return tensor.doubles()[0]

    def numbers(self, values: Any, what: str) -> array.array[float]:
        """Return a list or a tensor of one axis as numbers.

        Raises:
            UnreadableError: It is something else; ``what`` names it in the sentence.
        """
        tensor = self.look(values)
        if tensor is not None:
            return self._of_tensor(tensor, what)
        if not is_a(values, list, tuple, range, array.array, _Keys, _Values):
            self._refuse(values, what, "the numbers of a series")
        items = [*values]
        try:
            if all(type(item) is float or type(item) is int for item in items):
                return array.array("d", items)
        except OverflowError:
            pass
        found = array.array("d")
        for place, item in enumerate(items):
            number = self.number(item)
            if number is None:
                self._refuse(item, f"{what}[{place}]")
            found.append(number)
        return found

    def kit(self) -> Any:
        """Return NumPy, or PyTorch where that is missing, to make an array of plain numbers."""
        found = sys.modules.get("numpy") or sys.modules.get("torch")
        if found is None:
            raise UnreadableError("Plain lists need NumPy or PyTorch to be drawn as an image.")
        return found

    def _of_tensor(self, tensor: Tensor, what: str) -> array.array[float]:
        if not tensor.seen.numeric:
            raise UnreadableError(f"{what} has the dtype {tensor.seen.dtype}, which is no number.")
        longer = [size for size in tensor.seen.shape if size != 1]
        if len(longer) > 1:
            raise UnreadableError(
                f"{what} has the shape {tensor.seen.shape}, and a curve needs one axis: "
                "give its columns as a dict of name to numbers."
            )
        return tensor.doubles()

    def _refuse(self, value: Any, what: str, wanted: str = "a number") -> None:
        traced = self.traced(value)
        if traced:
            raise UnreadableError(still_traced(what, traced))
        tensor = self.look(value)
        kind = type(value).__name__
        if tensor is not None:
            kind = f"{tensor.seen.dtype} of shape {tensor.seen.shape}"
        raise UnreadableError(f"{what} is {kind}, where {wanted} should be.")


_Keys, _Values = type({}.keys()), type({}.values())


class Tensor:
    """A tensor of some framework, and the adapter that can read it."""

    def __init__(self, value: Any, seen: Seen, adapter: Any) -> None:
        self.value = value
        self.seen = seen
        self._adapter = adapter

    def host(self) -> tuple[Any, Any]:
        """Return its values in the host's memory, and whose functions take them."""
        found: tuple[Any, Any] = self._adapter.host(self.value)
        return found

    def wide(self) -> tuple[Any, Any]:
        """Return its values as float64."""
        kit, plain = self.host()
        return kit, wide_of(kit, plain)

    def doubles(self, most: int | None = None) -> array.array[float]:
        """Return its values, or the first ones, row by row."""
        kit, plain = self.host()
        flat = plain.reshape(-1)
        if most is not None:
            flat = flat[:most]
        return array.array("d", packed(kit, wide_of(kit, flat)))

    def sums(self) -> tuple[float, int, int]:
        """Return the sum of squares of the finite elements, and how many are NaN and infinite."""
        found: tuple[float, int, int] = self._adapter.sums(self.value)
        return found


def packed(kit: Any, plain: Any) -> bytes:
    """Return the bytes of an array of the host's, row by row."""
    if not hasattr(kit, "Tensor"):
        found: bytes = plain.tobytes()
        return found
    plain = plain.contiguous()
    size = plain.numel() * plain.element_size()
    return ctypes.string_at(plain.data_ptr(), size) if size else b""


def little(numbers: array.array[float]) -> bytes:
    """Return numbers as they travel: little-endian."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()


def is_mapping(value: Any) -> bool:
    """Whether it is a dict, or another mapping such as Flax's."""
    return isinstance(value, Mapping) or is_a(value, dict)


def _layer(layer: Any) -> list[tuple[str, Any]] | None:
    """Return a Keras layer's own weights, then the layers within it."""
    weights = layer.weights
    if not isinstance(weights, (list, tuple)):
        return None
    within = getattr(layer, "layers", None) or getattr(layer, "_layers", None)
    within = [one for one in within or () if hasattr(one, "weights")]
    theirs = {id(weight) for one in within for weight in one.weights}
    own = [(str(one.name), one) for one in weights if id(one) not in theirs]
    return [*own, *((str(one.name), one) for one in within)]


def _flax(module: Any) -> list[tuple[str, Any]] | None:
    """Return the attributes of an nnx module; its own bookkeeping begins with an underscore."""
    if not any(name.startswith("_pytree__") for name in getattr(module, "__dict__", ())):
        return None
    return [(name, one) for name, one in vars(module).items() if name[0] != "_"]


_BACK = {
    "jax": ", or go by way of jax.debug.callback",
    "tensorflow": ", or go by way of tf.py_function",
}
_LABELS = {"jax": "JAX", "tensorflow": "TensorFlow", "torch": "PyTorch"}


def still_traced(what: str, framework: str) -> str:
    """Return the sentence for a value that is only a promise of one."""
    return (
        f"{what} has no value yet: it was shown in a function that {_LABELS[framework]} was "
        f"tracing. Show what the function returns, outside of it{_BACK.get(framework, '')}."
    )


def _home_of(kind: type) -> str | None:
    for base in _mro_of(kind):
        root = (getattr(base, "__module__", "") or "").split(".", 1)[0]
        if root in ROOTS:
            framework = ROOTS[root]
            # Keras's own classes under PyTorch inherit torch's, but hold tensors all the same
            return framework if not framework or framework in sys.modules else None
    return None
