"""Exact pseudo-regret: what a benchmark would have earned less what the pairs played earn on average.

R = α·T − Σ count(a, b)·u(a, b), positive where an agent earned less than its benchmark (Donahue et al. 2024 define the
pseudo-regret; their slides print it with the opposite sign). Counts are integers, so nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

from stackexact.errors import UsageError
from stackexact.exact.numbers import common_denominator
from stackexact.exact.rational_function import Exact, Expression
from stackexact.games.bimatrix import Table
from stackexact.traces.trace import Run

if TYPE_CHECKING:
    import numpy as np

__all__ = ["regret", "run_range", "totals"]

_INT64 = 2**63


def totals(counts: np.ndarray, table: Table) -> tuple[Exact, ...]:
    """Σ count(a, b)·u(a, b) for each of several tables of counts, an array of shape (tables, rows, columns).

    Fractions where the payoffs are numbers, expressions in the parameters otherwise.

    >>> import numpy as np
    >>> totals(np.array([[[3, 1]], [[0, 2]]]), ((Fraction(1, 2), Fraction(1, 3)),))
    (Fraction(11, 6), Fraction(2, 3))
    """
    import numpy as np

    flat = counts.reshape(len(counts), -1)
    values = [value for row in table for value in row]
    numbers = [value for value in values if isinstance(value, Fraction)]
    if len(numbers) < len(values):
        return tuple(_symbolic(row.tolist(), values) for row in flat)
    unit = common_denominator(numbers)
    scaled = [value.numerator * (unit // value.denominator) for value in numbers]
    # Python's own integers take over where 64 bits might not hold the sum.
    largest = max(map(abs, scaled)) * max((sum(row.tolist()) for row in flat), default=0)
    kind = np.int64 if largest < _INT64 else object
    sums = flat.astype(kind) @ np.array(scaled, dtype=kind)
    return tuple(Fraction(int(one), unit) for one in sums)


def _symbolic(counts: Sequence[int], values: Sequence[Exact]) -> Exact:
    """The same for one table; equal payoffs are multiplied once."""
    grouped: dict[Exact, int] = {}
    for count, value in zip(counts, values, strict=True):
        if count:
            grouped[value] = grouped.get(value, 0) + count
    total: Exact = Fraction(0)
    for value, count in grouped.items():
        total = total + value * count
    return total


def regret(run: Run, table: Table, target: Exact) -> tuple[Exact, ...]:
    """The pseudo-regret of one run at each of its checkpoints, against ``target`` per round, by the agent's payoffs.

    A number, or a closed form in the parameters of payoffs and target: what these counts would amount to there.
    Raises :class:`~stackexact.errors.UsageError` where the run has other pairs of actions.

    >>> import numpy as np, stackexact as sx
    >>> game = sx.instance("misaligned-a")
    >>> run = Run(1, (4,), np.array([[[1, 1], [2, 0]]]))
    >>> regret(run, game.payoffs.leader, Fraction(3, 5)), str(regret(run, game.payoffs.follower, sx.parse("delta"))[0])
    ((Fraction(3, 5),), '3*delta - 6/5')
    """
    shape = (len(table), len(table[0]))
    if run.counts.shape[1:] != shape:
        found = "x".join(map(str, run.counts.shape[1:]))
        raise UsageError(f"run {run.number}: expected counts of {shape[0]}x{shape[1]} pairs, found {found}")
    earned = totals(run.counts, table)
    return tuple(target * rounds - one for rounds, one in zip(run.rounds, earned, strict=True))


def run_range(table: Table, rounds: int) -> tuple[Fraction, Fraction]:
    """Between what the earnings of any run lie: the worst and the best pair of actions played in all rounds.

    >>> run_range(((Fraction(1, 2), Fraction(1, 5)),), 10)
    (Fraction(2, 1), Fraction(5, 1))
    """
    values = [value for row in table for value in row]
    numbers = [value for value in values if not isinstance(value, Expression)]
    if len(numbers) < len(values):
        raise UsageError("payoffs: expected numbers, found parameters; give them values, as in --at delta=1/100")
    return min(numbers) * rounds, max(numbers) * rounds
