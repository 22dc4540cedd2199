"""What each learner of a simulation starts from: its setting, its constants and its empty memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from stackexact.errors import InputError, UsageError
from stackexact.games.bimatrix import Game
from stackexact.simulation.noise import LARGEST, Noise, exact_unit, means
from stackexact.simulation.protocol import FOLLOWER, LEADER, Known, Learner, Setting, ours
from stackexact.simulation.users import constants_of, memory_of, place, require_kind, require_records

__all__ = ["Tables", "require_learner", "require_numbers", "settings", "starting"]


@dataclass(frozen=True, slots=True)
class Tables:
    """Arrays that a run starts from: ``leader_memory`` and ``leader_constants`` of one dimension, those of the follower
    with a row for each leader action, and the mean rewards by pairs of actions."""

    leader_memory: np.ndarray
    leader_constants: np.ndarray
    follower_memory: np.ndarray
    follower_constants: np.ndarray
    leader_means: np.ndarray
    follower_means: np.ndarray


def require_numbers(game: Game) -> None:
    """Refuse payoffs with parameters."""
    if not game.is_numeric:
        names = ", ".join(game.parameters)
        raise UsageError(f"simulation: expected payoffs in numbers, found the parameters {names}; fix them (--at)")


def require_learner(learner: Learner, role: str) -> None:
    """Refuse what cannot take a side."""
    if not isinstance(learner, Learner):
        raise UsageError(f"{role}: expected a learner, found {type(learner).__name__}")
    require_kind(type(learner))
    if role not in learner.roles:
        raise UsageError(f"{role}: expected a learner for this side, found {learner.name}, a {learner.roles[0]}")
    if learner.sees_responses and role == FOLLOWER:
        raise UsageError(f"{learner.name}: only a leader sees responses")


def settings(
    game: Game, leader: Learner, follower: Learner, horizon: int, noise: Noise
) -> tuple[Setting, tuple[Setting, ...]]:
    """The setting of the leader, and that of the follower's copy for each leader action."""
    rows, columns = game.shape
    unit = exact_unit(game, LEADER, noise, horizon)
    # Who knows its payoffs has nothing to learn from sums of rewards.
    theirs = 1 if follower.knows_payoffs else exact_unit(game, FOLLOWER, noise, horizon)
    copies = tuple(
        Setting(horizon, rows, columns, FOLLOWER, theirs, _known(game, i) if follower.knows_payoffs else None)
        for i in range(rows)
    )
    if leader.knows_payoffs:
        raise UsageError(f"{leader.name}: a leader that knows its payoffs is not simulated; solve the game")
    own = Setting(horizon, rows, columns, LEADER, unit)
    for learner, setting in ((leader, own), *((follower, copy) for copy in copies)):
        _require_answers(learner, setting)
    return own, copies


def _require_answers(learner: Learner, setting: Setting) -> None:
    """Refuse a learner of a user whose methods do not say what they are asked for."""
    if not ours(type(learner)):
        constants_of(learner, setting)
        memory_of(learner, setting)
        require_records(learner, setting)


def _known(game: Game, row: int) -> Known:
    return Known(means(game, FOLLOWER)[row], means(game, LEADER)[row])


def starting(game: Game, leader: Learner, follower: Learner, horizon: int, noise: Noise) -> Tables:
    """Constants, empty memories and means at the start of a run."""
    own, copies = settings(game, leader, follower, horizon, noise)
    memories = [memory_of(follower, copy, len(copies)) for copy in copies]
    constants = [constants_of(follower, copy) for copy in copies]
    if len(set(memories)) > 1 or len(set(map(len, constants))) > 1:
        who = place(type(follower))
        raise InputError(f"{who}: expected as much memory and as many constants for every copy; mend it")
    return Tables(
        np.zeros(memory_of(leader, own)),
        constants_of(leader, own),
        np.zeros((len(copies), memories[0])),
        np.array(constants),
        _floats(means(game, LEADER), own.unit),
        _floats(means(game, FOLLOWER), copies[0].unit),
    )


def _floats(table: Sequence[Sequence[Fraction]], unit: int) -> np.ndarray:
    if max(abs(value) for row in table for value in row) > LARGEST:
        raise InputError("payoffs: expected numbers between -1e100 and 1e100 to simulate, found others; scale them")
    return np.array([[float(value * unit) for value in row] for row in table])
