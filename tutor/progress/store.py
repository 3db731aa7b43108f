"""The learner's record: drafts, places, attempts and hints, in SQLite.

Every write is on disk (see ``database.py``) when its method returns. When the disk stops taking
writes, the store says so once, goes on in memory, and writes what it holds back as soon as it can.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from tutor.errors import StateError
from tutor.progress import database
from tutor.progress.records import Attempt, Place, SavedDraft

ANSWER_BYTES = 100_000
"""How much of an attempt's answer is kept."""

_KEY = ("course", "lesson", "step", "framework")
_TABLES = ("draft", "place", "attempt", "hint", "seen")
_Params = tuple[str | int | float, ...]
_Rows = list[tuple[str | int | float, ...]]

_SAVE_DRAFT = """INSERT INTO draft (course, lesson, step, framework, text, row, "column", saved_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (course, lesson, step, framework) DO UPDATE SET text = excluded.text,
    row = excluded.row, "column" = excluded."column", saved_at = excluded.saved_at"""
_SAVE_PLACE = """INSERT INTO place (course, lesson, step, framework, at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (course) DO UPDATE SET lesson = excluded.lesson, step = excluded.step,
    framework = excluded.framework, at = excluded.at"""
_RECORD = """INSERT INTO attempt (course, lesson, step, framework, at, answer, verdict, diagnosis,
    seconds, hints_taken) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_TAKE_HINT = """INSERT INTO hint (course, lesson, step, framework, taken) VALUES (?, ?, ?, ?, 1)
    ON CONFLICT (course, lesson, step, framework) DO UPDATE SET taken = taken + 1"""
_SAVE_CHOICE = """INSERT INTO choice (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_TRUST = "INSERT OR IGNORE INTO trust (course, fingerprint, at) VALUES (?, ?, ?)"
_DISTRUST = "DELETE FROM trust WHERE course = ?"
_BIND = """INSERT INTO origin (course, origin, at) VALUES (?, ?, ?)
    ON CONFLICT (course) DO UPDATE SET origin = excluded.origin, at = excluded.at"""
_MARK_KNOWN = "INSERT OR IGNORE INTO known (course, lesson, at) VALUES (?, ?, ?)"
_FORGET_KNOWN = "DELETE FROM known WHERE course = ? AND lesson = ?"
_MARK_SEEN = "INSERT OR IGNORE INTO seen (course, lesson, step, at) VALUES (?, ?, ?, ?)"


class Store:
    """One open record. Use it from the thread that opened it; any number of processes may."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None, notice: str = "") -> None:
        self._connection = connection
        self._path = path
        """The file; None when the record lives in memory for good."""
        self._standby: sqlite3.Connection | None = None
        """A copy in memory that is read and written while the file takes no writes."""
        self._pending: dict[tuple[object, ...], tuple[str, _Params]] = {}
        """What the file has still to be told, oldest first; a later draft replaces an earlier."""
        self.notice = notice
        """A sentence for the learner about how the record was opened, or an empty string."""

    @classmethod
    def open(cls, folder: Path) -> Store:
        """Open the record in a folder, making both where needed.

        A damaged record is moved aside (nothing is deleted) and a fresh one begun; where nothing
        can be written the record is kept in memory. `notice` tells of either.

        Raises:
            StateError: The record was written by a newer fwtutor.
        """
        path = folder / database.FILE
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            connection, aside = database.open_or_replace(path)
        except (OSError, sqlite3.Error, database.CorruptRecordError) as error:
            notice = (
                f"Nothing you do will be saved: the record {path} cannot be used "
                f"({database.reason(error)}). Mend that, or set FWTUTOR_HOME to a folder that can "
                "be written, and start again."
            )
            return cls(database.memory(path), None, notice)
        return cls(connection, path, _set_aside_notice(aside) if aside else "")

    @property
    def saves(self) -> bool:
        """Whether what is written now reaches the disk."""
        return self._path is not None and self._standby is None

    # --- drafts and places

    def draft(self, course: str, lesson: str, step: str, framework: str) -> SavedDraft | None:
        """Return what the learner had typed, or None."""
        rows = self._read(
            'SELECT text, row, "column", saved_at FROM draft'
            " WHERE course = ? AND lesson = ? AND step = ? AND framework = ?",
            (course, lesson, step, framework),
        )
        if not rows:
            return None
        text, row, column, saved_at = rows[0]
        return SavedDraft(
            text=str(text), row=int(row), column=int(column), saved_at=float(saved_at)
        )

    def save_draft(  # noqa: PLR0917  # the key, then the draft, as every method takes them
        self,
        course: str,
        lesson: str,
        step: str,
        framework: str,
        text: str,
        row: int = 0,
        column: int = 0,
    ) -> None:
        """Keep what the learner has typed so far.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        key = (course, lesson, step, framework)
        self._write(_SAVE_DRAFT, (*key, _storable(text), row, column, time.time()), ("draft", *key))

    def place(self, course: str) -> Place | None:
        """Return where the learner left off in a course, or None."""
        rows = self._read(
            "SELECT lesson, step, framework, at FROM place WHERE course = ?", (course,)
        )
        if not rows:
            return None
        lesson, step, framework, at = rows[0]
        return Place(lesson=str(lesson), step=str(step), framework=str(framework), at=float(at))

    def save_place(self, course: str, lesson: str, step: str, framework: str) -> None:
        """Keep where the learner is.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        params = (course, lesson, step, framework, time.time())
        self._write(_SAVE_PLACE, params, ("place", course))

    # --- choices

    def choice(self, name: str) -> str:
        """Return what the learner chose under a name, such as `theme`; empty when nothing."""
        rows = self._read("SELECT value FROM choice WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else ""

    def save_choice(self, name: str, value: str) -> None:
        """Keep a choice under a name, which names the course too where it belongs to one.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(_SAVE_CHOICE, (name, value), ("choice", name))

    # --- courses from elsewhere

    def trusts(self, course: str, fingerprint: str | None = None) -> bool:
        """Return whether the learner let this code run, or (None) any version of the course's."""
        where, params = _where(course=course, fingerprint=fingerprint)
        return bool(self._read(f"SELECT 1 FROM trust WHERE {where} LIMIT 1", params))  # noqa: S608

    def trust(self, course: str, fingerprint: str) -> None:
        """Keep that the learner lets this code run.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(_TRUST, (course, fingerprint, time.time()), ("trust", course, fingerprint))

    def distrust(self, course: str) -> None:
        """Forget every answer about a course's code.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(_DISTRUST, (course,), ("distrust", course))

    def origin(self, course: str) -> str:
        """Return where the course comes from whose record has this name; empty when unknown."""
        rows = self._read("SELECT origin FROM origin WHERE course = ?", (course,))
        return str(rows[0][0]) if rows else ""

    def bind(self, course: str, origin: str) -> None:
        """Keep where the course comes from whose record has this name.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(_BIND, (course, _storable(origin), time.time()), ("origin", course))

    # --- attempts

    def record(self, attempt: Attempt) -> None:
        """Keep an attempt; its answer is cut at 100 kB.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(
            _RECORD,
            (
                *(attempt.course, attempt.lesson, attempt.step, attempt.framework),
                attempt.at or time.time(),
                _storable(attempt.answer, ANSWER_BYTES),
                *(attempt.verdict, attempt.diagnosis, attempt.seconds, attempt.hints_taken),
            ),
        )

    def attempts(
        self,
        course: str,
        lesson: str | None = None,
        step: str | None = None,
        framework: str | None = None,
    ) -> tuple[Attempt, ...]:
        """Return attempts, oldest first; leave names out to get those of all."""
        where, params = _where(course=course, lesson=lesson, step=step, framework=framework)
        columns = (
            "id, course, lesson, step, framework, at, answer, verdict, diagnosis, seconds,"
            " hints_taken"
        )
        sql = f"SELECT {columns} FROM attempt WHERE {where} ORDER BY id"  # noqa: S608
        rows = self._read(sql, params)
        return tuple(
            Attempt(
                id=int(row[0]),
                course=str(row[1]),
                lesson=str(row[2]),
                step=str(row[3]),
                framework=str(row[4]),
                at=float(row[5]),
                answer=str(row[6]),
                verdict=row[7],  # pyright: ignore[reportArgumentType]  # only `record` writes it
                diagnosis=str(row[8]),
                seconds=float(row[9]),
                hints_taken=int(row[10]),
            )
            for row in rows
        )

    def passed(self, course: str, lesson: str | None = None) -> dict[str, set[tuple[str, str]]]:
        """Return lesson → (step, framework) pairs passed, of one lesson or all; one query."""
        where, params = _where(course=course, lesson=lesson)
        rows = self._read(
            "SELECT DISTINCT lesson, step, framework FROM attempt"  # noqa: S608
            f" WHERE {where} AND verdict = 'pass'",
            params,
        )
        found: dict[str, set[tuple[str, str]]] = {}
        for name, step, framework in rows:
            found.setdefault(str(name), set()).add((str(step), str(framework)))
        return found

    def skipped(self, course: str, lesson: str | None = None) -> dict[str, set[str]]:
        """Return lesson → steps that the machine could not run, and that were never passed."""
        where, params = _where(course=course, lesson=lesson)
        rows = self._read(
            "SELECT lesson, step FROM attempt"  # noqa: S608
            f" WHERE {where} AND verdict IN ('pass', 'skipped')"
            " GROUP BY lesson, step HAVING min(verdict) = 'skipped'",
            params,
        )
        return _steps_by_lesson(rows)

    # --- hints and reading

    def hints_taken(self, course: str, lesson: str, step: str, framework: str) -> int:
        """Return how many hints the learner has seen."""
        rows = self._read(
            "SELECT taken FROM hint WHERE course = ? AND lesson = ? AND step = ? AND framework = ?",
            (course, lesson, step, framework),
        )
        return int(rows[0][0]) if rows else 0

    def take_hint(self, course: str, lesson: str, step: str, framework: str) -> int:
        """Count one more hint, and return how many were taken.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        key = (course, lesson, step, framework)
        self._write(_TAKE_HINT, key)
        return self.hints_taken(*key)

    def mark_seen(self, course: str, lesson: str, step: str) -> None:
        """Keep that a reading step was opened.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        key = (course, lesson, step)
        self._write(_MARK_SEEN, (*key, time.time()), ("seen", *key))

    def seen(self, course: str, lesson: str | None = None) -> dict[str, set[str]]:
        """Return lesson → reading steps opened, of one lesson or all."""
        where, params = _where(course=course, lesson=lesson)
        return _steps_by_lesson(
            self._read(f"SELECT lesson, step FROM seen WHERE {where}", params)  # noqa: S608
        )

    # --- lessons known without having been taken

    def known(self, course: str) -> set[str]:
        """Return the lessons that a placement test showed to be known."""
        rows = self._read("SELECT lesson FROM known WHERE course = ?", (course,))
        return {str(row[0]) for row in rows}

    def mark_known(self, course: str, lesson: str) -> None:
        """Keep that a lesson is known.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(_MARK_KNOWN, (course, lesson, time.time()), ("known", course, lesson))

    def forget_known(self, course: str, lesson: str) -> None:
        """Forget that a lesson is known.

        Raises:
            StateError: The first time that the record cannot be written; it is kept in memory.
        """
        self._write(_FORGET_KNOWN, (course, lesson), ("known", course, lesson))

    # --- forgetting and closing

    def reset(self, course: str, lesson: str | None = None, step: str | None = None) -> int:
        """Forget a course, a lesson or a step, and return how many rows went.

        Raises:
            StateError: Nothing was forgotten, because the record cannot be written.
        """
        where, params = _where(course=course, lesson=lesson, step=step)
        tables = _TABLES if step is not None else (*_TABLES, "known")  # which is of whole lessons
        deletes = [f"DELETE FROM {table} WHERE {where}" for table in tables]  # noqa: S608
        connection = self._standby or self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                gone = sum(connection.execute(sql, params).rowcount for sql in deletes)
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise self._trouble(error, "nothing was forgotten") from error
        if self._standby is not None:
            for sql in deletes:
                self._owe(sql, params)
            self._settle()
        return gone

    def close(self) -> None:
        """Write back what is owed, if the disk takes it now, and close the file."""
        if self._standby is not None:
            self._settle()
        if self._standby is not None:
            self._standby.close()
        self._connection.close()

    # --- reading and writing

    def _read(self, sql: str, params: _Params) -> _Rows:
        try:
            return (self._standby or self._connection).execute(sql, params).fetchall()
        except sqlite3.Error as error:
            raise self._trouble(error, "it cannot be read") from error

    def _write(self, sql: str, params: _Params, key: tuple[object, ...] = ()) -> None:
        """Write one row; `key` names the row that a later write would replace."""
        if self._standby is not None:
            self._standby.execute(sql, params)
            self._owe(sql, params, key)
            self._settle()
            return
        try:
            self._connection.execute(sql, params)
        except sqlite3.Error as error:
            if self._path is None or database.is_corrupt(error):
                raise self._trouble(error, "it cannot be written") from error
            self._standby = database.memory(self._path)
            self._standby.execute(sql, params)
            # While it stays locked, trying again must not hold the screen up each time.
            self._connection.execute("PRAGMA busy_timeout = 0")
            self._owe(sql, params, key)
            raise StateError(
                f"The record {self._path} cannot be written ({database.reason(error)}): what you "
                "do is kept in memory and saved as soon as that is mended; until then, leaving "
                "loses it."
            ) from error

    def _owe(self, sql: str, params: _Params, key: tuple[object, ...] = ()) -> None:
        key = key or (len(self._pending), sql, time.monotonic_ns())
        self._pending.pop(key, None)
        self._pending[key] = (sql, params)

    def _settle(self) -> None:
        """Try to write what is owed; on success the file is the record again."""
        assert self._standby is not None
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            for sql, params in self._pending.values():
                self._connection.execute(sql, params)
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            return
        self._connection.execute(f"PRAGMA busy_timeout = {database.BUSY_MS}")
        self._pending.clear()
        self._standby.close()
        self._standby = None

    def _trouble(self, error: sqlite3.Error, what: str) -> StateError:
        """Turn a database error into a sentence; set a damaged file aside and begin a fresh one."""
        if self._path is None or not database.is_corrupt(error):
            where = self._path or "in memory"
            return StateError(f"The record {where}: {what} ({database.reason(error)}).")
        self._connection.close()
        try:
            self._connection, aside = database.open_or_replace(self._path)
        except (OSError, sqlite3.Error, database.CorruptRecordError) as again:
            self._connection = database.memory()
            path, self._path = self._path, None
            return StateError(
                f"The record {path} is damaged and cannot be set aside "
                f"({database.reason(again)}): nothing you do from now on will be saved."
            )
        return StateError(_set_aside_notice(aside) if aside else "The record was damaged.")


def _set_aside_notice(aside: Path) -> str:
    return (
        f"Your record was damaged, so a fresh one was begun; the old file is kept as {aside}, "
        "and nothing was deleted."
    )


def _storable(text: str, most: int | None = None) -> str:
    """Cut to a number of UTF-8 bytes, and replace lone surrogates, which SQLite cannot hold."""
    data = text.encode("utf-8", "replace")
    if most is None or len(data) <= most:
        return data.decode("utf-8")
    return data[:most].decode("utf-8", "ignore")


def _steps_by_lesson(rows: _Rows) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for lesson, step in rows:
        found.setdefault(str(lesson), set()).add(str(step))
    return found


def _where(**names: str | None) -> tuple[str, _Params]:
    given = {name: value for name, value in names.items() if value is not None}
    assert set(given) <= {*_KEY, "fingerprint"}
    return " AND ".join(f"{name} = ?" for name in given), tuple(given.values())
