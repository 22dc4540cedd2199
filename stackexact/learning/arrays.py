"""Arrays that are handed out: checked, of one type, and read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stackexact.errors import UsageError

__all__ = ["BITS", "Counts", "Floats", "alike", "dyadic", "frozen", "numbers"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

BITS: Final = 30
"""Announced probabilities are multiples of 2^-30, which floats add without rounding."""


def numbers(name: str, values: Any, shape: Sequence[int | None], *, infinite: bool = False) -> Floats:
    """A read-only copy in floats; ``None`` in ``shape`` is any size. Raises :class:`~stackexact.errors.UsageError`.

    >>> numbers("u", [[0, 1]], (1, None))
    array([[0., 1.]])
    >>> numbers("u", [0, 1], (1, None))
    Traceback (most recent call last):
    stackexact.errors.UsageError: u: expected an array of shape (1, any), found (2,); give one entry for each index
    """
    try:
        made = np.array(values, dtype=np.float64, order="C")
    except (TypeError, ValueError):
        raise UsageError(f"{name}: expected an array of numbers, found {type(values).__name__}") from None
    if made.ndim != len(shape) or any(n is not None and n != m for n, m in zip(shape, made.shape, strict=True)):
        wanted = ", ".join("any" if n is None else str(n) for n in shape)
        raise UsageError(
            f"{name}: expected an array of shape ({wanted}), found {made.shape}; give one entry for each index"
        )
    if not infinite and not np.isfinite(made).all():
        raise UsageError(f"{name}: expected finite numbers, found {made[~np.isfinite(made)][0]}; rescale")
    return np.asarray(frozen(made))


def frozen(array: Any) -> Any:
    """The array, C-contiguous and read-only from now on."""
    made = np.ascontiguousarray(array)
    made.setflags(write=False)
    return made


def dyadic(rows: Floats, bits: int = BITS) -> Floats:
    """Distributions along the last axis, rounded to multiples of 2^-``bits`` (at most 52) that sum to exactly 1.

    An exact evaluator can so take an announced policy as it stands. The greatest entry takes up what rounding leaves.

    >>> dyadic(np.array([1 / 3, 2 / 3])).sum() == 1
    np.True_
    """
    made = np.round(np.asarray(rows, dtype=np.float64) * 2.0**bits)
    flat = made.reshape(-1, made.shape[-1])
    flat[np.arange(len(flat)), flat.argmax(axis=1)] += 2.0**bits - flat.sum(axis=1)
    return np.asarray(made / 2.0**bits)


def alike(one: Any, two: Any) -> bool:
    """Whether two records of one type hold the same arrays and numbers."""
    if type(one) is not type(two):
        return False
    return all(np.array_equal(getattr(one, row.name), getattr(two, row.name)) for row in fields(one))
