"""How the messages of the oracle put numbers, strategies and closed forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Final

from stackexact.exact.decimals import rounded
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import shown

__all__ = ["amount", "fail", "listed", "misstated", "mixture", "within"]

_DIGITS: Final = 6
_MOST: Final = 8
"""Actions of a mixture, or cells of a closed form, that are listed."""


def amount(value: object) -> str:
    """An exact value and, beside a fraction, its decimal.

    >>> amount(Fraction(1, 3)), amount(Fraction(1, 2)), amount(Fraction(2))
    ('1/3 ≈ 0.333333', '1/2 = 0.5', '2')
    """
    text = shown(value) if isinstance(value, Fraction) else str(value) if value is not None else "none"
    if not isinstance(value, Fraction) or (value.denominator == 1 and len(text) < 16):
        return text
    decimal = rounded(value, _DIGITS)
    return f"{text} {'=' if decimal.exact else '≈'} {decimal.text}"


def within(tol: Fraction) -> str:
    """The tolerance that was allowed.

    >>> within(Fraction(1e-9)), within(Fraction("0.001")), within(Fraction(0))
    ('(tol 1e-9)', '(tol 0.001)', '(tol 0)')
    """
    figures, mark, power = rounded(tol, _DIGITS).text.partition("e")
    return f"(tol {figures.rstrip('0').rstrip('.') if '.' in figures else figures}{mark}{power})"


def mixture(weights: Sequence[Exact], labels: Sequence[str]) -> str:
    """A strategy: the only action, or the actions that have a weight, with their weights.

    >>> mixture((Fraction(1, 3), Fraction(0), Fraction(2, 3)), ("a1", "a2", "a3")), mixture((0, Fraction(1)), "xy")
    ('a1: 1/3, a3: 2/3', 'y')
    """
    used = [(label, weight) for label, weight in zip(labels, weights, strict=True) if weight != 0]
    if len(used) == 1 and used[0][1] == 1:
        return used[0][0]
    return listed(f"{label}: {shown(weight)}" for label, weight in used) or "no action"


def misstated(what: str, said: Fraction, truth: Fraction, tol: Fraction) -> Iterator[str]:
    """A claim that is farther from the truth than a tolerance, if it is.

    >>> list(misstated("the value", Fraction(1, 2), Fraction(1), Fraction(0)))
    ['the value was stated as 1/2 = 0.5, it is 1: 1/2 = 0.5 less']
    """
    if abs(said - truth) > tol:
        by = f"{amount(abs(said - truth))} {'more' if said > truth else 'less'}"
        yield f"{what} was stated as {amount(said)}, it is {amount(truth)}: {by}"


def listed(parts: Iterable[str], between: str = ", ") -> str:
    """Some parts side by side; of very many the first ones and how many more there are.

    >>> listed(map(str, range(20)))
    '0, 1, 2, 3, 4, 5, 6, 7, … 12 more'
    """
    every = list(parts)
    more = [f"… {len(every) - _MOST} more"] if len(every) > _MOST else []
    return between.join([*every[:_MOST], *more])


def fail(head: str, problems: Sequence[str], target: Callable[[], str]) -> None:
    """Raise an assertion error that lists what is wrong and says what is right, unless nothing is wrong."""
    __tracebackhide__ = True
    if problems:
        raise AssertionError("\n".join([head, *(f"- {problem}" for problem in problems), f"exact target: {target()}"]))
