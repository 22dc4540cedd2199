"""What every learner has to keep, for authors of learners: run it in the tests of your own.

    from stackexact.simulation.conformance import require_conformance

    def test_my_learner():
        require_conformance(MyLearner(), roles=("leader",))

It asks the learner's Python functions, and then the compiled ones, with checks of their indices.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, Final

import numpy as np

from stackexact.errors import InputError, shorten
from stackexact.simulation.playing import compiled_loop
from stackexact.simulation.protocol import FOLLOWER, LEADER, Known, Learner, Role, Setting
from stackexact.simulation.users import constants_of, memory_of, mending, place, require_kind, require_records

__all__ = ["require_conformance"]

HORIZONS: Final = (1, 2, 3, 10, 250)
SHAPES: Final = ((1, 1), (2, 2), (3, 2), (2, 5))

_Functions = tuple[Any, Any, Any, Any]


def require_conformance(learner: Learner, *, roles: Sequence[Role] | None = None, compiled: bool = True) -> None:
    """Raise ``AssertionError``, with one line, where a learner does not keep the protocol.

    It is a frozen dataclass that can be pickled, gives the same constants every time, plays actions that there are,
    gives probabilities that sum to 1, stays inside its memory, starts from an empty one, draws no random numbers, and
    does and remembers when compiled (``compiled``) what it does in Python. That takes numba: without it
    :class:`~stackexact.errors.MissingLibrary` is raised.

    >>> from stackexact.simulation.learners.ucb import UCB
    >>> require_conformance(UCB(), compiled=False)
    """
    try:
        _require_kept(learner, roles, compiled)
    except InputError as flaw:
        raise AssertionError(flaw.line) from flaw


def _require_kept(learner: Learner, roles: Sequence[Role] | None, compiled: bool) -> None:
    _require(isinstance(learner, Learner), f"expected a learner, found {type(learner).__name__}")
    require_kind(type(learner))
    name = place(type(learner))
    with mending(name, "that it can be hashed, pickled, and stays equal"):
        hash(learner)
        again = pickle.loads(pickle.dumps(learner)) == learner
    _require(again, f"{name}: expected to be equal when pickled and read again, found another; mend it")
    functions = _compiled(learner) if compiled else None
    for role in learner.roles if roles is None else roles:
        _require(role in (LEADER, FOLLOWER), f"{name}: expected the roles leader and follower, found {role}")
        _require(role == LEADER or not learner.sees_responses, f"{name}: only a leader sees responses")
        for setting in _settings(learner, role):
            _Trial(learner, setting, functions).run()


def _compiled(learner: Learner) -> _Functions:
    """With checks, also where the loop does without them: what conforms has shown that it needs none."""
    found: _Functions = compiled_loop().functions(learner, unchecked=False)
    return found


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


class _Side:
    """A learner as it is written, or as it is compiled, with a memory of its own."""

    def __init__(self, learner: Learner, setting: Setting, size: int, functions: _Functions | None = None) -> None:
        self.learner, self.arms = learner, setting.arms
        self.memory, self.constants = np.zeros(size), constants_of(learner, setting)
        if functions is None:
            self._choose, self._weigh, self._learn = learner.choose, learner.weigh, learner.learn
        else:
            self._choose, self._weigh = functions[:2]
            self._learn = functions[3 if learner.sees_responses else 2]
        kind = "" if functions is None else ", compiled"
        self.place = f"{place(type(learner))}, {setting.role} of {setting.arms}, horizon {setting.horizon}{kind}"

    def chosen(self) -> Any:
        """The action it chooses, or the probabilities of all that it gives."""
        if self.learner.randomised:
            return self.weights()
        with self.watched("choose"):
            action: Any = self._choose(self.memory, self.constants)  # type: ignore[misc]
        there = isinstance(action, int | np.integer | np.bool_) and 0 <= int(action) < self.arms
        wanted = f"an action from 0 to {self.arms - 1}, an integer"
        _require(there, f"{self.place}: expected {wanted}, found {shorten(repr(action))[1:-1]}")
        return int(action)

    def weights(self) -> np.ndarray:
        """The probabilities it gives."""
        weights = np.full(self.arms, np.nan)  # what is not filled in shows
        with self.watched("weigh"):
            self._weigh(self.memory, self.constants, weights)  # type: ignore[misc]
        fair = bool((weights >= 0).all()) and abs(float(weights.sum()) - 1) <= 1e-9
        _require(fair, f"{self.place}: expected probabilities that sum to 1, found {weights.tolist()}")
        return weights

    def learn(self, *seen: Any) -> None:
        """Tell it of a round."""
        with self.watched("learn"):
            self._learn(self.memory, self.constants, *seen)

    def watched(self, name: str) -> Any:
        """Around its functions."""
        return mending(self.place, f"{name} to raise no error (is it inside its memory and its constants?)")


class _Trial:
    """One learner in one setting, with rewards of every kind."""

    def __init__(self, learner: Learner, setting: Setting, functions: _Functions | None) -> None:
        self.learner, self.setting, self.functions = learner, setting, functions
        self.place = f"{place(type(learner))}, {setting.role} of {setting.arms}, horizon {setting.horizon}"

    def run(self) -> None:
        for kind in range(3):
            again = self.played(kind, None)
            _require(self.played(kind, self.functions) == again, f"{self.place}: expected the same actions every time")

    def played(self, kind: int, functions: _Functions | None) -> list[int]:
        """The actions of a whole horizon; compiled functions play along."""
        sizes = [memory_of(self.learner, self.setting) for _ in range(2)]
        _require(sizes[0] == sizes[1], f"{self.place}: expected the same memory every time")
        sides = [_Side(self.learner, self.setting, sizes[0])]
        require_records(self.learner, self.setting)
        before = sides[0].constants.copy()
        same = np.array_equal(before, constants_of(self.learner, self.setting))
        _require(same, f"{self.place}: expected finite constants, the same every time")
        if functions is not None:
            sides.append(_Side(self.learner, self.setting, sizes[0], functions))
        with np.errstate(all="ignore"):
            actions = self.rounds(sides, kind)
        for side in sides:
            _require(np.array_equal(side.constants, before), f"{side.place}: expected constants that stay")
        return actions

    def rounds(self, sides: Sequence[_Side], kind: int) -> list[int]:
        """Both sides play as the first does."""
        rng = np.random.default_rng(5)
        actions = []
        for t in range(self.setting.horizon):
            chosen = [side.chosen() for side in sides]
            self.require_alike("plays", chosen)
            action = chosen[0]
            if self.learner.randomised:
                action = int(rng.choice(self.setting.arms, p=chosen[0] / chosen[0].sum()))
            reward = (0.0, float(self.setting.unit) * (t % 2), float(rng.standard_normal()))[kind]
            seen = (t % self.setting.follower_actions,) if self.learner.sees_responses else ()
            for side in sides:
                side.learn(action, *seen, reward)
            self.require_alike("remembers", [side.memory for side in sides])
            actions.append(action)
        return actions

    def require_alike(self, does: str, found: Sequence[Any]) -> None:
        """The compiled functions do what those in Python do, but for rounding."""
        one, two = found[0], found[-1]
        if one is two or np.array_equal(one, two) or np.allclose(one, two, rtol=1e-9, atol=1e-12, equal_nan=True):
            return
        plain, quick = (shorten(str(np.asarray(value).tolist()))[1:-1] for value in (one, two))
        raise AssertionError(
            f"{self.place}: expected that it {does} {plain}, as in Python, found {quick} when compiled"
        )
