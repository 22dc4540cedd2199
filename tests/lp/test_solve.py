"""``stackexact.lp.solve`` and ``check``: the right status and value from every proposer, and results that prove it."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.linear import dot
from oracles.programs import INFEASIBLE, UNBOUNDED, bound_by, optimum, recedes, satisfies
from strategies import HUGE, programs, share

from stackexact import lp
from stackexact.errors import InputError, MissingLibrary, UsageError
from stackexact.exact.grammar import parse
from stackexact.lp import Program, Status

PROPOSERS: list[lp.Proposer] = ["none", "highs", "pulp"]
NAMES = {Status.INFEASIBLE: INFEASIBLE, Status.UNBOUNDED: UNBOUNDED}

EMPTY: dict[str, tuple[Program[Any], object]] = {
    "nothing at all": (Program((), (), (), (), (), ()), Fraction(0)),
    "no rows, bounded": (Program((1, -1), (), (), (), (0, -2), (5, 7)), Fraction(7)),
    "no rows, unbounded": (Program((1,), (), (), (), (0,), (None,)), UNBOUNDED),
    "no rows, free and free of charge": (Program((0,), (), (), (), (None,), (None,)), Fraction(0)),
    "no variables, possible": (Program((), ((),), (-1,), (1,), (), ()), Fraction(0)),
    "no variables, impossible": (Program((), ((),), (1,), (2,), (), ()), INFEASIBLE),
    "a row of zeros, possible": (Program((1,), ((0,),), (0,), (0,), (0,), (1,)), Fraction(1)),
    "a row of zeros, impossible": (Program((1,), ((0,),), (1,), (1,), (0,), (1,)), INFEASIBLE),
    "a row without bounds": (Program((1,), ((1,),), (None,), (None,), (0,), (3,)), Fraction(3)),
    "everything fixed": (Program((2, 3), ((1, 1),), (3,), (3,), (1, 2), (1, 2)), Fraction(8)),
    "everything fixed, wrongly": (Program((2, 3), ((1, 1),), (4,), (4,), (1, 2), (1, 2)), INFEASIBLE),
    "free variables": (Program((1, 1), ((1, 2), (1, -1)), (4, 1), (4, 1), (None, None), (None, None)), Fraction(3)),
}

FAR: dict[str, tuple[Program[Any], object]] = {
    "coefficients": (Program.of([HUGE, 1], at_most=[([HUGE, 1], HUGE), ([1, HUGE], HUGE)]), None),
    "both ways": (Program.of([Fraction(1, HUGE), HUGE], at_most=[([HUGE, Fraction(1, HUGE)], 1)]), Fraction(HUGE**2)),
    "lower bound": (Program((-1,), ((1,),), (None,), (10 * HUGE,), (HUGE,), (None,)), Fraction(-HUGE)),
    "upper bound": (Program((1,), ((1,),), (None,), (10 * HUGE,), (0,), (HUGE,)), Fraction(HUGE)),
    "fixed": (Program((-1, 1), ((1, 1),), (None,), (2 * HUGE,), (HUGE, 0), (HUGE, None)), Fraction(0)),
    "impossible": (Program((-1,), ((1,),), (None,), (1,), (HUGE,), (None,)), INFEASIBLE),
}


def outcome(result: lp.Result) -> object:
    """The value, or the name of the status."""
    return result.value if result.status is Status.OPTIMAL else NAMES.get(result.status, result.status)


@pytest.mark.parametrize("proposer", PROPOSERS)
@given(st.data())
def test_every_proposer_ends_with_the_exact_answer(proposer: lp.Proposer, data: st.DataObject) -> None:
    """Status and value are z3's, and the result proves them."""
    program = data.draw(programs())
    result = lp.solve(program, proposer=proposer)
    assert outcome(result) == optimum(program)
    assert lp.check(program, result)
    assert result.proposer == (proposer if program.rows and program.objective else "none")
    _independently_proved(program, result)


