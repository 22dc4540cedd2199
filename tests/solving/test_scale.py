"""Larger games, longer numbers, and the same bytes on every run."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from fractions import Fraction

import pytest
from oracles.commitments import best_responses, column
from oracles.linear import dot

import stackexact as sx

MOST = ["pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "self-tolerant", "alignment"]


def pursuit(size: int, seed: int) -> sx.Game:
    """The leader wants to match, the follower not to, so all mix: payoffs near 1e400 that differ by 1e-45."""
    source = random.Random(seed)

    def payoff(i: int, j: int) -> Fraction:
        base = source.randint(10**399, 10**400) + (20 * 10**400 if i == j else 0)
        return base + Fraction(source.randint(-(9**6), 9**6), 10**45)

    leader = [[payoff(i, j) for j in range(size)] for i in range(size)]
    follower = [[Fraction(source.randint(-9, 9), 10**45) - value for value in row] for row in leader]
    return sx.Game(leader, follower, tolerance="1e399")


def test_a_value_of_more_than_5000_digits_is_solved_printed_checked_and_read_back() -> None:
    """12 x 12 payoffs of 445 digits: a full support, and a leader value whose numerator alone has over 5 000 digits."""
    game = pursuit(12, 0)
    solution = sx.solve(game)
    (cell,) = solution["mixed-strong"].cells
    document = json.loads(json.dumps(solution.document()))
    text = document["results"]["mixed-strong"]["cells"][0]["leader"]
    assert len(text.partition("/")[0]) > 5000
    assert sx.parse(text) == cell.leader
    assert len(cell.commitment) == 12
    x = tuple(cell.commitment.values())
    j = game.actions.follower.index(cell.response)
    follower = game.payoffs.follower
    assert sum(x) == 1
    assert j in best_responses(follower, x)  # type: ignore[arg-type]
    assert dot(column(game.payoffs.leader, j), x) == cell.leader  # type: ignore[arg-type]
    assert solution.certificate().check().true
    again = sx.check(json.loads(solution.certificate().dumps()))
    assert again.true
    assert solution["mixed-strong"].leader.p == cell.leader.numerator


def family(name: str, size: int, seed: int) -> sx.Game:
    """Random integer games of one sort."""
    source = random.Random(f"{name} {size} {seed}")
    bound = 1 if name == "ties" else 10**6
    leader = [[source.randint(-bound, bound) for _ in range(size)] for _ in range(size)]
    if name in ("uniform", "ties"):
        follower = [[source.randint(-bound, bound) for _ in range(size)] for _ in range(size)]
    else:
        spread = 0 if name == "zero-sum" else bound // 10
        follower = [[source.randint(-spread, spread) - value for value in row] for row in leader]
    return sx.Game(leader, follower, tolerance=bound // 2)


@pytest.mark.parametrize("name", ["uniform", "covariant", "zero-sum", "ties"])
def test_certificates_of_30x30_games_are_accepted(name: str) -> None:
    """All concepts but the correlated one; floats propose, and every claim is proved to the stand-alone checker."""
    solution = sx.solve(family(name, 30, 1), MOST)
    report = solution.certificate().check()
    assert [(verdict.concept, verdict.reason) for verdict in report.verdicts] == [(concept, "") for concept in MOST]
    strong, weak = solution["mixed-strong"].cells[0], solution["mixed-weak"].cells[0]
    assert weak.leader <= strong.leader
    if name == "zero-sum":
        assert (weak.leader, weak.attained, strong.follower) == (strong.leader, True, -strong.leader)


@pytest.mark.parametrize("name", ["uniform", "covariant", "zero-sum", "ties"])
def test_correlation_agrees_with_the_multiple_programs_at_10x10(name: str) -> None:
    """One program of 100 variables, proved as well."""
    solution = sx.solve(family(name, 10, 2), ["mixed-strong", "correlated"])
    assert solution["correlated"].cells[0].leader == solution["mixed-strong"].cells[0].leader
    assert solution.certificate().check().true


@pytest.mark.slow
@pytest.mark.parametrize("name", ["uniform", "covariant", "ties"])
def test_certificates_of_80x80_games_are_accepted(name: str) -> None:
    """The same at a size where everything but floats and verification would take minutes."""
    assert sx.solve(family(name, 80, 3), MOST).certificate().check().true


SCRIPT = """
import json, random, sys
blocked = sys.argv[1:]
sys.modules.update(dict.fromkeys(blocked))
import stackexact as sx
source = random.Random(7)
def table(size, bound):
    return [[source.randint(-bound, bound) for _ in range(size)] for _ in range(size)]
games = [sx.Game(table(3, 1), table(3, 1), tolerance=1) for _ in range(6)]
games += [sx.Game(table(14, bound), table(14, bound), tolerance=1) for bound in (1, 10**6, 10**400)]
leader = table(12, 1)
games.append(sx.Game(leader, [[-value for value in row] for row in leader], tolerance="1/2"))
for game in games:
    solution = sx.solve(game)
    print(json.dumps(solution.document()))
    if not blocked:
        print(solution.certificate().dumps())
"""


def run(seed: str, *blocked: str) -> list[str]:
    """The lines that the script prints under a hash seed, without some modules."""
    command = [sys.executable, "-W", "error", "-c", SCRIPT, *blocked]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_same_input_gives_the_same_bytes() -> None:
    """Solutions and certificates under different hash seeds; solutions also without HiGHS, and without PuLP as well."""
    first = run("0")
    assert run("1") == first
    solutions = [line for line in first if line.startswith('{"format": "stackexact/solution"')]
    assert len(solutions) == 10
    assert run("2", "highspy") == solutions
    assert run("3", "highspy", "pulp") == solutions
