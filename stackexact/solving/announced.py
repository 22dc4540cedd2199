r"""The strategy that a leader announces, as a paper prints it: ``u0 = 1 - 1/2*sum_i (u_i - 1)``.

What she announces is affine: what she does where all obey, and how far she moves with what a follower does. It is
written with numbers where they are short, else with the names that values have beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from stackexact.exact.latex import latex as value_latex
from stackexact.exact.latex import name_latex
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import text_of
from stackexact.solving.incentive_cells import IncentiveCell, MajorCell, RandomisedCell

__all__ = ["LONGEST", "Announced", "Move", "Sentence", "announced", "sentences"]

LONGEST: Final = 100
"""The longest statement with its numbers put in."""

Number: TypeAlias = Exact | str
"""A value, or the name that stands for it."""

Over: TypeAlias = Literal["sum", "drawn", "major"]
"""Whose actions move the leader: those of all followers, of one that is drawn, of the major one."""


class Move(NamedTuple):
    """By ``gain`` for every unit by which ``action`` leaves the desired ``target`` (times what is ``seen``, if any)."""

    gain: Number
    action: str
    target: Number
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Announced:
    """A component of the leader's action: what she does where all obey, as values times what is seen, and moves."""

    leader: str
    start: tuple[tuple[Number, str], ...]
    moves: tuple[Move, ...]
    over: Over


class Sentence(NamedTuple):
    """A statement as text and as LaTeX in math mode."""

    text: str
    latex: str


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a cell announces: the name of its gain, and that of the mapping of what is desired."""

    gain: str
    desired: str
    over: Over


_PARTS: Final[dict[type, _Parts]] = {
    IncentiveCell: _Parts("gain", "actions", "sum"),
    MajorCell: _Parts("gain", "actions", "major"),
    RandomisedCell: _Parts("drawn_gain", "team_actions", "drawn"),
}


def announced(cell: object, called: Callable[[str], str] | None = None) -> tuple[Announced, ...]:
    """What a cell announces, component by component; nothing where there is no incentive, or no desired point.

    ``called`` gives the names that stand for values, by the dotted names that they have in the cell.
    """
    parts = _PARTS.get(type(cell))
    if parts is None or not getattr(cell, "exists", False):
        return ()
    desired, gains = getattr(cell, parts.desired), getattr(cell, parts.gain)
    where = parts.desired
    if desired is None and isinstance(cell, IncentiveCell):
        desired, where = cell.strategies, "strategies"
    if desired is None or gains is None:
        return ()

    def said(value: Exact, *place: str) -> Number:
        return value if called is None else called(".".join(place))

    made = []
    for leader, row in gains.items():
        start = [(said(value, where, leader, *_given(seen)), seen) for seen, value in _seen(desired[leader])]
        moves = [
            Move(said(gain, parts.gain, leader, action), action, said(value, where, action, *_given(seen)), seen)
            for action, gain in row.items()
            for seen, value in _seen(desired[action])
        ]
        made.append(Announced(leader, tuple(start), tuple(moves), parts.over))
    return tuple(made)


def _seen(value: Exact | Mapping[str, Exact]) -> Iterable[tuple[str, Exact]]:
    """A strategy by what is seen; an action sees nothing."""
    return value.items() if isinstance(value, Mapping) else (("", value),)


def _given(seen: str) -> tuple[str, ...]:
    return (seen,) if seen else ()


def sentences(cell: object) -> tuple[tuple[Sentence, ...], bool]:
    """The statements of a cell, and whether its numbers stand in them.

    >>> from stackexact.solving.cells import frozen_mapping as fixed
    >>> gain, actions = fixed({"u0": fixed({"u": Fraction(-1, 2)})}), fixed({"u0": Fraction(1), "u": Fraction(1)})
    >>> cell = IncentiveCell((), True, gain, gain, Fraction(1), True, True, True, True, actions)
    >>> print(sentences(cell)[0][0].text)
    u0 = 1 - 1/2*sum_i (u_i - 1)
    """
    told = [Sentence(TEXT.statement(one), LATEX.statement(one)) for one in announced(cell)]
    if all(len(one.text) <= LONGEST for one in told):
        return tuple(told), True
    named = announced(cell, _short_name(cell))
    return tuple(Sentence(TEXT.statement(one), "") for one in named), False


def _short_name(cell: object) -> Callable[[str], str]:
    """The names of values; that of a gain without its place if there is no other."""

    def short(name: str) -> str:
        field, _, _ = name.partition(".")
        value: Any = getattr(cell, field)
        single = "gain" in field and len(value) == 1 and all(len(row) == 1 for row in value.values())
        return field if single else name

    return short


# -- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Script:
    """How mathematics is written: as text or as LaTeX."""

    number: Callable[[Exact], str]
    name: Callable[[str], str]
    times: str
    brackets: tuple[str, str]
    total: str
    drawn: str

    def statement(self, one: Announced) -> str:
        """An announced component as an equation."""
        terms = [self._product(value, self.name(seen) if seen else "") for value, seen in one.start if value]
        terms += [self._product(move.gain, self._deviation(move, one.over)) for move in one.moves if move.gain]
        said = self._sum(terms) or "0"
        tail = self.drawn if one.over == "drawn" and any(move.gain for move in one.moves) else ""
        return f"{self.name(one.leader)} = {said}{tail}"

    def _deviation(self, move: Move, over: Over) -> str:
        """By how much an action is off, in brackets where it takes several terms; of all followers, the sum."""
        action = self.name(move.action if over == "major" else f"{move.action}_i")
        terms = [(False, action)]
        if move.target:
            seen = self.name(f"{move.seen}_i") if move.seen else ""
            negative, said = self._product(move.target, seen)
            terms.append((not negative, said))
        said = self._sum(terms)
        said = self._bracketed(said) if len(terms) > 1 else said
        return f"{self.total}{said}" if over == "sum" else said

    def _product(self, value: Number, factor: str) -> tuple[bool, str]:
        """Whether a product is subtracted, and its text without the sign."""
        if isinstance(value, str):
            return False, f"{value}{self.times}{factor}" if factor else value
        negative, value = _signed(value)
        if value == 1 and factor:
            return negative, factor
        said = self._bracketed(self.number(value)) if _several(value) else self.number(value)
        return negative, f"{said}{self.times}{factor}" if factor else said

    def _sum(self, terms: Iterable[tuple[bool, str]]) -> str:
        made = ""
        for negative, said in terms:
            sign = (" - " if negative else " + ") if made else "-" if negative else ""
            made += sign + said
        return made

    def _bracketed(self, text: str) -> str:
        return f"{self.brackets[0]}{text}{self.brackets[1]}"


def _signed(value: Exact) -> tuple[bool, Exact]:
    """Whether a value is written with a minus in front, and what it is without."""
    if isinstance(value, Fraction):
        return value < 0, abs(value)
    terms = value.numerator
    leading = terms[max(terms, key=lambda powers: (sum(powers), powers))]
    return (True, -value) if leading < 0 else (False, value)


def _several(value: Exact) -> bool:
    """Whether a value is written as several terms."""
    return isinstance(value, Expression) and value.is_polynomial and len(value.numerator) > 1


TEXT: Final = Script(text_of, lambda name: name, "*", ("(", ")"), "sum_i ", ", i drawn at random")
LATEX: Final = Script(
    value_latex, name_latex, " ", (r"\left(", r"\right)"), r"\sum_{i} ", r" \quad \text{(a follower $i$ is drawn)}"
)
