"""JAX."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from ..encode import device as device_value
from ..encode import dtype, is_a
from ..instruments_jax import JaxInstruments
from .base import Adapter, NumpyHook, TooFewDevicesError, choose, flat_array, virtual
from .seen import Fetch, Seen, UnreadableError, one_of

HOST_DEVICES = "--xla_force_host_platform_device_count"


class JaxAdapter(Adapter):
    """JAX: functions of arrays, compiled by XLA."""

    name = "jax"
    integer = "int32"

    def namespaces(self) -> list[Any]:
        """Add what probes and instruments use."""
        jax = self.module
        return [*super().namespaces(), jax.lax, jax.nn, jax.random]

    def environment(self, cache: str) -> dict[str, str]:
        """Leave most of the GPU's memory free; share compiled programs between attempts.

        Every attempt is a fresh process, so without the disk cache each first call compiles anew:
        700 ms for a small training loop against 135 ms. The thresholds must be zero, since by
        default only what took a second to compile is kept.
        """
        env = {"XLA_PYTHON_CLIENT_PREALLOCATE": "false", "TF_CPP_MIN_LOG_LEVEL": "1"}
        if cache:
            env["JAX_COMPILATION_CACHE_DIR"] = os.path.join(cache, "jax")
            env["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"
            env["JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES"] = "-1"
        return env

    def load(self) -> None:
        """Import it; its backends start at the first operation, in the worker."""
        import jax
        import jax.core
        import jax.numpy

        self.module, self.arrays = jax, jax.numpy
        self._tracer, self._array = jax.core.Tracer, jax.Array
        self._array_classes = _array_classes(jax)
        self._scalar_meta = type(jax.numpy.float32)
        self._device_class = jax.Device
        self._get, self._key_data = jax.device_get, jax.random.key_data
        self._prng = jax.dtypes.prng_key
        self._subdtype = jax.numpy.issubdtype
        self._numpy = NumpyHook()

    def unsafe_to_fork(self) -> str:
        """Once a backend lives it has threads."""
        try:
            from jax._src import xla_bridge

            return "a JAX backend is initialised" if xla_bridge._backends else ""
        except (ImportError, AttributeError):
            return ""  # the thread count and the open devices still tell

    def start(self, device: str) -> tuple[str, list[str]]:
        """Start the backends, or only the CPU's when that is what is wanted."""
        jax = self.module
        if virtual(device):
            return self._start_many(virtual(device))
        if device == "cpu":
            jax.config.update("jax_platforms", "cpu")
        found = [_label(item) for item in jax.devices()]
        if not found[-1].startswith("cpu"):
            found.append("cpu")
        chosen = choose(device, found)
        index = found.index(chosen)
        if index and index < len(jax.devices()):
            jax.config.update("jax_default_device", jax.devices()[index])
        return chosen, found

    def _start_many(self, count: int) -> tuple[str, list[str]]:
        """Start the CPU's backend alone, with so many devices."""
        jax = self.module
        jax.config.update("jax_platforms", "cpu")
        flags = os.environ.pop("XLA_FLAGS", "").split()
        flags = [flag for flag in flags if not flag.startswith(HOST_DEVICES)]
        if flags:
            os.environ["XLA_FLAGS"] = " ".join(flags)
        try:
            jax.config.update("jax_num_cpu_devices", count)
        except AttributeError:  # before JAX 0.5
            os.environ["XLA_FLAGS"] = " ".join([*flags, f"{HOST_DEVICES}={count}"])
        found = [_label(item) for item in jax.devices()]
        if len(found) != count:
            raise TooFewDevicesError(f"JAX {self.version()} makes {len(found)} of it here.")
        return f"cpu (as {count} devices)", found

    def warm(self) -> Iterator[None]:
        """Trace, differentiate, compile and dispatch common operations; never the exercise's own.

        The first trace of each primitive costs about a millisecond of Python rules and the
        first compilation starts LLVM: a fresh spare took 95 ms for a one-line gradient.
        """
        jax, jnp = self.module, self.arrays
        x = jnp.asarray(1.5)
        yield
        x.block_until_ready()
        repr(x)
        float(x)
        yield
        jax.grad(lambda v: v * v - v / 3.0 + 1.0)(1.5)
        yield
        jax.grad(lambda v: -(v**4) - 7 * v)(x)
        yield
        jax.value_and_grad(lambda v: jnp.mean(v - 1.0))(jnp.ones(3))
        yield
        jax.jit(lambda a, b: jnp.sum(a @ b))(jnp.ones((2, 2)), jnp.ones((2, 2)))
        yield
        jax.grad(lambda a: jnp.sum((a @ a) ** 2))(jnp.ones((2, 2)))
        yield
        jax.jit(jax.grad(lambda v: jnp.sum(jnp.exp(v) * jnp.sin(v) + jnp.tanh(v))))(jnp.ones(3))
        yield
        jax.vmap(lambda v: v * 2.0)(jnp.arange(3.0))
        yield
        jnp.log(jnp.abs(jnp.maximum(jnp.arange(1.0, 4.0), 0.5)))
        yield
        jax.random.normal(jax.random.key(0), (3,))
        yield

    def without_cache(self) -> None:
        """Switch the disk cache off, and drop what warming up has read of it."""
        self.module.config.update("jax_enable_compilation_cache", False)
        self.module.clear_caches()

    def array(self, values: Any, shape: tuple[int, ...], name: str) -> Any:
        """Make an array; float64 becomes float32 unless x64 is on, as it does everywhere."""
        import numpy

        kind = self.arrays.dtype(name)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.arrays.asarray(numpy.asarray(values).reshape(shape).astype(kind))

    def encode(self, value: Any) -> Any | None:
        """Encode arrays, dtypes and devices."""
        if is_a(value, self._tracer):
            return None
        if is_a(value, self._array):
            return self._encode_array(value)
        if type(value) is self._scalar_meta:
            return dtype(value.dtype.name)
        if is_a(value, self._device_class):
            return device_value(_label(value).split(" ")[0])
        if is_a(type(value), self._scalar_meta):
            return dtype(value.dtype.name)
        return None

    def _encode_array(self, value: Any) -> Any:
        where = self._where(value)
        if self._subdtype(value.dtype, self._prng):
            wire = self._numpy.array(self._get(self._key_data(value)), "jax", where)
            if wire is not None:
                wire["dtype"] = str(value.dtype)
            return wire
        return self._numpy.array(self._get(value), "jax", where, bool(value.weak_type))

    def _where(self, value: Any) -> str:
        devices = getattr(getattr(value, "sharding", None), "device_set", ())
        return ",".join(sorted(_label(item).split(" ")[0] for item in devices)) or "cpu"

    def is_tensor(self, value: Any) -> bool:
        """Whether it is an array, or an ndarray, which JAX takes as one."""
        return isinstance(value, self._array) or type(value).__module__ == "numpy"

    def copy(self, value: Any) -> Any:
        """Copy."""
        return self.arrays.array(value)

    def state(self) -> dict[str, str]:
        """Configuration that changes results."""
        config = self.module.config
        names = (
            "jax_enable_x64", "jax_debug_nans", "jax_debug_infs", "jax_disable_jit",
            "jax_default_matmul_precision", "jax_numpy_rank_promotion", "jax_numpy_dtype_promotion",
            "jax_check_tracer_leaks", "jax_debug_key_reuse",
        )  # fmt: skip
        return {n: f"{n} is {getattr(config, n)}" for n in names if hasattr(config, n)}

    def synchronise(self, value: Any) -> None:
        """Wait for every array in it."""
        self.module.block_until_ready(value)

    def peak_memory(self, call: Callable[[], Any]) -> int | None:
        """Peak of the device's allocator since it started, above what is in use."""
        first = self.module.devices()[0]
        stats = first.memory_stats() if hasattr(first, "memory_stats") else None
        if not stats or "peak_bytes_in_use" not in stats:
            return None
        before = stats["bytes_in_use"]
        self.module.block_until_ready(call())
        return int(first.memory_stats()["peak_bytes_in_use"] - before)

    def barrier(self) -> None:
        """Wait for jax.debug.print."""
        self.module.effects_barrier()

    def wide(self) -> Any:
        """Switch x64 on."""
        if hasattr(self.module, "enable_x64"):
            return self.module.enable_x64(True)
        from jax import experimental  # where it was before JAX 0.8

        return experimental.enable_x64(True)  # type: ignore[attr-defined]

    def flat(self, value: Any) -> tuple[list[Any], tuple[int, ...], str]:
        """Elements, shape and dtype name."""
        return flat_array(value, self._numpy.numpy)

    def named_leaves(self, value: Any) -> dict[str, Any] | None:
        """The leaves of a registered pytree node."""
        util = self.module.tree_util
        pairs, treedef = util.tree_flatten_with_path(value)
        if util.treedef_is_leaf(treedef):
            return None
        return {util.keystr(path).lstrip("."): leaf for path, leaf in pairs}

    def device_of(self, value: Any) -> Any:
        """The array's device."""
        return device_value(self._where(value))

    def gradient(self, f: Any, args: tuple[Any, ...], argnum: Any) -> Any:
        """By jax.grad; whole numbers are made floats."""
        given = [float(arg) if type(arg) is int else arg for arg in args]
        wanted = tuple(argnum) if isinstance(argnum, (tuple, list)) else argnum
        return self.module.grad(f, argnums=wanted)(*given)

    def count_traces(self, f: Any, calls: list[tuple[Any, ...]]) -> int:
        """How often jax.jit runs the Python of f."""
        if hasattr(f, "_cache_size"):
            before = f._cache_size()
            for args in calls:
                self.synchronise(f(*args))
            return int(f._cache_size() - before)
        count = 0

        def counted(*args: Any) -> Any:
            nonlocal count
            count += 1
            return f(*args)

        compiled = self.module.jit(counted)
        for args in calls:
            self.synchronise(compiled(*args))
        return count

    def ops(self, f: Any, args: tuple[Any, ...]) -> list[str]:
        """Primitives of the jaxpr; calls of jitted functions are opened up."""
        return _primitives(self.module.make_jaxpr(f)(*args).jaxpr)

    def instruments(self, tools: Any) -> dict[str, Any]:
        """Those of JAX."""
        return JaxInstruments(self, tools).all()

    # --- values that are looked at

    def seen(self, value: Any) -> Seen | None:
        """An array; also a deleted one, whose shape is still known."""
        if is_a(value, self._tracer) or not is_a(value, *self._array_classes):
            return None
        return Seen("jax", tuple(value.shape), str(value.dtype), self._where(value))

    def is_traced(self, value: Any) -> bool:
        """Whether it is a tracer."""
        return is_a(value, self._tracer)

    def host(self, value: Any) -> tuple[Any, Any]:
        """Its copy as an ndarray."""
        if value.is_deleted():
            raise UnreadableError(
                "This JAX array was deleted, or donated to a jitted function that took its "
                "memory: its values are gone. Show it before, or show a copy."
            )
        if self._subdtype(value.dtype, self._prng):
            value = self._key_data(value)
        return self._numpy.numpy, self._get(value)

    def keep(self, value: Any) -> Any:
        """Keep the array itself: it cannot change, and reading it would wait for it."""
        if value.size != 1:
            one_of(value.size, value.shape)
        return value

    def fetching(self, kept: list[Any]) -> Fetch:
        """They are computed without us; a deleted one has no value, and may not be asked."""

        def ready() -> bool:
            return all(one.is_deleted() or one.is_ready() for one in kept)

        def values() -> list[Any]:
            there = [one for one in kept if not one.is_deleted()]
            if any(device.platform != "cpu" for device in there[:1] and there[0].devices()):
                for one in there:
                    one.copy_to_host_async()
            # 0.8 µs each, where device_get takes 8
            read = self._numpy._asarray
            return [None if one.is_deleted() else float(read(one).item()) for one in kept]

        return Fetch(ready, values)

    def parts(self, value: Any) -> list[tuple[str, Any]] | None:
        """What a registered pytree node holds, one level of it."""
        if is_a(value, self._tracer, *self._array_classes):
            return None
        util = self.module.tree_util
        pairs, treedef = util.tree_flatten_with_path(value, is_leaf=lambda x: x is not value)
        if util.treedef_is_leaf(treedef):
            return None
        return [(util.keystr(path).strip(".[]'\""), item) for path, item in pairs]


def _label(device: Any) -> str:
    platform = {"gpu": "cuda"}.get(device.platform, device.platform)
    if platform == "cpu":
        return "cpu" if device.id == 0 else f"cpu:{device.id}"
    return f"{platform}:{device.id} ({device.device_kind})"


def _primitives(jaxpr: Any) -> list[str]:
    names: list[str] = []
    for equation in jaxpr.eqns:
        inner = equation.params.get("jaxpr") or equation.params.get("call_jaxpr")
        if inner is not None and equation.primitive.name in _CALLS:
            names.extend(_primitives(getattr(inner, "jaxpr", inner)))
        else:
            names.append(equation.primitive.name)
    return names


_CALLS = ("jit", "pjit", "closed_call", "core_call", "custom_jvp_call", "custom_vjp_call")


def _array_classes(jax: Any) -> tuple[Any, ...]:
    """Return the classes of arrays: `jax.Array` only says so when it is asked (it is abstract)."""
    from jax._src import array

    try:
        from jax._src.random import prng
    except ImportError:  # before JAX 0.10
        from jax._src import prng

    found = (getattr(array, "ArrayImpl", None), getattr(prng, "PRNGKeyArray", None))
    return tuple(one for one in found if one is not None) or (jax.Array,)
