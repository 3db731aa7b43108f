"""fwtutor: a terminal tutor for PyTorch, TensorFlow and JAX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tutor.showing import show

__version__ = "0.1.0"
__all__ = ["show"]


def __getattr__(name: str) -> Any:
    """Import ``show`` when it is asked for: everything else of the package does without it."""
    if name != "show":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from tutor.showing import show

    globals()["show"] = show
    return show
