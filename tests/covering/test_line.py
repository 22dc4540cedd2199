"""Sets of one parameter: described by relations that select exactly them, whatever the set."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import fmpz_poly
from hypothesis import given
from hypothesis import strategies as st

from stackexact.covering.describe import describe
from stackexact.covering.line import Line, Piece, joined, stretches
from stackexact.covering.one_parameter import cover
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.real_roots import Root, real_roots
from stackexact.exact.tracing import Condition, Sign

POLYNOMIALS = [fmpz_poly(c) for c in ([-2, 0, 1], [0, 1], [-1, 2], [-3, 0, 1], [1, -3, 0, 1], [2, 1])]
ENDS = sorted({root for polynomial in POLYNOMIALS for root in real_roots(polynomial)})
ELEMENTS = [
    piece
    for low, high in pairwise([None, *ENDS, None])
    for piece in ([Piece(low, high)] if high is None else [Piece(low, high), Piece.point(high)])
]
"""The line cut at ten algebraic numbers: intervals and points, in order."""


def test_the_elements_are_all_there() -> None:
    """Ten different ends, seven of them irrational."""
    assert len(ENDS) == 10
    assert sum(not end.is_rational for end in ENDS) == 7
    assert stretches(ELEMENTS) == stretches(Line().everything)


@given(st.sets(st.sampled_from(range(len(ELEMENTS)))), st.sets(st.sampled_from(range(len(ELEMENTS)))))
def test_any_set_is_described(inside: set[int], missing: set[int]) -> None:
    """The parts are disjoint, make up the set, and their conditions select them from the domain; none is idle."""
    line = Line()
    domain = [piece for n, piece in enumerate(ELEMENTS) if n not in missing]
    chosen = [piece for n, piece in enumerate(ELEMENTS) if n not in missing and n in inside]
    parts = describe(line, chosen, domain)
    found = []
    for runs, conditions in parts:
        selected = line.selected(domain, conditions)
        assert stretches(selected) == runs
        found += selected
        for condition in conditions:
            others = [one for one in conditions if one is not condition]
            assert stretches(line.selected(domain, others)) != runs
    for piece in ELEMENTS:
        hits = sum(one.holds(piece.sample) for one in found)
        assert hits == (piece in chosen)


CONDITIONS = st.builds(
    Condition, st.sampled_from([*POLYNOMIALS, fmpz_poly([]), fmpz_poly([-3])]), st.sampled_from(Sign)
)


@given(st.sets(st.sampled_from(range(len(ELEMENTS)))), st.lists(CONDITIONS, max_size=4))
def test_what_is_selected_is_what_meets_the_conditions(inside: set[int], conditions: list[Condition]) -> None:
    """Element by element, by the sign at a sample; in as few pieces as possible, in order."""
    line = Line()
    pieces = [ELEMENTS[n] for n in sorted(inside)]
    meeting = [piece for piece in pieces if line.meets(piece.sample, conditions)]
    selected = line.selected(pieces, conditions)
    assert list(selected) == joined(meeting)


@given(st.integers(0, 30))
def test_a_limit_while_roots_are_looked_for_loses_nothing(patience: int) -> None:
    """Whenever it is reached, every number is answered once or undecided once, and what is undecided is described."""
    heard = iter(range(patience))
    line = Line(lambda: next(heard, None) is None)
    covering = cover(line, line.everything, square)
    assert ("time limit" in covering.limit) == bool(covering.undecided)
    taken = [piece for one in covering.answered for piece in one.pieces]
    for piece in ELEMENTS:
        assert sum(one.holds(piece.sample) for one in (*taken, *covering.undecided)) == 1
    assert [run for part, _ in describe(line, covering.undecided, line.everything) for run in part] == [
        *stretches(covering.undecided)
    ]


def test_the_whole_domain_needs_no_words() -> None:
    """One part, no condition, on a line with holes as well."""
    line = Line()
    for domain in (line.everything, ELEMENTS[3:9], [ELEMENTS[0], ELEMENTS[5], ELEMENTS[8]]):
        ((_, conditions),) = describe(line, domain, domain)
        assert conditions == ()


def test_an_irrational_point_is_isolated() -> None:
    """The root 2**(1/2) alone: the polynomial and the bound that keeps its other root away, and no more."""
    line = Line()
    root = real_roots(fmpz_poly([-2, 0, 1]))[1]
    ((_, conditions),) = describe(line, [Piece.point(root)], line.everything)
    assert conditions == (Condition(fmpz_poly([-2, 0, 1]), Sign.ZERO), Condition(fmpz_poly([0, 1]), Sign.POSITIVE))


def test_joined() -> None:
    """An interval, its end and the next interval become one; points stay where there is a hole beside them."""
    assert joined(ELEMENTS) == [Piece(None, None)]
    assert joined(ELEMENTS[:2]) == ELEMENTS[:2]
    assert joined([ELEMENTS[0], ELEMENTS[2]]) == [ELEMENTS[0], ELEMENTS[2]]


def square(sample: Root) -> tuple[int, tuple[Condition, ...]]:
    """The sign of t**2 - 2, with the condition under which it is that."""
    polynomial = fmpz_poly([-2, 0, 1])
    sign = sample.sign_of(polynomial)
    wanted = Sign.ZERO if sign == 0 else Sign.POSITIVE
    return sign, (Condition(polynomial if sign >= 0 else -polynomial, wanted),)


def test_a_cover() -> None:
    """Every piece of the domain is used once, by an answer that is right there."""
    line = Line()
    covering = cover(line, line.everything, square)
    assert not covering.undecided
    pieces = [(piece, one.answer) for one in covering.answered for piece in one.pieces]
    assert len(pieces) == 5
    for piece in ELEMENTS:
        (answer,) = [answer for part, answer in pieces if part.holds(piece.sample)]
        assert answer == piece.sample.sign_of(fmpz_poly([-2, 0, 1]))


def test_limits_of_a_cover() -> None:
    """What was found stays; what was not is undecided, nothing is lost and nothing is claimed twice."""
    line = Line()

    def slow(sample: Root) -> tuple[int, tuple[Condition, ...]]:
        if sample.sign_of(fmpz_poly([-2, 0, 1])) == 0:
            raise LimitReached("no more")
        return square(sample)

    short = cover(line, line.everything, square, max_cells=2)
    for covering, reason in ((short, "limit of 2"), (cover(line, line.everything, slow), "no more")):
        taken = [piece for one in covering.answered for piece in one.pieces]
        assert reason in covering.limit
        for piece in ELEMENTS:
            assert sum(one.holds(piece.sample) for one in (*taken, *covering.undecided)) == 1


def test_an_answer_must_hold_where_it_was_found() -> None:
    """Conditions that exclude the sample would cover nothing for ever."""
    line = Line()
    with pytest.raises(Unproved, match="where it was found"):
        cover(line, line.everything, lambda sample: (0, (Condition(fmpz_poly([1, 0, -1]) * -1 - 7, Sign.ZERO),)))


def test_reports() -> None:
    """Progress counts answers and what is left."""
    heard: list[tuple[int, int]] = []
    line = Line()
    cover(line, line.everything, square, report=lambda answered, left: heard.append((answered, left)))
    assert [answered for answered, _ in heard] == list(range(1, len(heard) + 1))
    assert heard[-1][1] == 0


def test_samples_lie_inside() -> None:
    """Also between numbers that are 1e-30 apart."""
    low, high = Fraction(1, 3), Fraction(1, 3) + Fraction(1, 10**30)
    piece = Piece(Root.of(low), Root.of(high))
    assert low < piece.sample.rational < high
    assert piece.holds(piece.sample)
    assert not piece.holds(Root.of(low))
