"""The cache of what the author's programs give."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.runtime.hosts import plain
from tests.session.bench import session_loop
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Job, Limits
from tutor.session.references import References

pytestmark = session_loop


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def host() -> AsyncIterator[Host]:
    host = await Host.start("numpy")
    yield host
    await host.close()


def job(folder: Path, source: str = "", **fields: Any) -> Job:
    """A program that leaves a trace of each time it runs."""
    leave = f"open({str(folder / 'ran')!r}, 'a').write('x')\n"
    blocks = (Block(name="answer", source=leave + source),)
    return Job(framework="numpy", blocks=blocks, probes=("1 + 1",), **fields)


def runs(folder: Path) -> int:
    file = folder / "ran"
    return len(file.read_text()) if file.exists() else 0


async def test_a_program_runs_once(host: Host, tmp_path: Path) -> None:
    references = References(tmp_path / "cache")
    found = await asyncio.gather(*(references.outcome(host, job(tmp_path)) for _ in range(3)))
    found.append(await references.outcome(host, job(tmp_path)))
    assert {plain(outcome.results[0][0]) for outcome in found} == {2}
    assert runs(tmp_path) == 1
    again = References(tmp_path / "cache")
    assert await again.outcome(host, job(tmp_path)) == found[0]
    assert runs(tmp_path) == 1, "the next session reads it from disk"
    await again.outcome(host, job(tmp_path, seeds=(7,)))
    assert runs(tmp_path) == 2, "other seeds are another result"


async def test_a_cache_that_cannot_be_used_costs_only_time(host: Host, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file" / "cache", None):
        outcome = await References(folder).outcome(host, job(tmp_path))
        assert outcome.how == "finished"
    assert runs(tmp_path) == 2


async def test_a_damaged_entry_is_computed_again(host: Host, tmp_path: Path) -> None:
    first = await References(tmp_path / "cache").outcome(host, job(tmp_path))
    [entry] = (tmp_path / "cache").iterdir()
    for damage in (b"", b"\xff\x00", entry.read_bytes()[:20]):
        entry.write_bytes(damage)
        again = await References(tmp_path / "cache").outcome(host, job(tmp_path))
        assert again.results == first.results
    assert runs(tmp_path) == 4


async def test_only_what_would_repeat_is_kept(host: Host, tmp_path: Path) -> None:
    references = References(tmp_path / "cache")
    loop = job(tmp_path, "while True: pass", limits=Limits(seconds=0.2))
    assert (await references.outcome(host, loop)).how == "timed-out"
    assert (await references.outcome(host, loop)).how == "timed-out"
    assert runs(tmp_path) == 2
    full = job(tmp_path, "raise OSError(28, 'No space left on device')")
    assert (await references.outcome(host, full)).how == "raised"
    assert (await references.outcome(host, full)).how == "raised"
    assert runs(tmp_path) == 4
    raising = job(tmp_path, "1 / 0")
    assert (await references.outcome(host, raising)).how == "raised"
    assert (await references.outcome(host, raising)).how == "raised"
    assert runs(tmp_path) == 5


async def test_another_version_of_the_worker_computes_anew(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may make other inputs, or have an instrument that was mended."""
    await References(tmp_path / "cache").outcome(host, job(tmp_path))
    monkeypatch.setattr("tutor.session.references._worker", lambda: "the next release")
    await References(tmp_path / "cache").outcome(host, job(tmp_path))
    assert runs(tmp_path) == 2


async def test_cancelling_leaves_the_computation_to_the_next(host: Host, tmp_path: Path) -> None:
    references = References(tmp_path / "cache")
    slow = job(tmp_path, "import time\ntime.sleep(0.3)")
    first = asyncio.create_task(references.outcome(host, slow))
    await asyncio.sleep(0.05)
    first.cancel()
    assert (await references.outcome(host, slow)).how == "finished"
    assert first.cancelled()
    assert runs(tmp_path) == 1


async def test_closing_gives_up(host: Host, tmp_path: Path) -> None:
    references = References(tmp_path / "cache")
    slow = job(tmp_path, "import time\ntime.sleep(60)", limits=Limits(seconds=60))
    waiting = asyncio.create_task(references.outcome(host, slow))
    await asyncio.sleep(0.05)
    await references.close()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    assert not (tmp_path / "cache").exists()


async def test_a_host_that_dies_is_not_remembered(tmp_path: Path) -> None:
    references = References(tmp_path / "cache")
    mortal = await Host.start("numpy")
    slow = job(tmp_path, "import time\ntime.sleep(60)", limits=Limits(seconds=60))
    waiting = asyncio.create_task(references.outcome(mortal, slow))
    while runs(tmp_path) == 0:
        await asyncio.sleep(0.01)
    os.kill(mortal.pid, signal.SIGKILL)
    assert (await waiting).how == "host-lost"
    await mortal.close()
    assert not (tmp_path / "cache").exists()
