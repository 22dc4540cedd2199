"""Responses to recommendations: rewards recovered from them, and what a wrong behavioural parameter does to that.

A follower who is recommended y responds with z(b) proportional to ``y(b)**alpha * W(b)**(1 - alpha)``, where ``W =
exp(r/tau)`` and ``alpha = 1/(1 + eta tau)``: one step of mirror descent from the recommendation. Log-odds are therefore
linear, ``log(z/z') = alpha log(y/y') + (1 - alpha) (r - r')/tau``, and everything here is exact in logarithms of
rationals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from stackexact.errors import ExpressionError, InputError, Unproved, UsageError, shorten
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.logarithms import LogNumber
from stackexact.exact.numbers import exact
from stackexact.exact.records import Record

__all__ = ["LogOdds", "Misspecification", "error_factor", "misjudged", "misspecification", "recover"]

_MOST_ACTIONS = 1000


@dataclass(frozen=True, slots=True, repr=False)
class LogOdds(Record):
    """Differences of rewards over tau: ``values[b]`` is ``(r(b) - r(reference))/tau``, None where responses do not tell
    it: the action was not recommended, or never chosen."""

    labels: tuple[str, ...]
    reference: str
    values: tuple[LogNumber | None, ...]

    def __getitem__(self, label: str) -> LogNumber:
        """Of one action against the reference; raises :class:`~stackexact.errors.UsageError` where it is not told."""
        found = self.values[_place(label, self.labels)]
        if found is None:
            raise UsageError(f"log-odds of {shorten(label)}: expected an action that is recommended and chosen")
        return found

    def between(self, one: str, other: str) -> LogNumber:
        """Of one action against another."""
        return self[one] - self[other]

    def document(self) -> dict[str, Any]:
        """As a JSON object: closed forms and enclosures."""
        return {"reference": self.reference, "log_odds": _documents(self.labels, self.values)}


@dataclass(frozen=True, slots=True, repr=False)
class Misspecification(Record):
    """Rewards estimated from expected responses with ``assumed`` in place of ``alpha``: ``estimated - true`` is
    ``factor * (recommended - true)``, log-odds against the reference, with ``factor = (alpha - assumed)/(1 -
    assumed)``."""

    labels: tuple[str, ...]
    reference: str
    alpha: Fraction
    assumed: Fraction
    true: tuple[LogNumber, ...]
    recommended: tuple[LogNumber, ...]
    estimated: tuple[LogNumber, ...]

    @property
    def factor(self) -> Fraction:
        """How much of the distance from the true to the recommended log-odds is added."""
        return error_factor(self.alpha, self.assumed)

    @property
    def error(self) -> tuple[LogNumber, ...]:
        """Estimated less true log-odds, action by action."""
        return tuple(a - b for a, b in zip(self.estimated, self.true, strict=True))

    @property
    def slope(self) -> tuple[LogNumber, ...]:
        """The derivative of the estimate in ``assumed`` where it is right: how the error begins."""
        rate = -1 / (1 - self.alpha)
        return tuple((y - truth) * rate for y, truth in zip(self.recommended, self.true, strict=True))

    def document(self) -> dict[str, Any]:
        """As a JSON object: closed forms and enclosures."""
        made: dict[str, Any] = {key: fraction_to_text(getattr(self, key)) for key in ("alpha", "assumed", "factor")}
        for key in ("true", "recommended", "estimated", "error", "slope"):
            made[key] = _documents(self.labels, getattr(self, key))
        return {"reference": self.reference, **made}


def _documents(labels: tuple[str, ...], values: tuple[LogNumber | None, ...]) -> dict[str, Any]:
    return {
        label: None if value is None else text if not value.logs else value.enclosure().document()
        for label, value in zip(labels, values, strict=True)
        for text in [str(value)]
    }


def recover(responses: object, recommendation: object, alpha: object, *, reference: str | None = None) -> LogOdds:
    """Rewards over tau from observed responses (frequencies or counts) to a recommendation: the maximum likelihood
    estimate of their differences, exactly.

    Both are mappings from actions or sequences; ``alpha`` lies in [0, 1); ``reference`` is the last action that is
    recommended and chosen, unless given. Raises :class:`~stackexact.errors.InputError` where responses lie outside what
    is recommended.

    >>> str(recover([2, 1], ["1/2", "1/2"], "1/2")["b1"])
    '2*log(2)'
    """
    labels, shares = _distribution(responses, "responses", None)
    _, told = _distribution(recommendation, "recommendation", labels)
    held = _alpha(alpha, "alpha")
    known = []
    for b, label in enumerate(labels):
        if held and shares[b] and not told[b]:
            raise InputError(f"responses: expected none outside the recommendation, found some for {shorten(label)}")
        if shares[b]:
            known.append(b)
    base = known[-1] if reference is None else _place(reference, labels)
    if base not in known:
        raise UsageError(f"reference: expected an action that is recommended and chosen, found {shorten(reference)}")
    values: list[LogNumber | None] = [None] * len(labels)
    for b in known:
        recommended = LogNumber.of(told[b] / told[base]) if held else LogNumber()
        values[b] = _inverted(LogNumber.of(shares[b] / shares[base]), recommended, held)
    return LogOdds(labels, labels[base], tuple(values))


def error_factor(alpha: Fraction, assumed: Fraction) -> Fraction:
    """How much of the distance from the true to the recommended log-odds is added to the true ones where ``assumed`` is
    taken for ``alpha``: (alpha - assumed)/(1 - assumed)."""
    return (alpha - assumed) / (1 - assumed)


def _inverted(response: LogNumber, recommended: LogNumber, alpha: Fraction) -> LogNumber:
    """The rewards over tau that are seen in a response, all of them as log-odds: log z less alpha log y, over what is
    left."""
    return (response - recommended * alpha) * (1 / (1 - alpha))


def misjudged(
    responses: Sequence[LogNumber],
    recommended: Sequence[LogNumber],
    true: Sequence[LogNumber],
    alpha: Fraction,
    assumed: Fraction,
) -> tuple[LogNumber, ...]:
    """The log-odds L̂ that are seen in responses where ``assumed`` is taken for ``alpha``. That they are wrong by
    L̂ - L = (alpha - assumed)/(1 - assumed) (log(y/y') - L) is verified."""
    found = tuple(_inverted(z, y, assumed) for z, y in zip(responses, recommended, strict=True))
    factor = error_factor(alpha, assumed)
    for one, y, truth in zip(found, recommended, true, strict=True):
        if one - truth != (y - truth) * factor:
            raise Unproved("an estimate is wrong by the factor (alpha - assumed)/(1 - assumed)")
    return found


def misspecification(
    recommendation: object,
    alpha: object,
    assumed: object,
    *,
    weights: object = None,
    rewards: object = None,
    tau: object = None,
    reference: str | None = None,
) -> Misspecification:
    """What assuming ``assumed`` for ``alpha`` does to rewards estimated from responses to a recommendation of full
    support.

    The follower has ``weights`` W (exact and positive), or ``rewards`` and ``tau``. The error is linear in the log-odds
    of the recommendation and knows no bound as these grow. ``reference`` is the last action unless given.

    >>> found = misspecification(["1/3", "2/3"], "1/2", "1/3", weights=[4, 1])
    >>> str(found.error[0]), str(found.true[0]), str(found.estimated[0])
    ('-3/4*log(2)', '2*log(2)', '5/4*log(2)')
    """
    labels, told = _distribution(recommendation, "recommendation", None)
    held, wrong = _alpha(alpha, "alpha"), _alpha(assumed, "assumed")
    if not all(told):
        raise InputError("recommendation: expected a positive probability for every action, found 0 for one")
    base = len(labels) - 1 if reference is None else _place(reference, labels)
    true = _true(labels, base, weights, rewards, tau)
    recommended = tuple(LogNumber.of(one / told[base]) for one in told)
    responses = [y * held + truth * (1 - held) for y, truth in zip(recommended, true, strict=True)]
    estimated = misjudged(responses, recommended, true, held, wrong)
    return Misspecification(labels, labels[base], held, wrong, true, recommended, estimated)


def _true(labels: tuple[str, ...], base: int, weights: object, rewards: object, tau: object) -> tuple[LogNumber, ...]:
    if weights is not None and rewards is None and tau is None:
        given = _entries(weights, "weights", labels)[1]
        for label, one in zip(labels, given, strict=True):
            if one <= 0:
                raise InputError(
                    f"weights[{shorten(label)}]: expected a positive number, found {fraction_to_text(one)}"
                )
        return tuple(LogNumber.of(one / given[base]) for one in given)
    if weights is None and rewards is not None and tau is not None:
        scale = _number(tau, "tau")
        if scale <= 0:
            raise InputError(f"tau: expected a positive number, found {shorten(fraction_to_text(scale))}")
        given = _entries(rewards, "rewards", labels)[1]
        return tuple(LogNumber((one - given[base]) / scale) for one in given)
    raise UsageError("weights, rewards, tau: expected weights alone, or rewards and tau")


def _number(value: object, place: str) -> Fraction:
    try:
        found = exact(value)
    except ExpressionError as error:
        raise InputError(f"{place}: {error}") from None
    if not isinstance(found, Fraction):
        raise InputError(f"{place}: expected a number, found {shorten(found)}; substitute its parameters")
    if max(found.numerator.bit_length(), found.denominator.bit_length()) > 3322:
        raise InputError(f"{place}: expected at most 1000 digits above and below the line; shorten the number")
    return found


def _alpha(value: object, place: str) -> Fraction:
    found = _number(value, place)
    if not 0 <= found < 1:
        shown = shorten(fraction_to_text(found))
        raise InputError(f"{place}: expected a number from 0 to below 1, found {shown}; it is 1/(1 + eta*tau)")
    return found


def _entries(value: object, place: str, labels: tuple[str, ...] | None) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    """Numbers by action."""
    if isinstance(value, Mapping):
        for label in value:
            if not isinstance(label, str):
                raise InputError(f"{place}: expected labels of actions as text, found {shorten(label)}")
            if labels is not None:
                _place(label, labels, place)
        order = tuple(value) if labels is None else labels
        given = [value.get(label, 0) for label in order]
    else:
        if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
            raise InputError(f"{place}: expected a number per action, found {type(value).__name__} {shorten(value)}")
        given = list(value)
        order = tuple(f"b{k + 1}" for k in range(len(given))) if labels is None else labels
    if not 0 < len(given) <= _MOST_ACTIONS:
        raise InputError(f"{place}: expected from 1 to {_MOST_ACTIONS} actions, found {len(given)}")
    if len(given) != len(order):
        raise InputError(f"{place}: expected {len(order)} entries, one per action, found {len(given)}")
    return order, tuple(_number(one, f"{place}[{shorten(b)}]") for b, one in zip(order, given, strict=True))


def _distribution(
    value: object, place: str, labels: tuple[str, ...] | None
) -> tuple[tuple[str, ...], tuple[Fraction, ...]]:
    """Probabilities, or for responses what is proportional to them."""
    order, found = _entries(value, place, labels)
    if min(found) < 0 or not any(found):
        raise InputError(f"{place}: expected numbers of at least 0, not all of them 0")
    total = sum(found, Fraction(0))
    if place == "recommendation" and total != 1:
        raise InputError(f"{place}: expected probabilities that sum to 1, found {shorten(fraction_to_text(total))}")
    return order, tuple(one / total for one in found)


def _place(label: object, labels: tuple[str, ...], place: str = "action") -> int:
    if label not in labels:
        shown = ", ".join(labels[:8]) + (", ..." if len(labels) > 8 else "")
        raise InputError(f"{place}: expected one of {shown}, found {shorten(label)}")
    return labels.index(str(label))
