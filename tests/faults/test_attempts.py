"""Code that misbehaves: it ends, it is told apart from the others, and nothing of it is left."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.runtime.hosts import alive, gone, no_attempt_left, run, session_loop, started
from tutor.runtime.host import Host
from tutor.runtime.job import MIB, Printed, RunEvent

pytestmark = session_loop


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_is_left(numpy: Host) -> AsyncIterator[None]:
    """After each test the host still serves, and holds nothing but its spare."""
    yield
    assert await no_attempt_left(numpy)
    assert (await run(numpy, "x = 1", "x + 1")).first == (2,)


async def test_a_segfault(numpy: Host) -> None:
    ran = await run(numpy, "import ctypes\n\ndef f():\n    ctypes.string_at(0)\n\nf()")
    assert ran.outcome.how == "crashed"
    assert "segmentation fault inside ctypes" in ran.outcome.words
    assert "line 4 of your code" in ran.outcome.words
    assert ran.text("stderr") == "", "faulthandler's report is for the words, not the learner"


async def test_an_abort(numpy: Host) -> None:
    ran = await run(numpy, "import os\nprint('before')\nos.abort()")
    assert ran.outcome.how == "crashed"
    assert "abort" in ran.outcome.words
    assert ran.text() == "before\n"


async def test_a_crash_in_a_probe(numpy: Host) -> None:
    ran = await run(numpy, "import ctypes\nf = lambda: ctypes.string_at(0)", "f()")
    assert ran.outcome.how == "crashed"
    assert "line 2 of your code" in ran.outcome.words


async def test_os_exit(numpy: Host) -> None:
    ran = await run(numpy, "import os\nprint('before')\nos._exit(7)", "1")
    assert ran.outcome.how == "exited"
    assert "exit code 7" in ran.outcome.words
    assert ran.outcome.results == ()
    assert ran.text() == "before\n"


@pytest.mark.parametrize("call", ["exit(3)", "raise SystemExit(3)", "import sys; sys.exit(3)"])
async def test_system_exit(numpy: Host, call: str) -> None:
    ran = await run(numpy, f"x = 1\n{call}", "x")
    assert ran.outcome.how == "exited"
    assert "SystemExit with `3`" in ran.outcome.words
    assert "line 2" in ran.outcome.words


@pytest.mark.parametrize("code", ["10**5000", "type('T', (), {'__str__': lambda self: 1 / 0})()"])
async def test_an_exit_code_that_cannot_be_shown(numpy: Host, code: str) -> None:
    ran = await run(numpy, f"raise SystemExit({code})")
    assert ran.outcome.how == "exited"
    assert "SystemExit at line 1" in ran.outcome.words


async def test_killed_from_outside(numpy: Host) -> None:
    ran = await run(numpy, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert ran.outcome.how == "crashed"
    assert "not by fwtutor" in ran.outcome.words


async def test_a_loop_is_stopped_at_its_line(numpy: Host) -> None:
    ran = await run(numpy, "n = 0\nwhile True:\n    n += 1", limits={"seconds": 0.3})
    assert ran.outcome.how == "timed-out"
    assert "limit of 0.3 s" in ran.outcome.words
    assert any(f"at line {line} of your code" in ran.outcome.words for line in (2, 3))


async def test_a_loop_that_catches_everything(numpy: Host) -> None:
    source = "while True:\n    try:\n        while True: pass\n    except:\n        pass"
    ran = await run(numpy, source, limits={"seconds": 0.2})
    assert ran.outcome.how == "timed-out"
    assert "limit of 0.2 s" in ran.outcome.words


async def test_sleeping_probes_are_charged(numpy: Host) -> None:
    ran = await run(numpy, "import time", "time.sleep(60)", limits={"seconds": 0.2})
    assert ran.outcome.how == "timed-out"


@pytest.mark.parametrize(
    "body",
    [
        "import time\nprint('on')\ntime.sleep(60)",
        "print('on')\nwhile True:\n  try:\n    while 1: pass\n  except: pass",
    ],
)
async def test_stop(numpy: Host, body: str) -> None:
    stopping: list[asyncio.Task[None]] = []

    def seen(event: RunEvent) -> None:
        if isinstance(event, Printed) and not stopping:
            stopping.append(asyncio.create_task(numpy.stop()))

    ran = await run(numpy, body, limits={"seconds": 30}, seen=seen)
    assert ran.outcome.how == "stopped"
    assert "Stopped" in ran.outcome.words
    assert ran.text() == "on\n"


async def test_stop_before_it_began(numpy: Host) -> None:
    async def stop_at_once() -> None:
        while numpy._current is None:
            await asyncio.sleep(0)
        await numpy.stop()

    ran, _ = await asyncio.gather(run(numpy, "import time\ntime.sleep(60)"), stop_at_once())
    assert ran.outcome.how == "stopped"


async def test_leaving_the_loop_stops_the_job(numpy: Host) -> None:
    from tutor.runtime.job import Block, Job

    job = Job(framework="numpy", blocks=(Block(name="answer", source="while True: pass"),))
    events = numpy.run(job)
    async for _ in events:
        break
    await events.aclose()  # pyright: ignore[reportAttributeAccessIssue]
    assert await no_attempt_left(numpy)


async def test_a_keyboard_interrupt_of_its_own(numpy: Host) -> None:
    ran = await run(numpy, "raise KeyboardInterrupt")
    assert ran.outcome.how == "raised"
    assert ran.outcome.error is not None
    assert ran.outcome.error.type == "KeyboardInterrupt"


async def test_a_flood(numpy: Host) -> None:
    lag = 0.0

    async def watch() -> None:
        nonlocal lag
        while True:
            begun = time.perf_counter()
            await asyncio.sleep(0.001)
            lag = max(lag, time.perf_counter() - begun)

    watcher = asyncio.create_task(watch())
    try:
        ran = await run(
            numpy,
            "for i in range(1_000_000):\n    print(i)",
            "1",
            limits={"output": 100_000, "seconds": 60},
        )
    finally:
        watcher.cancel()
    assert ran.outcome.how == "finished"
    text = ran.text()
    assert len(text) == 100_000
    assert text.startswith("0\n1\n2\n")
    assert ran.outcome.dropped == sum(len(str(i)) + 1 for i in range(1_000_000)) - 100_000
    assert len(ran.events) < 400, "output must come in slices, not in lines"


async def test_output_below_python(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import os, subprocess, ctypes\n"
        "os.write(1, b'fd\\n')\nsubprocess.run(['echo', 'child'])\n"
        "ctypes.CDLL(None).puts(b'c')\nos.write(2, b'err\\n')\nprint('half', end='')",
        "printed()",
    )
    assert sorted(ran.text().split()) == ["c", "child", "fd", "half"]
    assert ran.text("stderr") == "err\n"
    assert ran.first == (["half"],)


async def test_bytes_that_are_no_text(numpy: Host) -> None:
    ran = await run(
        numpy, "import os\nos.write(1, b'\\xff\\xc3')\nos.write(1, b'\\xa9')\nprint('\\ud800')"
    )
    assert ran.text() == "\ufffdé\\ud800\n"


@pytest.mark.parametrize(
    "source",
    ["raise ValueError('\\ud800')", "raise SystemExit('\\ud800')", "raise ValueError(chr(0xD800))"],
)
async def test_a_message_that_utf8_cannot_hold(numpy: Host, source: str) -> None:
    ran = await run(numpy, source)
    assert ran.outcome.how in ("raised", "exited")
    assert "\\ud800" in ran.outcome.words


async def test_values_that_utf8_cannot_hold(numpy: Host) -> None:
    ran = await run(numpy, "import warnings\nwarnings.warn('\\ud800')\nx = 'a\\ud800é'", "x")
    assert ran.first == ("a\\ud800é",)
    assert ran.outcome.warnings == ("UserWarning: \\ud800",)
    assert (await run(numpy, "x = '\udcff'", "len(x)")).first == (1,)


async def test_warnings_without_end(numpy: Host) -> None:
    source = "import warnings\nfor n in range(20_000):\n    warnings.warn(f'{n} ' + 'x' * 10_000)"
    ran = await run(numpy, source, "len(warned())", limits={"seconds": 60})
    assert ran.first == (1000,)
    assert ran.outcome.warnings[0].startswith("UserWarning: 0 xxx")
    assert max(map(len, ran.outcome.warnings)) == 2000


async def test_a_clock_of_its_own(numpy: Host) -> None:
    ran = await run(numpy, "import time\ntime.perf_counter = lambda: float('nan')\nx = 1", "x")
    assert ran.first == (1,)
    assert 0 <= ran.outcome.seconds < 60


async def test_frameworks_log_apart(numpy: Host) -> None:
    log = "I0000 00:00:1795220828.923000    7828 port.cc:153] oneDNN custom operations are on."
    ran = await run(numpy, f"import sys\nsys.stderr.write('{log}\\nmine\\n')")
    assert ran.text("stderr") == "mine\n"
    assert any("oneDNN" in line for line in numpy.noise)


async def test_closed_streams(numpy: Host) -> None:
    ran = await run(numpy, "import os\nos.close(1)\nos.close(2)\nx = 3", "x")
    assert ran.first == (3,)
    ran = await run(numpy, "import sys\nsys.stdout.close()\nsys.stderr = None\nx = 3", "x")
    assert ran.first == (3,)


async def test_everything_closed(numpy: Host) -> None:
    ran = await run(numpy, "import os, time\nos.closerange(0, 1000)\ntime.sleep(60)")
    assert ran.outcome.how == "exited"
    assert "file descriptors" in ran.outcome.words


FORGED = """
import json, os, stat, struct
head = json.dumps({head!r}).encode()
for fd in range(3, 100):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.write(fd, struct.pack(">II", len(head), 0) + head)
    except OSError:
        pass
{then}
"""


@pytest.mark.parametrize("then", ["os._exit(0)", "while True: pass"])
@pytest.mark.parametrize(
    "head",
    [
        {"op": "failed", "what": "packages"}, {"op": "failed", "what": "device"},
        {"op": "failed", "what": []}, {"op": []}, {"op": "done", "how": 1}, {"op": "warm"},
    ],
)  # fmt: skip
async def test_a_forged_report(head: dict[str, object], then: str) -> None:
    host = await Host.start("numpy")
    try:
        ran = await asyncio.wait_for(run(host, FORGED.format(head=head, then=then)), 20)
        assert ran.outcome.how in ("exited", "not-started", "host-lost")
    finally:
        await host.close()


async def test_a_grandchild_that_holds_stdout(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import subprocess\nchild = subprocess.Popen(['sleep', '60'])\nprint(child.pid)\n",
        "child.pid",
    )
    assert ran.outcome.how == "finished"
    assert await gone(ran.first[0])


DAEMON = """
import os, time
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.write(w, str(os.getpid()).encode())
        time.sleep(60)
    os._exit(0)
