"""Frames on their way to the host, whole whatever interrupts the sending of one.

Once the learner's code may send (by ``show``), Ctrl+C, an alarm of its own or a signal handler
that shows something may come in the midst of a frame. The report that follows would be garbled;
so what is left of a frame stays here, and goes before anything else does.
"""

from __future__ import annotations

import socket
import threading
from collections import deque

PATIENCE = 1.0
"""Seconds to wait for a thread that is sending; one that was interrupted keeps the lock."""

_without_waiting = socket.MSG_DONTWAIT
_Lock = threading.Lock


class Outbox:
    """The sending side of a worker's channel."""

    def __init__(self, channel: int) -> None:
        self._send = socket.socket(fileno=channel).send
        self._frames: deque[tuple[bytes, list[int]]] = deque()
        """Each with the sizes of the parts of it that were sent."""
        self._lock = _Lock()

    def put(self, frame: bytes) -> None:
        """Add a frame and send what can be sent at once."""
        self._frames.append((frame, []))
        self.drain(wait=False)

    def send(self, frame: bytes) -> None:
        """Send everything, with this frame last."""
        self._frames.append((frame, []))
        self.drain(wait=True)

    def drain(self, *, wait: bool) -> bool:
        """Send what is here; return whether nothing is left."""
        if not self._frames:
            return True
        if not self._lock.acquire(timeout=PATIENCE if wait else 0) and not wait:
            return False  # another thread sends, or we are in a signal handler while it does
        try:
            return self._drain(0 if wait else _without_waiting)
        finally:
            if self._lock.locked():
                self._lock.release()

    def _drain(self, flags: int) -> bool:
        frames = self._frames
        while frames:
            frame, sent = frames[0]
            while (done := sum(sent)) < len(frame):
                try:
                    # Sent and counted in C: an exception from a signal comes before or after both.
                    sent.extend(map(self._send, (memoryview(frame)[done:],), (flags,)))
                except BlockingIOError:
                    return False
            frames.popleft()
        return True
