"""Exact probability distributions, given by labels: what is absent has probability 0, all others sum to exactly 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fractions import Fraction
from typing import Final, TypeAlias

from stackexact.errors import GameError, StackexactError, shorten
from stackexact.exact.rational_function import Exact, Expression, effort
from stackexact.exact.relation import text_of
from stackexact.exact.work import FREE, Work
from stackexact.games.json_text import at_path, described
from stackexact.games.written import exact_value

__all__ = ["Distribution", "dense", "distribution_document", "read_distribution", "require_probability", "substituted"]

Distribution: TypeAlias = tuple[tuple[int, Exact], ...]
"""Pairs of an index and its probability, by index; what is certainly 0 is left out."""

_LISTED: Final = 8
"""So many labels are listed in a message."""


def read_distribution(given: object, labels: Mapping[str, int], place: str, what: str, work: Work) -> Distribution:
    """A distribution over ``labels`` (with their indices): a mapping of labels to probabilities.

    Probabilities may depend on parameters; their sum must be 1 identically. Raises
    :class:`~stackexact.errors.GameError` with the place, for an unknown label (``what`` says of what), a negative
    probability, and a sum that is not exactly 1.

    >>> read_distribution({"Y": "1/3", "X": "2/3"}, {"X": 0, "Y": 1}, "initial", "state", Work(10**6))
    ((0, Fraction(2, 3)), (1, Fraction(1, 3)))
    """
    if not isinstance(given, Mapping):
        example = f"{{{shorten(next(iter(labels)))}: 1}}"
        plain = given is None or isinstance(given, bool | str | list)
        found = described(given) if plain else f"{type(given).__name__} {shorten(given)}"
        raise GameError(f"{place}: expected the probability of every {what}, found {found}; write {example}")
    made: list[tuple[int, Exact]] = []
    for label, value in given.items():
        index = labels.get(label) if isinstance(label, str) else None
        if index is None:
            raise GameError(_unknown(label, labels, place, what))
        where = at_path(place, label)
        try:
            probability = exact_value(value, work)
        except StackexactError as error:
            raise GameError(f"{where}: {error}") from None
        require_probability(probability, where)
        if probability:
            made.append((index, probability))
    try:
        total = _sum((value for _, value in made), work)
    except StackexactError as error:
        raise GameError(f"{place}: the sum of probabilities: {error}") from None
    if total != 1:
        found = f"found a sum of {shorten(text_of(total))[1:-1]}; correct them"
        raise GameError(f"{place}: expected probabilities that sum to exactly 1, {found}")
    return tuple(sorted(made, key=lambda pair: pair[0]))


def _unknown(label: object, labels: Mapping[str, int], place: str, what: str) -> str:
    if not isinstance(label, str):
        return f"{place}: expected the names of {what}s, found {type(label).__name__} {shorten(label)}"
    near = get_close_matches(label[:60], labels, n=1)
    advice = f"is it {shorten(near[0])}?" if near else "correct it"
    listed = ", ".join(shorten(name)[1:-1] for name, _ in zip(labels, range(_LISTED), strict=False))
    more = f" and {len(labels) - _LISTED} more" if len(labels) > _LISTED else ""
    return f"{at_path(place, label)}: expected one of the {what}s {listed}{more}, found {shorten(label)}; {advice}"


def require_probability(value: Exact, place: str) -> None:
    """Refuse what is certainly no probability."""
    if isinstance(value, Fraction) and not 0 <= value <= 1:
        raise GameError(f"{place}: expected a probability from 0 to 1, found {shorten(text_of(value))}; correct it")


def _sum(values: Iterable[Exact], work: Work) -> Exact:
    """Sums can be long where their terms are short: they are charged like those that text spells out."""
    total: Exact = Fraction(0)
    free = FREE
    for value in values:
        units = effort(total, value)
        work.spend(max(0, units - free))
        free = max(0, free - units)
        total = total + value
    return total


def substituted(given: Distribution, values: Mapping[str, Exact], place: str, labels: tuple[str, ...]) -> Distribution:
    """The distribution with values put in for parameters. Sums stay what they are, signs need not."""
    made = []
    for index, value in given:
        there = value.at(values) if isinstance(value, Expression) else value
        require_probability(there, at_path(place, labels[index]))
        if there:
            made.append((index, there))
    return tuple(made)


def dense(given: Distribution, size: int) -> tuple[Exact, ...]:
    """The probabilities of all ``size`` indices.

    >>> dense(((1, Fraction(1)),), 2)
    (Fraction(0, 1), Fraction(1, 1))
    """
    found = dict(given)
    return tuple(found.get(index, Fraction(0)) for index in range(size))


def distribution_document(given: Distribution, labels: tuple[str, ...]) -> dict[str, str]:
    """The JSON object of a distribution, which :func:`read_distribution` reads back."""
    return {labels[index]: text_of(value) for index, value in given}
