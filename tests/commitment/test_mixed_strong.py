"""``mixed-strong``: against vertex enumeration, on both paths, and proofs that prove nothing false."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutants import mutants
from oracles import commitments
from readings import number
from strategies import Tables, games, share

from stackexact.commitment.exact_lps import ExactLPs
from stackexact.commitment.float_lps import FloatLPs
from stackexact.commitment.mixed_strong import MixedStrong, Reaching, Skeleton, verify
from stackexact.commitment.mixed_strong_search import NumericLPs, search
from stackexact.commitment.refutations import AtVertex, Bound, Dominated
from stackexact.commitment.vertices import Vertex
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.prover import Numbers
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, own_units


def scalars(tables: Tables) -> Scalars[Any]:
    """The game in integers."""
    return own_units(Game(*tables))


def plain(game: Scalars[Any], proved: MixedStrong[Any]) -> commitments.Equilibrium:
    """A proved answer as the oracle writes it."""
    weights = tuple(map(number, proved.commitment))
    leader, follower = game.leader_unit * number(proved.leader), game.follower_unit * number(proved.follower)
    return commitments.Equilibrium(leader, follower, weights, proved.response, proved.tied)


def solved(tables: Tables, *, floats: bool) -> commitments.Equilibrium:
    """Search and verify, with the work shared as ``solve`` shares it."""
    game = scalars(tables)
    lps = NumericLPs(game, use_floats=floats)
    return plain(game, verify(game, search(lps), lps.vertices.prover, lps.vertices))


@pytest.mark.parametrize("floats", [False, True])
@given(games(4, 5))
def test_the_answer_is_that_of_vertex_enumeration(floats: bool, tables: Tables) -> None:
    """Values, commitment, response and tied actions, with floats that propose and without."""
    assert solved(tables, floats=floats) == commitments.strong(*tables)


@given(games(4, 4))
def test_a_skeleton_is_verified_without_what_the_search_kept(tables: Tables) -> None:
    """A fresh verification of the bare skeleton gives the same answer as the one that reuses the search's work."""
    game = scalars(tables)
    for floats in (False, True):
        skeleton = search(NumericLPs(game, use_floats=floats))
        assert plain(game, verify(game, skeleton, Numbers())) == commitments.strong(*tables)


@given(games(5, 5))
def test_what_is_proved_is_an_equilibrium(tables: Tables) -> None:
    """By definition: the response is a best one, the values are those of the pair, no tied action reaches more."""
    leader, follower = tables
    found = solved(tables, floats=True)
    assert sum(found.commitment) == 1
    assert min(found.commitment) >= 0
    assert found.response in commitments.best_responses(follower, found.commitment)
    assert found.response in found.tied
    assert commitments.dot(commitments.column(leader, found.response), found.commitment) == found.leader
    assert commitments.dot(commitments.column(follower, found.response), found.commitment) == found.follower


TIED = {
    "binary": lambda rng: rng.randint(0, 1),
    "constant": lambda rng: 1,
    "columns": lambda rng: 0,
}


def tied_game(kind: str, size: int, seed: int, top: int) -> Tables:
    """A leader with ties, against a follower with payoffs up to ``top``: few of them tie if it is large."""
    rng = Random(f"{kind} {size} {seed} {top}")
    across = [rng.randint(0, 2) for _ in range(size)]
    leader = [across if kind == "columns" else [TIED[kind](rng) for _ in range(size)] for _ in range(size)]
    follower = [[rng.randint(0, top) for _ in range(size)] for _ in range(size)]
    return Tables(*(tuple(tuple(map(Fraction, row)) for row in table) for table in (leader, follower)))


@pytest.mark.parametrize("kind", TIED)
@pytest.mark.parametrize("size", [4, 7])
@pytest.mark.parametrize("top", [1, 3, 999])
def test_ties_of_the_leader_alone_are_settled_alike_on_both_paths(kind: str, size: int, top: int) -> None:
    """Values, commitment, response and tied actions of floats that propose and of the exact simplex alone."""
    for seed in range(6):
        tables = tied_game(kind, size, seed, top)
        assert solved(tables, floats=True) == solved(tables, floats=False)


