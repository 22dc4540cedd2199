"""A comparison for people: text, HTML for notebooks, LaTeX to paste."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from stackexact.games import latex as tex
from stackexact.solving.branches import relations
from stackexact.solving.display_latex import relations_latex

if TYPE_CHECKING:
    from stackexact.solving.comparing import Comparison

__all__ = ["html", "latex", "text"]

_WORDS: Final = {"<": "smaller", "==": "equal", ">": "larger"}
_CELLS: Final = 16
"""Regions that are shown one by one."""

_Row = tuple[str, tuple[str, ...]]


def text(comparison: Comparison) -> str:
    """One line if one relation holds on the domain, else one for each region.

    >>> import stackexact as sx
    >>> result = sx.solve(sx.Game([["delta"]], [[0]]))["pure-strong"]
    >>> print(text(sx.compare(result, "delta**2 + 1")))
    leader of pure-strong, beside delta**2 + 1: smaller on the domain
    """
    rows, more = _rows(comparison)
    lines = [f"{word}{_joined(' when ', when)}" for word, when in rows]
    if lines == [rows[0][0]]:
        return f"{_head(comparison)} {rows[0][0]} on the domain"
    return "\n  ".join([_head(comparison), *lines, *more])


def html(comparison: Comparison) -> str:
    """The regions as the rows of a table."""
    rows, more = _rows(comparison)
    style = 'style="text-align: left"'
    made = [
        f"<tr><th {style}>{word}</th><td {style}>{escape(_joined('when ', when) or 'on the domain')}</td></tr>"
        for word, when in rows
    ]
    made += [f'<tr><td colspan="2" {style}>{line}</td></tr>' for line in more]
    return f"<div><p>{escape(_head(comparison))}</p><table><tbody>{''.join(made)}</tbody></table></div>"


def latex(comparison: Comparison) -> str:
    r"""The regions as an ``itemize``.

    >>> import stackexact as sx
    >>> result = sx.solve(sx.Game([["delta"]], [[0]], assumptions=["0 < delta"]))["pure-strong"]
    >>> print(latex(sx.compare(result, 1)), end="")
    leader of pure-strong, beside 1:
    \begin{itemize}
    \item smaller if $\delta < 1$;
    \item equal if $\delta = 1$;
    \item larger if $\delta > 1$.
    \end{itemize}
    """
    rows, more = _rows(comparison)
    items = [rf"\item {word} {_latex_place(when)}" for word, when in rows]
    items += [rf"\item {line}".replace("…", r"\ldots{}") for line in more]
    lines = [tex.escaped(_head(comparison)), r"\begin{itemize}", ";\n".join(items) + ".", r"\end{itemize}", ""]
    return "\n".join(lines)


def _latex_place(when: Sequence[str]) -> str:
    return f"if ${relations_latex(relations(when))}$" if when else "on the domain"


def _head(comparison: Comparison) -> str:
    return f"{comparison.first}, beside {comparison.second}:"


def _rows(comparison: Comparison) -> tuple[list[_Row], list[str]]:
    """What is shown of the regions, and how many more there are."""
    rows = [(_WORDS[cell.relation], cell.when) for cell in comparison.cells]
    rows += [("undecided", when) for when in comparison.undecided]
    left = len(rows) - _CELLS
    return rows[:_CELLS], [f"… {left} more of {len(rows)}"] if left > 0 else []


def _joined(before: str, when: Sequence[str]) -> str:
    return f"{before}{' and '.join(when)}" if when else ""
