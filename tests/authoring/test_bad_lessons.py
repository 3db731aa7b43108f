"""Lessons whose code hangs, crashes, floods and forks: a sentence each, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.authoring.one_lesson import write_lesson
from tests.authoring.test_test import DOUBLE, code

ROOT = Path(__file__).parents[2]

BAD = {
    "gigabyte": "import os ; for i in range(1000): os.write(1, b'x' * 1000000)",
    "forks": "import os ; while True: os.fork()",
    "memory": "x = [] ; while True: x.append(bytearray(100000000))",
    "exits": "import os ; os._exit(3)",
    "segfault": "import os, signal ; os.kill(os.getpid(), signal.SIGSEGV)",
    "endless": "while True: pass",
    "raises": "import no_such_module_of_ours",
    "closes": "import os ; os.closerange(0, 200)",
}


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "FWTUTOR_HOME": str(folder / "home")}
    return subprocess.Popen(
        [sys.executable, "-m", "tutor", "author", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
    )


def alive(folder: Path) -> list[str]:
    """Processes that came of a command: they have its environment."""
    home = str(folder / "home")
    found: list[str] = []
    for process in psutil.process_iter():
        try:
            if process.environ().get("FWTUTOR_HOME") == home:
                found.append(f"{process.pid} {process.name()}")
        except psutil.Error:
            continue
    return found


def left(folder: Path) -> list[str]:
    """Those that live on, given a moment to die."""
    deadline = time.monotonic() + 10
    while (found := alive(folder)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_each_gets_one_sentence_with_its_place(tmp_path: Path) -> None:
    steps = [code(name, f"{source} ; {DOUBLE}", more="seconds: 2") for name, source in BAD.items()]
    path = write_lesson(tmp_path, steps)
    process = start(tmp_path, "test", str(path))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 1
    assert "Traceback" not in out + err
    *lines, summary = out.splitlines()
    assert [line.split("`")[1] for line in lines] == list(BAD)
    assert all(line.startswith(f"{path}:") for line in lines)
    assert f"{len(BAD)} findings" in summary
    assert left(tmp_path) == []


@pytest.mark.parametrize("command", ["test", "mutate"])
def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, command: str) -> None:
    sleepers = [
        code(f"sleeps-{number}", f"import time ; time.sleep(20) ; {DOUBLE}", more="seconds: 60")
        for number in range(4)
    ]
    quick = code("quick", DOUBLE)
    path = write_lesson(tmp_path, [quick, *sleepers])
    process = start(tmp_path, command, str(path), "-j", "2")
    deadline = time.monotonic() + 60
    while len(alive(tmp_path)) < 4:  # itself, the host, and two workers
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Interrupted." in err
    assert "Traceback" not in err
    assert left(tmp_path) == []
