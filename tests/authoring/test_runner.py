"""How jobs share the workers, and which devices a framework is tested on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tutor.authoring.runner import Runner, on_device
from tutor.config import Config
from tutor.runtime.job import Block, Job, Limits, Outcome
from tutor.runtime.pool import Pool
from tutor.views.model import View


class OneHost:
    """A pool whose hosts have these devices: hardware that this machine may lack."""

    def __init__(self, *devices: str, forks: bool = True) -> None:
        self.hello = SimpleNamespace(devices=devices, forks=forks)
        self.asked: list[bool] = []
        """For each host asked for, whether one that has imported ahead."""

    async def host(self, framework: str, *, ahead: bool = False) -> Any:
        self.asked.append(ahead)
        return self

    async def run(self, job: Job, *, reference: bool) -> AsyncIterator[Outcome]:
        yield Outcome(how="finished")


@pytest.mark.parametrize(
    ("devices", "config", "expected"),
    [
        (("cpu",), "auto", ("auto",)),
        (("cuda:0 (NVIDIA H100)", "cpu"), "auto", ("auto", "cpu")),
        (("cuda:0 (NVIDIA H100)", "cpu"), "cuda:0", ("cuda:0",)),
    ],
)
async def test_beside_an_accelerator_the_cpu_is_tested_too(
    devices: tuple[str, ...], config: str, expected: tuple[str, ...]
) -> None:
    runner = Runner(OneHost(*devices), Config(device=config), 2)  # type: ignore[arg-type]
    assert await runner.devices("torch") == expected


@pytest.mark.parametrize(
    ("pool", "ahead"),
    [
        (OneHost("cpu"), True),
        (OneHost("cpu*8"), True),
        (OneHost("cuda:0 (NVIDIA H100)", "cpu"), False),
        (OneHost("cpu", forks=False), False),
    ],
)
async def test_nothing_is_imported_ahead_beside_an_accelerator(
    pool: OneHost, ahead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.authoring.runner.AHEAD_AFTER", 0)
    await Runner(pool, Config(), 2).run(job("x = 1"))  # type: ignore[arg-type]
    assert pool.asked[-1] is ahead


def job(source: str, seconds: float = 10.0) -> Job:
    return Job(
        framework="numpy",
        blocks=(Block(name="answer", source=source),),
        probes=("(began, time.time())",),
        limits=Limits(seconds=seconds),
    )


def test_a_step_that_names_its_devices_runs_there() -> None:
    many = msgspec.structs.replace(job("x = 1"), device="cpu*8")
    assert on_device(many, "cuda:0") == many
    assert on_device(job("x = 1"), "cuda:0").device == "cuda:0"


SLEEP = "import time\nbegan = time.time()\ntime.sleep({})"


def span(outcome: Any) -> tuple[float, float]:
    assert outcome.how == "finished", outcome
    [[pair]] = outcome.results
    one, other = (float.fromhex(item.text) for item in pair.items)
    return one, other


async def test_jobs_run_side_by_side_and_one_that_is_timed_runs_alone(tmp_path: Path) -> None:
    pool = Pool(cache=tmp_path)
    runner = Runner(pool, Config(), 2)
    try:
        *beside, alone = await asyncio.gather(
            *(runner.run(job(SLEEP.format(1))) for _ in range(2)),
            runner.run(job(SLEEP.format(0.2)), alone=True),
        )
    finally:
        await pool.close()
    (first, first_end), (second, second_end) = map(span, beside)
    assert max(first, second) < min(first_end, second_end)
    assert span(alone)[0] >= max(first_end, second_end)
    assert runner.runs == {"numpy": 3}


async def test_one_that_was_too_slow_is_tried_again_by_itself(tmp_path: Path) -> None:
    pool = Pool(cache=tmp_path)
    runner = Runner(pool, Config(), 2)
    endless = job("while True: pass", seconds=0.3)
    try:
        assert (await runner.run(endless)).how == "timed-out"
        assert runner.runs == {"numpy": 2}
        assert (await runner.run(endless, patient=False)).how == "timed-out"
        assert runner.runs == {"numpy": 3}
    finally:
        await pool.close()


async def test_of_many_runs_the_later_ones_import_nothing_slow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tutor.authoring.runner.AHEAD_AFTER", 1)
    pool = Pool(cache=tmp_path)
    runner = Runner(pool, Config(), 1)
    there = msgspec.structs.replace(
        job("import sys"),
        probes=("'sklearn.datasets' in sys.modules", "sys.modules['os'].getppid()"),
    )
    try:
        runs = [
            await runner.run(there),
            await runner.run(there),
            await runner.run(there, ahead=False),
            await runner.run(there, alone=True),
        ]
    finally:
        await pool.close()
    found = [[getattr(value, "text", None) for value in run.results[0]] for run in runs]
    assert [imported for imported, _ in found] == ["False", "True", "False", "False"]
    first, second, *plain = [host for _, host in found]
    assert first != second
    assert plain == [first, first]


async def test_views_of_a_run_that_was_given_up_are_forgotten(tmp_path: Path) -> None:
    flag = tmp_path / "ran"
    source = f"""\
from pathlib import Path
from tutor import show
import time
if not Path({str(flag)!r}).exists():
    Path({str(flag)!r}).touch()
    show([1.0, 2.0], "first")
    time.sleep(60)
"""
    pool = Pool(cache=tmp_path)
    views: dict[str, View] = {}
    try:
        outcome = await Runner(pool, Config(), 1).run(job(source, seconds=1.0), views=views)
    finally:
        await pool.close()
    assert outcome.how == "finished"
    assert views == {}
