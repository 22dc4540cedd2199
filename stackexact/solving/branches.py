"""A closed form along its one parameter: which cell holds on which part of the domain, from one end to the other.

Everything that looks at a result from outside (callables, expressions, limits, comparisons, plots) reads it here, from
the relations of its cells alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from stackexact.covering.describe import describe
from stackexact.covering.domain import conditions_of, relation_text
from stackexact.covering.line import Line, Piece
from stackexact.covering.merging import Group, merged
from stackexact.covering.one_parameter import Answered, Covering
from stackexact.errors import UsageError, shorten
from stackexact.exact.grammar import RESULT
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.real_roots import Root
from stackexact.exact.relation import Assumption, parameters_of, parse_assumption
from stackexact.exact.tracing import Condition, Polynomial
from stackexact.solving.cells import Cell, FieldsCell, Infinity
from stackexact.solving.claims import number_at
from stackexact.solving.names import known_name, named_value

if TYPE_CHECKING:
    from stackexact.solving.solution import Result

__all__ = [
    "Branch",
    "Branches",
    "Region",
    "Value",
    "branches",
    "conditions_at",
    "constant_sign",
    "described",
    "difference",
    "domain_text",
    "groups",
    "joined",
    "names_in_play",
    "refuse_unknown",
    "regions",
    "relations",
    "stated",
    "values_of",
]

V = TypeVar("V")
W = TypeVar("W")

Value = Exact | Infinity
"""What a closed form may be at a point: a number, a function, or infinite."""


@dataclass(frozen=True, slots=True)
class Branch(Generic[V]):
    """A part of the domain and what holds there; ``None`` where that is undecided."""

    piece: Piece
    value: V | None


@dataclass(frozen=True, slots=True)
class Branches(Generic[V]):
    """Disjoint parts of a ``domain`` in ascending order, which together are all of it."""

    parameter: Parameter
    line: Line
    domain: tuple[Piece, ...]
    parts: tuple[Branch[V], ...]

    def mapped(self, change: Callable[[V], W]) -> Branches[W]:
        """The same parts with other values."""
        parts = (Branch(one.piece, None if one.value is None else change(one.value)) for one in self.parts)
        return Branches(self.parameter, self.line, self.domain, tuple(parts))

    def _first(self, point: Root) -> int:
        """The number of the first part that does not end below a point."""
        low, high = 0, len(self.parts)
        while low < high:
            middle = (low + high) // 2
            end = self.parts[middle].piece.high
            if end is not None and end < point:
                low = middle + 1
            else:
                high = middle
        return low

    def place(self, point: Root) -> int | None:
        """The number of the part that holds a point; ``None`` outside the domain."""
        first = self._first(point)
        # An open interval that ends at the point comes before the part that holds it.
        for number, one in enumerate(self.parts[first : first + 2], start=first):
            if one.piece.holds(point):
                return number
        return None

    def beside(self, point: Root | None, *, above: bool) -> Branch[V] | None:
        """The interval that ends at a point (``None``: at infinity), or holds it, on that side; ``None`` if the domain
        has none there."""
        if point is None:
            for one in self.parts[-1:] if above else self.parts[:1]:
                return one if (one.piece.high if above else one.piece.low) is None else None
            return None
        first = self._first(point)
        for one in self.parts[first : first + 3]:
            low, high = one.piece.low, one.piece.high
            if one.piece.is_point:
                continue
            if above:
                meets = (low is None or low <= point) and (high is None or point < high)
            else:
                meets = (low is None or low < point) and (high is None or point <= high)
            if meets:
                return one
        return None


@dataclass(frozen=True, slots=True)
class Region:
    """A value, and where it is taken: where all relations of one of ``whens`` hold."""

    value: Any
    whens: tuple[tuple[str, ...], ...]


def relations(when: Sequence[str]) -> tuple[Assumption, ...]:
    """The relations of a cell; as long as results may be."""
    return tuple(map(_relation, when))


@lru_cache(maxsize=4096)  # cells share relations, and are asked about again and again
def _relation(text: str) -> Assumption:
    return parse_assumption(text, limits=RESULT)


def conditions_at(
    parameters: Parameter | Parameters, chains: Sequence[Assumption], fixed: Mapping[str, Exact]
) -> tuple[Condition, ...] | None:
    """Relations as conditions with numbers put in for some parameters; ``None`` where that makes one false."""
    made = []
    for condition in conditions_of(parameters, (chain.at(fixed) for chain in chains)):
        if not condition.polynomial.is_constant():
            made.append(condition)
        elif not condition.sign.admits(constant_sign(condition.polynomial)):
            return None
    return tuple(made)


def constant_sign(polynomial: Polynomial) -> int:
    """The sign of a number as a polynomial (of the leading coefficient, where it is none)."""
    return 0 if not polynomial else 1 if polynomial.leading_coefficient() > 0 else -1


def names_in_play(result: Result) -> tuple[str, ...]:
    """The parameters on which the domain, the cells or their values depend, in the order of the game."""
    used = {name for chain in result.assumptions for name in chain.parameters}
    for cell in result.cells:
        for field in fields(cell):
            used.update(_parameters(getattr(cell, field.name)))
    if not result.parameters or not used.issuperset(result.parameters):
        for when in (*(cell.when for cell in result.cells), *result.undecided):
            used.update(name for chain in relations(when) for name in chain.parameters)
    declared = [name for name in result.parameters if name in used]
    return (*declared, *sorted(used - set(declared)))


def _parameters(value: Any) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, FieldsCell):
        value = tuple(getattr(value, field.name) for field in fields(value))  # type: ignore[arg-type]  # all are dataclasses
    if isinstance(value, tuple):
        return tuple(name for entry in value for name in _parameters(entry))
    return parameters_of(value) if isinstance(value, Expression) else ()


def refuse_unknown(result: Result, fixed: Mapping[str, Exact]) -> None:
    """Refuse numbers for what is no parameter of a result, and values that are no numbers."""
    known = ", ".join(result.parameters) or "none"
    for name, value in fixed.items():
        if name not in result.parameters or not isinstance(value, Fraction):
            raise UsageError(f"{result.concept}: expected numbers for its parameters ({known}), found {shorten(name)}")


def stated(result: Result) -> tuple[tuple[tuple[Assumption, ...], Cell | None], ...]:
    """The relations of each cell, and of what is undecided (``None``), read once for many uses."""
    entries: list[tuple[tuple[str, ...], Cell | None]] = [(cell.when, cell) for cell in result.cells]
    return tuple((relations(when), cell) for when, cell in (*entries, *((when, None) for when in result.undecided)))


def branches(
    result: Result,
    fixed: Mapping[str, Exact] | None = None,
    entries: Sequence[tuple[tuple[Assumption, ...], Cell | None]] | None = None,
) -> Branches[Cell]:
    """The cells of a result along the one parameter that is left when others are ``fixed`` at numbers; ``entries`` is
    what :func:`stated` says of it, where that is known."""
    fixed = fixed or {}
    refuse_unknown(result, fixed)
    left = [name for name in names_in_play(result) if name not in fixed]
    if len(left) != 1:
        if not left:
            raise UsageError(f"{result.concept}: expected a closed form in one parameter, found numbers; read .cell")
        raise UsageError(
            f"{result.concept}: expected one free parameter, found {', '.join(left)}; give numbers for all but one"
        )
    parameter, line = Parameter(left[0]), Line()
    domain = line.selected(line.everything, conditions_of(parameter, (one.at(fixed) for one in result.assumptions)))
    parts: list[Branch[Cell]] = []
    for chains, cell in stated(result) if entries is None else entries:
        conditions = conditions_of(parameter, (one.at(fixed) for one in chains))
        parts += (Branch(piece, cell) for piece in line.selected(domain, conditions))
    return Branches(parameter, line, domain, tuple(sorted(parts, key=lambda part: part.piece.sample)))


def values_of(result: Result, name: str, fixed: Mapping[str, Exact] | None = None) -> Branches[Value]:
    """One value of the cells along the one parameter, parts of one formula joined; cells that do not have it are left
    out."""
    known_name(result, name)
    fixed = fixed or {}
    form = branches(result, fixed)
    parts: list[Branch[Value]] = []
    for one in form.parts:
        found = None if one.value is None else named_value(one.value, name)
        if one.value is None or found is not None:
            parts.append(Branch(one.piece, found.at(fixed) if isinstance(found, Expression) else found))
    return joined(Branches(form.parameter, form.line, form.domain, tuple(parts)))


def joined(form: Branches[Value]) -> Branches[Value]:
    """The same function with as few parts as it allows: a point inside a formula is no part of its own."""
    parts: list[Branch[Value]] = []
    for group in groups(form):
        parts += (Branch(piece, group.answers[0][0]) for piece in form.line.selected(group.pieces, ()))
    parts += (one for one in form.parts if one.value is None)
    return Branches(form.parameter, form.line, form.domain, tuple(sorted(parts, key=lambda one: one.piece.sample)))


def groups(form: Branches[Value]) -> tuple[Group[Value], ...]:
    """The parts by formula; a point belongs to the formula beside it that has its value there."""
    answered = tuple(Answered(one.value, (), (one.piece,)) for one in form.parts if one.value is not None)

    def value_at(value: Value, root: Root) -> Hashable | None:
        if isinstance(value, Infinity):
            return value
        try:
            return number_at(form.parameter, value, root)
        except ZeroDivisionError:
            return None

    return merged(Covering(answered), lambda value: value, value_at)


def domain_text(result: Result) -> str:
    """The assumptions, for a message."""
    return " and ".join(map(str, result.assumptions)) or "all real numbers"


def difference(one: Value, two: Value) -> Exact:
    """One less the other; where one is infinite any number of the sign that the difference has."""
    if isinstance(one, Infinity) or isinstance(two, Infinity):
        return Fraction(_INFINITE.get(one, 0) - _INFINITE.get(two, 0))
    return one - two


_INFINITE: Final[dict[Value, int]] = {Infinity.OO: 1, Infinity.MINUS_OO: -1}


def regions(result: Result, name: str) -> tuple[Region, ...]:
    """Where a result has which value, one region for each: cells that differ in other values only are not told apart.

    A number, or a formula that holds on the whole domain, is one region whose relations are ``((),)``. Where cells do
    not have the value is no region.
    """
    known_name(result, name)
    everywhere = not result.undecided and all(named_value(cell, name) is not None for cell in result.cells)
    if len(names_in_play(result)) == 1:
        form = values_of(result, name)
        places: dict[Any, list[Piece]] = {}
        for part in form.parts:
            if part.value is not None:
                places.setdefault(part.value, []).append(part.piece)
        if len(places) == 1 and everywhere:
            return (Region(next(iter(places)), ((),)),)
        return tuple(Region(value, described(form, pieces)) for value, pieces in places.items())
    found: dict[Any, list[tuple[str, ...]]] = {}
    for cell in result.cells:
        if (value := named_value(cell, name)) is not None:
            found.setdefault(value, []).append(cell.when)
    if len(found) == 1 and everywhere:
        return (Region(next(iter(found)), ((),)),)
    return tuple(Region(value, tuple(whens)) for value, whens in found.items())


def described(form: Branches[Any], pieces: Sequence[Piece]) -> tuple[tuple[str, ...], ...]:
    """Parts of the domain as relations."""
    return tuple(
        tuple(relation_text(form.parameter, condition) for condition in conditions)
        for _, conditions in describe(form.line, pieces, form.domain)
    )
