"""Hosts that cannot start, die, or are left behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import textwrap
import time
import venv
from pathlib import Path

import pytest

from tests.runtime.hosts import alive, gone, run, session_loop
from tutor.errors import NotOnThisMachine, RuntimeUnavailable
from tutor.runtime.host import Host
from tutor.runtime.interpreter import probe_interpreter
from tutor.runtime.pool import Pool
from tutor.runtime.worker.processes import descendants, table

pytestmark = session_loop

ROOT = Path(__file__).resolve().parents[2]


async def refused(framework: str, *command: str, seconds: float = 20) -> str:
    with pytest.raises((RuntimeUnavailable, NotOnThisMachine)) as caught:
        await Host.start(framework, command, seconds=seconds)
    text = str(caught.value)
    assert "\n" not in text.strip()
    assert "Traceback" not in text
    return text


async def test_a_path_that_is_not_there() -> None:
    text = await refused("torch", "/nowhere/python")
    assert "does not exist: `/nowhere/python`" in text
    assert "PyTorch" in text


async def test_a_path_that_cannot_be_run(tmp_path: Path) -> None:
    (tmp_path / "python").write_text("")
    assert "is not executable" in await refused("torch", str(tmp_path / "python"))


async def test_a_directory(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").write_text("")
    text = await refused("torch", str(tmp_path))
    assert "is a directory" in text
    assert f"Did you mean `{tmp_path}/bin/python`?" in text


@pytest.mark.parametrize("program", ["/bin/false", "/bin/echo", "/bin/cat"])
async def test_a_program_that_is_no_python(program: str) -> None:
    text = await refused("torch", program, seconds=5)
    assert program in text
    assert "Python" in text


async def test_a_program_that_says_nothing(tmp_path: Path) -> None:
    script = tmp_path / "silent"
    script.write_text("#!/bin/sh\nexec sleep 60\n")
    script.chmod(0o755)
    assert "did not start within 0.3 s" in await refused("torch", str(script), seconds=0.3)


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with nothing in it."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=False, symlinks=True)
    return folder / "bin" / "python"


async def test_an_interpreter_without_the_framework(bare_python: Path) -> None:
    text = await refused("jax", str(bare_python))
    assert f"JAX is not installed for {bare_python}" in text
    assert "fwtutor[" not in text, "fwtutor's extras belong to its own interpreter"
    assert f"{bare_python} -m pip install jax" in text


async def test_a_framework_that_fails_to_import(bare_python: Path, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import missing_dependency")
    text = await refused("torch", "env", f"PYTHONPATH={tmp_path}", str(bare_python))
    assert "No module named 'missing_dependency'" in text
    assert "cannot be imported" in text


async def test_a_framework_that_kills_its_python(bare_python: Path, tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import os\nos.write(2, b'cannot go on')\nos.abort()")
    text = await refused("torch", "env", f"PYTHONPATH={tmp_path}", str(bare_python))
    assert "killed by signal 6" in text or "exit code 134" in text
    assert "cannot go on" in text


@pytest.mark.parametrize("cold", ["", "because"])
async def test_modules_in_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cold: str
) -> None:
    for name in ("numpy", "json", "random", "types", "re", "platform"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('the wrong one')")
    monkeypatch.chdir(tmp_path)
    host = await Host.start("numpy", cold=cold)
    await host.close()


async def test_a_limit_on_files_below_ours() -> None:
    script = f'ulimit -f 20000; exec {sys.executable} "$@"'  # 10 MB
    host = await Host.start("numpy", ("sh", "-c", script, "sh"))
    try:
        assert (await run(host, "x = 1", "x")).first == (1,)
        ran = await run(host, "open('big', 'wb').write(bytes(30_000_000))")
        assert ran.outcome.how == "file-too-large"
    finally:
        await host.close()


async def test_another_environment_that_has_torch_and_not_fwtutor(
    tmp_path: Path, bare_python: Path
) -> None:
    pytest.importorskip("torch")
    site = next(bare_python.parents[1].glob("lib/python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    try:
        # fwtutor may be installed beside torch where the tests run: hide it as a bare site would
        (tmp_path / "sitecustomize.py").write_text(
            textwrap.dedent(
                """
                import sys
                class Hide:
                    def find_spec(self, name, path=None, target=None):
                        if name.split(".")[0] in ("tutor", "msgspec"):
                            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
                sys.meta_path.insert(0, Hide())
                """
            )
        )
        command = ("env", f"PYTHONPATH={tmp_path}", str(bare_python))
        absent = subprocess.run(
            [*command, "-c", "import tutor"], capture_output=True, cwd=tmp_path, check=False
        )
        assert absent.returncode != 0
        assert b"ModuleNotFoundError" in absent.stderr
        host = await Host.start("torch", command)
        try:
            assert Path(host.hello.executable) == bare_python
            ran = await run(
                host,
                "import torch\nx = torch.tensor(3.0, requires_grad=True)\n(x * x).backward()",
                "x.grad.item()", "raises(__import__, 'tutor.session')", "gradient(lambda v: v * v, x)",
            )  # fmt: skip
            assert ran.first[:2] == (6.0, "ModuleNotFoundError")
        finally:
            await host.close()
    finally:
        (site / "borrowed.pth").unlink()


async def test_probing_an_interpreter(bare_python: Path) -> None:
    good = await probe_interpreter((), "numpy")
    assert good.works
    assert good.version
    assert good.devices == ("cpu",)
    assert good.reason == ""
    assert good.import_seconds > 0
    assert good.command == sys.executable
    bad = await probe_interpreter((str(bare_python),), "numpy")
    assert not bad.works
    assert "NumPy is not installed" in bad.reason


async def test_a_host_that_is_killed_is_started_again() -> None:
    pool = Pool()
    try:
        host = await pool.host("numpy")
        assert await pool.host("numpy") is host
        running = asyncio.create_task(run(host, "import time\nprint('on')\ntime.sleep(60)"))
        await asyncio.sleep(0.2)
        below = descendants(host.pid, table())
        os.kill(host.pid, signal.SIGKILL)
        outcome = (await running).outcome
        assert outcome.how == "host-lost"
        assert "killed by signal 9" in outcome.words
        assert await gone(*below), "workers must go with their host"
        left = host.folder
        again = await pool.host("numpy")
        assert again is not host
        assert (await run(again, "x = 1", "x")).first == (1,)
        assert not Path(left).exists(), "a new host removes what a killed one left"
        assert pool.alive() == (again,)
    finally:
        await pool.close()
    assert pool.alive() == ()
    assert await gone(again.pid)


async def test_a_dead_host_says_so() -> None:
    host = await Host.start("numpy")
    await host.close()
    assert not alive(host.pid)
    assert not Path(host.folder).exists()
    assert (await run(host, "x = 1")).outcome.how == "host-lost"
    with pytest.raises(RuntimeUnavailable):
        await host.warm_up()


async def test_a_temporary_directory_that_is_cleaned_away() -> None:
    host = await Host.start("numpy")
    try:
        folder = Path(host.folder)
        shutil.rmtree(folder)
        for _ in range(3):  # the spare lost its own; those after it have one again
            assert (await run(host, "x = 1", "x")).first == (1,)
        await host.warm_up()
        shutil.rmtree(folder)
        folder.write_text("in the way")
        before = len(os.listdir(f"/proc/{host.pid}/fd"))
        assert (await run(host, "x = 1", "x")).first == (1,)
        for _ in range(3):
            ran = await run(host, "x = 1", "x")
            assert ran.outcome.how == "not-started"
            assert "No process could be started for NumPy" in ran.outcome.words
            with pytest.raises(RuntimeUnavailable, match="No process could be started"):
                await host.warm_up()
        end = time.monotonic() + 5  # the last attempt's pipes are closed when it is dead
        while (now := len(os.listdir(f"/proc/{host.pid}/fd"))) > before and time.monotonic() < end:
            await asyncio.sleep(0.02)
        assert now <= before
        folder.unlink()
        assert (await run(host, "x = 1", "x")).first == (1,)
    finally:
        await host.close()


@pytest.mark.parametrize("trouble", ["a file in the way", "no room"])
async def test_a_cache_that_cannot_be_written(tmp_path: Path, trouble: str) -> None:
    pytest.importorskip("torch")
    script = f'exec {sys.executable} "$@"'
    if trouble == "no room":
        script = f"ulimit -f 16; {script}"  # 8 kB
    else:
        (tmp_path / "cache").write_text("")
    host = await Host.start("torch", ("sh", "-c", script, "sh"), tmp_path / "cache")
    try:
        ran = await run(host, "import os", "os.environ.get('TORCHINDUCTOR_CACHE_DIR')")
        assert ran.first == (None,), "torch.compile would raise in the learner's code"
    finally:
        await host.close()


async def test_a_cache_is_made_and_used(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    host = await Host.start("torch", cache=tmp_path / "deep" / "cache")
    try:
        ran = await run(host, "import os", "os.environ.get('TORCHINDUCTOR_CACHE_DIR')")
        assert ran.first == (str(tmp_path / "deep" / "cache" / "inductor"),)
        assert (tmp_path / "deep" / "cache").is_dir()
    finally:
        await host.close()


UI = """
import asyncio, sys
from tutor.runtime.host import Host
from tutor.runtime.job import Block, Job
async def main():
    host = await Host.start("numpy")
    source = {source!r}
    job = Job(framework="numpy", blocks=(Block(name="answer", source=source),))
    print(host.pid, host.folder, flush=True)
    async for event in host.run(job):
        text = getattr(event, "text", "").strip()
        if text:
            print(text, flush=True)
