"""MLE-GOLF and MLE-BCP over finite classes: a myopic follower, any functions (Chen, Wang and Yang 2023).

Classes come from models: each gives a reward of the follower, θ_i, and values of the leader, U_j. Likelihood says which
θ_i are left; which U_j are, for θ_i, is said by squared Bellman errors: the loss of U_j against its own target, u +
V_{i,j}(s'), is at most β₂ more than that of the best function of the class against the same target.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from stackexact.errors import LimitReached, UsageError
from stackexact.learning.arrays import Floats
from stackexact.learning.environment import Environment, compiled
from stackexact.learning.finite import Models, Tables
from stackexact.learning.linear import MENU, random_policies
from stackexact.learning.playing import Player
from stackexact.learning.records import Log

__all__ = ["Functions", "offline", "online"]


@dataclass(frozen=True)
class Functions(Models):
    """Options of MLE-GOLF and MLE-BCP: those of the finite classes of models, and ``beta2`` of Bellman errors, by
    default ``scale``·H² log(M³H/δ) for M models. ``beta``, of the likelihood, is log(M/δ)."""

    beta2: float | None = None
    scale: float = 0.25

    def __post_init__(self) -> None:
        Models.__post_init__(self)
        for name in ("beta2", "scale"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise UsageError(f"{name}: expected a number >= 0, found {value}")


class Classes:
    """The models of the options as classes of functions, and what data say of them."""

    def __init__(self, environment: Environment, options: Functions) -> None:
        self.models = tuple(one if isinstance(one, Environment) else Environment.of(one) for one in options.models)
        self.environment = environment
        stages, count = environment.shape[0], len(self.models)
        for one in (environment, *self.models):
            if one.shape != environment.shape:
                raise UsageError(f"models: expected the game's shape {environment.shape}, found {one.shape}")
            if one.discount > 0 and stages > 1:
                raise UsageError(
                    f"learning: expected a myopic follower, found discount {one.discount:g}; use omle or pmle"
                )
        if environment.menu > MENU:
            raise LimitReached(
                f"learning: expected at most {MENU} deterministic prescriptions of a state, found {environment.menu}; "
                "take fewer actions"
            )
        low, high = environment.bounds
        self.rewards = np.stack([(one.rewards - low) / ((high - low) or 1.0) for one in self.models])
        self.beta = math.log(count / options.delta) if options.beta is None else options.beta
        default = options.scale * stages**2 * math.log(count**3 * stages / options.delta)
        self.beta2 = default if options.beta2 is None else options.beta2
        self.likelihoods = np.zeros(count)

    def settled(self, options: Functions) -> dict[str, Any]:
        """The numbers that a run uses."""
        told = {"models": len(self.models), "beta": self.beta, "beta2": self.beta2}
        return {**told, "delta": options.delta, "noise": options.noise}

    def hear(self, policy: Floats, answers: Any) -> None:
        """The follower's actions ``answers[h, s, b]`` to a policy."""
        for i, one in enumerate(self.models):
            response = one.response(policy)
            there = answers > 0
            with np.errstate(divide="ignore"):
                self.likelihoods[i] += float((answers[there] * np.log(response[there])).sum())

    def held(self, player: Player, values: Floats, after: Floats) -> Any:
        """Which pairs (i, j) the data leave, of ``values[j, h, s, a, b]`` and ``after[i, j, h, s]`` = V_{i,j}."""
        moves, sums = player.moves.astype(float), player.sums
        targets = np.broadcast_to(sums, (*after.shape[:2], *sums.shape)).copy()
        targets[:, :, :-1] += np.einsum("hsabt,ijht->ijhsab", moves[:-1], after[:, :, 1:])
        visits = moves.sum(axis=4)
        squares = np.einsum("khsab,hsab->kh", values**2, visits)
        losses = squares[None, None] - 2 * np.einsum("ijhsab,khsab->ijkh", targets, values)
        own = np.einsum("ijjh->ijh", losses)
        fits = (own - losses.min(axis=2) <= self.beta2).all(axis=2)
        return fits & (self.likelihoods >= self.likelihoods.max() - self.beta)[:, None]

    def greedy(self) -> tuple[Floats, Floats, Floats]:
        """U_j (the best values of each model), V_{i,j}[h, s], and the policies [i, j, h, s, b, a] that are
        greedy for U_j where the follower is that of θ_i."""
        from stackexact.learning.choosing import DETERMINISTIC, choose

        stages, states, leader, follower = self.environment.shape
        count, none = len(self.models), np.zeros((leader * follower, leader * follower))
        made = np.zeros((count, *self.environment.shape))
        after = np.zeros((count, count, stages, states))
        policies = np.zeros((count, count, stages, states, follower, leader))
        sizes = self.environment.leader_actions, self.environment.follower_actions
        blind = not self.environment.prescription
        for h in reversed(range(stages)):
            for j, model in enumerate(self.models):
                made[j, h] = self.rewards[j, h]
                if h + 1 < stages:
                    made[j, h] += model.transitions[h] @ after[j, j, h + 1]
                for i, s in np.ndindex(count, states):
                    zeta = self.models[i].logits[h, s]
                    after[i, j, h, s] = choose(
                        made[j, h, s], zeta, none, (0.0, 0.0), sizes[0][s], sizes[1][s], DETERMINISTIC, blind,
                        policies[i, j, h, s],
                    )  # fmt: skip
        return made, after, policies

    def evaluated(self, policy: Floats) -> tuple[Floats, Floats]:
        """U_j of one policy in each model, and V_{i,j}[h, s] where the follower is that of θ_i."""
        stages, states = self.environment.shape[:2]
        count = len(self.models)
        made = np.zeros((count, *self.environment.shape))
        after = np.zeros((count, count, stages, states))
        responses = np.stack([one.response(policy) for one in self.models])
        for h in reversed(range(stages)):
            for j, model in enumerate(self.models):
                made[j, h] = self.rewards[j, h]
                if h + 1 < stages:
                    made[j, h] += model.transitions[h] @ after[j, j, h + 1]
            after[:, :, h] = np.einsum("isb,sba,jsab->ijs", responses[:, h], policy[h], made[:, h])
        return made, after


