"""Makes workers, forked or cold, and clears them away without a trace."""

from __future__ import annotations

import contextlib
import os
import platform
import selectors
import sys
import time
from collections.abc import Callable
from typing import Any

from . import processes, wire
from .child import Child
from .folders import make_folder, remove_folder
from .output import Stream

REAP = 2.0
"""Seconds given to a killed process to go (a GPU's driver takes its time)."""


class Workers:
    """Every worker of a host that is alive.

    Args:
        adapter: The framework, imported.
        payload: What the host was started with; a cold worker is started with the same.
        selector: Where the workers' descriptors are watched.
        private: Descriptors of the host that a forked worker must not keep.
    """

    def __init__(
        self,
        adapter: Any,
        payload: dict[str, Any],
        selector: selectors.BaseSelector,
        private: list[int],
    ) -> None:
        self.adapter = adapter
        self._payload = payload
        self._config: dict[str, Any] = payload["config"]
        self._selector = selector
        self._private = private
        self.alive: dict[int, Child] = {}
        """By process id."""
        self.cold = str(self._config.get("cold", ""))
        """Why workers are not forked; empty when they are."""
        self.folder = make_folder()

    def make(
        self,
        device: str,
        heard: Callable[[Child], None],
        printed: Callable[[Child, Stream], None],
    ) -> Child:
        """Start a worker on a device; the callbacks are for its messages and its output.

        Raises:
            OSError: The machine has no process, descriptor or room on its disk left for one.
        """
        if not self.cold:
            self.cold = self._unsafe()
        if not os.path.isdir(self.folder):  # what cleans /tmp up may have taken it
            os.mkdir(self.folder, 0o700)
        child = Child(self.folder, device)
        try:
            self._start(child)
        except OSError:
            child.abandon()
            remove_folder(child.folder)
            raise
        self.alive[child.pid] = child
        read = selectors.EVENT_READ
        self._selector.register(child.channel, read, lambda: heard(child))
        self._selector.register(child.stdout.fd, read, lambda: printed(child, child.stdout))
        self._selector.register(child.stderr.fd, read, lambda: printed(child, child.stderr))
        return child

    def _start(self, child: Child) -> None:
        if self.cold:
            config = {**self._config, "worker": child.inherited()}
            command = [sys.executable, *config["options"], "-c", config["bootstrap"]]
            child.start_cold(
                command, pack_payload({**self._payload, "main": "cold", "config": config})
            )
        else:
            close = [*self._private]
            for other in self.alive.values():
                close.extend(other.descriptors())
            child.fork(lambda: self.adapter, close)

    def _unsafe(self) -> str:
        """Return why a fork would be unsafe at this moment, or an empty string."""
        if not processes.LINUX:
            return f"system libraries on {platform.system()} do not survive a fork"
        count = processes.threads()
        if count != 1:
            return f"importing {self.adapter.name} left {count} threads running"
        if processes.touches_gpu():
            return f"importing {self.adapter.name} opened the GPU"
        return str(self.adapter.unsafe_to_fork())

    def unwatch(self, item: Any) -> None:
        """Stop watching a descriptor, if it is watched."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(item)

    def kill(self, child: Child) -> None:
        """Kill its process group, then whatever had left the group, and collect its exit."""
        processes.kill_group(child.pid)
        known = {pid for pid in self.alive if pid != child.pid}
        end = time.monotonic() + REAP
        processes.sweep(os.getpid(), child.pid, known, end)
        while not child.reap() and time.monotonic() < end:
            processes.kill_all([child.pid])
            time.sleep(0.001)
        # what had daemonised became ours when it died
        processes.sweep(os.getpid(), child.pid, known, end)

    def forget(self, child: Child) -> None:
        """Close its pipes and remove its directory; it has been killed."""
        for item in (child.channel, child.stdout.fd, child.stderr.fd):
            self.unwatch(item)
        self.alive.pop(child.pid, None)
        child.close()
        remove_folder(child.folder)

    def end(self) -> None:
        """Do away with all of them."""
        for child in list(self.alive.values()):
            self.kill(child)
            self.forget(child)
        remove_folder(self.folder)


def pack_payload(payload: dict[str, Any]) -> bytes:
    """Return what the bootstrap reads from stdin: a length, then the payload as JSON."""
    text = wire.dumps(payload)
    return b"%d\n" % len(text) + text
