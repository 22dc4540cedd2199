"""Hypothesis strategies beside those that are shipped (``stackexact.testing.strategies``): expressions, programs, units
of utility. Tests of the engine take games as pairs of tables, and call them ``games``."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

import stackexact as sx
from stackexact.lp.program import Basis, Position, Program
from stackexact.testing.strategies import HUGE, TINY, Tables, tolerances
from stackexact.testing.strategies import tables as games


def share(percent: int) -> Any:
    """Settings with so many per cent of the examples of the profile in force, for tests that take longer than most."""
    return settings(max_examples=max(1, settings.default.max_examples * percent // 100))


def tolerant_games(rows: int = 4, columns: int = 4) -> st.SearchStrategy[tuple[Tables, Fraction]]:
    """A game and a tolerance: 0, exactly a gap or a difference of payoffs, just beside one, or any."""
    return games(rows, columns).flatmap(lambda game: st.tuples(st.just(game), tolerances(game)))


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
