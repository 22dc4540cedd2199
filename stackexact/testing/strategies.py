"""Hypothesis strategies for games: full of ties, near-ties, duplicates and constants, on purpose.

Random payoffs hardly ever tie, and ties are where solvers of games go wrong. Needs hypothesis, which draws games by
their type (``from_type(stackexact.Game)``) once this module is loaded. An entry point would do that without an import,
but in every project that has stackexact beside it: a strategy is registered for a class, whose modules must be loaded.

>>> from hypothesis import find
>>> find(games(2, 2), lambda game: game.shape == (2, 2)).payoffs.leader
((Fraction(0, 1), Fraction(0, 1)), (Fraction(0, 1), Fraction(0, 1)))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from stackexact.errors import MissingLibrary, UsageError, shorten
from stackexact.games.bimatrix import Game

try:
    from hypothesis import strategies as st
except ImportError:
    raise MissingLibrary("stackexact.testing.strategies needs hypothesis; pip install hypothesis") from None

__all__ = [
    "FUNCTIONS",
    "HUGE",
    "PAYOFFS",
    "TINY",
    "Size",
    "Table",
    "Tables",
    "commitments",
    "counts",
    "games",
    "mapped",
    "parametric_games",
    "table",
    "tables",
    "tolerances",
]

Table: TypeAlias = tuple[tuple[Fraction, ...], ...]
"""Payoffs by leader action (rows) and follower action (columns)."""

Size: TypeAlias = int | tuple[int, int]
"""How many actions: at most so many, or between two numbers."""

HUGE: Final = 10**400
"""A payoff beyond the range of floats."""

TINY: Final = Fraction(1, 10**45)
"""A difference of payoffs that no float shows."""


class Tables(NamedTuple):
    """A game's two tables, the leader's and the follower's."""

    leader: Table
    follower: Table

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    def each(self, change: Callable[[Table], Table]) -> Tables:
        """Both tables changed in the same way."""
        return Tables(change(self.leader), change(self.follower))


PAYOFFS: Final[dict[str, st.SearchStrategy[Fraction]]] = {
    "bits": st.integers(0, 1).map(Fraction),
    "small": st.integers(-2, 2).map(Fraction),
    "wide": st.integers(-50, 50).map(Fraction),
    "quotients": st.builds(Fraction, st.integers(-4, 4), st.integers(1, 4)),
    "near": st.builds(lambda a, k: a + k * TINY, st.integers(0, 1), st.integers(-2, 2)),
    "huge": st.builds(lambda a, k: a * HUGE + k * TINY, st.integers(-2, 2), st.integers(-1, 1)),
}
"""Kinds of payoffs. A game takes one kind for the leader and one for the follower."""

_MODERATE: Final = ("bits", "small", "wide", "quotients")

_RELATIONS: Final = ("free",) * 4 + ("opposed",) * 3 + ("disturbed",) * 3 + ("equal", "affine", "constant")

_SLOPES: Final[dict[str, tuple[int | Fraction, ...]]] = {
    "opposed": (-1,),
    "disturbed": (-1, -1, 1),
    "equal": (1,),
    "affine": (Fraction(1, 3), 2, -3),
}

_C: Final = st.integers(-3, 3)

FUNCTIONS: Final[dict[str, st.SearchStrategy[str]]] = {
    "number": _C.map(str),
    "affine": st.builds("{}*{{0}} + {}".format, _C, _C),
    "quadratic": st.builds("{}*{{0}}**2 + {}*{{0}} + {}".format, _C, _C, _C),
    "irrational": st.builds("{}*({{0}}**2 - 2) + {}".format, _C, _C),
    "rational": st.builds("({}*{{0}} + {})/({{0}}**2 + {})".format, _C, _C, st.integers(1, 3)),
}
"""Kinds of payoffs that depend on a parameter, which stands for ``{0}``; they have a value everywhere."""


def table(rows: int, columns: int, entries: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Table]:
    """A table of independent entries."""
    row = st.lists(entries, min_size=columns, max_size=columns).map(tuple)
    return st.lists(row, min_size=rows, max_size=rows).map(tuple)


