"""Cells of Markov games whose follower responds best to each decision by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from stackexact.solving.cells import FieldsCell
from stackexact.solving.quantal_cells import Rule

__all__ = ["MarkovBestCell"]


@dataclass(frozen=True, slots=True, repr=False)
class MarkovBestCell(FieldsCell):
    """What the leader can get against a follower who responds best over all stages; by stage and state that can be
    reached, a ``policy``, the ``response`` to it, and what she can get from there on (``values``).

    ``attained`` says of a supremum whether some policy attains it, ``attained_from`` the same of what she can get from
    each state on (left out where all are). Where it is not, policies near to the one told approach the value, and the
    response told is that to them.
    """

    when: tuple[str, ...]
    leader: Fraction
    attained: bool | None
    policy: tuple[Mapping[str, Rule], ...]
    response: tuple[Mapping[str, str], ...]
    values: tuple[Mapping[str, Fraction], ...]
    attained_from: tuple[Mapping[str, bool], ...] | None
