"""Cells of the concepts of games of incentives. Costs are what is paid: less is better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.solving.shown import Shown

__all__ = ["Gains", "IncentiveCell", "MajorCell", "MeanFieldCell", "TeamCell"]

Gains: TypeAlias = Mapping[str, Mapping[str, Exact]]
"""By a component of the leader's action and one of a follower's: how much the first moves with the second."""


class _Told(Shown):
    """Cells whose JSON has the names of their fields; what there is not is left out."""

    __slots__ = ()

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        made = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        return {name: _json(value) for name, value in made.items() if value is not None}


def _json(value: Any) -> Any:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, tuple):
        return list(value)
    if isinstance(value, Mapping):
        return {key: _json(entry) for key, entry in value.items()}
    return text_of(value)


@dataclass(frozen=True, slots=True, repr=False)
class TeamCell(_Told):
    """What is best for the leader if everybody obeys: her ``cost``, and everybody's ``actions``."""

    when: tuple[str, ...]
    cost: Exact
    actions: Mapping[str, Exact]


@dataclass(frozen=True, slots=True, repr=False)
class IncentiveCell(_Told):
    """An affine incentive that makes the team optimum a Nash response, if one ``exists``: the ``gain`` per follower and
    that on the mean, N times as large, and the ``energy`` N |gain|².

    ``unique``: whether the team optimum is the only response; ``unique_alike`` among responses in which all followers
    do the same, ``unique_apart`` among those with its mean.
    """

    when: tuple[str, ...]
    exists: bool
    gain: Gains | None
    mean_gain: Gains | None
    energy: Exact | None
    unique: bool | None
    unique_alike: bool | None
    unique_apart: bool | None


@dataclass(frozen=True, slots=True, repr=False)
class MeanFieldCell(_Told):
    """The limit of many followers: that of the ``gain`` per follower, whether the energy stays finite
    (``finite_energy``), and what the leader pays with infinitely many (``cost``, that of open-loop Stackelberg play):
    ``gap`` more than with any finite number. There are none of these where no action of hers determines the
    followers'."""

    when: tuple[str, ...]
    finite_energy: bool
    gain: Gains | None
    cost: Exact | None
    actions: Mapping[str, Exact] | None
    gap: Exact | None


@dataclass(frozen=True, slots=True, repr=False)
class MajorCell(_Told):
    """The leader's best ``actions`` if the minor followers respond, and the bounded ``gain`` on the major follower's
    action that makes its own best, if one ``exists``."""

    when: tuple[str, ...]
    exists: bool
    cost: Exact
    actions: Mapping[str, Exact]
    gain: Gains | None
