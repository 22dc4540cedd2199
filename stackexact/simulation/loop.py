"""The loop over rounds, compiled once for all learners: their functions are called through pointers.

numba is imported here, and this module only where rounds are played. What stackexact ships is kept compiled on the
disk; users' functions are not (what was kept would outlive the names and values it was compiled with) and are compiled
with checks of their indices. An exception of theirs ends the loop, which takes numba 0.61.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numba
import numpy as np
from numba import types

from stackexact.errors import InputError, shorten
from stackexact.simulation.compiling import njit
from stackexact.simulation.inspection import checked
from stackexact.simulation.protocol import Learner, ours
from stackexact.simulation.users import mending, place

__all__ = ["ACTION", "BERNOULLI", "GAUSSIAN", "SILENT", "STAGES", "WEIGHTS", "functions", "play"]

SILENT, GAUSSIAN, BERNOULLI = range(3)
"""Kinds of noise: none; a normal deviate added to the mean; 1 with the mean as its probability, else 0."""

ACTION, WEIGHTS = 1, 2
"""Why the loop stopped: an action that there is not, or weights that are no probabilities."""

STAGES: Final = (("leader", "choose"), ("follower", "choose"), ("leader", "learn"), ("follower", "learn"))
"""Whose function is being called; ``choose`` stands for ``weigh``, too."""

TOLERANCE: Final = 1e-9
"""How far a sum of probabilities may be from 1."""

_ARRAY: Final = types.Array(types.float64, 1, "C")
_TABLE: Final = types.Array(types.float64, 2, "C")
_COUNTS: Final = types.Array(types.int64, 2, "C")
_PLAYED: Final = types.Array(types.int32, 2, "C")
_REWARDS: Final = types.Array(types.float64, 2, "C")
_SPANS: Final = types.Array(types.int64, 2, "C")
_ENDS: Final = types.Array(types.int64, 1, "C")
_KEPT: Final = types.Array(types.int64, 3, "C")
_WHERE: Final = types.Array(types.int64, 1, "C")
_CHOOSE: Final = types.int64(_ARRAY, _ARRAY)
_WEIGH: Final = types.void(_ARRAY, _ARRAY, _ARRAY)
_LEARN: Final = types.void(_ARRAY, _ARRAY, types.int64, types.float64)
_LEARN_FROM_RESPONSES: Final = types.void(_ARRAY, _ARRAY, types.int64, types.int64, types.float64)


@njit(_CHOOSE)
def _no_choice(memory, constants):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return 0


@njit(_WEIGH)
def _no_weights(memory, constants, weights):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return


@njit(_LEARN)
def _no_learning(memory, constants, action, reward):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return


@njit(_LEARN_FROM_RESPONSES)
def _no_learning_from_responses(memory, constants, action, response, reward):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return


def functions(learner: Learner, *, unchecked: bool | None = None) -> tuple[Any, Any, Any, Any]:
    """A learner's compiled functions: choose, weigh, learn, learn from responses; idle ones in the place of others.

    Those of users check their indices; with ``unchecked=False`` the shipped ones do as well. Raises
    :class:`~stackexact.errors.InputError` for functions that cannot be compiled.
    """
    kind = type(learner)
    kept = ours(kind) if unchecked is None else unchecked

    def made(name: str, signature: Any) -> Any:
        function, who = getattr(learner, name), f"{place(kind)}.{name}"
        if kept:
            return _kept(function, signature)
        with mending(who, "a function that numba compiles"):
            return _checked(function, signature, who)

    sees = learner.sees_responses
    return (
        _no_choice if learner.choose is None else made("choose", _CHOOSE),
        _no_weights if learner.weigh is None else made("weigh", _WEIGH),
        _no_learning if sees else made("learn", _LEARN),
        made("learn", _LEARN_FROM_RESPONSES) if sees else _no_learning_from_responses,
    )


@lru_cache(maxsize=256)
def _kept(function: Callable[..., Any], signature: Any) -> Any:
    return njit(signature)(function)


@lru_cache(maxsize=256)
def _checked(function: Callable[..., Any], signature: Any, who: str) -> Any:
    """A user's function; what it returns is what its signature says, and not made to be so."""
    try:
        found = checked(function, numba.njit(boundscheck=True, nogil=True))
        found.compile(signature.args)
        given = found.overloads[signature.args].signature.return_type
        if given == signature.return_type:
            return found
        _require_returned(who, given, signature.return_type)
        return checked(function, numba.njit(signature, boundscheck=True, nogil=True))
    except numba.core.errors.NumbaError as flaw:
        lines = [line for line in str(flaw).splitlines() if line.strip()]
        text = shorten(" ".join(lines[1:3] or lines), 150)[1:-1]
        raise InputError(f"{who}: expected a function that numba compiles, found {text}; mend it") from None