asyncio.run(main())
"""


async def test_a_ui_that_is_killed_leaves_nothing() -> None:
    source = (
        "import os, subprocess\nchild = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"
        "print(os.getpid(), child.pid)\nwhile True:\n    try:\n        while True: pass\n"
        "    except: pass\n"
    )
    ui = await asyncio.create_subprocess_exec(
        sys.executable, "-c", UI.format(source=source), cwd=ROOT, stdout=subprocess.PIPE
    )
    assert ui.stdout is not None
    first = (await ui.stdout.readline()).decode().split()
    second = (await ui.stdout.readline()).decode().split()
    pids = [int(first[0]), *map(int, second)]
    assert all(alive(pid) for pid in pids)
    os.kill(ui.pid, signal.SIGKILL)
    await ui.wait()
    assert await gone(*pids)
    assert not Path(first[1]).exists()


@pytest.mark.parametrize("held", [">/dev/null", ""])
async def test_something_else_holds_the_pipes(held: str) -> None:
    """As ssh's master connection holds stderr, and what a wrapper script left may hold both."""
    script = f'setsid sleep 30 {held} & echo "held by $!" >&2; exec {sys.executable} "$@"'
    host = await Host.start("numpy", ("sh", "-c", script, "sh"))
    holder = int(next(line for line in host.noise if "held by" in line).split()[-1])
    try:
        running = asyncio.create_task(run(host, "import time\nprint('on')\ntime.sleep(60)"))
        await asyncio.sleep(0.2)
        os.kill(host.pid, signal.SIGKILL)
        assert (await asyncio.wait_for(running, 10)).outcome.how == "host-lost"
        await asyncio.wait_for(host.close(), 10)
        assert alive(holder)
    finally:
        os.kill(holder, signal.SIGKILL)


