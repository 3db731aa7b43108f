"""The control that a step's answer is given in, one class for each kind of step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Paste
from textual.widget import Widget
from textual.widgets import Input

from tutor.session import Draft
from tutor.ui import highlight, keys
from tutor.ui.markdown import inline
from tutor.ui.messages import AnswerChanged, AnswerSubmitted
from tutor.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from tutor.session import StepView
    from tutor.ui.widgets.code_answer import CodeAnswer

PLACEHOLDERS = {
    "number": "a number, such as 0.5 or 1/2 or 5e-1",
    "list": "numbers, such as [1, 2, 3]",
    "shape": "a shape, such as (3, 4); () for a scalar",
    "dtype": "a dtype, such as int8",
    "text": "the text, as it is printed",
    "exception": "the exception's name, such as ValueError",
    "bool": "True or False",
    "device": "a device, as the framework names it",
}


@runtime_checkable
class Answer(Protocol):
    """What the lesson screen asks of every control."""

    def answer(self) -> str:
        """Return the answer in the form that the session takes."""
        ...

    def draft(self) -> Draft:
        """Return what to keep: the answer so far, and where the cursor is."""
        ...

    def restore(self, draft: Draft) -> None:
        """Put back what was kept."""
        ...


def make_answer(view: StepView, draft: Draft | None) -> Widget | None:
    """Return the control for the step, filled with the draft; None for a step to read."""
    control: ValueAnswer | CodeAnswer | ChooseAnswer | OrderAnswer
    if view.kind == "code":
        # The editor and its parser are 15 ms that other steps do without.
        from tutor.ui.widgets.code_answer import CodeAnswer

        control = CodeAnswer(draft.text if draft else view.starter, id="answer-code")
        if draft is None:
            control.begin()
    elif view.options:
        control = ChooseAnswer(view.options, view.several, id="answer-choose")
    elif view.kind == "order":
        control = OrderAnswer(view.lines, id="answer-order")
    elif view.kind in ("value", "measure"):
        control = ValueAnswer(placeholder=PLACEHOLDERS.get(view.form, ""), id="answer-value")
    else:
        return None
    if draft is not None:
        control.restore(draft)
    return control


LONGEST_PASTE = 100_000
"""Characters. No answer needs a tenth of it, and the editor takes 18 s for 10 MB."""


def refuse_long_paste(widget: Widget, event: Paste) -> None:
    """Say so instead of standing still, when far too much is pasted by mistake."""
    if len(event.text) > LONGEST_PASTE:
        event.prevent_default()
        event.stop()
        widget.notify(
            f"That is {len(event.text):,} characters; at most {LONGEST_PASTE:,} can be pasted.",
            severity="warning",
        )


class ValueAnswer(Input):
    """One line; Enter submits."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.SCROLL_TEXT]

    def on_paste(self, event: Paste) -> None:
        """Refuse what is no answer."""
        refuse_long_paste(self, event)

    def on_mount(self) -> None:
        """Hold the cursor still."""
        # A blink is bytes on the line every half second.
        self.cursor_blink = False

    def answer(self) -> str:
        """The answer in the form that the session takes."""
        return self.value.strip()

    def draft(self) -> Draft:
        """What to keep."""
        return Draft(self.value, 0, self.cursor_position)

    def restore(self, draft: Draft) -> None:
        """Put back what was kept."""
        with self.prevent(Input.Changed):
            self.value = draft.text
        self.cursor_position = min(draft.column, len(draft.text))

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell the screen."""
        event.stop()
        self.post_message(AnswerChanged())

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Tell the screen."""
        event.stop()
        self.post_message(AnswerSubmitted())


