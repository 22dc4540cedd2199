"""The shipped Hypothesis strategies: games of the size asked for, with the ties that are promised."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st
from strategies import share

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.testing import strategies

sizes = st.tuples(st.integers(1, 4), st.integers(0, 2)).map(lambda pair: (pair[0], sum(pair)))


@given(st.data(), sizes, sizes)
def test_sizes(data: st.DataObject, rows: tuple[int, int], columns: tuple[int, int]) -> None:
    """A number is a most, a pair bounds on both sides; for all kinds of games."""
    named: dict[str, Any] = {"rows": rows, "columns": columns}
    for drawn in (
        strategies.games(**named),
        strategies.games(**named, ties=False),
        strategies.parametric_games(**named),
    ):
        game = data.draw(drawn)
        assert all(low <= size <= high for size, (low, high) in zip(game.shape, (rows, columns), strict=True))
    assert data.draw(strategies.games(rows[1], 1)).shape <= (rows[1], 1)


@given(strategies.games(3, 3, ties=False, tolerance=True))
def test_without_ties_all_payoffs_differ(game: sx.Game) -> None:
    """Of one player each."""
    assert game.tolerance is not None
    for table in (game.payoffs.leader, game.payoffs.follower):
        flat = [value for row in table for value in row]
        assert len(set(flat)) == len(flat)


def best_tie(game: sx.Game) -> bool:
    """Whether the follower has two best responses to some action."""
    return any(row.count(max(row)) > 1 for row in game.payoffs.follower)


FOUND = {
    "tied responses": best_tie,
    "near-ties": lambda game: any(0 < abs(a - b) < 10**-30 for row in game.payoffs.follower for a in row for b in row),
    "duplicate responses": lambda game: len({*zip(*game.payoffs.leader, *game.payoffs.follower, strict=True)}) < 2,
    "a constant follower": lambda game: len({v for row in game.payoffs.follower for v in row}) == 1,
    "beyond floats": lambda game: max(v for row in game.payoffs.leader for v in row) > 10**309,
    "mixing pays": lambda game: (
        (solved := sx.solve(game, ["pure-strong", "mixed-strong"]))["mixed-strong"].cell.leader
        > solved["pure-strong"].cell.leader
    ),
    "strong and weak apart": lambda game: (
        (solved := sx.solve(game, ["mixed-weak", "mixed-strong"]))["mixed-strong"].cell.leader
        > solved["mixed-weak"].cell.leader
    ),
}


@pytest.mark.parametrize("wanted", FOUND)
def test_hard_cases_are_drawn(wanted: str) -> None:
    """What solvers get wrong is found soon."""
    how = settings(max_examples=500, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
    assert FOUND[wanted](find(strategies.games((2, 3), (2, 3)), FOUND[wanted], settings=how))


@share(30)
@given(st.booleans().flatmap(lambda ties: strategies.games(3, 3, floats=True, ties=ties)))
def test_games_in_floats(game: sx.Game) -> None:
    """Nothing is rounded on the way to a float solver."""
    tables = (*game.payoffs.leader, *game.payoffs.follower)
    assert all(Fraction(float(value)) == value for row in tables for value in row)


@share(50)
@given(strategies.parametric_games(3, 3, tolerance=["1/20", "delta"]), st.fractions(0, 1, max_denominator=9))
def test_functions_have_a_value_everywhere(game: sx.Game, point: Fraction) -> None:
    """On the domain, and a tolerance where it is asked for."""
    assert game.parameters == ("delta",)
    assert game.tolerance is not None
    if 0 < point < 1:
        assert game.at(delta=point).is_numeric


@given(st.data(), st.integers(1, 4))
def test_distributions_and_counts(data: st.DataObject, actions: int) -> None:
    """Weights sum to 1, counts are integers in bounds."""
    weights = data.draw(strategies.commitments(actions))
    assert sum(weights) == 1
    assert min(weights) >= 0
    assert len(weights) == actions
    played = data.draw(strategies.counts(actions, 2, most=5))
    assert len(played) == actions
    assert all(0 <= count <= 5 for row in played for count in row)


@pytest.mark.parametrize(
    ("given", "named", "message"),
    [
        ((0, 2), {}, "rows: expected at least one action"),
        ((2, (3, 2)), {}, "columns: expected at least one action"),
        ((2, 2), {"kinds": ["odd"]}, "kinds: expected some of bits, .*, found 'odd'"),
    ],
)
def test_bad_use(given: Any, named: Any, message: str) -> None:
    """Said when the strategy is made, not when it draws."""
    with pytest.raises(UsageError, match=message):
        strategies.games(*given, **named)


@given(st.from_type(sx.Game))
def test_games_by_their_type(game: sx.Game) -> None:
    """Hypothesis makes games where a type is all that it is given."""
    assert game.is_numeric