pid = int(os.read(r, 100))
"""


@pytest.mark.parametrize(
    "end", ["", "os._exit(3)", "while True: pass", "import ctypes; ctypes.string_at(0)"]
)
async def test_a_daemonised_grandchild(numpy: Host, end: str) -> None:
    ran = await run(numpy, f"{DAEMON}\nprint(pid)\n{end}", limits={"seconds": 0.5})
    assert ran.outcome.how != "not-started"
    assert await gone(int(ran.text()))


async def test_memory(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import time\nhold = []\nwhile True:\n    hold.append(b'x' * 5_000_000)\n    time.sleep(0.005)",
        limits={"memory": 100 * MIB, "seconds": 20},
    )
    assert ran.outcome.how == "out-of-memory"
    assert "limit of 100 MiB" in ran.outcome.words


async def test_memory_of_children_counts_once(numpy: Host) -> None:
    shared = (
        "import os, time\nhold = b'x' * 120_000_000\n"
        "pids = []\nfor _ in range(4):\n"
        "    pid = os.fork()\n    if pid == 0:\n        {own}\n        time.sleep(60)\n"
        "    pids.append(pid)\ntime.sleep({wait})"
    )
    fine = await run(numpy, shared.format(own="pass", wait=0.4), "1", limits={"memory": 250 * MIB})
    assert fine.outcome.how == "finished", fine.outcome.words
    ran = await run(
        numpy,
        shared.format(own="mine = b'y' * 120_000_000", wait=20),
        limits={"memory": 250 * MIB, "seconds": 20},
    )
    assert ran.outcome.how == "out-of-memory"


async def test_a_memory_error(numpy: Host) -> None:
    ran = await run(numpy, "import numpy as np\nnp.ones((1 << 55,))")
    assert ran.outcome.how == "raised"
    assert ran.outcome.error is not None
    assert "MemoryError" in (ran.outcome.error.type, *ran.outcome.error.bases)


async def test_a_fork_bomb(numpy: Host) -> None:
    # bounded by itself as well: at most 200 processes, each asleep
    ran = await run(
        numpy,
        "import os, time\nfor _ in range(200):\n    if os.fork() == 0:\n        time.sleep(30)\n"
        "        os._exit(0)\n    time.sleep(0.002)\ntime.sleep(30)",
        limits={"processes": 20, "seconds": 20},
    )
    assert ran.outcome.how == "too-many-processes"
    assert "limit of 20" in ran.outcome.words


async def test_a_giant_file(numpy: Host) -> None:
    ran = await run(
        numpy,
        "with open('big', 'wb') as out:\n    while True:\n        out.write(bytes(1 << 20))",
        limits={"file": 4 * MIB},
    )
    assert ran.outcome.how == "file-too-large"
    assert "limit of 4 MiB" in ran.outcome.words


async def test_no_room_for_its_own_source(numpy: Host) -> None:
    """As on a full disk: the learner's code is not at fault."""
    source = "import inspect\ndef f():\n    return 1\ntext = inspect.getsource(f)"
    ran = await run(numpy, source, "text", limits={"file": 0})
    assert ran.first == ("def f():\n    return 1\n",)


