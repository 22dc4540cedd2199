"""Myopic followers who respond best, over many stages: backward induction over states.

The follower answers each decision by its own rewards alone, so that the leader's value from a state on is that of one
decision: W_h(s) is her value where she plays a and the follower b is worth u_h(s,a,b) + Σ_s' P_h(s'|s,a,b) W_{h+1}(s')
to her, and r_h(s,a,b) to the follower. That is the best over all policies, also those that depend on the past: whatever
happened, no more than W_{h+1}(s') can follow, and what she gets in a decision grows with each W_{h+1}(s'). Where ties
are broken against her, W is the supremum over policies, for the value of a fixed policy is that of the worst responses,
state by state; and it grows with what follows, which comes as near to its supremum as one likes.

Growth: one decision for each stage and state. The bottom of W_h is a multiple of those of W_{h+1}, so that numbers grow
with the number of stages, and with that of states where every state leads to many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from flint import fmpq, fmpz, fmpz_mat

from stackexact.errors import LimitReached
from stackexact.exact.prover import Number
from stackexact.games.markov import MarkovGame, Stage
from stackexact.games.markov_reaching import reached_by_stage
from stackexact.myopic.decisions import Decided, Decision, Numbers

__all__ = ["Induced", "Known", "Tables", "by_stages"]


@dataclass(frozen=True, slots=True)
class Known:
    """What a state is worth from a stage on: ``tops`` over ``bottom`` by place (``places``), and the states from which
    that is not attained."""

    places: Mapping[int, int]
    tops: Number
    bottom: Number
    open: frozenset[int]

    @classmethod
    def of(cls, decided: Mapping[int, Decided]) -> Known:
        """What one stage's decisions are worth."""
        bottom = fmpz(1)
        for one in decided.values():
            bottom = bottom.lcm(one.value.q)
        tops = [[one.value.p * (bottom // one.value.q)] for one in decided.values()]
        places = {s: place for place, s in enumerate(decided)}
        return cls(places, fmpz_mat(tops), bottom, frozenset(s for s, one in decided.items() if not one.attained))


class Tables:
    """The tables of stages as flint numbers: read once, for most games repeat them."""

    def __init__(self) -> None:
        self._read: dict[int, tuple[Stage, Numbers, Numbers]] = {}

    def decision(self, stage: Stage, after: Known | None) -> Decision:
        """The decision in a state, ``after`` being what follows (at the last stage nothing does)."""
        if id(stage) not in self._read:
            assert stage.follower is not None
            self._read[id(stage)] = stage, _numbers(stage.leader), _numbers(stage.follower)
        _, leader, follower = self._read[id(stage)]
        if after is None or stage.transitions is None:
            return Decision(leader, follower)
        later = iter(_means(stage, after))
        made = [[value + next(later) for value in row] for row in leader]
        open_ = frozenset(
            (a, b)
            for a, row in enumerate(stage.transitions)
            for b, following in enumerate(row)
            if after.open and any(s in after.open for s, _ in following)
        )
        return Decision(made, follower, open_)


def _numbers(table: tuple[tuple[Any, ...], ...]) -> Numbers:
    return [[fmpq(value.numerator, value.denominator) for value in row] for row in table]


def _means(stage: Stage, after: Known) -> list[Number]:
    """What is expected to follow, outcome by outcome: one product of integers, for the numbers are long."""
    assert stage.transitions is not None
    shares: list[list[int]] = []
    bottoms = []
    for row in stage.transitions:
        for following in row:
            given: list[tuple[int, Fraction]] = [(s, share) for s, share in following if isinstance(share, Fraction)]
            bottom = lcm(*(share.denominator for _, share in given))
            line = [0] * len(after.places)
            for s, share in given:
                line[after.places[s]] = share.numerator * (bottom // share.denominator)
            shares.append(line)
            bottoms.append(bottom)
    products = fmpz_mat(shares) * after.tops
    return [fmpq(products[i, 0], after.bottom * bottom) for i, bottom in enumerate(bottoms)]


@dataclass(frozen=True, slots=True)
class Induced:
    """The leader's ``value``, whether it is ``attained``, and by stage and (reached) state the decision there and what
    was decided."""

    value: Number
    attained: bool
    stages: tuple[Mapping[int, tuple[Decision, Decided]], ...]


def by_stages(
    game: MarkovGame,
    decide: Callable[[Decision, Callable[[], bool]], Decided],
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[str], None] = lambda message: None,
) -> Induced:
    """Backward induction on a game of numbers whose follower responds best; raises
    :class:`~stackexact.errors.LimitReached`."""
    where = [sorted(states) for states in reached_by_stage(game.initial, game.stages)]
    tables = Tables()
    after: Known | None = None
    stages: list[Mapping[int, tuple[Decision, Decided]]] = []
    for h in reversed(range(game.horizon)):
        made: dict[int, tuple[Decision, Decided]] = {}
        for count, s in enumerate(where[h]):
            report(f"stage {h + 1} of {game.horizon}, state {count + 1} of {len(where[h])}")
            if stop():
                raise LimitReached(f"the time limit was reached at stage {h + 1} of {game.horizon}; raise it")
            decision = tables.decision(game.stages[h][s], after)
            made[s] = decision, decide(decision, stop)
        stages.append(made)
        after = Known.of({s: decided for s, (_, decided) in made.items()})
    first = {s: decided for s, (_, decided) in stages[-1].items()}
    value = sum((fmpq(p.numerator, p.denominator) * first[s].value for s, p in _starts(game)), fmpq(0))
    return Induced(value, all(first[s].attained for s, _ in _starts(game)), tuple(reversed(stages)))


def _starts(game: MarkovGame) -> list[tuple[int, Fraction]]:
    return [(s, share) for s, share in enumerate(game.initial) if isinstance(share, Fraction) and share]
