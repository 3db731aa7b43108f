"""Bad courses, settings, records and programs, through the real command line.

Each ends with one clear sentence and the right status, and leaves no process and no file behind.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

COURSE = """\
course: bad
title: Bad input
tracks:
  - {id: main, title: The only track, lessons: [lesson, fine]}
"""

LESSON = """\
lesson: lesson
title: A lesson
track: main
frameworks: [numpy]
minutes: 5
goals: [survive]
steps:
  - value:
      id: three
      ask: What is it?
      answer: "3"
  - code:
      id: f
      ask: Define `f`.
      seconds: 1.5
      variants:
        numpy: {starter: f = None, solution: "def f(): return 3"}
      checks: [that: f()]
"""

FINE = LESSON.replace("lesson: lesson", "lesson: fine")


@dataclass
class Learner:
    """A course, a state folder, and a command line of one's own."""

    folder: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def lesson(self) -> Path:
        return self.folder / "course" / "main" / "01-lesson.yaml"

    def run(
        self, *words: str, stdin: str = "", home: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m tutor`; nothing of it may be left."""
        env = {
            **os.environ,
            "FWTUTOR_HOME": str(home or self.home),
            "FWTUTOR_TEST_MARK": self.mark,
            "TMPDIR": str(self.folder / "tmp"),
            "COLUMNS": "80",
        }
        course = () if words[0] == "doctor" else ("--course", str(self.folder / "course"))
        course += ("--trust",) if words[0] == "check" else ()
        done = subprocess.run(  # noqa: PLW1510 - the status is what is tested
            [sys.executable, "-m", "tutor", *words, *course],
            cwd=ROOT,
            env=env,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert self.processes_left() == []
        assert list((self.folder / "tmp").iterdir()) == []
        for text in (done.stdout, done.stderr):
            assert "Traceback" not in text
            assert not re.search(r"fwtutor_worker|tutor\.\w+|msgspec|asyncio|sqlite3\.", text)
        return done

    def processes_left(self) -> list[str]:
        """Processes that carry our mark, once those that are being killed have gone."""
        wanted = f"FWTUTOR_TEST_MARK={self.mark}".encode()
        end = time.monotonic() + 5
        while True:
            left: list[str] = []
            for folder in Path("/proc").iterdir():
                try:
                    if folder.name.isdigit() and wanted in (folder / "environ").read_bytes():
                        left.append((folder / "cmdline").read_bytes().decode())
                except OSError:
                    continue
            if not left or time.monotonic() > end:
                return left
            time.sleep(0.05)

    def check(self, source: str) -> tuple[int, str, str]:
        """Submit code to the step; return status, verdict and message."""
        done = self.run("check", "lesson/f", "--framework", "numpy", "--json", "-", stdin=source)
        found = json.loads(done.stdout)
        status = {"pass": 0, "fail": 1, "unchecked": 3, "skipped": 4}[found["verdict"]]
        assert done.returncode == status
        message = found["message"]
        assert message[0].isupper() or message[0] == "`"
        assert message.rstrip()[-1] in ".`)?", message
        assert len(message) < 500
        print(message)
        return status, found["verdict"], message


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    learner = Learner(tmp_path)
    learner.lesson.parent.mkdir(parents=True)
    (tmp_path / "tmp").mkdir()
    (tmp_path / "course" / "course.yaml").write_text(COURSE)
    learner.lesson.write_text(LESSON)
    (learner.lesson.parent / "02-fine.yaml").write_text(FINE)
    yield learner
    for pid in map(int, (name for name in os.listdir("/proc") if name.isdigit())):
        try:
            if learner.mark.encode() in Path(f"/proc/{pid}/environ").read_bytes():
                os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on stderr."""
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("fwtutor: ")
    assert line[-1] in ".?`" or re.search(r":\d+:\d+: ", line), line
    return line


# --- courses


BROKEN = {
    "yaml": ("minutes: 5", "minutes: [5", r":\d+:\d+: "),
    "kind": ("  - value:", "  - valeu:", r":8:5: .*`valeu`.*Did you mean `value`"),
    "field": ("      ask: What", "      aks: What", r":10:7: .*`aks`.*Did you mean `ask`"),
    "type": ("minutes: 5", "minutes: soon", r":5:10: "),
    "framework": ("[numpy]", "[nunpy]", r":4:14: .*`nunpy`.*Did you mean `numpy`"),
    "id": ("lesson: lesson", "lesson: other", r":1:9: "),
    "probe": ('answer: "3"', 'answer: "3 +"', r":11:15: "),
    "empty": (LESSON, "", r":0:0: the file is empty"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_lesson_with_a_fault(learner: Learner, name: str) -> None:
    old, new, expected = BROKEN[name]
    assert old in LESSON
    learner.lesson.write_text(LESSON.replace(old, new, 1))
    for words in (("check", "lesson/three", "--answer", "3"), ("show", "lesson/three")):
        done = learner.run(*words)
        assert done.returncode == 2
        assert re.search(rf"01-lesson\.yaml{expected}", done.stderr), done.stderr
    listed = learner.run("list")
    assert listed.returncode == 0
    assert "cannot be used" in listed.stdout
    assert "fine: A lesson" in listed.stdout
    assert learner.run("check", "fine/three", "--answer", "3").returncode == 0
    assert learner.run("progress").returncode == 0


def test_a_lesson_of_bytes(learner: Learner) -> None:
    learner.lesson.write_bytes(b"\xff\x00\x80" * 1000)
    done = learner.run("show", "lesson/three")
    assert done.returncode == 2
    assert "UTF-8" in one_line(done)


def test_a_course_that_is_none(learner: Learner) -> None:
    (learner.folder / "course" / "course.yaml").write_text("course: bad\ntracks: 3\n")
    done = learner.run("list")
    assert done.returncode == 2
    assert "course.yaml:" in done.stderr
    (learner.folder / "course" / "course.yaml").unlink()
    done = learner.run("list")
    assert done.returncode == 2
    assert "course.yaml" in one_line(done)


# --- settings and interpreters


def settings(learner: Learner, text: str) -> None:
    learner.home.mkdir(exist_ok=True)
    (learner.home / "config.toml").write_text(text)


def test_an_interpreter_that_is_not_there(learner: Learner) -> None:
    settings(learner, '[frameworks.numpy]\npython = "/nowhere/bin/python"\n')
    done = learner.run("check", "lesson/f", "--answer", "def f(): return 3")
    assert done.returncode == 3
    assert "`/nowhere/bin/python`" in done.stdout
    assert "does not exist" in done.stdout
    seen = learner.run("doctor", "--framework", "numpy")
    assert seen.returncode == 3
    assert "/nowhere/bin/python" in seen.stdout


def test_a_framework_that_is_not_installed(learner: Learner) -> None:
    python = learner.folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{os.path.realpath(sys.executable)}" -I -S "$@"\n')
    python.chmod(0o755)
    settings(learner, f'[frameworks.numpy]\npython = "{python}"\n')
    done = learner.run("check", "lesson/f", "--answer", "def f(): return 3")
    assert done.returncode == 4
    assert "NumPy is not installed" in done.stdout
    assert "-m pip install numpy`" in done.stdout
    seen = learner.run("doctor", "--framework", "numpy")
    assert seen.returncode == 3
    assert "-m pip install numpy" in seen.stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("framework = 3\n", "config.toml"),
        ("frame work", "config.toml"),
        ('framwork = "jax"\n', "Did you mean `framework`?"),
        ('device = "toaster"\n', "toaster"),
    ],
)
def test_settings_that_are_not_understood(learner: Learner, text: str, expected: str) -> None:
    settings(learner, text)
    done = learner.run("check", "lesson/three", "--answer", "3")
    assert done.returncode == 2
    assert expected in one_line(done)


# --- the record


def test_a_state_folder_that_cannot_be_made(learner: Learner) -> None:
    (learner.folder / "file").write_text("")
    done = learner.run(
        "check", "lesson/f", "--answer", "def f(): return 3", home=learner.folder / "file" / "home"
    )
    assert done.returncode == 0, done.stderr
    assert "✓ Passed" in done.stdout
    [line] = done.stderr.splitlines()
    assert "saved" in line
    assert str(learner.folder / "file") in line


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_state_folder_that_is_read_only(learner: Learner) -> None:
    learner.home.mkdir()
    learner.home.chmod(0o500)
    done = learner.run("check", "lesson/f", "--answer", "def f(): return 3")
    learner.home.chmod(0o700)
    assert done.returncode == 0, done.stderr
    assert "saved" in done.stderr


def test_a_record_that_is_damaged(learner: Learner) -> None:
    assert learner.run("check", "lesson/three", "--answer", "3").returncode == 0
    [record] = learner.home.glob("*.sqlite")
    record.write_bytes(b"not a record" * 1000)
    done = learner.run("check", "lesson/three", "--answer", "3")
    assert done.returncode == 0
    [line] = done.stderr.splitlines()
    assert "damaged" in line
    again = learner.run("progress", "--json")
    assert again.stderr == ""
    assert json.loads(again.stdout)["lessons"][0]["done"] == 1


# --- answers


def test_answers_of_ten_megabytes(learner: Learner) -> None:
    status, verdict, message = learner.check("x = 1\n" * (10_000_000 // 6))
    assert (status, verdict) == (3, "unchecked")
    assert "characters" in message
    for answer in ("7" * 10_000_000, "[" * 10_000_000, "1," * 5_000_000, "x" * 10_000_000):
        words = ("check", "lesson/three", "--framework", "numpy", "--json", "-")
        done = learner.run(*words, stdin=answer)
        found = json.loads(done.stdout)
        assert found["verdict"] in ("fail", "unchecked")
        assert len(found["message"]) < 500


BOMB = (
    "import os, time\n"
    "for _ in range(100):\n"
    "    if os.fork() == 0:\n"
    "        time.sleep(30)\n"
    "        os._exit(0)\n"
    "time.sleep(30)\n"
)
DAEMON = (
    "import os, subprocess, sys, time\n"
    "subprocess.Popen(['sleep', '60'])\n"
    "subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork() == 0:\n"
    "        time.sleep(60)\n"
    "    os._exit(0)\n"
    "def f(): return 3\n"
)

PROGRAMS: dict[str, tuple[str, str, str]] = {
    "loops": ("while True: pass", "fail", "limit of 1.5 s"),
    "loops and catches": (
        "while True:\n  try:\n    while True: pass\n  except BaseException: pass",
        "fail",
        "limit of 1.5 s",
    ),
    "forks": (BOMB, "fail", "limit of 64"),
    "segfaults": ("import ctypes\nctypes.string_at(0)", "fail", "segmentation fault"),
    "aborts": ("import os\nos.abort()", "fail", "abort"),
    "exits": ("import sys\nsys.exit(0)", "fail", "SystemExit"),
    "exits hard": ("import os\nos._exit(0)", "fail", "exit code 0"),
    "floods": ("while True: print('x' * 1000)", "fail", "limit of 1.5 s"),
    "closes": ("import os\nos.closerange(0, 100)\ndef f(): return 3", "fail", "file descriptors"),
    "leaves grandchildren": (DAEMON, "pass", "Right"),
    "kills its group": ("import os\nos.killpg(0, 9)", "fail", "killed"),
    "kills its parent": (
        "import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(5)",
        "unchecked",
        "gone",
    ),
    "recurses": ("def f(): return f()\nf()", "fail", "RecursionError"),
    "raises what cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise self\nraise E",
        "fail",
        "E",
    ),
    "is no Python": ("\0\1\2", "fail", "null bytes"),
    "prints control characters": ("print('\\x1b[2J\\x07')\ndef f(): return 3", "pass", "Right"),
    "removes its folder": (
        "import os, shutil\nshutil.rmtree(os.getcwd())\ndef f(): return 3",
        "pass",
        "Right",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that(learner: Learner, name: str) -> None:
    source, wanted, words = PROGRAMS[name]
    _, verdict, message = learner.check(source)
    assert (verdict, words in message) == (wanted, True), message


def test_a_program_that_fills_the_memory(learner: Learner) -> None:
    import psutil

    if psutil.virtual_memory().available < 12 << 30:
        pytest.skip("it may take 4 GiB, and they are not free here")
    source = "hold = []\nwhile True: hold.append(bytearray(b'x') * (64 << 20))"
    learner.lesson.write_text(LESSON.replace("seconds: 1.5", "seconds: 30"))
    _, verdict, message = learner.check(source)
    assert verdict == "fail"
    assert "limit of 4,096 MiB" in message
