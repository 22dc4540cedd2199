"""What an action may be called: the one place that decides it, for games from Python and from every kind of file."""

from __future__ import annotations

from typing import Final
from unicodedata import category

from stackexact.errors import shorten

__all__ = ["flaw"]

_REFUSED: Final = {"Cc": "the control character", "Cs": "the half character"}


def flaw(label: str) -> str:
    r"""What keeps a text from being an action's label, and what to do about it; empty if nothing does.

    Control characters and halves of surrogate pairs are refused, as are labels of white space alone. Other characters
    that leave no mark (a no-break space, the joiners of many scripts and of emoji) belong to how people write.

    >>> print(flaw("up\x1b"))
    the control character U+001B in 'up\x1b'; delete it
    >>> flaw(" "), flaw("haut\N{NO-BREAK SPACE}droite")
    ('a blank one; write a name', '')
    """
    if not label.strip():
        return "a blank one; write a name"
    if label.isprintable():
        return ""
    refused = next((char for char in label if category(char) in _REFUSED), None)
    return (
        "" if refused is None else f"{_REFUSED[category(refused)]} U+{ord(refused):04X} in {shorten(label)}; delete it"
    )
