"""Images: weights, digits, attention, a confusion matrix; with the value under a cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip

from tutor.ui.markdown import MUTED
from tutor.ui.views import matrix, mosaic
from tutor.ui.views.base import Drawing, Row
from tutor.ui.views.mosaic import Mosaic, Spot
from tutor.ui.views.paint import ODD, Paint, with_cursor
from tutor.ui.views.paint import tiles as tiles_of
from tutor.ui.views.pixels import Pixels
from tutor.ui.views.real import RealPixels
from tutor.views import cells
from tutor.views.model import Image, View
from tutor.views.numbers import count, number
from tutor.views.palette import Palette
from tutor.views.text.image import ODD as MARK
from tutor.views.text.image import legend

SCALE = 16
"""Cells of the palette in the legend."""


class ImageDrawing(Drawing):
    """Arrows go from pixel to pixel, Enter to a single tile and back, + and - zoom."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1, 0)", "Read", key_display="arrows"),
        Binding("down", "cursor(1, 0)", "Down", show=False),
        Binding("left", "cursor(0, -1)", "Left", show=False),
        Binding("right", "cursor(0, 1)", "Right", show=False),
        Binding("shift+up,pageup", "cursor(-8, 0)", "Up eight", show=False),
        Binding("shift+down,pagedown", "cursor(8, 0)", "Down eight", show=False),
        Binding("shift+left,home", "cursor(0, -8)", "Left eight", show=False),
        Binding("shift+right,end", "cursor(0, 8)", "Right eight", show=False),
        Binding("enter", "alone", "One tile"),
        Binding("plus,equals_sign", "zoom(1)", "Zoom", key_display="+-"),
        Binding("minus,underscore", "zoom(-1)", "Zoom out", show=False),
        Binding("0", "zoom(0)", "Fit", show=False),
    ]

    def __init__(self, view: View, *, compact: bool) -> None:
        super().__init__(view, compact=compact)
        self._tile, self._y, self._x = 0, 0, 0
        """Where the cursor is."""
        self._alone = False
        """Whether only the tile under the cursor is shown."""
        self._zoom: int | None = None
        """None: as large as fits."""
        self._zoomed = 1
        """The zoom of what is drawn."""
        self._page: Mosaic | None = None
        """Where the tiles of what is drawn are; None for a matrix of numbers."""
        self._painted: tuple[object, list[Strip]] | None = None
        """What the rows without a cursor were painted for, and the rows."""
        self._real = RealPixels()
        self._take()

    @property
    def image(self) -> Image:
        """The view."""
        return cast("Image", self.view)

    def _take(self) -> None:
        self._pixels = [
            Pixels(tile) for tile in self.image.tiles if tile.height > 0 and tile.width > 0
        ]
        self._tile = min(self._tile, max(len(self._pixels) - 1, 0))
        if self._pixels:
            tile = self._pixels[self._tile].tile
            self._y, self._x = min(self._y, tile.height - 1), min(self._x, tile.width - 1)
        self._painted = None
        self._tell()

    def update_view(self, view: View) -> None:
        """Draw another image; the cursor and the zoom stay."""
        self.view = view
        self._take()
        self.redraw()

    # What is drawn

    @property
    def _paint(self) -> Paint:
        """What the terminal has for it: of sixteen colours, none lies between two others."""
        colourful = self.app.console.color_system in {"256", "truecolor"}
        without = self.app.no_color
        return Paint(self.rich_style, colourful and not without, signs=not without)

    @property
    def _shown(self) -> list[Pixels]:
        return [self._pixels[self._tile]] if self._alone else self._pixels

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """The tiles, and what their colours mean."""
        if not self._pixels:
            return [Content.styled("There are no pixels.", MUTED)]
        paint = self._paint
        notes = self._notes(width)
        room = max(height - len(notes), 2)
        self._page = None
        if not self.compact and (sent := self._as_pixels(paint, width, room)) is not None:
            return [*sent, *notes]
        if (found := self._as_matrix(width, room)) is not None:
            return [*found, *notes]
        tiles = [pixels.tile for pixels in self._shown]
        zoom = self._zoom
        if zoom is None:
            zoom = mosaic.fitting(tiles, width, room, paint.dots)
            if not self.compact and zoom < 1 and max(tile.width for tile in tiles) <= width:
                zoom = 1  # what is too much for the screen is scrolled, not blurred
        self._zoomed = zoom
        self._page = mosaic.lay_out(tiles, width, zoom, paint.dots)
        key = (width, zoom, self._alone and self._tile, paint)
        if self._painted is None or self._painted[0] != key:
            rows = tiles_of(self._page, self._shown, self.image, zoom, paint)
            self._painted = (key, rows)
        rows = self._painted[1]
        rows = rows[:room] if self.compact else with_cursor(rows, self._cell(), paint)
        return [*rows, *notes]

    def _as_pixels(self, paint: Paint, width: int, height: int) -> list[Strip] | None:
        """The tile in pixels, where the terminal can and cells would make it smaller."""
        shown = self._shown
        if len(shown) != 1 or self._zoom is not None or not paint.coloured:
            return None
        if mosaic.fitting([shown[0].tile], width, height, paint.dots) >= 1:
            return None
        return self._real.rows(self, shown[0], Palette(self.image), (height, width), paint)

    def on_unmount(self) -> None:
        """The terminal need not keep its picture."""
        self._real.forget(self)

    def _as_matrix(self, width: int, height: int) -> list[Strip] | None:
        """One tile whose rows and columns have names, when its numbers fit."""
        view = self.image
        if len(self._pixels) != 1 or not (view.rows or view.columns) or self._zoom is not None:
            return None
        pixels = self._pixels[0]
        if pixels.tile.channels != 1 or (self.compact and pixels.tile.height + 1 > height):
            return None
        cursor = None if self.compact else (self._y, self._x)
        return matrix.draw(
            view, pixels.values, width, cursor, self.rich_style, coloured=self._paint.coloured
        )

    def _cell(self) -> tuple[int, int, bool]:
        """Row and column of the cursor's cell, and whether it is in the cell's lower half."""
        assert self._page is not None
        spot = self._spot(self._page)
        if self._zoomed >= 1:
            y = self._y * self._zoomed + self._zoomed // 2
            x = self._x * self._zoomed + self._zoomed // 2
        else:
            block = mosaic.block_of(self._zoomed)
            y, x = self._y // block, self._x // block
        row, below = divmod(y, self._paint.dots.down)
        return spot.top + row, spot.left + x * self._paint.dots.across, bool(below)

    def _spot(self, page: Mosaic) -> Spot:
        return page.spots[0 if self._alone else self._tile]

    def _notes(self, width: int) -> list[Content]:
        """What the colours mean, and what is not shown."""
        view, paint = self.image, self._paint
        notes: list[Content] = []
        if all(pixels.tile.channels == 3 for pixels in self._pixels):
            notes.append(Content("red, green and blue"))
        elif not paint.coloured:
            notes += map(Content, legend(view, [pixels.tile for pixels in self._pixels]))
        elif view.low is not None:
            notes.append(_scale(Palette(view)))
        if view.odd:
            mark = ODD if paint.coloured else MARK
            notes.append(Content(f"{mark} {count(view.odd, 'value')} NaN or infinite"))
        if view.total > len(view.tiles):
            notes.append(Content(f"the first {len(view.tiles):,} of {count(view.total, 'image')}"))
        block = mosaic.block_of(self._zoomed)
        if self._page is not None and block > 1:
            notes.append(Content(f"{block}×{block} pixels in one"))
        return [Content("  ·  ").join(notes).truncate(width)] if notes else []

    # Keys

    def action_cursor(self, down: int, across: int) -> None:
        """Go so many pixels on; over the edge of a tile, to the next one."""
        if not self._pixels:
            return
        step = mosaic.block_of(self._zoomed) if self._page is not None else 1
        y, x = self._y + down * step, self._x + across * step
        tile = self._pixels[self._tile].tile
        if not (0 <= y < tile.height and 0 <= x < tile.width):
            self._cross(y, x)
        else:
            self._y, self._x = y, x
        self._tell()
        self.redraw()
        self._follow()

    def _cross(self, y: int, x: int) -> None:
        """Over the edge of a tile: to its neighbour there, or as far as the edge."""
        tile = self._pixels[self._tile].tile
        per_row = self._page.per_row if self._page is not None else 1
        by = (y >= tile.height) * per_row - (y < 0) * per_row + (x >= tile.width) - (x < 0)
        target = self._tile + by
        leaves = abs(by) == 1 and per_row > 1 and target // per_row != self._tile // per_row
        if not 0 <= target < len(self._pixels) or self._alone or leaves:
            self._y, self._x = (
                min(max(y, 0), tile.height - 1),
                min(max(x, 0), tile.width - 1),
            )
            return
        self._tile = target
        other = self._pixels[target].tile
        y = 0 if y >= tile.height else other.height - 1 if y < 0 else y
        x = 0 if x >= tile.width else other.width - 1 if x < 0 else x
        self._y, self._x = min(y, other.height - 1), min(x, other.width - 1)

    def _follow(self) -> None:
        if self._page is None:
            self.scroll_to_row(self._y + 1)
            return
        row, column, _ = self._cell()
        self.scroll_to_region(
            Region(column, row, self._paint.dots.across, 1), animate=False, force=True
        )

    def action_alone(self) -> None:
        """Between all tiles and the one under the cursor."""
        if len(self._pixels) > 1:
            self._alone = not self._alone
            self._zoom = None
            self.redraw()
            self._follow()

    def action_zoom(self, by: int) -> None:
        """Larger or smaller pixels; 0 for as large as fits."""
        if not self._pixels:
            return
        if not by:
            self._zoom = None
        else:
            largest = max(max(p.tile.height, p.tile.width) for p in self._shown)
            zoom = min(self._zoomed + by, mosaic.LARGEST)
            if mosaic.block_of(zoom) > max(largest // mosaic.SMALLEST, 1):
                return
            self._zoom = zoom
        self.redraw()
        self._follow()

    def _tell(self) -> None:
        """Say what is under the cursor."""
        if self.compact or not self._pixels:
            return
        view, pixels = self.image, self._pixels[self._tile]
        tile = pixels.tile
        place = cells.clean(tile.label) or (
            f"image {self._tile + 1}" if len(self._pixels) > 1 else ""
        )
        row = cells.clean(view.rows[self._y]) if self._y < len(view.rows) else str(self._y)
        column = cells.clean(view.columns[self._x]) if self._x < len(view.columns) else str(self._x)
        words = f"row {row}, column {column}: {pixels.words(self._y, self._x)}"
        if tile.full != (tile.height, tile.width):
            words += f"  (made smaller, from {tile.full[0]}×{tile.full[1]})"
        self.readout = f"{place}, {words}" if place else words


def _scale(palette: Palette) -> Content:
    """The colours from the smallest value to the largest."""
    span = palette.high - palette.low
    found = [palette.colour(palette.low + span * at / (SCALE - 1)) for at in range(SCALE)]
    bar = [("█", "rgb({},{},{})".format(*colour)) for colour in found if colour is not None]
    return Content.assemble(f"{number(palette.low, 3)} ", *bar, f" {number(palette.high, 3)}")
