"""What PyTorch's commonest errors mean."""

from __future__ import annotations

from tutor.grading.error_row import Explained

TABLE: tuple[Explained, ...] = (
    # shapes
    Explained(
        "RuntimeError",
        r"mat1 and mat2 shapes cannot be multiplied \((?P<a>\d+)x(?P<b>\d+) and "
        r"(?P<c>\d+)x(?P<d>\d+)\)",
        "A matrix product needs equal inner sizes: ({a}, {b}) @ ({c}, {d}) has {b} beside {c}.",
    ),
    Explained(
        "RuntimeError",
        r"size mismatch, got input \(\d+\), mat \((?P<a>\d+)x(?P<b>\d+)\), vec \((?P<c>\d+)\)",
        "A matrix times a vector needs equal inner sizes: ({a}, {b}) @ ({c},) has {b} beside {c}.",
    ),
    Explained(
        "RuntimeError",
        r"Expected size for first two dimensions of batch2 tensor to be: \[(?P<n>\d+), (?P<a>\d+)\]"
        r" but got: \[(?P<m>\d+), (?P<b>\d+)\]",
        "A batched product needs equal batches and equal inner sizes: {n} batches with inner size "
        "{a} meet {m} with {b}.",
    ),
    Explained(
        "RuntimeError",
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\)"
        r" at non-singleton dimension (?P<axis>\d+)",
        "Shapes broadcast only where sizes are equal or 1; axis {axis} has {a} beside {b}.",
    ),
    Explained(
        "RuntimeError",
        r"shape '(?P<shape>\[[^\]]*\])' is invalid for input of size (?P<n>\d+)",
        "Reshaping keeps every element: {n} of them do not fill the shape {shape}.",
    ),
    Explained(
        "RuntimeError",
        r"view size is not compatible with input tensor's size and stride",
        "`view` needs elements that lie in order in memory, and a transpose or slice has changed "
        "that: use `reshape`, which copies when it must.",
    ),
    Explained(
        "RuntimeError",
        r"Sizes of tensors must match except in dimension (?P<axis>\d+)\. Expected size (?P<a>\d+) "
        r"but got size (?P<b>\d+)",
        "`cat` joins along axis {axis}, and all other sizes must agree: {a} is not {b}.",
    ),
    Explained(
        "RuntimeError",
        r"stack expects each tensor to be equal size, but got (?P<a>\[[^\]]*\]) at entry \d+ and "
        r"(?P<b>\[[^\]]*\])",
        "`stack` needs equal shapes: {a} is not {b}.",
    ),
    Explained(
        "RuntimeError",
        r"expected input(?P<a>\[[^\]]*\]) to have (?P<b>\d+) channels, but got (?P<c>\d+) channels",
        "The layer was made for {b} input channels, and axis 1 of {a} has {c}: images are "
        "(batch, channels, height, width).",
    ),
    Explained(
        "ValueError",
        r"Expected input batch_size \((?P<a>\d+)\) to match target batch_size \((?P<b>\d+)\)",
        "The predictions are {a} examples and the targets {b}.",
    ),
    Explained(
        "RuntimeError",
        r"size mismatch for (?P<name>[\w.]+): copying a param with shape "
        r"torch\.Size\((?P<a>\S.*?)\) from checkpoint, the shape in current model is "
        r"torch\.Size\((?P<b>\S.*?)\)",
        "The weights saved are of another architecture: `{name}` is {a} there and {b} here.",
    ),
    Explained(
        "RuntimeError",
        r"loading state_dict for .*(?:Missing|Unexpected) key",
        "The names saved are not those of this model: compare the keys of both `state_dict()`s.",
    ),
    # autograd
    Explained(
        "RuntimeError",
        r"leaf Variable that requires grad is being used in an in-place operation",
        "A parameter cannot be changed in place while gradients are recorded: update it inside "
        "`with torch.no_grad():`.",
    ),
    Explained(
        "RuntimeError",
        r"modified by an inplace operation",
        "A value that the backward pass still needs was overwritten by an in-place operation.",
    ),
    Explained(
        "RuntimeError",
        r"Trying to backward through the graph a second time",
        "The graph is freed by the first backward pass: run the forward pass again, or keep it "
        "with `retain_graph=True` if you mean to.",
    ),
    Explained(
        "RuntimeError",
        r"(?:grad can be implicitly created only for scalar outputs"
        r"|Expected f\(\*args\) to return a scalar)",
        "A gradient starts from a single number: reduce to a scalar first.",
    ),
    Explained(
        "RuntimeError",
        r"does not require grad and does not have a grad_fn",
        "Nothing before this result asked for gradients, or the graph was cut on the way: "
        "`requires_grad`, `detach`, `no_grad`.",
    ),
    Explained(
        "RuntimeError",
        r"One of the differentiated Tensors does not require grad",
        "A tensor you differentiate by was not made with `requires_grad=True`, or was detached.",
    ),
    Explained(
        "RuntimeError",
        r"differentiated Tensors? .*appears? to not have been used in the graph",
        "The result does not depend on one of the tensors you differentiate by.",
    ),
    Explained(
        "RuntimeError",
        r"[Oo]nly Tensors of floating point(?: and complex)? dtype can require gradients",
        "Gradients need floating-point numbers: this tensor holds integers.",
    ),
    Explained(
        "RuntimeError",
        r"Can't call numpy\(\) on Tensor that requires grad",
        "A tensor that records gradients does not turn into NumPy: `detach()` it first.",
    ),
    Explained(
        "RuntimeError",
        r"Inference tensors cannot be saved for backward",
        "A tensor made in `inference_mode` can never be part of a graph: use `no_grad` there.",
    ),
    Explained(
        "RuntimeError",
        r"Only Tensors created explicitly by the user .* support the deepcopy protocol",
        "Only leaves can be deep-copied: `detach().clone()` copies the value of a result.",
    ),
    Explained(
        "AttributeError",
        r"'NoneType' object has no attribute 'zero_'",
        "`.grad` is `None` until a backward pass has filled it; `optimizer.zero_grad()` knows.",
    ),
    # devices and dtypes
    Explained(
        "RuntimeError",
        r"(?:Expected all tensors to be on the same device|is not on the expected device"
        r"|should be the same|Input type \S+ and weight type \S+ should be)",
        "The operands live on different devices: move one with `.to(...)`.",
    ),
    Explained(
        "TypeError",
        r"can't convert (?P<device>\S+) device type tensor to numpy",
        "NumPy sees host memory only, and this tensor is on `{device}`: bring it over with "
        "`.cpu()` first.",
    ),
    Explained(
        "(?:AssertionError|RuntimeError)",
        r"Torch not compiled with CUDA enabled|No CUDA GPUs are available|Found no NVIDIA driver",
        "There is no CUDA here: pick the device with `torch.cuda.is_available()`.",
    ),
    Explained(
        "RuntimeError",
        r"expected target dtype to be Long or Byte, but got (?P<dtype>\w+)",
        "Class indices are integers: convert the target, now {dtype}, with `.long()`.",
    ),
    Explained(
        "RuntimeError",
        r"argument #1 'indices' to have one of .* but got torch\.(?P<dtype>\w+)Tensor",
        "An embedding looks up integers: convert the indices, now {dtype}, with `.long()`.",
    ),
    Explained(
        "RuntimeError",
        r"could not infer output dtype\..* Got: (?P<dtype>\w+)",
        "A mean of integers has a fraction: convert the tensor, now {dtype}, with `.float()`.",
    ),
    Explained(
        "RuntimeError",
        r"result type (?P<a>\w+) can't be cast to the desired output type (?P<b>\w+)",
        "An in-place operation keeps its tensor's dtype, and {b} cannot hold a {a} result.",
    ),
    Explained(
        "RuntimeError",
        r"(?:expected .* (?:same dtype|scalar type)|must have the same dtype)",
        "The operands have different dtypes: convert one of them.",
    ),
    # one number, one truth value, one index
    Explained(
        "RuntimeError",
        r"a Tensor with (?P<n>\d+) elements cannot be converted to Scalar",
        "`item()` takes a tensor of one element; this one has {n}.",
    ),
    Explained(
        "ValueError",
        r"only one element tensors can be converted to Python scalars",
        "`float()` and `int()` take a tensor of one element: index it, or reduce it.",
    ),
    Explained(
        "RuntimeError",
        r"Boolean value of Tensor with more than one value is ambiguous",
        "`if` needs one truth value: reduce with `.any()` or `.all()`, or choose with `where`.",
    ),
    Explained(
        "IndexError",
        r"index (?P<i>-?\d+) is out of bounds for dimension (?P<axis>\d+) with size (?P<n>\d+)",
        "Axis {axis} has size {n}, so its last index is {n} - 1; {i} lies outside.",
    ),
    Explained(
        "IndexError",
        r"Dimension out of range \(expected to be in range of \[(?P<a>-?\d+), (?P<b>\d+)\], "
        r"but got (?P<c>-?\d+)\)",
        "The tensor has axes {a} to {b}; there is no axis {c}.",
    ),
    Explained(
        "IndexError",
        r"Target (?P<i>-?\d+) is out of bounds",
        "Classes count from 0 to the number of logits less one; the target has a class {i}.",
    ),
    Explained(
        "IndexError",
        r"index out of range in self",
        "An index is not smaller than the number of rows in the embedding's table.",
    ),
    # modules
    Explained(
        "AttributeError",
        r"cannot assign (?:module|parameters?) before Module\.__init__\(\) call",
        "Call `super().__init__()` before the first attribute is set.",
    ),
    Explained(
        "NotImplementedError",
        r"is missing the required \"forward\" function",
        "The module has no method of the name `forward`; look at spelling and indentation.",
    ),
    Explained(
        "ValueError",
        r"Expected more than 1 value per channel when training",
        "Batch normalisation in training mode takes statistics over the batch, and one example "
        "has none: use a larger batch, or `eval()`.",
    ),
    # compiling
    Explained(
        "Unsupported",
        r"Data-dependent branching",
        "The branch depends on a tensor's values, which the compiler does not know: use "
        "`torch.where` or `torch.cond`, or allow a graph break.",
    ),
    Explained(
        "GuardOnDataDependentSymNode",
        r"",
        "An exported graph cannot branch on values: use `torch.where` or `torch.cond`.",
    ),
    Explained(
        "RuntimeError",
        r"vmap: It looks like you're calling \.item\(\)",
        "Inside `vmap` a tensor stands for a whole batch, so it has no single number: stay with "
        "tensor operations.",
    ),
)
"""First match wins. Add an error by adding a row."""
