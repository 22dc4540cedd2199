"""The best deterministic policy against a quantal follower with weights, verified on any ordered ring.

The search looks at signs alone; ``verify`` requires what makes the policy best. On integers that proves the answer of a
game of numbers, on traced polynomials its closed form and where that holds.

Growth: of a follower who does not look ahead, the number of decisions times that of actions, times the steps of
Dinkelbach's method; of one who does, the number of policies.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any, Final, Generic, TypeAlias, TypeVar

from stackexact.errors import LimitReached, Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.exact.tracing import key_of
from stackexact.quantal.problems import Problem, ProblemNode

__all__ = ["MOST_PLANS", "Choice", "Plan", "Worth", "search", "valued", "verify"]

T = TypeVar("T", bound=Any)

MOST_PLANS: Final = 4096
"""Policies that are compared where the follower looks ahead."""

Choice: TypeAlias = tuple[int, ...]
"""The leader's action after every action of the follower."""
Plan: TypeAlias = tuple[Mapping[int, Choice], ...]
"""By stage and state."""


@dataclass(frozen=True, slots=True)
class Factored(Generic[T]):
    """``top`` over a product of powers of positive scalars, by what they are: no common factor is looked for twice."""

    top: T
    factors: Mapping[Hashable, tuple[T, int]]

    def over(self, factors: Mapping[Hashable, tuple[T, int]]) -> T:
        """The numerator over a larger product."""
        made = self.top
        for key, (factor, power) in factors.items():
            for _ in range(power - self.factors.get(key, (factor, 0))[1]):
                made = made * factor
        return made

    def ratio(self, one: T) -> Ratio[T]:
        """The quotient."""
        bottom = one
        for factor, power in self.factors.values():
            for _ in range(power):
                bottom = bottom * factor
        return Ratio(self.top, bottom)


@dataclass(frozen=True, slots=True)
class Worth(Generic[T]):
    """What a policy leads to: the leader's values in all (``leader``) and by stage and state, and there the
    probabilities of the follower's actions (``response``)."""

    leader: Ratio[T]
    values: tuple[Mapping[int, Ratio[T]], ...]
    response: tuple[Mapping[int, tuple[Ratio[T], ...]], ...]


@dataclass(frozen=True, slots=True)
class _After(Generic[T]):
    """What the states of a stage are worth to the leader, and the follower's Z = Σ_b w Π Z'^(γP)."""

    values: Mapping[int, Factored[T]]
    masses: Mapping[int, T]


@dataclass(frozen=True, slots=True)
class _Table(Generic[T]):
    """One decision: what the leader gets now and later over ``factors``, and the masses of responses, by actions."""

    gains: tuple[tuple[T, ...], ...]
    masses: tuple[tuple[T, ...], ...]
    factors: Mapping[Hashable, tuple[T, int]]

    def under(self, choice: Choice) -> tuple[T, T]:
        """Σ_b mass · gain, and Σ_b mass."""
        top = sum(self.masses[a][b] * self.gains[a][b] for b, a in enumerate(choice))
        return top, sum(self.masses[a][b] for b, a in enumerate(choice))

    def response(self, choice: Choice) -> tuple[Ratio[T], ...]:
        """The probabilities of the follower's actions."""
        masses = [self.masses[a][b] for b, a in enumerate(choice)]
        return tuple(Ratio(mass, sum(masses)) for mass in masses)


def valued(problem: Problem[T], plan: Plan) -> Worth[T]:
    """What a policy is worth."""
    after: _After[T] = _After({}, {})
    told: list[Mapping[int, Ratio[T]]] = []
    response: list[Mapping[int, tuple[Ratio[T], ...]]] = []
    for h in reversed(range(len(problem.stages))):
        row, choices = problem.stages[h], plan[h]
        response.append({s: _table(problem, node, after).response(choices[s]) for s, node in row.items()})
        after = _step(problem, row, after, choices)
        told.append({s: value.ratio(problem.one) for s, value in after.values.items()})
    return Worth(_total(problem, after).ratio(problem.one), tuple(reversed(told)), tuple(reversed(response)))


