"""What a key in the lesson's editor costs the line to the terminal."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence

from tests.benchmarks.place import APPS, ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tests.benchmarks.startup import LESSON
from tests.benchmarks.terminal import Terminal

MOVES = ("right", "down", "right", "down", "left", "up", "end", "down", "home", "right") * 2
"""Cursor moves in every direction, within the starter code."""

TYPED = tuple("    loss = (w * x - 2) ** 2  # so")
"""Characters that change colours as they complete words."""

STILL = 3.0
"""Seconds of silence before the first key: the spare worker is being warmed until then."""


def rows() -> list[Row]:
    """Bytes per cursor move and per typed character, against Textual's TextArea."""
    from tutor.session import Session, StepRef

    with temporary("editing") as folder:
        session = Session.open(home=folder / "home")
        view = session.step_view(StepRef(*LESSON.split("/")), "torch")
        session.store.close()
        prose, code = folder / "prose.txt", folder / "code.py"
        prose.write_text(view.prompt, encoding="utf-8")
        code.write_text(view.starter, encoding="utf-8")
        env = {"PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(folder / "home")}
        ours = Terminal([sys.executable, "-m", "tutor", LESSON, "--framework", "torch"], env)
        peer = Terminal([sys.executable, str(APPS / "stock_editor.py"), str(prose), str(code)])
        with ours, peer:
            for terminal in (ours, peer):
                terminal.settle(limit=60.0)
            _until_still(ours)
            moves = _costs_in_turn(ours, peer, MOVES)

            typed = _costs_in_turn(ours, peer, TYPED)
    return [
        _row("bytes per cursor move", moves, 1000),
        _row("bytes per typed character", typed, 1500),
    ]


def _until_still(terminal: Terminal, limit: float = 60.0) -> None:
    deadline = time.monotonic() + limit
    while terminal.read(STILL) and time.monotonic() < deadline:
        pass


def _costs_in_turn(ours: Terminal, peer: Terminal, keys: Sequence[str]) -> tuple[list[int], ...]:
    """Press each key in one terminal, then in the other; the bytes each key cost."""
    costs: tuple[list[int], ...] = ([], [])
    for key in keys:
        for terminal, counts in zip((ours, peer), costs, strict=True):
            terminal.send(key)
            counts.append(len(terminal.settle()))
    return costs


def _row(name: str, costs: tuple[list[int], ...], limit: float) -> Row:
    ours, peer = costs
    return Row(
        name=name,
        ours=statistics.median(ours),
        unit="B",
        peer=statistics.median(peer),
        peer_name="stock TextArea",
        bound=Bound("value", limit),
        note=f"worst {max(ours)} B, peer {max(peer)} B; {len(ours)} keys",
    )
