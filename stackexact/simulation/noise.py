"""The noise of rewards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.simulation.protocol import parameter

__all__ = ["Noise", "exact_unit", "means", "parse_noise"]

KINDS: Final = ("none", "gaussian", "bernoulli")
EXACT: Final = 2**53
"""Integers below this are floats."""
LARGEST: Final = 10**100
"""The largest payoff and standard deviation: sums and squares of such are floats, too."""


@dataclass(frozen=True, slots=True)
class Noise:
    """``none``: rewards are the mean payoffs; ``gaussian``: plus a normal deviate with standard deviation ``sigma``,
    independent for both agents and all rounds; ``bernoulli``: 1 with the mean as its probability, else 0.

    >>> Noise("gaussian", 1).document()
    {'kind': 'gaussian', 'sigma': '1'}
    """

    kind: str = "gaussian"
    sigma: Fraction | int | str = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"noise: expected one of {', '.join(KINDS)}, found {shorten(repr(self.kind))}")
        sigma = parameter("noise", self.sigma, integer=False)
        if sigma > LARGEST:
            raise UsageError(f"noise: expected a standard deviation of at most 1e100, found {shorten(text_of(sigma))}")
        object.__setattr__(self, "sigma", sigma)

    @property
    def code(self) -> int:
        """The kind as the compiled loop knows it."""
        return KINDS.index(self.kind)

    def document(self) -> dict[str, Any]:
        """The noise as JSON values."""
        sigma = {"sigma": text_of(Fraction(self.sigma))} if self.kind == "gaussian" else {}
        return {"kind": self.kind, **sigma}

    def require_means(self, game: Game) -> None:
        """Bernoulli rewards have means between 0 and 1: refuse other payoffs."""
        if self.kind != "bernoulli":
            return
        for name in ("leader", "follower"):
            for i, row in enumerate(means(game, name)):
                for j, value in enumerate(row):
                    if not 0 <= value <= 1:
                        place = f"payoffs.{name}[{i}][{j}]"
                        raise UsageError(
                            f"{place}: Bernoulli rewards expect a mean from 0 to 1, found {shorten(text_of(value))};"
                            " use gaussian noise"
                        )


def means(game: Game, role: str) -> tuple[tuple[Fraction, ...], ...]:
    """The payoffs of one side of a game without parameters."""
    table = game.payoffs.leader if role == "leader" else game.payoffs.follower
    return tuple(tuple(value for value in row if isinstance(value, Fraction)) for row in table)


def parse_noise(text: str | Noise) -> Noise:
    """Noise as it is written on the command line (or is there already).

    >>> parse_noise("gaussian:1/2")
    Noise(kind='gaussian', sigma=Fraction(1, 2))
    """
    if isinstance(text, Noise):
        return text
    if not isinstance(text, str):
        raise UsageError(f"noise: expected one of {', '.join(KINDS)}, found {shorten(repr(text))}")
    kind, colon, sigma = text.partition(":")
    if colon and kind != "gaussian":
        raise UsageError(f"noise: expected a number after gaussian: only, found {shorten(repr(text))}")
    return Noise(kind, sigma if colon else 1)


def exact_unit(game: Game, role: str, noise: Noise, horizon: int) -> int:
    """The integer by which one side's noise-free rewards are multiplied so that all their sums are exact; else 1.

    Raises :class:`~stackexact.errors.LimitReached` where no sums of floats would be exact: ties would not be ties.

    >>> exact_unit(Game([["3/5", "1/5"]], [["1/3", "1/2"]]), "leader", Noise("none"), 100)
    5
    """
    if noise.kind != "none":
        return 1
    values = [value for row in means(game, role) for value in row]
    unit = math.lcm(*(value.denominator for value in values))
    if max(abs(value) for value in values) * unit * horizon >= EXACT:
        raise LimitReached(
            f"noise none: expected sums of {horizon} payoffs of the {role} that 53 bits hold as multiples of "
            f"1/{shorten(str(unit))}, found larger ones; lower the horizon, or take gaussian:0, which rounds"
        )
    return unit
