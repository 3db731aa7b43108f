"""Instruments of TensorFlow and Keras alone."""

from __future__ import annotations

import math
from typing import Any

from . import programs
from .stdout import Muted
from .telling import NothingToShowError


class TensorflowInstruments:
    """What a lesson on Keras asks of a model."""

    def __init__(self, adapter: Any, tools: Any) -> None:
        self._tf = adapter.module
        self._adapter = adapter
        self._tools = tools

    def all(self) -> dict[str, Any]:
        """Return them by name."""
        names = (
            "param_count", "changed", "trainable",
            "graph_of", "hlo", "optimised_hlo", "autograph", "onnx_nodes",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

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

    def graph_of(self, f: Any, *args: Any) -> Any:
        """The concrete function, for a graph view."""
        with Muted(), programs.while_traced(f):
            return self._function(f).get_concrete_function(*args)

    def hlo(self, f: Any, *args: Any) -> str:
        """The StableHLO text."""
        return self._compiler_ir(f, args, "stablehlo")

    def optimised_hlo(self, f: Any, *args: Any) -> str:
        """The HLO that XLA compiled."""
        return self._compiler_ir(f, args, "optimized_hlo")

    def _compiler_ir(self, f: Any, args: Any, stage: str) -> str:
        plain = getattr(f, "python_function", f)
        with Muted(), programs.while_traced(f):
            compiled = self._tf.function(plain, jit_compile=True)
            text = compiled.experimental_get_compiler_ir(*args)(stage=stage)
        return programs.plain_hlo(text) if stage == "optimized_hlo" else programs.plain_mlir(text)

    def autograph(self, f: Any) -> str:
        """The source that AutoGraph makes of a function."""
        plain = getattr(f, "python_function", f)
        try:
            return str(self._tf.autograph.to_code(plain))
        except Exception as error:
            raise NothingToShowError(
                f"AutoGraph cannot rewrite {getattr(plain, '__name__', type(plain).__name__)}: "
                f"{programs.first_line(error)}"
            ) from None

    def onnx_nodes(self, model: Any) -> list[dict[str, str]]:
        """The nodes of an ONNX file."""
        return programs.onnx_nodes(model)

    def _function(self, f: Any) -> Any:
        return f if hasattr(f, "get_concrete_function") else self._tf.function(f)

    def _named(self, model: Any) -> dict[str, Any]:
        found = self._adapter.named_leaves(model)
        if found is None:
            raise TypeError(f"{type(model).__name__} is no Keras layer or tf.Module")
        return dict(found)
