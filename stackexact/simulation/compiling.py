"""How loops are compiled. numba is imported here, and this module only where rounds are played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

__all__ = ["njit"]


def njit(signature: Any) -> Callable[[Callable[..., Any]], Any]:
    """Compile for one signature; kept on the disk for the next process where there is a place to write to.

    >>> njit(numba.float64(numba.float64))(lambda x: 2 * x)(1.5)
    3.0
    """

    def compiled(function: Callable[..., Any]) -> Any:
        try:
            return numba.njit(signature, nogil=True, cache=True)(function)
        except RuntimeError:  # neither the folder of the source nor that of the user can be written to
            return numba.njit(signature, nogil=True)(function)

    return compiled
