"""What the displays of games with smooth responses share: heads with facts, and tables without best responses."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, Protocol

from stackexact.games.bimatrix import Game
from stackexact.games.display import fitting, grid
from stackexact.games.parametric import ParametricGame
from stackexact.games.screen import Page, printable
from stackexact.games.table import Marks
from stackexact.games.tables import Actions, Table

__all__ = ["PLAIN", "Facts", "Paid", "head_html", "head_on_page", "matrix_of", "matrix_on_page"]

PLAIN: Final = Marks(best=frozenset())
"""No best responses: with quantal responses all outcomes happen."""

Facts = Sequence[tuple[str, str]]
"""What is told of a game above its tables: labels and texts."""


class Paid(Protocol):
    """What has tables of payoffs: rewards of both players, or weights of the follower."""

    @property
    def leader(self) -> Table: ...
    @property
    def follower(self) -> Table | None: ...
    @property
    def weights(self) -> Table | None: ...


def matrix_of(paid: Paid, actions: Actions) -> Game:
    """The tables as a game in strategic form, to be shown as one."""
    other = paid.weights if paid.follower is None else paid.follower
    assert other is not None
    return Game(paid.leader, other, actions=actions)


def head_on_page(page: Page, title: str, game: ParametricGame, facts: Facts, remark: str) -> None:
    """Put title, remark, description and facts on a page."""
    page.paragraph(title, "title")
    page.paragraph(remark, "dim")
    page.paragraph(game.description or "")
    for label, fact in facts:
        told = ", ".join(map(str, game.assumptions)) if page.full and label == "assumptions" else fact
        page.shortened |= "…" in told
        page.paragraph(f"{label}: {told}", "dim")


def matrix_on_page(page: Page, matrix: Game) -> None:
    """Put a table on a page, and what was left out of it."""
    table, number = fitting(page, matrix, PLAIN)
    page.lines += grid(page, table, number)
    page.paragraph(table.cropped, "warning")
    texts = [number(value) for row in table.entries for entry in row for value in (entry.leader, entry.follower)]
    page.shortened |= bool(table.cropped) or any("…" in one or one.startswith("~") for one in texts)


def head_html(title: str, game: ParametricGame, facts: Facts) -> str:
    """Title, description and facts as HTML."""
    lines = (game.description or "", *(f"{label}: {fact}" for label, fact in facts))
    above = "".join(f"<br>{escape(printable(line))}" for line in lines if line)
    return f"<p><b>{escape(printable(title))}</b>{above}</p>"
