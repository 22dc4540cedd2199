"""Bounds on sizes: what is larger is refused with its size, before any work."""

from __future__ import annotations

from typing import Final

from stackexact.errors import LimitReached

__all__ = ["CHOICES", "COLUMNS", "ENTRIES", "OPTIONS", "PROFILES", "STRATEGIES", "TABLES", "TYPES", "require_size"]

ENTRIES: Final = 1 << 23
"""Most entries of the tables of payoffs: profiles of types times profiles of actions times followers."""

TABLES: Final = 1 << 25
"""Most entries of the tables of a design: ways in which a leaf comes out times profiles of types."""

OPTIONS: Final = 1 << 20
"""Most tuples of options at all leaves, where these are gone through one by one."""

TYPES: Final = 1 << 20
"""Most profiles of types."""

STRATEGIES: Final = 1 << 20
"""Most profiles of strategies of all followers but the one with the most."""

CHOICES: Final = 1 << 8
"""Most rules of games with parameters, of which each is a program by itself."""

COLUMNS: Final = 1 << 10
"""Most profiles of strategies in games with parameters, where all are variables of one program."""

PROFILES: Final = 1 << 20
"""Most profiles of strategies, where these are gone through one by one."""


def require_size(found: int, most: int, what: str) -> None:
    """Raise :class:`~stackexact.errors.LimitReached` for what is too large.

    >>> require_size(9, 8, "profiles of types")
    Traceback (most recent call last):
    stackexact.errors.LimitReached: expected at most 8 profiles of types, found 9; give a smaller game
    """
    if found > most:
        told = str(found) if found < 10**12 else f"about 10^{len(str(found)) - 1}" if found < 10**4000 else "far more"
        raise LimitReached(f"expected at most {most} {what}, found {told}; give a smaller game")
