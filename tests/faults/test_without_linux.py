"""Systems without /proc, prctl and F_SETSIG, such as macOS: here they are made to look absent."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from tests.runtime.hosts import gone, run, session_loop
from tutor.runtime import launch
from tutor.runtime.host import Host
from tutor.runtime.job import MIB
from tutor.runtime.worker.processes import descendants, table

pytestmark = session_loop


@pytest_asyncio.fixture(loop_scope="session")
async def host(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Host]:
    sources = dict(launch.sources())
    name = f"{launch.PACKAGE}.processes"
    here = 'LINUX = sys.platform.startswith("linux")'
    assert here in sources[name]
    sources[name] = sources[name].replace(here, "LINUX = False").replace("/proc/", "/nowhere/")
    monkeypatch.setattr(launch, "sources", lambda: sources)
    host = await Host.start("numpy")
    yield host
    await host.close()


async def test_workers_start_afresh(host: Host) -> None:
    assert not host.hello.forks
    assert (await run(host, "x = 1", "x")).first == (1,)


async def test_waiting_costs_nothing(host: Host) -> None:
    assert (await run(host, "x = 1", "x")).first == (1,)
    await host.warm_up()
    await asyncio.sleep(0.5)
    before = psutil.Process(host.pid).cpu_times().children_user
    await asyncio.sleep(1)
    assert psutil.Process(host.pid).cpu_times().children_user - before < 0.1


async def test_memory(host: Host) -> None:
    source = "import time\nhold = []\nwhile True:\n    hold.append(b'x' * 5_000_000)\n    time.sleep(0.01)"
    ran = await run(host, source, limits={"memory": 100 * MIB, "seconds": 20})
    assert ran.outcome.how == "out-of-memory"


async def test_a_killed_host_leaves_nothing(host: Host) -> None:
    running = asyncio.create_task(run(host, "while True: pass", limits={"seconds": 30}))
    await asyncio.sleep(0.5)
    below = descendants(host.pid, table())
    assert below
    os.kill(host.pid, signal.SIGKILL)
    assert (await running).outcome.how == "host-lost"
    assert await gone(*below)
