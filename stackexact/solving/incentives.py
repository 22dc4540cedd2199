"""Answers about games of incentives: on numbers, and as functions of the weights and of the number of followers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from stackexact.errors import ExpressionError, LimitReached, require_time
from stackexact.exact.prover import Numbers, Prover
from stackexact.exact.reading import NumberReader, Parameter, Parameters
from stackexact.exact.tracing import Tracer
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.incentives.concepts import VERIFIED
from stackexact.incentives.optima import convexity
from stackexact.incentives.problems import PolynomialProblem, numeric_problem, polynomial_problem
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
    with convexity():
        found = VERIFIED[concept](problem, Numbers())
    maker = IncentiveMaker(game, problem, NumberReader())
    return Answer(_made(concept, maker, found), _proof(concept, maker, found, Numbers))


def _proof(concept: str, maker: IncentiveMaker[Any], found: Any, prover: Callable[[], Prover[Any]]) -> Proof:
    """Writes the proof of what was found when somebody asks for it."""

    def written() -> dict[str, Any]:
        from stackexact.solving.incentive_evidence import Evidence

        proof: dict[str, Any] = getattr(Evidence(maker, prover), concept.replace("-", "_"))(found)
        return proof

    return written


@dataclass(frozen=True, slots=True)
class _Tables:
    """What does not depend on the point that is looked at."""

    parameter: Any
    made: PolynomialProblem


def _place(ring: Parameter | Parameters, sample: Any) -> str:
    """A point as text."""
    from stackexact.solving.domains import place_text

    if isinstance(ring, Parameter):
        return place_text((ring.name,), (sample,))
    return place_text(ring.names, sample.coordinates)


@dataclass(frozen=True, slots=True)
class IncentiveRoutine:
    """How a concept is answered as a function of parameters: verified on polynomials at one point after the other."""

    concept: str
    in_several: None = None

    def tables(self, game: IncentiveGame, ring: Any) -> _Tables:
        """What is computed with."""
        return _Tables(ring, polynomial_problem(game, ring))

    def at(self, game: IncentiveGame, tables: _Tables, sample: Any, stop: Callable[[], bool]) -> Traced:
        """Verify at a point; raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so."""
        require_time(stop)
        ring = tables.parameter
        made = tables.made.turned(sample.sign_of)
        tracer = Tracer(ring.constant, sample.sign_of)
        tracer.positive(made.bottoms)
        with convexity(partial(_place, ring, sample)):
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
