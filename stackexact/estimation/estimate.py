"""Maximum likelihood of quantal response models: ``estimate`` and what it returns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import InputError, LimitReached, Unproved, UsageError, shorten
from stackexact.estimation.data import read_digits, read_model
from stackexact.estimation.fitting import Fit, fit, never, require_fit
from stackexact.estimation.identification import Coordinates, coordinates, require_coordinates
from stackexact.estimation.model import Model, Vector
from stackexact.estimation.outcomes import Matrix, Outcomes, outcomes, require_limits, require_outcomes
from stackexact.estimation.separation import Separation, limit_model, require_separation, separation
from stackexact.exact.decimals import numerals_shortened
from stackexact.exact.digits import int_to_text
from stackexact.exact.enclosures import Enclosure, bits_of
from stackexact.exact.records import Record

if TYPE_CHECKING:
    from stackexact.estimation.confidence import ConfidenceSet, Interval

__all__ = ["Estimate", "Proof", "estimate"]

_SPARE_BITS: Final = 96


@dataclass(frozen=True, slots=True, repr=False)
class Proof(Record):
    """What the estimate rests on: the parameters that satisfy the constraints, which actions vanish, and the maximiser
    of what remains. :meth:`Estimate.verify` proves all three again from the data."""

    space: Coordinates
    separation: Separation
    fit: Fit


@dataclass(frozen=True, slots=True, repr=False)
class Estimate(Record):
    """The maximum likelihood estimate of a quantal response model, every number proved.

    ``theta``: an enclosure per name in ``names``; None where the data do not identify the coordinate, and everywhere
    where the maximum is not attained. ``fitted``: the probabilities of all actions in each choice of ``model.choices``;
    ``log_likelihood``: its greatest value; where that is not attained, both are what is approached. ``information`` is
    the Fisher information (observed and expected agree) at the estimate, ``covariance`` its inverse on what the
    constraints leave, ``standard_errors`` the roots of its diagonal; None where the maximum is not attained or not
    unique.
    """

    model: Model
    digits: int
    theta: tuple[Enclosure | None, ...]
    fitted: Matrix
    log_likelihood: Enclosure
    information: Matrix | None
    covariance: Matrix | None
    standard_errors: tuple[Enclosure | None, ...]
    proof: Proof

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters: labels of actions for counts without features, ``theta1``... otherwise."""
        return self.model.names

    @property
    def exists(self) -> bool:
        """Whether the likelihood attains its maximum: the data are not separated."""
        return self.proof.separation.attained

    @property
    def identified(self) -> bool:
        """Whether the data and the constraints tell all parameters."""
        return not self.proof.space.free

    @property
    def free(self) -> tuple[Vector, ...]:
        """Directions of the parameters that the data do not tell: a basis, in integers."""
        return self.proof.space.free

    @property
    def separation(self) -> Separation:
        """Which actions vanish along which direction; or what proves that none does."""
        return self.proof.separation

    @property
    def closed_form(self) -> bool:
        """Whether the maximiser is a combination of logarithms, its fitted probabilities rational."""
        return self.proof.fit.form is not None

    def __getitem__(self, name: str) -> Enclosure:
        """The estimate of one parameter; raises :class:`~stackexact.errors.UsageError` where there is none."""
        if name not in self.names:
            raise UsageError(f"estimate: expected one of {', '.join(self.names[:8])}, found {shorten(name)}")
        found = self.theta[self.names.index(name)]
        if found is None:
            why = "the data do not identify it; add a constraint" if self.exists else "the maximum is not attained"
            raise UsageError(f"estimate of {shorten(name)}: expected an estimate, found none, since {why}")
        return found

    def verify(self) -> None:
        """Prove the estimate again, from the data alone; raises :class:`~stackexact.errors.Unproved` where that
        fails."""
        proof = self.proof
        require_coordinates(self.model, proof.space)
        require_separation(self.model, proof.space, proof.separation)
        left = limit_model(self.model, proof.separation)
        if proof.fit.model != left or (self.exists and proof.fit.space != proof.space):
            raise Unproved("the fit is one of other data")
        require_coordinates(left, proof.fit.space)
        require_fit(proof.fit)
        if self.exists:
            parts = (self.theta, self.fitted, self.log_likelihood, self.information or (), self.covariance)
            require_outcomes(proof.fit, Outcomes(*parts, self.standard_errors))
        else:
            require_limits(proof.fit, self._left(), self.log_likelihood)

    def _left(self) -> Matrix:
        """The probabilities of actions that do not vanish; those of the others must be 0, and nothing else be
        claimed."""
        gone = set(self.separation.vanishing)
        fitted = tuple(
            tuple(one for b, one in enumerate(row) if (c, b) not in gone) for c, row in enumerate(self.fitted)
        )
        if any(self.fitted[c][b].lower or self.fitted[c][b].upper for c, b in gone):
            raise Unproved("an action that vanishes has a probability")
        if any(one is not None for one in (*self.theta, *self.standard_errors, self.information, self.covariance)):
            raise Unproved("an estimate is claimed where the maximum is not attained")
        return fitted

    def confidence(self, level: object = None, *, beta: object = None, kind: str = "likelihood") -> ConfidenceSet:
        """The set of parameters that the data do not refute: at a ``level`` such as "0.95", or with ``beta``.

        ``kind="likelihood"``: all theta whose negative log-likelihood is at most its least value plus beta;
        ``kind="wald"``: the ellipsoid ``(theta - estimate)' information (theta - estimate) <= 2 beta``. A level stands
        for half the quantile of the chi-squared distribution with as many degrees as parameters are identified.
        """
        from stackexact.estimation.confidence import confidence_set

        return confidence_set(self, level, beta, kind)

    def profile(
        self, name: str, level: object = None, *, beta: object = None, kind: str = "likelihood", digits: int = 10
    ) -> Interval:
        """The interval of one parameter for which some values of the others lie in the set of that ``level`` (one
        degree of freedom) or ``beta``, with both ends enclosed."""
        from stackexact.estimation.confidence import profile

        return profile(self, name, level, beta, kind, digits)

    def document(self) -> dict[str, Any]:
        """The estimate as a JSON object (format ``stackexact/estimate``); exact numbers are texts, others
        enclosures."""
        from stackexact.estimation.writing import document

        return document(self)

    def __str__(self) -> str:
        from stackexact.estimation.display import text

        return text(self)

    def _repr_html_(self) -> str:
        from stackexact.estimation.display import html

        return html(self)

    def __repr__(self) -> str:
        many = numerals_shortened(int_to_text(self.model.observations))
        if not self.exists:
            return f"<Estimate from {many} observations: the maximum is not attained>"
        known = sum(one is not None for one in self.theta)
        return f"<Estimate from {many} observations: {known} of {len(self.theta)} parameters>"


