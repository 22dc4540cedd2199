"""The followers' game in arrays that compiled loops play in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stackexact.mechanisms.forms import Form

__all__ = ["BITS", "ONE", "Arena", "ranges"]

BITS: Final = 30
ONE: Final = 1 << BITS
"""What the greatest utility is in the loops: scores are whole numbers, so that their sums are exact."""

Whole = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def possible(form: Form, k: int) -> Any:
    """The indices of the profiles of actions that the types of a profile may take."""
    own = [form.allowed[i][t] for i, t in enumerate(form.profiles[k])]
    grid = np.zeros([len(one) for one in own], dtype=np.int64)
    for i, (actions, stride) in enumerate(zip(own, form.strides, strict=True)):
        shape = [1] * len(own)
        shape[i] = len(actions)
        grid = grid + np.array(actions, dtype=np.int64).reshape(shape) * stride
    return grid.ravel()


def ranges(form: Form) -> tuple[tuple[int, int], ...]:
    """By follower the least and the greatest utility that can occur, in the integers of the form.

    >>> from stackexact.mechanisms.forms import Form
    >>> one = Form((2,), (((0, 1),),), ((0,),), (1,), 1, (((3, 5),),), (1,), ((0, 0),), 1)
    >>> ranges(one)
    ((3, 5),)
    """
    places = [possible(form, k).tolist() for k in range(len(form.profiles))]
    made = []
    for table in form.utilities:
        rows = [[row[a] for a in at] for row, at in zip(table, places, strict=True)]
        made.append((min(map(min, rows)), max(map(max, rows))))
    return tuple(made)


@dataclass(frozen=True, eq=False)
class Arena:
    """``cumulative[k]`` chances of the type profiles up to k; ``profiles[k, i]`` types; ``scores[i, k, a]`` utilities
    from 0 to :data:`ONE`, rounded, of what can happen (elsewhere 0); ``allowed[i, t, m]`` the actions of a type, as
    many as ``sizes[i, t]``; ``strides[i]`` by how much the number of a profile of actions rises with an action."""

    cumulative: Floats
    profiles: Whole
    scores: Whole
    allowed: Whole
    sizes: Whole
    strides: Whole

    @classmethod
    def of(cls, form: Form) -> Arena:
        """The arrays of a form."""
        count, actions = len(form.profiles), len(form.objective[0])
        scores = np.zeros((len(form.sizes), count, actions), dtype=np.int64)
        for i, (low, high) in enumerate(ranges(form)):
            width = high - low
            for k in range(count if width else 0):
                at = possible(form, k)
                row = form.utilities[i][k]
                scores[i, k, at] = [(2 * (row[a] - low) * ONE + width) // (2 * width) for a in at.tolist()]
        types, most = max(map(len, form.allowed)), max(form.sizes)
        allowed = np.zeros((len(form.sizes), types, most), dtype=np.int64)
        sizes = np.zeros((len(form.sizes), types), dtype=np.int64)
        for i, own in enumerate(form.allowed):
            for t, row_ in enumerate(own):
                allowed[i, t, : len(row_)] = row_
                sizes[i, t] = len(row_)
        return cls(
            np.array([float(Fraction(one, form.chance_scale)) for one in accumulate(form.chances)]),
            np.array(form.profiles, dtype=np.int64).reshape(count, len(form.sizes)),
            scores,
            allowed,
            sizes,
            np.array(form.strides, dtype=np.int64),
        )

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of type profiles and of action profiles."""
        return self.scores.shape[1], self.scores.shape[2]
