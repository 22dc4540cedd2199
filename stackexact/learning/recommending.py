"""Games of recommendation in floats: one shot, a commitment x and a recommended y, and how the follower answers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np

from stackexact.errors import UsageError
from stackexact.learning.arrays import Floats, frozen, numbers
from stackexact.learning.environment import _fill, _float, _kind_of, _logarithm

__all__ = ["Recommending", "simplex_grid"]


@dataclass(frozen=True, eq=False)
class Recommending:
    """A leader who commits to x and recommends y to a follower who answers with z_b ∝ y_b^α exp((1−α) κ(x, b)), where
    κ(x, b) = Σ_a x_a κ(a, b).

    ``rewards[a, b]`` are the leader's, ``logits[a, b]`` = κ = r/τ the follower's over its temperature (log W where
    weights are given), ``alpha`` is in [0, 1): 1/(1 + ητ). The recommendations that are followed are those of the
    quantal response equilibrium, y ∝ exp κ(x, ·). ``assumed`` is the α that the leader believes in, by default the
    right one. ``features[a, b, :]`` are φ, by default one component for every (a, b).

    >>> one = Recommending([[1, 0], [2, 0.5]], np.log([[4, 1], [1, 9]]), 0.5)
    >>> one.response([1, 0], [0.5, 0.5]).round(4).tolist(), one.violation([1, 0], [0.5, 0.5]).round(4)
    ([0.6667, 0.3333], np.float64(0.1667))
    >>> [round(one.credible_value(x), 4) for x in ([1, 0], [0, 1])]
    [0.8, 0.65]
    """

    rewards: Floats
    logits: Floats
    alpha: float
    assumed: float | None = None
    features: Floats = field(default=None)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        rewards = numbers("rewards", self.rewards, (None, None))
        if not rewards.size:
            raise UsageError(f"rewards: expected at least one action of each player, found shape {rewards.shape}")
        object.__setattr__(self, "rewards", rewards)
        object.__setattr__(self, "logits", numbers("logits", self.logits, rewards.shape))
        leader, follower = rewards.shape
        given = np.eye(leader * follower).reshape(leader, follower, -1) if self.features is None else self.features
        object.__setattr__(self, "features", numbers("features", given, (leader, follower, None)))
        for name, value in (("alpha", self.alpha), ("assumed", self.believed)):
            if not (math.isfinite(value) and 0 <= value < 1):
                raise UsageError(f"{name}: expected a number >= 0 and < 1, found {value}")

    @classmethod
    def of(cls, game: Any) -> Recommending:
        """The game of kind ``recommendation`` in floats; raises :class:`~stackexact.errors.UsageError` for others, and
        for parameters."""
        if getattr(game, "kind", None) != "recommendation":
            raise UsageError(f"game: expected a game of kind recommendation, found {_kind_of(game)}")
        if not game.is_numeric:
            names = ", ".join(game.parameters)
            raise UsageError(f"learning: expected a game in numbers, found the parameters {names}; fix them (at)")
        shape = (len(game.leader), len(game.leader[0]))
        rewards, logits = np.zeros(shape), np.zeros(shape)
        _fill(rewards, game.leader, _float)
        if game.weights is not None:
            _fill(logits, game.weights, _logarithm)
        else:
            _fill(logits, game.follower, lambda reward: _float(reward / game.behaviour.tau))
        assumed = None if game.assumed is None else _float(game.assumed.alpha)
        return cls(rewards, logits, _float(game.behaviour.alpha), assumed)

    @property
    def believed(self) -> float:
        """The α that the leader reckons with."""
        return self.alpha if self.assumed is None else self.assumed

    @property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest reward of the leader, which learners are taken to know."""
        return float(self.rewards.min()), float(self.rewards.max())

    @cached_property
    def scaled(self) -> Floats:
        """The leader's rewards, moved and divided so that they lie in [0, 1]."""
        low, high = self.bounds
        return np.asarray(frozen((self.rewards - low) / ((high - low) or 1.0)))

    def response(self, commitment: Any, recommendation: Any) -> Floats:
        """z(x, y); what is not recommended at all is not played where α > 0."""
        x, y = self._commitment(commitment), numbers("recommendation", recommendation, (self.rewards.shape[1],))
        with np.errstate(divide="ignore"):
            logits = (1 - self.alpha) * (x @ self.logits) + (self.alpha * np.log(y) if self.alpha > 0 else 0.0)
        return _softmax(logits)

    def equilibrium(self, commitment: Any) -> Floats:
        """q(x), the quantal response equilibrium: the recommendation with full support that is followed."""
        return _softmax(self._commitment(commitment) @ self.logits)

    def violation(self, commitment: Any, recommendation: Any) -> Any:
        """TV(y, z(x, y)) = ½ Σ_b |y_b − z_b|: how far the recommendation is from being followed."""
        return np.abs(np.asarray(recommendation) - self.response(commitment, recommendation)).sum() / 2

    def value(self, commitment: Any, recommendation: Any) -> float:
        """u(x, z(x, y)), what the leader expects."""
        x = self._commitment(commitment)
        return float(x @ self.rewards @ self.response(x, recommendation))

    def credible_value(self, commitment: Any) -> float:
        """u(x, q(x)), what the leader expects when what she recommends is followed."""
        x = self._commitment(commitment)
        return float(x @ self.rewards @ self.equilibrium(x))

    def best(self, parts: int = 400) -> tuple[float, Floats]:
        """About V* = max_x u(x, q(x)) and where: a grid on the simplex, then SciPy's local search. For tests and
        pictures; exact values are not found in floats."""
        from scipy.optimize import minimize

        grid = simplex_grid(len(self.rewards), parts)
        start = max(grid, key=self.credible_value)
        found = minimize(
            lambda x: -self.credible_value(np.abs(x) / max(np.abs(x).sum(), 1e-300)),
            start,
            method="Nelder-Mead",
            options={"xatol": 1e-10, "fatol": 1e-14, "maxiter": 4000},
        )
        end = np.abs(found.x) / np.abs(found.x).sum()
        best = max((start, end), key=self.credible_value)
        return self.credible_value(best), best

    def _commitment(self, values: Any) -> Floats:
        return numbers("commitment", values, (len(self.rewards),))


def simplex_grid(size: int, most: int) -> Floats:
    """All points of the simplex with coordinates in multiples of 1/n, n the greatest (from 1) with at most ``most``.

    >>> simplex_grid(2, 3).tolist()
    [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]
    """
    n = 1
    while math.comb(n + size, size - 1) <= most and size > 1:
        n += 1
    rows = []
    for bars in combinations(range(n + size - 1), size - 1):
        ends = (-1, *bars, n + size - 1)
        rows.append([ends[k + 1] - ends[k] - 1 for k in range(size)])
    return np.array(rows[::-1], dtype=float) / n


def _softmax(logits: Floats) -> Floats:
    made = np.exp(logits - logits.max())
    return np.asarray(made / made.sum())
