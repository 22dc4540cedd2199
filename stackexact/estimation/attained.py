"""Estimates in closed form: where the model reproduces the frequencies, and where equal odds are the maximum.

Frequencies of choices are the maximum of the likelihood over all probabilities; where some ``theta`` has these
probabilities it is the estimate, and every log-odds is the logarithm of a quotient of counts. That holds in one
decision problem whose actions have rewards of their own, and wherever the exact equations for ``theta`` happen to be
solvable.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import fmpq, fmpq_mat

from stackexact.errors import Unproved
from stackexact.estimation.identification import Coordinates
from stackexact.estimation.model import Choice, Model, Vector, dot
from stackexact.exact.fields import to_fraction
from stackexact.exact.logarithms import LogNumber
from stackexact.exact.records import Record

__all__ = ["ClosedForm", "closed_form", "combined", "require_closed_form"]

_MOST_ROWS: Final = 400
_MOST_POWER: Final = 64
_MOST_BITS: Final = 20_000


@dataclass(frozen=True, slots=True, repr=False)
class ClosedForm(Record):
    """The maximiser as combinations of logarithms, in the coordinates that the data identify, and its probabilities,
    choice by choice."""

    point: tuple[LogNumber, ...]
    probabilities: tuple[Vector, ...]


def closed_form(model: Model, space: Coordinates) -> ClosedForm | None:
    """The maximiser in closed form, or nothing where the equations for it have no solution of that form."""
    if sum(len(choice.counts) for choice in model.choices) > _MOST_ROWS:
        return None
    if all(count for choice in model.choices for count in choice.counts):
        frequencies = tuple(tuple(Fraction(n, choice.total) for n in choice.counts) for choice in model.choices)
        found = _attaining(model, space, frequencies)
        if found is not None:
            return found
    level = _level(model)
    if level is None or not _stationary(model, space, level):
        return None
    return _attaining(model, space, level)


def _level(model: Model) -> tuple[Vector, ...] | None:
    """Probabilities where features make no difference, if these are rational."""
    made = []
    for choice in model.choices:
        if model.power.denominator == 1 and abs(model.power) <= _MOST_POWER:
            weights = tuple(weight ** int(model.power) for weight in choice.weights)
        elif len(set(choice.weights)) == 1:
            weights = (Fraction(1),) * len(choice.weights)
        else:
            return None
        total = sum(weights)
        made.append(tuple(weight / total for weight in weights))
        if total.denominator.bit_length() > _MOST_BITS:
            return None
    return tuple(made)


def _stationary(model: Model, space: Coordinates, probabilities: tuple[Vector, ...]) -> bool:
    """Whether the likelihood has no slope where the actions have these probabilities: exactly."""
    size = len(model.names)
    slope = [Fraction(0)] * size
    for choice, chances in zip(model.choices, probabilities, strict=True):
        for row, count, chance in zip(choice.differences, choice.counts, chances, strict=True):
            excess = choice.total * chance - count
            if excess:
                slope = [a + excess * b for a, b in zip(slope, row, strict=True)]
    return not any(dot(tuple(slope), vector) for vector in space.basis)


def _attaining(model: Model, space: Coordinates, probabilities: tuple[Vector, ...]) -> ClosedForm | None:
    """The coordinates at which actions have these probabilities, if there are such."""
    rows = [row for choice in model.choices for row in choice.differences]
    along = [tuple(model.eta * dot(row, vector) for vector in space.basis) for row in rows]
    log_odds = [one for parts in zip(model.choices, probabilities, strict=True) for one in _log_odds(*parts, model)]
    wanted = [one - model.eta * dot(row, space.origin) for one, row in zip(log_odds, rows, strict=True)]
    size = len(space.basis)
    point: tuple[LogNumber, ...] = ()
    if size:
        across = fmpq_mat(
            size, len(rows), [fmpq(row[j].numerator, row[j].denominator) for j in range(size) for row in along]
        )
        reduced, _ = across.rref()
        pivots = [next(i for i in range(len(rows)) if reduced[j, i] != 0) for j in range(size)]
        entries = [fmpq(x.numerator, x.denominator) for i in pivots for x in along[i]]
        inverse = fmpq_mat(size, size, entries).inv()
        point = tuple(
            combined((to_fraction(inverse[j, k]) for k in range(size)), [wanted[i] for i in pivots])
            for j in range(size)
        )
    if any(combined(row, point) != one for row, one in zip(along, wanted, strict=True)):
        return None
    return ClosedForm(point, probabilities)


def _log_odds(choice: Choice, chances: Vector, model: Model) -> list[LogNumber]:
    """What ``eta <x(b), theta>`` must be: the log-odds of each action less those of the reference weights."""
    most = choice.most
    return [
        LogNumber.total([(Fraction(1), chance / chances[most]), (-model.power, weight / choice.weights[most])])
        for chance, weight in zip(chances, choice.weights, strict=True)
    ]


def combined(weights: Iterable[Fraction], values: Sequence[LogNumber]) -> LogNumber:
    """The sum of numbers times weights."""
    return sum((one * weight for weight, one in zip(weights, values, strict=True) if weight), LogNumber())


def require_closed_form(model: Model, space: Coordinates, found: ClosedForm) -> None:
    """Prove from the model that the closed form maximises the likelihood: it has its probabilities, and no slope.

    Raises :class:`~stackexact.errors.Unproved` where either fails.
    """
    if not _stationary(model, space, found.probabilities):
        raise Unproved("the likelihood has a slope at the closed form")
    for choice, chances in zip(model.choices, found.probabilities, strict=True):
        if sum(chances) != 1 or min(chances) <= 0:
            raise Unproved("the probabilities of a closed form are no distribution")
        for row, log_odds in zip(choice.differences, _log_odds(choice, chances, model), strict=True):
            along = tuple(model.eta * dot(row, vector) for vector in space.basis)
            if combined(along, found.point) + model.eta * dot(row, space.origin) != log_odds:
                raise Unproved("a closed form does not have the probabilities it is claimed to have")
