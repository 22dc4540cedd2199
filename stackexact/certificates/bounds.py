"""What ends a check: a claim that nothing supports, or one that takes more work than a check may cost."""

from __future__ import annotations

WORK = 1_500_000_000
"""What checking one certificate may cost with polynomials in one parameter: about a minute, a product of short numbers
counting 1 and one of long numbers a thirtieth of the product of their lengths in words."""


class Unsupported(Exception):
    """A claim that its proof does not support. The message is one line that begins with the place."""


class TooLarge(Unsupported):
    """A claim beyond a stated bound: neither proved nor found false."""


class Work:
    """The work that is ``left`` to spend on one certificate."""

    def __init__(self, left: int = WORK) -> None:
        self.left = left

    def spend(self, count: int, one: int = 1, two: int = 1) -> None:
        """Take so many products of numbers of so many bits."""
        self.left -= count * (1 + (1 + one // 30) * (1 + two // 30) // 30)
        if self.left < 0:
            raise TooLarge("expected a certificate that is checked with less work: lower degrees or shorter numbers")
