"""What the commonest errors mean, in a sentence. Matched by the message's own words.

The tables, one per framework, are matched against what the frameworks of today really say; their
tests raise every one of them.
"""

from __future__ import annotations

import re

from tutor.grading import (
    errors_of_jax,
    errors_of_python,
    errors_of_tensorflow,
    errors_of_torch,
    foreign_in_jax,
    foreign_in_tensorflow,
    foreign_in_torch,
)

_TABLE = (
    *errors_of_torch.TABLE,
    *errors_of_jax.TABLE,
    *errors_of_tensorflow.TABLE,
    *foreign_in_torch.TABLE,
    *foreign_in_jax.TABLE,
    *foreign_in_tensorflow.TABLE,
    *errors_of_python.TABLE,
)
"""First match wins."""

MAX_LENGTH = 8000
"""Characters of a message that are looked at; the worker cuts it there too."""

_NOISE: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.DOTALL), better)
    for pattern, better in (
        (r"\x1b\[[0-9;]*m", ""),
        # A node with its operation says less than the operation: `MatMul` for
        # '{{node MatMul}} = MatMul[T=DT_FLOAT, transpose_a=false](a, a)'.
        (r"'\{\{node [^}]*\}\} = (\w+)(?:\[[^\]]*\])?\([^)]*\)'", r"\1"),
        (r"\s*\[\[\{\{node [^}]*\}\}\]\]", ""),
        (r"\{\{(?:function_)?node [^}]*\}\}\s*", ""),
        (r"\s*\[Op:[^\]]*\](?: name: \S*)?", ""),
        # TensorFlow puts its own traceback in front of what a graph has to say.
        (
            (
                r"Graph execution error:\s*(?:Detected at node \S+ defined at "
                r"\(most recent call last\):\s*)?(?:\s*File \"[^\"]*\", line \d+, in \S+\s*)*"
            ),
            "",
        ),
        (r"Exception encountered when calling [\w.]+\(\)\.\s*", ""),
        (r"\s*Arguments received by [\w.]+\(\):.*", ""),
        # JAX names the function that it traces by its address, and its manual's page.
        (r"<function (\S+) at 0x[0-9a-f]+>", r"\1"),
        (r"\s*See https://docs\.jax\.dev/\S+", ""),
    )
)


def clean(message: str) -> str:
    """Return a message without the frameworks' internal names of nodes, and on one line."""
    text = message[:MAX_LENGTH]
    for pattern, better in _NOISE:
        text = pattern.sub(better, text)
    return " ".join(text.split())


def explain(error_type: str, message: str) -> str:
    """Return what an error means, or an empty string when it is none of those known."""
    head = clean(message)
    for row in _TABLE:
        if re.fullmatch(row.type, error_type):
            found = re.search(row.message, head)
            if not found:
                continue
            parts = found.groupdict()
            if row.instead and parts["name"] not in row.instead:
                continue
            return row.words.format(**parts, instead=row.instead.get(parts.get("name", "")))
    return ""
