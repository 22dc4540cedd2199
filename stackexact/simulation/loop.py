"""The loop over rounds, compiled once for all learners: their functions are called through pointers.

numba is imported here, and this module only where rounds are played.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import numba
import numpy as np
from numba import types

from stackexact.errors import InputError, shorten
from stackexact.simulation.protocol import Learner

__all__ = ["BERNOULLI", "GAUSSIAN", "SILENT", "functions", "play"]

SILENT, GAUSSIAN, BERNOULLI = range(3)
"""Kinds of noise: none; a normal deviate added to the mean; 1 with the mean as its probability, else 0."""

_ARRAY: Final = types.Array(types.float64, 1, "C")
_TABLE: Final = types.Array(types.float64, 2, "C")
_COUNTS: Final = types.Array(types.int64, 2, "C")
_PLAYED: Final = types.Array(types.int32, 2, "C")
_REWARDS: Final = types.Array(types.float64, 2, "C")
_CHOOSE: Final = types.int64(_ARRAY, _ARRAY)
_WEIGH: Final = types.void(_ARRAY, _ARRAY, _ARRAY)
_LEARN: Final = types.void(_ARRAY, _ARRAY, types.int64, types.float64)
_LEARN_FROM_RESPONSES: Final = types.void(_ARRAY, _ARRAY, types.int64, types.int64, types.float64)


def _njit(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile for one signature; kept on the disk for the next process where there is a place to write to."""

    def compiled(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(signature, nogil=True, cache=True)(function)
        except RuntimeError:  # neither the folder of the source nor that of the user can be written to
            return numba.njit(signature, nogil=True)(function)

    return compiled


@_njit(_CHOOSE)
def _no_choice(memory, constants):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return 0


@_njit(_WEIGH)
def _no_weights(memory, constants, weights):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return


@_njit(_LEARN)
def _no_learning(memory, constants, action, reward):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return


@_njit(_LEARN_FROM_RESPONSES)
def _no_learning_from_responses(memory, constants, action, response, reward):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    return


@lru_cache(maxsize=256)
def _compiled(function: Callable[..., Any], signature: Any) -> Any:
    try:
        return _njit(signature)(function)
    except numba.core.errors.NumbaError as flaw:
        lines = [line for line in str(flaw).splitlines() if line.strip()]
        said = shorten(" ".join(lines[1:2] or lines))
        place = f"{function.__module__}.{function.__qualname__}"
        raise InputError(f"{place}: expected a function that numba compiles, found {said}; mend it") from None


def functions(learner: Learner) -> tuple[Any, Any, Any, Any]:
    """A learner's compiled functions: choose, weigh, learn, learn from responses; idle ones in the place of others."""
    choose, weigh, learn = learner.choose, learner.weigh, learner.learn
    sees = learner.sees_responses
    return (
        _no_choice if choose is None else _compiled(choose, _CHOOSE),
        _no_weights if weigh is None else _compiled(weigh, _WEIGH),
        _no_learning if sees else _compiled(learn, _LEARN),
        _compiled(learn, _LEARN_FROM_RESPONSES) if sees else _no_learning_from_responses,
    )


@_njit(types.int64(_ARRAY, types.float64))
def _drawn(weights, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The first action at which the sum of the weights is greater than u; the last one with a weight if none is."""
    total = 0.0
    found = -1
    for action in range(len(weights)):
        if weights[action] > 0:
            total += weights[action]
            found = action
            if u < total:
                return action
    return found


@_njit(
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
        _ARRAY,
        _ARRAY,
        _TABLE,
        _TABLE,
        _TABLE,
        _TABLE,
        types.int64,
        types.float64,
        _COUNTS,
        types.int64,
        _PLAYED,
        _REWARDS,
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
    leader_memory,
    leader_constants,
    follower_memory,
    follower_constants,
    leader_means,
    follower_means,
    noise,
    sigma,
    counts,
    rounds,
    played,
    rewards,
):
    """Play some rounds, adding to ``counts``; returns how many were played before an action was out of range.

    ``kinds``: whether the leader is randomised, whether it sees responses, whether the follower is randomised. Row a of
    the follower's memory and constants is its copy for leader action a. If ``played`` has rows, the actions of each
    round are written to them, and the rewards to ``rewards``.
    """
    leader_randomised, sees_responses, follower_randomised = kinds
    leader_actions, follower_actions = counts.shape
    leader_weights = np.zeros(leader_actions)
    follower_weights = np.zeros(follower_actions)
    recording = len(played) > 0
    for t in range(rounds):
        if leader_randomised:
            leader_weigh(leader_memory, leader_constants, leader_weights)
            a = _drawn(leader_weights, rng.random())
        else:
            a = leader_choose(leader_memory, leader_constants)
        if a < 0 or a >= leader_actions:
            return t
        if follower_randomised:
            follower_weigh(follower_memory[a], follower_constants[a], follower_weights)
            b = _drawn(follower_weights, rng.random())
        else:
            b = follower_choose(follower_memory[a], follower_constants[a])
        if b < 0 or b >= follower_actions:
            return t
        counts[a, b] += 1
        one = leader_means[a, b]
        two = follower_means[a, b]
        if noise == GAUSSIAN:
            one += sigma * rng.standard_normal()
            two += sigma * rng.standard_normal()
        elif noise == BERNOULLI:
            one = 1.0 if rng.random() < one else 0.0
            two = 1.0 if rng.random() < two else 0.0
        if sees_responses:
            leader_learn_from_responses(leader_memory, leader_constants, a, b, one)
        else:
            leader_learn(leader_memory, leader_constants, a, one)
        follower_learn(follower_memory[a], follower_constants[a], b, two)
        if recording:
            played[t, 0] = a
            played[t, 1] = b
            rewards[t, 0] = one
            rewards[t, 1] = two
    return rounds
