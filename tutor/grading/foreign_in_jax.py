"""What to say in JAX to one who writes another framework's names.

Its own errors come first. A test raises each of these, and looks up what is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.grading.error_row import Explained

ON_ARRAYS: Mapping[str, str] = {
    "abs": "jnp.abs(x)",
    "add": "x + y",
    "allclose": "jnp.allclose(x, y)",
    "bmm": "x @ y",
    "clamp": "jnp.clip(x, low, high)",
    "cos": "jnp.cos(x)",
    "dim": "x.ndim",
    "div": "x / y",
    "eq": "x == y",
    "exp": "jnp.exp(x)",
    "expand": "jnp.broadcast_to(x, shape)",
    "expand_as": "jnp.broadcast_to(x, y.shape)",
    "expand_dims": "jnp.expand_dims(x, axis)",
    "flip": "jnp.flip(x, axis)",
    "gather": "jnp.take_along_axis(x, index, axis)",
    "ge": "x >= y",
    "gt": "x > y",
    "index_select": "jnp.take(x, index, axis)",
    "isfinite": "jnp.isfinite(x)",
    "isnan": "jnp.isnan(x)",
    "le": "x <= y",
    "log": "jnp.log(x)",
    "log_softmax": "jax.nn.log_softmax(x)",
    "logsumexp": "jax.nn.logsumexp(x)",
    "lt": "x < y",
    "masked_fill": "jnp.where(mask, value, x)",
    "matmul": "x @ y",
    "median": "jnp.median(x)",
    "mm": "x @ y",
    "mul": "x * y",
    "ne": "x != y",
    "norm": "jnp.linalg.norm(x)",
    "numel": "x.size",
    "outer": "jnp.outer(x, y)",
    "permute": "jnp.transpose(x, axes)",
    "pow": "x ** y",
    "relu": "jax.nn.relu(x)",
    "roll": "jnp.roll(x, shift, axis)",
    "rsqrt": "jax.lax.rsqrt(x)",
    "set": "x.at[i].set(v)",
    "sigmoid": "jax.nn.sigmoid(x)",
    "sign": "jnp.sign(x)",
    "sin": "jnp.sin(x)",
    "softmax": "jax.nn.softmax(x)",
    "split": "jnp.split(x, parts, axis)",
    "sqrt": "jnp.sqrt(x)",
    "square": "jnp.square(x)",
    "sub": "x - y",
    "t": "x.T",
    "tanh": "jnp.tanh(x)",
    "tile": "jnp.tile(x, reps)",
    "topk": "jax.lax.top_k(x, k)",
    "tril": "jnp.tril(x)",
    "triu": "jnp.triu(x)",
    "unsqueeze": "jnp.expand_dims(x, axis)",
    "where": "jnp.where(mask, x, y)",
}
"""Methods of tensors elsewhere, and what does the same to a JAX array."""

IN_JNP: Mapping[str, str] = {
    "Tensor": "jax.Array",
    "as_tensor": "jnp.asarray(x)",
    "bmm": "x @ y",
    "cast": "x.astype(dtype)",
    "cat": "jnp.concatenate(arrays, axis)",
    "clamp": "jnp.clip(x, low, high)",
    "constant": "jnp.array(x)",
    "div": "x / y",
    "from_numpy": "jnp.asarray(x)",
    "gelu": "jax.nn.gelu(x)",
    "grad": "jax.grad(f)",
    "jit": "jax.jit(f)",
    "log_softmax": "jax.nn.log_softmax(x)",
    "logsumexp": "jax.nn.logsumexp(x)",
    "masked_fill": "jnp.where(mask, value, x)",
    "mm": "x @ y",
    "mul": "x * y",
    "norm": "jnp.linalg.norm(x)",
    "numel": "x.size",
    "one_hot": "jax.nn.one_hot(x, classes)",
    "permute": "jnp.transpose(x, axes)",
    "reduce_all": "jnp.all(x)",
    "reduce_any": "jnp.any(x)",
    "reduce_max": "jnp.max(x)",
    "reduce_mean": "jnp.mean(x)",
    "reduce_min": "jnp.min(x)",
    "reduce_prod": "jnp.prod(x)",
    "reduce_sum": "jnp.sum(x)",
    "relu": "jax.nn.relu(x)",
    "rsqrt": "jax.lax.rsqrt(x)",
    "sigmoid": "jax.nn.sigmoid(x)",
    "silu": "jax.nn.silu(x)",
    "softmax": "jax.nn.softmax(x)",
    "stop_gradient": "jax.lax.stop_gradient(x)",
    "sub": "x - y",
    "t": "x.T",
    "tensor": "jnp.array(x)",
    "topk": "jax.lax.top_k(x, k)",
    "unsqueeze": "jnp.expand_dims(x, axis)",
    "vmap": "jax.vmap(f)",
}
"""Functions that are not in `jax.numpy`."""

IN_JAX: Mapping[str, str] = {
    "Tensor": "jax.Array",
    "arange": "jnp.arange(n)",
    "array": "jnp.array(x)",
    "cond": "jax.lax.cond",
    "exp": "jnp.exp(x)",
    "fori_loop": "jax.lax.fori_loop",
    "mean": "jnp.mean(x)",
    "no_grad": "jax.lax.stop_gradient(x)",
    "ones": "jnp.ones(shape)",
    "scan": "jax.lax.scan",
    "stop_gradient": "jax.lax.stop_gradient(x)",
    "sum": "jnp.sum(x)",
    "tensor": "jnp.array(x)",
    "while_loop": "jax.lax.while_loop",
    "zeros": "jnp.zeros(shape)",
}
"""Functions that are not in `jax` itself."""

_ARRAY = r"(?:ArrayImpl' object|Tracer) has no attribute '?"

TABLE: tuple[Explained, ...] = (
    Explained(
        "AttributeError",
        _ARRAY + r"(?:backward|grad|grad_fn|requires_grad_?|retain_grad)\b",
        "Arrays carry no gradients: `jax.grad(f)` makes a function that returns the gradient.",
    ),
    Explained(
        "AttributeError",
        _ARRAY + r"(?P<name>detach_?|stop_gradient)\b",
        "JAX's arrays have no `{name}`: `jax.lax.stop_gradient(x)` lets no gradient through.",
    ),
    Explained(
        "AttributeError",
        _ARRAY + r"(?:to|cuda|cpu|gpu|half|float|double|bfloat16|long|int|bool|type)\b",
        "`x.astype(dtype)` changes an array's dtype, and `jax.device_put(x, device)` moves it.",
    ),
    Explained(
        "AttributeError",
        r"ArrayImpl' object has no attribute 'numpy'",
        "JAX's arrays have no `numpy`: `numpy.asarray(x)` makes a NumPy array.",
    ),
    Explained(
        "AttributeError",
        _ARRAY + r"(?:[a-z]\w*[a-z0-9]_(?!\w)|assign(?:_\w+)?\b|copy_to\b|fill\b)",
        "JAX's arrays cannot be changed, so nothing works in place: a function returns a new "
        "array.",
    ),
    Explained(
        "AttributeError",
        _ARRAY + r"(?:values|indices)\b",
        "Along an axis too, `max`, `min` and `sort` give the values alone; `argmax`, `argmin` and "
        "`argsort` give the indices.",
    ),
    Explained(
        "AttributeError",
        _ARRAY + r"(?P<name>\w+)",
        "JAX's arrays have NumPy's methods, and no `{name}`: use `{instead}`.",
        ON_ARRAYS,
    ),
    Explained(
        "AttributeError",
        _ARRAY + r"(?P<name>[a-z]\w*)",
        "JAX's arrays have NumPy's methods, and no `{name}`: other functions are in `jnp` and "
        "`jax.nn`.",
    ),
    Explained(
        "AttributeError",
        r"module 'jax(?:\.numpy|\.random)?' has no attribute '(?:manual_seed|seed|set_seed)'",
        "JAX has no global seed: make a key, `jax.random.key(0)`, and give it to what draws.",
    ),
    Explained(
        "AttributeError",
        r"module 'jax(?:\.numpy|\.random)?' has no attribute '(?:randn?|random|randint)'",
        "JAX draws from a key: `jax.random.normal(key, shape)`, `jax.random.uniform(key, shape)`.",
    ),
    Explained(
        "AttributeError",
        r"module 'jax\.numpy' has no attribute '(?P<name>\w+)'",
        "`jnp` has NumPy's functions, and no `{name}`: use `{instead}`.",
        IN_JNP,
    ),
    Explained(
        "AttributeError",
        r"module 'jax' has no attribute '(?P<name>\w+)'",
        "There is no `jax.{name}`: use `{instead}`.",
        IN_JAX,
    ),
    Explained(
        "NotImplementedError",
        r"argument of array\.view\(\) is not supported",
        "`x.view` reads an array as another dtype: `x.reshape` gives it another shape.",
    ),
    Explained(
        "TypeError",
        r"(?:ArrayImpl|Tracer)' object is not callable",
        "An array is called like a function: index it with `[]`, and write `.T` without `()`.",
    ),
)
"""First match wins. Add an error by adding a row, or a name to a map."""