def online(environment: Environment, options: Functions, episodes: int, seed: int) -> Log:
    """MLE-GOLF: of the pairs that are left the most hopeful one, and its greedy policy; plans are made anew when visits
    have doubled."""
    compiled()
    classes = Classes(environment, options)
    player = Player(environment, episodes, seed, bernoulli=options.noise == "bernoulli")
    values, after, policies = classes.greedy()
    hopes = np.einsum("s,ijs->ij", environment.initial, after[:, :, 0])

    def plan() -> Floats:
        left = np.where(classes.held(player, values, after), hopes, -np.inf)
        i, j = np.unravel_index(int(left.argmax()), left.shape)
        return np.ascontiguousarray(policies[i, j])

    while player.left:
        policy = plan()
        visits = player.moves.sum(axis=4)
        before = visits.sum(axis=2)
        known, informed = 1.0 / np.maximum(visits, 1), 1.0 / np.maximum(before.sum(axis=2), 1)
        player.announce(policy, known, informed, 1.0)
        classes.hear(policy, player.moves.sum(axis=(2, 4)) - before)
    return player.log("mle-golf", classes.settled(options), plan())


def offline(environment: Environment, options: Functions, episodes: int, seed: int) -> Log:
    """MLE-BCP: of all deterministic policies the one whose worst value, over the pairs that are left for it, is
    best."""
    classes, tables = Classes(environment, options), Tables(environment, options)
    player = Player(environment, episodes, seed, bernoulli=options.noise == "bernoulli")
    behaviour = random_policies(environment, options.behaviour, options.behaviours, seed)
    share, more = divmod(episodes, len(behaviour))
    for k, policy in enumerate(behaviour):
        before = player.moves.sum(axis=(2, 4))
        player.repeat(policy, share + (k < more))
        classes.hear(policy, player.moves.sum(axis=(2, 4)) - before)
    worst = np.empty(len(tables.policies))
    for k, policy in enumerate(tables.policies):
        values, after = classes.evaluated(policy)
        left = classes.held(player, values, after)
        feared = np.einsum("s,ijs->ij", environment.initial, after[:, :, 0])
        worst[k] = np.where(left, feared, np.inf).min() if left.any() else -np.inf
    settled = {**classes.settled(options), "policies": len(tables.policies), "behaviours": len(behaviour)}
    return player.log("mle-bcp", settled, tables.policies[int(worst.argmax())])
