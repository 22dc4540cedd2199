"""The proof that the one maximiser of the likelihood lies in a box: Krawczyk's test in balls.

For a box X about a point p and any matrix Y, with slope g and curvature H of the negative log-likelihood: if ``p - Y
g(p) + (I - Y H(X)) (X - p)`` lies in the interior of X, then X holds exactly one zero of g (Krawczyk 1969; Neumaier,
"Interval methods for systems of equations", 1990, theorem 5.1.8). The function is convex, so that the zero is its
minimum, and strictly convex in the coordinates that the data identify, so that there is no other.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb, arb_mat, ctx

from stackexact.errors import Unproved
from stackexact.estimation.balls import between, column
from stackexact.estimation.identification import Coordinates
from stackexact.estimation.likelihood import Likelihood
from stackexact.estimation.model import Model
from stackexact.exact.enclosures import ball_of, ends
from stackexact.exact.records import Record

__all__ = ["Box", "box_about", "require_maximiser"]


@dataclass(frozen=True, slots=True, repr=False)
class Box(Record):
    """Rational ends, coordinate by coordinate, between which the maximiser lies; ``bits`` is the working precision that
    shows it."""

    lower: tuple[Fraction, ...]
    upper: tuple[Fraction, ...]
    bits: int

    def column(self) -> arb_mat:
        """The box in balls."""
        return column([between(low, high) for low, high in zip(self.lower, self.upper, strict=True)])

    @property
    def middle(self) -> tuple[Fraction, ...]:
        """The point half way between the ends."""
        return tuple((low + high) / 2 for low, high in zip(self.lower, self.upper, strict=True))


def box_about(likelihood: Likelihood, point: arb_mat) -> Box | None:
    """A box about a point that Krawczyk's test is likely to prove, at the working precision; nothing where it is too
    low.

    Its size is that of one more step of Newton's method, in units of standard errors.
    """
    state = likelihood.at(point)
    inverse = _inverse(state.curvature)
    if inverse is None:
        return None
    step = inverse * state.slope
    units = [inverse[j, j].abs_upper().sqrt().mid() for j in range(likelihood.size)]
    if not all(unit > 0 for unit in units):
        return None
    wide = max((step[j, 0].abs_upper() / unit for j, unit in enumerate(units)), default=arb(0))
    wide = (2 * wide + arb(2) ** (-ctx.prec * 2 // 5)).abs_upper()
    sides = [ends(point[j, 0] + arb(0, 1) * (wide * unit)) for j, unit in enumerate(units)]
    return Box(tuple(low for low, _ in sides), tuple(high for _, high in sides), ctx.prec)


def _inverse(matrix: arb_mat) -> arb_mat | None:
    """An approximate inverse: points."""
    try:
        found = matrix.mid().inv().mid()
    except ZeroDivisionError:
        return None
    return found if all(entry.is_finite() for entry in found.entries()) else None


def require_maximiser(model: Model, space: Coordinates, box: Box) -> None:
    """Prove that the maximiser over the coordinates lies in the box, from the model alone.

    Raises :class:`~stackexact.errors.Unproved` where Krawczyk's test does not show it.
    """
    with ctx.workprec(box.bits):
        if not maximiser_inside(Likelihood(model, space), box):
            raise Unproved("Krawczyk's test does not show that the maximiser lies in the box")


def maximiser_inside(likelihood: Likelihood, box: Box) -> bool:
    """Whether Krawczyk's test shows that the maximiser lies in the box."""
    size = likelihood.size
    if not size:
        return True
    points = [ball_of(value).mid() for value in box.middle]
    middle, ends = column(points), box.column()
    inverse = _inverse(likelihood.at(middle).curvature)
    if inverse is None:
        return False
    identity = arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
    rest = (identity - inverse * likelihood.at(ends).curvature) * (ends - middle)
    image = (middle - inverse * likelihood.at(middle).slope + rest).entries()
    return all(_inside(one, low, high) for one, low, high in zip(image, box.lower, box.upper, strict=True))


def _inside(ball: Any, low: Fraction, high: Fraction) -> bool:
    """Whether the ball lies strictly between the ends."""
    if not ball.is_finite():
        return False
    below, above = ends(ball)
    return low < below and above < high
