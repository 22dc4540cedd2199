"""Followers in the middle of play: what each type has added up, and what it would play next."""

from __future__ import annotations

from abc import ABC, abstractmethod
from fractions import Fraction
from math import log, sqrt
from typing import Any

import numpy as np

from stackexact.no_regret.algorithms import Algorithm, MultiplicativeWeights, QLearning
from stackexact.no_regret.arena import ONE, Arena, Floats
from stackexact.simulation.playing import needing_numba

__all__ = ["State", "kernels", "start"]


def kernels() -> Any:
    """The module of the compiled loops; raises :class:`~stackexact.errors.MissingLibrary` without numba."""
    with needing_numba():
        from stackexact.no_regret import kernels as loops
    return loops


class State(ABC):
    """Followers of one run; ``counts[k, a]`` is how often they played a at the profile of types k."""

    def __init__(self, arena: Arena) -> None:
        self._loops = kernels()
        self.arena = arena
        self.counts = np.zeros(arena.shape, dtype=np.int64)
        self._times = np.zeros(arena.sizes.shape, dtype=np.int64)
        self._fixed = (arena.cumulative, arena.profiles, arena.scores, arena.allowed, arena.sizes, arena.strides)

    @abstractmethod
    def advance(self, rng: np.random.Generator, rounds: int) -> None:
        """Play so many rounds more."""

    @abstractmethod
    def strategy(self, i: int, t: int) -> Floats:
        """What a type of a follower would play next: chances of its actions."""

    def last(self) -> tuple[tuple[tuple[int, ...], ...], ...]:
        """What every type would play next, in whole numbers over :data:`~stackexact.no_regret.arena.ONE` that sum to
        exactly that."""
        made = []
        for i, sizes in enumerate(self.arena.sizes):
            rows = [self.strategy(i, t) for t in range(len(sizes)) if sizes[t]]
            made.append(tuple(_whole(row) for row in rows))
        return tuple(made)


def _whole(chances: Floats) -> tuple[int, ...]:
    made = [int(chance * ONE) for chance in chances.tolist()]
    made[int(np.argmax(chances))] += ONE - sum(made)
    return tuple(made)


class _Weights(State):
    """Multiplicative weights, in logarithms."""

    def __init__(self, arena: Arena, how: MultiplicativeWeights) -> None:
        super().__init__(arena)
        self._sums = np.zeros(arena.allowed.shape, dtype=np.int64)
        self._expected, self._anytime = how.feedback == "expected", how.epsilon is None
        self._rate = 2.0 if how.epsilon is None else float(np.log1p(float(how.epsilon)))

    def advance(self, rng: np.random.Generator, rounds: int) -> None:
        ours = self._expected, self._anytime, self._rate, self._sums, self._times
        self._loops.weigh(rng, *self._fixed, *ours, self.counts, rounds)

    def strategy(self, i: int, t: int) -> Floats:
        size = int(self.arena.sizes[i, t])
        rate = self._rate * (sqrt(log(size) / (int(self._times[i, t]) + 1)) if self._anytime else 1.0)
        made = np.zeros(size)
        self._loops.hedge(self._sums[i, t], size, rate / ONE, made)
        return made


class _Matching(State):
    """Regret matching."""

    def __init__(self, arena: Arena) -> None:
        super().__init__(arena)
        self._sums = np.zeros(arena.allowed.shape, dtype=np.int64)

    def advance(self, rng: np.random.Generator, rounds: int) -> None:
        self._loops.match(rng, *self._fixed, self._sums, self._times, self.counts, rounds)

    def strategy(self, i: int, t: int) -> Floats:
        made = np.zeros(int(self.arena.sizes[i, t]))
        self._loops.matched(self._sums[i, t], len(made), made)
        return made


class _Learning(State):
    """Q-learning."""

    def __init__(self, arena: Arena, how: QLearning) -> None:
        super().__init__(arena)
        self._values = np.full(arena.allowed.shape, float(how.initial))
        self._tried = np.zeros(arena.allowed.shape, dtype=np.int64)
        step = float(how.step) if isinstance(how.step, Fraction) else 0.0
        self._settings = step, float(how.exploration), float(how.decay)

    def advance(self, rng: np.random.Generator, rounds: int) -> None:
        ours = *self._settings, self._values, self._tried, self._times
        self._loops.learn(rng, *self._fixed, *ours, self.counts, rounds)

    def strategy(self, i: int, t: int) -> Floats:
        size = int(self.arena.sizes[i, t])
        _, exploration, decay = self._settings
        chance = exploration * float(self._times[i, t] + 1) ** -decay
        made = np.full(size, chance / size)
        made[int(np.argmax(self._values[i, t, :size]))] += 1 - chance
        return made


def start(algorithm: Algorithm, arena: Arena) -> State:
    """Followers who have not played yet."""
    if isinstance(algorithm, MultiplicativeWeights):
        return _Weights(arena, algorithm)
    return _Learning(arena, algorithm) if isinstance(algorithm, QLearning) else _Matching(arena)
