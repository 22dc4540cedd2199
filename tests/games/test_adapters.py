"""Games of other libraries: orientation, labels, floats on request. Fakes have the shape of the real objects."""

from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest

from stackexact.errors import GameError, UsageError
from stackexact.games.adapters import from_game
from stackexact.games.bimatrix import Game

LEADER = [[1, 2, 3], [4, 5, 6]]
FOLLOWER = [[7, 8, 9], [10, 11, 12]]
EXPECTED = Game(LEADER, FOLLOWER)

TENTHS = Fraction(1, 10)
BINARY = Fraction(3602879701896397, 2**55)
"""0.1 as a shortest decimal and as the binary double next to it."""


class Rational(Fraction):
    """As pygambit's: a subclass of Fraction."""


def pygambit(leader: Any, follower: Any, **more: Any) -> Any:
    def player(letter: str, count: int) -> Any:
        return SimpleNamespace(strategies=[SimpleNamespace(label=f"{letter}{i}") for i in range(count)])

    players = [player("r", len(leader)), player("c", len(leader[0]))]
    arrays = [[[Rational(x) for x in row] for row in table] for table in (leader, follower)]
    return SimpleNamespace(players=players, to_arrays=lambda: arrays, **{"title": "PD", "comment": "why", **more})


def openspiel(leader: Any, follower: Any, *, flat: bool = False) -> Any:
    def table(rows: Any) -> Any:
        rows = [list(map(float, row)) for row in rows]
        return [value for row in rows for value in row] if flat else rows

    return SimpleNamespace(
        row_utilities=lambda: table(leader),
        col_utilities=lambda: table(follower),
        num_rows=lambda: len(leader),
        num_cols=lambda: len(leader[0]),
        row_action_name=lambda i: f"row {i}",
        col_action_name=lambda j: f"col {j}",
    )


def quantecon(leader: Any, follower: Any) -> Any:
    own_action_first = [list(column) for column in zip(*follower, strict=True)]
    tables = (leader, own_action_first)
    return SimpleNamespace(players=tuple(SimpleNamespace(payoff_array=table) for table in tables), N=2)


def nashpy(leader: Any, follower: Any) -> Any:
    return SimpleNamespace(payoff_matrices=(leader, follower))


FAKES: dict[str, Callable[[Any, Any], Any]] = {
    "pygambit": pygambit,
    "nashpy": nashpy,
    "openspiel": openspiel,
    "openspiel-flat": lambda one, two: openspiel(one, two, flat=True),
    "quantecon": quantecon,
    "pair": lambda one, two: (one, two),
    "list": lambda one, two: [one, two],
}


@pytest.mark.parametrize("make", FAKES.values(), ids=FAKES)
def test_the_leader_chooses_the_row(make: Callable[[Any, Any], Any]) -> None:
    game = from_game(make(LEADER, FOLLOWER), floats="decimal")
    assert game.payoffs == EXPECTED.payoffs
    assert game.payoffs.leader[1][0] == 4
    assert game.payoffs.follower[0][2] == 9


@pytest.mark.parametrize("make", [m for name, m in FAKES.items() if name not in ("pygambit",)])
def test_floats_only_on_request(make: Callable[[Any, Any], Any]) -> None:
    tables = [[1, 0.1]], [[0, 1]]
    with pytest.raises(GameError, match=r"payoffs\.leader\[0\]\[[01]\]: expected an exact number, found the float"):
        from_game(make(*tables))
    assert from_game(make(*tables), "decimal").payoffs.leader == ((1, TENTHS),)
    assert from_game(make(*tables), "binary").payoffs.leader == ((1, BINARY),)


def test_the_refusal_names_both_ways_out() -> None:
    with pytest.raises(GameError) as caught:
        from_game(nashpy([[1, 0.1]], [[0, 1]]))
    assert str(caught.value) == (
        "a Nashpy game: payoffs.leader[0][1]: expected an exact number, found the float 0.1; "
        "floats='decimal' takes it as 0.1, floats='binary' as its exact binary value"
    )


