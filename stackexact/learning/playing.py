"""Episodes of announced policies: what is counted, and what is kept of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from stackexact.exact.records import FrozenMapping
from stackexact.learning.arrays import Floats, frozen
from stackexact.learning.environment import Environment, compiled
from stackexact.learning.records import Log
from stackexact.traces.checkpoints import log_spaced

__all__ = ["Announcements", "Player"]


class Announcements:
    """The different policies, in the order in which they were first announced."""

    def __init__(self, episodes: int) -> None:
        self._numbers: dict[bytes, int] = {}
        self.kept: list[Any] = []
        self.announced = np.zeros(episodes, dtype=np.int64)
        self.checkpoints = log_spaced(episodes)
        self.counts: list[Any] = []
        self.done = 0

    def number(self, *parts: Any) -> tuple[int, bool]:
        """The number of what is announced, and whether it is new."""
        key = b"".join(part.tobytes() for part in parts)
        known = self._numbers.setdefault(key, len(self._numbers))
        new = known == len(self.kept)
        if new:
            self.kept.append(tuple(part.copy() for part in parts))
        return known, new

    @property
    def room(self) -> int:
        """Episodes up to the next checkpoint."""
        return self.checkpoints[len(self.counts)] - self.done

    def add(self, number: int, episodes: int, counts: Any) -> None:
        """So many episodes of an announcement are over; ``counts`` are the pairs of actions played so far."""
        self.announced[self.done : self.done + episodes] = number
        self.done += episodes
        if self.done == self.checkpoints[len(self.counts)]:
            self.counts.append(counts())


class Player:
    """A game that is played episode by episode, with all counts that learners of it need."""

    def __init__(self, environment: Environment, episodes: int, seed: int, *, bernoulli: bool = False) -> None:
        stages, states, leader, follower = environment.shape
        self.environment, self._seed, self._bernoulli = environment, seed, bernoulli
        self._kernels = compiled()
        self._rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(1)[0]))
        self._episodes = episodes
        self._book = Announcements(episodes)
        self.moves = np.zeros((stages, states, leader, follower, states), dtype=np.int64)
        self.sums = np.zeros((stages, states, leader, follower))
        self.cells = 0
        self.features = np.zeros((8, follower, environment.dimension))
        self.sizes = np.zeros(8, dtype=np.int64)
        self.counts = np.zeros((stages, 8, follower))
        self._cells: dict[tuple[int, bytes], int] = {}
        self._places: list[Any] = []
        self._responses: list[Floats] = []
        self._gains = np.zeros((2, stages))
        self._idle = np.zeros((stages, states, leader, follower)), np.zeros((stages, states))

    @property
    def left(self) -> int:
        """Episodes to play."""
        return self._episodes - self._book.done

    def repeat(self, policy: Floats, episodes: int) -> None:
        """Play so many episodes of a policy, whatever is learnt."""
        end = self._book.done + episodes
        while self._book.done < end:
            self.announce(policy, *self._idle, 1.0, end - self._book.done)

    def announce(self, policy: Floats, known: Floats, informed: Floats, enough: float, most: int | None = None) -> None:
        """Play episodes of a policy until a plan is out of date, or a checkpoint is reached."""
        environment, book = self.environment, self._book
        number, new = book.number(policy)
        if new:
            self._places.append(self._placed(policy))
            self._responses.append(environment.response(policy))
        self._gains[:] = 0.0
        left = self.left if most is None else most
        while left:
            some = min(left, book.room)
            played = self._kernels.play(
                self._rng,
                environment.transitions,
                environment.scaled,
                environment.initial,
                policy,
                self._responses[number],
                self._bernoulli,
                self.moves,
                self.sums,
                self._places[number],
                self.counts,
                known,
                informed,
                self._gains,
                enough,
                some,
            )
            book.add(number, played, lambda: self.moves.sum(axis=4))
            left -= played
            if (self._gains >= enough).any():
                break

    def _placed(self, policy: Floats) -> Any:
        """The cells of data that a policy fills: one for every state and prescription that there has been."""
        stages, states = policy.shape[:2]
        made = np.empty((stages, states), dtype=np.int64)
        for h in range(stages):
            for s in range(states):
                count = int(self.environment.follower_actions[s])
                prescription = policy[h, s]
                key = s, prescription[:count].tobytes()
                place = self._cells.get(key)
                if place is None:
                    place = self._cells[key] = self.cells
                    self._make_room()
                    self.features[place] = np.einsum("ba,abk->bk", prescription, self.environment.features[s])
                    self.sizes[place] = count
                    self.cells += 1
                made[h, s] = place
        return made

    def _make_room(self) -> None:
        if self.cells == len(self.sizes):
            self.features = np.concatenate([self.features, np.zeros_like(self.features)])
            self.sizes = np.concatenate([self.sizes, np.zeros_like(self.sizes)])
            self.counts = np.concatenate([self.counts, np.zeros_like(self.counts)], axis=1)

    def log(self, algorithm: str, options: dict[str, Any], learnt: Floats) -> Log:
        """What was played, and learnt."""
        book, environment = self._book, self.environment
        plans = np.stack([policy for (policy,) in book.kept])
        return Log(
            algorithm,
            FrozenMapping(options),
            self._seed,
            self._episodes,
            environment,
            frozen(plans),
            frozen(book.announced),
            frozen(np.stack(self._responses)),
            frozen(np.array([environment.value(policy) for policy in plans])),
            frozen(learnt.copy()),
            environment.value(learnt),
            book.checkpoints,
            frozen(np.stack(book.counts)),
        )
