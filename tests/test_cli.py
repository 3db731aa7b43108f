"""The command line: words in, exit status and sentences out."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.controlling_terminal import own_terminal
from tests.small_course import make_course
from tutor import __version__, cli
from tutor.arguments import FRAMEWORK_NAMES, split_command
from tutor.course.models import FRAMEWORKS

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def fwtutor(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run fwtutor as a process of its own, on the small course, with its own record."""
    course = make_course(tmp_path)

    def run(*words: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tutor", *words],
            cwd=ROOT,
            env={
                **os.environ,
                "FWTUTOR_HOME": str(tmp_path / "home"),
                "COURSE": str(course),
                **environ,
            },
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return lambda *words, **more: run(*words, "--course", str(course), **more)


def test_the_names_of_frameworks_agree_with_the_models() -> None:
    assert FRAMEWORK_NAMES == FRAMEWORKS


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"fwtutor {__version__}\n"
    assert cli.main(["--help"]) == 0
    said = capsys.readouterr().out
    for command in ("list", "show", "check", "progress", "reset", "doctor"):
        assert command in said
        assert cli.main([command, "--help"]) == 0
        assert f"usage: fwtutor {command}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["list", "--jsn"], "Unrecognized arguments: --jsn. Did you mean `--json`?"),
        (["--plian"], "Unrecognized arguments: --plian. Did you mean `--plain`?"),
        (["show"], "The following arguments are required: LESSON/STEP. See `fwtutor show --help`."),
        (["show", "a/b", "--framework", "troch"], "Did you mean `torch`?"),
        (["check", "a/b"], "Give the answer once: --answer TEXT, --file PATH, or - for stdin."),
        (["check", "a/b", "-", "--answer", "1"], "Give the answer once"),
        (["check", "a/b", "1"], "`1` is not expected there; give --answer TEXT"),
        (["check", "a/b", "--file", "/nowhere/x"], "/nowhere/x cannot be read: No such file"),
        (["list", "extra"], "Unrecognized arguments: extra."),
        (["list", "--course", "/nowhere"], "there is no such course folder"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_status_2(
    words: list[str],
    expected: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path))
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("fwtutor: ")
    assert expected in err
    assert err.count("\n") == 1
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        (["list", "--json"], "list", ["--json"]),
        (["--course", "list", "show", "a/b"], "show", ["--course", "list", "a/b"]),
        (["--framework", "jax"], None, ["--framework", "jax"]),
        (["check", "a/b", "--answer", "-1"], "check", ["a/b", "--answer=-1"]),
        (["check", "a/b", "--answer", "--json"], "check", ["a/b", "--answer=--json"]),
        (["check", "a/b", "-"], "check", ["a/b", "-"]),
        ([], None, []),
    ],
)
def test_options_may_stand_before_or_after_the_command(
    words: list[str], name: str | None, rest: list[str]
) -> None:
    assert split_command(words, cli._TAKES_VALUE) == (name, rest)


def test_an_unknown_lesson_or_command_names_the_nearest(
    fwtutor: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    for typed, near in (("lst", "list"), ("sum", "sums"), ("docter", "doctor")):
        done = fwtutor(typed)
        assert done.returncode == 2
        assert done.stderr.startswith(f"fwtutor: There is no lesson or command `{typed}`.")
        assert f"Did you mean `{near}`?" in done.stderr
    done = fwtutor("sums/totl")
    assert done.returncode == 2
    assert "Did you mean `total`?" in done.stderr


def test_with_json_an_error_is_an_object_too(
    fwtutor: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = fwtutor("show", "sums/totl", "--json")
    assert done.returncode == 2
    error = json.loads(done.stdout)
    assert list(error) == ["error"]
    assert done.stderr == f"fwtutor: {error['error']}\n"


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    lesson = course / "first" / "01-sums.yaml"
    steps = "".join(f"  - read: {'word ' * 50}\n" for _ in range(3000))
    lesson.write_text(lesson.read_text() + steps)  # more than a pipe's 64 kB
    done = subprocess.run(
        f'{sys.executable} -m tutor list --course "{course}" | head -1; echo ${{PIPESTATUS[0]}}',
        shell=True,
        executable="/bin/bash",
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stderr == ""
    assert done.stdout == f"The first track\n{cli.PIPE_CLOSED}\n"


def test_a_bug_is_a_sentence_and_a_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_arguments: Any) -> int:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path))
    monkeypatch.setitem(cli._COMMANDS, "list", (cli._list_parser, broken))
    assert cli.main(["list", "--json"]) == 3
    out, err = capsys.readouterr()
    (log,) = tmp_path.glob("crash-*.log")
    assert "ZeroDivisionError: on purpose" in log.read_text()
    assert str(log) in err
    assert "Traceback" not in err
    assert str(log) in json.loads(out)["error"]


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(_arguments: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(cli._COMMANDS, "list", (cli._list_parser, interrupted))
    assert cli.main(["list"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_an_ascii_terminal_shows_something(
    fwtutor: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}
    done = fwtutor("show", "sums/total", **plain)
    assert (done.returncode, done.stderr) == (0, "")
    assert "What is the sum?" in done.stdout


def test_without_a_terminal_it_goes_line_by_line(
    fwtutor: Callable[..., subprocess.CompletedProcess[str]],
) -> None:
    done = fwtutor("sums/which", stdin="")
    assert done.returncode == 0
    assert "sums/which" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(
    ("words", "term", "painted"),
    [((), "xterm-256color", True), (("--plain",), "xterm-256color", False), ((), "dumb", False)],
)
def test_a_terminal_is_painted_on_unless_it_cannot_be(
    tmp_path: Path, words: tuple[str, ...], term: str, painted: bool
) -> None:
    course = make_course(tmp_path)
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "tutor", "sums/which", *words, "--course", str(course)],
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home"), "TERM": term},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        preexec_fn=lambda: own_terminal(slave),  # noqa: PLW1509  # no thread runs here
    )
    os.close(slave)
    seen = b""
    alternate, prompt = b"\x1b[?1049h", b"answer> "
    while alternate not in seen and prompt not in seen:
        seen += os.read(master, 65536)
    assert (alternate in seen) is painted
    os.close(master)  # the line drops
    process.wait(timeout=60)
