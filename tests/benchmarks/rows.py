"""What one row of the table says, and the table and the JSON made of rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["ratio", "speedup", "value", "excess"]


@dataclass(frozen=True)
class Bound:
    """What a row must keep to."""

    kind: Kind
    """`ratio`: ours / peer at most; `speedup`: peer / ours at least; `value`: ours at most;
    `excess`: ours - peer at most."""
    limit: float

    def holds(self, ours: float, peer: float | None) -> bool:
        """Whether the two figures are within the bound.

        Raises:
            ValueError: The bound compares with a peer, and there is none.
        """
        if self.kind == "value":
            return ours <= self.limit
        if peer is None:
            raise ValueError(f"a bound on the {self.kind} needs a peer")
        if self.kind == "ratio":
            return ours <= self.limit * peer
        if self.kind == "speedup":
            return peer >= self.limit * ours
        return ours - peer <= self.limit

    def text(self, unit: str) -> str:
        """The bound as the table shows it."""
        match self.kind:
            case "ratio":
                return f"≤ {self.limit:g}×"
            case "speedup":
                return f"≥ {self.limit:g}× faster"
            case "value":
                return f"≤ {self.limit:g} {unit}"
            case "excess":
                return f"≤ peer + {self.limit:g} {unit}"


@dataclass(frozen=True)
class Row:
    """One comparison: medians, measured in turn in the same run."""

    name: str
    ours: float | None
    """None when it could not be measured; `note` says why."""
    unit: str
    peer: float | None = None
    peer_name: str = ""
    bound: Bound | None = None
    """None for a row that is only reported."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """Ours / peer; peer / ours where the bound is a speed-up; None without both."""
        if self.ours is None or self.peer is None:
            return None
        if self.bound is not None and self.bound.kind == "speedup":
            return self.peer / self.ours if self.ours else None
        return self.ours / self.peer if self.peer else None

    @property
    def within(self) -> bool | None:
        """Whether the bound is kept; None when there is none, or a figure is missing."""
        if self.bound is None or self.ours is None:
            return None
        if self.peer is None and self.bound.kind != "value":
            return None
        return self.bound.holds(self.ours, self.peer)


HEADS = ("what", "ours", "peer", "ratio", "bound", "within", "note")


def cells(row: Row) -> tuple[str, ...]:
    """The row as text, one cell per column of `HEADS`."""
    peer = _figure(row.peer, row.unit)
    if row.peer is not None:
        peer = f"{peer} ({row.peer_name})"
    if row.within is None:
        within = "not measured" if row.bound is not None else ""
    else:
        within = "yes" if row.within else "NO"
    return (
        row.name,
        _figure(row.ours, row.unit),
        peer,
        "" if row.ratio is None else f"{row.ratio:.2f}×",
        row.bound.text(row.unit) if row.bound is not None else "",
        within,
        row.note,
    )


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return "-"
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.1f} {unit}"


def table(rows: Sequence[Row]) -> str:
    """The rows as plain text, aligned."""
    lines = [HEADS, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def write_json(path: Path, machine: dict[str, object], rows: Sequence[Row]) -> None:
    """Write the machine and the rows, with what follows from their figures."""
    found = [
        {
            **asdict(row),
            "ratio": row.ratio,
            "bound": row.bound.text(row.unit) if row.bound is not None else None,
            "within": row.within,
        }
        for row in rows
    ]
    text = json.dumps({"machine": machine, "rows": found}, indent=2, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")
