"""What the runner needs of a framework. Each adapter imports its framework in ``load`` only."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ..encode import CAP, Wire, device, dtype, is_a, tensor
from ..inputs import Spec, draw, is_scalar
from .seen import Fetch, Seen, UnreadableError, at_once, one_of


class TooFewDevicesError(RuntimeError):
    """The CPU cannot stand for as many devices as are wanted."""


class Adapter:
    """A framework, as the host and its workers use it."""

    name = ""
    integer = "int64"
    """The dtype that whole numbers get by default."""

    module: Any = None
    """The framework, once loaded."""
    arrays: Any = None
    """The namespace of array functions: `torch`, `jax.numpy` …"""
    blas_threads: str | None = None
    """What OPENBLAS_NUM_THREADS was before the host set it to 1."""
    restore_blas = False
    """Whether a worker has that to undo."""
    LATE: tuple[str, ...] = ("sklearn.datasets",)
    """Modules that programs import when they first need them, and slowly: 0.8 s for this one."""
    late: frozenset[str] = frozenset()
    """Those of them that an earlier attempt needed: the next worker imports them while it waits."""

    def namespaces(self) -> list[Any]:
        """Return modules and classes whose names must mean what they did before the attempt."""
        return [self.module, self.arrays, sys.modules.get("numpy")]

    def environment(self, cache: str) -> dict[str, str]:
        """Variables that must be set before the import; ``cache`` may be empty (none)."""
        return {}

    def load(self) -> None:
        """Import it, in the host: no device may be touched."""
        raise NotImplementedError

    def version(self) -> str:
        """Return its version."""
        return str(self.module.__version__)

    def unsafe_to_fork(self) -> str:
        """Return why the host may not fork now, or an empty string."""
        return ""

    def start(self, device: str) -> tuple[str, list[str]]:
        """Initialise the device in a worker; return the one in use and all, best first.

        Raises:
            TooFewDevicesError: `cpu*8` is wanted, and cannot be had.
        """
        if virtual(device):
            raise TooFewDevicesError(f"{self.name} has no notion of devices.")
        return "cpu", ["cpu"]

    def warm(self) -> Iterator[None]:
        """Do neutral work whose first time is slow, a step between yields."""
        return iter(())

    def import_late(self) -> Iterator[None]:
        """Import what an earlier attempt needed, a module between yields."""
        for name in self.late:
            importlib.import_module(name)
            yield

    def import_ahead(self) -> None:
        """Import all of them that are here, in a host, where no accelerator can be touched."""
        for name in self.LATE:
            with contextlib.suppress(Exception):  # a program that needs it says what is wrong
                importlib.import_module(name)

    def without_cache(self) -> None:
        """Switch the compilers' disk caches off."""

    def seed(self, number: int) -> None:
        """Seed the framework's global generators."""

    def array(self, values: Any, shape: tuple[int, ...], name: str) -> Any:
        """Make a tensor on the device in use."""
        raise NotImplementedError

    def make_input(self, spec: Spec, name: str, seed: int) -> Any:
        """Make one input: a Python number, or the framework's own tensor."""
        values = draw(spec, name, seed)
        if is_scalar(spec):
            return values
        kind = spec.dtype or (self.integer if spec.kind == "integers" else "float32")
        return self.array(values, spec.shape, kind)

    def encode(self, value: Any) -> Any | None:
        """Return the wire form of the framework's own objects, a simpler object, or None."""
        return None

    def is_tensor(self, value: Any) -> bool:
        """Whether it is a tensor of this framework."""
        raise NotImplementedError

    def copy(self, value: Any) -> Any:
        """Return a detached copy of a tensor."""
        raise NotImplementedError

    def named_leaves(self, value: Any) -> dict[str, Any] | None:
        """Return the named parameters of a model, or None if it is none."""
        return None

    def state(self) -> dict[str, str]:
        """Return global state that code may leave changed: key to a sentence about it."""
        return {}

    def synchronise(self, value: Any) -> None:
        """Wait until the device has finished computing ``value``."""

    def peak_memory(self, call: Callable[[], Any]) -> int | None:
        """Return the device's peak bytes during the call; None if only the host's memory counts."""
        return None

    def barrier(self) -> None:
        """Wait for side effects of traced code, such as printing."""

    def wide(self) -> Any:
        """Return a context in which float64 is float64."""
        return contextlib.nullcontext()

    def flat(self, value: Any) -> tuple[list[Any], tuple[int, ...], str]:
        """Return elements, shape and dtype name of a tensor or a Python number."""
        raise NotImplementedError

    def device_of(self, value: Any) -> Any:
        """Return the device of a tensor."""
        return device("cpu")

    def gradient(self, f: Any, args: tuple[Any, ...], argnum: Any) -> Any:
        """Return the gradient of a scalar function."""
        raise TypeError(f"{self.name} has no automatic differentiation")

    def count_traces(self, f: Any, calls: list[tuple[Any, ...]]) -> int:
        """Return how often f was traced over the calls."""
        raise TypeError(f"{self.name} does not trace functions")

    def ops(self, f: Any, args: tuple[Any, ...]) -> list[str]:
        """Return the names of the operations of f."""
        raise TypeError(f"{self.name} does not trace functions")

    def instruments(self, tools: Any) -> dict[str, Any]:
        """Return the framework's own instruments by name; ``tools`` has those shared by all."""
        return {}

    # --- values that are looked at

    def load_lightly(self) -> None:
        """Take what is needed to look at values; the framework is imported already."""
        self.load()

    def seen(self, value: Any) -> Seen | None:
        """Return what is known of a tensor of this framework, without reading it; else None."""
        return None

    def is_traced(self, value: Any) -> bool:
        """Whether it stands for a value that there will be when what is traced now is run."""
        return False

    def host(self, value: Any) -> tuple[Any, Any]:
        """Return a tensor's values in the host's memory, and the module whose functions take them.

        That is NumPy, or PyTorch, whose functions have NumPy's names where it matters here.

        Raises:
            UnreadableError: They cannot be had.
        """
        raise NotImplementedError

    def keep(self, value: Any) -> Any:
        """Return the number that a tensor of one element holds, or what to read it from later.

        It must not wait for the device, nor change when the tensor does.
        """
        return float(value)

    def fetching(self, kept: list[Any]) -> Fetch:
        """Begin to read what ``keep`` gave."""
        return at_once(kept)

    def sums(self, value: Any) -> tuple[float, int, int]:
        """Return the sum of squares of the finite elements, and how many are NaN and infinite."""
        kit, array = self.host(value)
        return sums_of(kit, array)

    def parts(self, value: Any) -> list[tuple[str, Any]] | None:
        """Return what a model or another object of the framework's holds, by name; else None."""
        return None