@pytest.mark.parametrize("how", ["decimal", "binary"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_floats_that_are_no_numbers(value: float, how: Any) -> None:
    with pytest.raises(GameError, match=r"payoffs\.follower\[0\]\[0\]: expected a finite number, found (nan|inf)"):
        from_game(([[1]], [[value]]), how)


def test_labels_and_texts_come_along() -> None:
    game = from_game(pygambit(LEADER, FOLLOWER))
    assert (game.actions.leader, game.actions.follower) == (("r0", "r1"), ("c0", "c1", "c2"))
    assert (game.name, game.description) == ("PD", "why")
    newer = from_game(pygambit(LEADER, FOLLOWER, title="", description="new"))
    assert (newer.name, newer.description) == (None, "new")
    spiel = from_game(openspiel(LEADER, FOLLOWER), "decimal")
    assert spiel.actions.follower == ("col 0", "col 1", "col 2")


def test_labels_that_are_no_actions_are_replaced() -> None:
    found = pygambit(LEADER, FOLLOWER)
    found.players[0].strategies[1].label = "r0"
    found.players[1].strategies[0].label = None
    game = from_game(found)
    assert (game.actions.leader, game.actions.follower) == (("a1", "a2"), ("b1", "b2", "b3"))


def test_expressions_and_games_pass_through() -> None:
    assert from_game(([["delta", "1/3"]], [[0, Fraction(1, 7)]])).parameters == ("delta",)
    assert from_game(EXPECTED) is EXPECTED


KNOWN = "a pygambit game, a Nashpy game, an OpenSpiel matrix game, a QuantEcon game, a pair of payoff tables"


@pytest.mark.parametrize("obj", [5, "game.nfg", None, object(), SimpleNamespace(players=[1, 2]), {"leader": [[1]]}])
def test_other_objects(obj: Any) -> None:
    with pytest.raises(UsageError) as caught:
        from_game(obj)
    assert str(caught.value).startswith(f"expected one of {KNOWN}, found {type(obj).__name__}; pass the pair")


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (([[1]],), "a pair of payoff tables: expected two players, a leader and a follower, found 1"),
        (([[1]], [[1]], [[1]]), "a pair of payoff tables: expected two players, a leader and a follower, found 3"),
        ([[1, 2], [3, 4]], "a pair of payoff tables: payoffs.leader[0]: expected a row of payoffs, found int '1';"),
        ((5, 6), "a pair of payoff tables: payoffs.leader: expected a table (a sequence of rows), found int '5'; pass"),
        (([["1"]], ["1"]), "a pair of payoff tables: payoffs.follower[0]: expected a row of payoffs, found str '1'"),
        (([[1, 2]], [[1]]), "a pair of payoff tables: payoffs.follower: expected 1x2 as in payoffs.leader, found 1x1"),
        (([[True]], [[1]]), "a pair of payoff tables: payoffs.leader[0][0]: expected a number, found the truth value"),
        (SimpleNamespace(players=[1], to_arrays=list), "a pygambit game: expected two players, a leader and"),
        (
            SimpleNamespace(players=[SimpleNamespace(payoff_array=[])] * 3),
            "a QuantEcon game: expected two players, a leader and a follower, found 3",
        ),
    ],
)  # fmt: skip
def test_refused_with_the_library_and_the_place(obj: Any, message: str) -> None:
    with pytest.raises(GameError) as caught:
        from_game(obj)
    assert str(caught.value).startswith(message)


def test_floats_has_three_values() -> None:
    wrong: Any = "exact"
    with pytest.raises(UsageError, match="floats: expected 'refuse', 'binary' or 'decimal', found 'exact'"):
        from_game(([[1]], [[1]]), wrong)


def test_real_numpy_arrays() -> None:
    np = pytest.importorskip("numpy")
    assert from_game((np.array(LEADER), np.array(FOLLOWER))).payoffs == EXPECTED.payoffs
    assert from_game((np.array([[0.1]]), np.array([[1]])), "decimal").payoffs.leader == ((TENTHS,),)
    assert from_game((np.array([[0.1]]), np.array([[1]])), "binary").payoffs.leader == ((BINARY,),)
    narrow = np.array([[0.1]], dtype=np.float32)
    assert from_game((narrow, narrow), "decimal").payoffs.leader == ((TENTHS,),)
    assert from_game((narrow, narrow), "binary").payoffs.leader == ((Fraction(13421773, 2**27),),)
    wide = np.array([[np.longdouble(1) + np.longdouble(2) ** -60]])
    assert from_game((wide, wide), "binary").payoffs.leader[0][0] == Fraction(*wide[0][0].as_integer_ratio())
    with pytest.raises(GameError, match=r"payoffs\.leader\[0\]: expected a row of payoffs"):
        from_game((np.array([1, 2]), np.array([1, 2])))
    with pytest.raises(GameError, match=r"payoffs\.leader: expected a table"):
        from_game((np.array(1), np.array(1)))


def test_real_nashpy_games() -> None:
    nash = pytest.importorskip("nashpy")
    assert from_game(nash.Game(LEADER, FOLLOWER)).payoffs == EXPECTED.payoffs
    zero_sum = from_game(nash.Game([[0.5, -2], [1, 0]]), "decimal")
    assert zero_sum.payoffs.follower == ((Fraction(-1, 2), 2), (-1, 0))


def test_real_openspiel_games() -> None:
    pyspiel = pytest.importorskip("pyspiel")
    real = pyspiel.create_matrix_game("short", "long", ["u", "d"], ["l", "m", "r"], LEADER, FOLLOWER)
    game = from_game(real, "decimal")
    assert game.payoffs == EXPECTED.payoffs
    assert (game.actions.leader, game.actions.follower) == (("u", "d"), ("l", "m", "r"))