@pytest.mark.parametrize("kind", TIED)
def test_ties_of_the_leader_alone_need_no_exact_simplex(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every action may tie: the follower's best on each face of optima is proposed in floats and proved."""
    game = scalars(tied_game(kind, 24, 0, 999))

    def refuse(*given: Any) -> Any:
        raise AssertionError("the exact simplex was called")

    monkeypatch.setattr(ExactLPs, "solve", refuse)
    lps = NumericLPs(game, use_floats=True)
    skeleton = search(lps)
    proved = verify(game, skeleton, Numbers())
    assert len(proved.tied) > 4
    assert {one.levels for one in skeleton.reaching} <= {1, 2}


def test_ties_are_settled_where_floats_propose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a proposal each face is searched exactly, on the leader actions that it leaves."""
    monkeypatch.setattr(FloatLPs, "highest", lambda *given: None)
    for kind in TIED:
        for seed in range(4):
            tables = tied_game(kind, 6, seed, 3)
            assert solved(tables, floats=True) == solved(tables, floats=False)


@pytest.mark.parametrize("least", [5e-324, 1e-300, 1e-290])
def test_multipliers_near_the_end_of_the_floats_propose_what_they_can(least: float) -> None:
    """Below 2**-979 no power of two turns them into integers of the digits kept; they propose nothing, and say so."""
    floats = FloatLPs(scalars(KNOWN))
    rounded, shift = floats._rounded(0, [0.0, least])
    assert [(response, weight.bit_length()) for response, weight in rounded] == ([(1, 44)] if least > 1e-294 else [])
    assert bool(shift) == bool(rounded)


def others(game: Scalars[Any]) -> dict[str, Any]:
    """What else may stand in the fields of a skeleton that are no action numbers."""
    n = game.shape[1]
    vertices = [Vertex((i,), (j,)) for i in range(game.shape[0]) for j in range(n)]
    bounds = [Bound(()), *(Bound(((k, 1),)) for k in range(n)), *(Bound(((k, 3),), 1, True) for k in range(n))]
    reasons = [*bounds, *map(AtVertex, vertices), *(Dominated((k,), (0,)) for k in range(n))]
    return {
        "levels": lambda value: [level for level in range(1, game.shape[0] + 3) if level != value],
        "shift": lambda value: [value + 1, max(0, value - 1), value + 50],
        "vertex": lambda value: [one for one in vertices if one != value],
        "refuted": lambda value: [(*value, (j, why)) for j in range(n) for why in reasons],
        "reaching": lambda value: [(*value, Reaching(j, one, 1)) for j in range(n) for one in vertices],
    }


def instead(skeleton: Skeleton, game: Scalars[Any]) -> list[Skeleton]:
    """Skeletons that refute a reaching action, or let a refuted one reach, in every simple way."""
    made = []
    kinds = others(game)
    for one in skeleton.reaching:
        rest = tuple(other for other in skeleton.reaching if other is not one)
        for refuted in kinds["refuted"](skeleton.refuted):
            if refuted[-1][0] == one.response:
                made += [Skeleton(j, rest, refuted) for j in range(game.shape[1])]
    for j, why in skeleton.refuted:
        rest_refuted = tuple(entry for entry in skeleton.refuted if entry != (j, why))
        for reaching in kinds["reaching"](skeleton.reaching):
            if reaching[-1].response == j:
                made += [Skeleton(k, reaching, rest_refuted) for k in range(game.shape[1])]
    return made


@share(60)
@given(games(3, 3), st.booleans())
def test_a_changed_skeleton_proves_nothing_false(tables: Tables, floats: bool) -> None:
    """Every skeleton that differs in one place is refused, or proves the same answer another way."""
    game = scalars(tables)
    skeleton = search(NumericLPs(game, use_floats=floats))
    expected = commitments.strong(*tables)
    for changed in [*mutants(skeleton, min(tables.shape), others(game)), *instead(skeleton, game)]:
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        assert plain(game, proved) == expected


KNOWN = Tables(
    ((Fraction(2), Fraction(4)), (Fraction(1), Fraction(3))), ((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1)))
)
"""Conitzer & Sandholm 2006: half of each row, response b2, value 7/2."""


def test_named_lies_about_a_known_game_are_refused() -> None:
    """The value 7/2 at (1/2, 1/2) with response b2, and every part of its proof left out or falsified."""
    game = scalars(KNOWN)
    lps = NumericLPs(game, use_floats=False)
    skeleton = search(lps)
    found = plain(game, verify(game, skeleton, Numbers()))
    half = Fraction(1, 2)
    assert found == commitments.Equilibrium(Fraction(7, 2), half, (half, half), 1, (1,))
    (reaching,) = skeleton.reaching
    lies = {
        "no proof for b1": Skeleton(1, skeleton.reaching, ()),
        "b1 as the response": Skeleton(0, skeleton.reaching, skeleton.refuted),
        "b1 bounded by too little": Skeleton(1, skeleton.reaching, ((0, Bound(((1, 2),))),)),
        "b1 empty": Skeleton(1, skeleton.reaching, ((0, Bound(((1, 1),), 0, True)),)),
        "a1 alone": Skeleton(1, (Reaching(1, Vertex((0,), (1,)), reaching.levels),), skeleton.refuted),
        "a2 alone": Skeleton(1, (Reaching(1, Vertex((1,), (1,)), reaching.levels),), skeleton.refuted),
        "both refuted": Skeleton(1, (), ((0, Bound(())), (1, Bound(())))),
        "negative multipliers": Skeleton(1, skeleton.reaching, ((0, Bound(((1, -5),))),)),
        "b2 twice": Skeleton(1, (reaching, reaching), skeleton.refuted),
        "b1 twice": Skeleton(1, skeleton.reaching, (*skeleton.refuted, *skeleton.refuted)),
    }
    assert [name for name, lie in lies.items() if _believed(game, lie)] == []


def _believed(game: Scalars[Any], skeleton: Skeleton) -> bool:
    try:
        verify(game, skeleton, Numbers())
    except Unproved:
        return False
    return True


def test_a_time_limit_is_kept_by_the_search() -> None:
    """A limit that is already reached ends the search with LimitReached on both paths."""
    tables = Tables(
        tuple(tuple(Fraction((i * j) % 5) for j in range(6)) for i in range(6)),
        tuple(tuple(Fraction((i + 2 * j) % 7) for j in range(6)) for i in range(6)),
    )
    for floats in (False, True):
        with pytest.raises(LimitReached):
            search(NumericLPs(scalars(tables), lambda: True, use_floats=floats))
