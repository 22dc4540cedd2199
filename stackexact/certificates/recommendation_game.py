"""The embedded game of kind ``recommendation``: a leader who commits and recommends, in numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, cast

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.digits import written
from stackexact.certificates.embedded import TEXTS, Exact, Relation, chain_at, labels_at, number_at, parameters_at
from stackexact.certificates.line import Region
from stackexact.certificates.logarithms import Log, logarithm
from stackexact.certificates.payoff_tables import Table, distribution_at, read_payoffs, tables_text
from stackexact.certificates.quantal_decision import Decision, table_of
from stackexact.certificates.reading import Labels, Node, Weights
from stackexact.certificates.stated import Stated

__all__ = ["Behaviour", "RecommendationGame", "read_recommendation_game"]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The weight ``alpha`` of recommendations, and the temperature ``tau``, of which weights know nothing."""

    alpha: Fraction
    tau: Fraction | None


@dataclass(frozen=True)
class RecommendationGame:
    """The game that the certificate speaks of; of the follower there are rewards or weights. ``policy`` is a commitment
    and a recommendation; ``identity`` is what the digest is made of."""

    kind: ClassVar[str] = "recommendation"
    bound: ClassVar[None] = None
    line: ClassVar[None] = None
    is_numeric: ClassVar[bool] = True

    name: str | None
    identity: str
    leader_labels: Labels
    follower_labels: Labels
    leader: Table
    follower: Table | None
    weights: Table | None
    behaviour: Behaviour
    policy: tuple[Weights, Weights] | None
    assumed: Behaviour | None
    relations: tuple[Relation, ...] = ()

    @property
    def values(self) -> list[Exact]:
        """Nothing that depends on parameters."""
        return []

    def on(self, region: Region | Stated) -> RecommendationGame:
        """The game, which has no parameters."""
        return self

    def sha256(self) -> str:
        """Digest of the canonical JSON of all that answers depend on, as solutions state it."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])

    @cached_property
    def decision(self) -> Decision:
        """The leader's rewards and the logits of quantal responses."""
        if self.follower is not None and self.behaviour.tau is not None:
            return Decision(self.leader, table_of(self.follower, 1 / self.behaviour.tau))
        return Decision(self.leader, table_of(self.leader, Fraction(0)), self.weights)

    def logits(self, commitment: Weights) -> list[Log]:
        """log W under a commitment, of every follower action."""
        made = []
        for b in range(self.shape[1]):
            one = Log(sum((x * self.decision.exponents[a][b] for a, x in commitment.items()), Fraction(0)))
            if self.weights is not None:
                for a, x in commitment.items():
                    one = one + logarithm(self.weights[a][b]).times(x)
            made.append(one)
        return made

    def rewards(self, commitment: Weights) -> list[Fraction]:
        """The leader's reward under a commitment, of every follower action."""
        columns = range(self.shape[1])
        return [sum((x * self.leader[a][b] for a, x in commitment.items()), Fraction(0)) for b in columns]


def read_recommendation_game(node: Node) -> RecommendationGame:
    """Read the embedded game."""
    optional = (*TEXTS, "parameters", "assumptions", "actions", "policy", "assumed")
    parts = node.fields("format", "version", "kind", "payoffs", "follower", optional=optional)
    for key, expected in (("format", "stackexact/game"), ("version", 1), ("kind", "recommendation")):
        parts[key].constant(expected)
    for key in TEXTS:
        if key in parts and not isinstance(parts[key].value, str):
            raise parts[key].wrong("text")
    parameters = parameters_at(parts["parameters"]) if "parameters" in parts else ()
    chains = (
        [chain_at(item, parameters, None) for item in parts["assumptions"].items()] if "assumptions" in parts else []
    )
    tables = read_payoffs(parts["payoffs"])
    leader = tables["leader"]
    own = parts["actions"].fields(optional=("leader", "follower")) if "actions" in parts else {}
    labels = labels_at(own.get("leader"), "a", len(leader)), labels_at(own.get("follower"), "b", len(leader[0]))
    behaviour = _behaviour(parts["follower"], None, "weights" in tables)
    game = RecommendationGame(
        name=str(parts["name"].value) if "name" in parts else None,
        identity="",
        leader_labels=labels[0],
        follower_labels=labels[1],
        leader=leader,
        follower=tables.get("follower"),
        weights=tables.get("weights"),
        behaviour=behaviour,
        policy=_policy(parts["policy"], *labels) if "policy" in parts else None,
        assumed=_behaviour(parts["assumed"], behaviour, "weights" in tables) if "assumed" in parts else None,
    )
    return _with_identity(game, parameters, [text for text, _ in chains])


def _behaviour(node: Node, true: Behaviour | None, weighted: bool) -> Behaviour:
    """A behaviour; one that is assumed may leave out what is ``true`` of tau."""
    told = node.fields(optional=("tau", "eta", "alpha"))
    found = {key: cast("Fraction", number_at(one, None)) for key, one in told.items()}
    if weighted:
        if found.keys() != {"alpha"}:
            raise node.fails("expected alpha alone, for there are weights")
    elif ("eta" in found) == ("alpha" in found):
        raise node.fails("expected either eta or alpha")
    for key in ("tau", "eta"):
        if key in found and found[key] <= 0:
            raise told[key].wrong("a number above 0")
    tau = found.get("tau", true.tau if true else None)
    if tau is None and not weighted:
        raise Unsupported(f"{node.place}.tau: expected, for there are rewards, but missing")
    alpha = found["alpha"] if tau is None or "alpha" in found else 1 / (1 + found["eta"] * tau)
    if not 0 <= alpha < 1:
        raise told["alpha"].wrong("a number of at least 0 and below 1")
    return Behaviour(alpha, tau)


def _policy(node: Node, leader: Labels, follower: Labels) -> tuple[Weights, Weights]:
    told = node.fields("commitment", "recommendation")
    return distribution_at(told["commitment"], leader), distribution_at(told["recommendation"], follower)


def _with_identity(
    game: RecommendationGame, parameters: Sequence[str], assumptions: Sequence[str]
) -> RecommendationGame:
    labels = list(game.leader_labels), list(game.follower_labels)
    made: dict[str, Any] = {
        "kind": "recommendation",
        "actions": {"leader": labels[0], "follower": labels[1]},
        "parameters": list(parameters),
        "assumptions": list(assumptions),
        "payoffs": tables_text({"leader": game.leader, "follower": game.follower, "weights": game.weights}),
        "follower": _behaviour_text(game.behaviour),
    }
    if game.policy is not None:
        sides = zip(("commitment", "recommendation"), game.policy, labels, strict=True)
        made["policy"] = {key: {names[i]: written(p) for i, p in part.items()} for key, part, names in sides}
    if game.assumed is not None:
        made["assumed"] = _behaviour_text(game.assumed)
    text = json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return replace(game, identity=text)


def _behaviour_text(behaviour: Behaviour) -> dict[str, str]:
    made = {} if behaviour.tau is None else {"tau": written(behaviour.tau)}
    return {**made, "alpha": written(behaviour.alpha)}
