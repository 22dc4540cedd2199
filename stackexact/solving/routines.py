"""What it takes to derive a closed form of each concept: a search at one point, the verification, and the cell.

Nothing here is symbolic: the search runs on numbers of whatever field the point lies in and finds a skeleton without
numbers; the verification is the one that proves numeric answers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from stackexact.errors import require_time
from stackexact.exact.prover import Prover
from stackexact.exact.tracing import Condition, Tracer
from stackexact.games.bimatrix import Game
from stackexact.games.polynomials import PolynomialTables, Ring, Sampled, own_tables, shared_tables
from stackexact.games.scalars import Scalars
from stackexact.solving.answers import proof_of
from stackexact.solving.cells import Cell
from stackexact.solving.making import Maker

if TYPE_CHECKING:
    from stackexact.covering.smt import Domain
    from stackexact.solving.several_alignment import ProvedRegions

__all__ = ["ROUTINES", "InSeveral", "Proof", "Routine", "Traced"]

Stop = Callable[[], bool]

Proof = Callable[[], dict[str, Any]]
"""Writes a proof, as it stands in a certificate, when somebody asks for it."""

Finder: TypeAlias = "Callable[[PolynomialTables, Domain, Stop, int | None, Callable[[int], None]], ProvedRegions]"
"""Finds regions for tables over a domain, up to so many, and tells how many it has found."""


@dataclass(frozen=True, slots=True)
class InSeveral:
    """How a concept is answered over a domain in several parameters without searching point by point: what finds its
    regions, and the search for proofs in them."""

    regions: Finder
    search: Callable[[Sampled, Stop], Any]


@dataclass(frozen=True, slots=True)
class Routine:
    """One concept: the units it computes in, its search, its verification, what makes its cell, and the method that
    writes its proof; and what it does otherwise where there are several parameters.
    """

    tables: Callable[[Game, Ring], PolynomialTables]
    search: Callable[[Sampled, Stop], Any]
    verify: Callable[[Scalars[Any], Any, Prover[Any]], Any]
    make: Callable[[Maker[Any], Any], Cell]
    writer: str
    in_several: InSeveral | None = None

    def at(self, game: Game, tables: PolynomialTables, sample: Any, stop: Stop) -> Traced:
        """Search at a point and verify on polynomials.

        Raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so.
        """
        require_time(stop)
        point = tables.at(sample)
        return self.traced(game, tables.parameter, point, self.search(point, stop))

    def traced(self, game: Game, ring: Ring, point: Sampled, skeleton: Any) -> Traced:
        """Verify what was found at a point on polynomials."""
        sample = point.point
        tracer = Tracer(ring.constant, sample.sign_of)
        tracer.positive(point.bottoms)
        proved = self.verify(point.polynomials, skeleton, tracer)
        cell = self.make(Maker(game, point.polynomials, tracer, ring), proved)
        proof = proof_of(self.writer, game, point.polynomials, ring, (skeleton, proved))
        return Traced(cell, proof, tracer.conditions)


@dataclass(frozen=True, slots=True)
class Traced:
    """An answer found at one point: its cell as functions of the parameters, what writes its proof, and the conditions
    under which both hold."""

    cell: Cell
    proof: Proof
    conditions: tuple[Condition, ...]


def _pure_strong(point: Sampled, stop: Stop) -> Any:
    from stackexact.commitment.pure import search_strong

    return search_strong(point.numbers)


def _pure_weak(point: Sampled, stop: Stop) -> Any:
    from stackexact.commitment.pure import search_weak

    return search_weak(point.numbers)


def _mixed_strong(point: Sampled, stop: Stop) -> Any:
    from stackexact.commitment.exact_lps import ExactLPs, exact_skeleton

    game = point.numbers
    tops = [max(column) for column in zip(*game.leader, strict=True)]
    order = sorted(range(len(tops)), key=lambda j: (-tops[j], j))
    return exact_skeleton(ExactLPs(game.leader, game.follower, point.field, stop), order)


def _mixed_weak(point: Sampled, stop: Stop) -> Any:
    from stackexact.commitment.mixed_weak_search import WeakSearch

    # An interior point is one at which weights and advantages are large: that depends on the units.
    numbers, field = point.in_polynomial_units()
    return WeakSearch(numbers, field, stop=stop).run()


def _tolerant(point: Sampled, stop: Stop) -> Any:
    from stackexact.benchmarks.tolerant import search

    return search(point.numbers, point.field.nought)


def _self_tolerant(point: Sampled, stop: Stop) -> Any:
    from stackexact.benchmarks.self_tolerant import search

    return search(point.numbers, point.field.nought)


def _alignment(point: Sampled, stop: Stop) -> Any:
    from stackexact.benchmarks.alignment import search

    return search(point.numbers, stop)


def _alignment_by_pairs(point: Sampled, stop: Stop) -> Any:
    from stackexact.benchmarks.alignment import search_pair

    return search_pair(point.numbers, stop)


def _alignment_regions(
    tables: PolynomialTables, domain: Domain, stop: Stop, max_regions: int | None, report: Callable[[int], None]
) -> ProvedRegions:
    from stackexact.solving.several_alignment import alignment_regions

    return alignment_regions(tables, domain, stop=stop, max_regions=max_regions, report=report)


def _correlated(point: Sampled, stop: Stop) -> Any:
    from stackexact.commitment.correlated import search

    return search(point.numbers, point.field, None, stop)


def _verify(module: str, name: str = "verify") -> Callable[[Scalars[Any], Any, Prover[Any]], Any]:
    """The verification of a module, imported when it is first needed."""

    def verify(game: Scalars[Any], skeleton: Any, prover: Prover[Any]) -> Any:
        from importlib import import_module

        return getattr(import_module(module), name)(game, skeleton, prover)

    return verify


_PURE, _MIXED, _BENCHMARKS = "stackexact.commitment.pure", "stackexact.commitment", "stackexact.benchmarks"

ROUTINES: Final[dict[str, Routine]] = {
    "pure-strong": Routine(own_tables, _pure_strong, _verify(_PURE, "verify_strong"), Maker.pure, "pure"),
    "pure-weak": Routine(own_tables, _pure_weak, _verify(_PURE, "verify_weak"), Maker.pure, "pure"),
    "mixed-strong": Routine(
        own_tables, _mixed_strong, _verify(f"{_MIXED}.mixed_strong"), Maker.mixed_strong, "mixed_strong"
    ),
    "mixed-weak": Routine(own_tables, _mixed_weak, _verify(f"{_MIXED}.mixed_weak"), Maker.mixed_weak, "mixed_weak"),
    "tolerant": Routine(shared_tables, _tolerant, _verify(f"{_BENCHMARKS}.tolerant"), Maker.benchmark, "tolerant"),
    "self-tolerant": Routine(
        shared_tables, _self_tolerant, _verify(f"{_BENCHMARKS}.self_tolerant"), Maker.benchmark, "self_tolerant"
    ),
    "alignment": Routine(
        shared_tables,
        _alignment,
        _verify(f"{_BENCHMARKS}.alignment"),
        Maker.alignment,
        "alignment",
        InSeveral(_alignment_regions, _alignment_by_pairs),
    ),
    "correlated": Routine(own_tables, _correlated, _verify(f"{_MIXED}.correlated"), Maker.correlated, "correlated"),
}
"""How each concept is answered as a function of parameters, one or several."""
