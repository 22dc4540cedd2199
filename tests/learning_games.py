"""Games in floats for the tests of learning, and their values by brute force: plain loops, other formulas."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np

from stackexact.learning.environment import Environment

Array = Any


def ladder(rungs: int) -> Environment:
    """Independent one-shot problems, one drawn in each episode, in which the second leader action is better by
    0.45/2^k.

    The gaps are a geometric ladder: at every number of episodes some rung is just about to be told apart, which is what
    makes regret grow as √T, and offline suboptimality fall as n^(-1/2), on one and the same instance.
    """
    logits = np.zeros((1, rungs, 2, 2))
    rewards = np.zeros((1, rungs, 2, 2))
    rewards[..., 0] = 1
    for k in range(rungs):
        p = 0.5 + 0.45 / 2 ** (k + 1)
        logits[0, k, 1, 0] = math.log(p / (1 - p))
    initial = np.full(rungs, 1 / rungs)
    return Environment(np.zeros((1, rungs, 2, 2, rungs)), rewards, logits, initial=initial, prescription=False)


def ladder_optimum(environment: Environment) -> float:
    """The second action in every state."""
    rungs = environment.shape[1]
    return float(np.mean([1 / (1 + math.exp(-environment.logits[0, k, 1, 0])) for k in range(rungs)]))


def random_game(
    rng: np.random.Generator,
    shape: tuple[int, int, int, int] = (2, 2, 2, 2),
    *,
    discount: float = 0.0,
    prescription: bool = True,
    eta: float = 1.5,
) -> Environment:
    """A game with random tables."""
    states = shape[1]
    return Environment(
        rng.dirichlet(np.ones(states), size=shape),
        rng.random(shape),
        eta * rng.random(shape),
        initial=rng.dirichlet(np.ones(states)),
        eta=eta,
        discount=discount,
        prescription=prescription,
    )


def random_policy(rng: np.random.Generator, environment: Environment) -> Array:
    """A policy π[h, s, b, a] with full support, which does not depend on b where it may not."""
    stages, states, leader, follower = environment.shape
    rows = rng.dirichlet(np.ones(leader), size=(stages, states, follower if environment.prescription else 1))
    return np.broadcast_to(rows, (stages, states, follower, leader)).copy()


def value_by_paths(environment: Environment, policy: Array) -> float:
    """J(π) as a sum over all paths, with responses by the definition, state by state and without shifts."""
    stages, states, leader, follower = environment.shape
    after = [0.0] * states
    responses: dict[tuple[int, int], list[float]] = {}
    for h in reversed(range(stages)):
        now = []
        for s in range(states):
            weights = []
            for b in range(follower):
                logit = 0.0
                for a in range(leader):
                    later = sum(environment.transitions[h, s, a, b, t] * after[t] for t in range(states))
                    logit += policy[h, s, b, a] * (environment.logits[h, s, a, b] + environment.discount * later)
                weights.append(math.exp(logit))
            responses[h, s] = [one / sum(weights) for one in weights]
            now.append(math.log(sum(weights)))
        after = now if stages > 1 else after
    total = 0.0
    for path in product(product(range(states), range(leader), range(follower)), repeat=stages):
        probability = environment.initial[path[0][0]]
        paid = 0.0
        for h, (s, a, b) in enumerate(path):
            probability *= responses[h, s][b] * policy[h, s, b, a]
            paid += environment.rewards[h, s, a, b]
            if h + 1 < stages:
                probability *= environment.transitions[h, s, a, b, path[h + 1][0]]
        total += probability * paid
    return total


def best_deterministic(environment: Environment) -> tuple[float, Array]:
    """The best of all deterministic policies, by brute force."""
    stages, states, leader, follower = environment.shape
    columns = follower if environment.prescription else 1
    best, found = -math.inf, None
    for flat in product(range(leader), repeat=stages * states * columns):
        chosen = np.array(flat).reshape(stages, states, columns)
        policy = environment.prescribing(np.broadcast_to(chosen, (stages, states, follower)))
        value = environment.value(policy)
        if value > best:
            best, found = value, policy
    return best, found
