"""Where output goes: standard output as bytes, whole lines on standard error, quiet when the reader goes away."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress
from typing import IO, Final

from stackexact.errors import InputError
from stackexact.games.screen import printable

__all__ = ["complain", "emit", "grumble", "is_terminal", "note", "terminal"]

_BROKEN_PIPE: Final = 141
_LINE: Final = 900
_ASCII: Final = str.maketrans({"≈": "~", "…": "...", "—": "-"})


def emit(text: str, *, utf8: bool = False) -> None:
    """Write text to standard output: in its encoding (what it lacks is spelled out), or as UTF-8 whatever it is.

    When the reader has gone (``| head``) the program ends quietly; any other failure is an
    :class:`~stackexact.errors.InputError`.
    """
    if sys.stdout is None:
        raise InputError("standard output: expected it to be open, found it closed; name a file with --output")
    encoding = "utf-8" if utf8 else sys.stdout.encoding or "utf-8"
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data = text.translate(_ASCII).encode(encoding, "backslashreplace")
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _mute()
        raise SystemExit(_BROKEN_PIPE) from None
    except OSError as error:
        _mute()
        raise InputError(f"standard output: cannot be written: {(error.strerror or str(error)).lower()}") from None


def _mute() -> None:
    """Let what is still buffered go nowhere, instead of failing once more when the program ends."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str, kind: str = "error: ") -> None:
    """One line on standard error, whatever the text holds."""
    line = printable(text)
    if len(line) > _LINE:
        line = f"{line[: _LINE // 2]} ... {line[-_LINE // 2 :]}"
    grumble(f"stackexact: {kind}{line}\n")


def grumble(text: str) -> None:
    """Text on standard error; where that cannot be written there is nobody to tell."""
    with suppress(OSError, ValueError, AttributeError):
        data = text.encode(sys.stderr.encoding or "utf-8", "backslashreplace")
        sys.stderr.flush()
        sys.stderr.buffer.write(data)
        sys.stderr.buffer.flush()


def note(text: str) -> None:
    """Something the user should know, on standard error."""
    complain(text, "note: ")


def is_terminal(stream: IO[str] | None) -> bool:
    """Whether a stream is a terminal that can move its cursor."""
    with suppress(OSError, ValueError):
        return stream is not None and stream.isatty() and os.environ.get("TERM") != "dumb"
    return False


def terminal() -> tuple[bool, int]:
    """Whether standard output takes colours, and its width; what is no terminal is 80 wide, whatever runs it."""
    if not is_terminal(sys.stdout):
        return False, 80
    width = shutil.get_terminal_size((80, 24)).columns
    return not os.environ.get("NO_COLOR"), min(max(width, 40), 200)
