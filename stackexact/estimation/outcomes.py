"""What an estimate says, enclosed: parameters, probabilities, likelihood, information, covariances, standard errors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flint import arb, arb_mat, ctx, fmpq, fmpq_mat

from stackexact.errors import LimitReached, Unproved
from stackexact.estimation.attained import combined
from stackexact.estimation.balls import FLOOR, enclosure_of, narrow
from stackexact.estimation.fitting import MOST_BITS, Fit, refined
from stackexact.estimation.identification import Coordinates
from stackexact.estimation.likelihood import Likelihood, State
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import Enclosure, ball_of, ends
from stackexact.exact.fields import to_fraction
from stackexact.exact.logarithms import LogNumber
from stackexact.exact.records import Record

__all__ = ["Matrix", "Outcomes", "identified", "outcomes", "require_limits", "require_outcomes"]

Matrix = tuple[tuple[Enclosure, ...], ...]
_EXACT_ROWS: Final = 64
_LONGEST: Final = 400
"""Closed forms of more characters are not written beside the numbers."""


@dataclass(frozen=True, slots=True, repr=False)
class Outcomes(Record):
    """Numbers at the maximiser. ``theta`` and ``errors`` have nothing where the data do not identify the coordinate;
    ``covariance`` is there where they identify all."""

    theta: tuple[Enclosure | None, ...]
    fitted: Matrix
    log_likelihood: Enclosure
    information: Matrix
    covariance: Matrix | None
    errors: tuple[Enclosure | None, ...]


def identified(space: Coordinates, k: int) -> bool:
    """Whether the data tell a coordinate: no free direction changes it."""
    return not any(vector[k] for vector in space.free)


def outcomes(found: Fit, digits: int, stop: Callable[[], bool]) -> tuple[Fit, Outcomes]:
    """All numbers to so many digits, and the fit at the precision that gives them."""
    while True:
        with ctx.workprec(found.bits):
            try:
                made = _Writer(found, digits).outcomes()
            except _TooWide:
                made = None
        if made is not None:
            return found, made
        if 2 * found.bits > MOST_BITS:
            raise LimitReached(f"{MOST_BITS} binary digits do not give {digits} digits of the estimate; ask for fewer")
        found = refined(found, 2 * found.bits, stop)


class _TooWide(Exception):
    """The working precision does not give the digits that are asked for."""


class _Writer:
    """Turns balls at one precision into enclosures."""

    def __init__(self, found: Fit, digits: int) -> None:
        self.found, self.digits = found, digits
        self.model, self.space = found.model, found.space
        self.likelihood, self.state = found.state()
        self.form = found.form

    def outcomes(self) -> Outcomes:
        """All numbers."""
        information = self._information()
        inverse = self._inverse()
        size = len(self.model.names)
        known = [identified(self.space, k) for k in range(size)]
        spread = self._spread(inverse)
        units = [self._unit(spread[k][k]) if known[k] else FLOOR for k in range(size)]
        theta = self._theta(units)
        errors = tuple(self._error(spread[k][k]) if known[k] else None for k in range(size))
        covariance = None
        if all(known):
            moves = [[self._moves(i) and self._moves(j) for j in range(size)] for i in range(size)]
            covariance = self._matrix(spread, units, moves)
        return Outcomes(theta, self._fitted(), self._log_likelihood(), information, covariance, errors)

    def number(self, ball: Any, floor: Fraction = FLOOR, closed: str = "") -> Enclosure:
        """A ball as an enclosure of enough digits; a rational number as itself."""
        if isinstance(ball, Fraction):
            return Enclosure(ball, ball)
        if not ball.is_finite():
            raise _TooWide
        low, high = ends(ball)
        if low != high and not narrow(low, high, self.digits, floor):
            raise _TooWide
        return enclosure_of(low, high, self.digits, floor, closed if len(closed) <= _LONGEST else "")

    def _theta(self, units: list[Fraction]) -> tuple[Enclosure | None, ...]:
        """A coordinate known to be zero to so many digits of its unit is enclosed to as many again."""
        if self.form is not None:
            return tuple(self._logs(one) for one in self._exact_theta(self.form.point))
        balls = self.found.theta()
        return tuple(
            self.number(ball if self._moves(k) else self.space.origin[k], unit / 10**self.digits)
            if identified(self.space, k)
            else None
            for k, (ball, unit) in enumerate(zip(balls, units, strict=True))
        )

    def _moves(self, k: int) -> bool:
        return any(vector[k] for vector in self.space.basis)

    def _exact_theta(self, point: tuple[LogNumber, ...]) -> Iterator[LogNumber | None]:
        for k, origin in enumerate(self.space.origin):
            known = identified(self.space, k)
            yield combined((vector[k] for vector in self.space.basis), point) + origin if known else None

    def _logs(self, value: LogNumber | None) -> Enclosure | None:
        if value is None:
            return None
        return self.number(value.exponent) if not value.logs else self.number(value.ball(), closed=str(value))

    def _fitted(self) -> Matrix:
        if self.form is not None:
            return tuple(tuple(map(self.number, chances)) for chances in self.form.probabilities)
        return tuple(tuple(map(self.number, chances)) for chances in self.state.probabilities)

    def _log_likelihood(self) -> Enclosure:
        if self.form is None:
            return self.number(-self.state.value)
        terms = [
            (Fraction(count), chance)
            for choice, chances in zip(self.model.choices, self.form.probabilities, strict=True)
            for count, chance in zip(choice.counts, chances, strict=True)
            if count
        ]
        found = self._logs(LogNumber.total(terms))
        assert found is not None
        return found

    def _rows(self) -> list[tuple[Fraction, ...]]:
        """Scaled differences of features in the parameters themselves."""
        return [tuple(self.model.eta * x for x in row) for choice in self.model.choices for row in choice.differences]

    def _is_small(self) -> bool:
        return sum(len(choice.counts) for choice in self.model.choices) <= _EXACT_ROWS

    def _information(self) -> Matrix:
        size = len(self.model.names)
        if self.form is not None and self._is_small():
            exact = _exact_information(self._rows(), self.model, self.form.probabilities)
            return tuple(tuple(self.number(exact[i][j]) for j in range(size)) for i in range(size))
        basis = tuple(tuple(Fraction(int(i == j)) for j in range(size)) for i in range(size))
        whole = Likelihood(self.model, Coordinates((Fraction(0),) * size, basis, ()))
        state = State(whole, self.likelihood.logits(self.found.column()))
        matrix = state.curvature
        seen = [row for choice in self.model.choices for row in choice.whole]
        told = [any(row[k] for row in seen) for k in range(size)]
        units = [self._unit(matrix[k, k]) if told[k] else FLOOR for k in range(size)]
        return self._matrix(matrix.tolist(), units, [[told[i] and told[j] for j in range(size)] for i in range(size)])

    def _matrix(self, rows: list[list[Any]], units: list[Fraction], told: list[list[bool]]) -> Matrix:
        """Entries as narrow as the roots of the diagonal entries beside them ask for; those not told are 0."""
        nil = Enclosure(Fraction(0), Fraction(0))
        floors = [unit / 10**self.digits for unit in units]
        return tuple(
            tuple(
                self.number(one, max(floors[i] * units[j], FLOOR)) if told[i][j] else nil for j, one in enumerate(row)
            )
            for i, row in enumerate(rows)
        )

    def _unit(self, square: Any) -> Fraction:
        """About the root of a number that is not negative."""
        if isinstance(square, Fraction):
            return Fraction(max(1, math.isqrt(square.numerator * square.denominator)), square.denominator)
        if not square.is_finite():
            raise _TooWide
        low, high = ends(square.abs_upper().sqrt())
        return max((low + high) / 2, FLOOR)

    def _inverse(self) -> Any:
        """The inverse of the information in the coordinates that the data identify: of fractions, or of balls."""
        size = len(self.space.basis)
        if self.form is not None and self._is_small():
            rows = [
                tuple(
                    self.model.eta * sum((x * y for x, y in zip(row, vector, strict=True)), Fraction(0))
                    for vector in self.space.basis
                )
                for choice in self.model.choices
                for row in choice.differences
            ]
            exact = _exact_information(rows, self.model, self.form.probabilities)
            entries = [fmpq(x.numerator, x.denominator) for row in exact for x in row]
            return fmpq_mat(size, size, entries).inv() if size else None
        try:
            return self.state.curvature.inv() if size else None
        except ZeroDivisionError:
            raise _TooWide from None

    def _spread(self, inverse: Any) -> list[list[Any]]:
        """Covariances of the parameters: the inverse carried over by the basis."""
        size, basis = len(self.model.names), self.space.basis
        nil = [[Fraction(0)] * size for _ in range(size)]
        if inverse is None:
            return nil
        exact = isinstance(inverse, fmpq_mat)
        entries = [fmpq(x.numerator, x.denominator) for vector in basis for x in vector]
        down: Any = fmpq_mat(len(basis), size, entries)
        if not exact:
            down = arb_mat(len(basis), size, [arb(x) for x in entries])
        found = (down.transpose() * inverse * down).tolist()
        moves = [self._moves(k) for k in range(size)]
        return [
            [
                Fraction(0) if not (moves[i] and moves[j]) else to_fraction(found[i][j]) if exact else found[i][j]
                for j in range(size)
            ]
            for i in range(size)
        ]

    def _error(self, square: Any) -> Enclosure:
        """The root of a variance, in closed form where that is rational."""
        if not isinstance(square, Fraction):
            return self.number(square.sqrt())
        root = Fraction(math.isqrt(square.numerator), math.isqrt(square.denominator))
        if root * root == square:
            return self.number(root)
        return self.number(ball_of(square).sqrt(), closed=f"sqrt({fraction_to_text(square)})")


def _exact_information(rows: list[tuple[Fraction, ...]], model: Any, probabilities: Any) -> list[list[Fraction]]:
    """The sum of N Cov(x) where probabilities are rational."""
    width = len(rows[0])
    total = fmpq_mat(width, width, [0] * (width * width))
    here = iter(rows)
    for choice, chances in zip(model.choices, probabilities, strict=True):
        part = [fmpq(x.numerator, x.denominator) for _ in chances for x in next(here)]
        down = fmpq_mat(len(chances), width, part)
        heavy = [
            part[b * width + k] * fmpq(chance.numerator, chance.denominator)
            for b, chance in enumerate(chances)
            for k in range(width)
        ]
        weighted = fmpq_mat(len(chances), width, heavy)
        ones = fmpq_mat(1, len(chances), [1] * len(chances))
        mean = ones * weighted
        total += (down.transpose() * weighted - mean.transpose() * mean) * choice.total
    return [[to_fraction(total[i, j]) for j in range(width)] for i in range(width)]


class _Checker(_Writer):
    """Bounds as the balls have them: neither rounded nor required to be narrow."""

    def number(self, ball: Any, floor: Fraction = FLOOR, closed: str = "") -> Enclosure:
        """A ball as an enclosure."""
        return Enclosure(ball, ball) if isinstance(ball, Fraction) else Enclosure(*ends(ball), closed)


def require_outcomes(found: Fit, made: Outcomes) -> None:
    """Compute all numbers again, at another precision, and require that what is claimed holds them.

    Raises :class:`~stackexact.errors.Unproved`.
    """
    with ctx.workprec(found.bits + 96):
        try:
            again = _Checker(found, 0).outcomes()
        except _TooWide:
            raise Unproved("the proof does not enclose the numbers of the estimate") from None
    _require_held(_all(made), _all(again))


def require_limits(found: Fit, fitted: Matrix, log_likelihood: Enclosure) -> None:
    """The same where the maximum is not attained: of limits of probabilities, and of the supremum."""
    with ctx.workprec(found.bits + 96):
        again = _Checker(found, 0).outcomes()
    claimed = [log_likelihood, *(one for row in fitted for one in row)]
    _require_held(claimed, [again.log_likelihood, *(one for row in again.fitted for one in row)])


def _require_held(claimed: Sequence[Enclosure | None], proved: Sequence[Enclosure | None]) -> None:
    if len(claimed) != len(proved):
        raise Unproved("an estimate has other numbers than its proof")
    pairs = zip(claimed, proved, strict=True)
    if not all(one is None if two is None else one is not None and two in one for one, two in pairs):
        raise Unproved("a number of the estimate does not hold what the proof encloses")


def _all(made: Outcomes) -> list[Enclosure | None]:
    """Every number."""
    matrices = (made.fitted, made.information, made.covariance or ())
    entries = [one for matrix in matrices for row in matrix for one in row]
    return [*made.theta, *made.errors, made.log_likelihood, *entries]
