"""`fwtutor author …`: the author's bench. Each command imports its own.

A command is a row of `_COMMANDS`: a function that builds its parser, and one that runs it and
returns the exit status. Exit status: 0 clean or done, 1 findings, 2 usage.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from tutor.arguments import FRAMEWORK_NAMES, Parser, add_trust, make_parser, split_command
from tutor.errors import UsageError, nearest

_Build = Callable[[], Parser]
_Run = Callable[[argparse.Namespace], int]

_COURSE = "that of the folder you are in, else the one shipped"
_ABOUT = "Write lessons, and find what is wrong with them before a learner does."


def run(words: Sequence[str]) -> int:
    """Run what follows `fwtutor author` and return the exit status.

    Raises:
        UsageError: There is no such command, or its words are wrong.
    """
    name, rest = split_command(words, {"--course", "--framework"})
    if name is None:
        parser = _family_parser()
        parser.parse_args(rest)
        parser.print_help()
        return 0
    if name not in _COMMANDS:
        known = ", ".join(f"`{command}`" for command in _COMMANDS)
        raise UsageError(
            f"There is no `author {name}`; expected {known}.{nearest(name, _COMMANDS)}"
        )
    build, start = _COMMANDS[name]
    return start(build().parse_intermixed_args(rest))


def _family_parser() -> Parser:
    parser = make_parser(
        "fwtutor author", _ABOUT, framework=False, json=False, default_course=_COURSE
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    rows = [f"  {name:<10}  {build().description}" for name, (build, _) in _COMMANDS.items()]
    parser.epilog = "\n".join(["commands (each has --help):", *rows])
    return parser


# --- lint


def _lint_parser() -> Parser:
    parser = make_parser(
        "fwtutor author lint",
        "Find faults in lessons without running them.",
        framework=False,
        default_course=_COURSE,
    )
    parser.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="course folders, track folders or lesson files; by default the course",
    )
    parser.add_argument(
        "--errors-only", action="store_true", help="leave warnings out; only errors give status 1"
    )
    parser.add_argument(
        "--coverage", action="store_true", help="also say which topics no lesson covers"
    )
    return parser


def _lint(arguments: argparse.Namespace) -> int:
    from tutor.authoring.lint import lint_command

    paths: list[Path] = arguments.paths
    folder = _course_of(arguments)
    if not paths and folder is not None:
        paths = [folder]
    return lint_command(
        paths,
        as_json=arguments.json,
        errors_only=arguments.errors_only,
        coverage=arguments.coverage,
    )


# --- test and mutate


def _test_parser() -> Parser:
    parser = make_parser(
        "fwtutor author test",
        "Run every exercise: right answers pass, mistakes earn their words.",
        default_course=_COURSE,
        framework=False,
    )
    _add_selection(parser)
    parser.add_argument(
        "--flake",
        type=_at_least_one,
        metavar="N",
        help="run each program N times, in workers of its own, on the same seeds "
        "(solutions twice, mistakes once)",
    )
    parser.add_argument(
        "--seeds",
        type=_at_least_one,
        metavar="N",
        help="run each program on N of the 4 sets of seeds that attempts take turns at "
        "(solutions on all, mistakes on 2)",
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help="also write JUnit XML")
    return parser


def _test(arguments: argparse.Namespace) -> int:
    from tutor.authoring.proofs import Effort
    from tutor.authoring.test import command

    return command(
        arguments.paths,
        course=_course_of(arguments),
        framework=arguments.framework,
        changed=arguments.changed,
        effort=Effort.asked(sets=arguments.seeds, repeats=arguments.flake),
        workers=arguments.workers,
        trusted=arguments.trust,
        as_json=arguments.json,
        junit=arguments.junit,
    )


def _mutate_parser() -> Parser:
    parser = make_parser(
        "fwtutor author mutate",
        "Change each solution a little, and see whether the checks notice.",
        default_course=_COURSE,
        framework=False,
    )
    _add_selection(parser)
    return parser


def _mutate(arguments: argparse.Namespace) -> int:
    from tutor.authoring.mutate import command

    return command(
        arguments.paths,
        course=_course_of(arguments),
        framework=arguments.framework,
        changed=arguments.changed,
        workers=arguments.workers,
        trusted=arguments.trust,
        as_json=arguments.json,
    )


def _add_selection(parser: Parser) -> None:
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH|LESSON[/STEP]",
        help="a course folder, track folder, lesson file, lesson or step; by default the course",
    )
    parser.add_argument(
        "--framework",
        choices=FRAMEWORK_NAMES,
        metavar="F",
        help=f"only in this one of {', '.join(FRAMEWORK_NAMES)}",
    )
    parser.add_argument(
        "--changed",
        nargs="?",
        const="HEAD",
        metavar="REV",
        help="only lesson files that differ from this git revision (HEAD)",
    )
    parser.add_argument(
        "-j",
        dest="workers",
        type=_at_least_one,
        default=0,
        metavar="N",
        help="programs that run at a time; by default as many as there are cores",
    )
    add_trust(parser)


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"`{text}` is not a whole number of at least 1")
    return int(text)


# --- new


def _new_parser() -> Parser:
    parser = make_parser(
        "fwtutor author new",
        "Begin a course, a lesson or a step from an example.",
        default_course=_COURSE,
        framework=False,
        json=False,
    )
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = """\
examples:
  fwtutor author new course my-course
  fwtutor author new lesson basics/second-steps
  fwtutor author new step code second-steps/try-it

