"""The embedded game of kind ``lq-incentive``: quadratic costs, read from their expressions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, cast

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.embedded import (
    TEXTS,
    Exact,
    Relation,
    chain_at,
    line_of,
    number_at,
    on_region,
    parameters_at,
)
from stackexact.certificates.expressions import Malformed, TooLong, read
from stackexact.certificates.functions import Function
from stackexact.certificates.line import Line, Region
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Labels, Node
from stackexact.certificates.stated import Space, Stated

__all__ = ["DIMENSION", "Costs", "IncentiveGame", "Information", "read_incentive_game"]

PLAYERS = ("leader", "major", "follower", "mean")

DIMENSION = 40
"""Most variables of a game whose costs are numbers: determinants take the fourth power of their number."""

SYMBOLIC = 18
"""Most variables of a game whose costs depend on parameters: entries of determinants are polynomials then."""

OPERATIONS = 6_000_000
"""Most steps that reading a cost may take: each operation takes one for every term that the cost may have, for every
thousand characters (numbers grow), and some more. Seconds."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

Number = Any
"""A fraction, or a function that takes the place of one."""


class Quadratic:
    """A polynomial of at most the second degree in variables: coefficients by the variables of a term, in order."""

    __slots__ = ("terms",)

    def __init__(self, terms: dict[tuple[int, ...], Number]) -> None:
        self.terms = {key: value for key, value in terms.items() if _is_something(value)}

    def __add__(self, other: Any) -> Quadratic:
        made = dict(self.terms)
        for key, value in _quadratic(other).terms.items():
            made[key] = made[key] + value if key in made else value
        return Quadratic(made)

    def __neg__(self) -> Quadratic:
        return Quadratic({key: -value for key, value in self.terms.items()})

    def __sub__(self, other: Any) -> Quadratic:
        return self + -_quadratic(other)

    def __mul__(self, other: Any) -> Quadratic:
        made: dict[tuple[int, ...], Number] = {}
        for one, value in self.terms.items():
            for two, factor in _quadratic(other).terms.items():
                key = tuple(sorted(one + two))
                if len(key) > 2:
                    raise Malformed("a cost whose terms, multiplied out, have the second degree at most")
                made[key] = made[key] + value * factor if key in made else value * factor
        return Quadratic(made)

    def __truediv__(self, other: Any) -> Quadratic:
        divisor = _quadratic(other).terms
        if any(divisor.keys() - {()}):
            raise Malformed("a cost that does not divide by a variable")
        if () not in divisor:
            raise ZeroDivisionError("a division by zero")
        return Quadratic({key: value / divisor[()] for key, value in self.terms.items()})

    def size(self) -> int:
        """About how many words it takes to write down."""
        return sum(map(_words, self.terms.values())) or 1

    def whole(self) -> int | None:
        """The value if it is an integer."""
        if not self.terms:
            return 0
        value = self.terms.get(())
        if value is None or len(self.terms) > 1:
            return None
        if isinstance(value, Fraction):
            return value.numerator if value.denominator == 1 else None
        return cast("int | None", value.whole())

    def reduced(self) -> Quadratic:
        """The same, numbers in lowest terms."""
        return Quadratic(
            {key: value.reduced() if hasattr(value, "reduced") else value for key, value in self.terms.items()}
        )


def _words(value: Number) -> int:
    if isinstance(value, Fraction):
        return 1 + (value.numerator.bit_length() + value.denominator.bit_length()) // 30
    return cast("int", value.size())


def _quadratic(value: Any) -> Quadratic:
    return value if isinstance(value, Quadratic) else Quadratic({(): Fraction(value)})


@dataclass(frozen=True, slots=True)
class Costs:
    """½ z·Hz + g·z + c of one player, z all variables in their order."""

    hessian: tuple[tuple[Number, ...], ...]
    gradient: tuple[Number, ...]
    constant: Number

    def slope(self, place: int, point: Sequence[Number]) -> Number:
        """The derivative by one variable at a point."""
        return sum((a * z for a, z in zip(self.hessian[place], point, strict=True)), self.gradient[place])

    def value(self, point: Sequence[Number]) -> Number:
        """The cost at a point."""
        half = Fraction(1, 2)
        pairs = zip(range(len(point)), self.gradient, point, strict=True)
        return sum(((self.slope(i, point) + g) * half * z for i, g, z in pairs), self.constant)

    def entries(self) -> Iterator[Number]:
        """All coefficients."""
        for row in self.hessian:
            yield from row
        yield from self.gradient
        yield self.constant


