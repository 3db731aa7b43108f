"""What names a course: a folder, or the address of a git repository."""

from __future__ import annotations

import re
from pathlib import Path

from tutor.errors import UsageError, nearest

SCHEMES = ("https", "ssh", "file")
"""What git may speak. `http` and `git` can be tampered with on the way; `ext` runs commands."""

_URL = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
_SCP = re.compile(r"(?:[^@/:]+@)?(?P<host>[^@/:]+):(?P<path>[^:].*)")
"""`git@host:path`, which is ssh."""
_USER = re.compile(r"^[^@/]*@")


def is_address(source: str) -> bool:
    """Whether this names a repository to clone rather than a folder.

    Raises:
        UsageError: It is an address that git must not be given.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in source):
        raise UsageError("The address has a character that cannot be printed; type it again.")
    if source.startswith("-"):
        raise UsageError(f"`{source}` is neither an address nor a folder.")
    if url := _URL.fullmatch(source):
        scheme = url["scheme"]
        if scheme not in SCHEMES:
            known = ", ".join(f"{name}://" for name in SCHEMES)
            near = nearest(scheme, SCHEMES)
            raise UsageError(f"`{scheme}://` is not fetched from; expected {known}.{near}")
        if not url["rest"].strip("/"):
            raise UsageError(f"`{source}` names no repository.")
        return True
    if Path(source).exists():
        return False
    if "::" in source:
        raise UsageError(
            f"`{source}` would have git run a command; expected https://, ssh:// or file://."
        )
    return _SCP.fullmatch(source) is not None


def shown(address: str) -> str:
    """The address without a password that it may carry."""
    url = _URL.fullmatch(address)
    if url is None:
        return address
    rest = re.sub(r"^([^@/:]*):[^@/]*@", r"\1@", url["rest"])
    return f"{url['scheme']}://{rest}"


def canonical(origin: str) -> str:
    """One name for the ways to write one place, so that https and ssh are the same course."""
    if url := _URL.fullmatch(origin):
        place = _USER.sub("", url["rest"])
    elif not origin.startswith("/") and (scp := _SCP.fullmatch(origin)):
        place = f"{scp['host']}/{scp['path'].lstrip('/')}"
    else:
        return origin
    host, slash, path = place.partition("/")
    return f"{host.lower()}{slash}{path.rstrip('/').removesuffix('.git').rstrip('/')}"
