"""Where two values first differ, looked for in the order in which a person would want to know.

Raised? → structure → kind → rank and shape → dtype → device → cut off from the graph? → finite? →
values. The whole tree passes one stage before the next begins, so a missing key is told before a
wrong number. A right answer in another form is no difference: a tensor of rank 0 is the number in
it, a tuple is a list is a Shape of the same integers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass
from functools import cached_property
from math import inf, isnan
from typing import Any, Literal, cast

from tutor.grading.arrays import Array, Scalar, all_finite, array_of, is_finite, is_nan, number
from tutor.grading.errors_explained import clean
from tutor.grading.names import device_name, dtype_name
from tutor.grading.tolerance import EXACT, Tolerance, apart, tolerance_for
from tutor.grading.values import (
    Device,
    DType,
    Mapping,
    Nothing,
    Number,
    Opaque,
    Raised,
    Sequence,
    Shape,
    Tensor,
    Text,
    Value,
)
from tutor.grading.words import (
    counted,
    dims_of,
    gap_between,
    index_text,
    key_list,
    kind_of,
    shape_text,
    show,
    wrong_numbers,
)

Kind = Literal[
    "raised",
    "structure",
    "kind",
    "rank",
    "shape",
    "dtype",
    "device",
    "graph",
    "unseen",
    "finite",
    "value",
]
Ignorable = Literal["dtype", "rank", "device", "graph"]


@dataclass(frozen=True)
class Rules:
    """What counts as the same."""

    rtol: float | None = None
    """Relative tolerance; by default it goes by dtype and device."""
    atol: float | None = None
    """Absolute tolerance; by default it goes by dtype and device."""
    ignore: Collection[Ignorable] = ()
    """Differences that are beside the point."""
    liberal: bool = False
    """Whether a list of numbers may stand for a tensor, as in a constant that an author wrote."""


@dataclass(frozen=True)
class Difference:
    """The first difference between two values."""

    kind: Kind
    path: str
    """Where in the structure, such as `layers.0.weight` or `[2]`; empty at the top."""
    words: str
    """A clause about the learner's value, to follow its name: `is …`. Never an expected value."""
    expected: Value | None = None
    """The expected value at `path`; None when there is none."""
    got: Value | None = None
    """The learner's value at `path`; None when there is none."""
    differing: int = 0
    """How many elements differ, for `finite` and `value`."""
    total: int = 0
    """Out of how many."""
    index: tuple[int, ...] = ()
    """Where the difference is largest."""
    expected_at: Scalar | None = None
    """The expected element there. For diagnosis only: never shown."""
    got_at: Scalar | None = None
    """The learner's element there."""


@dataclass(frozen=True)
class Pair:
    """Two leaves in the same place of two structures."""

    path: str
    expected: Value
    got: Value

    @cached_property
    def arrays(self) -> tuple[Array, Array] | None:
        """Both leaves as numbers, if both are."""
        expected, got = array_of(self.expected), array_of(self.got)
        return None if expected is None or got is None else (expected, got)


def compare(expected: Value, got: Value, rules: Rules = Rules()) -> Difference | None:
    """Return the first difference, in the order of the module's docstring, or None."""
    if isinstance(expected, Raised) or isinstance(got, Raised):
        return _raised(expected, got)
    found = pair_up(expected, got, rules)
    if isinstance(found, Difference):
        return found
    for stage in _STAGES:
        for pair in found:
            difference = stage(pair, rules)
            if difference:
                return difference
    return None


def pair_up(expected: Value, got: Value, rules: Rules) -> list[Pair] | Difference:
    """Return the leaves of two structures, place by place, or where the structures differ."""
    pairs: list[Pair] = []
    for item in _walk(expected, got, "", rules):
        if isinstance(item, Difference):
            return item
        pairs.append(item)
    return pairs


# ── structure ────────────────────────────────────────────────────────────────────────────────────


