"""One tree of errors.

Every message is one line that says what was expected, what was found, where, and what to do.
The command line maps the branches to exit codes: :class:`InputError` to 2, :class:`LimitReached` to 3.
"""

from __future__ import annotations

from collections.abc import Callable

__all__ = [
    "CertificateError",
    "ExpressionError",
    "GameError",
    "InputError",
    "LimitReached",
    "MissingLibrary",
    "StackexactError",
    "Unproved",
    "UsageError",
    "shorten",
]


def shorten(text: object, width: int = 60) -> str:
    """Quote ``text`` for an error message: one line, at most about ``width`` characters.

    >>> shorten("9" * 100, 20)
    "'999999999...999999'"
    """
    try:
        shown = text if isinstance(text, str) else str(text)[: 4 * width]
    except ValueError:  # CPython writes no integers of more than 4 300 digits
        shown = f"a {type(text).__name__} too long to show"
    if len(shown) > 2 * width:
        shown = shown[:width] + shown[-width:]
    shown = repr(shown) if shown.isprintable() else ascii(shown)
    if len(shown) > width + 2:
        shown = f"{shown[: width // 2]}...{shown[-(width - width // 2 - 3) :]}"
    return shown


class StackexactError(Exception):
    """Base of everything that stackexact raises on purpose."""

    @property
    def line(self) -> str:
        """The message as one line, as the command line prints it."""
        return " ".join(str(self).split())


class InputError(StackexactError, ValueError):
    """Bad input: a file, a table, an option or an argument that breaks the contract (exit code 2)."""


class ExpressionError(InputError):
    """Text that is no exact expression, or one that is larger than the stated bounds."""


class GameError(InputError):
    """A game that is not well formed; the message names the place inside the game."""


class CertificateError(InputError):
    """A file that is no certificate at all (a wrong certificate is a verdict, not an error)."""


class UsageError(InputError):
    """A call that asks for something the game or the concept does not offer."""


class MissingLibrary(StackexactError, ImportError):
    """An optional library is not installed; the message names the extra that brings it."""


class LimitReached(StackexactError, RuntimeError):
    """A well-formed question that a stated limit leaves open (exit code 3)."""


def require_time(stop: Callable[[], bool]) -> None:
    """Raise :class:`LimitReached` when ``stop`` says that the time is over."""
    if stop():
        raise LimitReached("the time limit was reached; raise it")


class Unproved(StackexactError):
    """A proof step that does not hold.

    Raised by ``verify`` when a proposed skeleton does not prove its claim. The search answers it by trying harder;
    it never reaches a user unless the library itself is at fault.
    """
