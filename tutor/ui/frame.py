"""Paint only the cells that changed.

Textual repaints by widget, or by region at best, and writes a region from its widget's left edge:
a cursor move in a highlighted ``TextArea`` costs 10 to 20 kB, which a 20 kB/s line shows a second
late. ``ThriftyApp`` remembers what is on the terminal, cell by cell, and writes the difference. It
sits at the last step before the driver, so it cannot make widgets stale: what Textual would have
written is compared with what the terminal shows, and only equal cells are left out.

It relies on private names, because Textual 8.2 has no public place between compositor and driver:
``App._display`` and, in ``textual._compositor``, ``CompositorUpdate.render_segments``,
``ChopsUpdate.{chops,spans,chop_ends}`` and ``LayoutUpdate.{strips,region}``.
``tests/ui/test_frame.py`` fails when one of them changes. An update of any other type is passed on
as it is, and everything is painted anew after it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple

from rich.cells import get_character_cell_size
from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

from tutor.ui import overlay
from tutor.ui.overlay import Overlay

_UNPRINTABLE = dict.fromkeys((*range(32), *range(127, 160)))
"""Control characters. Rich counts none of them as a cell, and stock Textual writes them: a
program's output, or a line pasted into an ``Input``, could move the cursor or clear the screen."""

_MERGE = 8
"""Two changes in one style, at most so many cells apart, are written as one: moving the cursor
costs six to eight bytes."""


class _Look(NamedTuple):
    """How a cell looks, as escape sequences."""

    before: str
    """Written before text, when the terminal is in its plain state."""
    after: str
    """Written after text, to be in the plain state again."""
    parts: tuple[str, str, str] | None
    """SGR parameters for attributes, foreground and background; None if there is a link as well."""


_PLAIN = ("", "", "")


def _look(before: str, after: str) -> _Look:
    """Take apart what Textual writes around text."""
    if not before:
        return _Look(before, after, _PLAIN)
    if not (before.startswith("\x1b[") and before.endswith("m") and before.count("\x1b") == 1):
        return _Look(before, after, None)
    attributes: list[str] = []
    colours = {"3": "", "4": ""}
    parameters = iter(before[2:-1].split(";"))
    for parameter in parameters:
        if parameter in {"38", "48"}:
            kind = next(parameters)
            rest = [next(parameters) for _ in range(3 if kind == "2" else 1)]
            colours[parameter[0]] = ";".join([parameter, kind, *rest])
        elif len(parameter) > 1 and 30 <= int(parameter) <= 49:
            colours[parameter[0]] = parameter
        elif len(parameter) > 1 and 90 <= int(parameter) <= 107:
            colours["3" if int(parameter) < 100 else "4"] = parameter
        else:
            attributes.append(parameter)
    return _Look(before, after, (";".join(attributes), colours["3"], colours["4"]))


def _change_pen(old: tuple[str, str, str], new: tuple[str, str, str]) -> str:
    """The shortest SGR sequence from one look to another."""
    if old == new:
        return ""
    if old[0] == new[0] and all(
        after or not before for before, after in zip(old, new, strict=True)
    ):
        wanted = [part for before, part in zip(old, new, strict=True) if part != before]
    else:
        wanted = ["" if new == _PLAIN else "0", *filter(None, new)]
    return f"\x1b[{';'.join(wanted)}m"


@lru_cache(maxsize=4096)
def _one_cell_each(text: str) -> bool:
    """Whether each character of `text` takes one cell, on every terminal."""
    if not text.isprintable():
        return False
    return text.isascii() or all(get_character_cell_size(character) == 1 for character in text)


def _printable(strip: Strip) -> Strip:
    """Return `strip` without control characters, except those that a widget marks as control."""
    if all(text.isprintable() or control for text, _, control in strip):
        return strip
    return Strip(
        [
            Segment(text if control else text.translate(_UNPRINTABLE), style, control)
            for text, style, control in strip
        ],
        strip.cell_length,
    )


