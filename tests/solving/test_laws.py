"""What transforming a game must do to its answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from oracles import commitments
from strategies import Tables, games, positive, shifts, tolerant_games

import stackexact as sx
from stackexact.solving.cells import Infinity
from stackexact.testing.strategies import mapped

PURE = ("pure-strong", "pure-weak")
BENCHMARKS = ("tolerant", "self-tolerant")
EVERYTHING = (*PURE, "mixed-strong", "mixed-weak", *BENCHMARKS, "alignment", "correlated")


def cells(tables: Tables, names: Sequence[str], gamma: Fraction | None = None) -> dict[str, Any]:
    """The only cell of each concept."""
    solution = sx.solve(sx.Game(*tables, tolerance=gamma), names)
    return {name: solution[name].cells[0] for name in names}


def affine(scale: Fraction, shift: Fraction) -> Callable[[Fraction], Fraction]:
    """A positive affine map."""
    return lambda value: scale * value + shift


@given(games(4, 4), positive, shifts, positive, shifts)
def test_commitments_do_not_depend_on_units(
    tables: Tables, scale: Fraction, shift: Fraction, own_scale: Fraction, own_shift: Fraction
) -> None:
    """Positive affine maps of u1 and of u2 change no commitment, no response and no tie; values go along."""
    names = (*PURE, "mixed-strong", "mixed-weak")
    one, two = affine(scale, shift), affine(own_scale, own_shift)
    before = cells(tables, names)
    after = cells(Tables(mapped(tables.leader, one), mapped(tables.follower, two)), names)
    for name in (*PURE, "mixed-strong"):
        old, new = before[name], after[name]
        assert (new.leader, new.follower) == (one(old.leader), two(old.follower))
        assert (dict(new.commitment), new.response, new.tied) == (dict(old.commitment), old.response, old.tied)
    old, new = before["mixed-weak"], after["mixed-weak"]
    assert new.leader == one(old.leader)
    assert (new.attained, new.classes, new.witness) == (old.attained, old.classes, old.witness)


@given(tolerant_games(4, 4), shifts, shifts, positive)
def test_benchmarks_know_shifts_and_one_common_scale(
    given_game: tuple[Tables, Fraction], shift: Fraction, own_shift: Fraction, scale: Fraction
) -> None:
    """Constants are added to the benchmarks; one scale on u1, u2 and γ scales all; alignment keeps under both."""
    tables, gamma = given_game
    names = (*BENCHMARKS, "alignment")
    before = cells(tables, names, gamma)
    moved = Tables(
        mapped(tables.leader, lambda value: scale * (value + shift)),
        mapped(tables.follower, lambda value: scale * (value + own_shift)),
    )
    after = cells(moved, names, scale * gamma)
    for name in BENCHMARKS:
        old, new = before[name], after[name]
        assert (new.leader, new.follower) == (scale * (old.leader + shift), scale * (old.follower + own_shift))
        assert dict(new.epsilon) == {player: scale * epsilon for player, epsilon in old.epsilon.items()}
    assert after["alignment"] == before["alignment"]


@given(tolerant_games(4, 4), st.randoms(use_true_random=False))
def test_renumbering_actions_renumbers_answers(given_game: tuple[Tables, Fraction], random: Any) -> None:
    """Permuted actions: the same values, attainment and flags; sets of tied actions and classes are permuted along, and
    so are the commitment and the response where only one is optimal."""
    tables, gamma = given_game
    m, n = tables.shape
    rows, columns = random.sample(range(m), m), random.sample(range(n), n)
    permuted = tables.each(lambda table: tuple(tuple(table[i][j] for j in columns) for i in rows))
    before, after = cells(tables, EVERYTHING, gamma), cells(permuted, EVERYTHING, gamma)
    back = {f"b{new + 1}": f"b{old + 1}" for new, old in enumerate(columns)}
    for name in EVERYTHING:
        for field in ("leader", "follower", "attained", "constant", "same_ranking"):
            assert getattr(after[name], field, None) == getattr(before[name], field, None)
    for name in (*PURE, "mixed-strong"):
        assert {back[label] for label in after[name].tied} == set(before[name].tied)
    assert {frozenset(back[label] for label in one) for one in after["mixed-weak"].classes} == {
        frozenset(one) for one in before["mixed-weak"].classes
    }
    best = commitments.optimal(*tables)
    own_back = {f"a{new + 1}": f"a{old + 1}" for new, old in enumerate(rows)}
    old, new = before["mixed-strong"], after["mixed-strong"]
    if len(set().union(*best.values())) == 1:
        assert {own_back[label]: weight for label, weight in new.commitment.items()} == dict(old.commitment)
        if len(best) == 1:
            assert back[new.response] == old.response


@given(tolerant_games(4, 4), st.data())
def test_an_exact_copy_of_a_follower_action_changes_nothing(
    given_game: tuple[Tables, Fraction], data: st.DataObject
) -> None:
    """A column equal to another one in both tables, put anywhere, only appears beside it where that one is listed."""
    tables, gamma = given_game
    n = tables.shape[1]
    copied, place = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n))
    wider = tables.each(lambda table: tuple((*row[:place], row[copied], *row[place:]) for row in table))
    before, after = cells(tables, EVERYTHING, gamma), cells(wider, EVERYTHING, gamma)
    label, copy = f"b{copied + 1}", f"b{place + 1}"
    moved = {f"b{old + 1}": f"b{old + 1 + (old >= place)}" for old in range(n)}

    def listed(labels: tuple[str, ...]) -> set[str]:
        return {moved[one] for one in labels} | ({copy} if label in labels else set())

    for name in (*PURE, "mixed-strong"):
        old, new = before[name], after[name]
        assert (new.leader, new.follower, dict(new.commitment)) == (old.leader, old.follower, dict(old.commitment))
        assert set(new.tied) == listed(old.tied)
        x = [old.commitment.get(f"a{i + 1}", Fraction(0)) for i in range(tables.shape[0])]
        worth = tuple(commitments.dot(commitments.column(table, copied), x) for table in tables)
        first = place if worth == (old.leader, old.follower) else n
        assert new.response == min(moved[old.response], f"b{first + 1}")
    old, new = before["mixed-weak"], after["mixed-weak"]
    assert (new.leader, new.attained) == (old.leader, old.attained)
    assert set(map(frozenset, new.classes)) == {frozenset(listed(one)) for one in old.classes}
    assert (new.witness is None) == (old.witness is None)
    for name in BENCHMARKS:
        assert after[name] == before[name]
    # One column is aligned with itself, so a copy adds no pair of outcomes that was not there.
    assert after["alignment"] == before["alignment"]
    assert after["correlated"].leader == before["correlated"].leader
    assert after["correlated"].follower == before["correlated"].follower


@given(games(4, 3), st.data())
def test_a_strictly_dominated_follower_action_changes_nothing(tables: Tables, data: st.DataObject) -> None:
    """A column strictly below a mixture of two others is never answered, whatever it would give the leader."""
    m, n = tables.shape
    one, two = data.draw(st.integers(0, n - 1)), data.draw(st.integers(0, n - 1))
    share = data.draw(st.sampled_from((Fraction(0), Fraction(1, 3), Fraction(1))))
    below = data.draw(st.lists(st.sampled_from((Fraction(1, 10**45), Fraction(2))), min_size=m, max_size=m))
    tempting = data.draw(st.lists(st.sampled_from((Fraction(99), Fraction(-99))), min_size=m, max_size=m))
    place = data.draw(st.sampled_from((0, n)))

    def put(row: tuple[Fraction, ...], value: Fraction) -> tuple[Fraction, ...]:
        return (*row[:place], value, *row[place:])

    wider = Tables(
        tuple(put(row, value) for row, value in zip(tables.leader, tempting, strict=True)),
        tuple(
            put(row, share * row[one] + (1 - share) * row[two] - gap)
            for row, gap in zip(tables.follower, below, strict=True)
        ),
    )
    names = (*PURE, "mixed-strong", "mixed-weak")
    before, after = cells(tables, names), cells(wider, names)
    numbers = [number for number in range(n + 1) if number != place]
    old_label = {f"b{new + 1}": f"b{old + 1}" for old, new in enumerate(numbers)}
    for name in (*PURE, "mixed-strong"):
        old, new = before[name], after[name]
        assert (new.leader, new.follower, dict(new.commitment)) == (old.leader, old.follower, dict(old.commitment))
        assert old_label[new.response] == old.response
        assert tuple(old_label[label] for label in new.tied) == old.tied
    old, new = before["mixed-weak"], after["mixed-weak"]
    assert (new.leader, new.attained, new.witness) == (old.leader, old.attained, old.witness)
    assert tuple(tuple(old_label[label] for label in members) for members in new.classes) == old.classes


@given(games(4, 4))
def test_more_freedom_and_more_kindness_never_hurt_the_leader(tables: Tables) -> None:
    """pure <= mixed and weak <= strong; correlation equals mixing; an attained weak value needs a witness."""
    found = cells(tables, (*PURE, "mixed-strong", "mixed-weak", "correlated"))
    assert found["pure-weak"].leader <= found["pure-strong"].leader <= found["mixed-strong"].leader
    assert found["pure-weak"].leader <= found["mixed-weak"].leader <= found["mixed-strong"].leader
    assert found["correlated"].leader == found["mixed-strong"].leader
    assert found["mixed-weak"].attained == (found["mixed-weak"].witness is not None)


@given(games(4, 4))
def test_against_an_opponent_the_value_is_maximin(tables: Tables) -> None:
    """Zero-sum games: committing in mixtures gives the minimax value to the optimist and the pessimist alike."""
    opposed = Tables(tables.leader, mapped(tables.leader, lambda value: -value))
    found = cells(opposed, ("mixed-strong", "mixed-weak", "correlated"))
    value = commitments.maximin(tables.leader)
    assert [cell.leader for cell in found.values()] == [value] * 3
    assert found["mixed-strong"].follower == -value
    assert found["mixed-weak"].attained


@given(games(4, 4))
def test_with_a_friend_the_value_is_the_best_outcome(tables: Tables) -> None:
    """Equal interests: every concept ends at the greatest payoff, and alignment is 1 (0 for a constant game)."""
    friendly = Tables(tables.leader, tables.leader)
    found = cells(friendly, (*PURE, "mixed-strong", "mixed-weak", "alignment"))
    best = max(value for row in tables.leader for value in row)
    for name in (*PURE, "mixed-strong", "mixed-weak"):
        assert found[name].leader == best
    differ = len({value for row in tables.leader for value in row}) > 1
    assert (found["alignment"].constant, found["alignment"].same_ranking) == (int(differ), True)


@given(games(3, 3))
def test_alignment_is_symmetric_in_the_players(tables: Tables) -> None:
    """Exchanging the players' utilities keeps the constant and the flag."""
    one, two = (cells(game, ("alignment",))["alignment"] for game in (tables, Tables(tables.follower, tables.leader)))
    assert one == two
    assert one.constant is Infinity.OO or one.constant >= 0
