"""What came of it: the verdict, hints, an experiment's bars, and the output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content

from tutor.ui import names
from tutor.ui.markdown import MUTED, Block, Gap, Line, code_spans, inline, parse
from tutor.ui.messages import PageTurned, RowsWanted
from tutor.ui.widgets.output import OutputView
from tutor.ui.widgets.prose import Prose

if TYPE_CHECKING:
    from tutor.grading.verdict import Verdict
    from tutor.session import Hint, Measured
    from tutor.ui.widgets.pictures import Pictures
    from tutor.views.model import View

VERDICTS = {
    "pass": ("✓ Right", "bold $text-success"),
    "fail": ("✗ Not yet", "bold $text-error"),
    "unchecked": ("! Not checked", "bold $text-warning"),
    "skipped": ("– Skipped on this machine", "bold $text-secondary"),
}
"""The mark and the words, and a colour that only repeats them."""


PARTS = ("reminder", "measured", "verdict", "explain", "hints")
"""The parts of words, in order. An experiment's bars come first: the rest is about them."""

KEPT = ("pictures", "hints")
"""What stays in view whatever is printed meanwhile: what is live, and a hint taken during a run."""


class Results(VerticalScroll):
    """Hidden until there is something to show; what came last is in view."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "turn_page", "Go on")]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._newest = ""
        """What is to be in view: a part's name, or `output` for its end."""
        self._newest_blocks: Sequence[Block] = ()
        """What is new at the end of that part; empty for the whole of it."""
        self._pictures: Pictures | None = None
        """What the run showed; None when it showed nothing."""

    def on_mount(self) -> None:
        """Nothing to show yet."""
        self.display = False

    def on_focus(self) -> None:
        """Have the others give up rows."""
        self.screen.add_class("-results-read")
        self.call_after_refresh(self.post_message, RowsWanted())

    def on_blur(self) -> None:
        """Give them back."""
        self.screen.remove_class("-results-read")
        self.call_after_refresh(self.post_message, RowsWanted())

    def on_resize(self) -> None:
        """Keep in view what is to be."""
        if self.children:
            self._place_output()
        self._settle()

    def _part(self, name: str) -> Prose:
        """One of the parts; all are made when the first is needed, which a reader never does."""
        if not self.children:
            self.mount(*(Prose(id=part) for part in PARTS), OutputView(id="output"))
        return self.query_one(f"#{name}", Prose)

    def _output(self) -> OutputView:
        self._part("verdict")
        return self.query_one(OutputView)

    @property
    def judged(self) -> bool:
        """Whether a verdict is shown."""
        return bool(self.children) and self._part("verdict").filled

    def action_turn_page(self) -> None:
        """Ask for the next step."""
        self.post_message(PageTurned())

    def clear(self) -> None:
        """Forget everything: the step changes."""
        self._forget(*PARTS)
        self.show_views((), live=False, key="")

    def begin(self, *, measuring: bool) -> None:
        """Forget the last run. The hints stay, and the bars unless there will be others."""
        self._forget("reminder", "verdict", "explain", *(("measured",) if measuring else ()))

    def _forget(self, *parts: str) -> None:
        if self.children:
            for part in parts:
                self._part(part).show(())
            self._output().clear()
            self._reveal("measured")

    def _reveal(self, newest: str, blocks: Sequence[Block] = ()) -> None:
        """Show only the parts that have something, and the pane if any has."""
        any_part = False
        for prose in self.query(Prose):
            prose.display = prose.filled
            any_part = any_part or prose.filled
        any_part = any_part or (self._pictures is not None and self._pictures.filled)
        self.display = any_part or self._output().has_class("-some")
        self._newest, self._newest_blocks = newest, blocks
        self.call_after_refresh(self._settle)

    def _settle(self) -> None:
        """Scroll what is new into view, as little as need be from the top of the pane.

        Not by Textual's `scroll_visible`: of hints higher than the pane it shows the first.
        """
        if not self.children or not self.display:
            return
        self.post_message(RowsWanted())
        part = self.query_one(f"#{self._newest}")
        room = self.scrollable_content_region.height
        bottom = part.virtual_region.bottom if part.display else 0
        rows = part.virtual_region.height
        if self._newest_blocks and isinstance(part, Prose):
            rows = part.rows_of(self._newest_blocks)
        # The end of it, unless that would hide its beginning; of output the end is the newest.
        top = bottom if self._newest == "output" else bottom - rows
        self.scroll_to(y=max(min(bottom - room, top), 0), animate=False, immediate=True)

    def take_rows(self, together: int, needed: int) -> None:
        """Be as high as the styles allow, or higher where rows would be left empty elsewhere.

        A change resizes this, which asks again: it ends as both figures are the same then.

        Args:
            together: The rows that this and the pane it shares them with have.
            needed: The rows that the other pane fills.
        """
        styles = self.styles.base.max_height
        most = styles.resolve(self.container_size, self.app.size) if styles else together
        self.styles.max_height = together - needed if together - needed > most else None

    def show_verdict(self, verdict: Verdict, words: str = "", after: Sequence[Block] = ()) -> None:
        """Show a verdict, from its first line.

        Args:
            verdict: What came of a run.
            words: What it is called when it judges nothing.
            after: What comes below the explanation.
        """
        if verdict.verdict == "pass" and not words:  # what was printed comes in their place
            self._part("hints").show(())
        self._show_verdict(verdict_blocks(verdict, words), verdict.explain, after)

    def show_earlier(self, explanation: str, after: Sequence[Block] = ()) -> None:
        """Show, on coming back, that the step was passed, and what was explained then."""
        mark, style = VERDICTS["pass"]
        head = Content.styled(mark, style) + Content.styled(" (earlier)", MUTED)
        self._show_verdict([Line(head)], explanation, after)

    def show_sentence(self, sentence: str) -> None:
        """Show why nothing could be run or shown."""
        mark, style = VERDICTS["unchecked"]
        self._show_verdict([Line(Content.styled(mark, style)), Line(Content(sentence))])

    def _show_verdict(
        self, blocks: list[Block], explanation: str = "", after: Sequence[Block] = ()
    ) -> None:
        self._part("reminder").show(())
        self._part("verdict").show(blocks)
        self._part("explain").show([*([Gap(), *parse(explanation)] if explanation else ()), *after])
        self._reveal("verdict")

    def show_reminder(self, sentence: str) -> None:
        """Show what is still missing before anything can run; the last verdict stays."""
        self._part("reminder").show([Line(inline(sentence), "! ", "  ")])
        self._reveal("reminder")

    def show_hints(self, hints: Sequence[Hint], *, no_more: bool = False) -> None:
        """Show the hints taken so far, the newest in view."""
        blocks: list[Block] = []
        newest: list[Block] = []
        for hint in hints:
            newest = [Line(Content.styled(f"Hint {hint.number} of {hint.of}", "bold"))]
            newest += parse(hint.text)
            blocks += newest
        if no_more:
            last = Line(Content.styled("That was the last hint.", MUTED))
            newest.append(last)
            blocks.append(last)
        self._part("reminder").show(())
        self._part("hints").show(blocks)
        self._reveal("hints", newest)

    def show_measured(self, measured: Measured) -> None:
        """Draw an experiment's results."""
        self._part("measured").show(bars(measured))
        self._reveal("measured")

    def show_views(self, views: Sequence[View], *, live: bool, key: str) -> None:
        """Draw what the run shows; what is live stays in view, whatever is printed meanwhile."""
        if self._pictures is None:
            if not views:
                return
            # Now, and not at the top: most steps never show one.
            from tutor.ui.widgets.pictures import Pictures

            self._pictures = Pictures(id="pictures")
            self.mount(self._pictures, after=self._part("explain"))
            self._place_output()
        before = self._pictures.filled
        self._pictures.show(views, key, live=live)
        self.set_class(bool(views), "-views")
        if before != bool(views) and self._newest != "hints":
            self._reveal("pictures" if live and views else self._newest or "pictures")
        elif live and self._newest in KEPT:
            self.call_after_refresh(self._settle)

    def feed(self, text: str, error: bool) -> None:
        """Show a slice of output, keeping the newest in view, or a hint asked for meanwhile."""
        self._output().feed(text, error)
        self._place_output()
        if self._newest in KEPT:
            self._reveal(self._newest, self._newest_blocks)
        else:
            self._reveal("output")

    def _place_output(self) -> None:
        """A few printed rows come before what is drawn, which would push them out of view."""
        output, pictures = self._output(), self._pictures
        if pictures is None:
            return
        first = output.is_short(self.scrollable_content_region.width or self.app.size.width)
        is_first = self.children.index(output) < self.children.index(pictures)
        if first and not is_first:
            self.move_child(output, before=pictures)
        elif is_first and not first:
            self.move_child(output, after=self._part("hints"))


