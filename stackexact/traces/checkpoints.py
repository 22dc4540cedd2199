"""The rounds at which counts are kept when rounds are aggregated."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from stackexact.errors import UsageError, shorten
from stackexact.traces.trace import LARGEST

__all__ = ["POWERS", "required"]

POWERS: Final = tuple(digit * 10**power for power in range(19) for digit in (1, 2, 5) if digit * 10**power <= LARGEST)
"""1, 2, 5, 10, 20, 50, ...: evenly spread on a logarithmic scale, and round numbers."""

_MOST: Final = 10_000


def required(checkpoints: Iterable[int] | None) -> tuple[int, ...]:
    """What a caller asks for, or :data:`POWERS`.

    Raises :class:`~stackexact.errors.UsageError` for anything but increasing whole numbers from 1, at most 10 000.

    >>> required(None)[:6], required([10, 100])
    ((1, 2, 5, 10, 20, 50), (10, 100))
    """
    if checkpoints is None:
        return POWERS
    made, before = tuple(checkpoints), 0
    if not 0 < len(made) <= _MOST:
        raise UsageError(f"checkpoints: expected 1 to {_MOST} rounds, found {len(made)}")
    for round_ in made:
        if type(round_) is not int or not before < round_ <= LARGEST:
            raise UsageError(f"checkpoints: expected increasing rounds from 1, found {shorten(repr(round_))}")
        before = round_
    return made
