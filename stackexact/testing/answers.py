"""What a test hands over: games, numbers, commitments and responses of other solvers, taken exactly.

A float is the fraction that it is: 0.1 is 3602879701896397/36028797018963968, for that is what a float solver was given
or answered. An answer that is no finite number is wrong, not misused: it fails as an assertion. An option (a tolerance)
says how to judge; one that is no finite number is misused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence, Set
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from operator import index
from typing import Any, Final

from stackexact.errors import ExpressionError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import parameters_of
from stackexact.games.adapters import from_game
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Infinity

__all__ = [
    "Weights",
    "action_number",
    "claimed",
    "game_of",
    "numeric",
    "option",
    "plain",
    "slack",
    "unbounded",
    "weight_slack",
    "weights_of",
]

Weights = tuple[Exact, ...]
"""A weight for every action, in the order of the actions."""

_LOOSEST: Final = Fraction(1, 10**6)

_OF_SYMPY: Final = {
    "Infinity": math.inf,
    "NegativeInfinity": -math.inf,
    "ComplexInfinity": math.nan,  # it has no sign
    "NaN": math.nan,
}
"""What SymPy calls what is no finite number."""


def game_of(leader: object, follower: object = None) -> Game:
    """The game of two payoff tables, or of one object: a game, one of another library, or a pair of tables.

    >>> game_of([[0.5]], [["1/3"]]).payoffs.leader
    ((Fraction(1, 2),),)
    """
    if follower is None:
        return from_game(leader, floats="binary")
    if isinstance(leader, Game) or hasattr(leader, "payoff_matrices"):
        found = f"a game and a {type(follower).__name__}"
        raise UsageError(
            f"expected a game or two payoff tables, found {found}; name what follows a game, commitment=..."
        )
    return from_game((leader, follower), floats="binary")


def claimed(value: object, place: str, game: Game | None = None) -> Exact:
    """A number (or, where the game has parameters, a function of them) that somebody claims.

    >>> claimed(0.5, "leader"), claimed("1/3", "leader")
    (Fraction(1, 2), Fraction(1, 3))
    >>> claimed(float("nan"), "leader")
    Traceback (most recent call last):
    AssertionError: leader: expected a finite number, found nan
    """
    if (found := unbounded(value)) is not None:
        raise AssertionError(f"{place}: expected a finite number, found {found}")
    return _exact(value, place, game)


def option(value: object, place: str, game: Game | None = None) -> Exact:
    """A number that a test asks with: not finite, it is no wrong answer but bad use.

    >>> option("1/20", "tolerance")
    Fraction(1, 20)
    >>> option(float("nan"), "tol")
    Traceback (most recent call last):
    stackexact.errors.UsageError: tol: expected a finite number, found nan; write one such as 1e-6
    """
    if (found := unbounded(value)) is not None:
        raise UsageError(f"{place}: expected a finite number, found {found}; write one such as 1e-6")
    return _exact(value, place, game)


def _exact(value: object, place: str, game: Game | None) -> Exact:
    try:
        made = exact(plain(value), floats="binary")
    except ExpressionError as error:
        raise UsageError(f"{place}: {error}") from None
    strange = sorted(set(parameters_of(made)) - set(game.parameters if game is not None else ()))
    if strange:
        known = ", ".join(game.parameters) if game is not None else ""
        among = f"parameters of the game ({known})" if known else "a number, as the game has no parameters"
        raise UsageError(f"{place}: expected {among}, found {', '.join(strange)}")
    return made


def unbounded(value: object) -> float | None:
    """Infinity, or what is no number at all (``nan``), of whichever library; ``None`` for all else, text included.

    >>> unbounded(float("inf")), unbounded(Decimal("-Infinity")), unbounded(10**400), unbounded("inf")
    (inf, -inf, None, None)
    """
    value = plain(value)
    if isinstance(value, Infinity):
        return math.inf
    if isinstance(value, Decimal):  # 1e400 is finite, but as a float it is not
        return None if value.is_finite() else math.nan if value.is_nan() else math.copysign(math.inf, value)
    if isinstance(value, Real):
        if value != value:
            return math.nan
        return next((end for end in (math.inf, -math.inf) if value == end), None)
    return _OF_SYMPY.get(type(value).__name__) if getattr(value, "is_number", False) is True else None


def numeric(game: Game, values: Iterable[Exact | None]) -> bool:
    """Whether neither a game nor what is claimed of it depends on a parameter (which a game of numbers may have)."""
    return game.is_numeric and not any(isinstance(value, Expression) for value in values)


def plain(value: object) -> object:
    """An array without dimensions, or a NumPy scalar, as the number in it."""
    if hasattr(value, "tolist") and getattr(value, "shape", None) == ():
        value = value.tolist()
    return value


def slack(tol: object, place: str = "tol") -> Fraction:
    """A tolerance: a number of at least 0; a float is the fraction that it is."""
    made = option(tol, place)
    if not isinstance(made, Fraction) or made < 0:
        raise UsageError(f"{place}: expected a number of at least 0, found {shorten(tol)}")
    return made


def weight_slack(weight_tol: object, tol: Fraction) -> Fraction:
    """By how much weights may miss a distribution: as said, else ``tol``, but no more than a millionth."""
    made = min(tol, _LOOSEST) if weight_tol is None else slack(weight_tol, "weight_tol")
    if made >= 1:
        raise UsageError(f"weight_tol: expected less than 1, found {shorten(weight_tol)}")
    return made


def action_number(given: object, labels: Sequence[str], place: str) -> int:
    """The number of an action that is given by its label or by its number.

    >>> action_number("b2", ("b1", "b2"), "response"), action_number(1, ("b1", "b2"), "response")
    (1, 1)
    """
    if isinstance(given, str):
        if given in labels:
            return labels.index(given)
        known = ", ".join(labels[:8]) + (", ..." if len(labels) > 8 else "")
        raise UsageError(f"{place}: expected an action ({known}), found {shorten(given)}")
    try:
        number = index(plain(given))  # type: ignore[arg-type]  # that is what is being found out
    except TypeError:
        found = f"{type(given).__name__} {shorten(given)}"
        raise UsageError(f"{place}: expected an action's label or its number, found {found}") from None
    if isinstance(given, bool) or not 0 <= number < len(labels):
        raise UsageError(f"{place}: expected a number from 0 to {len(labels) - 1}, found {given}")
    return number


def weights_of(given: object, labels: Sequence[str], place: str, game: Game | None = None) -> Weights:
    """A weight for every action: from one action (its label or number), a mapping from actions to weights (the others
    have none), or a sequence of weights in order.

    >>> weights_of({"a2": 1}, ("a1", "a2"), "commitment"), weights_of([0.25, 0.75], ("a1", "a2"), "commitment")
    ((Fraction(0, 1), Fraction(1, 1)), (Fraction(1, 4), Fraction(3, 4)))
    """
    if hasattr(given, "tolist"):
        given = given.tolist()
    if isinstance(given, Mapping):
        numbered = [(action_number(key, labels, place), key, value) for key, value in given.items()]
        if len({number for number, _, _ in numbered}) < len(numbered):
            raise UsageError(f"{place}: expected every action once, found one by its label and by its number")
        made = {number: claimed(value, f"{place}[{key!r}]", game) for number, key, value in numbered}
        return tuple(made.get(i, Fraction(0)) for i in range(len(labels)))
    if isinstance(given, Set):
        raise UsageError(f"{place}: expected weights in the order of the actions, found a set; write a list")
    if isinstance(given, str) or not isinstance(given, Iterable):
        chosen = action_number(given, labels, place)
        return tuple(Fraction(i == chosen) for i in range(len(labels)))
    values: list[Any] = list(given)
    if len(values) != len(labels):
        raise UsageError(f"{place}: expected {len(labels)} weights, one for every action, found {len(values)}")
    return tuple(claimed(value, f"{place}[{i}]", game) for i, value in enumerate(values))
