"""A Markov game for people: state by state a table of rewards and where each outcome leads, the first few of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from stackexact.exact.decimals import numerals_shortened
from stackexact.exact.latex import latex as value_latex
from stackexact.games import latex as tex
from stackexact.games.bimatrix import Game
from stackexact.games.display import HINT, game_latex, html_table, latex_number, nothing_below
from stackexact.games.distributions import Distribution
from stackexact.games.markov import MarkovGame, Stage
from stackexact.games.response_display import PLAIN, head_html, head_on_page, matrix_of, matrix_on_page
from stackexact.games.screen import WIDTH, Page, painted, printable
from stackexact.games.table import brief, game_table
from stackexact.games.tables import Actions

__all__ = ["game_page", "html", "latex", "text", "title", "whole_latex"]

_STATES: Final = 6
"""So many tables of a game with many states or stages are shown."""

_MOVES: Final = 12
"""So many outcomes are told one by one where they lead."""


@dataclass(frozen=True, slots=True)
class _Block:
    """A state at the stages where it is the same: as a title and a table, or as the name of a state that is alike."""

    title: str
    actions: Actions
    stage: Stage
    like: str = ""


def title(game: MarkovGame) -> str:
    """The name of the game, its numbers of states and stages."""
    return f"{game.name or 'unnamed game'}: {game.size}"


def _facts(game: MarkovGame) -> Iterator[tuple[str, str]]:
    if game.parameters:
        yield "parameters", ", ".join(game.parameters)
    if game.assumptions:
        yield "assumptions", numerals_shortened(", ".join(map(str, game.assumptions)))
    told = game.follower
    if told.response == "best":
        ties = {"strong": ", ties for the leader", "weak": ", ties against the leader", None: ""}[told.ties]
        yield "follower", f"best response, myopic{ties}"
    else:
        eta = "by weights" if told.eta is None else f"eta = {brief(told.eta)}"
        ahead = "myopic" if told.discount == 0 else f"discount = {brief(told.discount)}"
        yield "follower", f"quantal response, {eta}, {ahead}"
    yield (
        "leader",
        "her policy may depend on the follower's action"
        if game.prescription
        else "her policy does not depend on the follower's action",
    )
    if len(game.states) > 1:
        first = tuple((s, value) for s, value in enumerate(game.initial) if value)
        yield "first state", _distribution(first, game.states)


def _distribution(given: Distribution, names: Sequence[str]) -> str:
    """Where an outcome leads: a name, or names with probabilities, the first few of many."""
    if len(given) == 1 and given[0][1] == 1:
        return printable(names[given[0][0]])
    parts = [f"{printable(names[s])} ({brief(value)})" for s, value in given[:_STATES]]
    return ", ".join(parts) + (f", … ({len(given)} states)" if len(given) > _STATES else "")


def _blocks(game: MarkovGame) -> Iterator[_Block]:
    seen: dict[tuple[int, ...], str] = {}
    for s, name in enumerate(game.states):
        own = game.stages_of(s)
        key = tuple(map(id, own))
        if key in seen:
            yield _Block(printable(name), game.actions[s], own[0], printable(seen[key]))
            continue
        seen[key] = name
        for h, stage in enumerate(own):
            when = "" if len(own) == 1 else f", stage {h + 1}"
            yield _Block(f"{printable(name)}{when}", game.actions[s], stage)


def _shown(game: MarkovGame, full: bool) -> tuple[list[_Block], int]:
    """The blocks to show, and how many there are."""
    blocks = list(_blocks(game))
    return (blocks if full else blocks[:_STATES]), len(blocks)


def _matrix(block: _Block) -> Game:
    return matrix_of(block.stage, block.actions)


def _legend(game: MarkovGame) -> str:
    other = "follower's reward" if game.follower.eta is not None or game.follower.response == "best" else "exp(eta*r)"
    return f"leader's reward, {'weight ' if other.startswith('exp') else ''}{other}"


# -- text -------------------------------------------------------------------------------------------------------------


def text(game: MarkovGame, *, colour: bool = False, width: int = WIDTH, full: bool = False, hint: str = HINT) -> str:
    """The game as text: facts, then a table for every state, the first few of many unless ``full``."""
    page = Page(width, full)
    game_page(page, game)
    if page.shortened:
        page.paragraph(hint, "dim")
    return painted(page.lines, colour=colour)


def game_page(page: Page, game: MarkovGame, remark: str = "") -> None:
    """Put title, remark, description, facts and tables on a page."""
    head_on_page(page, title(game), game, tuple(_facts(game)), remark)
    blocks, count = _shown(game, page.full)
    for block in blocks:
        page.add()
        if block.like:
            page.paragraph(f"{block.title}: like {block.like}", "label")
            continue
        page.paragraph(block.title, "label")
        matrix_on_page(page, _matrix(block))
        _moves(page, block, game.states)
    page.add()
    page.paragraph(_legend(game), "dim")
    if len(blocks) < count:
        page.paragraph(f"shown: {len(blocks)} of {count} tables", "warning")
        page.shortened = True


def _moves(page: Page, block: _Block, names: Sequence[str]) -> None:
    """Where outcomes lead, in one line if all lead to the same."""
    moves = block.stage.transitions
    if moves is None:
        return
    if len({one for row in moves for one in row}) == 1:
        page.paragraph(f"then {_distribution(moves[0][0], names)}", indent=2)
        return
    told = [
        f"{printable(a)}, {printable(b)}: then {_distribution(one, names)}"
        for a, row in zip(block.actions.leader, moves, strict=True)
        for b, one in zip(block.actions.follower, row, strict=True)
    ]
    kept = told if page.full else told[:_MOVES]
    for line in kept:
        page.paragraph(line, indent=2)
        page.shortened |= "…" in line
    if len(kept) < len(told):
        page.paragraph(f"shown: {len(kept)} of {len(told)} outcomes", "warning")
        page.shortened = True


# -- HTML and LaTeX ---------------------------------------------------------------------------------------------------


def html(game: MarkovGame) -> str:
    """Title, facts and tables as HTML; where an outcome leads stands below its payoffs."""
    parts = [head_html(title(game), game, tuple(_facts(game)))]
    blocks, count = _shown(game, False)
    for block in blocks:
        if block.like:
            parts.append(f"<p><b>{escape(block.title)}</b>: like {escape(block.like)}</p>")
            continue
        moves = block.stage.transitions

        def below(i: int, j: int, moves: tuple[tuple[Distribution, ...], ...] | None = moves) -> str:
            return "" if moves is None else f"→ {escape(_distribution(moves[i][j], game.states))}"

        table = game_table(_matrix(block), PLAIN)
        parts.append(html_table(table, block.title, below))
        parts += [f"<p><small>{table.cropped}</small></p>"] if table.cropped else []
    legend = _legend(game) + (f"; shown: {len(blocks)} of {count} tables" if len(blocks) < count else "")
    return f"<div>{''.join(parts)}<p><small>{escape(legend)}</small></p></div>"


def latex(game: MarkovGame) -> str:
    """The first few states as LaTeX tables, cropped where they are large."""
    return _latex(game, full=False)


def whole_latex(game: MarkovGame) -> str:
    r"""One ``tabular`` per state, with the state in its corner; where an outcome leads stands below its payoffs.

    >>> table = {"payoffs": {"leader": [[1, 0]], "follower": [["r", 0]]}, "transitions": [[{"s": 1}, {"s": 1}]]}
    >>> print(whole_latex(MarkovGame({"s": table}, horizon=2, follower={"response": "best"})), end="")
    % s
    \begin{tabular}{c|cc}
    s & b1 & b2 \\
    \hline
    a1 & \shortstack{$1,\, r$ \\ $\to$ s} & \shortstack{$0,\, 0$ \\ $\to$ s} \\
    \end{tabular}
    """
    return _latex(game, full=True)


def _latex(game: MarkovGame, full: bool) -> str:
    blocks, count = _shown(game, full)
    parts = [f"% shown: {len(blocks)} of {count} tables\n"] if len(blocks) < count else []
    for block in blocks:
        if block.like:
            parts.append(f"% {block.title}: like {block.like}\n")
            continue
        matrix, moves = _matrix(block), block.stage.transitions

        def below(i: int, j: int, moves: tuple[tuple[Distribution, ...], ...] | None = moves) -> str:
            return "" if moves is None else _latex_move(moves[i][j], game.states, full)

        sizes = dict(zip(("rows", "columns"), matrix.shape, strict=True)) if full else {}
        table = game_table(matrix, PLAIN, **sizes)
        body = game_latex(table, tex.escaped(block.title), nothing_below if moves is None else below, full=full)
        parts.append(f"% {block.title}\n{body}")
    return "\n".join(parts)


def _latex_move(given: Distribution, names: Sequence[str], full: bool) -> str:
    if len(given) == 1 and given[0][1] == 1:
        return rf"$\to$ {tex.escaped(printable(names[given[0][0]]))}"
    kept = given if full else given[:_STATES]
    parts = [
        rf"{tex.escaped(printable(names[s]))} $({value_latex(value) if full else latex_number(value)})$"
        for s, value in kept
    ]
    return rf"$\to$ {', '.join(parts)}" + (r", \ldots" if len(kept) < len(given) else "")
