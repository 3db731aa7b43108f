"""What JAX's commonest errors mean."""

from __future__ import annotations

from tutor.grading.error_row import Explained

TABLE: tuple[Explained, ...] = (
    # mapping; the same errors as under `jit`, and only the tracer's name tells
    Explained(
        "TracerBoolConversionError",
        r"BatchTracer",
        "Under `vmap` a value stands for a whole batch, so `if` and `while` cannot look at it: "
        "use `jnp.where` or `lax.cond`.",
    ),
    Explained(
        "ConcretizationTypeError",
        r"size argument of (?P<f>[\w.]+).*BatchTracer",
        "Under `vmap` all results have one shape, and that of `{f}` would depend on values: give "
        "`size=`, or use a mask with `jnp.where`.",
    ),
    Explained(
        "ConcretizationTypeError|TracerIntegerConversionError|TracerArrayConversionError",
        r"BatchTracer",
        "Under `vmap` a value stands for a whole batch, and this needs one number: stay with "
        "`jnp` operations, or keep the argument whole with `in_axes=None`.",
    ),
    Explained(
        "TypeError",
        r"Shapes must be 1D sequences of concrete values.*VmapTracer",
        "Under `vmap` all results have one shape, so it cannot depend on a value that is mapped.",
    ),
    Explained(
        "TypeError",
        r"unsupported format string passed to BatchTracer",
        "Under `vmap` a value stands for a whole batch: print it with `jax.debug.print`.",
    ),
    # differentiating; here the message names no tracer
    Explained(
        "ConcretizationTypeError",
        r"^(?!.*(?:while tracing|Tracer with)).*The problem arose with the `(?P<f>\w+)` function",
        "While it is differentiated a value is traced, and `{f}` would take it out: stay with "
        "`jnp` operations.",
    ),
    Explained(
        "TracerArrayConversionError",
        r"^(?!.*(?:while tracing|Tracer with))",
        "While it is differentiated a value is traced, and NumPy would take it out: stay with "
        "`jnp` operations.",
    ),
    # tracing
    Explained(
        "TracerBoolConversionError|ConcretizationTypeError",
        r"(?:boolean value|[Aa]ttempted boolean conversion)",
        "Inside `jit` values are not known yet, so `if` and `while` cannot look at them: use "
        "`jnp.where` or `lax.cond`, or mark the argument static.",
    ),
    Explained(
        "ConcretizationTypeError",
        r"size argument of (?P<f>[\w.]+)",
        "Inside `jit` every shape is fixed, and that of `{f}` would depend on values: give "
        "`size=`, or use a mask with `jnp.where`.",
    ),
    Explained(
        "NonConcreteBooleanIndexError",
        r"",
        "A boolean mask selects a number of elements that neither `jit` nor `vmap` can know: keep "
        "the shape with `jnp.where(mask, x, 0)`.",
    ),
    Explained(
        "IndexError",
        r"Slice entries must be static integers\. Got .*Tracer",
        "The ends of a slice are fixed under a transformation: `jax.lax.dynamic_slice` takes a "
        "start that is traced, and a size that is not.",
    ),
    Explained(
        "ConcretizationTypeError|TracerIntegerConversionError|TracerArrayConversionError",
        r"",
        "Inside `jit` a traced value has no number yet, and this needs one: mark the argument "
        "static, or stay with `jnp` operations.",
    ),
    Explained(
        "TypeError",
        r"Shapes must be 1D sequences of concrete values.*Tracer",
        "Inside `jit` a shape cannot depend on a traced value: mark the argument static with "
        "`static_argnums`.",
    ),
    Explained(
        "TypeError",
        r"unsupported format string passed to \w*Tracer",
        "Inside `jit` there is no number to print yet: use `jax.debug.print`.",
    ),
    Explained(
        "UnexpectedTracerError",
        r"",
        "A value from inside a transformation was kept outside it: return it instead.",
    ),
    Explained(
        "ValueError",
        r"Non-hashable static arguments .* of type <class '(?P<kind>[\w.]+)'>",
        "A static argument is part of the key of the compiled program, so it must be hashable; "
        "`{kind}` is not. Use a tuple, or pass it as a traced argument.",
    ),
    Explained(
        "TypeError",
        r"(?:Error interpreting argument .* as an abstract array.*<class '(?P<kind>\w+)'>)",
        "`jit` takes arrays and numbers; a `{kind}` must be marked static.",
    ),
    # gradients
    Explained(
        "TypeError",
        r"grad requires real- or complex-valued inputs.*got (?P<dtype>\w+)",
        "`grad` differentiates by floating-point numbers, and this argument is {dtype}: write "
        "`3.0` rather than `3`.",
    ),
    Explained(
        "TypeError",
        r"grad requires real-valued outputs.*got (?P<dtype>\w+)",
        "The function returns {dtype}: an index or a count has no gradient.",
    ),
    Explained(
        "TypeError",
        r"Gradient only defined for scalar-output functions\. Output was None",
        "The function returns `None`: is there a `return`?",
    ),
    Explained(
        "TypeError",
        r"Gradient only defined for scalar-output functions\. Output was \(",
        "`jax.grad` needs a function that returns one number, and this one returns a tuple: say "
        "`has_aux=True` if the rest is to come along.",
    ),
    Explained(
        "TypeError",
        r"Gradient only defined for scalar-output functions",
        "`jax.grad` needs a function that returns one number: reduce its result to a scalar.",
    ),
    Explained(
        "TypeError",
        r"expected function with aux output to return a two-element tuple",
        "With `has_aux=True` the function returns a pair: the number, and the rest.",
    ),
    Explained(
        "TypeError",
        r"argnums=(?P<n>\d+) requires at least (?P<m>\d+) positional arguments",
        "Arguments count from 0, and there is no argument {n}; keyword arguments do not count.",
    ),
    # shapes and dtypes
    Explained(
        "TypeError",
        r"dot_general requires contracting dimensions to have the same shape, got "
        r"\((?P<a>\d+),?\) and \((?P<b>\d+),?\)",
        "A matrix product needs equal inner sizes; here {a} meets {b}.",
    ),
    Explained(
        "(?:TypeError|ValueError)",
        r"[Ii]ncompatible shapes for broadcasting: (?P<a>\([\d, ]*\)),? "
        r"(?:and )?(?P<b>\([\d, ]*\))",
        "Shapes broadcast only where sizes, counted from the right, are equal or 1: {a} does not "
        "fit {b}.",
    ),
    Explained(
        "(?:TypeError|ValueError)",
        r"[Ii]ncompatible shapes for broadcasting",
        "Shapes broadcast only where sizes, counted from the right, are equal or 1.",
    ),
    Explained(
        "TypeError",
        r"cannot reshape array of shape (?P<a>\([\d, ]*\)) \(size (?P<n>\d+)\) into shape "
        r"(?P<b>\([-\d, ]*\)|\d+)",
        "Reshaping keeps every element: the {n} of {a} do not fill {b}.",
    ),
    Explained(
        "TypeError",
        r"Cannot concatenate arrays .* along dimension (?P<axis>\d+) for shapes (?P<a>\([^)]*\)), "
        r"(?P<b>\([^)]*\))",
        "`concatenate` joins along axis {axis}, and all other sizes must agree: {a} beside {b}.",
    ),
    Explained(
        "ValueError",
        r"All input arrays must have the same shape\. Got (?P<a>\([^)]*\)), (?P<b>\([^)]*\))",
        "`stack` needs equal shapes: {a} is not {b}.",
    ),
    Explained(
        "TypeError",
        r"Cannot interpret '-?\d+' as a data type$",
        "A number stands where a dtype belongs: a shape is one argument, a tuple; and `x.view` "
        "reads an array as another dtype, where `x.reshape` gives it another shape.",
    ),
    Explained(
        "TypeError",
        r"Cannot interpret '(?P<n>\d+)' as a data type",
        "The shape is one argument, a tuple: `jnp.ones((2, 3))`.",
    ),
    Explained(
        "TypeError",
        r"requires arguments to have the same dtypes, got (?P<a>\w+), (?P<b>\w+)",
        "`lax` does not mix dtypes: {a} meets {b}. The `jnp` function of the same name promotes.",
    ),
    Explained(
        "TypeError",
        r"Indexer must have integer or boolean type, got indexer with type (?P<dtype>\w+)",
        "An index is an integer; this one is {dtype}.",
    ),
    Explained(
        "ValueError",
        r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<n>\d+)",
        "The array has {n} axes, counted from 0; there is no axis {axis}.",
    ),
    Explained(
        "TypeError",
        r"(?P<f>\w+) requires ndarray or scalar arguments, got <class '(?P<kind>\w+)'>",
        "`jnp.{f}` takes arrays, and this is a `{kind}`: make it one with `jnp.array`.",
    ),
    # transformations
    Explained(
        "ValueError",
        r"vmap got inconsistent sizes .* had size (?P<a>\d+): axis \d+ of argument (?P<p>\S+) .*"
        r"had size (?P<b>\d+): axis \d+ of argument (?P<q>\S+)",
        "`vmap` walks all mapped axes together, and they differ: `{p}` has {a}, `{q}` has {b}. "
        "`in_axes=None` keeps an argument whole.",
    ),
    Explained(
        "ValueError",
        r"vmap was requested to map its argument along axis (?P<axis>-?\d+).*its shape is "
        r"(?P<a>\([\d, ]*\))",
        "There is no axis {axis} in {a}: `in_axes=None` keeps an argument whole.",
    ),
    Explained(
        "TypeError",
        r"cond branches must have equal output types.*true_fun has type (?P<a>\S+) but .* has type "
        r"(?P<b>\S+),",
        "Both branches of `cond` are compiled and must give the same types: {a} is not {b}.",
    ),
    Explained(
        "TypeError",
        r"carry input and carry output must have equal types.* has type (?P<a>\S+) but .*has type "
        r"(?P<b>\S+),",
        "The carry of a loop keeps its shape and dtype: it comes in as {a} and goes out as {b}.",
    ),
    Explained(
        "TypeError",
        r"carry input and carry output must have the same pytree structure",
        "The carry of a loop keeps its structure: return it made up as it came in.",
    ),
    Explained(
        "TypeError",
        r"scan body output must be a pair",
        "The body of `scan` returns two things: the carry, and what to collect.",
    ),
    # arrays; TensorFlow's say some of this in the same words, which are NumPy's
    Explained(
        "TypeError",
        r"JAX arrays are immutable",
        "These arrays cannot be changed: `x = x.at[i].set(v)` makes a new one.",
    ),
    Explained(
        "ValueError",
        r"truth value of an array with more than one element is ambiguous",
        "`if` needs one truth value: reduce with `any` or `all`, or choose with `where`.",
    ),
    Explained(
        "TypeError",
        r"(?:Only scalar arrays|only 0-dimensional arrays|only length-1 arrays) can be converted "
        r"to Python scalars",
        "`float()` and `int()` take an array of one element: index it, or reduce it.",
    ),
    Explained(
        "RuntimeError",
        r"Array has been deleted",
        "The array's memory was donated to a compiled call: use what the call returned.",
    ),
    Explained(
        "TypeError",
        r"(?:invalid PRNG key data|unexpected PRNG key type)",
        "The first argument is a key: `key = jax.random.key(0)`.",
    ),
    Explained(
        "RuntimeError",
        r"Unknown backend: '(?P<want>\w+)' requested.*Platforms present are: (?P<here>[\w, ]+)",
        "There is no {want} here, only {here}.",
    ),
    Explained(
        "ValueError",
        r"(?:pytree structure error|Dict key mismatch|different lengths of list)",
        "The trees are not made up alike: they need the same keys and lengths all the way down.",
    ),
)
"""First match wins. Add an error by adding a row."""
