"""Where the frameworks differ without saying so, in words, and the names that bring it up.

A row is about one thing that most programs meet: `when` is searched in the programs shown, and
the words are those of the frameworks shown. What can be run is run by the tests in each framework
(`tests/session/beside/test_differences.py`), so a sentence here does not outlive the fact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tutor.course.models import FrameworkName


@dataclass(frozen=True)
class Difference:
    """One thing that frameworks do differently."""

    about: str
    """A few words; unique."""
    when: str
    """A pattern that programs it matters to hold; searched in each."""
    words: Mapping[FrameworkName, str]
    """What each framework does: a clause. One that is missing has no such thing."""


DIFFERENCES: tuple[Difference, ...] = (
    Difference(
        "Where a gradient is",
        r"\.backward\(|autograd\.grad|\.gradient\(|\b(value_and_)?grad\(|GradientTape",
        {
            "torch": "`backward()` adds to each leaf's `.grad`, until you clear it;"
            " `autograd.grad` returns it.",
            "tensorflow": "the tape returns it, and `None` for what it did not watch.",
            "jax": "`jax.grad(f)` is a new function that returns it, for argument 0 by default.",
        },
    ),
    Difference(
        "What is recorded",
        r"requires_grad|no_grad\(|\.detach\(|GradientTape|stop_gradient|jax\.(value_and_)?grad",
        {
            "torch": "every operation on a tensor that requires a gradient, as it runs.",
            "tensorflow": "what runs inside the `with`, on variables and on what is watched.",
            "jax": "nothing: the function is traced when its gradient is asked for.",
        },
    ),
    Difference(
        "Eager or traced",
        r"torch\.compile|tf\.function|\bjit\b",
        {
            "torch": "eager; `torch.compile` traces on the first call, and falls back to Python"
            " where it cannot.",
            "tensorflow": "eager; `tf.function` traces once per signature, and turns Python's `if`"
            " and `for` over tensors into graph operations.",
            "jax": "eager; `jax.jit` traces once per shape and dtype, and refuses Python's `if` on"
            " a traced value.",
        },
    ),
    Difference(
        "In place or not",
        r"-= |\+= |\.(sub|add|mul|copy|zero|fill)_\(|assign|\.at\[|scatter",
        {
            "torch": "tensors can be changed, and names ending in `_` do it; autograd notices when"
            " it needed the old value.",
            "tensorflow": "tensors cannot be changed; a `tf.Variable` can, by `assign`.",
            "jax": "arrays cannot be changed; `x.at[i].set(v)` returns a new one.",
        },
    ),
    Difference(
        "How a loss is reduced",
        r"mse_loss|cross_entropy|nll_loss|losses\.|MSELoss|EntropyLoss|l2_loss|BCE|huber",
        {
            "torch": "to the mean over all elements, unless `reduction=` says otherwise.",
            "tensorflow": "a Keras loss class takes the mean over the batch; a loss function"
            " returns one number per example.",
            "jax": "Optax returns one number per example (`l2_loss`: per element, and half the"
            " square); you take the mean.",
        },
    ),
    Difference(
        "Logits or probabilities",
        r"cross_entropy|Crossentropy|CrossEntropy|BCE|nll_loss",
        {
            "torch": "`cross_entropy` and `…with_logits` take logits.",
            "tensorflow": "Keras takes probabilities unless you say `from_logits=True`.",
            "jax": "Optax's cross-entropies take logits.",
        },
    ),
    Difference(
        "The layout of a weight",
        r"\bLinear\(|\bDense\(",
        {
            "torch": "`nn.Linear` keeps (out, in), and multiplies by its transpose.",
            "tensorflow": "`Dense` keeps (in, out).",
            "jax": "Flax keeps (in, out).",
        },
    ),
    Difference(
        "The layout of an image",
        r"[Cc]onv\w*\(|[Pp]ool\w*\(|BatchNorm2d",
        {
            "torch": "batch, channels, height, width.",
            "tensorflow": "batch, height, width, channels.",
            "jax": "Flax: batch, height, width, channels.",
        },
    ),
    Difference(
        "The variance",
        r"\.(var|std)\(|reduce_(variance|std)",
        {
            "torch": "`var` and `std` divide by N − 1 by default.",
            "tensorflow": "`reduce_variance` and `reduce_std` divide by N.",
            "jax": "`var` and `std` divide by N by default, as NumPy's do.",
            "numpy": "`var` and `std` divide by N by default.",
        },
    ),
    Difference(
        "The name of an axis",
        r"\b(dim|axis|keepdims?)=",
        {
            "torch": "`dim`, `keepdim`; `axis` is understood in most places.",
            "tensorflow": "`axis`, `keepdims`.",
            "jax": "`axis`, `keepdims`, as in NumPy.",
            "numpy": "`axis`, `keepdims`.",
        },
    ),
    Difference(
        "The dtype of a whole number",
        r"arange\(|range\(\d|tensor\(\[?\[?-?\d+[,\]]|constant\(\[?\[?-?\d+[,\]]|array\(\[?\[?-?\d+[,\]]",
        {
            "torch": "int64.",
            "tensorflow": "int32.",
            "jax": "int32, as 64 bits are off unless you switch them on.",
            "numpy": "int64.",
        },
    ),
    Difference(
        "float64",
        r"float64|double\(",
        {
            "torch": "there when asked for; float32 by default.",
            "tensorflow": "there when asked for; float32 by default.",
            "jax": "silently float32, unless `jax_enable_x64` is on.",
            "numpy": "the default.",
        },
    ),
    Difference(
        "Mixed dtypes",
        r"\.astype\(|\.to\(torch\.|tf\.cast\(|\.float\(\)|\.half\(\)",
        {
            "torch": "promoted.",
            "tensorflow": "an error: cast one of them.",
            "jax": "promoted.",
            "numpy": "promoted.",
        },
    ),
    Difference(
        "Random numbers",
        r"manual_seed|set_seed|random\.|randn?\(|[Dd]ropout",
        {
            "torch": "a global generator, seeded by `torch.manual_seed`.",
            "tensorflow": "a global generator, seeded by `tf.random.set_seed`, and a counter for"
            " each operation.",
            "jax": "no hidden state: you pass a key, and the same key gives the same numbers.",
        },
    ),
    Difference(
        "GELU",
        r"gelu\(",
        {
            "torch": "exact by default.",
            "tensorflow": "exact by default.",
            "jax": "the tanh approximation by default.",
        },
    ),
    Difference(
        "Adam's ε",
        r"\bAdam\w*\(|\badamw?\(",
        {"torch": "1e-8.", "tensorflow": "1e-7 in Keras.", "jax": "1e-8 in Optax."},
    ),
    Difference(
        "Momentum",
        r"momentum=",
        {
            "torch": "the buffer sums gradients, and the learning rate is applied to it.",
            "tensorflow": "Keras's buffer holds the learning rate already.",
            "jax": "Optax's trace sums gradients, and the learning rate is applied to it.",
        },
    ),
    Difference(
        "Where parameters live",
        r"nn\.Module|keras\.(Sequential|Model)|Sequential\(|nnx\.|linen|init_params",
        {
            "torch": "in the module, as `nn.Parameter`s.",
            "tensorflow": "in the layers, as variables, made when the input's shape is known.",
            "jax": "where you keep them: a pytree that you pass in (NNX keeps them in modules).",
        },
    ),
)


def differences_in(programs: Mapping[FrameworkName, str]) -> tuple[Difference, ...]:
    """What differs between frameworks in programs like these; only the words for these.

    A row that speaks of one of them alone says no difference, and is left out.
    """
    found: list[Difference] = []
    for row in DIFFERENCES:
        words: dict[FrameworkName, str] = {
            name: row.words[name] for name in programs if name in row.words
        }
        if len(set(words.values())) < 2:
            continue
        if any(re.search(row.when, source) for source in programs.values()):
            found.append(Difference(row.about, row.when, words))
    return tuple(found)
