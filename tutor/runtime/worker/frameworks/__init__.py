"""One adapter per framework; only the one in use is imported."""

from __future__ import annotations

import importlib
import os
from typing import Any

ADAPTERS = {
    "torch": ("torch_", "TorchAdapter"),
    "jax": ("jax_", "JaxAdapter"),
    "tensorflow": ("tensorflow_", "TensorflowAdapter"),
    "numpy": ("numpy_", "NumpyAdapter"),
}
"""Framework to module and class."""


def load_adapter(framework: str) -> Any:
    """Return the adapter, whose framework is not imported yet."""
    module, name = ADAPTERS[framework]
    return getattr(importlib.import_module(f"{__name__}.{module}"), name)()


BLAS_THREADS = "OPENBLAS_NUM_THREADS"


def set_environment(adapter: Any, cache: str, forks: bool) -> None:
    """Set what must be set before the import; what the user has set stays.

    NumPy's OpenBLAS starts its threads when it is loaded, and a process with threads cannot be
    forked safely: in a host it is told to start none, and ``restore_threads`` undoes that in each
    worker.
    """
    for name, value in adapter.environment(cache).items():
        os.environ.setdefault(name, value)
    if forks:
        adapter.blas_threads = os.environ.get(BLAS_THREADS)
        adapter.restore_blas = True
        os.environ[BLAS_THREADS] = "1"
