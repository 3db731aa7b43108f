"""Where the time of the run went: what was recorded, in lanes, the short spans merged."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from .base import NothingToShowError, Sight, Wire, clean

MAX_SPANS = 200
"""More cannot be told apart on a screen."""


@dataclass
class _Bar:
    """A span and those within it; of several merged ones, from the first's start to the end."""

    name: str
    phase: str
    start: float
    end: float
    busy: float
    """Seconds of the spans in it, without the gaps between them."""
    count: int = 1
    inside: list[_Bar] = field(default_factory=list)


def make(_value: Any, sight: Sight, **_: Any) -> Wire:
    """Return the wire form of the timeline of the run so far."""
    if sight.spans is None:
        raise NothingToShowError("No times were recorded in this run.")
    recorded = sight.spans.taken()
    if not recorded:
        raise NothingToShowError("No times were recorded: the run was over before it began.")
    bars = _nested(recorded)
    whole = bars[-1].end - bars[0].start
    shortest = whole / 1000
    while _count(bars) > MAX_SPANS:
        bars = _merged(bars, shortest, mixed=shortest > whole / 50)
        shortest *= 2
    spans: list[Wire] = []
    _flatten(bars, 0, spans)
    return {
        "view": "timeline",
        "spans": spans,
        "total": len(recorded) + sight.spans.dropped,
    }


def _nested(recorded: list[tuple[str, str, float, float]]) -> list[_Bar]:
    """Hang each span below the one it lies within; one that sticks out is cut there."""
    top: list[_Bar] = []
    open_: list[_Bar] = []
    for name, phase, start, ended in sorted(recorded, key=lambda span: (span[2], -span[3])):
        while open_ and open_[-1].end <= start:
            open_.pop()
        end = min(ended, open_[-1].end) if open_ else ended
        bar = _Bar(name, phase, start, end, end - start)
        (open_[-1].inside if open_ else top).append(bar)
        open_.append(bar)
    return top


def _count(bars: list[_Bar]) -> int:
    return sum(1 + _count(bar.inside) for bar in bars)


def _merged(bars: list[_Bar], shortest: float, *, mixed: bool) -> list[_Bar]:
    """Merge neighbours that are short; what lay within them is too short to see, and goes.

    Args:
        bars: Those within one span, in order.
        shortest: Seconds; a longer one stays by itself.
        mixed: Whether neighbours of different phases are merged too.
    """
    kept: list[_Bar] = []
    for bar in bars:
        before = kept[-1] if kept else None
        if (
            before is not None
            and (mixed or before.phase == bar.phase)
            and before.busy < shortest * before.count
            and bar.busy < shortest * bar.count
            and bar.start - before.end < shortest
        ):
            kept[-1] = _Bar(
                name=_common(before, bar),
                phase=max((before, bar), key=lambda one: one.busy).phase,
                start=before.start,
                end=bar.end,
                busy=before.busy + bar.busy,
                count=before.count + bar.count,
            )
        else:
            kept.append(replace(bar, inside=_merged(bar.inside, shortest, mixed=mixed)))
    return kept


def _common(one: _Bar, other: _Bar) -> str:
    if one.name == other.name:
        return one.name
    first = one.name.split(" ", 1)[0]
    return first if first == other.name.split(" ", 1)[0] else "several"


def _flatten(bars: list[_Bar], lane: int, spans: list[Wire]) -> None:
    for bar in bars:
        name = f"{bar.count} × {bar.name}" if bar.count > 1 else bar.name
        spans.append(
            {
                "name": clean(name, 80),
                "start": bar.start,
                "seconds": bar.end - bar.start,
                "lane": lane,
                "phase": bar.phase,
            }
        )
        _flatten(bar.inside, lane + 1, spans)
