"""What a certificate says, read without trusting it: places, labelled objects, numbers and sums of them.

Every value travels as a :class:`Node` that knows its place in the file, so that whatever is wrong with it can be named.
Nothing here recurses and nothing is evaluated; a number is digits, and its length is bounded before it is converted.
Where a certificate speaks of a parameter, nodes also know the region of its values that a proof is about: at a rational
number expressions are read as fractions, elsewhere as functions that compare like numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import lcm
from typing import TYPE_CHECKING, Any, cast

from stackexact.certificates import quotients
from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.digits import CHUNK, integer
from stackexact.certificates.expressions import Malformed, TooLong, read
from stackexact.certificates.functions import Function, joint
from stackexact.certificates.line import Line
from stackexact.certificates.polynomials import Poly, add, times
from stackexact.certificates.quotients import Quotient
from stackexact.errors import shorten

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from stackexact.certificates.line import Region
    from stackexact.certificates.stated import Space, Stated

Labels = dict[str, int]
"""Action labels in the game's order, with their index."""

Weights = dict[int, Fraction]
"""Numbers by action index; zeros are left out."""

__all__ = [
    "BITS",
    "DIGITS",
    "Labels",
    "Node",
    "TooLarge",
    "Unsupported",
    "Vector",
    "Weights",
    "products",
    "total",
    "vector",
]

DIGITS = 1_000_000
"""Longest numeral that is read. Reducing a fraction takes quadratic time: seconds at this length."""

BITS = 2**26
"""Most memory that one vector may take over its common denominator (8 MiB); a table takes at most eight times that."""

SUM = 2**21
"""Longest denominator, in bits, of a sum of fractions that are not brought to a common one: seconds to reduce."""

_KINDS = {dict: "an object", list: "a list", bool: "a truth value", type(None): "null"}
_NUMBER = re.compile(r"(-?)([0-9]+)(?:/([0-9]+)|\.([0-9]+))?")


def show(value: Fraction) -> str:
    """A number for a message, which need not carry thousands of digits."""
    if isinstance(value, Function | Quotient):
        return shorten(str(value))
    bits = value.numerator.bit_length() + value.denominator.bit_length()
    return shorten(str(value)) if bits < CHUNK else f"a number of about {round(bits * 0.30103)} digits"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file and its place. What stands under ``claims`` is ``claimed``: it must be in normal form.

    ``region`` says which values of a parameter the certificate is read for; without one it holds no parameter.
    """

    value: object
    place: str
    claimed: bool = False
    region: Region | Stated | None = None

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

    def constant(self, expected: str | int) -> None:
        """Require exactly this JSON value here."""
        if self.value != expected or type(self.value) is not type(expected):
            raise self.wrong(repr(expected))

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
        return {
            key: Node(value, f"{self.place}.{key}", self.claimed, self.region) for key, value in self._object().items()
        }

    def by_label(self, labels: Labels, *, complete: bool = False) -> dict[int, Node]:
        """The members of an object whose keys are actions, by index in action order; ``complete``: all actions."""
        given = self._object()
        for key in given:
            if key not in labels:
                raise Unsupported(f"{self.place}: expected action labels as keys, found {shorten(key)}")
        # Not over all labels: a proof may hold as many objects as there are actions, each with few keys.
        nodes = {
            labels[label]: Node(given[label], f"{self.place}[{shorten(label)}]", self.claimed, self.region)
            for label in sorted(given, key=labels.__getitem__)
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
        return [Node(value, f"{self.place}[{i}]", self.claimed, self.region) for i, value in enumerate(self.value)]

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
        """The number here: the text ``p``, ``p/q`` or, outside claims, a decimal; in a region any expression."""
        return self._plain() if self.region is None else self._there(self.region)

    def function(self, line: Line | Space) -> Function | Quotient:
        """The expression in the parameters that stands here; each text is read once."""
        text = self.value
        if not isinstance(text, str):
            raise self.wrong("an expression as text")
        found = line.memory.get(text)
        if found is None:
            try:
                found = _read(text, line)
            except TooLong as flaw:
                raise TooLarge(str(self.wrong(str(flaw)))) from None
            except Malformed as flaw:
                raise self.wrong(str(flaw)) from None
            except TooLarge as limit:
                raise TooLarge(f"{self.place}: {limit}") from None
            line.memory[text] = found
        if self.claimed and (normal := line.text(cast("Any", found))) != text:
            raise self.wrong(f"an expression in normal form, as {shorten(normal)} is")
        if self.claimed and not found.is_lowest():
            raise self.wrong("an expression in normal form, a quotient without common factors")
        return found

    def _there(self, region: Region | Stated) -> Fraction:
        function, place = self.function(region.line), region.rational
        if not function.is_defined(region):
            raise self.wrong(f"an expression that is defined for {region}")
        if place is not None and isinstance(function, Function):
            return function.at(place)
        return cast("Fraction", function.on(cast("Any", region)))

    def _plain(self) -> Fraction:
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


def _read(text: str, line: Line | Space) -> Function | Quotient:
    if isinstance(line, Line):
        number = partial(Function.of, work=line.work)
        return read(text, number, {line.name: Function((0, 1), work=line.work)})
    return read(text, Quotient.of, line.symbols)


def _is_normal(found: re.Match[str], value: Fraction, below: int) -> bool:
    sign, top, bottom, decimals = found.groups()
    leading_zero = any(len(part) > 1 and part[0] == "0" for part in (top, bottom or ""))
    reduced = value.denominator == below and (below > 1) == bool(bottom)
    return reduced and not decimals and not leading_zero and not (sign and not value)


@dataclass(frozen=True, slots=True)
class Vector:
    """Rational entries over one denominator, so that sums of products need integers only.

    Where that would take too much memory the entries stay fractions, over the denominator 1. Functions are brought to
    one denominator in the same way: ``tops`` and ``bottom`` are polynomials then.
    """

    tops: Sequence[Any]
    bottom: Any


def vector(values: Iterable[Fraction], bits: int = BITS) -> Vector:
    """Bring numbers to their common denominator, if all of them together then take no more than so many bits."""
    values, bottom = tuple(values), 1
    if values and isinstance(values[0], Function):
        return _functions(values)
    if values and isinstance(values[0], Quotient):
        return Vector(values, 1)
    for value in values:
        bottom = lcm(bottom, value.denominator)
        if bottom.bit_length() * len(values) > bits:  # many different denominators: a small file, endless memory
            return Vector(values, 1)
    return Vector([value.numerator * (bottom // value.denominator) for value in values], bottom)


def _functions(values: Sequence[Any]) -> Vector:
    work = values[0].work
    bottom, by = joint((value.bottom for value in values), work)
    return Vector([times(value.top, up, work) for value, up in zip(values, by, strict=True)], bottom)


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum, reduced once."""
    values = tuple(values)
    if any(isinstance(value, Quotient) for value in values):
        return cast("Fraction", quotients.total(values))
    scaled = vector(values)
    if isinstance(scaled.bottom, tuple):
        return cast("Fraction", cast("Function", values[0]).made(_added(scaled.tops), scaled.bottom))
    return Fraction(_sum(scaled.tops), scaled.bottom)


