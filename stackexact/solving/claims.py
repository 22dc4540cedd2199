"""Cells as functions of one parameter: when two are the same, what they are at a point, and which one stands for all.

The answer of a cell is what the contract names; further keys (the ε of an infimum, a witness, the classes that reach a
supremum, the desired point of an incentive) stand where one of them serves the whole cell.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from stackexact.errors import ExpressionError
from stackexact.exact.number_field import NumberField
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter
from stackexact.exact.real_roots import Root
from stackexact.solving.cells import BenchmarkCell, Cell, SupremumCell, each
from stackexact.solving.incentive_cells import IncentiveCell, RandomisedCell

__all__ = ["Claims", "number_at"]

_FURTHER: Final[dict[type, tuple[str, ...]]] = {
    BenchmarkCell: ("epsilon",),
    SupremumCell: ("classes", "witness"),
    IncentiveCell: ("actions", "strategies"),
    RandomisedCell: ("team_actions",),
}


@dataclass(frozen=True, slots=True)
class Claims:
    """Compares cells whose values are functions of ``parameter``."""

    parameter: Parameter

    def key(self, cell: Cell) -> Hashable:
        """Equal for cells that claim the same functions."""
        return tuple(_hashable(getattr(cell, name)) for name in self.names(cell))

    def value_at(self, cell: Cell, root: Root) -> Hashable | None:
        """Equal for cells that claim the same at a point; ``None`` where a value divides by zero."""
        try:
            return tuple(_hashable(self._there(getattr(cell, name), root)) for name in self.names(cell))
        except ZeroDivisionError:
            return None

    def at_point(self, cell: Cell, root: Root) -> Cell:
        """The cell with its values as simple as they are at the point."""
        names = [field.name for field in fields(cell) if field.name != "when"]
        return replace(cell, **{name: self._there(getattr(cell, name), root) for name in names})

    def common(self, answers: Sequence[tuple[Cell, Root | None]]) -> Cell:
        """The first of several equal cells, with the further keys on which all agree; a root marks one at a point."""
        first = answers[0][0]
        dropped: dict[str, Any] = {}
        for name in _FURTHER.get(type(first), ()):
            mine = getattr(first, name)
            for cell, root in answers[1:]:
                theirs = getattr(cell, name)
                if root is not None:
                    same = self._known(mine, root) == self._known(theirs, root)
                else:
                    same = _hashable(mine) == _hashable(theirs)
                if not same:
                    dropped[name] = None
                    break
        return replace(first, **dropped)

    @staticmethod
    def further(cell: Cell) -> tuple[str, ...]:
        """The attributes that accompany a claim where one value serves the whole cell."""
        return _FURTHER.get(type(cell), ())

    @staticmethod
    def names(cell: Cell) -> list[str]:
        """The attributes that make up a claim."""
        further = _FURTHER.get(type(cell), ())
        return [field.name for field in fields(cell) if field.name != "when" and field.name not in further]

    def _known(self, value: Any, root: Root) -> Hashable:
        try:
            return _hashable(self._there(value, root))
        except ZeroDivisionError:
            return None

    def _there(self, value: Any, root: Root) -> Any:
        """A value of a cell at a point: functions become numbers, or polynomials below the degree of the root."""
        return each(value, lambda leaf: number_at(self.parameter, leaf, root))


def number_at(parameter: Parameter, value: Exact, root: Root) -> Exact:
    """A function of the parameter at a point: a number, or a polynomial below the degree of an irrational root.

    Raises ``ZeroDivisionError`` where it divides by zero.
    """
    if not isinstance(value, Expression):
        return value
    if root.is_rational:
        try:
            return value.at({parameter.name: root.rational})
        except ExpressionError:
            raise ZeroDivisionError("a value divides by zero at this point") from None
    field = NumberField(root)
    top, bottom = parameter.split(value)
    number = field.element(top) / field.element(bottom)
    reduced = number.polynomial
    return parameter.exact(reduced.numer(), parameter.constant(int(reduced.denom())))


def _hashable(value: Any) -> Hashable:
    if isinstance(value, Mapping):
        return tuple((label, _hashable(entry)) for label, entry in value.items())
    if isinstance(value, tuple):
        return tuple(map(_hashable, value))
    hashable: Hashable = value
    return hashable
