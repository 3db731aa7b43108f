"""Hosts by framework: started when first asked for, started again when they have died."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor.runtime.host import Host


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
        self._hosts: dict[str, Host] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._closed = False

    async def host(self, framework: str) -> Host:
        """Return the framework's host, started if need be.

        Raises:
            RuntimeUnavailable: No interpreter, or it does not start.
            NotOnThisMachine: It has not the framework.
        """
        async with self._locks.setdefault(framework, asyncio.Lock()):
            host = self._hosts.get(framework)
            if host is not None and host.alive:
                return host
            if host is not None:
                await host.close()
            cache = self._usable_cache()
            host = await Host.start(framework, self._interpreters.get(framework, ()), cache)
            if self._closed:
                await host.close()
            else:
                self._hosts[framework] = host
            return host

    def _usable_cache(self) -> Path | None:
        """The folder for compilers; None where it cannot be made, which only costs time."""
        if self._cache is not None:
            try:
                self._cache.mkdir(parents=True, exist_ok=True)
            except OSError:
                return None
        return self._cache

    def alive(self) -> tuple[Host, ...]:
        """Return the hosts that live now."""
        return tuple(host for host in self._hosts.values() if host.alive)

    async def close(self) -> None:
        """End every host."""
        self._closed = True
        hosts = list(self._hosts.values())
        self._hosts.clear()
        await asyncio.gather(*(host.close() for host in hosts))
