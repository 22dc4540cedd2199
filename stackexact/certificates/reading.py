"""What a certificate says, read without trusting it: numbers, labelled objects, the embedded game.

Every value travels as a :class:`Node` that knows its place in the file, so that whatever is wrong with it can be named.
Nothing here recurses and nothing is evaluated; a number is digits, and its length is bounded before it is converted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from stackexact.errors import CertificateError, shorten

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

Labels = dict[str, int]
"""Action labels in the game's order, with their index."""

Weights = dict[int, Fraction]
"""Numbers by action index; zeros are left out."""

DIGITS = 1_000_000
"""Longest numeral that is read. Reducing a fraction takes quadratic time: seconds at this length."""

_CHUNK = 4000  # CPython refuses to convert more than 4 300 digits at once
_KINDS = {dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
_NUMBER = re.compile(r"(-?)([0-9]+)(?:/([0-9]+)|\.([0-9]+))?")


class Unsupported(Exception):
    """A claim that its proof does not support. The message is one line that begins with the place."""


def integer(digits: str) -> int:
    """Read decimal digits of any length, by halves."""
    if len(digits) <= _CHUNK:
        return int(digits)
    low = len(digits) // 2
    shift: int = 10**low
    return integer(digits[:-low]) * shift + integer(digits[-low:])


def show(value: Fraction) -> str:
    """A number for a message, which need not carry thousands of digits."""
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    return shorten(str(value)) if bits < _CHUNK else f"a number of about {round(bits * 0.30103)} digits"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and its place. What stands under ``claims`` is ``claimed``: it must be in normal form."""

    value: object
    place: str
    claimed: bool = False

    def wrong(self, expected: str) -> Unsupported:
        """The complaint that something else was expected here."""
        value = self.value
        found = shorten(value) if isinstance(value, str) else _KINDS.get(type(value), "a JSON number")
        return self.fails(f"expected {expected}, found {found}")

    def fails(self, why: str) -> Unsupported:
        """The complaint that what stands here proves nothing."""
        return Unsupported(f"{self.place}: {why}")

    def agrees(self, value: Fraction) -> None:
        """Require that the number here is the proved one."""
        if self.number() != value:
            raise self.wrong(f"{show(value)}, as the proof gives")

    def fields(self, *names: str, optional: Container[str] = ()) -> dict[str, Node]:
        """The members of an object with exactly these keys, up to optional ones."""
        given = self.members()
        for name in names:
            if name not in given:
                raise Unsupported(f"{self.place}.{name}: expected, but missing")
        for key in given:
            if key not in names and key not in optional:
                raise Unsupported(f"{self.place}: unknown key {shorten(key)}, which nothing proves; remove it")
        return given

    def members(self) -> dict[str, Node]:
        """The members of an object, whatever its keys are."""
        return {key: Node(value, f"{self.place}.{key}", self.claimed) for key, value in self._object().items()}

    def by_label(self, labels: Labels, *, complete: bool = False) -> dict[int, Node]:
        """The members of an object whose keys are actions, by index in action order; ``complete``: all actions."""
        given = self._object()
        for key in given:
            if key not in labels:
                raise Unsupported(f"{self.place}: expected action labels as keys, found {shorten(key)}")
        nodes = {
            i: Node(given[label], f"{self.place}[{shorten(label)}]", self.claimed)
            for label, i in labels.items()
            if label in given
        }
        if complete and len(nodes) < len(labels):
            raise self.fails(f"expected an entry for each of {len(labels)} actions, found {len(nodes)}")
        return nodes

    def items(self, length: int | None = None) -> list[Node]:
        """The items of a list, of this length if one is given."""
        if not isinstance(self.value, list):
            raise self.wrong("a list")
        if length is not None and len(self.value) != length:
            raise self.fails(f"expected {length} item(s), found {len(self.value)}")
        return [Node(value, f"{self.place}[{i}]", self.claimed) for i, value in enumerate(self.value)]

    def index(self, labels: Labels) -> int:
        """The action that is named here."""
        if not isinstance(self.value, str) or self.value not in labels:
            raise self.wrong("an action label")
        return labels[self.value]

    def indices(self, labels: Labels) -> list[int]:
        """The different actions that are listed here."""
        found = [node.index(labels) for node in self.items()]
        if len(set(found)) < len(found):
            raise self.fails("expected different actions, found one twice")
        return found

    def pairs(self, first: Labels, second: Labels) -> list[tuple[int, int]]:
        """The different pairs of actions that are listed here."""
        found = [node.pair(first, second) for node in self.items()]
        if len(set(found)) < len(found):
            raise self.fails("expected different pairs, found one twice")
        return found

    def pair(self, first: Labels, second: Labels) -> tuple[int, int]:
        """The pair of actions that stands here."""
        one, two = self.items(2)
        return one.index(first), two.index(second)

    def flag(self) -> bool:
        """The truth value here."""
        if not isinstance(self.value, bool):
            raise self.wrong("true or false")
        return self.value

    def number(self) -> Fraction:
        """The number here: the text ``p``, ``p/q`` or, outside claims, a decimal."""
        text = self.value
        found = _NUMBER.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise self.wrong("a number as text, p or p/q")
        sign, top, bottom, decimals = found.groups()
        if max(len(part or "") for part in found.groups()) > DIGITS:
            raise self.wrong(f"a number of at most {DIGITS} digits")
        below = integer(bottom) if bottom else 10 ** len(decimals or "")
        if not below:
            raise self.wrong("a number with a positive denominator")
        value = Fraction(integer(top + (decimals or "")), below)
        if self.claimed and not _is_normal(found, value, below):
            raise self.wrong("a number in normal form, p or p/q in lowest terms")
        return -value if sign else value

    def numbers(self, labels: Labels) -> Weights:
        """Numbers by action; an absent action has the number zero."""
        read = ((i, node.number()) for i, node in self.by_label(labels).items())
        return {i: value for i, value in read if value}

    def weights(self, labels: Labels) -> Weights:
        """Non-negative numbers by action."""
        found = self.numbers(labels)
        if any(value < 0 for value in found.values()):
            raise self.fails("expected no negative number")
        return found

    def distribution(self, labels: Labels) -> Weights:
        """A probability vector over actions; where it is claimed it names the actions that are played and no others."""
        found = self.weights(labels)
        if self.claimed and len(found) < len(self._object()):
            raise self.fails("expected only positive probabilities, found zero")
        if total(found.values()) != 1:
            raise self.fails("expected probabilities that add up to 1")
        return found

    def _object(self) -> dict[str, object]:
        if not isinstance(self.value, dict) or not all(isinstance(key, str) for key in self.value):
            raise self.wrong("an object")
        return self.value


def _is_normal(found: re.Match[str], value: Fraction, below: int) -> bool:
    sign, top, bottom, decimals = found.groups()
    leading_zero = any(len(part) > 1 and part[0] == "0" for part in (top, bottom or ""))
    reduced = value.denominator == below and (below > 1) == bool(bottom)
    return reduced and not decimals and not leading_zero and not (sign and not value)


@dataclass(frozen=True, slots=True)
class Vector:
    """Rational entries over one denominator, so that sums of products need integers only."""

    tops: tuple[int, ...]
    bottom: int


def vector(values: Iterable[Fraction]) -> Vector:
    """Bring numbers to their common denominator, whose length is bounded: a small file must not mean endless work."""
    values, bottom = tuple(values), 1
    for value in values:
        bottom = lcm(bottom, value.denominator)
        if bottom.bit_length() > 4 * DIGITS:
            raise Unsupported(f"expected numbers with a common denominator of at most {DIGITS} digits")
    return Vector(tuple(value.numerator * (bottom // value.denominator) for value in values), bottom)


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum, reduced once."""
    scaled = vector(values)
    return Fraction(sum(scaled.tops), scaled.bottom)


def products(weights: Weights, vectors: Iterable[Vector]) -> list[Fraction]:
    """``Σ_k weights[k]·v[k]`` for each of the vectors v; each result is reduced once."""
    scaled = vector(weights.values())
    tops = [(k, top) for k, top in zip(weights, scaled.tops, strict=True) if top]
    return [Fraction(sum(top * v.tops[k] for k, top in tops), scaled.bottom * v.bottom) for v in vectors]


@dataclass(frozen=True, slots=True)
class Table:
    """The payoffs of one player: ``entries[i][j]``, and the same by row and by column."""

    entries: tuple[tuple[Fraction, ...], ...]
    rows: tuple[Vector, ...]
    columns: tuple[Vector, ...]

    def __getitem__(self, i: int) -> tuple[Fraction, ...]:
        return self.entries[i]

    def at(self, x: Weights) -> list[Fraction]:
        """``u(x, j) = Σ_i x_i u[i][j]`` for every follower action j."""
        return products(x, self.columns)


@dataclass(frozen=True, slots=True)
class Game:
    """The game that the certificate speaks of; ``u1`` pays the leader, ``u2`` the follower."""

    name: str | None
    leader: Labels
    follower: Labels
    u1: Table
    u2: Table
    tolerance: Fraction | None


_TEXTS = ("name", "description", "source")


def read_game(node: Node) -> Game:
    """Read the embedded game; one with parameters is beyond this version."""
    optional = (*_TEXTS, "actions", "parameters", "assumptions", "tolerance")
    parts = node.fields("format", "version", "kind", "payoffs", optional=optional)
    for key, expected in (("format", "stackexact/game"), ("version", 1), ("kind", "bimatrix")):
        if parts[key].value != expected or type(parts[key].value) is not type(expected):
            raise parts[key].wrong(repr(expected))
    for key in _TEXTS:
        if key in parts and not isinstance(parts[key].value, str):
            raise parts[key].wrong("text")
    for key in ("parameters", "assumptions"):
        if key in parts and parts[key].items():
            raise CertificateError(f"{parts[key].place}: this version checks games without parameters; solve with --at")
    players = parts["payoffs"].fields("leader", "follower")
    u1, u2 = _table(players["leader"]), _table(players["follower"])
    shape = len(u1.rows), len(u1.columns)
    if shape != (len(u2.rows), len(u2.columns)):
        raise players["follower"].fails(f"expected {shape[0]}x{shape[1]} payoffs, as the leader has")
    labels = parts["actions"].fields(optional=("leader", "follower")) if "actions" in parts else {}
    tolerance = parts["tolerance"].number() if "tolerance" in parts else None
    if tolerance is not None and tolerance < 0:
        raise parts["tolerance"].wrong("a tolerance of at least 0")
    return Game(
        name=str(parts["name"].value) if "name" in parts else None,
        leader=_labels(labels.get("leader"), "a", shape[0]),
        follower=_labels(labels.get("follower"), "b", shape[1]),
        u1=u1,
        u2=u2,
        tolerance=tolerance,
    )


def _table(node: Node) -> Table:
    rows = tuple(tuple(_payoff(entry) for entry in row.items()) for row in node.items())
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise node.fails("expected rows of the same length, with at least one payoff")
    columns = tuple(zip(*rows, strict=True))
    return Table(rows, tuple(vector(row) for row in rows), tuple(vector(column) for column in columns))


def _payoff(node: Node) -> Fraction:
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return Fraction(node.value)
    return node.number()


def _labels(node: Node | None, letter: str, count: int) -> Labels:
    if node is None:
        return {f"{letter}{i + 1}": i for i in range(count)}
    labels: Labels = {}
    for i, item in enumerate(node.items(count)):
        label = item.value
        if not isinstance(label, str) or not label.strip() or not label.isprintable() or label in labels:
            raise item.wrong("a printable label that no other action has")
        labels[label] = i
    return labels
