"""The maximiser of a likelihood that attains its maximum: a closed form, or boxes as narrow as one asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flint import arb, arb_mat, ctx

from stackexact.errors import LimitReached
from stackexact.estimation.attained import ClosedForm, closed_form, require_closed_form
from stackexact.estimation.balls import column
from stackexact.estimation.identification import Coordinates
from stackexact.estimation.likelihood import Likelihood, State
from stackexact.estimation.model import Model
from stackexact.estimation.newton import maximiser, start
from stackexact.estimation.proof import Box, box_about, maximiser_inside, require_maximiser
from stackexact.exact.enclosures import ball_of
from stackexact.exact.records import Record

__all__ = ["MOST_BITS", "Fit", "boxed", "fit", "never", "refined", "require_fit"]

MOST_BITS: Final = 1 << 17
"""The greatest working precision."""


def never() -> bool:
    """No limit."""
    return False


@dataclass(frozen=True, slots=True, repr=False)
class Fit(Record):
    """The maximiser of a model's likelihood over its coordinates: in closed form, or in a box; one of the two is there.

    ``bits`` is the working precision at which it was found.
    """

    model: Model
    space: Coordinates
    form: ClosedForm | None
    box: Box | None
    bits: int

    def column(self) -> arb_mat:
        """The maximiser in balls, at the working precision."""
        if self.form is not None:
            return column([one.ball() for one in self.form.point])
        assert self.box is not None
        return self.box.column()

    def theta(self) -> list[arb]:
        """The parameters at the maximiser in balls, with nothing of the free directions."""
        made = [ball_of(value) for value in self.space.origin]
        for one, vector in zip(self.column().entries(), self.space.basis, strict=True):
            made = [a + one * ball_of(x) if x else a for a, x in zip(made, vector, strict=True)]
        return made

    def state(self) -> tuple[Likelihood, State]:
        """The model at the maximiser, at the working precision."""
        likelihood = Likelihood(self.model, self.space)
        return likelihood, likelihood.at(self.column())


def fit(model: Model, space: Coordinates, bits: int, stop: Callable[[], bool] = never) -> Fit:
    """The maximiser at a working precision of ``bits`` or, where that is too low to prove it, more.

    Raises :class:`~stackexact.errors.LimitReached` where ``stop`` says so or 2**17 bits do not suffice.
    """
    form = closed_form(model, space)
    if form is not None:
        return Fit(model, space, form, None, bits)
    return boxed(model, space, bits, stop=stop)


def refined(found: Fit, bits: int, stop: Callable[[], bool] = never) -> Fit:
    """The same maximiser at a higher working precision."""
    if found.form is not None:
        return Fit(found.model, found.space, found.form, None, bits)
    return boxed(found.model, found.space, bits, found, stop)


def boxed(
    model: Model, space: Coordinates, bits: int, near: Fit | None = None, stop: Callable[[], bool] = never
) -> Fit:
    """The maximiser in a box, found from the one of a ``near`` fit."""
    while bits <= MOST_BITS:
        with ctx.workprec(bits):
            likelihood = Likelihood(model, space)
            point = near.column().mid() if near is not None else start(likelihood) if space.basis else column([])
            if point is not None:
                point = maximiser(likelihood, point, stop) if space.basis else point
            box = None if point is None else box_about(likelihood, point)
            if box is not None and maximiser_inside(likelihood, box):
                return Fit(model, space, None, box, bits)
        bits *= 2
    raise LimitReached(f"{MOST_BITS} binary digits do not enclose the estimate; scale features or counts")


def require_fit(found: Fit) -> None:
    """Prove from the model that the maximiser is where it is said to be.

    Raises :class:`~stackexact.errors.Unproved` where it is not shown.
    """
    if found.form is not None:
        require_closed_form(found.model, found.space, found.form)
        return
    assert found.box is not None
    require_maximiser(found.model, found.space, found.box)
