"""The pane with what there is to read on a step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from tutor.ui import keys
from tutor.ui.markdown import MUTED, Block, CodeBlock, Gap, Line, parse
from tutor.ui.messages import PageTurned

if TYPE_CHECKING:
    from tutor.session import StepView


class Page(VerticalScroll):
    """Enter turns the page; Space too, at its end."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "turn_page", "Go on"),
        Binding("space", "read_on", "Read on", show=False),
    ]

    _keeps_end = False
    """Whether the end is to stay in view when the pane gives up rows."""

    def open_at_top(self) -> None:
        """Show the beginning: the text is another."""
        self._keeps_end = False
        self.scroll_home(animate=False)

    def keep_end(self) -> None:
        """Show the end, also of a pane that is made smaller after this.

        Not by Textual's `anchor`: text shorter than the pane would be moved to its bottom.
        """
        self._keeps_end = True
        self.scroll_end(animate=False)

    def on_resize(self) -> None:
        """Rows were given to the results, or taken back."""
        if self._keeps_end:
            self.scroll_end(animate=False, immediate=True)

    def action_turn_page(self) -> None:
        """Ask for what comes after the text."""
        self.post_message(PageTurned())

    def action_read_on(self) -> None:
        """A screenful further, or on."""
        if self.scroll_offset.y >= self.max_scroll_y:
            self.action_turn_page()
        else:
            self.scroll_page_down(animate=False)


def page_blocks(view: StepView, keymap: Mapping[str, str]) -> list[Block]:
    """Return what there is to read: the prompt, and code that is not the learner's."""
    key = keys.shown(keys.key_of("run", keymap))
    labels = {"read": f"{key} runs this:", "measure": f"The experiment; {key} runs it:"}
    blocks: list[Block] = list(parse(view.prompt))
    if view.setup:
        blocks += [Gap(), CodeBlock(view.setup.rstrip("\n"), label="Runs before your code:")]
    if view.given:
        label = labels.get(view.kind, "")
        blocks += [Gap(), CodeBlock(view.given.rstrip("\n"), label=label)]
    if view.kind == "read":
        blocks += source_blocks(view)
    return blocks


def source_blocks(view: StepView) -> list[Block]:
    """What can be looked up, on a lesson's last step: below its text, or once it is passed."""
    if not view.sources:
        return []
    head = Line(Content.styled("The lesson ends here. To look things up:", MUTED))
    return [Gap(), head, *(Line(Content(source), "· ", "  ") for source in view.sources)]
