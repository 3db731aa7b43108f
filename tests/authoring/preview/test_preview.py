"""A preview with real files and real workers: saved, broken, mended, looked into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.small_course import make_course
from tutor.authoring.preview.app import PreviewApp
from tutor.authoring.preview.author_screen import AuthorScreen
from tutor.authoring.preview.command import open_session
from tutor.authoring.preview.faults_screen import FaultRows, FaultsScreen
from tutor.authoring.preview.lesson_file import LessonFile
from tutor.paths import Paths
from tutor.ui.screens.home import HomeScreen
from tutor.ui.screens.lesson import LessonScreen
from tutor.ui.screens.toosmall import TooSmallScreen
from tutor.ui.widgets.answers import ChooseAnswer, ValueAnswer
from tutor.ui.widgets.code_answer import CodeAnswer
from tutor.ui.widgets.prose import Prose

MORE = """\
  - code:
      id: scale
      ask: Write `scale`.
      inputs: {xs: normal(3)}
      hints: [Multiply.]
      variants:
        numpy:
          starter: |
            def scale(xs):
                return xs
          solution: |
            def scale(xs):
                return 3 * xs
          mistakes:
            - code: |
                def scale(xs):
                    return 2 * xs
              say: Twice is not three times.
            - code: |
                def scale(xs):
                    return 3.0 * xs
              say: This one is right, and foreseen as wrong.
            - code: |
                def scale(xs):
                    return xs[7]
              say: There is no eighth.
      checks:
        - that: scale(xs)
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LessonFile:
    monkeypatch.setenv("FWTUTOR_HOME", str(tmp_path / "home"))
    course = make_course(tmp_path)
    path = course / "first" / "01-sums.yaml"
    path.write_text(path.read_text() + MORE)
    return LessonFile(path, course)


@asynccontextmanager
async def previewed(
    file: LessonFile, step: str, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Pilot[int]]:
    state = file.path.parents[2] / "state"
    at = LessonFile(file.path, file.course, step)
    session = open_session(at, state)
    app = PreviewApp(session, at, framework="numpy")
    try:
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            yield pilot
    finally:
        await session.close()


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


async def faults_of(pilot: Pilot[int]) -> str:
    """What the panel says, once it is there."""
    await until(pilot, lambda: isinstance(pilot.app.screen, FaultsScreen))
    await until(pilot, lambda: any(rows.rows() for rows in pilot.app.screen.query(FaultRows)))
    return pilot.app.screen.query_one(FaultRows).text


async def until(pilot: Pilot[int], true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        await pilot.pause(0.05)
    pytest.fail("it did not happen in 30 s")


def text_of(pilot: Pilot[int], part: str) -> str:
    return pilot.app.screen.query_one(f"#{part}", Prose).text


def lesson_of(pilot: Pilot[int]) -> LessonScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, LessonScreen))


async def test_a_save_is_shown_and_what_is_typed_stays(file: LessonFile) -> None:
    async with previewed(file, "total") as pilot:
        await pilot.press("4", "2", "left")
        control = pilot.app.screen.query_one(ValueAnswer)
        edit(file.path, "What is the sum?", "And what is **their** sum?")
        await until(pilot, lambda: "And what is their sum?" in text_of(pilot, "prose"))
        assert pilot.app.screen.query_one(ValueAnswer) is control, "the control was made anew"
        assert (control.value, control.cursor_position) == ("42", 1)
        assert pilot.app.screen.focused is control


async def test_the_step_is_kept_by_id_when_others_come_before_it(file: LessonFile) -> None:
    async with previewed(file, "total") as pilot:
        await pilot.press("7")
        edit(file.path, "steps:\n", "steps:\n  - read: A new beginning.\n")
        await until(pilot, lambda: lesson_of(pilot).view.number == 3)
        assert lesson_of(pilot).view.ref.step == "total"
        assert pilot.app.screen.query_one(ValueAnswer).value == "7"


async def test_a_step_renamed_is_kept_by_place_with_its_answer(file: LessonFile) -> None:
    async with previewed(file, "total") as pilot:
        await pilot.press("7")
        edit(file.path, "id: total", "id: grand-total")
        await until(pilot, lambda: lesson_of(pilot).view.ref.step == "grand-total")
        assert pilot.app.screen.query_one(ValueAnswer).value == "7"
        await pilot.press("f10", "f9")
        assert pilot.app.screen.query_one(ValueAnswer).value == "7"


async def test_a_step_that_becomes_another_kind(file: LessonFile) -> None:
    async with previewed(file, "lines") as pilot:
        text = file.path.read_text()
        start, end = text.index("  - order:"), text.index("  - code:\n      id: scale")
        file.path.write_text(text[:start] + "  - read: {id: lines, text: Now read.}\n" + text[end:])
        await until(pilot, lambda: "Now read." in text_of(pilot, "prose"))
        assert lesson_of(pilot).view.kind == "read"


