"""What Dynamo captured of a call, and why it stopped where it did."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .telling import clean


@dataclass
class DynamoGraphs:
    """What ``torch.compile`` captured of one call: what ``graph_of`` gives."""

    graphs: list[Any] = field(default_factory=list)
    """torch.fx.GraphModules in the order they were compiled."""
    names: list[dict[str, str]] = field(default_factory=list)
    """Per graph: placeholder to what the learner calls it."""
    gave_up: str = ""
    """Why Dynamo let the call run as it is, when it captured no graph; empty when it says none."""


def reason_of(text: str) -> str:
    """Return Dynamo's reason for a break, in its own words but few of them."""
    first, _, rest = text.strip().partition("\n")
    explained = re.search(r"^\s*Explanation: (.+)$", rest, re.MULTILINE)
    if first.startswith("generic_jump"):
        first = "Data-dependent branching: which way to go depends on a tensor's values"
    return clean(f"{first}: {explained[1]}" if explained else first, 240)


def no_graph(found: DynamoGraphs) -> str:
    """Return a sentence for a call that no graph was captured of."""
    if found.gave_up:
        return f"torch.compile captured no graph. {found.gave_up.rstrip('.')}."
    return (
        "torch.compile captured no graph: there is no tensor operation in this call that it could "
        "compile."
    )


def learners_name(source: str) -> str:
    """Turn Dynamo's source of an input, `L['self']._modules['fc'].weight`, into the name."""
    name = re.sub(r"^[LG]\['(\w+)'\]", r"\1", source)
    return re.sub(r"\.?_(?:modules|parameters|buffers)\['([^']+)'\]", r".\1", name)
