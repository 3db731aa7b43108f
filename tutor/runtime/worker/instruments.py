"""Names that probes may use beside the learner's own. This list is the reference.

Every framework
    fw, xp                                the framework's module; its array namespace
    gradient(f, *args, argnum=0)          of the scalar f(*args); argnum may be a tuple
    finite_difference(f, *args, argnum=0, eps=1e-4)
                                          the same by central differences in float64, cast back
    leaves(x)                             dict of path -> tensor of a structure or a model
    dtype_of(x), device_of(x), shape_of(x)
                                          of one tensor, or dict by path of a structure
    same(a, b)                            bit-for-bit equality of two structures
    is_pure(f, *args)                     same answer twice, args and globals untouched
    raises(f, *args)                      name of the exception's type, or None
    prints(f, *args)                      lines printed while f(*args) runs
    printed()                             lines the blocks printed
    warned()                              "Category: message", each distinct warning so far
    leaked()                              global state left changed; [] when clean
    uses("torch.no_grad"), uses(".backward"), uses("for")
                                          whether the answer mentions a name, an attribute, syntax
    calls("sum")                          how many call sites of that name the answer has
    seconds(f, *args, repeat=5)           median of synchronised calls, after one to warm up
    timings({"eager": f, "jit": g}, *args, repeat=20)
                                          dict of label -> seconds of each call, synchronised and
                                          in turns, after two to warm up: for bars with a spread
    peak_memory(f, *args)                 bytes: the device's peak, or this process's growth
    count_traces(f, *argtuples)           how often f was traced (torch: graphs compiled)
    retraces(f, *argtuples)               the same, beyond the first
    ops(f, *args)                         names of the operations f is made of, in order
torch, jax, tensorflow
    graph_of(f, *args)                    for a graph view: Dynamo's graphs with the breaks between
                                          them, the jaxpr, the concrete function
torch
    graph_breaks(f, *args), graphs(f, *args), graph_chain(t)
    grads(module), param_count(module), changed(module, f, *args)
    fx_code(f, *args)                     what Dynamo captured, as Python
    inductor_code(f, *args)               dict of title -> text: kernels, and the code around them
    onnx_nodes(model_or_path)             rows of op, inputs, outputs, shape
jax
    jaxpr(f, *args), hlo(f, *args), effects(f, *args), out_shape(f, *args)
    optimised_hlo(f, *args)               what XLA made of it for this device
tensorflow
    param_count(model), changed(model, f, *args), trainable(model)
    hlo(f, *args), optimised_hlo(f, *args)
                                          the StableHLO; what XLA made of it for this device
    autograph(f)                          the Python that AutoGraph makes of f
    onnx_nodes(path)                      rows of op, inputs, outputs, shape
"""

from __future__ import annotations

import resource
import statistics
import time
import types
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import source, tree
from .encode import CAP, describe, is_cut
from .stdout import Muted, Stdout

# Bound now: a clock that the learner's code has replaced must not be read.
_now, _median = time.perf_counter, statistics.median

MAX_DIFFERENCES = 4096
"""Elements: each costs two calls."""


