"""Reading data: counts of one decision problem, or logged observations; every error names the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from stackexact.errors import ExpressionError, InputError, LimitReached, shorten
from stackexact.estimation.model import Choice, Constraint, Model, Vector
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.grammar import INPUT
from stackexact.exact.numbers import exact
from stackexact.exact.work import Work

__all__ = ["MOST_COORDINATES", "MOST_NUMBERS", "Observation", "read_digits", "read_model", "read_vector"]

MOST_COORDINATES: Final = 100
MOST_ACTIONS: Final = 20_000
MOST_NUMBERS: Final = 2_000_000
MOST_OBSERVATIONS: Final = 1_000_000
_BITS: Final = 3322
"""Binary digits of numerators and denominators: a thousand decimal ones."""
_DIGITS: Final = 1000


@dataclass(frozen=True, slots=True)
class Observation:
    """A follower's choice: the ``features`` of all actions that were available (a sequence of vectors, or a mapping
    from labels to vectors), the ``chosen`` one (its label or place), how often (``count``), and reference ``weights``.

    >>> Observation([["1", "0"], ["0", "1/2"]], chosen=0, count=3).count
    3
    """

    features: Any
    chosen: Any
    count: Any = 1
    weights: Any = None


class _Numbers:
    """Reads exact numbers within one budget of work."""

    def __init__(self) -> None:
        self.work = Work(INPUT.effort)
        self.read = 0

    def number(self, value: object, place: str) -> Fraction:
        try:
            found = exact(value, work=self.work)
        except ExpressionError as error:
            raise InputError(f"{place}: {error}") from None
        if not isinstance(found, Fraction):
            raise InputError(f"{place}: expected a number, found {shorten(found)}; substitute its parameters")
        if max(found.numerator.bit_length(), found.denominator.bit_length()) > _BITS:
            raise InputError(f"{place}: expected at most 1000 digits above and below the line; shorten the number")
        return found

    def positive(self, value: object, place: str) -> Fraction:
        found = self.number(value, place)
        if found <= 0:
            shown = shorten(fraction_to_text(found))
            raise InputError(f"{place}: expected a positive number, found {shown}; write one above 0")
        return found

    def count(self, value: object, place: str) -> int:
        found = self.number(value, place)
        if found.denominator != 1 or found < 0:
            shown = shorten(fraction_to_text(found))
            raise InputError(f"{place}: expected a whole number of observations, 0 or more, found {shown}")
        return int(found)

    def vector(self, value: object, place: str, length: int | None) -> Vector:
        entries = sequence(value, place, "a vector of exact numbers")
        if length is not None and len(entries) != length:
            raise InputError(f"{place}: expected {length} entries as in the first vector, found {len(entries)}")
        if not entries:
            raise InputError(f"{place}: expected at least one feature, found none")
        self.read += len(entries)
        if len(entries) > MOST_COORDINATES:
            raise LimitReached(f"{place}: at most {MOST_COORDINATES} coordinates are estimated, found {len(entries)}")
        if self.read > MOST_NUMBERS:
            raise LimitReached(f"{place}: at most {MOST_NUMBERS} numbers are read as features; observe fewer choices")
        return tuple(self.number(entry, f"{place}[{k}]") for k, entry in enumerate(entries))


def sequence(value: object, place: str, expected: str) -> list[Any]:
    """The entries of a list, a tuple or an array."""
    if not isinstance(value, str | bytes | Mapping) and isinstance(value, Iterable):
        return list(value)
    raise InputError(f"{place}: expected {expected}, found {type(value).__name__} {shorten(value)}")


def read_digits(value: object) -> int:
    """How many digits are asked for."""
    found = _Numbers().number(value, "digits")
    if found.denominator != 1 or not 1 <= found <= _DIGITS:
        shown = shorten(fraction_to_text(found))
        raise InputError(f"digits: expected a whole number from 1 to {_DIGITS}, found {shown}")
    return int(found)


def read_vector(value: object, names: tuple[str, ...], place: str) -> Vector:
    """A vector with an entry per name: a sequence, or a mapping from some of the names, the others being 0."""
    numbers = _Numbers()
    if isinstance(value, Mapping):
        found = dict.fromkeys(names, Fraction(0))
        for name, entry in value.items():
            found[_known(name, names, place)] = numbers.number(entry, f"{place}[{shorten(name)}]")
        return tuple(found.values())
    entries = sequence(value, place, "a vector of exact numbers")
    if len(entries) != len(names):
        raise InputError(f"{place}: expected {len(names)} entries, one per coordinate, found {len(entries)}")
    return numbers.vector(entries, place, len(names))


def _known(name: object, names: tuple[str, ...], place: str) -> str:
    if not isinstance(name, str) or name not in names:
        shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        raise InputError(f"{place}: expected one of {shown}, found {shorten(name)}")
    return name


def read_model(
    data: object, features: object, weights: object, power: object, eta: object, constraints: object
) -> Model:
    """The model that the arguments of ``estimate`` describe."""
    numbers = _Numbers()
    scale = numbers.positive(eta, "eta")
    exponent = numbers.number(power, "power")
    entries = None if isinstance(data, Mapping) else sequence(data, "data", "counts or observations")
    if entries and not _is_number(entries[0]):
        if features is not None or weights is not None:
            raise InputError("features, weights: expected with counts; observations carry their own")
        choices = _observations(entries, numbers)
        tabular = False
    else:
        given = data if isinstance(data, Mapping) else {f"b{k + 1}": one for k, one in enumerate(entries or ())}
        choices = (_counted(given, features, weights, numbers),)
        tabular = features is None
    if not any(choice.total for choice in choices):
        raise InputError("data: expected at least one observation, found none; pass counts above 0")
    choices = tuple(choice for choice in choices if choice.total)
    length = len(choices[0].features[0])
    names = choices[0].labels if tabular else tuple(f"theta{k + 1}" for k in range(length))
    if constraints is None:
        constraints = [(names[0], 0)] if tabular else []
    return Model(names, choices, _constraints(constraints, names), scale, exponent)


def _is_number(value: object) -> bool:
    """Whether an entry of the data is a count rather than an observation."""
    return not isinstance(value, Observation | Mapping | tuple | list)


def _counted(given: Mapping[Any, Any], features: object, weights: object, numbers: _Numbers) -> Choice:
    """Counts of one decision problem."""
    labels = tuple(given)
    _require_actions(labels, "data")
    counts = tuple(numbers.count(given[label], f"data[{shorten(label)}]") for label in labels)
    if features is None:
        if len(labels) > MOST_COORDINATES:
            raise LimitReached(f"data: at most {MOST_COORDINATES} actions have rewards of their own; pass features")
        one, nil = Fraction(1), Fraction(0)
        vectors = tuple(tuple(one if b == k else nil for k in range(len(labels))) for b in range(len(labels)))
    else:
        vectors = _vectors(features, labels, "features", None, numbers)
    return Choice(labels, vectors, _weights(weights, labels, "weights", numbers), counts)


def _require_actions(labels: Sequence[object], place: str) -> None:
    if not labels:
        raise InputError(f"{place}: expected at least one action, found none")
    if len(labels) > MOST_ACTIONS:
        raise LimitReached(f"{place}: at most {MOST_ACTIONS} actions are read, found {len(labels)}")
    for label in labels:
        if not isinstance(label, str) or not label:
            raise InputError(f"{place}: expected labels of actions as text, found {shorten(label)}")


def _by_label(value: object, labels: tuple[str, ...], place: str, expected: str) -> list[Any]:
    """Entries in the order of the labels, from a mapping or a sequence."""
    if isinstance(value, Mapping):
        for label in value:
            _known(label, labels, place)
        for label in labels:
            if label not in value:
                raise InputError(f"{place}: expected an entry for every action, none for {shorten(label)}")
        return [value[label] for label in labels]
    entries = sequence(value, place, expected)
    if len(entries) != len(labels):
        raise InputError(f"{place}: expected {len(labels)} entries, one per action, found {len(entries)}")
    return entries


def _vectors(
    value: object, labels: tuple[str, ...], place: str, length: int | None, numbers: _Numbers
) -> tuple[Vector, ...]:
    made: list[Vector] = []
    for label, entry in zip(labels, _by_label(value, labels, place, "a vector per action"), strict=True):
        made.append(numbers.vector(entry, f"{place}[{shorten(label)}]", length))
        length = len(made[0]) if length is None else length
    return tuple(made)


def _weights(value: object, labels: tuple[str, ...], place: str, numbers: _Numbers) -> Vector:
    if value is None:
        return (Fraction(1),) * len(labels)
    entries = _by_label(value, labels, place, "a positive weight per action")
    return tuple(numbers.positive(one, f"{place}[{shorten(b)}]") for b, one in zip(labels, entries, strict=True))


def _observations(entries: list[Any], numbers: _Numbers) -> tuple[Choice, ...]:
    """Logged observations; those of the same decision problem are counted together."""
    if len(entries) > MOST_OBSERVATIONS:
        raise LimitReached(f"data: at most {MOST_OBSERVATIONS} observations are read, found {len(entries)}")
    counts: dict[tuple[tuple[str, ...], tuple[Vector, ...], Vector], list[int]] = {}
    read: dict[int, tuple[object, tuple[tuple[str, ...], tuple[Vector, ...]]]] = {}
    length: int | None = None
    actions = 0
    for place, entry in enumerate(entries):
        one = _observation(entry, f"data[{place}]")
        where = f"data[{place}].features"
        known = read.get(id(one.features))
        if known is None or known[0] is not one.features:
            known = read[id(one.features)] = (one.features, _problem(one.features, where, length, numbers))
        labels, vectors = known[1]
        length = len(vectors[0])
        weights = _weights(one.weights, labels, f"data[{place}].weights", numbers)
        chosen = _chosen(one.chosen, labels, f"data[{place}].chosen")
        found = counts.setdefault((labels, vectors, weights), [0] * len(labels))
        actions += len(labels) if not any(found) else 0
        if actions > MOST_ACTIONS:
            raise LimitReached(f"data: at most {MOST_ACTIONS} actions in different choices are read; observe fewer")
        found[chosen] += numbers.count(one.count, f"data[{place}].count")
    return tuple(Choice(*key, tuple(found)) for key, found in counts.items())


def _problem(
    features: object, place: str, length: int | None, numbers: _Numbers
) -> tuple[tuple[str, ...], tuple[Vector, ...]]:
    """Labels and vectors of the actions."""
    if isinstance(features, Mapping):
        labels = tuple(features)
    else:
        labels = tuple(f"b{k + 1}" for k in range(len(sequence(features, place, "a vector per action"))))
    _require_actions(labels, place)
    return labels, _vectors(features, labels, place, length, numbers)


def _observation(entry: Any, place: str) -> Observation:
    expected = "an Observation, a tuple (features, chosen, count) or a mapping with these keys"
    if isinstance(entry, Observation):
        return entry
    if isinstance(entry, Mapping):
        keys = {"features", "chosen", "count", "weights"}
        unknown = [key for key in entry if key not in keys]
        if unknown or not {"features", "chosen"} <= set(entry):
            found = shorten(unknown[0] if unknown else ", ".join(map(str, entry)))
            raise InputError(f"{place}: expected the keys features, chosen and perhaps count, weights, found {found}")
        return Observation(**entry)
    if isinstance(entry, tuple | list) and 2 <= len(entry) <= 4:
        return Observation(*entry)
    raise InputError(f"{place}: expected {expected}, found {shorten(entry)}")


def _chosen(value: object, labels: tuple[str, ...], place: str) -> int:
    if isinstance(value, str):
        return labels.index(_known(value, labels, place))
    try:
        found = exact(value)
    except ExpressionError:
        found = Fraction(-1)
    if not isinstance(found, Fraction) or found.denominator != 1 or not 0 <= found < len(labels):
        raise InputError(
            f"{place}: expected the label of an action or its place, 0 to {len(labels) - 1}, found {shorten(value)}"
        )
    return int(found)


def _constraints(value: object, names: tuple[str, ...]) -> tuple[Constraint, ...]:
    """Pairs of a vector (a sequence, a mapping, or the name of one coordinate) and what it must amount to."""
    made = []
    numbers = _Numbers()
    pairs = sequence(value, "constraints", "a list of pairs (vector, value)")
    if len(pairs) > 2 * MOST_COORDINATES:
        raise LimitReached(f"constraints: at most {2 * MOST_COORDINATES} are read, found {len(pairs)}")
    for k, pair in enumerate(pairs):
        place = f"constraints[{k}]"
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError(f"{place}: expected a pair (vector, value), found {shorten(pair)}")
        vector: object = {pair[0]: 1} if isinstance(pair[0], str) else pair[0]
        made.append(Constraint(read_vector(vector, names, place), numbers.number(pair[1], f"{place}, value")))
    return tuple(made)
