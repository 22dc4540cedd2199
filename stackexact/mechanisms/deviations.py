"""What an equilibrium must not gain from: one linear condition per deviation on the chances of strategy profiles.

* *Coarse correlated* (Bayesian, interim): each type of each follower gains nothing from any one action instead of its
  part of the equilibrium, E[u_i(m', s_-i(t_-i)) | t_i] <= E[u_i(s(t)) | t_i].
* *Correlated*: nor from any one action whenever it is told to play a certain one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from stackexact.exact.records import Record
from stackexact.mechanisms.forms import Form, Profile

__all__ = ["Deviation", "Family", "deviations_of", "gains", "weighed"]

Array = npt.NDArray[Any]


class Family(Enum):
    """Which deviations an equilibrium must not gain from."""

    COARSE = "coarse-correlated"
    CORRELATED = "correlated"


@dataclass(frozen=True, slots=True, repr=False)
class Deviation(Record):
    """A type of a follower takes ``action`` instead of its part, whatever that is, or only if it is ``told``."""

    follower: int
    type: int
    told: int | None
    action: int


def deviations_of(form: Form, family: Family) -> tuple[Deviation, ...]:
    """All deviations that may gain anything."""
    made = []
    for i in form.followers:
        for t in form.occurring[i]:
            allowed = form.allowed[i][t]
            if len(allowed) == 1:
                continue
            if family is Family.COARSE:
                made += [Deviation(i, t, None, m) for m in allowed]
            else:
                made += [Deviation(i, t, told, m) for told in allowed for m in allowed if m != told]
    return tuple(made)


def gains(form: Form, deviations: Sequence[Deviation], profile: Profile) -> list[int]:
    """By deviation what following a profile brings more than it, by chances and utilities in their integers."""
    played = form.played(profile)
    made = []
    for one in deviations:
        i, own = one.follower, profile[one.follower][one.type]
        if own == one.action or (one.told is not None and own != one.told):
            made.append(0)
            continue
        move, table = (one.action - own) * form.strides[i], form.utilities[i]
        made.append(
            sum(form.chances[k] * (table[k][played[k]] - table[k][played[k] + move]) for k in form.coming[i, one.type])
        )
    return made


def weighed(
    form: Form,
    deviations: Sequence[Deviation],
    weights: Sequence[Any],
    goal: Array,
    chances: Array,
    tables: Sequence[Array],
) -> Array:
    """A table by profile of types and of actions, the sum of which over what a profile plays is what that has of a goal
    (by profile of types and of actions) and of gains with their ``weights``; ``tables`` are the utilities by follower.
    Scalars are those of the arrays."""
    shape = (len(form.profiles), *form.sizes)
    total = goal.reshape(shape).copy()
    for one, weight in zip(deviations, weights, strict=True):
        if not weight:
            continue
        here = list(form.coming[one.follower, one.type])
        table = np.moveaxis(tables[one.follower][here].reshape(len(here), *form.sizes), one.follower + 1, 1)
        gain = (table - table[:, one.action : one.action + 1]) * weight
        if one.told is not None:
            kept = np.zeros_like(gain)
            kept[:, one.told] = gain[:, one.told]
            gain = kept
        total[here] += np.moveaxis(gain, 1, one.follower + 1)
    made: Array = (total.reshape(shape[0], -1).T * chances).T
    return made
