"""Markov leader-follower games in floats: what learners play in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from stackexact.errors import LimitReached, MissingLibrary, UsageError
from stackexact.learning.arrays import Counts, Floats, frozen, numbers

__all__ = ["Environment", "compiled"]


def compiled() -> Any:
    """The module of the compiled loops; raises :class:`~stackexact.errors.MissingLibrary` without numba or SciPy."""
    try:
        import scipy.linalg  # noqa: F401 - numba takes linear algebra from it

        from stackexact.learning import kernels
    except ImportError as missing:
        raise MissingLibrary(
            f"learning: expected numba and SciPy, found none ({missing}); pip install 'stackexact[sim]'"
        ) from None
    return kernels


@dataclass(frozen=True, eq=False)
class Environment:
    """An episodic game of a leader and a quantal follower, as dense arrays over stages h, states s, leader actions a,
    follower actions b.

    ``transitions[h, s, a, b, s']`` are probabilities (ignored at the last stage), ``rewards[h, s, a, b]`` the leader's
    rewards u, ``logits[h, s, a, b]`` the follower's rewards times its inverse temperature, η r, which is log w where
    weights are given. The follower of policy π(a|s,b) plays ν_h(b|s) ∝ exp ηQ_h(s,b), where
    ηQ_h(s,b) = Σ_a π_h(a|s,b)(ηr_h(s,a,b) + γ Σ_s' P_h(s'|s,a,b) ηV_{h+1}(s')), ηV_h(s) = log Σ_b exp ηQ_h(s,b), and
    γ is the ``discount``: 0 of a myopic follower, up to 1 of a farsighted one (Chen, Wang and Yang 2023,
    "Actions speak what you want"). Where states differ in how many actions they have, ``leader_actions[s]`` and
    ``follower_actions[s]`` say how many of the first ones there are. ``features[s, a, b, :]`` are the vectors φ in
    which learners take rewards and transitions to be linear; by default one component for every (s, a, b). Without
    ``prescription`` the leader's policy may not depend on the follower's action.

    Raises :class:`~stackexact.errors.UsageError` for arrays whose shapes do not fit, probabilities that are none, and
    numbers out of range.

    >>> one = Environment(np.zeros((1, 1, 2, 2, 1)), [[[[0, 1], [0.5, 0]]]], np.log([[[[3, 1], [1, 2]]]]))
    >>> policy = one.prescribing([[[1, 0]]])  # a = 1 where b = 0, a = 0 where b = 1
    >>> one.response(policy).round(4).tolist(), round(one.value(policy), 4)
    ([[[0.5, 0.5]]], 0.75)
    """

    transitions: Floats
    rewards: Floats
    logits: Floats
    initial: Floats = field(default=None)  # type: ignore[arg-type]
    eta: float = 1.0
    discount: float = 0.0
    leader_actions: Counts = field(default=None)  # type: ignore[arg-type]
    follower_actions: Counts = field(default=None)  # type: ignore[arg-type]
    features: Floats = field(default=None)  # type: ignore[arg-type]
    prescription: bool = True

    def __post_init__(self) -> None:
        rewards = numbers("rewards", self.rewards, (None,) * 4)
        stages, states, leader, follower = rewards.shape
        if not rewards.size:
            raise UsageError(f"rewards: expected at least one stage, state and action, found shape {rewards.shape}")
        made: dict[str, Any] = {
            "rewards": rewards,
            "logits": numbers("logits", self.logits, rewards.shape),
            "transitions": numbers("transitions", self.transitions, (*rewards.shape, states)),
            "initial": numbers("initial", np.eye(states)[0] if self.initial is None else self.initial, (states,)),
            "leader_actions": _sizes("leader_actions", self.leader_actions, states, leader),
            "follower_actions": _sizes("follower_actions", self.follower_actions, states, follower),
        }
        tabular = np.eye(states * leader * follower).reshape(states, leader, follower, -1)
        features = tabular if self.features is None else self.features
        made["features"] = numbers("features", features, (states, leader, follower, None))
        for name, value in made.items():
            object.__setattr__(self, name, value)
        for name, value, least, most in (("eta", self.eta, 0.0, math.inf), ("discount", self.discount, 0.0, 1.0)):
            if not (math.isfinite(value) and least <= value <= most) or (name == "eta" and value == 0):
                raise UsageError(f"{name}: expected a number {'> 0' if name == 'eta' else 'in [0, 1]'}, found {value}")
        self._require_probabilities(stages)

    def _require_probabilities(self, stages: int) -> None:
        there = self.available
        for name, rows in (
            ("initial", self.initial[None]),
            *((f"transitions[{h}]", self.transitions[h][there]) for h in range(stages - 1)),
        ):
            if not ((rows >= 0).all() and np.allclose(rows.sum(axis=-1), 1, atol=1e-9)):
                raise UsageError(f"{name}: expected probabilities that sum to 1, found others; mend them")

    @classmethod
    def of(cls, game: Any) -> Environment:
        """The environment of a game of kind ``markov`` in numbers, whose follower responds quantally.

        Raises :class:`~stackexact.errors.UsageError` for other kinds, parameters and followers.
        """
        if getattr(game, "kind", None) != "markov":
            raise UsageError(f"game: expected a game of kind markov, found {_kind_of(game)}")
        if not game.is_numeric:
            names = ", ".join(game.parameters)
            raise UsageError(f"learning: expected a game in numbers, found the parameters {names}; fix them (at)")
        if game.follower.response != "quantal":
            raise UsageError(f"learning: expected a quantal follower, found response {game.follower.response!r}")
        sizes = [(len(one.leader), len(one.follower)) for one in game.actions]
        states, leader, follower = len(sizes), max(n for n, _ in sizes), max(m for _, m in sizes)
        shape = (game.horizon, states, leader, follower)
        made = {name: np.zeros(shape) for name in ("rewards", "logits")}
        transitions = np.zeros((*shape, states))
        for h, row in enumerate(game.stages):
            for s, stage in enumerate(row):
                _fill(made["rewards"][h, s], stage.leader, _float)
                _fill(made["logits"][h, s], *_follower_of(stage, game.follower))
                if stage.transitions is None:  # never reached before the last stage
                    transitions[h, s, :, :, s] = 1.0
                for a, table in enumerate(stage.transitions or ()):
                    for b, law in enumerate(table):
                        for after, probability in law:
                            transitions[h, s, a, b, after] = _float(probability)
        features = None
        if game.features is not None:
            dimension = len(game.features[0][0][0])
            features = np.zeros((states, leader, follower, dimension))
            for s, rows in enumerate(game.features):
                _fill(features[s], rows, lambda vector: [_float(one) for one in vector])
        return cls(
            transitions,
            initial=np.array([_float(one) for one in game.initial]),
            eta=1.0 if game.follower.eta is None else _float(game.follower.eta),
            discount=_float(game.follower.discount),
            leader_actions=np.array([n for n, _ in sizes]),
            follower_actions=np.array([m for _, m in sizes]),
            features=features,  # type: ignore[arg-type]
            prescription=game.prescription,
            **made,
        )

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """How many stages, states, leader actions and follower actions (the most of any state)."""
        stages, states, leader, follower = self.rewards.shape
        return stages, states, leader, follower

    @property
    def dimension(self) -> int:
        """The number d of features."""
        return int(self.features.shape[3])

    @property
    def menu(self) -> int:
        """The number of deterministic prescriptions of the state that has most of them."""
        pairs = zip(self.leader_actions.tolist(), self.follower_actions.tolist(), strict=True)
        return max(int(n ** (m if self.prescription else 1)) for n, m in pairs)

    @cached_property
    def available(self) -> Any:
        """Which (s, a, b) there are."""
        _, _, leader, follower = self.shape
        rows = np.arange(leader)[None, :, None] < self.leader_actions[:, None, None]
        return frozen(rows & (np.arange(follower)[None, None, :] < self.follower_actions[:, None, None]))

    @cached_property
    def bounds(self) -> tuple[float, float]:
        """The least and the greatest reward u of the leader, which learners are taken to know."""
        seen = self.rewards[:, self.available]
        return float(seen.min()), float(seen.max())

    @cached_property
    def scaled(self) -> Floats:
        """The leader's rewards, moved and divided so that they lie in [0, 1]; 0 where there is no action."""
        low, high = self.bounds
        made = np.where(self.available, (self.rewards - low) / ((high - low) or 1.0), 0.0)
        return np.asarray(frozen(made))

    def prescribing(self, actions: Any) -> Floats:
        """The policy π[h, s, b, a] of deterministic prescriptions ``actions[h][s][b]``, indices of leader actions."""
        chosen = np.asarray(actions, dtype=np.int64)
        return np.eye(self.shape[2])[chosen]

    def uniform(self) -> Floats:
        """The policy that plays all leader actions of a state alike."""
        stages, states, leader, follower = self.shape
        row = np.where(np.arange(leader) < self.leader_actions[:, None], 1.0 / self.leader_actions[:, None], 0.0)
        return np.ascontiguousarray(np.broadcast_to(row[None, :, None, :], (stages, states, follower, leader)))

    def response(self, policy: Any) -> Floats:
        """The follower's quantal response ν[h, s, b] to π[h, s, b, a]."""
        pi = self._policy(policy)
        found = compiled().respond(self.transitions, self.logits, self.discount, pi, self.follower_actions)
        return np.asarray(found)

    def value(self, policy: Any) -> float:
        """The leader's expected sum of rewards J(π), where the follower responds quantally."""
        pi = self._policy(policy)
        return float(compiled().evaluate(self.transitions, self.rewards, self.initial, pi, self.response(pi)))

    def _policy(self, policy: Any) -> Floats:
        stages, states, leader, follower = self.shape
        return numbers("policy", policy, (stages, states, follower, leader))


def _sizes(name: str, values: Any, states: int, most: int) -> Counts:
    made = np.full(states, most) if values is None else np.array(values)
    if made.shape != (states,) or made.dtype.kind != "i" or not ((made >= 1) & (made <= most)).all():
        raise UsageError(
            f"{name}: expected a number of actions from 1 to {most} for each of {states} states, found others"
        )
    return np.asarray(frozen(made.astype(np.int64)))


def _kind_of(game: Any) -> str:
    kind = getattr(game, "kind", None)
    return f"kind {kind}" if isinstance(kind, str) else type(game).__name__


def _float(value: Any) -> float:
    try:
        return float(Fraction(value))
    except OverflowError:
        raise LimitReached("learning: expected numbers that a float holds, found larger ones; rescale") from None


def _logarithm(value: Any) -> float:
    """log of a positive fraction of any size."""
    exact = Fraction(value)
    return math.log(exact.numerator) - math.log(exact.denominator)


def _follower_of(stage: Any, follower: Any) -> tuple[Any, Any]:
    """The table of the follower, and what makes a logit of an entry."""
    if stage.weights is not None:
        return stage.weights, _logarithm
    return stage.follower, lambda reward: _float(reward * follower.eta)


def _fill(room: Any, table: Any, made: Any) -> None:
    for a, row in enumerate(table):
        for b, entry in enumerate(row):
            room[a, b] = made(entry)
