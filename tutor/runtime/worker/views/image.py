"""Images from tensors: a matrix, a grid, filters, first-layer weights, a confusion matrix."""

from __future__ import annotations

import binascii
import math
from dataclasses import dataclass, field
from typing import Any

from ..encode import is_a
from ..frameworks.base import wide_of
from .arrays import Arrays, is_mapping, packed, still_traced
from .base import NothingToShowError, Sight, Wire

MAX_TILES = 64
MAX_SIDE = 512
"""Pixels of an image that is alone; more than a terminal can draw."""
MAX_ACROSS = 1024
"""Pixels of a whole grid: 64 tiles have a side of 128 at most, 4 MB in all."""
WEIGHTS = 49
"""The least inputs that are taken for a square image: 7 by 7."""


@dataclass
class _Grid:
    """Images of one size or of several, as they are found."""

    tiles: list[tuple[str, Any]] = field(default_factory=list)
    """A label, and rows of values or of (red, green, blue); of the first ones."""
    total: int = 0
    low: float = math.inf
    high: float = -math.inf
    odd: int = 0
    colour: bool = False

    def measure(self, kit: Any, pixels: Any) -> None:
        """Take all values into account, of tiles that are left out too."""
        good = pixels[kit.isfinite(pixels)]
        count = math.prod(pixels.shape)
        self.odd += count - good.shape[0]
        if good.shape[0]:
            self.low = min(self.low, float(good.min()))
            self.high = max(self.high, float(good.max()))


def make(value: Any, sight: Sight, **_: Any) -> Wire:
    """Return the wire form of a grid of images.

    Args:
        value: Two axes are one image; three a grid of them (a last axis of 3 with values of a
            picture is its colours); four are NCHW or NHWC, or a Keras or Flax kernel. A dict of
            label to image, a list of images, a layer with weights, or
            ``{"matrix": …, "rows": …, "columns": …}`` with names. Weights of (outputs, inputs)
            whose inputs are a square number become a tile for each output.
        sight: What tells tensors.
    """
    grid = _Grid()
    names: Wire = {}
    kit: Any = None
    if is_mapping(value) and "matrix" in value:
        names = {name: _names(value.get(name)) for name in ("rows", "columns")}
        kit, pixels = _pixels(value["matrix"], sight.arrays, "`matrix`", 2)
        _fitting(names, tuple(pixels.shape))
        _single(grid, kit, "", pixels)
    elif is_mapping(value) or is_a(value, list, tuple):
        pairs = value.items() if is_mapping(value) else (("", one) for one in value)
        rows = [*value] if is_a(value, list, tuple) else []
        if rows and all(is_a(row, list, tuple) for row in rows) and _flat(rows[0]):
            kit, pixels = _of_rows(rows, sight.arrays)
            _single(grid, kit, "", pixels)
        else:
            for label, one in pairs:
                kit, pixels = _pixels(one, sight.arrays, f"`{label}`" if label else "An image", 0)
                _each(grid, kit, str(label)[:60], pixels)
    else:
        kit, pixels = _pixels(_weight_of(value, sight.arrays), sight.arrays, "An image", 0)
        _any(grid, kit, pixels, sight.arrays.look(value))
    if not grid.tiles or not any(math.prod(tile.shape) for _, tile in grid.tiles):
        raise NothingToShowError("There is no image: it is empty.")
    return {**_wire(grid, kit), **names}


def _wire(grid: _Grid, kit: Any) -> Wire:
    side = MAX_ACROSS // math.ceil(math.sqrt(len(grid.tiles)))
    side = min(max(side, 1), MAX_SIDE)
    finite = grid.low <= grid.high
    if grid.colour and finite:
        grid.tiles = [(label, _as_colour(tile, grid)) for label, tile in grid.tiles]
    return {
        "view": "image",
        "tiles": [_tile(kit, label, pixels, side) for label, pixels in grid.tiles],
        "total": grid.total,
        "low": grid.low if finite else None,
        "high": grid.high if finite else None,
        "odd": grid.odd,
        "palette": "diverging" if finite and grid.low < 0 < grid.high else "sequential",
    }


def _as_colour(tile: Any, grid: _Grid) -> Any:
    """Bring colours to 0…1: bytes by their range, filters of both signs by their own."""
    if grid.low >= 0 and grid.high <= 1:
        return tile
    if grid.low >= 0 and grid.high <= 255:
        return tile / 255
    return (tile - grid.low) / ((grid.high - grid.low) or 1.0)


