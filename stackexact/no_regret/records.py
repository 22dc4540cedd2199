"""What followers leave behind: how often they played what, run by run, in whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.records import FrozenMapping
from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.forms import Form
from stackexact.no_regret.arena import ONE, possible
from stackexact.traces.arguments import found

__all__ = ["FollowerPlay", "FollowerRun", "require_game", "require_play"]

Counts = tuple[tuple[int, ...], ...]
"""By profile of types and profile of actions."""

Strategies = tuple[tuple[tuple[int, ...], ...], ...]
"""By follower, type, and allowed action."""


@dataclass(frozen=True, slots=True)
class FollowerRun:
    """A run: after each of the numbers of ``rounds``, increasing, ``counts[c][k][a]`` says how often the profile of
    actions a was played at the profile of types k, of those that can occur, up to then. ``last[i][t]`` are the chances
    of the allowed actions of a follower's type that it would play next, over 2^30; they sum to that.

    Raises :class:`~stackexact.errors.InputError` for numbers that do not fit.

    >>> FollowerRun(1, (1, 3), (((1, 0),), ((2, 1),)), (((2**29, 2**29),),)).horizon
    3
    """

    number: int
    rounds: tuple[int, ...]
    counts: tuple[Counts, ...]
    last: Strategies

    def __post_init__(self) -> None:
        place = f"run {self.number}"
        steps = zip((0, *self.rounds), self.rounds, strict=False)
        if not self.rounds or any(before >= after for before, after in steps):
            raise InputError(f"{place}: expected increasing numbers of rounds, found {shorten(list(self.rounds))}")
        if len(self.counts) != len(self.rounds):
            raise InputError(f"{place}: expected counts at {len(self.rounds)} checkpoints, found {len(self.counts)}")
        before = [[0] * len(row) for row in self.counts[0]]
        for rounds, table in zip(self.rounds, self.counts, strict=True):
            if list(map(len, table)) != list(map(len, before)):
                raise InputError(f"{place}, T = {rounds}: expected counts of one shape, found another")
            pairs = [
                (old, new)
                for olds, news in zip(before, table, strict=True)
                for old, new in zip(olds, news, strict=True)
            ]
            if any(old > new for old, new in pairs):
                raise InputError(f"{place}, T = {rounds}: expected counts that never fall, found some that do")
            total = sum(new for _, new in pairs)
            if total != rounds:
                raise InputError(f"{place}, T = {rounds}: expected counts that sum to {rounds}, found {total}")
            before = [list(row) for row in table]
        for own in (row for one in self.last for row in one):
            if sum(own) != ONE or any(chance < 0 for chance in own):
                raise InputError(f"{place}: expected chances over 2^30 that sum to it, found {shorten(own)}")

    @property
    def horizon(self) -> int:
        """The number of rounds."""
        return self.rounds[-1]


@dataclass(frozen=True, slots=True)
class FollowerPlay:
    """Runs of followers who learn, in a game told by its digest (``game``), by an ``algorithm`` with ``settings``. Run
    n has the n-th child of the ``seed`` (``numpy.random.SeedSequence``) for its random numbers. All runs were counted
    at the same ``checkpoints``, the last of which are all their rounds.

    Raises :class:`~stackexact.errors.InputError` for runs that do not fit together.
    """

    game: str
    algorithm: str
    seed: int
    checkpoints: tuple[int, ...]
    runs: tuple[FollowerRun, ...]
    settings: Mapping[str, str] = field(default_factory=lambda: FrozenMapping({}))

    def __post_init__(self) -> None:
        numbers = [run.number for run in self.runs]
        if not numbers or numbers != list(range(1, len(numbers) + 1)):
            raise InputError(f"runs: expected the numbers from 1 on, found {shorten(numbers)}; number them from 1")
        for run in self.runs:
            if run.rounds != self.checkpoints:
                raise InputError(f"run {run.number}: expected counts at the checkpoints of the play, found others")
        if not isinstance(self.settings, FrozenMapping):
            object.__setattr__(self, "settings", FrozenMapping(self.settings))

    @property
    def rounds(self) -> int:
        """How many rounds each run has."""
        return self.checkpoints[-1]

    def __repr__(self) -> str:
        settings = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        told = f"{self.algorithm}{f' ({settings})' if settings else ''}"
        return f"<FollowerPlay {told}, {len(self.runs)} runs of {self.rounds} rounds>"


def require_game(game: object) -> MechanismGame:
    """A game that followers can play: of numbers, and with nothing left to the designer.

    Raises :class:`~stackexact.errors.UsageError` for others.
    """
    if not isinstance(game, MechanismGame):
        raise UsageError(f"game: expected one of the kind {MechanismGame.kind}, found {found(game)}; give one")
    if not game.is_numeric:
        names = ", ".join(game.parameters)
        raise UsageError(f"game: expected numbers, found the parameters {names}; set them with at")
    if not game.is_fixed:
        prices = f" and the prices {', '.join(one.name for one in game.prices)}" if game.prices else ""
        told = f"found {len(game.rules)} of them{prices}" if len(game.rules) > 1 or prices else "found several"
        advice = "choose them with with_rule and at"
        raise UsageError(f"game: expected one rule with one outcome for all actions, {told}; {advice}")
    return game


def require_play(game: MechanismGame, form: Form, play: FollowerPlay) -> None:
    """Require that counts are of this game: its digest, its sizes, and nothing that a type must not do.

    Raises :class:`~stackexact.errors.InputError` for others.
    """
    if play.game != game.sha256:
        told = f"expected play in this game (sha256 {game.sha256[:12]}…), found some in another ({play.game[:12]}…)"
        raise InputError(f"{told}; give the game that was played, with the same numbers")
    profiles, actions = len(form.profiles), len(form.objective[0])
    sizes = tuple(tuple(map(len, own)) for own in form.allowed)
    allowed = [set(possible(form, k).tolist()) for k in range(profiles)]
    for run in play.runs:
        place = f"run {run.number}"
        table = run.counts[-1]
        if len(table) != profiles or any(len(row) != actions for row in table):
            told = f"{profiles} profiles of types and {actions} profiles of actions"
            raise InputError(f"{place}: expected counts of {told}, found others; play again")
        for k, row in enumerate(table):
            for a, count in enumerate(row):
                if count and a not in allowed[k]:
                    told = f"found profile {a} at the profile of types {k}"
                    raise InputError(f"{place}: expected actions that types may take, {told}; play again")
        if tuple(tuple(map(len, own)) for own in run.last) != sizes:
            raise InputError(f"{place}: expected a last strategy for all types and their actions, found others")