def _require_returned(who: str, given: Any, wanted: Any) -> None:
    """An action is an integer, or a truth value; learning and weighing return nothing."""
    if wanted == types.void or not isinstance(types.unliteral(given), types.Integer | types.Boolean):
        expected = "nothing" if wanted == types.void else "an action, an integer"
        found = "nothing" if given == types.none else given
        raise InputError(f"{who}: expected to return {expected}, found {found}; mend it")


@njit(types.int64(_ARRAY, types.float64))
def _drawn(weights, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The first action at which the sum of the weights is greater than u; the last one with a weight if none is; -1 if
    they are no probabilities."""
    total = 0.0
    found = -1
    last = -1
    for action in range(len(weights)):
        if not weights[action] >= 0:
            return -1
        if weights[action] > 0:
            total += weights[action]
            last = action
            if found < 0 and u < total:
                found = action
    if not abs(total - 1) <= TOLERANCE:
        return -1
    return last if found < 0 else found


@njit(
    types.int64(
        types.NumPyRandomGeneratorType("rng"),
        types.FunctionType(_CHOOSE),
        types.FunctionType(_WEIGH),
        types.FunctionType(_LEARN),
        types.FunctionType(_LEARN_FROM_RESPONSES),
        types.FunctionType(_CHOOSE),
        types.FunctionType(_WEIGH),
        types.FunctionType(_LEARN),
        types.UniTuple(types.boolean, 3),
        types.UniTuple(_ARRAY, 3),
        types.UniTuple(_ARRAY, 3),
        _SPANS,
        _TABLE,
        _TABLE,
        types.int64,
        types.float64,
        _COUNTS,
        types.int64,
        _PLAYED,
        _REWARDS,
        _ENDS,
        _KEPT,
        _WHERE,
    ),
)
def play(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    rng,
    leader_choose,
    leader_weigh,
    leader_learn,
    leader_learn_from_responses,
    follower_choose,
    follower_weigh,
    follower_learn,
    kinds,
    leader,
    follower,
    spans,
    leader_means,
    follower_means,
    noise,
    sigma,
    counts,
    rounds,
    played,
    rewards,
    ends,
    kept,
    where,
):
    """Play some rounds, adding to ``counts``; returns 0, or why it stopped (``ACTION``, ``WEIGHTS``).

    ``kinds``: whether the leader is randomised, whether it sees responses, whether the follower is randomised.
    ``leader`` and ``follower`` are memory, constants and weights; ``spans[a]`` says where the memory and the constants
    of the follower's copy for leader action a begin and end. If ``played`` has rows, the actions of each round are
    written to them, and the rewards to ``rewards``. After ``ends[k]`` of the rounds (increasing) the counts are copied
    to ``kept[k]``. ``where`` is told the rounds that are over, the stage of the one that is played (:data:`STAGES`),
    and the action that stopped it.
    """
    leader_randomised, sees_responses, follower_randomised = kinds
    leader_memory, leader_constants, leader_weights = leader
    all_memory, all_constants, follower_weights = follower
    leader_actions, follower_actions = counts.shape
    recording = len(played) > 0
    ended = 0
    for t in range(rounds):
        where[0] = t
        where[1] = 0
        if leader_randomised:
            leader_weights[:] = np.nan
            leader_weigh(leader_memory, leader_constants, leader_weights)
            a = _drawn(leader_weights, rng.random())
            if a < 0:
                return WEIGHTS
        else:
            a = leader_choose(leader_memory, leader_constants)
        if a < 0 or a >= leader_actions:
            where[2] = a
            return ACTION
        where[1] = 1
        memory = all_memory[spans[a, 0] : spans[a, 1]]
        constants = all_constants[spans[a, 2] : spans[a, 3]]
        if follower_randomised:
            follower_weights[:] = np.nan
            follower_weigh(memory, constants, follower_weights)
            b = _drawn(follower_weights, rng.random())
            if b < 0:
                return WEIGHTS
        else:
            b = follower_choose(memory, constants)
        if b < 0 or b >= follower_actions:
            where[2] = b
            return ACTION
        counts[a, b] += 1
        one = leader_means[a, b]
        two = follower_means[a, b]
        if noise == GAUSSIAN:
            one += sigma * rng.standard_normal()
            two += sigma * rng.standard_normal()
        elif noise == BERNOULLI:
            one = 1.0 if rng.random() < one else 0.0
            two = 1.0 if rng.random() < two else 0.0
        where[1] = 2
        if sees_responses:
            leader_learn_from_responses(leader_memory, leader_constants, a, b, one)
        else:
            leader_learn(leader_memory, leader_constants, a, one)
        where[1] = 3
        follower_learn(memory, constants, b, two)
        if recording:
            played[t, 0] = a
            played[t, 1] = b
            rewards[t, 0] = one
            rewards[t, 1] = two
        if ended < len(ends) and t + 1 == ends[ended]:
            kept[ended, :, :] = counts
            ended += 1
    where[0] = rounds
    return 0
