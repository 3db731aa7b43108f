"""Instruments of JAX alone."""

from __future__ import annotations

from typing import Any

from . import programs
from .stdout import Muted


class JaxInstruments:
    """What tracing shows."""

    def __init__(self, adapter: Any, tools: Any) -> None:
        self._jax = adapter.module

    def all(self) -> dict[str, Any]:
        """Return them by name."""
        names = ("jaxpr", "hlo", "optimised_hlo", "effects", "out_shape", "graph_of")
        return {name: getattr(self, name) for name in names}

    def jaxpr(self, f: Any, *args: Any) -> str:
        """The jaxpr's text."""
        with Muted():
            return str(self._jax.make_jaxpr(f)(*args))

    def hlo(self, f: Any, *args: Any) -> str:
        """The StableHLO text."""
        with Muted():
            return str(self._jax.jit(f).lower(*args).as_text())

    def optimised_hlo(self, f: Any, *args: Any) -> str:
        """The HLO that XLA compiled, without the tables of where each operation came from."""
        with Muted():
            return programs.plain_hlo(self._jax.jit(f).lower(*args).compile().as_text())

    def graph_of(self, f: Any, *args: Any) -> Any:
        """The jaxpr, for a graph view."""
        with Muted(), programs.while_traced(f):
            return self._jax.make_jaxpr(f)(*args)

    def effects(self, f: Any, *args: Any) -> list[str]:
        """The jaxpr's effects: empty for a pure function."""
        with Muted():
            return sorted(str(effect) for effect in self._jax.make_jaxpr(f)(*args).effects)

    def out_shape(self, f: Any, *args: Any) -> Any:
        """Shapes and dtype names of the result, without computing it."""
        with Muted():
            shapes = self._jax.eval_shape(f, *args)
        return self._jax.tree.map(lambda leaf: (tuple(leaf.shape), leaf.dtype.name), shapes)
