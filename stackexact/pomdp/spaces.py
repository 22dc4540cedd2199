"""Gymnasium's spaces for a leader's observations and choices, and what their elements mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any, Final, cast

import numpy as np

from stackexact.errors import UsageError, shorten
from stackexact.pomdp.gym import spaces
from stackexact.pomdp.process import StackelbergPOMDP
from stackexact.pomdp.sub_games import Part, SubGame

__all__ = ["Choosing", "Observing", "floats"]

KINDS: Final = ("discrete", "multidiscrete", "box")


def _require_kind(name: str, given: object) -> None:
    if given not in KINDS:
        raise UsageError(f"{name}: expected one of {', '.join(KINDS)}, found {shorten(given)}; correct it")


def floats(values: Sequence[Fraction | int]) -> Any:
    """A vector of 32-bit floats."""
    return np.array([float(value) for value in values], dtype=np.float32)


@dataclass(frozen=True)
class Observing:
    """What the leader is shown: the sub-game's observation, as its number ("discrete"), as its features
    ("multidiscrete"), or as zeros and ones ("box", one for each value of each feature); with ``phase`` the number of
    the sub-episode too, and whether it is rewarded."""

    pomdp: StackelbergPOMDP
    kind: str
    phase: bool

    def __post_init__(self) -> None:
        _require_kind("observations", self.kind)

    @cached_property
    def space(self) -> Any:
        """The space."""
        game, number = self.pomdp.game, self.pomdp.sub_episodes
        if self.kind == "discrete":
            return spaces.Discrete(len(game.observations) * (number if self.phase else 1))
        if self.kind == "multidiscrete":
            return spaces.MultiDiscrete([*game.feature_sizes, *([2, number] if self.phase else [])])
        return spaces.Box(0.0, 1.0, (sum(game.feature_sizes) + 2 * self.phase,), np.float32)

    def of(self, observation: int, sub_episode: int) -> Any:
        """What is shown at an observation of a sub-episode."""
        game, number = self.pomdp.game, self.pomdp.sub_episodes
        rewarded = int(self.pomdp.rewarded(sub_episode))
        if self.kind == "discrete":
            return np.int64(observation + self.phase * sub_episode * len(game.observations))
        features = game.features[observation]
        if self.kind == "multidiscrete":
            return np.array([*features, *([rewarded, sub_episode] if self.phase else [])], dtype=np.int64)
        hot: list[Fraction | int] = [
            int(v == value) for v, size in zip(features, game.feature_sizes, strict=True) for value in range(size)
        ]
        return floats([*hot, rewarded, Fraction(sub_episode, number)] if self.phase else hot)


class Choosing:
    """What the leader's actions mean: parts of choices as one number ("discrete"), as several ("multidiscrete"), or as
    real numbers from 0 to 1 ("box").

    There a label is the greatest of as many scores, the first of equals; a number runs from the least to the greatest
    of its grid, and the nearest there is taken, the lower of two; a mixture is given by weights, and the nearest one
    (sum of absolute differences, the first of equals) is taken, that of equal weights where all are zero. What is no
    choice at an observation stands for the next one, going round: first the first part is moved, then the second.
    """

    def __init__(self, game: SubGame, kind: str) -> None:
        _require_kind("choices", kind)
        self.game, self.kind = game, kind
        self.sizes = [part.size for part in game.parts]
        self._numbers = [{choice.parts: c for c, choice in enumerate(row)} for row in game.choices]
        self._readers: list[tuple[int, Callable[[Any], int]]] = [_reader(part) for part in game.parts]

    @cached_property
    def space(self) -> Any:
        """The space."""
        if self.kind == "discrete":
            return spaces.Discrete(prod(self.sizes))
        if self.kind == "multidiscrete":
            return spaces.MultiDiscrete(self.sizes)
        return spaces.Box(0.0, 1.0, (sum(wide for wide, _ in self._readers),), np.float32)

    def choice(self, observation: int, action: Any) -> int:
        """The choice that an action stands for at an observation.

        Raises :class:`~stackexact.errors.UsageError` for what is not in the space.
        """
        if not self.space.contains(action):
            raise UsageError(f"action: expected an element of {self.space}, found {shorten(action)}; correct it")
        parts = self._parts(action)
        known = self._numbers[observation]
        found = known.get(parts)
        if found is not None:
            return found
        rounds = [
            tuple((own - wanted) % size for own, wanted, size in zip(choice, parts, self.sizes, strict=True))
            for choice in known
        ]
        return rounds.index(min(rounds))

    def _parts(self, action: Any) -> tuple[int, ...]:
        if self.kind == "discrete":
            left, made = int(action), []
            for size in reversed(self.sizes):
                left, own = divmod(left, size)
                made.append(own)
            return tuple(reversed(made))
        if self.kind == "multidiscrete":
            return tuple(int(own) for own in action)
        made, start = [], 0
        for wide, read in self._readers:
            made.append(read(action[start : start + wide]))
            start += wide
        return tuple(made)

    def action(self, observation: int, choice: int) -> Any:
        """An action that stands for a choice (not with "box")."""
        parts = self.game.choices[observation][choice].parts
        if self.kind == "multidiscrete":
            return np.array(parts, dtype=np.int64)
        number = 0
        for own, size in zip(parts, self.sizes, strict=True):
            number = number * size + own
        return np.int64(number)

    def mask(self, observation: int) -> Any:
        """Which actions stand for themselves: of "discrete" all; of "multidiscrete" all values of the first part, then
        of the second, and so on, that some choice has."""
        if self.kind == "box":
            raise UsageError("action masks: expected discrete or multidiscrete choices, found box; take one of them")
        rows = list(self._numbers[observation])
        if self.kind == "discrete":
            made = np.zeros(prod(self.sizes), dtype=np.bool_)
            for c in range(len(rows)):
                made[self.action(observation, c)] = True
            return made
        return np.array(
            [any(parts[j] == own for parts in rows) for j, size in enumerate(self.sizes) for own in range(size)]
        )


def _reader(part: Part) -> tuple[int, Callable[[Any], int]]:
    """How many reals a part takes, and what they mean."""
    if part.kind == "number":
        values = cast(tuple[Fraction, ...], part.values)
        return 1, lambda given: _nearest_number(values, given)
    if part.kind == "mixture":
        mixtures = cast(tuple[tuple[Fraction, ...], ...], part.values)
        return len(mixtures[0]), lambda given: _nearest_mixture(mixtures, given)
    return part.size, lambda given: int(np.argmax(given))


def _nearest_number(values: tuple[Fraction, ...], given: Any) -> int:
    wanted = values[0] + Fraction(float(given[0])) * (values[-1] - values[0])
    return min(range(len(values)), key=lambda n: (abs(values[n] - wanted), n))


def _nearest_mixture(mixtures: tuple[tuple[Fraction, ...], ...], given: Any) -> int:
    weights = [Fraction(float(weight)) for weight in given]
    total = sum(weights)
    wanted = [weight / total if total else Fraction(1, len(weights)) for weight in weights]

    def distance(n: int) -> tuple[Fraction, int]:
        return sum((abs(p - q) for p, q in zip(mixtures[n], wanted, strict=True)), Fraction(0)), n

    return min(range(len(mixtures)), key=distance)
