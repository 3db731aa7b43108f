"""What to say in TensorFlow to one who writes another framework's names.

Its own errors come first. A test raises each of these, and looks up what is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.grading.error_row import Explained

ON_TENSORS: Mapping[str, str] = {
    "T": "tf.transpose(x)",
    "abs": "tf.abs(x)",
    "add": "x + y",
    "all": "tf.reduce_all(x)",
    "any": "tf.reduce_any(x)",
    "argmax": "tf.argmax(x, axis)",
    "argmin": "tf.argmin(x, axis)",
    "argsort": "tf.argsort(x, axis)",
    "at": "tf.tensor_scatter_nd_update(x, indices, updates)",
    "bmm": "tf.matmul(x, y)",
    "clamp": "tf.clip_by_value(x, low, high)",
    "clip": "tf.clip_by_value(x, low, high)",
    "clone": "tf.identity(x)",
    "copy": "tf.identity(x)",
    "cos": "tf.cos(x)",
    "cumsum": "tf.cumsum(x, axis)",
    "dim": "tf.rank(x)",
    "div": "x / y",
    "dot": "tf.tensordot(x, y, axes=1)",
    "eq": "x == y",
    "exp": "tf.exp(x)",
    "expand": "tf.broadcast_to(x, shape)",
    "expand_dims": "tf.expand_dims(x, axis)",
    "flatten": "tf.reshape(x, [-1])",
    "flip": "tf.reverse(x, [axis])",
    "isfinite": "tf.math.is_finite(x)",
    "isnan": "tf.math.is_nan(x)",
    "item": "float(x)",
    "log": "tf.math.log(x)",
    "log_softmax": "tf.nn.log_softmax(x)",
    "logsumexp": "tf.reduce_logsumexp(x, axis)",
    "masked_fill": "tf.where(mask, value, x)",
    "matmul": "x @ y",
    "max": "tf.reduce_max(x)",
    "mean": "tf.reduce_mean(x)",
    "min": "tf.reduce_min(x)",
    "mm": "x @ y",
    "mul": "x * y",
    "norm": "tf.norm(x)",
    "numel": "tf.size(x)",
    "permute": "tf.transpose(x, perm)",
    "pow": "x ** y",
    "prod": "tf.reduce_prod(x)",
    "ravel": "tf.reshape(x, [-1])",
    "relu": "tf.nn.relu(x)",
    "reshape": "tf.reshape(x, shape)",
    "roll": "tf.roll(x, shift, axis)",
    "round": "tf.round(x)",
    "rsqrt": "tf.math.rsqrt(x)",
    "sigmoid": "tf.sigmoid(x)",
    "sin": "tf.sin(x)",
    "size": "tf.size(x)",
    "softmax": "tf.nn.softmax(x)",
    "sort": "tf.sort(x, axis)",
    "split": "tf.split(x, parts, axis)",
    "sqrt": "tf.sqrt(x)",
    "square": "tf.square(x)",
    "squeeze": "tf.squeeze(x, axis)",
    "std": "tf.math.reduce_std(x)",
    "sub": "x - y",
    "sum": "tf.reduce_sum(x)",
    "t": "tf.transpose(x)",
    "tanh": "tf.tanh(x)",
    "tolist": "x.numpy().tolist()",
    "topk": "tf.math.top_k(x, k)",
    "transpose": "tf.transpose(x, perm)",
    "unsqueeze": "tf.expand_dims(x, axis)",
    "var": "tf.math.reduce_variance(x)",
    "view": "tf.reshape(x, shape)",
    "where": "tf.where(mask, x, y)",
}
"""Methods of arrays elsewhere, and what does the same to a tensor of TensorFlow."""

IN_TF: Mapping[str, str] = {
    "all": "tf.reduce_all(x)",
    "allclose": "tf.experimental.numpy.allclose(x, y)",
    "any": "tf.reduce_any(x)",
    "arange": "tf.range(n)",
    "array": "tf.constant(x)",
    "as_tensor": "tf.convert_to_tensor(x)",
    "asarray": "tf.convert_to_tensor(x)",
    "bmm": "tf.matmul(x, y)",
    "cat": "tf.concat(tensors, axis)",
    "clamp": "tf.clip_by_value(x, low, high)",
    "clip": "tf.clip_by_value(x, low, high)",
    "concatenate": "tf.concat(tensors, axis)",
    "div": "x / y",
    "dot": "tf.tensordot(x, y, axes=1)",
    "float": "tf.float32",
    "from_numpy": "tf.constant(x)",
    "full": "tf.fill(shape, value)",
    "int": "tf.int32",
    "isfinite": "tf.math.is_finite(x)",
    "isnan": "tf.math.is_nan(x)",
    "jit": "tf.function(f)",
    "log": "tf.math.log(x)",
    "logsumexp": "tf.reduce_logsumexp(x, axis)",
    "long": "tf.int64",
    "masked_select": "tf.boolean_mask(x, mask)",
    "max": "tf.reduce_max(x)",
    "mean": "tf.reduce_mean(x)",
    "min": "tf.reduce_min(x)",
    "mm": "tf.matmul(x, y)",
    "mul": "tf.multiply(x, y)",
    "permute": "tf.transpose(x, perm)",
    "prod": "tf.reduce_prod(x)",
    "rand": "tf.random.uniform(shape)",
    "randn": "tf.random.normal(shape)",
    "relu": "tf.nn.relu(x)",
    "rsqrt": "tf.math.rsqrt(x)",
    "softmax": "tf.nn.softmax(x)",
    "std": "tf.math.reduce_std(x)",
    "sub": "tf.subtract(x, y)",
    "sum": "tf.reduce_sum(x)",
    "tensor": "tf.constant(x)",
    "topk": "tf.math.top_k(x, k)",
    "unsqueeze": "tf.expand_dims(x, axis)",
    "var": "tf.math.reduce_variance(x)",
    "view": "tf.reshape(x, shape)",
    "vmap": "tf.vectorized_map(f, x)",
}
"""Functions that are not in `tf`."""

IN_TF_NN: Mapping[str, str] = {
    "Linear": "keras.layers.Dense(units)",
    "Module": "keras.Model",
    "Sequential": "keras.Sequential(layers)",
    "functional": "tf.nn",
    "one_hot": "tf.one_hot(x, depth)",
}
"""Names that are not in `tf.nn`."""

_TENSOR = r"(?:EagerTensor|SymbolicTensor|ResourceVariable)'? object has no attribute "
_TF = r"module 'tensorflow(?:\._api\.v2\.random)?' has no attribute "

TABLE: tuple[Explained, ...] = (
    Explained(
        "AttributeError",
        _TENSOR + r"'(?:backward|grad|grad_fn|requires_grad_?|retain_grad)'",
        "Tensors carry no gradients: under a `tf.GradientTape` what is computed is recorded, and "
        "`tape.gradient(y, x)` gives the gradient.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'(?P<name>detach_?|stop_gradient)'",
        "Tensors have no `{name}` here: `tf.stop_gradient(x)` lets no gradient through.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'(?:astype|type|half|float|double|bfloat16|long|int|bool)'",
        "`tf.cast(x, dtype)` changes a tensor's dtype.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'(?:to|cuda)'",
        "`tf.cast(x, dtype)` changes a tensor's dtype, and what is computed under "
        "`tf.device(name)` is put there.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'block_until_ready'",
        "`x.numpy()` waits until a tensor is there.",
    ),
    Explained(
        "AttributeError",
        r"SymbolicTensor'? object has no attribute '(?P<name>item|tolist)'",
        "Inside a graph a tensor has no number yet, so no `{name}`: stay with `tf` operations, or "
        "print with `tf.print`.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'(?:[a-z]\w*[a-z0-9]_|fill|assign(?:_\w+)?)'",
        "Tensors cannot be changed, and a function returns a new one. A `tf.Variable` can: "
        "`assign`, `assign_add`, `assign_sub`.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'(?P<name>\w+)'",
        "Tensors have no `{name}` here: use `{instead}`.",
        ON_TENSORS,
    ),
    Explained(
        "AttributeError",
        _TF + r"'(?:manual_seed|seed)'",
        "TensorFlow's seed is set with `tf.random.set_seed(n)`.",
    ),
    Explained(
        "AttributeError",
        _TF + r"'(?:key|PRNGKey)'",
        "TensorFlow draws from a global seed, `tf.random.set_seed(n)`, or from a "
        "`tf.random.Generator`.",
    ),
    Explained(
        "AttributeError",
        _TF + r"'(?:no_grad|grad|value_and_grad)'",
        "Only a `tf.GradientTape` records what is computed, and `tape.gradient(y, x)` gives the "
        "gradient.",
    ),
    Explained(
        "AttributeError",
        r"module 'tensorflow\._api\.v2\.nn' has no attribute '(?P<name>\w+)'",
        "There is no `tf.nn.{name}`: use `{instead}`.",
        IN_TF_NN,
    ),
    Explained(
        "AttributeError",
        _TF + r"'(?P<name>\w+)'",
        "TensorFlow has no `{name}`: use `{instead}`.",
        IN_TF,
    ),
    Explained(
        "TypeError",
        r"EagerTensor' object is not callable",
        "A tensor is called like a function: index it with `[]`.",
    ),
    Explained(
        "TypeError",
        r"'TensorShape' object is not callable",
        "`.shape` is indexed, not called: `x.shape[0]`.",
    ),
)
"""First match wins. Add an error by adding a row, or a name to a map."""
