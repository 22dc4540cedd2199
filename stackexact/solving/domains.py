"""The domain of a closed form: what the assumptions leave of the parameters' values, and whether the game is defined
there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from stackexact.covering.domain import conditions_of, relation_text
from stackexact.covering.line import Line, Piece
from stackexact.covering.models import Model
from stackexact.covering.smt import Domain, Reals
from stackexact.errors import GameError, shorten
from stackexact.exact.fields import to_fraction
from stackexact.exact.number_field import Element
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.real_roots import Root
from stackexact.exact.relation import parameters_of, text_of
from stackexact.exact.tracing import Condition, Sign
from stackexact.games.bimatrix import Game

__all__ = ["OneParameter", "SeveralParameters", "names_in_play", "one_parameter", "place_text", "several_parameters"]


_FEW: Final = 4
"""Points that a message names."""


@dataclass(frozen=True, slots=True)
class OneParameter:
    """The values of one parameter that the assumptions of a game leave; at least one."""

    parameter: Parameter
    line: Line
    pieces: tuple[Piece, ...]

    def where(self, point: Root) -> str:
        """A value of the parameter as text: exact, with a decimal beside it where it is irrational."""
        return place_text((self.parameter.name,), (point,))


def place_text(names: Sequence[str], values: Sequence[Root | Fraction | Element]) -> str:
    """Values of parameters as text: exact, with a decimal beside what is a root, and a decimal alone for the other
    irrational numbers."""
    return ", ".join(map(_coordinate, names, values))


def _coordinate(name: str, value: Root | Fraction | Element) -> str:
    if isinstance(value, Element):
        if value.polynomial.degree() > 0:
            return f"{name} near {float(value):.6g}"
        value = to_fraction(value.polynomial[0])
    if isinstance(value, Fraction):
        return f"{name} = {text_of(value)}"
    if value.is_rational:
        return f"{name} = {text_of(value.rational)}"
    relation = relation_text(Parameter(name), Condition(value.polynomial, Sign.ZERO))
    return f"{name} near {float(value):.6g}, where {relation}"


@dataclass(frozen=True, slots=True)
class SeveralParameters:
    """The values of several parameters that the assumptions of a game leave; at least one point."""

    parameters: Parameters
    domain: Domain

    def where(self, model: Model) -> str:
        """A point as text: exact, with decimals beside what is irrational."""
        return place_text(self.parameters.names, model.roots)


def names_in_play(game: Game) -> tuple[str, ...]:
    """The parameters that occur in payoffs, tolerance or assumptions."""
    unused = set(game.unused_parameters)
    return tuple(name for name in game.parameters if name not in unused)


def one_parameter(game: Game, name: str, stop: Callable[[], bool] = lambda: False) -> OneParameter:
    """The domain of a game in which one parameter occurs.

    Raises :class:`~stackexact.errors.GameError` where the assumptions leave nothing, or where a payoff is not defined
    or the tolerance negative somewhere on what they leave, and :class:`~stackexact.errors.LimitReached` when ``stop``
    says so while roots are looked for, then or later.
    """
    parameter, line = Parameter(name), Line(stop)
    pieces = line.selected(line.everything, conditions_of(parameter, game.assumptions))
    if not pieces:
        raise _empty(game, f"some value of {name} that meets")
    domain = OneParameter(parameter, line, pieces)
    for place, value in _functions(game, [name]):
        _defined(domain, place, value)
    for one in _signed(game):
        top, bottom = parameter.split(one.value)
        for piece in line.selected(pieces, [Condition(-top * bottom, one.wrong)]):
            raise one.refusal(domain.where(piece.sample))
    return domain


def several_parameters(game: Game, names: Sequence[str]) -> SeveralParameters:
    """The domain of a game in which several parameters occur.

    Raises :class:`~stackexact.errors.GameError` as :func:`one_parameter` does, and
    :class:`~stackexact.errors.LimitReached` where z3 cannot decide it.
    """
    parameters = Parameters(tuple(sorted(names)))
    reals = Reals(parameters.names)
    stated = conditions_of(parameters, game.assumptions)
    conditions = tuple(one for one in stated if not one.polynomial.is_constant())
    never = any(one.polynomial.is_constant() and not _constant(one) for one in stated)
    domain = SeveralParameters(parameters, Domain(reals, conditions))
    formula = domain.domain.formula()
    if never or formula.model() is None:
        raise _empty(game, f"some values of {', '.join(parameters.names)} that meet")
    for place, value in _functions(game, names):
        _, bottom = parameters.split(value)
        zero = formula.model([Condition(bottom, Sign.ZERO)])
        if zero is not None:
            raise _divides(place, [domain.where(zero)])
    for one in _signed(game):
        top, bottom = parameters.split(one.value)
        below = formula.model([Condition(-top * bottom, one.wrong)])
        if below is not None:
            raise one.refusal(domain.where(below))
    return domain


def _functions(game: Game, names: Sequence[str]) -> Iterator[tuple[str, Expression]]:
    """What may divide by zero somewhere; not where other names stand in it, which are numbers of types."""
    for place, value in game.values():
        if isinstance(value, Expression) and not value.is_polynomial and set(value.parameters).issubset(names):
            yield place, value


def _constant(condition: Condition) -> bool:
    value = condition.polynomial
    return condition.sign.admits(0 if not value else 1 if value.leading_coefficient() > 0 else -1)


def _empty(game: Game, expected: str) -> GameError:
    chains = " and ".join(str(chain) for chain in game.assumptions)
    return GameError(f"assumptions: expected {expected} them all, found none ({shorten(chains)})")


def _divides(place: str, points: Sequence[str], count: int = 1) -> GameError:
    """What divides by zero, and where: a few of the points, and how many more there are."""
    at = "; at ".join(points) + (f"; and at {count - len(points)} more" if count > len(points) else "")
    remedy = "exclude it" if count == 1 else "exclude them"
    return GameError(f"{place}: expected a value on the whole domain, but it divides by zero at {at}; {remedy}")


@dataclass(frozen=True, slots=True)
class _Signed:
    """What must be at least 0 on the whole domain, or above it (``strict``)."""

    place: str
    value: Exact
    strict: bool

    @property
    def wrong(self) -> Sign:
        """What its negative must not be."""
        return Sign.NONNEGATIVE if self.strict else Sign.POSITIVE

    def refusal(self, at: str) -> GameError:
        """It is not so at a point."""
        expected, found = ("more than 0", "not positive") if self.strict else ("at least 0", "negative")
        return GameError(
            f"{self.place}: expected {expected} on the whole domain, found {shorten(text_of(self.value))}, "
            f"which is {found} at {at}; add an assumption"
        )


def _signed(game: Any) -> Iterator[_Signed]:
    """What must have a sign in a game: its tolerance, weights, probabilities; those that depend on parameters."""
    bound = getattr(game, "tolerance", None)
    every = [("tolerance", bound, False)] if bound is not None else []
    for place, value, strict in (*every, *(game.signs() if hasattr(game, "signs") else ())):
        if parameters_of(value):
            yield _Signed(place, value, strict)


def _defined(domain: OneParameter, place: str, value: Exact) -> None:
    _, bottom = domain.parameter.split(value)
    zeros = domain.line.selected(domain.pieces, [Condition(bottom, Sign.ZERO)])
    if zeros:
        raise _divides(place, [domain.where(zero.sample) for zero in zeros[:_FEW]], len(zeros))
