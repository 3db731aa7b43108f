"""``from tutor import show``, outside of the tutor: the same views, as text on stdout.

A script that shows what it does under fwtutor runs as it is elsewhere, too: plainly, in a
notebook, or with no terminal at all. A live curve prints nothing for its points; it is drawn when
the program (in a notebook: the cell) ends, and every half minute until then. Everything else is
printed when it is shown, and again, at most every half minute, when it was shown anew.

Nothing here needs a screen, and no framework is imported: those that the program uses are there.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import sys
import time
from typing import TYPE_CHECKING, Any

from tutor.runtime.worker.show import Recorder, hide_from_dynamo, make_show
from tutor.runtime.worker.views import Sight
from tutor.runtime.worker.views.arrays import MAKE, Arrays

if TYPE_CHECKING:
    from tutor.views.model import View

EVERY = 30.0
"""Seconds between two drawings of one name: more would hide what the program itself prints."""
HEIGHT = 20
"""Lines of a drawing."""
WIDTH = 78
"""Columns where no terminal says how many it has."""


class _Page:
    """What a program, or a cell of a notebook, has shown."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}
        self._stale: dict[str, None] = {}
        """Names of views that are newer than what was printed of them."""
        self._printed: dict[str, float] = {}
        self._began = time.monotonic()
        self.recorder = Recorder(Sight(_adapter(), {}, {}), self._send)

    def _send(self, wire: dict[str, Any], more: bool, _room: int) -> int:
        import msgspec

        from tutor.views.gather import gather
        from tutor.views.model import View

        view = msgspec.convert(wire, View)  # type: ignore[arg-type]
        gather(self._views, view, more=more)
        self._stale[view.name] = None
        # a curve that grows has hardly begun at its first point
        before = self._began if self.recorder.is_live(view.name) else -EVERY
        if time.monotonic() - self._printed.get(view.name, before) >= EVERY:
            self._print(view.name)
        return 0

    def _print(self, name: str) -> None:
        from tutor.views import text

        self._stale.pop(name, None)
        self._printed[name] = time.monotonic()
        width = min(shutil.get_terminal_size((WIDTH + 2, 24)).columns - 2, 120)
        drawn = _can_draw()
        lines = [*text.titled(self._views[name], width, height=HEIGHT, drawn=drawn), ""]
        told = "\n".join(lines)
        _say(told if drawn else told.encode("ascii", "replace").decode("ascii"))

    def end(self) -> None:
        """Draw what was not drawn yet."""
        self.recorder.finish(wait=True)
        if os.getpid() == self.recorder.process:
            for name in [*self._stale]:
                self._print(name)


def _adapter() -> Any:
    """Return an adapter of a framework that the program has imported; None without any."""
    for framework in MAKE:
        if framework in sys.modules:
            return Arrays().adapter(framework)
    return None


def _say(text: str) -> None:
    """Print it; a stream that is closed or full is not the program's fault."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(text, flush=True)


def _can_draw() -> bool:
    """Whether stdout's encoding has the marks of a drawing; words and numbers do without."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "█⡇─…".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


_page: _Page | None = None


def _take(*given: Any) -> None:
    """Take a call; the first one begins a page."""
    global _page  # noqa: PLW0603 - a program has one stdout, and one page of it
    if _page is None:
        _page = _begin()
    _page.recorder.take(*given)


def _begin() -> _Page:
    hide_from_dynamo(show)  # PyTorch was perhaps not there when we were imported
    page = _Page()
    multiprocessing = sys.modules.get("multiprocessing")
    if multiprocessing is not None and multiprocessing.parent_process() is not None:
        page.recorder.process = 0  # started by another process that shows: this one says so
        return page
    cells = _notebook()
    if cells is not None:
        cells.register("post_run_cell", _cell_ended)
    atexit.register(page.end)
    return page


def _notebook() -> Any:
    """Return IPython's events, where cells are run."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "events", None)


def _cell_ended(*_: Any) -> None:
    global _page
    page, _page = _page, None
    if page is not None:
        atexit.unregister(page.end)
        _notebook().unregister("post_run_cell", _cell_ended)
        page.end()


show = make_show(_take, "Show a value as text; fwtutor draws it on its screen.\n")