class Instruments:
    """The instruments of one attempt."""

    def __init__(
        self,
        adapter: Any,
        encode: Callable[[Any], dict[str, Any]],
        stdout: Stdout,
        warned: Iterable[str],
        leaked: Callable[[], list[str]],
        blocks: Sequence[dict[str, str]],
    ) -> None:
        self.adapter = adapter
        self.encode = encode
        self.stdout = stdout
        self._warned = warned
        self._leaked = leaked
        self._names = source.Names(blocks)

    def all(self) -> dict[str, Any]:
        """Return every instrument by name."""
        names = (
            "gradient", "finite_difference", "leaves", "dtype_of", "device_of", "shape_of",
            "same", "is_pure", "raises", "prints", "seconds", "peak_memory",
            "timings", "count_traces", "retraces", "ops",
        )  # fmt: skip
        return {
            "fw": self.adapter.module,
            "xp": self.adapter.arrays,
            "printed": self.stdout.lines,
            "warned": lambda: list(self._warned),
            "leaked": self._leaked,
            "uses": self._names.uses,
            "calls": self._names.calls,
            **{name: getattr(self, name) for name in names},
            **self.adapter.instruments(self),
        }

    # --- derivatives

    def gradient(self, f: Any, *args: Any, argnum: Any = 0) -> Any:
        """The framework's own gradient of a scalar function."""
        return self.adapter.gradient(f, args, argnum)

    def finite_difference(self, f: Any, *args: Any, argnum: Any = 0, eps: float = 1e-4) -> Any:
        """Central differences; an oracle that no autograd is part of."""
        if isinstance(argnum, (tuple, list)):
            return tuple(self.finite_difference(f, *args, argnum=n, eps=eps) for n in argnum)
        with Muted(), self.adapter.wide():
            try:
                wide = [self._map_float(arg, "float64") for arg in args]
                return self._differences(f, wide, args[argnum], argnum, eps)
            except _WIDE_FAILED:
                # float32 weights inside f do not multiply with float64 arguments
                return self._differences(f, list(args), args[argnum], argnum, max(eps, 1e-2))

    def _differences(self, f: Any, args: list[Any], own: Any, argnum: int, eps: float) -> Any:
        adapter = self.adapter
        target = args[argnum]
        found: dict[str, Any] = {}
        originals = tree.leaves(own, adapter)
        for path, leaf in tree.leaves(target, adapter).items():
            values, shape, kind = adapter.flat(leaf)
            if len(values) > MAX_DIFFERENCES:
                raise ValueError(f"finite_difference of {len(values)} elements takes too long")
            slopes = []
            for index, value in enumerate(values):
                ends = []
                for step in (eps, -eps):
                    moved = list(values)
                    moved[index] = value + step
                    made = adapter.array(moved, shape, kind)
                    args[argnum] = tree.replace(target, path, made, adapter)
                    ends.append(float(f(*args)))
                slopes.append((ends[0] - ends[1]) / (2 * eps))
            kept = originals.get(path)
            name = adapter.flat(kept)[2] if kept is not None and adapter.is_tensor(kept) else kind
            found[path] = adapter.array(slopes, shape, name)
            if not adapter.is_tensor(own) and not tree.is_container(own):
                return slopes[0]  # a Python number's slope is one
        args[argnum] = target
        return tree.rebuild(own, found)

    def _map_float(self, value: Any, kind: str) -> Any:
        adapter = self.adapter

        def wide(leaf: Any) -> Any:
            values, shape, name = adapter.flat(leaf)
            return adapter.array(values, shape, kind) if "float" in name else leaf

        return tree.map_tensors(value, wide, adapter)

    # --- looking at values

    def leaves(self, x: Any) -> dict[str, Any]:
        """Path to tensor."""
        return tree.leaves(x, self.adapter)

    def dtype_of(self, x: Any) -> Any:
        """The dtype of a tensor, or of each leaf."""
        return self._each(x, lambda leaf: leaf.dtype)

    def device_of(self, x: Any) -> Any:
        """The device of a tensor, or of each leaf."""
        return self._each(x, self.adapter.device_of)

    def shape_of(self, x: Any) -> Any:
        """The shape of a tensor, or of each leaf, as tuples."""
        return self._each(x, lambda leaf: tuple(int(size) for size in leaf.shape))

    def _each(self, x: Any, what: Callable[[Any], Any]) -> Any:
        if self.adapter.is_tensor(x):
            return what(x)
        found = tree.leaves(x, self.adapter)
        return {path: what(leaf) for path, leaf in found.items() if hasattr(leaf, "dtype")}

    def same(self, a: Any, b: Any) -> bool:
        """Bit-for-bit equality."""
        one, other = self.encode(a), self.encode(b)
        if one == other and is_cut(one):
            raise ValueError(f"same() compares up to {CAP} elements, and text as long")
        return one == other

    # --- how a function behaves

    def is_pure(self, f: Any, *args: Any) -> bool:
        """Two calls agree, and nothing outside was changed."""
        with Muted():
            before = self._outside(f)
            results = []
            for _ in range(2):
                given = [tree.map_tensors(arg, self.adapter.copy, self.adapter) for arg in args]
                was = self.encode(given)
                results.append(self.encode(f(*given)))
                if self.encode(given) != was:
                    return False
            return results[0] == results[1] and self._outside(f) == before

    def _outside(self, f: Any) -> dict[str, Any]:
        """The data that a function can reach without being given it."""
        inner = f
        while hasattr(inner, "__wrapped__"):
            inner = inner.__wrapped__
        names = dict(getattr(inner, "__globals__", {}))
        for name, cell in zip(
            getattr(getattr(inner, "__code__", None), "co_freevars", ()),
            getattr(inner, "__closure__", None) or (),
        ):
            names[f"closure {name}"] = cell.cell_contents
        return {
            name: self.encode(value)
            for name, value in names.items()
            if not name.startswith("__")
            and not isinstance(value, (types.ModuleType, types.FunctionType, type))
        }

    def raises(self, f: Any, *args: Any) -> str | None:
        """The name of the exception's type."""
        try:
            with Muted():
                self.adapter.synchronise(f(*args))
        except Exception as error:
            return str(describe(error)["type"])
        return None

    def prints(self, f: Any, *args: Any) -> list[str]:
        """Lines printed by a call."""
        with Muted():
            start = self.stdout.position()
            self.adapter.synchronise(f(*args))
            self.adapter.barrier()
            end = self.stdout.position()
        return self.stdout.text(start, end).splitlines()

    # --- what it costs

    def seconds(self, f: Any, *args: Any, repeat: int = 5) -> float:
        """Median seconds of a call."""
        times = []
        with Muted():
            self.adapter.synchronise(f(*args))
            for _ in range(repeat):
                begun = _now()
                self.adapter.synchronise(f(*args))
                times.append(_now() - begun)
        return _median(times)

    def timings(
        self, functions: dict[str, Any], *args: Any, repeat: int = 20
    ) -> dict[str, list[float]]:
        """Seconds of each call; in turns, so that a slow moment of the machine hits all alike."""
        times: dict[str, list[float]] = {label: [] for label in functions}
        with Muted():
            for f in functions.values():
                for _ in range(2):  # the second may still trace or tune
                    self.adapter.synchronise(f(*args))
            for _ in range(repeat):
                for label, f in functions.items():
                    begun = _now()
                    self.adapter.synchronise(f(*args))
                    times[label].append(_now() - begun)
        return times

    def peak_memory(self, f: Any, *args: Any) -> int:
        """Bytes."""
        with Muted():
            on_device = self.adapter.peak_memory(lambda: f(*args))
            if on_device is not None:
                return int(on_device)
            before = _peak(reset=True)
            self.adapter.synchronise(f(*args))
            return max(_peak(reset=False) - before, 0)

    def count_traces(self, f: Any, *argtuples: tuple[Any, ...]) -> int:
        """How often the calls made the framework trace f."""
        calls = [args if isinstance(args, tuple) else (args,) for args in argtuples]
        with Muted():
            return int(self.adapter.count_traces(f, calls))

    def retraces(self, f: Any, *argtuples: tuple[Any, ...]) -> int:
        """Traces beyond the first."""
        return max(self.count_traces(f, *argtuples) - 1, 0)

    def ops(self, f: Any, *args: Any) -> list[str]:
        """Names of operations."""
        with Muted():
            return [str(name) for name in self.adapter.ops(f, args)]


_WIDE_FAILED = (TypeError, ValueError, RuntimeError)


def _peak(reset: bool) -> int:
    """Return this process's peak resident bytes, reset to the present first if asked."""
    try:
        if reset:
            with open("/proc/self/clear_refs", "w") as file:
                file.write("5")
        with open("/proc/self/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
