"""The code editor, key by key."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.color import Color, ColorSystem
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.theme import BUILTIN_THEMES
from textual.widgets import Input, TextArea
from textual.widgets.text_area import Selection

from tests.benchmarks.terminal import SIZE, Terminal, bytes_per_key
from tests.ui.painted import Emulator
from tutor.ui.widgets import editor_lines, editor_theme
from tutor.ui.widgets.editor import CodeEditor

HERE = Path(__file__).parent
TINY = HERE / "editor_app.py"


class Bench(App[None]):
    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.start = text
        self.changes = 0

    def compose(self) -> ComposeResult:
        yield CodeEditor(self.start)
        yield Input()

    def on_mount(self) -> None:
        self.query_one(CodeEditor).focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self.changes += 1


@asynccontextmanager
async def editing(
    text: str, cursor: tuple[int, int] | None = None
) -> AsyncIterator[tuple[CodeEditor, Pilot[Any]]]:
    app = Bench(text)
    async with app.run_test(notifications=True) as pilot:
        editor = app.query_one(CodeEditor)
        if cursor is not None:
            editor.move_cursor(cursor)
        await pilot.pause()
        yield editor, pilot


@pytest.mark.parametrize(
    ("before", "cursor", "after"),
    [
        ("if x:", (0, 5), "if x:\n    "),
        ("    y = 1", (0, 9), "    y = 1\n    "),
        ("def f(): # go:", (0, 14), "def f(): # go:\n    "),
        ("x = 1  # why:", (0, 13), "x = 1  # why:\n"),
        ("s = '#:'", (0, 8), "s = '#:'\n"),
        ("f(", (0, 2), "f(\n    "),
        ("ab", (0, 1), "a\nb"),
        ("    ab", (0, 2), "  \n    ab"),
        ("", (0, 0), "\n"),
    ],
)
async def test_enter(before: str, cursor: tuple[int, int], after: str) -> None:
    async with editing(before, cursor) as (editor, pilot):
        await pilot.press("enter")
        assert editor.text == after
        await pilot.press("ctrl+z")
        assert editor.text == before


async def test_enter_replaces_the_selection() -> None:
    async with editing("a = [1, 2]") as (editor, pilot):
        editor.selection = Selection((0, 10), (0, 4))
        await pilot.press("enter")
        assert editor.text == "a = \n"
        assert editor.cursor_location == (1, 0)


async def test_tab_inserts_up_to_the_next_stop_and_shift_tab_takes_a_level_away() -> None:
    async with editing("ab", (0, 2)) as (editor, pilot):
        await pilot.press("tab")
        assert editor.text == "ab  "
        await pilot.press("home", "tab")
        assert editor.text == "    ab  "
        await pilot.press("shift+tab")
        assert editor.text == "ab  "
        await pilot.press("shift+tab")
        assert editor.text == "ab  "
        assert editor.has_focus


async def test_tab_and_shift_tab_move_the_selected_lines() -> None:
    async with editing("a\n\n  b\nc\n") as (editor, pilot):
        editor.selection = Selection((0, 0), (3, 0))
        await pilot.press("tab")
        assert editor.text == "    a\n\n      b\nc\n"
        assert editor.selected_text == "    a\n\n      b\n"
        await pilot.press("shift+tab")
        assert editor.text == "a\n\n  b\nc\n"
        await pilot.press("shift+tab")
        assert editor.text == "a\n\nb\nc\n"
        await pilot.press("ctrl+z", "ctrl+z")
        assert editor.text == "    a\n\n      b\nc\n"


async def test_the_cursor_stays_on_its_text_when_lines_move() -> None:
    async with editing("    abc", (0, 6)) as (editor, pilot):
        await pilot.press("shift+tab")
        assert editor.cursor_location == (0, 2)
        await pilot.press("ctrl+t")
        assert editor.text == "# abc"
        assert editor.cursor_location == (0, 4)


@pytest.mark.parametrize("key", ["ctrl+t", "ctrl+underscore"])
async def test_comments_go_in_and_out(key: str) -> None:
    code = "if x:\n    y = 1\n\n    z = 2"
    async with editing(code) as (editor, pilot):
        editor.selection = Selection((1, 0), (3, 3))
        await pilot.press(key)
        assert editor.text == "if x:\n    # y = 1\n\n    # z = 2"
        await pilot.press(key)
        assert editor.text == code


async def test_backspace_takes_a_level_of_indentation() -> None:
    async with editing("        x", (0, 8)) as (editor, pilot):
        await pilot.press("backspace")
        assert editor.text == "    x"
        await pilot.press("right", "backspace")
        assert editor.text == "    "
        await pilot.press("left", "left", "backspace")
        assert editor.text == "  "


async def test_the_focus_can_leave() -> None:
    async with editing("x") as (editor, pilot):
        await pilot.press("escape")
        assert isinstance(pilot.app.focused, Input)
        assert editor.text == "x"


async def test_blanks_are_found_one_after_the_other() -> None:
    async with editing("a = ____\nb_____ = 1\nf(____, ____)") as (editor, pilot):
        places: list[tuple[Any, Any]] = []
        for _ in range(4):
            await pilot.press("ctrl+n")
            places.append(tuple(editor.selection))
        assert places == [
            ((0, 4), (0, 8)),
            ((2, 2), (2, 6)),
            ((2, 8), (2, 12)),
            ((0, 4), (0, 8)),
        ]
        await pilot.press("1")
        assert editor.text.startswith("a = 1\n")


async def test_blanks_stand_out() -> None:
    async with editing("x = ____", (0, 0)) as (editor, _):
        reversed_text = "".join(
            segment.text
            for segment in editor.render_line(0)
            if segment.style is not None and segment.style.reverse
        )
        assert reversed_text == "x____"  # the cursor is on x


def _row(editor: CodeEditor, y: int) -> str:
    return "".join(segment.text for segment in editor.render_line(y)).rstrip()


async def test_a_mark_stays_until_the_text_changes() -> None:
    async with editing("one\ntwo\nthree") as (editor, pilot):
        editor.mark_line(2)
        assert [_row(editor, y) for y in range(3)] == ["1  one", "2✗ two", "3  three"]
        await pilot.press("down", "right", "end")
        assert _row(editor, 1) == "2✗ two"
        await pilot.press("s")
        assert _row(editor, 1) == "2  twos"
        editor.mark_line(1)
        await pilot.press("ctrl+z")
        assert _row(editor, 0) == "1  one"
        editor.mark_line(99)
        editor.mark_line(0)
        assert [_row(editor, y) for y in range(3)] == ["1  one", "2  two", "3  three"]


async def test_a_mark_stands_at_the_first_row_of_a_wrapped_line() -> None:
    async with editing("word " * 40 + "\nlast") as (editor, pilot):
        editor.soft_wrap = True
        editor.mark_line(1)
        await pilot.pause()
        assert _row(editor, 0).startswith("1✗ ")
        assert _row(editor, 1).startswith("   word")


async def test_read_only_text_is_left_alone() -> None:
    async with editing("    x = ____", (0, 4)) as (editor, pilot):
        editor.read_only = True
        await pilot.press("tab", "shift+tab", "enter", "ctrl+t", "backspace", "a", "ctrl+o")
        assert editor.text == "    x = ____"
        await pilot.press("ctrl+n")
        assert editor.selected_text == "____"


async def test_changes_are_told_and_the_cursor_does_not_blink() -> None:
    async with editing("") as (editor, pilot):
        changes = pilot.app.changes  # pyright: ignore[reportAttributeAccessIssue]
        await pilot.press("a", "enter", "tab")
        await pilot.pause()
        assert pilot.app.changes == changes + 3  # pyright: ignore[reportAttributeAccessIssue]
        assert not editor.cursor_blink


async def test_every_binding_has_an_id_and_every_command_works() -> None:
    own = [binding for binding in CodeEditor.BINDINGS if not isinstance(binding, tuple)]
    assert all(binding.id for binding in own)
    keys = {key for binding in own for key in binding.key.split(",")}
    assert not keys & {"f5", "ctrl+r", "ctrl+b", "ctrl+enter", "alt+enter", "ctrl+p", "ctrl+q"}
    async with editing("x = ____") as (editor, _):
        commands = {command.title: command for command in editor.system_commands()}
        commands["Next blank"].callback()
        assert editor.selected_text == "____"
        commands["Comment out"].callback()
        assert editor.text == "# x = ____"
        commands["Undo"].callback()
        assert editor.text == "x = ____"


async def test_select_all_and_the_ends_of_the_code() -> None:
    async with editing("a = 1\nb = 2\n") as (editor, pilot):
        for key in ("ctrl+l", "shift+f7"):
            await pilot.press("ctrl+home", key)
            assert editor.selected_text == "a = 1\nb = 2\n"
        await pilot.press("ctrl+end")
        assert editor.cursor_location == (2, 0)
        await pilot.press("ctrl+shift+home")
        assert editor.selected_text == "a = 1\nb = 2\n"
        await pilot.press("ctrl+home")
        assert (editor.cursor_location, editor.selected_text) == ((0, 0), "")
        await pilot.press("ctrl+shift+end")
        assert editor.selected_text == "a = 1\nb = 2\n"


# --- Colours


async def test_python_is_highlighted() -> None:
    async with editing("def f(x):\n    return 'a'  # why\n") as (editor, _):
        styles = {name for spans in editor._highlights.values() for _, _, name in spans}
        assert {"keyword", "definition", "string", "comment"} <= styles
        keyword = next(s for s in editor.render_line(1) if s.text == "return")
        assert keyword.style is not None
        assert keyword.style.bold


async def test_f_strings_show_their_expressions() -> None:
    async with editing("f'{len(x)} a'") as (editor, _):
        by_text = {s.text: s.style for s in editor.render_line(0) if s.style is not None}
        assert by_text["len"].color != by_text[" a"].color


async def test_without_tree_sitter_the_text_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for broken in ("missing", "broken"):
        if broken == "missing":
            monkeypatch.setattr(editor_theme, "available", lambda: False)
        else:
            monkeypatch.undo()
            monkeypatch.setitem(sys.modules, "tree_sitter_python", None)  # an import of it fails
        async with editing("def f(): pass", (0, 0)) as (editor, pilot):
            assert editor.language is None
            assert _row(editor, 0) == "1  def f(): pass"
            await pilot.press("end", "enter", "1")
            assert editor.text == "def f(): pass\n1"


async def test_the_theme_follows_the_app() -> None:
    async with editing("x = 1") as (editor, pilot):
        assert editor.theme == editor_theme.DARK
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert editor.theme == editor_theme.LIGHT


def _luminance(colour: Color) -> float:
    parts = [c / 255 for c in colour.get_truecolor()]
    red, green, blue = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Color, other: Color) -> float:
    low, high = sorted([_luminance(one), _luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("app_theme", "depth"),
    [
        ("textual-dark", ColorSystem.TRUECOLOR),
        ("textual-light", ColorSystem.TRUECOLOR),
        ("gruvbox", ColorSystem.TRUECOLOR),
        ("nord", ColorSystem.TRUECOLOR),  # with 256 colours nord's own text is no better
        ("textual-dark", ColorSystem.EIGHT_BIT),
        ("textual-light", ColorSystem.EIGHT_BIT),
        ("gruvbox", ColorSystem.EIGHT_BIT),
    ],
)
def test_code_can_be_read_in_any_theme(app_theme: str, depth: ColorSystem) -> None:
    """WCAG asks for 4.5 to 1."""
    theme = BUILTIN_THEMES[app_theme]
    surface = Color.parse(theme.to_color_system().generate()["surface"][:7])
    ours = next(
        t
        for t in editor_theme.themes()
        if t.name == (editor_theme.DARK if theme.dark else editor_theme.LIGHT)
    )
    for name, style in ours.syntax_styles.items():
        if style.color is not None:
            contrast = _contrast(style.color.downgrade(depth), surface.downgrade(depth))
            assert contrast >= 4.5, (name, contrast)


@pytest.mark.parametrize("app_theme", ["textual-dark", "textual-light"])
def test_code_can_be_read_in_sixteen_colours(app_theme: str) -> None:
    theme = BUILTIN_THEMES[app_theme]
    surface = Color.parse(theme.to_color_system().generate()["surface"][:7])
    ours = editor_theme.themes()[0 if theme.dark else 1]
    background = surface.downgrade(ColorSystem.STANDARD)
    for name, style in ours.syntax_styles.items():
        assert style.color is not None
        assert _contrast(style.color.downgrade(ColorSystem.STANDARD), background) >= 3, name


# --- Pure functions


def test_dedent_takes_what_is_there() -> None:
    assert editor_lines.dedent(["      a", "  b", "c", "\td", ""], 4) == ["  a", "b", "c", "d", ""]


def test_blanks_are_whole_words() -> None:
    assert editor_lines.blanks("____(____) + _____ + a____ + __init__") == [(0, 4), (5, 9)]


# --- In a real terminal


def _terminal(*arguments: str) -> list[str]:
    return [sys.executable, str(TINY), *arguments]


def _environment(**more: str) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return {"PYTHONPATH": root, "VISUAL": "", "EDITOR": "", **more}


def test_a_key_costs_few_bytes_in_a_real_terminal() -> None:
    warm = ("down",) * 9 + ("right",) * 4
    moves = bytes_per_key(_terminal("ours"), _environment(), ("right", "down", "left", "up"), warm)
    typed = bytes_per_key(_terminal("ours"), _environment(), ("x", "y", "z"), warm)
    assert 0 < moves.worst <= 300, moves
    assert 0 < typed.worst <= 600, typed


def _script(folder: Path, content: str) -> str:
    script = folder / "editor"
    script.write_text(f"#!/bin/sh\n{content}\n")
    script.chmod(0o755)
    return str(script)


def _edit_with(editor: str, folder: Path) -> tuple[str, str, str]:
    """Run the tiny app, press Ctrl+O, then F9: the text, the bytes written, and the screen."""
    saved = folder / "saved.py"
    environment = _environment(EDITOR=editor, SAVE_TO=str(saved))
    screen = Emulator(*SIZE)
    with Terminal(_terminal("ours"), environment) as terminal:
        terminal.settle()
        terminal.send("ctrl+o")
        output = terminal.settle(quiet=0.6).decode()
        screen.write(output.rpartition("\x1b[?1049h")[2])
        terminal.send("f9")
        terminal.settle()
        return saved.read_text(), output, " ".join(screen.text().split())


def test_an_external_editor_changes_the_text(tmp_path: Path) -> None:
    editor = _script(tmp_path, 'printf "edited = 1\\n" > "$1"; kill -INT $PPID; echo HERE')
    text, output, screen = _edit_with(editor, tmp_path)
    assert text == "edited = 1\n"
    assert "HERE" in output
    assert "\x1b[?1049l" in output  # the terminal was handed over
    assert "\x1b[?1049h" in output.partition("\x1b[?1049l")[2]  # and taken back
    assert "1 edited = 1" in screen
    assert "Prose." in screen  # all of it was painted again


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('echo lost > "$1"; exit 3', ["ended", "with", "status"]),
        ("printf '\\377\\376' > \"$1\"", ["UTF-8"]),
        ('rm "$1"', ["left", "file", "behind"]),
        (None, ["did", "start:"]),
    ],
)
def test_a_failing_editor_leaves_the_text_alone(
    content: str | None, words: list[str], tmp_path: Path
) -> None:
    editor = "/nowhere/vi -n" if content is None else _script(tmp_path, content)
    text, output, screen = _edit_with(editor, tmp_path)
    assert text.startswith("import torch")
    assert "import torch" in screen
    assert set(words) <= set(screen.split()), screen  # in a toast, between lines of other text
    assert output.rindex("\x1b[?1049h") > output.rindex("\x1b[?1049l")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("", "No editor is set."), ("'unclosed", "is not a command"), ("vi", "cannot be handed")],
)
async def test_no_editor_is_said_in_a_sentence(
    value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", value)
    async with editing("x") as (editor, pilot):  # headless: it cannot be suspended
        assert not editor.edit_externally()
        await pilot.pause()
        said = [notification.message for notification in pilot.app._notifications]
        assert any(sentence in s for s in said), said
        assert editor.text == "x"


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "xterm", "COLORTERM": ""}])
def test_it_opens_without_colours_and_with_sixteen(environment: dict[str, str]) -> None:
    with Terminal(_terminal("ours"), _environment(**environment)) as terminal:
        output = terminal.settle()
        assert b"requires_grad_" in output
        assert b"38;2;" not in output or "NO_COLOR" in environment
        terminal.send("x")
        assert b"x" in terminal.settle()
