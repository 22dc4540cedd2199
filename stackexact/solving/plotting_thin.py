"""What has no area in a plot over two parameters: curves through the points of neighbouring columns, and the points
that lie between all columns and rows, which z3 finds.

Coordinates here are shares of the width and the height of the picture.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from stackexact.errors import MissingLibrary
from stackexact.exact.rational_function import Exact
from stackexact.exact.reading import Parameters
from stackexact.exact.tracing import Condition, Polynomial, Sign
from stackexact.solving.branches import conditions_at, relations
from stackexact.solving.cells import Cell

if TYPE_CHECKING:
    from stackexact.covering.smt import Formula
    from stackexact.solving.solution import Result

__all__ = ["Place", "Span", "around_some", "is_near", "isolated", "linked"]

STEEP: Final = 2
"""A steeper curve is followed along rows and not along columns."""

APART: Final = Fraction(1, 100)
"""Points that are closer to each other are one on paper."""

EACH: Final = 8
"""Points that are looked for in one place."""

QUESTIONS: Final = 80
"""Points that are looked for altogether."""

Span = tuple[Fraction, Fraction]
Place = tuple[float, float]


def linked(points: Iterable[tuple[int, float, float]], width: float) -> list[list[Place]]:
    """Lines through points of neighbouring columns (the number of the column, its place, the height there).

    >>> linked([(0, 0.1, 0.5), (1, 0.3, 0.6), (2, 0.5, 0.9), (3, 0.7, 2.5)], 0.2)
    [[(0.1, 0.5), (0.3, 0.6), (0.5, 0.9)]]
    """
    columns: dict[int, list[Place]] = {}
    for number, place, height in points:
        columns.setdefault(number, []).append((place, height))
    lines: list[list[Place]] = []
    before: list[list[Place]] = []
    for number in sorted(columns):
        here = sorted(columns[number])
        going_on = number - 1 in columns and len(before) == len(here)
        ends: list[list[Place]] = []
        for turn, at in enumerate(here):
            if going_on and abs(at[1] - before[turn][-1][1]) <= STEEP * width:
                ends.append(before[turn])
            else:
                lines.append([])
                ends.append(lines[-1])
            ends[-1].append(at)
        before = ends
    return [line for line in lines if len(line) > 1]


def is_near(place: Place, others: Collection[Place]) -> bool:
    """Whether one of the others is so close that both are one on paper."""
    return any(abs(place[0] - x) < 2 * APART and abs(place[1] - y) < 2 * APART for x, y in others)


def isolated(
    result: Result, box: Mapping[str, Span], fixed: Mapping[str, Exact], drawn: Collection[int]
) -> list[tuple[Place, Cell | None]]:
    """Points of the cells (``None``: undecided) that no column or row met, and those at which the curves of a cell need
    not be curves; ``drawn`` holds the ``id`` of cells that were met. Without z3 there are none."""
    found: list[tuple[Place, Cell | None]] = []
    entries: list[tuple[tuple[str, ...], Cell | None]] = [(cell.when, cell) for cell in result.cells]
    entries += [(when, None) for when in result.undecided]
    with suppress(MissingLibrary):
        search = _Search(result, box, fixed)
        for when, cell in sorted(entries, key=lambda entry: id(entry[1]) in drawn):
            found += [(place, cell) for place in search.of(when, drawn=id(cell) in drawn)]
    return found


def around_some(result: Result, names: Sequence[str], fixed: Mapping[str, Exact]) -> dict[str, Span] | None:
    """A picture of some points of the domain, wherever they are; ``None`` without z3 or where it finds none."""
    with suppress(MissingLibrary):
        search = _Search(result, dict.fromkeys(names, (Fraction(0), Fraction(1))), fixed)
        search.frame = []
        places = list(search.of((), drawn=False))
        if places:
            ends = [(Fraction(min(values)) - 1, Fraction(max(values)) + 1) for values in zip(*places, strict=True)]
            return dict(zip(names, ends, strict=True))
    return None


class _Search:
    """Asks z3 for points in a picture."""

    def __init__(self, result: Result, box: Mapping[str, Span], fixed: Mapping[str, Exact]) -> None:
        from stackexact.covering.smt import Reals

        self.parameters, self.box, self.fixed = Parameters(tuple(sorted(box))), box, fixed
        self.reals, self.left = Reals(self.parameters.names), QUESTIONS
        self.domain = conditions_at(self.parameters, result.assumptions, fixed)
        self.frame = [
            condition
            for name, (low, high) in box.items()
            for condition in self._between(name, low, high, Sign.NONNEGATIVE)
        ]

    def _between(self, name: str, low: Fraction, high: Fraction, sign: Sign) -> Iterator[Condition]:
        variable = self.parameters.symbol(name)
        for difference in (variable - low, high - variable):
            yield Condition(self.parameters.split(difference)[0], sign)

    def of(self, when: tuple[str, ...], *, drawn: bool) -> Iterator[Place]:
        """Points of a cell: any, if it is not drawn, else those in which its equations are singular."""
        stated = conditions_at(self.parameters, relations(when), self.fixed)
        if stated is None or self.domain is None:
            return
        conditions = [*self.domain, *stated]
        equations = [one.polynomial for one in conditions if one.sign is Sign.ZERO]
        if not drawn or len(equations) > 1:
            yield from self._points(conditions)
        elif equations:
            yield from self._points([*conditions, *_singular(equations[0])])

    def _points(self, conditions: Sequence[Condition]) -> Iterator[Place]:
        from stackexact.covering.smt import Formula, Unknown

        formula = Formula(self.reals, [*self.frame, *conditions])
        with suppress(Unknown):
            for _ in range(EACH):
                if self.left <= 0:
                    return
                self.left -= 1
                model = formula.model()
                if model is None:
                    return
                near = map(float, model.roots)
                shares = {name: self._share(name, at) for name, at in zip(self.parameters.names, near, strict=True)}
                self._leave(formula, shares)
                across, up = self.box
                yield float(shares[across]), float(shares[up])

    def _share(self, name: str, value: float) -> Fraction:
        low, high = self.box[name]
        return (Fraction(value) - low) / (high - low)

    def _leave(self, formula: Formula, shares: Mapping[str, Fraction]) -> None:
        """Look for no more points so close to this one."""
        around: list[Condition] = []
        for name, share in shares.items():
            low, high = self.box[name]
            ends = [low + (share + turn * APART) * (high - low) for turn in (-1, 1)]
            around += self._between(name, ends[0], ends[1], Sign.POSITIVE)
        formula.outside(around)


def _singular(polynomial: Polynomial) -> Iterator[Condition]:
    """Where both derivatives vanish: a curve is none only there."""
    _, factors = polynomial.factor()
    square_free = polynomial.context().constant(1)
    for factor, _ in factors:
        square_free = square_free * factor
    for variable in range(2):
        yield Condition(square_free.derivative(variable), Sign.ZERO)