def _tile(kit: Any, label: str, pixels: Any, side: int) -> Wire:
    height, width = int(pixels.shape[0]), int(pixels.shape[1])
    colour = len(pixels.shape) == 3
    small = _averaged(kit, pixels, height, side)
    small = _averaged(kit, small.swapaxes(0, 1), width, side).swapaxes(0, 1)
    small = small.to(kit.float32) if hasattr(kit, "Tensor") else small.astype("<f4")
    return {
        "label": label,
        "height": int(small.shape[0]),
        "width": int(small.shape[1]),
        "channels": 3 if colour else 1,
        "data": binascii.b2a_base64(packed(kit, small), newline=False).decode("ascii"),
        "full": [height, width],
    }


def _averaged(kit: Any, pixels: Any, size: int, side: int) -> Any:
    """Reduce the first axis to ``side`` at most, by the mean of neighbours; NaN stays NaN."""
    if size <= side:
        return pixels
    step = math.ceil(size / side)
    whole = size // step
    rest = tuple(pixels.shape[1:])
    small = pixels[: whole * step].reshape(whole, step, *rest).mean(1)
    if whole * step < size:
        small = kit.concatenate([small, pixels[whole * step :].mean(0).reshape(1, *rest)])
    return small


# --- what the axes mean


def _any(grid: _Grid, kit: Any, pixels: Any, tensor: Any) -> None:
    axes = len(pixels.shape)
    if axes == 2:
        sides = _weights(tuple(pixels.shape))
        if sides is None:
            _single(grid, kit, "", pixels)
            return
        across, down, inputs = sides
        rows = pixels if inputs == 1 else pixels.swapaxes(0, 1)
        _several(grid, kit, rows.reshape(-1, down, across), str)
    elif axes == 3:
        if _is_picture(kit, pixels):
            _colour(grid, kit, "", pixels)
        elif tensor is not None and tensor.seen.dtype == "uint8" and pixels.shape[0] == 3:
            _colour(grid, kit, "", pixels.swapaxes(0, 1).swapaxes(1, 2))
        else:
            _several(grid, kit, pixels, str)
    else:
        _four(grid, kit, pixels, tensor.seen.library if tensor is not None else "")


def _four(grid: _Grid, kit: Any, pixels: Any, library: str) -> None:
    shape = tuple(pixels.shape)
    if shape[0] == shape[1] <= 11 and shape[2] != shape[3]:  # a Keras or Flax kernel: HWIO
        pixels = pixels.swapaxes(0, 3).swapaxes(1, 2).swapaxes(2, 3)  # O, I, H, W
    elif _last_are_channels(shape, library):
        pixels = pixels.swapaxes(2, 3).swapaxes(1, 2)
    count, channels = int(pixels.shape[0]), int(pixels.shape[1])
    if channels == 3:
        grid.measure(kit, pixels)
        grid.total, grid.colour = count, True
        for number in range(min(count, MAX_TILES)):
            tile = pixels[number].swapaxes(0, 1).swapaxes(1, 2)
            grid.tiles.append((str(number), tile))
        return
    flat = pixels.reshape(count * channels, int(pixels.shape[2]), int(pixels.shape[3]))
    if channels == 1:
        _several(grid, kit, flat, str)
    else:
        _several(grid, kit, flat, lambda number: f"{number // channels},{number % channels}")


def _last_are_channels(shape: tuple[int, ...], library: str) -> bool:
    if shape[1] in (1, 3):
        return shape[3] in (1, 3) and library in ("tensorflow", "jax")
    return shape[3] in (1, 3) or library in ("tensorflow", "jax")


def _weights(shape: tuple[int, ...]) -> tuple[int, int, int] | None:
    """Return the side, twice, and the axis of the inputs, where the shape is plainly a layer's.

    The longer side must be a square number of 49 or more, and the other one shorter than two
    thirds of it: photographs are 3:2 or squarer.
    """
    inputs = 1 if shape[1] >= shape[0] else 0
    longer, shorter = shape[inputs], shape[1 - inputs]
    side = math.isqrt(longer)
    if side * side != longer or longer < WEIGHTS or shorter * 3 >= longer * 2:
        return None
    return side, side, inputs


