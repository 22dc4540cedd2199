"""What a play leaves behind: what followers did at some rounds, run by run, and what it follows from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from stackexact.dynamics.announced import Announced, announced, require_game
from stackexact.dynamics.predictions import Dynamics
from stackexact.dynamics.reactions import Reaction, reaction
from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.exact.records import FrozenMapping, Record
from stackexact.exact.relation import text_of
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.simulation.runner import whole
from stackexact.traces.arguments import found, number_named
from stackexact.traces.checkpoints import log_spaced

__all__ = ["BOUND", "Checkpoint", "Plan", "Play", "Track"]

BOUND = Fraction(10**9)
"""How far from the desired point a play goes on, unless a caller says otherwise."""

_EVERY = 100
"""Rounds that are all recorded; after them ten of every decade are."""
_FARTHEST = Fraction(10**100)
"""The square of what is a move beyond it is a float, too."""
_LARGEST = 10_000_000
"""Followers whose points are held in memory."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What followers played in one round.

    Their points (actions, or gains g_i of u_i = g_i y_i) have this ``mean``, and are by ``spread`` away from it and by
    ``distance`` from the desired point (roots of mean squares). ``leader_cost`` and ``follower_cost`` (the average
    follower's) are of this round; with Gaussian information they are averages over the rounds since the checkpoint
    before. ``diverged`` where the distance is beyond the bound of the play, which ends the run.
    """

    round: int
    mean: tuple[float, ...]
    spread: float
    distance: float
    leader_cost: float
    follower_cost: float
    diverged: bool = False


@dataclass(frozen=True, slots=True)
class Track:
    """One run: its number (from 1) and its checkpoints, the first of which is round 1, the start."""

    number: int
    points: tuple[Checkpoint, ...]

    @property
    def diverged(self) -> int | None:
        """The round at which the run left the bound, if it did."""
        last = self.points[-1]
        return last.round if last.diverged else None


@dataclass(frozen=True)
class Plan:
    """What is played: a game ``at`` some numbers, the dynamics, how long and how often, and from where.

    Followers start at the desired point plus ``shift`` plus ``spread`` (by default 1) times normal deviates of their
    own; those who ``hold`` obey, and start at the desired point. Each run has a random generator of its own, spawned
    from ``seed``. A run ends where the distance exceeds ``bound``, which is above the start and at most 10^100. Raises
    :class:`~stackexact.errors.UsageError` for what cannot be played.
    """

    game: IncentiveGame
    dynamics: Dynamics
    rounds: int = 100
    runs: int = 1
    seed: int = 0
    spread: Fraction | None = None
    shift: Fraction = Fraction(0)
    bound: Fraction = BOUND
    at: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.game, IncentiveGame):
            require_game(self.game)
        if not isinstance(self.dynamics, Dynamics):
            raise UsageError(f"dynamics: expected dynamics, found {found(self.dynamics)}; make them with Dynamics")
        for name, least in (("rounds", 1), ("runs", 1), ("seed", 0)):
            object.__setattr__(self, name, whole(name, getattr(self, name), least))
        if self.spread is None:
            object.__setattr__(self, "spread", Fraction(self.dynamics.kind != "hold"))
        for name in ("spread", "shift", "bound"):
            object.__setattr__(self, name, number_named(name, getattr(self, name)))
        if not isinstance(self.at, Mapping):
            raise UsageError(f"at: expected a mapping of parameters to numbers, found {found(self.at)}")
        object.__setattr__(self, "at", FrozenMapping({name: number_named(name, one) for name, one in self.at.items()}))
        self._require_start()

    def _require_start(self) -> None:
        spread = self.start
        if spread < 0:
            raise UsageError(f"spread: expected a number of at least 0, found {shorten(text_of(spread))}")
        if self.dynamics.kind == "hold" and (spread or self.shift):
            name = "spread" if spread else "shift"
            raise UsageError(f"{name}: expected 0 with the dynamics hold, whose followers obey, found another; drop it")
        if not spread + abs(self.shift) < self.bound <= _FARTHEST:
            wanted = "more than spread and shift, and at most 10**100"
            raise UsageError(f"bound: expected {wanted}, found {shorten(text_of(self.bound))}")

    @property
    def start(self) -> Fraction:
        """The spread of the start."""
        assert self.spread is not None, "found when the plan was made"
        return self.spread

    def settled(self) -> tuple[Announced, Reaction]:
        """What the leader announces, and what followers then face."""
        made = announced(self.game.at(self.at) if self.at else self.game)
        if made.followers > _LARGEST:
            raise LimitReached(f"followers: expected at most {_LARGEST}, found {made.followers}; play with fewer")
        return made, reaction(made)

    @property
    def checkpoints(self) -> tuple[int, ...]:
        """The rounds that are recorded: the first hundred, and ten of every decade after them.

        >>> from stackexact.games.lq_incentive import IncentiveGame
        >>> game = IncentiveGame("u0**2 + u**2", "u**2 + (u + u0)**2", followers=2)
        >>> Plan(game, Dynamics("best-response"), rounds=150).checkpoints[98:]
        (99, 100, 125, 150)
        """
        return tuple(sorted({*range(1, min(self.rounds, _EVERY) + 1), *log_spaced(self.rounds)}))

    def document(self) -> dict[str, Any]:
        """What the runs follow from besides the game, as JSON values."""
        return {
            "dynamics": self.dynamics.document(),
            "rounds": self.rounds,
            "runs": self.runs,
            "seed": self.seed,
            **{name: text_of(getattr(self, name)) for name in ("spread", "shift", "bound")},
        }


@dataclass(frozen=True, slots=True, repr=False)
class Play(Record):
    """A plan, and the runs that were played by it."""

    plan: Plan
    tracks: tuple[Track, ...]

    @property
    def diverged(self) -> tuple[int | None, ...]:
        """For every run the round at which it left the bound, if it did."""
        return tuple(track.diverged for track in self.tracks)