async def test_files_are_removed(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import os, tempfile\nopen('mine', 'w').write('x')\nos.mkdir('locked')\n"
        "open('locked/a', 'w').write('x')\nos.chmod('locked', 0)\n"
        "where = tempfile.mkstemp()[1]\nprint(os.getcwd())",
        "where",
    )
    assert await no_attempt_left(numpy)
    assert not Path(ran.text().strip()).exists()
    assert not Path(ran.first[0]).exists()


async def test_directories_nested_without_end(numpy: Host) -> None:
    source = (
        "import os\nhere = os.getcwd()\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')"
    )
    ran = await run(numpy, source, "here")
    assert await no_attempt_left(numpy, seconds=30)
    assert not Path(ran.first[0]).exists()


async def test_it_must_not_matter_where_it_ends_up(numpy: Host) -> None:
    ran = await run(numpy, "import os\nos.chdir('/')\nos.environ.clear()\nx = 1", "x")
    assert ran.first == (1,)


async def test_a_thread_left_running(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
        "1",
    )
    assert ran.first == (1,)


async def test_signals_ignored(numpy: Host) -> None:
    ran = await run(
        numpy,
        "import signal\nfor n in (1, 2, 3, 15):\n    signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
        limits={"seconds": 0.2},
    )
    assert ran.outcome.how == "timed-out"


