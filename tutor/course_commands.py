"""`fwtutor course …`: courses from elsewhere.

Exit status: 0 done, 2 usage or no course, 3 the repository or the data folder cannot be had.
"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from tutor.arguments import Parser, split_command
from tutor.course.catalogue import Catalogue
from tutor.elsewhere.added import SHIPPED_ID, Added
from tutor.elsewhere.foreign import Runs, is_shipped, trust_in
from tutor.elsewhere.git import LIMIT
from tutor.elsewhere.shelf import Change, Shelf
from tutor.errors import CourseError, FwtutorError, UsageError, nearest
from tutor.paths import Paths
from tutor.progress.store import Store

_ABOUT = "Courses from elsewhere: a folder, or a git repository with a course.yaml at its top."


def run(words: Sequence[str]) -> int:
    """Run what follows `fwtutor course` and return the exit status.

    Raises:
        UsageError: There is no such command, or its words are wrong.
    """
    name, rest = split_command(words, {"--timeout"})
    if name is None:
        parser = _parser("fwtutor course", _ABOUT, json=False)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        rows = [f"  {name:<10}  {build().description}" for name, (build, _) in _COMMANDS.items()]
        parser.epilog = "\n".join(["commands (each has --help):", *rows])
        parser.parse_args(rest)
        parser.print_help()
        return 0
    if name not in _COMMANDS:
        known = ", ".join(f"`{command}`" for command in _COMMANDS)
        raise UsageError(
            f"There is no `course {name}`; expected {known}.{nearest(name, _COMMANDS)}"
        )
    build, start = _COMMANDS[name]
    arguments = build().parse_intermixed_args(rest)
    signals = (signal.SIGTERM, signal.SIGHUP)
    before = {signum: signal.signal(signum, _end) for signum in signals}
    try:
        return start(arguments)
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _end(signum: int, _frame: object) -> NoReturn:
    """End as the signal would, but with git ended and its half-made clone deleted."""
    raise SystemExit(128 + signum)


def _parser(prog: str, about: str, *, json: bool = True) -> Parser:
    parser = Parser(prog=prog, description=about, allow_abbrev=False)
    if json:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _emit(value: dict[str, Any]) -> None:
    from tutor.headless import emit

    emit(value)


# --- add


def _add_parser() -> Parser:
    parser = _parser("fwtutor course add", "Clone a repository, or take note of a folder.")
    parser.add_argument("source", metavar="URL|PATH", help="https, ssh, file, or a folder")
    parser.add_argument("--trust", action="store_true", help="let its code run from now on")
    _add_timeout(parser)
    return parser


def _add(arguments: argparse.Namespace) -> int:
    paths = Paths.find()
    added = Shelf(paths.data).add(arguments.source, arguments.timeout)
    if arguments.trust:
        _grant(Path(added.folder), paths)
    row = _row(added, paths)
    if arguments.json:
        _emit(row)
        return 0
    print(f"Added `{added.id}`: {added.title} ({row['holds']}), from {added.origin}.")
    if row["error"]:
        print(f"It has faults, the first: {row['error']}")
    print(f"`fwtutor --course {added.id}` opens it.{_about_trust(row)}")
    return 0


def _about_trust(row: dict[str, Any]) -> str:
    return "" if row["trusted"] else " You are asked before any of its code runs."


# --- list


def _list_parser() -> Parser:
    return _parser("fwtutor course list", "The course that came with fwtutor, and those added.")


def _list(arguments: argparse.Namespace) -> int:
    paths = Paths.find()
    shelf = Shelf(paths.data)
    rows = [_row(course, paths) for course in (None, *shelf.courses())]
    if arguments.json:
        _emit({"courses": rows})
        return 0
    for row in rows:
        print(f"{row['id']}: {row['title']} ({row['holds']})" if row["holds"] else row["id"])
        if row["origin"]:
            print(f"  from {row['origin']}; {'trusted' if row['trusted'] else 'not trusted'}")
        if row["error"]:
            print(f"  {row['error']}")
    return 0


def _row(added: Added | None, paths: Paths) -> dict[str, Any]:
    """A course as JSON has it; None is the one that came with fwtutor."""
    from tutor.course.catalogue import shipped

    folder = Path(added.folder) if added else shipped()
    row: dict[str, Any] = {
        "id": added.id if added else SHIPPED_ID,
        "title": added.title if added else SHIPPED_ID,
        "origin": added.origin if added else "",
        "folder": str(folder),
        "lessons": 0,
        "holds": "",
        "trusted": False,
        "error": "",
    }
    try:
        catalogue = Catalogue.open(folder, paths.cache)
    except CourseError as error:
        row["error"] = str(error.findings[0])
        return row
    if catalogue.findings:
        row["error"] = str(catalogue.findings[0])
    row |= {"title": catalogue.course.title, "lessons": len(catalogue.lessons)}
    row["holds"] = str(Runs.of(catalogue))
    row["trusted"] = added is None or _trusted(catalogue, paths)
    return row


def _trusted(catalogue: Catalogue, paths: Paths) -> bool:
    store = Store.open(paths.data)
    try:
        return trust_in(catalogue, store, Shelf(paths.data)).granted
    finally:
        store.close()


# --- update


def _update_parser() -> Parser:
    parser = _parser("fwtutor course update", "Fetch what is new in one course, or in all.")
    parser.add_argument("id", nargs="?", metavar="ID", help="as `fwtutor course list` names it")
    _add_timeout(parser)
    return parser


def _update(arguments: argparse.Namespace) -> int:
    paths = Paths.find()
    shelf = Shelf(paths.data)
    if arguments.id is not None:
        names = [arguments.id]
    else:
        names = [course.id for course in shelf.courses() if course.cloned]
    rows: list[dict[str, Any]] = []
    status = 0
    for name in names:
        try:
            row = _changed(name, shelf.update(name, arguments.timeout), shelf, paths)
        except FwtutorError as error:
            if arguments.id is not None:
                raise
            # One that cannot be had does not keep the others from coming up to date.
            row = {"id": name, "error": str(error)}
            status = max(status, error.exit_status)
        rows.append(row)
    if arguments.json:
        _emit({"courses": rows})
    elif not rows:
        print("No course was cloned; a folder is read as it is.")
    else:
        print("\n".join(_said(row) for row in rows))
    return status


def _changed(name: str, change: Change, shelf: Shelf, paths: Paths) -> dict[str, Any]:
    catalogue = Catalogue.open(Path(shelf.named(name).folder), paths.cache)
    return {
        "id": name,
        "added": list(change.added),
        "changed": list(change.changed),
        "removed": list(change.removed),
        "trusted": _trusted(catalogue, paths),
        "error": str(catalogue.findings[0]) if catalogue.findings else "",
    }


def _said(row: dict[str, Any]) -> str:
    if "changed" not in row:
        return f"`{row['id']}`: {row['error']}"
    parts: list[str] = []
    for word in ("changed", "added", "removed"):
        lessons = [file for file in row[word] if file != "course.yaml"]
        if lessons:
            parts.append(f"{len(lessons)} {'lesson' if len(lessons) == 1 else 'lessons'} {word}")
    if "course.yaml" in row["changed"]:
        parts.append("course.yaml changed")
    if not parts:
        return f"`{row['id']}` is up to date."
    asked = "" if row["trusted"] else " Its code changed: you are asked again before it runs."
    fault = f" It has faults, the first: {row['error']}" if row["error"] else ""
    return f"Updated `{row['id']}`: {', '.join(parts)}.{asked}{fault}"


# --- remove


def _remove_parser() -> Parser:
    parser = _parser(
        "fwtutor course remove", "Forget a course, and delete its clone; your progress is kept."
    )
    parser.add_argument("id", metavar="ID", help="as `fwtutor course list` names it")
    return parser


def _remove(arguments: argparse.Namespace) -> int:
    paths = Paths.find()
    removed = Shelf(paths.data).remove(arguments.id)
    store = Store.open(paths.data)
    try:
        store.distrust(removed.id)
    finally:
        store.close()
    if arguments.json:
        _emit({"removed": removed.id, "origin": removed.origin})
        return 0
    stays = "" if removed.cloned else f" The folder {removed.folder} is as it was."
    print(f"Removed `{removed.id}`. What you did in it is kept.{stays}")
    return 0


# --- trust


def _trust_parser() -> Parser:
    parser = _parser("fwtutor course trust", "Let a course's code, as it is now, run as you.")
    parser.add_argument("course", metavar="ID|PATH", help="a course that was added, or a folder")
    return parser


def _trust(arguments: argparse.Namespace) -> int:
    paths = Paths.find()
    folder = Shelf(paths.data).locate(Path(arguments.course).expanduser())
    row = _grant(folder, paths)
    if arguments.json:
        _emit(row)
    elif row["origin"]:
        print(
            f"Trusted: {row['holds']} from {row['origin']} may run as you; "
            "you are asked again when a file of theirs changes."
        )
    else:
        print("This course came with fwtutor; it needs no trust.")
    return 0


def _grant(folder: Path, paths: Paths) -> dict[str, Any]:
    catalogue = Catalogue.open(folder, paths.cache)
    row = {"id": catalogue.course.course, "origin": "", "holds": str(Runs.of(catalogue))}
    if is_shipped(folder):
        return row
    store = Store.open(paths.data)
    try:
        trust = trust_in(catalogue, store, Shelf(paths.data))
        trust.grant()
    finally:
        store.close()
    return row | {"origin": trust.origin}


# --- what they share


def _add_timeout(parser: Parser) -> None:
    parser.add_argument(
        "--timeout",
        type=_seconds,
        default=LIMIT,
        metavar="SECONDS",
        help=f"how long the repository may take to answer; by default {LIMIT:g}",
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86400:
        raise argparse.ArgumentTypeError(f"`{text}` is not a number of seconds above 0")
    return seconds


_COMMANDS: dict[str, tuple[Callable[[], Parser], Callable[[argparse.Namespace], int]]] = {
    "add": (_add_parser, _add),
    "list": (_list_parser, _list),
    "update": (_update_parser, _update),
    "remove": (_remove_parser, _remove),
    "trust": (_trust_parser, _trust),
}