async def test_options_change_and_the_mark_stays(file: LessonFile) -> None:
    async with previewed(file, "which") as pilot:
        await pilot.press("2")
        edit(file.path, "- text: one\n", "- text: uno\n")
        await until(
            pilot, lambda: any("uno" in c.text for c in pilot.app.screen.query(ChooseAnswer))
        )
        assert pilot.app.screen.query_one(ChooseAnswer).answer() == "2"
        await until(pilot, lambda: isinstance(pilot.app.screen.focused, ChooseAnswer))


async def test_a_starter_is_renewed_until_it_is_touched(file: LessonFile) -> None:
    async with previewed(file, "scale") as pilot:
        editor = pilot.app.screen.query_one(CodeAnswer)
        await pilot.press("down")  # the cursor alone is no change
        await pilot.pause(0.4)
        edit(file.path, "    return xs\n", "    return -xs\n")
        await until(pilot, lambda: "return -xs" in editor.text)
        await pilot.press("x")
        typed = editor.text
        edit(file.path, "    return -xs\n", "    return 0 * xs\n")
        edit(file.path, "Write `scale`.", "Write it.")
        await until(pilot, lambda: "Write it." in text_of(pilot, "prose"))
        assert editor.text == typed


async def test_broken_then_mended(file: LessonFile) -> None:
    good = file.path.read_text()
    async with previewed(file, "total") as pilot:
        await pilot.press("4")
        file.path.write_text(
            good.replace("answer: x", "anwser: x").replace("minutes: 5", "minutes: x")
        )
        shown = await faults_of(pilot)
        assert "5:10 " in shown, shown
        assert "minutes: x" in shown
        assert "Did you mean answer?" in shown
        lines = shown.splitlines()
        line = next(i for i, each in enumerate(lines) if each.strip() == "anwser: x")
        assert lines[line].index("a") == lines[line + 1].index("^")
        assert "What is the sum?" in lesson_of(pilot).query_one("#prose", Prose).text
        file.path.write_text(good.replace("answer: x", "anwser: x"))
        await until(pilot, lambda: "minutes" not in pilot.app.screen.query_one(FaultRows).text)
        assert sum(isinstance(each, FaultsScreen) for each in pilot.app.screen_stack) == 1
        await pilot.resize_terminal(30, 8)  # something lies over it when it is mended
        await until(pilot, lambda: isinstance(pilot.app.screen, TooSmallScreen))
        file.path.write_text(good.replace("What is the sum?", "The sum?"))
        await until(pilot, lambda: "The sum?" in lesson_of(pilot).query_one("#prose", Prose).text)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        assert pilot.app.screen.query_one(ValueAnswer).value == "4"


async def test_hidden_and_shown_again(file: LessonFile) -> None:
    async with previewed(file, "total") as pilot:
        edit(file.path, "answer: x", "anwser: x")
        await faults_of(pilot)
        await pilot.press("q")
        assert isinstance(pilot.app.screen, LessonScreen)
        await pilot.press("shift+f6")
        assert isinstance(pilot.app.screen, FaultsScreen)


async def test_broken_from_the_start(file: LessonFile) -> None:
    good = file.path.read_text()
    file.path.write_text("lesson: [\n")
    async with previewed(file, "total") as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, FaultsScreen))
        assert isinstance(pilot.app.screen_stack[0], HomeScreen)
        file.path.write_text(good)
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))
        assert lesson_of(pilot).view.ref.step == "total"


async def test_a_file_that_goes_and_comes_back(file: LessonFile) -> None:
    good = file.path.read_text()
    async with previewed(file, "total") as pilot:
        file.path.unlink()
        await until(pilot, lambda: isinstance(pilot.app.screen, FaultsScreen))
        file.path.write_text(good)
        await until(pilot, lambda: isinstance(pilot.app.screen, LessonScreen))


async def test_lint_of_a_sound_file_is_a_key_away(file: LessonFile) -> None:
    async with previewed(file, "total") as pilot:
        await pilot.press("shift+f6")
        assert "[sources]" in await faults_of(pilot)


async def test_enter_opens_the_editor_at_the_line(
    file: LessonFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, int]] = []
    where = "tutor.authoring.preview.faults_screen.edit_file"
    monkeypatch.setattr(where, lambda app, path, line: opened.append((str(path), line)))
    edit(file.path, "answer: x", "anwser: x")
    line = next(
        number
        for number, text in enumerate(file.path.read_text().splitlines(), start=1)
        if "anwser" in text
    )
    async with previewed(file, "total") as pilot:
        await faults_of(pilot)
        await pilot.press("down", "enter")
        assert opened == [(str(file.path), line)]


