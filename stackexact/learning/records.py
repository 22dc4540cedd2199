"""What learning leaves behind: the policies that were announced, episode by episode, and what came of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import numpy as np

from stackexact.errors import UsageError
from stackexact.learning.arrays import Counts, Floats, numbers
from stackexact.learning.environment import Environment
from stackexact.learning.recommending import Recommending

__all__ = ["Log", "growth"]


@dataclass(frozen=True, eq=False, repr=False)
class Log:
    """A run of a learning algorithm, all arrays read-only.

    ``plans[k, h, s, b, a]`` are the different policies that were announced, ``announced[t]`` is which one in episode
    t + 1; their probabilities are multiples of 2^-30 that sum to exactly 1, so that they can be evaluated exactly as
    they stand. ``responses[k, h, s, b]`` and ``values[k]`` are what the follower answers to them and what the leader
    then expects, in floats. In games of recommendation there is one stage and one state, ``plans[k, 0, 0, b]`` is the
    same commitment x for all b, and ``recommendations[k, b]`` is what was recommended. ``learnt`` is the policy after
    all episodes: what would be announced next, or the answer of an offline algorithm, whose announced policies are
    those of the data. ``counts[c, h, s, a, b]`` says how often actions were played up to and including episode
    ``checkpoints[c]``. ``options`` is what the run follows from besides the game and the ``seed``, defaults filled in.
    """

    algorithm: str
    options: Mapping[str, Any]
    seed: int
    episodes: int
    environment: Environment | Recommending
    plans: Floats
    announced: Counts
    responses: Floats
    values: Floats
    learnt: Floats
    learnt_value: float
    checkpoints: tuple[int, ...]
    counts: Counts
    recommendations: Floats | None = None

    def __repr__(self) -> str:
        told = f"{self.episodes} episodes, {len(self.plans)} policies, learnt value {self.learnt_value:.6g}"
        return f"Log({self.algorithm}: {told})"

    def policy(self, episode: int) -> Floats:
        """π[h, s, b, a] as announced in an episode, from 1."""
        if not 1 <= episode <= self.episodes:
            raise UsageError(f"episode: expected one from 1 to {self.episodes}, found {episode}")
        return np.asarray(self.plans[self.announced[episode - 1]])

    def exact_policy(self, number: int) -> tuple[tuple[tuple[tuple[Fraction, ...], ...], ...], ...]:
        """Policy ``number`` as exact numbers [h][s][b][a], without actions that a state has not: each distribution sums
        to exactly 1."""
        return self._exact(self.plans[number])

    @property
    def exact_learnt(self) -> tuple[tuple[tuple[tuple[Fraction, ...], ...], ...], ...]:
        """The policy after all episodes as exact numbers, likewise."""
        return self._exact(self.learnt)

    def _exact(self, policy: Floats) -> tuple[tuple[tuple[tuple[Fraction, ...], ...], ...], ...]:
        stages, states = policy.shape[:2]
        leader, follower = self._sizes(states)
        return tuple(
            tuple(tuple(_fractions(policy[h, s, b, : leader[s]]) for b in range(follower[s])) for s in range(states))
            for h in range(stages)
        )

    def exact_recommendation(self, number: int) -> tuple[Fraction, ...]:
        """Recommendation ``number`` as exact numbers that sum to exactly 1."""
        if self.recommendations is None:
            raise UsageError("recommendation: expected a run with recommendations, found one without")
        return _fractions(self.recommendations[number])

    def _sizes(self, states: int) -> tuple[Any, Any]:
        game = self.environment
        if isinstance(game, Environment):
            return game.leader_actions, game.follower_actions
        return game.rewards.shape[:1] * states, game.rewards.shape[1:] * states

    @property
    def played(self) -> Counts:
        """``played[c, k]``: how often policy k was announced up to and including episode ``checkpoints[c]``."""
        made = np.zeros((len(self.checkpoints), len(self.plans)), dtype=np.int64)
        start = 0
        for row, end in enumerate(self.checkpoints):
            made[row] = np.bincount(self.announced[start:end], minlength=len(self.plans))
            start = end
        return made.cumsum(axis=0)

    def regret(self, target: float, values: Any = None, *, absolute: bool = False) -> Floats:
        """Σ_{t ≤ T} (``target`` − J(π_t)) at each checkpoint T, by expected values; ``values[k]`` of policies may be
        given, as an exact evaluator finds them. With ``absolute``, the sum of |target − J(π_t)|.
        """
        found = self.values if values is None else numbers("values", values, (len(self.plans),))
        gaps = target - found
        return np.asarray(self.played @ (np.abs(gaps) if absolute else gaps))

    def violations(self) -> Floats:
        """Σ_{t ≤ T} TV(recommendation, response) at each checkpoint T, of games of recommendation."""
        if self.recommendations is None:
            raise UsageError("violations: expected a run with recommendations, found one without")
        one = np.abs(self.recommendations - self.responses[:, 0, 0]).sum(axis=1) / 2
        return np.asarray(self.played @ one)

    def suboptimality(self, target: float) -> float:
        """``target`` − J of the learnt policy."""
        return target - self.learnt_value

    @property
    def sha256(self) -> str:
        """The digest of everything that was played and learnt; the same seed gives the same."""
        made = hashlib.sha256()
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, np.ndarray):
                made.update(f"{one.name}{value.dtype}{value.shape}".encode())
                made.update(np.ascontiguousarray(value).tobytes())
            elif one.name != "environment":
                made.update(f"{one.name}{json.dumps(value, sort_keys=True, default=_plain)}".encode())
        return made.hexdigest()


def _fractions(row: Floats) -> tuple[Fraction, ...]:
    return tuple(Fraction(float(one)) for one in row)


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value.tolist()


def growth(checkpoints: Any, series: Any, start: int = 1) -> float:
    """The least-squares slope of log ``series`` in log ``checkpoints`` from ``start`` on: 1/2 where regret grows as √T.

    >>> round(growth([1, 4, 16, 64], [3, 6, 12, 24]), 6)
    0.5
    """
    rounds, totals = np.asarray(checkpoints, dtype=float), np.asarray(series, dtype=float)
    kept = (rounds >= start) & (totals > 0)
    if kept.sum() < 2:
        raise UsageError(f"growth: expected two positive totals from {start} on, found {int(kept.sum())}")
    return float(np.polyfit(np.log(rounds[kept]), np.log(totals[kept]), 1)[0])
