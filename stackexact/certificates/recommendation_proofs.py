"""What a follower makes of recommendations: claims of ``response``, ``fixed-points`` and ``misspecification``.

``docs/certificates.md`` has the mathematics. Everything is worked out from its definition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import Quotient, Sum, added, number, power
from stackexact.certificates.logarithms import Log, logarithm
from stackexact.certificates.reading import Labels, Node, Weights
from stackexact.certificates.recommendation_game import RecommendationGame
from stackexact.certificates.stated_numbers import require_logarithm, require_number

__all__ = [
    "Mixture",
    "fixed_points",
    "misspecification",
    "quantal",
    "require_flag",
    "require_mixture",
    "response",
]

STEPS = 1 << 21
"""Most terms of all the sums whose signs tell what is played less often than it is recommended."""

ONE = Fraction(1)
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Mixture:
    """A mixed action of the follower: ``logits`` of what is played, by the action, determined up to a constant."""

    logits: dict[int, Log]

    @cached_property
    def masses(self) -> dict[int, Sum]:
        """The probabilities up to a common factor."""
        return {b: power(logit) for b, logit in self.logits.items()}

    @cached_property
    def total(self) -> Sum:
        """The sum of the masses."""
        return added(self.masses.values())

    def share(self, b: int) -> Quotient:
        """The probability of an action that is played."""
        return Quotient(self.masses[b], self.total)

    def mean(self, values: Sequence[Fraction]) -> Quotient:
        """The mean of values of all actions."""
        return Quotient(added(mass.times(values[b]) for b, mass in self.masses.items()), self.total)


@dataclass(frozen=True, slots=True)
class Violation:
    """How far what is played is from what is recommended: in total variation, in Hilbert's projective ``distance``
    (nothing where their supports differ), and tanh(d/4)."""

    size: Quotient
    distance: Log | None
    bound: Quotient


def recommended(game: RecommendationGame, cell: Node) -> tuple[Mixture, list[Log], list[Fraction]]:
    """What the game's policy recommends, log W and the leader's rewards under its commitment."""
    if game.policy is None:
        raise cell.fails("expected a game with a policy")
    commitment, recommendation = game.policy
    told = Mixture({b: logarithm(share) for b, share in recommendation.items()})
    return told, game.logits(commitment), game.rewards(commitment)


def quantal(logits: Sequence[Log], support: Iterable[int]) -> Mixture:
    """The quantal response among some actions, by log W."""
    return Mixture({b: logits[b] for b in support})


def responding(alpha: Fraction, told: Mixture, logits: Sequence[Log]) -> Mixture:
    """log z = α log y + (1 − α) log W on the support of y; where recommendations weigh nothing z is the quantal
    response."""
    if not alpha:
        return quantal(logits, range(len(logits)))
    return Mixture({b: y.times(alpha) + logits[b].times(1 - alpha) for b, y in told.logits.items()})


def distance(one: Mixture, two: Mixture) -> Log | None:
    """The greatest log ratio less the least; nothing where the supports differ."""
    if one.logits.keys() != two.logits.keys():
        return None
    ratios = [logit - two.logits[b] for b, logit in one.logits.items()]
    greatest = least = ratios[0]
    for ratio in ratios[1:]:
        if (ratio - greatest).sign() > 0:
            greatest = ratio
        elif (ratio - least).sign() < 0:
            least = ratio
    return greatest - least


def violated(told: Mixture, played: Mixture) -> Violation:
    """Total variation is what is recommended less what is played, summed where that is positive."""
    if len(told.total.terms) * len(played.total.terms) * len(told.logits) > STEPS:
        raise TooLarge(f"expected a violation that is told by {STEPS} terms, found more")
    parts = []
    for b, mass in told.masses.items():
        less = mass * played.total
        if b in played.masses:
            less = less - played.masses[b] * told.total
        if less.sign() > 0:
            parts.append(less)
    size = Quotient(added(parts), told.total * played.total)
    apart = distance(told, played)
    if apart is None:
        return Violation(size, None, Quotient.of(ONE))
    root, one = power(apart.times(HALF)), number(ONE)
    return Violation(size, apart, Quotient(root - one, root + one))


def require_mixture(node: Node, mixture: Mixture, labels: Labels) -> None:
    """Require the probabilities of exactly the actions that are played."""
    found = node.by_label(labels)
    if found.keys() != mixture.logits.keys():
        raise node.fails(f"expected the {len(mixture.logits)} action(s) that are played, and no others")
    for b, one in found.items():
        require_number(one, mixture.share(b))


def require_distance(node: Node, value: Log | None) -> None:
    """Require a Hilbert distance."""
    if value is None:
        node.constant("oo")
    else:
        require_logarithm(node, value)


def response(game: RecommendationGame, cell: Node, proof: Node) -> None:
    """The response to the game's policy, and how far it is from what is recommended and from what pays."""
    told, logits, rewards = recommended(game, cell)
    played = responding(game.behaviour.alpha, told, logits)
    labels = game.follower_labels
    left = [label for label, b in labels.items() if b not in played.logits]
    keys = "when", "leader", "response", "violation", "bound", "quantal", "distances"
    parts = cell.fields(*keys, *(("unplayed",) if left else ()))
    proof.fields()
    parts["when"].items(0)
    if left and parts["unplayed"].value != left:
        raise parts["unplayed"].wrong("the actions that are not played, in order")
    own, broken = quantal(logits, played.logits), violated(told, played)
    require_number(parts["leader"], played.mean(rewards))
    require_mixture(parts["response"], played, labels)
    require_mixture(parts["quantal"], own, labels)
    require_number(parts["violation"], broken.size)
    require_number(parts["bound"], broken.bound)
    full = len(told.logits) == len(labels)
    distances = {
        "recommendation-quantal": distance(told, own),
        "response-quantal": distance(played, own),
        "recommendation-response": broken.distance,
        **({} if full else {"recommendation-equilibrium": None}),
    }
    for key, one in parts["distances"].fields(*distances).items():
        require_distance(one, distances[key])