def search(problem: Problem[T], prover: Prover[T]) -> Plan:
    """The best policy at the point where the prover looks; of several the first, by stage, state and response.

    Raises :class:`~stackexact.errors.LimitReached` where there are too many to compare.
    """
    if not problem.myopic:
        best: tuple[Plan, Factored[T]] | None = None
        for plan, total in _all(problem):
            if best is None or prover.sign(_difference(total, best[1])) > 0:
                best = plan, total
        assert best is not None
        return best[0]
    after: _After[T] = _After({}, {})
    chosen: list[Mapping[int, Choice]] = []
    for row in reversed(problem.stages):
        choices = {s: _best(problem, _table(problem, node, after), prover) for s, node in row.items()}
        after = _step(problem, row, after, choices)
        chosen.append(choices)
    return tuple(reversed(chosen))


def verify(problem: Problem[T], plan: Plan, prover: Prover[T]) -> Worth[T]:
    """Require that no deterministic policy is better, and that none of those that come first is as good."""
    for node in {id(node): node for row in problem.stages for node in row.values()}.values():
        prover.positive(weight for line in node.weights for weight in line)
    if not problem.myopic:
        return _compared(problem, plan, prover)
    after: _After[T] = _After({}, {})
    for row, choices in zip(reversed(problem.stages), reversed(plan), strict=True):
        for s, node in row.items():
            _require_best(problem, _table(problem, node, after), choices[s], prover)
        after = _step(problem, row, after, choices)
    return valued(problem, plan)


def _compared(problem: Problem[T], plan: Plan, prover: Prover[T]) -> Worth[T]:
    """Every other policy gets less, or comes later and gets no more."""
    every = dict(enumerate(_all(problem)))
    own = next((number for number, (one, _) in every.items() if one == plan), None)
    if own is None:
        raise Unproved("the policy must be one of those that are compared")
    best = every[own][1]
    for number, (_, total) in every.items():
        gap = _difference(best, total)
        if number < own:
            prover.positive([gap])
        elif number > own:
            prover.nonnegative([gap])
    return valued(problem, plan)


def _all(problem: Problem[T]) -> Iterator[tuple[Plan, Factored[T]]]:
    """All policies with what they get, in order."""
    places = [(h, s, node) for h, row in enumerate(problem.stages) for s, node in row.items()]
    menus = [_menu(problem, node) for _, _, node in places]
    if (count := prod(map(len, menus))) > MOST_PLANS:
        told = f"closed forms compare at most {MOST_PLANS} policies where the follower looks ahead, found {count}"
        raise LimitReached(f"{told}; set numbers with --at")
    stages = range(len(problem.stages))
    for chosen in product(*menus):
        plan = tuple(
            {s: choice for (stage, s, _), choice in zip(places, chosen, strict=True) if stage == h} for h in stages
        )
        after: _After[T] = _After({}, {})
        for h in reversed(stages):
            after = _step(problem, problem.stages[h], after, plan[h])
        yield plan, _total(problem, after)


def _menu(problem: Problem[T], node: ProblemNode[T]) -> list[Choice]:
    rows, columns = node.shape
    return list(product(range(rows), repeat=columns)) if problem.prescription else [(a,) * columns for a in range(rows)]


def _best(problem: Problem[T], table: _Table[T], prover: Prover[T]) -> Choice:
    """Dinkelbach's method where the leader may answer an action; else the best row."""
    rows, columns = len(table.gains), len(table.gains[0])
    if not problem.prescription:
        best = (0,) * columns
        for a in range(1, rows):
            (top, mass), (least, under) = table.under((a,) * columns), table.under(best)
            if prover.sign(top * under - least * mass) > 0:
                best = (a,) * columns
        return best
    choice: Choice = (0,) * columns
    while True:
        top, mass = table.under(choice)
        better = tuple(_first(_slacks(table, b, top, mass), prover) for b in range(columns))
        (more, under) = table.under(better)
        if prover.sign(more * mass - top * under) <= 0:
            return better
        choice = better


