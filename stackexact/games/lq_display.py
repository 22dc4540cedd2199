"""A game of incentives for people: its costs as they are written, for a terminal, a notebook or a paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from stackexact.exact.latex import latex as value_latex
from stackexact.exact.rational_function import Expression, symbol
from stackexact.exact.relation import parameters_of, text_of
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.games.screen import WIDTH, Page, painted

__all__ = ["game_html", "game_latex", "game_page", "text", "title"]


def title(game: IncentiveGame) -> str:
    """The name of the game, and how many followers there are."""
    major = ", a major one" if game.costs.major is not None else ""
    return f"{game.name or 'unnamed game'}: {text_of(game.followers)} followers{major}"


def _facts(game: IncentiveGame) -> Iterator[tuple[str, str]]:
    if game.assumptions:
        yield "assumptions", ", ".join(map(str, game.assumptions))
    told = game.information
    if told is not None:
        variances = f"variance {text_of(told.variance)}, seen by followers with noise of variance {text_of(told.noise)}"
        yield "information", f"{told.state} is normal with {variances}"


def _costs(game: IncentiveGame) -> Iterator[tuple[str, str]]:
    """Who pays, and its cost."""
    for player in ("leader", "major", "follower"):
        value = getattr(game.costs, player)
        if value is not None:
            yield player, text_of(value)


def text(game: IncentiveGame, *, colour: bool = False, width: int = WIDTH, hint: str = "") -> str:
    """The game as text; costs are never shortened, so that no ``hint`` is needed."""
    page = Page(width)
    game_page(page, game)
    return painted(page.lines, colour=colour)


def game_page(page: Page, game: IncentiveGame, remark: str = "") -> None:
    """Put title, remark, description, facts and costs on a page."""
    page.paragraph(title(game), "title")
    page.paragraph(remark, "dim")
    page.paragraph(game.description or "")
    for label, fact in _facts(game):
        page.paragraph(f"{label}: {fact}", "dim")
    page.add()
    for player, cost in _costs(game):
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
        for player, cost in _costs(game)
    )
    return f"<p><b>{escape(title(game))}</b>{facts}</p><table><tbody>{rows}</tbody></table>"


_LONGEST: Final = 110
"""Longest line of LaTeX of a cost."""


def game_latex(game: IncentiveGame) -> str:
    r"""The costs as LaTeX to paste: what the leader pays on average over the followers i, what each of them pays.

    >>> print(game_latex(IncentiveGame("u0**2 + u**2", "(u + u0 - 4)**2", followers="N")), end="")
    \begin{align*}
    J_0 &= \frac{1}{N} \sum_{i=1}^{N} \Bigl( u_{0}^{2} + u_{i}^{2} \Bigr) \\
    J_i &= u_{0}^{2} + 2 u_{0} u_{i} + u_{i}^{2} - 8 u_{0} - 8 u_{i} + 16
    \end{align*}
    """
    own = {name: symbol(f"{name}_i") for name in game.variables.follower}
    count = value_latex(game.followers)
    rows = []
    for player, index in (("leader", "0"), ("major", r"{\mathrm{M}}"), ("follower", "i")):
        cost = getattr(game.costs, player)
        if cost is None:
            continue
        averaged = player == "leader" and bool(set(own) & set(parameters_of(cost)))
        before = rf"\frac{{1}}{{{count}}} \sum_{{i=1}}^{{{count}}} \Bigl( " if averaged else ""
        said = before + value_latex(cost.at(own) if isinstance(cost, Expression) else cost) + r" \Bigr)" * averaged
        said = said if game.information is None else rf"\mathrm{{E}} \Bigl[ {said} \Bigr]"
        rows.append(rf"J_{index} &= {_broken(said)}")
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"


def _broken(formula: str) -> str:
    """A long sum in several lines, broken before terms that stand in no braces."""
    lines, line, depth = [], "", 0
    for word in formula.split(" "):
        if word in ("+", "-") and depth == 0 and len(line) > _LONGEST:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
        depth += word.count("{") - word.count("}")
    return " \\\\\n&\\quad ".join([*lines, line])
