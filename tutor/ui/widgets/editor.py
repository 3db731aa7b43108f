"""The code editor: Textual's ``TextArea`` with what a learner of Python expects.

Light on the line: ``tutor.ui.frame`` writes only the cells that changed. The editor's own part is
to change few of them: no blinking cursor, and no background for the cursor's line.

Keys beside those of ``TextArea`` (each can be remapped by its id): Tab and Shift+Tab indent and
dedent, Escape leaves the editor, Ctrl+N goes to the next blank, Ctrl+T comments out (so does
Ctrl+/ where the terminal sends it), Ctrl+L selects all, Ctrl+Home and Ctrl+End go to the start and
the end of the code, Ctrl+O opens $VISUAL or $EDITOR.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Edit, EditResult, LanguageDoesNotExist, Selection

from tutor.ui.widgets import editor_lines, editor_theme
from tutor.ui.widgets.editor_external import ExternalEditorError, edit_text

_BLANK_STYLE = Style(bold=True, reverse=True)
_MARK = "✗"


class CodeEditor(TextArea):
    """An editor for Python.

    Posts ``TextArea.Changed`` and ``TextArea.SelectionChanged``.
    """

    DEFAULT_CSS = """
    CodeEditor .editor--mark { color: $text-error; text-style: bold; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"editor--mark"}
    """
    | Class | Description |
    | :- | :- |
    | `editor--mark` | The sign in the gutter of a line marked by `mark_line`. |
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "indent", "Indent", show=False, id="editor.indent"),
        Binding("shift+tab", "dedent", "Dedent", show=False, id="editor.dedent"),
        Binding("escape", "leave", "Leave editor", show=False, id="editor.leave"),
        Binding("ctrl+n", "next_blank", "Next blank", show=False, id="editor.next-blank"),
        # Most terminals send Ctrl+/ as Ctrl+_, those with the kitty protocol as itself, some not.
        Binding(
            "ctrl+t,ctrl+underscore,ctrl+slash",
            "toggle_comment",
            "Comment out",
            show=False,
            id="editor.comment",
        ),
        # `TextArea` has it on F7, which is the lesson's, and Ctrl+A is a prefix of screen's.
        Binding("ctrl+l,shift+f7", "select_all", "Select all", show=False, id="editor.select-all"),
        Binding("ctrl+home", "document_start", "Start of the code", show=False, id="editor.start"),
        Binding("ctrl+end", "document_end", "End of the code", show=False, id="editor.end"),
        Binding(
            "ctrl+shift+home",
            "document_start(True)",
            "Select to the start",
            show=False,
            id="editor.select-start",
        ),
        Binding(
            "ctrl+shift+end",
            "document_end(True)",
            "Select to the end",
            show=False,
            id="editor.select-end",
        ),
        Binding("ctrl+o", "edit_externally", "Open in $EDITOR", show=False, id="editor.external"),
    ]

    def __init__(
        self,
        text: str = "",
        *,
        read_only: bool = False,
        soft_wrap: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        self._marks: frozenset[int] = frozenset()
        super().__init__(
            text,
            # Tab is bound above, so that it can be remapped; `TextArea` shall not take it first.
            tab_behavior="focus",
            soft_wrap=soft_wrap,
            read_only=read_only,
            show_line_numbers=True,
            name=name,
            id=id,
            classes=classes,
            disabled=disabled,
        )
        self.set_reactive(TextArea.cursor_blink, False)
        for theme in editor_theme.themes():
            self.register_theme(theme)
        if editor_theme.available():
            self._highlight_python()

    def _highlight_python(self) -> None:
        """Switch highlighting on, unless tree-sitter is broken: code is readable without it."""
        try:
            import tree_sitter
            import tree_sitter_python

            python = tree_sitter.Language(tree_sitter_python.language())
            self.register_language("python", python, editor_theme.QUERY)
            self.language = "python"
        except (ImportError, OSError, ValueError, LanguageDoesNotExist) as error:
            self.log(f"no highlighting: {error}")
            self.language = None

    def on_mount(self) -> None:
        """Follow the app's theme from now on."""
        self.watch(self.app, "theme", self._follow_theme)

    def _follow_theme(self) -> None:
        dark = self.app.current_theme.dark
        self.theme = editor_theme.DARK if dark else editor_theme.LIGHT

    # --- What is shown

    def get_line(self, line_index: int) -> Text:
        """Return a line with its blanks in reverse."""
        line = super().get_line(line_index)
        for start, end in editor_lines.blanks(line.plain):
            line.stylize(_BLANK_STYLE, start, end)
        return line

    def render_line(self, y: int) -> Strip:
        """Render a line, with ✗ after the number of a marked one."""
        strip = super().render_line(y)
        if not self._marks:
            return strip
        _, scroll_y = self.scroll_offset
        if y + scroll_y >= self.wrapped_document.height:
            return strip
        row, column = self.wrapped_document.offset_to_location(Offset(0, y + scroll_y))
        if row + 1 not in self._marks or column:
            return strip
        width = self.gutter_width  # the number, right-aligned, and two spaces
        style = self.get_component_rich_style("editor--mark", partial=True)
        background = next(iter(strip)).style or Style()
        mark = Strip([Segment(_MARK, background + style)], cell_len(_MARK))
        return Strip.join([strip.crop(0, width - 2), mark, strip.crop(width - 1)])

    def mark_line(self, number: int) -> None:
        """Show ✗ beside a line until the text changes.

        Args:
            number: 1-based, as shown in the gutter. One that does not exist marks nothing.
        """
        self._marks |= {number}
        self.refresh()

    def clear_marks(self) -> None:
        """Take the marks of `mark_line` away."""
        if self._marks:
            self._marks = frozenset()
            self.refresh()

    # --- Changes of the text: all of them come through these four

    def edit(self, edit: Edit) -> EditResult:
        """Perform an edit."""
        self.clear_marks()
        return super().edit(edit)

    def undo(self) -> None:
        """Undo the latest batch of edits."""
        self.clear_marks()
        super().undo()

    def redo(self) -> None:
        """Redo what was undone last."""
        self.clear_marks()
        super().redo()

    def load_text(self, text: str) -> None:
        """Replace the text, and forget marks and history."""
        self.clear_marks()
        super().load_text(text)

    # --- Keys

    async def on_key(self, event: events.Key) -> None:
        """Enter keeps the indentation, and adds to it after a colon or an opening bracket."""
        if event.key != "enter" or self.read_only:
            return
        event.stop()
        event.prevent_default()
        start, end = sorted(self.selection)
        before = self.document.get_line(start[0])[: start[1]]
        white = editor_lines.indent_after(before, self.indent_width)
        self.replace(f"\n{white}", start, end, maintain_selection_offset=False)

    def action_delete_left(self) -> None:
        """Delete to the left: a level of indentation, if nothing else is there."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        if self.read_only or not self.selection.is_empty or not before or before.strip(" "):
            super().action_delete_left()
            return
        target = (column - 1) // self.indent_width * self.indent_width
        self.replace("", (row, target), (row, column), maintain_selection_offset=False)

    def action_indent(self) -> None:
        """Indent the selected lines, or insert spaces up to the next tab stop."""
        if self.read_only:
            return
        if self.selection.is_empty:
            row, column = self.cursor_location
            spaces = self.indent_width - self.get_column_width(row, column) % self.indent_width
            here = self.cursor_location
            self.replace(" " * spaces, here, here, maintain_selection_offset=False)
        else:
            self._change_lines(lambda lines: editor_lines.indent(lines, self.indent_width))

    def action_dedent(self) -> None:
        """Move the line, or the selected lines, one level to the left."""
        self._change_lines(lambda lines: editor_lines.dedent(lines, self.indent_width))

    def action_toggle_comment(self) -> None:
        """Make the line, or the selected lines, comments, or code again."""
        self._change_lines(editor_lines.toggle_comment)

    def _change_lines(self, change: Callable[[list[str]], list[str]]) -> None:
        """Replace the selected lines in one undoable step; the selection stays on its text."""
        if self.read_only:
            return
        first, last = sorted(self.selection)
        bottom = last[0]
        if last[0] > first[0] and last[1] == 0:
            bottom -= 1  # the selection ends before that line
        old = [self.document.get_line(row) for row in range(first[0], bottom + 1)]
        new = change(old)
        if new == old:
            return
        grown = {first[0] + i: len(new[i]) - len(old[i]) for i in range(len(old))}

        def moved(location: tuple[int, int]) -> tuple[int, int]:
            row, column = location
            if row not in grown or (column == 0 and not self.selection.is_empty):
                return location  # a selection of whole lines stays one
            return row, max(0, column + grown[row])

        selection = Selection(moved(self.selection.start), moved(self.selection.end))
        self.history.checkpoint()
        self.replace("\n".join(new), (first[0], 0), (bottom, len(old[-1])))
        self.history.checkpoint()
        self.selection = selection

    def action_document_start(self, select: bool = False) -> None:
        """Move the cursor to the start of the code."""
        self.move_cursor(self.document.start, select=select)

    def action_document_end(self, select: bool = False) -> None:
        """Move the cursor to the end of the code."""
        self.move_cursor(self.document.end, select=select)

    def _blanks(self) -> list[tuple[int, int, int]]:
        """Every blank as (row, first column, end)."""
        return [
            (line, *span)
            for line in range(self.document.line_count)
            for span in editor_lines.blanks(self.document.get_line(line))
        ]

    @property
    def has_blank(self) -> bool:
        """Whether a blank is left to fill in."""
        return bool(self._blanks())

    def action_next_blank(self) -> None:
        """Select the next blank after the cursor; from the last one, the first."""
        row, column = max(self.selection)
        found = self._blanks()
        if not found:
            self.notify("No blank is left to fill in.")
            return
        after = (blank for blank in found if blank[:2] >= (row, column))
        line, start, end = next(after, found[0])
        self.selection = Selection((line, start), (line, end))

    def action_leave(self) -> None:
        """Move the focus to the next widget: Tab indents, so it cannot."""
        self.screen.focus_next()

    def action_edit_externally(self) -> None:
        """Open the text in the learner's editor, or say why not."""
        self.edit_externally()

    def edit_externally(self) -> bool:
        """Open the text in $VISUAL or $EDITOR and take over what was saved, as one undoable step.

        The app stands still meanwhile. When it cannot be done, one sentence says why, in a
        notification, and the text stays as it was.

        Returns:
            Whether the editor ran and its text was taken over.
        """
        try:
            if self.read_only:
                raise ExternalEditorError("This text can be read but not edited.")
            edited = edit_text(self.app, self.text, self.cursor_location[0] + 1)
        except ExternalEditorError as error:
            self.notify(str(error), severity="warning", markup=False)
            return False
        if edited != self.text:
            row, column = self.cursor_location
            self.history.checkpoint()
            self.replace(edited, (0, 0), self.document.end, maintain_selection_offset=False)
            self.history.checkpoint()
            self.move_cursor((row, column))
        return True

    def system_commands(self) -> Iterable[SystemCommand]:
        """Yield what the command palette shall offer while the editor is on the screen."""
        yield SystemCommand("Next blank", "Select the next ____ to fill in", self.action_next_blank)
        yield SystemCommand(
            "Comment out", "Make the selected lines comments, or code", self.action_toggle_comment
        )
        yield SystemCommand("Indent", "Move the selected lines to the right", self.action_indent)
        yield SystemCommand("Dedent", "Move the selected lines to the left", self.action_dedent)
        yield SystemCommand("Select all", "Select the whole code", self.action_select_all)
        yield SystemCommand("Undo", "Undo the latest edit", self.action_undo)
        yield SystemCommand("Redo", "Redo what was undone", self.action_redo)
