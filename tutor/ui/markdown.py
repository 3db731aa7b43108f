"""Markdown as lines of :class:`textual.content.Content`, at a given width.

Textual's own Markdown widget mounts one widget per paragraph, cell and fence; a reading step of
40 blocks then costs tens of milliseconds each time a learner turns the page. This keeps a page a
list of lines that one widget paints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content, Span

from tutor.ui import highlight

if TYPE_CHECKING:
    from markdown_it.token import Token

CODE = "$text-accent"
"""Inline code. No background: it must read in 16 colours and without any."""
CODE_BLOCK = "on $surface"
MUTED = "$text-muted"

_PYTHON = frozenset({"", "python", "py", "python3"})


@dataclass(frozen=True)
class Line:
    """Text that wraps, with what stands before its first and later lines."""

    content: Content
    first: str = ""
    """Before the first line: a bullet, a mark."""
    rest: str = ""
    """Before the other lines, as wide as `first`."""
    style: str = ""
    """Of the whole line."""


@dataclass(frozen=True)
class CodeBlock:
    """Code, padded to a block of its own background."""

    code: str
    python: bool = True
    label: str = ""
    """A line above it, such as `Runs before your code`."""
    indent: int = 0


@dataclass(frozen=True)
class Table:
    """A table."""

    rows: tuple[tuple[Content, ...], ...]
    aligns: tuple[str, ...]
    """`left`, `center` or `right`, per column."""
    indent: int = 0
    head: bool = True
    """Whether the first row is its head."""


@dataclass(frozen=True)
class Rule:
    """A horizontal rule."""


@dataclass(frozen=True)
class Gap:
    """An empty line."""


Block = Line | CodeBlock | Table | Rule | Gap


def parse(text: str) -> tuple[Block, ...]:
    """Read Markdown (CommonMark, with tables)."""
    # 10 ms, which the home screen does not pay.
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return tuple(_spaced(_Reader(tokens).blocks()))


def inline(text: str) -> Content:
    """Read one paragraph's worth of Markdown: bold, italic, code."""
    lines = [block.content for block in parse(text) if isinstance(block, Line)]
    return Content("\n").join(lines) if lines else Content(text)


def code_spans(text: str) -> Content:
    """Read only what is between backticks, of text that may be code itself, such as `a * b * c`."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return Content(text)
    styles = ("", CODE)
    return Content("").join(
        Content.styled(piece, styles[place % 2]) for place, piece in enumerate(pieces)
    )


def _spaced(blocks: Iterator[tuple[bool, Block]]) -> Iterator[Block]:
    """Put a gap before each block that asks for one, save the first."""
    started = False
    for gap, block in blocks:
        if gap and started:
            yield Gap()
        started = True
        yield block


class _Reader:
    """Turns markdown-it's flat list of tokens into blocks."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._prefix: list[str] = []
        """What each enclosing list or quotation puts before later lines."""
        self._bullet = ""
        """What goes before the next line instead of the innermost prefix."""
        self._opening = False
        """Whether the next line is the first of an outermost list."""
        self._counters: list[int | None] = []
        """The next number in each enclosing list; None in one with bullets."""

    def blocks(self) -> Iterator[tuple[bool, Block]]:
        """Yield each block, and whether a gap goes before it."""
        index = 0
        while index < len(self._tokens):
            token = self._tokens[index]
            if token.type == "inline":
                yield self._line(_inline(token.children or ()), self._tokens[index - 1])
            elif token.type == "html_block":
                yield self._line(Content(token.content.rstrip("\n")), token)
            elif token.type in ("fence", "code_block"):
                yield True, self._fence(token)
            elif token.type == "hr":
                yield True, Rule()
            elif token.type == "table_open":
                index, table = self._table(index)
                yield True, table
            else:
                self._nest(token)
            index += 1

    def _nest(self, token: Token) -> None:
        """Go into or out of a list, an item or a quotation."""
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._opening = not self._counters
                number = int(token.attrs.get("start", 1)) if token.tag == "ol" else None
                self._counters.append(number)
            case "bullet_list_close" | "ordered_list_close":
                self._counters.pop()
            case "list_item_open":
                number = self._counters[-1]
                self._bullet = "• "
                if number is not None:
                    self._bullet = f"{number}. "
                    self._counters[-1] = number + 1
                self._prefix.append(" " * len(self._bullet))
            case "blockquote_open":
                self._prefix.append("▎ ")
            case "list_item_close" | "blockquote_close":
                self._prefix.pop()
                self._bullet = ""
            case _:
                pass

    def _indent(self) -> int:
        return sum(len(part) for part in self._prefix)

    def _fence(self, token: Token) -> CodeBlock:
        language = token.info.split()[0].lower() if token.info.strip() else ""
        return CodeBlock(token.content.rstrip("\n"), language in _PYTHON, indent=self._indent())

    def _line(self, content: Content, opener: Token) -> tuple[bool, Line]:
        """A line, and whether a gap goes before it: not inside a tight list."""
        style = ""
        if opener.type == "heading_open":
            style = "bold underline $text-primary" if opener.tag in ("h1", "h2") else "bold"
        gap = not opener.hidden or self._opening
        self._opening = False
        first = rest = "".join(self._prefix)
        if self._bullet:
            first = "".join(self._prefix[:-1]) + self._bullet
            self._bullet = ""
        return gap, Line(content, first, rest, style)

    def _table(self, index: int) -> tuple[int, Table]:
        rows: list[tuple[Content, ...]] = []
        row: list[Content] = []
        aligns: list[str] = []
        while (token := self._tokens[index]).type != "table_close":
            if token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                rows.append(tuple(row))
            elif token.type == "th_open":
                aligns.append(str(token.attrs.get("style", "left")).rpartition(":")[2])
            elif token.type == "inline":
                row.append(_inline(token.children or ()))
            index += 1
        return index, Table(tuple(rows), tuple(aligns), self._indent())


