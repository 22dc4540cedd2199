"""Linear programs, their bases, and the four ways in which solving one can end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from stackexact.errors import InputError
from stackexact.exact.records import Record

__all__ = ["Basis", "Position", "Program", "Status"]

T = TypeVar("T")


class Status(Enum):
    """How solving ended; the value says what it means and what to do next."""

    OPTIMAL = "an optimum is proved: read value, point and multipliers"
    INFEASIBLE = "no point satisfies the constraints: read farkas, an impossible combination of rows, or conflict"
    UNBOUNDED = "the objective grows without bound along ray: bound a variable or a row"
    UNKNOWN = "the limit was reached before a proof: raise the limit"


class Position(Enum):
    """Where a variable or a row stands in a basis."""

    BASIC = "determined by the tight constraints"
    LOWER = "at its lower bound"
    UPPER = "at its upper bound"
    FREE = "unbounded and fixed at zero"


@dataclass(frozen=True, slots=True)
class Basis:
    """Which variables and rows are basic, and at which bound the others stand. It names a vertex without numbers."""

    columns: tuple[Position, ...]
    rows: tuple[Position, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Program(Record, Generic[T]):
    """Maximise ``objective·x`` over ``row_lower <= rows·x <= row_upper`` and ``lower <= x <= upper``.

    Scalars are exact (:class:`~fractions.Fraction` for callers). ``None`` stands for an absent bound.

    >>> from fractions import Fraction as F
    >>> Program.of([1, 1], at_most=[([1, 2], 4), ([3, 1], 6)]).shape
    (2, 2)
    """

    objective: tuple[T, ...]
    rows: tuple[tuple[T, ...], ...]
    row_lower: tuple[T | None, ...]
    row_upper: tuple[T | None, ...]
    lower: tuple[T | None, ...]
    upper: tuple[T | None, ...]

    def __post_init__(self) -> None:
        columns = len(self.objective)
        for name, bound in (("lower", self.lower), ("upper", self.upper)):
            if len(bound) != columns:
                raise InputError(f"{name}: expected {columns} bounds as the objective has entries, found {len(bound)}")
        for name, bound in (("row_lower", self.row_lower), ("row_upper", self.row_upper)):
            if len(bound) != len(self.rows):
                raise InputError(f"{name}: expected {len(self.rows)} bounds as there are rows, found {len(bound)}")
        for r, row in enumerate(self.rows):
            if len(row) != columns:
                raise InputError(f"rows[{r}]: expected {columns} coefficients, found {len(row)}")

    @classmethod
    def of(
        cls,
        objective: Sequence[T],
        *,
        at_most: Iterable[tuple[Sequence[T], T]] = (),
        at_least: Iterable[tuple[Sequence[T], T]] = (),
        equal: Iterable[tuple[Sequence[T], T]] = (),
        free: Iterable[int] = (),
        zero: T | None = None,
    ) -> Program[T]:
        """Build from lists of (row, right-hand side); variables are at least 0 except those listed in ``free``.

        ``zero`` is the zero of the scalars where they are no Python numbers.
        """
        unbounded = set(free)
        nought: T = 0 if zero is None else zero  # type: ignore[assignment]  # Python numbers: 0 serves any of them
        rows: list[tuple[tuple[T, ...], T | None, T | None]]
        rows = [(tuple(row), None, bound) for row, bound in at_most]
        rows += [(tuple(row), bound, None) for row, bound in at_least]
        rows += [(tuple(row), bound, bound) for row, bound in equal]
        return cls(
            tuple(objective),
            tuple(row for row, _, _ in rows),
            tuple(low for _, low, _ in rows),
            tuple(high for _, _, high in rows),
            tuple(None if c in unbounded else nought for c in range(len(objective))),
            (None,) * len(objective),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and variables."""
        return len(self.rows), len(self.objective)

    def bounds(self, variable: int) -> tuple[T | None, T | None]:
        """Bounds of a variable, or, counted on from the last variable, of a row."""
        columns = len(self.objective)
        if variable < columns:
            return self.lower[variable], self.upper[variable]
        return self.row_lower[variable - columns], self.row_upper[variable - columns]
