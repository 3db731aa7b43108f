"""Hosts by framework: started when first asked for, started again when they have died."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.runtime.host import Host

GIVEN_UP_SECONDS = 1.0
"""How long closing waits for processes whose start was given up: each is ended in 0.2 s."""


class Pool:
    """The hosts of one session.

    Args:
        interpreters: Framework to the command that starts a Python with it; one that is not
            named uses the interpreter that runs fwtutor.
        cache: Where compilers keep what they compiled; None for nowhere.
    """

    def __init__(
        self, interpreters: Mapping[str, Sequence[str]] | None = None, cache: Path | None = None
    ) -> None:
        self._interpreters = dict(interpreters or {})
        self._cache = cache
        self._hosts: dict[tuple[str, bool], Host] = {}
        self._locks: dict[tuple[str, bool], asyncio.Lock] = {}
        self._closed = False

    async def host(self, framework: str, *, ahead: bool = False) -> Host:
        """Return the framework's host, started if need be.

        Args:
            framework: Its name.
            ahead: Whether it has imported what programs import late: another host, for many runs.

        Raises:
            RuntimeUnavailable: No interpreter, or it does not start.
            NotOnThisMachine: It has not the framework.
        """
        key = framework, ahead
        async with self._locks.setdefault(key, asyncio.Lock()):
            host = self._hosts.get(key)
            if host is not None and host.alive:
                return host
            if host is not None:
                await host.close()
            command = self._interpreters.get(framework, ())
            host = await Host.start(framework, command, self._cache, ahead=ahead)
            if self._closed:
                await host.close()
            else:
                self._hosts[key] = host
            return host

    def alive(self) -> tuple[Host, ...]:
        """Return the hosts that live now."""
        return tuple(host for host in self._hosts.values() if host.alive)

    async def close(self) -> None:
        """End every host."""
        self._closed = True
        hosts = list(self._hosts.values())
        self._hosts.clear()
        await asyncio.gather(*(host.close() for host in hosts))
        # Whoever gave up waiting for a start holds its lock until that process is gone.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(
                asyncio.gather(*(_free(lock) for lock in self._locks.values())), GIVEN_UP_SECONDS
            )


async def _free(lock: asyncio.Lock) -> None:
    async with lock:
        pass
