"""``mixed-weak``: the supremum and its attainment from the definition, on both paths; nothing false is proved."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from flint import fmpz
from hypothesis import given
from hypothesis import strategies as st
from mutants import mutants
from oracles import commitments
from readings import number
from strategies import HUGE, Tables, games, share

from stackexact.commitment.mixed_strong_search import NumericLPs
from stackexact.commitment.mixed_weak import Bounded, MixedWeak, Point, Reaching, Thin, WeakSkeleton, verify
from stackexact.commitment.mixed_weak_search import WeakSearch
from stackexact.commitment.refutations import Bound
from stackexact.commitment.weak_hints import NumericHints
from stackexact.commitment.weak_programs import classes_of, value_program
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.fields import Rationals
from stackexact.exact.prover import Numbers
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars, own_units
from stackexact.lp.certify import certify_optimal

PATHS = {
    "no hints": lambda game: None,
    "exact hints": lambda game: NumericHints(NumericLPs(game, use_floats=False)),
    "float hints": lambda game: NumericHints(NumericLPs(game, use_floats=True)),
}


def scalars(tables: Tables) -> Scalars[Any]:
    """The game in integers."""
    return own_units(Game(*tables))


def searched(game: Scalars[Any], path: str) -> WeakSkeleton:
    """The skeleton that one path finds."""
    return WeakSearch(game, Rationals(), PATHS[path](game)).run()


def witness(proved: MixedWeak[Any]) -> tuple[Fraction, ...] | None:
    """The commitment that attains the value, if one does."""
    if proved.witness is None:
        return None
    return tuple(map(number, proved.witness))


def require(tables: Tables, game: Scalars[Any], proved: MixedWeak[Any]) -> None:
    """A proved answer must be the definition's."""
    expected = commitments.weak(*tables)
    assert game.leader_unit * number(proved.leader) == expected.leader
    assert proved.attained == expected.attained == (proved.witness is not None)
    assert sorted(tuple(sorted(one)) for one in proved.reaching) == list(commitments.weak_classes(*tables))
    point = witness(proved)
    if point is not None:
        assert sum(point) == 1
        assert min(point) >= 0
        assert commitments.attains(*tables, expected.leader, point)


@pytest.mark.parametrize("path", PATHS)
@given(games(3, 4))
def test_the_answer_is_that_of_the_definition(path: str, tables: Tables) -> None:
    """Value, attainment, classes and witness against all sets of responses that tie somewhere."""
    game = scalars(tables)
    require(tables, game, verify(game, searched(game, path), Numbers()))


@given(games(4, 5))
def test_floats_change_nothing(tables: Tables) -> None:
    """All paths end at the same value, attainment, classes and witness."""
    game = scalars(tables)
    found = [verify(game, searched(game, path), Numbers()) for path in PATHS]
    answers = {(game.leader_unit * number(one.leader), one.attained, one.reaching, witness(one)) for one in found}
    assert len(answers) == 1


@given(games(4, 4))
def test_the_optimum_of_a_class_of_one_action_is_that_of_its_linear_program(tables: Tables) -> None:
    """Unique or not, the proved vertex of LP(j) is an optimal basis of the class's program: nothing is solved again."""
    game = scalars(tables)
    hints = NumericHints(NumericLPs(game, use_floats=True))
    for members in classes_of(game):
        peak = hints.peak(members)
        if peak is None:
            assert len(members) > 1 or hints.lps.optimum(members[0]) is None
            continue
        proved = certify_optimal(value_program(game, members, fmpz(0), fmpz(1)), peak.basis, Numbers()).value
        assert peak.value * proved.bottom == proved.top
        own = hints.lps.optimum(members[0])
        assert own is not None
        assert (peak.vertex is not None) == own.unique


@share(15)
@given(games(3, 3), st.sampled_from(sorted(PATHS)))
def test_a_changed_skeleton_proves_nothing_false(tables: Tables, path: str) -> None:
    """Every skeleton that differs in one place is refused, or proves a true answer another way."""
    game = scalars(tables)
    skeleton = searched(game, path)
    for changed in [*mutants(skeleton, min(tables.shape), others(skeleton)), *regrouped(skeleton)]:
        try:
            proved = verify(game, changed, Numbers())
        except Unproved:
            continue
        require(tables, game, proved)


def others(skeleton: WeakSkeleton) -> dict[str, Any]:
    """What else may stand in the fields of a skeleton that are no action numbers."""
    count = len(skeleton.classes)
    reasons = [Thin(one) for one in bases(skeleton)]
    reasons += [Bounded(Bound(((0, 1),), 0, empty)) for empty in (True, False)]
    return {
        "shift": lambda value: [value + 1, max(0, value - 1)],
        "member": lambda value: [],
        "number": lambda value: [number for number in range(count) if number != value],
        "weights": lambda value: [tuple(0 * w for w in value), tuple(1 for _ in value), tuple(-w for w in value)],
        "chain": lambda value: [] if value is None else [None],
        "witness": lambda value: [] if value is None else [None],
        "interior": lambda value: [Point((1,) * len(value.weights))] if isinstance(value, Point) else [],
        "proofs": lambda value: [
            (*value[:c], reason, *value[c + 1 :]) for c in range(count) for reason in [Bounded(Bound(())), *reasons]
        ],
    }


def bases(skeleton: WeakSkeleton) -> list[Any]:
    """The bases of all reaching and thin classes."""
    return [
        getattr(proof, name)
        for proof in skeleton.proofs
        for name in ("basis", "interior", "optimum")
        if hasattr(proof, name) and not isinstance(getattr(proof, name), Point)
    ]


