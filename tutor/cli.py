"""The command line: the one entry point. Imports nothing heavy; each command imports its own.

    fwtutor [LESSON[/STEP]]         where the learner left off, or there
    fwtutor list | show | check | compare | doctor | progress | reset | path | place
    fwtutor course ...              courses from elsewhere
    fwtutor author ...              the author's bench

Every command ends with an exit status, and with one sentence on stderr when something is wrong:
0 done or passed, 1 failed, 2 usage, 3 unchecked (the tool or the machine failed), 4 skipped (the
machine lacks what the exercise needs), 130 Ctrl+C, 141 the reader of the output went away.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor import __version__
from tutor.arguments import Parser, add_trust, make_parser, split_command
from tutor.errors import FwtutorError, StateError, UsageError, nearest

if TYPE_CHECKING:
    from tutor.session import Session, StepRef

INTERRUPTED = 130
PIPE_CLOSED = 141

_Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit status; prints a sentence for every failure."""
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        # A terminal in an ASCII locale shows a replacement rather than ending the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    as_json = "--json" in words
    try:
        status = _dispatch(words)
        sys.stdout.flush()
    except FwtutorError as error:
        status = _report(str(error), error.exit_status, as_json=as_json)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        status = INTERRUPTED
    except BrokenPipeError:
        # Python flushes stdout once more at exit; let that go nowhere instead of complaining.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = PIPE_CLOSED
    except SystemExit as end:  # argparse, after --help and --version
        return end.code if isinstance(end.code, int) else 0
    except Exception as error:  # the last resort: a sentence, and the log
        status = _report(_log_bug(error), StateError.exit_status, as_json=as_json)
    return status


def _dispatch(words: list[str]) -> int:
    name, rest = split_command(words, _TAKES_VALUE)
    if name == "author":
        from tutor.authoring.commands import run

        return run(rest)
    if name == "course":
        from tutor import course_commands

        return course_commands.run(rest)
    # Intermixed: plain parsing takes the optional `-` as missing once an option has come between.
    if name in _COMMANDS:
        build, run = _COMMANDS[name]
        return run(build().parse_intermixed_args(rest))
    parser = _start_parser()
    return _start(parser.parse_intermixed_args(rest if name is None else [*rest, name]))


_TAKES_VALUE = frozenset({"--course", "--framework", "--answer", "--file", "--undo"})


# --- the TUI and the plain mode

_HELP = """\
commands (each has --help):
  list        the lessons and their steps
  show        a step: its question, code and options
  check       submit one answer, without the screen
  compare     an exercise you passed, in every framework side by side
  progress    how far you are
  path        the paths through the course: list them, take one
  place       a few questions of each lesson: skip what you know
  reset       forget drafts, attempts and hints
  doctor      frameworks, devices and terminal, and what mends them
  course      courses from elsewhere: add, list, update, remove, trust
  author      write and check lessons
"""


