"""YAML text as plain data that knows its places.

Read with YAML 1.2's core rules (``y``, ``no``, ``on`` and dates are text; ``1e-3`` is a number), on
libyaml's event parser, or PyYAML's own where libyaml is missing. Events are used rather than nodes
because they need no recursion, and because aliases can be counted before they multiply.

A :class:`Document` keeps, for each map and list, where every key and value began; a value under an
alias is found through the anchor it shares.
"""

from __future__ import annotations

import importlib
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from tutor.course.yaml_errors import syntax_finding
from tutor.errors import CourseError, Finding

if TYPE_CHECKING:
    import yaml

Keys = tuple[str | int, ...]
"""A path into a document: keys of maps and indices of lists."""

MAX_BYTES = 2_000_000
"""A long lesson is 30 kB; anything near this is not one."""
MAX_NODES = 100_000
"""Nodes with aliases expanded. A long lesson has 1,000; nine levels of nine aliases have 10**9."""
MAX_DEPTH = 60
"""A lesson needs 8 levels; a bound keeps every later walk over the data safe from recursion."""

_NUMBERISH = frozenset("-+.0123456789")
_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INT = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_NAN = re.compile(r"\.(nan|NaN|NAN)")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class Place(NamedTuple):
    """Where something began; both 1-based."""

    line: int
    column: int


_START = Place(1, 1)


class _Mark(NamedTuple):
    """Where a key and its value began, and whether the value is a literal block (``|``)."""

    key: Place
    value: Place
    literal: bool


_Marks = dict[int, dict[str | int, _Mark]]
"""By the identity of the map or list, which the document keeps alive."""


@dataclass(frozen=True)
class Document:
    """A YAML file: its data, and where everything in it stands."""

    name: str
    """The file, as findings name it."""
    data: Any
    """Maps, lists, text, numbers, booleans and None."""
    lines: tuple[str, ...] = field(repr=False)
    """The source, for places within a block of text."""
    root: Place = _START
    marks: _Marks = field(default_factory=_Marks, repr=False)

    def place(self, keys: Keys = (), *, key: bool = False) -> Place:
        """Return where the value at `keys` began, or with `key` its key.

        A path that goes further than the data does gives the last place on the way.
        """
        mark = self._mark(keys)
        if mark is None:
            return self.root
        return mark.key if key else mark.value

    def within(self, keys: Keys, line: int, column: int = 1) -> Place:
        """Return the place of `line` and `column` (both 1-based) inside a block of text.

        Only a literal block (``|``) keeps its lines; other text gives where it began.
        """
        mark = self._mark(keys)
        if mark is None or not mark.literal or mark.value.line + line > len(self.lines):
            return self.place(keys)
        body = self.lines[mark.value.line :]
        first = next((text for text in body if text.strip()), "")
        indent = len(first) - len(first.lstrip(" "))
        return Place(mark.value.line + line, indent + max(column, 1))

    def finding(self, message: str, keys: Keys = (), *, key: bool = False) -> Finding:
        """Return a finding at the value at `keys`, or with `key` at its key."""
        return Finding(self.name, *self.place(keys, key=key), message)

    def _mark(self, keys: Keys) -> _Mark | None:
        found: _Mark | None = None
        here = self.data
        for step in keys:
            entry = self.marks.get(id(here), {}).get(step)
            if entry is None:
                break
            found, here = entry, here[step]
        return found


