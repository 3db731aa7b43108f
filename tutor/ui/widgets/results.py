"""What came of it: the verdict, hints, an experiment's bars, and the output."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from tutor.ui import names
from tutor.ui.markdown import MUTED, Block, Gap, Line, inline, parse
from tutor.ui.messages import PageTurned
from tutor.ui.widgets.output import OutputView
from tutor.ui.widgets.prose import Prose

if TYPE_CHECKING:
    from tutor.grading.verdict import Verdict
    from tutor.session import Hint, Measured

VERDICTS = {
    "pass": ("✓ Right", "bold $text-success"),
    "fail": ("✗ Not yet", "bold $text-error"),
    "unchecked": ("! Not checked", "bold $text-warning"),
    "skipped": ("– Skipped on this machine", "bold $text-secondary"),
}
"""The mark and the words, and a colour that only repeats them."""


class Results(VerticalScroll):
    """Hidden until there is something to show."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "turn_page", "Go on")]

    def on_mount(self) -> None:
        """Nothing to show yet."""
        self.display = False

    def _part(self, name: str) -> Prose:
        """One of the parts; all are made when the first is needed, which a reader never does."""
        if not self.children:
            self.mount(
                Prose(id="verdict"),
                Prose(id="hints"),
                Prose(id="measured"),
                OutputView(id="output"),
            )
        return self.query_one(f"#{name}", Prose)

    def _output(self) -> OutputView:
        self._part("verdict")
        return self.query_one(OutputView)

    def action_turn_page(self) -> None:
        """Ask for the next step."""
        self.post_message(PageTurned())

    def clear(self, *, hints: bool) -> None:
        """Forget the last run; the hints too, when the step changes."""
        if not self.children:
            return
        self._part("verdict").show(())
        self._part("measured").show(())
        self._output().clear()
        if hints:
            self._part("hints").show(())
        self._reveal()

    def _reveal(self) -> None:
        """Show only the parts that have something, and the pane if any has."""
        any_part = False
        for prose in self.query(Prose):
            prose.display = prose.filled
            any_part = any_part or prose.filled
        self.display = any_part or self._output().has_class("-some")

    def show_verdict(self, verdict: Verdict, words: str = "") -> None:
        """Show a verdict, from its first line; under other words when it judges nothing."""
        self._show_first(verdict_blocks(verdict, words))

    def show_sentence(self, sentence: str) -> None:
        """Show why nothing could be run or shown."""
        mark, style = VERDICTS["unchecked"]
        self._show_first([Line(Content.styled(mark, style)), Line(Content(sentence))])

    def show_reminder(self, sentence: str) -> None:
        """Show what is still missing before anything can run."""
        self._show_first([Line(Content(sentence), "! ", "  ")])

    def _show_first(self, blocks: list[Block]) -> None:
        self._part("verdict").show(blocks)
        self._reveal()
        self.scroll_home(animate=False)

    def show_hints(self, hints: Sequence[Hint]) -> None:
        """Show the hints taken so far, the newest in view."""
        blocks: list[Block] = []
        for hint in hints:
            blocks.append(Line(Content.styled(f"Hint {hint.number} of {hint.of}", "bold")))
            blocks.extend(parse(hint.text))
        self._part("hints").show(blocks)
        self._reveal()
        self.call_after_refresh(self._part("hints").scroll_visible, animate=False)

    def show_measured(self, measured: Measured) -> None:
        """Draw an experiment's results."""
        self._part("measured").show(bars(measured))
        self._reveal()

    def feed(self, text: str, error: bool) -> None:
        """Show a slice of output, keeping the newest in view."""
        self._output().feed(text, error)
        self._reveal()
        self.scroll_end(animate=False)


def verdict_blocks(verdict: Verdict, words: str = "") -> list[Block]:
    """Return what is shown of a verdict: mark and facts, message, checks, explanation."""
    mark, style = (words, "bold") if words else VERDICTS[verdict.verdict]
    where = [names.framework(verdict.framework), verdict.device]
    if verdict.seconds:
        where.append(names.seconds(verdict.seconds))
    facts = " · ".join(part for part in where if part)
    head = Content.styled(mark, style) + Content.styled(f"   {facts}" if facts else "", MUTED)
    blocks: list[Block] = [Line(head)]
    message = verdict.message
    if verdict.verdict == "pass":  # the mark has said so already
        message = message.removeprefix("Right").lstrip(".: ")
    blocks.extend(parse(message))
    for check in verdict.checks:
        sign, colour = ("✓ ", "$text-success") if check.passed else ("✗ ", "$text-error")
        label = Content.styled(sign, colour) + Content(check.label)
        blocks.append(Line(label, rest="  "))
        if check.message and check.message != verdict.message:
            blocks.append(Line(inline(check.message), "  ", "  "))
    if verdict.explain:
        blocks.append(Gap())
        blocks.extend(parse(verdict.explain))
    return blocks


BAR = 28
"""Cells of the longest bar: with a label and a number it fits in 60 columns."""


def bars(measured: Measured) -> list[Block]:
    """Draw horizontal bars, a row each: label, bar, number."""
    if not measured.rows:
        return []
    label_width = min(max(len(label) for label, _ in measured.rows), 24)
    top = max((value for _, value in measured.rows if not math.isnan(value)), default=0.0)
    blocks: list[Block] = []
    for label, value in measured.rows:
        length = round(BAR * value / top) if top > 0 and 0 < value <= top else 0
        bar = "█" * max(length, 1 if value > 0 else 0)
        row = Content.assemble(
            f"{label:<{label_width}} ",
            (f"{bar:<{BAR}}", "$text-primary"),
            f" {names.number(value)} {measured.unit}".rstrip(),
        )
        blocks.append(Line(row, rest=" " * (label_width + 1)))
    return blocks