def _raised(expected: Value, got: Value) -> Difference | None:
    if not isinstance(got, Raised):
        return Difference("raised", "", "does not raise an error, and it should", expected, got)
    if not isinstance(expected, Raised):
        message = clean(got.message)[:200]
        said = f": {message}" if message else ""
        return Difference("raised", "", f"raised `{got.type}`{said}", expected, got)
    if got.type == expected.type or expected.type in got.bases:
        return None
    words = f"raised `{got.type}`, which is not the error it should raise"
    return Difference("raised", "", words, expected, got)


def _walk(expected: Value, got: Value, path: str, rules: Rules) -> Iterator[Pair | Difference]:
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        yield from _walk_mapping(expected, got, path, rules)
    elif isinstance(expected, Sequence) and isinstance(got, Sequence):
        if (expected.kind == "set") != (got.kind == "set") and not rules.liberal:
            yield Pair(path, expected, got)
        elif len(expected.items) != len(got.items):
            words = f"has {counted(len(got.items), 'item')} where {len(expected.items)} belong"
            yield Difference("structure", path, words, expected, got)
        else:
            for place, (one, other) in enumerate(zip(expected.items, got.items, strict=True)):
                yield from _walk(one, other, f"{path}[{place}]", rules)
    else:
        yield Pair(path, expected, got)


def _walk_mapping(
    expected: Mapping, got: Mapping, path: str, rules: Rules
) -> Iterator[Pair | Difference]:
    theirs = dict(got.items)
    missing = [key for key, _ in expected.items if key not in theirs]
    ours = {key for key, _ in expected.items}
    extra = [key for key, _ in got.items if key not in ours]
    if missing or extra:
        parts = [f"lacks {key_list(missing)}"] if missing else []
        if extra:
            verb = "does" if len(extra) == 1 else "do"
            parts.append(f"has {key_list(extra)}, which {verb} not belong")
        yield Difference("structure", path, " and ".join(parts), expected, got)
        return
    for key, value in expected.items:
        yield from _walk(value, theirs[key], _join(path, key), rules)


def _join(path: str, key: str) -> str:
    if re.fullmatch(r"\w+(\.\w+)*", key):
        return f"{path}.{key}" if path else key
    return f"{path}[{key}]"


# ── the stages ───────────────────────────────────────────────────────────────────────────────────


def _numeric(value: Value) -> bool:
    return isinstance(value, Tensor | Number)


def _kind(pair: Pair, rules: Rules) -> Difference | None:
    expected, got = pair.expected, pair.got
    if _numeric(expected) and _numeric(got):
        booleans = [isinstance(side, Number) and side.kind == "bool" for side in (expected, got)]
        if booleans == [False, True] and not _is_bool_tensor(expected):
            return _unlike(pair)
        return None
    if type(expected) is type(got) and not isinstance(expected, Sequence):
        return None
    if dims_of(expected) is not None and dims_of(got) is not None:
        return None
    if isinstance(expected, DType | Device) and isinstance(got, Text) and _name(got, expected):
        return None
    if isinstance(got, DType | Device) and isinstance(expected, Text) and _name(expected, got):
        return None
    if rules.liberal and pair.arrays:
        return None
    return _unlike(pair)


def _is_bool_tensor(value: Value) -> bool:
    return isinstance(value, Tensor) and value.dtype == "bool"


def _unlike(pair: Pair) -> Difference:
    ours, theirs = kind_of(pair.expected), kind_of(pair.got)
    words = f"is {theirs}" if ours == theirs else f"is {theirs}, where {ours} belongs"
    return Difference("kind", pair.path, words, pair.expected, pair.got)


def _shape(pair: Pair, rules: Rules) -> Difference | None:
    shapes = _shapes(pair)
    if shapes is None or shapes[0] == shapes[1]:
        return None
    ours, theirs = shapes
    if "rank" in rules.ignore and _squeeze(ours) == _squeeze(theirs):
        return None
    kind: Kind = "shape" if len(ours) == len(theirs) else "rank"
    words = f"has shape {shape_text(theirs)}, where {shape_text(ours)} belongs"
    return Difference(kind, pair.path, words, pair.expected, pair.got)


