"""The line-by-line mode, driven through a pipe and through a real terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.controlling_terminal import own_terminal
from tests.small_course import make_course
from tutor.errors import UsageError
from tutor.grading.verdict import Verdict
from tutor.plain import Lines, edit, run_plain
from tutor.runtime.job import Printed, Shown
from tutor.session import Draft, Measured, Session, StepRef, Waiting
from tutor.views.model import Bar, Bars

ROOT = Path(__file__).resolve().parents[1]
Talk = Callable[..., str]


class Input:
    """A standard input with a descriptor of its own, already holding what is typed."""

    def __init__(self, text: str) -> None:
        self._read, write = os.pipe()
        os.write(write, text.encode())
        os.close(write)

    def fileno(self) -> int:
        return self._read

    def close(self) -> None:
        os.close(self._read)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    make_course(tmp_path)
    return tmp_path / "home"


def open_session(home: Path) -> Session:
    session = Session.open(course=home.parent / "course", home=home)
    session.trust()
    return session


async def nothing_to_warm(_ref: StepRef, _framework: str) -> None:
    """Stand in for `prepare` where answers are judged by a rule."""


@pytest.fixture
def talk(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Talk:
    """Type lines at a step, with answers judged by a rule; return what was printed."""

    async def submit(_ref: StepRef, framework: str, answer: str) -> AsyncIterator[object]:
        yield Waiting(what="starting NumPy")
        yield Printed(stream="stdout", text="ran\n")
        right = answer in {"6", "def total(xs):\n    return sum(xs)\n"}
        yield Verdict(
            verdict="pass" if right else "fail", message=f"judged {answer!r}", framework=framework
        )

    def run(step: str, *typed: str) -> str:
        session = open_session(home)
        monkeypatch.setattr(session, "submit", submit)
        monkeypatch.setattr(session, "prepare", nothing_to_warm)
        keyboard = Input("".join(f"{line}\n" for line in typed))
        monkeypatch.setattr(sys, "stdin", keyboard)
        try:
            assert run_plain(session, StepRef("sums", step), "numpy") == 0
        finally:
            keyboard.close()
        out, err = capsys.readouterr()
        assert err == ""
        assert "\x1b" not in out
        return out

    return run


def test_the_end_of_input_says_goodbye(talk: Talk) -> None:
    said = talk("total")
    assert said.startswith("A small course, line by line. :help for the commands.\n\nsums/total")
    assert "What is the sum?" in said
    assert said.endswith("Saved. `fwtutor` brings you back here.\n")


def test_an_answer_is_judged_in_words_and_enter_goes_on(talk: Talk) -> None:
    said = talk("total", "5", "", "6", "")
    assert "✗ Not yet\njudged '5'\n:hint gives a hint; or answer again.\n" in said
    assert "Type an answer, or :hint, :next, :help.\n" in said
    assert "starting NumPy …\nran\n✓ Passed\njudged '6'\nEnter goes on.\n" in said
    assert said.index("Enter goes on") < said.index("sums/write-total")


def test_code_takes_lines_until_a_full_stop(talk: Talk) -> None:
    said = talk("write-total", "def total(xs):", "    return sum(xs)", ".", ":draft")
    assert "judged 'def total(xs):\\n    return sum(xs)\\n'" in said
    assert "✓ Passed" in said
    assert "> def total(xs):\n    return sum(xs)\n" in said  # as :draft reads it back


def test_every_line_of_code_is_saved_as_it_comes(talk: Talk, home: Path) -> None:
    talk("write-total", "def total(xs):", "    half =")  # and the input ends
    session = open_session(home)
    assert session.draft(StepRef("sums", "write-total"), "numpy") == Draft(
        "def total(xs):\n    half =\n", 2
    )
    session.store.close()
    said = talk("write-total", ".")
    assert "You have a draft of 2 lines: :draft reads it, :edit opens it, a single ." in said
    assert "judged 'def total(xs):\\n    half =\\n'" in said


def test_the_commands(talk: Talk) -> None:
    said = talk(
        "total",
        *(":hint", ":hint", ":hint", ":prev", "", ":framework PyTorch", ":framework trch"),
        *(":list", ":go sums/which", ":go sms", ":go later", ":hnt", ":show", ":help", ":quit"),
        "never read",
    )
    assert "Hint 1 of 2: Add them up.\n" in said
    assert said.count("Hint 2 of 2: One of them is 3.\n") == 2
    assert "Sums are **useful**." in said
    assert "in PyTorch (also in numpy, jax)" in said
    assert "`trch` is not a framework; choose torch, tensorflow, jax, numpy." in said
    assert "sums: Adding up, 0 of 4 passed, you are here\n" in said
    assert "  2. two\n" in said
    assert "There is no lesson `sms`. Did you mean `sums`?" in said
    assert said.count("What is 1?") == 2
    assert "`:hnt` is not a command. Did you mean `:hint`? Try :help." in said
    assert "  :quit " in said
    assert "never read" not in said


def test_the_ends_of_the_course_and_missing_things_are_said(talk: Talk) -> None:
    said = talk("read-1", ":prev", ":hint", ":solution", ":go later", ":next", ":go sums/lines")
    assert "This is the first step.\n" in said
    assert "This is the last step.\n" in said
    assert "has no hints" in said


def test_it_comes_back_to_where_the_learner_was(
    talk: Talk, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    talk("which", ":quit")
    session = open_session(home)
    keyboard = Input(":quit\n")
    monkeypatch.setattr(sys, "stdin", keyboard)
    assert run_plain(session, None, None) == 0
    keyboard.close()
    assert "sums/which" in capsys.readouterr().out


def test_edit_opens_the_editor_and_submits(
    talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "my editor"
    editor.write_text(f"#!{sys.executable}\nimport sys\nopen(sys.argv[2], 'w').write('6')\n")
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", f"'{editor}' --wait")
    assert "judged '6'" in talk("write-total", ":edit")
    assert "Nothing was changed." in talk("write-total", ":edit")


@pytest.mark.parametrize(
    ("editor", "sentence"),
    [
        ("/nowhere/ed", "The editor `/nowhere/ed` cannot be started (No such file or directory)"),
        ("false", "The editor `false` ended with status 1; nothing changed."),
    ],
)
async def test_an_editor_that_fails_is_one_sentence(
    editor: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", editor)
    with pytest.raises(UsageError) as caught:
        await edit("text", ".py")
    assert sentence in str(caught.value)


async def test_lines_come_whole_from_a_pipe_in_pieces() -> None:
    read, write = os.pipe()
    lines = Lines(read)
    data = "first λ\r\nsecond".encode()
    os.write(write, data[:7])  # in the middle of a letter
    waiting = asyncio.create_task(lines.read())
    await asyncio.sleep(0)
    assert not waiting.done()
    os.write(write, data[7:])
    assert await waiting == "first λ"
    os.close(write)
    assert await lines.read() == "second"
    assert await lines.read() is None
    os.close(read)


async def test_lines_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "typed"
    file.write_text("one\n\ntwo\n")
    with file.open() as opened:
        lines = Lines(opened.fileno())
        assert [await lines.read() for _ in range(4)] == ["one", "", "two", None]


def test_measurements_are_read_out_without_bars(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def submit(_ref: StepRef, _framework: str, _answer: str) -> AsyncIterator[object]:
        results = (Bar(label="fast", value=1.0), Bar(label="slow", value=4.0))
        yield Measured(Bars(name="results", bars=results, unit="ms"))
        yield Shown(view=Bars(name="memory", caption="By phase", bars=results, unit="MiB"))
        yield Verdict(verdict="pass", message="Yes.")

    session = open_session(home)
    monkeypatch.setattr(session, "submit", submit)
    monkeypatch.setattr(session, "prepare", nothing_to_warm)
    keyboard = Input("x\n")
    monkeypatch.setattr(sys, "stdin", keyboard)
    run_plain(session, StepRef("sums", "total"), "numpy")
    keyboard.close()
    out = capsys.readouterr().out
    assert "\nresults\nfast  1 ms\nslow  4 ms\n\n✓ Passed\nYes.\n" in out
    assert "✓ Passed\nYes.\n\nmemory: By phase\nfast  1 MiB\nslow  4 MiB\n\nEnter goes on." in out
    assert "█" not in out


def test_running_without_being_judged_claims_no_pass(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """For real: the given code of a reading step, in NumPy's host."""
    session = open_session(home)
    keyboard = Input(":run\n")
    monkeypatch.setattr(sys, "stdin", keyboard)
    assert run_plain(session, StepRef("sums", "read-1"), "numpy") == 0
    keyboard.close()
    out = capsys.readouterr().out
    assert "given ran\nIt ran to its end.\n" in out
    assert "Passed" not in out


