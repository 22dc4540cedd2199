"""The sub-game that a leader and her followers play over and over: who sees what, and what comes out.

Nature draws the followers' types; each follower, who knows his own, acts; the leader observes and chooses, once or step
by step, until the sub-episode ends with her reward and the followers' utilities.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from math import prod
from typing import Literal, NamedTuple, TypeAlias

from stackexact.errors import UsageError, shorten
from stackexact.exact.records import Record
from stackexact.games.mechanism_parts import Follower

__all__ = ["Choice", "Ending", "Part", "Seen", "SubGame"]


class Ending(NamedTuple):
    """How a sub-episode ends: the leader's reward, and the utility of each follower."""

    reward: Fraction
    utilities: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Choice(Record):
    """Something that the leader may choose: its label, and by :class:`Part` of her choices the place of its value."""

    label: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Part(Record):
    """A part of the leader's choices: one of ``size`` labels; or "number", one of ``values`` in ascending order; or
    "mixture", one of ``values``, which are probabilities of her actions."""

    name: str
    size: int
    kind: Literal["label", "number", "mixture"] = "label"
    values: tuple[Fraction, ...] | tuple[tuple[Fraction, ...], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Seen(Record):
    """What happened in a sub-episode: the numbers of the profiles of types and of actions, the leader's ``path`` of
    observations and choices, her reward, and the followers' utilities."""

    types: int
    actions: int
    path: tuple[tuple[int, int], ...]
    reward: Fraction
    utilities: tuple[Fraction, ...]


Endings: TypeAlias = tuple[tuple[tuple[tuple[Ending | None, ...], ...], ...], ...]


@dataclass(frozen=True, repr=False)
class SubGame(Record):
    """A sub-game in tables; :func:`~stackexact.pomdp.building.sub_game` makes one of a game.

    ``profiles`` of types occur with ``chances``. Profiles of actions are numbered, the last follower's fastest;
    ``first[a]`` is the leader's first observation after profile a, which is the ``place[a]``-th one that leads there.
    After choice c at observation o either the sub-episode ends, with ``endings[o][c][place[a]][k]`` for the k-th
    profile of types, or this is ``None`` and the leader observes ``after[o][c]``. ``features[o]`` describes an
    observation in whole numbers below ``feature_sizes``, ``choices[o]`` are what she may choose there, of ``parts``.

    Raises :class:`~stackexact.errors.UsageError` for tables that do not fit each other.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import sub_game
    >>> maintain = sub_game(sx.instance("maintain"))
    >>> maintain.observations, [choice.label for choice in maintain.choices[0]]
    (('nothing',), ['a1', 'a2', 'a3'])
    >>> maintain.play((1,), 0, 0)
    Seen(types=0, actions=0, path=((0, 1),), reward=30, utilities=(0,))
    """

    followers: tuple[Follower, ...]
    profiles: tuple[tuple[int, ...], ...]
    chances: tuple[Fraction, ...]
    observations: tuple[str, ...]
    features: tuple[tuple[int, ...], ...]
    feature_sizes: tuple[int, ...]
    parts: tuple[Part, ...]
    choices: tuple[tuple[Choice, ...], ...]
    first: tuple[int, ...]
    place: tuple[int, ...]
    after: tuple[tuple[int | None, ...], ...]
    endings: Endings
    name: str | None = None

    def __post_init__(self) -> None:
        seen = range(len(self.observations))
        if not (self.followers and self.profiles and self.observations) or not all(self.choices):
            raise UsageError("sub-game: expected followers, types, observations and choices, found none; add them")
        if any(chance <= 0 for chance in self.chances) or sum(self.chances) != 1:
            raise UsageError("sub-game: expected chances above 0 that sum to 1, found others; correct them")
        if len(self.chances) != len(self.profiles) or not len(self.first) == self.actions == len(self.place):
            raise UsageError("sub-game: expected an entry by profile of types and of actions, found others; mend them")
        if not len(self.features) == len(self.choices) == len(self.after) == len(self.endings) == len(seen):
            raise UsageError("sub-game: expected tables by observation, found others; give each as many entries")
        if any(o not in seen for o in self.first):
            raise UsageError(f"sub-game: expected first observations below {len(seen)}, found others; correct them")
        self._require_steps()

    def _require_steps(self) -> None:
        """Everything leads somewhere, and later observations are later in their list, so that no step is endless."""
        for o, row in enumerate(self.after):
            if len(row) != len(self.choices[o]) or len(self.endings[o]) != len(row):
                found = f"found others at {shorten(self.observations[o])}"
                raise UsageError(f"sub-game: expected entries by choice, {found}; give each as many")
            for c, later in enumerate(row):
                ends = [ending for by_types in self.endings[o][c] for ending in by_types]
                if later is None and None in ends:
                    raise UsageError(f"sub-game: expected an ending of every play, found none after {self.told(o, c)}")
                if later is not None and not o < later < len(self.observations):
                    raise UsageError(f"sub-game: expected a later observation after {self.told(o, c)}, found {later}")

    # -- Followers ----------------------------------------------------------------------------------------------------

    @property
    def actions(self) -> int:
        """The number of profiles of actions."""
        return prod(len(one.actions) for one in self.followers)

    @cached_property
    def action_profiles(self) -> tuple[tuple[int, ...], ...]:
        """All profiles of actions by number."""
        return tuple(product(*(range(len(one.actions)) for one in self.followers)))

    @cached_property
    def _strides(self) -> tuple[int, ...]:
        sizes = [len(one.actions) for one in self.followers]
        return tuple(prod(sizes[i + 1 :]) for i in range(len(sizes)))

    def number(self, actions: Sequence[int]) -> int:
        """The number of a profile of actions."""
        return sum(stride * action for stride, action in zip(self._strides, actions, strict=True))

    @cached_property
    def situations(self) -> tuple[tuple[int, int], ...]:
        """All profiles of types with all profiles of actions that they may take, by number."""
        made = []
        for k, types in enumerate(self.profiles):
            allowed = (one.allowed[t] for one, t in zip(self.followers, types, strict=True))
            made += [(k, self.number(actions)) for actions in product(*allowed)]
        return tuple(made)

    # -- Playing ------------------------------------------------------------------------------------------------------

    def ending(self, types: int, actions: int, observation: int, choice: int) -> Ending | None:
        """How the sub-episode ends by a choice, or ``None`` where it goes on."""
        return self.endings[observation][choice][self.place[actions]][types]

    def play(self, answers: Sequence[int], types: int, actions: int) -> Seen:
        """The sub-episode in which the leader answers observation o by ``answers[o]``."""
        o: int | None = self.first[actions]
        path = []
        while o is not None:
            path.append((o, answers[o]))
            ending = self.ending(types, actions, o, answers[o])
            if ending is not None:
                return Seen(types, actions, tuple(path), *ending)
            o = self.after[o][answers[o]]
        raise AssertionError("every play ends")

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """The first observations that there can be, in order."""
        return tuple(sorted({self.first[a] for _, a in self.situations}))

    @property
    def longest(self) -> int:
        """The most choices in a sub-episode."""
        lengths: list[int] = []
        for row in reversed(self.after):
            later = [lengths[len(self.observations) - 1 - o] for o in row if o is not None]
            lengths.append(1 + max(later, default=0))
        return max(lengths[len(self.observations) - 1 - o] for o in self.roots)

    def told(self, observation: int, choice: int) -> str:
        """A choice at an observation in words."""
        return f"{shorten(self.choices[observation][choice].label)} at {shorten(self.observations[observation])}"

    def by_label(self) -> Iterator[tuple[str, dict[str, int]]]:
        """The labels of observations, each with the labels of its choices and their places."""
        for label, row in zip(self.observations, self.choices, strict=True):
            yield label, {choice.label: c for c, choice in enumerate(row)}

    def __repr__(self) -> str:
        title = f"{self.name!r}, " if self.name else ""
        counts = f"{len(self.profiles)} type profiles, {self.actions} action profiles"
        return f"<SubGame {title}{counts}, {len(self.observations)} observations>"
