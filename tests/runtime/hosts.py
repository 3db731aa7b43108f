"""Real hosts for tests, and a way to run a job to its end."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tutor.grading.values import Mapping as MappingValue
from tutor.grading.values import Nothing, Number, Raised, Sequence, Text, Value
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Job, Limits, Outcome, Printed, RunEvent, Started

FRAMEWORKS = ("torch", "jax", "tensorflow")

session_loop = pytest.mark.asyncio(loop_scope="session")
"""Hosts live as long as the test session, and on its loop: an import each saves a minute."""


@dataclass
class Ran:
    """A job that was run to its end."""

    events: list[RunEvent] = field(default_factory=list[RunEvent])

    @property
    def outcome(self) -> Outcome:
        last = self.events[-1]
        assert isinstance(last, Outcome), "a run must end with its outcome"
        assert sum(isinstance(event, Outcome) for event in self.events) == 1
        return last

    def text(self, stream: str = "stdout") -> str:
        printed = [e for e in self.events if isinstance(e, Printed) and e.stream == stream]
        return "".join(event.text for event in printed)

    @property
    def first(self) -> tuple[Any, ...]:
        """The first seed's results as plain Python."""
        assert self.outcome.how == "finished", self.outcome.words
        return tuple(plain(value) for value in self.outcome.results[0])


def plain(value: Value) -> Any:
    """A value as plain Python, where it is one."""
    match value:
        case Number(kind="bool", text=text):
            return text == "True"
        case Number(kind="int", text=text):
            return int(text)
        case Number(kind="float", text=text):
            return float.fromhex(text)
        case Text(text=text):
            return text
        case Nothing():
            return None
        case Sequence(items=items):
            return [plain(item) for item in items]
        case MappingValue(items=items):
            return {key: plain(item) for key, item in items}
        case Raised(type=kind, message=message):
            return f"{kind}: {message}"
        case _:
            return value


async def run(
    host: Host,
    source: str = "",
    *probes: str,
    blocks: tuple[Block, ...] | None = None,
    limits: Mapping[str, Any] | None = None,
    reference: bool = False,
    seen: Callable[[RunEvent], None] = lambda event: None,
    **job: Any,
) -> Ran:
    """Run source as the learner's answer."""
    ran = Ran()
    made = Job(
        framework=host.framework,
        blocks=blocks if blocks is not None else (Block(name="answer", source=source),),
        probes=probes,
        limits=Limits(**(limits or {})),
        **job,
    )
    async for event in host.run(made, reference=reference):
        ran.events.append(event)
        seen(event)
    return ran


def alive(pid: int) -> bool:
    """Whether a process exists and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


async def gone(*pids: int, seconds: float = 5) -> bool:
    """Wait until none of the processes is left."""
    end = time.monotonic() + seconds
    while any(alive(pid) for pid in pids):
        if time.monotonic() > end:
            for pid in pids:
                if alive(pid):
                    os.kill(pid, signal.SIGKILL)
            return False
        await asyncio.sleep(0.01)
    return True


async def no_attempt_left(host: Host, seconds: float = 5) -> bool:
    """Wait until the host has no process below it but its spare, and no folder but the spare's."""
    from tutor.runtime.worker.processes import descendants, table

    await host.warm_up()
    end = time.monotonic() + seconds
    while True:
        rows = table()
        folders = os.listdir(host.folder)
        if len(descendants(host.pid, rows)) == 1 and len(folders) == 1:
            return True
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.02)


def started(ran: Ran) -> bool:
    """Whether the learner's code began."""
    return any(isinstance(event, Started) for event in ran.events)


def host_fixture(framework: str) -> Any:
    """Return a session-wide fixture for one framework's host."""

    @pytest_asyncio.fixture(scope="session", loop_scope="session", name=framework)
    async def fixture(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Host]:
        if framework != "numpy":
            pytest.importorskip(framework)
        host = await Host.start(framework, (), tmp_path_factory.mktemp(f"{framework}-cache"))
        yield host
        await host.close()

    return fixture
