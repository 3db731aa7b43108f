"""The UI's end of a host: starts it, sends jobs, turns its frames into events.

host = await Host.start("torch", (), cache)
async for event in host.run(job):        # Started, Printed …, and one Outcome
    ...
await host.close()
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import signal
import socket
from collections import deque
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tutor.errors import NotOnThisMachine, RuntimeUnavailable
from tutor.runtime import launch, outcome, protocol
from tutor.runtime.job import Hello, Job, Outcome, Printed, RunEvent, Started
from tutor.runtime.worker.folders import PREFIX, remove_folder
from tutor.runtime.worker.wire import BrokenFrameError

START_SECONDS = 120.0
"""For the import and the first worker: TensorFlow on a cold network file system takes minutes."""
CLOSE_SECONDS = 5.0
"""For a host to kill its workers and go; then its group is killed."""
STOP_SECONDS = 10.0
"""For a stopped job to end: the host itself takes 6 s at most, so one that takes longer hangs."""
PIPE_SECONDS = 0.3
"""For what a host said last to be read when something else holds its pipes open."""
NOISE_LINES = 400
"""Lines of framework logging that are kept."""


class _Pipes(asyncio.subprocess.SubprocessStreamProtocol):
    """A process's pipes, which end when it does.

    Something that outlives it may hold them: ssh's master connection, or what a wrapper script
    started. asyncio would wait for that as well, in ``Process.wait`` too.
    """

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note where the pipes are."""
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._pipes = transport
        super().connection_made(transport)

    def process_exited(self) -> None:
        """Close them, once what waits in them was read."""
        super().process_exited()
        asyncio.get_running_loop().call_later(PIPE_SECONDS, self._close)

    def _close(self) -> None:
        for fd in (0, 1, 2):
            pipe = self._pipes.get_pipe_transport(fd)
            if pipe is not None:
                pipe.close()


