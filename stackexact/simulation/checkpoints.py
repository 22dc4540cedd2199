"""The rounds after which counts are kept."""

from __future__ import annotations

from typing import Final

from stackexact.errors import UsageError

__all__ = ["MOST", "log_spaced"]

MOST: Final = 10_000
"""Checkpoints of a decade."""


def log_spaced(horizon: int, per_decade: int = 10) -> tuple[int, ...]:
    """About ``per_decade`` rounds in every decade up to the horizon, which is the last.

    >>> log_spaced(100, 3)
    (1, 2, 4, 10, 21, 46, 100)
    """
    if horizon < 1:
        raise UsageError(f"horizon: expected at least 1 round, found {horizon}")
    if not 1 <= per_decade <= MOST:
        raise UsageError(f"checkpoints: expected from 1 to {MOST} a decade, found {per_decade}")
    found, k = {horizon}, 0
    while (place := _power_of_ten(k, per_decade)) < horizon:
        found.add(place)
        k += 1
    return tuple(sorted(found))


def _power_of_ten(k: int, parts: int) -> int:
    """⌊10^(k/parts)⌋, never wrong by one: 10 is no power, so this is irrational unless parts divides k."""
    from flint import arb, ctx, fmpq

    if k % parts == 0:
        return int(10 ** (k // parts))
    precision = 64
    while True:
        with ctx.workprec(precision):
            found = (arb(10).log() * fmpq(k, parts)).exp().floor().unique_fmpz()
        if found is not None:
            return int(found)
        precision *= 2