class ChooseAnswer(Rows):
    """Options with marks: a number, Space or Enter marks one, Enter on a marked one submits."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(str(key), f"mark({key - 1})", f"Option {key}", show=False)
            for key in range(1, 10)
        ),
        Binding("space", "mark_here", "Mark"),
        Binding("enter", "submit", "Submit", show=False),
    ]

    def __init__(self, options: Sequence[str], several: bool, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._texts = [inline(option) for option in options]
        self._several = several
        self._marked: set[int] = set()

    def rows(self) -> list[tuple[Content, Content]]:
        """The rows as they stand now."""
        marks = ("[ ]", "[x]") if self._several else ("( )", "(•)")
        return [
            (Content(f"{marks[index in self._marked]} {index + 1}  "), text)
            for index, text in enumerate(self._texts)
        ]

    def action_mark(self, index: int) -> None:
        """Mark an option; one that is marked already is unmarked when several may be."""
        if index >= len(self._texts):
            return
        if self._several:
            self._marked ^= {index}
        else:
            self._marked = {index}
        self.cursor = index
        self.rows_changed()
        self.post_message(AnswerChanged())

    def action_mark_here(self) -> None:
        """Mark the cursor's option."""
        self.action_mark(self.cursor)

    def action_submit(self) -> None:
        """Submit. A single choice that is not marked yet is marked; Enter again submits."""
        if not self._several and self._marked != {self.cursor}:
            self.action_mark(self.cursor)
        else:
            self.post_message(AnswerSubmitted())

    def clicked(self) -> None:
        """A click marks."""
        self.action_mark_here()

    def answer(self) -> str:
        """The answer in the form that the session takes."""
        return ",".join(str(index + 1) for index in sorted(self._marked))

    def draft(self) -> Draft:
        """What to keep."""
        return Draft(self.answer(), self.cursor, 0)

    def restore(self, draft: Draft) -> None:
        """Put back what was kept."""
        self._marked = set(_indices(draft.text, len(self._texts)))
        self.cursor = min(max(draft.row, 0), len(self._texts) - 1)
        self.rows_changed()


class OrderAnswer(Rows):
    """Lines to put in order: `j` and `k` move one, `x` sets it aside or takes it back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k,shift+up", "carry(-1)", "Line up", key_display="k"),
        Binding("j,shift+down", "carry(1)", "Line down", key_display="j"),
        Binding("x,space", "set_aside", "Aside", key_display="x"),
        Binding("enter", "submit", "Submit", show=False),
    ]

    def __init__(self, lines: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._texts = [highlight.python(line) for line in lines]
        self._used = list(range(len(lines)))
        self._aside: list[int] = []

    def rows(self) -> list[tuple[Content, Content]]:
        """The rows as they stand now."""
        used = [
            (Content(f"{place:>2}  "), self._texts[index])
            for place, index in enumerate(self._used, start=1)
        ]
        aside = [
            (Content(" –  "), self._texts[index] + Content.styled("   not used", "$text-muted"))
            for index in self._aside
        ]
        return used + aside

    def action_carry(self, by: int) -> None:
        """Move the cursor's line, taking the cursor along."""
        here, there = self.cursor, self.cursor + by
        if here < len(self._used) and 0 <= there < len(self._used):
            self._used[here], self._used[there] = self._used[there], self._used[here]
            self._changed(there)

    def action_set_aside(self) -> None:
        """Set the cursor's line aside, or take it back at the end of those used."""
        if self.cursor < len(self._used):
            self._aside.append(self._used.pop(self.cursor))
            self._changed(self.cursor)
        elif self._aside:
            self._used.append(self._aside.pop(self.cursor - len(self._used)))
            self._changed(len(self._used) - 1)

    def _changed(self, cursor: int) -> None:
        self.rows_changed()
        self.cursor = cursor
        self.post_message(AnswerChanged())

    def action_submit(self) -> None:
        """Submit."""
        self.post_message(AnswerSubmitted())

    def answer(self) -> str:
        """The answer in the form that the session takes."""
        return ",".join(str(index + 1) for index in self._used)

    def draft(self) -> Draft:
        """What to keep."""
        return Draft(self.answer(), self.cursor, 0)

    def restore(self, draft: Draft) -> None:
        """Put back what was kept."""
        used = _indices(draft.text, len(self._texts))
        self._used = used
        self._aside = [index for index in range(len(self._texts)) if index not in used]
        self.cursor = min(max(draft.row, 0), len(self._texts) - 1)
        self.rows_changed()


def _indices(text: str, count: int) -> list[int]:
    """Read `3,1` as 0-based indices, leaving out what a changed lesson no longer has."""
    found: list[int] = []
    for part in text.split(","):
        if part.isdigit() and 0 < int(part) <= count and int(part) - 1 not in found:
            found.append(int(part) - 1)
    return found
