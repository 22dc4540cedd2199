"""The negative log-likelihood of a model, its slope and its curvature, in balls at the working precision.

With x(b) the difference of an action's features from those of the action chosen most often, scaled by eta and in
coordinates of what data identify, a choice contributes ``N log sum_b exp(o(b) + <x(b), psi>) - sum_b n(b) (o(b) +
<x(b), psi>)``: log-sum-exp less a linear function, so that the sum is convex, and strictly where x has full rank.
"""

from __future__ import annotations

from typing import Any

from flint import arb, arb_mat, fmpq, fmpq_mat, fmpz_mat

from stackexact.estimation.identification import Coordinates
from stackexact.estimation.model import Model, Vector
from stackexact.exact.enclosures import ball_of

__all__ = ["Likelihood", "State"]


def _products(model: Model, vectors: tuple[Vector, ...]) -> list[list[Any]]:
    """The inner products of all actions' differences, in integers, with vectors."""
    rows = [x for choice in model.choices for row in choice.whole for x in row]
    size = len(model.names)
    across = fmpq_mat(len(vectors), size, [fmpq(x.numerator, x.denominator) for one in vectors for x in one])
    found: list[list[Any]] = (fmpq_mat(fmpz_mat(len(rows) // size, size, rows)) * across.transpose()).tolist()
    return found


class State:
    """The model at a point: probabilities choice by choice, the negative log-likelihood, its slope and curvature."""

    __slots__ = ("_likelihood", "probabilities", "value")

    def __init__(self, likelihood: Likelihood, logits: list[Any]) -> None:
        self._likelihood = likelihood
        self.probabilities: list[list[Any]] = []
        self.value = arb(0)
        start = 0
        for counts, total in zip(likelihood.counts, likelihood.totals, strict=True):
            here = logits[start : start + len(counts)]
            start += len(counts)
            shift = max(logit.mid() for logit in here)
            powers = [(logit - shift).exp() for logit in here]
            whole = sum(powers, arb(0))
            self.probabilities.append([power / whole for power in powers])
            self.value += total * (whole.log() + shift)
            for count, logit in zip(counts, here, strict=True):
                if count:
                    self.value -= count * logit

    @property
    def slope(self) -> arb_mat:
        """The gradient, as a column."""
        over = self._likelihood
        rest = [
            total * one - count
            for counts, total, chances in zip(over.counts, over.totals, self.probabilities, strict=True)
            for count, one in zip(counts, chances, strict=True)
        ]
        return over.across * arb_mat(len(rest), 1, rest)

    @property
    def curvature(self) -> arb_mat:
        """The matrix of second derivatives: sum of N Cov(x). It is the Fisher information, observed and expected."""
        over = self._likelihood
        weighted: list[Any] = []
        means: list[Any] = []
        heavy: list[Any] = []
        rows = iter(over.rows)
        for total, chances in zip(over.totals, self.probabilities, strict=True):
            mean = [arb(0)] * over.size
            for one in chances:
                part = [entry if entry.is_zero() else one * entry for entry in next(rows)]
                mean = [a + b for a, b in zip(mean, part, strict=True)]
                weighted += [total * entry for entry in part]
            means += mean
            heavy += [total * entry for entry in mean]
        count = len(over.totals)
        second = over.across * arb_mat(over.height, over.size, weighted)
        return second - arb_mat(count, over.size, means).transpose() * arb_mat(count, over.size, heavy)


class Likelihood:
    """The likelihood of a model over coordinates of what the data identify; made for one working precision."""

    __slots__ = ("across", "counts", "down", "height", "offsets", "rows", "size", "totals")

    def __init__(self, model: Model, space: Coordinates) -> None:
        self.counts = [choice.counts for choice in model.choices]
        self.totals = [choice.total for choice in model.choices]
        self.size = len(space.basis)
        self.offsets: list[Any] = []
        self.rows: list[list[Any]] = []
        along = iter(_products(model, (space.origin, *space.basis)))
        for choice in model.choices:
            base = choice.weights[choice.most]
            factor = fmpq(model.eta.numerator, model.eta.denominator * choice.scale)
            for weight in choice.weights:
                offset, *row = (arb(factor * entry) for entry in next(along))
                if weight != base and model.power:
                    offset += ball_of(model.power) * ball_of(weight / base).log()
                self.offsets.append(offset)
                self.rows.append(row)
        self.height = len(self.rows)
        entries = [entry for row in self.rows for entry in row]
        self.down = arb_mat(self.height, self.size, entries)
        self.across = self.down.transpose()

    def logits(self, point: arb_mat) -> list[Any]:
        """The log-odds of every action against the one chosen most often."""
        along = (self.down * point).entries() if self.size else [arb(0)] * self.height
        return [offset + one for offset, one in zip(self.offsets, along, strict=True)]

    def at(self, point: arb_mat) -> State:
        """The model at coordinates, as a column."""
        return State(self, self.logits(point))

    def reach(self, step: arb_mat) -> arb:
        """By how much a step changes the log-odds of two actions at most."""
        along = (self.down * step).entries()
        widest, start = arb(0), 0
        for counts in self.counts:
            here = [one.mid() for one in along[start : start + len(counts)]]
            start += len(counts)
            widest = max(widest, (max(here) - min(here)).abs_upper())
        return widest

    def smoothed(self) -> tuple[list[Any], list[Any]]:
        """Weights, and log-odds of frequencies with a half added to every count, less offsets: where Newton starts."""
        weights: list[Any] = []
        wanted: list[Any] = []
        offsets = iter(self.offsets)
        for counts in self.counts:
            halves = [arb(2 * count + 1) / 2 for count in counts]
            base = halves[max(range(len(counts)), key=counts.__getitem__)]
            weights += halves
            wanted += [(half / base).log() - next(offsets).mid() for half in halves]
        return weights, wanted