def mapped(source: Table, change: Callable[[Fraction], Fraction]) -> Table:
    """A table with every entry changed.

    >>> mapped(((Fraction(1), Fraction(2)),), lambda value: -value)
    ((Fraction(-1, 1), Fraction(-2, 1)),)
    """
    return tuple(tuple(change(value) for value in row) for row in source)


def games(
    rows: Size = 4,
    columns: Size = 4,
    *,
    ties: bool = True,
    tolerance: bool = False,
    floats: bool = False,
    kinds: Iterable[str] | None = None,
) -> st.SearchStrategy[Game]:
    """Games of numbers with at most ``rows`` x ``columns`` actions (a pair of numbers bounds them on both sides).

    With ``ties`` they tie on purpose, as :func:`tables` describes; without, all payoffs of a player differ. ``kinds``
    are keys of :data:`PAYOFFS`. With ``floats`` every payoff is a float of moderate size, so that a float solver is
    given the very same game. With ``tolerance`` the game has a γ, often exactly at a difference of payoffs, or just
    beside one (:func:`tolerances`).
    """
    if floats and kinds is None:
        kinds = _MODERATE
    pairs = tables(rows, columns, kinds) if ties else _distinct(_sizes(rows, "rows"), _sizes(columns, "columns"))
    if floats:
        pairs = pairs.map(lambda pair: pair.each(lambda one: mapped(one, lambda value: Fraction(float(value)))))
    if not tolerance:
        return pairs.map(lambda pair: Game(*pair))
    return pairs.flatmap(lambda pair: tolerances(pair).map(lambda bound: Game(*pair, tolerance=bound)))


def tables(rows: Size = 4, columns: Size = 4, kinds: Iterable[str] | None = None) -> st.SearchStrategy[Tables]:
    """The two tables of a game that ties on purpose.

    Often the leader gains by matching the follower, so that she must mix; the follower's table is often derived from
    hers: opposed, disturbed, equal, a multiple, constant. Then columns or rows may be doubled, in one table or in both.
    """
    picked = tuple(PAYOFFS if kinds is None else kinds)
    if unknown := [kind for kind in picked if kind not in PAYOFFS]:
        raise UsageError(f"kinds: expected some of {', '.join(PAYOFFS)}, found {shorten(unknown[0])}")
    return _tables(_sizes(rows, "rows"), _sizes(columns, "columns"), picked)


def _sizes(size: Size, place: str) -> tuple[int, int]:
    low, high = (1, size) if isinstance(size, int) else size
    if not 1 <= low <= high:
        raise UsageError(f"{place}: expected at least one action, or a pair of ascending numbers, found {size}")
    return low, high


def _count(bounds: tuple[int, int]) -> st.SearchStrategy[int]:
    """A number of actions; one alone is rarer, since little can go wrong with it."""
    low, high = bounds
    more = range(max(low, 2), high + 1)
    return st.sampled_from((*range(low, high + 1), *more, *more))


@st.composite
def _tables(draw: st.DrawFn, rows: tuple[int, int], columns: tuple[int, int], kinds: tuple[str, ...]) -> Tables:
    m, n = draw(_count(rows)), draw(_count(columns))
    leader = draw(table(m, n, PAYOFFS[draw(st.sampled_from(kinds))]))
    relation = draw(st.sampled_from(_RELATIONS))
    if draw(st.booleans()):
        stake = 2 * max(abs(value) for row in leader for value in row) + 1
        leader = tuple(tuple(v + stake * (i == j) for j, v in enumerate(row)) for i, row in enumerate(leader))
    own = PAYOFFS[draw(st.sampled_from(kinds))]
    if relation == "free":
        follower = draw(table(m, n, own))
    elif relation == "constant":
        level = draw(own)
        follower = mapped(leader, lambda _: level)
    else:
        slope = draw(st.sampled_from(_SLOPES[relation]))
        shift = draw(st.sampled_from((Fraction(0), Fraction(1), Fraction(-7, 3))))
        follower = mapped(leader, lambda value: slope * value + shift)
        if relation == "disturbed":
            i, j, by = draw(st.integers(0, m - 1)), draw(st.integers(0, n - 1)), draw(own)
            follower = tuple(
                tuple(v + by if (a, b) == (i, j) else v for b, v in enumerate(row)) for a, row in enumerate(follower)
            )
    made = Tables(leader, follower)
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        made = draw(_doubled(made))
    return made


