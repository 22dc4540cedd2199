"""From bytes to text: the one place that decides what a text file is."""

from __future__ import annotations

from typing import Final

from stackexact.errors import InputError, shorten

__all__ = ["as_text", "decode", "place_of"]

_OTHER_FILES: Final = (
    (b"\xff\xfe", "UTF-16 text; save it as UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as UTF-8"),
    (b"PK\x03\x04", "a zip archive such as a spreadsheet workbook; export the table as CSV"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
)


def decode(data: bytes) -> str:
    r"""The text of ``data``: UTF-8, with or without a byte order mark.

    Anything else raises :class:`~stackexact.errors.InputError` with the place of the first offending byte.

    >>> decode(b"\xef\xbb\xbf{}")
    '{}'
    """
    for start, found in _OTHER_FILES:
        if data.startswith(start):
            raise InputError(f"expected text in UTF-8, found {found}")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{data[error.start]:02x} at offset {error.start}"
        raise InputError(f"expected text in UTF-8, found {found}; save the file as UTF-8 text") from None
    return as_text(text)


def as_text(text: str) -> str:
    r"""``text`` without a byte order mark, refused when it holds what no text file holds (NUL, half a character).

    >>> as_text("\ufeff3,2")
    '3,2'
    """
    if not isinstance(text, str):
        raise InputError(f"expected text, found {type(text).__name__}")
    text = text.removeprefix("\ufeff")
    nul = text.find("\0")
    if nul >= 0:
        raise InputError(f"{place_of(text, nul)}: expected text, found a NUL character; give a text file")
    if not text.isascii():
        try:
            text.encode("utf-8")
        except UnicodeEncodeError as error:
            found = shorten(text[error.start])
            place = place_of(text, error.start)
            raise InputError(f"{place}: expected Unicode text, found half a character {found}") from None
    return text


def place_of(text: str, offset: int) -> str:
    r"""Line and column (both from 1) of a character, for error messages.

    >>> place_of("a\nbc", 3)
    'line 2, column 2'
    """
    return f"line {text.count(chr(10), 0, offset) + 1}, column {offset - text.rfind(chr(10), 0, offset)}"
