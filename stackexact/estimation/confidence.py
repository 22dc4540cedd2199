"""Confidence sets with rigorous membership, and intervals of single parameters with both ends enclosed.

A level stands for half the quantile of the chi-squared distribution (Wilks 1938; Wald 1943): the coverage is
asymptotic, and only that; what is exact is which theta belong to the set.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, Literal

from flint import arb, ctx

from stackexact.errors import ExpressionError, InputError, LimitReached, UsageError, shorten
from stackexact.estimation.balls import between, column, enclosure_of, narrow
from stackexact.estimation.data import read_digits, read_vector
from stackexact.estimation.fitting import MOST_BITS, Fit, boxed, refined
from stackexact.estimation.identification import Coordinates, coordinates
from stackexact.estimation.likelihood import Likelihood
from stackexact.estimation.model import Constraint, Model, Vector, dot
from stackexact.estimation.quantiles import chi_squared
from stackexact.exact.decimals import shortened
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.enclosures import Enclosure, ball_of, bits_of, ends
from stackexact.exact.numbers import exact
from stackexact.exact.records import Record

if TYPE_CHECKING:
    from stackexact.estimation.estimate import Estimate

__all__ = ["ConfidenceSet", "Interval", "Membership", "confidence_set", "profile"]

Membership = Literal["yes", "no", "undecided"]
Kind = Literal["likelihood", "wald"]

_DEFAULT: Final = Fraction(19, 20)
_FIRST_BITS: Final = 128
_LAST_BITS: Final = 8192
"""Where two numbers still look equal at this precision, membership is undecided."""
_MOST_STEPS: Final = 200
_LONGEST: Final = 3322


@dataclass(frozen=True, slots=True, repr=False)
class Threshold(Record):
    """How far the likelihood may fall: ``given``, or half the quantile of ``level`` with so many ``degrees``."""

    given: Fraction | None
    level: Fraction | None
    degrees: int

    def ends(self, bits: int) -> tuple[Fraction, Fraction]:
        """Rational ends of beta."""
        if self.given is not None:
            return self.given, self.given
        assert self.level is not None
        low, high = chi_squared(self.level, self.degrees, bits)
        return low / 2, high / 2

    def enclosure(self, digits: int) -> Enclosure:
        """Beta to so many digits."""
        return enclosure_of(*self.ends(bits_of(digits) + 16), digits)


@dataclass(frozen=True, slots=True, repr=False)
class ConfidenceSet(Record):
    """All theta that satisfy the constraints and lose at most beta: of log-likelihood (``likelihood``), or half of
    ``(theta - estimate)' information (theta - estimate)`` (``wald``)."""

    estimate: Estimate
    kind: Kind
    threshold: Threshold

    @property
    def beta(self) -> Enclosure:
        """What may be lost."""
        return self.threshold.enclosure(self.estimate.digits)

    @property
    def level(self) -> Fraction | None:
        """The asymptotic level, where one was asked for."""
        return self.threshold.level

    @property
    def degrees(self) -> int:
        """How many parameters are identified: the degrees of freedom of the quantile."""
        return self.threshold.degrees

    def membership(self, theta: object) -> Membership:
        """Whether an exact theta (a sequence, or a mapping from names, the others being 0) belongs to the set.

        ``undecided`` only where loss and beta agree to 8192 binary digits.
        """
        point = read_vector(theta, self.estimate.names, "theta")
        if any(dot(one.vector, point) != one.value for one in self.estimate.model.constraints):
            return "no"
        fit = self.estimate.proof.fit
        if self.estimate.exists and _is_estimate(fit, point):
            return "yes"
        bits = _FIRST_BITS
        while bits <= _LAST_BITS:
            fit = refined(fit, bits) if bits > fit.bits else fit
            low, high = self.threshold.ends(bits)
            with ctx.workprec(max(bits, fit.bits)):
                loss = self._loss(fit, point)
                if loss <= ball_of(low):
                    return "yes"
                if loss > ball_of(high):
                    return "no"
            bits *= 2
        return "undecided"

    def _loss(self, fit: Fit, point: Vector) -> Any:
        if self.kind == "likelihood":
            return _value(self.estimate.model, point) - fit.state()[1].value
        return _half_square(fit, point)

    def __contains__(self, theta: object) -> bool:
        found = self.membership(theta)
        if found == "undecided":
            raise LimitReached(f"whether theta belongs is not decided by {_LAST_BITS} binary digits; move it a little")
        return found == "yes"

    def __repr__(self) -> str:
        level = "" if self.level is None else f" level={shortened(self.level)},"
        return f"<ConfidenceSet {self.kind},{level} beta={self.beta.text(6)}>"


