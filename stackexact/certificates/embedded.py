"""The embedded game, the one thing that a certificate is believed about.

What is not understood here is no support for any claim: every complaint is an ``Unsupported`` with its place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from operator import eq, ge, gt, le, lt, ne
from typing import Any, ClassVar, Protocol, Self, TypeVar, cast
from unicodedata import category

from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.digits import written
from stackexact.certificates.functions import Function
from stackexact.certificates.line import Line, Region
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import BITS, Labels, Node, Vector, Weights, products, vector
from stackexact.certificates.stated import Space, Stated
from stackexact.errors import shorten

COMPARE: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "==": eq, "!=": ne}

Exact = Fraction | Function | Quotient
"""A payoff as it is written: a number, or a function of the one parameter or of several."""

Relation = tuple[Exact, str, Exact]
"""Left side, sign, right side."""

_RELATION = re.compile(r"(<=|>=|==|!=|<|>)")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_EXPRESSION = re.compile(r"[0-9A-Za-z_.+*/() -]+")
TEXTS = ("name", "description", "source")

PARAMETERS = 1000
"""Most parameters of a game: a monomial takes a word for each that occurs."""


class Embedded(Protocol):
    """What the checker asks of a game of any kind."""

    @property
    def name(self) -> str | None:
        """What it calls itself."""

    @property
    def kind(self) -> str:
        """The kind of game."""

    @property
    def line(self) -> Line | Space | None:
        """The parameters that occur."""

    @property
    def relations(self) -> tuple[Relation, ...]:
        """What the assumptions say of them."""

    @property
    def values(self) -> list[Exact]:
        """All numbers of the game."""

    @property
    def is_numeric(self) -> bool:
        """Whether they are free of parameters."""

    @property
    def bound(self) -> str | None:
        """The tolerance as text in normal form, if there is one."""

    def on(self, region: Region | Stated) -> Self:
        """The game where the parameters are in a region."""

    def sha256(self) -> str:
        """The digest that solutions state."""


@dataclass(frozen=True)
class Table:
    """The payoffs of one player: ``entries[i][j]``, and the same by row and by column, made when a proof needs it."""

    entries: tuple[tuple[Fraction, ...], ...]

    @cached_property
    def rows(self) -> tuple[Vector, ...]:
        return _vectors(self.entries)

    @cached_property
    def columns(self) -> tuple[Vector, ...]:
        return _vectors(tuple(zip(*self.entries, strict=True)))

    def __getitem__(self, i: int) -> tuple[Fraction, ...]:
        return self.entries[i]

    def at(self, x: Weights) -> list[Fraction]:
        """``u(x, j) = Σ_i x_i u[i][j]`` for every follower action j."""
        return products(x, self.columns)


def _vectors(lines: tuple[tuple[Fraction, ...], ...]) -> tuple[Vector, ...]:
    return tuple(vector(line, min(BITS, 8 * BITS // len(lines))) for line in lines)


@dataclass(frozen=True, slots=True)
class Game:
    """The game that the certificate speaks of; ``u1`` pays the leader, ``u2`` the follower.

    ``line`` is the line of the one parameter that occurs, or the space of several, ``relations`` what the assumptions
    say of them; payoffs that depend on them compare only :meth:`on` a region.
    """

    kind: ClassVar[str] = "bimatrix"

    name: str | None
    leader: Labels
    follower: Labels
    parameters: tuple[str, ...]
    assumptions: tuple[str, ...]
    u1: Table
    u2: Table
    tolerance: Fraction | None
    line: Line | Space | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def values(self) -> list[Exact]:
        """All payoffs, and the tolerance if there is one."""
        found: list[Exact] = [value for table in (self.u1, self.u2) for row in table.entries for value in row]
        return found if self.tolerance is None else [*found, self.tolerance]

    @property
    def bound(self) -> str | None:
        """The tolerance as text in normal form."""
        return None if self.tolerance is None else text_of(self.tolerance, self.line)

    @property
    def is_numeric(self) -> bool:
        """Whether payoffs and tolerance are numbers."""
        return all(isinstance(value, Fraction) for value in self.values)

    def on(self, region: Region | Stated) -> Game:
        """The game where the parameters are in a region, with numbers as payoffs if that is a rational point."""
        tables = (
            Table(tuple(tuple(on_region(value, region) for value in row) for row in u.entries))
            for u in (self.u1, self.u2)
        )
        u1, u2 = tables
        return replace(
            self, u1=u1, u2=u2, tolerance=None if self.tolerance is None else on_region(self.tolerance, region)
        )

    def sha256(self) -> str:
        """Digest of the canonical JSON of kind, actions, parameters, assumptions and payoffs, as solutions state it."""
        made = {
            "kind": "bimatrix",
            "actions": {"leader": list(self.leader), "follower": list(self.follower)},
            "parameters": self.parameters,
            "assumptions": self.assumptions,
            "payoffs": {
                player: [[text_of(value, self.line) for value in row] for row in table.entries]
                for player, table in (("leader", self.u1), ("follower", self.u2))
            },
        }
        text = json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def on_region(value: Exact, region: Region | Stated) -> Fraction:
    """A payoff in a region. A function takes the place of a number: it compares like one there."""
    if isinstance(region, Stated):
        assert not isinstance(value, Function), "a game has one kind of functions"
        return cast("Fraction", (value if isinstance(value, Quotient) else Quotient.of(value)).on(region))
    assert not isinstance(value, Quotient), "a game has one kind of functions"
    place = region.rational
    if place is not None:
        return value.at(place) if isinstance(value, Function) else value
    return cast("Fraction", (value if isinstance(value, Function) else Function.of(value)).on(region))


def text_of(value: Exact | str, line: Line | Space | None) -> str:
    if isinstance(value, Function | Quotient) and line is not None:
        return line.text(cast("Any", value))
    return written(value) if isinstance(value, Fraction) else str(value)


def read_game(node: Node) -> Game:
    """Read the embedded game."""
    optional = (*TEXTS, "actions", "parameters", "assumptions", "tolerance")
    parts = node.fields("format", "version", "kind", "payoffs", optional=optional)
    for key, expected in (("format", "stackexact/game"), ("version", 1), ("kind", "bimatrix")):
        parts[key].constant(expected)
    for key in TEXTS:
        if key in parts and not isinstance(parts[key].value, str):
            raise parts[key].wrong("text")
    parameters = parameters_at(parts["parameters"]) if "parameters" in parts else ()
    players = parts["payoffs"].fields("leader", "follower")
    line = line_of(parameters, node, ("payoffs", "tolerance", "assumptions"))
    u1, u2 = table_at(players["leader"], line), table_at(players["follower"], line)
    shape = len(u1.entries), len(u1[0])
    if shape != (len(u2.entries), len(u2[0])):
        raise players["follower"].fails(f"expected {shape[0]}x{shape[1]} payoffs, as the leader has")
    labels = parts["actions"].fields(optional=("leader", "follower")) if "actions" in parts else {}
    tolerance = number_at(parts["tolerance"], line) if "tolerance" in parts else None
    if isinstance(tolerance, Fraction) and tolerance < 0:
        raise parts["tolerance"].wrong("a tolerance of at least 0")
    chains = (
        [chain_at(item, parameters, line) for item in parts["assumptions"].items()] if "assumptions" in parts else []
    )
    return Game(
        name=str(parts["name"].value) if "name" in parts else None,
        leader=labels_at(labels.get("leader"), "a", shape[0]),
        follower=labels_at(labels.get("follower"), "b", shape[1]),
        parameters=parameters,
        assumptions=tuple(text for text, _ in chains),
        u1=u1,
        u2=u2,
        tolerance=cast("Fraction | None", tolerance),
        line=line,
        relations=tuple(relation for _, relations in chains for relation in relations),
    )


def line_of(parameters: tuple[str, ...], node: Node, keys: Sequence[str]) -> Line | Space | None:
    """The line of the parameter that occurs under these keys, or the space of those that do; without any, nothing."""
    parts = node.members()
    waiting = [parts[key].value for key in keys if key in parts]
    occurring: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            occurring.update(_NAME.findall(value))
        elif isinstance(value, dict | list):
            waiting += value.values() if isinstance(value, dict) else value
    occurring &= set(parameters)
    if len(occurring) > 1:
        return Space(tuple(sorted(occurring)))
    return Line(occurring.pop()) if occurring else None


def parameters_at(node: Node) -> tuple[str, ...]:
    names: list[str] = []
    items = node.items()
    if len(items) > PARAMETERS:
        raise TooLarge(f"{node.place}: expected at most {PARAMETERS} parameters, found {len(items)}")
    for item in items:
        if not isinstance(item.value, str) or not _NAME.fullmatch(item.value):
            raise item.wrong("a name (ASCII letters, digits, _)")
        names.append(item.value)
    if len(set(names)) < len(names):
        raise node.fails("expected different names, found one twice")
    return tuple(names)


def chain_at(node: Node, parameters: tuple[str, ...], line: Line | Space | None) -> tuple[str, list[Relation]]:
    """A chain of relations: its normal form, and what it says of parameters. What it says of numbers must be true."""
    terms, signs = chained(node, lambda text: _term(node, text, parameters, line))
    relations: list[Relation] = []
    for left, sign, right in zip(terms, signs, terms[1:], strict=False):
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            if not COMPARE[sign](left, right):
                raise node.fails(f"expected a true assumption, found {shorten(node.value)}")
        elif not isinstance(left, str) and not isinstance(right, str):
            relations.append((left, sign, right))
    texts = [text_of(term, line) for term in terms]
    return " ".join([texts[0], *(part for pair in zip(signs, texts[1:], strict=True) for part in pair)]), relations


T = TypeVar("T")


def chained(node: Node, term: Callable[[str], T]) -> tuple[list[T], list[str]]:
    """The terms of a chain of relations and the signs between them."""
    parts = _RELATION.split(node.value) if isinstance(node.value, str) else []
    if len(parts) < 3:
        raise node.wrong("a relation such as 0 < 1/2")
    return [term(part.strip(" ")) for part in parts[::2]], parts[1::2]


def _term(node: Node, text: str, parameters: tuple[str, ...], line: Line | Space | None) -> Exact | str:
    names = _NAME.findall(text)
    if not names:
        return Node(text, node.place).number()
    if not _EXPRESSION.fullmatch(text):
        raise node.wrong("relations between numbers and parameters")
    if unknown := [name for name in names if name not in parameters]:
        raise node.fails(f"expected names that stand under parameters, found {shorten(unknown[0])}")
    return text if line is None else function_at(Node(text, node.place), line)


def table_at(node: Node, line: Line | Space | None) -> Table:
    rows = tuple(tuple(cast("Fraction", number_at(entry, line)) for entry in row.items()) for row in node.items())
    if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
        raise node.fails("expected rows of the same length, with at least one payoff")
    return Table(rows)


def number_at(node: Node, line: Line | Space | None) -> Exact:
    if isinstance(node.value, int) and not isinstance(node.value, bool):
        return Fraction(node.value)
    if isinstance(node.value, str) and _NAME.search(node.value):
        if line is None:
            raise Unsupported(f"{node.wrong('a number as text, p or p/q')}; the game lists no parameter that occurs")
        return function_at(node, line)
    return node.number()


def function_at(node: Node, line: Line | Space) -> Function | Quotient:
    """An expression of the game. It means the function in lowest terms, and so does the digest: one of which the
    checker cannot tell that it is in lowest terms might mean another domain."""
    found = node.function(line)
    if not found.is_lowest():
        raise node.wrong("a quotient without common factors")
    return found


def labels_at(node: Node | None, letter: str, count: int) -> Labels:
    if node is None:
        return {f"{letter}{i + 1}": i for i in range(count)}
    labels: Labels = {}
    for i, item in enumerate(node.items(count)):
        label = item.value
        if not isinstance(label, str) or not _is_label(label) or label in labels:
            raise item.wrong("a label without control characters that no other action has")
        labels[label] = i
    return labels


def _is_label(text: str) -> bool:
    """Neither blank nor with control characters (Cc) or halves of surrogate pairs (Cs)."""
    return bool(text.strip()) and all(category(char) not in ("Cc", "Cs") for char in text)
