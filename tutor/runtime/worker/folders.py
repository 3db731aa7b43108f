"""Temporary directories: a host has one, with one for each worker in it."""

from __future__ import annotations

import contextlib
import glob
import os
import socket
import stat
import tempfile
import zlib

PREFIX = "fwtutor-"
CACHE_ROOM = 1 << 18
"""Bytes that must fit for a cache to be used: more than a compiled program takes."""


def make_folder() -> str:
    """Make this host's directory, and remove those of hosts that were killed."""
    remove_stale_folders()
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-{_place()}-")


def remove_folder(folder: str) -> None:
    """Remove a directory tree, also where the learner's code took the permission away.

    Permissions are given back inside the tree only, and through no link: as root, a slip here
    would change the system's own directories. Directories are moved up before they are entered:
    ``shutil.rmtree`` fails where they are nested deeper than Python's recursion limit, and a
    path longer than 4096 bytes cannot be opened at all.
    """
    found = [folder]
    for here in found:  # it grows
        if not _unlock(here):
            continue
        for path in _inside(here):
            if not _unlock(path):
                with contextlib.suppress(OSError):
                    os.unlink(path)
            elif here == folder:
                found.append(path)
            else:
                with contextlib.suppress(OSError):
                    moved = os.path.join(folder, f"moved-{os.urandom(8).hex()}")
                    os.rename(path, moved)
                    found.append(moved)
    for here in reversed(found):
        with contextlib.suppress(OSError):
            os.rmdir(here)


def _unlock(path: str) -> bool:
    """Whether it is a directory; if so, make it ours to read and change."""
    try:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            return False
        os.chmod(path, stat.S_IRWXU)
    except OSError:
        return False
    return True


def _inside(folder: str) -> list[str]:
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        return []


def remove_stale_folders() -> None:
    """Remove what hosts left behind that were killed before they could."""
    for folder in glob.glob(os.path.join(tempfile.gettempdir(), PREFIX + "*-*-*")):
        number, place = os.path.basename(folder)[len(PREFIX) :].split("-")[:2]
        try:
            # the link itself: another user's may point at a directory of ours
            if place == _place() and number.isdigit() and os.lstat(folder).st_uid == os.getuid():
                os.kill(int(number), 0)
        except ProcessLookupError:
            remove_folder(folder)
        except (OSError, OverflowError):
            continue


def usable_cache(folder: str) -> str:
    """Return the folder, made if need be, if compilers can write there; else an empty string.

    PyTorch's would raise in the learner's code, and JAX's warn in it. Asked on the machine that
    has the framework: it may be another than the one that named the folder.
    """
    try:
        if folder:
            os.makedirs(folder, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder) as file:
                file.write(bytes(CACHE_ROOM))
    except OSError:
        return ""
    return folder


def _place() -> str:
    """A word for where a process id means the same process: this machine, this container.

    Containers and the nodes of a cluster may share one temporary directory.
    """
    try:
        space = os.readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    return f"{zlib.crc32(f'{socket.gethostname()} {space}'.encode()):08x}"
