"""How followers learn to respond, as settings; each is one row of :data:`ALGORITHMS`.

All of them keep a record for each type of a follower by itself, and see utilities that are moved and scaled, follower
by follower, to reach from 0 to 1 over everything that can happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, ClassVar, Final, TypeAlias

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.traces.arguments import found, number_named

__all__ = ["ALGORITHMS", "Algorithm", "MultiplicativeWeights", "QLearning", "RegretMatching", "algorithm_of"]

_FEEDBACK: Final = {"sampled": Fraction(1, 100), "expected": Fraction(1, 10)}
"""What weights are multiplied by, with the ε of the authors' code."""
_SCHEDULES: Final = ("constant", "anytime")
_AVERAGE: Final = "average"


@dataclass(frozen=True, slots=True)
class MultiplicativeWeights:
    """Weights w of a type's actions, which are played in proportion to them; all are 1 at first.

    After a round with that type, every action's weight is multiplied by (1 + ``epsilon``)^u. With the ``feedback``
    "sampled" (the first version of the code of Brero et al., arXiv:2210.03852) u is the utility of that action against
    the actions that the others have just played, and ε is 1/100 by default; with "expected" (their newer version) it is
    the mean against what the others, of the types that were drawn, were about to play, and ε is 1/10. The ``schedule``
    "anytime" has no ε: before the n-th round with a type with M actions weights are exp(η_n U), U the sum of the
    utilities of an action so far and η_n = 2 √(log(M)/n), so that regret grows no faster than √n, however long it is
    played.

    Raises :class:`~stackexact.errors.UsageError` for other words, and an ε that is not positive or not wanted.

    >>> MultiplicativeWeights().document()
    {'feedback': 'sampled', 'schedule': 'constant', 'epsilon': '1/100'}
    >>> MultiplicativeWeights("expected", "anytime").document()
    {'feedback': 'expected', 'schedule': 'anytime'}
    """

    name: ClassVar[str] = "multiplicative-weights"

    feedback: str = "sampled"
    schedule: str = "constant"
    epsilon: Fraction | None = None

    def __post_init__(self) -> None:
        _require_word("feedback", self.feedback, tuple(_FEEDBACK))
        _require_word("schedule", self.schedule, _SCHEDULES)
        if self.schedule == "anytime":
            if self.epsilon is not None:
                told = f"expected none with the schedule anytime, found {shorten(self.epsilon)}; leave it out"
                raise UsageError(f"epsilon: {told}")
            return
        given = _FEEDBACK[self.feedback] if self.epsilon is None else self.epsilon
        object.__setattr__(self, "epsilon", _number("epsilon", given, least=None, most=Fraction(10**6)))

    def document(self) -> dict[str, str]:
        """The settings as text."""
        made = {"feedback": self.feedback, "schedule": self.schedule}
        return made if self.epsilon is None else {**made, "epsilon": text_of(self.epsilon)}


@dataclass(frozen=True, slots=True)
class RegretMatching:
    """A type's actions are played in proportion to their regrets where these are positive, alike where none is.

    The regret of an action sums its utilities against the actions that the others have just played, less those that
    what the type was about to play had on average (Hart and Mas-Colell 2000 for external regrets; they take the action
    that was drawn, which comes to the same on average, but has no bound of such simplicity).

    >>> RegretMatching().document()
    {}
    """

    name: ClassVar[str] = "regret-matching"

    def document(self) -> dict[str, str]:
        """The settings as text."""
        return {}


@dataclass(frozen=True, slots=True)
class QLearning:
    """A type plays its action with the greatest Q, the first of several, or explores: then all are drawn alike.

    Only the utility of what was played is seen: Q += ``step`` (u − Q); with the step "average" Q is the mean utility of
    the rounds in which the action was played. In the n-th round with the type the chance to explore is ``exploration``
    n^(−``decay``). ``initial`` are all Q at first. There is no bound on the regret of such followers.

    Raises :class:`~stackexact.errors.UsageError` for numbers out of range.

    >>> QLearning(step="average", exploration="1/5", decay="1/3").document()
    {'step': 'average', 'exploration': '1/5', 'decay': '1/3', 'initial': '0'}
    """

    name: ClassVar[str] = "q-learning"

    step: Fraction | str = Fraction(1, 10)
    exploration: Fraction = Fraction(1, 10)
    decay: Fraction = Fraction(0)
    initial: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        values = {
            "step": self.step if self.step == _AVERAGE else _number("step", self.step, None, Fraction(1)),
            "exploration": _number("exploration", self.exploration, Fraction(0), Fraction(1)),
            "decay": _number("decay", self.decay, Fraction(0), Fraction(10)),
            "initial": _number("initial", self.initial, Fraction(-100), Fraction(100)),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def document(self) -> dict[str, str]:
        """The settings as text."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: value if isinstance(value, str) else text_of(value) for name, value in values.items()}


Algorithm: TypeAlias = MultiplicativeWeights | RegretMatching | QLearning
"""How followers learn."""

ALGORITHMS: Final = {one.name: one for one in (MultiplicativeWeights, RegretMatching, QLearning)}
"""Every algorithm by name."""


def algorithm_of(name: object, settings: Mapping[str, Any]) -> Algorithm:
    """The algorithm of a name with settings; those that are left out have their defaults.

    Raises :class:`~stackexact.errors.UsageError` for a name or a setting that there is not.

    >>> algorithm_of("multiplicative-weights", {"feedback": "expected"}).epsilon
    Fraction(1, 10)
    """
    row = ALGORITHMS.get(name) if isinstance(name, str) else None
    if row is None:
        raise UsageError(f"algorithm: expected one of {', '.join(ALGORITHMS)}, found {found(name)}; name one")
    known = [one.name for one in fields(row)]
    for setting in settings:
        if setting not in known:
            expected = f"one of its settings ({', '.join(known)})" if known else "no settings"
            raise UsageError(f"{name}: expected {expected}, found {shorten(setting)}; leave it out")
    return row(**settings)


def _require_word(what: str, value: object, known: tuple[str, ...]) -> None:
    if not isinstance(value, str) or value not in known:
        raise UsageError(f"{what}: expected one of {', '.join(known)}, found {found(value)}; write one of them")


def _number(name: str, value: object, least: Fraction | None, most: Fraction) -> Fraction:
    """A number from ``least``, or above 0, to ``most``."""
    made = number_named(name, value)
    if made > most or (made <= 0 if least is None else made < least):
        start = "above 0, at most" if least is None else f"from {text_of(least)} to"
        raise UsageError(f"{name}: expected a number {start} {text_of(most)}, found {shorten(text_of(made))}")
    return made