Lessons and steps go into the course of --course, or of the folder you are in."""
    parser.add_argument("what", choices=("course", "lesson", "step"), metavar="course|lesson|step")
    parser.add_argument(
        "names", nargs="+", metavar="NAME", help="FOLDER, TRACK/LESSON, or KIND LESSON/STEP"
    )
    parser.add_argument(
        "--frameworks",
        default="torch,tensorflow,jax",
        metavar="F,F",
        help="for a course or lesson: torch, tensorflow, jax, numpy; by default the first three",
    )
    parser.add_argument("--after", metavar="STEP", help="for a step: the step before it")
    return parser


def _new(arguments: argparse.Namespace) -> int:
    from tutor.authoring import new

    names: list[str] = arguments.names
    expected = {"course": "FOLDER", "lesson": "TRACK/LESSON", "step": "KIND LESSON/STEP"}
    if len(names) != len(expected[arguments.what].split()):
        raise UsageError(
            f"`author new {arguments.what}` takes {expected[arguments.what]}, not"
            f" `{' '.join(names)}`."
        )
    frameworks = new.parse_frameworks(arguments.frameworks)
    if arguments.what == "course":
        said = new.new_course(Path(names[0]), frameworks)
    else:
        folder = _course_of(arguments)
        if folder is None:
            raise UsageError(
                "Which course? Give `--course PATH`, or go into its folder."
                " `fwtutor author new course FOLDER` makes one."
            )
        if arguments.what == "lesson":
            said = new.new_lesson(folder, names[0], frameworks)
        else:
            said = new.new_step(folder, names[0], names[1], arguments.after)
    print(said)
    return 0


# --- preview


def _preview_parser() -> Parser:
    parser = make_parser(
        "fwtutor author preview",
        "See a lesson as learners do, shown anew on every save.",
        default_course=_COURSE,
        json=False,
    )
    parser.add_argument(
        "lesson", metavar="FILE|LESSON[/STEP]", help="a lesson's file, or its id in the course"
    )
    add_trust(parser)
    return parser


def _preview(arguments: argparse.Namespace) -> int:
    from tutor.authoring.preview.command import preview

    return preview(
        arguments.lesson,
        course=_course_of(arguments),
        framework=arguments.framework,
        trusted=arguments.trust,
    )


# --- schema


def _schema_parser() -> Parser:
    parser = Parser(
        prog="fwtutor author schema",
        description="Print the JSON Schema of lessons, or of course.yaml.",
        allow_abbrev=False,
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--lesson", action="store_true", help="of a lesson (the default)")
    which.add_argument("--course", action="store_true", help="of course.yaml")
    which.add_argument(
        "--editors", action="store_true", help="how VS Code, Neovim and Helix use them"
    )
    return parser


def _schema(arguments: argparse.Namespace) -> int:
    from tutor.authoring.schema import schema_command

    return schema_command(course=arguments.course, editors=arguments.editors)


def _course_of(arguments: argparse.Namespace) -> Path | None:
    """The course named, else the one we are in; None for the shipped one."""
    return Path(arguments.course) if arguments.course else _course_here()


def _course_here() -> Path | None:
    """The course whose folder we are in, or below; None outside any."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "course.yaml").is_file():
            return Path() if folder == here else folder
    return None


_COMMANDS: dict[str, tuple[_Build, _Run]] = {
    "new": (_new_parser, _new),
    "lint": (_lint_parser, _lint),
    "test": (_test_parser, _test),
    "mutate": (_mutate_parser, _mutate),
    "preview": (_preview_parser, _preview),
    "schema": (_schema_parser, _schema),
}
