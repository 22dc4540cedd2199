"""Points with irrational coordinates: put into one field, or refused."""

from __future__ import annotations

from typing import Any

from flint import fmpz_poly

from stackexact.exact.common_field import point_of
from stackexact.exact.reading import Parameters
from stackexact.exact.real_roots import Root, real_roots

NAMES = Parameters(("x", "y"))
X, Y = NAMES.ring.gens()


def roots(*coefficients: int) -> list[Root]:
    return real_roots(fmpz_poly(list(coefficients)))


def signs(point: Any, *polynomials: Any) -> list[int]:
    return [point.sign_of(polynomial) for polynomial in polynomials]


def test_the_same_number_twice() -> None:
    """On the diagonal one root is both coordinates; its negative is another one."""
    low, high = roots(-2, 0, 1)
    assert signs(point_of([high, high], []), X - Y, X * Y - 2, 5 * X - 7 * Y) == [0, 0, -1]
    opposite = point_of([high, low], [X + Y])
    assert signs(opposite, X + Y, X * Y + 2, X - Y) == [0, 0, 1]


def test_a_coordinate_that_another_one_generates() -> None:
    """On y = x**2 with x**3 = 2 Euclid's algorithm gives y, whatever its own polynomial looks like."""
    (x,), (y,) = roots(-2, 0, 0, 1), roots(-4, 0, 0, 1)
    point = point_of([x, y], [X**2 - Y])
    assert signs(point, X**2 - Y, X * Y - 2, X - Y) == [0, 0, -1]


def test_two_fields_are_refused() -> None:
    """The square roots of 2 and 3 generate a field that neither generates alone."""
    assert point_of([roots(-2, 0, 1)[1], roots(-3, 0, 1)[1]], [X**2 - 2, Y**2 - 3]) is None
