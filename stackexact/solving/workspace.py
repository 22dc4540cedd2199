"""What the concepts of one numeric game share: its scalars, its LPs, and the limit on the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import StackexactError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.prover import Number
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, common_unit, own_units

if TYPE_CHECKING:
    from stackexact.commitment.mixed_strong_search import NumericLPs
    from stackexact.quantal.enumerating import BestDeterministic
    from stackexact.quantal.tables import Tables
    from stackexact.recommending.commitments import Compatible

__all__ = ["DIGITS", "Options", "Workspace", "deadline", "options_of"]

DIGITS: Final = 30
"""Decimal digits to which values are enclosed that are not rational."""
_MOST_DIGITS: Final = 1000


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of a quantal follower in a bimatrix game: its inverse temperature ``eta`` (none: nothing), and
    whether the leader's policy may depend on what it does; and to how many ``digits`` values are enclosed."""

    eta: Fraction | None = None
    prescription: bool = False
    digits: int = DIGITS


def options_of(kind: str, eta: object, prescription: object, digits: object) -> Options:
    """Options as they are given to ``solve``; raises :class:`~stackexact.errors.UsageError` for bad ones."""
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= _MOST_DIGITS:
        raise UsageError(f"digits: expected a whole number from 1 to {_MOST_DIGITS}, found {shorten(repr(digits))}")
    if not isinstance(prescription, bool):
        raise UsageError(f"prescription: expected True or False, found {shorten(repr(prescription))}")
    if kind != "bimatrix" and (eta is not None or prescription):
        given = "eta" if eta is not None else "prescription"
        raise UsageError(f"{given}: expected none for a game of kind {kind}, found one; it is part of such games")
    if prescription and eta is None:
        raise UsageError("prescription: expected an eta beside it, found none; give one, as in --eta 5")
    if eta is None:
        return Options(None, prescription, digits)
    try:
        value = exact(eta)
    except StackexactError as error:
        raise UsageError(f"eta: {error}") from None
    if not isinstance(value, Fraction) or value <= 0:
        raise UsageError(f"eta: expected a number above 0, found {shorten(text_of(value))}; correct it")
    return Options(value, prescription, digits)


def deadline(seconds: float | None) -> Callable[[], bool]:
    """A limit that is reached ``seconds`` from now (never, if None)."""
    if seconds is None:
        return lambda: False
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not seconds >= 0:
        raise UsageError(f"time_limit: expected a number of seconds from 0 on, found {shorten(repr(seconds))}")
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


@dataclass(frozen=True)
class Workspace:
    """A game without parameters and what is computed from it at most once."""

    game: Game
    stop: Callable[[], bool] = lambda: False
    report: Callable[[str], None] = lambda message: None
    options: Options = Options()

    @cached_property
    def own(self) -> Scalars[Number]:
        """Payoffs as integers, each player in a unit of its own."""
        return own_units(self.game)

    @cached_property
    def common(self) -> Scalars[Number]:
        """Payoffs and tolerance as integers in one unit."""
        return common_unit(self.game)

    @cached_property
    def lps(self) -> NumericLPs:
        """The multiple LPs."""
        from stackexact.commitment.mixed_strong_search import NumericLPs

        return NumericLPs(self.own, self.stop)

    @cached_property
    def tables(self) -> Tables:
        """The tables of a Markov game whose follower is quantal."""
        from stackexact.quantal.tables import tables_of

        game: Any = self.game
        return tables_of(game)

    @cached_property
    def best_deterministic(self) -> BestDeterministic:
        """The best deterministic policy against a follower who looks ahead."""
        from stackexact.quantal.enumerating import best_deterministic

        game: Any = self.game
        return best_deterministic(self.tables, self.options.digits, prescription=game.prescription, stop=self.stop)

    @cached_property
    def compatible(self) -> Compatible:
        """The best commitment in a game with recommendations, where these are followed exactly."""
        from stackexact.recommending.commitments import compatible
        from stackexact.recommending.models import model_of

        game: Any = self.game
        return compatible(model_of(game), self.options.digits, self.stop)
