"""Every certificate of small random games of incentives is accepted, and what it claims is so by definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from hypothesis import given, reject
from hypothesis import strategies as st
from many_followers import certificate, reasons
from oracles.incentive_claims import Played, false_of_incentive, false_of_mean_field, false_of_randomised
from strategies import share

import stackexact as sx
from stackexact.errors import GameError
from stackexact.games.lq_incentive import IncentiveGame

WEIGHTS = st.sampled_from([Fraction(n, d) for n in range(-3, 4) for d in (1, 2)])
NAMES = (["a", "b"], ["v", "w"], ["vbar", "wbar"])


def square(names: list[str], weights: list[Fraction]) -> str:
    """The square of an affine function."""
    return "(" + " + ".join(f"({x})*{name}" for x, name in zip(weights, [*names, "1"], strict=True)) + ")**2"


@st.composite
def games(draw: st.DrawFn) -> IncentiveGame:
    """Sums of squares, most of them convex, of leaders and followers with one or two actions."""
    names = [some[: draw(st.integers(1, 2))] for some in NAMES[:2]]
    names.append(NAMES[2][: len(names[1])])
    every = [name for some in names for name in some]

    def cost(least: int) -> str:
        row = st.lists(WEIGHTS, min_size=len(every) + 1, max_size=len(every) + 1)
        terms = [square(every, draw(row)) for _ in range(draw(st.integers(1, 2)))]
        own = [f"{draw(st.integers(least, 2))}*{name}**2" for name in (*names[0], *names[1])]
        return " + ".join([*terms, *own, f"({draw(WEIGHTS)})*{draw(st.sampled_from(every))}"])

    variables = dict(zip(("leader", "follower", "mean"), names, strict=True))
    return IncentiveGame(cost(1), cost(-1), followers=draw(st.integers(1, 3)), variables=variables)


def played(game: IncentiveGame) -> Played:
    """The same game as functions, its costs read by Python."""
    names, document = game.variables, game.document()

    def cost(player: str) -> Callable[..., Fraction]:
        code = compile(document["costs"][player], player, "eval")

        def value(*actions: list[Fraction]) -> Fraction:
            told = (names.leader, names.follower, names.mean)
            space = {
                name: Number(x)
                for some, xs in zip(told, actions, strict=True)
                for name, x in zip(some, xs, strict=True)
            }
            return Fraction(eval(code, {"__builtins__": {}}, space))

        return value

    return Played(
        cost("leader"), cost("follower"), (list(names.leader), list(names.follower)), int(str(game.followers))
    )


class Number(Fraction):
    """Quotients of whole numbers stand before variables alone: 1/2*u is read as floats, which these few are exactly."""

    def __mul__(self, other: Any) -> Any:
        return Number(Fraction(self) * Fraction(other))

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Any:
        return Number(Fraction(self) + Fraction(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return Number(Fraction(self) - Fraction(other))

    def __rsub__(self, other: Any) -> Any:
        return Number(Fraction(other) - Fraction(self))

    def __neg__(self) -> Any:
        return Number(-Fraction(self))

    def __pow__(self, other: Any) -> Any:
        return Number(Fraction(self) ** other)


def false_of(document: dict[str, Any], game: Played) -> Iterator[tuple[str, str]]:
    """The concepts and keys of claims that are not so."""
    defined = {"incentive": false_of_incentive, "mean-field": false_of_mean_field, "randomised": false_of_randomised}
    for concept, told in document["claims"].items():
        (cell,) = told["cells"]
        if concept == "team-optimum":
            u0, v, cost = game.team()
            if (game.point(cell["actions"]), Fraction(cell["cost"])) != ((u0, v), cost):
                yield concept, "actions"
        else:
            yield from ((concept, key) for key in defined[concept](game, cell))


def _answered(game: IncentiveGame) -> dict[str, Any]:
    """The certificate, where costs are as convex as answers need."""
    try:
        return certificate(game)
    except GameError as flaw:
        if "convex" not in str(flaw):
            raise
    return reject()


@share(30)
@given(games())
def test_what_is_claimed_of_games_of_numbers_is_so(game: IncentiveGame) -> None:
    document = _answered(game)
    assert not any(reasons(document).values()), reasons(document)
    assert list(false_of(document, played(game))) == []


@share(15)
@given(games(), st.data())
def test_what_is_claimed_of_any_number_of_followers_is_so(game: IncentiveGame, data: st.DataObject) -> None:
    """Closed forms are accepted, and hold the answers with each number: those of games of numbers."""
    names, costs = game.variables, game.document()["costs"]
    told = {player: getattr(names, player) for player in ("leader", "follower", "mean")}
    document = _answered(IncentiveGame(costs["leader"], costs["follower"], variables=told))
    assert not any(reasons(document).values()), reasons(document)
    number = data.draw(st.integers(1, 9))
    there = certificate(IncentiveGame(costs["leader"], costs["follower"], followers=number, variables=told))
    for concept, claim in there["claims"].items():
        if concept not in document["claims"]:  # undecided in part: several leader actions and no convexity
            continue
        (cell,) = claim["cells"]
        holding = [
            one for one in document["claims"][concept]["cells"] if all(_holds(text, number) for text in one["when"])
        ]
        assert [_there(one, number) for one in holding] == [cell]


def _holds(text: str, number: int) -> bool:
    left, relation, right = re.split(" (<=|>=|==|!=|<|>) ", text)
    values = (Fraction(_there(side, number)) for side in (left, right))
    return bool(eval(f"a {relation} b", {"__builtins__": {}}, dict(zip("ab", values, strict=True))))


def _there(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {key: [] if key == "when" else _there(part, number) for key, part in value.items()}
    if isinstance(value, bool) or value in ("oo", "-oo"):
        return value
    found: Any = sx.parse(value)
    return str(found.at({"N": number}) if hasattr(found, "at") else found)
