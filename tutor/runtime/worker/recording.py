"""Listens to a framework's tracing, compiling and copying, for a timeline.

Each function installs what its framework offers: JAX reports durations to listeners; Dynamo and
Inductor log events through one class; TensorFlow traces through one function and calls graphs by
another. Only what compiles is touched, never an operation, so a training loop pays nothing for it.
"""

from __future__ import annotations

import functools
import importlib.machinery
import re
import sys
from collections.abc import Callable
from typing import Any

from .spans import Spans, now


def record(adapter: Any, device: str, spans: Spans) -> None:
    """Install the listeners of the adapter's framework.

    Args:
        adapter: Of the framework.
        device: The one in use: what stays in the host's memory is no copy.
        spans: What they tell.
    """
    listen = LISTENERS.get(adapter.name)
    if listen is not None:
        listen(adapter.module, spans)
    if not device.startswith("cpu"):
        _copies(adapter, spans)


def _copies(adapter: Any, spans: Spans) -> None:
    """Hear of copies between the host's memory and the device's."""
    if adapter.name == "tensorflow":
        from tensorflow.python.framework import ops

        ops.EagerTensor.numpy = _timed(ops.EagerTensor.numpy, spans, "numpy", "copy")
    elif adapter.name == "torch":
        # Dynamo knows these by name, so a compiled function has the same graph as without
        for name in ("to", "cpu", "cuda"):
            method = getattr(adapter.module.Tensor, name)
            setattr(adapter.module.Tensor, name, moving(method, spans, name))


def moving(method: Callable[..., Any], spans: Spans, name: str) -> Callable[..., Any]:
    """Return a tensor's method that is recorded where its result is on another device."""

    @functools.wraps(method)
    def moved(self: Any, *args: Any, **kwargs: Any) -> Any:
        start = now()
        result = method(self, *args, **kwargs)
        if getattr(result, "device", None) != self.device:
            spans.add(name, "copy", start, now())
        return result

    return moved


# --- JAX

JAX_EVENTS = {
    "/jax/core/compile/jaxpr_trace_duration": ("trace", "trace"),
    "/jax/core/compile/jaxpr_to_mlir_module_duration": ("lower", "compile"),
    "/jax/core/compile/backend_compile_duration": ("compile", "compile"),
    "/jax/compilation_cache/cache_retrieval_time_sec": ("read the disk cache", "compile"),
}


def _jax(jax: Any, spans: Spans) -> None:
    def heard(event: str, seconds: float, **about: Any) -> None:
        known = JAX_EVENTS.get(event)
        if known is not None:
            end = now()
            function = re.sub(r"^jit\((.*)\)$", r"\1", str(about.get("fun_name", "")))
            spans.add(f"{known[0]} {function}".strip(), known[1], end - seconds, end)

    jax.monitoring.register_event_duration_secs_listener(heard)
    for name in ("device_put", "device_get"):
        setattr(jax, name, _timed(getattr(jax, name), spans, name, "copy"))


# --- PyTorch

TORCH_EVENTS = {
    "dynamo": ("torch.compile", "compile"),
    "bytecode_tracing": ("trace: Dynamo", "trace"),
    "build_guards": ("guards", "compile"),
    "backend_compile": ("backend", "compile"),
    "create_aot_dispatcher_function": ("AOTAutograd", "compile"),
    "inductor_compile": ("Inductor", "compile"),
    "code_gen": ("generate code", "compile"),
    "compile_file": ("C++ compiler", "compile"),
    "async_compile.wait": ("wait for kernels", "compile"),
    "_compile.compile_inner": ("torch.compile", "compile"),
}
"""Dynamo's and Inductor's names for what they do; the others are steps of these."""


def _torch(_: Any, spans: Spans) -> None:
    def listen(utils: Any) -> None:
        """Hear what begins and ends."""
        logger = utils.ChromiumEventLogger
        began: list[tuple[str, float]] = []
        start, end = logger.log_event_start, logger.log_event_end

        @functools.wraps(start)
        def on_start(self: Any, event_name: str, *args: Any, **kwargs: Any) -> Any:
            began.append((event_name, now()))
            return start(self, event_name, *args, **kwargs)

        @functools.wraps(end)
        def on_end(self: Any, event_name: str, *args: Any, **kwargs: Any) -> Any:
            while began:
                name, at = began.pop()
                if name == event_name:
                    if name in TORCH_EVENTS:
                        spans.add(*TORCH_EVENTS[name], at, now())
                    break
            return end(self, event_name, *args, **kwargs)

        logger.log_event_start, logger.log_event_end = on_start, on_end

    # importing Dynamo takes 0.8 s and Inductor as long again: the first torch.compile pays for it
    after: dict[str, Callable[[Any, float], None]] = {
        name: lambda module, start: spans.add(f"import {module.__name__}", "start", start, now())
        for name in ("torch._dynamo", "torch._inductor.compile_fx", "torch.export")
        if name not in sys.modules
    }
    if "torch._dynamo.utils" in sys.modules:
        listen(sys.modules["torch._dynamo.utils"])
    else:
        after["torch._dynamo.utils"] = lambda module, _: listen(module)
    sys.meta_path.insert(0, _Watch(after))


class _Watch:
    """A finder that finds nothing itself, and calls back when a module has been imported."""

    def __init__(self, after: dict[str, Callable[[Any, float], None]]) -> None:
        self._after = after

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """Find it as Python would, and add the call."""
        after = self._after.pop(name, None)
        if after is None:
            return None
        start = now()
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is None or spec.loader is None:
            return spec
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            after(module, start)

        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


# --- TensorFlow


def _tensorflow(_: Any, spans: Spans) -> None:
    from tensorflow.python.eager import context
    from tensorflow.python.framework import func_graph

    trace = func_graph.func_graph_from_py_func

    @functools.wraps(trace)
    def traced(name: Any, *args: Any, **kwargs: Any) -> Any:
        if re.match(r"(cond|while|case)_", str(name)):
            return trace(name, *args, **kwargs)  # within the trace of a function
        with spans.during(f"trace {name}", "trace"):
            return trace(name, *args, **kwargs)

    func_graph.func_graph_from_py_func = traced
    call = context.Context.call_function
    called: set[Any] = set()

    @functools.wraps(call)
    def first_is_timed(self: Any, name: Any, *args: Any, **kwargs: Any) -> Any:
        if name in called:
            return call(self, name, *args, **kwargs)
        called.add(name)
        start = now()
        result = call(self, name, *args, **kwargs)
        end = now()
        spans.add(_of_first_call(self, name), "compile", start, end)
        return result

    context.Context.call_function = first_is_timed


def _of_first_call(context: Any, name: Any) -> str:
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
    backward = "the backward of " if "__backward_" in text else ""
    short = re.sub(r"^__(inference|forward)_(__backward_)?|(_\d+)+$", "", text)
    try:
        xla = context.get_function_def(name).attr["_XlaMustCompile"].b
    except Exception:
        xla = False
    what = "compile: XLA, and first run of" if xla else "optimise and first run of"
    return f"{what} {backward}{short}"


def _timed(function: Callable[..., Any], spans: Spans, name: str, phase: str) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*args: Any, **kwargs: Any) -> Any:
        with spans.during(name, phase):
            return function(*args, **kwargs)

    return timed


LISTENERS: dict[str, Callable[[Any, Spans], None]] = {
    "jax": _jax,
    "torch": _torch,
    "tensorflow": _tensorflow,
}
