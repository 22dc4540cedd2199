"""What every learner has to keep, for authors of learners: run it in the tests of your own.

    from stackexact.simulation.conformance import require_conformance

    def test_my_learner():
        require_conformance(MyLearner(), roles=("leader",))

It asks the learner's Python functions, so that an index out of its memory is an error here and not silent damage in
compiled code, and then the compiled ones.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import is_dataclass
from fractions import Fraction
from itertools import product
from typing import Any, Final

import numpy as np

from stackexact.simulation.protocol import FOLLOWER, LEADER, Known, Learner, Role, Setting

__all__ = ["require_conformance"]

HORIZONS: Final = (1, 2, 3, 10, 250)
SHAPES: Final = ((1, 1), (2, 2), (3, 2), (2, 5))


def require_conformance(learner: Learner, *, roles: Sequence[Role] | None = None, compiled: bool = True) -> None:
    """Raise ``AssertionError``, with one line, where a learner does not keep the protocol.

    It is a frozen dataclass that can be pickled, gives the same constants every time, plays actions that there are,
    gives probabilities that sum to 1, stays inside its memory, starts from an empty one, and does when compiled
    (``compiled``; it takes numba) what it does in Python.

    >>> from stackexact.simulation.learners.ucb import UCB
    >>> require_conformance(UCB(), compiled=False)
    """
    name = type(learner).__name__
    _require(is_dataclass(learner), f"{name}: expected a frozen dataclass")
    _require(pickle.loads(pickle.dumps(learner)) == learner, f"{name}: expected that it can be pickled and stays equal")
    _require(isinstance(hash(learner), int), f"{name}: expected a frozen dataclass, which can be hashed")
    _require((learner.choose is None) != (learner.weigh is None), f"{name}: expected one of choose and weigh")
    _require(bool(learner.roles), f"{name}: expected a role")
    for role in roles or learner.roles:
        _require(role in (LEADER, FOLLOWER), f"{name}: expected the roles leader and follower, found {role}")
        _require(role == LEADER or not learner.sees_responses, f"{name}: only a leader sees responses")
        for setting in _settings(learner, role):
            _Trial(learner, setting).run()
    if compiled:
        _compiled_alike(learner, tuple(roles or learner.roles))


def _require(kept: bool, message: str) -> None:
    """An assertion that ``python -O`` keeps."""
    if not kept:
        raise AssertionError(message)


def _settings(learner: Learner, role: Role) -> Iterator[Setting]:
    for horizon, (rows, columns) in product(HORIZONS, SHAPES):
        for unit in (1, 60):
            arms = rows if role == LEADER else columns
            known = Known((Fraction(1, 2),) * arms, tuple(Fraction(k) for k in range(arms)))
            yield Setting(horizon, rows, columns, role, unit, known if learner.knows_payoffs else None)


class _Trial:
    """One learner in one setting, with rewards of every kind."""

    def __init__(self, learner: Learner, setting: Setting) -> None:
        self.learner, self.setting = learner, setting
        self.place = f"{type(learner).__name__}, {setting.role} of {setting.arms}, horizon {setting.horizon}"

    def run(self) -> None:
        for kind in range(3):
            _require(self.played(kind) == self.played(kind), f"{self.place}: expected the same actions every time")

    def played(self, kind: int) -> list[int]:
        """The actions of a whole horizon."""
        learner, setting = self.learner, self.setting
        constants = np.array(list(learner.constants(setting)), dtype=np.float64)
        again = np.array(list(learner.constants(setting)), dtype=np.float64)
        _require(bool((constants == again).all()), f"{self.place}: expected finite constants, the same every time")
        size = learner.memory(setting)
        _require(isinstance(size, int) and size >= 1, f"{self.place}: expected a memory of at least 1 number")
        memory, constants_before = np.zeros(size), constants.copy()
        rng = np.random.default_rng(5)
        actions = []
        for t in range(setting.horizon):
            action = self.action(memory, constants, rng)
            _require(
                0 <= action < setting.arms, f"{self.place}: expected an action below {setting.arms}, found {action}"
            )
            reward = (0.0, float(setting.unit) * (t % 2), float(rng.standard_normal()))[kind]
            seen = (t % setting.follower_actions,) if learner.sees_responses else ()
            try:
                learner.learn(memory, constants, action, *seen, reward)
            except IndexError as flaw:
                raise AssertionError(f"{self.place}: expected to stay inside its memory: {flaw}") from None
            actions.append(action)
        _require(bool((constants == constants_before).all()), f"{self.place}: expected constants that stay")
        return actions

    def action(self, memory: Any, constants: Any, rng: np.random.Generator) -> int:
        if self.learner.choose is not None:
            return int(self.learner.choose(memory, constants))
        weights = np.full(self.setting.arms, np.nan)  # what is not filled in shows
        assert self.learner.weigh is not None
        self.learner.weigh(memory, constants, weights)
        total = float(weights.sum())
        fair = bool((weights >= 0).all()) and abs(total - 1) < 1e-9
        _require(fair, f"{self.place}: expected probabilities that sum to 1, found {weights.tolist()}")
        return int(rng.choice(len(weights), p=weights / total))


def _compiled_alike(learner: Learner, roles: Sequence[Role]) -> None:
    """Compiled and uncompiled functions play the same against a partner that does the same."""
    from stackexact.simulation.loop import functions

    choose, weigh, learn, learn_from_responses = functions(learner)
    for role in roles:
        setting = next(s for s in _settings(learner, role) if (s.horizon, s.arms) == (250, 2) and s.unit == 1)
        constants = np.array(list(learner.constants(setting)), dtype=np.float64)
        memories = np.zeros(learner.memory(setting)), np.zeros(learner.memory(setting))
        rng = np.random.default_rng(6)
        for t in range(setting.horizon):
            if learner.choose is not None:
                plain, quick = int(learner.choose(memories[0], constants)), int(choose(memories[1], constants))
                _require(plain == quick, f"{type(learner).__name__}: compiled it plays {quick}, uncompiled {plain}")
                action = plain
            else:
                weights = np.zeros(setting.arms), np.zeros(setting.arms)
                assert learner.weigh is not None
                learner.weigh(memories[0], constants, weights[0])
                weigh(memories[1], constants, weights[1])
                close = bool(np.allclose(*weights, rtol=1e-12, atol=1e-15))
                _require(close, f"{type(learner).__name__}: compiled and uncompiled probabilities differ")
                action = int(np.argmax(weights[0] + rng.random(setting.arms)))
            reward, seen = float(rng.standard_normal()), t % setting.follower_actions
            if learner.sees_responses:
                learner.learn(memories[0], constants, action, seen, reward)
                learn_from_responses(memories[1], constants, action, seen, reward)
            else:
                learner.learn(memories[0], constants, action, reward)
                learn(memories[1], constants, action, reward)