def products(weights: Weights, vectors: Iterable[Vector]) -> list[Fraction]:
    """``Σ_k weights[k]·v[k]`` for each of the vectors v; each result is reduced once."""
    if any(isinstance(weight, Quotient) for weight in weights.values()):
        return [total([weight * v.tops[k] for k, weight in weights.items()]) for v in vectors]
    scaled = vector(weights.values())
    tops = [(k, top) for k, top in zip(weights, scaled.tops, strict=True) if top]
    if not tops:
        return [Fraction(0) for _ in vectors]
    if isinstance(scaled.bottom, tuple):
        like = cast("Function", next(iter(weights.values())))
        work = like.work
        sums = (
            (_added([times(top, v.tops[k], work) for k, top in tops]), times(scaled.bottom, v.bottom, work))
            for v in vectors
        )
        return [cast("Fraction", like.made(top, bottom)) for top, bottom in sums]
    return [Fraction(_sum([top * v.tops[k] for k, top in tops]), scaled.bottom * v.bottom) for v in vectors]


def _added(terms: Iterable[Poly]) -> Poly:
    made: Poly = ()
    for term in terms:
        made = add(made, term)
    return made


def _sum(terms: Sequence[int | Fraction]) -> int | Fraction:
    """The sum. Fractions are added by pairs, so that most additions are short, and without reducing in between."""
    if not terms or isinstance(terms[0], int):
        return sum(terms)
    pairs = [(term.numerator, term.denominator) for term in terms]
    if sum(below.bit_length() for _, below in pairs) > SUM:
        raise TooLarge(f"expected sums over a denominator of at most {SUM} bits, found more; use shorter numbers")
    while len(pairs) > 1:
        two = zip(pairs[::2], pairs[1::2], strict=False)
        odd = pairs[len(pairs) & ~1 :]
        pairs = [(a * d + c * b, b * d) for (a, b), (c, d) in two] + odd
    return Fraction(*pairs[0])
