"""How things are called on the screen."""

from __future__ import annotations

FRAMEWORKS = {"torch": "PyTorch", "tensorflow": "TensorFlow", "jax": "JAX", "numpy": "NumPy"}

KINDS = ("read", "value", "code", "choose", "order", "measure")
"""Kinds of steps; the lesson screen has a style class for each."""


def framework(name: str) -> str:
    """Return a framework's own spelling of its name."""
    return FRAMEWORKS.get(name, name)


def count(many: int, what: str) -> str:
    """Return a number with its noun: `1 step`, `7 steps`."""
    return f"{many} {what}" if many == 1 else f"{many} {what}s"


def seconds(value: float) -> str:
    """Return a duration with the precision that matters: `12 ms`, `3.4 s`, `2 min 5 s`."""
    if value < 0.9995:
        return f"{max(round(value * 1000), 1)} ms"
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"


def minutes(value: int) -> str:
    """Return how long something takes: `45 min`, `2 h`, `10 h 25 min`."""
    hours, rest = divmod(value, 60)
    return f"{hours} h {rest} min" if hours and rest else f"{hours} h" if hours else f"{rest} min"


def mebibytes(count: int) -> str:
    """Return an amount of memory: `812 MiB`, `11.2 GiB`."""
    return f"{count / 2**20:.0f} MiB" if count < 2**30 else f"{count / 2**30:.1f} GiB"