@dataclass(frozen=True, slots=True)
class Information:
    """The state's and the noise's variances, and whether the leader reacts on path to the mean action."""

    state: str
    variance: Number
    noise: Number
    reacts: bool


@dataclass(frozen=True, slots=True)
class IncentiveGame:
    """The game that the certificate speaks of: ``variables`` are the names by player, ``identity`` what the digest
    is made of."""

    kind: ClassVar[str] = "lq-incentive"
    bound: ClassVar[None] = None

    name: str | None
    identity: str
    variables: dict[str, Labels]
    followers: Number
    leader: Costs
    follower: Costs
    major: Costs | None
    information: Information | None
    line: Line | Space | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def values(self) -> list[Exact]:
        """All coefficients, the number of followers and the variances."""
        told = self.information
        made = [*self.leader.entries(), *self.follower.entries(), self.followers]
        made += [] if self.major is None else self.major.entries()
        return [*made, *([] if told is None else [told.variance, told.noise])]

    @property
    def is_numeric(self) -> bool:
        """Whether all of them are numbers."""
        return all(isinstance(value, Fraction) for value in self.values)

    def on(self, region: Region | Stated) -> IncentiveGame:
        """The game where the parameters are in a region."""
        told = self.information

        def there(value: Exact) -> Number:
            """Numbers stay numbers, with which all is quicker."""
            return value if isinstance(value, Fraction) else on_region(value, region)

        def costs(one: Costs) -> Costs:
            rows = tuple(tuple(map(there, row)) for row in one.hessian)
            return Costs(rows, tuple(map(there, one.gradient)), there(one.constant))

        return replace(
            self,
            followers=there(self.followers),
            leader=costs(self.leader),
            follower=costs(self.follower),
            major=None if self.major is None else costs(self.major),
            information=None if told is None else replace(told, variance=there(told.variance), noise=there(told.noise)),
        )

    def sha256(self) -> str:
        """Digest of the canonical JSON of all that answers depend on, as solutions state it."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()


def read_incentive_game(node: Node) -> IncentiveGame:
    """Read the embedded game."""
    needed = ("format", "version", "kind", "followers", "variables", "parameters", "assumptions", "costs")
    parts = node.fields(*needed, optional=(*TEXTS, "information"))
    for key, expected in (("format", "stackexact/game"), ("version", 1), ("kind", "lq-incentive")):
        parts[key].constant(expected)
    for key in TEXTS:
        if key in parts and not isinstance(parts[key].value, str):
            raise parts[key].wrong("text")
    parameters = parameters_at(parts["parameters"])
    line = line_of(parameters, node, ("costs", "followers", "information", "assumptions"))
    players = parts["costs"].fields("leader", "follower", optional=("major",))
    variables = _variables(parts["variables"], parameters, "major" in players)
    told = _information(parts["information"], line) if "information" in parts else None
    names = [name for player in PLAYERS for name in variables[player]]
    if told is not None:
        if len(names) != 3 or told.state in (*names, *parameters):
            raise parts["information"].fails("expected scalar actions, no major follower, and a state of its own name")
        names.append(told.state)
    chains = [chain_at(item, parameters, line) for item in parts["assumptions"].items()]
    made = {player: _costs(cost, names, line) for player, cost in players.items()}
    followers = number_at(parts["followers"], line)
    if isinstance(followers, Fraction) and (followers < 1 or followers.denominator > 1):
        raise parts["followers"].wrong("a whole number of at least 1, or a parameter")
    if len(names) > SYMBOLIC and any(not isinstance(v, Fraction) for one in made.values() for v in one.entries()):
        raise TooLarge(f"{node.place}: expected at most {SYMBOLIC} variables where costs have parameters, found more")
    if told is not None and any(_is_something(value) for one in made.values() for value in one.gradient):
        raise parts["costs"].fails("expected no linear terms, where there is information")
    return IncentiveGame(
        name=str(parts["name"].value) if "name" in parts else None,
        identity=_identity(parts, chains),
        variables=variables,
        followers=followers,
        leader=made["leader"],
        follower=made["follower"],
        major=made.get("major"),
        information=told,
        line=line,
        relations=tuple(relation for _, relations in chains for relation in relations),
    )


def _identity(parts: dict[str, Node], chains: list[tuple[str, list[Relation]]]) -> str:
    """The canonical JSON of what answers depend on. Texts stand as they are written: a game in another writing has
    another digest."""
    keys = ("kind", "followers", "variables", "parameters", "costs", "information")
    made = {key: parts[key].value for key in keys if key in parts}
    made["assumptions"] = [text for text, _ in chains]
    return json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _variables(node: Node, parameters: tuple[str, ...], major: bool) -> dict[str, Labels]:
    given = node.fields("leader", "follower", "mean", optional=("major",))
    made = {player: _names(given[player]) if player in given else {} for player in PLAYERS}
    names = [name for player in PLAYERS for name in made[player]]
    if len({*names, *parameters}) < len(names) + len(parameters):
        raise node.fails("expected different names, none of them a parameter's")
    if len(names) > DIMENSION:
        raise TooLarge(f"{node.place}: expected at most {DIMENSION} variables, found {len(names)}")
    if bool(made["major"]) != major or len(made["mean"]) != len(made["follower"]):
        raise node.fails("expected names for the actions of all players, and for every component of the mean")
    return made


def _names(node: Node) -> Labels:
    items = node.items()
    for item in items:
        if not isinstance(item.value, str) or not _NAME.fullmatch(item.value):
            raise item.wrong("a name (ASCII letters, digits, _)")
    if not items:
        raise node.fails("expected at least one name")
    return {str(item.value): place for place, item in enumerate(items)}


def _information(node: Node, line: Line | Space | None) -> Information:
    parts = node.fields("state", "variance", "noise", "reacts")
    state = parts["state"].value
    if not isinstance(state, str) or not _NAME.fullmatch(state):
        raise parts["state"].wrong("a name (ASCII letters, digits, _)")
    variance, noise = number_at(parts["variance"], line), number_at(parts["noise"], line)
    return Information(state, variance, noise, parts["reacts"].flag())


def _costs(node: Node, names: Sequence[str], line: Line | Space | None) -> Costs:
    """A cost: an expression in variables and parameters."""
    if not isinstance(node.value, str):
        raise node.wrong("an expression as text")
    operations = sum(node.value.count(sign) for sign in "+-*/")
    terms = (len(names) + 1) * (len(names) + 2) // 2
    if operations * (20 + terms + len(node.value) // 1000) > OPERATIONS:
        raise TooLarge(f"{node.place}: expected a cost of fewer terms, found {operations} operations")
    number: Any = Fraction
    symbols: dict[str, Quadratic] = {}
    if isinstance(line, Line):
        number = partial(Function.of, work=line.work)
        symbols[line.name] = Quadratic({(): Function((0, 1), work=line.work)})
    elif isinstance(line, Space):
        number = Quotient.of
        symbols |= {name: Quadratic({(): value}) for name, value in line.symbols.items()}
    symbols |= {name: Quadratic({(place,): number(Fraction(1))}) for place, name in enumerate(names)}
    try:
        found = read(node.value, lambda value: Quadratic({(): number(value)}), symbols)
    except TooLong as flaw:
        raise TooLarge(str(node.wrong(str(flaw)))) from None
    except Malformed as flaw:
        raise node.wrong(str(flaw)) from None
    return _of_terms({key: _plain(value) for key, value in found.terms.items()}, len(names))


def _plain(value: Number) -> Number:
    """A coefficient without parameters as a number: a game whose costs hold none is one of numbers, whatever its
    assumptions speak of."""
    if isinstance(value, Function):
        value = value.lowest()
        if len(value.top) == len(value.bottom) == 1:
            return Fraction(value.top[0], value.bottom[0])
    elif isinstance(value, Quotient) and value.top.is_constant and not value.factors:
        return Fraction(value.top.constant, value.number)
    return value


def _of_terms(terms: dict[tuple[int, ...], Number], size: int) -> Costs:
    nought = Fraction(0)
    hessian = [[nought for _ in range(size)] for _ in range(size)]
    gradient = [nought for _ in range(size)]
    for key, value in terms.items():
        if len(key) == 2:
            i, j = key
            hessian[i][j] = hessian[j][i] = value * 2 if i == j else value
        elif key:
            gradient[key[0]] = value
    return Costs(tuple(map(tuple, hessian)), tuple(gradient), terms.get((), nought))


def _is_something(value: Number) -> bool:
    """Whether a value is not identically zero."""
    return value != 0 if isinstance(value, Fraction) else bool(value.top)