def regrouped(skeleton: WeakSkeleton) -> list[WeakSkeleton]:
    """The same proofs with a class taken apart (with every proof for either part), or with two classes as one."""
    made = []
    kinds = [*skeleton.proofs, *map(Thin, bases(skeleton)), Bounded(Bound(()))]
    for c, members in enumerate(skeleton.classes):
        before, after = skeleton.classes[:c], skeleton.classes[c + 1 :]
        first, last = skeleton.proofs[:c], skeleton.proofs[c + 1 :]
        if len(members) > 1:
            classes = (*before, members[:1], members[1:], *after)
            made += [
                WeakSkeleton(classes, (*first, one, two, *last), skeleton.witness) for one in kinds for two in kinds
            ]
        if after:
            classes = (*before, members + after[0], *after[1:])
            made += [WeakSkeleton(classes, (*first, one, *last[1:]), skeleton.witness) for one in kinds]
    return made


def tables(leader: list[list[int]], follower: list[list[int]]) -> Tables:
    """Integer tables as fractions."""
    return Tables(*(tuple(tuple(map(Fraction, row)) for row in table) for table in (leader, follower)))


UNATTAINED = tables([[1, 0], [2, 0]], [[0, 0], [-1, 0]])
"""b2 is a best response everywhere, and b1 only where a1 is sure: strong 1, weak 0."""

APPROACHED = tables([[0, 0], [2, 0]], [[1, 0], [0, 1]])
"""b1 answers while a1 is at least as likely, and gives a2's weight doubled: the half that would give 1 ties with b2."""


@pytest.mark.parametrize("path", PATHS)
def test_a_supremum_that_no_commitment_attains(path: str) -> None:
    """Weak 1 at the half, approached but not reached: the chain of restrictions ends empty, and must be there."""
    game = scalars(APPROACHED)
    skeleton = searched(game, path)
    proved = verify(game, skeleton, Numbers())
    assert (game.leader_unit * number(proved.leader), proved.attained, proved.witness) == (1, False, None)
    (reaching,) = (proof for proof in skeleton.proofs if isinstance(proof, Reaching))
    assert reaching.chain is not None
    assert len(reaching.chain.steps) == 1


TWO_STEPS = {
    "one tie a step": tables([[0, 0, 1], [2, 0, 2], [1, 1, 0]], [[2, 1, 0], [0, 1, 1], [1, 1, 1]]),
    "two ties a step": tables([[1, 0, 1, 0], [0, 1, 1, 1], [1, 1, 0, 1]], [[1, 1, 0, 0], [1, 1, 1, 1], [0, 1, 1, 1]]),
}

RESTRICTED = {
    "once": tables([[0, 1, 1, 0], [1, 0, 1, 1], [0, 0, 0, 1]], [[0, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 0]]),
    "by two": tables([[2, 2, 2, 1], [0, 1, 2, 1], [0, 1, 0, 1]], [[1, 0, 2, 2], [2, 0, 1, 2], [2, 0, 1, 1]]),
    "by three": tables([[0, 1, 1, 1], [0, 1, 0, 0], [1, 0, 0, 1]], [[1, 0, 0, 1], [1, 0, 1, 0], [0, 1, 1, 0]]),
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("game", TWO_STEPS.values(), ids=TWO_STEPS)
def test_chains_of_several_restrictions(game: Tables, path: str) -> None:
    """What ties after the first restriction restricts again, until nothing is left."""
    skeleton = searched(scalars(game), path)
    require(game, scalars(game), verify(scalars(game), skeleton, Numbers()))
    chains = [proof.chain for proof in skeleton.proofs if isinstance(proof, Reaching) and proof.chain is not None]
    assert max(len(chain.steps) for chain in chains) == 2


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("game", RESTRICTED.values(), ids=RESTRICTED)
def test_witnesses_that_survive_restrictions(game: Tables, path: str) -> None:
    """The value is attained although some action ties wherever it is: that action gives it as well."""
    skeleton = searched(scalars(game), path)
    require(game, scalars(game), verify(scalars(game), skeleton, Numbers()))
    assert skeleton.witness is not None


@pytest.mark.parametrize("path", PATHS)
def test_strong_above_weak(path: str) -> None:
    """Ties at a boundary with an empty interior help the optimist alone."""
    game = scalars(UNATTAINED)
    proved = verify(game, searched(game, path), Numbers())
    assert (game.leader_unit * number(proved.leader), proved.attained) == (0, True)
    assert commitments.strong(*UNATTAINED).leader == 1


@pytest.mark.parametrize("path", PATHS)
def test_payoffs_beyond_floats(path: str) -> None:
    """The boundary's value is exact with payoffs of 1e400 and regions 1e-400 wide."""
    sliver = tables([[0, 0], [HUGE, 0]], [[1, 0], [0, HUGE]])
    game = scalars(sliver)
    proved = verify(game, searched(game, path), Numbers())
    assert game.leader_unit * number(proved.leader) == Fraction(HUGE, HUGE + 1)
    assert not proved.attained


def test_a_time_limit_is_kept() -> None:
    """A limit that is already reached ends the search with LimitReached, whatever hints it has."""
    game = scalars(APPROACHED)
    for path in PATHS.values():
        with pytest.raises(LimitReached):
            WeakSearch(game, Rationals(), path(game), lambda: True).run()