# -- recommendations that are followed --------------------------------------------------------------------------------


def fixed_points(game: RecommendationGame, cell: Node, proof: Node) -> None:
    """The recommendations that are followed: the quantal responses among the actions of every set."""
    parts = cell.fields("when", "unique", "unique_with_full_support", "points")
    proof.fields()
    parts["when"].items(0)
    rows, columns = game.shape
    commitments: list[Weights] = [{a: ONE} for a in range(rows)] if game.policy is None else [game.policy[0]]
    every = bool(game.behaviour.alpha)
    points = parts["points"].items()
    # Different ones of so many sets: all of them.
    if len(points) != len(commitments) * (2**columns - 1 if every else 1):
        raise parts["points"].fails("expected one for every commitment and set of actions that is followed, no others")
    known = [(game.logits(one), game.rewards(one)) for one in commitments]
    seen: set[tuple[int, frozenset[int]]] = set()
    for point in points:
        told = point.fields("commitment", "recommendation", "full_support", "leader")
        commitment = told["commitment"].distribution(game.leader_labels)
        if commitment not in commitments:
            raise told["commitment"].fails("expected the commitment of the policy, or a pure one where there is none")
        place = commitments.index(commitment)
        support = frozenset(told["recommendation"].by_label(game.follower_labels))
        if not support or (place, support) in seen or (len(support) < columns and not every):
            raise told["recommendation"].fails("expected another set of actions")
        seen.add((place, support))
        logits, rewards = known[place]
        mixture = quantal(logits, sorted(support))
        require_mixture(told["recommendation"], mixture, game.follower_labels)
        require_number(told["leader"], mixture.mean(rewards))
        require_flag(told["full_support"], len(support) == columns)
    require_flag(parts["unique"], len(points) == len(commitments))
    require_flag(parts["unique_with_full_support"], True)


def require_flag(node: Node, value: bool) -> None:
    """Require a truth value."""
    if node.flag() != value:
        raise node.wrong(f"{str(value).lower()}, as the game gives")


# -- wrong beliefs ----------------------------------------------------------------------------------------------------


def misspecification(game: RecommendationGame, cell: Node, proof: Node) -> None:
    """What a leader who believes in another weight makes of the response to the policy, and what comes of it."""
    told, logits, rewards = recommended(game, cell)
    assumed, true = game.assumed, game.behaviour
    if assumed is None:
        raise cell.fails("expected a game with an assumed behaviour")
    keys = "when", "factor", "reference", "log_odds", "estimated", "errors", "recommendation", "expected"
    more = "expected_violation", "response", "leader", "violation", "bound"
    parts = cell.fields(*keys, *more, *(() if true.tau is None else ("reward_errors",)))
    proof.fields()
    parts["when"].items(0)
    factor = (true.alpha - assumed.alpha) / (1 - assumed.alpha)
    parts["factor"].agrees(factor)
    labels, reference = game.follower_labels, max(told.logits)
    if parts["reference"].index(labels) != reference:
        raise parts["reference"].wrong("the last action that is recommended")
    response = responding(true.alpha, told, logits)
    told_odds, own, seen = (_odds(one, told.logits) for one in (told.logits, dict(enumerate(logits)), response.logits))
    estimated = {b: (z - told_odds[b].times(assumed.alpha)).times(1 / (1 - assumed.alpha)) for b, z in seen.items()}
    _require_logarithms(parts["log_odds"], own, labels)
    _require_logarithms(parts["estimated"], estimated, labels)
    _require_logarithms(parts["errors"], {b: (y - own[b]).times(factor) for b, y in told_odds.items()}, labels)
    if true.tau is not None and assumed.tau is not None:
        wrong = {b: one.times(assumed.tau) - own[b].times(true.tau) for b, one in estimated.items()}
        _require_logarithms(parts["reward_errors"], wrong, labels)
    advised = Mixture({**estimated, reference: Log(Fraction(0))})
    played = responding(true.alpha, advised, logits)
    broken = violated(advised, played)
    require_mixture(parts["recommendation"], advised, labels)
    require_number(parts["expected"], advised.mean(rewards))
    parts["expected_violation"].constant("0")
    require_mixture(parts["response"], played, labels)
    require_number(parts["leader"], played.mean(rewards))
    require_number(parts["violation"], broken.size)
    require_number(parts["bound"], broken.bound)


def _odds(logits: dict[int, Log], support: Iterable[int]) -> dict[int, Log]:
    """Log-odds against the last action of a support."""
    kept = sorted(support)
    return {b: logits[b] - logits[kept[-1]] for b in kept[:-1]}


def _require_logarithms(node: Node, values: dict[int, Log], labels: Labels) -> None:
    found = node.by_label(labels)
    if found.keys() != values.keys():
        raise node.fails(f"expected the {len(values)} action(s) that are recommended before the last, and no others")
    for b, one in found.items():
        require_logarithm(one, values[b])
