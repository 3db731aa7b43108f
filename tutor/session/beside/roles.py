"""What a line of a training program does, told by the names it uses.

The first row that matches names the part. Patterns are searched in the source as `ast.unparse`
writes it, so spacing and quotes are the same everywhere.
"""

from __future__ import annotations

import re

ROLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (words, re.compile("|".join(patterns)))
    for words, *patterns in (
        ("clears the gradients", r"\bzero_grad\("),
        (
            "takes the gradient",
            r"\.backward\(|autograd\.grad\(|\.gradient\(|\bvalue_and_grad\(|\bgrad\(|\.jacobian\(",
            r"\bjac(rev|fwd)\(|\b[vj][jv]p\(|\.batch_jacobian\(|\.grad\b",
        ),
        (
            "marks what is differentiated",
            r"requires_grad|GradientTape\(|\.watch\(|\btf\.Variable\(",
        ),
        (
            "updates the parameters",
            r"\.step\(|apply_gradients\(|apply_updates\(|assign_(sub|add)\(|\.(sub|add|copy)_\(",
            r"\b(opt\w*|tx)\.(update|apply)\(|-= |tree\.map\(",
        ),
        (
            "makes the optimiser",
            r"\boptim\.\w+\(|optimizers\.\w+\(|\boptax\.(sgd|adam\w*|rmsprop|chain)\(|\.init\(",
        ),
        ("stops the gradient", r"\bno_grad\(|\.detach\(|stop_gradient\(|inference_mode\("),
        ("compiles", r"torch\.compile|tf\.function|\bjit\b"),
        ("vectorises", r"\bvmap\(|vectorized_map\("),
        ("draws random numbers", r"manual_seed\(|set_seed\(|random\.|\brandn?\(|\bdropout\("),
        (
            "computes the loss",
            r"mse_loss|cross_entropy|nll_loss|binary_cross|losses\.|MSELoss|l2_loss|BCE|huber",
            r"log_softmax|logsumexp|\bloss\w* = ",
        ),
        ("multiplies matrices", r" @ |matmul\(|matvec\(|einsum\(|\bdot\(|\bmm\("),
        ("reduces", r"\b(reduce_)?(sum|mean|max|min|var|std|prod|all|any)\("),
        ("makes the layers", r"\bnn\.[A-Z]\w+\(|layers\.\w+\(|Sequential\(|\bDense\("),
        ("activates", r"\b(relu|gelu|sigmoid|tanh|softmax|maximum)\("),
        ("changes the shape", r"reshape\(|transpose\(|\.T\b|permute\(|squeeze\(|expand_dims\("),
        (
            "makes a tensor",
            r"torch\.(tensor|as_tensor)\(|tf\.constant\(|jnp\.as?array\(|jnp\.array\(",
        ),
        ("changes elements", r"\.at\[|scatter|index_(put|add)_\("),
    )
)
"""Words, and what they are told by."""


def role_of(source: str) -> str:
    """What a statement does; empty when nothing in it says so."""
    return next((words for words, pattern in ROLES if pattern.search(source)), "")