@dataclass(frozen=True, slots=True, repr=False)
class Interval(Record):
    """The values of one parameter in a confidence set of that ``beta``, over all values of the others; ends
    enclosed."""

    name: str
    kind: Kind
    level: Fraction | None
    beta: Enclosure
    lower: Enclosure
    upper: Enclosure


def confidence_set(estimate: Estimate, level: object, beta: object, kind: str) -> ConfidenceSet:
    """See :meth:`Estimate.confidence`."""
    chosen = _kind(kind)
    if chosen == "wald" and not estimate.exists:
        raise UsageError("kind: expected 'likelihood' where the maximum is not attained, found 'wald'")
    return ConfidenceSet(estimate, chosen, _threshold(level, beta, len(estimate.proof.space.basis)))


def _kind(kind: object) -> Kind:
    if kind == "likelihood":
        return "likelihood"
    if kind == "wald":
        return "wald"
    raise UsageError(f"kind: expected 'likelihood' or 'wald', found {shorten(kind)}")


def _threshold(level: object, beta: object, degrees: int) -> Threshold:
    if level is not None and beta is not None:
        raise UsageError("level, beta: expected one of them, found both")
    if beta is not None:
        found = _number(beta, "beta")
        if found < 0:
            raise InputError(f"beta: expected a number of at least 0, found {shorten(fraction_to_text(found))}")
        return Threshold(found, None, degrees)
    asked = _DEFAULT if level is None else _number(level, "level")
    if not 0 < asked < 1:
        raise InputError(f"level: expected a number between 0 and 1, found {shorten(fraction_to_text(asked))}")
    return Threshold(None, asked, degrees)


def _number(value: object, place: str) -> Fraction:
    try:
        found = exact(value)
    except ExpressionError as error:
        raise InputError(f"{place}: {error}") from None
    if not isinstance(found, Fraction):
        raise InputError(f"{place}: expected a number, found {shorten(found)}")
    if max(found.numerator.bit_length(), found.denominator.bit_length()) > _LONGEST:
        raise InputError(f"{place}: expected at most 1000 digits above and below the line; shorten the number")
    return found


def _is_estimate(fit: Fit, point: Vector) -> bool:
    """Whether the point has the probabilities of a closed form: decided exactly."""
    if fit.form is None:
        return False
    for choice, chances in zip(fit.model.choices, fit.form.probabilities, strict=True):
        for row, weight, chance in zip(choice.differences, choice.weights, chances, strict=True):
            along = fit.model.eta * dot(row, point)
            odds = chance / chances[choice.most]
            if fit.model.power.denominator == 1 and abs(fit.model.power) <= 64:
                odds /= (weight / choice.weights[choice.most]) ** int(fit.model.power)
            elif weight != choice.weights[choice.most]:
                return False
            if along or odds != 1:  # exp(along) is rational at 0 alone
                return False
    return True


def _value(model: Model, theta: Vector) -> Any:
    """The negative log-likelihood at an exact theta."""
    return Likelihood(model, Coordinates(theta, (), ())).at(column([])).value


def _half_square(fit: Fit, theta: Vector) -> Any:
    """Half of N times the variance, under the estimate, of the differences in log-odds, over all choices."""
    likelihood, state = fit.state()
    here = likelihood.logits(fit.column())
    there = Likelihood(fit.model, Coordinates(theta, (), ())).logits(column([]))
    total, place = arb(0), 0
    for counts, chances in zip(likelihood.totals, state.probabilities, strict=True):
        gaps = [there[place + b] - here[place + b] for b in range(len(chances))]
        place += len(chances)
        mean = sum((p * gap for p, gap in zip(chances, gaps, strict=True)), arb(0))
        total += counts * sum((p * (gap - mean) ** 2 for p, gap in zip(chances, gaps, strict=True)), arb(0))
    return total / 2


def profile(estimate: Estimate, name: str, level: object, beta: object, kind: str, digits: object) -> Interval:
    """See :meth:`Estimate.profile`."""
    chosen, asked = _kind(kind), read_digits(digits)
    estimate[name]  # refused where there is no estimate
    limit = _threshold(level, beta, 1)
    place = estimate.names.index(name)
    if not any(vector[place] for vector in estimate.proof.space.basis):
        fixed = estimate[name]
        return Interval(name, chosen, limit.level, limit.enclosure(asked), fixed, fixed)
    if chosen == "wald":
        lower, upper = _wald_ends(estimate, place, limit, asked)
    else:
        search = _Profile(estimate, place, limit, asked)
        with ctx.workprec(search.bits):
            lower, upper = search.end(-1), search.end(1)
    return Interval(name, chosen, limit.level, limit.enclosure(asked), lower, upper)


