"""Opens the record's file, and says what to do when it cannot be opened.

WAL with ``synchronous=NORMAL``: every statement is its own transaction, and a committed one is in
the kernel's page cache, so it outlives ``kill -9``, SIGHUP and a crash of fwtutor. Only a power cut
can take the last commits back, and it leaves the file sound. FULL would add an fsync to each save
of a draft, on the thread that paints: about 1 ms on an SSD, and 10 to 100 ms on a home directory
on a network, twice a second while the learner types.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Generator
from pathlib import Path
from urllib.parse import quote

from tutor.errors import StateError
from tutor.progress import schema

FILE = "record.sqlite"
BUSY_MS = 3000
"""How long a write waits for another terminal's; those last under a millisecond."""

QUICK_CHECK_BYTES = 8 << 20
"""Up to this size the whole file is checked when it is opened (about 1 ms a megabyte); damage in a
larger one shows when a query meets it."""

_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "lustre", "gpfs", "beegfs"})


class CorruptRecordError(Exception):
    """The file is not a sound SQLite database."""


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether the error says that the file itself is damaged."""
    # Extended codes keep the primary one in the low byte.
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _CORRUPT


def _is_busy(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY


def reason(error: Exception) -> str:
    """Why the file cannot be used, in a few words."""
    if isinstance(error, OSError):
        return (error.strerror or str(error)).lower()
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return {
        sqlite3.SQLITE_FULL: "the disk is full",
        sqlite3.SQLITE_READONLY: "it is read-only",
        sqlite3.SQLITE_PERM: "permission denied",
        sqlite3.SQLITE_BUSY: "another program holds it locked",
        sqlite3.SQLITE_LOCKED: "another program holds it locked",
        sqlite3.SQLITE_CANTOPEN: "it cannot be opened or created",
        sqlite3.SQLITE_IOERR: "the disk reports an input/output error, or is full",
    }.get(code, str(error))


def connect(path: Path) -> sqlite3.Connection:
    """Open the record for reading and writing, and migrate it.

    Raises:
        CorruptRecordError: The file is damaged or is no SQLite database.
        StateError: It was written by a newer fwtutor.
        sqlite3.Error: It cannot be opened or written.
    """
    deadline = time.monotonic() + BUSY_MS / 1000
    while True:
        try:
            return _connect(path)
        except sqlite3.OperationalError as error:
            # Switching to WAL fails at once, without SQLite's own waiting, when another terminal
            # opens or closes the record in the same millisecond.
            if not _is_busy(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level=None: no transaction but those written out here, so each save is on disk
    # when its call returns.
    connection = sqlite3.connect(path, timeout=BUSY_MS / 1000, isolation_level=None)
    try:
        _prepare(connection, path)
    except BaseException as error:
        connection.close()
        if isinstance(error, sqlite3.Error) and is_corrupt(error):
            raise CorruptRecordError(str(error)) from error
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    found = schema.version_of(connection)
    if found > schema.VERSION:
        raise StateError(
            f"{path} was written by a newer fwtutor (record version {found}; this one reads up to "
            f"{schema.VERSION}): upgrade fwtutor, or set FWTUTOR_HOME to another folder."
        )
    if path.stat().st_size <= QUICK_CHECK_BYTES:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if verdict != "ok":
            raise CorruptRecordError(str(verdict))
    # WAL needs memory shared between its users, which two hosts on one network folder lack.
    mode = "DELETE" if on_network(path) else "WAL"
    connection.execute(f"PRAGMA journal_mode = {mode}")
    connection.execute("PRAGMA synchronous = NORMAL")
    schema.migrate(connection)
    # Takes the write lock and gives it back: a read-only file or folder shows now, not at the
    # learner's first keystroke.
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("ROLLBACK")


def on_network(path: Path) -> bool:
    """Whether the file lies on a file system shared between machines (Linux; else False)."""
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    real = os.path.realpath(path)
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind in _NETWORK


def memory(path: Path | None = None) -> sqlite3.Connection:
    """Return a record in memory, filled from the file if it can at least be read."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    # `immutable` reads a WAL record from a folder where its -shm file cannot be made.
    for mode in ("mode=ro", "mode=ro&immutable=1") if path is not None else ():
        try:
            with contextlib.closing(
                sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True, timeout=0.2)
            ) as source:
                source.backup(connection)
            break
        except sqlite3.Error:
            connection.close()
            connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    return connection


@contextlib.contextmanager
def _folder_lock(folder: Path) -> Generator[None]:
    """Keep a second terminal from setting aside the fresh record that the first just made."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):  # some network file systems have no flock
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def open_or_replace(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Open the record; move a damaged one aside and start afresh.

    Returns:
        The connection, and where the damaged file went, if there was one.
    """
    try:
        return connect(path), None
    except CorruptRecordError:
        pass
    with _folder_lock(path.parent):
        try:
            return connect(path), None
        except CorruptRecordError:
            aside = _set_aside(path)
        return connect(path), aside


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    path.rename(aside)
    # The log goes along under the name that SQLite looks for: it may hold the last commits.
    for suffix in ("-wal", "-shm", "-journal"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").rename(f"{aside}{suffix}")
    return aside
