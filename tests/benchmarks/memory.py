"""What the processes hold: the screen's, and each framework's host."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.place import APPS, ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tests.benchmarks.startup import LESSON
from tests.benchmarks.terminal import Terminal
from tutor.session import Session, StepRef

if TYPE_CHECKING:
    from tutor.course.models import FrameworkName

RUNS = 5

STILL = 2.0
"""Seconds of silence until a screen with a lesson is complete, its host included."""

MEGABYTE = 1_000_000

IDLE = "import sys, {module}; print(); sys.stdout.flush(); sys.stdin.read()"
"""A program that has the framework imported and waits."""


def screen_rows() -> list[Row]:
    """Resident memory of the screen's process, with a lesson open."""
    ours: list[float] = []
    peer: list[float] = []
    with temporary("memory") as folder:
        env = {"PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(folder)}
        for _ in range(RUNS):
            ours.append(_screen([sys.executable, "-m", "tutor", LESSON], env))
            peer.append(_screen([sys.executable, str(APPS / "minimal.py")], {}))
    return [
        Row(
            name="memory of the screen's process, a lesson open",
            ours=statistics.median(ours),
            unit="MB",
            peer=statistics.median(peer),
            peer_name="minimal",
            bound=Bound("value", 90),
        )
    ]


def _screen(argv: list[str], env: dict[str, str]) -> float:
    with Terminal(argv, env) as terminal:
        terminal.settle(quiet=STILL, limit=60.0)
        return terminal.rss() / MEGABYTE


def host_rows(framework: FrameworkName) -> list[Row]:
    """Resident memory of a host with a warm spare, against a Python with the import alone."""
    name = f"memory of the host of {framework}"
    bound = Bound("excess", 20)
    if importlib.util.find_spec(framework) is None:
        return [Row(name, None, "MB", bound=bound, note=f"{framework} is not installed")]
    with temporary(f"memory-{framework}") as folder:
        pairs = [(asyncio.run(_host(framework, folder)), _imported(framework)) for _ in range(RUNS)]
    ours, peers = zip(*pairs, strict=True)
    spare = statistics.median(each.tree_pss for each in ours)
    return [
        Row(
            name=name,
            ours=statistics.median(each.rss for each in ours),
            unit="MB",
            peer=statistics.median(peers),
            peer_name=f"import {framework}",
            bound=bound,
            note=f"host and warm spare together hold {spare:.0f} MB (PSS)",
        )
    ]


class _Held:
    """What a host and its workers hold."""

    def __init__(self, pid: int) -> None:
        import psutil

        host = psutil.Process(pid)
        self.rss = host.memory_info().rss / MEGABYTE
        family = [host, *host.children(recursive=True)]
        self.tree_pss = sum(_pss(each.pid) for each in family) / MEGABYTE


def _pss(pid: int) -> int:
    """Memory, with what is shared divided among those that share it; 0 when it has gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line[:4] == "Pss:")


async def _host(framework: FrameworkName, folder: Path) -> _Held:
    session = Session.open(home=folder)
    try:
        await session.prepare(StepRef(*LESSON.split("/")), framework)
        # The reference was computed in a worker of its own, which must be gone.
        await session.prepare(StepRef(*LESSON.split("/")), framework)
        await asyncio.sleep(0.5)
        [host] = session.pool.alive()
        return _Held(host.pid)
    finally:
        await session.close()


def _imported(framework: str) -> float:
    with subprocess.Popen(
        [sys.executable, "-c", IDLE.format(module=framework)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        pages = int(Path(f"/proc/{process.pid}/statm").read_text(encoding="ascii").split()[1])
        process.stdin.close()
        process.wait(30)
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE
