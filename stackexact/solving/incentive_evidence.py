"""What certificates hold besides claims about games of incentives (docs/certificates.md): points, and solutions of
linear equations that a check only has to multiply out. It is worked out when somebody asks for a certificate."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.exact.prover import Matrix, Prover
from stackexact.exact.relation import text_of
from stackexact.incentives.concepts import Incentive
from stackexact.incentives.forms import Problem
from stackexact.incentives.gains import drawn_curvature
from stackexact.incentives.gaussian import Information
from stackexact.incentives.mean_field import MeanField, change
from stackexact.incentives.optima import Optimum, responses
from stackexact.incentives.through_one import Major, Randomised
from stackexact.incentives.view import Linear, view
from stackexact.solving.incentive_making import IncentiveMaker

__all__ = ["Evidence"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Evidence(Generic[T]):
    """Writes the proofs of one game's cells; its methods have the names of concepts. ``prover`` makes what solves
    equations: nothing that it requires is a condition of a cell."""

    maker: IncentiveMaker[T]
    prover: Callable[[], Prover[T]]

    def _text(self, top: T, bottom: T) -> str:
        return text_of(self.maker.reader.exact(top, bottom))

    def _texts(self, tops: Iterable[T], bottom: T) -> list[str]:
        return [self._text(top, bottom) for top in tops]

    def _point(self, found: Optimum[T]) -> dict[str, str]:
        return {label: text_of(value) for label, value in self.maker.actions(found).items()}

    def _optimum(self, found: Linear[T]) -> dict[str, Any]:
        if isinstance(self.maker.told, Problem):
            return {"actions": self._point(found.optimum)}
        return {"strategies": _texts_of(self.maker.strategies(found.optimum, found.reaction))}

    def team_optimum(self, found: Linear[T]) -> dict[str, Any]:
        """``team-optimum``: the claim is its own proof."""
        return {}

    def incentive(self, found: Incentive[T]) -> dict[str, Any]:
        """``incentive``: the team optimum."""
        return self._optimum(found.optimum)

    def mean_field(self, found: MeanField[T]) -> dict[str, Any]:
        """``mean-field``: the team optimum, how infinitely many followers respond, the limits in the other order."""
        told = self.maker.told
        if not isinstance(told, Problem):
            return self._linear_mean_field(told, found)
        made: dict[str, Any] = self._optimum(found.optimum)
        if found.open_loop is not None:
            made["response"] = self._response(told, infinite=True)
        if found.swapped is not None and found.swapped.turn is not None:
            turn = self.maker.reader.exact(found.swapped.turn.top, found.swapped.turn.bottom)
            made["swapped"] = self._point(found.swapped.optimum)
            made["turn"] = text_of(turn / told.follower.unit)
        return made

    def _linear_mean_field(self, told: Information[T], found: MeanField[T]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        if found.open_loop is not None:
            h = told.problem.follower.hessian[1]
            reaction = h[1] * (told.state + told.noise) + h[2] * told.state
            solved = self.prover().solve(((reaction,),), ((-h[0] * told.state,),))
            made["response"] = self._text(solved.rows[0][0], solved.bottom)
        if found.aligned:
            prover, optimum = self.prover(), found.optimum.optimum
            moved, bottom = change(told, view(told, prover, infinite=True), optimum, prover)
            made["change"] = self._texts(moved, bottom * optimum.bottom)
        return made

    def _response(self, problem: Problem[T], *, infinite: bool) -> list[list[str]]:
        """How what followers respond moves with the actions of the leader and of a major follower."""
        prover, first = self.prover(), problem.first.stop
        rows, _ = responses(problem, prover, infinite=infinite)
        across: Matrix[T] = tuple(tuple(-value for value in row[:first]) for row in rows)
        solved = prover.solve(tuple(row[first:] for row in rows), across)
        return [self._texts(row, solved.bottom) for row in solved.rows]

    def randomised(self, found: Randomised[T]) -> dict[str, Any]:
        """``randomised``: the team optimum, and the best deviation of one follower from it."""
        problem = self.maker.problem
        made: dict[str, Any] = {"actions": self._point(found.optimum)}
        if found.saving is None or found.limit is None:
            return made
        optimum, limit = found.optimum, found.limit
        slopes = problem.follower.slope(problem.mean, problem.alike(optimum.point), optimum.bottom)
        factor = problem.followers * limit.bottom * limit.bottom
        right = tuple((-value * factor,) for value in slopes)
        solved = self.prover().solve(drawn_curvature(problem, limit), right)
        made["move"] = self._texts((row[0] for row in solved.rows), solved.bottom * optimum.bottom)
        return made

    def major_follower(self, found: Major[T]) -> dict[str, Any]:
        """``major-follower``: how the minor followers respond, N of them and infinitely many."""
        problem = self.maker.problem
        made: dict[str, Any] = {}
        if found.finite is not None:
            made["response"] = self._response(problem, infinite=False)
        if found.limit is not None:
            made["limit_response"] = self._response(problem, infinite=True)
        return made


def _texts_of(strategies: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, str]]:
    return {name: {seen: text_of(value) for seen, value in rule.items()} for name, rule in strategies.items()}
