"""Runs jobs on warm hosts, several at a time, and each in a fresh worker."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import msgspec

from tutor.config import Config
from tutor.course.models import FrameworkName
from tutor.errors import NotOnThisMachine, RuntimeUnavailable
from tutor.runtime.job import Hello, Job, Outcome, Shown
from tutor.runtime.pool import Pool
from tutor.views.model import View

AHEAD_AFTER = 50
"""Runs of a framework after which a second host pays, one that has imported what programs import
late: its start takes some 6 s for torch, and each run with an optimiser takes 0.6 s less."""


class Runner:
    """Jobs go in, outcomes come out.

    One host per framework forks all the workers: with four at a time it passed 40 jobs a second of
    torch and 20 of JAX, and a second or fourth host added nothing.
    """

    def __init__(self, pool: Pool, config: Config, workers: int) -> None:
        self._pool = pool
        self._config = config
        self._workers = workers
        # Workers side by side have more threads than there are cores. Those that wait by spinning
        # made 30 steps of a small torch model take 14 s on four busy cores, instead of 0.2 s.
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        self._slots = asyncio.Semaphore(workers)
        self._turnstile = asyncio.Lock()
        self._absent: dict[FrameworkName, str] = {}
        self.runs: Counter[str] = Counter()
        """How many jobs have run, by framework."""

    async def hello(self, framework: FrameworkName) -> Hello | str:
        """What the framework's host says of itself, or why this machine has none.

        Raises:
            RuntimeUnavailable: It should be there, and does not start.
        """
        if framework in self._absent:
            return self._absent[framework]
        try:
            return (await self._pool.host(framework)).hello
        except NotOnThisMachine as error:
            self._absent[framework] = str(error)
            return str(error)

    async def devices(self, framework: FrameworkName) -> tuple[str, ...]:
        """The devices to run on: the one that learners get, and the CPU beside an accelerator."""
        chosen = self._config.device_for(framework)
        hello = await self.hello(framework)
        if chosen != "auto" or isinstance(hello, str):
            return (chosen,)
        accelerated = any(not name.startswith("cpu") for name in hello.devices)
        return ("auto", "cpu") if accelerated else ("auto",)

    async def run(
        self,
        job: Job,
        *,
        alone: bool = False,
        patient: bool = True,
        ahead: bool = True,
        views: dict[str, View] | None = None,
    ) -> Outcome:
        """Run a job in a worker of its own.

        Args:
            job: What to run.
            alone: Whether nothing else may run meanwhile, so that its time is its own.
            patient: Whether one that was too slow beside others gets a second try alone.
            ahead: Whether what programs import late may be there already, as it is not at a
                learner's first attempt.
            views: Takes the views that it shows, of each name the last.
        """
        views = {} if views is None else views
        # Processes that a program forks (PyTorch's `cpu*2`) took 6 s instead of 0.8 s there.
        ahead = ahead and not alone and "*" not in job.device
        async with self._room(self._workers if alone else 1):
            outcome = await self._once(job, views, ahead=ahead)
        if outcome.how == "timed-out" and patient and not alone:
            async with self._room(self._workers):
                outcome = await self._once(job, views, ahead=False)
        return outcome

    async def _once(self, job: Job, views: dict[str, View], *, ahead: bool) -> Outcome:
        for _ in range(2):
            self.runs[job.framework] += 1
            views.clear()  # those of a run that was given up are no views of this one
            ahead = ahead and await self._pays_ahead(job.framework)
            host = await self._pool.host(job.framework, ahead=ahead)
            async for event in host.run(job, reference=True):
                if isinstance(event, Shown):
                    views[event.view.name] = event.view
                elif isinstance(event, Outcome):
                    if event.how != "host-lost":
                        return event
                    break
        raise RuntimeUnavailable(f"The host of {job.framework} was lost twice over one program.")

    async def _pays_ahead(self, framework: str) -> bool:
        """Whether a host of its own for what programs import late is worth its start.

        Beside an accelerator such an import may touch it, and nothing can be forked after that.
        """
        hello = (await self._pool.host(framework)).hello
        only_cpu = all(name.startswith("cpu") for name in hello.devices)
        return only_cpu and hello.forks and self.runs[framework] > AHEAD_AFTER

    @asynccontextmanager
    async def _room(self, slots: int) -> AsyncGenerator[None, None]:
        """Hold so many of the workers' slots; whoever wants them all is not overtaken for ever."""
        held = 0
        try:
            async with self._turnstile:
                for _ in range(slots):
                    await self._slots.acquire()
                    held += 1
            yield
        finally:
            for _ in range(held):
                self._slots.release()


def on_device(job: Job, device: str) -> Job:
    """The job, on that device, unless the step itself says what it runs on."""
    if job.device != "auto":
        return job
    return msgspec.structs.replace(job, device=device)
