"""A solution for people: plain or coloured text, HTML for notebooks, LaTeX to paste."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from html import escape
from typing import Final

from stackexact.exact.decimals import rounded, shortened
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games import latex as tex
from stackexact.games.display import HINT, game_html, game_latex, game_page, latex_number
from stackexact.games.screen import WIDTH, Page, clip, painted, printable, wide
from stackexact.games.table import GameTable, game_table
from stackexact.solving.solution import Solution
from stackexact.solving.values import Block, Item, Part, blocks, marks_of

__all__ = ["DIGITS", "html", "latex", "text"]

DIGITS: Final = 6
"""Significant digits of the decimals beside exact values."""

_INDENT: Final = 16
_LONGEST: Final = 80
_PLAIN: Final = 15
_PARTS: Final = 16
"""Actions of a commitment that are shown one by one."""


def text(
    solution: Solution,
    digits: int = DIGITS,
    colour: bool = False,
    *,
    width: int = WIDTH,
    full: bool = False,
    remark: str = "",
    hint: str = HINT,
) -> str:
    """The payoff table, then every value: exact, with a decimal of ``digits`` significant digits beside it.

    ``=`` says that the decimal is the value itself, ``≈`` that it is rounded; ``digits=0`` leaves decimals out. Long
    numbers are shortened in the middle and large games cropped unless ``full``; ``hint`` tells where the rest is.
    ``remark`` stands below the title.

    >>> import stackexact as sx
    >>> game = sx.Game(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    >>> print(text(sx.solve(game, concepts=["mixed-strong"]), digits=3), end="")
    unnamed game: 2 x 2
    <BLANKLINE>
        b1     b2
    a1  2, 1*  4, 0 m
    a2  1, 0   3, 1* m
    <BLANKLINE>
    leader's payoff, follower's payoff; * best response
    m outcome of mixed-strong
    <BLANKLINE>
    mixed-strong: Stackelberg, mixed commitment, ties for the leader
      leader        7/2 = 3.5
      follower      1/2 = 0.5
      commitment    a1  1/2 = 0.5
                    a2  1/2 = 0.5
      response      b2
    """
    page = Page(width, full)
    game_page(page, solution.game, marks_of(solution), remark)
    for block in blocks(solution):
        page.add()
        _block_page(page, block, digits)
    if solution.notes:
        page.add()
    for note in solution.notes:
        page.paragraph(f"note: {note}", "warning")
    if page.shortened:
        page.add()
        page.paragraph(hint, "dim")
    return painted(page.lines, colour=colour)


def _block_page(page: Page, block: Block, digits: int) -> None:
    if wide(block.name) + 2 + wide(block.title) <= page.width:
        page.add((block.name, "title"), (f": {block.title}", ""))
    else:
        page.add((f"{block.name}:", "title"))
        page.paragraph(block.title, indent=2)
    for item in block.facts:
        _item_lines(page, item, digits)
    for when, items in block.cells:
        if when or len(block.cells) > 1:
            page.paragraph(f"when {when or 'not excluded above'}:", "label", indent=2)
        for item in items:
            _item_lines(page, item, digits)


def _item_lines(page: Page, item: Item, digits: int) -> None:
    """The label, and behind it the words on one line, or the numbers one below the other."""
    label = f"  {item.label}".ljust(_INDENT)
    if all(part.number is None for part in item.parts):
        inner = Page(page.width - _INDENT)
        inner.paragraph(", ".join(part.word for part in item.parts))
        for spans in inner.lines:
            page.add((label, "label"), *spans)
            label = " " * _INDENT
        return
    shown = item.parts if page.full else item.parts[:_PARTS]
    words = [clip(part.word, page.width // 3) for part in shown]
    margin = max(map(wide, words))
    for word, part in zip(words, shown, strict=True):
        indent = _INDENT + (margin + 2 if margin else 0)
        head = word + " " * (indent - _INDENT - wide(word))
        exact, beside = _number_texts(page, part, digits, page.width - indent)
        if beside and indent + wide(exact) + 1 + wide(beside) > page.width:
            page.add((label, "label"), (head, ""), (exact, ""))
            page.add((" " * indent, ""), (beside, "dim"))
        else:
            page.add((label, "label"), (head, ""), (exact, ""), (f" {beside}", "dim"))
        label = " " * _INDENT
    if len(shown) < len(item.parts):
        page.add((label, ""), (f"… {len(item.parts) - len(shown)} more", "warning"))
        page.shortened = True


def _number_texts(page: Page, part: Part, digits: int, room: int) -> tuple[str, str]:
    """The exact number, shortened if it must be, and its decimal with ``=`` or ``≈``."""
    value = part.number
    assert value is not None
    exact = text_of(value)
    if page.full or len(exact) <= min(room, _LONGEST):
        return exact, _beside(value, exact, digits)
    short = _elided(value, exact)
    page.shortened |= "…" in short
    return short, _beside(value, exact, digits) if "…" in short else ""


def _elided(value: Exact, text: str) -> str:
    """A long number in little space: as a power of ten where that is exact, else without its middle."""
    if not isinstance(value, Fraction):
        return f"{text[:24]}…{text[-24:]}"
    decimal = rounded(value, DIGITS)
    return decimal.text if decimal.exact else shortened(value, 6)


def _beside(value: Exact, exact: str, digits: int) -> str:
    """The decimal with its sign; nothing beside an integer of moderate length, which is read as it stands."""
    if not isinstance(value, Fraction) or not digits or (value.denominator == 1 and len(exact) <= _PLAIN):
        return ""
    decimal = rounded(value, digits)
    return f"{'=' if decimal.exact else '≈'} {decimal.text}"


# -- HTML -------------------------------------------------------------------------------------------------------------


def html(solution: Solution, digits: int = DIGITS) -> str:
    """The payoff table and every value as HTML."""
    parts = [game_html(game_table(solution.game, marks_of(solution)))]
    for block in blocks(solution):
        rows = "".join(_html_rows(block, digits))
        parts.append(f"<p><b>{escape(block.name)}</b>: {escape(block.title)}</p><table><tbody>{rows}</tbody></table>")
    parts += [f"<p><small>note: {escape(printable(note))}</small></p>" for note in solution.notes]
    return f"<div>{''.join(parts)}</div>"


def _html_rows(block: Block, digits: int) -> Iterator[str]:
    for item in block.facts:
        yield _html_row(item, digits)
    for when, items in block.cells:
        if when:
            yield f'<tr><th colspan="2" style="text-align: left">when {escape(when)}</th></tr>'
        for item in items:
            yield _html_row(item, digits)


def _html_row(item: Item, digits: int) -> str:
    values = "<br>".join(_html_part(part, digits) for part in item.parts[:_PARTS])
    more = f"<br>… {len(item.parts) - _PARTS} more" if len(item.parts) > _PARTS else ""
    return (
        f'<tr><th style="text-align: left; vertical-align: top">{escape(item.label)}</th>'
        f'<td style="text-align: left">{values}{more}</td></tr>'
    )


def _html_part(part: Part, digits: int) -> str:
    word = escape(printable(part.word))
    if part.number is None:
        return word
    exact, beside = _number_texts(Page(), part, digits, _LONGEST)
    return f"{word}{': ' if word else ''}{escape(exact)}{f' <small>{beside}</small>' if beside else ''}"


# -- LaTeX ------------------------------------------------------------------------------------------------------------


def latex(solution: Solution, digits: int = DIGITS) -> str:
    r"""The payoff table as a ``tabular`` and every value in an ``itemize``, to paste into a document.

    Needs no package. Numbers of more than forty characters are shortened; ``solve --json`` has them in full.

    >>> import stackexact as sx
    >>> game = sx.Game(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    >>> print(latex(sx.solve(game, concepts=["alignment"])).partition("\n\n")[2], end="")
    \begin{itemize}
    \item \textbf{alignment} (partial-alignment constant):
      constant: $\infty$; same ranking: no.
    \end{itemize}
    """
    table = game_table(solution.game, marks_of(solution))
    lines = [f"% {printable(table.title)}", game_latex(table) + _latex_legend(table), r"\begin{itemize}"]
    for block in blocks(solution):
        lines.append(rf"\item \textbf{{{tex.escaped(block.name)}}} ({tex.escaped(block.title)}):")
        facts = [_latex_item(item, digits) for item in block.facts]
        for when, items in block.cells:
            where = f"when {tex.escaped(when)}: " if when else ""
            lines.append(f"  {where}{'; '.join((*facts, *(_latex_item(item, digits) for item in items)))}.")
    return "\n".join([*lines, r"\end{itemize}", ""])


def _latex_legend(table: GameTable) -> str:
    entries = "; ".join(("leader's payoff, follower's payoff", *(f"{mark} {text}" for mark, text in table.legend)))
    return rf"\par\smallskip\noindent{{\footnotesize {tex.escaped(entries)}}}" + "\n"


def _latex_item(item: Item, digits: int) -> str:
    return f"{tex.escaped(item.label)}: {', '.join(_latex_part(part, digits) for part in item.parts)}"


def _latex_part(part: Part, digits: int) -> str:
    word = r"$\infty$" if part.word.startswith("oo ") else tex.escaped(printable(part.word))
    if part.number is None:
        return word
    beside = _beside(part.number, text_of(part.number), digits)
    decimal = beside.replace("≈", r"\approx")
    return f"{word}{' ' if word else ''}${latex_number(part.number)}{f' {decimal}' if decimal else ''}$"
