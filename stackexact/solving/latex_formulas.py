r"""The values of results as formulas: the symbols that the literature has for them, and where they take which value.

Of games of incentives: ``J_0`` is what the leader pays, :math:`\kappa` the gain per follower, ``Q`` that on the mean,
``E`` the energy. A star marks the team optimum, ``St`` open-loop Stackelberg play with infinitely many followers,
``NE`` a Nash response, and a circle what is best through a major follower.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, NamedTuple, TypeAlias

from stackexact.exact.latex import name_latex
from stackexact.exact.relation import parameters_of
from stackexact.games import latex as tex
from stackexact.solving.announced import LATEX, announced
from stackexact.solving.branches import Region, regions
from stackexact.solving.cells import Cell, Infinity
from stackexact.solving.incentive_cells import (
    CostCell,
    IncentiveCell,
    LinearMeanFieldCell,
    LinearTeamCell,
    MajorCell,
    MeanFieldCell,
    RandomisedCell,
    TeamCell,
)
from stackexact.solving.names import named_value, numeric_names
from stackexact.solving.solution import Result

__all__ = ["Formula", "formulas_of", "strategies"]

Symbols: TypeAlias = Mapping[str, str]


class Formula(NamedTuple):
    """A symbol and its value, a number, a function or (as a tuple of rows) a matrix, in each region."""

    symbol: str
    regions: tuple[Region, ...]


_PLAYERS: Final[Symbols] = {"leader": r"\alpha_1", "follower": r"\alpha_2", "constant": "L"}

_LIMIT: Final = r"\lim_{N \to \infty} "
_GAPS: Final[Symbols] = {"cost": r"J_0^{\mathrm{St}}", "swapped_cost": r"\lim_{|Q| \to \infty} \lim_{N \to \infty} J_0"}
_LIMITS: Final[Symbols] = {"gain": r"\kappa_{\infty}", "mean_gain": r"Q_{\infty}", "energy": r"E_{\infty}"}

_VALUES: Final[dict[type, Symbols]] = {
    TeamCell: {"cost": "J_0^{*}"},
    LinearTeamCell: {"cost": "J_0^{*}"},
    IncentiveCell: {"gain": r"\kappa", "mean_gain": "Q", "energy": "E"},
    MeanFieldCell: {**_LIMITS, **_GAPS, "gap": r"J_0^{\mathrm{St}} - J_0^{*}"},
    LinearMeanFieldCell: {
        **_LIMITS,
        **_GAPS,
        "team_cost": rf"{_LIMIT}J_0^{{*}}",
        "gap": rf"J_0^{{\mathrm{{St}}}} - {_LIMIT}J_0^{{*}}",
    },
    MajorCell: {
        "cost": r"J_0^{\circ}",
        "gain": r"Q_{\mathrm{M}}",
        "limit_cost": rf"{_LIMIT}J_0^{{\circ}}",
        "limit_gain": rf"{_LIMIT}Q_{{\mathrm{{M}}}}",
    },
    RandomisedCell: {
        "drawn_gain": r"N \kappa_{\infty}",
        "cost": r"J_0^{\mathrm{NE}}",
        "error": r"J_0^{\mathrm{NE}} - J_0^{*}",
        "saving": r"\varepsilon",
    },
}
"""The symbol of a value, by the class of its cell and its name."""

_MARKS: Final[dict[type, Mapping[str, tuple[str, str]]]] = {
    TeamCell: {"actions": ("", "^{*}")},
    LinearTeamCell: {"strategies": ("", "")},
    IncentiveCell: {"actions": ("", "^{*}"), "strategies": ("", "")},
    MeanFieldCell: {"actions": ("", r"^{\mathrm{St}}")},
    LinearMeanFieldCell: {"team_strategies": ("", r"_{\infty}"), "strategies": ("", r"^{\mathrm{St}}")},
    MajorCell: {"actions": ("", r"^{\circ}"), "limit_actions": (_LIMIT, r"^{\circ}")},
    RandomisedCell: {"actions": ("", r"^{\mathrm{NE}}"), "team_actions": ("", "^{*}")},
}
"""What stands before and behind the symbols of the entries of a mapping, by the class of its cell and its name."""

_ACCOMPANYING: Final[dict[type, tuple[str, ...]]] = {
    IncentiveCell: ("actions", "strategies"),
    RandomisedCell: ("team_actions",),
}
"""What belongs to an incentive, and needs no condition beside that of its gain."""

_FEW: Final = 2
"""Parameters up to which a function is written with its arguments."""


def formulas_of(result: Result) -> tuple[Formula, ...]:
    """The values of a result that are numbers or functions, gains of several entries as matrices."""
    if not result.cells or not isinstance(result.cells[0], CostCell):
        names = numeric_names(result)
        return tuple(
            Formula(_PLAYERS.get(one, rf"\text{{{tex.escaped(one.replace('.', ' '))}}}"), regions(result, one))
            for one in names
        )
    return tuple(_with_arguments(one) for one in _cost_formulas(result))


def _cost_formulas(result: Result) -> Iterator[Formula]:
    names = numeric_names(result)
    for head in (field.name for field in fields(result.cells[0])):
        entries = [name for name in names if name.partition(".")[0] == head]
        if head.endswith("gain") and len(entries) > 1:
            yield Formula(_symbol(result.cells[0], head), _matrix(result, head, entries))
            continue
        for name in entries:
            cell = next(cell for cell in result.cells if named_value(cell, name) is not None)
            found = regions(result, name)
            if len(found) == 1 and head in _ACCOMPANYING.get(type(cell), ()) and not result.undecided:
                found = (Region(found[0].value, ((),)),)
            yield Formula(_symbol(cell, name), found)


def _symbol(cell: Cell, name: str) -> str:
    """The symbol of a value: of an entry of a mapping, of its row and column where it is a matrix."""
    head, *place = name.split(".")
    known = _VALUES[type(cell)].get(head)
    if known is not None:
        if len(place) < 2:
            return known
        rows = getattr(cell, head)
        i, j = list(rows).index(place[0]) + 1, list(rows[place[0]]).index(place[1]) + 1
        single = len(rows) == len(rows[place[0]]) == 1
        return known if single else rf"{known}{{}}_{{{i}{j}}}"
    before, behind = _MARKS[type(cell)][head]
    if len(place) == 1:
        return f"{before}{name_latex(place[0])}{behind}"
    strategies = getattr(cell, head)
    leader = place[0] == next(iter(strategies))
    letter = "G" if not leader else "A" if place[1] == next(iter(strategies[place[0]])) else "B"
    return f"{before}{letter}{behind}"


def _with_arguments(formula: Formula) -> Formula:
    """``κ(N)`` for what depends on N; without arguments where there are many, and where the symbol is no single one."""
    used = sorted({name for one in formula.regions for name in _parameters(one.value)})
    if not 0 < len(used) <= _FEW or any(mark in formula.symbol for mark in (" - ", r"\lim", "N ")):
        return formula
    return formula._replace(symbol=f"{formula.symbol}({', '.join(map(name_latex, used))})")


def _parameters(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(name for entry in value for name in _parameters(entry))
    return () if isinstance(value, Infinity) else parameters_of(value)


def _matrix(result: Result, head: str, entries: Sequence[str]) -> tuple[Region, ...]:
    """Where a matrix of values is which: cells are told apart only where some entry is a function of several forms."""
    width = next(len(next(iter(rows.values()))) for cell in result.cells if (rows := getattr(cell, head)) is not None)
    found = [regions(result, name) for name in entries]
    if all(len(one) == 1 and one[0].whens == found[0][0].whens for one in found):
        return (Region(_rows([one[0].value for one in found], width), found[0][0].whens),)
    places: dict[Any, list[tuple[str, ...]]] = {}
    for cell in result.cells:
        if getattr(cell, head) is not None:
            places.setdefault(_rows([named_value(cell, name) for name in entries], width), []).append(cell.when)
    return tuple(Region(rows, tuple(whens)) for rows, whens in places.items())


def _rows(values: Sequence[Any], width: int) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(values[i : i + width]) for i in range(0, len(values), width))


def strategies(cells: Sequence[Any]) -> Iterator[str]:
    """What the leader announces, or who plays which linear strategy, in the symbols of the formulas, as a sentence;
    nothing where there is nothing."""
    for cell in cells:
        told = announced(cell, lambda name: _symbol(cell, name))  # noqa: B023  # called in this turn of the loop
        if told:
            yield f"The leader announces {', '.join(f'${LATEX.statement(one)}$' for one in told)}."
            return
    for words, name in (("Everybody obeys", "team_strategies"), ("All play", "strategies")):
        costs = (one for one in cells if isinstance(one, CostCell))
        cell = next((one for one in costs if getattr(one, name, None) is not None), None)
        if cell is not None and not isinstance(cell, IncentiveCell):
            yield f"{words}: {', '.join(f'${one}$' for one in _played(cell, name))}."


def _played(cell: Any, name: str) -> Iterator[str]:
    """Linear strategies as equations."""
    for place, (player, row) in enumerate(getattr(cell, name).items()):
        index = "_i" if place else ""
        terms = (f"{_symbol(cell, f'{name}.{player}.{seen}')} {name_latex(seen + index)}" for seen in row)
        yield f"{name_latex(player + index)} = {' + '.join(terms)}"
