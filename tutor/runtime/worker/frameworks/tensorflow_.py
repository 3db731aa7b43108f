"""TensorFlow, and the Keras in it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import Any

from ..encode import device as device_value
from ..encode import dtype, is_a
from ..instruments_tensorflow import TensorflowInstruments
from .base import Adapter, NumpyHook, choose, flat_array, on_off, virtual
from .seen import Seen, one_of


class TensorflowAdapter(Adapter):
    """TensorFlow: eager, tf.function and Keras."""

    name = "tensorflow"
    integer = "int32"

    def namespaces(self) -> list[Any]:
        """Add what probes and instruments use."""
        tf = self.module
        more = [tf.math, tf.linalg, tf.nn, tf.GradientTape, tf.Variable, self._eager]
        return [*super().namespaces(), *more]

    def environment(self, cache: str) -> dict[str, str]:
        """Take GPU memory as needed, and say less."""
        env = {
            "TF_FORCE_GPU_ALLOW_GROWTH": "true",
            "TF_CPP_MIN_LOG_LEVEL": "1",
            # `import tensorflow` imports jax where it is installed
            "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        }
        if cache:
            env["CUDA_CACHE_PATH"] = os.path.join(cache, "cuda")
        return env

    def load(self) -> None:
        """Import it and Keras, which it loads lazily otherwise; no context is made."""
        import tensorflow  # noqa: F401

        with contextlib.suppress(ImportError):
            import keras  # noqa: F401
        self.load_lightly()

    def load_lightly(self) -> None:
        """Leave Keras alone when it is not there yet: it takes a second."""
        import tensorflow

        self.module = self.arrays = tf = tensorflow
        self._keras: Any = sys.modules.get("keras")
        from tensorflow.python.framework import indexed_slices, ops

        self._eager, self._variable, self._tensor = ops.EagerTensor, tf.Variable, tf.Tensor
        self._eagerly = tf.executing_eagerly
        self._read = ops.EagerTensor.numpy
        self._slices = indexed_slices.IndexedSlices
        self._ragged, self._sparse = tf.RaggedTensor, tf.sparse.SparseTensor
        self._dtype, self._shape = tf.DType, tf.TensorShape
        self._convert, self._dense = tf.convert_to_tensor, tf.sparse.to_dense
        self._keras_variable = getattr(self._keras, "Variable", None)
        self._on = "cpu"
        self._numpy = NumpyHook()

    def unsafe_to_fork(self) -> str:
        """The eager context starts threads."""
        try:
            from tensorflow.python.eager import context

            made = context._context is not None and context._context._initialized
            return "TensorFlow's context is initialised" if made else ""
        except (ImportError, AttributeError):
            return ""

    def start(self, device: str) -> tuple[str, list[str]]:
        """Make the context; hide GPUs when the CPU is wanted."""
        tf = self.module
        if virtual(device):
            return self._start_many(virtual(device))
        gpus = tf.config.list_physical_devices("GPU")
        found = []
        for index, gpu in enumerate(gpus):
            details = tf.config.experimental.get_device_details(gpu)
            found.append(f"cuda:{index} ({details.get('device_name', 'GPU')})")
        found.append("cpu")
        chosen = choose(device, found)
        if chosen == "cpu":
            tf.config.set_visible_devices([], "GPU")
        else:
            index = found.index(chosen)
            tf.config.set_visible_devices(gpus[index], "GPU")
            tf.config.experimental.set_memory_growth(gpus[index], True)
        self._on = chosen.split(" ")[0]
        tf.constant(0.0)
        return chosen, found

    def _start_many(self, count: int) -> tuple[str, list[str]]:
        """Hide GPUs, and divide the CPU into so many logical devices."""
        config = self.module.config
        config.set_visible_devices([], "GPU")
        cpu = config.list_physical_devices("CPU")[0]
        config.set_logical_device_configuration(
            cpu, [config.LogicalDeviceConfiguration() for _ in range(count)]
        )
        found = [f"cpu:{n}" for n, _ in enumerate(config.list_logical_devices("CPU"))]
        return f"cpu (as {count} devices)", found

    def warm(self) -> Iterator[None]:
        """Eager operations, a tape, a traced function."""
        tf = self.module
        x = tf.Variable(2.0)
        with tf.GradientTape() as tape:
            y = x * x - x / 3.0
        tape.gradient(y, x)
        yield
        w = tf.ones((2, 2))
        with tf.GradientTape() as tape:
            tape.watch(w)
            y = tf.reduce_mean(tf.square(tf.matmul(w, w) - 1.0))
        tape.gradient(y, w)
        repr(y)
        yield
        # AutoGraph looks for our source on disk, where it is not
        tf.function(lambda a: tf.reduce_sum(a * a) + 1.0, autograph=False)(w)
        yield
        tf.random.set_seed(0)
        tf.random.normal((2,))
        yield

    def seed(self, number: int) -> None:
        """Seed TensorFlow's, and Keras's when it is there."""
        self.module.random.set_seed(number)
        if self._keras is not None:
            with contextlib.suppress(AttributeError, ValueError):
                self._keras.utils.set_random_seed(number)

    def array(self, values: Any, shape: tuple[int, ...], name: str) -> Any:
        """Make a tensor."""
        import numpy

        kind = self.module.dtypes.as_dtype(name)
        made = numpy.asarray(values).reshape(shape).astype(kind.as_numpy_dtype)
        return self.module.constant(made, dtype=kind)

    def encode(self, value: Any) -> Any | None:
        """Encode tensors, variables, dtypes and shapes."""
        if is_a(value, self._eager):
            return self._encode_tensor(value)
        if is_a(value, self._variable):
            return self._variable_value(value)
        if self._keras_variable is not None and is_a(value, self._keras_variable):
            return value.value
        if is_a(value, self._slices):
            return self._convert(value)
        if is_a(value, self._ragged):
            return value.to_list()
        if is_a(value, self._sparse):
            return self._dense(value)
        if is_a(value, self._dtype):
            return dtype(value.name)
        if is_a(value, self._shape):
            return {"t": "shape", "dims": None if value.rank is None else value.as_list()}
        return None

    def _variable_value(self, value: Any) -> Any:
        return value.read_value()

    def _encode_tensor(self, value: Any) -> Any:
        array = self._read(value)
        if value.dtype.name == "string":
            return _texts(array.tolist() if hasattr(array, "tolist") else array)
        import numpy

        return self._numpy.array(numpy.asarray(array), "tensorflow", short_device(value.device))

    def is_tensor(self, value: Any) -> bool:
        """Whether it is a tensor or a variable."""
        return isinstance(value, (self.module.Tensor, self._variable))

    def copy(self, value: Any) -> Any:
        """Copy; a variable stays one."""
        if isinstance(value, self._variable):
            return self.module.Variable(value, trainable=value.trainable)
        return self.module.identity(value)

    def named_leaves(self, value: Any) -> dict[str, Any] | None:
        """A Keras model's or layer's weights, or a tf.Module's variables."""
        if self._keras is not None and isinstance(value, self._keras.layers.Layer):
            return {weight.path: weight.value for weight in value.weights}
        if isinstance(value, self.module.Module):
            return {variable.name: variable for variable in value.variables}
        return None

    def state(self) -> dict[str, str]:
        """Modes that outlive the code that set them."""
        tf = self.module
        found = {
            "eager": "tf.config.run_functions_eagerly is "
            + on_off(tf.config.functions_run_eagerly()),
            "jit": f"tf.config.optimizer.set_jit is {tf.config.optimizer.get_jit()!r}",
        }
        if self._keras is not None:
            config = self._keras.config
            found["floatx"] = f"Keras floatx is {config.floatx()}"
            found["policy"] = f"Keras dtype policy is {config.dtype_policy().name}"
        return found

    def synchronise(self, value: Any) -> None:
        """Fetch every tensor: eager kernels on a GPU are only queued."""
        if self._on != "cpu":
            self.module.nest.map_structure(
                lambda leaf: leaf.numpy() if is_a(leaf, self._eager) else leaf, value
            )

    def peak_memory(self, call: Callable[[], Any]) -> int | None:
        """Peak of the GPU's allocator."""
        if self._on == "cpu":
            return None
        memory = self.module.config.experimental
        memory.reset_memory_stats("GPU:0")
        before = memory.get_memory_info("GPU:0")["current"]
        self.synchronise(call())
        return int(memory.get_memory_info("GPU:0")["peak"] - before)

    def flat(self, value: Any) -> tuple[list[Any], tuple[int, ...], str]:
        """Elements, shape and dtype name."""
        if self.is_tensor(value):
            value = value.numpy()
        return flat_array(value, self._numpy.numpy)

    def gradient(self, f: Any, args: tuple[Any, ...], argnum: Any) -> Any:
        """By a tape."""
        tf = self.module
        wanted = tuple(argnum) if isinstance(argnum, (tuple, list)) else (argnum,)
        given = list(args)
        for number in wanted:
            if isinstance(given[number], (int, float)):
                given[number] = tf.constant(float(given[number]))
        sources = [given[number] for number in wanted]
        with tf.GradientTape() as tape:
            for leaf in tf.nest.flatten(sources):
                tape.watch(leaf)
            result = f(*given)
        zero = tf.UnconnectedGradients.ZERO
        found = tape.gradient(result, sources, unconnected_gradients=zero)
        return tuple(found) if isinstance(argnum, (tuple, list)) else found[0]

    def count_traces(self, f: Any, calls: list[tuple[Any, ...]]) -> int:
        """How often tf.function traces f."""
        traced = f if hasattr(f, "experimental_get_tracing_count") else self.module.function(f)
        before = traced.experimental_get_tracing_count()
        for args in calls:
            traced(*args)
        return int(traced.experimental_get_tracing_count() - before)

    def ops(self, f: Any, args: tuple[Any, ...]) -> list[str]:
        """Types of the graph's operations, without the plumbing."""
        traced = f if hasattr(f, "get_concrete_function") else self.module.function(f)
        graph = traced.get_concrete_function(*args).graph
        return [op.type for op in graph.get_operations() if op.type not in _PLUMBING]

    def instruments(self, tools: Any) -> dict[str, Any]:
        """Those of TensorFlow."""
        return TensorflowInstruments(self, tools).all()

    def device_of(self, value: Any) -> Any:
        """Return the device of a tensor."""
        return device_value(short_device(value.device))

    # --- values that are looked at

    def seen(self, value: Any) -> Seen | None:
        """A tensor or a variable, outside of any graph."""
        if not is_a(value, self._eager, self._variable) or self.is_traced(value):
            return None
        shape = tuple(int(n) for n in value.shape.as_list())
        return Seen("tensorflow", shape, value.dtype.name, short_device(value.device))

    def is_traced(self, value: Any) -> bool:
        """Whether it is a graph's tensor, or a variable while a graph is made."""
        if is_a(value, self._eager):
            return False
        if is_a(value, self._variable):
            return not self._eagerly()
        return is_a(value, self._tensor) or type(value).__name__ == "KerasTensor"

    def host(self, value: Any) -> tuple[Any, Any]:
        """Its copy as an ndarray."""
        if is_a(value, self._variable):
            value = value.read_value()
        numpy = self._numpy.numpy
        return numpy, numpy.asarray(self._read(value))

    def keep(self, value: Any) -> Any:
        """Read it from the CPU; of a device keep the tensor, which cannot change."""
        if is_a(value, self._variable):
            value = value.read_value()
        if self._on == "cpu" or "GPU" not in value.device:
            plain = self._read(value)
            shape = getattr(plain, "shape", ())  # of one axis or more it is an ndarray
            if shape:
                one_of(plain.size, shape)
                plain = plain.item()
            return float(plain)
        if value.shape.num_elements() != 1:
            one_of(value.shape.num_elements(), value.shape)
        return value

    def parts(self, value: Any) -> list[tuple[str, Any]] | None:
        """A tf.Module's attributes that hold variables or further modules."""
        if isinstance(value, self.module.Module):
            return [(k, v) for k, v in vars(value).items() if self._holds(v)]
        return None

    def _holds(self, value: Any) -> bool:
        kinds = (self.module.Module, self._variable)
        if isinstance(value, kinds):
            return True
        return isinstance(value, (list, tuple)) and any(isinstance(v, kinds) for v in value)


_PLUMBING = ("Placeholder", "Identity", "NoOp", "ReadVariableOp")


def short_device(name: str) -> str:
    """`/job:localhost/replica:0/task:0/device:GPU:0` to `cuda:0`."""
    kind, _, index = name.rsplit("device:", 1)[-1].partition(":")
    return "cpu" if kind == "CPU" else f"cuda:{index or 0}" if kind == "GPU" else kind.lower()


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
