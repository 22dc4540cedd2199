"""Deterministic policies as functions of a game's parameters: the routine of closed forms for kind ``markov``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any, Final

from stackexact.errors import require_time
from stackexact.exact.rational_function import Exact
from stackexact.exact.tracing import Tracer
from stackexact.games.markov import MarkovGame
from stackexact.quantal.deterministic import Choice, Plan, Worth, search, verify
from stackexact.quantal.problems import Problem, problem_of
from stackexact.solving.cells import frozen_mapping
from stackexact.solving.quantal_cells import DeterministicCell, Rule
from stackexact.solving.routines import Traced

__all__ = ["MARKOV_ROUTINES", "DeterministicRoutine"]

_ONE: Final = Fraction(1)


@dataclass(frozen=True, slots=True)
class _Tables:
    """What does not depend on the point that is looked at."""

    parameter: Any
    made: Problem[Any]


@dataclass(frozen=True, slots=True)
class DeterministicRoutine:
    """``deterministic``: searched and verified on polynomials at one point after the other."""

    in_several: None = None

    def tables(self, game: MarkovGame, ring: Any) -> _Tables:
        """What is computed with."""
        return _Tables(ring, problem_of(game, ring))

    def at(self, game: MarkovGame, tables: _Tables, sample: Any, stop: Callable[[], bool]) -> Traced:
        """Search and verify at a point; raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so."""
        require_time(stop)
        ring = tables.parameter
        problem = tables.made.turned(tuple(sample.sign_of(bottom) for bottom in tables.made.bottoms))
        tracer = Tracer(ring.constant, sample.sign_of)
        tracer.positive(problem.bottoms)
        plan = search(problem, tracer)
        found = verify(problem, plan, tracer)
        return Traced(_cell(game, problem, plan, found, ring), _proof, tracer.conditions)


def _proof() -> dict[str, Any]:
    """The checker works out everything itself."""
    return {"functions": True}


def _cell(game: MarkovGame, problem: Problem[Any], plan: Plan, found: Worth[Any], ring: Any) -> Any:
    def exact(ratio: Any) -> Exact:
        value: Exact = ring.exact(ratio.top, ratio.bottom)
        return value

    policy = tuple(frozen_mapping({game.states[s]: _rule(game, s, one) for s, one in row.items()}) for row in plan)
    values = tuple(frozen_mapping({game.states[s]: exact(ratio) for s, ratio in row.items()}) for row in found.values)
    return DeterministicCell((), exact(found.leader), policy, values, None if problem.myopic else _compared(problem))


def _rule(game: MarkovGame, state: int, choice: Choice) -> Rule:
    actions = game.actions[state]
    rules: list[Mapping[str, Fraction]] = [frozen_mapping({actions.leader[a]: _ONE}) for a in choice]
    return frozen_mapping(dict(zip(actions.follower, rules, strict=True))) if game.prescription else rules[0]


def _compared(problem: Problem[Any]) -> int:
    """As many as the search on numbers compares: states at the start are decided one by one."""

    def count(node: Any) -> int:
        rows, columns = node.shape
        return int(rows**columns) if problem.prescription else int(rows)

    first, *later = problem.stages
    return sum(map(count, first.values())) * prod(count(node) for row in later for node in row.values())


MARKOV_ROUTINES: Final = {"deterministic": DeterministicRoutine()}
"""By the names of the concepts."""
