"""Command lines: what the parsers of `fwtutor` and of `fwtutor author` share. Imports argparse."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Sequence
from typing import NoReturn

from tutor.errors import UsageError, nearest

FRAMEWORK_NAMES = ("torch", "tensorflow", "jax", "numpy")
"""As `course.models.FRAMEWORKS`, which would cost the import of msgspec; a test compares them."""


class Parser(argparse.ArgumentParser):
    """Raises instead of exiting, with the nearest option."""

    def error(self, message: str) -> NoReturn:
        """Raise the fault as a usage error."""
        options = [option for action in self._actions for option in action.option_strings]
        hint = ""
        if message.startswith("unrecognized arguments: "):
            first = message.removeprefix("unrecognized arguments: ").split()[0]
            hint = nearest(first.split("=")[0], options)
        raise UsageError(f"{message[:1].upper()}{message[1:]}.{hint} See `{self.prog} --help`.")

    def options_with_value(self) -> set[str]:
        """The options that take the word after them."""
        return {
            option
            for action in self._actions
            if action.nargs != 0
            for option in action.option_strings
        }


def make_parser(
    prog: str,
    about: str,
    *,
    framework: bool = True,
    json: bool = True,
    default_course: str = "the one shipped",
) -> Parser:
    """Return a parser with the options that most commands have."""
    parser = Parser(prog=prog, description=about, allow_abbrev=False)
    parser.add_argument(
        "--course",
        metavar="PATH|ID",
        help=f"a folder, or a course added; by default {default_course}",
    )
    if framework:
        parser.add_argument(
            "--framework",
            type=_framework,
            metavar="F",
            help=f"{', '.join(FRAMEWORK_NAMES)}; by default the one used last",
        )
    if json:
        parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def add_trust(parser: Parser) -> None:
    """Add the option that lets the code of a course from elsewhere run this once."""
    parser.add_argument(
        "--trust", action="store_true", help="run the course's code, wherever it is from; once"
    )


def split_command(
    words: Sequence[str], takes_value: Collection[str]
) -> tuple[str | None, list[str]]:
    """Take the first word that is no option out, so that options may stand before or after it."""
    rest: list[str] = []
    name: str | None = None
    taking = ""
    for word in words:
        if taking == "--answer":
            rest[-1] = f"--answer={word}"  # so that an answer may begin with a minus sign
            taking = ""
        elif taking:
            rest.append(word)
            taking = ""
        elif name is None and not word.startswith("-"):
            name = word
        else:
            rest.append(word)
            taking = word if word in takes_value else ""
    return name, rest


def _framework(name: str) -> str:
    if name not in FRAMEWORK_NAMES:
        raise argparse.ArgumentTypeError(
            f"`{name}` is not one of {', '.join(FRAMEWORK_NAMES)}" + nearest(name, FRAMEWORK_NAMES)
        )
    return name
