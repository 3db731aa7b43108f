"""The record's tables, one migration a version."""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE draft (
            course TEXT NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL,
            framework TEXT NOT NULL,
            text TEXT NOT NULL, row INTEGER NOT NULL, "column" INTEGER NOT NULL,
            saved_at REAL NOT NULL,
            PRIMARY KEY (course, lesson, step, framework))""",
        """CREATE TABLE place (
            course TEXT PRIMARY KEY,
            lesson TEXT NOT NULL, step TEXT NOT NULL, framework TEXT NOT NULL, at REAL NOT NULL)""",
        """CREATE TABLE attempt (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            course TEXT NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL,
            framework TEXT NOT NULL, at REAL NOT NULL, answer TEXT NOT NULL,
            verdict TEXT NOT NULL, diagnosis TEXT NOT NULL, seconds REAL NOT NULL,
            hints_taken INTEGER NOT NULL)""",
        # `passed` and `attempts` read through these without touching the answers.
        "CREATE INDEX attempt_step ON attempt (course, lesson, step, framework, verdict)",
        "CREATE INDEX attempt_verdict ON attempt (course, verdict, lesson, step, framework)",
        """CREATE TABLE hint (
            course TEXT NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL,
            framework TEXT NOT NULL, taken INTEGER NOT NULL,
            PRIMARY KEY (course, lesson, step, framework))""",
        """CREATE TABLE seen (
            course TEXT NOT NULL, lesson TEXT NOT NULL, step TEXT NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, lesson, step))""",
        "CREATE TABLE choice (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    ),
    (
        # The courses whose code may run, by the hash of that code.
        """CREATE TABLE trust (
            course TEXT NOT NULL, fingerprint TEXT NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, fingerprint))""",
        # Whose record is kept under a course's name, where two courses have the same id.
        "CREATE TABLE origin (course TEXT PRIMARY KEY, origin TEXT NOT NULL, at REAL NOT NULL)",
    ),
    (
        # The lessons that a placement test showed to be known.
        """CREATE TABLE known (
            course TEXT NOT NULL, lesson TEXT NOT NULL, at REAL NOT NULL,
            PRIMARY KEY (course, lesson))""",
    ),
)
"""Statements that take the record from version N to N + 1. Append; never edit one that shipped.

Plain SQL of SQLite 3.24 (upsert): Python 3.11 is often linked with the system's SQLite, and those
of long-lived server distributions know neither RETURNING (3.35) nor STRICT tables (3.37).
"""

VERSION = len(MIGRATIONS)
"""What this program reads and writes; kept in the file's `user_version`."""


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of an open record; 0 for an empty file."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an open record up to `VERSION`; one transaction, safe against a second terminal."""
    if version_of(connection) >= VERSION:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Read again under the lock: another terminal may have migrated meanwhile.
        for statements in MIGRATIONS[version_of(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