def _inline(tokens: Sequence[Token]) -> Content:
    parts: list[str] = []
    spans: list[Span] = []
    open_: list[tuple[str, int]] = []
    length = 0

    def add(text: str, style: str = "") -> None:
        nonlocal length
        parts.append(text)
        if style:
            spans.append(Span(length, length + len(text), style))
        length += len(text)

    styles = {"strong_open": "bold", "em_open": "italic", "link_open": "underline"}
    for token in tokens:
        if token.type in ("text", "html_inline"):
            add(token.content)
        elif token.type == "code_inline":
            add(token.content, CODE)
        elif token.type == "softbreak":
            add(" ")
        elif token.type == "hardbreak":
            add("\n")
        elif token.type == "image":
            add(token.content or "image", "italic")
        elif token.type in styles:
            open_.append((styles[token.type], length))
        elif token.type.endswith("_close") and open_:
            style, start = open_.pop()
            spans.append(Span(start, length, style))
    return Content("".join(parts), spans)


def lay_out(blocks: Sequence[Block], width: int) -> list[Content]:
    """Return the lines of a page, each at most `width` cells."""
    width = max(width, 8)
    lines: list[Content] = []
    for block in blocks:
        if isinstance(block, Gap):
            lines.append(Content(""))
        elif isinstance(block, Rule):
            lines.append(Content.styled("─" * width, MUTED))
        elif isinstance(block, Line):
            lines.extend(_wrap(block, width))
        elif isinstance(block, CodeBlock):
            lines.extend(_code(block, width))
        else:
            lines.extend(_table(block, width))
    return lines


def _wrap(line: Line, width: int) -> Iterator[Content]:
    content = line.content.stylize(line.style) if line.style else line.content
    room = max(width - len(line.rest), 8)
    before = line.first
    for part in content.wrap(room):
        yield Content(before) + part if before else part
        before = line.rest


def _code(block: CodeBlock, width: int) -> Iterator[Content]:
    indent = " " * block.indent
    room = max(width - block.indent - 2, 8)
    if block.label:
        yield Content.styled(indent + block.label, MUTED)
    content = highlight.python(block.code) if block.python else Content(block.code)
    for line in content.expand_tabs(4).split("\n", allow_blank=True):
        for part in line.fold(room):
            row = Content(" ") + part.pad_right(max(room - part.cell_length, 0)) + Content(" ")
            yield Content(indent) + row.stylize_before(CODE_BLOCK)


def _table(table: Table, width: int) -> Iterator[Content]:
    columns = len(table.aligns)
    rows = [(row + (Content(""),) * columns)[:columns] for row in table.rows]
    widths = _widths(rows, width - table.indent - 2 * (columns - 1))
    indent = " " * table.indent
    for number, row in enumerate(rows):
        cells = [cell.wrap(room) or [Content("")] for cell, room in zip(row, widths, strict=True)]
        for y in range(max(len(cell) for cell in cells)):
            parts: list[Content] = []
            for cell, room, align in zip(cells, widths, table.aligns, strict=True):
                part = cell[y] if y < len(cell) else Content("")
                spare = max(room - part.cell_length, 0)
                left = {"right": spare, "center": spare // 2}.get(align, 0)
                parts.append(part.pad(left, spare - left))
            line = Content("  ").join(parts)
            yield Content(indent) + (line.stylize("bold") if number == 0 and table.head else line)
        if number == 0 and table.head:
            yield Content.styled(indent + "  ".join("─" * room for room in widths), MUTED)


def _widths(rows: Sequence[Sequence[Content]], room: int) -> list[int]:
    """Share the room: narrow columns keep what they need, wide ones split the rest."""
    wanted = [max(*(cell.cell_length for cell in column), 3) for column in zip(*rows, strict=True)]
    widths = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=wanted.__getitem__)
    left = max(room, 3 * len(wanted))
    for done, column in enumerate(order):
        widths[column] = min(wanted[column], left // (len(wanted) - done))
        left -= widths[column]
    return widths
