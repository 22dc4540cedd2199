"""Whether there is one equilibrium alone.

Of an equilibrium at a vertex, let the goal be the chance of what it never plays, that of further profiles which play
only what it plays, and the gains of those deviations from which it gains nothing. All these are 0 there and nowhere
negative; where they are all 0 an equilibrium is that vertex. So there is no other just if the most of the goal is 0.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stackexact.exact.records import Record
from stackexact.mechanisms.forms import Form, Profile
from stackexact.mechanisms.programs import Goal, Optimum, Programs

__all__ = ["Uniqueness", "elsewhere_of", "goal_of", "uniqueness"]

Array = npt.NDArray[Any]

MOST: Final = 4096
"""Most profiles that play only what an equilibrium plays."""


@dataclass(frozen=True, slots=True, repr=False)
class Uniqueness(Record):
    """Whether an equilibrium is the only one, and what proves it: multipliers, or another one."""

    unique: bool
    proof: Optimum


def elsewhere_of(form: Form, own: Collection[Profile]) -> tuple[Array, frozenset[Profile]] | None:
    """By profile of types and of actions whether none of some profiles plays that (1), and the further profiles that
    play nothing else than they do; nothing where there is too much to go through."""
    never = np.ones((len(form.profiles), prod(form.sizes)), dtype=int)
    for one in map(form.played, own):
        never[range(len(one)), one] = 0
    choices = [
        tuple(tuple(sorted({profile[i][t] for profile in own})) for t in range(len(form.allowed[i])))
        for i in form.followers
    ]
    if prod(len(one) for by_type in choices for one in by_type) > MOST:
        return None
    further = frozenset(
        profile
        for profile in product(*(product(*by_type) for by_type in choices))
        if profile not in own and not any(never[k][a] for k, a in enumerate(form.played(profile)))
    )
    return never, further


def goal_of(form: Form, programs: Programs, found: Optimum) -> Goal | None:
    """What other equilibria have some of; nothing where there is too much to go through."""
    elsewhere = elsewhere_of(form, {profile for profile, _ in found.support})
    if elsewhere is None:
        return None
    never, further = elsewhere
    total = [Fraction(0)] * len(programs.deviations)
    for profile, chance in found.support:
        total = [old + chance * gain for old, gain in zip(total, programs.pool[profile], strict=True)]
    unit = form.common_scale
    slack = tuple(
        0 if gain else unit // form.utility_scales[one.follower]
        for one, gain in zip(programs.deviations, total, strict=True)
    )
    return Goal(never.astype(object) * unit, slack, further, form.chance_scale * unit)


def uniqueness(programs: Programs, found: Optimum) -> Uniqueness | None:
    """Whether the equilibrium, which is a vertex, is the only one; nothing where that is not looked into."""
    goal = goal_of(programs.form, programs, found)
    if goal is None:
        return None
    proof = programs.optimum(goal)
    return Uniqueness(not proof.value, proof)
