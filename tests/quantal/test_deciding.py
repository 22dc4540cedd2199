"""One decision whose values are enclosed themselves, as in stages before the last."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

from stackexact.exact.exponential import ExponentialNumber, exponential
from stackexact.quantal.deciding import Bounds, decide, known
from stackexact.quantal.decisions import Logits


def around(value: Fraction, error: Fraction) -> Bounds:
    return Bounds(value - error, value + error)


@pytest.mark.parametrize("error", [Fraction(0), Fraction(1, 10**23)])
@pytest.mark.parametrize("prescription", [True, False])
@pytest.mark.parametrize(
    ("value", "weights"),
    [
        (5, ((2, 11), (5, 6))),
        (39, ((12, 7), (4, 5))),
        (43, ((1, 8), (11, 7))),
        (45, ((8, 9), (8, 9))),
        (1, ((5, 3), (2, 4))),
    ],
)
def test_an_action_that_always_gets_the_optimum(value, weights, prescription, error):
    """Where the best action gets one number whatever the follower does, no slope of the proof can be told from
    noise."""
    best = around(Fraction(value), error) if error else known(Fraction(value))
    leader = [[known(Fraction(value - 3)), known(Fraction(value - 1))], [best, best]]
    table = tuple(tuple(map(Fraction, row)) for row in weights)
    found = decide(leader, Logits(None, table), prescription=prescription, digits=20)
    assert found.value.lower <= value - error <= value + error <= found.value.upper
    assert found.value.upper - found.value.lower <= Fraction(3, 10**20)
    assert found.policy == (((1, 1),),) * 2


@pytest.mark.parametrize("prescription", [True, False])
def test_ends_come_from_ends(prescription):
    """Values between bounds give an optimum between those of all lower and of all upper bounds, and no wider."""
    logits = Logits(((Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))), None)
    error = Fraction(1, 10**6)
    middles = [[Fraction(2), Fraction(4)], [Fraction(1), Fraction(3)]]
    found = decide([[around(v, error) for v in row] for row in middles], logits, prescription=prescription, digits=12)
    for signs in product((-1, 1), repeat=4):
        shifts = iter(signs)
        exact = decide(
            [[known(v + next(shifts) * error) for v in row] for row in middles],
            logits,
            prescription=prescription,
            digits=12,
        )
        assert found.value.lower <= exact.value.upper
        assert exact.value.lower <= found.value.upper
    assert 2 * error <= found.value.upper - found.value.lower <= 2 * error + Fraction(4, 10**12)


def test_exact_values_of_later_stages():
    """Values that are known exactly, though irrational, give exact optima."""
    e = ExponentialNumber(exponential(Fraction(1)))
    later = Bounds(Fraction(271828, 10**5), Fraction(271829, 10**5), e)
    leader = [[later, known(Fraction(5))], [known(Fraction(1)), known(Fraction(2))]]
    found = decide(
        leader, Logits(((Fraction(1), Fraction(0)), (Fraction(0), Fraction(0))), None), prescription=True, digits=20
    )
    # The follower plays b1 with weight e or 1; the leader prefers (a2, b1) -> value 1, weight 1, or (a1, b1) -> e, e.
    five, one = ExponentialNumber.of(Fraction(5)), ExponentialNumber.of(Fraction(1))
    assert found.value.exact is not None
    assert found.value.exact == (e * e + five) / (e + one)
    assert found.policy == (((0, 1),), ((0, 1),))
