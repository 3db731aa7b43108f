"""Frames between the UI process and a host; the same bytes as ``worker.wire``, read by asyncio."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec

from tutor.runtime.worker.wire import MAX_BLOB, MAX_HEAD, SIZES, BrokenFrameError

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def to_json(value: Any) -> bytes:
    """Return JSON; also of text that UTF-8 cannot hold, such as a path that is no UTF-8."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value)).encode()  # lone surrogates escaped


def pack(head: Any) -> bytes:
    """Return a frame with no blob."""
    text = to_json(head)
    return SIZES.pack(len(text), 0) + text


async def read_frame(stream: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """Read one frame; asyncio.IncompleteReadError when the host is gone."""
    head_size, blob_size = SIZES.unpack(await stream.readexactly(SIZES.size))
    if head_size > MAX_HEAD or blob_size > MAX_BLOB:
        raise BrokenFrameError(f"a frame of {head_size} + {blob_size} bytes")
    head = _decode(await stream.readexactly(head_size))
    blob = await stream.readexactly(blob_size) if blob_size else b""
    return head, blob
