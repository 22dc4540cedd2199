"""MLE-OVI and MLE-PVI: a myopic quantal follower, linear rewards and transitions (Chen, Wang and Yang 2023).

The names are the paper's; the bodies are put together from their ingredients as documented in docs/learning.md, since
constants of the paper's bonuses are far beyond what is useful on small games.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from stackexact.errors import UsageError
from stackexact.learning.arrays import Floats, dyadic, frozen
from stackexact.learning.environment import Environment, compiled
from stackexact.learning.fitting import Normalisation
from stackexact.learning.playing import Player
from stackexact.learning.records import Log

__all__ = ["MENU", "Linear", "offline", "online", "plain", "random_policies"]

MENU: Final = 4096
"""Deterministic prescriptions of a state that are enumerated."""


@dataclass(frozen=True)
class Linear:
    """Options of the linear algorithms. Left out, ``beta1`` is scale·H·√ι, ``beta2`` scale·√ι/η, where
    ι = log(2dHT/δ), ``C`` is η², and ``B`` is √d times the range of the follower's rewards, which the learner is taken
    to know (plus what the normalisation takes).

    ``prescriptions`` are ``"deterministic"`` (enumerated, or searched one action at a time where a state has more than
    4096) or ``"randomised"`` (edges, with and without penalties, then local search). Plans are made anew ``"each"``
    episode, or when what was learnt since (trace of Σ⁻¹ΔΣ or Λ⁻¹ΔΛ of some stage) reaches ``growth`` − 1
    (``replan="doubling"``: by then some determinant has grown by the factor ``growth``). ``noise`` of the leader's
    rewards, which are scaled to [0, 1]: ``"none"`` or ``"bernoulli"``. ``normalisation`` is (x[a, b], ς) with
    ⟨x, r(s,·,·)⟩ = ς; left out, θ has no part that does nothing but add a function of the state. Offline, the policies
    that data come from are ``behaviour[k, h, s, b, a]``, one after the other; left out, ``behaviours`` deterministic
    ones that are drawn at random.
    """

    scale: float = 0.25
    delta: float = 0.05
    beta1: float | None = None
    beta2: float | None = None
    C: float | None = None
    B: float | None = None
    prescriptions: str = "deterministic"
    replan: str = "doubling"
    growth: float = 2.0
    noise: str = "none"
    normalisation: Any = None
    behaviour: Any = None
    behaviours: int = 64

    def __post_init__(self) -> None:
        for name, values in (
            ("prescriptions", ("deterministic", "randomised")),
            ("replan", ("each", "doubling")),
            ("noise", ("none", "bernoulli")),
        ):
            if getattr(self, name) not in values:
                found = getattr(self, name)
                raise UsageError(f"{name}: expected {' or '.join(map(repr, values))}, found {found!r}")
        for name, least in (("scale", 0.0), ("beta1", 0.0), ("beta2", 0.0), ("C", 0.0), ("B", 0.0), ("growth", 1.0)):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= least):
                raise UsageError(f"{name}: expected a number >= {least:g}, found {value}")
        if not 0 < self.delta < 1:
            raise UsageError(f"delta: expected a number > 0 and < 1, found {self.delta}")

    def normal(self, environment: Environment) -> Normalisation:
        """What makes the follower's parameters identifiable."""
        return Normalisation.of(environment.features, environment.available, self.normalisation)

    def settled(self, environment: Environment, episodes: int, *, bonuses: bool = True) -> dict[str, Any]:
        """The numbers that a run uses, defaults filled in; none but 0 for bonuses where there are none."""
        stages = environment.shape[0]
        dimension, eta = environment.dimension, environment.eta
        iota = math.log(2 * dimension * stages * max(episodes, 1) / self.delta)
        seen = environment.logits[:, environment.available] / eta
        spread = max(float(seen.max() - seen.min()), 1.0)
        origin = float(np.linalg.norm(self.normal(environment).origin))
        defaults = {
            "beta1": self.scale * stages * math.sqrt(iota),
            "beta2": self.scale * math.sqrt(iota) / eta,
            "C": eta**2,
            "B": origin + math.sqrt(dimension) * spread,
        }
        made = {name: value if getattr(self, name) is None else getattr(self, name) for name, value in defaults.items()}
        if not bonuses:
            made |= {"beta1": 0.0, "beta2": 0.0}
        told = {name: getattr(self, name) for name in ("prescriptions", "replan", "growth", "noise")}
        return {**made, **told, "delta": self.delta, "scale": self.scale}


