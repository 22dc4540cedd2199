"""A solution in LaTeX: the payoff table, values in an ``itemize``, closed forms as formulas with ``cases``."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from stackexact.exact.enclosures import Enclosure
from stackexact.exact.latex import name_latex
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, text_of
from stackexact.games import latex as tex
from stackexact.games.display import game_latex, latex_number
from stackexact.games.kinds import kind
from stackexact.games.screen import printable
from stackexact.games.table import GameTable, game_table
from stackexact.solving.announced import Sentence
from stackexact.solving.cells import FieldsCell, Infinity
from stackexact.solving.incentive_cells import CostCell
from stackexact.solving.names import numeric_names
from stackexact.solving.shown import Shown
from stackexact.solving.solution import Result, Solution
from stackexact.solving.values import Block, Item, Part, beside, block_of, marks_of

if TYPE_CHECKING:
    from stackexact.solving.latex_formulas import Formula

__all__ = ["latex", "part_latex", "relations_latex"]

_SIGNS: Final = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_TURNED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_OR: Final = r" \text{ or } "
_LONGEST: Final = 400
"""Longest side of a relation, or value of a case, that is not shortened."""
_BESIDE: Final = 3
"""Formulas up to which they stand beside one another."""
_CASES: Final = "% closed forms need \\usepackage{amsmath}"
_AMSMATH: Final = "% needs \\usepackage{amsmath}"


def latex(solution: Solution, digits: int = 6) -> str:
    r"""The payoff table as a ``tabular`` (or the costs) and every value in an ``itemize``, to paste into a document.

    Closed forms, and all values of games of incentives, are displayed formulas, with ``cases`` (of the package amsmath)
    where they take several; their domain stands in a sentence before them. Numbers need no package; those of more than
    forty characters are shortened, and ``solve --json`` has them in full.

    >>> import stackexact as sx
    >>> game = sx.Game(leader=[[2, 4], [1, 3]], follower=[[1, 0], [0, 1]])
    >>> print(latex(sx.solve(game, concepts=["alignment"])).partition("\n\n")[2], end="")
    \begin{itemize}
    \item \textbf{alignment} (partial-alignment constant):
      constant: $\infty$; same ranking: no.
    \end{itemize}
    """
    if solution.game.kind == "bimatrix":
        table = game_table(solution.game, marks_of(solution))
        title, shown, amsmath = table.title, game_latex(table) + _legend(table), False
    else:
        game: Any = solution.game
        title, shown, amsmath = kind(game.kind).heading(game), str(game._repr_latex_()), game.kind == "lq-incentive"
    lines = [f"% {printable(title)}"]
    if amsmath or any(map(_is_closed_form, solution.values())):
        lines.append(_AMSMATH if amsmath else _CASES)
    lines += [shown, r"\begin{itemize}"]
    for result in solution.values():
        lines += _result(result, digits)
    return "\n".join([*lines, r"\end{itemize}", ""])


def part_latex(part: Shown, digits: int = 6) -> str:
    """A result, a cell or a certificate as LaTeX."""
    if isinstance(part, Result):
        lines = _result(part, digits)
    else:
        lines = _cost_cell(part, digits) if isinstance(part, CostCell) else _block(block_of(part), digits)
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
        where = f"if ${_when(when)}$: " if when else ""
        yield f"  {where}{'; '.join((*facts, *(_item(item, digits) for item in items)))}."


def _item(item: Item, digits: int) -> str:
    return f"{tex.escaped(item.label)}: {', '.join(_part(part, digits) for part in item.parts)}"


def _part(part: Part, digits: int) -> str:
    word = r"$\infty$" if part.word.startswith("oo ") else tex.escaped(printable(part.word))
    if part.number is None:
        return word
    if isinstance(part.number, Sentence):
        return f"${part.number.latex}$"
    if isinstance(part.number, Infinity):
        return f"{word}{' ' if word else ''}${_value(part.number)}$"
    if isinstance(part.number, Enclosure):
        return f"{word}{' ' if word else ''}${_enclosed(part.number, digits)}$"
    decimal = beside(part.number, text_of(part.number), digits).replace("≈", r"\approx")
    return f"{word}{' ' if word else ''}${latex_number(part.number)}{f' {decimal}' if decimal else ''}$"


def _enclosed(value: Enclosure, digits: int) -> str:
    """The closed form where there is one that is short, and digits that are certain."""
    decimal = value.text(digits or 6).replace("…", r"\ldots")
    if not value.closed_form or len(value.closed_form) > _LONGEST:
        return decimal
    return rf"\texttt{{{tex.escaped(value.closed_form)}}} \approx {decimal}"


# -- closed forms -----------------------------------------------------------------------------------------------------


def _is_closed_form(result: Result) -> bool:
    return bool(result.cells) and (bool(result.parameters) or any(cell.when for cell in result.cells))


def _result(result: Result, digits: int) -> Iterator[str]:
    block = block_of(result)
    if not _is_closed_form(result) and not isinstance(next(iter(result.cells), None), CostCell):
        yield from _block(block, digits)
        return
    from stackexact.solving.latex_formulas import formulas_of, strategies

    yield _heading(block)
    yield from (f"  {said}" for said in strategies(result.cells))
    yield from _formulas(formulas_of(result), result.undecided, _domain(result))
    yield from _rest(block, _labels(result), digits)


def _cost_cell(cell: CostCell, digits: int) -> Iterator[str]:
    """A cell of a game of incentives by itself."""
    from stackexact.solving.latex_formulas import formulas_of, strategies

    block = block_of(cell)
    ((when, items),) = block.cells
    yield _heading(block)
    yield from (f"  {said}" for said in strategies([cell]))
    alone = Result("", (replace(cell, when=()),))  # type: ignore[type-var, arg-type]  # all its classes are dataclasses
    yield from _formulas(formulas_of(alone), (), f"If ${_when(when)}$" if when else "")
    yield from _rest(replace(block, cells=(((), items),)), _labels(alone), digits)


def _rest(block: Block, formulas: Container[str], digits: int) -> Iterator[str]:
    """What is no formula, once where several cells say the same."""
    places: dict[str, list[tuple[str, ...]]] = {}
    for when, items in block.cells:
        left = [item for item in items if item.label not in formulas and item.label != "undecided" and _can_be(item)]
        if left:
            places.setdefault("; ".join(_item(item, digits) for item in left), []).append(when)
    for said, whens in places.items():
        everywhere = len(whens) == len(block.cells)
        where = "" if everywhere else f"If {' or '.join(f'${_when(when)}$' for when in whens)}: "
        yield f"  {where}{said}."


def _can_be(item: Item) -> bool:
    """Whether there is LaTeX of an item; statements with long values have none but their formulas."""
    return all(part.number.latex for part in item.parts if isinstance(part.number, Sentence))


def _labels(result: Result) -> set[str]:
    """The labels of the items that numbers or functions are shown as."""
    cell, made = result.cells[0], set()
    for head, *rest in (name.split(".") for name in numeric_names(result)):
        within = isinstance(getattr(cell, head), FieldsCell) and not isinstance(cell, CostCell) and rest[0] != "leader"
        made.add(" ".join([head, rest[0]] if within else [head]).replace("_", " "))
    return made


def _domain(result: Result) -> str:
    """The assumptions, and the tolerance where there is one, as the beginning of a sentence; nothing for numbers."""
    from stackexact.solving.branches import names_in_play

    if result.assumptions:
        words = f"For ${relations_latex(result.assumptions)}$"
    elif names := names_in_play(result):
        words = f"For all real {', '.join(f'${name_latex(name)}$' for name in names)}"
    else:
        words = ""
    return words if result.tolerance is None else f"{words} and the tolerance ${latex_number(result.tolerance)}$"


def _formulas(formulas: Sequence[Formula], undecided: Sequence[tuple[str, ...]], domain: str) -> Iterator[str]:
    """Short formulas beside one another, those with cases one below the other."""
    if not formulas:
        return
    if domain:
        yield f"  {domain},"
    yield r"  \["
    made = []
    for symbol, found in formulas:
        if found[0].whens == ((),):
            made.append(f"    {symbol} = {_value(found[0].value)}")
            continue
        if len(found) == 1 and not undecided:
            where = _OR.join(map(_when, found[0].whens))
            made.append(rf"    {symbol} = {_value(found[0].value)} \quad \text{{if }} {where}")
            continue
        rows = [
            rf"      {_value(one.value)} & \text{{if }} {_OR.join(_when(when) for when in one.whens)}" for one in found
        ]
        rows += [rf"      \text{{undecided}} & \text{{if }} {_when(when)}" for when in undecided]
        made.append("\n".join([rf"    {symbol} = \begin{{cases}}", ",\\\\\n".join(rows), r"    \end{cases}"]))
    several = len(made) > _BESIDE or (any("cases" in one for one in made) and len(made) > 1)
    if several:
        aligned = [one.replace(" = ", " &= ", 1) for one in made]
        yield "    \\begin{aligned}\n" + ",\\\\[1ex]\n".join(aligned) + ".\n    \\end{aligned}"
    else:
        yield ", \\qquad\n".join(made) + "."
    yield r"  \]"


def _value(value: Any) -> str:
    """A number, a function, an infinity, or a matrix of them."""
    if isinstance(value, tuple):
        rows = r" \\ ".join(" & ".join(map(_value, row)) for row in value)
        return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"
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
