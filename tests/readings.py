"""Exact answers of the engine as plain fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from stackexact.exact.fields import to_fraction
from stackexact.exact.prover import Ratio


def number(value: Ratio[Any]) -> Fraction:
    """What a ratio of scalars is, in their own unit."""
    return to_fraction(value.top) / to_fraction(value.bottom)
