"""Removing a worker's directory: all of it, and nothing else."""

from __future__ import annotations

import stat
from pathlib import Path

from tutor.runtime.worker.folders import remove_folder


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
