"""The commands without a screen: what they print and how they exit."""

from __future__ import annotations

import asyncio
import io
import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.small_course import SUMS, make_course
from tutor import headless
from tutor.errors import CourseError, UsageError
from tutor.grading.verdict import CheckResult, Verdict
from tutor.progress.records import Attempt
from tutor.runtime.job import Printed, Shown, Started
from tutor.session import Measured, Session, StepRef, Waiting
from tutor.views.jsonable import as_json as json_of
from tutor.views.model import Bar, Bars, Curve, NoView, Series, pack_doubles

ROOT = Path(__file__).resolve().parents[1]
Opener = Callable[[], Session]
RESULTS = Bars(
    name="results", bars=(Bar(label="fast", value=1.0), Bar(label="slow", value=4.0)), unit="ms"
)


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    """Open sessions on the small course; each command closes the one that it is given."""
    course = make_course(tmp_path)

    def open_session() -> Session:
        return Session.open(course=course, home=tmp_path / "home")

    return open_session


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out, err = capsys.readouterr()
    assert err == ""
    return json.loads(out)


# --- list, show


def test_list_has_exactly_the_promised_shape(
    opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    assert headless.list_lessons(opened(), as_json=True) == 0
    found = printed(capsys)
    assert list(found) == ["path", "lessons"]
    keys = ["id", "title", "track", "on_path", "steps"]
    assert [list(lesson) for lesson in found["lessons"]] == [keys] * 2
    sums = found["lessons"][0]
    assert (sums["id"], sums["title"], sums["track"]) == ("sums", "Adding up", "first")
    assert sums["steps"] == [
        {"id": "read-1", "kind": "read", "frameworks": ["numpy", "torch", "jax"]},
        {"id": "total", "kind": "value", "frameworks": ["numpy", "torch", "jax"]},
        {"id": "write-total", "kind": "code", "frameworks": ["numpy", "torch"]},
        {"id": "which", "kind": "choose", "frameworks": ["numpy", "torch", "jax"]},
        {"id": "lines", "kind": "order", "frameworks": ["numpy", "torch", "jax"]},
    ]


def test_list_for_a_person_names_every_step(
    opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    assert headless.list_lessons(opened(), as_json=False) == 0
    out = capsys.readouterr().out
    assert out.startswith("The first track\n\n  sums: Adding up (5 min)\n")
    assert "    write-total  code     numpy torch\n" in out


def test_a_broken_lesson_does_not_hide_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = make_course(tmp_path)
    (course / "first" / "01-sums.yaml").write_text(SUMS.replace("minutes: 5", "minutes: soon"))

    def open_session() -> Session:
        return Session.open(course=course, home=tmp_path / "home")

    assert headless.list_lessons(open_session(), as_json=False) == 0
    out = capsys.readouterr().out
    assert "sums: cannot be used: " in out
    assert "01-sums.yaml:5:" in out
    assert "later: Later" in out
    with pytest.raises(CourseError, match=r"01-sums\.yaml:5:"):
        headless.show(open_session(), "sums/total", None, as_json=False)


def test_show_tells_everything_but_the_answer(
    opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    assert headless.show(opened(), "sums/write-total", "torch", as_json=True) == 0
    found = printed(capsys)
    assert (found["lesson"], found["step"], found["kind"]) == ("sums", "write-total", "code")
    assert (found["framework"], found["frameworks"]) == ("torch", ["numpy", "torch"])
    assert found["starter"] == "def total(xs):\n    return ____\n"
    assert (found["task"], found["hints"], found["number"]) == ("fill", 0, 3)

    assert headless.show(opened(), "sums/total", "numpy", as_json=True) == 0
    assert printed(capsys)["hints"] == 2

    for step in ("total", "write-total", "which", "lines", "read-1"):
        for as_json in (False, True):
            assert headless.show(opened(), f"sums/{step}", "numpy", as_json=as_json) == 0
            out = capsys.readouterr().out
            for secret in ("return sum(xs)", "It is larger", "Nobody asks", "Six is", "Add them"):
                assert secret not in out


def test_show_numbers_options_and_lines(opened: Opener, capsys: pytest.CaptureFixture[str]) -> None:
    assert headless.show(opened(), "sums/which", None, as_json=False) == 0
    out = capsys.readouterr().out
    assert "  1. one\n  2. two\n" in out
    assert "choose one by number" in out
    assert headless.show(opened(), "sums/lines", None, as_json=True) == 0
    assert sorted(printed(capsys)["lines"]) == ["x = 1", "y = x + 1", "z = y"]


@pytest.mark.parametrize(
    ("name", "framework", "sentence"),
    [
        ("smus/total", None, "There is no lesson `smus`. Did you mean `sums`?"),
        ("sums/totl", None, "Did you mean `total`?"),
        ("sums", None, "`sums` names no step; write sums/STEP, with one of: read-1, total,"),
        ("sums/", None, "names no step"),
        ("sums/write-total", "jax", "not offered in jax; choose numpy or torch."),
    ],
)
def test_a_name_that_is_not_there_is_one_sentence(
    opened: Opener, name: str, framework: Any, sentence: str
) -> None:
    with pytest.raises(UsageError) as caught:
        headless.show(opened(), name, framework, as_json=False)
    assert sentence in str(caught.value)


# --- check: what is printed, for verdicts of every kind

CHECKS = (
    CheckResult(label="total([1])", passed=True),
    CheckResult(label="total([])", passed=False, message="it raised TypeError"),
)


def submitting(
    session: Session, monkeypatch: pytest.MonkeyPatch, *events: object
) -> list[tuple[StepRef, str, str]]:
    """Have the session answer with these events; return what it is asked."""
    asked: list[tuple[StepRef, str, str]] = []

    async def submit(ref: StepRef, framework: str, answer: str) -> AsyncIterator[object]:
        asked.append((ref, framework, answer))
        for event in events:
            yield event

    monkeypatch.setattr(session, "submit", submit)
    return asked


@pytest.mark.parametrize(
    "case",
    [
        ("pass", 0, "✓ Passed"),
        ("fail", 1, "✗ Not yet"),
        ("unchecked", 3, "? Not checked"),
        ("skipped", 4, "- Skipped"),
    ],
)
def test_each_verdict_has_its_exit_status_and_its_words(
    opened: Opener,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[Any, int, str],
) -> None:
    verdict, status, words = case
    given = Verdict(
        verdict=verdict,
        message="So it is.",
        diagnosis="some-slug",
        checks=CHECKS,
        framework="numpy",
        device="cpu",
        seconds=0.25,
    )
    session = opened()
    asked = submitting(session, monkeypatch, Started(device="cpu"), given)
    assert headless.check(session, "sums/total", "numpy", "6", as_json=False) == status
    assert asked == [(StepRef("sums", "total"), "numpy", "6")]
    out, err = capsys.readouterr()
    assert out.startswith(f"{words}\nSo it is.\n")
    assert "✓ holds: total([1])\n" in out
    assert "✗ fails: total([]): it raised TypeError\n" in out
    assert out.endswith("(NumPy on cpu, 250 ms)\n")
    assert err == ""

    session = opened()
    submitting(session, monkeypatch, Waiting(what="starting NumPy"), given)
    assert headless.check(session, "sums/total", "numpy", "6", as_json=True) == status
    assert printed(capsys) == {
        "verdict": verdict,
        "message": "So it is.",
        "diagnosis": "some-slug",
        "framework": "numpy",
        "device": "cpu",
        "seconds": 0.25,
        "checks": [
            {"label": "total([1])", "passed": True, "message": ""},
            {"label": "total([])", "passed": False, "message": "it raised TypeError"},
        ],
        "output": "",
        "views": [],
    }


def test_output_is_live_on_stderr_or_in_the_object(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    events = (
        Printed(stream="stdout", text="one\ntw"),
        Printed(stream="stderr", text="o"),
        Measured(RESULTS),
        Verdict(verdict="pass", message="Good.", explain="Because."),
    )
    session = opened()
    submitting(session, monkeypatch, *events)
    assert headless.check(session, "sums/total", "numpy", "6", as_json=False) == 0
    out, err = capsys.readouterr()
    assert err == "one\ntwo\n"
    assert out.splitlines()[0] == "results"
    assert out.splitlines()[1].startswith("fast  1 ms  ████")
    assert out.splitlines()[2] == f"slow  4 ms  {'█' * 66}"
    assert out.endswith("✓ Passed\nGood.\n\nBecause.\n")

    session = opened()
    submitting(session, monkeypatch, *events)
    assert headless.check(session, "sums/total", "numpy", "6", as_json=True) == 0
    found = printed(capsys)
    assert found["output"] == "one\ntwo"
    assert found["views"] == [json_of(RESULTS)]


def test_views_come_after_the_verdict_live_curves_in_one_piece(
    opened: Opener, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def loss(*points: float, start: int = 0) -> Curve:
        x = pack_doubles(range(start, start + len(points)))
        series = Series(name="train", x=x, y=pack_doubles(points), points=len(points))
        return Curve(name="loss", caption="It falls", series=(series,))

    why = "This view could not be made: ZeroDivisionError: division by zero."
    events = (
        Shown(view=loss(3.0, 2.0)),
        Shown(view=NoView(name="weights", why="Not yet.")),
        Shown(view=loss(1.0, math.nan, start=2), more=True),
        Shown(view=NoView(name="weights", why=why)),
        Verdict(verdict="pass", message="Good."),
    )
    session = opened()
    submitting(session, monkeypatch, *events)
    assert headless.check(session, "sums/total", "numpy", "6", as_json=False) == 0
    out, _ = capsys.readouterr()
    head, _, rest = out.partition("\nloss: It falls\n")
    assert head == "✓ Passed\nGood.\n"
    assert "1 point is NaN, at step 3.\n" in rest
    assert rest.endswith(f"\n\nweights\n{why}\n")

    session = opened()
    submitting(session, monkeypatch, *events)
    assert headless.check(session, "sums/total", "numpy", "6", as_json=True) == 0
    curve, none = printed(capsys)["views"]
    assert (curve["view"], curve["name"], curve["caption"]) == ("curve", "loss", "It falls")
    assert curve["series"] == [
        {"name": "train", "x": [0, 1, 2, 3], "y": [3, 2, 1, "NaN"], "points": 4}
    ]
    assert none == {"view": "none", "name": "weights", "caption": "", "why": why}


def test_a_reading_step_has_no_answer(opened: Opener) -> None:
    with pytest.raises(UsageError, match="is for reading"):
        headless.check(opened(), "sums/read-1", "numpy", "6", as_json=False)


# --- check: where the answer comes from


def test_the_answer_comes_from_text_file_or_stdin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "answer.py"
    file.write_bytes("\ufeffx = 'λ'\r\n".encode())
    assert headless.read_answer("-1", None, None) == "-1"
    assert headless.read_answer("", None, None) == ""
    assert headless.read_answer(None, str(file), None) == "x = 'λ'\n"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x\n")))
    assert headless.read_answer(None, None, "-") == "x\n"


def test_an_answer_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "answer.py"
    file.write_bytes(b"x\xff")
    with pytest.raises(UsageError, match=r"is not UTF-8 text \(byte 1\)"):
        headless.read_answer(None, str(file), None)
    with pytest.raises(UsageError, match=r"cannot be read: Is a directory\."):
        headless.read_answer(None, str(tmp_path), None)


# --- progress, reset


def test_progress_counts_passes_and_attempts(
    opened: Opener, capsys: pytest.CaptureFixture[str]
) -> None:
    session = opened()
    names = {"course": "small", "lesson": "sums", "step": "total", "answer": "6"}
    session.store.record(Attempt(**names, framework="numpy", verdict="fail"))
    session.store.record(Attempt(**names, framework="numpy", verdict="pass"))
    session.store.record(Attempt(**names, framework="jax", verdict="pass"))
    session.save_place(StepRef("sums", "read-1"), "jax")
    assert headless.progress(session, as_json=True) == 0
    found = printed(capsys)
    assert found["course"] == "small"
    assert found["where"] == {"step": "sums/read-1", "framework": "jax"}
    assert found["next"] == "sums/write-total"
    sums = found["lessons"][0]
    assert (sums["done"], sums["exercises"], sums["complete"]) == (1, 4, False)
    assert sums["steps"][:2] == [
        {"id": "read-1", "kind": "read", "passed": [], "seen": True, "attempts": 0},
        {"id": "total", "kind": "value", "passed": ["jax", "numpy"], "seen": False, "attempts": 3},
    ]

    assert headless.progress(opened(), as_json=False) == 0
    out = capsys.readouterr().out
    assert "  sums    1 of  4\n" in out
    assert out.endswith("1 of 5 exercises passed. Next: sums/write-total\n")


def practised(session: Session) -> Session:
    for step in ("total", "which"):
        session.store.record(
            Attempt(
                course="small",
                lesson="sums",
                step=step,
                framework="numpy",
                answer="6",
                verdict="pass",
            )
        )
    session.store.save_draft("small", "later", "one", "numpy", "1")
    return session


def test_reset_forgets_what_it_names(opened: Opener, capsys: pytest.CaptureFixture[str]) -> None:
    assert headless.reset(practised(opened()), "sums/which", sure=False, as_json=True) == 0
    assert printed(capsys) == {"forgotten": 1}
    assert headless.reset(opened(), "sums", sure=False, as_json=False) == 0
    assert capsys.readouterr().out == "Forgot 1 entry of `sums`.\n"
    assert headless.reset(opened(), None, sure=True, as_json=False) == 0
    assert capsys.readouterr().out == "Forgot 1 entry of the whole course.\n"
    with pytest.raises(UsageError, match="Did you mean `sums`"):
        headless.reset(opened(), "sum", sure=True, as_json=False)


class Keyboard(io.StringIO):
    """A standard input that is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("typed", "left"), [("n\n", 3), ("", 3), ("y\n", 0)])
def test_reset_of_everything_asks_a_person(
    opened: Opener,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    typed: str,
    left: int,
) -> None:
    monkeypatch.setattr(sys, "stdin", Keyboard(typed))
    assert headless.reset(practised(opened()), None, sure=False, as_json=False) == 0
    assert "? [y/N] " in capsys.readouterr().out
    session = opened()
    assert session.store.reset("small") == left
    session.store.close()


def test_a_notice_is_said_on_stderr(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "record.sqlite").write_bytes(b"damaged" * 100)
    session = Session.open(course=make_course(tmp_path), home=home)
    assert headless.list_lessons(session, as_json=True) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["lessons"]
    assert err.startswith("fwtutor: Your record was damaged, so a fresh one was begun;")


# --- the real thing


def fwtutor(tmp_path: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    course = tmp_path / "course"
    if not course.exists():
        make_course(tmp_path)
    trust = ["--trust"] if words[0] == "check" else []
    return subprocess.run(
        [sys.executable, "-m", "tutor", *words, *trust, "--course", str(course)],
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home")},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@pytest.mark.parametrize("framework", ["numpy", "torch", "jax"])
def test_check_runs_and_grades_for_real(tmp_path: Path, framework: str) -> None:
    done = fwtutor(
        tmp_path, "check", "sums/total", "--framework", framework, "--answer", "6", "--json"
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert list(found) == [
        *("verdict", "message", "diagnosis", "framework", "device", "seconds"),
        *("checks", "output", "views"),
    ]
    assert (found["verdict"], found["framework"]) == ("pass", framework)
    assert found["device"]
    done = fwtutor(tmp_path, "check", "sums/total", "--framework", framework, "--answer", "5")
    assert done.returncode == 1
    assert "That leaves one out." in done.stdout


def test_a_wrong_prediction_does_not_print_the_answer(tmp_path: Path) -> None:
    words = ("check", "sums/total", "--framework", "numpy", "--answer")
    done = fwtutor(tmp_path, *words, "5")
    assert (done.returncode, "added" in done.stdout + done.stderr) == (1, False)
    found = json.loads(fwtutor(tmp_path, *words, "5", "--json").stdout)
    assert (found["verdict"], found["output"]) == ("fail", "")
    found = json.loads(fwtutor(tmp_path, *words, "6", "--json").stdout)
    assert (found["verdict"], found["output"]) == ("pass", "added\n")


def test_check_of_code_from_stdin(tmp_path: Path) -> None:
    right = "print('mine')\ndef total(xs):\n    return sum(xs)\n"
    words = ("check", "sums/write-total", "--framework", "numpy", "-")
    done = fwtutor(tmp_path, *words, stdin=right)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "mine\n" in done.stderr
    assert "mine" not in done.stdout
    done = fwtutor(tmp_path, *words, "--json", stdin=right.replace("sum", "len"))
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert found["verdict"] == "fail"
    assert found["output"] == "mine\n"
    found = json.loads(fwtutor(tmp_path, "progress", "--json").stdout)
    assert found["lessons"][0]["steps"][2]["attempts"] == 2


async def test_ctrl_c_during_a_check_leaves_no_process(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    endless = "import os, time\nprint('pid', os.getpid(), flush=True)\ntime.sleep(600)\n"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tutor", "check", "sums/write-total", "-"),
        *("--framework", "numpy", "--course", str(course), "--trust"),
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(tmp_path / "home")},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    process.stdin.write(endless.encode())
    process.stdin.close()
    worker = 0
    while not worker:
        line = (await process.stderr.readline()).decode()
        assert line, "it ended before it ran the code"
        worker = int(line.split()[1]) if line.startswith("pid") else 0
    process.send_signal(signal.SIGINT)
    _, err = await process.communicate()
    assert process.returncode == 130
    assert err.decode() == "Interrupted.\n"
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
