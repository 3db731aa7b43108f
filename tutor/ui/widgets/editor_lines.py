"""What keys do to lines of Python: pure functions on text, for the editor."""

from __future__ import annotations

import re
from collections.abc import Sequence

BLANK = "____"
"""What the learner has to fill in."""

_BLANK = re.compile(r"(?<!\w)____(?!\w)")
_INDENTED = re.compile(r"[ \t]*")
_STRING_OR_COMMENT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|(#.*)")


def blanks(line: str) -> list[tuple[int, int]]:
    """Return where blanks stand in `line`, as (start, end) columns."""
    return [match.span() for match in _BLANK.finditer(line)]


def indentation(line: str) -> str:
    """Return the white space that `line` starts with."""
    match = _INDENTED.match(line)
    return match.group() if match else ""


def indent_after(before: str, width: int) -> str:
    """Return what a new line starts with, when `before` is what stands left of the cursor."""
    code = _STRING_OR_COMMENT.sub(lambda match: "" if match.group(1) else "_", before).rstrip()
    deeper = " " * width if code.endswith((":", "(", "[", "{")) else ""
    return indentation(before) + deeper


def indent(lines: Sequence[str], width: int) -> list[str]:
    """Move lines to the right by one level; empty ones stay empty."""
    return [" " * width + line if line.strip() else line for line in lines]


def dedent(lines: Sequence[str], width: int) -> list[str]:
    """Move lines to the left by one level, as far as each can go."""
    moved: list[str] = []
    for line in lines:
        white = indentation(line)
        cut = 1 if white.startswith("\t") else min(width, len(white) - len(white.lstrip(" ")))
        moved.append(line[cut:])
    return moved


def toggle_comment(lines: Sequence[str]) -> list[str]:
    """Comment the lines out at their common indentation, or back in if all of them are comments."""
    written = [line for line in lines if line.strip()]
    if not written:
        return list(lines)
    if all(line.lstrip().startswith("#") for line in written):
        return [re.sub(r"^([ \t]*)# ?", r"\1", line, count=1) for line in lines]
    column = min(len(indentation(line)) for line in written)
    return [f"{line[:column]}# {line[column:]}" if line.strip() else line for line in lines]
