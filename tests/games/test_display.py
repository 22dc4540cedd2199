"""Games for people: the table, what it marks, how it is shortened and cropped, as text, HTML and LaTeX."""

from __future__ import annotations

from fractions import Fraction
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.games.bimatrix import Game
from stackexact.games.display import html, latex, text
from stackexact.games.screen import clip, printable, wide
from stackexact.games.table import VISIBLE, Marks, brief, game_table

LONG = Fraction(10**40 + 1, 3)


def square(size: int, value: Any = lambda i, j: i * j % 7) -> Game:
    """A game with these payoffs for both players."""
    table = [[value(i, j) for j in range(size)] for i in range(size)]
    return Game(table, table)


@given(st.lists(st.lists(st.integers(-2, 2), min_size=3, max_size=3), min_size=1, max_size=3))
def test_best_responses(rows):
    """Every follower action that no other beats is marked in its row, ties included, and no other."""
    game = Game(rows, rows)
    for row, entries in zip(rows, game_table(game).entries, strict=True):
        assert [entry.best for entry in entries] == [value == max(row) for value in row]
    starred = [word for word in text(game).split("\n\n")[1].replace("*", "* ").split() if word.endswith("*")]
    assert len(starred) == sum(row.count(max(row)) for row in rows)


def test_no_best_response_where_a_parameter_decides():
    """A row whose best response depends on a parameter has no mark; the others have theirs."""
    page = text(Game([[1, 2], [3, 4]], [["delta", 0], [5, 6]], assumptions=["0 < delta"], tolerance="1/20"))
    assert "a1  1, delta  2, 0\n" in page
    assert "a2  3, 5      4, 6*\n" in page
    assert "parameters: delta\nassumptions: 0 < delta\ntolerance: 1/20\n" in page


def test_columns_line_up():
    """Leader payoffs end and follower payoffs begin in one column."""
    game = Game([["1/100", 2], [-30, "4/5"]], [[1, "22/7"], [5, 0]], actions={"leader": ["up", "行動"]})
    grid = text(game).splitlines()[2:5]
    assert grid == ["      b1         b2", "up    1/100, 1     2, 22/7*", "行動    -30, 5*  4/5, 0"]


@pytest.mark.parametrize("width", [50, 80, 120, 200])
@pytest.mark.parametrize("size", [3, 13, 40])
@pytest.mark.parametrize("value", [lambda i, j: i - j, lambda i, j: LONG * (i + 1) / (j + 7)], ids=["short", "long"])
def test_a_page_fits(width, size, value):
    """No line is wider than the screen; what is missing is said."""
    page = text(square(size, value), width=width)
    assert max(map(wide, page.splitlines())) <= width
    shown = page.splitlines()[2].split()
    columns = sum(label.startswith("b") for label in shown)
    assert (f"{columns} of {size} columns" in page) == (columns < size)
    assert (f"{VISIBLE} of {size} rows" in page) == (size > VISIBLE)
    assert ("document()" in page) == ("shown:" in page or "…" in page or "~" in page)


def test_what_is_marked_stays_in_view():
    """A crop keeps the outcomes that an answer speaks of, however far down they are."""
    table = game_table(square(40), Marks({(37, 21): "m"}, (("m", "mixed-strong"), ("s", "pure-strong"))))
    assert 37 in table.rows
    assert 21 in table.columns
    assert 21 in table.narrowed(2).columns
    assert table.entries[table.rows.index(37)][table.columns.index(21)].marks == "m"
    assert dict(table.legend) == {"*": "best response", "m": "outcome of mixed-strong"}


def test_full_leaves_nothing_out():
    """Every payoff stands in the full text."""
    page = text(square(14, lambda i, j: LONG + i + 100 * j), full=True)
    assert all(str(LONG + i + 100 * j) in page for i in range(14) for j in range(14))
    assert "…" not in page


CASES = {
    "short": (Fraction(22, 7), "22/7", "22/7"),
    "a power of ten": (Fraction(10**400), "1e400", "1e400"),
    "a small power of ten": (Fraction(-1, 10**400), "-1e-400", "-1e-400"),
    "long": (LONG, "100…001/3 (41 and 1 digits)", "~3.33333e39"),
    "medium": (Fraction(1234567, 891011), "1234567/891011", "~1.38558"),
}


@pytest.mark.parametrize(("value", "short", "decimal"), CASES.values(), ids=CASES)
def test_numbers_in_a_table(value, short, decimal):
    """Exact while there is room; in the middle of a long number stands how long it is; ~ says that it is rounded."""
    assert brief(value) == short
    assert brief(value, digits=6) == decimal


class Balanced(HTMLParser):
    """Checks that elements are closed in order, and collects the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.said: list[str] = []
        self.feed(page)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def test_html():
    """Balanced, escaped, with the payoffs and marks of the text."""
    label = "<script>alert('x')</script>"
    game = Game([["1/2", 2]], [[0, 3]], name="A & B\x1b", actions={"leader": [label], "follower": ["b1", "<b>"]})
    page = game._repr_html_()
    assert page == html(game)
    assert "<script" not in page
    said = Balanced(page).said
    assert {label, "<b>", "1/2, 0", "2, ", "3*"} <= set(said)
    assert said[0] == "A & B\N{REPLACEMENT CHARACTER}: 1 x 2"


def test_latex():
    """A tabular with as many columns as it declares."""
    game = Game([["1/2", "delta"], [LONG, 2]], [[0, 3], [1, 1]], actions={"leader": ["50%", "a_2"]})
    page = game._repr_latex_()
    assert page == latex(game)
    assert page.startswith("\\begin{tabular}{c|cc}\n & b1 & b2 \\\\\n")
    assert r"50\% & $\frac{1}{2},\, 0$ & $\delta,\, 3^{*}$ \\" in page
    assert r"$\mbox{100\ldots{}001/3 (41 and 1 digits)},\, 1^{*}$" in page
    assert page.count("{") == page.count("}")
    assert "12 of 40 rows and 12 of 40 columns" in latex(square(40)).splitlines()[0]


def test_str():
    """``print(game)`` shows the table; ``repr`` stays on one line."""
    game = square(2)
    assert str(game) == text(game)
    assert "\n" not in repr(game)


@given(st.text(), st.integers(2, 30))
def test_clip(label, width):
    """A clipped label is printable and fits; one that fits is left alone."""
    shown = clip(label, width)
    assert shown.isprintable()
    assert wide(shown) <= width
    assert shown == printable(label) or shown.endswith("…")
