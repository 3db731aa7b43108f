"""What Python's own errors mean where the frameworks make them likely."""

from __future__ import annotations

from tutor.grading.error_row import Explained

TABLE: tuple[Explained, ...] = (
    # one framework's word in another: no row can tell which of them is in use
    Explained(
        "TypeError",
        r"unexpected keyword argument 'dim'",
        "PyTorch says `dim`; JAX and TensorFlow say `axis`.",
    ),
    Explained(
        "TypeError",
        r"unexpected keyword argument 'keepdim'",
        "PyTorch says `keepdim`; JAX and TensorFlow say `keepdims`.",
    ),
    Explained(
        "TypeError",
        r"unexpected keyword argument 'requires_grad'",
        "Only tensors that PyTorch makes from numbers take `requires_grad`: JAX differentiates a "
        "function, `jax.grad(f)`, and TensorFlow records with a `tf.GradientTape`.",
    ),
    Explained(
        "TypeError",
        r"'int' object is not callable",
        "A whole number is called like a function: `.ndim`, and in JAX and NumPy `.size`, are "
        "written without `()`.",
    ),
    Explained(
        "TypeError",
        r"'tuple' object is not callable",
        "A tuple is called like a function: `.shape` is indexed, `x.shape[0]`.",
    ),
    # what Python itself says
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
        r"(?P<f>[\w.<>]+)\(\) takes (?P<n>\d+) positional arguments? but (?P<m>\d+) (?:was|were)",
        "`{f}` is called with {m} argument(s), and it takes {n}.",
    ),
    Explained(
        "TypeError",
        r"unsupported operand type\(s\) for (?P<op>\S+): .*'NoneType'",
        "One side of `{op}` is `None`: a function without a `return`, or a gradient that was "
        "never computed.",
    ),
    Explained(
        "AttributeError",
        r"'NoneType' object has no attribute '(?P<name>\w+)'",
        "What stands before `.{name}` is `None`: a function without a `return`, or a gradient that "
        "was never computed.",
    ),
    Explained(
        "RecursionError",
        r"",
        "A function calls itself without end: is there a case in which it stops?",
    ),
)
"""First match wins. Add an error by adding a row."""
