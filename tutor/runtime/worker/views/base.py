"""What every maker of views needs: the exception for nothing to show, and what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Wire = dict[str, Any]


class NothingToShowError(Exception):
    """The value cannot be shown so; the message is a sentence for the learner."""


@dataclass(frozen=True)
class Sight:
    """What the makers of views know beside the value."""

    adapter: Any
    """The framework's; see ``frameworks.base.Adapter``."""
    files: dict[str, str]
    """File name of a block (`answer.py`) to the block's name."""
    sources: dict[str, str]
    """File name of a block to its text."""
