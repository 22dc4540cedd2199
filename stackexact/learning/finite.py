"""OMLE and PMLE: a farsighted quantal follower, and a finite class of models (Chen, Wang and Yang 2023).

A likelihood ratio against the truth is a supermartingale, so that the set {log-likelihood ≥ max − log(M/δ)} of M models
holds the truth, if the class does, at all times with probability at least 1 − δ (Ville's inequality).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

import numpy as np

from stackexact.errors import LimitReached, UsageError
from stackexact.exact.records import FrozenMapping
from stackexact.learning.arrays import Floats, frozen
from stackexact.learning.environment import Environment, compiled
from stackexact.learning.linear import random_policies
from stackexact.learning.playing import Player
from stackexact.learning.records import Log
from stackexact.traces.checkpoints import log_spaced

__all__ = ["Models", "model_class", "offline", "online", "plain"]

MOST: Final = 20_000_000
"""Numbers in the table of responses, or of values."""


@dataclass(frozen=True)
class Models:
    """Options of OMLE and PMLE. ``models`` is the class, games or environments of the shape of what is played;
    ``beta`` is log(M/``delta``) if left out. The leader's rewards are scaled to [0, 1] and seen with ``noise``
    ``"none"`` (a model with other rewards than seen is refuted) or ``"bernoulli"``. Offline, ``behaviour`` and
    ``behaviours`` as in the linear algorithms.
    """

    models: Sequence[Any] = ()
    beta: float | None = None
    delta: float = 0.05
    noise: str = "none"
    behaviour: Any = None
    behaviours: int = 64

    def __post_init__(self) -> None:
        if self.noise not in ("none", "bernoulli"):
            raise UsageError(f"noise: expected 'none' or 'bernoulli', found {self.noise!r}")
        if not 0 < self.delta < 1:
            raise UsageError(f"delta: expected a number > 0 and < 1, found {self.delta}")
        if self.beta is not None and not (math.isfinite(self.beta) and self.beta >= 0):
            raise UsageError(f"beta: expected a number >= 0, found {self.beta}")
        if not len(self.models):
            raise UsageError("models: expected at least one, found none; pass models=[...] (see model_class)")


def model_class(environment: Environment, count: int, *, spread: float = 1.0, seed: int = 0) -> tuple[Environment, ...]:
    """``count`` models of which the first is the environment; the others have logits with normal deviates added.

    >>> one = Environment(np.zeros((1, 1, 1, 2, 1)), [[[[0, 1]]]], [[[[0, 1]]]])
    >>> len(model_class(one, 3))
    3
    """
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(3)[2]))
    shape = environment.logits.shape
    others = [
        replace(environment, logits=environment.logits + spread * rng.standard_normal(shape)) for _ in range(count - 1)
    ]
    return environment, *others


class Tables:
    """All models beside all deterministic policies: what each is worth in each."""

    def __init__(self, environment: Environment, options: Models) -> None:
        self.environment = environment
        self.models = tuple(one if isinstance(one, Environment) else Environment.of(one) for one in options.models)
        for one in self.models:
            if one.shape != environment.shape:
                raise UsageError(f"models: expected the game's shape {environment.shape}, found {one.shape}")
        self.beta = math.log(len(self.models) / options.delta) if options.beta is None else options.beta
        self.policies = _policies(environment, self.models)
        if len(self.policies) * len(self.models) * max(environment.rewards[..., 0, :].size, 1) > MOST:
            raise LimitReached(
                f"learning: expected at most {MOST} numbers (models x policies x responses), found "
                f"{len(self.models)} models and {len(self.policies)} policies; take fewer models"
            )
        kernels = compiled()
        self.values = np.empty((len(self.models), len(self.policies)))
        for m, one in enumerate(self.models):
            for k, policy in enumerate(self.policies):
                response = kernels.respond(one.transitions, one.logits, one.discount, policy, one.follower_actions)
                self.values[m, k] = kernels.evaluate(one.transitions, one.rewards, one.initial, policy, response)

    def settled(self, options: Models) -> dict[str, Any]:
        """The numbers that a run uses."""
        told = {"models": len(self.models), "policies": len(self.policies)}
        return {**told, "beta": self.beta, "delta": options.delta, "noise": options.noise}

    def moved(self) -> Floats:
        """What a move adds to the log-likelihood of each model."""
        with np.errstate(divide="ignore"):
            return np.log(np.stack([one.transitions for one in self.models]))

    def paid(self, noise: str) -> Floats:
        """What a reward adds to the log-likelihood of each model: first of 0 (or of what is seen), then of 1."""
        low, high = self.environment.bounds
        width = (high - low) or 1.0
        seen = np.stack([(one.rewards - low) / width for one in self.models])
        with np.errstate(divide="ignore"):
            if noise == "bernoulli":
                inside = np.clip(seen, 0, 1)
                return np.concatenate([np.log(1 - inside), np.log(inside)])
            same = np.abs(seen - self.environment.scaled) <= 1e-9
            refuted = np.log(same.astype(np.float64))
            return np.concatenate([refuted, refuted])


def _policies(environment: Environment, models: Sequence[Environment]) -> Floats:
    """Deterministic policies that differ where some model comes to, [k, h, s, b, a]; elsewhere the first action."""
    stages, states, leader, follower = environment.shape
    reached = _reached(models)
    free = [(h, s) for h in range(stages) for s in range(states) if reached[h, s]]
    menus = [
        [
            [*chosen, *[0] * (follower - int(environment.follower_actions[s]))]
            if environment.prescription
            else [chosen[0]] * follower
            for chosen in product(
                range(int(environment.leader_actions[s])),
                repeat=int(environment.follower_actions[s]) if environment.prescription else 1,
            )
        ]
        for _, s in free
    ]
    count = math.prod(map(len, menus))
    if count * environment.logits.size > MOST:
        raise LimitReached(
            f"learning: expected at most {MOST} numbers (deterministic policies x size), found {count} policies; "
            "take fewer stages, states or actions"
        )
    made = np.zeros((count, stages, states, follower), dtype=np.int64)
    for k, choice in enumerate(product(*menus)):
        for (h, s), actions in zip(free, choice, strict=True):
            made[k, h, s] = actions
    return np.ascontiguousarray(np.eye(leader)[made])


def _reached(models: Sequence[Environment]) -> Any:
    """Which states are reached at which stage, in some model, by some actions."""
    stages, states, *_ = models[0].shape
    made = np.zeros((stages, states), dtype=bool)
    made[0] = np.any([one.initial > 0 for one in models], axis=0)
    for h in range(stages - 1):
        arrows = np.any([(one.transitions[h] > 0).any(axis=(1, 2)) for one in models], axis=0)
        made[h + 1] = arrows[made[h]].any(axis=0)
    return made


def online(environment: Environment, options: Models, episodes: int, seed: int) -> Log:
    """OMLE: in each episode the best policy of the most hopeful model that the likelihood allows."""
    tables = Tables(environment, options)
    compiled()
    from stackexact.learning.guessing import optimistic

    best = tables.values.argmax(axis=1)
    used, rank = np.unique(best, return_inverse=True)
    policies = np.ascontiguousarray(tables.policies[used])
    responses = np.stack([environment.response(policy) for policy in policies])
    with np.errstate(divide="ignore"):
        fitted = np.log([[one.response(policies[k]) for k in rank] for one in tables.models])
    shape = environment.shape
    likelihoods, announced = np.zeros(len(tables.models)), np.zeros(episodes, dtype=np.int64)
    total, kept, done, following = np.zeros(shape, dtype=np.int64), [], 0, 0
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(1)[0]))
    moved, paid = tables.moved(), tables.paid(options.noise)
    for end in log_spaced(episodes):
        following = optimistic(
            rng,
            environment.transitions,
            environment.scaled,
            environment.initial,
            policies,
            responses,
            options.noise == "bernoulli",
            fitted,
            moved,
            paid,
            rank.astype(np.int64),
            tables.values.max(axis=1),
            tables.beta,
            likelihoods,
            announced[done:end],
            total,
        )
        kept.append(total.copy())
        done = end
    learnt = policies[rank[following]]
    return Log(
        "omle",
        FrozenMapping(tables.settled(options)),
        seed,
        episodes,
        environment,
        frozen(policies),
        frozen(announced),
        frozen(responses),
        frozen(np.array([environment.value(policy) for policy in policies])),
        frozen(learnt.copy()),
        environment.value(learnt),
        log_spaced(episodes),
        frozen(np.stack(kept)),
    )


def offline(environment: Environment, options: Models, episodes: int, seed: int, *, pessimism: bool = True) -> Log:
    """PMLE: the policy whose worst value in the confidence set is best; without ``pessimism``, the best policy of the
    most likely model."""
    tables = Tables(environment, options)
    player = Player(environment, episodes, seed, bernoulli=options.noise == "bernoulli")
    behaviour = random_policies(environment, options.behaviour, options.behaviours, seed)
    share, more = divmod(episodes, len(behaviour))
    answers = []
    for k, policy in enumerate(behaviour):
        before = player.moves.sum(axis=(2, 4))
        player.repeat(policy, share + (k < more))
        answers.append(player.moves.sum(axis=(2, 4)) - before)
    likelihoods = likelihood(tables, options, player, behaviour, answers)
    held = likelihoods >= likelihoods.max() - tables.beta
    if not pessimism:
        held = np.arange(len(held)) == likelihoods.argmax()
    chosen = int(tables.values[held].min(axis=0).argmax())
    settled = {**tables.settled(options), "behaviours": len(behaviour), "held": int(held.sum())}
    return player.log("pmle" if pessimism else "mle-model", settled, tables.policies[chosen])


def plain(environment: Environment, options: Models, episodes: int, seed: int) -> Log:
    """The best policy of the most likely model of offline data, to compare PMLE with."""
    return offline(environment, options, episodes, seed, pessimism=False)


def likelihood(tables: Tables, options: Models, player: Player, behaviour: Floats, answers: Sequence[Any]) -> Floats:
    """The log-likelihood of every model; transitions and rewards from all episodes, and responses policy by policy:
    ``answers[k][h, s, b]`` counts those to ``behaviour[k]``."""
    made = np.zeros(len(tables.models))
    moved, paid = tables.moved(), tables.paid(options.noise)
    moves, sums = player.moves, player.sums
    visits = moves.sum(axis=4)
    ones = sums if options.noise == "bernoulli" else np.zeros_like(sums)
    count = len(tables.models)
    for m, one in enumerate(tables.models):
        made[m] += _weighted(moves[:-1], moved[m][:-1])
        made[m] += _weighted(visits - ones, paid[m]) + _weighted(ones, paid[count + m])
        for policy, seen in zip(behaviour, answers, strict=True):
            with np.errstate(divide="ignore"):
                made[m] += _weighted(seen, np.log(one.response(policy)))
    return made


def _weighted(counts: Any, logarithms: Any) -> float:
    """Σ counts · logarithms, where 0 · (−∞) is 0."""
    there = counts > 0
    return float((counts[there] * logarithms[there]).sum())
