"""What the doctor finds, and the command that it gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

from tutor import doctor, machine

ROOT = Path(__file__).resolve().parents[1]


def run(home: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tutor", "doctor", *words],
        cwd=ROOT,
        env={**os.environ, "FWTUTOR_HOME": str(home), **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def configure(home: Path, text: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text)


@pytest.mark.parametrize("name", ["torch", "jax", "tensorflow"])
def test_a_framework_that_works_is_described_from_its_own_interpreter(
    tmp_path: Path, name: str
) -> None:
    done = run(tmp_path, "--framework", name, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["works"]
    (framework,) = report["frameworks"]
    assert (framework["name"], framework["works"], framework["mend"]) == (name, True, "")
    assert framework["version"][0].isdigit()
    assert framework["devices"]
    assert framework["import_seconds"] > 0
    assert Path(framework["executable"]).exists()
    assert report["memory"] >= report["memory_free"] > 0
    assert report["state"]["writable"]


def test_without_any_framework_it_exits_3_and_names_the_commands(tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    venv.create(bare, with_pip=False, symlinks=True)
    python = bare / "bin" / "python"
    tables = [f"[frameworks.{n}]\npython = '{python}'\n" for n in ("torch", "jax", "tensorflow")]
    configure(tmp_path / "home", "".join(tables))
    done = run(tmp_path / "home")
    assert done.returncode == 3
    for name in ("torch", "jax", "tensorflow"):
        assert f"mend it: {python} -m pip install --upgrade {name}" in done.stdout
    assert "No framework works here yet" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_an_interpreter_that_is_not_there_points_to_the_configuration(tmp_path: Path) -> None:
    configure(tmp_path, "[frameworks.torch]\npython = '/nowhere/python'\n")
    done = run(tmp_path, "--framework", "torch")
    assert done.returncode == 3
    assert "/nowhere/python" in done.stdout
    wanted = f"in {tmp_path / 'config.toml'}, under [frameworks.torch], name a Python that exists"
    assert wanted in done.stdout


def test_a_broken_configuration_is_a_finding_and_the_rest_is_still_examined(
    tmp_path: Path,
) -> None:
    configure(tmp_path, "thme = 3\n")
    done = run(tmp_path, "--framework", "numpy", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 0
    (advice, *_) = report["advice"]
    assert "config.toml:1: `thme` is not known" in advice["what"]
    assert report["frameworks"][0]["works"]


def test_a_state_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run(tmp_path / "file" / "home", "--framework", "numpy", "--json")
    report = json.loads(done.stdout)
    assert not report["state"]["writable"]
    assert any("so nothing you do is saved" in advice["what"] for advice in report["advice"])


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, 0),
        ({"TERM": "dumb"}, 0),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, 0),
        ({"TERM": "screen"}, 16),
        ({"TERM": "tmux-256color"}, 256),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, 1 << 24),
    ],
)
def test_colours_as_the_environment_promises_them(environ: dict[str, str], expected: int) -> None:
    assert machine.colours(environ) == expected


@pytest.mark.parametrize(
    ("name", "driver", "package"),
    [
        ("jax", "580.65.06", "jax[cuda13]"),
        ("jax", "550.54", "jax[cuda12]"),
        ("jax", "", "jax[cuda12]"),
        ("tensorflow", "580.65.06", "tensorflow[and-cuda]"),
        ("torch", "580.65.06", "torch"),
    ],
)
def test_the_package_for_a_gpu_goes_by_its_driver(name: str, driver: str, package: str) -> None:
    assert doctor.gpu_package(name, driver) == package


def test_the_install_command_can_be_pasted_into_a_shell() -> None:
    command = doctor.pip_install(["/a b/python"], "jax[cuda12]")
    assert command == "'/a b/python' -m pip install --upgrade 'jax[cuda12]'"
    assert doctor.pip_install(["ssh", "box", "python3"], "torch").startswith("ssh box python3 -m")


def report(**changes: Any) -> doctor.Report:
    terminal = {"term": "xterm", "colours": 16, "columns": 80, "rows": 24}
    given: dict[str, Any] = {
        "fwtutor": "1",
        "python": "3.11",
        "platform": "Linux",
        "cores": 4,
        "memory": 8 << 30,
        "memory_free": 4 << 30,
        "driver": "",
        "gpus": (),
        "frameworks": (),
        "terminal": {**terminal, "multiplexer": "tmux", "ssh": True, "tty": True},
        "state": {
            "writable": True,
            "data": "/data",
            "free": 1 << 30,
            "config": "/config.toml",
            "configured": False,
        },
    }
    return doctor.Report(**{**given, **changes})


def test_a_gpu_that_a_framework_cannot_use_comes_with_the_command() -> None:
    framework = doctor.FrameworkReport(
        name="jax",
        works=True,
        command="python",
        devices=("cpu",),
        why="This machine has an NVIDIA GPU, which this build of JAX cannot use.",
        mend="python -m pip install --upgrade 'jax[cuda13]'",
    )
    gpu = machine.Gpu(name="NVIDIA H100", memory=80 << 30, free=79 << 30)
    said = "\n".join(doctor.describe(report(driver="580", gpus=(gpu,), frameworks=(framework,))))
    assert "NVIDIA H100, 80.0 GiB (79.0 GiB free), driver 580" in said
    assert "cannot use.\n    mend it: python -m pip install --upgrade 'jax[cuda13]'" in said
    assert "TERM=xterm, 16 colours, 80×24, in tmux, over SSH\n" in said


def test_tmux_is_asked_and_its_settings_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tmux"
    program.write_text(
        '#!/bin/sh\n[ "$1 $2" = "show-options -sv" ] || exit 1\n'
        'case "$3" in escape-time) echo 500;; set-clipboard) echo external;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("TMUX", "/tmp/tmux-0/default,1,0")
    monkeypatch.setenv("TERM", "screen")
    monkeypatch.delenv("COLORTERM", raising=False)
    terminal, advice = machine.terminal()
    assert terminal["tmux"] == {"escape-time": "500", "set-clipboard": "external"}
    mends = [item.mend for item in advice]
    assert "tmux set -s escape-time 10" in mends
    assert "tmux set -s set-clipboard on" in mends
    assert any("default-terminal tmux-256color" in mend for mend in mends)
