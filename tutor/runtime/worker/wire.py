"""Frames: a JSON head, and a blob that is passed on unread.

Used on both links, UI to host (pipes) and host to worker (a socket pair). Results travel in the
blob so that the host never parses what a learner's tensors encode to.
"""

from __future__ import annotations

import json
import json.encoder
import os
import re
import struct
from collections.abc import Callable, Iterator
from typing import Any

Head = dict[str, Any]

SIZES = struct.Struct(">II")
"""Bytes of head, bytes of blob."""

MAX_HEAD = 64 << 20
MAX_BLOB = 512 << 20

# Bound now: the learner's code may replace `os.write` before results are reported through it.
_write, _read = os.write, os.read
_loads = json.JSONDecoder().decode


class BrokenFrameError(Exception):
    """What arrived is no frame."""


def _make_dumps() -> Callable[[Any], bytes]:
    r"""Return a JSON encoder that runs in C throughout.

    ``json.dumps`` asks ``isinstance`` in Python, which the learner's code may have replaced.
    A lone surrogate, which UTF-8 cannot hold, is spelt out as Python would: ``\ud800``.
    """
    plain = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        text_of = plain.encode
    else:
        escape = json.encoder.encode_basestring
        encode = make(None, plain.default, escape, None, ":", ",", False, False, False)
        join = "".join

        def text_of(value: Any) -> str:
            return join(encode(value, 0))

    spell_out = re.compile("[\ud800-\udfff]").sub

    def dumps(value: Any) -> bytes:
        text = text_of(value)
        try:
            return text.encode()
        except UnicodeEncodeError:
            return spell_out(lambda found: f"\\\\u{ord(found[0]):04x}", text).encode()

    return dumps


dumps = _make_dumps()


def pack(head: Head, blob: bytes = b"") -> bytes:
    """Return the frame as bytes."""
    text = dumps(head)
    return SIZES.pack(len(text), len(blob)) + text + blob


class Splitter:
    """Collects bytes as they arrive and yields the frames that are whole."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Head, bytes]]:
        """Add bytes; yield each frame that they complete."""
        self._bytes += data
        while len(self._bytes) >= SIZES.size:
            head_size, blob_size = SIZES.unpack_from(self._bytes)
            if head_size > MAX_HEAD or blob_size > MAX_BLOB:
                raise BrokenFrameError(f"a frame of {head_size} + {blob_size} bytes")
            end = SIZES.size + head_size + blob_size
            if len(self._bytes) < end:
                return
            head = bytes(self._bytes[SIZES.size : SIZES.size + head_size])
            blob = bytes(self._bytes[SIZES.size + head_size : end])
            del self._bytes[:end]
            yield load_head(head), blob


def load_head(text: bytes) -> Head:
    """Parse a head."""
    try:
        head = _loads(text.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise BrokenFrameError(str(error)) from error
    if not isinstance(head, dict):
        raise BrokenFrameError("a head that is no object")
    return head


def write_all(fd: int, data: bytes) -> None:
    """Write everything to a blocking descriptor."""
    view = memoryview(data)
    while view:
        view = view[_write(fd, view) :]


def read_frame(fd: int) -> tuple[Head, bytes]:
    """Read one frame from a blocking descriptor; EOFError at its end."""
    head_size, blob_size = SIZES.unpack(_read_exactly(fd, SIZES.size))
    if head_size > MAX_HEAD or blob_size > MAX_BLOB:
        raise BrokenFrameError(f"a frame of {head_size} + {blob_size} bytes")
    return load_head(_read_exactly(fd, head_size)), _read_exactly(fd, blob_size)


def _read_exactly(fd: int, size: int) -> bytes:
    parts = []
    while size:
        part = _read(fd, min(size, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
