"""Hypothesis strategies: games full of ties on purpose, tolerances, expressions, linear programs."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

import stackexact as sx
from stackexact.lp.program import Basis, Position, Program

Table = tuple[tuple[Fraction, ...], ...]

HUGE, TINY = 10**400, Fraction(1, 10**45)


class Tables(NamedTuple):
    """A game's two tables."""

    leader: Table
    follower: Table

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    def each(self, change: Callable[[Table], Table]) -> Tables:
        """Both tables changed in the same way."""
        return Tables(change(self.leader), change(self.follower))


def share(percent: int) -> Any:
    """Settings with so many per cent of the examples of the profile in force, for tests that take longer than most."""
    return settings(max_examples=max(1, settings.default.max_examples * percent // 100))


ENTRIES: dict[str, st.SearchStrategy[Fraction]] = {
    "bits": st.integers(0, 1).map(Fraction),
    "small": st.integers(-2, 2).map(Fraction),
    "wide": st.integers(-50, 50).map(Fraction),
    "quotients": st.builds(Fraction, st.integers(-4, 4), st.integers(1, 4)),
    "near": st.builds(lambda a, k: a + k * TINY, st.integers(0, 1), st.integers(-2, 2)),
    "huge": st.builds(lambda a, k: a * HUGE + k * TINY, st.integers(-2, 2), st.integers(-1, 1)),
}
"""Kinds of payoffs. A game takes one kind for the leader and one for the follower."""


def table(rows: int, columns: int, entries: st.SearchStrategy[Fraction]) -> st.SearchStrategy[Table]:
    """A table of independent entries."""
    row = st.lists(entries, min_size=columns, max_size=columns).map(tuple)
    return st.lists(row, min_size=rows, max_size=rows).map(tuple)


def mapped(source: Table, change: Callable[[Fraction], Fraction]) -> Table:
    """A table with every entry changed."""
    return tuple(tuple(change(value) for value in row) for row in source)


_RELATIONS = ("free",) * 4 + ("opposed",) * 3 + ("disturbed",) * 3 + ("equal", "affine", "constant")


@st.composite
def games(draw: Any, rows: int = 4, columns: int = 4, kinds: tuple[str, ...] = tuple(ENTRIES)) -> Tables:
    """A game with at most so many actions. Often the leader gains by matching the follower, so that she must mix; the
    follower's table is often derived from hers: opposed, disturbed, equal, a multiple, constant. Then columns or rows
    may be doubled, in one table or in both."""
    m, n = (
        draw(st.sampled_from((*range(1, top + 1), *range(2, top + 1), *range(2, top + 1)))) for top in (rows, columns)
    )
    leader = draw(table(m, n, ENTRIES[draw(st.sampled_from(kinds))]))
    relation = draw(st.sampled_from(_RELATIONS))
    if draw(st.booleans()):
        stake = 2 * max(abs(value) for row in leader for value in row) + 1
        leader = tuple(tuple(v + stake * (i == j) for j, v in enumerate(row)) for i, row in enumerate(leader))
    own = ENTRIES[draw(st.sampled_from(kinds))]
    if relation == "free":
        follower = draw(table(m, n, own))
    elif relation == "constant":
        level = draw(own)
        follower = mapped(leader, lambda _: level)
    else:
        slopes = {"opposed": (-1,), "disturbed": (-1, -1, 1), "equal": (1,)}.get(relation, (Fraction(1, 3), 2, -3))
        slope = draw(st.sampled_from(slopes))
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
def _doubled(draw: Any, source: Tables) -> Tables:
    """One column (or row) of the follower's table, or of both tables, over another."""
    m, n = source.shape
    if draw(st.booleans()):
        old, new = draw(st.integers(0, n - 1)), draw(st.integers(0, n - 1))

        def change(one: Table) -> Table:
            return tuple(tuple(row[old] if j == new else value for j, value in enumerate(row)) for row in one)

    else:
        old, new = draw(st.integers(0, m - 1)), draw(st.integers(0, m - 1))

        def change(one: Table) -> Table:
            return tuple(one[old] if i == new else row for i, row in enumerate(one))

    both = draw(st.booleans())
    return Tables(change(source.leader) if both else source.leader, change(source.follower))


@st.composite
def tolerant_games(draw: Any, rows: int = 4, columns: int = 4) -> tuple[Tables, Fraction]:
    """A game and a tolerance: 0, exactly a gap or a difference of payoffs, just beside one, or any."""
    game = draw(games(rows, columns))
    gaps = {max(row) - value for row in game.follower for value in row}
    payoffs = sorted({value for row in game.leader for value in row})
    gaps |= {high - low for low, high in zip(payoffs, payoffs[1:], strict=False)}
    exact = draw(st.sampled_from(sorted(gaps)))
    beside = draw(st.sampled_from((Fraction(0), Fraction(0), TINY, -TINY, Fraction(1, 3))))
    return game, max(Fraction(0), exact + beside)


positive = st.sampled_from((Fraction(1, 3), Fraction(2), Fraction(7, 2), Fraction(HUGE), TINY))
"""Positive factors for maps of utilities."""

shifts = st.sampled_from((Fraction(0), Fraction(-1, 2), Fraction(3), Fraction(-HUGE), TINY))
"""Constants to add to utilities."""

NAMES = ("a", "b", "delta", "E", "N", "x_1")
"""Parameter names; some of them mean something to SymPy."""

_NUMERALS = st.one_of(
    st.integers(0, 12).map(str),
    st.sampled_from(("0.5", ".25", "3.", "1e2", "12E-3", "0.0", "2.50e+1", ".5e1")),
)


@st.composite
def expressions(draw: Any, depth: int = 3) -> str:
    """Text in the grammar: terms joined by operators without regard to precedence, signs, parentheses, white space."""
    text = ""
    for place in range(draw(st.integers(1, 3))):
        if place:
            text += draw(st.sampled_from((" + ", " - ", "*", "/", "-", " * ", "/ ")))
        text += draw(st.sampled_from(("", "", "", "-", "+", "- -")))
        inner = depth > 0 and draw(st.booleans())
        text += f"({draw(expressions(depth - 1))})" if inner else draw(st.one_of(_NUMERALS, st.sampled_from(NAMES)))
        text += draw(st.sampled_from(("", "", "", "**2", "**0", " ** 3", "**+1", "**(1+1)", "**2**1")))
    return text


points = st.fixed_dictionaries(
    dict.fromkeys(NAMES, st.builds(Fraction, st.integers(-30, 30), st.sampled_from((1, 2, 3, 7))))
)
"""A value for every name."""

COEFFICIENTS: dict[str, st.SearchStrategy[Fraction]] = {
    "small": st.integers(-2, 2).map(Fraction),
    "quotients": st.builds(Fraction, st.integers(-3, 3), st.sampled_from((1, 1, 2, 3))),
    "near": st.builds(lambda a, k: a + Fraction(k, 10**30), st.integers(-1, 1), st.integers(-1, 1)),
    "huge": st.builds(lambda a, k: Fraction(a * HUGE + k), st.integers(-1, 1), st.integers(-1, 1)),
}
"""Kinds of coefficients of linear programs."""


@st.composite
def programs(
    draw: Any, rows: int = 4, columns: int = 4, kinds: tuple[str, ...] = tuple(COEFFICIENTS)
) -> Program[Fraction]:
    """A linear program with bounds of every sort: none, below, above, both, fixed. No bounds contradict each other."""
    m, n = draw(st.integers(0, rows)), draw(st.integers(0, columns))
    entries = COEFFICIENTS[draw(st.sampled_from(kinds))]

    def bounds(count: int) -> tuple[tuple[Fraction | None, ...], tuple[Fraction | None, ...]]:
        made: list[tuple[Fraction | None, Fraction | None]] = []
        for _ in range(count):
            low = draw(entries)
            high = low + abs(draw(entries))
            made.append(draw(st.sampled_from(((None, None), (low, None), (None, high), (low, high), (low, low)))))
        return tuple(low for low, _ in made), tuple(high for _, high in made)

    return Program(
        tuple(draw(entries) for _ in range(n)),
        tuple(tuple(draw(entries) for _ in range(n)) for _ in range(m)),
        *bounds(m),
        *bounds(n),
    )


def bases(program: Program[Any]) -> st.SearchStrategy[Basis]:
    """Any places for the variables and rows of a program, possible or not."""
    rows, columns = program.shape
    places = st.sampled_from(Position)
    return st.builds(Basis, st.tuples(*[places] * columns), st.tuples(*[places] * rows))


def affine(shape: tuple[int, int], seed: int, tolerance: str | None = None) -> sx.Game:
    """A game with two parameters in a box whose every entry is an affine function with small coefficients."""
    rng = random.Random(seed)
    (m, n), entry = shape, lambda: f"{rng.randint(-5, 5)} + {rng.randint(-3, 3)}*x + {rng.randint(-3, 3)}*y"
    tables = [[[entry() for _ in range(n)] for _ in range(m)] for _ in range(2)]
    return sx.Game(*tables, assumptions=["0 <= x <= 1", "0 < y < 1"], tolerance=tolerance)
