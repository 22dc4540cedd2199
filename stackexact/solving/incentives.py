"""Answers about games of incentives: on numbers, and as functions of the weights and of the number of followers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Generic, TypeVar

from stackexact.errors import GameError, LimitReached
from stackexact.exact.prover import Numbers, Prover
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import NumberReader, Reader
from stackexact.exact.tracing import Tracer
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.incentives.concepts import VERIFIED, Incentive, Major, MeanField
from stackexact.incentives.forms import Problem
from stackexact.incentives.gains import Gain
from stackexact.incentives.optima import NotConvex, Optimum
from stackexact.incentives.problems import numeric_problem, polynomial_problem
from stackexact.solving.answers import Answer
from stackexact.solving.cells import frozen_mapping
from stackexact.solving.incentive_cells import Gains, IncentiveCell, MajorCell, MeanFieldCell, TeamCell
from stackexact.solving.routines import Traced
from stackexact.solving.workspace import Workspace

__all__ = ["INCENTIVE_ROUTINES", "IncentiveRoutine", "answer"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class _Maker(Generic[T]):
    """Makes cells of one game."""

    game: IncentiveGame
    problem: Problem[T]
    reader: Reader[T]

    def cost(self, found: Optimum[T]) -> Exact:
        value: Exact = self.reader.exact(*found.value) * self.problem.leader.unit
        return value

    def actions(self, found: Optimum[T]) -> Mapping[str, Exact]:
        names = self.game.variables
        labels = (*names.leader, *names.major, *names.follower)
        values = (self.reader.exact(value, found.bottom) for value in found.point)
        return frozen_mapping(dict(zip(labels, values, strict=True)))

    def gains(self, found: Gain[T], columns: Sequence[str], factor: Exact | int = 1) -> Gains:
        return frozen_mapping(
            {
                name: frozen_mapping(
                    {
                        other: self.reader.exact(value, found.bottom) * factor
                        for other, value in zip(columns, row, strict=True)
                    }
                )
                for name, row in zip(self.game.variables.leader, found.rows, strict=True)
            }
        )

    def team_optimum(self, found: Optimum[T]) -> TeamCell:
        return TeamCell((), self.cost(found), self.actions(found))

    def incentive(self, found: Incentive[T]) -> IncentiveCell:
        if found.gain is None or found.unique is None:
            return IncentiveCell((), False, None, None, None, None, None, None)
        count, own = self.game.followers, self.game.variables.follower
        gains = self.gains(found.gain, own)
        energy = sum((value * value for row in gains.values() for value in row.values()), 0 * count) * count
        alike, apart = found.unique.alike, found.unique.apart
        mean = self.gains(found.gain, own, count)
        return IncentiveCell((), True, gains, mean, energy, alike and apart, alike, apart)

    def mean_field(self, found: MeanField[T]) -> MeanFieldCell:
        limit = None if found.limit is None else self.gains(found.limit, self.game.variables.follower)
        if found.open_loop is None:
            return MeanFieldCell((), found.aligned, limit, None, None, None)
        cost, open_loop = self.cost(found.optimum), self.cost(found.open_loop)
        return MeanFieldCell((), found.aligned, limit, open_loop, self.actions(found.open_loop), open_loop - cost)

    def major_follower(self, found: Major[T]) -> MajorCell:
        gains = None if found.gain is None else self.gains(found.gain, self.game.variables.major)
        return MajorCell((), gains is not None, self.cost(found.optimum), self.actions(found.optimum), gains)


def _made(concept: str, maker: _Maker[T], found: Any) -> Any:
    return getattr(maker, concept.replace("-", "_"))(found)


def answer(concept: str, space: Workspace) -> Answer:
    """The answer of a concept on a game of numbers."""
    game: Any = space.game
    problem = numeric_problem(game)
    with _convexity():
        found = VERIFIED[concept](problem, Numbers())
    return Answer(_made(concept, _Maker(game, problem, NumberReader()), found), _unwritten)


@contextmanager
def _convexity(at: str = "") -> Iterator[None]:
    """Say of which cost convexity is missing, and where."""
    try:
        yield
    except NotConvex as flaw:
        wanted = f"expected a cost that is {'strictly ' if flaw.strictly else ''}convex in {flaw.actions}"
        found = f"one that is not at {at}; add an assumption" if at else "one that is not"
        raise GameError(f"costs.{flaw.player}: {wanted}, found {found}") from None


def _unwritten() -> dict[str, Any]:
    raise LimitReached("certificates of games of incentives are not written yet")


@dataclass(frozen=True, slots=True)
class _Tables:
    game: IncentiveGame
    parameter: Any

    def where(self, sample: Any) -> str:
        """A point as text."""
        names = getattr(self.parameter, "names", None) or (self.parameter.name,)
        values = getattr(sample, "approximations", None) or (float(sample),)
        return ", ".join(f"{name} = {float(value):.6g}" for name, value in zip(names, values, strict=True))


@dataclass(frozen=True, slots=True)
class IncentiveRoutine:
    """How a concept is answered as a function of parameters: verified on polynomials at one point after the other."""

    concept: str
    in_several: None = None

    def tables(self, game: IncentiveGame, ring: Any) -> _Tables:
        """What is computed with."""
        return _Tables(game, ring)

    def at(self, game: IncentiveGame, tables: _Tables, sample: Any, stop: Callable[[], bool]) -> Traced:
        """Verify at a point; raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so."""
        if stop():
            raise LimitReached("the time limit was reached; raise it")
        ring = tables.parameter
        made = polynomial_problem(game, ring, sample.sign_of)
        tracer: Prover[Any] = Tracer(ring.constant, sample.sign_of)
        tracer.positive(made.bottoms)
        with _convexity(tables.where(sample)):
            found = VERIFIED[self.concept](made.problem, tracer)
        cell = _made(self.concept, _Maker(game, made.problem, ring), found)
        return Traced(cell, _unwritten, tracer.conditions)  # type: ignore[attr-defined]


INCENTIVE_ROUTINES: Final = {concept: IncentiveRoutine(concept) for concept in VERIFIED}
"""By the names of the concepts."""

team_optimum = partial(answer, "team-optimum")
incentive = partial(answer, "incentive")
mean_field = partial(answer, "mean-field")
major_follower = partial(answer, "major-follower")