def _shapes(pair: Pair) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    if isinstance(pair.expected, Tensor) and isinstance(pair.got, Tensor):
        return pair.expected.shape, pair.got.shape
    if dims_of(pair.expected) is not None and isinstance(pair.got, Shape | Sequence):
        return None
    return (pair.arrays[0].shape, pair.arrays[1].shape) if pair.arrays else None


def _squeeze(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)


def _dtype(pair: Pair, rules: Rules) -> Difference | None:
    expected, got = pair.expected, pair.got
    if "dtype" in rules.ignore or rules.liberal:
        return None
    if not (isinstance(expected, Tensor) and isinstance(got, Tensor)):
        return None
    if expected.dtype == got.dtype:
        return None
    words = f"is {got.dtype}, where {expected.dtype} belongs"
    return Difference("dtype", pair.path, words, expected, got)


def _device(pair: Pair, rules: Rules) -> Difference | None:
    expected, got = pair.expected, pair.got
    if "device" in rules.ignore or rules.liberal:
        return None
    if not (isinstance(expected, Tensor) and isinstance(got, Tensor)):
        return None
    ours, theirs = device_name(expected.device), device_name(got.device)
    if ours == theirs or ours is None or theirs is None:
        return None
    words = f"is on `{got.device}`, where `{expected.device}` belongs"
    return Difference("device", pair.path, words, expected, got)


def _graph(pair: Pair, rules: Rules) -> Difference | None:
    expected, got = pair.expected, pair.got
    if "graph" in rules.ignore or not isinstance(expected, Tensor) or not expected.attached:
        return None
    if isinstance(got, Tensor) and got.attached:
        return None
    words = "is cut off from the graph: no gradient can flow back through it"
    return Difference("graph", pair.path, words, expected, got)


def _unseen(pair: Pair, _rules: Rules) -> Difference | None:
    """Tensors whose elements cannot be looked at, unless their bytes are the same."""
    expected, got = pair.expected, pair.got
    if not (_numeric(expected) and _numeric(got)) or pair.arrays or _same_bytes(expected, got):
        return None
    words = "has more elements than can be compared"
    return Difference("unseen", pair.path, words, expected, got)


def _same_bytes(expected: Value, got: Value) -> bool:
    return (
        isinstance(expected, Tensor)
        and isinstance(got, Tensor)
        and expected.dtype == got.dtype
        and expected.data is not None
        and expected.data == got.data
    )


def _finite(pair: Pair, _rules: Rules) -> Difference | None:
    if _same_bytes(pair.expected, pair.got) or not _comparable(pair) or pair.arrays is None:
        return None
    expected, got = pair.arrays
    if (expected.exact and got.exact) or all_finite(got.items):
        return None
    bad = [
        place
        for place, (one, other) in enumerate(zip(expected.items, got.items, strict=True))
        if not is_finite(other) and is_finite(one)
    ]
    if not bad:
        return None
    names = {"NaN" if is_nan(got.items[place]) else "infinite" for place in bad}
    words = f"{_share(len(bad), len(got.items))} {' or '.join(sorted(names))}"
    if len(got.items) > 1:
        words += f", first at {index_text(got.at(bad[0]))}"
    return Difference(
        "finite",
        pair.path,
        words,
        pair.expected,
        pair.got,
        len(bad),
        len(got.items),
        got.at(bad[0]),
        expected.items[bad[0]],
        got.items[bad[0]],
    )


def _share(many: int, total: int) -> str:
    if total == 1:
        return "is"
    if many == total:
        return "has all its elements"
    return f"has {many} of {total} elements"


def _comparable(pair: Pair) -> bool:
    """Whether the elements of both leaves correspond one to one."""
    arrays = pair.arrays
    return arrays is not None and len(arrays[0].items) == len(arrays[1].items)


