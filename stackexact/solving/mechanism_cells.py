"""Cells of mechanisms: what the designer's objective may be in equilibria of the followers, and what she can get."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.solving.cells import FieldsCell

__all__ = [
    "BayesNashCell",
    "Choices",
    "CorrelatedRangeCell",
    "Extreme",
    "NoIncentivesCell",
    "Played",
    "PureExtreme",
    "RulesCell",
    "Strategies",
    "VerticesCell",
]

Strategies: TypeAlias = Mapping[str, str | Mapping[str, str]]
"""By follower an action, or an action by type for the types that can occur."""

Choices: TypeAlias = Mapping[str, Any]
"""By the actions of the first follower, then of the second and so on, the place of an outcome in a list."""


@dataclass(frozen=True, slots=True, repr=False)
class Played(FieldsCell):
    """Strategies that are recommended together, with this ``probability``."""

    probability: Exact
    strategies: Strategies


@dataclass(frozen=True, slots=True, repr=False)
class Extreme(FieldsCell):
    """What the designer (``leader``) and the ``followers`` expect in an ``equilibrium``."""

    leader: Exact
    followers: Mapping[str, Exact]
    equilibrium: tuple[Played, ...]


@dataclass(frozen=True, slots=True, repr=False)
class CorrelatedRangeCell(FieldsCell):
    """The ``best`` and the ``worst`` correlated equilibrium of the followers for the designer's objective, and whether
    there is one alone (``unique``; nothing where that was not looked into)."""

    when: tuple[str, ...]
    best: Extreme
    worst: Extreme
    unique: bool | None


@dataclass(frozen=True, slots=True, repr=False)
class VerticesCell(FieldsCell):
    """All vertices of the polytope of correlated equilibria, and how many there are (``count``)."""

    when: tuple[str, ...]
    count: int
    vertices: tuple[Extreme, ...]


@dataclass(frozen=True, slots=True, repr=False)
class PureExtreme(FieldsCell):
    """What the designer and the followers expect under a profile of strategies."""

    leader: Exact
    followers: Mapping[str, Exact]
    strategies: Strategies


@dataclass(frozen=True, slots=True, repr=False)
class BayesNashCell(FieldsCell):
    """How many pure Bayes-Nash equilibria there are (``count``), and the ``best`` and the ``worst`` of them for the
    designer's objective, if any."""

    when: tuple[str, ...]
    count: int
    best: PureExtreme | None
    worst: PureExtreme | None


@dataclass(frozen=True, slots=True, repr=False)
class RulesCell(FieldsCell):
    """The best rules: what the designer gets under them (``leader``), or the supremum that they come close to where it
    is not ``attained``; with a ``bound`` that no rules exceed where these are not shown to be the best.

    The name of the ``rule``; by profile of actions the outcome that is chosen, by name or by its place in its list
    (``choices``, where there is any choice); ``prices``; the ``equilibrium`` that decides, and what the ``followers``
    expect there.
    Where nothing is attained these are about rules under which the designer gets ``near``.
    """

    when: tuple[str, ...]
    leader: Exact
    attained: bool
    bound: Fraction | None
    near: Fraction | None
    rule: str
    choices: Choices | None
    prices: Mapping[str, Fraction] | None
    equilibrium: tuple[Played, ...]
    followers: Mapping[str, Exact]

    @property
    def unsettled(self) -> str:
        """What is left open: whether there are better rules."""
        if self.bound is None:
            return ""
        return f"the optimum is from {text_of(self.leader)} to {text_of(self.bound)}, no better rules were found"


@dataclass(frozen=True, slots=True, repr=False)
class NoIncentivesCell(FieldsCell):
    """What no rules exceed, if incentives are left aside (``leader``), by ``strategies`` that have it; and the mean of
    the most welfare that any outcome has (``first_best``)."""

    when: tuple[str, ...]
    leader: Exact
    strategies: Strategies
    first_best: Exact