def _start_parser() -> Parser:
    parser = make_parser(
        "fwtutor", "Learn PyTorch, TensorFlow and JAX in the terminal.", json=False
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _HELP
    parser.add_argument(
        "step", nargs="?", metavar="LESSON[/STEP]", help="where to go; by default where you left"
    )
    parser.add_argument("--plain", action="store_true", help="line by line, for screen readers")
    add_trust(parser)
    parser.add_argument("--version", action="version", version=f"fwtutor {__version__}")
    return parser


def _start(arguments: argparse.Namespace) -> int:
    session = _open(arguments)
    try:
        ref = _goal(session, arguments.step)
    except BaseException:
        session.store.close()
        raise
    if arguments.plain or _needs_plain():
        from tutor.plain import run_plain

        return run_plain(session, ref, arguments.framework)
    from tutor.paths import Paths
    from tutor.ui.app import run

    return run(session, ref, framework=arguments.framework, reports=Paths.find().data)


def _needs_plain() -> bool:
    """Whether there is no terminal that can be painted on."""
    tty = sys.stdin.isatty() and sys.stdout.isatty()
    return not tty or os.environ.get("TERM", "") in {"", "dumb"}


def _goal(session: Session, name: str | None) -> StepRef | None:
    """Return the step that the learner named; None for where they left off."""
    if name is None:
        return None
    from tutor.session import StepRef

    lesson, _, step = name.partition("/")
    lessons = session.catalogue.lessons
    if lesson not in lessons:
        near = nearest(lesson, [*lessons, *_COMMANDS, "author", "course"])
        raise UsageError(f"There is no lesson or command `{lesson}`.{near} Try `fwtutor list`.")
    if step:
        ref = StepRef(lesson, step)
        session.step_view(ref)  # raises when the lesson has no such step
        return ref
    where = session.where()
    if where is not None and where[0].lesson == lesson:
        return where[0]
    session.lesson(lesson)  # raises when its file has faults
    standing = session.standing(lesson)
    return StepRef(lesson, standing.next or next(iter(standing.steps), lessons[lesson].steps[0].id))


def _open(arguments: argparse.Namespace) -> Session:
    from pathlib import Path

    from tutor.session import Session

    session = Session.open(course=Path(arguments.course) if arguments.course else None)
    if getattr(arguments, "trust", False):
        session.trust(remember=False)
    return session


# --- the headless commands


def _list_parser() -> Parser:
    return make_parser("fwtutor list", "List the lessons and their steps.", framework=False)


def _list(arguments: argparse.Namespace) -> int:
    from tutor.headless import list_lessons

    return list_lessons(_open(arguments), as_json=arguments.json)


def _show_parser() -> Parser:
    parser = make_parser("fwtutor show", "Show a step: its question, code, options, hints count.")
    parser.add_argument("step", metavar="LESSON/STEP", help="as `fwtutor list` names it")
    return parser


def _show(arguments: argparse.Namespace) -> int:
    from tutor.headless import show

    return show(_open(arguments), arguments.step, arguments.framework, as_json=arguments.json)


def _check_parser() -> Parser:
    parser = make_parser("fwtutor check", "Submit one answer and print the verdict.")
    parser.add_argument("step", metavar="LESSON/STEP", help="as `fwtutor list` names it")
    parser.add_argument("source", nargs="?", metavar="-", help="read the answer from stdin")
    parser.add_argument("--answer", metavar="TEXT", help="the answer itself")
    parser.add_argument("--file", metavar="PATH", help="a file with the answer")
    add_trust(parser)
    return parser


def _check(arguments: argparse.Namespace) -> int:
    from tutor.headless import check, read_answer

    answer = read_answer(arguments.answer, arguments.file, arguments.source)
    return check(
        _open(arguments), arguments.step, arguments.framework, answer, as_json=arguments.json
    )


def _compare_parser() -> Parser:
    parser = make_parser(
        "fwtutor compare",
        "Show an exercise that you passed in every framework: aligned, run, and compared.",
    )
    parser.add_argument("step", metavar="LESSON/STEP", help="as `fwtutor list` names it")
    add_trust(parser)
    return parser


def _compare(arguments: argparse.Namespace) -> int:
    from tutor.side_by_side import compare

    return compare(_open(arguments), arguments.step, arguments.framework, as_json=arguments.json)


def _progress_parser() -> Parser:
    return make_parser("fwtutor progress", "Show how far you are.", framework=False)


def _progress(arguments: argparse.Namespace) -> int:
    from tutor.headless import progress

    return progress(_open(arguments), as_json=arguments.json)


def _path_parser() -> Parser:
    parser = make_parser(
        "fwtutor path", "List the paths through the course, or take one.", framework=False
    )
    parser.add_argument("path", nargs="?", metavar="ID|all", help="as `fwtutor path` names it")
    return parser


def _path(arguments: argparse.Namespace) -> int:
    from tutor.path_commands import path

    return path(_open(arguments), arguments.path, as_json=arguments.json)


def _place_parser() -> Parser:
    parser = make_parser(
        "fwtutor place",
        "Answer a few quick questions of each lesson, and skip what you know. With --json: what "
        "would be asked, and what is known.",
    )
    parser.add_argument("--undo", metavar="LESSON", help="take a lesson that is known after all")
    parser.add_argument("--plain", action="store_true", help="line by line, for screen readers")
    add_trust(parser)
    return parser


def _place(arguments: argparse.Namespace) -> int:
    from tutor import path_commands

    session = _open(arguments)
    if arguments.undo is not None:
        return path_commands.forget_known(session, arguments.undo, as_json=arguments.json)
    if arguments.json:
        return path_commands.questions(session, arguments.framework)
    if arguments.plain or _needs_plain():
        return path_commands.place(session, arguments.framework)
    from tutor.paths import Paths
    from tutor.ui.app import run

    return run(session, framework=arguments.framework, reports=Paths.find().data, placing=True)


def _reset_parser() -> Parser:
    parser = make_parser(
        "fwtutor reset", "Forget drafts, attempts and hints; your files stay.", framework=False
    )
    parser.add_argument(
        "step", nargs="?", metavar="LESSON[/STEP]", help="by default the whole course"
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    return parser


def _reset(arguments: argparse.Namespace) -> int:
    from tutor.headless import reset

    return reset(_open(arguments), arguments.step, sure=arguments.yes, as_json=arguments.json)


def _doctor_parser() -> Parser:
    return make_parser(
        "fwtutor doctor", "Look at the frameworks, devices, terminal and state folder."
    )


def _doctor(arguments: argparse.Namespace) -> int:
    from tutor.doctor import doctor

    return doctor(arguments.framework, as_json=arguments.json)


_COMMANDS: dict[str, tuple[Callable[[], Parser], _Command]] = {
    "list": (_list_parser, _list),
    "show": (_show_parser, _show),
    "check": (_check_parser, _check),
    "compare": (_compare_parser, _compare),
    "progress": (_progress_parser, _progress),
    "path": (_path_parser, _path),
    "place": (_place_parser, _place),
    "reset": (_reset_parser, _reset),
    "doctor": (_doctor_parser, _doctor),
}


# --- when something is wrong


def _report(sentence: str, status: int, *, as_json: bool) -> int:
    try:
        if as_json:
            import json

            print(json.dumps({"error": sentence}), flush=True)
        # The sentence about a bug begins with the program's name already.
        who = "" if sentence.startswith("fwtutor ") else "fwtutor: "
        print(f"{who}{sentence}", file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _log_bug(error: Exception) -> str:
    """Write the traceback to a file of its own and return the sentence that names it."""
    import tempfile
    from pathlib import Path

    from tutor.paths import Paths
    from tutor.ui import crash

    report = crash.write_report(error, Paths.find().data)
    report = report or crash.write_report(error, Path(tempfile.gettempdir()))
    return crash.sentence(error, report)


if __name__ == "__main__":
    sys.exit(main())
