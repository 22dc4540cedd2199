"""One-shot games of a leader who commits and recommends, and a follower who moves from what is recommended towards what
pays (kind ``recommendation``).

"Learning to incentivize on the fly" (submission 23162 to ICLR 2026), for one follower with finitely many actions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from stackexact.exact.grammar import INPUT
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import Assumption
from stackexact.exact.work import Work
from stackexact.games.declared import declared_assumptions, declared_parameters, declared_text
from stackexact.games.json_text import at_path
from stackexact.games.parametric import ParametricGame
from stackexact.games.payoff_parts import (
    actions_document,
    payoffs_document,
    read_payoffs,
    require_weights,
    table_at,
    table_values,
)
from stackexact.games.recommendation_reading import (
    Behaviour,
    Policy,
    behaviour_at,
    behaviour_document,
    policy_at,
    policy_document,
    read_assumed,
    read_behaviour,
    read_policy,
)
from stackexact.games.tables import Actions, Table, read_actions

__all__ = ["Behaviour", "Policy", "RecommendationGame"]


@dataclass(frozen=True, init=False)
class RecommendationGame(ParametricGame):
    """The leader commits to x over her actions and recommends y over the follower's; the follower plays z.

    With α = 1/(1 + η τ) and W_b = exp(r(x, b)/τ), z_b is proportional to y_b^α W_b^(1 − α): α is the weight of the
    recommendation. ``leader`` are her rewards; of the follower there are either its rewards ``follower`` r or
    ``weights`` exp(r/τ). ``behaviour`` is ``{"tau", "eta"}`` or ``{"tau", "alpha"}`` with rewards, ``{"alpha"}``
    with weights. ``policy`` is one commitment and one recommendation to look at, mappings of labels to probabilities;
    ``assumed`` is the behaviour that the leader wrongly believes in (what it leaves out is the true one).

    >>> game = RecommendationGame([[1, 0], [2, "1/2"]], weights=[[4, 1], [1, 9]], behaviour={"alpha": "1/2"})
    >>> game
    <RecommendationGame 2x2>
    >>> RecommendationGame([[1]], [["r"]], behaviour={"tau": 2, "eta": 3}).behaviour
    Behaviour(alpha=1/7, tau=2)
    """

    kind: ClassVar[str] = "recommendation"

    actions: Actions
    leader: Table
    follower: Table | None
    weights: Table | None
    behaviour: Behaviour
    policy: Policy | None = None
    assumed: Behaviour | None = None
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    name: str | None = None
    description: str | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)

    def __init__(
        self,
        leader: Iterable[Iterable[object]],
        follower: Iterable[Iterable[object]] | None = None,
        *,
        weights: Iterable[Iterable[object]] | None = None,
        behaviour: Behaviour | Mapping[str, object],
        policy: Policy | Mapping[str, Mapping[str, object]] | None = None,
        assumed: Behaviour | Mapping[str, object] | None = None,
        actions: Actions | Mapping[str, Sequence[str]] | None = None,
        parameters: Sequence[str] | None = None,
        assumptions: Iterable[str | Assumption] | str | Assumption | None = (),
        name: str | None = None,
        description: str | None = None,
        source: str | None = None,
    ) -> None:
        work = Work(INPUT.effort)
        given = {"leader": leader, "follower": follower, "weights": weights}
        own, rewards, powers = read_payoffs({k: v for k, v in given.items() if v is not None}, "payoffs", work)
        labels = read_actions(actions, len(own), len(own[0]))
        true = read_behaviour(behaviour, powers is not None, work)
        values: dict[str, Any] = {
            "actions": labels,
            "leader": own,
            "follower": rewards,
            "weights": powers,
            "behaviour": true,
            "policy": None if policy is None else read_policy(policy, labels, work),
            "assumed": None if assumed is None else read_assumed(assumed, true, work),
            "assumptions": declared_assumptions(assumptions, work),
            "name": declared_text(name, "name"),
            "description": declared_text(description, "description"),
            "source": declared_text(source, "source"),
            "parameters": (),
        }
        self._set(values)
        self._set({"parameters": declared_parameters(parameters, self._used())})

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    def values(self) -> Iterator[tuple[str, Exact]]:
        """Everything that may depend on parameters, by its place in the JSON object."""
        for player in ("leader", "follower", "weights"):
            yield from table_values(getattr(self, player), f"payoffs.{player}")
        for place, told in (("follower", self.behaviour), ("assumed", self.assumed)):
            if told is not None:
                yield f"{place}.alpha", told.alpha
                if told.tau is not None:
                    yield f"{place}.tau", told.tau
        if self.policy is not None:
            for part, labels in (("commitment", self.actions.leader), ("recommendation", self.actions.follower)):
                for label, value in zip(labels, getattr(self.policy, part), strict=True):
                    yield at_path(f"policy.{part}", label), value

    def _substituted(self, given: Mapping[str, Exact]) -> RecommendationGame:
        weights = table_at(self.weights, given)
        require_weights(weights, "payoffs")
        return self._with(
            leader=table_at(self.leader, given),
            follower=table_at(self.follower, given),
            weights=weights,
            behaviour=behaviour_at(self.behaviour, given, "follower"),
            policy=None if self.policy is None else policy_at(self.policy, given, self.actions),
            assumed=None if self.assumed is None else behaviour_at(self.assumed, given, "assumed"),
        )

    def _identity(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "kind": self.kind,
            "actions": actions_document(self.actions),
            "parameters": list(self.parameters),
            "assumptions": [str(chain) for chain in self.assumptions],
            "payoffs": payoffs_document(self.leader, self.follower, self.weights),
            "follower": behaviour_document(self.behaviour),
        }
        if self.policy is not None:
            made["policy"] = policy_document(self.policy, self.actions)
        if self.assumed is not None:
            made["assumed"] = behaviour_document(self.assumed)
        return made

    def __repr__(self) -> str:
        rows, columns = self.shape
        title = f"{self.name!r}, " if self.name else ""
        symbols = f", parameters {', '.join(self.parameters)}" if self.parameters else ""
        return f"<RecommendationGame {title}{rows}x{columns}{symbols}>"
