"""One row of the tables of errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Explained:
    """One kind of error."""

    type: str
    """A pattern for the class's name."""
    message: str
    """A pattern for the message; its named groups fill the words."""
    words: str
    """A sentence or two on the cause, with the shapes that the message names."""
    instead: Mapping[str, str] = field(default_factory=dict[str, str])
    """By the group `name`, what `{instead}` stands for; any other name is not this row's."""
