r"""The text of a trace: the one form that all formats share, and that its digest is taken of.

It is what a ``.csv`` file of the trace holds, byte for byte (so that ``sha256sum`` prints the digest): UTF-8, the names
of the columns in the order ``run,round,leader,follower`` and then ``count`` or the rewards, one line per row in the
order of the file, ``\n`` at the end of each. Numbers are decimal digits; rewards are the shortest decimals that name
their binary value, as Python writes them; a label stands in quotation marks where it holds a comma or a quotation mark,
which is then doubled.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

__all__ = ["Digest", "header", "lines", "quoted"]


def quoted(label: str) -> str:
    """A label as it stands in the text.

    >>> quoted("left"), quoted('left, "down"')
    ('left', '"left, ""down""\"')
    """
    return '"' + label.replace('"', '""') + '"' if '"' in label or "," in label else label


def header(names: Sequence[str]) -> str:
    r"""The first line.

    >>> header(["run", "round"])
    'run,round\n'
    """
    return ",".join(names) + "\n"


def lines(columns: Sequence[Iterable[object]]) -> str:
    r"""The lines of some rows, given by column: Python integers, quoted labels, Python floats.

    >>> lines([[1, 1], [1, 2], ["a1", "a2"], ["b1", "b1"], [0.5, 1e-7]])
    '1,1,a1,b1,0.5\n1,2,a2,b1,1e-07\n'
    """
    if len(columns) == 4:  # the form of the longest traces, a quarter faster so
        return "".join([f"{a},{b},{c},{d}\n" for a, b, c, d in zip(*columns, strict=True)])
    row = ",".join(["%s"] * len(columns)) + "\n"
    return "".join([row % cells for cells in zip(*columns, strict=True)])


class Digest:
    r"""The SHA-256 of a text that comes in pieces, and the number of its rows.

    >>> digest = Digest()
    >>> digest.add(b"run,round\n")
    >>> digest.add(b"1,1\n")
    >>> digest.rows, digest.hex == hashlib.sha256(b"run,round\n1,1\n").hexdigest()
    (1, True)
    """

    __slots__ = ("_hash", "_lines")

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._lines = 0

    def add(self, data: bytes) -> None:
        """The next piece of the text, in UTF-8."""
        self._hash.update(data)
        self._lines += data.count(b"\n")

    @property
    def hex(self) -> str:
        """The digest of what was added, in hexadecimal digits."""
        return self._hash.hexdigest()

    @property
    def rows(self) -> int:
        """How many lines there were below the first one."""
        return max(self._lines - 1, 0)
