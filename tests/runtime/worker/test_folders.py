"""Removing a worker's directory: all of it, and nothing else."""

from __future__ import annotations

import os
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tutor.runtime.worker.folders import make_folder, remove_folder, remove_stale_folders


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_locked_tree_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    (folder / "locked" / "deeper").mkdir(parents=True)
    (folder / "locked" / "deeper" / "a").write_text("x")
    (folder / "locked" / "deeper").chmod(0)
    (folder / "locked").chmod(0)
    folder.chmod(0)
    remove_folder(str(folder))
    assert not folder.exists()


def test_a_folder_that_is_gone_leaves_its_parent_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    remove_folder(str(tmp_path / "gone"))
    assert mode(tmp_path) == 0o1777


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "kept").write_text("x")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "link").symlink_to(outside)
    remove_folder(str(folder))
    assert not folder.exists()
    assert (outside / "kept").exists()
    assert mode(outside) == 0o755
    (tmp_path / "link").symlink_to(outside)
    remove_folder(str(tmp_path / "link"))
    assert mode(outside) == 0o755


def test_a_tree_deeper_than_python_and_the_kernel_like(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    # 3000 levels: past Python's recursion limit, and a path of 6000 bytes
    subprocess.run(
        [sys.executable, "-c", "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"],
        cwd=folder,
        check=True,
    )
    remove_folder(str(folder))
    assert not folder.exists()


def ended_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_what_a_killed_host_left_goes_and_a_living_ones_stays(temporary: Path) -> None:
    mine = Path(make_folder())
    left = mine.with_name(mine.name.replace(f"-{os.getpid()}-", f"-{ended_pid()}-"))
    left.mkdir()
    remove_stale_folders()
    assert mine.exists()
    assert not left.exists()


def test_a_folder_of_another_machine_or_container_stays(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(socket, "gethostname", lambda: "another-node")
        elsewhere.setattr(os, "getpid", ended_pid)
        theirs = Path(make_folder())
    remove_stale_folders()
    assert theirs.exists(), "its process id says nothing here"


def test_a_link_named_like_a_folder_of_ours(temporary: Path) -> None:
    outside = temporary / "outside"
    (outside / "inner").mkdir(parents=True, mode=0o755)
    mine = Path(make_folder())
    link = mine.with_name(mine.name.replace(f"-{os.getpid()}-", f"-{ended_pid()}-"))
    link.symlink_to(outside)
    remove_stale_folders()
    assert mode(outside / "inner") == 0o755
