"""Real pixels on terminals with kitty's graphics protocol (kitty, Ghostty); pure.

The picture is sent once, and stands where characters of a private plane are: each says by accents
which row and column of the picture it shows, and by its colour which picture. So it scrolls, is
covered and goes like any text. Whether a terminal can is known from its name, which SSH passes on;
to ask it would need an answer that Textual's own reader takes, and tmux lets nothing through.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterator, Mapping

TERMINALS = frozenset({"xterm-kitty", "xterm-ghostty"})
"""Values of TERM. WezTerm and Konsole know the protocol, but not these characters."""

CHUNK = 4096
"""Bytes of one escape sequence, at most, by the protocol."""

_PLACE = "\U0010eeee"
_CODES = """
0305 030d 030e 0310 0312 033d 033e 033f 0346 034a 034b 034c 0350 0351 0352 0357 035b 0363
0364 0365 0366 0367 0368 0369 036a 036b 036c 036d 036e 036f 0483 0484 0485 0486 0487 0592
0593 0594 0595 0597 0598 0599 059c 059d 059e 059f 05a0 05a1 05a8 05a9 05ab 05ac 05af 05c4
0610 0611 0612 0613 0614 0615 0616 0617 0657 0658 0659 065a 065b 065d 065e 06d6 06d7 06d8
06d9 06da 06db 06dc 06df 06e0 06e1 06e2 06e4 06e7 06e8 06eb 06ec 0730 0732 0733 0735 0736
073a 073d 073f 0740 0741 0743 0745 0747 0749 074a 07eb 07ec 07ed 07ee 07ef 07f0 07f1 07f3
0816 0817 0818 0819 081b 081c 081d 081e 081f 0820 0821 0822 0823 0825 0826 0827 0829 082a
082b 082c 082d 0951 0953 0954 0f82 0f83 0f86 0f87 135d 135e 135f 17dd 193a 1a17 1a75 1a76
1a77 1a78 1a79 1a7a 1a7b 1a7c 1b6b 1b6d 1b6e 1b6f 1b70 1b71 1b72 1b73 1cd0 1cd1 1cd2 1cda
1cdb 1ce0 1dc0 1dc1 1dc3 1dc4 1dc5 1dc6 1dc7 1dc8 1dc9 1dcb 1dcc 1dd1 1dd2 1dd3 1dd4 1dd5
"""
_ACCENTS = [chr(int(code, 16)) for code in _CODES.split()]
"""Of the number 0, 1, 2 …: the beginning of the protocol's list."""

MOST = len(_ACCENTS)
"""Rows or columns of cells that a picture can have here."""


def can_show(environ: Mapping[str, str]) -> bool:
    """Whether the terminal shows pixels."""
    return environ.get("TERM") in TERMINALS


def send(image: int, size: tuple[int, int], pixels: bytes, cells: tuple[int, int]) -> str:
    """Return what makes the terminal keep a picture.

    Args:
        image: Its number, of at most 24 bits: the colour of the characters.
        size: Height and width in pixels.
        pixels: Three bytes each, row by row.
        cells: The rows and columns that it is to fill.
    """
    data = base64.b64encode(zlib.compress(pixels)).decode("ascii")
    chunks = [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]
    head = f"a=T,U=1,q=2,i={image},f=24,o=z,s={size[1]},v={size[0]},r={cells[0]},c={cells[1]},"
    return "".join(
        f"\x1b_G{'q=2,' if at else head}m={int(at + 1 < len(chunks))};{chunk}\x1b\\"
        for at, chunk in enumerate(chunks)
    )


def forget(image: int) -> str:
    """Return what makes the terminal drop a picture."""
    return f"\x1b_Ga=d,d=I,i={image},q=2\x1b\\"


def rows(height: int, width: int) -> Iterator[list[str]]:
    """The cells of each row of a picture."""
    for row in range(height):
        yield [f"{_PLACE}{_ACCENTS[row]}{_ACCENTS[column]}" for column in range(width)]
