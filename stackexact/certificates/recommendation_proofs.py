"""What a follower makes of a recommendation: claims of the concepts ``response`` and ``misspecification``.

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
from stackexact.certificates.reading import Labels, Node
from stackexact.certificates.recommendation_game import RecommendationGame
from stackexact.certificates.stated_numbers import require_logarithm, require_number

__all__ = ["Mixture", "quantal", "require_mixture", "response"]

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
