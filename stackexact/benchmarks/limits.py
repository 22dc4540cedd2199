"""A limit on searches that walk over many outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from stackexact.errors import LimitReached

__all__ = ["OFTEN", "watched"]

S = TypeVar("S")

OFTEN = 1024
"""Single outcomes between two looks at the limit."""


def watched(items: Iterable[S], stop: Callable[[], bool], where: str, every: int = 1) -> Iterator[S]:
    """The items; raises :class:`~stackexact.errors.LimitReached` once ``stop`` says so, asked before some of them.

    >>> list(watched("ab", lambda: False, "among the letters"))
    ['a', 'b']
    """
    for number, item in enumerate(items):
        if not number % every and stop():
            raise LimitReached(f"the time limit was reached {where}; raise it")
        yield item
