"""A game for people: plain or coloured text, HTML for notebooks, LaTeX to paste."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from typing import Final, TypeAlias

from stackexact.exact.latex import latex as value_latex
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games import latex as tex
from stackexact.games.bimatrix import Game
from stackexact.games.screen import WIDTH, Line, Page, clip, painted, printable, wide
from stackexact.games.table import Entry, GameTable, Marks, brief, game_table

__all__ = [
    "HINT",
    "fitting",
    "game_html",
    "game_latex",
    "game_page",
    "grid",
    "html",
    "html_table",
    "latex",
    "latex_number",
    "nothing_below",
    "text",
]

HINT: Final = "shortened for the screen; document() holds everything"
"""What a reader in Python is told about numbers and rows that are not shown."""

_LABEL: Final = 20
_DIGITS: Final = (0, 6, 3)
"""Long numbers of a table are shortened; if it does not fit, rounded to six digits; if it still does not, to three."""


def text(game: Game, *, colour: bool = False, width: int = WIDTH, full: bool = False, hint: str = HINT) -> str:
    """The game as a table of payoff pairs with the follower's best responses marked.

    Long numbers are shortened, and a game is cropped to the width and to a dozen rows, unless ``full``; ``hint`` then
    tells the reader where the rest is.

    >>> print(text(Game([["1/2", 2], [0, 3]], [[0, 1], [2, 2]], name="tiny")), end="")
    tiny: 2 x 2
    <BLANKLINE>
        b1       b2
    a1  1/2, 0   2, 1*
    a2    0, 2*  3, 2*
    <BLANKLINE>
    leader's payoff, follower's payoff; * best response
    """
    page = Page(width, full)
    game_page(page, game)
    if page.shortened:
        page.paragraph(hint, "dim")
    return painted(page.lines, colour=colour)


def html(game: Game) -> str:
    """The game as an HTML table."""
    return f"<div>{game_html(game_table(game))}</div>"


def latex(game: Game) -> str:
    """The game as a LaTeX ``tabular``."""
    return game_latex(game_table(game))


Below: TypeAlias = Callable[[int, int], str]


def nothing_below(row: int, column: int) -> str:
    """Nothing is said of any outcome."""
    return ""


# -- text -------------------------------------------------------------------------------------------------------------


def game_page(page: Page, game: Game, marks: Marks | None = None, remark: str = "") -> None:
    """Put title, remark, description, facts and payoff table on a page."""
    table, number = fitting(page, game, marks)
    page.paragraph(table.title, "title")
    page.paragraph(remark, "dim")
    page.paragraph(game.description or "")
    for label, fact in table.facts:
        told = ", ".join(map(str, game.assumptions)) if page.full and label == "assumptions" else fact
        page.shortened |= "…" in told
        page.paragraph(f"{label}: {told}", "dim")
    page.add()
    page.lines += grid(page, table, number)
    page.add()
    texts = [number(value) for row in table.entries for entry in row for value in (entry.leader, entry.follower)]
    rounding = ["~ rounded"] if any(text.startswith("~") for text in texts) else []
    page.paragraph("; ".join(("leader's payoff, follower's payoff", *legend_of(table, "*"), *rounding)), "dim")
    page.paragraph("; ".join(legend_of(table)), "dim")
    page.paragraph(table.cropped, "warning")
    page.shortened |= bool(table.cropped or rounding or any("…" in text for text in texts))


def fitting(page: Page, game: Game, marks: Marks | None) -> tuple[GameTable, Callable[[Exact], str]]:
    """The largest table that fits, and how it writes numbers: long ones are rounded before columns are left out."""
    if page.full:
        return game_table(game, marks, rows=game.shape[0], columns=game.shape[1]), text_of
    whole = game_table(game, marks)
    for columns in range(len(whole.columns), 0, -1):
        table = whole.narrowed(columns)
        for digits in _DIGITS:
            number = partial(brief, digits=digits)
            if all(sum(wide(span) for span, _ in line) <= page.width for line in grid(page, table, number)):
                return table, number
    return table, number


def legend_of(table: GameTable, star: str = "") -> list[str]:
    """What the asterisk means, or what the letters mean."""
    return [f"{mark} {meaning}" for mark, meaning in table.legend if (mark == "*") == (star == "*")]


def grid(page: Page, table: GameTable, number: Callable[[Exact], str]) -> list[Line]:
    """The rows of the table; the leader's payoffs end, the follower's begin at the comma."""
    texts = [[(number(e.leader), number(e.follower) + "*" * e.best, e.marks) for e in row] for row in table.entries]
    clipped = printable if page.full else partial(clip, width=min(_LABEL, page.width // 3))
    labels = [clipped(table.game.actions.leader[i]) for i in table.rows]
    margin = max(map(wide, labels))
    header: list[tuple[str, str]] = [(" " * margin, "")]
    lines: list[list[tuple[str, str]]] = [[(_left(label, margin), "label")] for label in labels]
    for place, (previous, j) in enumerate(zip((-1, *table.columns), table.columns, strict=False)):
        gap = "  …  " if j > previous + 1 else "  "
        column = [row[place] for row in texts]
        one, two, mark = (max(len(parts[k]) for parts in column) for k in range(3))
        label = clipped(table.game.actions.follower[j])
        size = max(wide(label), one + 2 + two + (mark + 1 if mark else 0))
        header += [(gap, ""), (_left(label, size), "label")]
        for line, entry, parts in zip(lines, [row[place] for row in table.entries], column, strict=True):
            line.append((gap, "dim"))
            line += _pair(entry, parts, one, size)
    if table.columns[-1] + 1 < table.game.shape[1]:
        header.append(("  …", "dim"))
    return [tuple(header), *_with_gaps(table, lines)]


def _pair(entry: Entry, parts: tuple[str, str, str], one: int, size: int) -> Iterator[tuple[str, str]]:
    leader, follower, marks = parts
    chosen = "chosen" if marks else ""
    yield f"{leader:>{one}}, ", chosen
    yield follower, chosen or ("best" if entry.best else "")
    tail = f" {marks}" if marks else ""
    yield tail + " " * (size - one - 2 - len(follower) - len(tail)), chosen


def _with_gaps(table: GameTable, lines: list[list[tuple[str, str]]]) -> Iterator[Line]:
    previous = -1
    for i, line in zip(table.rows, lines, strict=True):
        if i > previous + 1:
            yield (("…", "dim"),)
        yield tuple(line)
        previous = i
    if previous + 1 < table.game.shape[0]:
        yield (("…", "dim"),)


def _left(label: str, size: int) -> str:
    return label + " " * (size - wide(label))


# -- HTML -------------------------------------------------------------------------------------------------------------


def game_html(table: GameTable) -> str:
    """Title, description, table and legend as HTML."""
    game = table.game
    facts = [f"{label}: {fact}" for label, fact in table.facts]
    legend = ["leader's payoff, follower's payoff", *legend_of(table, "*"), *legend_of(table)]
    legend += [table.cropped] if table.cropped else []
    above = "".join(f"<br>{escape(printable(line))}" for line in (game.description or "", *facts) if line)
    return (
        f"<p><b>{escape(printable(table.title))}</b>{above}</p>{html_table(table)}"
        f"<p><small>{escape('; '.join(legend))}</small></p>"
    )


def html_table(table: GameTable, corner: str = "", below: Below = nothing_below) -> str:
    """The table alone; what ``below`` says of an outcome stands below its payoffs, as HTML."""
    game = table.game
    head = "".join(f"<th>{escape(printable(game.actions.follower[j]))}</th>" for j in table.columns)
    rows = "".join(
        f"<tr><th>{escape(printable(game.actions.leader[i]))}</th>"
        f"{''.join(_html_entry(entry, below(i, j)) for j, entry in zip(table.columns, entries, strict=True))}</tr>"
        for i, entries in zip(table.rows, table.entries, strict=True)
    )
    return f"<table><thead><tr><th>{escape(printable(corner))}</th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _html_entry(entry: Entry, below: str) -> str:
    leader, follower = escape(brief(entry.leader)), escape(brief(entry.follower))
    pair = f"{leader}, <b>{follower}*</b>" if entry.best else f"{leader}, {follower}"
    pair += f"<br><small>{below}</small>" if below else ""
    if not entry.marks:
        return f"<td>{pair}</td>"
    return f'<td style="outline: 1px solid">{pair} <sup>{escape(entry.marks)}</sup></td>'


# -- LaTeX ------------------------------------------------------------------------------------------------------------


def game_latex(table: GameTable, corner: str = "", below: Below = nothing_below, *, full: bool = False) -> str:
    r"""The table as a ``tabular``; best responses carry an asterisk, marked outcomes their letters; what ``below`` says
    of an outcome, as LaTeX, stands below its payoffs. No number is shortened if ``full``.

    >>> print(game_latex(game_table(Game([["1/2"]], [[0]]))), end="")
    \begin{tabular}{c|c}
     & b1 \\
    \hline
    a1 & $\frac{1}{2},\, 0^{*}$ \\
    \end{tabular}
    """
    game = table.game
    labels = [tex.escaped(printable(game.actions.follower[j])) for j in table.columns]
    lines = [rf"\begin{{tabular}}{{c|{'c' * len(labels)}}}", " & ".join([corner, *labels]) + r" \\", r"\hline"]
    for i, entries in zip(table.rows, table.entries, strict=True):
        label = tex.escaped(printable(game.actions.leader[i]))
        cells = [_latex_entry(entry, below(i, j), full) for j, entry in zip(table.columns, entries, strict=True)]
        lines.append(" & ".join([label, *cells]) + r" \\")
    if table.cropped:
        lines.insert(0, f"% {table.cropped}; stackexact convert GAME OUT.tex writes the whole table")
    return "\n".join([*lines, r"\end{tabular}", ""])


def _latex_entry(entry: Entry, below: str, full: bool) -> str:
    number = value_latex if full else latex_number
    pair = rf"${number(entry.leader)},\, {number(entry.follower)}{'^{*}' if entry.best else ''}$"
    pair += rf"\textsuperscript{{{entry.marks}}}" if entry.marks else ""
    return rf"\shortstack{{{pair} \\ {below}}}" if below else pair


def latex_number(value: Exact, longest: int = 40) -> str:
    r"""A number in math mode, shortened in the middle if it is long.

    >>> from fractions import Fraction
    >>> latex_number(Fraction(10**5000 + 1, 3))
    '\\mbox{100\\ldots{}001/3 (5 001 and 1 digits)}'
    """
    if len(text_of(value)) <= longest:
        return value_latex(value)
    return rf"\mbox{{{tex.escaped(brief(value))}}}".replace("…", r"\ldots{}")
