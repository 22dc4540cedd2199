"""The arguments of ``verify`` as they are meant; what cannot be meant is refused in one line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import UsageError, shorten
from stackexact.games.bimatrix import Game
from stackexact.traces.arguments import number_named
from stackexact.traces.trace import Trace
from stackexact.verification.claims import Claim, parse_claim
from stackexact.verification.growth import Fit
from stackexact.verification.growth import fit as fit_of

__all__ = ["Options", "read_claims", "require_types"]


def require_types(game: object, trace: object, assuming: object, time_limit: object) -> None:
    """Refuse what is not even of the right kind."""
    if not isinstance(game, Game):
        found = f"{type(game).__name__} {shorten(game)}"
        raise UsageError(f"game: expected a game, found {found}; make one with Game, read or instance")
    if not isinstance(trace, Trace):
        found = f"{type(trace).__name__} {shorten(trace)}"
        raise UsageError(f"trace: expected a trace, found {found}; make one with simulate or read_trace")
    if isinstance(assuming, str) or not isinstance(assuming, Iterable):
        raise UsageError(f"assuming: expected a list of relations, found {shorten(assuming)}; put it into a list")
    number = isinstance(time_limit, int | float) and not isinstance(time_limit, bool)
    if time_limit is not None and not (number and time_limit > 0):  # type: ignore[operator]
        raise UsageError(f"time_limit: expected a positive number of seconds, found {shorten(time_limit)}")


@dataclass(frozen=True, slots=True)
class Options:
    """The options that are numbers or names, as they are meant."""

    confidence: Fraction
    margin: Fraction
    fit: Fit
    decades: Fraction

    @classmethod
    def of(cls, confidence: object, margin: object, fit: str, decades: object) -> Options:
        made = cls(
            number_named("confidence", confidence),
            number_named("margin", margin),
            fit_of(fit),
            number_named("decades", decades),
        )
        if not 0 < made.confidence < 1:
            raise UsageError(f"confidence: expected a number between 0 and 1, found {shorten(confidence)}; write 0.99")
        if not 0 <= made.margin <= 1:  # with more, linear regret would have the rate of a constant
            raise UsageError(f"margin: expected a number from 0 to 1, found {shorten(margin)}; write 0.05")
        return made


def read_claims(claims: Sequence[str | Claim]) -> tuple[Claim, ...]:
    """Claims as they are meant."""
    if isinstance(claims, str | Claim):
        raise UsageError(f"claims: expected a list of claims, found one, {shorten(claims)}; put it into a list")
    if not isinstance(claims, Iterable):
        raise UsageError(f"claims: expected a list of claims, found {shorten(claims)}; leave it out for none")
    return tuple(one if isinstance(one, Claim) else parse_claim(one) for one in claims)