def _values(pair: Pair, rules: Rules) -> Difference | None:
    expected, got = pair.expected, pair.got
    if _same_bytes(expected, got):
        return None
    if dims_of(expected) is not None and dims_of(got) is not None:
        return None if dims_of(expected) == dims_of(got) else _simple(pair, show(got))
    if pair.arrays:
        return _elements(pair, *pair.arrays, rules) if _comparable(pair) else None
    if _plain(expected, got) == _plain(got, expected):
        return None
    return _simple(pair, show(got))


def _simple(pair: Pair, shown: str) -> Difference:
    words = f"is {shown}, which is not what it should be"
    return Difference("value", pair.path, words, pair.expected, pair.got, 1, 1)


def _name(value: Text, like: Value) -> str | None:
    return dtype_name(value.text) if isinstance(like, DType) else device_name(value.text)


def _plain(value: Value, like: Value) -> object:
    """What identifies a value that is not numeric, read as `like` is."""
    match value:
        case Text(text=text):
            return (_name(value, like) or text) if isinstance(like, DType | Device) else text
        case DType(name=name):
            return dtype_name(name) or name
        case Device(name=name):
            return device_name(name) or name
        case Opaque(type=name, repr=text):
            # Two runs never share addresses: `<function f at 0x7f…>`.
            return name, re.sub(r"0x[0-9a-fA-F]+", "0x", text)
        case Shape(dims=dims):
            return dims
        case _:
            return value


def _elements(pair: Pair, expected: Array, got: Array, rules: Rules) -> Difference | None:
    tolerance = element_tolerance(expected, got, rules)
    wrong = apart(expected.items, got.items, tolerance)
    if not wrong:
        return None
    differing = len(wrong)
    gaps = _gaps(expected.items, got.items, wrong)
    excess = max(gaps)
    worst = wrong[gaps.index(excess)]
    index = got.at(worst)
    own = got.items[worst]
    # Of a count, even a coarse gap tells the answer: 3 is off by half of 2.
    gap = inf if expected.exact else excess
    return Difference(
        "value",
        pair.path,
        wrong_numbers(differing, len(got.items), index, own, gap),
        pair.expected,
        pair.got,
        differing,
        len(got.items),
        index,
        expected.items[worst],
        own,
    )


def _gaps(
    expected: SequenceOf[Scalar], got: SequenceOf[Scalar], wrong: SequenceOf[int]
) -> list[float]:
    """How far off each wrong element is, as `gap_between` has it."""
    try:
        gaps = [
            abs(one - got[place]) / abs(one) if (one := expected[place]) else inf for place in wrong
        ]
        if not any(map(isnan, gaps)):
            return gaps
    except OverflowError:
        pass
    return [gap_between(expected[place], got[place]) for place in wrong]


def element_tolerance(expected: Array, got: Array, rules: Rules) -> Tolerance:
    """Return the tolerance that `compare` uses between the elements of two arrays."""
    if rules.rtol is None and rules.atol is None and expected.exact:
        return EXACT
    return tolerance_for(expected, got, rules.rtol, rules.atol)


_STAGES: tuple[Callable[[Pair, Rules], Difference | None], ...] = (
    _kind,
    _shape,
    _dtype,
    _device,
    _graph,
    _unseen,
    _finite,
    _values,
)


def as_float(value: Value) -> float | None:
    """Return the one real number in `value`, or None."""
    array = array_of(value)
    if array is None or len(array.items) != 1 or isinstance(array.items[0], complex):
        return None
    try:
        return float(array.items[0])
    except OverflowError:
        return None


def literal(constant: Any) -> Value:
    """Return the value of a constant that an author wrote: number, text, list, map, true, false."""
    if constant is None:
        return Nothing()
    if isinstance(constant, bool | int | float | complex):
        return number(constant)
    if isinstance(constant, str):
        return Text(text=constant)
    if isinstance(constant, list | tuple):
        return Sequence(kind="list", items=tuple(map(literal, cast("list[Any]", constant))))
    if isinstance(constant, dict):
        items = tuple(
            (str(key), literal(item)) for key, item in cast("dict[Any, Any]", constant).items()
        )
        return Mapping(kind="dict", items=items)
    raise TypeError(f"not a constant: {constant!r}")
