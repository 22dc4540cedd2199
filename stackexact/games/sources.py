"""What a file is called in messages, and what is said when the system refuses it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

from stackexact.errors import InputError

__all__ = ["Source", "named", "reason", "shown"]

Source: TypeAlias = "str | os.PathLike[str]"


def shown(source: Source) -> str:
    r"""The name of a file as messages show it.

    >>> shown("game.json"), shown("-"), shown("two\nlines")
    ('game.json', 'standard input', "'two\\nlines'")
    """
    name = os.fspath(source)
    return "standard input" if name == "-" else name if name.isprintable() else ascii(name)


def reason(error: OSError | ValueError) -> str:
    """Why the system refuses to read or write, with what to do where that is known.

    >>> reason(IsADirectoryError())
    'it is a folder; name a file in it'
    """
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder; check the name"
    if isinstance(error, IsADirectoryError):
        return "it is a folder; name a file in it"
    if isinstance(error, PermissionError):
        return "permission denied; check who may use it"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error)


@contextmanager
def named(source: Source) -> Iterator[None]:
    """Put the name of the file in front of every complaint about it.

    >>> with named("game.json"):
    ...     raise InputError("expected a game, found none")
    Traceback (most recent call last):
    stackexact.errors.InputError: game.json: expected a game, found none
    """
    try:
        yield
    except InputError as error:
        raise type(error)(f"{shown(source)}: {error}") from None