def verdict_blocks(verdict: Verdict, words: str = "") -> list[Block]:
    """Return what is shown of a verdict: mark and facts, message, checks."""
    mark, style = (words, "bold") if words else VERDICTS[verdict.verdict]
    where = [names.framework(verdict.framework), verdict.device]
    if verdict.seconds:
        where.append(names.seconds(verdict.seconds))
    facts = " · ".join(part for part in where if part)
    head = Content.styled(mark, style) + Content.styled(f"   {facts}" if facts else "", MUTED)
    blocks: list[Block] = [Line(head)]
    message = verdict.message.removeprefix(f"{words}. ")
    if verdict.verdict == "pass":  # the mark has said so already
        message = message.removeprefix("Right").lstrip(".: ")
        message = message[:1].upper() + message[1:]
    blocks.extend(parse(message))
    passed = verdict.verdict == "pass"
    for check in () if passed and len(verdict.checks) > MOST_TICKS else verdict.checks:
        sign, colour = ("✓ ", "$text-success") if check.passed else ("✗ ", "$text-error")
        label = Content.styled(sign, colour) + code_spans(check.label)
        blocks.append(Line(label, rest="  "))
        if check.message and check.message != verdict.message:
            blocks.append(Line(inline(check.message), "  ", "  "))
    return blocks


MOST_TICKS = 3
"""Checks that are listed after a pass, whose message counts them: more would push the explanation
out of 24 rows."""

BARS = 72
"""Cells of an experiment's bars with their labels and numbers: it fits beside a scroll bar."""


def bars(measured: Measured) -> list[Block]:
    """Draw horizontal bars, a row each: label, number, bar."""
    from tutor.views import text  # now, and not at the top: most steps measure nothing

    return [Line(Content(line)) for line in text.lines(measured.bars, BARS)]
