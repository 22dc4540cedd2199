"""What a learner is: functions that choose and learn, and nothing but what it may see.

A learner is a frozen dataclass of its parameters with three things:

* ``constants(setting)``: numbers that its functions read, fixed before the first round;
* ``memory(setting)``: how many numbers it may remember; all are 0 at the start;
* two functions on flat ``float64`` arrays, which are compiled and so use numbers, loops, ``math`` and NumPy only:
  ``choose(memory, constants) -> action``, or for randomised learners ``weigh(memory, constants, weights)``, which
  fills in the probability of every action; and ``learn(memory, constants, action, reward)``.

What a learner may see is what its functions are given. A leader that sees the follower's actions (*weakly*
decentralised) says ``sees_responses = True`` and is given ``learn(memory, constants, action, response, reward)``; all
others are *strongly* decentralised. A follower is one copy per leader action, each with a memory of its own.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import reduce
from types import FunctionType
from typing import Any, ClassVar, Final, Literal, NamedTuple, SupportsIndex

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.relation import text_of

__all__ = ["FOLLOWER", "LEADER", "Known", "Learner", "Role", "Setting", "parameter"]

Role = Literal["leader", "follower"]
LEADER: Final[Role] = "leader"
FOLLOWER: Final[Role] = "follower"

FILE: Final = "__stackexact_file__"
"""The attribute of a module that was made of a user's file: its :class:`File`."""


class File(NamedTuple):
    """A user's file as it was read: learners of it mean this text, in other processes and after changes, too."""

    path: str
    text: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """Mean payoffs that a learner with ``knows_payoffs`` is told: its own and the other agent's, action by action."""

    own: tuple[Fraction, ...]
    other: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """What a learner may know before the first round.

    ``horizon`` is the number of rounds; ``learn`` is given rewards times ``unit`` (noise-free rewards are integers so,
    and their sums exact): what is compared with rewards takes the factor ``unit``. It is 1 where rewards are noisy.
    """

    horizon: int
    leader_actions: int
    follower_actions: int
    role: Role
    unit: int = 1
    known: Known | None = None

    @property
    def arms(self) -> int:
        """The number of actions to choose from."""
        return self.leader_actions if self.role == LEADER else self.follower_actions


class Learner(ABC):
    """The base of learners: a frozen dataclass whose fields are its parameters.

    ``roles`` are the sides it can take, ``source`` the publication. The functions are static and are compiled
    (see the module); ``choose`` is ``None`` for a randomised learner and ``weigh`` for any other.
    """

    roles: ClassVar[tuple[Role, ...]] = (LEADER, FOLLOWER)
    source: ClassVar[str] = ""
    sees_responses: ClassVar[bool] = False
    knows_payoffs: ClassVar[bool] = False
    choose: ClassVar[Callable[..., int] | None] = None
    weigh: ClassVar[Callable[..., None] | None] = None
    learn: ClassVar[Callable[..., None]]

    @abstractmethod
    def constants(self, setting: Setting) -> Sequence[float]:
        """Numbers that the functions read, in this setting."""

    @abstractmethod
    def memory(self, setting: Setting) -> int:
        """How many numbers the functions remember."""

    @property
    def name(self) -> str:
        """The learner's name."""
        return type(self).__name__

    @property
    def randomised(self) -> bool:
        """Whether it gives probabilities rather than one action."""
        return self.weigh is not None

    def parameters(self) -> dict[str, Any]:
        """Its parameters as JSON values, exact numbers as text; those left to their defaults are ``null``."""
        return {one.name: _json(getattr(self, one.name)) for one in fields(self)}  # type: ignore[arg-type]

    def document(self, setting: Setting) -> dict[str, Any]:
        """Name, parameters, and the numbers that follow from them in a setting."""
        return {"name": self.name, "parameters": self.parameters(), **self.resolved(setting)}

    def resolved(self, setting: Setting) -> dict[str, Any]:
        """Parameters that defaults give in a setting, for the record."""
        return {"constants": [float(value).hex() for value in self.constants(setting)]}

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        """A learner of a user's file takes the file with it, so that it is itself in another process."""
        file = getattr(sys.modules.get(type(self).__module__), FILE, None)
        if file is None:
            return super().__reduce_ex__(protocol)
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.init}  # type: ignore[arg-type]
        return _rebuilt, (*file, type(self).__qualname__, values)

    def __str__(self) -> str:
        given = ", ".join(f"{key}={value}" for key, value in self.parameters().items() if value is not None)
        return f"{self.name}({given})"


def _rebuilt(path: str, text: bytes, name: str, values: Mapping[str, Any]) -> Learner:
    from stackexact.simulation.registry import module_of

    kind: Any = reduce(getattr, name.split("."), module_of(File(path, text)))
    made: Learner = kind(**values)
    return made


def ours(kind: type) -> bool:
    """Whether a class is one of stackexact's own."""
    return kind.__module__.startswith("stackexact.")


def plain(function: Any) -> Any:
    """The Python function of one that was compiled; anything else as it is."""
    inner = getattr(function, "py_func", None)
    return inner if isinstance(inner, FunctionType) else function


def parameter(
    name: str, value: object, *, least: int = 0, integer: bool = True, optional: bool = False, positive: bool = False
) -> Any:
    """A parameter that a user gave: an integer or an exact number of at least ``least``, or (``positive``) above 0.

    ``None`` stays where it is ``optional``. Raises :class:`~stackexact.errors.UsageError` for anything else.

    >>> parameter("c0", "3/2", integer=False)
    Fraction(3, 2)
    """
    if value is None and optional:
        return None
    wanted = f"{'an integer' if integer else 'an exact number'} {'above 0' if positive else f'of at least {least}'}"
    try:
        number = None if isinstance(value, bool) else exact(value)
    except InputError:
        number = None
    if (
        not isinstance(number, Fraction)
        or number < least
        or (positive and number == 0)
        or (integer and number.denominator != 1)
    ):
        found = shorten(value) if isinstance(value, str) else shorten(str(value))[1:-1]
        raise UsageError(f"{name}: expected {wanted}, found {found}")
    return int(number) if integer else number


def _json(value: Any) -> Any:
    if isinstance(value, Fraction):
        return text_of(value)
    if isinstance(value, tuple):
        return [_json(entry) for entry in value]
    return value
