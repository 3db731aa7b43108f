"""The system's git, held to what a course needs: no hooks, no submodules, no questions."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from pathlib import Path

from tutor.elsewhere.addresses import SCHEMES, shown
from tutor.errors import SourceUnavailable

LIMIT = 120.0
"""Seconds for one conversation with a repository. A course of 1,000 lessons is 10 MB packed."""

_WAY = re.compile(r"GIT_(SSH|SSL|HTTP|PROXY|CONFIG|EXEC_PATH)")
"""How the user reaches their repositories; the other variables say which one is meant."""

_SAFE = (
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "submodule.recurse=false"),
    # Housekeeping would go on in the background, after we have ended.
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)


def clone(address: str, into: Path, limit: float = LIMIT) -> None:
    """Clone the newest commit only, without submodules.

    Raises:
        SourceUnavailable: There is no git, or the repository does not answer or does not exist.
    """
    words = ("--depth", "1", "--no-tags", "--no-recurse-submodules", "--template=")
    _git(address, limit, "clone", "--quiet", *words, "--", address, str(into))


def fetch(folder: Path, address: str, limit: float = LIMIT) -> str:
    """Fetch what is new at the origin, and return its commit.

    Raises:
        SourceUnavailable: There is no git, or the repository does not answer or is gone.
    """
    words = ("fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "origin", "HEAD")
    _git(address, limit, *words, folder=folder)
    return commit(folder, "FETCH_HEAD")


def commit(folder: Path, name: str = "HEAD") -> str:
    """The hash of a commit in a clone."""
    return _git(str(folder), LIMIT, "rev-parse", "--verify", name, folder=folder).strip()


def follows(folder: Path, old: str, new: str) -> bool:
    """Whether the new commit has the old one among its ancestors."""
    done = _run(LIMIT, "merge-base", "--is-ancestor", old, new, folder=folder, of=str(folder))
    return done.returncode == 0


def move(folder: Path, to: str) -> None:
    """Put the files of a commit in place.

    Raises:
        SourceUnavailable: Files in the clone were edited, and would be lost.
    """
    words = ("reset", "--quiet", "--keep", to)
    done = _run(LIMIT, *words, folder=folder, of=str(folder))
    if done.returncode != 0:
        raise SourceUnavailable(
            f"Files in {folder} were edited, and an update would lose that "
            f"({_reason(done, str(folder))}); keep a copy elsewhere and undo it there."
        )


def _git(address: str, limit: float, *words: str, folder: Path | None = None) -> str:
    done = _run(limit, *words, folder=folder, of=address)
    if done.returncode != 0:
        raise SourceUnavailable(
            f"{shown(address)}: git could not {words[0]}: {_reason(done, address)}."
        )
    return done.stdout


def _run(
    limit: float, *words: str, folder: Path | None, of: str
) -> subprocess.CompletedProcess[str]:
    command = ["git", *_SAFE, *words]
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # A session of its own: nobody can be asked on the terminal, and its children, which do
            # the talking, are killed with it.
            start_new_session=True,
        )
    except FileNotFoundError:
        raise SourceUnavailable(
            "There is no `git` on this machine; install it, or add a course folder by its path."
        ) from None
    except OSError as error:
        raise SourceUnavailable(f"git cannot be started: {error.strerror}.") from None
    with process:
        try:
            out, err = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            _kill(process)
            raise SourceUnavailable(
                f"{shown(of)} did not answer within {limit:g} seconds; check the address and the "
                "network, or give --timeout more."
            ) from None
        except BaseException:  # Ctrl+C goes to our group, not to git's
            _kill(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, out, err)


def _kill(process: subprocess.Popen[str]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    # A grandchild may hold the pipes open for a moment; what it would say does not matter.
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _environment() -> dict[str, str]:
    """Ours, without what would send git elsewhere, as inside a hook of another repository."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("GIT_") or _WAY.match(name)
    }
    return {
        **kept,
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "C",
        "GIT_ALLOW_PROTOCOL": ":".join(SCHEMES),
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS_REQUIRE": "never",
        "GIT_LFS_SKIP_SMUDGE": "1",
    }


def _reason(done: subprocess.CompletedProcess[str], address: str) -> str:
    """What git says went wrong, as one clause."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    marked = [line for line in lines if re.match(r"(fatal|error|ssh): ", line)]
    # ssh and the far side say why first; git ends with general advice.
    line = next(iter(marked or lines[-1:]), f"it ended with status {done.returncode}")
    line = re.sub(r"^(fatal|error): ", "", line).replace(address, shown(address))
    return "".join(c for c in line if c.isprintable()).rstrip(".")
