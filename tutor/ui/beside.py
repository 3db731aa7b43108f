"""An exercise in several frameworks as lines: programs in columns, differences, values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING

from rich.cells import cell_len, get_character_cell_size
from textual.content import Content

from tutor.ui import highlight, names
from tutor.ui.markdown import MUTED, Block, Gap, Line, Table, inline, lay_out

if TYPE_CHECKING:
    from tutor.course.models import FrameworkName
    from tutor.session.beside.comparison import Comparison

LEAST = 36
"""The least columns of text for a program: two beside one another at 80, three at 120."""
ENOUGH = 48
"""Columns that do for any program; fewer only where hardly a line is longer: see `FOLDED`."""
FOLDED = 8
"""One line in so many may be folded."""
BETWEEN = " │ "
OPENERS = ("def ", "class ", "@")
"""A part that begins so has an empty line above it."""


def arranged(
    comparison: Comparison, width: int, other: int
) -> tuple[tuple[FrameworkName, ...], ...]:
    """The frameworks beside one another, in groups one below another.

    All of them, or the learner's and one other, where their lines fit; else each in its own group:
    a program whose lines are folded again and again is hard to read.
    """
    every = comparison.frameworks
    others = every[1:]
    pair = (every[0], others[other % len(others)])
    for shown in (every, pair):
        if _fits(comparison, _room(width, len(shown))):
            return (shown,)
    return tuple((name,) for name in every)


def _room(width: int, columns: int) -> int:
    """How wide each of some columns is."""
    return (width - len(BETWEEN) * (columns - 1)) // columns


def _fits(comparison: Comparison, room: int) -> bool:
    """Whether programs can be read in columns of so many cells."""
    programs = (code for row in comparison.rows for code in row.code.values())
    wide = [cell_len(line) > room for code in programs for line in code.split("\n")]
    return room >= ENOUGH or (room >= LEAST and FOLDED * sum(wide) <= len(wide))


def lines(comparison: Comparison, width: int, other: int) -> list[Content]:
    """The page.

    Args:
        comparison: What is compared.
        width: Columns there are.
        other: Which of the other frameworks is beside the learner's when not all fit.
    """
    groups = arranged(comparison, width, other)
    page: list[Content] = []
    for shown in groups:
        if page:
            page.append(Content(""))
        page += _programs(comparison, shown, _room(width, len(shown)))
    every: list[FrameworkName] = [name for shown in groups for name in shown]
    page += lay_out([*_values(comparison), *_differences(comparison, every)], width)
    return page


def _programs(
    comparison: Comparison, shown: Sequence[FrameworkName], room: int
) -> Iterator[Content]:
    """Programs beside one another, under their titles."""
    yield _titles(comparison, shown, room)
    yield _ruled(room, len(shown))
    said = ""
    for row in comparison.rows:
        cells = [row.code.get(name, "") for name in shown]
        if any(cell.startswith(OPENERS) for cell in cells):
            yield _empty(room, len(shown))
        if any(cells):
            yield from _row("" if row.what == said else row.what, cells, room)
            said = row.what


def _titles(comparison: Comparison, shown: Sequence[FrameworkName], room: int) -> Content:
    words = [
        f"{names.framework(name)} · yours" if name == comparison.own else names.framework(name)
        for name in shown
    ]
    return Content(BETWEEN).join(Content.styled(f"{word:<{room}}"[:room], "bold") for word in words)


def _ruled(room: int, columns: int) -> Content:
    return Content.styled("─┼─".join("─" * room for _ in range(columns)), MUTED)


def _empty(room: int, columns: int) -> Content:
    return Content.styled(BETWEEN.join(" " * room for _ in range(columns)), MUTED)


def _row(what: str, cells: Sequence[str], room: int) -> Iterator[Content]:
    """What a part does, over its lines in each framework."""
    if what and not what.startswith("`"):  # a name that is defined is there to be read
        yield Content.styled(f"# {what}", f"italic {MUTED}")
    folded = [list(_folded(cell, room)) for cell in cells]
    for number in range(max(len(cell) for cell in folded)):
        parts: list[Content] = []
        for cell in folded:
            part = cell[number] if number < len(cell) else Content("")
            parts.append(part.pad_right(max(room - part.cell_length, 0)))
        yield Content.styled(BETWEEN, MUTED).join(parts)


def _folded(code: str, room: int) -> Iterator[Content]:
    """Lines of code in a column; one that is too long goes on under its own indentation."""
    if not code:
        return
    for line in highlight.python(code).expand_tabs(4).split("\n", allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip()) + 2
        if room - indent < 8:
            yield from line.fold(room)
            continue
        rest = line
        while rest.cell_length > room:
            end = _end_of(rest.plain, room, indent)
            yield rest[:end]
            rest = Content(" " * indent) + rest[end:]
        yield rest


def _end_of(code: str, room: int, indent: int) -> int:
    """Where to break a line of code: between words, where there is a place after its indent."""
    cells = accumulate(map(get_character_cell_size, code))
    most = sum(1 for _ in takewhile(room.__ge__, cells))
    places = (place for place in range(most, indent, -1) if code[place - 1] in " ,([")
    return next(places, most)


def _values(comparison: Comparison) -> Iterator[Block]:
    """What each framework computes, and how far it is from the learner's."""
    if not (comparison.compared or comparison.waiting or comparison.absent):
        return
    yield Gap()
    yield Line(Content.styled("The same numbers?", "bold"))
    for value in comparison.compared:
        kinds = set(value.kinds.values())
        kind = f" · {kinds.pop()}" if len(kinds) == 1 and kinds != {""} else ""
        yield Line(inline(f"`{value.label}`{kind}"))
        rows: list[tuple[Content, ...]] = []
        for name in comparison.frameworks:
            if name in value.shown:
                apart = value.apart.get(name, "yours" if name == comparison.own else "")
                own_kind = "" if kind else value.kinds[name]
                cells = (names.framework(name), value.shown[name], own_kind, apart)
                rows.append(tuple(Content(cell) for cell in cells))
        yield Table(tuple(rows), ("left",) * 4, indent=2, head=False)
        if value.differs:
            yield Line(inline(value.differs), "  ", "  ")
    for name, why in comparison.absent.items():
        who = names.framework(name)
        yield Line(Content(why if who in why else f"{who}: {why}"), "  ", "  ")
    if comparison.waiting:
        which = ", ".join(map(names.framework, comparison.waiting))
        yield Line(Content.styled(f"Running {which} …", MUTED), "  ", "  ")


def _differences(comparison: Comparison, shown: Sequence[FrameworkName]) -> Iterator[Block]:
    """What the frameworks do differently, of those that are shown."""
    if not comparison.differences:
        return
    yield Gap()
    yield Line(Content.styled("What differs", "bold"))
    for row in comparison.differences:
        yield Line(Content.styled(row.about, "underline"))
        for name in shown:
            if name in row.words:
                yield Line(inline(f"{names.framework(name)}: {row.words[name]}"), "  ", "    ")
