"""Temporary directories: a host has one, with one for each worker in it."""

from __future__ import annotations

import glob
import os
import shutil
import stat
import tempfile

PREFIX = "fwtutor-"


def make_folder() -> str:
    """Make this host's directory, and remove those of hosts that were killed."""
    remove_stale_folders()
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def remove_folder(folder: str) -> None:
    """Remove a directory tree, also where the learner's code took the permission away.

    Permissions are given back inside the tree only, and through no link: as root, a slip here
    would change the system's own directories.
    """
    _unlock(folder)
    for parent, names, _ in os.walk(folder):
        for name in names:
            _unlock(os.path.join(parent, name))
    shutil.rmtree(folder, ignore_errors=True)


def _unlock(path: str) -> None:
    try:
        if stat.S_ISDIR(os.lstat(path).st_mode):
            os.chmod(path, stat.S_IRWXU)
    except OSError:
        pass


def remove_stale_folders() -> None:
    """Remove what hosts left behind that were killed before they could."""
    for folder in glob.glob(os.path.join(tempfile.gettempdir(), PREFIX + "*-*")):
        number = os.path.basename(folder)[len(PREFIX) :].partition("-")[0]
        try:
            if os.stat(folder).st_uid == os.getuid() and number.isdigit():
                os.kill(int(number), 0)
        except ProcessLookupError:
            remove_folder(folder)
        except OSError:
            continue