@st.composite
def _doubled(draw: st.DrawFn, source: Tables) -> Tables:
    """One column (or row) of the follower's table, or of both tables, over another."""
    m, n = source.shape
    in_columns = draw(st.booleans())
    last = (n if in_columns else m) - 1
    old, new = draw(st.integers(0, last)), draw(st.integers(0, last))

    def change(one: Table) -> Table:
        if in_columns:
            return tuple(tuple(row[old] if j == new else value for j, value in enumerate(row)) for row in one)
        return tuple(one[old] if i == new else row for i, row in enumerate(one))

    both = draw(st.booleans())
    return Tables(change(source.leader) if both else source.leader, change(source.follower))


@st.composite
def _distinct(draw: st.DrawFn, rows: tuple[int, int], columns: tuple[int, int]) -> Tables:
    """Tables in each of which no payoff occurs twice."""
    m, n = draw(_count(rows)), draw(_count(columns))
    entries = st.lists(st.integers(-(10**6), 10**6), min_size=m * n, max_size=m * n, unique=True)
    one, two = ([Fraction(value, 10) for value in draw(entries)] for _ in range(2))
    leader, follower = (tuple(tuple(flat[i * n : i * n + n]) for i in range(m)) for flat in (one, two))
    return Tables(leader, follower)


@st.composite
def tolerances(draw: st.DrawFn, pair: Tables) -> Fraction:
    """A tolerance for a game: 0, exactly a gap or a difference of payoffs, just beside one, or any."""
    gaps = {max(row) - value for row in pair.follower for value in row}
    payoffs = sorted({value for row in pair.leader for value in row})
    gaps |= {high - low for low, high in zip(payoffs, payoffs[1:], strict=False)}
    exact = draw(st.sampled_from(sorted(gaps)))
    beside = draw(st.sampled_from((Fraction(0), Fraction(0), TINY, -TINY, Fraction(1, 3))))
    return max(Fraction(0), exact + beside)


@st.composite
def parametric_games(
    draw: st.DrawFn,
    rows: Size = 3,
    columns: Size = 3,
    *,
    parameter: str = "delta",
    assumptions: Sequence[str] | None = None,
    kinds: Iterable[str] = ("affine", "quadratic", "irrational", "rational"),
    tolerance: Sequence[str] = (),
) -> Game:
    """Games whose payoffs depend on a parameter, mixed with numbers, so that they tie at points of the domain.

    ``assumptions`` describe the domain (without them ``0 < parameter < 1``); ``kinds`` are keys of :data:`FUNCTIONS`;
    a game takes one of them; ``tolerance`` holds the γ to choose from, as text (none: games without one).
    """
    m, n = draw(st.integers(*_sizes(rows, "rows"))), draw(st.integers(*_sizes(columns, "columns")))
    entry = FUNCTIONS[draw(st.sampled_from(tuple(kinds)))] | FUNCTIONS["number"]
    row = st.lists(entry.map(lambda text: text.format(parameter)), min_size=n, max_size=n)
    leader, follower = (draw(st.lists(row, min_size=m, max_size=m)) for _ in range(2))
    return Game(
        leader,
        follower,
        parameters=[parameter],
        assumptions=[f"0 < {parameter} < 1"] if assumptions is None else assumptions,
        tolerance=draw(st.sampled_from(tolerance)) if tolerance else None,
    )


def commitments(actions: int) -> st.SearchStrategy[tuple[Fraction, ...]]:
    """Exact distributions over so many actions, pure ones among them."""
    weights = st.lists(st.integers(0, 12), min_size=actions, max_size=actions).filter(any)
    return weights.map(lambda given: tuple(Fraction(weight, sum(given)) for weight in given))


def counts(rows: int, columns: int, most: int = 10**6) -> st.SearchStrategy[tuple[tuple[int, ...], ...]]:
    """How often each pair of actions was played: a table of integers from 0 to ``most``."""
    row = st.lists(st.integers(0, most), min_size=columns, max_size=columns).map(tuple)
    return st.lists(row, min_size=rows, max_size=rows).map(tuple)


st.register_type_strategy(Game, lambda _: games())
