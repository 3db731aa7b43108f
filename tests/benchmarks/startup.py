"""From the start of the process until the first screen stands still."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.place import APPS, ROOT, temporary
from tests.benchmarks.rows import Bound, Row
from tests.benchmarks.terminal import Settled, first_screen

RUNS = 9
"""Starts of each program; they take turns."""

LESSON = "autodiff/slope-function"
"""A step with prose, an editor and results: the fullest screen there is."""

PYTHONLINGS = "FWTUTOR_BENCH_PYTHONLINGS"
"""Names a virtual environment, or a program, that has pythonlings; without it one is made."""


@dataclass(frozen=True)
class Program:
    """One that is started and watched."""

    argv: Sequence[str]
    env: Mapping[str, str]


class UnavailableError(Exception):
    """A peer cannot be had here; the text says why."""


def rows() -> list[Row]:
    """Home and lesson against the minimal app; home against pythonlings."""
    with temporary("startup") as folder:
        env = {"PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(folder / "home")}
        ours = [sys.executable, "-m", "tutor"]
        programs = {
            "home": Program(ours, env),
            "lesson": Program([*ours, LESSON], {**env, "FWTUTOR_HOME": str(folder / "lesson")}),
            "minimal": Program([sys.executable, str(APPS / "minimal.py")], {}),
        }
        why_not = ""
        try:
            programs["pythonlings"] = pythonlings(folder)
        except UnavailableError as reason:
            why_not = str(reason)
        times = settled_in_turn(programs, RUNS)
    medians = {
        name: statistics.median(start.settled for start in starts) * 1000
        for name, starts in times.items()
    }
    content = {
        name: statistics.median(start.first_content for start in starts) * 1000
        for name, starts in times.items()
    }
    size = {
        name: statistics.median(start.bytes for start in starts) / 1000
        for name, starts in times.items()
    }

    def row(name: str, key: str, peer: str, limit: float) -> Row:
        return Row(
            name=name,
            ours=medians[key],
            unit="ms",
            peer=medians.get(peer),
            peer_name=peer,
            bound=Bound("ratio", limit),
            note=why_not
            if peer not in medians
            else f"first content {content[key]:.0f} ms, {size[key]:.1f} kB; "
            f"peer {content[peer]:.0f} ms, {size[peer]:.1f} kB",
        )

    return [
        row("first screen, home, against a minimal app", "home", "minimal", 1.7),
        row("first screen, home, against pythonlings", "home", "pythonlings", 0.75),
        row("first screen, lesson, against a minimal app", "lesson", "minimal", 2.2),
    ]


def settled_in_turn(programs: Mapping[str, Program], runs: int) -> dict[str, list[Settled]]:
    """Start the programs in turn, `runs` times each, after one start that is not counted."""
    times: dict[str, list[Settled]] = {name: [] for name in programs}
    for number in range(runs + 1):
        for name, program in programs.items():
            start = first_screen(program.argv, program.env)
            if number:  # the first makes the index, the record and the byte code
                times[name].append(start)
    return times


def pythonlings(folder: Path) -> Program:
    """Pythonlings on a workspace of its own.

    Raises:
        UnavailableError: It is not there and cannot be installed.
    """
    program = _pythonlings_program(folder)
    workspace = folder / "pythonlings-workspace"
    _do([str(program), "init", "--path", str(workspace)], "pythonlings made no workspace")
    return Program([str(program), "--root", str(workspace)], {"HOME": str(folder)})


def _pythonlings_program(folder: Path) -> Path:
    if given := os.environ.get(PYTHONLINGS):
        path = Path(given).expanduser()
        found = path / "bin" / "pythonlings" if path.is_dir() else path
        if not os.access(found, os.X_OK):
            raise UnavailableError(f"{PYTHONLINGS} names {given}, where there is no pythonlings")
        return found
    if on_path := shutil.which("pythonlings"):
        return Path(on_path)
    venv = folder / "pythonlings-venv"
    _do([sys.executable, "-m", "venv", str(venv)], "no virtual environment for pythonlings")
    _do([str(venv / "bin" / "pip"), "install", "-q", "pythonlings"], "pip got no pythonlings")
    return venv / "bin" / "pythonlings"


def _do(argv: Sequence[str], failing: str) -> None:
    try:
        subprocess.run(argv, check=True, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        last = next(iter(reversed(said.strip().splitlines())), "")
        raise UnavailableError(f"{failing}: {last}") from error
