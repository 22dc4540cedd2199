"""Numbers of rounds such as ⌈T^(2/3) (K_A K_B)^(-2/3) (log T)^(1/3)⌉, never wrong by one.

log T is transcendental for an integer T > 1, so a product with a positive power of it is no integer, and an enclosure
that is narrow enough has no integer inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

__all__ = ["ceiling", "follower_exploration"]

START, END = 64, 1 << 16


def ceiling(horizon: int, log_power: Fraction, powers: Mapping[int | Fraction, Fraction]) -> int:
    """⌈log(horizon)^log_power · Π base^power⌉ for positive bases and a positive ``log_power``; at least 1.

    >>> from fractions import Fraction as F
    >>> ceiling(1000, F(1), {F(6): F(1), F(4): F(1)})  # 4 · 6 · log 1000
    166
    >>> ceiling(10**6, F(1, 3), {10**6: F(2, 3), 4: F(-2, 3)})
    9523
    """
    from flint import arb, ctx

    from stackexact.exact.enclosures import ball_of

    if horizon <= 1:
        return 1
    precision = START
    while precision <= END:
        with ctx.workprec(precision):
            exponent = arb(horizon).log().log() * ball_of(log_power)
            for base, power in powers.items():
                exponent += ball_of(Fraction(base)).log() * ball_of(power)
            found = exponent.exp().ceil().unique_fmpz()
        if found is not None:
            return max(1, int(found))
        precision *= 2
    raise ArithmeticError("no enclosure excludes an integer")  # pragma: no cover - the product is no integer


def follower_exploration(horizon: int, leader_actions: int, follower_actions: int) -> int:
    """E_2 = ⌈T^(2/3) (K_A K_B)^(-2/3) (log T)^(1/3)⌉ rounds for each pair of actions (Donahue et al. 2024).

    >>> follower_exploration(1000, 2, 2)
    76
    """
    pairs = leader_actions * follower_actions
    return ceiling(horizon, Fraction(1, 3), {horizon: Fraction(2, 3), pairs: Fraction(-2, 3)})
