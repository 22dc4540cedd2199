"""Commitments of other solvers beside the exact Stackelberg equilibrium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, TypeAlias, cast

from stackexact.errors import UsageError
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game, Table
from stackexact.solving.cells import EquilibriumCell
from stackexact.testing.answers import Weights, claimed, game_of, numeric, slack, weight_slack, weights_of
from stackexact.testing.targets import exact_cell
from stackexact.testing.wording import amount, fail, misstated, mixture, within

__all__ = ["assert_pure_stackelberg", "assert_strong_stackelberg"]

Numbers: TypeAlias = tuple[Fraction, ...]

_VALUES: Final = {
    "mixed-strong": "the strong Stackelberg value",
    "pure-strong": "the strong Stackelberg value of pure commitments",
}


def assert_strong_stackelberg(
    A: object,
    B: object = None,
    commitment: object = None,
    response: object = None,
    tol: object = 0,
    *,
    value: object = None,
    follower_value: object = None,
    weight_tol: object = None,
) -> None:
    """Fail unless a commitment, and the response to it, are a strong Stackelberg equilibrium.

    That is (Conitzer & Sandholm 2006): the response is one of the follower's best, and no mixed commitment gives the
    leader more, ties being broken for her. There may be several equilibria, and any is accepted.

    ``A`` and ``B`` are the leader's and the follower's m x n payoffs (sequences or arrays; floats are the fractions
    that they are), or ``A`` is a game and what follows is passed by name. ``commitment`` is a sequence of m weights, a
    mapping from actions (labels or numbers) to weights, or one action; ``response`` an action, or weights in the same
    forms (each action in it must be as good as the best). Without a response the commitment is judged by the best
    response that suits it. ``value`` and ``follower_value`` are what the solver says that both earn; they are compared
    where they are given.

    ``tol`` is in units of utility and is compared exactly: by so much may the response fall short of the follower's
    best one, the leader's utility differ from the exact value (in either direction), and a stated value from the
    truth. With 0 exactness is demanded; note that a commitment in floats, such as [1/3, 2/3], is almost never exactly
    where the follower is indifferent, so that its best response is another one than was meant: that is what ``tol`` is
    for. Weights may miss a distribution by ``weight_tol`` (as much as ``tol``, but at most a millionth, unless given);
    what is judged is then the distribution that they are when negative ones are dropped and the rest is scaled.

    In a game with parameters weights and values may be functions of them, and all is required on the whole domain of
    the assumptions.

    Raises AssertionError, with what is wrong, by how much, which action earns more, and an exact equilibrium; and
    :class:`~stackexact.errors.UsageError` for arguments that are no answer at all.

    >>> A, B = [[2, 4], [1, 3]], [[1, 0], [0, 1]]
    >>> assert_strong_stackelberg(A, B, ["1/2", "1/2"], "b2")
    >>> beside = [0.5 + 2**-20, 0.5 - 2**-20]
    >>> assert_strong_stackelberg(A, B, beside, "b2", tol=1e-5)
    >>> assert_strong_stackelberg(A, B, beside, "b2")
    Traceback (most recent call last):
    ...
    AssertionError: not a strong Stackelberg equilibrium of <Game 2x2> (tol 0)
    - the response b2 is not a best response to a1: 524289/1048576, a2: 524287/1048576: b1 earns the follower ...
    - the leader earns 3670017/1048576 ≈ 3.50000: 1/1048576 ≈ 9.53674e-7 more than the strong Stackelberg value ...
    exact target: leader 7/2 = 3.5, follower 1/2 = 0.5, commitment a1: 1/2, a2: 1/2, response b2
    """
    __tracebackhide__ = True
    game = game_of(A, B)
    if commitment is None:
        raise UsageError("commitment: expected weights or an action, found None; pass what the solver answered")
    bounds = Bounds(slack(tol), weight_slack(weight_tol, slack(tol)))  # first: bad use is no wrong answer
    _judge(game, "mixed-strong", Answer.of(game, commitment, response, value, follower_value), bounds)


def assert_pure_stackelberg(
    A: object,
    B: object = None,
    action: object = None,
    response: object = None,
    tol: object = 0,
    *,
    value: object = None,
    follower_value: object = None,
) -> None:
    """Fail unless an action, and the response to it, are a strong Stackelberg equilibrium in pure commitments.

    As :func:`assert_strong_stackelberg`, but the leader may only commit to one action: ``action`` is its label or its
    number (or weights that are all on one action).

    >>> A, B = [[2, 4], [1, 3]], [[1, 0], [0, 1]]
    >>> assert_pure_stackelberg(A, B, "a2", 1)
    >>> assert_pure_stackelberg(A, B, "a1", 0)
    Traceback (most recent call last):
    ...
    AssertionError: not a strong Stackelberg equilibrium in pure commitments of <Game 2x2> (tol 0)
    - the leader earns 2: 1 less than the strong Stackelberg value of pure commitments 3
    exact target: leader 3, follower 1, commitment a2, response b2
    """
    __tracebackhide__ = True
    game = game_of(A, B)
    if action is None:
        raise UsageError("action: expected the label or the number of an action, found None")
    bounds = Bounds(slack(tol), Fraction(0))
    made = Answer.of(game, action, response, value, follower_value)
    if [weight for weight in made.commitment if weight != 0] != [1]:
        raise UsageError("action: expected one action of the leader, found a mixture")
    _judge(game, "pure-strong", made, bounds)


@dataclass(frozen=True, slots=True)
class Bounds:
    """By how much utilities and weights may be off."""

    utility: Fraction
    weights: Fraction


@dataclass(frozen=True, slots=True)
class Answer:
    """What a solver answered: weights of both players' actions, and what it says that they earn."""

    commitment: Weights
    response: Weights | None
    value: Exact | None
    follower_value: Exact | None

    @classmethod
    def of(cls, game: Game, commitment: object, response: object, value: object, follower_value: object) -> Answer:
        """Read what was handed over."""
        labels = game.actions
        return cls(
            weights_of(commitment, labels.leader, "commitment", game),
            None if response is None else weights_of(response, labels.follower, "response", game),
            None if value is None else claimed(value, "value", game),
            None if follower_value is None else claimed(follower_value, "follower_value", game),
        )

    def everything(self) -> Iterator[Exact | None]:
        """All weights and values."""
        yield from (*self.commitment, *(self.response or ()), self.value, self.follower_value)


