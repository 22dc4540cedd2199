"""Sixty digits for every test of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import mpmath as mp
import pytest
from oracles.quantal import DIGITS


@pytest.fixture(autouse=True)
def many_digits() -> Iterator[None]:
    """mpmath works at the oracle's digits, and at its own afterwards."""
    with mp.workdps(DIGITS):
        yield