async def test_the_authors_view_says_what_each_mistake_earns(file: LessonFile) -> None:
    async with previewed(file, "scale", size=(100, 60)) as pilot:
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(pilot.app.screen, AuthorScreen))
        screen = pilot.app.screen
        assert isinstance(screen, AuthorScreen)
        assert "Multiply." in text_of(pilot, "facts"), "hints wait for no run"
        await until(pilot, lambda: not screen.computing)
        shown = text_of(pilot, "facts")
        assert "✓ Mistake 1 earns its own message" in shown
        assert "✗ Mistake 2 passes: it is taken for a right answer" in shown
        assert "✓ Mistake 3 earns its own message" in shown
        assert "scale(xs) raises IndexError: " in shown
        assert "Mistake 2" not in shown.partition("author test")[0]
        assert "✗ " in shown.partition("Solution")[0], "author test finds it too"
        assert "xs = normal(3)" in shown
        assert "seed 2: float64 (3,) [" in shown or "seed 2: float32 (3,) [" in shown
        # A message is changed: nothing need run again, and the view follows the file.
        runs = screen._runner.runs.total()
        edit(file.path, "Twice is not three times.", "That is twice.")
        await until(pilot, lambda: "That is twice." in text_of(pilot, "facts"))
        await until(pilot, lambda: not screen.computing)
        assert screen._runner.runs.total() == runs
        # A program is changed: it is run.
        edit(file.path, "return 3.0 * xs", "return 4 * xs")
        await until(pilot, lambda: "✓ Mistake 2 earns" in text_of(pilot, "facts"))
        assert screen._runner.runs.total() == runs + 1
        await pilot.press("f6")
        assert isinstance(pilot.app.screen, LessonScreen)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("total", ("✓ x", "gives 6", "✓ Mistake 1 earns its own message", "typed 5")),
        ("which", ("1 wrong", "2 right", "It is larger.")),
        ("lines", ("x = 1", "✓ z = y", "Nobody asks for z.")),
        ("read-1", ("nothing found", "Code shown", "none")),
        ("write-total", ("✓ total([1, 2, 3])", "✓ is not run: it has a blank", "none foreseen")),
    ],
)
async def test_the_authors_view_of_each_kind(
    file: LessonFile, step: str, words: tuple[str, ...]
) -> None:
    async with previewed(file, step, size=(160, 60)) as pilot:
        await pilot.press("ctrl+l")
        screen = pilot.app.screen
        assert isinstance(screen, AuthorScreen)
        await until(pilot, lambda: not screen.computing)
        shown = text_of(pilot, "facts")
        assert [word for word in words if word not in shown] == [], shown


async def test_a_solution_that_does_not_run_says_so(file: LessonFile) -> None:
    edit(file.path, "return 3 * xs", "return 3 * ys")
    async with previewed(file, "scale", size=(120, 40)) as pilot:
        await pilot.press("f6")
        screen = pilot.app.screen
        assert isinstance(screen, AuthorScreen)
        await until(pilot, lambda: not screen.computing)
        assert "NameError" in text_of(pilot, "facts")


async def test_an_experiment_changed_is_measured_anew(file: LessonFile) -> None:
    file.path.write_text(
        file.path.read_text()
        + """\
  - measure:
      id: sizes
      ask: How large is `b`?
      given: |
        found = {"a": 1, "b": 2}
      results: found
      answer: found["b"]
"""
    )
    async with previewed(file, "sizes") as pilot:
        await pilot.press("2", "enter")
        await until(pilot, lambda: bool(lesson_of(pilot).query("#verdict")))
        await until(pilot, lambda: "Right" in text_of(pilot, "verdict"))
        edit(file.path, '"b": 2', '"b": 5')
        edit(
            file.path,
            'answer: found["b"]',
            'answer: found["b"]\n      mistakes: [{answer: "2", say: That was before.}]',
        )
        await until(pilot, lambda: '"b": 5' in text_of(pilot, "prose"))
        pilot.app.screen.query_one(ValueAnswer).focus()
        await pilot.press("enter")
        await until(pilot, lambda: "That was before." in text_of(pilot, "verdict"))


async def test_tries_leave_the_learners_record_alone(file: LessonFile) -> None:
    async with previewed(file, "total") as pilot:
        await pilot.press("6", "enter")
        await until(pilot, lambda: bool(lesson_of(pilot).query("#verdict")))
        await until(pilot, lambda: "Right" in text_of(pilot, "verdict"))
    kept = list(Paths.find().data.glob("*.sqlite*")) + list(Paths.find().data.glob("*.db*"))
    assert kept == []
    assert any((file.path.parents[2] / "state").iterdir())
