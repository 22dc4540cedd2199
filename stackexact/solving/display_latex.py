"""A solution in LaTeX: the payoff table, values in an ``itemize``, closed forms as formulas with ``cases``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from stackexact.exact.latex import latex as value_latex
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, text_of
from stackexact.games import latex as tex
from stackexact.games.display import game_latex, latex_number
from stackexact.games.screen import printable
from stackexact.games.table import GameTable, game_table
from stackexact.solving.cells import Infinity
from stackexact.solving.shown import Shown
from stackexact.solving.solution import Result, Solution
from stackexact.solving.values import Block, Item, Part, beside, block_of, marks_of

__all__ = ["latex", "part_latex", "relations_latex"]

_SYMBOLS: Final = {"leader": r"\alpha_1", "follower": r"\alpha_2", "constant": "L"}
_SIGNS: Final = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OR: Final = r" \text{ or } "
_LONGEST: Final = 400
"""Longest side of a relation, or value of a case, that is not shortened."""
_CASES: Final = "% closed forms need \\usepackage{amsmath}"


def latex(solution: Solution, digits: int = 6) -> str:
    r"""The payoff table as a ``tabular`` and every value in an ``itemize``, to paste into a document.

    Closed forms are displayed formulas, with ``cases`` (of the package amsmath) where they take several; their domain
    stands in a sentence before them. Numbers need no package; those of more than forty characters are shortened, and
    ``solve --json`` has them in full.

    >>> import stackexact as sx
    >>> game = sx.Game(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    >>> print(latex(sx.solve(game, concepts=["alignment"])).partition("\n\n")[2], end="")
    \begin{itemize}
    \item \textbf{alignment} (partial-alignment constant):
      constant: $\infty$; same ranking: no.
    \end{itemize}
    """
    table = game_table(solution.game, marks_of(solution))
    lines = [f"% {printable(table.title)}"]
    if any(map(_is_closed_form, solution.values())):
        lines.append(_CASES)
    lines += [game_latex(table) + _legend(table), r"\begin{itemize}"]
    for result in solution.values():
        lines += _result(result, digits)
    return "\n".join([*lines, r"\end{itemize}", ""])


def part_latex(part: Shown, digits: int = 6) -> str:
    """A result, a cell or a certificate as LaTeX."""
    lines = _result(part, digits) if isinstance(part, Result) else _block(block_of(part), digits)
    return "\n".join([r"\begin{itemize}", *lines, r"\end{itemize}", ""])


def _legend(table: GameTable) -> str:
    entries = "; ".join(("leader's payoff, follower's payoff", *(f"{mark} {text}" for mark, text in table.legend)))
    return rf"\par\smallskip\noindent{{\footnotesize {tex.escaped(entries)}}}" + "\n"


# -- numbers ----------------------------------------------------------------------------------------------------------


def _heading(block: Block) -> str:
    return rf"\item \textbf{{{tex.escaped(block.name)}}} ({tex.escaped(block.title)}):" if block.name else r"\item"


def _block(block: Block, digits: int) -> Iterator[str]:
    yield _heading(block)
    facts = [_item(item, digits) for item in block.facts]
    for when, items in block.cells:
        where = f"if ${relations_latex(_parsed(when))}$: " if when else ""
        yield f"  {where}{'; '.join((*facts, *(_item(item, digits) for item in items)))}."


def _item(item: Item, digits: int) -> str:
    return f"{tex.escaped(item.label)}: {', '.join(_part(part, digits) for part in item.parts)}"


def _part(part: Part, digits: int) -> str:
    word = r"$\infty$" if part.word.startswith("oo ") else tex.escaped(printable(part.word))
    if part.number is None:
        return word
    if isinstance(part.number, Infinity):
        return f"{word}{' ' if word else ''}${_value(part.number)}$"
    decimal = beside(part.number, text_of(part.number), digits).replace("≈", r"\approx")
    return f"{word}{' ' if word else ''}${latex_number(part.number)}{f' {decimal}' if decimal else ''}$"


# -- closed forms -----------------------------------------------------------------------------------------------------


def _is_closed_form(result: Result) -> bool:
    return bool(result.cells) and (bool(result.parameters) or any(cell.when for cell in result.cells))


def _result(result: Result, digits: int) -> Iterator[str]:
    block = block_of(result)
    if not _is_closed_form(result):
        yield from _block(block, digits)
        return
    from stackexact.solving.branches import numeric_names

    names = numeric_names(result)
    yield _heading(block)
    yield f"  {_domain(result)},"
    yield from _formulas(result, names)
    places: dict[str, list[tuple[str, ...]]] = {}
    for when, items in block.cells:
        left = [item for item in items if item.label not in names and item.label != "undecided"]
        if left:
            places.setdefault("; ".join(_item(item, digits) for item in left), []).append(when)
    for said, whens in places.items():
        everywhere = len(whens) == len(block.cells)
        where = "" if everywhere else f"If {' or '.join(f'${_when(when)}$' for when in whens)}: "
        yield f"  {where}{said}."


def _domain(result: Result) -> str:
    """The assumptions, and the tolerance where there is one, as the beginning of a sentence."""
    from stackexact.solving.branches import names_in_play

    if result.assumptions:
        words = f"For ${relations_latex(result.assumptions)}$"
    else:
        names = ", ".join(f"${value_latex(_symbol(name))}$" for name in names_in_play(result))
        words = f"For all real {names}"
    return words if result.tolerance is None else f"{words} and the tolerance ${latex_number(result.tolerance)}$"


def _formulas(result: Result, names: Sequence[str]) -> Iterator[str]:
    """Short formulas beside one another, those with cases one below the other."""
    from stackexact.solving.branches import regions

    yield r"  \["
    made = []
    for name in names:
        found = regions(result, name)
        symbol = _SYMBOLS.get(name, rf"\text{{{tex.escaped(name)}}}")
        if found[0].whens == ((),):
            made.append(f"    {symbol} = {_value(found[0].value)}")
            continue
        rows = [
            rf"      {_value(one.value)} & \text{{if }} {_OR.join(_when(when) for when in one.whens)}" for one in found
        ]
        rows += [rf"      \text{{undecided}} & \text{{if }} {_when(when)}" for when in result.undecided]
        made.append("\n".join([rf"    {symbol} = \begin{{cases}}", ",\\\\\n".join(rows), r"    \end{cases}"]))
    several = any("cases" in one for one in made) and len(made) > 1
    if several:
        aligned = [one.replace(" = ", " &= ", 1) for one in made]
        yield "    \\begin{aligned}\n" + ",\\\\[1ex]\n".join(aligned) + ".\n    \\end{aligned}"
    else:
        yield ", \\qquad\n".join(made) + "."
    yield r"  \]"


def _value(value: Exact | Infinity) -> str:
    if isinstance(value, Infinity):
        return r"\infty" if value is Infinity.OO else r"-\infty"
    return latex_number(value, _LONGEST)


def _when(when: Sequence[str]) -> str:
    return relations_latex(_parsed(when))


def _parsed(when: Sequence[str]) -> tuple[Assumption, ...]:
    from stackexact.solving.branches import relations

    return relations(when)


def relations_latex(chains: Sequence[Assumption]) -> str:
    r"""Relations in math mode, two bounds of one expression as one chain.

    >>> from stackexact.exact.relation import parse_assumption
    >>> print(relations_latex([parse_assumption("delta > 1/2"), parse_assumption("delta <= 1")]))
    \frac{1}{2} < \delta \le 1
    """
    left = list(chains)
    made = []
    while left:
        chain = left.pop(0)
        for other in left:
            joined = _between(chain, other)
            if joined is not None:
                left.remove(other)
                chain = joined
                break
        parts = [latex_number(chain.terms[0], _LONGEST)]
        for relation, term in zip(chain.relations, chain.terms[1:], strict=True):
            parts += [_SIGNS[relation], latex_number(term, _LONGEST)]
        made.append(" ".join(parts))
    return r",\ ".join(made)


def _between(one: Assumption, two: Assumption) -> Assumption | None:
    """A lower and an upper bound of the same expression as one chain."""
    first, second = _bound(one), _bound(two)
    if first is None or second is None or first[0] != second[0]:
        return None
    (value, above, low), (_, below, high) = (first, second) if first[1] in (">", ">=") else (second, first)
    if above not in (">", ">=") or below not in ("<", "<="):
        return None
    return Assumption((low, value, high), (_TURNED[above], below))


def _bound(chain: Assumption) -> tuple[Expression, str, Exact] | None:
    """``value relation bound``, for a relation of two terms one of which is a number."""
    if len(chain.relations) != 1:
        return None
    (left, right), (relation,) = chain.terms, chain.relations
    if isinstance(left, Expression) and not isinstance(right, Expression):
        return left, relation, right
    if isinstance(right, Expression) and not isinstance(left, Expression):
        return right, _TURNED[relation], left
    return None


def _symbol(name: str) -> Exact:
    from stackexact.exact.rational_function import symbol

    return symbol(name)
