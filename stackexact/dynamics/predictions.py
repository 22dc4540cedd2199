"""What is exactly true of the dynamics: they are linear, and decided by the eigenvalues of two small matrices.

All followers' deviations from the desired point follow δ_i ← P δ_i + Q Σ_{j≠i} δ_j. Where all are alike that is
P + (N − 1) Q, where their mean stays it is P − Q; any deviation is a sum of both. With damping η best responses have
P = (1 − η) I and Q = −η own⁻¹ cross; gradients with step γ have P = I − γ own and Q = −γ cross, of expected costs.
One follower after the other is not of this form; it converges if and only if the matrix of all conditions is positive
definite, where that is symmetric (Ostrowski 1954, Reich 1949).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Final, Literal, TypeAlias

from flint import ctx, fmpq_poly

from stackexact.dynamics.matrices import (
    Matrix,
    Vector,
    characteristic,
    divided,
    identity,
    is_definite,
    minus,
    plus,
    scaled,
    transposed,
)
from stackexact.dynamics.reactions import Reaction
from stackexact.errors import UsageError, shorten
from stackexact.exact.enclosures import ends
from stackexact.exact.records import Record
from stackexact.incentives.forms import sums_of_minors
from stackexact.traces.arguments import number_named

__all__ = [
    "DYNAMICS",
    "Dynamics",
    "Mode",
    "Prediction",
    "Status",
    "Update",
    "predicted",
    "update",
]

Status: TypeAlias = Literal["stable", "marginal", "unstable", "undecided"]
"""Whether deviations vanish, some stay of their size, or some grow; or none of these is proved."""

DYNAMICS: Final = ("best-response", "gradient", "hold")
"""How followers move: to (or towards) their best response, against the slope of their cost, or not at all."""

_ORDERS: Final = ("simultaneous", "sequential")
_WORST: Final[tuple[Status, ...]] = ("unstable", "undecided", "marginal", "stable")
_PRECISION: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class Dynamics(Record):
    """How followers move from round to round.

    ``kind`` is one of :data:`DYNAMICS`. Best responses have a ``damping`` in (0, 1], the share of the way that is gone,
    and an ``order``: all at once, or one after the other. Gradients have a ``step`` above 0 (in units of a point per
    unit of slope). Numbers may be given as whatever is exact. Raises :class:`~stackexact.errors.UsageError` for what
    does not belong together.

    >>> Dynamics("best-response", damping="1/2").damping
    Fraction(1, 2)
    """

    kind: str
    damping: Fraction | None = None
    step: Fraction | None = None
    order: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in DYNAMICS:
            raise UsageError(f"dynamics: expected one of {', '.join(DYNAMICS)}, found {shorten(self.kind)}")
        respond = self.kind == "best-response"
        for name, fits in (("damping", respond), ("order", respond), ("step", self.kind == "gradient")):
            if getattr(self, name) is not None and not fits:
                owner = "gradient" if name == "step" else "best-response"
                raise UsageError(f"{name}: expected only with the dynamics {owner}, found {self.kind}; leave it out")
        if respond:
            object.__setattr__(self, "damping", _share("damping", 1 if self.damping is None else self.damping, 1))
            object.__setattr__(self, "order", self.order or _ORDERS[0])
            if self.order not in _ORDERS:
                raise UsageError(f"order: expected one of {', '.join(_ORDERS)}, found {shorten(self.order)}")
        elif self.kind == "gradient":
            if self.step is None:
                raise UsageError("step: expected a number above 0 with the dynamics gradient, found none; give one")
            object.__setattr__(self, "step", _share("step", self.step, None))

    @property
    def sequential(self) -> bool:
        """Whether followers move one after the other."""
        return self.order == "sequential"

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        values = {"kind": self.kind, "damping": self.damping, "step": self.step, "order": self.order}
        return {name: str(value) for name, value in values.items() if value is not None}


def _share(name: str, value: object, most: int | None) -> Fraction:
    number = number_named(name, value)
    if number <= 0 or (most is not None and number > most):
        wanted = "above 0" if most is None else f"above 0 and at most {most}"
        raise UsageError(f"{name}: expected a number {wanted}, found {shorten(value)}")
    return number


@dataclass(frozen=True, slots=True, repr=False)
class Update(Record):
    """How every point moves: point_i ← kept·point_i + others·Σ_{j≠i} point_j + constant (in expectation, for gradients
    of what was drawn)."""

    kept: Matrix
    others: Matrix
    constant: Vector


def update(faced: Reaction, dynamics: Dynamics) -> Update:
    """The update of these dynamics; ``hold`` moves nothing."""
    size = len(faced.constant)
    if dynamics.kind == "hold":
        return Update(identity(size), identity(size, 0), (Fraction(0),) * size)
    if dynamics.kind == "gradient":
        assert dynamics.step is not None
        step = dynamics.step * faced.weight
        moved = scaled(faced.cross, -step), tuple(-step * value for value in faced.constant)
        return Update(minus(identity(size), scaled(faced.own, step)), *moved)
    assert dynamics.damping is not None
    share = dynamics.damping
    column = tuple((value,) for value in faced.constant)
    constant = tuple(-share * row[0] for row in divided(faced.own, column))
    return Update(identity(size, 1 - share), scaled(faced.answer, share), constant)


@dataclass(frozen=True, slots=True, repr=False)
class Mode(Record):
    """A part of the deviations that goes by a matrix of its own: ``alike`` (the mean) or ``apart`` (from the mean).

    ``factor`` is its number where points are scalars. ``lower`` and ``upper`` enclose the greatest magnitude of an
    eigenvalue (both are |factor| where there is one); ``status`` is decided exactly.
    """

    name: str
    matrix: Matrix
    factor: Fraction | None
    lower: Fraction
    upper: Fraction
    status: Status


@dataclass(frozen=True, slots=True, repr=False)
class Prediction(Record):
    """What the dynamics do near the desired point: their modes (none where followers move one after the other), and the
    worst status of these."""

    modes: tuple[Mode, ...]
    status: Status

    @property
    def stable(self) -> bool:
        """Whether every deviation is proved to vanish."""
        return self.status == "stable"

    def mode(self, name: str) -> Mode | None:
        """The mode of that name, if there is one."""
        return next((mode for mode in self.modes if mode.name == name), None)


def predicted(faced: Reaction, dynamics: Dynamics) -> Prediction:
    """What these dynamics do with deviations, exactly (with Gaussian gradients: with their expectations).

    >>> from stackexact.dynamics.announced import announced
    >>> from stackexact.dynamics.reactions import reaction
    >>> from stackexact.games.lq_incentive import IncentiveGame
    >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
    >>> for n in (5, 6, 20):
    ...     made = predicted(reaction(announced(game.at(N=n))), Dynamics("best-response"))
    ...     print(n, *(f"{mode.name} {mode.factor}" for mode in made.modes), made.status)
    5 alike 4/5 apart -1/5 stable
    6 alike 1 apart -1/5 marginal
    20 alike 19/5 apart -1/5 unstable
    """
    if dynamics.sequential:
        return Prediction((), _in_turn(faced))
    made = update(faced, dynamics)
    modes = [_mode("alike", plus(made.kept, scaled(made.others, Fraction(faced.followers - 1))))]
    if faced.followers > 1:
        modes.append(_mode("apart", minus(made.kept, made.others)))
    found = {mode.status for mode in modes}
    return Prediction(tuple(modes), next(status for status in _WORST if status in found))


def _in_turn(faced: Reaction) -> Status:
    """Of one follower after the other: what follows from the definiteness of the matrix of all conditions."""
    if faced.cross != transposed(faced.cross):
        return "undecided"
    parts = [faced.alike, *([faced.apart] if faced.followers > 1 else [])]
    if all(map(is_definite, parts)):
        return "stable"
    semidefinite = all(value >= 0 for part in parts for value in sums_of_minors(_whole(part)))
    return "marginal" if semidefinite else "unstable"


def _whole(matrix: Matrix) -> tuple[tuple[int, ...], ...]:
    """A positive multiple in integers, whose divisions are exact."""
    scale = lcm(*(value.denominator for row in matrix for value in row))
    return tuple(tuple(int(value * scale) for value in row) for row in matrix)


def _mode(name: str, matrix: Matrix) -> Mode:
    if len(matrix) == 1:
        factor = matrix[0][0]
        size = abs(factor)
        return Mode(name, matrix, factor, size, size, "stable" if size < 1 else "marginal" if size == 1 else "unstable")
    polynomial = characteristic(matrix)
    lower, upper = _radius(polynomial)
    return Mode(name, matrix, None, lower, upper, _status(polynomial, lower))


def _radius(polynomial: Any) -> tuple[Fraction, Fraction]:
    """An enclosure of the greatest magnitude of a root."""
    with ctx.workprec(_PRECISION):
        sizes = [abs(root) for root, _ in polynomial.numer().complex_roots()]
        sides = [ends(size) for size in sizes]
    return max(Fraction(0), *(low for low, _ in sides)), max(high for _, high in sides)


def _status(polynomial: Any, lower: Fraction) -> Status:
    if _inside(polynomial):
        return "stable"
    if lower > 1:
        return "unstable"
    # Simple roots at 1 and -1 are all that is looked for on the circle.
    for place in (1, -1):
        factor = fmpq_poly([-place, 1])
        if polynomial(place) == 0:
            polynomial //= factor
    return "marginal" if _inside(polynomial) else "undecided"


def _inside(polynomial: Any) -> bool:
    """Whether all roots lie inside of the unit circle (Schur 1918, Cohn 1922), by rational arithmetic."""
    values = list(polynomial.coeffs())
    while len(values) > 1:
        first, last = values[0], values[-1]
        if abs(first) >= abs(last):
            return False
        turned = values[::-1]
        values = [last * a - first * b for a, b in zip(values, turned, strict=True)][1:]
    return True