def restore_threads(original: str | None) -> None:
    """Undo OPENBLAS_NUM_THREADS=1, which kept the host single-threaded, in the child.

    The variable is read when the library loads, so its function has to be called as well; the
    name differs between builds (numpy's wheels prefix it).
    """
    if original is None:
        os.environ.pop("OPENBLAS_NUM_THREADS", None)
    else:
        os.environ["OPENBLAS_NUM_THREADS"] = original
    count = int(original) if original and original.isdigit() else len(_cpus())
    try:
        with open("/proc/self/maps") as file:
            paths = {line.split()[-1] for line in file if "openblas" in line}
    except OSError:
        return
    for path in paths:
        try:
            library = ctypes.CDLL(path)
        except OSError:
            continue
        for name in (
            "scipy_openblas_set_num_threads64_",
            "scipy_openblas_set_num_threads",
            "openblas_set_num_threads64_",
            "openblas_set_num_threads",
        ):
            if hasattr(library, name):
                getattr(library, name)(count)
                break


def _cpus() -> Any:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return range(os.cpu_count() or 1)


class NumpyHook:
    """Encodes numpy's objects, where numpy is loaded: every framework's results may hold some."""

    def __init__(self) -> None:
        self.numpy = numpy = sys.modules.get("numpy")
        if numpy is None:
            return
        self._ndarray, self._generic, self._dtype = numpy.ndarray, numpy.generic, numpy.dtype
        self._tobytes, self._item = numpy.ndarray.tobytes, numpy.generic.item
        self._contiguous, self._asarray = numpy.ascontiguousarray, numpy.asarray
        self._tolist = numpy.ndarray.tolist

    def __call__(self, value: Any) -> Any | None:
        """Return the wire form, a simpler object, or None."""
        if self.numpy is None:
            return None
        if is_a(value, self._ndarray):
            return self.array(value, "numpy", "cpu")
        if is_a(value, self._generic):
            simple = self._item(value)
            return None if simple is value else simple
        if is_a(value, self._dtype):
            return dtype(value.name)
        if type(value) is type and is_type_of(value, self._generic):
            return dtype(self._dtype(value).name)
        return None

    def array(self, value: Any, library: str, where: str, weak: bool = False) -> Wire | None:
        """Return the wire form of an ndarray that stands for a tensor of ``library``."""
        kind = value.dtype
        if kind.hasobject or (kind.kind in "SUV" and kind.name not in EXTENSION_DTYPES):
            return None
        data = None
        if value.size <= CAP:
            plain = self._contiguous(value)
            if kind.byteorder == ">":
                plain = plain.astype(kind.newbyteorder("<"))
            data = self._tobytes(plain)
        return tensor(library, kind.name, tuple(value.shape), data, where, weak=weak)


