"""Two closed forms side by side: equal on the domain, or the regions where one is larger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from stackexact.covering.describe import describe
from stackexact.covering.domain import relation_text
from stackexact.covering.line import Line, Piece, place_of
from stackexact.errors import UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter
from stackexact.exact.records import Record
from stackexact.exact.relation import parameters_of, text_of
from stackexact.exact.tracing import Condition, Sign
from stackexact.solving.branches import Branch, Branches, Value, difference, names_in_play, regions, values_of
from stackexact.solving.functions import cell_at, told
from stackexact.solving.names import known_name, named_value, usual_name
from stackexact.solving.solution import Result

__all__ = ["Comparison", "ComparisonCell", "compare"]

Relation = Literal["<", "==", ">"]

_Named = tuple[Result | Exact, str]
"""A result and the name of its value, or an expression."""

_RELATIONS: Final[dict[int, Relation]] = {-1: "<", 0: "==", 1: ">"}


@dataclass(frozen=True, slots=True, repr=False)
class ComparisonCell(Record):
    """A region, and how the first value relates to the second there: ``<``, ``==`` or ``>``."""

    when: tuple[str, ...]
    relation: Relation


@dataclass(frozen=True, slots=True, repr=False)
class Comparison(Record):
    """How two values relate: disjoint ``cells`` that cover their common domain, up to what is ``undecided``."""

    first: str
    second: str
    cells: tuple[ComparisonCell, ...]
    undecided: tuple[tuple[str, ...], ...] = ()

    @property
    def equal(self) -> bool:
        """Whether both are equal on the whole domain."""
        return not self.undecided and all(cell.relation == "==" for cell in self.cells)

    def __str__(self) -> str:
        from stackexact.solving.display_comparison import text

        return text(self)

    def _repr_html_(self) -> str:
        from stackexact.solving.display_comparison import html

        return html(self)

    def _repr_latex_(self) -> str:
        from stackexact.solving.display_comparison import latex

        return latex(self)


def compare(
    first: Result, second: object, name: str = "", other: str = "", *, at: Mapping[str, object] | None = None
) -> Comparison:
    """Compare a value of a result with that of another (``other`` is its name there), or with an exact expression.

    Both are taken on the part of the domain that they share. Where no name is given it is the leader's value, or the
    only one that the cells have; ``at`` gives numbers for some parameters. With several parameters left z3 finds the
    regions (``stackexact[smt]``); what it cannot decide is ``undecided``.
    Raises :class:`~stackexact.errors.UsageError` for what cannot be compared.

    >>> import stackexact as sx
    >>> game = sx.Game([[1, 0], [0, 1]], [["delta", 0], [0, 1]], assumptions=["0 < delta < 1"])
    >>> solution = sx.solve(game)
    >>> print(compare(solution["pure-strong"], solution["mixed-strong"]))
    leader of pure-strong, beside leader of mixed-strong: equal on the domain
    >>> print(compare(solution["pure-strong"], "2*delta"))
    leader of pure-strong, beside 2*delta:
      larger when delta < 1/2
      equal when delta == 1/2
      smaller when delta > 1/2
    """
    if not isinstance(first, Result):
        raise UsageError(f"compare: expected a result of a solution, found {type(first).__name__} {shorten(first)}")
    numbers = {key: exact(value) for key, value in (at or {}).items()}
    known_name(first, own := name or usual_name(first))
    if isinstance(second, Result):
        known_name(second, theirs := other or name or usual_name(second))
        titles = f"{own} of {first.concept}", f"{theirs} of {second.concept}"
        forms: tuple[_Named, _Named] = (first, own), (second, theirs)
        names = {*names_in_play(first), *names_in_play(second)}
    else:
        value = exact(second)
        titles, forms = (f"{own} of {first.concept}", text_of(value)), ((first, own), (value, ""))
        names = {*names_in_play(first), *parameters_of(value)}
    _refuse_unknown(numbers, {*names, *first.parameters, *(second.parameters if isinstance(second, Result) else ())})
    left = sorted(names - set(numbers))
    if names and not left:
        one, two = (_number(side, called, numbers) for side, called in forms)
        return Comparison(*titles, (ComparisonCell((), _relation(difference(one, two))),))
    if len(left) == 1:
        along = [_form(side, called, left[0], numbers) for side, called in forms]
        return _along(titles, along[0], along[1])
    relation = _everywhere(forms, numbers)
    if relation is not None:
        return Comparison(*titles, (ComparisonCell((), relation),))
    from stackexact.solving.comparing_several import compared_in_several

    cells, undecided = compared_in_several(left, forms, numbers)
    return Comparison(*titles, tuple(ComparisonCell(when, _RELATIONS[sign]) for when, sign in cells), undecided)


def _refuse_unknown(fixed: Mapping[str, Exact], known: Collection[str]) -> None:
    for name, value in fixed.items():
        if name not in known or not isinstance(value, Fraction):
            raise UsageError(
                f"compare: expected numbers for {', '.join(sorted(known)) or 'nothing'}, found {shorten(name)}"
            )


def _number(side: Result | Exact, name: str, values: Mapping[str, Exact]) -> Value:
    """A side where all parameters are numbers."""
    if not isinstance(side, Result):
        return side.at(values) if isinstance(side, Expression) else side
    found: Value | None = named_value(
        cell_at(side, {key: one for key, one in values.items() if key in side.parameters}), name
    )
    if found is None:
        raise UsageError(f"{side.concept}: expected a value of {name} at {told(values)}, found none; choose another")
    return found


def _relation(sign: Exact) -> Relation:
    assert isinstance(sign, Fraction)
    return _RELATIONS[(sign > 0) - (sign < 0)]


def _everywhere(forms: Iterable[_Named], fixed: Mapping[str, Exact]) -> Relation | None:
    """How two formulas relate that each hold on the same whole domain, if their difference is a number."""
    values, domains = [], set()
    for side, name in forms:
        if isinstance(side, Result):
            found = regions(side, name)
            if len(found) != 1 or found[0].whens != ((),):
                return None
            domains.add(frozenset(map(str, side.assumptions)))
            side = found[0].value
        elif isinstance(side, Expression) and not side.is_polynomial:
            return None
        values.append(side.at(fixed) if isinstance(side, Expression) else side)
    sign = difference(values[0], values[1])
    return None if len(domains) > 1 or isinstance(sign, Expression) else _relation(sign)


def _form(side: Result | Exact, name: str, parameter: str, fixed: Mapping[str, Exact]) -> Branches[Value]:
    """A side along the parameter; a constant one or an expression on all numbers that its assumptions leave."""
    if isinstance(side, Result) and parameter in names_in_play(side):
        return values_of(side, name, {key: value for key, value in fixed.items() if key in side.parameters})
    value = regions(side, name)[0].value if isinstance(side, Result) else side
    line = Line()
    pieces = line.everything
    found = value.at(fixed) if isinstance(value, Expression) else value
    variable = Parameter(parameter)
    if isinstance(found, Expression):
        pieces = line.selected(pieces, [Condition(variable.split(found)[1], Sign.NONZERO)])
    return Branches(variable, line, pieces, tuple(Branch(piece, found) for piece in pieces))


def _along(titles: tuple[str, str], one: Branches[Value], two: Branches[Value]) -> Comparison:
    found: dict[Relation | None, list[Piece]] = {}
    line = Line()
    for piece, first, second in _common(one, two):
        if first is None or second is None:
            found.setdefault(None, []).append(piece)
            continue
        top, bottom = one.parameter.split(difference(first, second))
        for part, _, sign in line.divided(piece, piece.sample, top * bottom):
            found.setdefault(_RELATIONS[sign], []).append(part)
    domain = tuple(piece for piece, _, _ in _common(one, two))
    if not domain:
        raise UsageError("compare: expected domains that share a value of the parameter, found none")
    if set(found) <= {None} or len(found) == 1:
        undecided = found.pop(None, [])
        cells = [ComparisonCell((), relation) for relation in found if relation is not None]
        return Comparison(*titles, tuple(cells), ((),) if undecided else ())
    parts = [
        (runs[0], tuple(relation_text(one.parameter, condition) for condition in conditions), relation)
        for relation, pieces in found.items()
        for runs, conditions in describe(line, pieces, domain)
    ]
    parts.sort(key=lambda part: place_of(part[0]))
    made = [ComparisonCell(when, relation) for _, when, relation in parts if relation is not None]
    return Comparison(*titles, tuple(made), tuple(when for _, when, relation in parts if relation is None))


def _common(one: Branches[Value], two: Branches[Value]) -> Iterator[tuple[Piece, Value | None, Value | None]]:
    """The parts that both domains share, in ascending order, with both values."""
    i = j = 0
    while i < len(one.parts) and j < len(two.parts):
        a, b = one.parts[i], two.parts[j]
        piece = _meet(a.piece, b.piece)
        if piece is not None:
            yield piece, a.value, b.value
        if _ends_first(a.piece, b.piece):
            i += 1
        else:
            j += 1


def _meet(one: Piece, two: Piece) -> Piece | None:
    if one.is_point or two.is_point:
        point, other = (one, two) if one.is_point else (two, one)
        return point if other.holds(point.sample) else None
    lows = [end for end in (one.low, two.low) if end is not None]
    highs = [end for end in (one.high, two.high) if end is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    return Piece(low, high) if low is None or high is None or low < high else None


def _ends_first(one: Piece, two: Piece) -> bool:
    """Whether the next part of the first is to be looked at: it ends before the second, or with it but open."""
    if one.high is None or two.high is None:
        return two.high is None and one.high is not None
    if one.high == two.high:
        return not one.is_point
    return one.high < two.high
