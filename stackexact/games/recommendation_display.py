"""A game with recommendations for people: its table and what the follower makes of a recommendation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from stackexact.exact.decimals import numerals_shortened
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game
from stackexact.games.display import HINT, game_latex, html_table
from stackexact.games.recommendation import Behaviour, RecommendationGame
from stackexact.games.response_display import PLAIN, head_html, head_on_page, matrix_of, matrix_on_page
from stackexact.games.screen import WIDTH, Page, painted, printable
from stackexact.games.table import brief, game_table

__all__ = ["game_html", "game_page", "html", "latex", "text", "title", "whole_latex"]


def title(game: RecommendationGame) -> str:
    """Name and size."""
    rows, columns = game.shape
    return f"{game.name or 'unnamed game'}: {rows} x {columns}"


def _facts(game: RecommendationGame) -> Iterator[tuple[str, str]]:
    if game.parameters:
        yield "parameters", ", ".join(game.parameters)
    if game.assumptions:
        yield "assumptions", numerals_shortened(", ".join(map(str, game.assumptions)))
    yield "follower", _behaviour(game.behaviour)
    if game.assumed is not None:
        yield "assumed by the leader", _behaviour(game.assumed)
    if game.policy is not None:
        yield "commitment", _mixed(game.policy.commitment, game.actions.leader)
        yield "recommendation", _mixed(game.policy.recommendation, game.actions.follower)


def _behaviour(behaviour: Behaviour) -> str:
    tau = "" if behaviour.tau is None else f", tau = {brief(behaviour.tau)}"
    return f"weight of the recommendation alpha = {brief(behaviour.alpha)}{tau}"


def _mixed(values: Sequence[Exact], labels: Sequence[str]) -> str:
    parts = [f"{printable(label)} ({brief(value)})" for label, value in zip(labels, values, strict=True) if value]
    return ", ".join(parts)


def _legend(game: RecommendationGame) -> str:
    return "leader's reward, weight exp(r/tau)" if game.follower is None else "leader's reward, follower's reward"


def _matrix(game: RecommendationGame) -> Game:
    return matrix_of(game, game.actions)


def text(
    game: RecommendationGame, *, colour: bool = False, width: int = WIDTH, full: bool = False, hint: str = HINT
) -> str:
    """The game as text: facts, then the table, cropped to the width and to a dozen rows unless ``full``."""
    page = Page(width, full)
    game_page(page, game)
    if page.shortened:
        page.paragraph(hint, "dim")
    return painted(page.lines, colour=colour)


def game_page(page: Page, game: RecommendationGame, remark: str = "") -> None:
    """Put title, remark, description, facts and table on a page."""
    head_on_page(page, title(game), game, tuple(_facts(game)), remark)
    page.add()
    matrix_on_page(page, _matrix(game))
    page.add()
    page.paragraph(_legend(game), "dim")


def game_html(game: RecommendationGame) -> str:
    """The game above what is told of it."""
    return html(game)


def html(game: RecommendationGame) -> str:
    """Title, facts and table as HTML."""
    table = game_table(_matrix(game), PLAIN)
    legend = _legend(game) + (f"; {table.cropped}" if table.cropped else "")
    head = head_html(title(game), game, tuple(_facts(game)))
    return f"<div>{head}{html_table(table)}<p><small>{escape(legend)}</small></p></div>"


def latex(game: RecommendationGame) -> str:
    """The table as LaTeX, cropped where it is large."""
    return game_latex(game_table(_matrix(game), PLAIN))


def whole_latex(game: RecommendationGame) -> str:
    r"""The table as a ``tabular`` to paste: the leader's rewards, and the follower's or its weights.

    >>> game = RecommendationGame([[1, 0]], weights=[[4, 1]], behaviour={"alpha": "1/2"})
    >>> print(whole_latex(game), end="")
    \begin{tabular}{c|cc}
     & b1 & b2 \\
    \hline
    a1 & $1,\, 4$ & $0,\, 1$ \\
    \end{tabular}
    """
    matrix = _matrix(game)
    rows, columns = matrix.shape
    return game_latex(game_table(matrix, PLAIN, rows=rows, columns=columns), full=True)