CHUNK = 1 << 22
"""Elements that are widened to float64 at a time: 32 MB."""


def sums_of(kit: Any, array: Any) -> tuple[float, int, int]:
    """Return the sum of squares of the finite elements, and how many are NaN and infinite."""
    flat = array.reshape(-1)
    square, nan, inf = 0.0, 0, 0
    for start in range(0, flat.shape[0], CHUNK):
        part = wide_of(kit, flat[start : start + CHUNK])
        finite = part[kit.isfinite(part)]
        gone = int(kit.isnan(part).sum())
        nan += gone
        inf += part.shape[0] - finite.shape[0] - gone
        square += float((finite * finite).sum())
    return square, nan, inf


def wide_of(kit: Any, array: Any) -> Any:
    """Return an array of ``host`` as float64; complex numbers by their magnitude."""
    if "complex" in str(array.dtype):
        array = abs(array)
    return array.to(kit.float64) if hasattr(kit, "Tensor") else array.astype("float64")


class NumpyLooks:
    """How an adapter looks at values by way of NumPy."""

    def __init__(self) -> None:
        self.numpy = numpy = sys.modules.get("numpy")
        if numpy is not None:
            self._classes = (numpy.ndarray, numpy.generic)
            self._asarray, self._size = numpy.asarray, numpy.ndarray.size.__get__

    def seen(self, value: Any) -> Seen | None:
        """Return what is known of an ndarray or a NumPy scalar."""
        if self.numpy is None or not is_a(value, *self._classes):
            return None
        return Seen("numpy", tuple(value.shape), str(value.dtype.name), "cpu")

    def host(self, value: Any) -> tuple[Any, Any]:
        """Return it as it is."""
        if self.numpy is None:
            raise UnreadableError("NumPy is not there to read it with.")
        return self.numpy, self._asarray(value)

    def keep(self, value: Any) -> float:
        """Read it now: an ndarray may change in place."""
        plain = self._asarray(value)
        one_of(self._size(plain), plain.shape)
        return float(plain.item())


EXTENSION_DTYPES = ("bfloat16", "float8_e4m3fn", "float8_e5m2", "int4", "uint4")
"""ml_dtypes' names; numpy calls their kind void."""


def flat_array(value: Any, numpy: Any) -> tuple[list[Any], tuple[int, ...], str]:
    """Return elements, shape and dtype name by way of NumPy; Python numbers are float64."""
    if isinstance(value, (int, float)):
        return [float(value)], (), "float64"
    plain = numpy.asarray(value)
    name = plain.dtype.name
    wide = plain.astype("float64") if "float" in name else plain
    return wide.reshape(-1).tolist(), tuple(plain.shape), name


def is_type_of(value: Any, base: Any) -> bool:
    """Like issubclass, by identity."""
    return any(other is base for other in type.__dict__["__mro__"].__get__(value))


def choose(wanted: str, found: list[str]) -> str:
    """Return the device of ``found`` that ``wanted`` names; RuntimeError when there is none."""
    if wanted == "auto":
        return found[0]
    for label in found:
        name = label.split(" ")[0]
        if name == wanted or name.split(":")[0] == wanted:
            return label
    raise RuntimeError(f"there is no device `{wanted}` here; there is: {', '.join(found)}")


def virtual(device: str) -> int:
    """Return the 8 of `cpu*8`, the CPU as eight devices; 0 when another device is meant."""
    name, _, count = device.partition("*")
    return int(count) if name == "cpu" and count else 0


def on_off(flag: bool) -> str:
    """Say a flag."""
    return "on" if flag else "off"