def _judge(game: Game, concept: str, answer: Answer, bounds: Bounds) -> None:
    __tracebackhide__ = True
    if not numeric(game, answer.everything()):
        from stackexact.testing.closed_forms import judge_commitment

        judge_commitment(game, concept, answer, bounds)
        return
    cell = cast(EquilibriumCell, exact_cell(game, concept))
    kind = "" if concept == "mixed-strong" else " in pure commitments"
    head = f"not a strong Stackelberg equilibrium{kind} of {game!r} {within(bounds.utility)}"
    problems = list(_Judge(game, _VALUES[concept], cell, answer, bounds).problems())
    fail(head, problems, lambda: target_of(cell))


def target_of(cell: EquilibriumCell) -> str:
    """The exact equilibrium in one line."""
    commitment = mixture(tuple(cell.commitment.values()), tuple(cell.commitment))
    values = f"leader {amount(cell.leader)}, follower {amount(cell.follower)}"
    return f"{values}, commitment {commitment}, response {cell.response}"


@dataclass(frozen=True, slots=True)
class _Judge:
    """Looks for what is wrong with an answer to a game of numbers."""

    game: Game
    value: str
    cell: EquilibriumCell
    answer: Answer
    bounds: Bounds

    def problems(self) -> Iterator[str]:
        """What is wrong; of weights that are no distribution nothing else is said."""
        labels, answer = self.game.actions, self.answer
        sides = [("commitment", answer.commitment, labels.leader), ("response", answer.response, labels.follower)]
        wrong = [
            problem
            for place, weights, names in sides
            if weights is not None
            for problem in self._no_distribution(place, _numbers(weights), names)
        ]
        if wrong:
            yield from wrong
            return
        x = _scaled(_numbers(answer.commitment))
        leader, follower = (_earned(_numbers_of(table), x) for table in _tables(self.game))
        if answer.response is None:
            y = self._fitting(leader, follower)
        else:
            y = _scaled(_numbers(answer.response))
            yield from self._no_best_response(x, y, follower)
        yield from self._off(_mean(leader, y))
        yield from self._misstated(_mean(leader, y), _mean(follower, y))

    def _no_distribution(self, place: str, weights: Numbers, labels: tuple[str, ...]) -> Iterator[str]:
        bound = self.bounds.weights
        allowed = f" (up to {amount(bound)} is allowed)" if bound else ""
        for label, weight in zip(labels, weights, strict=True):
            if weight < -bound:
                yield f"the {place} is no distribution: the weight of {label} is {amount(weight)}{allowed}"
        total = sum(weights, Fraction(0))
        if abs(total - 1) > bound:
            by = f"{amount(abs(total - 1))} {'more' if total > 1 else 'less'} than 1"
            yield f"the {place} is no distribution: its weights sum to {amount(total)}, {by}{allowed}"

    def _fitting(self, leader: Numbers, follower: Numbers) -> Numbers:
        """Of the responses that are best within the tolerance the one that comes closest to the value."""
        least = max(follower) - self.bounds.utility
        near = [j for j, earned in enumerate(follower) if earned >= least]
        value = _number(self.cell.leader)
        chosen = min(near, key=lambda j: abs(leader[j] - value))
        return tuple(Fraction(j == chosen) for j in range(len(follower)))

    def _no_best_response(self, x: Numbers, y: Numbers, follower: Numbers) -> Iterator[str]:
        labels = self.game.actions
        best, earned = follower.index(max(follower)), _mean(follower, y)
        more = follower[best] - earned
        if more > self.bounds.utility:
            yield (
                f"the response {mixture(y, labels.follower)} is not a best response to {mixture(x, labels.leader)}: "
                f"{labels.follower[best]} earns the follower {amount(follower[best])} instead of {amount(earned)}, "
                f"{amount(more)} more"
            )

    def _off(self, earned: Fraction) -> Iterator[str]:
        value = _number(self.cell.leader)
        if abs(earned - value) > self.bounds.utility:
            by = f"{amount(abs(earned - value))} {'more' if earned > value else 'less'}"
            yield f"the leader earns {amount(earned)}: {by} than {self.value} {amount(value)}"

    def _misstated(self, leader: Fraction, follower: Fraction) -> Iterator[str]:
        stated = [("leader", self.answer.value, leader), ("follower", self.answer.follower_value, follower)]
        for player, said, earned in stated:
            if said is not None:
                yield from misstated(f"the {player}'s value", _number(said), earned, self.bounds.utility)


def _tables(game: Game) -> tuple[Table, Table]:
    return game.payoffs.leader, game.payoffs.follower


def _number(value: Exact) -> Fraction:
    """A value in a game of numbers: no parameter was let in."""
    return cast(Fraction, value)


def _numbers(values: Weights) -> Numbers:
    return cast(Numbers, values)


def _numbers_of(table: Table) -> tuple[Numbers, ...]:
    return cast(tuple[Numbers, ...], table)


def _scaled(weights: Numbers) -> Numbers:
    """The distribution that is meant by weights that are nearly one."""
    kept = [max(weight, Fraction(0)) for weight in weights]
    total = sum(kept, Fraction(0))
    return tuple(weight / total for weight in kept)


def _earned(table: tuple[Numbers, ...], x: Numbers) -> Numbers:
    """What every follower action earns against a commitment."""
    used = [(weight, row) for weight, row in zip(x, table, strict=True) if weight]
    return tuple(sum((weight * row[j] for weight, row in used), Fraction(0)) for j in range(len(table[0])))


def _mean(utilities: Numbers, y: Numbers) -> Fraction:
    return sum((value * weight for value, weight in zip(utilities, y, strict=True)), Fraction(0))