def _is_picture(kit: Any, pixels: Any) -> bool:
    shape = tuple(pixels.shape)
    if shape[2] != 3 or min(shape[:2]) < 8:
        return False
    good = pixels[kit.isfinite(pixels)]
    return bool(good.shape[0]) and float(good.min()) >= 0 and float(good.max()) <= 255


def _single(grid: _Grid, kit: Any, label: str, pixels: Any) -> None:
    grid.measure(kit, pixels)
    grid.total += 1
    if len(grid.tiles) < MAX_TILES:
        grid.tiles.append((label, pixels))


def _colour(grid: _Grid, kit: Any, label: str, pixels: Any) -> None:
    grid.colour = True
    _single(grid, kit, label, pixels)


def _several(grid: _Grid, kit: Any, pixels: Any, label: Any) -> None:
    grid.measure(kit, pixels)
    grid.total += int(pixels.shape[0])
    for number in range(min(int(pixels.shape[0]), MAX_TILES)):
        grid.tiles.append((label(number), pixels[number]))


def _each(grid: _Grid, kit: Any, label: str, pixels: Any) -> None:
    """Add one of several images: two axes, or three of a picture in colour."""
    if len(pixels.shape) == 3 and _is_picture(kit, pixels) and (grid.colour or not grid.tiles):
        _colour(grid, kit, label, pixels)
    elif len(pixels.shape) == 2:
        _single(grid, kit, label, pixels)
    else:
        raise NothingToShowError(
            f"An image has rows and columns, and one of these has the shape {(*pixels.shape,)}."
        )


# --- values


def _pixels(value: Any, arrays: Arrays, what: str, axes: int) -> tuple[Any, Any]:
    """Return an array of 2, 3 or 4 axes in float64, and whose functions take it."""
    traced = arrays.traced(value)
    if traced:
        raise NothingToShowError(still_traced(what, traced))
    tensor = arrays.look(value)
    if tensor is None:
        if is_a(value, list, tuple) and value and _flat(value[0]):
            return _of_rows(value, arrays)
        raise NothingToShowError(
            f"{what} is {type(value).__name__}: an image is drawn from a tensor of numbers."
        )
    shape = tensor.seen.shape
    if not tensor.seen.numeric:
        raise NothingToShowError(f"{what} holds {tensor.seen.dtype}, and pixels are real numbers.")
    if not 2 <= len(shape) <= 4 or (axes and len(shape) != axes):
        wanted = "2 axes" if axes else "2, 3 or 4 axes"
        raise NothingToShowError(f"{what} has the shape {shape}; an image needs {wanted}.")
    if not math.prod(shape):
        raise NothingToShowError(f"{what} is empty: its shape is {shape}.")
    kit, plain = tensor.host()
    return kit, wide_of(kit, plain)


def _flat(row: Any) -> bool:
    """Whether it is a row of a matrix that is written as lists."""
    return is_a(row, list, tuple) and bool(row) and is_a(row[0], int, float)


def _of_rows(rows: Any, arrays: Arrays) -> tuple[Any, Any]:
    made = [arrays.numbers(row, f"row {number}") for number, row in enumerate(rows)]
    if len({len(row) for row in made}) != 1:
        raise NothingToShowError("The rows of this matrix are not all as long.")
    kit = arrays.kit()
    if hasattr(kit, "Tensor"):
        return kit, kit.tensor([row.tolist() for row in made], dtype=kit.float64, device="cpu")
    return kit, kit.asarray([row.tolist() for row in made])


def _weight_of(value: Any, arrays: Arrays) -> Any:
    """Return the weights of a layer; a tensor as it is."""
    if arrays.look(value) is not None:
        return value
    for name in ("weight", "kernel"):
        inside = getattr(value, name, None)
        if inside is not None and arrays.look(inside) is not None:
            return inside
    return value


def _names(names: Any) -> list[str]:
    return [] if names is None else [str(name)[:60] for name in names]


def _fitting(names: Wire, shape: tuple[int, ...]) -> None:
    for axis, name in enumerate(("rows", "columns")):
        if names[name] and len(names[name]) != shape[axis]:
            raise NothingToShowError(
                f"There are {len(names[name])} names for the {shape[axis]} {name} of the matrix."
            )
