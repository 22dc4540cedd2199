"""Partial alignment over a domain in several parameters: the greatest of the quotients of all pairs of outcomes.

Two outcomes give two quotients, |Δu1| / |Δu2| and its inverse. The constant is the greatest of all, so the domain is
covered by comparing them (see :mod:`stackexact.covering.greatest`); what is claimed in each region is verified on
polynomials as everywhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from stackexact.benchmarks.alignment import AlignmentSkeleton
from stackexact.covering.greatest import Label, Quotient, Region, Regions, greatest
from stackexact.covering.smt import Domain
from stackexact.exact.tracing import Polynomial
from stackexact.games.polynomials import PolynomialTables

__all__ = ["alignment_regions", "skeleton_of"]

Pair = tuple[int, int]


def alignment_regions(
    tables: PolynomialTables,
    domain: Domain,
    *,
    stop: Callable[[], bool],
    max_cells: int | None,
    report: Callable[[int], None],
) -> tuple[tuple[tuple[Region, AlignmentSkeleton], ...], Regions]:
    """Regions of one answer each, with what proves it there."""
    pairs = _differences(tables)
    quotients, origins = list[Quotient](), list[tuple[Pair, bool]]()
    for pair, (own, other) in pairs.items():
        quotients += [Quotient(own, other), Quotient(other, own)]
        origins += [(pair, True), (pair, False)]
    marks = [own * other for own, other in pairs.values()]
    found = greatest(domain, quotients, marks, stop=stop, max_regions=max_cells, report=report)
    named = list(pairs)
    return tuple((region, skeleton_of(region.label, origins, named)) for region in found.regions), found


def skeleton_of(label: Label, origins: list[tuple[Pair, bool]], pairs: list[Pair]) -> AlignmentSkeleton:
    """What proves the answer of a region: the pair that needs the constant, and one ranked differently."""
    if label.best is None:
        return AlignmentSkeleton((), (), None, True, False, None)
    extreme, over_follower = origins[label.best]
    different = None if label.mark is None else pairs[label.mark]
    return AlignmentSkeleton((), (), extreme, over_follower, label.infinite, different)


def _differences(tables: PolynomialTables) -> dict[Pair, tuple[Polynomial, Polynomial]]:
    """The differences of both utilities for each pair of outcomes that are not equal everywhere."""
    one, two = ([value for row in rows for value in row] for rows in (tables.leader, tables.follower))
    found = {(a, b): (one[b] - one[a], two[b] - two[a]) for a, b in combinations(range(len(one)), 2)}
    return {pair: both for pair, both in found.items() if both[0] or both[1]}
