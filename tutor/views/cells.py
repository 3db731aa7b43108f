"""Text measured in terminal cells: a Chinese character takes two, a combining accent none."""

from __future__ import annotations

import functools
import unicodedata

_GONE = {"Cf"}
"""Format characters: joiners, and marks that would turn the direction of the line."""
_BAD = {"Cc", "Cs", "Cn", "Zl", "Zp"}
"""Control characters, halves of surrogates, and what has no width that anyone knows."""
_WIDENED = (
    ("\u2630", "\u2637"),
    ("\u268a", "\u268f"),
    ("\u4dc0", "\u4dff"),
    ("\U0001d300", "\U0001d376"),
)
"""Symbols of the Book of Changes and counting rods: wide since Unicode 16, which is newer."""


def clean(text: str) -> str:
    """``text`` on one line, with nothing in it that a terminal would act on."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_clean, text))


@functools.lru_cache(maxsize=4096)
def _clean(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\t\n\r\v\f":
        return " "
    if category in _BAD:
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category in _GONE or "\ufe00" <= char <= "\ufe0f" else char


def width(text: str) -> int:
    """How many cells ``text`` takes."""
    return len(text) if text.isascii() else sum(map(_width, text))


@functools.lru_cache(maxsize=4096)
def _width(char: str) -> int:
    if unicodedata.category(char) in {"Mn", "Me"}:
        return 0
    if unicodedata.east_asian_width(char) in {"W", "F"}:
        return 2
    return 2 if any(first <= char <= last for first, last in _WIDENED) else 1


def cut(text: str, most: int) -> str:
    """``text``, or its beginning and `…` when it takes more than ``most`` cells."""
    if width(text) <= most:
        return text
    if most <= 0:
        return ""
    kept, room = "", most - 1
    for char in text:
        room -= _width(char)
        if room < 0:
            break
        kept += char
    return f"{kept}…"


def left(text: str, cells: int) -> str:
    """``text`` at the left of so many cells; cut when it is longer."""
    text = cut(text, cells)
    return text + " " * (cells - width(text))


def right(text: str, cells: int) -> str:
    """``text`` at the right of so many cells; cut when it is longer."""
    text = cut(text, cells)
    return " " * (cells - width(text)) + text


def wrap(text: str, cells: int) -> list[str]:
    """``text`` in lines of at most so many cells, broken between words where it can be."""
    cells = max(cells, 2)
    lines: list[str] = []
    line = ""
    for whole in clean(text).split():
        word = whole
        if line and width(line) + 1 + width(word) <= cells:
            line += f" {word}"
            continue
        if line:
            lines.append(line)
        while width(word) > cells:
            head = cut(word, cells + 1)[:-1]
            lines.append(head)
            word = word[len(head) :]
        line = word
    return [*lines, line] if line else lines