def _independently_proved(program: Program[Any], result: lp.Result) -> None:
    """The definitions of point, multipliers, farkas and ray."""
    if result.status is Status.OPTIMAL:
        assert result.point is not None
        assert result.multipliers is not None
        assert satisfies(program, result.point)
        assert dot(program.objective, result.point) == result.value
        assert bound_by(program, program.objective, result.multipliers) == result.value
        assert result.basis is not None
    elif result.status is Status.INFEASIBLE:
        assert result.farkas is not None
        impossible = bound_by(program, [Fraction(0)] * len(program.objective), [-y for y in result.farkas])
        assert impossible is not None
        assert impossible < 0
    else:
        assert result.point is not None
        assert result.ray is not None
        assert satisfies(program, result.point)
        assert recedes(program, result.ray)


@pytest.mark.parametrize(("program", "expected"), EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("proposer", PROPOSERS)
def test_small_and_empty_programs(program: Program[Any], expected: object, proposer: lp.Proposer) -> None:
    """No rows, no variables, zero rows, fixed and free variables."""
    result = lp.solve(program, proposer=proposer)
    assert outcome(result) == expected == optimum(program)
    assert lp.check(program, result)


@pytest.mark.parametrize(("program", "expected"), FAR.values(), ids=FAR)
@pytest.mark.parametrize("proposer", PROPOSERS)
def test_numbers_beyond_any_float(program: Program[Any], expected: object, proposer: lp.Proposer) -> None:
    """Coefficients and bounds of 1e400 and 1e-400 cost the proposer its proposal at most."""
    result = lp.solve(program, proposer=proposer)
    assert outcome(result) == optimum(program)
    assert expected is None or outcome(result) == expected
    assert lp.check(program, result)


@pytest.mark.parametrize("proposer", PROPOSERS)
@pytest.mark.parametrize("tiny", [Fraction(1, 10**30), Fraction(-1, 10**30)])
def test_near_ties_are_decided_exactly(proposer: lp.Proposer, tiny: Fraction) -> None:
    """Two objectives that differ by 1e-30, and a row that misses a point by 1e-30: floats see neither."""
    choice = Program.of([Fraction(1), 1 + tiny], equal=[([1, 1], 1)])
    result = lp.solve(choice, proposer=proposer)
    assert result.value == max(Fraction(1), 1 + tiny)
    assert result.point == ((1, 0) if tiny < 0 else (0, 1))
    barely = Program.of([1], at_most=[([1], 1 - abs(tiny))], at_least=[([1], 1)])
    assert lp.solve(barely, proposer=proposer).status is Status.INFEASIBLE
    just = Program.of([1], at_most=[([1], 1 + abs(tiny))], at_least=[([1], 1)])
    assert lp.solve(just, proposer=proposer).value == 1 + abs(tiny)


def test_scalars_may_be_integers_fractions_or_text() -> None:
    """All exact ways of writing a number give the same program."""
    written = Program(("1/3", 2), (("0.5", 1),), (None,), ("6/10",), ("0", 0), (None, None))
    plain = Program.of([Fraction(1, 3), 2], at_most=[([Fraction(1, 2), 1], Fraction(3, 5))])
    assert lp.solve(written).value == lp.solve(plain).value == Fraction(6, 5)
    assert lp.check(written, lp.solve(plain))


@pytest.mark.parametrize("value", [0.5, None, True, "x", "1/0"])
def test_what_is_no_number_is_refused(value: object) -> None:
    """Floats, nothing, truth values and parameters are bad input, for ``solve`` and for ``check``."""
    program: Program[Any] = Program((value,), ((1,),), (None,), (1,), (0,), (None,))
    found = lp.solve(Program.of([1], at_most=[([1], 1)]))
    for use in (lp.solve, lambda bad: lp.check(bad, found)):
        with pytest.raises(InputError):
            use(program)


@pytest.mark.parametrize(
    ("bounds", "conflict"),
    [
        (((2,), (1,), (0, 0), (None, None)), 2),
        (((None,), (1,), (0, 2), (1, "3/2")), 1),
        (((None,), (1,), (10**5000, 3), (1, 2)), 0),
    ],
)
@pytest.mark.parametrize("proposer", ["none", "highs", "pulp"])
def test_bounds_that_exclude_each_other_leave_no_point(bounds: Sequence[Any], conflict: int, proposer: Any) -> None:
    """The first such variable, or row counted on from the last variable, is the proof; no other number is one."""
    program = Program((1, 1), ((1, 1),), *bounds)
    result = lp.solve(program, proposer=proposer)
    assert (result.status, result.conflict, result.farkas) == (Status.INFEASIBLE, conflict, None)
    assert lp.check(program, result)
    sides = [program.bounds(variable) for variable in range(3)]
    both = {v for v, (low, high) in enumerate(sides) if None not in (low, high) and Fraction(low) > Fraction(high)}
    for other in (-1, 0, 1, 2, 3):
        assert lp.check(program, replace(result, conflict=other)) == (other in both)
    assert not lp.check(program, replace(result, conflict=None))


@pytest.mark.parametrize(
    "fields",
    [
        ((1,), ((1, 2),), (None,), (1,), (0,), (1,)),
        ((1,), ((1,),), (None, None), (1,), (0,), (1,)),
        ((1,), ((1,),), (None,), (), (0,), (1,)),
        ((1,), ((1,),), (None,), (1,), (), (1,)),
        ((1,), ((1,),), (None,), (1,), (0,), (1, 2)),
    ],
)
def test_shapes_must_fit(fields: tuple[Any, ...]) -> None:
    """Bounds and rows of another length than the program's are bad input from the start."""
    with pytest.raises(InputError, match="expected 1"):
        Program(*fields)


@pytest.mark.parametrize("proposer", ["cplex", "", None])
def test_an_unknown_proposer_is_refused(proposer: Any) -> None:
    """The message lists those that exist."""
    with pytest.raises(UsageError, match="auto, highs, pulp, none"):
        lp.solve(Program.of([1], at_most=[([1], 1)]), proposer=proposer)


def test_a_time_limit_ends_in_unknown() -> None:
    """No status is guessed; an unknown one proves nothing and says what to do."""
    program = Program.of([1, 1], at_least=[([1, 2], 4), ([3, 1], 6)], at_most=[([1, 1], 9)])
    result = lp.solve(program, proposer="none", time_limit=0)
    assert result.status is Status.UNKNOWN
    assert (result.value, result.point, result.farkas, result.ray) == (None, None, None, None)
    assert not lp.check(program, result)
    assert "raise the limit" in result.advice
    assert lp.solve(program, proposer="none", time_limit=60).value == 9


def test_the_solver_of_pulp_may_be_chosen() -> None:
    """Any PuLP solver object proposes; one that fails costs the proposal, not the answer."""
    import pulp

    class Broken(pulp.LpSolver):  # type: ignore[misc]
        """A solver that always fails."""

        def available(self) -> bool:
            return True

        def actualSolve(self, problem: Any, **options: Any) -> int:
            raise pulp.PulpSolverError("no licence")

    program = Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)])
    for solver in (Broken(msg=False), pulp.HiGHS(msg=False)):
        result = lp.solve(program, proposer="pulp", solver=solver)
        assert (result.value, lp.check(program, result)) == (Fraction(14, 5), True)


