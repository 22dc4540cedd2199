"""The noise of rewards."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.simulation.protocol import parameter

__all__ = ["Noise", "exact_unit", "means", "parse_noise"]

KINDS: Final = ("none", "gaussian", "bernoulli")
EXACT: Final = 2**53
"""Integers below this are floats."""


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
        object.__setattr__(self, "sigma", parameter("noise", self.sigma, integer=False))

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


def parse_noise(text: str) -> Noise:
    """Noise as it is written on the command line.

    >>> parse_noise("gaussian:1/2")
    Noise(kind='gaussian', sigma=Fraction(1, 2))
    """
    kind, colon, sigma = text.partition(":")
    if colon and kind != "gaussian":
        raise UsageError(f"noise: expected a number after gaussian: only, found {shorten(repr(text))}")
    return Noise(kind, sigma if colon else 1)


def exact_unit(game: Game, noise: Noise, horizon: int) -> int:
    """The integer by which noise-free rewards are multiplied so that all their sums are exact; 1 where none is."""
    if noise.kind != "none":
        return 1
    values = [value for name in ("leader", "follower") for row in means(game, name) for value in row]
    unit = math.lcm(*(value.denominator for value in values))
    greatest = max(abs(value) for value in values)
    return unit if greatest * unit * horizon < EXACT else 1
