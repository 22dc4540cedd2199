"""The rounds after which counts are kept."""

from __future__ import annotations

from stackexact.errors import UsageError

__all__ = ["log_spaced"]


def log_spaced(horizon: int, per_decade: int = 10) -> tuple[int, ...]:
    """About ``per_decade`` rounds in every decade up to the horizon, which is the last.

    >>> log_spaced(100, 3)
    (1, 2, 4, 10, 21, 46, 100)
    """
    if horizon < 1 or per_decade < 1:
        raise UsageError(f"expected at least 1 round and 1 checkpoint a decade, found {horizon} and {per_decade}")
    found, k = {horizon}, 0
    while (place := _root(10**k, per_decade)) < horizon:
        found.add(place)
        k += 1
    return tuple(sorted(found))


def _root(number: int, degree: int) -> int:
    """The integer part of a root, by integers alone: the same on every machine."""
    low, high = 0, 1
    while high**degree <= number:
        high *= 2
    while high - low > 1:
        middle = (low + high) // 2
        if middle**degree <= number:
            low = middle
        else:
            high = middle
    return low
