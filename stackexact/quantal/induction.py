"""Myopic quantal followers over many stages: backward induction over states.

A follower who does not look ahead answers each decision by its own rewards alone, so that the leader's greatest value
from a state on is that of one decision, her values being what she gets at once and the expected value of what comes:
W_h(s) = max over policies of Σ_b ν(b) Σ_a π(a|b) (u_h(s,a,b) + Σ_s' P_h(s'|s,a,b) W_{h+1}(s')). It grows with
every W_{h+1}(s'), and so bounds of these give bounds of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.exact.exponential import ExponentialNumber
from stackexact.games.markov import MarkovGame, Stage
from stackexact.games.markov_reaching import reached_by_stage
from stackexact.quantal.deciding import Bounds, Decided, decide, known
from stackexact.quantal.decisions import Logits

__all__ = ["Induced", "by_stages", "continuation", "logits_of", "mean"]


@dataclass(frozen=True, slots=True)
class Induced:
    """The leader's greatest ``value``, and by stage and (reached) state what is decided there."""

    value: Bounds
    stages: tuple[Mapping[int, Decided], ...]


def logits_of(game: MarkovGame, stage: Stage) -> Logits:
    """The logits of the follower's response in a state, to its own rewards."""
    if stage.weights is not None:
        return Logits(None, _numbers(stage.weights))
    assert stage.follower is not None
    eta = _number(game.follower.eta)
    return Logits(tuple(tuple(eta * value for value in row) for row in _numbers(stage.follower)), None)


def by_stages(
    game: MarkovGame,
    digits: int,
    stop: Callable[[], bool] = lambda: False,
    report: Callable[[str], None] = lambda message: None,
) -> Induced:
    """Backward induction on a game of numbers whose follower is quantal and myopic.

    Every decision is enclosed to so many more digits that the value is enclosed to ``digits`` of the range of all that
    the leader can get. Raises :class:`~stackexact.errors.LimitReached`.
    """
    spare = len(str(game.horizon)) + 1
    where = [sorted(states) for states in reached_by_stage(game.initial, game.stages)]
    after: Mapping[int, Bounds] = {}
    decided: list[Mapping[int, Decided]] = []
    for h in reversed(range(game.horizon)):
        made: dict[int, Decided] = {}
        for count, s in enumerate(where[h]):
            report(f"stage {h + 1} of {game.horizon}, state {count + 1} of {len(where[h])}")
            stage = game.stages[h][s]
            made[s] = decide(
                continuation(stage, after),
                logits_of(game, stage),
                prescription=game.prescription,
                digits=digits + spare,
                stop=stop,
            )
        decided.append(made)
        after = {s: one.value for s, one in made.items()}
    start = [(s, _number(share)) for s, share in enumerate(game.initial) if share]
    return Induced(mean(start, after), tuple(reversed(decided)))


def continuation(stage: Stage, after: Mapping[int, Bounds]) -> list[list[Bounds]]:
    """What the leader gets at once and later, by her action and the follower's."""
    own = _numbers(stage.leader)
    if stage.transitions is None or not after:
        return [[known(value) for value in row] for row in own]
    return [
        [
            _plus(value, mean([(s, _number(share)) for s, share in following], after))
            for value, following in zip(row, line, strict=True)
        ]
        for row, line in zip(own, stage.transitions, strict=True)
    ]


def mean(shares: Sequence[tuple[int, Fraction]], values: Mapping[int, Bounds]) -> Bounds:
    """The expectation of values: exactly where all are known exactly and at most one is irrational."""
    lower = sum((share * values[s].lower for s, share in shares), Fraction(0))
    upper = sum((share * values[s].upper for s, share in shares), Fraction(0))
    exact = [(share, one) for s, share in shares if (one := values[s].exact) is not None]
    irrational = sum(one.rational is None for _, one in exact)
    if len(exact) < len(shares) or irrational > 1:
        return Bounds(lower, upper)
    total = ExponentialNumber.of(Fraction(0))
    for share, one in exact:
        total = total + ExponentialNumber.of(share) * one
    return Bounds(lower, upper, total)


def _plus(value: Fraction, rest: Bounds) -> Bounds:
    exact = None if rest.exact is None else rest.exact + ExponentialNumber.of(value)
    return Bounds(rest.lower + value, rest.upper + value, exact)


def _numbers(table: Sequence[Sequence[object]]) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(_number(value) for value in row) for row in table)


def _number(value: object) -> Fraction:
    assert isinstance(value, Fraction)
    return value
