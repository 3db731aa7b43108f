"""`fwtutor course …` and `--trust`, as processes of their own."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.elsewhere.repositories import change, make_repository
from tests.small_course import make_course
from tutor import cli

ROOT = Path(__file__).resolve().parents[1]

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def fwtutor(tmp_path: Path) -> Run:
    """Run fwtutor with a home of its own."""

    def run(*words: str, stdin: str = "", **more: Any) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "tutor", *words],
            cwd=ROOT,
            env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home")},
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            **more,
        )
        assert "Traceback" not in done.stdout + done.stderr
        assert "error of its own" not in done.stderr
        return done

    return run


CHECK = ("check", "sums/total", "--framework", "numpy", "--answer", "6")


def test_from_adding_to_removing(fwtutor: Run, tmp_path: Path) -> None:
    course = make_repository(tmp_path / "far")
    url = course.as_uri()
    done = fwtutor("course", "add", url)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"Added `small`: A small course (2 lessons, 5 exercises, 12 programs), from {url}.\n"
        "`fwtutor --course small` opens it. You are asked before any of its code runs.\n"
    )
    shown = fwtutor("course", "list").stdout
    assert shown.startswith("fwtutor: fwtutor (")
    assert (
        f"small: A small course (2 lessons, 5 exercises, 12 programs)\n  from {url}; not" in shown
    )

    refused = fwtutor(*CHECK, "--course", "small")
    assert refused.returncode == 3
    assert "`fwtutor course trust small`" in refused.stdout
    once = fwtutor(*CHECK, "--course", "small", "--trust")
    assert once.returncode == 0, once.stdout + once.stderr
    assert fwtutor(*CHECK, "--course", "small").returncode == 3, "once is once"

    assert fwtutor("course", "trust", "small").stdout.startswith("Trusted: 2 lessons")
    assert fwtutor(*CHECK, "--course", "small").returncode == 0
    assert fwtutor("course", "update").stdout == "`small` is up to date.\n"
    change(course, "minutes: 5", "minutes: 7")
    done = fwtutor("course", "update", "small")
    assert done.stdout == (
        "Updated `small`: 1 lesson changed. Its code changed: you are asked again before it runs.\n"
    )
    found = json.loads(fwtutor(*CHECK, "--course", "small", "--json").stdout)
    assert (found["verdict"], found["diagnosis"]) == ("unchecked", "untrusted")
    assert "changed since you trusted it" in found["message"]

    done = fwtutor("course", "remove", "small")
    assert done.stdout == "Removed `small`. What you did in it is kept.\n"
    assert os.listdir(tmp_path / "home" / "courses") == []
    gone = fwtutor("list", "--course", "small")
    assert gone.returncode == 2
    assert "`small` is neither a course folder here nor a course that was added." in gone.stderr


def test_json(fwtutor: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path)
    added = json.loads(fwtutor("course", "add", str(course), "--trust", "--json").stdout)
    assert (added["id"], added["lessons"], added["trusted"]) == ("small", 2, True)
    listed = json.loads(fwtutor("course", "list", "--json").stdout)["courses"]
    assert [row["id"] for row in listed] == ["fwtutor", "small"]
    assert listed[1] == added
    found = json.loads(fwtutor("course", "trust", str(course), "--json").stdout)
    assert (found["id"], found["origin"]) == ("small", str(course))
    assert json.loads(fwtutor("course", "update", "--json").stdout) == {"courses": []}
    done = fwtutor("course", "update", "small", "--json")
    assert done.returncode == 2
    assert "is read where it is" in json.loads(done.stdout)["error"]
    removed = json.loads(fwtutor("course", "remove", "small", "--json").stdout)
    assert removed == {"removed": "small", "origin": str(course)}
    assert course.exists()


def test_one_that_cannot_be_had_does_not_keep_the_others_from_updating(
    fwtutor: Run, tmp_path: Path
) -> None:
    one, two = make_repository(tmp_path / "a"), make_repository(tmp_path / "b")
    file = two / "course.yaml"
    file.write_text(file.read_text().replace("course: small", "course: tiny"))
    change(two, "minutes: 5", "minutes: 6")
    for course in (one, two):
        assert fwtutor("course", "add", course.as_uri()).returncode == 0
    one.rename(tmp_path / "moved")
    change(two, "minutes: 6", "minutes: 7")
    done = fwtutor("course", "update")
    assert done.returncode == 3
    first, second = done.stdout.splitlines()
    assert first.startswith("`small`: ")
    assert second.startswith("Updated `tiny`: 1 lesson changed.")


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (["course", "ad"], 2, "There is no `course ad`; expected `add`, `list`"),
        (["course", "add"], 2, "The following arguments are required: URL|PATH."),
        (["course", "add", "http://x/y"], 2, "`http://` is not fetched from"),
        (["course", "add", "/nowhere/at/all"], 2, "there is no such course folder"),
        (["course", "add", "file:///nowhere"], 3, "git could not clone"),
        (["course", "add", "x", "--timeout", "soon"], 2, "`soon` is not a number of seconds"),
        (["course", "remove", "none"], 2, "No course `none` was added."),
        (["course", "update", "none"], 2, "No course `none` was added."),
        (["course", "trust", "none"], 2, "`none` is neither a course folder here nor"),
        (["course", "trust", "/nowhere"], 2, "there is no such course folder"),
    ],
)
def test_a_wrong_command_line_is_one_sentence(
    words: list[str],
    status: int,
    expected: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path))
    assert cli.main(words) == status
    out, err = capsys.readouterr()
    assert out == ""
    assert expected in err
    assert err.count("\n") == 1
    assert list((tmp_path / "courses").glob("*")) == []


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["course"]) == 0
    said = capsys.readouterr().out
    for command in ("add", "list", "update", "remove", "trust"):
        assert f"  {command} " in said
        assert cli.main(["course", command, "--help"]) == 0
        assert f"usage: fwtutor course {command}" in capsys.readouterr().out


def drop_the_right_to_read_everything() -> None:
    """Make root read only what the permissions let it: drop CAP_DAC_OVERRIDE and its kin."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2):
        if libc.prctl(24, capability, 0, 0, 0) != 0:  # PR_CAPBSET_DROP, for what is run next
            raise OSError(ctypes.get_errno(), "prctl")


