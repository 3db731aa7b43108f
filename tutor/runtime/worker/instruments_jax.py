"""Instruments of JAX alone."""

from __future__ import annotations

from typing import Any

from .stdout import Muted


class JaxInstruments:
    """What tracing shows."""

    def __init__(self, adapter: Any, tools: Any) -> None:
        self._jax = adapter.module

    def all(self) -> dict[str, Any]:
        """Return them by name."""
        return {name: getattr(self, name) for name in ("jaxpr", "hlo", "effects", "out_shape")}

    def jaxpr(self, f: Any, *args: Any) -> str:
        """The jaxpr's text."""
        with Muted():
            return str(self._jax.make_jaxpr(f)(*args))

    def hlo(self, f: Any, *args: Any) -> str:
        """The StableHLO text."""
        with Muted():
            return str(self._jax.jit(f).lower(*args).as_text())

    def effects(self, f: Any, *args: Any) -> list[str]:
        """The jaxpr's effects: empty for a pure function."""
        with Muted():
            return sorted(str(effect) for effect in self._jax.make_jaxpr(f)(*args).effects)

    def out_shape(self, f: Any, *args: Any) -> Any:
        """Shapes and dtype names of the result, without computing it."""
        with Muted():
            shapes = self._jax.eval_shape(f, *args)
        return self._jax.tree.map(lambda leaf: (tuple(leaf.shape), leaf.dtype.name), shapes)
