"""Instruments of TensorFlow and Keras alone."""

from __future__ import annotations

import math
from typing import Any

from .stdout import Muted


class TensorflowInstruments:
    """What a lesson on Keras asks of a model."""

    def __init__(self, adapter: Any, tools: Any) -> None:
        self._adapter = adapter
        self._tools = tools

    def all(self) -> dict[str, Any]:
        """Return them by name."""
        return {name: getattr(self, name) for name in ("param_count", "changed", "trainable")}

    def param_count(self, model: Any) -> int:
        """How many numbers the model holds."""
        return sum(math.prod(leaf.shape) for leaf in self._named(model).values())

    def trainable(self, model: Any) -> list[str]:
        """Names of the weights that training changes."""
        if hasattr(model, "trainable_weights"):
            return [weight.path for weight in model.trainable_weights]
        return [variable.name for variable in model.trainable_variables]

    def changed(self, model: Any, f: Any, *args: Any) -> list[str]:
        """Names of the weights that a call changed."""
        encode = self._tools.encode
        before = {name: encode(leaf) for name, leaf in self._named(model).items()}
        with Muted():
            f(*args)
        after = self._named(model)
        return [name for name, leaf in after.items() if encode(leaf) != before.get(name)]

    def _named(self, model: Any) -> dict[str, Any]:
        found = self._adapter.named_leaves(model)
        if found is None:
            raise TypeError(f"{type(model).__name__} is no Keras layer or tf.Module")
        return dict(found)