async def test_a_host_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor.runtime.host.STOP_SECONDS", 0.5)
    host = await Host.start("numpy")
    try:
        source = "import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)\nwhile True: pass"
        running = asyncio.create_task(run(host, source, limits={"seconds": 0.1}))
        await asyncio.sleep(0.3)
        below = descendants(host.pid, table())
        await host.stop()
        assert (await asyncio.wait_for(running, 20)).outcome.how == "host-lost"
        assert await gone(host.pid, *below)
    finally:
        await host.close()


GARBLED = """
import json, struct, sys, threading, time
head = json.dumps({"op": "hello", "framework": "numpy", "version": "", "python": "", "pid": 1,
    "executable": "", "machine": "", "devices": [], "import_seconds": 0, "forks": True,
    "forks_why": "", "folder": "/nowhere"}).encode()
out = sys.stdout.buffer
out.write(struct.pack(">II", len(head), 0) + head)
out.flush()
threading.Thread(target=sys.stdin.buffer.read, daemon=True).start()
time.sleep(0.5)
out.write(b"a banner from the far side's login shell")
out.flush()
time.sleep(60)
"""


async def test_a_host_that_talks_nonsense(tmp_path: Path) -> None:
    (tmp_path / "garbled.py").write_text(GARBLED)
    host = await Host.start("numpy", (sys.executable, str(tmp_path / "garbled.py")))
    assert (await asyncio.wait_for(run(host, "x = 1"), 20)).outcome.how == "host-lost"
    assert not alive(host.pid)
    await host.close()


async def test_paths_that_are_no_utf8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    host = await Host.start("numpy", cache=folder / "cache")
    try:
        assert (await run(host, "import os", "os.path.exists(os.getcwd())")).first == (True,)
    finally:
        await host.close()
    assert [path.name for path in folder.iterdir()] == ["cache"]


@pytest.mark.parametrize("turns", range(1, 8))
async def test_cancelling_a_start_at_any_moment_ends(turns: int) -> None:
    starting = asyncio.create_task(Host.start("numpy"))
    for _ in range(turns):  # of the loop: while the process is made, its pipes, the rest
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(starting, 20)


async def test_cancelling_a_start_leaves_nothing() -> None:
    starting = asyncio.create_task(Host.start("numpy"))
    await asyncio.sleep(0.01)
    before = set(descendants(os.getpid(), table()))
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert await gone(*(before - set(descendants(os.getpid(), table()))))


async def test_a_device_that_is_not_there(numpy: Host) -> None:
    ran = await run(numpy, "x = 1", "x", device="cpu")
    assert ran.first == (1,)
    pytest.importorskip("torch")
    host = await Host.start("torch")
    try:
        if host.hello.devices == ("cpu",):
            ran = await run(host, "x = 1", "x", device="cuda")
            assert ran.outcome.how == "not-started"
            assert "there is no device `cuda` here; there is: cpu" in ran.outcome.words
            assert (await run(host, "x = 1", "x")).first == (1,)
    finally:
        await host.close()