def test_the_time_limit_reaches_the_solver_of_pulp() -> None:
    """What remains of it, or the solver's own limit if that is shorter; the caller's object stays as it is."""
    import pulp

    seen: list[float | None] = []

    class Watched(pulp.HiGHS):  # type: ignore[misc]
        """A solver that notes its limit."""

        def actualSolve(self, problem: Any, **options: Any) -> Any:
            seen.append(self.timeLimit)
            return super().actualSolve(problem, **options)

    program = Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)])
    for own, limit in ((None, None), (None, 50.0), (5.0, 50.0), (90.0, 50.0)):
        solver = Watched(msg=False, timeLimit=own)
        assert lp.solve(program, proposer="pulp", solver=solver, time_limit=limit).value == Fraction(14, 5)
        assert solver.timeLimit == own
    assert seen[0] is None
    assert seen[2] == 5.0
    assert all(given is not None and 40 < given < 50 for given in (seen[1], seen[3]))
    assert lp.solve(program, proposer="pulp", solver=Watched(msg=False), time_limit=0).status is Status.UNKNOWN
    assert len(seen) == 4


@pytest.mark.parametrize("proposer", ["highs", "pulp"])
def test_the_time_of_the_proposal_counts(proposer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proposer that takes all the time leaves none for the exact simplex."""
    clock = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])

    def slow(*given: Any) -> None:
        clock[0] += given[-1]

    monkeypatch.setattr("stackexact.lp.highs.propose", slow)
    monkeypatch.setattr("stackexact.lp.pulp_models.propose", slow)
    program = Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)])
    assert lp.solve(program, proposer=proposer, time_limit=8).status is Status.UNKNOWN
    assert lp.solve(program, proposer="none", time_limit=8).status is Status.OPTIMAL


def test_without_any_solver_the_exact_simplex_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """PuLP without a solver is no proposer: ``auto`` goes on without one, asked for by name it says what to install."""
    monkeypatch.setattr("stackexact.lp.highs.available", lambda: False)
    monkeypatch.setattr("stackexact.lp.pulp_models.default_solver", lambda: None)
    program = Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)])
    result = lp.solve(program)
    assert (result.value, result.proposer) == (Fraction(14, 5), "none")
    with pytest.raises(UsageError, match="install one"):
        lp.solve(program, proposer="pulp")
    with pytest.raises(MissingLibrary, match="install it or choose another"):
        lp.solve(program, proposer="highs")


def test_models_of_pulp_hold_the_same_program(tmp_path: Path) -> None:
    """Rows (scaled by a power of two), bounds and objective arrive; ranges become two constraints."""
    program = Program((Fraction(1), Fraction(2)), ((1, 3), (1, -1)), (-1, 2), (4, 2), (None, 0), (5, None))
    model = lp.to_pulp(program, "mine")
    assert model.name == "mine"
    model.writeLP(str(tmp_path / "mine.lp"))
    text = (tmp_path / "mine.lp").read_text()
    assert re.findall(r"^(r\S+):", text, re.MULTILINE) == ["r0_high", "r0_low", "r1"]
    assert re.search(r"^r1: .*x0 .*x1 = ", text, re.MULTILINE)
    assert [(v.lowBound, v.upBound) for v in model.variables()] == [(None, 5.0), (0.0, None)]
    objective = {variable.name: value for variable, value in model.objective.items()}
    assert objective["x1"] == 2 * objective["x0"] > 0


@share(50)
@given(st.data())
def test_check_rejects_exactly_what_proves_nothing(data: st.DataObject) -> None:
    """One number of a result changed: the verdict is that of the definitions, and a changed value is always wrong."""
    program = data.draw(programs())
    result = lp.solve(program, proposer="none")
    by = data.draw(st.sampled_from((Fraction(1), Fraction(-1), Fraction(1, 10**40), Fraction(HUGE))))
    if result.value is not None:
        assert not lp.check(program, replace(result, value=result.value + by))
    for name in ("point", "multipliers", "farkas", "ray"):
        numbers = getattr(result, name)
        if not numbers:
            continue
        place = data.draw(st.integers(0, len(numbers) - 1))
        changed = replace(result, **{name: (*numbers[:place], numbers[place] + by, *numbers[place + 1 :])})
        assert lp.check(program, changed) == _proved(program, changed)
        assert not lp.check(program, replace(result, **{name: None}))
        assert not lp.check(program, replace(result, **{name: (*numbers, Fraction(0))}))
        if name in ("farkas", "ray"):
            assert not lp.check(program, replace(result, **{name: tuple(-value for value in numbers)}))
            assert not lp.check(program, replace(result, **{name: tuple(0 * value for value in numbers)}))
    for status in Status:
        if status is not result.status:
            assert not lp.check(program, replace(result, status=status))


def _proved(program: Program[Any], result: lp.Result) -> bool:
    try:
        _independently_proved(program, result)
    except AssertionError:
        return False
    return True


def test_check_refuses_a_program_with_parameters() -> None:
    """A value is never proved of a program that has none."""
    program: Program[Any] = Program((parse("delta"),), (), (), (), (0,), (0,))
    claimed = lp.Result(Status.OPTIMAL, Fraction(0), (Fraction(0),), ())
    with pytest.raises(UsageError, match="parameters"):
        lp.check(program, claimed)


@pytest.mark.parametrize(("blocked", "proposer"), [(["highspy"], "pulp"), (["highspy", "pulp"], "none")])
def test_linear_programs_work_without_highspy(blocked: list[str], proposer: str) -> None:
    """With highspy (and PuLP) not importable ``auto`` takes the next proposer, and the answer stays the same."""
    code = (
        "import sys\n"
        f"sys.modules.update(dict.fromkeys({blocked!r}))\n"
        "from stackexact import lp\n"
        "found = lp.solve(lp.Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)]))\n"
        "print(found.value, found.proposer)\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["14/5", proposer]
