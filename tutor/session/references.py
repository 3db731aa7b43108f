"""What the author's programs give: computed once per program, seeds, framework and device.

The learner's code never shares a process with these. Results are kept in memory and on disk, so
that a verdict does not wait for the solution to run.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import os
from pathlib import Path

import msgspec

from tutor.runtime import launch
from tutor.runtime.host import Host
from tutor.runtime.job import Job, Outcome
from tutor.session.plan import fingerprint

PASSING = frozenset(
    {"MemoryError", "OSError", "OutOfMemoryError", "ResourceExhaustedError", "JaxRuntimeError"}
)
"""Exceptions that a full disk or a busy GPU may raise: not of the program, and not for good."""


class References:
    """A cache of outcomes that computes what it lacks, each only once at a time."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._running: dict[str, asyncio.Task[Outcome]] = {}
        self._known: dict[str, Outcome] = {}

    async def outcome(self, host: Host, job: Job) -> Outcome:
        """The job's outcome. Cancelling the caller leaves the computation running for the next."""
        hello = host.hello
        key = fingerprint(job, _worker(), hello.version, hello.machine, *hello.devices[:1])
        if known := self._known.get(key) or self._from_disk(key):
            self._known[key] = known
            return known
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._compute(host, job, key))
            self._running[key] = task
        return await asyncio.shield(task)

    async def _compute(self, host: Host, job: Job, key: str) -> Outcome:
        try:
            ended: Outcome | None = None
            async for event in host.run(job, reference=True):
                if isinstance(event, Outcome):
                    ended = event
            assert ended is not None, "a run ends with an outcome"
            if _repeats(ended):
                self._known[key] = ended
                self._to_disk(key, ended)
            return ended
        finally:
            del self._running[key]

    async def close(self) -> None:
        """Give up what is still being computed."""
        tasks = tuple(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _from_disk(self, key: str) -> Outcome | None:
        if self._folder is None:
            return None
        try:
            return msgspec.msgpack.decode((self._folder / key).read_bytes(), type=Outcome)
        except (OSError, msgspec.MsgspecError):
            return None  # absent, unreadable or of an older form: compute it again

    def _to_disk(self, key: str, outcome: Outcome) -> None:
        if self._folder is None:
            return
        with contextlib.suppress(OSError):  # a cache that cannot be written is only slower
            self._folder.mkdir(parents=True, exist_ok=True)
            partial = self._folder / f"{key}.{os.getpid()}"
            partial.write_bytes(msgspec.msgpack.encode(outcome))
            partial.replace(self._folder / key)


@functools.cache
def _worker() -> str:
    """A name for this version of the worker: it makes the inputs and has the instruments."""
    return hashlib.sha256(repr(sorted(launch.sources().items())).encode()).hexdigest()


def _repeats(outcome: Outcome) -> bool:
    """Whether a second run would give the same: a time-out under load is none of the program's."""
    if outcome.how != "raised" or outcome.error is None:
        return outcome.how == "finished"
    return PASSING.isdisjoint((outcome.error.type, *outcome.error.bases))
