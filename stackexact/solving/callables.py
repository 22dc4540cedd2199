"""Closed forms as callables: exact, or with one rounding at the end.

Relations and formulas of the cells are prepared once, as polynomials over the rationals. With one parameter the cell is
found by bisection among the points at which cells meet, with several by trying one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from flint import fmpq, fmpz

from stackexact.errors import LimitReached, UsageError, shorten
from stackexact.exact.fields import to_fraction, to_rational
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.real_roots import Root
from stackexact.exact.records import FrozenMapping
from stackexact.solving.algebraic import cell_at_root, is_irrational, number_at_root, number_or_root
from stackexact.solving.branches import branches, names_in_play, relations
from stackexact.solving.cells import Infinity, each
from stackexact.solving.functions import refuse_outside
from stackexact.solving.names import known_attribute, named_value, usual_name

if TYPE_CHECKING:
    from stackexact.exact.relation import Assumption
    from stackexact.solving.solution import Result

__all__ = ["ClosedFormFunction"]

Point: TypeAlias = "dict[str, fmpq]"
"""Rational values of the parameters."""


@dataclass(frozen=True, slots=True, repr=False)
class ClosedFormFunction:
    """One value of a result as a function of its parameters; made by :meth:`of`, called with their values.

    >>> import stackexact as sx
    >>> game = sx.Game([[0, 1, 0]], [["delta", 0, "-delta"]])
    >>> value = sx.solve(game)["pure-strong"].lambdify("leader")
    >>> value(0), value("1e-100"), value(delta=Fraction(1, 3))
    (Fraction(1, 1), Fraction(0, 1), Fraction(0, 1))
    """

    result: Result
    name: str
    floats: bool
    _needed: tuple[str, ...]
    _place: Callable[[Point], int | None]
    _values: tuple[Callable[[Point], Any], ...]

    @classmethod
    def of(cls, result: Result, name: str, *, floats: bool) -> ClosedFormFunction:
        """Prepare a value of a result; the usual one where ``name`` is empty."""
        name = name or usual_name(result)
        known_attribute(result, name)
        finish = _rounded if floats else to_fraction
        values = tuple(_prepared(named_value(cell, name), finish) for cell in result.cells)
        return cls(result, name, floats, names_in_play(result), _locator(result), values)

    def __repr__(self) -> str:
        names = ", ".join(self.result.parameters) or "nothing"
        return f"<{self.name} of {self.result.concept} as a function of {names}>"

    def __call__(self, /, *given: object, **named: object) -> Any:
        """The value at exact values of the parameters; element by element where they are sequences (``floats``)."""
        names = self.result.parameters
        for entry in given[:1]:
            if isinstance(entry, Mapping):
                given, named = given[1:], {**entry, **named}
        found = {**dict(zip(names, given, strict=False)), **named}
        twice = [name for name in names[: len(given)] if name in named]
        if len(given) > len(names) or twice or not set(self._needed) <= set(found) <= set(names):
            known = ", ".join(names) or "no parameter"
            raise UsageError(f"{self.result.concept}: expected one value for each of {known}; found others")
        if self.floats and any(_is_sequence(value) for value in found.values()):
            return self._each(found)
        return self._one(found)

    def _one(self, given: Mapping[str, object]) -> Any:
        irrational = {name: value for name, value in given.items() if is_irrational(value)}
        if irrational:
            cell = cell_at_root(self.result, {name: number_or_root(value) for name, value in given.items()})
            found = number_at_root(named_value(cell, self.name), irrational)
            return _floats(found) if self.floats else found
        point = {name: self._number(name, value) for name, value in given.items()}
        place = self._place(point)
        if place is None:
            values: dict[str, Exact] = {name: to_fraction(value) for name, value in point.items()}
            refuse_outside(self.result, values)
            told = ", ".join(f"{name} = {shorten(value)}" for name, value in values.items())
            raise LimitReached(f"{self.result.concept}: undecided at {told}; raise the limit, or solve the game there")
        return self._values[place](point)

    def _number(self, name: str, value: object) -> fmpq:
        if self.floats and type(value) is float and math.isfinite(value):
            return fmpq(*value.as_integer_ratio())
        number = exact(value, floats="binary" if self.floats else "refuse")
        if not isinstance(number, Fraction):
            raise UsageError(f"{self.result.concept}: expected a number for {name}, found {shorten(number)}")
        return fmpq(to_rational(number))

    def _each(self, given: Mapping[str, object]) -> Any:
        """An array of the shape that the arguments have together."""
        import numpy

        arrays = numpy.broadcast_arrays(*(numpy.asarray(value, dtype=object) for value in given.values()))
        rows = zip(*(array.ravel().tolist() for array in arrays), strict=True)
        found = [self._one(dict(zip(given, row, strict=True))) for row in rows]
        made = numpy.empty(len(found), dtype=float if all(type(one) is float for one in found) else object)
        for number, one in enumerate(found):
            made[number] = one
        return made.reshape(arrays[0].shape)


def _is_sequence(value: object) -> bool:
    return (isinstance(value, Sequence) and not isinstance(value, str)) or getattr(value, "shape", ()) != ()


def _prepared(value: Any, finish: Callable[[fmpq], Any]) -> Callable[[Point], Any]:
    """A value of a cell as a function of a point."""
    if isinstance(value, Expression):
        top, bottom = _sides(value)
        return lambda point: finish(top(point) / bottom(point))
    if isinstance(value, Mapping):
        entries = {label: _prepared(entry, finish) for label, entry in value.items()}
        return lambda point: FrozenMapping({label: entry(point) for label, entry in entries.items()})
    if isinstance(value, tuple):
        parts = [_prepared(entry, finish) for entry in value]
        return lambda point: tuple(part(point) for part in parts)
    if isinstance(value, Fraction):
        value = finish(fmpq(to_rational(value)))
    elif isinstance(value, Infinity) and finish is _rounded:
        value = math.inf if value is Infinity.OO else -math.inf
    return lambda point: value


def _sides(value: Expression) -> tuple[Callable[[Point], fmpq], Callable[[Point], fmpq]]:
    """Numerator and denominator as functions of a point."""
    return _polynomial(value.parameters, value.numerator), _polynomial(value.parameters, value.denominator)


def _polynomial(names: tuple[str, ...], terms: Mapping[tuple[int, ...], int]) -> Callable[[Point], fmpq]:
    if len(names) == 1:
        from stackexact.exact.reading import dense

        polynomial, (name,) = dense(terms), names
        return lambda point: fmpq(polynomial(point[name]))
    factors = [
        (fmpz(coefficient), tuple((name, power) for name, power in zip(names, powers, strict=True) if power))
        for powers, coefficient in terms.items()
    ]

    def value(point: Point) -> fmpq:
        total = fmpq(0)
        for coefficient, powers in factors:
            product = fmpq(coefficient)
            for name, power in powers:
                product *= point[name] ** power
            total += product
        return total

    return value


def _locator(result: Result) -> Callable[[Point], int | None]:
    """Finds the number of the cell that holds at a point; ``None`` outside the domain and where it is undecided."""
    names = names_in_play(result)
    if len(names) != 1:
        domain = _test(result.assumptions)
        tests = [_test(relations(cell.when)) for cell in result.cells]

        def tried(point: Point) -> int | None:
            if not domain(point):
                return None
            return next((number for number, test in enumerate(tests) if test(point)), None)

        return tried
    numbers = {id(cell): number for number, cell in enumerate(result.cells)}
    form, (name,) = branches(result), names
    cells = [None if part.value is None else numbers[id(part.value)] for part in form.parts]

    def bisected(point: Point) -> int | None:
        place = form.place(Root.of(point[name]))
        return None if place is None else cells[place]

    return bisected


def _test(chains: Sequence[Assumption]) -> Callable[[Point], bool]:
    """Whether all relations hold; where a term divides by zero none does."""
    checks: list[Callable[[Point], bool]] = []
    for chain in chains:
        for left, relation, right in zip(chain.terms, chain.relations, chain.terms[1:], strict=False):
            checks.append(_check(left, relation, right))
    return lambda point: all(check(point) for check in checks)


def _check(left: Exact, relation: str, right: Exact) -> Callable[[Point], bool]:
    divisors = [_sides(term)[1] for term in (left, right) if isinstance(term, Expression) and not term.is_polynomial]
    difference = left - right
    admitted = _ADMITTED[relation]
    if isinstance(difference, Fraction):
        always = _sign(difference) in admitted
        return lambda point: always and all(divisor(point) for divisor in divisors)
    top, bottom = _sides(difference)

    def check(point: Point) -> bool:
        if not all(divisor(point) for divisor in divisors):
            return False
        return _sign(top(point)) * _sign(bottom(point)) in admitted

    return check


_ADMITTED = {"<": {-1}, "<=": {-1, 0}, ">": {1}, ">=": {0, 1}, "==": {0}, "!=": {-1, 1}}


def _sign(value: Any) -> int:
    return 1 if value > 0 else -1 if value < 0 else 0


def _floats(found: Any) -> Any:
    """SymPy's numbers, and the infinite constant, as floats."""
    return each(found, _float)


def _float(found: Any) -> Any:
    if isinstance(found, Infinity):
        return math.inf if found is Infinity.OO else -math.inf
    return float(found) if type(found).__module__.startswith("sympy.") else found


def _rounded(value: fmpq) -> float:
    """The nearest float; infinite beyond the range of floats."""
    try:
        return int(value.p) / int(value.q)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
