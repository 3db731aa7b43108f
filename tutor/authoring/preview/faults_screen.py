"""Every fault of the file at its line; Enter opens the editor there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tutor.course.yaml_positions import MAX_BYTES
from tutor.errors import Finding
from tutor.ui.markdown import inline
from tutor.ui.widgets.editor_external import ExternalEditorError, edit_file
from tutor.ui.widgets.rows import Rows

WINDOW = 60
"""Cells of a line of YAML: with the frame and the cursor it fits in 80 columns."""


class FaultRows(Rows):
    """The faults, one below the other."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: list[tuple[Content, Content]] = []

    def show(self, rows: list[tuple[Content, Content]]) -> None:
        """Show other faults, with the cursor where it was as far as it can be."""
        self._rows = rows
        self.rows_changed()
        self.cursor = min(self.cursor, max(len(rows) - 1, 0))

    def rows(self) -> Sequence[tuple[Content, Content]]:
        """The rows as they stand now."""
        return self._rows


class FaultsScreen(ModalScreen[None]):
    """Lies over the last good version; `finish` takes it away, wherever it is in the stack."""

    CSS_PATH = "preview.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open in $EDITOR"),
        Binding("q,escape", "hide", "Hide", key_display="q"),
    ]

    def __init__(self, title: str, findings: Sequence[Finding], words: str) -> None:
        """Make the screen.

        Args:
            title: The heading.
            findings: At least one.
            words: What the last line adds to the keys.
        """
        super().__init__()
        self._title = title
        self._findings = tuple(findings)
        self._words = words
        self._over = False

    def compose(self) -> ComposeResult:
        """Heading, faults and keys."""
        with Vertical(id="dialog"):
            yield Static(self._title, id="heading", markup=False)
            with VerticalScroll(id="list", can_focus=False):
                yield FaultRows(id="faults")
            keys = "Enter opens $EDITOR there · q hides this"
            yield Static(f"{keys}{self._words}", id="choices", markup=False)

    def on_mount(self) -> None:
        """Show the faults it was made with."""
        self._fill()
        self.set_focus(self.query_one(FaultRows))

    def show(self, title: str, findings: Sequence[Finding]) -> None:
        """Show other faults."""
        self._title, self._findings = title, tuple(findings)
        if self.query(FaultRows):  # else it is not made yet, and shows them when it is
            self._fill()

    def _fill(self) -> None:
        findings = self._findings
        self.query_one("#heading", Static).update(self._title)
        sources = {finding.path: _lines(finding.path) for finding in findings}
        several = len(sources) > 1
        rows = [
            (Content(""), _content(finding, sources[finding.path], named=several))
            for finding in findings
        ]
        self.query_one(FaultRows).show(rows)

    def finish(self) -> None:
        """Go: now, or as soon as nothing lies over it."""
        if self.is_active:
            self.dismiss()
        else:
            self._over = True

    def on_screen_resume(self) -> None:
        """Nothing lies over it any more."""
        if self._over:
            self._over = False  # it may be told so twice, and can go once
            self.dismiss()

    def action_hide(self) -> None:
        """Leave the last good version in sight."""
        self.dismiss()

    def action_open(self) -> None:
        """Open the file at the fault that the cursor is on."""
        finding = self._findings[self.query_one(FaultRows).cursor]
        try:
            edit_file(self.app, Path(finding.path), finding.line)
        except ExternalEditorError as error:
            self.notify(str(error), title="Editor", severity="error", markup=False)


def excerpt(line: str, column: int) -> tuple[str, str]:
    """A line of the file about a 1-based column, without its indentation, and a caret below it."""
    text = "".join(each if each.isprintable() else " " for each in line)
    place = min(max(column - 1, 0), len(text))
    start = min(len(text) - len(text.lstrip(" ")), place)
    before = ""
    if place - start > WINDOW * 2 // 3:
        start, before = place - WINDOW // 2, "…"
    after = ""
    end = start + WINDOW - 2
    if len(text) > end:
        text, after = text[:end], "…"
    return before + text[start:] + after, " " * cell_len(before + text[start:place]) + "^"


def _content(finding: Finding, source: Sequence[str], *, named: bool) -> Content:
    where = f"{finding.line}:{finding.column}" if finding.line else Path(finding.path).name
    if named and finding.line:
        where = f"{Path(finding.path).name}:{where}"
    parts = [Content.styled(where, "bold") + Content(" ") + inline(finding.message)]
    if 0 < finding.line <= len(source):
        line, caret = excerpt(source[finding.line - 1], finding.column)
        parts += [Content(f"  {line}"), Content.styled(f"  {caret}", "$text-error")]
    return Content("\n").join(parts)


def _lines(path: str) -> list[str]:
    """The file's lines; none when it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return file.read(MAX_BYTES).decode("utf-8", "replace").splitlines()
    except OSError:
        return []
