"""Error-tolerant benchmarks and alignment constants that somebody computed, beside the exact ones."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias, cast

from stackexact.errors import UsageError, shorten
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import AlignmentCell, BenchmarkCell, Infinity
from stackexact.testing.answers import claimed, game_of, numeric, option, plain, slack, unbounded
from stackexact.testing.targets import exact_cell, solved
from stackexact.testing.wording import amount, fail, misstated, within

__all__ = ["assert_alignment", "assert_tolerant_benchmarks"]

_Numbers: TypeAlias = tuple[tuple[Fraction, ...], ...]

_INFINITE: Final = {"oo", "+oo", "inf", "+inf", "infinity", "+infinity"}


def assert_tolerant_benchmarks(
    A: object,
    B: object = None,
    leader: object = None,
    follower: object = None,
    tolerance: object = None,
    tol: object = 0,
    *,
    benchmark: Literal["tolerant", "self-tolerant"] = "tolerant",
) -> None:
    """Fail unless the error-tolerant benchmarks of both players (Donahue et al. 2024) are what is claimed.

    ``A`` and ``B`` are the m x n payoffs, or ``A`` is a game; ``tolerance`` is γ (a game may have one of its own).
    ``leader`` and ``follower`` are the claims; one of them may be left out. ``tol`` is in units of utility; floats are
    the fractions that they are, so that a γ of 0.05 is a little more than 1/20, which matters where payoffs differ by
    1/20: write ``"1/20"``. In a game with parameters claims may be functions of them, compared on the whole domain.
    ``benchmark="self-tolerant"`` asks for the stronger notion (our reconstruction).

    Raises AssertionError with the difference, the exact benchmarks and where their infima are attained.

    >>> A, B = [["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]]
    >>> assert_tolerant_benchmarks(A, B, "51/100", "1/100", tolerance="1/20")
    >>> assert_tolerant_benchmarks(A, B, 0.6, "1/100", tolerance="1/20", tol=1e-6)
    Traceback (most recent call last):
    ...
    AssertionError: not the tolerant benchmarks of <Game 2x2> with tolerance 1/20 = 0.05 (tol 1e-6)
    - the leader's benchmark was stated as ... ≈ 0.600000, it is 51/100 = 0.51: ... ≈ 0.0900000 more
    exact target: leader 51/100 = 0.51 (epsilon 1/100 = 0.01, where a2 guarantees 1/2 = 0.5), follower 1/100 = ...
    """
    __tracebackhide__ = True
    game = game_of(A, B)
    if tolerance is not None:
        game = game.with_tolerance(option(tolerance, "tolerance", game))
    if game.tolerance is None:
        raise UsageError("tolerance: expected a number, found None, and the game has none; pass tolerance='1/20'")
    if benchmark not in ("tolerant", "self-tolerant"):
        raise UsageError(f"benchmark: expected 'tolerant' or 'self-tolerant', found {shorten(benchmark)}")
    bound = slack(tol)  # before any answer is looked at: bad use is no wrong answer
    claims = {
        name: claimed(value, name, game)
        for name, value in (("leader", leader), ("follower", follower))
        if value is not None
    }
    if not claims:
        raise UsageError("leader, follower: expected a claim about one of them, found none")
    head = f"not the {benchmark} benchmarks of {game!r} with tolerance {amount(game.tolerance)} {within(bound)}"
    if not numeric(game, claims.values()):
        _compare_functions(game, benchmark, claims, bound, head, "{}'s benchmark")
        return
    cell = cast(BenchmarkCell, exact_cell(game, benchmark))
    problems = list(_differences(cell, claims, bound, "{}'s benchmark"))
    fail(head, problems, lambda: ", ".join(f"{name} {_attained(game, cell, name)}" for name in ("leader", "follower")))


def assert_alignment(A: object, B: object = None, constant: object = None, tol: object = 0) -> None:
    """Fail unless the partial-alignment constant of a game is what is claimed.

    It is the smallest L >= 0 with \\|Δu1\\| <= L \\|Δu2\\| and \\|Δu2\\| <= L \\|Δu1\\| for all pairs of outcomes
    (Donahue et al. 2024, with absolute values). ``constant`` is a number, or infinite: ``"oo"``, ``float("inf")``,
    SymPy's ``oo``; in a game with parameters it may be a function. ``tol`` is compared exactly.

    Raises AssertionError with the difference, the exact constant and two outcomes that force it.

    >>> A, B = [["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]]
    >>> assert_alignment(A, B, 40)
    >>> assert_alignment(A, B, 2)
    Traceback (most recent call last):
    ...
    AssertionError: not the alignment constant of <Game 2x2> (tol 0)
    - the constant was stated as 2, it is 40: 38 less
    exact target: constant 40; (a1, b1) and (a1, b2) differ by 2/5 = 0.4 for the leader, by 1/100 = 0.01 for the ...
    """
    __tracebackhide__ = True
    game = game_of(A, B)
    if constant is None:
        raise UsageError("constant: expected a number or infinity ('oo'), found None")
    bound, infinite = slack(tol), _is_infinite(constant)
    claims = {} if infinite else {"constant": claimed(constant, "constant", game)}
    head = f"not the alignment constant of {game!r} {within(bound)}"
    if not numeric(game, claims.values()):
        if infinite:
            _require_infinite(game, head)
        else:
            _compare_functions(game, "alignment", claims, bound, head)
        return
    cell = cast(AlignmentCell, exact_cell(game, "alignment"))

    def target() -> str:
        return f"constant {amount(cell.constant)}{_forced(game)}"

    if infinite or isinstance(cell.constant, Infinity):
        said = "oo" if infinite else amount(claims["constant"])
        same = infinite and isinstance(cell.constant, Infinity)
        fail(head, [] if same else [f"the constant was stated as {said}, it is {amount(cell.constant)}"], target)
        return
    fail(head, list(_differences(cell, claims, bound, "{}")), target)


def _is_infinite(value: object) -> bool:
    value = plain(value)
    return value.strip().lower() in _INFINITE if isinstance(value, str) else unbounded(value) == math.inf


def _differences(cell: object, claims: Mapping[str, Exact], tol: Fraction, called: str) -> Iterator[str]:
    """The claims about values of a cell that are farther off than ``tol``."""
    for name, claim in claims.items():
        yield from misstated(f"the {called.format(name)}", cast(Fraction, claim), getattr(cell, name), tol)


def _compare_functions(
    game: Game, concept: str, claims: Mapping[str, Exact], tol: Fraction, head: str, called: str = "{}"
) -> None:
    __tracebackhide__ = True
    from stackexact.testing.closed_forms import Domain, formulas

    result, domain = solved(game, concept), Domain(game)
    problems = [
        f"the {called.format(name)} was stated as {amount(claim)}: {place}"
        for name, claim in claims.items()
        for place in domain.off(result, name, claim, tol)
    ]
    fail(head, problems, lambda: formulas(result, *claims))


def _require_infinite(game: Game, head: str) -> None:
    __tracebackhide__ = True
    from stackexact.testing.closed_forms import formulas

    result = solved(game, "alignment")
    finite = [cell.when for cell in result.cells if not isinstance(cast(AlignmentCell, cell).constant, Infinity)]
    places = [f"when {' and '.join(when)}" if when else "on the domain" for when in finite]
    problems = [f"the constant was stated as oo, it is finite {place}" for place in places]
    fail(head, problems, lambda: formulas(result, "constant"))


def _attained(game: Game, cell: BenchmarkCell, player: str) -> str:
    """A benchmark, the ε where its infimum is attained and, for the leader, the action that guarantees the rest."""
    value = cast(Fraction, getattr(cell, player))
    if cell.epsilon is None:
        return amount(value)
    epsilon = cast(Fraction, cell.epsilon[player])
    place = f"epsilon {amount(epsilon)}"
    if player == "leader":
        worth = [_guaranteed(one, two, epsilon) for one, two in zip(*_numbers(game), strict=True)]
        if max(worth) + epsilon == value:  # that is the definition of one benchmark; the other has its own
            best = game.actions.leader[worth.index(max(worth))]
            place += f", where {best} guarantees {amount(max(worth))}"
    return f"{amount(value)} ({place})"


def _numbers(game: Game) -> tuple[_Numbers, _Numbers]:
    return cast(_Numbers, game.payoffs.leader), cast(_Numbers, game.payoffs.follower)


def _guaranteed(leader: tuple[Fraction, ...], follower: tuple[Fraction, ...], epsilon: Fraction) -> Fraction:
    """The least that a leader action earns from responses within ε of the best."""
    least = max(follower) - epsilon
    return min(value for value, own in zip(leader, follower, strict=True) if own >= least)


def _forced(game: Game) -> str:
    """Two outcomes whose differences have the greatest quotient, in either direction.

    Between neighbours in the order of one player's utilities: any other quotient lies between those of neighbours.
    """
    one, two = _numbers(game)
    rows, columns = game.shape
    outcomes = [(one[i][j], two[i][j], i, j) for i in range(rows) for j in range(columns)]
    found: tuple[Fraction | None, Any] = (Fraction(0), None)
    for key in ((lambda o: (o[0], o[1])), (lambda o: (o[1], o[0]))):
        for low, high in pairwise(sorted(outcomes, key=key)):
            differences = abs(low[0] - high[0]), abs(low[1] - high[1])
            if not max(differences):
                continue
            ratio = max(differences) / min(differences) if min(differences) else None
            if found[0] is not None and (ratio is None or ratio > found[0]):
                found = ratio, (low, high, differences)
    if found[1] is None:
        return ""
    low, high, differences = found[1]
    labels = game.actions
    pair = " and ".join(f"({labels.leader[i]}, {labels.follower[j]})" for i, j in sorted([low[2:], high[2:]]))
    return f"; {pair} differ by {amount(differences[0])} for the leader, by {amount(differences[1])} for the follower"
