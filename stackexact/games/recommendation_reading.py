"""What the parts of a game with recommendations may be: the follower's behaviour, a policy to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.errors import GameError, StackexactError, shorten
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.records import Record
from stackexact.exact.relation import text_of
from stackexact.exact.work import Work
from stackexact.games.distributions import read_distribution, require_probability
from stackexact.games.fields import closed, object_of
from stackexact.games.json_text import at_path
from stackexact.games.tables import Actions
from stackexact.games.written import exact_value

__all__ = [
    "Behaviour",
    "Policy",
    "behaviour_at",
    "behaviour_document",
    "policy_at",
    "policy_document",
    "read_assumed",
    "read_behaviour",
    "read_policy",
]

_KEYS: Final = ("tau", "eta", "alpha")


@dataclass(frozen=True, slots=True, repr=False)
class Behaviour(Record):
    """The weight ``alpha`` of the recommendation, in [0, 1), and the temperature ``tau`` > 0 (``None`` with weights).

    A step size η amounts to alpha = 1/(1 + η τ).
    """

    alpha: Exact
    tau: Exact | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Policy(Record):
    """Probabilities of the leader's actions, and those that are recommended for the follower's, in order of actions."""

    commitment: tuple[Exact, ...]
    recommendation: tuple[Exact, ...]


def read_behaviour(given: object, weights: bool, work: Work) -> Behaviour:
    """The follower's behaviour, in a game with ``weights`` or with rewards of the follower."""
    told = _numbers(given, "follower", work)
    if weights:
        _require_weighed(told, "follower")
        if "alpha" not in told:
            raise GameError("follower.alpha: expected this key, found none; add it")
    else:
        if "tau" not in told:
            raise GameError("follower.tau: expected this key, found none; add it, or give payoffs.weights")
        _require_one(told, "follower")
    return _behaviour(told, told.get("tau"), "follower")


def read_assumed(given: object, true: Behaviour, work: Work) -> Behaviour:
    """The behaviour that the leader believes in: ``alpha`` or ``eta``, and ``tau`` where it is not the true one."""
    told = _numbers(given, "assumed", work)
    if true.tau is None:
        _require_weighed(told, "assumed")
    _require_one(told, "assumed")
    return _behaviour(told, told.get("tau", true.tau), "assumed")


def _numbers(given: object, place: str, work: Work) -> dict[str, Exact]:
    if isinstance(given, Behaviour):
        given = {key: value for key in ("alpha", "tau") if (value := getattr(given, key)) is not None}
    told = closed(object_of(given), place, required=(), optional=_KEYS)
    made: dict[str, Exact] = {}
    for key, value in told.items():
        try:
            made[key] = exact_value(value, work)
        except StackexactError as error:
            raise GameError(f"{place}.{key}: {error}") from None
        if key != "alpha":
            _require_positive(made[key], f"{place}.{key}")
    return made


def _require_weighed(told: Mapping[str, Exact], place: str) -> None:
    if extra := [key for key in told if key != "alpha"]:
        found = "found one; give alpha alone"
        raise GameError(f"{place}.{extra[0]}: expected none with weights, which are exp(r/tau) already, {found}")


def _require_one(told: Mapping[str, Exact], place: str) -> None:
    if ("eta" in told) == ("alpha" in told):
        found = "both" if "eta" in told else "neither"
        raise GameError(f"{place}: expected either 'eta' or 'alpha', found {found}; give one of them")


def _behaviour(told: Mapping[str, Exact], tau: Exact | None, place: str) -> Behaviour:
    if "alpha" in told:
        made = Behaviour(told["alpha"], tau)
    else:
        assert tau is not None
        try:
            made = Behaviour(1 / (1 + told["eta"] * tau), tau)
        except (StackexactError, ZeroDivisionError):
            found = shorten(text_of(told["eta"]))
            raise GameError(f"{place}.eta: expected 1/(1 + eta*tau) to be defined, found {found}") from None
    _require_behaviour(made, place)
    return made


def _require_positive(value: Exact, place: str) -> None:
    if isinstance(value, Fraction) and value <= 0:
        raise GameError(f"{place}: expected a value above 0, found {shorten(text_of(value))}; correct it")


def _require_behaviour(behaviour: Behaviour, place: str) -> None:
    """Refuse what is certainly outside its range."""
    alpha = behaviour.alpha
    if isinstance(alpha, Fraction) and not 0 <= alpha < 1:
        raise GameError(f"{place}.alpha: expected a value of at least 0 and below 1, found {shorten(text_of(alpha))}")
    if behaviour.tau is not None:
        _require_positive(behaviour.tau, f"{place}.tau")


def behaviour_at(behaviour: Behaviour, given: Mapping[str, Exact], place: str) -> Behaviour:
    """A behaviour with values put in for parameters."""
    tau = behaviour.tau
    made = Behaviour(_at(behaviour.alpha, given), None if tau is None else _at(tau, given))
    _require_behaviour(made, place)
    return made


def _at(value: Exact, given: Mapping[str, Exact]) -> Exact:
    return value.at(given) if isinstance(value, Expression) else value


def behaviour_document(behaviour: Behaviour) -> dict[str, str]:
    """The JSON object of a behaviour."""
    made = {} if behaviour.tau is None else {"tau": text_of(behaviour.tau)}
    return {**made, "alpha": text_of(behaviour.alpha)}


def read_policy(given: object, actions: Actions, work: Work) -> Policy:
    """A commitment and a recommendation, by label."""
    if isinstance(given, Policy):
        given = policy_document(given, actions)
    told = closed(object_of(given), "policy", required=("commitment", "recommendation"))
    return Policy(
        _probabilities(told["commitment"], actions.leader, "policy.commitment", work),
        _probabilities(told["recommendation"], actions.follower, "policy.recommendation", work),
    )


def _probabilities(given: object, labels: Sequence[str], place: str, work: Work) -> tuple[Exact, ...]:
    index = {label: i for i, label in enumerate(labels)}
    found = dict(read_distribution(given, index, place, "action", work))
    return tuple(found.get(i, Fraction(0)) for i in range(len(labels)))


def policy_at(policy: Policy, given: Mapping[str, Exact], actions: Actions) -> Policy:
    """A policy with values put in for parameters."""
    sides = []
    for part, labels in (("commitment", actions.leader), ("recommendation", actions.follower)):
        values = tuple(_at(value, given) for value in getattr(policy, part))
        for label, value in zip(labels, values, strict=True):
            require_probability(value, at_path(f"policy.{part}", label))
        sides.append(values)
    return Policy(*sides)


def policy_document(policy: Policy, actions: Actions) -> dict[str, dict[str, str]]:
    """The JSON object of a policy, without what is never played."""
    return {
        part: {label: text_of(value) for label, value in zip(labels, getattr(policy, part), strict=True) if value}
        for part, labels in (("commitment", actions.leader), ("recommendation", actions.follower))
    }
