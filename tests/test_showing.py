"""``from tutor import show`` outside of the tutor: plain scripts, notebooks, odd streams."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def script(source: str, tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    file = tmp_path / "script.py"
    file.write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-W", "error", str(file)],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        # IPython warns where a virtual environment is active that is not its own.
        env={
            **os.environ,
            "VIRTUAL_ENV": sys.prefix,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "utf-8",
            **env,
        },
    )


def test_importing_it_imports_no_screen_and_no_framework(tmp_path: Path) -> None:
    done = script(
        "import sys, tutor\n"
        "assert 'tutor.showing' not in sys.modules\n"
        "from tutor import show\n"
        "show(loss=1)\n"
        "roots = {name.split('.')[0] for name in sys.modules}\n"
        "found = roots & {'textual', 'rich', 'torch', 'jax', 'tensorflow', 'numpy', 'keras'}\n"
        "assert not found, found\n",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr


def test_a_live_curve_prints_nothing_until_it_is_drawn_at_the_end(tmp_path: Path) -> None:
    done = script(
        "from tutor import show\n"
        "for i in range(500): show(loss=1 / (i + 1))\n"
        "print('trained', flush=True)\n",
        tmp_path,
    )
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[:2] == ["trained", "curve"]
    assert max(map(len, lines)) <= 80
    assert any("⢣" in line or "⠉" in line for line in lines)


def test_other_values_are_printed_when_they_are_shown(tmp_path: Path) -> None:
    done = script(
        "from tutor import show\n"
        "show({'eager': 3, 'compiled': 1.5}, 'times', unit='ms', caption='a step')\n"
        "print('later')\n"
        "for i in range(100): show([1, 2, i], 'numbers')\n"
        "show(3, view='nope')\n",
        tmp_path,
    )
    assert done.stderr == ""
    told = done.stdout
    assert told.startswith("times: a step\neager")
    assert told.index("eager") < told.index("later") < told.index("numbers")
    assert told.count("numbers") == 2, "the first, and the newest in the end"
    assert "There is no view `nope`" in told


def test_tensors_of_the_program_s_own_framework(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    done = script(
        "import torch\n"
        "from tutor import show\n"
        "net = torch.nn.Linear(3, 1)\n"
        "step = torch.compile(lambda x: (show(loss=x.sum()), x)[1], backend='eager')\n"
        "for i in range(3): step(torch.ones(3) * i)\n"
        "show(net, 'model')\n",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "weight" in done.stdout
    assert "float32[1, 3]" in done.stdout
    assert "loss" in done.stdout


def test_it_is_drawn_when_the_program_raises(tmp_path: Path) -> None:
    done = script("from tutor import show\nshow(loss=1)\nshow(loss=2)\n1 / 0\n", tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith("curve\n")
    assert done.stderr.count("Error") == 1


def test_a_stream_without_unicode_gets_words(tmp_path: Path) -> None:
    done = script(
        "from tutor import show\nfor i in range(9): show(loss=i)\n",
        tmp_path,
        PYTHONIOENCODING="ascii",
    )
    assert done.stderr == ""
    assert "highest 8" in done.stdout
    assert "?" not in done.stdout


def test_a_stream_that_is_closed_is_nobody_s_fault(tmp_path: Path) -> None:
    done = script(
        "import sys\nfrom tutor import show\nshow([1, 2], 'a')\nsys.stdout.close()\n"
        "show([1, 2], 'b')\nshow(loss=1)\n",
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_only_the_first_process_draws(tmp_path: Path) -> None:
    done = script(
        "import multiprocessing, os\n"
        "from tutor import show\n"
        "def work(i): show(inner=i)\n"
        "if __name__ == '__main__':\n"
        "    show(loss=1)\n"
        "    if not (pid := os.fork()):\n"
        "        show(loss=2)\n"
        "        raise SystemExit\n"
        "    os.waitpid(pid, 0)\n"
        "    child = multiprocessing.get_context('spawn').Process(target=work, args=(1,))\n"
        "    child.start()\n"
        "    child.join()\n",
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("curve") == 1
    assert "inner" not in done.stdout
    assert done.stderr.count("only the main process shows") == 2


def test_a_cell_of_a_notebook_draws_when_it_ends(tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    done = script(
        "import sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell('from tutor import show')\n"
        "shell.run_cell('for i in range(5): show(loss=i)')\n"
        "print('between', flush=True)\n"
        "shell.run_cell('for i in range(5): show(other=i)')\n"
        "print('after', flush=True)\n",
        tmp_path,
        IPYTHONDIR=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    parts = done.stdout.split("between")
    assert parts[0].count("curve") == parts[1].count("curve") == 1
    assert "other" not in parts[0]
    assert "loss" not in parts[1]
    assert "curve" not in done.stdout.split("after")[1]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    import tutor

    with pytest.raises(AttributeError, match="no attribute 'shows'"):
        _ = tutor.shows  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        from tutor import shows  # type: ignore[attr-defined]  # noqa: F401
