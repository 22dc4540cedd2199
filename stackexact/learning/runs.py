"""Runs of a leader who learns, in exact numbers: what was announced, how often, and what was learnt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.records import FrozenMapping
from stackexact.games.markov import MarkovGame
from stackexact.games.recommendation import RecommendationGame
from stackexact.learning.arrays import alike
from stackexact.learning.records import Log
from stackexact.traces.arguments import found

__all__ = ["Announcement", "LearningGame", "LearningRun", "LearningTrace", "require_game", "shared"]

LearningGame: TypeAlias = MarkovGame | RecommendationGame
"""The games that leaders learn in."""

Policy: TypeAlias = tuple[tuple[tuple[tuple[Fraction, ...], ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the leader announces before an episode: ``policy[h][s][b][a]``, the probability of her action a after the
    follower's action b, in every state and at every stage; in games of kind ``recommendation`` ``policy[0][0][b]`` is
    her commitment, the same for all b, and ``recommendation[b]`` what she recommends (nothing where none is followed
    but the quantal response itself)."""

    policy: Policy
    recommendation: tuple[Fraction, ...] | None = None


@dataclass(frozen=True, slots=True)
class LearningRun:
    """A run: the different ``announcements``, and ``announced``, pairs of the number of one of these and for how many
    consecutive episodes it stood. It is looked at after ``rounds`` episodes, increasing, the last of which is the end.
    ``learnt`` is the policy after all episodes.

    Raises :class:`~stackexact.errors.InputError` for numbers of episodes that do not fit, and for announcements that
    there are not.

    >>> pure = Announcement(((((Fraction(1), Fraction(0)),),),))
    >>> LearningRun(1, (10, 40), (pure,), ((0, 40),), pure).horizon
    40
    """

    number: int
    rounds: tuple[int, ...]
    announcements: tuple[Announcement, ...]
    announced: tuple[tuple[int, int], ...]
    learnt: Announcement
    seed: int | None = None

    def __post_init__(self) -> None:
        place = f"run {self.number}"
        steps = zip((0, *self.rounds), self.rounds, strict=False)
        if not self.rounds or any(before >= after for before, after in steps):
            raise InputError(f"{place}: expected increasing numbers of episodes, found {shorten(list(self.rounds))}")
        known = len(self.announcements)
        for number, times in self.announced:
            if not (0 <= number < known and times > 0):
                told = f"announcement {number} for {times} episodes"
                raise InputError(f"{place}: expected one of {known} announcements and at least 1 episode, found {told}")
        total = sum(times for _, times in self.announced)
        if total != self.horizon:
            raise InputError(f"{place}: expected announcements for {self.horizon} episodes, found {total}")

    @property
    def horizon(self) -> int:
        """The number of episodes."""
        return self.rounds[-1]

    @property
    def between(self) -> tuple[Mapping[int, int], ...]:
        """By checkpoint: how often each announcement was made since the one before, by its number."""
        made: list[Mapping[int, int]] = []
        counts: dict[int, int] = {}
        done, waiting = 0, list(self.rounds[::-1])
        for number, times in self.announced:
            left = times
            while left:
                step = min(left, waiting[-1] - done)
                counts[number] = counts.get(number, 0) + step
                done, left = done + step, left - step
                if done == waiting[-1]:
                    waiting.pop()
                    made.append(counts)
                    counts = {}
        return tuple(made)

    @classmethod
    def of(cls, log: Log, number: int) -> LearningRun:
        """The run of a log: its probabilities are exact as they stand."""
        silent = log.recommendations is None
        announcements = tuple(
            Announcement(log.exact_policy(k), None if silent else log.exact_recommendation(k))
            for k in range(len(log.plans))
        )
        starts = np.flatnonzero(np.diff(log.announced, prepend=-1))
        lengths = np.diff(np.append(starts, log.episodes))
        announced = tuple(zip(log.announced[starts].tolist(), lengths.tolist(), strict=True))
        learnt = Announcement(log.exact_learnt)
        return cls(number, tuple(map(int, log.checkpoints)), announcements, announced, learnt, log.seed)


@dataclass(frozen=True, slots=True)
class LearningTrace:
    """Runs of one algorithm in one game, told by its digest (``game``; of numbers). ``offline``: the episodes are data,
    and what counts is what was learnt from them. ``options`` are those of the algorithm that do not depend on a run."""

    game: str
    runs: tuple[LearningRun, ...]
    algorithm: str = ""
    offline: bool = False
    options: Mapping[str, Any] = field(default_factory=lambda: FrozenMapping({}))

    def __post_init__(self) -> None:
        numbers = [run.number for run in self.runs]
        if numbers != sorted(set(numbers)):
            raise InputError(f"runs: expected increasing numbers, found {shorten(numbers)}; number them from 1")

    @property
    def horizons(self) -> tuple[int, ...]:
        """The different numbers of episodes, increasing."""
        return tuple(sorted({run.horizon for run in self.runs}))

    @classmethod
    def of(cls, game: LearningGame, logs: Log | Sequence[Log], *, offline: bool | None = None) -> LearningTrace:
        """The trace of logs of one algorithm in a game.

        Raises :class:`~stackexact.errors.UsageError` for logs of another game, or of several algorithms.
        """
        from stackexact.learning.learn import ALGORITHMS

        many = (logs,) if isinstance(logs, Log) else logs
        if isinstance(many, str) or not isinstance(many, Sequence) or not all(isinstance(one, Log) for one in many):
            raise UsageError(f"runs: expected a log, or a list of them, found {found(logs)}; make them with learn")
        if not many:
            raise UsageError("runs: expected at least one log, found none; make one with learn")
        require_game(game)
        names = sorted({one.algorithm for one in many})
        if len(names) > 1:
            raise UsageError(f"runs: expected logs of one algorithm, found {' and '.join(names)}; verify each alone")
        environment = type(many[0].environment).of(game)
        for number, one in enumerate(many, start=1):
            if not alike(environment, one.environment):
                raise UsageError(f"runs: expected logs of this game, found another in log {number}; give its game")
        row = ALGORITHMS.get(names[0])
        told = row is not None and row.offline if offline is None else offline
        runs = tuple(LearningRun.of(one, number) for number, one in enumerate(many, start=1))
        return cls(game.sha256, runs, names[0], told, shared([one.options for one in many]))


def require_game(game: object) -> LearningGame:
    """A game that leaders learn in, of numbers; raises :class:`~stackexact.errors.UsageError` for others."""
    if not isinstance(game, MarkovGame | RecommendationGame):
        raise UsageError(f"game: expected one of kind markov or recommendation, found {found(game)}; give one")
    if not game.is_numeric:
        names = ", ".join(game.parameters)
        raise UsageError(f"game: expected numbers, found the parameters {names}; set them with at")
    return game


def shared(options: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The options of several runs that are the same in all of them and that a file can hold."""
    plain = {name: value for name, value in options[0].items() if isinstance(value, str | int | float | bool | None)}
    return FrozenMapping(
        {name: value for name, value in plain.items() if all(one.get(name) == value for one in options)}
    )
