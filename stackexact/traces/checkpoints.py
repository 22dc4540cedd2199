"""The rounds after which counts are kept: one schedule for all who count, or what a caller asks for.

A trace that is written round by round, and read with the usual checkpoints, has counts where those that were counted
while it was played have them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import islice
from typing import Final

from stackexact.errors import UsageError
from stackexact.traces.arguments import found, integer
from stackexact.traces.trace import LARGEST

__all__ = ["MOST", "PER_DECADE", "log_spaced", "required", "usual"]

MOST: Final = 10_000
"""Checkpoints of a decade, or that a caller may list."""

PER_DECADE: Final = 10
"""Checkpoints of a decade, unless a caller says otherwise."""


def log_spaced(horizon: int, per_decade: int = PER_DECADE) -> tuple[int, ...]:
    """The rounds ⌊10^(k/per_decade)⌋ below the horizon, and the horizon.

    >>> log_spaced(100, 3)
    (1, 2, 4, 10, 21, 46, 100)
    """
    if horizon < 1:
        raise UsageError(f"horizon: expected at least 1 round, found {horizon}")
    if not 1 <= per_decade <= MOST:
        raise UsageError(f"checkpoints: expected from 1 to {MOST} a decade, found {per_decade}")
    rounds, k = {horizon}, 0
    while (place := _power_of_ten(k, per_decade)) < horizon:
        rounds.add(place)
        k += 1
    return tuple(sorted(rounds))


def _power_of_ten(k: int, parts: int) -> int:
    """⌊10^(k/parts)⌋, never wrong by one: 10 is no power, so this is irrational unless parts divides k."""
    from flint import arb, ctx, fmpq

    if k % parts == 0:
        return int(10 ** (k // parts))
    precision = 64
    while True:
        with ctx.workprec(precision):
            floor = (arb(10).log() * fmpq(k, parts)).exp().floor().unique_fmpz()
        if floor is not None:
            return int(floor)
        precision *= 2


@cache
def usual() -> tuple[int, ...]:
    """The schedule of runs of any length.

    >>> usual()[:12], usual()[-1] == LARGEST
    ((1, 2, 3, 5, 6, 7, 10, 12, 15, 19, 25, 31), True)
    """
    return log_spaced(LARGEST)


def required(checkpoints: Iterable[int] | None) -> tuple[int, ...]:
    """What a caller asks for, or the usual ones.

    Raises :class:`~stackexact.errors.UsageError` for anything but increasing whole numbers from 1, at most 10 000.

    >>> required(None) == usual(), required([10, 100])
    (True, (10, 100))
    """
    if checkpoints is None:
        return usual()
    if not isinstance(checkpoints, Iterable):
        raise UsageError(f"checkpoints: expected a list of rounds, found {found(checkpoints)}; write [10, 100]")
    given, made, before = list(islice(checkpoints, MOST + 1)), [], 0
    if not 0 < len(given) <= MOST:
        number = f"more than {MOST}" if given else "none"
        raise UsageError(f"checkpoints: expected 1 to {MOST} rounds, found {number}")
    for one in given:
        round_ = integer(one)
        if round_ is None or not before < round_ <= LARGEST:
            raise UsageError(f"checkpoints: expected increasing rounds from 1, found {found(one)}")
        made.append(round_)
        before = round_
    return tuple(made)