class Frame:
    """What the terminal shows, and how to get from there to something else."""

    def __init__(self) -> None:
        self._size = Size(0, 0)
        self._text: list[list[str | None]] = []
        """Per cell: its character, or None where nothing is known."""
        self._looks: list[list[_Look | None]] = []
        """Per cell: its style, as `_known` interned it."""
        self._known: dict[Style | None, _Look] = {}
        self._interned: dict[_Look, _Look] = {}
        self._pen = _PLAIN
        """The terminal's SGR state while an update is written; plain between updates."""
        self._over: Overlay | None = None
        self._draw_over = False
        """Whether the overlay's cells were written since it was drawn."""

    def forget(self) -> None:
        """Assume nothing about the terminal: the next update is written whole."""
        self._size = Size(0, 0)

    def lay_over(self, picture: Overlay | None) -> None:
        """Draw a picture with the next update, wherever its blank cells are; or no more."""
        self._over, self._draw_over = picture, picture is not None

    def paint(self, update: ChopsUpdate | LayoutUpdate, console: Console) -> str:
        """Return what turns the terminal's content into `update`, and assume that it is written."""
        whole = isinstance(update, LayoutUpdate)
        size = update.region.size if whole else Size(update.chop_ends[0][-1], len(update.chops))
        if size != self._size:
            self._size = size
            self._text = [[None] * size.width for _ in range(size.height)]
            self._looks = [[None] * size.width for _ in range(size.height)]
        pieces = _layout_pieces(update) if whole else _chop_pieces(update)
        output: list[str] = []
        for x, y, strip in pieces:
            output.extend(self._paint_strip(x, y, strip, console))
        output.append(self._set_pen(_PLAIN))
        if self._over is not None and self._draw_over and (at := self._place_of(self._over)):
            output.append(f"\x1b7{_move(*at)}{self._over.data}\x1b8")
            self._draw_over = False
        return "".join(output)

    def _place_of(self, picture: Overlay) -> tuple[int, int] | None:
        """Column and row of a picture's corner; None while it is not to be seen whole.

        Nor on the last row: to draw there scrolls the screen.
        """
        lines = [y for y, row in enumerate(self._text) if overlay.BLANK in row]
        if len(lines) != picture.rows or lines[-1] + 1 >= self._size.height:
            return None
        x = self._text[lines[0]].index(overlay.BLANK)
        whole = [overlay.BLANK] * picture.columns
        if any(self._text[y][x : x + picture.columns] != whole for y in lines):
            return None
        return x, lines[0]

    def _paint_strip(self, x: int, y: int, strip: Strip, console: Console) -> Iterator[str]:
        """Yield what turns the cells from (x, y) on into `strip`."""
        width = strip.cell_length
        if not width:
            return
        if not (0 <= y < self._size.height and 0 <= x <= self._size.width - width):
            # Textual gave more than the screen holds; the terminal decides what becomes of it.
            self.forget()
            yield self._set_pen(_PLAIN) + _move(x, y) + strip.render(console)
            return
        strip = _printable(strip)
        end = x + width
        text: list[str | None] = []
        looks: list[_Look | None] = []
        narrow = True
        for segment in strip:
            style, characters = segment.style, segment.text
            narrow = narrow and segment.control is None and _one_cell_each(characters)
            text.extend(characters)
            looks.extend([self._look_of(style, console)] * len(characters))
        row_text, row_looks = self._text[y], self._looks[y]
        if not narrow:
            # Wide and joined characters, and images: how far they reach is the terminal's affair,
            # so the strip is written whole, and nothing is assumed about it afterwards.
            row_text[x:end] = [None] * width
            row_looks[x:end] = [None] * width
            yield self._set_pen(_PLAIN) + _move(x, y) + strip.render(console)
            return
        if row_text[x:end] == text and row_looks[x:end] == looks:
            return
        changed = [
            i
            for i in range(width)
            if row_text[x + i] != text[i] or row_looks[x + i] is not looks[i]
        ]
        row_text[x:end] = text
        row_looks[x:end] = looks
        if self._over is not None and any(text[i] == overlay.BLANK for i in changed):
            self._draw_over = True
        for first, last in _runs(changed, looks):
            yield _move(x + first, y)
            start = first
            while start <= last:
                stop = start + 1
                while stop <= last and looks[stop] is looks[start]:
                    stop += 1
                yield self._draw("".join(filter(None, text[start:stop])), looks[start])
                start = stop

    def _draw(self, text: str, look: _Look | None) -> str:
        if look is None or look.parts is None:
            before, after = (look.before, look.after) if look else ("", "")
            return f"{self._set_pen(_PLAIN)}{before}{text}{after}"
        return self._set_pen(look.parts) + text

    def _set_pen(self, pen: tuple[str, str, str]) -> str:
        change = _change_pen(self._pen, pen)
        self._pen = pen
        return change

    def _look_of(self, style: Style | None, console: Console) -> _Look:
        """What surrounds text in `style`; one object for all styles that look the same."""
        look = self._known.get(style)
        if look is None or (style is not None and style.link):
            # Equal styles may differ in a link's id, which is no part of a style's hash.
            before, _, after = Strip([Segment("\0", style)]).render(console).partition("\0")
            look = _look(before, after)
            look = self._interned.setdefault(look, look)
            if len(self._known) > 8192:  # an animation makes styles without end
                self._known.clear()
            self._known[style] = look
        return look