@pytest.mark.parametrize("name", ["", "first", "course.yaml"])
def test_a_course_that_may_not_be_read(fwtutor: Run, tmp_path: Path, name: str) -> None:
    course = make_course(tmp_path)
    locked = course / name
    locked.chmod(0)
    drop = {"preexec_fn": drop_the_right_to_read_everything} if os.geteuid() == 0 else {}
    try:
        opened = fwtutor("progress", "--course", str(course), **drop)
        added = fwtutor("course", "add", str(course), **drop)
    finally:
        locked.chmod(0o755)
    if name != "first":  # its lessons are missing; the course is there
        assert (opened.returncode, added.returncode) == (2, 2)
        for done in (opened, added):
            (line,) = done.stderr.splitlines()
            assert line.startswith(f"fwtutor: {locked}:0:0: ") or name == ""
            assert "cannot be read: Permission denied" in line
        assert os.listdir(tmp_path / "home" / "courses") == []
    else:
        assert f"{locked}:0:0: this folder cannot be read: Permission denied" in added.stdout


def test_a_link_out_of_a_course_is_not_followed(fwtutor: Run, tmp_path: Path) -> None:
    course = make_course(tmp_path)
    outside = (course / "first" / "02-later.yaml").rename(tmp_path / "outside.yaml")
    (course / "first" / "02-later.yaml").symlink_to(outside)
    done = fwtutor("show", "later/one", "--course", str(course))
    assert done.returncode == 2
    assert "02-later.yaml:0:0: this link leads out of the course" in done.stderr
    assert fwtutor("show", "sums/total", "--course", str(course)).returncode == 0
    (course / "first").rename(tmp_path / "track")
    (course / "first").symlink_to(tmp_path / "track")
    done = fwtutor("list", "--course", str(course))
    assert "sums" not in done.stdout


@pytest.mark.parametrize("command", ["test", "mutate", "preview"])
def test_an_authors_tools_refuse_a_clone(fwtutor: Run, tmp_path: Path, command: str) -> None:
    course = make_repository(tmp_path / "far")
    fwtutor("course", "add", course.as_uri())
    lesson = tmp_path / "home" / "courses" / "small" / "course" / "first" / "01-sums.yaml"
    done = fwtutor("author", command, str(lesson))
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"fwtutor: {lesson} was cloned from {course.as_uri()}, and its code would run as you: "
        "read it, then give `--trust`.\n"
    )
    assert "was cloned from" not in fwtutor("author", command, str(lesson), "--trust").stderr


@pytest.mark.parametrize(
    ("signum", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_clone_that_is_interrupted_leaves_nothing(
    tmp_path: Path, signum: int, status: int
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "tutor", "course", "add", f"https://127.0.0.1:{port}/a.git"],
            cwd=ROOT,
            env={**os.environ, "FWTUTOR_HOME": str(tmp_path)},
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = server.accept()  # git is talking
        with connection:
            process.send_signal(signum)
            _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert "Traceback" not in said
    assert list((tmp_path / "courses").iterdir()) == []
    deadline = time.monotonic() + 10
    while _running(f":{port}/"):
        assert time.monotonic() < deadline, "git went on"
        time.sleep(0.02)


def _running(words: str) -> bool:
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and words.encode() in (folder / "cmdline").read_bytes():
                return True
        except OSError:
            continue
    return False