def estimate(
    data: object,
    *,
    features: object = None,
    weights: object = None,
    power: object = 1,
    eta: object = 1,
    constraints: object = None,
    digits: object = 30,
    time_limit: float | None = None,
) -> Estimate:
    """Estimate ``theta`` by maximum likelihood where action b is chosen with a probability proportional to
    ``weights[b]**power * exp(eta * <features[b], theta>)``: exactly, or enclosed to ``digits`` digits.

    ``data`` are counts of the actions of one decision problem (``{"b1": 3, "b2": 1}``, or ``[3, 1]``), with
    ``features`` (a vector per action) and reference ``weights`` on request; or logged observations, each an
    :class:`~stackexact.estimation.Observation`, a tuple ``(features, chosen, count)`` or a mapping with these keys.
    Counts without features are tabular: ``theta`` are the rewards r of the actions (Chen, Wang and Yang 2023: P(b)
    proportional to exp(eta r(b))), which are told up to a constant only. ``constraints`` are pairs of a vector (a
    sequence, a mapping from names, or one name) and what its inner product with ``theta`` is; tabular rewards have the
    reference ``[(first action, 0)]`` unless others are given.

    Whether the data identify ``theta`` and whether the maximum exists is decided exactly, and told in the result; a
    maximiser is proved to be the only one. Raises :class:`~stackexact.errors.InputError` for bad input (floats,
    negative counts, contradictory constraints) and :class:`~stackexact.errors.LimitReached` beyond 100 coordinates, 20
    000 actions, 2**17 bits or ``time_limit`` seconds.

    >>> found = estimate({"b1": 3, "b2": 1}, eta=5)
    >>> found["b2"].closed_form, found["b2"].decimal[:10]
    ('-1/5*log(3)', '-0.2197224')
    >>> estimate({"b1": 3, "b2": 0}).exists
    False
    """
    asked = read_digits(digits)
    model = read_model(data, features, weights, power, eta, constraints)
    limit, stop = _limit(time_limit)
    space = coordinates(model)
    split = separation(model, space, limit())
    left = limit_model(model, split)
    within = space if split.attained else coordinates(left)
    found, made = outcomes(fit(left, within, 2 * bits_of(asked) + _SPARE_BITS, stop), asked, stop)
    result = _made(model, asked, made, Proof(space, split, found))
    result.verify()
    return result


def _limit(seconds: object) -> tuple[Callable[[], float | None], Callable[[], bool]]:
    """What is left of a time limit, and whether nothing is."""
    if seconds is None:
        return lambda: None, never
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | Fraction) or not seconds > 0:
        raise InputError(f"time_limit: expected a positive number of seconds, found {shorten(seconds)}")
    end = time.monotonic() + min(float(seconds), 1e9)

    def left() -> float:
        rest = end - time.monotonic()
        if rest <= 0:
            raise LimitReached("the time limit was reached; raise it")
        return rest

    return left, lambda: time.monotonic() >= end


def _made(model: Model, digits: int, made: Outcomes, proof: Proof) -> Estimate:
    if proof.separation.attained:
        parts = (made.theta, made.fitted, made.log_likelihood, made.information, made.covariance, made.errors)
        return Estimate(model, digits, *parts, proof)
    gone = set(proof.separation.vanishing)
    nil = Enclosure(Fraction(0), Fraction(0))
    rows = [iter(row) for row in made.fitted]
    fitted = tuple(
        tuple(nil if (c, b) in gone else next(rows[c]) for b in range(len(choice.counts)))
        for c, choice in enumerate(model.choices)
    )
    none = (None,) * len(model.names)
    return Estimate(model, digits, none, fitted, made.log_likelihood, None, None, none, proof)
