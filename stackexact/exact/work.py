"""A budget on the work that text may cause: short expressions can have normal forms that take long to find."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stackexact.errors import ExpressionError

__all__ = ["FREE", "Work"]

FREE: Final = 100_000
"""So much of each expression is not counted: the budget that those of a game share does not limit their number."""


@dataclass(slots=True)
class Work:
    """Units of about a hundredth of a microsecond that are ``left`` to spend."""

    left: int

    def spend(self, units: int) -> None:
        """Take so many units.

        >>> Work(10).spend(11)
        Traceback (most recent call last):
        stackexact.errors.ExpressionError: expected expressions that are simplified within a second, fou...
        """
        if units > self.left:
            found = "found more work; write fewer operations, or simplify by hand"
            raise ExpressionError(f"expected expressions that are simplified within a second, {found}")
        self.left -= units
