"""Answers about games of incentives: on numbers, and as functions of the weights and of the number of followers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from stackexact.errors import ExpressionError, GameError, LimitReached
from stackexact.exact.prover import Numbers, Prover
from stackexact.exact.reading import NumberReader
from stackexact.exact.tracing import Tracer
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.incentives.concepts import VERIFIED
from stackexact.incentives.optima import NotConvex
from stackexact.incentives.problems import numeric_problem, polynomial_problem
from stackexact.solving.answers import Answer
from stackexact.solving.incentive_making import IncentiveMaker
from stackexact.solving.routines import Proof, Traced
from stackexact.solving.workspace import Workspace

__all__ = ["INCENTIVE_ROUTINES", "IncentiveRoutine", "answer"]


def _made(concept: str, maker: IncentiveMaker[Any], found: Any) -> Any:
    return getattr(maker, concept.replace("-", "_"))(found)


def answer(concept: str, space: Workspace) -> Answer:
    """The answer of a concept on a game of numbers."""
    game: Any = space.game
    problem = numeric_problem(game)
    with _convexity():
        found = VERIFIED[concept](problem, Numbers())
    maker = IncentiveMaker(game, problem, NumberReader())
    return Answer(_made(concept, maker, found), _proof(concept, maker, found, Numbers))


@contextmanager
def _convexity(at: str = "") -> Iterator[None]:
    """Say of which cost convexity is missing, and where."""
    try:
        yield
    except NotConvex as flaw:
        wanted = f"expected a cost that is {'strictly ' if flaw.strictly else ''}convex in {flaw.actions}"
        found = f"one that is not at {at}; add an assumption" if at else "one that is not; change a weight"
        raise GameError(f"costs.{flaw.player}: {wanted}, found {found}") from None


def _proof(concept: str, maker: IncentiveMaker[Any], found: Any, prover: Callable[[], Prover[Any]]) -> Proof:
    """Writes the proof of what was found when somebody asks for it."""

    def written() -> dict[str, Any]:
        from stackexact.solving.incentive_evidence import Evidence

        proof: dict[str, Any] = getattr(Evidence(maker, prover), concept.replace("-", "_"))(found)
        return proof

    return written


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
        tracer = Tracer(ring.constant, sample.sign_of)
        tracer.positive(made.bottoms)
        with _convexity(tables.where(sample)):
            found = VERIFIED[self.concept](made.problem, tracer)
        maker = IncentiveMaker(game, made.problem, ring)
        proof = _proof(self.concept, maker, found, partial(Tracer, ring.constant, sample.sign_of))
        try:
            cell = _made(self.concept, maker, found)
        except ExpressionError:  # the longest functions that can be written down are long ones
            told = "its functions of the parameters have more terms than can be written"
            raise LimitReached(f"{told}; set numbers for some, as in --at '{game.parameters[-1]}=1'") from None
        return Traced(cell, proof, tracer.conditions)


INCENTIVE_ROUTINES: Final = {concept: IncentiveRoutine(concept) for concept in VERIFIED}
"""By the names of the concepts."""

team_optimum = partial(answer, "team-optimum")
incentive = partial(answer, "incentive")
mean_field = partial(answer, "mean-field")
major_follower = partial(answer, "major-follower")
randomised = partial(answer, "randomised")
