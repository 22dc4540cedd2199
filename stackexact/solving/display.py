"""A solution for people: plain or coloured text, HTML for notebooks; ``display_latex`` adds LaTeX to paste."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from html import escape
from typing import Final

from stackexact.exact.decimals import numerals_shortened, rounded, shortened
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.rational_function import Exact, Expression
from stackexact.games.display import HINT, game_html, game_page
from stackexact.games.kinds import kind
from stackexact.games.screen import WIDTH, Line, Page, clip, painted, printable, wide
from stackexact.games.table import game_table
from stackexact.solving.announced import Sentence
from stackexact.solving.cells import Infinity
from stackexact.solving.display_latex import latex, part_latex
from stackexact.solving.shown import Shown
from stackexact.solving.solution import Solution
from stackexact.solving.values import Block, Item, Part, beside, block_of, blocks, exact_text, marks_of

__all__ = ["DIGITS", "html", "latex", "part_html", "part_latex", "part_text", "text"]

DIGITS: Final = 6
"""Significant digits of the decimals beside exact values."""

_INDENT: Final = 16
_LONGEST: Final = 80
_DECIMAL: Final = 40
"""Most digits of a decimal that stands for a long fraction because it is the number itself."""
_FORMULA: Final = 240
"""Longest function of parameters that is broken into lines instead of shortened."""
_CLOSED_FORM: Final = 48
"""Longest closed form that stands before the digits of an enclosure."""
_PARTS: Final = 16
"""Actions of a commitment that are shown one by one."""
_CELLS: Final = 16
"""Cells of a closed form that are shown one by one."""


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
    if solution.game.kind == "bimatrix":
        game_page(page, solution.game, marks_of(solution), remark)
    else:
        kind(solution.game.kind).page(page, solution.game, remark)
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


def part_text(part: Shown, digits: int = DIGITS) -> str:
    """A result, a cell or a certificate as it stands on the page of a solution.

    >>> import stackexact as sx
    >>> game = sx.Game(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    >>> print(part_text(sx.solve(game)["alignment"]), end="")
    alignment: partial-alignment constant
      constant      oo (no finite constant)
      same ranking  no
    """
    page = Page()
    _block_page(page, block_of(part), digits)
    if page.shortened:
        page.paragraph(HINT, "dim")
    return painted(page.lines)


def _block_page(page: Page, block: Block, digits: int) -> None:
    if not block.name:
        pass
    elif wide(block.name) + 2 + wide(block.title) <= page.width:
        page.add((block.name, "title"), (f": {block.title}", ""))
    else:
        page.add((f"{block.name}:", "title"))
        page.paragraph(block.title, indent=2)
    shown = block.cells if page.full else block.cells[:_CELLS]
    items = (*block.facts, *(item for _, items in shown for item in items))
    column = max((_INDENT, *(wide(item.label) + 4 for item in items)))
    for item in block.facts:
        _item_lines(page, item, digits, column)
    for when, items in shown:
        if when:
            _when_lines(page, when)
        elif len(block.cells) > 1:
            page.paragraph("when not excluded above:", "label", indent=2)
        for item in items:
            _item_lines(page, item, digits, column)
    if len(shown) < len(block.cells):
        page.add(("  ", ""), (f"… {_more_cells(block)}", "warning"))
        page.shortened = True


def _more_cells(block: Block) -> str:
    """How many cells are not shown, and whether some of them stay undecided."""
    left = [items for _, items in block.cells[_CELLS:]]
    open_ = sum(item.label == "undecided" for items in left for item in items)
    return f"{len(left)} more cells of {len(block.cells)}{f', {open_} of them undecided' if open_ else ''}"


def _when_lines(page: Page, when: Sequence[str]) -> None:
    """The relations of a cell, broken between relations where that is possible."""
    line = "when"
    room = page.width - 2
    for number, relation in enumerate(when):
        told = printable(relation) if page.full else numerals_shortened(printable(relation))
        page.shortened |= "…" in told
        word = f"{'and ' if number else ''}{told}"
        end = ":" if number == len(when) - 1 else ""
        if number and wide(line) + 1 + wide(word) + len(end) > room:
            page.paragraph(line, "label", indent=2)
            line = word + end
        else:
            line = f"{line} {word}{end}"
    page.paragraph(line, "label", indent=2)


def _item_lines(page: Page, item: Item, digits: int, column: int) -> None:
    """The label, and from the ``column`` on the words on one line, or statements or numbers one below the other."""
    label = f"  {item.label}".ljust(column)
    said = [part.number.text for part in item.parts if isinstance(part.number, Sentence)]
    if not page.full and len(said) > _PARTS:
        said = [*said[:_PARTS], f"… {len(said) - _PARTS} more"]
        page.shortened = True
    if said or all(part.number is None for part in item.parts):
        for words in said or [", ".join(part.word for part in item.parts)]:
            _beside_label(page, label, "", _broken(page, page.width - column, (words, "")))
            label = " " * column
        return
    shown = item.parts if page.full else item.parts[:_PARTS]
    heads = [printable(part.word) if page.full else clip(part.word, page.width // 3) for part in shown]
    page.shortened |= any(head.endswith("…") for head in heads)
    margin = max(map(wide, heads))
    for head, part in zip(heads, shown, strict=True):
        indent = column + (margin + 2 if margin else 0)
        head += " " * (indent - column - wide(head))
        _beside_label(page, label, head, _number_lines(page, part, digits, page.width - indent))
        label = " " * column
    if len(shown) < len(item.parts):
        page.add((label, ""), (f"… {len(item.parts) - len(shown)} more", "warning"))
        page.shortened = True


def _number_lines(page: Page, part: Part, digits: int, room: int) -> Sequence[Line]:
    """The exact number and its decimal, on one line where there is room for both."""
    exact, beside = _number_texts(page, part, digits, room)
    if wide(exact) + 1 + wide(beside) <= room:
        return [((exact, ""), (f" {beside}", "dim"))]
    if page.full:
        return [((exact, ""),), ((beside, "dim"),)][: 2 if beside else 1]
    return _broken(page, room, (exact, ""), (beside, "dim"))


def _broken(page: Page, room: int, *texts: tuple[str, str]) -> list[Line]:
    """Texts as paragraphs of that width, one below the other."""
    inner = Page(room, page.full)
    for text, style in texts:
        inner.paragraph(text, style)
    return inner.lines


def _beside_label(page: Page, label: str, head: str, lines: Iterable[Line]) -> None:
    """Lines to the right of the label, and of what stands at the ``head`` of the first."""
    for spans in lines:
        page.add((label, "label"), (head, ""), *spans)
        label, head = " " * wide(label), " " * wide(head)


def _number_texts(page: Page, part: Part, digits: int, room: int) -> tuple[str, str]:
    """The exact number, shortened if it must be, and its decimal with ``=`` or ``≈``."""
    value = part.number
    assert value is not None
    assert not isinstance(value, Sentence)
    if isinstance(value, Infinity):
        return str(value), ""
    exact = exact_text(value)
    if isinstance(value, Enclosure):
        long = not page.full and len(exact) > min(room, _CLOSED_FORM)
        page.shortened |= long
        return (beside(value, "", digits), "") if long or not exact else (exact, beside(value, exact, digits))
    if page.full or len(exact) <= min(room, _LONGEST) or (isinstance(value, Expression) and len(exact) <= _FORMULA):
        return exact, beside(value, exact, digits)
    short = _elided(value, exact, room)
    page.shortened |= "…" in short
    return short, beside(value, exact, digits) if "…" in short else ""


def _elided(value: Exact, text: str, room: int) -> str:
    """A long number in little space: as a decimal where that is exact, else without its middle."""
    if not isinstance(value, Fraction):
        ends = max(1, min(24, (room - 1) // 2))
        return f"{text[:ends]}…{text[-ends:]}"
    decimal = rounded(value, min(_DECIMAL, max(room - 3, DIGITS)))
    # Sign, quotient and two marks stand between the four ends; how many digits there are may go to the next line.
    return decimal.text if decimal.exact else shortened(value, max(1, min(6, (room - 4) // 4)))


# -- HTML -------------------------------------------------------------------------------------------------------------


def html(solution: Solution, digits: int = DIGITS) -> str:
    """The payoff table and every value as HTML."""
    parts = [_game_html(solution)]
    parts += [_html_block(block, digits) for block in blocks(solution)]
    parts += [f"<p><small>note: {escape(printable(note))}</small></p>" for note in solution.notes]
    return f"<div>{''.join(parts)}</div>"


def _game_html(solution: Solution) -> str:
    if solution.game.kind == "bimatrix":
        return game_html(game_table(solution.game, marks_of(solution)))
    return str(solution.game._repr_html_())


def part_html(part: Shown, digits: int = DIGITS) -> str:
    """A result, a cell or a certificate as HTML."""
    return f"<div>{_html_block(block_of(part), digits)}</div>"


def _html_block(block: Block, digits: int) -> str:
    heading = f"<p><b>{escape(block.name)}</b>: {escape(block.title)}</p>" if block.name else ""
    return f"{heading}<table><tbody>{''.join(_html_rows(block, digits))}</tbody></table>"


def _html_rows(block: Block, digits: int) -> Iterator[str]:
    for item in block.facts:
        yield _html_row(item, digits)
    for when, items in block.cells[:_CELLS]:
        if when:
            told = escape(numerals_shortened(" and ".join(when)))
            yield f'<tr><th colspan="2" style="text-align: left">when {told}</th></tr>'
        for item in items:
            yield _html_row(item, digits)
    if len(block.cells) > _CELLS:
        yield f'<tr><td colspan="2" style="text-align: left">… {_more_cells(block)}</td></tr>'


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
    if isinstance(part.number, Sentence):
        return escape(part.number.text)
    exact, beside = _number_texts(Page(), part, digits, _LONGEST)
    return f"{word}{': ' if word else ''}{escape(exact)}{f' <small>{beside}</small>' if beside else ''}"
