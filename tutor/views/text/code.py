"""Program text with line numbers; two side by side where there is room."""

from __future__ import annotations

from tutor.views import cells
from tutor.views.model import CodeText, Pane
from tutor.views.numbers import count

BESIDE = 100
"""Cells from which two texts stand side by side: each has 45 then, enough for most lines."""
BETWEEN = " │ "
TAB = 8
NARROWEST = 16
"""Cells of text below which lines are cut instead of folded."""


def draw(view: CodeText, width: int) -> list[str]:
    """Return the texts, one below the other or side by side."""
    if not view.panes:
        return ["There is no text."]
    if len(view.panes) == 2 and width >= BESIDE:
        left_width = (width - len(BETWEEN)) // 2
        right_width = width - len(BETWEEN) - left_width
        left, right = (
            _pane(pane, wide, whole=True)
            for pane, wide in zip(view.panes, (left_width, right_width), strict=True)
        )
        rows = max(len(left), len(right))
        left += [""] * (rows - len(left))
        right += [""] * (rows - len(right))
        return [
            f"{cells.left(one, left_width)}{BETWEEN}{two}"
            for one, two in zip(left, right, strict=True)
        ]
    lines: list[str] = []
    for pane in view.panes:
        lines += ["", *_pane(pane, width)] if lines else _pane(pane, width)
    return lines


def _pane(pane: Pane, width: int, *, whole: bool = False) -> list[str]:
    """One text below its title; long lines are folded, unless lines must stay what they are."""
    text = text_lines(pane)
    margin = len(str(len(text)))
    lines = [f"── {cells.clean(pane.title)} ──"] if pane.title else []
    for at, line in enumerate(text, 1):
        head = f"{at:>{margin}}  "
        lines += [f"{head}{line}"] if whole else _folded(head, cells.clean(line), width)
    if pane.lines > len(text):
        lines.append(f"The first {len(text):,} of {count(pane.lines, 'line')}.")
    return lines


def _folded(head: str, line: str, width: int) -> list[str]:
    """A line below a line where it does not fit, under its own indentation."""
    room = width - len(head)
    if cells.width(line) <= room or room < NARROWEST:
        return [f"{head}{line}"]
    indent = min(len(line) - len(line.lstrip()) + 4, room // 2)
    margin = " " * len(head)
    found: list[str] = []
    while cells.width(line) > room:
        part = cells.cut(line, room + 1)[:-1]
        space = part.rfind(" ")
        if space > room // 2:
            part = part[: space + 1]
        found.append(part)
        line = " " * indent + line[len(part) :]
    found.append(line)
    return [f"{margin if at else head}{part}" for at, part in enumerate(found)]


def text_lines(pane: Pane) -> list[str]:
    """The lines of a text, with tabs as spaces."""
    return [line.expandtabs(TAB) for line in pane.text.rstrip().split("\n")] if pane.text else []
