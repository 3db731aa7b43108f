"""What to say in PyTorch to one who writes another framework's names.

Its own errors come first. A test raises each of these, and looks up what is named instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.grading.error_row import Explained

ON_TENSORS: Mapping[str, str] = {
    "assign": "x.copy_(y)",
    "assign_add": "x.add_(y)",
    "assign_sub": "x.sub_(y)",
    "astype": "x.to(dtype)",
    "cast": "x.to(dtype)",
    "copy": "x.clone()",
    "devices": "x.device",
    "expand_dims": "x.unsqueeze(dim)",
    "get_shape": "x.shape",
    "reduce_max": "x.amax(dim)",
    "reduce_mean": "x.mean(dim)",
    "reduce_min": "x.amin(dim)",
    "reduce_sum": "x.sum(dim)",
    "stop_gradient": "x.detach()",
}
"""Methods of arrays elsewhere, and what does the same to a tensor of PyTorch."""

IN_TORCH: Mapping[str, str] = {
    "PRNGKey": "torch.manual_seed(n)",
    "Variable": "nn.Parameter(x)",
    "array": "torch.tensor(x)",
    "boolean_mask": "x[mask]",
    "cast": "x.to(dtype)",
    "clip_by_value": "torch.clamp(x, low, high)",
    "constant": "torch.tensor(x)",
    "convert_to_tensor": "torch.as_tensor(x)",
    "expand_dims": "torch.unsqueeze(x, dim)",
    "function": "torch.compile(f)",
    "grad": "torch.func.grad(f)",
    "identity": "torch.eye(n)",
    "matvec": "x @ y",
    "one_hot": "F.one_hot(x, classes)",
    "pad": "F.pad(x, sizes)",
    "power": "torch.pow(x, y)",
    "rank": "x.ndim",
    "reduce_all": "torch.all(x)",
    "reduce_any": "torch.any(x)",
    "reduce_max": "torch.amax(x, dim)",
    "reduce_mean": "torch.mean(x)",
    "reduce_min": "torch.amin(x, dim)",
    "reduce_prod": "torch.prod(x)",
    "reduce_sum": "torch.sum(x)",
    "repeat": "torch.repeat_interleave(x, n)",
    "reverse": "torch.flip(x, dims)",
    "shape": "x.shape",
    "size": "x.numel()",
    "stop_gradient": "x.detach()",
    "take_along_axis": "torch.take_along_dim(x, index, dim)",
    "value_and_grad": "torch.func.grad_and_value(f)",
}
"""Functions that are not in `torch`."""

IN_NN: Mapping[str, str] = {
    "Dense": "nn.Linear(inputs, outputs)",
    "gelu": "F.gelu(x)",
    "log_softmax": "F.log_softmax(x, dim)",
    "one_hot": "F.one_hot(x, classes)",
    "relu": "F.relu(x)",
    "sigmoid": "torch.sigmoid(x)",
    "silu": "F.silu(x)",
    "softmax": "F.softmax(x, dim)",
    "tanh": "torch.tanh(x)",
}
"""Functions that are not in `torch.nn`."""

_TENSOR = r"'(?:Tensor|Parameter)' object has no attribute "

TABLE: tuple[Explained, ...] = (
    Explained(
        "AttributeError",
        _TENSOR + r"'at'",
        "PyTorch's tensors have no `.at`, because they can be changed: `x[i] = v`.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'block_until_ready'",
        "On the CPU PyTorch waits by itself; `torch.cuda.synchronize()` waits for a GPU.",
    ),
    Explained(
        "AttributeError",
        _TENSOR + r"'(?P<name>\w+)'",
        "PyTorch's tensors have no `{name}`: use `{instead}`.",
        ON_TENSORS,
    ),
    Explained(
        "AttributeError",
        r"module 'torch\.random' has no attribute '(?:key|PRNGKey|split)'",
        "PyTorch draws from a global seed, `torch.manual_seed(n)`, or from a `torch.Generator`.",
    ),
    Explained(
        "AttributeError",
        r"module 'torch\.random' has no attribute '(?:normal|uniform)'",
        "`torch.randn(sizes)` draws normal numbers, `torch.rand(sizes)` uniform ones.",
    ),
    Explained(
        "AttributeError",
        r"module 'torch' has no attribute 'GradientTape'",
        "PyTorch needs no tape: what is computed from a tensor with `requires_grad=True` is "
        "recorded.",
    ),
    Explained(
        "AttributeError",
        r"module 'torch\.nn' has no attribute '(?P<name>\w+)'",
        "`torch.nn` has no `{name}`: use `{instead}`.",
        IN_NN,
    ),
    Explained(
        "AttributeError",
        r"module 'torch' has no attribute '(?P<name>\w+)'",
        "There is no `torch.{name}`: use `{instead}`.",
        IN_TORCH,
    ),
    Explained(
        "TypeError",
        r"^(?P<f>(?:log_)?softmax|normalize|cross_entropy|(?:Log)?Softmax\.__init__)\(\) got an "
        r"unexpected keyword argument 'axis'",
        "JAX and TensorFlow say `axis`; here it is `dim`.",
    ),
    Explained(
        "TypeError",
        r"invalid combination of arguments - got \([^)]*\bkeepdims?=",
        "PyTorch's `keepdim` goes with a `dim`: `dim=None` reduces all axes.",
    ),
    Explained(
        "TypeError",
        r"^(?:std|var)\S* received an invalid combination of arguments - got \([^)]*\bddof=",
        "NumPy's and JAX's `ddof` is PyTorch's `correction`.",
    ),
    Explained(
        "TypeError",
        r"argument 'dtype' must be torch\.dtype, not str",
        "A dtype is an object, not a string: `torch.float32`.",
    ),
    Explained(
        "TypeError",
        r"^transpose\(\)(?: missing|: argument 'dim0')",
        "`x.transpose(a, b)` swaps two axes; `x.permute` takes a new order of all of them.",
    ),
    Explained(
        "TypeError",
        r"'Tensor' object is not callable",
        "A tensor is called like a function: index it with `[]`, and write `.T` without `()`.",
    ),
    Explained(
        "TypeError",
        r"'torch\.Size' object is not callable",
        "`.shape` is indexed, not called: `x.shape[0]`.",
    ),
)
"""First match wins. Add an error by adding a row, or a name to a map."""
