"""Whether square matrices are regular, over whatever their entries can be computed with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E", bound=Any)

Step = Callable[[list[E], list[E], int, E], list[E]]
"""``step(row, head, column, last)`` is a row without its entry in the column of the pivot row ``head``."""


def last_pivot(matrix: list[list[E]], one: E, step: Step[E]) -> E | None:
    """The last pivot of an elimination with exchanges of rows, ``None`` if there is none: the matrix is singular.

    The ``last`` that a step is given is the pivot before; in fraction-free elimination (Bareiss 1968), where the new
    entries are ``(pivot * entry - factor * top) / last``, the last pivot is the determinant up to its sign.
    """
    last = one
    for column in range(len(matrix)):
        pivot = next((r for r in range(column, len(matrix)) if matrix[r][column]), None)
        if pivot is None:
            return None
        matrix[column], matrix[pivot] = matrix[pivot], matrix[column]
        head = matrix[column]
        for r in range(column + 1, len(matrix)):
            matrix[r] = step(matrix[r], head, column, last)
        last = head[column]
    return last
