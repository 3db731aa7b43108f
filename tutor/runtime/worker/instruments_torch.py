"""Instruments of PyTorch alone."""

from __future__ import annotations

from typing import Any

from . import programs
from .dynamo import DynamoGraphs, learners_name, no_graph, reason_of
from .stdout import Muted
from .telling import NothingToShowError


class TorchInstruments:
    """What a lesson on PyTorch asks of a graph or a module."""

    def __init__(self, adapter: Any, tools: Any) -> None:
        self._torch = adapter.module
        self._adapter = adapter
        self._tools = tools

    def all(self) -> dict[str, Any]:
        """Return them by name."""
        names = (
            "graph_breaks", "graphs", "graph_chain", "grads", "param_count", "changed",
            "graph_of", "fx_code", "inductor_code", "onnx_nodes",
        )  # fmt: skip
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

    # --- what the compiler sees and makes

    def graph_of(self, f: Any, *args: Any) -> DynamoGraphs:
        """What Dynamo captures of a call, for a graph view."""
        import torch._dynamo as dynamo

        found = DynamoGraphs()

        def backend(module: Any, _: Any) -> Any:
            found.graphs.append(module)
            found.names.append(_names_of_inputs(module))
            return module.forward

        refused = dynamo.utils.counters["unimplemented"]
        with Muted(), programs.while_traced(f):
            dynamo.reset()
            refused.clear()
            self._torch.compile(_uncompiled(f), backend=backend)(*args)
            dynamo.reset()
        if refused and not found.graphs:
            found.gave_up = reason_of(str(next(iter(refused))))
        return found

    def fx_code(self, f: Any, *args: Any) -> str:
        """What Dynamo captures of a call, or a captured module, as Python."""
        if hasattr(f, "print_readable"):
            return str(f.print_readable(print_output=False))
        parts = []
        found = self.graph_of(f, *args)
        graphs = found.graphs
        for number, module in enumerate(graphs, 1):
            if len(graphs) > 1:
                parts.append(f"# graph {number} of {len(graphs)}")
            parts.append(str(module.print_readable(print_output=False)))
            reason = getattr(module, "compile_subgraph_reason", None)
            if reason is not None and reason.graph_break and number < len(graphs):
                parts.append(f"# break: {reason_of(str(reason.reason))}\n")
        if not parts:
            raise NothingToShowError(no_graph(found))
        return "\n".join(parts)

    def inductor_code(self, f: Any, *args: Any) -> dict[str, str]:
        """What Inductor writes for this device: the kernels, and the Python that calls them."""
        import torch._dynamo as dynamo
        from torch._inductor.utils import run_and_get_code

        missing = self._no_compiler()
        if missing:
            raise NothingToShowError(missing)
        with Muted(), programs.while_traced(f):
            dynamo.reset()
            _, texts = run_and_get_code(self._torch.compile(_uncompiled(f)), *args)
            dynamo.reset()
        if not texts:
            raise NothingToShowError(
                "Inductor wrote no code: there is no tensor operation in this call that it "
                "could compile."
            )
        return programs.inductor_panes(texts)

    def _no_compiler(self) -> str:
        """Say what Inductor lacks here; empty when it has it."""
        if str(self._torch.get_default_device()).startswith("cuda"):
            return ""  # Triton brings its own
        from torch._inductor import cpp_builder

        try:
            cpp_builder.get_cpp_compiler()
        except Exception:
            return (
                "Inductor writes C++ for the CPU, and there is no C++ compiler here. Install one "
                "(`apt install g++`, or `conda install cxx-compiler`), or set CXX to yours."
            )
        return ""

    def onnx_nodes(self, model: Any, *args: Any) -> list[dict[str, str]]:
        """The nodes of an ONNX file, of what torch.onnx.export gave, or of a module and inputs."""
        if isinstance(model, self._torch.nn.Module):
            with Muted(), programs.while_traced(model):
                model = programs.exported(self._torch, model, args)
        return programs.onnx_nodes(model)


def _uncompiled(f: Any) -> Any:
    return getattr(f, "_torchdynamo_orig_callable", getattr(f, "_orig_mod", f))


def _names_of_inputs(module: Any) -> dict[str, str]:
    """Return what the learner calls each input; Dynamo forgets it after compiling."""
    names: dict[str, str] = {}
    for node in module.graph.nodes:
        if node.op == "placeholder":
            source = getattr(node.meta.get("grapharg"), "source", None)
            name = getattr(source, "name", None)
            names[node.name] = learners_name(str(name() if callable(name) else name or node.target))
    return names