def test_a_course_from_elsewhere_is_asked_about_before_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = Session.open(course=make_course(tmp_path), home=tmp_path / "home")
    typed = "6\nn\n:hint\n6\ny\n6\n:quit\n"
    keyboard = Input(typed)
    monkeypatch.setattr(sys, "stdin", keyboard)
    assert run_plain(session, StepRef("sums", "total"), "numpy") == 0
    keyboard.close()
    out = capsys.readouterr().out
    question = "“A small course” did not come with fwtutor: it is from"
    assert out.count(question) == 2, "after a no it is asked again, after a yes it is not"
    before, after = out.split("Nothing was run. You can read on;")
    assert "added\n" not in before
    assert after.count("added\n") == 2
    assert "Hint 1 of 2" in after
    assert after.count("✓ Passed") == 2


async def test_in_a_terminal_ctrl_c_stops_the_run_and_not_the_tutor(home: Path) -> None:
    """For real: a pty, NumPy's host, an endless loop, Ctrl+C as a byte."""
    master, slave = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tutor", "--plain", "sums/write-total", "--framework", "numpy"),
        *("--course", str(home.parent / "course"), "--trust"),
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(home), "TERM": "xterm"},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        preexec_fn=lambda: own_terminal(slave),
    )
    os.close(slave)
    screen = Screen(master)
    await screen.wait_for("a single .> ")
    os.write(master, b"import time\nprint('looping', flush=True)\ntime.sleep(600)\n.\n")
    await screen.wait_for("\nlooping")
    os.write(master, b"\x03")
    await screen.wait_for("a single .> ")
    os.write(master, b":quit\n")
    await screen.wait_for("Saved.")
    assert await process.wait() == 0
    os.close(master)


class Screen:
    """What a terminal has been sent, read until something expected is there."""

    def __init__(self, master: int) -> None:
        self._master = master
        self._text = ""

    async def wait_for(self, text: str) -> None:
        loop = asyncio.get_running_loop()
        while text not in self._text:
            data = await asyncio.wait_for(
                loop.run_in_executor(None, os.read, self._master, 65536), timeout=120
            )
            self._text += data.decode(errors="replace").replace("\r\n", "\n")
        self._text = self._text.partition(text)[2]
