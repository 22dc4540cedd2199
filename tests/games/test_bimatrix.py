"""The type of two-player games: substitution and what holds of a game however it was made."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import expressions, points

import stackexact as sx
from stackexact.errors import ExpressionError, GameError
from stackexact.exact.rational_function import Expression
from stackexact.exact.relation import parse_assumption
from stackexact.games.files import dumps, loads

SWAP = sx.Game([["a", "b"]], [["b", "1"]], assumptions=["a < b"], tolerance="a")


def test_a_parameter_may_come_back_in_its_own_value() -> None:
    """delta by 2*delta is a change of scale: delta is still a parameter."""
    game = sx.instance("misaligned-a").at(delta="2*delta")
    assert game.parameters == ("delta",)
    assert game.payoffs.follower[0][0] == sx.parse("2*delta")
    assert loads(dumps(game)) == game
    assert game.at(delta="1/200") == sx.instance("misaligned-a").at(delta="1/100")
    assert sx.solve(game)["tolerant"].leader == sx.solve(sx.instance("misaligned-a"))["tolerant"].leader.subs(
        "delta", "2*delta"
    )


def test_parameters_may_be_exchanged() -> None:
    """Values are put in all at once: a and b by each other, and twice is not at all."""
    there = SWAP.at(a="b", b="a")
    assert there == sx.Game([["b", "a"]], [["a", "1"]], assumptions=["b < a"], tolerance="b")
    assert there.parameters == ("a", "b")
    assert there.at(a="b", b="a") == SWAP


def test_new_names_become_parameters() -> None:
    """What a value brings along is a parameter, behind those that stay; what cancels is none."""
    game = sx.Game([["a", "b"]], [["b", "1"]], parameters=["b", "a"])
    assert game.at(a="c*d").parameters == ("b", "c", "d")
    assert sx.Game([["a/b"]], [["1"]]).at(a="c", b="c").parameters == ()


@st.composite
def substitutions(draw: Any) -> tuple[sx.Game, dict[str, str]]:
    """A game with parameters, and expressions for some of them."""
    texts = [draw(expressions(1)) for _ in range(3)]
    try:
        game = sx.Game([texts[:2]], [[texts[2], "delta"]], assumptions=["E + delta != N - 1"])
        values = {name: draw(expressions(1)) for name in game.parameters if draw(st.booleans())}
        for value in values.values():
            sx.parse(value)
    except (GameError, ExpressionError):  # some quotient is by zero
        return SWAP, {"a": "2*a", "b": "b + a"}
    return game, values


@given(substitutions(), points)
def test_substitution_is_composition(case: tuple[sx.Game, dict[str, str]], point: dict[str, Fraction]) -> None:
    """Whatever is put in: the game declares what it uses, survives a file, and has the values of the composition."""
    game, values = case
    try:
        there = game.at(values)
    except GameError:
        return  # a division by zero, or a value that an assumption excludes
    assert loads(dumps(there)) == there
    inner = {name: sx.parse(values.get(name, name)) for name in game.parameters}
    try:
        place = {name: v.at(point) if isinstance(v, Expression) else v for name, v in inner.items()}
        direct = game.at(place)
        assert there.at({name: point[name] for name in there.parameters}).payoffs == direct.payoffs
    except (GameError, ExpressionError):
        return
    assert direct.is_numeric


def test_assumptions_that_stay_open_are_kept() -> None:
    """Putting in one of two parameters settles some relations and leaves the others, which still exclude values."""
    game = sx.instance("misaligned-a-gamma")
    assert [str(chain) for chain in game.assumptions] == ["0 < delta < 1/20", "0 <= gamma <= 1/20"]
    part = game.at(delta="1/100")
    assert part.parameters == ("gamma",)
    assert [str(chain) for chain in part.assumptions] == ["0 <= gamma <= 1/20"]
    assert part.at(gamma="1/30") == game.at(delta="1/100", gamma="1/30")
    with pytest.raises(GameError, match="excludes these values"):
        part.at(gamma="1/19")


@pytest.mark.parametrize("relation", ["1 < 0", "delta < 1 < 0", "1/2 == 0.50 != 2/4"])
def test_a_false_assumption_is_no_domain(relation: str) -> None:
    """Nothing can be said of an empty domain: it is refused where it stands, by every way in."""
    assumptions = ["0 < delta", relation]
    with pytest.raises(GameError, match=r"^assumptions\[1\]: .*found .*; drop or correct it"):
        sx.Game([["delta"]], [["1"]], assumptions=assumptions)
    with pytest.raises(GameError, match=r"^assumptions\[1\]: "):
        sx.Game([["delta"]], [["1"]], assumptions=[parse_assumption(text) for text in assumptions])
    document = sx.Game([["delta"]], [["1"]]).document() | {"assumptions": assumptions}
    with pytest.raises(GameError, match=r"^assumptions\[1\]: "):
        loads(json.dumps(document))
    with pytest.raises(GameError, match=r"the assumption .* is false; drop or correct it"):
        sx.Game([["delta"]], [["1"]]).assuming(relation)


@pytest.mark.parametrize("row", [{1, 2}, frozenset([1]), {1: 2, 3: 4}, {1: 2}.keys(), "12", b"12", 5, None])
def test_a_row_has_an_order(row: Any) -> None:
    """Sets, mappings and text are no rows and no tables; what can be gone through in order is."""
    with pytest.raises(GameError, match=r"^payoffs.leader\[0\]: expected a row of payoffs, found .*; write a list"):
        sx.Game([row], [[1, 2]])
    with pytest.raises(GameError, match=r"^payoffs.leader: expected a table \(a sequence of rows\), found "):
        sx.Game(row, [[1, 2]])
    assert sx.Game([range(2)], iter([map(int, "12")])) == sx.Game([[0, 1]], [(1, 2)])


def test_a_tolerance_stays_at_least_zero() -> None:
    """A value that makes the tolerance negative is refused like a negative tolerance that is written down."""
    with pytest.raises(GameError, match="tolerance: expected a value of at least 0, found '-1'"):
        sx.Game([["1"]], [["1"]], tolerance="gamma").at(gamma=-1)


def test_assumptions_need_no_list() -> None:
    """One relation as text is that relation, and nothing is none; what is neither is one line."""
    one = sx.Game([["d"]], [[0]], assumptions="0 < d < 1")
    assert one == sx.Game([["d"]], [[0]], assumptions=["0 < d < 1"])
    assert sx.Game([["d"]], [[0]], assumptions=one.assumptions[0]) == one
    assert sx.Game([["d"]], [[0]], assumptions=None).assumptions == ()
    for wrong in (3, {"d": 1}):
        with pytest.raises(GameError, match="assumptions: expected a list of relations, found"):
            sx.Game([["d"]], [[0]], assumptions=wrong)
    with pytest.raises(GameError, match="declare it in the game, with an assumption: '0 <= gamma'"):
        one.with_tolerance("gamma")
