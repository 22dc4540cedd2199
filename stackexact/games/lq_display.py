"""A game of incentives for people: its costs as they are written, for a terminal, a notebook or a paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from stackexact.exact.latex import latex as value_latex
from stackexact.exact.relation import text_of
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.screen import Page

__all__ = ["game_html", "game_latex", "game_page"]


def _title(game: IncentiveGame) -> str:
    major = ", a major one" if game.costs.major is not None else ""
    return f"{game.name or 'unnamed game'}: {text_of(game.followers)} followers{major}"


def _facts(game: IncentiveGame) -> Iterator[tuple[str, str]]:
    if game.assumptions:
        yield "assumptions", ", ".join(map(str, game.assumptions))
    told = game.information
    if told is not None:
        variances = f"variance {text_of(told.variance)}, seen by followers with noise of variance {text_of(told.noise)}"
        yield "information", f"{told.state} is normal with {variances}"


def _costs(game: IncentiveGame) -> Iterator[tuple[str, str, str]]:
    """Who pays, its cost as text and as LaTeX."""
    for player in ("leader", "major", "follower"):
        value = getattr(game.costs, player)
        if value is not None:
            yield player, text_of(value), value_latex(value)


def game_page(page: Page, game: IncentiveGame, remark: str = "") -> None:
    """Put title, remark, description, facts and costs on a page."""
    page.paragraph(_title(game), "title")
    page.paragraph(remark, "dim")
    page.paragraph(game.description or "")
    for label, fact in _facts(game):
        page.paragraph(f"{label}: {fact}", "dim")
    page.add()
    for player, cost, _ in _costs(game):
        page.paragraph(f"{player} pays {cost}")
    page.add()
    names = game.variables
    actions = f"actions: {', '.join(names.leader)} of the leader, {', '.join(names.follower)} of a follower"
    major = f", {', '.join(names.major)} of the major one" if names.major else ""
    page.paragraph(f"{actions}{major}; {', '.join(names.mean)} mean; the leader pays the average over followers", "dim")


def game_html(game: IncentiveGame) -> str:
    """Title, facts and costs as HTML."""
    facts = "".join(f"<br><small>{escape(label)}: {escape(fact)}</small>" for label, fact in _facts(game))
    rows = "".join(
        f'<tr><th style="text-align: left">{player} pays</th><td style="text-align: left">{escape(cost)}</td></tr>'
        for player, cost, _ in _costs(game)
    )
    return f"<p><b>{escape(_title(game))}</b>{facts}</p><table><tbody>{rows}</tbody></table>"


def game_latex(game: IncentiveGame) -> str:
    """The costs as LaTeX to paste."""
    rows = [rf"J_{{\mathrm{{{player}}}}} &= {cost}" for player, _, cost in _costs(game)]
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"
