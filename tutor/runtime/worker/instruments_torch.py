"""Instruments of PyTorch alone."""

from __future__ import annotations

from typing import Any

from .stdout import Muted


class TorchInstruments:
    """What a lesson on PyTorch asks of a graph or a module."""

    def __init__(self, adapter: Any, tools: Any) -> None:
        self._torch = adapter.module
        self._adapter = adapter
        self._tools = tools

    def all(self) -> dict[str, Any]:
        """Return them by name."""
        names = ("graph_breaks", "graphs", "graph_chain", "grads", "param_count", "changed")
        return {name: getattr(self, name) for name in names}

    def graph_breaks(self, f: Any, *args: Any) -> int:
        """How often Dynamo had to leave the graph."""
        return int(self._explain(f, args).graph_break_count)

    def graphs(self, f: Any, *args: Any) -> int:
        """How many graphs Dynamo made."""
        return int(self._explain(f, args).graph_count)

    def _explain(self, f: Any, args: Any) -> Any:
        import torch._dynamo as dynamo

        with Muted():
            dynamo.reset()
            return dynamo.explain(getattr(f, "_torchdynamo_orig_callable", f))(*args)

    def graph_chain(self, tensor: Any) -> list[str]:
        """Names of the backward nodes, depth first from the result."""
        names: list[str] = []
        seen = set()

        def walk(node: Any) -> None:
            if node is None or node in seen:
                return
            seen.add(node)
            names.append(type(node).__name__)
            for following, _ in node.next_functions:
                walk(following)

        walk(tensor.grad_fn)
        return names

    def grads(self, module: Any) -> dict[str, Any | None]:
        """Each parameter's .grad."""
        named = module if isinstance(module, dict) else dict(module.named_parameters())
        return {name: tensor.grad for name, tensor in named.items()}

    def param_count(self, module: Any) -> int:
        """How many numbers the module learns."""
        return sum(parameter.numel() for parameter in module.parameters())

    def changed(self, module: Any, f: Any, *args: Any) -> list[str]:
        """Names of the parameters that a call changed."""
        encode = self._tools.encode
        before = {name: encode(p) for name, p in module.named_parameters()}
        with Muted():
            f(*args)
        return [name for name, p in module.named_parameters() if encode(p) != before.get(name)]
