"""Games of incentives that tests of what is shown share: one of each kind, worked by hand elsewhere."""

from __future__ import annotations

from stackexact.games.lq_incentive import IncentiveGame

__all__ = ["gaussian", "major", "scalar", "vector"]

ONE = {"q": 1, "p": 1, "m": 1, "r": 1, "k": 1, "f": 1, "e": 0, "s": 0, "t": 3, "d": 4}


def scalar(**weights: object) -> IncentiveGame:
    """The scalar game with all weights 1, but those that are given."""
    game = IncentiveGame(
        "q*u0**2 + p*(u - s)**2 + m*(u0 + ubar - t)**2",
        "r*u**2 + k*(u + e*ubar + f*u0 - d)**2",
        followers="N",
        assumptions=["N >= 1"],
    )
    return game.at({**ONE, **weights})


def vector() -> IncentiveGame:
    """Two components of every action."""
    return IncentiveGame(
        "a**2 + b**2 + u**2 + z**2 + (a + ubar - 1)**2 + (b + zbar - 2)**2",
        "u**2 + z**2 + (u + a - 3)**2 + (z + b - 1)**2",
        variables={"leader": ["a", "b"], "follower": ["u", "z"], "mean": ["ubar", "zbar"]},
        followers="N",
        assumptions=["N >= 1"],
    )


def gaussian(*, reacts: bool = False) -> IncentiveGame:
    """Everybody wants to track a state."""
    return IncentiveGame(
        "u0**2 + (u - x)**2 + (u0 + ubar - x)**2",
        "u**2 + (u + u0 - x)**2",
        followers="N",
        assumptions=["N >= 1"],
        information={"state": "x", "variance": 1, "noise": 1, "reacts": reacts},
    )


def major() -> IncentiveGame:
    """A major follower beside the others."""
    return IncentiveGame(
        "u0**2 + w**2 + u**2 + (u0 + w + ubar - 3)**2",
        "u**2 + (u + u0 + w - 4)**2",
        major="w**2 + (w + ubar + u0 - 2)**2",
        followers="N",
        assumptions=["N >= 1"],
    )
