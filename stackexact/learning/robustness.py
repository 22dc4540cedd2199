"""What a wrong belief in the follower's behaviour costs the leader: the exact loss as the belief moves away from the
truth, its slope and a bound, beside what leaders lose who estimate from so many responses.

She commits to x, recommended y, saw the follower's responses z(x, y), and takes α̂ for the weight α of
recommendations. Her estimate of log(W_b/W_n) is then off by (α - α̂)/(1 - α̂)·(log(y_b/y_n) - log(W_b/W_n)). She
recommends the quantal response ŷ of what she estimates, and gets u(x, z(x, ŷ)) instead of V(x) = u(x, q(x)). Since
d(ŷ, q) = |α - α̂|/(1 - α̂)·d(y, q), and z(x, ŷ) is by the factor α nearer to q,

    |V(x) - u(x, z(x, ŷ))| ≤ osc_b u(x, b) · tanh(α |α - α̂|/(1 - α̂) · d(y, q)/4):

the loss is linear in the error ("Learning to incentivize on the fly", ICLR 2026 submission 23162, where leaders know α
up to an error). Its slope at α̂ = α is α/(1 - α)·Cov_q(u(x, ·), log y - log W).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
from flint import arb

from stackexact.errors import StackexactError, UsageError, shorten
from stackexact.exact.enclosures import Enclosure, Number, ball_of, enclosed, limits, refined, written
from stackexact.exact.exponential import ExponentialNumber, rational
from stackexact.exact.numbers import exact
from stackexact.exact.records import Record
from stackexact.exact.relation import text_of
from stackexact.games.recommendation import RecommendationGame
from stackexact.learning.arrays import dyadic
from stackexact.learning.runs import Announcement, require_game
from stackexact.learning.valuing import Valuer, valuer
from stackexact.recommending.misspecified import misspecified
from stackexact.recommending.models import Model, model_of, number_of, probability_of
from stackexact.recommending.responses import violated
from stackexact.simulation.runner import whole
from stackexact.solving.solve import solve
from stackexact.verification.intervals import Values, interval, method
from stackexact.verification.means import error_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Robustness", "RobustnessPoint", "robustness"]

_DIGITS: Final = 30
_POWERS: Final = range(2, 8)
_FINE: Final = 50
_CONFIDENCE: Final = Fraction(99, 100)


@dataclass(frozen=True, slots=True, repr=False)
class RobustnessPoint(Record):
    """What believing in ``assumed`` costs: the ``loss`` V(x) − u, at most ``bound`` in size; how far the advice is from
    being followed (``violation``, total variation); and what was ``measured``: the mean loss after so many responses,
    between ``lower`` and ``upper`` with the confidence of all points together."""

    assumed: Fraction
    loss: Number
    bound: Number
    violation: Number
    measured: Number | None = None
    lower: Fraction | None = None
    upper: Fraction | None = None

    def document(self) -> dict[str, Any]:
        """As JSON values."""
        made: dict[str, Any] = {"assumed": text_of(self.assumed)}
        for name in ("loss", "bound", "violation", "measured", "lower", "upper"):
            value = getattr(self, name)
            if value is not None:
                made[name] = written(value)
        return made


@dataclass(frozen=True, slots=True, repr=False)
class Robustness(Record):
    """The loss around the truth: ``alpha`` is the true weight, ``leader`` what she gets who knows it, ``slope`` that of
    the loss at the truth; ``points`` with increasing beliefs. ``samples`` responses were seen in each of ``runs`` runs,
    of which ``failed`` have no estimate (an action was never played): what they lose may be anything."""

    game: RecommendationGame
    alpha: Fraction
    leader: Number
    slope: Number
    points: tuple[RobustnessPoint, ...]
    samples: int | None = None
    runs: int | None = None
    failed: int = 0

    def document(self) -> dict[str, Any]:
        """The table as a JSON object."""
        made = {
            "format": "stackexact/robustness",
            "version": 1,
            "game": {"name": self.game.name, "sha256": self.game.sha256},
            "alpha": text_of(self.alpha),
            "leader": written(self.leader),
            "slope": written(self.slope),
            "points": [point.document() for point in self.points],
        }
        if self.samples is None:
            return made
        return {**made, "samples": self.samples, "runs": self.runs, "failed": self.failed}

    def plot(self, *, ax: Any = None) -> Axes:
        """Draw the loss over what is assumed, with its tangent and bound, and what was measured; needs matplotlib."""
        from stackexact.learning.plotting import plot_robustness

        return plot_robustness(self, ax=ax)

    def __str__(self) -> str:
        from stackexact.learning.display import robustness_text

        return robustness_text(self)

    def _repr_html_(self) -> str:
        from stackexact.learning.display import robustness_html

        return robustness_html(self)


def robustness(
    game: RecommendationGame,
    assumed: Sequence[object] | None = None,
    *,
    samples: int | None = None,
    runs: int = 20,
    seed: int = 0,
    digits: int = _DIGITS,
) -> Robustness:
    """The loss of a leader who believes in each of the weights ``assumed`` instead of the true α, exact or enclosed.

    Without ``assumed`` these are α ± 2^-k (1 − α)/2 for k = 2 to 7, as far as they are weights. The policy (x, y) is
    that of the game; of one without, the best commitment with exact incentive compatibility, and all actions alike.
    With ``samples``, leaders in so many independent ``runs`` estimate from so many responses each, which are drawn by
    numpy from ``seed``; the policies that they announce are valued exactly.

    Raises :class:`~stackexact.errors.UsageError` for what is no weight, for recommendations at the boundary, and for
    ``samples`` of responses that floats cannot draw.

    >>> game = RecommendationGame([[1, 0]], weights=[[4, 1]], behaviour={"alpha": "1/2"},
    ...                           policy={"commitment": {"a1": 1}, "recommendation": {"b1": "1/3", "b2": "2/3"}})
    >>> found = robustness(game, ["1/3", "1/2"])
    >>> [point.loss.text(6) if point.loss else "0" for point in found.points], found.slope.text(6)
    (['0.0448327…', '0'], '-0.332710…')
    """
    require_game(game)
    if not isinstance(game, RecommendationGame):
        raise UsageError(f"game: expected one of kind recommendation, found the kind {game.kind}; give another")
    model = model_of(game)
    x, y = _policy(game)
    if not all(y):
        raise UsageError("policy: expected recommendations of every action, found one of probability 0; recommend it")
    beliefs = _beliefs(model.alpha) if assumed is None else _given(assumed)
    value = model.quantal(x).mean(model.rewards_at(x))
    points = [_point(model, belief, x, y, value, digits) for belief in beliefs]
    failed = 0
    if samples is not None:
        count, repeats = whole("samples", samples), whole("runs", runs)
        drawn = _drawn(model, x, y, count, repeats, whole("seed", seed, 0))
        judge = valuer(game, digits)
        known, error = number_of(value, digits, judge.scale), error_of(_CONFIDENCE, len(points))
        leaders = _Leaders(model, x, y, drawn, judge, known, error)
        points = [leaders.beside(point) for point in points]
        failed = int((drawn == 0).any(axis=1).sum())
        samples, runs = count, repeats
    return Robustness(
        game,
        model.alpha,
        number_of(value, digits, model.decision.scale),
        _slope(model, x, y, digits),
        tuple(points),
        samples,
        None if samples is None else runs,
        failed,
    )


def _policy(game: RecommendationGame) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    if game.policy is not None:
        told: Any = game.policy
        return told.commitment, told.recommendation
    labels = game.actions
    cell: Any = solve(cast(Any, game), ["incentive-compatible"])["incentive-compatible"].cells[0]
    every = Fraction(1, len(labels.follower))
    return tuple(cell.commitment.get(a, Fraction(0)) for a in labels.leader), (every,) * len(labels.follower)


def _beliefs(alpha: Fraction) -> tuple[Fraction, ...]:
    steps = [(1 - alpha) / 2**k / 2 for k in _POWERS]
    return tuple(sorted({alpha, *(alpha - one for one in steps if one <= alpha), *(alpha + one for one in steps)}))


def _given(assumed: object) -> tuple[Fraction, ...]:
    if isinstance(assumed, str) or not isinstance(assumed, Sequence) or not assumed:
        raise UsageError(f"assumed: expected a list of weights, found {shorten(assumed)}; write ['1/3', '1/2']")
    made = set()
    for one in assumed:
        try:
            value = exact(one)
        except StackexactError as error:
            raise UsageError(f"assumed: {error}") from None
        if not isinstance(value, Fraction) or not 0 <= value < 1:
            raise UsageError(f"assumed: expected weights from 0 to less than 1, found {shorten(one)}; correct it")
        made.add(value)
    return tuple(sorted(made))


def _point(
    model: Model,
    belief: Fraction,
    x: tuple[Fraction, ...],
    y: tuple[Fraction, ...],
    value: ExponentialNumber,
    digits: int,
) -> RobustnessPoint:
    """The exact loss of a belief, and its bound, which are compared."""
    found = misspecified(model, belief, x, y)
    rewards = model.rewards_at(x)
    lost = value + found.leader * ExponentialNumber.of(Fraction(-1))
    apart = violated(model.quantal(x), found.played)
    spread = max(rewards) - min(rewards)
    return RobustnessPoint(
        belief,
        number_of(lost, digits, spread or Fraction(1)),
        number_of(apart.bound * ExponentialNumber(rational(spread)), digits, spread or Fraction(1)),
        probability_of(found.violation.size, digits),
    )


def _slope(model: Model, x: tuple[Fraction, ...], y: tuple[Fraction, ...], digits: int) -> Number:
    """α/(1 − α)·Cov_q(u, log y − log W) at the quantal response q."""
    rewards, logits = model.rewards_at(x), model.logits_at(x)
    spread = max(rewards) - min(rewards)
    if not spread or not model.alpha:
        return Fraction(0)

    def ball() -> arb:
        heights = [logit.ball() for logit in logits]
        shift = max(heights, key=lambda one: float(one.mid())).mid()
        masses = [(one - shift).exp() for one in heights]
        total = sum(masses, arb(0))
        shares = [mass / total for mass in masses]
        pulls = [ball_of(told).log() - one for told, one in zip(y, heights, strict=True)]
        mean = sum((q * ball_of(u) for q, u in zip(shares, rewards, strict=True)), arb(0))
        made = sum((q * (ball_of(u) - mean) * d for q, u, d in zip(shares, rewards, pulls, strict=True)), arb(0))
        return made * ball_of(model.alpha / (1 - model.alpha))

    low, high = refined(ball, spread / Fraction(10) ** (digits + 2))
    return enclosed(low, high, digits, spread)


def _drawn(
    model: Model, x: tuple[Fraction, ...], y: tuple[Fraction, ...], samples: int, runs: int, seed: int
) -> np.ndarray[Any, Any]:
    """How often each action answers (x, y), run by run: floats draw, as they do wherever learners play."""
    logits = np.array([float(logit.ball()) for logit in model.logits_at(x)])
    alpha, told = float(model.alpha), np.array([float(one) for one in y])
    if not (np.isfinite(logits).all() and told.all()):
        raise UsageError("samples: expected rewards and recommendations that floats hold, found others; leave it out")
    pulled = alpha * np.log(told) + (1 - alpha) * logits
    shares = np.exp(pulled - pulled.max())
    rng = np.random.Generator(np.random.PCG64(seed))
    return rng.multinomial(samples, shares / shares.sum(), size=runs)


@dataclass(frozen=True, slots=True)
class _Leaders:
    """Leaders who estimate from counts of responses, and what they lose by what they then advise."""

    model: Model
    x: tuple[Fraction, ...]
    y: tuple[Fraction, ...]
    counts: np.ndarray[Any, Any]
    judge: Valuer
    value: Number
    alpha: float

    def beside(self, point: RobustnessPoint) -> RobustnessPoint:
        """A point with what was measured: where there is no estimate, the loss may be anything."""
        (low, high), (least, most) = limits(self.value), self.judge.range
        span = low - most, high - least
        ends = [self._loss(counts, float(point.assumed), span) for counts in self.counts]
        lower, upper = (Values(tuple(one[k] for one in ends), *span) for k in range(2))
        below, above = (interval(one, self.alpha, method("student")) for one in (lower, upper))
        mean = Enclosure(lower.mean, upper.mean)
        return RobustnessPoint(point.assumed, point.loss, point.bound, point.violation, mean, below.lower, above.upper)

    def _loss(self, counts: Any, belief: float, span: tuple[Fraction, Fraction]) -> tuple[Fraction, Fraction]:
        if (counts == 0).any():
            return span
        told = np.log([float(one) for one in self.y])
        estimates = (np.log(counts) - belief * told) / (1 - belief)
        shares = np.maximum(np.exp(estimates - estimates.max()), 2.0 ** (10 - _FINE))
        advised = tuple(Fraction(float(one)) for one in dyadic(shares / shares.sum(), _FINE))
        policy = (((self.x,) * len(self.y),),)
        found = limits(self.judge.value(Announcement(policy, advised)))
        low, high = limits(self.value)
        return low - found[1], high - found[0]
