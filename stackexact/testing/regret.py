"""Regret against exact targets, from integer counts of action pairs: no rounding anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add, index
from typing import Any, Final, Literal, TypeAlias, cast

from stackexact.errors import UsageError, shorten
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import Record
from stackexact.games.bimatrix import Game
from stackexact.testing.answers import action_number, claimed, game_of, numeric, option, slack
from stackexact.testing.targets import exact_cell, solved
from stackexact.testing.wording import amount, fail, listed, misstated, within
from stackexact.traces.trace import Run, Trace

__all__ = ["Benchmark", "Regret", "assert_regret", "regret"]

Benchmark: TypeAlias = Literal["stackelberg", "tolerant", "self-tolerant"]

_CONCEPTS: Final = {"stackelberg": "pure-strong", "tolerant": "tolerant", "self-tolerant": "self-tolerant"}
_PLAYERS: Final = ("leader", "follower")


@dataclass(frozen=True, slots=True, repr=False)
class Regret(Record):
    """α T - Σ count(a, b) u(a, b) of both players, the benchmarks α, and the number of rounds T."""

    leader: Fraction
    follower: Fraction
    benchmarks: tuple[Fraction, Fraction]
    rounds: int


def regret(game: object, counts: object, *, benchmark: Benchmark = "stackelberg", tolerance: object = None) -> Regret:
    """The exact regret of both players in a game of numbers, as :func:`assert_regret` defines it.

    >>> regret(([[2, 4], [1, 3]], [[1, 0], [0, 1]]), {("a1", "b1"): 10})
    Regret(leader=10, follower=0, benchmarks=(3, 1), rounds=10)
    """
    made = _game(game, benchmark, tolerance)
    if not made.is_numeric:
        names = ", ".join(made.parameters)
        raise UsageError(f"game: expected numbers, found payoffs that depend on {names}; set them with game.at(...)")
    table = _counts(counts, made)
    rounds = sum(map(sum, table))
    alphas = _targets(made, benchmark)
    leader, follower = (
        alpha * rounds - cast(Fraction, earned) for alpha, earned in zip(alphas, _earned(made, table), strict=True)
    )
    return Regret(leader, follower, alphas, rounds)


def assert_regret(
    game: object,
    counts: object,
    leader: object = None,
    follower: object = None,
    *,
    benchmark: Benchmark = "stackelberg",
    tolerance: object = None,
    tol: object = 0,
) -> None:
    """Fail unless the regret that somebody claims is what the counts of played action pairs make it.

    The regret of a player after T rounds is α T - Σ count(a, b) u(a, b): positive where less than the benchmark α was
    earned (mind the sign, which some slides print the other way). ``benchmark`` says what α is: ``"stackelberg"``,
    the players' values in the pure strong Stackelberg equilibrium; ``"tolerant"``, the error-tolerant benchmarks for
    ``tolerance`` (Donahue et al. 2024); ``"self-tolerant"``. ``game`` is a game or a pair of payoff tables. ``counts``
    is a mapping from (leader action, follower action), by labels or numbers, to how often the pair was played, a table
    of m x n integers, a run of a trace (as it is at its last round), or a trace of one run. ``leader`` and ``follower``
    are the claims, ``tol`` is in units of utility, compared exactly. In a game with parameters claims may be functions
    of them, compared on the whole domain.

    Raises AssertionError with the difference, the exact regret, and the pairs that cost the most.

    >>> game = [[2, 4], [1, 3]], [[1, 0], [0, 1]]
    >>> assert_regret(game, {("a1", "b1"): 7, ("a2", "b2"): 3}, leader=7, follower=0)
    >>> assert_regret(game, [[7, 0], [0, 3]], leader=-7)
    Traceback (most recent call last):
    ...
    AssertionError: not the regret against stackelberg of <Game 2x2> after 10 rounds (tol 0)
    - the leader's regret was stated as -7, it is 7: 14 less
    exact target: leader 7 (benchmark 3 a round; (a1, b1) cost 7 in 7 rounds)
    """
    __tracebackhide__ = True
    made, bound = _game(game, benchmark, tolerance), slack(tol)
    table = _counts(counts, made)
    claims = {
        name: claimed(value, name, made)
        for name, value in zip(_PLAYERS, (leader, follower), strict=True)
        if value is not None
    }
    if not claims:
        raise UsageError("leader, follower: expected a claim about one of them, found none")
    rounds = sum(map(sum, table))
    head = f"not the regret against {benchmark} of {made!r} after {rounds} rounds {within(bound)}"
    if numeric(made, claims.values()):
        problems, target = _numeric(made, table, claims, bound, benchmark)
    else:
        problems, target = _functions(made, table, claims, bound, benchmark)
    fail(head, problems, lambda: target)


_Table = tuple[tuple[int, ...], ...]


def _numeric(
    game: Game, table: _Table, claims: Mapping[str, Exact], bound: Fraction, benchmark: Benchmark
) -> tuple[list[str], str]:
    exact = regret(game, table, benchmark=benchmark)
    problems: list[str] = []
    targets = []
    for name, claim in claims.items():
        truth = cast(Fraction, getattr(exact, name))
        problems += misstated(f"the {name}'s regret", cast(Fraction, claim), truth, bound)
        alpha = exact.benchmarks[_PLAYERS.index(name)]
        costs = listed(_costs(game, table, name, alpha))
        targets.append(f"{name} {amount(truth)} (benchmark {amount(alpha)} a round{'; ' if costs else ''}{costs})")
    return problems, ", ".join(targets)


def _costs(game: Game, table: _Table, name: str, alpha: Fraction) -> Iterator[str]:
    """The pairs that earned less than the benchmark, the costliest three first."""
    payoffs = getattr(game.payoffs, name)
    costs = [
        ((alpha - payoffs[i][j]) * count, count, f"({game.actions.leader[i]}, {game.actions.follower[j]})")
        for i, row in enumerate(table)
        for j, count in enumerate(row)
    ]
    for cost, count, pair in sorted((one for one in costs if one[0] > 0), key=lambda one: -one[0])[:3]:
        yield f"{pair} cost {amount(cost)} in {count} rounds"


def _functions(
    game: Game, table: _Table, claims: Mapping[str, Exact], bound: Fraction, benchmark: Benchmark
) -> tuple[list[str], str]:
    """As α T - S is claimed to be r, α is claimed to be (r + S) / T, on the whole domain."""
    from stackexact.testing.closed_forms import Domain, formulas

    result, domain = solved(game, _CONCEPTS[benchmark]), Domain(game)
    rounds, earned = sum(map(sum, table)), dict(zip(_PLAYERS, _earned(game, table), strict=True))
    problems = []
    for name, claim in claims.items():
        if rounds:
            places = list(domain.off(result, name, (claim + earned[name]) / rounds, bound / rounds))
        else:
            places = list(domain.off(domain.function(Fraction(0)), "leader", claim, bound))
        problems += [f"the {name}'s regret was stated as {amount(claim)}: {place}" for place in places]
    parts = [f"{rounds} times the benchmark minus {amount(earned[name])} for the {name}" for name in claims]
    return problems, f"{', '.join(parts)}; benchmarks: {formulas(result, *claims)}"


def _game(game: object, benchmark: str, tolerance: object) -> Game:
    made = game_of(game)
    if benchmark not in _CONCEPTS:
        raise UsageError(f"benchmark: expected one of {', '.join(_CONCEPTS)}, found {shorten(benchmark)}")
    if tolerance is not None:
        made = made.with_tolerance(option(tolerance, "tolerance", made))
    if benchmark != "stackelberg" and made.tolerance is None:
        raise UsageError(
            f"tolerance: expected a number for the {benchmark} benchmark, found None; pass tolerance='1/20'"
        )
    return made


def _targets(game: Game, benchmark: str) -> tuple[Fraction, Fraction]:
    cell: Any = exact_cell(game, _CONCEPTS[benchmark])
    return cell.leader, cell.follower


def _counts(counts: object, game: Game) -> _Table:
    """A table of how often each pair was played."""
    if isinstance(counts, Trace):
        counts = _only_run(counts, game)
    if isinstance(counts, Run):
        counts = counts.counts[-1]
    if hasattr(counts, "tolist"):
        counts = counts.tolist()
    if isinstance(counts, Mapping):
        return _from_mapping(counts, game)
    rows, columns = game.shape
    if not isinstance(counts, Sequence) or isinstance(counts, str) or len(counts) != rows:
        raise UsageError(f"counts: expected a mapping of pairs or a table of {rows}x{columns}, found {shorten(counts)}")
    made = []
    for i, row in enumerate(counts):
        values = row.tolist() if hasattr(row, "tolist") else row
        if not isinstance(values, Sequence) or isinstance(values, str) or len(values) != columns:
            raise UsageError(f"counts[{i}]: expected {columns} counts, found {shorten(row)}")
        made.append(tuple(_count(value, f"counts[{i}][{j}]") for j, value in enumerate(values)))
    return tuple(made)


def _only_run(trace: Trace, game: Game) -> Run:
    if trace.actions != game.actions:
        raise UsageError("counts: expected a trace of this game, found one of a game with other actions")
    if len(trace.runs) != 1:
        raise UsageError(f"counts: expected one run, found a trace of {len(trace.runs)}; pass one of trace.runs")
    return trace.runs[0]


def _from_mapping(counts: Mapping[Any, Any], game: Game) -> _Table:
    rows, columns = game.shape
    made = [[0] * columns for _ in range(rows)]
    for pair, value in counts.items():
        place = f"counts[{pair!r}]"
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise UsageError(f"{place}: expected a pair (leader action, follower action) as the key")
        i = action_number(pair[0], game.actions.leader, place)
        j = action_number(pair[1], game.actions.follower, place)
        made[i][j] += _count(value, place)
    return tuple(map(tuple, made))


def _count(value: object, place: str) -> int:
    try:
        made = -1 if isinstance(value, bool) else index(cast(Any, value))
    except TypeError:
        made = -1
    if made < 0:
        raise UsageError(f"{place}: expected how often the pair was played, an integer, found {shorten(value)}")
    return made


def _earned(game: Game, table: _Table) -> tuple[Exact, Exact]:
    """What both players earned in all rounds."""
    leader, follower = (
        cast(
            Exact,
            reduce(
                add,
                (n * u for own, row in zip(table, rows, strict=True) for n, u in zip(own, row, strict=True)),
                Fraction(0),
            ),
        )
        for rows in (game.payoffs.leader, game.payoffs.follower)
    )
    return leader, follower
