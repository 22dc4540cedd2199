"""CSV traces as text: the header, the cells of each row, and the digest; packed with gzip or not.

The comma separates, quotation marks may stand around a cell, lines end in any of the usual ways. The small path, which
needs no further library: aggregated traces are read with it, whatever wrote them.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from codecs import getincrementaldecoder
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import IO, Final, cast

from stackexact.errors import InputError, shorten
from stackexact.games.encoding import decode
from stackexact.games.sources import Source, reason
from stackexact.traces.text import Digest

__all__ = ["cells", "digest", "names"]

_LONGEST: Final = 2**20
"""Characters of a line; no trace comes near, and a file without line ends is left in good time."""

_PIECE: Final = 2**20


@contextmanager
def _opened(path: Source, packed: bool) -> Iterator[IO[bytes]]:
    """The bytes of the text; what is wrong with the file, also later on, is an InputError."""
    try:
        with open(path, "rb") as file:
            if packed:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    yield cast(IO[bytes], unpacked)
            else:
                yield file
    except EOFError:
        raise InputError("expected a whole gzip archive, found its end missing; write or copy it again") from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"expected a whole gzip archive, found it damaged ({error}); copy it again") from None
    except OSError as error:
        raise InputError(f"cannot be read: {reason(error)}") from None


def digest(path: Source, packed: bool) -> Digest:
    """The digest of the text; of a gzip archive also whether it is whole, which its own check sum tells at its end.

    Raises :class:`~stackexact.errors.InputError` for what cannot be read.
    """
    found = Digest()
    with _opened(path, packed) as file:
        while piece := file.read(_PIECE):
            found.add(piece)
    return found


def names(path: Source, packed: bool) -> list[str]:
    """The names in the first line.

    Raises :class:`~stackexact.errors.InputError` for what is no text of this kind.
    """
    with _opened(path, packed) as file:
        start = file.read(4)
        if not start:
            raise InputError("expected a trace, found no text at all; the file is empty")
        if b"\0" in start or start[:2] in (b"\xff\xfe", b"\xfe\xff", b"PK"):
            decode(start)
    with closing(_rows(path, packed)) as rows:
        found = next(rows, [])
    for name in found:
        if not name.isprintable():
            raise InputError(f"the header: expected names, found {shorten(name)}; delete what is no letter in it")
    if len(found) == 1 and any(mark in found[0] for mark in ";\t|"):
        raise InputError(f"the header: expected names with commas between them, found {shorten(found[0])}; use commas")
    return found


def cells(path: Source, packed: bool, places: Sequence[int]) -> Generator[tuple[str, ...], None, None]:
    """The cells at these ``places`` of every row below the header; empty lines are no rows.

    Raises :class:`~stackexact.errors.InputError` with the row for text that is no CSV, and for rows that are longer or
    shorter than the header (but for empty cells at their end).
    """
    with closing(_rows(path, packed)) as rows:
        width = len(next(rows, []))
        number = 0
        for row in rows:
            if not row:
                continue
            number += 1
            if len(row) < width or any(row[width:]):
                raise InputError(f"row {number}: expected {width} cells as in the header, found {len(row)}")
            yield tuple([row[place] for place in places])


def _rows(path: Source, packed: bool) -> Generator[list[str], None, None]:
    """All rows, the header first."""
    number = 0
    with _opened(path, packed) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        reader = csv.reader(_lines(text), strict=True)
        try:
            for row in reader:
                yield row
                number += bool(row)
        except UnicodeDecodeError:
            raise _no_text(path, packed) from None
        except csv.Error as error:
            place = f"row {number}" if number else "the header"
            raise InputError(f"{place}: expected CSV, found something else ({error}); correct it") from None


def _no_text(path: Source, packed: bool) -> InputError:
    """Where the first byte is that is no UTF-8 (text is decoded some thousand bytes ahead of the rows)."""
    decoder, line = getincrementaldecoder("utf-8")(), 1
    with _opened(path, packed) as file:
        while piece := file.read(_PIECE):
            try:
                decoder.decode(piece)
            except UnicodeDecodeError as error:
                line += error.object[: error.start].count(b"\n")
                found = f"byte 0x{error.object[error.start]:02x}"
                return InputError(f"line {line}: expected text in UTF-8, found {found}; save it as UTF-8")
            line += piece.count(b"\n")
    return InputError("expected text in UTF-8, found half a character at the end; write or copy it again")


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    while line := text.readline(_LONGEST):
        if len(line) == _LONGEST:
            raise InputError(f"expected lines, found one of more than {_LONGEST - 1} characters; give a trace")
        yield line
