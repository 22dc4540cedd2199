"""The exact simplex against z3, from any basis, over more than one field."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.linear import dot, solve_square
from oracles.programs import INFEASIBLE, UNBOUNDED, lexicographic, optimum, satisfies
from strategies import bases, programs

from stackexact.errors import LimitReached
from stackexact.exact.fields import PlainRationals, Rationals, to_fraction, to_rational
from stackexact.lp.program import Basis, Position, Program
from stackexact.lp.simplex import Dictionary


class Plain:
    """The rationals as Python's fractions, ring and field in one: shows that nothing depends on flint."""

    zero = nought = Fraction(0)
    one = unit = Fraction(1)

    def solve(self, matrix: Any, right: Any) -> tuple[list[list[Fraction]], Fraction] | None:
        columns = [solve_square(matrix, list(column)) for column in zip(*right, strict=True)]
        if not columns or any(column is None for column in columns):
            return None
        return [list(row) for row in zip(*columns, strict=True)], Fraction(1)  # type: ignore[arg-type]

    def multiply(self, left: Any, right: Any) -> list[list[Fraction]]:
        return [[dot(row, column) for column in zip(*right, strict=True)] for row in left]

    def split(self, value: Fraction) -> tuple[Fraction, Fraction]:
        return value, Fraction(1)


def on_flint(program: Program[Fraction]) -> Program[Any]:
    """The program on flint integers, rows multiplied by what makes them whole."""
    scale = 10**45 * 6

    def times(values: Sequence[Fraction | None]) -> tuple[Any, ...]:
        return tuple(None if value is None else to_rational(value * scale).p for value in values)

    return Program(
        times(program.objective),
        tuple(map(times, program.rows)),
        tuple(None if v is None else to_rational(v * scale) for v in program.row_lower),
        tuple(None if v is None else to_rational(v * scale) for v in program.row_upper),
        tuple(None if v is None else to_rational(v) for v in program.lower),
        tuple(None if v is None else to_rational(v) for v in program.upper),
    )


def on_rationals(program: Program[Fraction]) -> Program[Any]:
    """The program on flint rationals as it is."""

    def same(values: Sequence[Fraction | None]) -> tuple[Any, ...]:
        return tuple(None if value is None else to_rational(value) for value in values)

    tables = (program.row_lower, program.row_upper, program.lower, program.upper)
    return Program(same(program.objective), tuple(map(same, program.rows)), *map(same, tables))


FIELDS = {
    "flint": (Rationals(), on_flint, to_fraction),
    "flint rationals": (PlainRationals(), on_rationals, to_fraction),
    "fractions": (Plain(), lambda program: program, Fraction),
}


def outcome(state: Dictionary[Any]) -> str:
    """Run both phases."""
    if state.restore() is not None:
        return INFEASIBLE
    return UNBOUNDED if state.improve() is not None else "optimal"


@pytest.mark.parametrize("field", FIELDS)
@given(st.data())
def test_every_status_and_value_is_the_right_one_from_any_basis(field: str, data: st.DataObject) -> None:
    """z3 agrees on status and value wherever the method starts, and the final point is feasible."""
    arithmetic, convert, back = FIELDS[field]
    program = data.draw(programs())
    start = data.draw(st.none() | bases(program))
    state: Dictionary[Any] = Dictionary(convert(program), arithmetic, start)  # type: ignore[arg-type]
    found, expected = outcome(state), optimum(program)
    if isinstance(expected, str):
        assert found == expected
        return
    point = [back(value) for value in state.point()]
    assert found == "optimal"
    assert satisfies(program, point)
    assert dot(program.objective, point) == expected
    again: Dictionary[Any] = Dictionary(convert(program), arithmetic, state.basis())  # type: ignore[arg-type]
    assert outcome(again) == "optimal"
    assert again.pivots == 0 or not program.rows
    assert [back(value) for value in again.point()] == point


@given(st.data())
def test_lexicographic_objectives_are_optimised_in_turn(data: st.DataObject) -> None:
    """On the optimal face further objectives reach the values that z3 finds; a unique optimum ends the work early."""
    program = data.draw(programs(rows=3, columns=3, kinds=("small", "quotients")))
    count = len(program.objective)
    box = tuple(Fraction(-2) for _ in range(count)), tuple(Fraction(3) for _ in range(count))
    program = Program(program.objective, program.rows, program.row_lower, program.row_upper, *box)
    state: Dictionary[Fraction] = Dictionary(program, Plain(), data.draw(st.none() | bases(program)))
    if outcome(state) == INFEASIBLE:
        assert optimum(program) == INFEASIBLE
        return
    units = [tuple(Fraction(int(c == place)) for c in range(count)) for place in range(count)]
    used = state.lexicographic(units)
    reached = lexicographic(program, [program.objective, *units])
    assert list(state.point()) == reached[1:]
    # What was not needed could not have changed anything: going the other way ends at the same point.
    if used < count:
        downwards = [tuple(-value for value in unit) for unit in units[used:]]
        assert lexicographic(program, [program.objective, *units[:used], *downwards])[1 + used :] == [
            -value for value in reached[1 + used :]
        ]


