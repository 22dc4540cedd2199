"""Equilibria of games with parameters: programs over all profiles of strategies, solved at a point and proved wherever
what is recorded holds.

A vertex of the program is named by its basis; from that the equilibrium and the multipliers which show that nothing is
better are worked out again in polynomials (:func:`~stackexact.lp.certify.certify_optimal`). All that numeric games go
through column by column is one program here, for its columns must stay the same wherever the basis is looked at.

Growth: one column per profile of strategies, at most :data:`~stackexact.mechanisms.limits.COLUMNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any, Generic, TypeVar

from stackexact.errors import Unproved
from stackexact.exact.prover import Prover, Ratio
from stackexact.games.polynomials import Place, ordered
from stackexact.lp.certify import certify_optimal
from stackexact.lp.program import Basis, Program
from stackexact.lp.simplex import Dictionary
from stackexact.mechanisms.deviations import Deviation, Family, deviations_of, gains
from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.limits import COLUMNS, require_size
from stackexact.mechanisms.uniqueness import elsewhere_of

__all__ = ["Columns", "Proved", "PureProved", "others", "pure", "search", "slack_of", "verify"]

T = TypeVar("T", bound=Any)


@dataclass(frozen=True)
class Columns:
    """All profiles of strategies of a form, and what deviations of a family cost there; ``nought`` is the zero of its
    scalars."""

    form: Form
    family: Family
    nought: Any

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """The profiles, in order."""
        require_size(prod(self.form.strategies), COLUMNS, "profiles of strategies in a game with parameters")
        return tuple(self.form.all_profiles())

    @cached_property
    def deviations(self) -> tuple[Deviation, ...]:
        """The deviations that must not gain."""
        return deviations_of(self.form, self.family)

    @cached_property
    def gains(self) -> list[list[Any]]:
        """By profile and deviation what following brings more than it."""
        rows = (gains(self.form, self.deviations, profile) for profile in self.profiles)
        return [[gain + self.nought for gain in row] for row in rows]

    def objective(self, sign: int) -> list[Any]:
        """By profile the designer's objective, or less it."""
        return [sign * self.form.value(profile) + self.nought for profile in self.profiles]

    def program(self, values: Sequence[Any]) -> Program[Any]:
        """The most of such values by profile that any equilibrium has."""
        zero, one = self.nought, self.nought + 1
        rows = [(list(row), zero) for row in zip(*self.gains, strict=True)] if self.deviations else []
        return Program.of(values, at_least=rows, equal=[([one] * len(values), one)], zero=zero)


@dataclass(frozen=True, slots=True)
class Proved(Generic[T]):
    """The most of some values: ``support`` has profiles (by number) with their chances above 0, ``multipliers`` are by
    deviation."""

    value: Ratio[T]
    support: tuple[tuple[int, Ratio[T]], ...]
    multipliers: tuple[Ratio[T], ...]


def search(
    program: Program[Any], point: Place, start: Basis | None = None, stop: Callable[[], bool] = lambda: False
) -> Basis:
    """An optimal basis of a program in polynomials at a point."""
    lines, field = ordered([program.objective, *program.rows], point)
    zero, one = field.nought, field.unit
    at_least = [(row, zero) for row in lines[1:-1]]
    there = Program.of(lines[0], at_least=at_least, equal=[([one] * len(lines[0]), one)], zero=zero)
    state = Dictionary(there, field, start, stop)
    if state.restore() is not None or state.improve() is not None:
        raise Unproved("every finite game has a correlated equilibrium, and values are bounded")
    return state.basis()


def verify(program: Program[T], basis: Basis, prover: Prover[T]) -> Proved[T]:
    """Work out the equilibrium and the multipliers that a basis names, and require that they are."""
    found = certify_optimal(program, basis, prover)
    support = []
    for number, top in enumerate(found.point):
        if prover.sign(top):
            prover.positive([top])
            support.append((number, Ratio(top, found.point_bottom)))
        else:
            prover.zero([top])
    multipliers = tuple(Ratio(-top, found.multipliers_bottom) for top in found.multipliers[:-1])
    return Proved(found.value, tuple(support), multipliers)


def slack_of(columns: Columns, found: Proved[T], prover: Prover[T]) -> frozenset[int]:
    """The numbers of the deviations that cost something in an equilibrium; others cost nothing."""
    made = set()
    for d in range(len(columns.deviations)):
        gain = sum((columns.gains[number][d] * share.top for number, share in found.support), columns.nought)
        if prover.sign(gain):
            prover.positive([gain])
            made.add(d)
        else:
            prover.zero([gain])
    return frozenset(made)


def others(columns: Columns, found: Proved[Any], slack: frozenset[int], unit: Any) -> list[Any]:
    """By profile what other equilibria have some of, and this one has none of: see
    :mod:`~stackexact.mechanisms.uniqueness`. ``unit`` is a multiple of all scales of utilities."""
    form = columns.form
    elsewhere = elsewhere_of(form, {columns.profiles[number] for number, _ in found.support})
    assert elsewhere is not None, "there are fewer profiles than may be gone through"
    never, further = elsewhere
    tight = [
        (d, unit // form.utility_scales[one.follower]) for d, one in enumerate(columns.deviations) if d not in slack
    ]
    made = []
    for profile, gained in zip(columns.profiles, columns.gains, strict=True):
        played = enumerate(form.played(profile))
        value = sum((form.chances[k] * unit for k, a in played if never[k][a]), columns.nought)
        if profile in further:
            value = value + form.chance_scale * unit
        made.append(sum((gained[d] * scale for d, scale in tight), value))
    return made


@dataclass(frozen=True, slots=True)
class PureProved:
    """The numbers of all profiles that are pure equilibria, and of one with the most and one with the least."""

    every: tuple[int, ...]
    best: int | None
    worst: int | None


def pure(columns: Columns, prover: Prover[T]) -> PureProved:
    """Go through all profiles: in equilibria no deviation gains, in others one does."""
    every = []
    for number, own in enumerate(columns.gains):
        gaining = [gain for gain in own if prover.sign(gain) < 0]
        if gaining:
            # What is a number need not be recorded.
            prover.positive([-min(gaining, key=lambda gain: gain.degree() if hasattr(gain, "degree") else 0)])
        else:
            prover.nonnegative(own)
            every.append(number)
    values = columns.objective(1)
    ends: list[int | None] = []
    for sign in (1, -1):
        end: int | None = None
        for number in every:
            if end is None or prover.sign(sign * (values[number] - values[end])) > 0:
                end = number
        if end is not None:
            prover.nonnegative(sign * (values[end] - values[number]) for number in every)
        ends.append(end)
    return PureProved(tuple(every), *ends)