class Planner:
    """What a learner knows, and the plan it makes of that."""

    def __init__(self, player: Player, options: Linear, settled: dict[str, Any], sign: float) -> None:
        environment = player.environment
        if environment.discount > 0 and environment.shape[0] > 1:
            raise UsageError(
                f"learning: expected a myopic follower, found discount {environment.discount:g}; "
                "farsighted ones are for omle and pmle"
            )
        stages, states, leader, follower = environment.shape
        compiled()
        from stackexact.learning import choosing, newton, planning

        self._newton, self._plan = newton, planning.plan
        self._player, self._environment = player, environment
        self._normal = known = options.normal(environment)
        self._bound = known.radius(settled["B"])
        self._z = np.zeros((stages, known.basis.shape[1]))
        self._multipliers = [0.0] * stages
        eta, beta2 = environment.eta, settled["beta2"]
        self._bonus = sign * settled["beta1"]
        self._penalty = (sign * 2 * stages * eta * beta2, sign * 2 * stages * settled["C"] * beta2**2)
        self._blind = not environment.prescription
        if settled["prescriptions"] == "randomised":
            self._way = choosing.MIXED
        else:
            self._way = choosing.DETERMINISTIC if environment.menu <= MENU else choosing.LOCAL
        size = environment.dimension
        self.inverses = np.empty((stages, size, size))
        self.policy = np.zeros((stages, states, follower, leader))
        self.known = np.zeros((stages, states, leader, follower))
        self.informed = np.zeros((stages, states))
        self.worths = np.zeros((stages, states))

    def parameters(self) -> Floats:
        """θ̂[h, :], the constrained maximum-likelihood estimates so far; and Σ_h⁻¹ on the way."""
        player, environment = self._player, self._environment
        count, eta = player.cells, environment.eta
        measured, sizes = player.features[:count], player.sizes[:count]
        origin, basis = self._normal.origin, self._normal.basis
        offsets = np.ascontiguousarray(eta * (measured @ origin))
        faced = np.ascontiguousarray(eta * (measured @ basis))
        for h in range(environment.shape[0]):
            counts, z = player.counts[h, :count], self._z[h]
            self._multipliers[h] = self._newton.minimise(
                faced, offsets, sizes, counts, self._bound, z, self._multipliers[h]
            )
            gram = np.eye(environment.dimension)
            self._newton.information(faced, offsets, sizes, counts, z, measured, gram)
            self.inverses[h] = np.linalg.inv(gram)
        return origin + self._z @ basis.T

    def plan(self) -> Floats:
        """The policy π[h, s, b, a] to announce now, its probabilities rounded to multiples of 2^-30."""
        environment, player = self._environment, self._player
        zeta = environment.eta * np.einsum("sabd,hd->hsab", environment.features, self.parameters())
        self._plan(
            environment.features,
            player.moves,
            player.sums,
            self.inverses,
            np.ascontiguousarray(zeta),
            self._bonus,
            self._penalty,
            environment.leader_actions,
            environment.follower_actions,
            self._way,
            self._blind,
            self.policy,
            self.known,
            self.informed,
            self.worths,
        )
        return dyadic(self.policy)


def online(environment: Environment, options: Linear, episodes: int, seed: int) -> Log:
    """MLE-OVI: plan optimistically, announce, observe."""
    settled = options.settled(environment, episodes)
    player = Player(environment, episodes, seed, bernoulli=options.noise == "bernoulli")
    planner = Planner(player, options, settled, +1.0)
    enough = 0.0 if options.replan == "each" else options.growth - 1
    while player.left:
        policy = planner.plan()
        player.announce(policy, planner.known, planner.informed, enough)
    return player.log("mle-ovi", settled, planner.plan())


def offline(environment: Environment, options: Linear, episodes: int, seed: int, *, pessimism: bool = True) -> Log:
    """MLE-PVI on episodes of the behaviour policies; without ``pessimism``, the plain plan of the estimates."""
    settled = options.settled(environment, episodes, bonuses=pessimism)
    player = Player(environment, episodes, seed, bernoulli=options.noise == "bernoulli")
    policies = random_policies(environment, options.behaviour, options.behaviours, seed)
    settled["behaviours"] = len(policies)
    share, more = divmod(episodes, len(policies))
    for k, policy in enumerate(policies):
        player.repeat(policy, share + (k < more))
    planner = Planner(player, options, settled, -1.0)
    return player.log("mle-pvi" if pessimism else "mle-plain", settled, planner.plan())


def plain(environment: Environment, options: Linear, episodes: int, seed: int) -> Log:
    """The plan of the estimates from offline data as they stand, to compare MLE-PVI with."""
    return offline(environment, options, episodes, seed, pessimism=False)


def random_policies(environment: Environment, given: Any, count: int, seed: int) -> Floats:
    """The policies [k, h, s, b, a] that offline data come from: those given, or deterministic ones drawn at random."""
    stages, states, leader, follower = environment.shape
    if given is not None:
        made = np.asarray(given, dtype=float)
        wanted = (stages, states, follower, leader)
        if made.ndim != 5 or made.shape[1:] != wanted or not len(made):
            raise UsageError(f"behaviour: expected policies of shape {('any', *wanted)}, found {made.shape}")
        return dyadic(made)
    if count < 1:
        raise UsageError(f"behaviours: expected at least 1, found {count}")
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(2)[1]))
    shape = (count, stages, states, follower if environment.prescription else 1)
    chosen = rng.integers(0, environment.leader_actions[None, None, :, None], size=shape)
    return np.asarray(frozen(np.eye(leader)[np.broadcast_to(chosen, (*shape[:3], follower))]))
