"""Free memory of the device in use, for the bar. Nothing heavy is imported until it is asked."""

from __future__ import annotations

import contextlib
import os
from typing import Any, NamedTuple


class Memory(NamedTuple):
    """Bytes of a device's memory."""

    free: int
    total: int


def memory(device: str) -> Memory | None:
    """Return the memory of a device as `Hello` names it; None when it cannot be told.

    Args:
        device: `cpu`, or `cuda:0 (NVIDIA H100)` on this machine.
    """
    name = device.split(" ", maxsplit=1)[0]
    if name.startswith("cuda"):
        return _gpu(int(name.partition(":")[2] or 0))
    import psutil

    found = psutil.virtual_memory()
    return Memory(int(found.available), int(found.total))


def _gpu(index: int) -> Memory | None:
    try:
        import pynvml  # pyright: ignore[reportMissingImports]
    except ImportError:
        return None
    nvml: Any = pynvml
    with contextlib.suppress(nvml.NVMLError):
        nvml.nvmlInit()
        found = nvml.nvmlDeviceGetMemoryInfo(_handle(nvml, index))
        return Memory(int(found.free), int(found.total))
    return None


def _handle(nvml: Any, index: int) -> Any:
    """CUDA numbers the devices of CUDA_VISIBLE_DEVICES; NVML numbers all."""
    visible = [item.strip() for item in os.environ.get("CUDA_VISIBLE_DEVICES", "").split(",")]
    if index < len(visible) and visible[index]:
        if not visible[index].isdigit():
            return nvml.nvmlDeviceGetHandleByUUID(visible[index])
        index = int(visible[index])
    return nvml.nvmlDeviceGetHandleByIndex(index)
