"""Exact linear programming, usable alone.

A float solver proposes a basis; exact arithmetic proves it optimal, or an exact simplex continues from it. Four
statuses, never ``None``: optimal, infeasible (with a Farkas ray), unbounded (with a direction), and unknown, where a
limit was reached.

>>> from stackexact import lp
>>> program = lp.Program.of([2, 3], at_most=[([1, 1], 4), ([1, 3], 6)])
>>> found = lp.solve(program)
>>> found.value, lp.check(program, found)
(Fraction(9, 1), True)
"""

from stackexact.lp.check import check
from stackexact.lp.program import Basis, Position, Program, Status
from stackexact.lp.pulp_models import to_pulp
from stackexact.lp.solve import Proposer, Result, solve

__all__ = ["Basis", "Position", "Program", "Proposer", "Result", "Status", "check", "solve", "to_pulp"]
