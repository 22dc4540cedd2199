"""Partial alignment over a domain in several parameters: the greatest of the quotients of all pairs of outcomes.

Two outcomes give two quotients, |Δu1| / |Δu2| and its inverse. The constant is the greatest of all, so the domain is
covered by comparing them (see :mod:`stackexact.covering.greatest`); what is claimed in each region is verified on
polynomials as everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from stackexact.benchmarks.alignment import AlignmentSkeleton
from stackexact.covering.formulas import Conditions
from stackexact.covering.greatest import Region, greatest
from stackexact.covering.labels import Label
from stackexact.covering.rivals import Quotient, stated
from stackexact.covering.smt import Domain
from stackexact.errors import Unproved
from stackexact.exact.tracing import Condition, Polynomial, Sign
from stackexact.games.polynomials import PolynomialTables, Sampled

__all__ = ["ProvedRegions", "alignment_regions", "require_supported", "skeleton_of"]

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ProvedRegions:
    """Disjoint regions of one answer each, with what proves it there, and the rest of the domain."""

    regions: tuple[tuple[Region, AlignmentSkeleton], ...]
    undecided: tuple[Conditions, ...]
    limit: str


def alignment_regions(
    tables: PolynomialTables,
    domain: Domain,
    *,
    stop: Callable[[], bool],
    max_regions: int | None,
    report: Callable[[int], None],
) -> ProvedRegions:
    """Regions of one answer each, with what proves it there."""
    pairs = _differences(tables)
    quotients, origins = list[Quotient](), list[tuple[Pair, bool]]()
    for pair, (own, other) in pairs.items():
        quotients += [Quotient(own, other), Quotient(other, own)]
        origins += [(pair, True), (pair, False)]
    marks = [own * other for own, other in pairs.values()]
    found = greatest(domain, quotients, marks, stop=stop, max_regions=max_regions, report=report)
    named = list(pairs)
    made = tuple((region, skeleton_of(region.label, origins, named)) for region in found.regions)
    return ProvedRegions(made, found.undecided, found.limit)


def skeleton_of(label: Label, origins: Sequence[tuple[Pair, bool]], pairs: Sequence[Pair]) -> AlignmentSkeleton:
    """What proves the answer of a region: the pair that needs the constant, and one ranked differently (the same one,
    where the players rank it so)."""
    if label.best is None:
        return AlignmentSkeleton((), (), None, True, False, None)
    extreme, over_follower = origins[label.best]
    different = extreme if label.turn < 0 else None if label.mark is None else pairs[label.mark]
    return AlignmentSkeleton((), (), extreme, over_follower, label.infinite, different)


def require_supported(traced: Sequence[Condition], region: Region, point: Sampled) -> None:
    """Require that what a verification recorded at the sample of a region holds on all of it.

    Only the sign of the tables' common denominator may differ: utilities of both players turn with it, which changes no
    quotient of differences, and no product of two.
    """
    units = stated((bottom, Sign.POSITIVE) for bottom in point.bottoms) or ()
    if not set(traced) <= {*region.holding, *units}:
        raise Unproved("a proof at a point of a region needs what does not hold on all of the region")


def _differences(tables: PolynomialTables) -> dict[Pair, tuple[Polynomial, Polynomial]]:
    """The differences of both utilities for each pair of outcomes that are not equal everywhere."""
    one, two = ([value for row in rows for value in row] for rows in (tables.leader, tables.follower))
    found = {(a, b): (one[b] - one[a], two[b] - two[a]) for a, b in combinations(range(len(one)), 2)}
    return {pair: both for pair, both in found.items() if both[0] or both[1]}
