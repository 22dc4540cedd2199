"""The suite for authors of learners: every shipped one keeps the protocol, and every way to break it is named."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from itertools import count
from typing import Any

import numpy as np
import pytest

import stackexact as sx
import stackexact.simulation
from stackexact.errors import MissingLibrary
from stackexact.simulation.conformance import require_conformance
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import LEARNERS, learner


@pytest.mark.parametrize("name", list(LEARNERS))
def test_shipped_learners_conform(name: str) -> None:
    require_conformance(learner(f"{name}(L=1)" if name == "LipschitzUCB" else name))


def first(memory: Any, constants: Any) -> int:
    return 0


def idle(memory: Any, constants: Any, action: int, reward: float) -> None:
    pass


@dataclass(frozen=True)
class First(Learner):
    choose = staticmethod(first)
    learn = staticmethod(idle)

    def constants(self, setting: Any) -> Any:
        return [1.0]

    def memory(self, setting: Any) -> int:
        return 1


def far(memory: Any, constants: Any) -> int:
    return 7


def beyond(memory: Any, constants: Any, action: int, reward: float) -> None:
    memory[1] += 1


def changing(memory: Any, constants: Any, action: int, reward: float) -> None:
    constants[0] += 1


def half(memory: Any, constants: Any, weights: Any) -> None:
    weights[0] = 0.5


@dataclass(frozen=True)
class Far(First):
    choose = staticmethod(far)


@dataclass(frozen=True)
class Beyond(First):
    learn = staticmethod(beyond)


@dataclass(frozen=True)
class Changing(First):
    learn = staticmethod(changing)


@dataclass(frozen=True)
class Half(First):
    choose = None
    weigh = staticmethod(half)


@dataclass(frozen=True)
class Neither(First):
    choose = None


@dataclass(frozen=True)
class Fickle(First):
    def constants(self, setting: Any) -> Any:
        return [np.random.default_rng().random()]


def variant(**body: Any) -> type[First]:
    """A learner that differs from the simplest, known by a name of its own, so that it can be pickled."""
    name = f"Variant{next(NUMBERS)}"
    made = dataclass(frozen=True)(type(name, (First,), {"__module__": __name__, **body}))
    globals()[name] = made
    return made


def answers(**given: Any) -> type[First]:
    """A learner whose methods answer what they should not."""

    def method(value: Any) -> Any:
        return lambda self, setting: value

    return variant(**{name: method(value) for name, value in given.items()})


def functions(**given: Any) -> type[First]:
    """A learner with other functions."""
    return variant(**{name: None if one is None else staticmethod(one) for name, one in given.items()})


NUMBERS = count()


def reading(memory: Any, constants: Any) -> int:
    return int(constants[1])


def looking(memory: Any, constants: Any) -> int:
    return int(memory[1])


def looking_ahead(memory: Any, constants: Any, weights: Any) -> None:
    weights[:] = 0.0
    weights[0] = 1 + 0 * memory[1]


def nothing(memory: Any, constants: Any) -> Any:
    return None


def between(memory: Any, constants: Any) -> Any:
    return 0.5


def rolling(memory: Any, constants: Any) -> int:
    return int(np.random.rand())


def short(memory: Any, constants: Any, action: int) -> None:
    pass


def importing(memory: Any, constants: Any) -> int:
    import math

    return math.floor(0.5)


@dataclass(frozen=True)
class Unhashable(First):
    names: Any = ()


@dataclass
class Open(Learner):
    choose = staticmethod(first)
    learn = staticmethod(idle)
    constants = First.constants
    memory = First.memory


class Attached(First):
    def choose(self, memory: Any, constants: Any) -> int:  # type: ignore[override]
        return 0


class Added(First):
    arm: int = 0


def test_the_simplest_conforms() -> None:
    require_conformance(First())
    require_conformance(answers(memory=np.int64(3), constants=np.array([1, 2]))())
    require_conformance(answers(memory=0, constants=())())


PLAIN = [
    (Far, "expected an action from 0 to 0, an integer, found 7"),
    (Beyond, r"learn to raise no error \(is it inside its memory and its constants\?\), found IndexError"),
    (Changing, "constants that stay"),
    (Half, "probabilities that sum to 1"),
    (Neither, "one of choose and weigh"),
    (Fickle, "the same every time"),
    (answers(memory=-1), "expected memory.setting. to give an integer from 0 to .*, found -1; mend it"),
    (answers(memory=1.5), "found 1.5; mend it"),
    (answers(memory=None), "found None; mend it"),
    (answers(memory=2**40), "found 1099511627776; mend it"),
    (answers(constants=None), "constants.setting. to give a sequence of numbers, found TypeError"),
    (answers(constants="12"), "constants.setting. to give finite numbers, found '1'"),
    (answers(constants=[[1.0], [2.0]]), r"to give finite numbers, found \[1.0\]"),
    (answers(constants=[float("nan")]), "to give finite numbers, found nan"),
    (answers(resolved={"a": object()}), r"resolved\(setting\) that JSON can hold, found TypeError"),
    (functions(choose=reading), "choose to raise no error .* found IndexError"),
    (functions(choose=looking), "choose to raise no error .* found IndexError"),
    (functions(choose=None, weigh=looking_ahead), "weigh to raise no error .* found IndexError"),
    (functions(choose=nothing), "an integer, found None"),
    (functions(choose=between), "an integer, found 0.5"),
    (functions(choose=rolling), "expected no random numbers but those of the simulation .* found np.random"),
    (functions(learn=short), r"expected learn\(memory, constants, action, reward\), found learn\("),
    (functions(learn=None), r"expected learn = staticmethod\(FUNCTION\), found none"),
    (lambda: Unhashable([]), "expected that it can be hashed, pickled"),
    (Open, "expected a frozen dataclass"),
    (Attached, r"expected choose = staticmethod\(FUNCTION\), found a function"),
    (Added, "found arm, which is no parameter"),
]


@pytest.mark.parametrize(("made", "error"), PLAIN)
def test_what_breaks_the_protocol_is_named(made: Any, error: str) -> None:
    """One line, that names the learner."""
    with pytest.raises(AssertionError, match=error) as caught:
        require_conformance(made(), compiled=False)
    assert "\n" not in str(caught.value)
    assert "test_conformance.py" in str(caught.value)


def growing(memory: Any, constants: Any, action: int, reward: float) -> None:
    memory[0] += 2.0 ** len(SWITCH)


def hidden(memory: Any, constants: Any) -> int:
    return len(SWITCH)


def dividing(memory: Any, constants: Any) -> int:
    return int(0 * (1 / memory[0]) > 1)


SWITCH: tuple[int, ...] = ()


@pytest.mark.parametrize(
    ("made", "error"),
    [
        (functions(choose=importing), "choose: expected a function that numba compiles, found .*IMPORT_NAME"),
        (functions(learn=growing), "expected that it remembers .1.0., as in Python, found .2.0. when compiled"),
        (functions(choose=hidden), "compiled: expected an action from 0 to 0, an integer, found 1"),
        (functions(choose=dividing), "choose to raise no error .* found ZeroDivisionError"),
    ],
)
def test_what_only_compiled_code_does(monkeypatch: pytest.MonkeyPatch, made: Any, error: str) -> None:
    """Compiled code keeps the globals that it was compiled with: the plain functions see others."""
    from stackexact.simulation import loop

    compiled = loop.functions

    def then(*given: Any, **options: Any) -> Any:
        found = compiled(*given, **options)
        monkeypatch.setitem(globals(), "SWITCH", ())
        return found

    monkeypatch.setitem(globals(), "SWITCH", (1,))
    monkeypatch.setattr(loop, "functions", then)
    with pytest.raises(AssertionError, match=error) as caught:
        require_conformance(made())
    assert "\n" not in str(caught.value)


def test_what_is_no_learner() -> None:
    with pytest.raises(AssertionError, match="expected a learner, found ABCMeta"):
        require_conformance(First)  # type: ignore[arg-type]


def seeing(memory: Any, constants: Any, action: int, response: int, reward: float) -> None:
    memory[0] = response


@dataclass(frozen=True)
class Seeing(First):
    sees_responses = True
    learn = staticmethod(seeing)


def test_a_follower_never_sees_its_own_responses() -> None:
    """Only the functions that the interface calls are given anything."""
    require_conformance(Seeing(), roles=("leader",))
    with pytest.raises(AssertionError, match="only a leader sees responses"):
        require_conformance(Seeing(), roles=("follower",), compiled=False)


def test_what_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without numba one line says so, here and where rounds are played."""
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "stackexact.simulation.loop", raising=False)
    monkeypatch.delattr(stackexact.simulation, "loop", raising=False)
    require_conformance(First(), compiled=False)
    game = sx.Game([[1]], [[1]])
    for use in (lambda: require_conformance(First()), lambda: sx.simulate(game, First(), First(), 1, workers=1)):
        with pytest.raises(
            MissingLibrary, match=r"expected numba, found none .*; pip install 'stackexact\[sim\]'"
        ) as caught:
            use()
        assert "\n" not in str(caught.value)
