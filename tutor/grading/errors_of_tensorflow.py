"""What TensorFlow's and Keras's commonest errors mean."""

from __future__ import annotations

from tutor.grading.error_row import Explained

TABLE: tuple[Explained, ...] = (
    # shapes
    Explained(
        "InvalidArgumentError",
        r"Matrix size-incompatible: In\[0\]: \[(?P<a>[\d,]+)\], In\[1\]: \[(?P<b>[\d,]+)\]",
        "A matrix product needs equal inner sizes: here ({a}) meets ({b}).",
    ),
    Explained(
        "InvalidArgumentError",
        r"In\[\d\] (?:ndims|and In\[\d\]).* (?:>= 2|rank)",
        "`matmul` and `@` take tensors of rank 2 or more: use `tf.linalg.matvec` with a vector, or "
        "give it an axis of length 1.",
    ),
    Explained(
        "InvalidArgumentError",
        r"[Ii]ncompatible shapes: (?P<a>\[[\d,]*\]) vs\. (?P<b>\[[\d,]*\])",
        "Shapes broadcast only where sizes are equal or 1: {a} does not fit {b}.",
    ),
    Explained(
        "ValueError",
        r"Dimensions must be equal, but are (?P<a>\d+) and (?P<b>\d+) for (?P<op>\w+) with input "
        r"shapes: (?P<c>\[[\d,?]*\]), (?P<d>\[[\d,?]*\])",
        "The shapes {c} and {d} do not go together in `{op}`: {a} meets {b}.",
    ),
    Explained(
        "ValueError",
        r"Dimensions (?P<a>\d+) and (?P<b>\d+) are not compatible",
        "The parts must have the same number of elements along their first axis: {a} is not {b}.",
    ),
    Explained(
        "InvalidArgumentError",
        r"Input to reshape is a tensor with (?P<n>\d+) values, but the requested shape (?:has|"
        r"requires a multiple of) (?P<m>\d+)",
        "Reshaping keeps every element: {n} of them do not fill a shape of {m}.",
    ),
    Explained(
        "InvalidArgumentError",
        r"ConcatOp : .*shape\[0\] = (?P<a>\[[\d,]*\]) vs\. shape\[\d+\] = (?P<b>\[[\d,]*\])",
        "`concat` joins along one axis, and all other sizes must agree: {a} beside {b}.",
    ),
    Explained(
        "InvalidArgumentError",
        r"Shapes of all inputs must match: \S+ = (?P<a>\[[\d,]*\]) != \S+ = (?P<b>\[[\d,]*\])",
        "`stack` needs equal shapes: {a} is not {b}.",
    ),
    Explained(
        "InvalidArgumentError",
        r"Invalid reduction dimension \(?(?P<axis>-?\d+) for input with (?P<n>\d+) dimension",
        "The tensor has {n} axes, counted from 0; there is no axis {axis}.",
    ),
    Explained(
        "InvalidArgumentError",
        r"slice index (?P<i>-?\d+) of dimension (?P<axis>\d+) out of bounds",
        "Axis {axis} has no index {i}: indices run from 0 to its length less one.",
    ),
    Explained(
        "InvalidArgumentError",
        r"indices\S* = (?P<i>-?\d+) is not in \[0, (?P<n>\d+)\)",
        "An index must be smaller than the number of rows, {n}; {i} is not.",
    ),
    Explained(
        "InvalidArgumentError",
        r"Received a label value of (?P<i>-?\d+) which is outside the valid range of "
        r"\[0, (?P<n>\d+)",
        "Classes count from 0, and there are {n} logits; the target has a class {i}.",
    ),
    Explained(
        "ValueError",
        r"labels\.shape=(?P<a>\([\d, ]*\)) and logits\.shape=(?P<b>\([\d, ]*\))",
        "Sparse labels are one class per example: labels of {a} do not go with logits of {b}.",
    ),
    Explained(
        "InvalidArgumentError",
        r"logits_size=(?P<a>\[[\d,]*\]) labels_size=(?P<b>\[[\d,]*\])",
        "One-hot labels have the shape of the logits: {b} is not {a}.",
    ),
    Explained(
        "ValueError",
        r"`target` and `output` must have the same rank.*target\.shape=(?P<a>\([\d, ]*\)), "
        r"output\.shape=(?P<b>\([\d, ]*\))",
        "One-hot targets have the shape of the output; class numbers need the `Sparse` loss: "
        "{a} beside {b}.",
    ),
    Explained(
        "ValueError",
        r"Can't convert non-rectangular Python sequence",
        "All rows of a tensor are equally long: pad them, or use `tf.ragged.constant`.",
    ),
    # dtypes
    Explained(
        "InvalidArgumentError",
        r"cannot compute \w+ as input #\d+\S* was expected to be an? (?P<a>\w+) tensor "
        r"but is an? (?P<b>\w+) tensor",
        "TensorFlow does not mix dtypes: {a} meets {b}. Convert one with `tf.cast`.",
    ),
    Explained(
        "ValueError",
        r"conversion requested dtype (?P<a>\w+) for Tensor with dtype (?P<b>\w+)",
        "TensorFlow does not mix dtypes: {b} is given where {a} belongs. Convert with `tf.cast`.",
    ),
    Explained(
        "TypeError",
        r"Cannot convert (?P<x>\S+) to EagerTensor of dtype (?P<dtype>\w+)",
        "{x} is no {dtype}: give the constant another dtype, or `tf.cast` it.",
    ),
    # graphs
    Explained(
        "(?:OperatorNotAllowedInGraphError|TypeError)",
        r"[Uu]sing a symbolic `?tf\.Tensor`? as a Python `?bool`?",
        "Inside a graph a tensor has no truth value yet: use `tf.cond` or `tf.where`.",
    ),
    Explained(
        "OperatorNotAllowedInGraphError",
        r"Iterating over a symbolic",
        "Inside a graph a tensor has no elements to walk over yet: use whole-tensor operations, or "
        "`tf.map_fn`.",
    ),
    Explained(
        "(?:AttributeError|NotImplementedError)",
        r"(?:SymbolicTensor' object has no attribute 'numpy'|numpy\(\) is only available when "
        r"eager)",
        "Inside a graph a tensor has no number yet, so no `numpy()`: stay with `tf` operations, or "
        "print with `tf.print`.",
    ),
    Explained(
        "TypeError",
        r"not 'SymbolicTensor'|'SymbolicTensor' object cannot be interpreted",
        "Inside a graph a tensor has no number yet: use `tf.cast` and `tf.range` for `float` and "
        "`range`.",
    ),
    Explained(
        "ValueError",
        r"tf\.function only supports singleton tf\.Variables",
        "A `tf.function` may make variables in its first call only: make them outside.",
    ),
    Explained(
        "(?:TypeError|InaccessibleTensorError)",
        r"is out of scope and cannot be used here",
        "A value from inside a graph was kept outside it: return it instead.",
    ),
    Explained(
        "TypeError",
        r"Binding inputs to tf\.function failed.*Can not cast TensorSpec\(shape=(?P<a>\([^)]*\)).*"
        r"to TensorSpec\(shape=(?P<b>\([^)]*\))",
        "The `input_signature` allows shape {b} only, and this argument has {a}.",
    ),
    # gradients
    Explained(
        "RuntimeError",
        r"non-persistent GradientTape can only be used to compute one set of gradients",
        "A tape is used up by its first `gradient`: ask for all gradients at once, or make it "
        "`persistent=True`.",
    ),
    Explained(
        "ValueError",
        r"No gradients provided for any variable",
        "Every gradient is `None`: the loss was not computed from the variables under the tape.",
    ),
    Explained(
        "ValueError",
        r"Unknown variable: .*optimizer can only be called for the variables it was originally",
        "An optimiser belongs to the variables it first saw: make a new one for these.",
    ),
    Explained(
        "ValueError",
        r"Passed in object .* not tf\.Tensor or tf\.Variable",
        "A tape watches tensors: make the number one with `tf.constant`.",
    ),
    # variables and tensors
    Explained(
        "TypeError",
        r"EagerTensor' object does not support item assignment",
        "Tensors cannot be changed: `tf.tensor_scatter_nd_update` makes a new one, and a "
        "`tf.Variable` can be assigned to.",
    ),
    Explained(
        "ValueError",
        r"variable shape (?P<a>\([\d, ]*\)), and the assigned value shape (?P<b>\([\d, ]*\))",
        "A variable keeps its shape: {b} does not go into {a}.",
    ),
    Explained(
        "TypeError",
        r"ResourceVariable' object does not support item assignment",
        "Part of a variable is set by slicing and assigning: `v[0].assign(1.0)`.",
    ),
    Explained(
        "AttributeError",
        r"EagerTensor'? object has no attribute '(?P<name>sum|mean|max|min|prod|std|var|any|all)'",
        "Tensors have no method `{name}`: it is a function, such as `tf.reduce_{name}(x)` or "
        "`tf.math.reduce_{name}(x)`.",
    ),
    Explained(
        "AttributeError",
        r"EagerTensor'? object has no attribute 'T'",
        "Tensors have no `.T` here: use `tf.transpose(x)`.",
    ),
    # Keras
    Explained(
        "ValueError",
        r"Invalid filepath extension for saving",
        "Keras 3 goes by the name's end: `.keras` for a whole model; `model.export` writes a "
        "SavedModel.",
    ),
    Explained(
        "ValueError",
        r"The filename must end in `\.weights\.h5`",
        "Weights alone go into a file whose name ends in `.weights.h5`.",
    ),
    Explained(
        "ValueError",
        r"expected min_ndim=(?P<a>\d+), found ndim=(?P<b>\d+)\. Full shape received: "
        r"(?P<c>\([^)]*\))",
        "The layer wants at least {a} axes, the batch first, and {c} has {b}.",
    ),
    Explained(
        "ValueError",
        r"expected axis -1 of input shape to have value (?P<a>\d+), but received input with shape "
        r"(?P<b>\([^)]*\))",
        "The layer was built for inputs whose last axis is {a}; this one is {b}.",
    ),
    Explained(
        "ValueError",
        r"must call `compile\(\)` before",
        "`fit` needs an optimiser and a loss: call `compile` first.",
    ),
    Explained(
        "ValueError",
        r"Data cardinality is ambiguous.*'x' sizes: (?P<a>[\d, ]+?) ?'y' sizes: (?P<b>[\d, ]+)",
        "Inputs and targets need equally many examples: {a} and {b}.",
    ),
    Explained(
        "ValueError",
        r"(?:has not yet been built|the layer isn't built)",
        "The layer's weights are made when it first sees an input: call it on data once, or start "
        "with `keras.Input`.",
    ),
    Explained(
        "InvalidArgumentError",
        r"Detected unsupported operations when trying to compile",
        "XLA has no such operation: leave it outside what `jit_compile=True` compiles.",
    ),
)
"""First match wins. Add an error by adding a row."""
