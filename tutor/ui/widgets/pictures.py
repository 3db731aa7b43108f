"""What the run showed, between the results: the first view drawn, the others by name."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.ui.markdown import MUTED, inline
from tutor.ui.views import drawing, first_to_look_at, kind_of
from tutor.ui.views.base import Drawing
from tutor.views import cells
from tutor.views.model import NoView, View


class Pictures(Vertical):
    """A caption, a drawing, what there is to say about it, and the names of the rest."""

    DEFAULT_CSS = """
    Pictures { height: auto; width: 1fr; margin-top: 1; }
    Pictures Static { height: auto; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._caption, self._note, self._others, self._missing = (
            Static(markup=False) for _ in range(4)
        )
        self._shown: tuple[str, str] | None = None
        """Name and kind of the view that is drawn."""
        self._picture: Drawing | None = None
        self.filled = False
        """Whether there is anything to show."""

    def compose(self) -> ComposeResult:
        """All there is by now: the first views come before this is on the screen."""
        yield self._caption
        if self._picture is not None:
            yield self._picture
        yield self._note
        yield self._others
        yield self._missing

    @property
    def _words(self) -> tuple[Static, ...]:
        return self._caption, self._note, self._others, self._missing

    @property
    def text(self) -> str:
        """All that is shown, without colours."""
        drawn = self._picture.text if self._picture is not None else ""
        words = [str(part.content) for part in self._words]
        return "\n".join(part for part in (words[0], drawn, *words[1:]) if part)

    def show(self, views: Sequence[View], key: str, *, live: bool) -> None:
        """Show other views, or the same ones further on; ``key`` opens them over the screen."""
        self.filled = self.display = bool(views)
        if not views:
            return
        first = first_to_look_at(views)
        others = [view for view in views if view is not first and not isinstance(view, NoView)]
        _say(self._caption, inline(cells.clean(first.caption or first.name)).stylize("bold"))
        names = ", ".join(cells.clean(view.name) for view in others)
        _say(self._others, Content.styled(f"{key} shows too: {names}" if names else "", MUTED))
        missing = [view for view in views if isinstance(view, NoView) and view is not first]
        said = [f"{cells.clean(view.name)}: {cells.clean(view.why)}" for view in missing]
        _say(self._missing, Content("\n".join(said)))
        self._draw(first, live=live)

    def _draw(self, view: View, *, live: bool) -> None:
        shown = (view.name, kind_of(view))
        picture = self._picture
        if picture is not None and shown == self._shown:
            picture.live = live
            picture.update_view(view)
        else:
            self._shown = shown
            if picture is not None and picture.is_attached:
                picture.remove()
            self._picture = picture = drawing(view, compact=True)
            picture.live = live
            if self.children:
                self.mount(picture, after=self._caption)
            self.watch(picture, "readout", self._remark)
        self._remark(picture.readout)

    def _remark(self, words: str) -> None:
        _say(self._note, Content.styled(words, MUTED))


def _say(part: Static, words: Content) -> None:
    if part.content != words:
        part.update(words)
    part.display = bool(words)
