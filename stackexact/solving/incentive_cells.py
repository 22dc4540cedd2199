"""Cells of the concepts of games of incentives. Costs are what is paid: less is better.

With Gaussian information everybody plays a linear strategy, and cells tell what it makes of what is seen: of the state
and of the mean action (the leader), and of the observation ``y`` (a follower).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from stackexact.exact.rational_function import Exact
from stackexact.solving.cells import FieldsCell, Infinity

__all__ = [
    "CostCell",
    "Gains",
    "IncentiveCell",
    "LinearMeanFieldCell",
    "LinearTeamCell",
    "MajorCell",
    "MeanFieldCell",
    "RandomisedCell",
    "TeamCell",
]

Gains: TypeAlias = Mapping[str, Mapping[str, Exact]]
"""By a component of the leader's action and one of a follower's: how much the first moves with the second. Of linear
strategies: by an action and what is seen."""


class CostCell(FieldsCell):
    """Cells of games of incentives. The entries of their mappings have names of their own, such as ``gain.u0.u`` and
    ``actions.u`` (:func:`stackexact.solving.names.named_value`)."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, repr=False)
class TeamCell(CostCell):
    """What is best for the leader if everybody obeys: her ``cost``, and everybody's ``actions``."""

    when: tuple[str, ...]
    cost: Exact
    actions: Mapping[str, Exact]


@dataclass(frozen=True, slots=True, repr=False)
class LinearTeamCell(CostCell):
    """What is best for the leader if everybody obeys, with Gaussian information: her expected ``cost``, and everybody's
    ``strategies``."""

    when: tuple[str, ...]
    cost: Exact
    strategies: Gains


@dataclass(frozen=True, slots=True, repr=False)
class IncentiveCell(CostCell):
    """An affine incentive that makes the team optimum a Nash response, if one ``exists``: the ``gain`` per follower and
    that on the mean, N times as large, and the ``energy`` N |gain|².

    Where a gain makes it stationary, ``second_order`` says whether each follower's cost is convex in its own action
    then; without that the incentive does not exist. ``unique``: whether the team optimum is the only response;
    ``unique_alike`` among responses in which all followers do the same, ``unique_apart`` among those with its mean
    (with Gaussian information: among responses that are affine in what is seen). ``actions`` are those at the team
    optimum, which the incentive is built on (with Gaussian information ``strategies``), where there is a gain.
    """

    when: tuple[str, ...]
    exists: bool
    gain: Gains | None
    mean_gain: Gains | None
    energy: Exact | None
    second_order: bool | None
    unique: bool | None
    unique_alike: bool | None
    unique_apart: bool | None
    actions: Mapping[str, Exact] | None = None
    strategies: Gains | None = None


@dataclass(frozen=True, slots=True, repr=False)
class MeanFieldCell(CostCell):
    """The limit of many followers: those of the ``gain`` per follower, of the ``mean_gain`` and of the ``energy``,
    which stays finite or not (``finite_energy``); what the leader pays with infinitely many (``cost``, that of
    open-loop Stackelberg play), which is ``gap`` more than with any finite number; and what she pays with infinitely
    many if the gain on the mean is fixed first and grows then (``swapped_cost``).

    There is no gain where she has no influence; there are no actions, cost and gap where no action of hers determines
    the followers', and no swapped cost where no gain does."""

    when: tuple[str, ...]
    finite_energy: bool
    gain: Gains | None
    mean_gain: Mapping[str, Mapping[str, Exact | Infinity]] | None
    energy: Exact | Infinity | None
    cost: Exact | None
    actions: Mapping[str, Exact] | None
    gap: Exact | None
    swapped_cost: Exact | None


@dataclass(frozen=True, slots=True, repr=False)
class LinearMeanFieldCell(CostCell):
    """The limit of many followers with Gaussian information: as :class:`MeanFieldCell`, and the limits of the team's
    cost (``team_cost``) and ``team_strategies``; ``gap`` is what the cost with infinitely many exceeds that limit by.
    """

    when: tuple[str, ...]
    finite_energy: bool
    gain: Gains | None
    mean_gain: Mapping[str, Mapping[str, Exact | Infinity]] | None
    energy: Exact | Infinity | None
    team_cost: Exact
    team_strategies: Gains
    cost: Exact | None
    strategies: Gains | None
    gap: Exact | None
    swapped_cost: Exact | None


@dataclass(frozen=True, slots=True, repr=False)
class MajorCell(CostCell):
    """The leader's best ``actions`` if the minor followers respond, and the bounded ``gain`` on the major follower's
    action that makes its own best, if one ``exists``; and the limits of all three with many minor followers. There are
    none of these where no action of hers determines what the minor followers do, and no limit of the gain where her
    influence vanishes in the limit."""

    when: tuple[str, ...]
    exists: bool
    cost: Exact | None
    actions: Mapping[str, Exact] | None
    gain: Gains | None
    limit_cost: Exact | None
    limit_actions: Mapping[str, Exact] | None
    limit_gain: Gains | None


@dataclass(frozen=True, slots=True, repr=False)
class RandomisedCell(CostCell):
    """The mean-field game's incentive with N followers (our reconstruction): one is drawn at random, and the leader
    moves by the ``drawn_gain``, N times the limit of the gain, with its action.

    ``actions`` is what all followers alike respond and what she then does, ``cost`` what she pays, ``error`` more than
    at the team optimum (``team_actions``, which the incentive is built on); ``saving`` is what one follower saves at
    most by leaving the team optimum. An incentive ``exists`` where the limit of the gain does and makes each follower's
    cost strictly convex; there is no response where none, or more than one, is symmetric.
    """

    when: tuple[str, ...]
    exists: bool
    drawn_gain: Gains | None
    cost: Exact | None
    actions: Mapping[str, Exact] | None
    error: Exact | None
    saving: Exact | None
    team_actions: Mapping[str, Exact] | None = None
