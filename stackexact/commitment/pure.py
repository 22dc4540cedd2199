"""Pure commitments: the leader commits to one action; the follower's ties are broken for her or against her.

Growth: O(mn) comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stackexact.errors import Unproved
from stackexact.exact.prover import Prover
from stackexact.games.scalars import Scalars

__all__ = ["Pure", "PureSkeleton", "search_strong", "search_weak", "verify_strong", "verify_weak"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class PureSkeleton:
    """The answer's place, the outcomes that reach the value, and who shows that the others do not.

    ``reaching`` lists (leader action, response); ``best`` names one best response of every leader action; ``low`` (weak
    only) one best response of each other leader action that keeps it below the value.
    """

    action: int
    response: int
    reaching: tuple[tuple[int, int], ...]
    best: tuple[int, ...]
    low: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Pure(Generic[T]):
    """A proved pure Stackelberg equilibrium: values, commitment, response and the responses that reach the value."""

    leader: T
    follower: T
    action: int
    response: int
    tied: tuple[int, ...]


def _best_responses(row: tuple[T, ...]) -> list[int]:
    top = max(row)
    return [j for j, value in enumerate(row) if value == top]


def search_strong(game: Scalars[T]) -> PureSkeleton:
    """Find the skeleton of ``pure-strong`` at one point."""
    best = [_best_responses(row) for row in game.follower]
    top = max(game.leader[i][j] for i, some in enumerate(best) for j in some)
    reaching = tuple((i, j) for i, some in enumerate(best) for j in some if game.leader[i][j] == top)
    return _chosen(game, reaching, best, ())


def search_weak(game: Scalars[T]) -> PureSkeleton:
    """Find the skeleton of ``pure-weak`` at one point."""
    best = [_best_responses(row) for row in game.follower]
    worst = [min(some, key=row.__getitem__) for some, row in zip(best, game.leader, strict=True)]
    top = max(game.leader[i][j] for i, j in enumerate(worst))
    winners = {i for i, j in enumerate(worst) if game.leader[i][j] == top}
    reaching = tuple((i, j) for i in sorted(winners) for j in best[i] if game.leader[i][j] == top)
    low = tuple((i, j) for i, j in enumerate(worst) if i not in winners)
    return _chosen(game, reaching, best, low)


def _chosen(
    game: Scalars[T], reaching: tuple[tuple[int, int], ...], best: list[list[int]], low: tuple[tuple[int, int], ...]
) -> PureSkeleton:
    highest = max(game.follower[i][j] for i, j in reaching)
    action, response = min((i, j) for i, j in reaching if game.follower[i][j] == highest)
    return PureSkeleton(action, response, reaching, tuple(some[0] for some in best), low)


def verify_strong(game: Scalars[T], skeleton: PureSkeleton, prover: Prover[T]) -> Pure[T]:
    """Require every outcome to be reaching, below the value, or no best response."""
    value = _reaching(game, skeleton, prover)
    known = set(skeleton.reaching)
    for i, row in enumerate(game.leader):
        top = game.follower[i][skeleton.best[i]]
        for j, utility in enumerate(row):
            if (i, j) in known:
                continue
            gap = value - utility
            prover.positive([gap if prover.sign(gap) > 0 else top - game.follower[i][j]])
    return _answer(game, skeleton, value)


def verify_weak(game: Scalars[T], skeleton: PureSkeleton, prover: Prover[T]) -> Pure[T]:
    """Require that no best response to a reaching action falls below the value, and that one does to any other."""
    value = _reaching(game, skeleton, prover)
    known = set(skeleton.reaching)
    winners = {i for i, _ in known}
    for i in winners:
        top = game.follower[i][skeleton.best[i]]
        for j, utility in enumerate(game.leader[i]):
            if (i, j) not in known:
                gap = utility - value
                prover.positive([gap if prover.sign(gap) > 0 else top - game.follower[i][j]])
    if winners | {i for i, _ in skeleton.low} != set(range(game.shape[0])):
        raise Unproved("a leader action is neither reaching nor shown to be low")
    for i, j in skeleton.low:
        prover.nonnegative(game.follower[i][j] - other for other in game.follower[i])
        prover.positive([value - game.leader[i][j]])
    return _answer(game, skeleton, value)


def _reaching(game: Scalars[T], skeleton: PureSkeleton, prover: Prover[T]) -> T:
    """Require the reaching outcomes to be best responses of one value, and the answer to come first among them."""
    action, response = skeleton.action, skeleton.response
    if len(skeleton.best) != game.shape[0]:
        raise Unproved("every leader action needs a response to compare with")
    if (action, response) not in skeleton.reaching:
        raise Unproved("the answer must be one of the reaching outcomes")
    value, follower = game.leader[action][response], game.follower[action][response]
    for i, j in skeleton.reaching:
        own = game.follower[i][j]
        prover.nonnegative(own - other for k, other in enumerate(game.follower[i]) if k != j)
        if (i, j) == (action, response):
            continue
        prover.zero([game.leader[i][j] - value])
        gap = follower - own
        if prover.sign(gap) > 0:
            prover.positive([gap])
        else:
            prover.zero([gap])
            if (i, j) < (action, response):
                raise Unproved("an earlier outcome is as good for both")
    return value


def _answer(game: Scalars[T], skeleton: PureSkeleton, value: T) -> Pure[T]:
    tied = tuple(sorted({j for _, j in skeleton.reaching}))
    return Pure(value, game.follower[skeleton.action][skeleton.response], skeleton.action, skeleton.response, tied)
