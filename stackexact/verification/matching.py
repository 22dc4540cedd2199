"""Whether a trace is of a game, and at which values of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from stackexact.errors import ExpressionError, InputError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.traces.reading import other_game
from stackexact.traces.trace import Metadata, Trace

__all__ = ["Matched", "Mismatch", "matched"]


class Mismatch(InputError):
    """A trace that does not belong to a game. ``told`` leaves the place out, for who knows the name of its file."""

    @property
    def told(self) -> str:
        """What is wrong with the trace."""
        return str(self.args[0])

    def __str__(self) -> str:
        return f"trace: {self.told}"


@dataclass(frozen=True, slots=True)
class Matched:
    """A game beside a trace of it: ``values`` of parameters, ``there`` the game at them (``None`` while one of them is
    open), and ``open`` what is left: the game with all its parameters, or with those that have no value yet."""

    values: dict[str, Fraction]
    there: Game | None
    open: Game


def matched(game: Game, trace: Trace, at: Mapping[str, object], assuming: tuple[str, ...] = ()) -> Matched:
    """Match a trace with a game, and the values that it was simulated at with those that are given.

    Raises :class:`Mismatch` for a trace of other actions, of another game, or at other values;
    :class:`~stackexact.errors.UsageError` for values of what is no parameter.
    """
    if trace.actions != game.actions:
        for agent in ("leader", "follower"):
            mine, theirs = getattr(game.actions, agent), getattr(trace.actions, agent)
            if mine != theirs:
                told = f"expected the {agent}'s actions {shorten(', '.join(mine))}, found {shorten(', '.join(theirs))}"
                raise Mismatch(f"{told}; give the game it was made with")
    values = _given(game, at)
    if trace.metadata is not None:
        values = _with_metadata(game, trace.metadata, values)
    plain, assumed = game.at(values), game.assuming(*assuming)
    # A trace may have been made of the game as it is, under the further assumptions, or of the numbers alone.
    if trace.metadata is not None and trace.metadata.game not in (game.sha256, assumed.sha256, plain.sha256):
        raise Mismatch(other_game(game, trace.metadata))
    there = assumed.at(values)
    return Matched(values, there, assumed) if there.is_numeric else Matched(values, None, there)


def _given(game: Game, at: Mapping[str, object]) -> dict[str, Fraction]:
    if not isinstance(at, Mapping):
        raise UsageError(
            f"at: expected a mapping of parameters to values, found {shorten(at)}; write {{'delta': '1/9'}}"
        )
    values = {}
    for name, value in at.items():
        if name not in game.parameters:
            known = ", ".join(game.parameters) or "it has none"
            raise UsageError(f"at: expected a parameter of the game ({known}), found {shorten(name)}; leave it out")
        try:
            number = exact(value)
        except ExpressionError as error:
            raise UsageError(f"at: {name}: {error}") from None
        if not isinstance(number, Fraction):
            raise UsageError(f"at: expected a number for {name}, found {shorten(text_of(number))}; write one")
        values[name] = number
    return values


def _with_metadata(game: Game, metadata: Metadata, given: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The values given and those of the trace, which must agree."""
    values = dict(given)
    for name, text in metadata.at.items():
        try:
            number = exact(text)
        except ExpressionError as error:
            raise Mismatch(f"metadata: at.{shorten(name)}: {error}") from None
        if not isinstance(number, Fraction):
            raise Mismatch(f"metadata: at.{shorten(name)}: expected a number, found {shorten(text)}")
        if values.get(name, number) != number:
            found = f"found one at {name} = {shorten(text_of(number))}"
            wanted = f"expected a trace at {name} = {shorten(text_of(values[name]))}"
            raise Mismatch(f"{wanted}, {found}; leave the value out, or simulate there")
        if name in game.parameters:
            values[name] = number
    return values
