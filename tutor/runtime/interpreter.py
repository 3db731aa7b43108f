"""What an interpreter has to offer, for `doctor`: asked once, and nothing stays alive."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from msgspec import Struct

from tutor.errors import NotOnThisMachine, RuntimeUnavailable
from tutor.runtime.host import Host


class Interpreter(Struct, frozen=True, kw_only=True):
    """A Python and one framework in it."""

    framework: str
    command: str
    """As one would type it."""
    works: bool
    reason: str = ""
    """Why it does not work, and what to do."""
    version: str = ""
    """The framework's."""
    python: str = ""
    executable: str = ""
    machine: str = ""
    devices: tuple[str, ...] = ()
    """Best first."""
    import_seconds: float = 0.0
    forks: bool = False
    """Whether workers are forked, and so ready at once."""
    forks_why: str = ""
    """Why not."""


async def probe_interpreter(
    command: Sequence[str], framework: str, *, seconds: float = 60.0
) -> Interpreter:
    """Start the interpreter, import the framework, look at its devices, and end it again."""
    from tutor.runtime.launch import describe

    try:
        host = await Host.start(framework, command, seconds=seconds)
    except (RuntimeUnavailable, NotOnThisMachine) as error:
        return Interpreter(
            framework=framework, command=describe(command), works=False, reason=str(error)
        )
    hello = host.hello
    reason = ""
    try:
        await asyncio.wait_for(host.warm_up(), seconds)
    except (RuntimeUnavailable, TimeoutError) as error:
        reason = str(error) or "Its worker was not ready in time."
    with contextlib.suppress(ConnectionError):
        await host.close()
    return Interpreter(
        framework=framework,
        command=describe(command),
        works=not reason,
        reason=reason,
        version=hello.version,
        python=hello.python,
        executable=hello.executable,
        machine=hello.machine,
        devices=hello.devices,
        import_seconds=hello.import_seconds,
        forks=hello.forks,
        forks_why=hello.forks_why,
    )