def read_yaml(path: Path) -> Document:
    """Read a YAML file.

    Raises:
        CourseError: The file cannot be read, or is not YAML that a lesson may use.
    """
    name = str(path)
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise _unusable(name, "this is a folder; expected a YAML file")
        if not stat.S_ISREG(status.st_mode):
            raise _unusable(name, "this is not a plain file; expected a YAML file")
        if status.st_size > MAX_BYTES:
            raise _unusable(
                name, f"the file has {status.st_size:,} bytes; at most {MAX_BYTES:,} are read"
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise _unusable(name, "this link leads nowhere: its target does not exist") from None
        raise _unusable(name, "there is no such file") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise _unusable(name, f"the file cannot be read: {reason}") from None
    if len(raw) > MAX_BYTES:
        raise _unusable(name, f"the file grew past {MAX_BYTES:,} bytes while it was read")
    return parse_yaml(raw, name)


def parse_yaml(raw: bytes, name: str) -> Document:
    """Parse the bytes of a YAML file; `name` is what findings call it.

    Raises:
        CourseError: It is not UTF-8, not YAML, or YAML that a lesson may not use.
    """
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _unusable(name, "the file is UTF-16; save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise CourseError([Finding(name, line, column, message)]) from None
    lines = tuple(text.splitlines())
    odd = _UNPRINTABLE.search(text)
    if odd:
        before_text = text[: odd.start()]
        line = before_text.count("\n") + 1
        column = odd.start() - before_text.rfind("\n")
        message = f"character U+{ord(odd[0]):04X} cannot be printed, and YAML does not allow it"
        raise CourseError([Finding(name, line, column, message)])
    builder = _Builder(name, text)
    builder.run()
    if builder.findings:
        raise CourseError(builder.findings)
    return Document(name, builder.data, lines, builder.root, builder.marks)


def scalar(text: str) -> str | int | float | bool | None:
    """Resolve a plain (unquoted) scalar by YAML 1.2's core schema.

    Raises:
        ValueError: An integer of more digits than anything later could print.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBERISH:
        return text
    if _INT.fullmatch(text):
        return _whole(text, 10)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _OCTAL.fullmatch(text):
        return _whole(text, 8)
    if _HEX.fullmatch(text):
        return _whole(text, 16)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    if _NAN.fullmatch(text):
        return float("nan")
    return text


def _whole(text: str, base: int) -> int:
    if len(text) > 1000:  # Python prints at most 4,300 digits, and hexadecimal ones become more
        raise ValueError(text)
    return int(text, base)


def _unusable(name: str, message: str) -> CourseError:
    return CourseError([Finding(name, 0, 0, message)])


@dataclass
class _Frame:
    """A map or list being filled."""

    container: dict[str, Any] | list[Any]
    marks: dict[str | int, _Mark]
    place: Place
    anchor: str | None
    nodes: int = 1
    key: str | None = None
    """The key whose value comes next."""
    key_place: Place = _START
    drop: bool = False
    """Whether the value that comes next belongs to a key that was refused."""


class _Builder:
    """Turns the parser's events into data; one use."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.data: Any = None
        self.root = _START
        self.marks: _Marks = {}
        self.findings: list[Finding] = []
        self._stack: list[_Frame] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        """Anchor → value, and how many nodes it has with its own aliases expanded."""
        self._open: set[str] = set()
        """Anchors whose value is not complete yet."""
        self._dropped: list[Any] = []
        """Refused containers, kept so that no other gets their identity."""
        self._total = 0
        self._documents = 0

    def run(self) -> None:
        import yaml

        handlers: dict[type[Any], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._start_map,
            yaml.SequenceStartEvent: self._start_list,
            yaml.MappingEndEvent: self._end,
            yaml.SequenceEndEvent: self._end,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._document,
        }
        parser = _parser(self.text)
        try:
            while True:
                event: Any = parser.get_event()
                if event is None or isinstance(event, yaml.StreamEndEvent):
                    break
                handler = handlers.get(event.__class__)
                if handler is not None:
                    handler(event)
        except yaml.MarkedYAMLError as error:
            self.findings.append(syntax_finding(self.name, self.text, error))
        except yaml.YAMLError as error:
            self.findings.append(Finding(self.name, 0, 0, f"this is not YAML: {error}"))
        except _UnreadableError:
            pass
        finally:
            parser.dispose()
        if not self.findings and (self._documents == 0 or self.data is None):
            self.findings.append(Finding(self.name, 0, 0, "the file is empty"))

    # --- one handler an event

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if self._documents > 1:
            self._fail(_place(event), "a second document (`---`) begins here; a file has one")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        place = _place(event)
        self._refuse_tag(event, place)
        frame = self._stack[-1] if self._stack else None
        plain = not event.style  # libyaml says "", PyYAML None
        text: str = event.value
        if frame is not None and frame.key is None and type(frame.container) is dict:
            self._take_key(frame, text, place, plain)
            if event.anchor is not None:
                self._anchors[event.anchor] = (text, 1)
            return
        value: Any = text
        if plain:
            try:
                value = scalar(text)
            except ValueError:
                self._find(place, f"a number of {len(text):,} digits; put it in quotes")
            if not text and frame is not None and frame.key is not None:
                place = frame.key_place  # nothing stands there; its key does
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, 1)
        self._count(1, place)
        self._add(value, place, 1, literal=event.style == "|")

    def _start_map(self, event: yaml.MappingStartEvent) -> None:
        self._start(event, {})

    def _start_list(self, event: yaml.SequenceStartEvent) -> None:
        self._start(event, [])

    def _start(
        self,
        event: yaml.MappingStartEvent | yaml.SequenceStartEvent,
        container: dict[str, Any] | list[Any],
    ) -> None:
        place = _place(event)
        self._refuse_tag(event, place)
        self._value_expected(place)
        if len(self._stack) >= MAX_DEPTH:
            self._fail(place, f"nested more than {MAX_DEPTH} deep; a lesson needs 8 levels")
        self._count(1, place)
        if event.anchor is not None:
            self._open.add(event.anchor)
        self._stack.append(_Frame(container, {}, place, event.anchor))

    def _end(self, _event: yaml.MappingEndEvent | yaml.SequenceEndEvent) -> None:
        frame = self._stack.pop()
        self.marks[id(frame.container)] = frame.marks
        if frame.anchor is not None:
            self._open.discard(frame.anchor)
            self._anchors[frame.anchor] = (frame.container, frame.nodes)
        self._add(frame.container, frame.place, frame.nodes)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = _place(event)
        name = event.anchor
        if name in self._open:
            self._fail(place, f"`*{name}` stands inside `&{name}`, which it repeats")
        if name not in self._anchors:
            self._fail(place, f"`*{name}` repeats nothing: there is no `&{name}` above")
        value, nodes = self._anchors[name]
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.container) is dict:
            if not isinstance(value, str):
                self._fail(place, f"`*{name}` is a key here, and a key must be text")
            self._take_key(frame, value, place, plain=False)
            return
        self._count(nodes, place)
        self._add(value, place, nodes)

    # --- placing values

    def _take_key(self, frame: _Frame, key: str, place: Place, plain: bool) -> None:
        frame.key, frame.key_place = key, place
        if plain and key == "<<":
            frame.drop = True
            self._find(place, "merge keys (`<<`) are not used; write the fields out")
        elif key in frame.container:
            frame.drop = True
            first = frame.marks[key].key
            self._find(
                place,
                f"`{shorten(key)}` is here twice; the first is at line {first.line}, "
                f"column {first.column}",
            )

    def _value_expected(self, place: Place) -> None:
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.key is None and type(frame.container) is dict:
            self._fail(place, "a map or a list is the key here, and a key must be text; use quotes")

    def _add(self, value: Any, place: Place, nodes: int, *, literal: bool = False) -> None:
        if not self._stack:
            self.data, self.root = value, place
            return
        frame = self._stack[-1]
        frame.nodes += nodes
        container = frame.container
        if isinstance(container, list):
            frame.marks[len(container)] = _Mark(place, place, literal)
            container.append(value)
            return
        key = frame.key
        assert key is not None, "the parser gives a key before its value"
        frame.key = None
        if frame.drop:
            frame.drop = False
            self._dropped.append(value)
            return
        frame.marks[key] = _Mark(frame.key_place, place, literal)
        container[key] = value

    def _count(self, nodes: int, place: Place) -> None:
        self._total += nodes
        if self._total > MAX_NODES:
            self._fail(
                place,
                f"with its aliases written out the file has more than {MAX_NODES:,} values; "
                "a lesson has about 1,000",
            )

    # --- faults

    def _refuse_tag(self, event: Any, place: Place) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._find(place, f"the tag `{shorten(tag)}` is not used in lessons; leave it out")

    def _find(self, place: Place, message: str) -> None:
        self.findings.append(Finding(self.name, *place, message))
        if len(self.findings) >= 100:
            raise _UnreadableError

    def _fail(self, place: Place, message: str) -> None:
        self._find(place, message)
        raise _UnreadableError


class _UnreadableError(Exception):
    """Nothing after this fault can be trusted."""


def as_map(data: Any) -> dict[str, Any] | None:
    """Return `data` if it is a map, else None; keys of a document's maps are always text."""
    return cast("dict[str, Any]", data) if isinstance(data, dict) else None


def as_list(data: Any) -> list[Any] | None:
    """Return `data` if it is a list, else None."""
    return cast("list[Any]", data) if isinstance(data, list) else None


def shorten(text: str, length: int = 40) -> str:
    """Return `text` on one line, cut to `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1)


def _parser(text: str) -> Any:
    """Return libyaml's parser, six times as fast, or PyYAML's own where libyaml is missing."""
    import yaml

    if yaml.__with_libyaml__:
        cyaml: Any = importlib.import_module("yaml.cyaml")
        return cyaml.CParser(text)
    parts: list[Any] = [
        importlib.import_module("yaml.reader").Reader,
        importlib.import_module("yaml.scanner").Scanner,
        importlib.import_module("yaml.parser").Parser,
    ]
    parser: Any = type("Parser", tuple(parts), {})(text)  # Reader's __init__ comes first
    for part in parts[1:]:
        part.__init__(parser)
    return parser
