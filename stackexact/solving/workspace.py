"""What the concepts of one numeric game share: its scalars, its LPs, and the limit on the work."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stackexact.errors import UsageError, shorten
from stackexact.exact.prover import Number
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, common_unit, own_units

if TYPE_CHECKING:
    from stackexact.commitment.mixed_strong_search import NumericLPs
    from stackexact.recommending.commitments import Compatible

__all__ = ["Workspace", "deadline"]


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
    def compatible(self) -> Compatible:
        """The best commitment in a game with recommendations, where these are followed exactly."""
        from stackexact.recommending.commitments import compatible
        from stackexact.recommending.models import model_of

        game: Any = self.game
        return compatible(model_of(game), getattr(self, "digits", 30), self.stop)