def _wald_ends(estimate: Estimate, place: int, limit: Threshold, digits: int) -> tuple[Enclosure, Enclosure]:
    """The estimate less and plus sqrt(2 beta) standard errors."""
    fit = estimate.proof.fit
    unit = _unit(estimate, place)
    while True:
        with ctx.workprec(fit.bits):
            _, state = fit.state()
            inverse = state.curvature.inv()
            row = column([ball_of(vector[place]) for vector in fit.space.basis])
            variance = (row.transpose() * inverse * row)[0, 0]
            reach = (2 * between(*limit.ends(fit.bits)) * variance).sqrt()
            sides = [ends(fit.theta()[place] + sign * reach) for sign in (-1, 1)]
        floor = unit / 10**digits
        if all(narrow(low, high, digits, floor) for low, high in sides):
            lower, upper = (enclosure_of(low, high, digits, floor) for low, high in sides)
            return lower, upper
        if 2 * fit.bits > MOST_BITS:
            raise LimitReached(f"{MOST_BITS} binary digits do not give {digits} digits of the interval; ask for fewer")
        fit = refined(fit, 2 * fit.bits)


def _unit(estimate: Estimate, place: int) -> Fraction:
    error = estimate.standard_errors[place]
    assert error is not None
    return error.upper


class _Profile:
    """Where the profile of the likelihood in one parameter passes beta: a secant on its root, which is nearly
    linear."""

    def __init__(self, estimate: Estimate, place: int, limit: Threshold, digits: int) -> None:
        self.model, self.place, self.digits = estimate.model, place, digits
        found = estimate.theta[place]
        assert found is not None
        self.centre = found.middle
        self.unit = _unit(estimate, place)
        self.bits = 4 * bits_of(digits) + 128  # a box is two fifths of them narrow
        self.fit = refined(estimate.proof.fit, self.bits) if estimate.proof.fit.bits < self.bits else estimate.proof.fit
        self.limit = limit.ends(self.bits)

    def loss(self, value: Fraction) -> Any:
        """How much log-likelihood the parameter costs at a value, the others being best."""
        unit = tuple(Fraction(int(k == self.place)) for k in range(len(self.model.names)))
        model = replace(self.model, constraints=(*self.model.constraints, Constraint(unit, value)))
        best = boxed(model, coordinates(model), self.bits)
        with ctx.workprec(max(best.bits, self.fit.bits)):
            return best.state()[1].value - self.fit.state()[1].value

    def end(self, side: int) -> Enclosure:
        """The end on one side, enclosed: the loss is below beta at one end of it and above at the other."""
        grain = self.unit / 10 ** (self.digits + 2)
        if not self.limit[1]:
            return enclosure_of(self.centre - grain, self.centre + grain, self.digits, self.unit)
        wanted = self._root(ball_of(self.limit[1]))
        inside, outside = self.centre, None
        last, height = self.centre, -wanted
        guess = self.centre + side * self.unit * 2 * wanted  # a little farther than the ellipsoid
        for _ in range(_MOST_STEPS):
            guess = guess // (grain / 16) * (grain / 16)
            loss = self.loss(guess)
            inside, outside = self._sided(guess, loss, inside, outside)
            here = self._root(loss) - wanted
            secant = guess - here * (guess - last) / (here - height) if here != height else guess
            last, height = guess, here
            if abs(secant - guess) < grain:
                for beside in (secant - side * grain, secant + side * grain):
                    inside, outside = self._sided(beside, self.loss(beside), inside, outside)
            if outside is not None and abs(outside - inside) <= 3 * grain:
                return enclosure_of(min(inside, outside), max(inside, outside), self.digits, self.unit)
            guess = _safe(secant, inside, outside, side, self.unit)
        raise LimitReached(f"an end of the profile interval was not found in {_MOST_STEPS} steps; ask for fewer digits")

    def _sided(
        self, value: Fraction, loss: Any, inside: Fraction, outside: Fraction | None
    ) -> tuple[Fraction, Fraction | None]:
        """What is known to be inside and outside, with one more value."""
        if loss < ball_of(self.limit[0]):
            return (value if abs(value - self.centre) > abs(inside - self.centre) else inside), outside
        if loss > ball_of(self.limit[1]):
            nearer = outside is None or abs(value - self.centre) < abs(outside - self.centre)
            return inside, value if nearer else outside
        return inside, outside  # closer to the end than enclosures tell: values beside it do

    def _root(self, loss: Any) -> Fraction:
        """About the root of a loss."""
        middle = loss.mid()
        return ends(middle.sqrt().mid())[0] if middle > 0 else Fraction(0)


def _safe(guess: Fraction, inside: Fraction, outside: Fraction | None, side: int, unit: Fraction) -> Fraction:
    """A next value between what is inside and what is outside."""
    if outside is not None:
        low, high = sorted((inside, outside))
        return guess if low < guess < high else (low + high) / 2
    farthest = inside + side * 4 * max(unit, abs(inside - guess))
    return min(max(guess, min(inside, farthest)), max(inside, farthest))