def _slacks(table: _Table[T], b: int, top: T, mass: T) -> list[T]:
    """w(a, b)(U(a, b) - V) for all a, times what is positive; V is top/mass."""
    return [masses[b] * (gains[b] * mass - top) for masses, gains in zip(table.masses, table.gains, strict=True)]


def _first(values: Sequence[T], prover: Prover[T]) -> int:
    """The first of the greatest."""
    best = 0
    for place in range(1, len(values)):
        if prover.sign(values[place] - values[best]) > 0:
            best = place
    return best


def _require_best(problem: Problem[T], table: _Table[T], choice: Choice, prover: Prover[T]) -> None:
    top, mass = table.under(choice)
    if not problem.prescription:
        for a in range(len(table.gains)):
            if a != choice[0]:
                other, under = table.under((a,) * len(choice))
                gap = top * under - other * mass
                (prover.positive if a < choice[0] else prover.nonnegative)([gap])
        return
    for b, own in enumerate(choice):
        slacks = _slacks(table, b, top, mass)
        for a, slack in enumerate(slacks):
            if a != own:
                (prover.positive if a < own else prover.nonnegative)([slacks[own] - slack])


def _table(problem: Problem[T], node: ProblemNode[T], after: _After[T]) -> _Table[T]:
    """A decision, from what is so in the states that follow."""
    u, _, p, _ = problem.bottoms
    later: dict[Hashable, tuple[T, int]] = {}
    for s in {s for row in node.following for chances in row for s, _ in chances}:
        for key, (factor, power) in after.values[s].factors.items():
            later[key] = factor, max(power, later.get(key, (factor, 0))[1])
    if not later:
        factors = _product({}, u)
        gains = node.leader
    else:
        factors = _product(_product(later, u), p)
        rest = Factored(problem.one, {}).over(_product(later, p))
        gains = tuple(
            tuple(
                value * rest + sum((u * chance * after.values[s].over(later) for s, chance in chances), problem.one * 0)
                for value, chances in zip(values, row, strict=True)
            )
            for values, row in zip(node.leader, node.following, strict=True)
        )
    masses = tuple(
        tuple(_mass(weight, powers, after.masses) for weight, powers in zip(weights, row, strict=True))
        for weights, row in zip(node.weights, node.powers, strict=True)
    )
    return _Table(gains, masses, factors)


def _mass(weight: T, powers: Mapping[int, int], masses: Mapping[int, T]) -> T:
    made = weight
    for s, power in powers.items():
        for _ in range(power):
            made = made * masses[s]
    return made


def _step(
    problem: Problem[T], row: Mapping[int, ProblemNode[T]], after: _After[T], choices: Mapping[int, Choice]
) -> _After[T]:
    values, masses = {}, {}
    for s, node in row.items():
        table = _table(problem, node, after)
        top, mass = table.under(choices[s])
        values[s], masses[s] = Factored(top, _product(table.factors, mass)), mass
    return _After(values, masses)


def _total(problem: Problem[T], after: _After[T]) -> Factored[T]:
    """The mean over states at the start."""
    every: dict[Hashable, tuple[T, int]] = {}
    for s, _ in problem.initial:
        for key, (factor, power) in after.values[s].factors.items():
            every[key] = factor, max(power, every.get(key, (factor, 0))[1])
    top = sum((share * after.values[s].over(every) for s, share in problem.initial), problem.one * 0)
    return Factored(top, _product(every, problem.bottoms[3]))


def _difference(one: Factored[T], other: Factored[T]) -> T:
    """The numerator of a difference."""
    every = dict(one.factors)
    for key, (factor, power) in other.factors.items():
        every[key] = factor, max(power, every.get(key, (factor, 0))[1])
    gap: T = one.over(every) - other.over(every)
    return gap


def _product(factors: Mapping[Hashable, tuple[T, int]], factor: T) -> dict[Hashable, tuple[T, int]]:
    key = key_of(factor) if hasattr(factor, "is_constant") else int(factor)
    made = dict(factors)
    made[key] = factor, made.get(key, (factor, 0))[1] + 1
    return made
