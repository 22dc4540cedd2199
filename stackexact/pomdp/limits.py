"""Bounds on sizes: what is beyond is refused with its size, before the work where that is known. And counts."""

from __future__ import annotations

from typing import Final

from stackexact.errors import UsageError, shorten
from stackexact.mechanisms.limits import ENTRIES, require_size

__all__ = ["ENTRIES", "EXPONENT", "NODES", "PLAYS", "POLICIES", "require_count", "require_size"]

POLICIES: Final = 1 << 17
"""Most deterministic policies that are gone through."""

PLAYS: Final = 1 << 22
"""Most sub-episodes that are played to value one policy, all branches counted."""

NODES: Final = 1 << 17
"""Most information states of a leader with perfect recall."""

EXPONENT: Final = 1 << 17
"""Most by which the utilities of two actions may differ where the ratio of their weights must be written down."""


def require_count(name: str, given: object, least: int) -> int:
    """A whole number of at least so much.

    >>> require_count("rewards", 0, 1)
    Traceback (most recent call last):
    stackexact.errors.UsageError: rewards: expected a whole number of at least 1, found '0'; correct it
    """
    if isinstance(given, bool) or not isinstance(given, int) or given < least:
        raise UsageError(f"{name}: expected a whole number of at least {least}, found {shorten(given)}; correct it")
    return given
