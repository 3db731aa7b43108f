"""What the run showed, between the results: the first view drawn, the others by name."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tutor.ui.markdown import MUTED
from tutor.ui.views import drawing, kind_of
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
        self._shown: tuple[str, str] | None = None
        """Name and kind of the view that is drawn."""
        self._picture: Drawing | None = None
        self.filled = False
        """Whether there is anything to show."""

    def compose(self) -> ComposeResult:
        """The words; the drawing comes with its view."""
        yield Static(id="caption", markup=False)
        yield Static(id="remark", markup=False)
        yield Static(id="others", markup=False)

    @property
    def text(self) -> str:
        """All that is shown, without colours."""
        words = {str(part.id): str(part.content) for part in self.query(Static) if part.display}
        drawn = [self._picture.text] if self._picture is not None else []
        parts = [words.get("caption", ""), *drawn, words.get("remark", ""), words.get("others", "")]
        return "\n".join(part for part in parts if part)

    def show(self, views: Sequence[View], key: str, *, live: bool) -> None:
        """Show other views, or the same ones further on; ``key`` opens them over the screen."""
        self.filled = self.display = bool(views)
        if not views:
            return
        first = next((view for view in views if not isinstance(view, NoView)), views[0])
        others = [view for view in views if view is not first]
        caption = cells.clean(first.caption or first.name)
        self._say("caption", Content.assemble((caption, "bold"), (f"   {key}: full screen", MUTED)))
        names = ", ".join(cells.clean(view.name) for view in others)
        self._say("others", Content.styled(f"{key} shows too: {names}" if names else "", MUTED))
        self._draw(first, live=live)

    def _draw(self, view: View, *, live: bool) -> None:
        shown = (view.name, kind_of(view))
        picture = self._picture
        if picture is not None and shown == self._shown:
            picture.live = live
            picture.update_view(view)
        else:
            self._shown = shown
            if picture is not None:
                picture.remove()
            self._picture = picture = drawing(view, compact=True)
            picture.live = live
            self.mount(picture, after="#caption")
            self.watch(picture, "readout", self._remark)
        self._remark(picture.readout)

    def _remark(self, words: str) -> None:
        self._say("remark", Content.styled(words, MUTED))

    def _say(self, part: str, words: Content) -> None:
        static = self.query_one(f"#{part}", Static)
        if static.content != words:
            static.update(words)
        static.display = bool(words)
