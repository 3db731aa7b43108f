"""What the commonest framework errors mean, in a sentence. Matched by the message's own words."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Explained:
    """One kind of error."""

    type: str
    """A pattern for the class's name."""
    message: str
    """A pattern for the message; its named groups fill the words."""
    words: str
    """A sentence or two, in the present tense."""


_TABLE: tuple[Explained, ...] = (
    # PyTorch
    Explained(
        "RuntimeError",
        r"mat1 and mat2 shapes cannot be multiplied \((?P<a>\d+)x(?P<b>\d+) and "
        r"(?P<c>\d+)x(?P<d>\d+)\)",
        "A matrix product needs equal inner sizes: ({a}, {b}) @ ({c}, {d}) has {b} beside {c}.",
    ),
    Explained(
        "RuntimeError",
        r"The size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\)"
        r" at non-singleton dimension (?P<axis>\d+)",
        "Shapes broadcast only where sizes are equal or 1; axis {axis} has {a} beside {b}.",
    ),
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
        r"grad can be implicitly created only for scalar outputs",
        "`backward()` starts from a single number: reduce to a scalar first.",
    ),
    Explained(
        "RuntimeError",
        r"does not require grad and does not have a grad_fn",
        "Nothing before this result asked for gradients, or the graph was cut on the way: "
        "`requires_grad`, `detach`, `no_grad`.",
    ),
    Explained(
        "RuntimeError",
        r"differentiated Tensors? .*appears? to not have been used in the graph",
        "The result does not depend on one of the tensors you differentiate by.",
    ),
    Explained(
        "RuntimeError",
        r"Only Tensors of floating point(?: and complex)? dtype can require gradients",
        "Gradients need floating-point numbers: this tensor holds integers.",
    ),
    Explained(
        "RuntimeError",
        r"Can't call numpy\(\) on Tensor that requires grad",
        "A tensor that records gradients does not turn into NumPy: `detach()` it first.",
    ),
    Explained(
        "RuntimeError",
        r"(?:Expected all tensors to be on the same device|is not on the expected device)",
        "The operands live on different devices: move one with `.to(...)`.",
    ),
    Explained(
        "RuntimeError",
        r"(?:expected .* (?:same dtype|scalar type)|must have the same dtype)",
        "The operands have different dtypes: convert one of them.",
    ),
    Explained(
        "RuntimeError",
        r"a Tensor with (?P<n>\d+) elements cannot be converted to Scalar",
        "`item()` and `float()` take a tensor of one element; this one has {n}.",
    ),
    Explained(
        "RuntimeError",
        r"Boolean value of Tensor with more than one value is ambiguous",
        "`if` needs one truth value: reduce with `.any()` or `.all()`, or choose with `where`.",
    ),
    Explained(
        "RuntimeError",
        r"shape '(?P<shape>\[[^\]]*\])' is invalid for input of size (?P<n>\d+)",
        "Reshaping keeps every element: {n} of them do not fill the shape {shape}.",
    ),
    # JAX
    Explained(
        "TracerBoolConversionError|ConcretizationTypeError",
        r"(?:boolean value|[Aa]ttempted boolean conversion)",
        "Inside `jit` values are not known yet, so `if` and `while` cannot look at them: use "
        "`jnp.where` or `lax.cond`, or mark the argument static.",
    ),
    Explained(
        "ConcretizationTypeError|TracerIntegerConversionError|TracerArrayConversionError",
        r"",
        "Inside `jit` a traced value has no number yet, and this needs one: mark the argument "
        "static, or stay with `jnp` operations.",
    ),
    Explained(
        "UnexpectedTracerError",
        r"",
        "A value from inside a transformation was kept outside it: return it instead.",
    ),
    Explained(
        "TypeError",
        r"grad requires real- or complex-valued inputs.*got (?P<dtype>\w+)",
        "`grad` differentiates by floating-point numbers, and this argument is {dtype}: write "
        "`3.0` rather than `3`.",
    ),
    Explained(
        "TypeError",
        r"Gradient only defined for scalar-output functions",
        "`jax.grad` needs a function that returns one number: reduce its result to a scalar.",
    ),
    Explained(
        "TypeError",
        r"dot_general requires contracting dimensions to have the same shape, got "
        r"\((?P<a>\d+),?\) and \((?P<b>\d+),?\)",
        "A matrix product needs equal inner sizes; here {a} meets {b}.",
    ),
    Explained(
        "TypeError",
        r"(?:JAX arrays are immutable|does not support item assignment)",
        "These arrays cannot be changed: `x = x.at[i].set(v)` makes a new one.",
    ),
    Explained(
        "(?:TypeError|ValueError)",
        r"[Ii]ncompatible shapes for broadcasting",
        "Shapes broadcast only where sizes, counted from the right, are equal or 1.",
    ),
    # TensorFlow
    Explained(
        "InvalidArgumentError",
        r"Matrix size-incompatible: In\[0\]: \[(?P<a>[\d,]+)\], In\[1\]: \[(?P<b>[\d,]+)\]",
        "A matrix product needs equal inner sizes: here ({a}) meets ({b}).",
    ),
    Explained(
        "InvalidArgumentError",
        r"cannot compute \w+ as input #\d+\S* was expected to be an? (?P<a>\w+) tensor "
        r"but is an? (?P<b>\w+) tensor",
        "TensorFlow does not mix dtypes: {a} meets {b}. Convert one with `tf.cast`.",
    ),
    Explained(
        "InvalidArgumentError",
        r"[Ii]ncompatible shapes: (?P<a>\[[\d,]*\]) vs\. (?P<b>\[[\d,]*\])",
        "Shapes broadcast only where sizes are equal or 1: {a} does not fit {b}.",
    ),
    Explained(
        "(?:OperatorNotAllowedInGraphError|TypeError)",
        r"[Uu]sing a symbolic `?tf\.Tensor`? as a Python `?bool`?",
        "Inside a graph a tensor has no truth value yet: use `tf.cond` or `tf.where`.",
    ),
    # Python
    Explained(
        "NameError",
        r"name '____' is not defined",
        "A blank, `____`, is still in your code: fill it in.",
    ),
    Explained(
        "TypeError",
        r"(?P<f>[\w.]+)\(\) missing (?P<n>\d+) required positional argument",
        "`{f}` is called with {n} argument(s) fewer than it takes.",
    ),
    Explained(
        "TypeError",
        r"unsupported operand type\(s\) for (?P<op>\S+): .*'NoneType'",
        "One side of `{op}` is `None`: a function without a `return`, or a gradient that was "
        "never computed.",
    ),
)
"""First match wins. Add an error by adding a row."""


def explain(error_type: str, message: str) -> str:
    """Return what an error means, or an empty string when it is none of those known."""
    head = message[:4000]
    for row in _TABLE:
        if re.fullmatch(row.type, error_type):
            found = re.search(row.message, head)
            if found:
                return row.words.format(**found.groupdict())
    return ""
