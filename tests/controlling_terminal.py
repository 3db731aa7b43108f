"""Start a program on a pty as a login shell would: leader of a session that owns the terminal."""

from __future__ import annotations

import fcntl
import os
import signal
import termios


def own_terminal(slave: int) -> None:
    """Run in the child before exec: keys such as Ctrl+C, and hanging up, then reach it."""
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
