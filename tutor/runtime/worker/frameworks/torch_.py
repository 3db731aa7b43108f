"""PyTorch."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Iterator
from typing import Any

from .. import tree
from ..encode import CAP, device, dtype, is_a, tensor
from ..instruments_torch import TorchInstruments
from .base import Adapter, choose, on_off, sums_of, virtual
from .seen import Fetch, Seen, UnreadableError, at_once, one_of

STAND_INS = frozenset({"FakeTensor", "FunctionalTensor", "ProxyTensor"})
"""Classes of what stands for a tensor while a graph is made."""


class TorchAdapter(Adapter):
    """PyTorch: eager on the default device."""

    name = "torch"

    def namespaces(self) -> list[Any]:
        """Add what probes and instruments use, directly or by way of a tensor's methods."""
        torch = self.module
        more = [torch.Tensor, torch.nn.Module, torch.nn.functional, torch.autograd, torch.linalg]
        return [*super().namespaces(), *more]

    def environment(self, cache: str) -> dict[str, str]:
        """Share Inductor's and Triton's caches between attempts."""
        env = {"PYTORCH_NVML_BASED_CUDA_CHECK": "1"}  # asks NVML, so no CUDA context in the host
        if cache:
            env["TORCHINDUCTOR_CACHE_DIR"] = os.path.join(cache, "inductor")
            env["TORCHINDUCTOR_FX_GRAPH_CACHE"] = "1"
            env["TORCHINDUCTOR_AUTOGRAD_CACHE"] = "1"
            env["TRITON_CACHE_DIR"] = os.path.join(cache, "triton")
        return env

    def load(self) -> None:
        """Import it, and take the functions that results are read with."""
        import torch

        self.module = self.arrays = torch
        base = torch.Tensor
        self._detach, self._cpu, self._reshape = base.detach, base.cpu, base.reshape
        self._contiguous, self._data_ptr = base.contiguous, base.data_ptr
        self._resolve_conj, self._resolve_neg = base.resolve_conj, base.resolve_neg
        self._to_dense, self._numel, self._size = base.to_dense, base.numel, base.size
        self._no_torch_function = torch._C.DisableTorchFunctionSubclass
        self._no_dispatch_modes = getattr(torch._C, "_DisableTorchDispatch", None)
        self._tensor, self._strided = torch.Tensor, torch.strided
        self._string_at = ctypes.string_at
        self._dtype, self._device, self._size_class = torch.dtype, torch.device, torch.Size
        self._item, self._clone, self._stack = base.item, base.clone, torch.stack
        self._float64, self._to = torch.float64, base.to
        self._module_class = torch.nn.Module
        self._on = "cpu"

    LATE = (*Adapter.LATE, "torch._dynamo", "torch._inductor.compile_fx")
    """The first optimiser imports Dynamo, 0.6 s of the 0.7 s that an SGD step takes a new process;
    the first function compiled imports Inductor, 1.6 s of its 2.3 s."""

    def unsafe_to_fork(self) -> str:
        """A CUDA context does not survive a fork."""
        return "CUDA is initialised" if self.module.cuda.is_initialized() else ""

    def start(self, device: str) -> tuple[str, list[str]]:
        """Choose the device; on CUDA make the context and the default device."""
        torch = self.module
        found: list[str] = []
        if virtual(device):
            # PyTorch's devices of a CPU are processes: it touches no accelerator, so that it can
            # be forked
            return f"cpu (as {virtual(device)} processes)", ["cpu"]
        if torch.cuda.is_available():
            count = torch.cuda.device_count()
            found = [f"cuda:{n} ({torch.cuda.get_device_name(n)})" for n in range(count)]
        mps = getattr(torch.backends, "mps", None)
        if mps is not None and mps.is_available():
            found.append("mps (Apple GPU)")
        found.append("cpu")
        chosen = choose(device, found)
        self._on = chosen.split(" ")[0]
        if self._on != "cpu":
            torch.set_default_device(self._on)
            torch.zeros(8).sum().item()
        return chosen, found

    def warm(self) -> Iterator[None]:
        """Run autograd once: its engine starts threads."""
        torch = self.module
        w = torch.ones(2, 2, requires_grad=True)
        (w @ w).sum().backward()
        yield
        x = torch.linspace(0, 1, 4)
        (x * x + x.exp() - x.mean()).sum().item()
        repr(x)
        yield
        torch.nn.Linear(2, 2)(torch.ones(1, 2)).sum().backward()
        yield
        if self._on != "cpu":
            # cuBLAS and cuDNN handles take 100 ms and more
            torch.nn.functional.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 2, 2))
            torch.cuda.synchronize() if self._on.startswith("cuda") else None
            yield

    def without_cache(self) -> None:
        """Switch Inductor's and AOTAutograd's caches off."""
        os.environ["TORCHINDUCTOR_FORCE_DISABLE_CACHES"] = "1"
        import sys

        config = sys.modules.get("torch._inductor.config")
        if config is not None:
            config.force_disable_caches = True  # type: ignore[attr-defined]

    def seed(self, number: int) -> None:
        """Seed every device's generator."""
        # torch.manual_seed formats a stack trace for every backend that has not started: 5 ms
        self.module.default_generator.manual_seed(number)
        if self._on.startswith("cuda"):
            self.module.cuda.manual_seed_all(number)
        elif self._on != "cpu":
            self.module.manual_seed(number)

    def array(self, values: Any, shape: tuple[int, ...], name: str) -> Any:
        """Make a tensor on the default device."""
        torch = self.module
        kind = getattr(torch, name)
        if not isinstance(values, list):
            return torch.from_numpy(values).to(kind).reshape(shape).to(self._on)
        # by way of float64, so that rounding to the dtype is the same in every framework
        wide = torch.int64 if all(type(v) is int for v in values) else torch.float64
        made = torch.tensor(values, dtype=wide, device="cpu").to(kind).reshape(shape)
        return made.to(self._on)

    def encode(self, value: Any) -> Any | None:
        """Encode tensors, dtypes, devices and shapes."""
        if is_a(value, self._tensor):
            with self._no_torch_function():
                return self._encode_tensor(value)
        if is_a(value, self._dtype):
            return dtype(str(value).split(".")[-1])
        if is_a(value, self._device):
            return device(str(value))
        if is_a(value, self._size_class):
            return {"t": "shape", "dims": [int(n) for n in tuple.__iter__(value)]}
        return None

    def _encode_tensor(self, value: Any) -> Any:
        attached = value.requires_grad
        where = str(value.device)
        shape = tuple(int(n) for n in self._size(value))
        name = str(value.dtype).split(".")[-1]
        if value.is_quantized or where == "meta":
            return None if value.is_quantized else tensor("torch", name, shape, None, "meta")
        data = None
        if self._numel(value) <= CAP:
            plain = self._detach(value)
            if plain.layout is not self._strided:
                plain = self._to_dense(plain)
            plain = self._resolve_neg(self._resolve_conj(plain))
            plain = self._contiguous(self._reshape(self._cpu(plain), (-1,)))
            size = self._numel(plain) * plain.element_size()
            data = self._string_at(self._data_ptr(plain), size) if size else b""
        return tensor("torch", name, shape, data, where, attached)

    def is_tensor(self, value: Any) -> bool:
        """Whether it is a tensor."""
        return isinstance(value, self._tensor)

    def copy(self, value: Any) -> Any:
        """Copy, keeping whether it requires a gradient."""
        return value.detach().clone().requires_grad_(value.requires_grad)

    def named_leaves(self, value: Any) -> dict[str, Any] | None:
        """A module's parameters."""
        if isinstance(value, self.module.nn.Module):
            return dict(value.named_parameters())
        return None

    def state(self) -> dict[str, str]:
        """Modes that outlive the code that set them."""
        torch = self.module
        return {
            "grad": f"grad mode is {on_off(torch.is_grad_enabled())}",
            "dtype": f"default dtype is {str(torch.get_default_dtype()).split('.')[-1]}",
            "device": f"default device is {torch.get_default_device()}",
            "autocast": f"autocast is {on_off(torch.is_autocast_enabled('cpu'))} on the CPU",
            "autocast-cuda": f"autocast is {on_off(torch.is_autocast_enabled('cuda'))} on CUDA",
            "anomaly": f"anomaly detection is {on_off(torch.is_anomaly_enabled())}",
            "inference": f"inference mode is {on_off(torch.is_inference_mode_enabled())}",
            "deterministic": "deterministic algorithms are "
            + on_off(torch.are_deterministic_algorithms_enabled()),
            "matmul": f"float32 matmul precision is {_matmul_precision(torch)}",
        }

    def synchronise(self, value: Any) -> None:
        """Wait for CUDA."""
        if self._on.startswith("cuda"):
            self.module.cuda.synchronize()

    def peak_memory(self, call: Callable[[], Any]) -> int | None:
        """Peak of the caching allocator, above what was allocated before."""
        if not self._on.startswith("cuda"):
            return None
        cuda = self.module.cuda
        cuda.synchronize()
        cuda.reset_peak_memory_stats()
        before = cuda.memory_allocated()
        call()
        cuda.synchronize()
        return int(cuda.max_memory_allocated() - before)

    def flat(self, value: Any) -> tuple[list[Any], tuple[int, ...], str]:
        """Elements, shape and dtype name."""
        if not self.is_tensor(value):
            return [float(value)], (), "float64"
        name = str(value.dtype).split(".")[-1]
        plain = value.detach().cpu()
        plain = plain.double() if "float" in name else plain
        return plain.reshape(-1).tolist(), tuple(value.shape), name

    def device_of(self, value: Any) -> Any:
        """The tensor's device."""
        return value.device

    def gradient(self, f: Any, args: tuple[Any, ...], argnum: Any) -> Any:
        """By torch.autograd.grad on detached copies."""
        wanted = tuple(argnum) if isinstance(argnum, (tuple, list)) else (argnum,)
        inputs: list[Any] = []

        def attach(leaf: Any) -> Any:
            inputs.append(leaf.detach().clone().requires_grad_(True))
            return inputs[-1]

        given = list(args)
        for number in wanted:
            given[number] = tree.map_tensors(given[number], attach, self)
        with self.module.enable_grad():
            result = f(*given)
        flat = self.module.autograd.grad(result, inputs, allow_unused=True)
        by_id = {id(leaf): slope for leaf, slope in zip(inputs, flat)}

        def slope_of(leaf: Any) -> Any:
            slope = by_id[id(leaf)]
            return self.module.zeros_like(leaf) if slope is None else slope

        found = [tree.map_tensors(given[number], slope_of, self) for number in wanted]
        return tuple(found) if isinstance(argnum, (tuple, list)) else found[0]

    def count_traces(self, f: Any, calls: list[tuple[Any, ...]]) -> int:
        """How many graphs Dynamo hands to a backend over the calls."""
        import torch._dynamo as dynamo

        count = 0

        def backend(graph: Any, _: Any) -> Any:
            nonlocal count
            count += 1
            return graph.forward

        dynamo.reset()
        plain = getattr(f, "_torchdynamo_orig_callable", f)
        compiled = self.module.compile(plain, backend=backend)
        for args in calls:
            compiled(*args)
        return count

    def ops(self, f: Any, args: tuple[Any, ...]) -> list[str]:
        """ATen operations, as the dispatcher sees them."""
        from torch.fx.experimental.proxy_tensor import make_fx

        graph = make_fx(f)(*args).graph
        names = [str(node.target) for node in graph.nodes if node.op == "call_function"]
        return [".".join(name.split(".")[:2]) for name in names]

    def instruments(self, tools: Any) -> dict[str, Any]:
        """Those of PyTorch."""
        return TorchInstruments(self, tools).all()

    # --- values that are looked at

    def seen(self, value: Any) -> Seen | None:
        """A tensor."""
        if not is_a(value, self._tensor) or self.is_traced(value):
            return None
        with self._no_torch_function():
            return Seen(
                "torch",
                tuple(int(n) for n in self._size(value)),
                str(value.dtype).split(".")[-1],
                str(value.device),
                bool(value.requires_grad),
            )

    def is_traced(self, value: Any) -> bool:
        """Whether it is a fake tensor, or of a batch that vmap hides."""
        if not is_a(value, self._tensor):
            return False
        kind = type(value)
        if kind is self._tensor:
            functorch = getattr(self.module._C, "_functorch", None)
            return functorch is not None and bool(functorch.is_batchedtensor(value))
        return any(base.__name__ in STAND_INS for base in kind.__mro__)

    def host(self, value: Any) -> tuple[Any, Any]:
        """A detached tensor on the CPU; it may share its memory with the original."""
        with self._no_torch_function():
            if str(value.device) == "meta":
                raise UnreadableError(
                    "This tensor is on the meta device, which keeps shapes and no values."
                )
            plain = self._detach(value)
            if plain.is_quantized:
                plain = plain.dequantize()
            if plain.layout is not self._strided:
                plain = self._to_dense(plain)
            return self.module, self._cpu(self._resolve_neg(self._resolve_conj(plain)))

    def keep(self, value: Any) -> Any:
        """Read it from the CPU; of a device keep a copy, since the tensor may change in place."""
        plain = self._detach(value)
        if self._numel(plain) != 1:
            one_of(self._numel(plain), self._size(plain))
        if plain.is_cpu:
            return float(self._item(plain))
        if plain.is_meta:
            raise UnreadableError("it is on the meta device, which keeps no values.")
        if plain.is_cuda and self.module.cuda.is_current_stream_capturing():
            raise UnreadableError(
                "show() was called while a CUDA graph was captured, so there is no number yet. "
                "Call it outside."
            )
        return self._clone(self._reshape(plain, ()))

    def fetching(self, kept: list[Any]) -> Fetch:
        """Copy them together; on CUDA without waiting, into pinned memory."""
        if not all(one.is_cuda and one.device == kept[0].device for one in kept):
            return at_once(kept)
        cuda = self.module.cuda
        stream = cuda.current_stream(kept[0].device)
        wide = [self._to(one, self._float64) for one in kept]
        copied = self._to(self._stack(wide), "cpu", non_blocking=True)
        event = cuda.Event()
        event.record(stream)

        def values() -> list[Any]:
            event.synchronize()
            return copied.tolist()

        return Fetch(event.query, values)

    def sums(self, value: Any) -> tuple[float, int, int]:
        """On its own device: a model of 14 GB is not copied to the host for its norms."""
        with self._no_torch_function():
            plain = self._detach(value)
            on = str(plain.device)
            if on == "meta" or plain.is_quantized or plain.layout is not self._strided:
                return super().sums(value)
            return sums_of(self.module, plain.cpu() if on.startswith("mps") else plain)

    def parts(self, value: Any) -> list[tuple[str, Any]] | None:
        """A module's own parameters and buffers, then its modules."""
        if not is_a(value, self._module_class):
            return None
        own = [*value._parameters.items(), *value._buffers.items()]
        return [pair for pair in [*own, *value._modules.items()] if pair[1] is not None]


def _matmul_precision(torch: Any) -> str:
    try:
        return str(torch.get_float32_matmul_precision())
    except RuntimeError:  # it was set by torch 2.9's way to set it, which this one refuses to read
        return str(torch.backends.cuda.matmul.fp32_precision)