class Host:
    """A process that has one framework imported, seen from the UI."""

    def __init__(self, framework: str, interpreter: Sequence[str]) -> None:
        self.framework = framework
        self.interpreter = tuple(interpreter)
        self.hello: Hello
        self.noise: deque[str] = deque(maxlen=NOISE_LINES)
        """What the framework logged, kept out of the learner's output."""
        self.pid = 0
        """The process we started; over ssh that is ssh's own."""
        self.folder = ""
        """Its temporary directory, on its own machine."""
        self.alive = False
        self._numbers = itertools.count(1)
        self._runs: dict[int, asyncio.Queue[RunEvent]] = {}
        self._warm: dict[int, asyncio.Future[dict[str, Any] | None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._current: int | None = None
        """The learner's job in flight."""

    @classmethod
    async def start(
        cls,
        framework: str,
        interpreter: Sequence[str] = (),
        cache: Path | None = None,
        *,
        cold: str = "",
        ahead: bool = False,
        seconds: float = START_SECONDS,
    ) -> Host:
        """Start a host and wait for its hello.

        Args:
            framework: `torch`, `tensorflow`, `jax` or `numpy`.
            interpreter: A Python that has it, or a command that starts one; empty for our own.
            cache: Where compilers may keep what they compiled, for all attempts.
            cold: A reason not to fork workers but start each afresh; empty to fork where safe.
            ahead: Whether to import what programs import late too, for all attempts.
            seconds: How long to wait.

        Raises:
            RuntimeUnavailable: There is no such interpreter, or it does not start.
            NotOnThisMachine: It has not the framework.
        """
        launch.check(interpreter, framework)
        host = cls(framework, interpreter)
        body = launch.payload(framework, "supervisor", {"cold": cold, "ahead": ahead}, cache)
        try:
            await asyncio.wait_for(host._launch(body), seconds)
        except TimeoutError:
            await host.close()
            label = launch.LABELS.get(framework, framework)
            raise RuntimeUnavailable(
                f"{label} did not start within {seconds:g} s in {host.program}."
            ) from None
        except BaseException:
            await host.close()
            raise
        return host

    @property
    def program(self) -> str:
        """The interpreter, as one would type it."""
        return launch.describe(self.interpreter)

    async def _launch(self, body: bytes) -> None:
        await self._make_process()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._tasks.append(asyncio.create_task(self._read_noise(self._process.stderr)))
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(body)
            await self._process.stdin.drain()
        try:
            head, _ = await protocol.read_frame(self._process.stdout)
        except (asyncio.IncompleteReadError, BrokenFrameError, msgspec.DecodeError) as error:
            raise RuntimeUnavailable(await self._why_no_hello(error)) from None
        if head["op"] == "failed":
            absent = head["missing"] == self.framework
            kind = NotOnThisMachine if absent else RuntimeUnavailable
            raise kind(outcome.import_failure(head, self.framework))
        self.folder = head["folder"]
        self.hello = msgspec.convert(head, Hello, strict=False)
        self._tasks.append(asyncio.create_task(self._read(self._process.stdout)))

    async def _make_process(self) -> None:
        """Start the interpreter, which takes milliseconds and is not to be interrupted.

        A `subprocess_exec` that is cancelled before its pipes are connected waits for ever in
        CPython 3.11 (gh-119710).
        """
        loop = asyncio.get_running_loop()
        making = loop.create_task(
            loop.subprocess_exec(
                lambda: _Pipes(limit=1 << 22, loop=loop),
                *launch.command_line(self.interpreter),
                start_new_session=True,
                env=launch.environment(),
            )
        )
        try:
            await asyncio.shield(making)
        except OSError as error:
            raise RuntimeUnavailable(
                f"{self.program} cannot be started: {error.strerror or error}."
            ) from error
        finally:
            with contextlib.suppress(OSError):
                transport, pipes = await making
                self._process = asyncio.subprocess.Process(transport, pipes, loop)
                self.pid = self._process.pid
                self.alive = True

    async def _why_no_hello(self, error: Exception) -> str:
        if isinstance(error, asyncio.IncompleteReadError):
            status = await self._process.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._tasks[0]), 1)
        else:
            status = None
        return outcome.no_hello(self.program, status, list(self.noise), self.framework)

    async def _read_noise(self, stream: asyncio.StreamReader) -> None:
        while data := await stream.read(1 << 16):
            self.noise.extend(data.decode("utf-8", "replace").splitlines())

    async def _read(self, stream: asyncio.StreamReader) -> None:
        """Pass frames to whoever waits for them, until the host is gone."""
        gone = (asyncio.IncompleteReadError, ConnectionError)
        garbled = (BrokenFrameError, msgspec.DecodeError, KeyError, TypeError, AttributeError)
        with contextlib.suppress(*gone, *garbled):
            while True:
                head, blob = await protocol.read_frame(stream)
                self._dispatch(head, blob)
        self.alive = False
        status = await self._ended(1.0)
        self._remove_folder()
        lost = outcome.host_lost(self.framework, status)
        for queue in self._runs.values():
            queue.put_nowait(lost)
        for future in self._warm.values():
            if not future.done():
                future.set_result({"what": "host-lost", "words": lost.words})

    async def _ended(self, grace: float) -> int | None:
        """Wait for the process to end, and kill its group when it has not after its grace."""
        for seconds in (grace, CLOSE_SECONDS):
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(self._process.wait(), seconds)
            self._kill()
        return None  # the kernel does not let go of it

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def _remove_folder(self) -> None:
        """Remove what a host that was killed could not, where it ran on this machine."""
        if self.hello.machine == socket.gethostname() and f"/{PREFIX}" in self.folder:
            remove_folder(self.folder)

    def _dispatch(self, head: dict[str, Any], blob: bytes) -> None:
        operation, number = head["op"], head["id"]
        if operation == "warm":
            future = self._warm.pop(number, None)
            if future is not None and not future.done():
                future.set_result(head["failure"])
            return
        queue = self._runs.get(number)
        if queue is None:
            return  # nobody listens any more
        if operation == "printed":
            queue.put_nowait(Printed(stream=head["stream"], text=head["text"]))
        elif operation == "view":
            queue.put_nowait(outcome.shown(head, blob))
        elif operation == "started":
            queue.put_nowait(Started(device=head["device"]))
        elif operation == "ended":
            queue.put_nowait(outcome.from_facts(head["facts"], blob, self._context()))

    def _context(self) -> outcome.Context:
        return outcome.Context(framework=self.framework, executable=self.hello.executable)

    async def run(self, job: Job, *, reference: bool = False) -> AsyncIterator[RunEvent]:
        """Run a job: Started, Printed as it comes, and exactly one Outcome at the end.

        Leaving the loop early, or cancelling the task, stops the job.

        Args:
            job: What to run, and within which limits.
            reference: It is the author's solution: it gets a worker of its own and leaves the
                learner's spare alone.
        """
        if not self.alive:
            yield outcome.host_lost(self.framework, None)
            return
        number = next(self._numbers)
        queue: asyncio.Queue[RunEvent] = asyncio.Queue()
        self._runs[number] = queue
        if not reference:
            self._current = number
        ended = False
        try:
            message = {"op": "run", "id": number, "job": job, "reference": reference}
            await self._send(message)
            while not ended:
                event = await queue.get()
                if isinstance(event, Outcome):
                    ended = True
                    event = outcome.with_limits(event, job)
                yield event
        finally:
            self._runs.pop(number, None)
            if self._current == number:
                self._current = None
            if not ended:
                self._send_soon({"op": "stop", "id": number})

    async def stop(self) -> None:
        """Ask the learner's job in flight to stop; its Outcome says `stopped`.

        A host that does not answer (itself stopped, or behind a line that has dropped) is killed.
        """
        if self._current is not None:
            hangs = asyncio.get_running_loop().call_later
            hangs(STOP_SECONDS, self._kill_if_running, self._current)
            await self._send({"op": "stop", "id": self._current})

    def _kill_if_running(self, number: int) -> None:
        if number in self._runs and self.alive:
            self._kill()

    async def warm_up(self) -> None:
        """Wait until a spare is ready, so that the next run waits for nothing.

        Raises:
            RuntimeUnavailable: Its worker cannot start; the text says why.
        """
        if not self.alive:
            raise RuntimeUnavailable(outcome.host_lost(self.framework, None).words)
        number = next(self._numbers)
        future: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._warm[number] = future
        await self._send({"op": "warm", "id": number})
        failure = await future
        if failure is not None:
            raise RuntimeUnavailable(outcome.start_failure(failure, self._context()))

    async def _send(self, message: Any) -> None:
        self._send_soon(message)
        assert self._process.stdin is not None
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()

    def _send_soon(self, message: Any) -> None:
        if self.alive and self._process.stdin is not None:
            with contextlib.suppress(ConnectionError, RuntimeError):
                self._process.stdin.write(protocol.pack(message))

    async def close(self) -> None:
        """End the host and all its workers."""
        process = getattr(self, "_process", None)
        if process is None:
            return
        self.alive = False
        if process.returncode is None:
            assert process.stdin is not None
            with contextlib.suppress(ConnectionError, RuntimeError):
                process.stdin.close()  # it goes when its stdin ends
            # one that never said hello has no workers to clear away
            await self._ended(CLOSE_SECONDS if self.folder else 0.2)
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError, TimeoutError):
                await asyncio.wait_for(task, 1) if not task.done() else None
        self._tasks.clear()
