"""The editor, as the control for a step of code."""

from __future__ import annotations

from textual.events import Paste
from textual.widgets import TextArea

from tutor.session import Draft
from tutor.ui.messages import AnswerChanged
from tutor.ui.widgets.answers import refuse_long_paste
from tutor.ui.widgets.editor import CodeEditor


class CodeAnswer(CodeEditor):
    """The editor."""

    def on_paste(self, event: Paste) -> None:
        """Refuse what is no program."""
        refuse_long_paste(self, event)

    def answer(self) -> str:
        """The code."""
        return self.text

    def draft(self) -> Draft:
        """The code, and where the cursor is."""
        row, column = self.cursor_location
        return Draft(self.text, row, column)

    def begin(self) -> None:
        """Without a draft: on the first blank, so that what is typed fills it."""
        if self.has_blank:
            self.action_next_blank()

    def restore(self, draft: Draft) -> None:
        """Put back what was kept."""
        if self.text != draft.text:
            self.load_text(draft.text)
        self.move_cursor((draft.row, draft.column))

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Tell the screen."""
        event.stop()
        self.post_message(AnswerChanged())

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        """Tell the screen: the cursor's place is kept too."""
        event.stop()
        self.post_message(AnswerChanged())
