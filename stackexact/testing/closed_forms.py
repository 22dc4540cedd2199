"""Answers that are functions of parameters, compared with closed forms on the whole domain of a game."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from stackexact.errors import GameError, LimitReached, UsageError
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Infinity
from stackexact.solving.comparing import compare
from stackexact.solving.solution import Result
from stackexact.testing.answers import Weights
from stackexact.testing.targets import solved
from stackexact.testing.wording import amount, fail, listed, mixture, within

if TYPE_CHECKING:
    from stackexact.testing.commitment import Answer, Bounds

__all__ = ["Domain", "formulas", "judge_commitment"]


def formulas(result: Result, *names: str) -> str:
    """The values of a closed form in one line, cell by cell.

    >>> formulas(solved(Game([["delta", 1]], [[0, "delta"]]), "pure-strong"), "leader")
    'leader delta when delta < 0; leader 1 when delta >= 0'
    """
    parts = []
    for cell in result.cells:
        values = ", ".join(f"{name} {amount(getattr(cell, name))}" for name in names)
        parts.append(f"{values} when {' and '.join(cell.when)}" if cell.when else values)
    return listed(parts, "; ")


@dataclass(frozen=True, slots=True)
class Domain:
    """Compares functions on the domain that the assumptions of a game describe."""

    game: Game

    def function(self, value: Exact) -> Result:
        """A function as a closed form; bad input where it is undefined on a part of the domain."""
        names, chains = self.game.parameters, self.game.assumptions
        try:
            return solved(Game([[value]], [[0]], parameters=names, assumptions=chains), "pure-strong")
        except GameError as error:
            raise UsageError(f"the function {amount(value)}: {str(error).partition(': ')[2]}") from None

    def off(self, result: Result, name: str, claim: Exact, tol: Fraction) -> Iterator[str]:
        """Where a claim is farther than ``tol`` from a value of a closed form, and on which side of it."""
        for relation, way, sign in (("<", "more", 1), (">", "less", -1)):
            by = ""
            if len(result.cells) == 1 and not isinstance(value := getattr(result.cells[0], name), Infinity):
                by = f"{amount(sign * (claim - value))} "
            for place in self._where(result, name, claim - sign * tol, relation):
                yield f"{by}{way} than the exact target {place}"

    def above(self, value: Exact, bound: Fraction) -> list[str]:
        """Where a function is greater than a number."""
        if isinstance(value, Fraction):
            return ["on the domain"] if value > bound else []
        return self._where(self.function(value), "leader", bound, ">")

    def _where(self, result: Result, name: str, claim: Exact, relation: str) -> list[str]:
        """Where a value relates so to a claim."""
        comparison = compare(result, self.function(claim), name, "leader")
        if comparison.undecided:
            raise LimitReached(f"compare: undecided how {comparison.first} relates to {comparison.second}")
        cells = [cell.when for cell in comparison.cells if cell.relation == relation]
        return [f"when {' and '.join(when)}" if when else "on the domain" for when in cells]


def judge_commitment(game: Game, concept: str, answer: Answer, bounds: Bounds) -> None:
    """Fail unless an answer to a game with parameters is an equilibrium on its whole domain."""
    __tracebackhide__ = True
    result = solved(game, concept)
    problems = list(_Judge(game, Domain(game), result, answer, bounds).problems())
    fail(
        f"not a Stackelberg equilibrium ({concept}) of {game!r} {within(bounds.utility)}",
        problems,
        lambda: formulas(result, "leader", "follower"),
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Looks for what is wrong with an answer to a game with parameters."""

    game: Game
    domain: Domain
    result: Result
    answer: Answer
    bounds: Bounds

    def problems(self) -> Iterator[str]:
        """What is wrong, and where; of weights that are no distribution nothing else is said."""
        labels, x, y = self.game.actions, self.answer.commitment, self.answer.response
        wrong = list(self._no_distribution("commitment", x, labels.leader))
        if y is not None:
            wrong += self._no_distribution("response", y, labels.follower)
        if wrong:
            yield from wrong
            return
        leader, follower = (_earned(table, x) for table in (self.game.payoffs.leader, self.game.payoffs.follower))
        if y is None:
            yield from self._best(leader, follower)
            return
        yield from self._no_best_response(x, y, follower)
        for place in self.domain.off(self.result, "leader", _mean(leader, y), self.bounds.utility):
            yield f"the leader earns {amount(_mean(leader, y))}: {place}"
        stated = [("leader", self.answer.value, leader), ("follower", self.answer.follower_value, follower)]
        for player, said, earned in stated:
            if said is not None:
                for place in self.domain.off(
                    self.domain.function(_mean(earned, y)), "leader", said, self.bounds.utility
                ):
                    told = f"the {player}'s value was stated as {amount(said)}, it is {amount(_mean(earned, y))}"
                    yield f"{told}: {place}"

    def _no_distribution(self, place: str, weights: Weights, labels: tuple[str, ...]) -> Iterator[str]:
        bound = self.bounds.weights
        for label, weight in zip(labels, weights, strict=True):
            for where in self.domain.above(-weight, bound):
                yield f"the {place} is no distribution: the weight of {label} is {amount(weight)}, negative {where}"
        total = _sum(weights)
        for excess in (total - 1, 1 - total):
            for where in self.domain.above(excess, bound):
                yield f"the {place} is no distribution: its weights sum to {amount(total)}, not to 1 {where}"

    def _best(self, leader: Weights, follower: Weights) -> Iterator[str]:
        """Without a response: the game that is left once the commitment is made must have the value."""
        if self.bounds.utility or self.answer.value is not None or self.answer.follower_value is not None:
            raise UsageError("response: in a game with parameters, tol and stated values need a response; pass one")
        names, chains = self.game.parameters, self.game.assumptions
        left = solved(Game([leader], [follower], parameters=names, assumptions=chains), "pure-strong")
        comparison = compare(self.result, left, "leader", "leader")
        if not comparison.equal:
            cells = (cell.when for cell in comparison.cells if cell.relation != "==")
            places = listed((f"when {' and '.join(when)}" if when else "on the domain" for when in cells), "; ")
            yield f"the leader earns less than the exact target with the follower's best response: {places}"

    def _no_best_response(self, x: Weights, y: Weights, follower: Weights) -> Iterator[str]:
        labels = self.game.actions
        for label, value in zip(labels.follower, follower, strict=True):
            more = value - _mean(follower, y)
            for where in self.domain.above(more, self.bounds.utility):
                yield (
                    f"the response {mixture(y, labels.follower)} is not a best response to "
                    f"{mixture(x, labels.leader)}: {label} earns the follower {amount(more)} more {where}"
                )


def _sum(values: Any) -> Exact:
    made: Exact = reduce(add, values, Fraction(0))
    return made


def _earned(table: tuple[tuple[Exact, ...], ...], x: Weights) -> Weights:
    """What every follower action earns against a commitment."""
    return tuple(_sum(weight * row[j] for weight, row in zip(x, table, strict=True)) for j in range(len(table[0])))


def _mean(utilities: Weights, y: Weights) -> Exact:
    return _sum(value * weight for value, weight in zip(utilities, y, strict=True))