def _program(objective: Sequence[Any], rows: Sequence[Sequence[Any]], right: Sequence[Any]) -> Program[Fraction]:
    at_most = [([Fraction(a) for a in row], Fraction(b)) for row, b in zip(rows, right, strict=True)]
    return Program.of([Fraction(c) for c in objective], at_most=at_most, zero=Fraction(0))


BEALE = _program(
    ["3/4", -150, "1/50", -6],
    [["1/4", -60, "-1/25", 9], ["1/2", -90, "-1/50", 3], [0, 0, 1, 0]],
    [0, 0, 1],
)
"""Beale 1955: the largest-coefficient rule cycles; optimum 1/20."""

KUHN = _program(
    [2, 3, -1, -12],
    [[-2, -9, 1, 9], ["1/3", 1, "-1/3", -2], [2, 3, -1, -12]],
    [0, 0, 2],
)
"""Kuhn's example as in Balinski & Tucker 1969: cycles; optimum 2."""

MARSHALL_SUURBALLE = _program(
    ["2/5", "2/5", "-9/5"],
    [["3/5", "-32/5", "24/5"], ["1/5", "-9/5", "3/5"], ["2/5", "-8/5", "1/5"], [0, 1, 0]],
    [0, 0, 0, 1],
)
"""Marshall & Suurballe 1969: optimum 2."""

CHVATAL = _program(
    [10, -57, -9, -24],
    [["1/2", "-11/2", "-5/2", 9], ["1/2", "-3/2", "-1/2", 1], [1, 0, 0, 0]],
    [0, 0, 1],
)
"""Chvátal 1983, chapter 3: the largest-coefficient rule cycles; optimum 1."""


def klee_minty(size: int) -> Program[Fraction]:
    """Klee & Minty 1972: a cube on which the largest-coefficient rule visits every vertex."""
    rows = [[2 ** (i - j + 1) if j < i else int(i == j) for j in range(size)] for i in range(size)]
    return _program([2 ** (size - 1 - j) for j in range(size)], rows, [5**i * 5 for i in range(size)])


LITERATURE: dict[str, tuple[Program[Fraction], Fraction]] = {
    "Beale": (BEALE, Fraction(1, 20)),
    "Kuhn": (KUHN, Fraction(2)),
    "Marshall & Suurballe": (MARSHALL_SUURBALLE, Fraction(2)),
    "Chvátal": (CHVATAL, Fraction(1)),
    "Klee & Minty": (klee_minty(6), Fraction(5**6)),
}


@pytest.mark.parametrize(("program", "value"), LITERATURE.values(), ids=LITERATURE)
@pytest.mark.parametrize("patience", [0, 12])
def test_cycling_examples_end(
    program: Program[Fraction], value: Fraction, patience: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The classic degenerate programs end at their optima under the mixed rule and under Bland's rule alone."""
    monkeypatch.setattr("stackexact.lp.simplex.PATIENCE", patience)
    state: Dictionary[Fraction] = Dictionary(program, Plain())
    assert outcome(state) == "optimal"
    assert dot(program.objective, state.point()) == value


def test_one_of_the_examples_would_cycle_without_blands_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience without end cycles on at least one of them: so the switch to Bland's rule is what ends it."""
    monkeypatch.setattr("stackexact.lp.simplex.PATIENCE", 10**9)
    cycled = 0
    for program, _ in LITERATURE.values():
        steps = iter(range(500))
        state: Dictionary[Fraction] = Dictionary(program, Plain(), None, lambda steps=steps: next(steps, None) is None)
        try:
            outcome(state)
        except LimitReached:
            cycled += 1
    assert cycled


def test_a_limit_ends_both_phases() -> None:
    """LimitReached comes from the first step of either phase, with the number of pivots done."""
    infeasible_start = Program.of([1], at_least=[([1], 2)], at_most=[([1], 3)])
    for program in (infeasible_start, klee_minty(3)):
        state: Dictionary[Fraction] = Dictionary(program, Plain(), None, lambda: True)
        with pytest.raises(LimitReached, match="0 pivots"):
            outcome(state)


def test_an_unbounded_further_objective_is_refused() -> None:
    """Lexicographic objectives need a bounded face; what is not bounded is said, not looped over."""
    program = Program.of([Fraction(0), Fraction(-1)], zero=Fraction(0))
    state: Dictionary[Fraction] = Dictionary(program, Plain())
    assert outcome(state) == "optimal"
    with pytest.raises(LimitReached, match="unbounded on the optimal face"):
        state.lexicographic([(Fraction(1), Fraction(0))])


def test_a_basis_of_wrong_size_still_ends_right() -> None:
    """Too many basic variables, or none, are completed; the value does not depend on it."""
    program = klee_minty(3)
    for column, row in ((Position.BASIC, Position.BASIC), (Position.LOWER, Position.LOWER)):
        start = Basis((column,) * 3, (row,) * 3)
        state: Dictionary[Fraction] = Dictionary(program, Plain(), start)
        assert outcome(state) == "optimal"
        assert dot(program.objective, state.point()) == 125