def _move(x: int, y: int) -> str:
    return Control.move_to(x, y).segment.text


def _layout_pieces(update: LayoutUpdate) -> Iterator[tuple[int, int, Strip]]:
    """What a whole repaint consists of: (x, y, strip)."""
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield x, y, strip
            x += strip.cell_length


def _chop_pieces(update: ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """What a partial repaint consists of: (x, y, strip).

    Each strip reaches from its widget's left edge to the end of the changed span. Only those that
    touch a span hold what is to be shown there: the widgets above the others were not asked.
    """
    for y, x1, x2 in update.spans:
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is not None and x < x2 and end > x1:
                yield x, y, strip if end <= x2 else strip.crop(0, x2 - x)


def _runs(changed: list[int], looks: list[_Look | None]) -> Iterable[tuple[int, int]]:
    """Join indices of changed cells into runs (first, last), over gaps cheap to rewrite."""
    runs: list[tuple[int, int]] = []
    for index in changed:
        if runs:
            first, last = runs[-1]
            gap = looks[last:index]
            if index - last <= _MERGE and all(look is gap[0] for look in gap):
                runs[-1] = (first, index)
                continue
        runs.append((index, index))
    return runs


class _FrameUpdate(CompositorUpdate):
    """An update that writes the difference. Rendered only if it is really written."""

    def __init__(self, update: ChopsUpdate | LayoutUpdate, frame: Frame) -> None:
        self._update = update
        self._frame = frame

    def render_segments(self, console: Console) -> str:
        return self._frame.paint(self._update, console)


class ThriftyApp(App[ReturnType]):
    """An app that writes to the terminal only what changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "redraw", "Redraw", show=False, id="app.redraw")
    ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._frame = Frame()
        self._sixel = False
        """Whether the terminal has said that it shows sixel pictures."""
        self._asked_for_sixel = False
        self._waiting_for_sixel: Callable[[], None] | None = None

    def on_mount(self) -> None:
        """Paint everything after the terminal was somebody else's."""
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw(), immediate=True)

    def on_resize(self) -> None:
        """A terminal that changed its size may have wrapped, cut or lost anything."""
        self._frame.forget()

    def action_redraw(self) -> None:
        """Write the whole screen again, in case something else wrote on the terminal."""
        self._frame.forget()
        self.screen.refresh()

    def write_raw(self, data: str) -> None:
        """Write what no widget can: it may neither move the cursor nor change a cell."""
        if self._driver is not None:
            self._driver.write(data)

    def has_sixel(self, once_known: Callable[[], None]) -> bool:
        """Whether the terminal shows sixel pictures; ``once_known`` is called if it says so later.

        The first call asks it.
        """
        if not self._asked_for_sixel:
            self._asked_for_sixel = True
            if overlay.may_ask(os.environ):
                self.write_raw(overlay.PROBE)
                self._waiting_for_sixel = once_known
        return self._sixel

    def on_cursor_position(self, event: events.CursorPosition) -> None:
        """The terminal says where the cursor was after it was sent a picture."""
        waiting, self._waiting_for_sixel = self._waiting_for_sixel, None
        if waiting is not None and event.y > 0:
            self._sixel = True
            self._frame.forget()  # the corner shows a bit of it
            waiting()
            self.screen.refresh()

    def lay_over(self, picture: Overlay | None) -> None:
        """Draw a picture over blank cells whenever they are painted; or no more."""
        self._frame.lay_over(picture)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        shown: Any = renderable
        if isinstance(renderable, ChopsUpdate | LayoutUpdate):
            shown = _FrameUpdate(renderable, self._frame)
        elif renderable is not None:
            self._frame.forget()
        super()._display(screen, shown)