async def test_a_big_answer(numpy: Host) -> None:
    ran = await run(numpy, "x = '" + "a" * 10_000_000 + "'", "len(x)")
    assert ran.first == (10_000_000,)


async def test_a_big_result(numpy: Host) -> None:
    ran = await run(numpy, "import numpy as np", "np.arange(1 << 20)")
    value = ran.outcome.results[0][0]
    assert len(value.data) == 8 << 20  # pyright: ignore[reportAttributeAccessIssue]


async def test_more_results_than_there_is_room_for(numpy: Host) -> None:
    source = "import numpy as np\nbig = np.ones(1 << 20)\ntext = 'a' * 1_000_000"
    ran = await run(
        numpy, source, "[big] * 60", "[text] * 600", "{text: 1}", limits={"seconds": 60}
    )
    assert ran.outcome.how == "finished", ran.outcome.words
    arrays, texts, mapping = ran.outcome.results[0]
    whole = sum(item.data is not None for item in arrays.items)  # pyright: ignore[reportAttributeAccessIssue]
    assert whole == 11
    assert texts.items[-1].type == "str"  # pyright: ignore[reportAttributeAccessIssue]
    assert len(mapping.items[0][0]) == 200  # pyright: ignore[reportAttributeAccessIssue]


async def test_what_a_repr_may_do(numpy: Host) -> None:
    ran = await run(
        numpy,
        "class Bad:\n    def __repr__(self): raise ValueError\nclass Long:\n    def __repr__(self): return 'x' * 1000\n"
        "class Error(Exception):\n    def __str__(self): raise ValueError\n"
        "def f(): raise Error",
        "Bad()", "Long()", "f()",
    )  # fmt: skip
    bad, long, error = ran.outcome.results[0]
    assert "whose repr raises ValueError" in bad.repr  # pyright: ignore[reportAttributeAccessIssue]
    assert len(long.repr) == 200
    assert error.type == "Error"


async def test_nothing_is_charged_for_starting(numpy: Host) -> None:
    ran = await run(numpy, "x = 1", "x")
    assert started(ran)
    assert ran.outcome.seconds < ran.outcome.start_seconds + 5
    assert alive(numpy.pid)
    assert os.path.isdir(numpy.folder)
