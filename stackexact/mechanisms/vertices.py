"""All vertices of the equilibria of a small game, by the double description method in integers.

Equilibria are the points of the cone {σ >= 0, gains >= 0} with sum 1. Its extreme rays are those of {σ >= 0} at first;
each row in turn keeps the rays that it allows and joins neighbouring ones across it. Two rays are neighbours if no
third is 0 wherever both are (Motzkin et al. 1953; Fukuda & Prodon 1996). There may be exponentially many. No permissive
library with wheels does this exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, prod
from typing import Final, TypeAlias

from stackexact.errors import LimitReached, Unproved, require_time
from stackexact.mechanisms.deviations import Family, deviations_of, gains
from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.limits import require_size

__all__ = ["vertices"]

_PROFILES: Final = 4096
"""Most profiles of strategies."""
_RAYS: Final = 1 << 14
"""Most rays at any time."""

Support: TypeAlias = tuple[tuple[Profile, Fraction], ...]


@dataclass(frozen=True, slots=True)
class _Ray:
    """A ray in integers, and the constraints that hold with equality on it, as bits."""

    entries: tuple[int, ...]
    tight: int


def vertices(form: Form, family: Family, stop: Callable[[], bool] = lambda: False) -> tuple[Support, ...]:
    """The vertices, each as profiles with their chances, in the order of these.

    Raises :class:`~stackexact.errors.LimitReached` for more than 4096 profiles, or 16384 rays on the way.
    """
    require_size(prod(form.strategies), _PROFILES, "profiles of strategies")
    profiles = list(form.all_profiles())
    deviations = deviations_of(form, family)
    columns = [gains(form, deviations, profile) for profile in profiles]
    rows = [[column[r] for column in columns] for r in range(len(deviations))]
    rays = _rays(rows, len(profiles), stop)
    made = []
    for ray in rays:
        if any(sum(a * x for a, x in zip(row, ray.entries, strict=True)) < 0 for row in rows):
            raise Unproved("no deviation gains at a vertex")
        total = sum(ray.entries)
        pairs = zip(profiles, ray.entries, strict=True)
        made.append(tuple((profile, Fraction(x, total)) for profile, x in pairs if x))
    return tuple(sorted(made))


def _rays(rows: Sequence[Sequence[int]], count: int, stop: Callable[[], bool]) -> list[_Ray]:
    every = (1 << count) - 1
    rays = [_Ray(tuple(int(i == j) for j in range(count)), every ^ (1 << i)) for i in range(count)]
    for number, row in enumerate(rows):
        rays = _cut(rays, row, 1 << (count + number), stop)
        if len(rays) > _RAYS:
            raise LimitReached(f"expected at most {_RAYS} rays on the way to all vertices, found {len(rays)}")
    return rays


def _cut(rays: Sequence[_Ray], row: Sequence[int], bit: int, stop: Callable[[], bool]) -> list[_Ray]:
    """The rays of what is left where a row is at least 0."""
    values = [sum(a * x for a, x in zip(row, ray.entries, strict=True) if x) for ray in rays]
    kept = [
        _Ray(ray.entries, ray.tight | (0 if value else bit))
        for ray, value in zip(rays, values, strict=True)
        if value >= 0
    ]
    above = [(ray, value) for ray, value in zip(rays, values, strict=True) if value > 0]
    below = [(ray, value) for ray, value in zip(rays, values, strict=True) if value < 0]
    tight = [ray.tight for ray in rays]
    for one, up in above:
        require_time(stop)
        for two, down in below:
            common = one.tight & two.tight
            if sum(1 for other in tight if other & common == common) == 2:
                entries = tuple(up * y - down * x for x, y in zip(one.entries, two.entries, strict=True))
                divisor = gcd(*entries)
                kept.append(_Ray(tuple(x // divisor for x in entries), common | bit))
    return kept
