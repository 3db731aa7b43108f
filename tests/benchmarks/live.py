"""What a frame of a live curve costs the line to the terminal, between the results and over all."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.place import APPS, ROOT
from tests.benchmarks.rows import Bound, Row
from tests.benchmarks.terminal import Terminal

SIZE = (80, 24)
FRAMES = 80
"""Of two noisy losses, ten steps each: the x axis is drawn anew nine times on the way to 800."""
SECONDS = 0.3
"""Between two frames, so that what is written for one can be told from the next."""
LIMIT = 2000.0
"""Bytes: a tenth of a second of a 20 kB/s line."""


def rows() -> list[Row]:
    """Bytes per frame, on the lesson's screen and over the whole of it."""
    return [_row("inline", ("f5",)), _row("full screen", ("f5", "f6"))]


def _row(where: str, keys: Sequence[str]) -> Row:
    ours, peer = _frames(keys), _frames(keys, "stock")
    return Row(
        name=f"bytes per frame of a live curve, {where}",
        ours=statistics.mean(ours),
        unit="B",
        peer=statistics.mean(peer),
        peer_name="stock Textual",
        bound=Bound("value", LIMIT),
        note=f"median {statistics.median(ours):.0f} B, worst {max(ours)} B, peer's {max(peer)} B; "
        f"{len(ours)} frames at {SIZE[0]}x{SIZE[1]}",
    )


def _frames(keys: Sequence[str], *more: str) -> list[int]:
    """The bytes of each frame that came after the keys had been pressed and had had their effect."""
    program = [sys.executable, str(APPS / "live_curve.py"), str(FRAMES), str(SECONDS), *more]
    counts: list[int] = []
    with Terminal(program, {"PYTHONPATH": str(ROOT)}, SIZE) as terminal:
        terminal.settle(limit=60.0)
        for key in keys:
            terminal.send(key)
            time.sleep(SECONDS * 2)
        while terminal.read(0):
            pass
        deadline = time.monotonic() + FRAMES * SECONDS * 3
        while len(counts) < FRAMES - 8 and time.monotonic() < deadline:
            written = len(terminal.settle(quiet=SECONDS / 3, limit=SECONDS * 4))
            if written:
                counts.append(written)
    if len(counts) < FRAMES // 2:
        raise RuntimeError(f"only {len(counts)} of {FRAMES} frames were seen")
    return counts
