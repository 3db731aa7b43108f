"""A view saved as a file: SVG for what is drawn with lines, PNG for images, text for the rest."""

from __future__ import annotations

import itertools
import re
import unicodedata
from pathlib import Path

from tutor.views import text
from tutor.views.model import Bars, CodeText, Curve, Graph, Image, Language, Timeline, View

SUFFIXES: dict[Language, str] = {
    "python": ".py",
    "triton": ".py",
    "mlir": ".mlir",
    "cpp": ".cpp",
    "hlo": ".hlo",
}
"""Of a single program text; any other is `.txt`."""
LONGEST = 60
"""Characters of a file's name before its number: at four bytes each, a name's 255 hold no more."""
WIDTH = 110
"""Columns of text in a file."""


def save(view: View, folder: Path, stem: str = "") -> Path:
    """Write ``view`` to a new file in ``folder`` and return its path.

    Args:
        view: Of any kind.
        folder: One that exists.
        stem: The name of the file without its suffix, such as `losses-mse-loss`; what no file
            name should hold is replaced. By default the view's own name. When there is such a file
            already, a number is added: nothing is ever overwritten.

    Raises:
        OSError: It cannot be written.
    """
    suffix, data = content(view)
    name = _slug(stem) or _slug(view.name) or "view"
    for number in itertools.count(1):
        path = folder / (f"{name}{suffix}" if number == 1 else f"{name}-{number}{suffix}")
        try:
            file = path.open("xb")
        except FileExistsError:
            continue
        try:
            with file:
                file.write(data)
        except OSError:  # half a file is none
            path.unlink(missing_ok=True)
            raise
        return path
    raise AssertionError("numbers do not end")


def content(view: View) -> tuple[str, bytes]:
    """Return the suffix and the bytes of the file."""
    match view:
        case Curve() | Bars() | Graph() | Timeline():
            from tutor.views import svg

            return ".svg", svg.draw(view).encode()
        case Image():
            from tutor.views import png

            return ".png", png.draw(view)
        case CodeText() if len(view.panes) == 1:
            [pane] = view.panes
            source = pane.text if pane.text.endswith("\n") else f"{pane.text}\n"
            return SUFFIXES.get(pane.language, ".txt"), source.encode(errors="replace")
        case _:
            return ".txt", ("\n".join(text.titled(view, WIDTH)) + "\n").encode()


def _slug(words: str) -> str:
    """``words`` as a file name for any system: letters, digits, `-`, `_` and `.` within."""
    plain = unicodedata.normalize("NFKC", words)
    kept = re.sub(r"[^\w.-]+", "-", plain, flags=re.UNICODE)
    return re.sub(r"-{2,}", "-", kept).strip("-._")[:LONGEST].rstrip("-._")
