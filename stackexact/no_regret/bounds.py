"""What theory says of regrets: proved bounds on those of Hedge and of regret matching, rounded up to rationals.

A type with M actions, utilities from 0 to 1 and n rounds. Whatever it faces, what it would have had more with one
action instead of the chances by which it drew is at most

* log(M)/η_n + Σ η_t/8 for chances in proportion to exp(η_t U), where η never rises: log(M)/η + η n/8 for a constant
  one, and √(n log(M)) for η_t = 2 √(log(M)/t). With Φ_t(η) = log(mean of exp(η U_t))/η, Hoeffding's lemma says that a
  round brings Φ_t(η_t) − Φ_{t−1}(η_t) − η_t/8 at least; Φ_t rises with η, so that all bring Φ_n(η_n) − Σ η_t/8 at
  least, and Φ_n(η_n) is at least the greatest U_n less log(M)/η_n (Cesa-Bianchi and Lugosi 2006, chapter 2);
* √(n (M − 1)) for regret matching: a round's regrets to the chances are orthogonal to those that these are in
  proportion to, and their squares sum to M − 1 at most (Blackwell 1956; Hart and Mas-Colell 2000).

What it drew instead has another utility: the difference sums to at most √(n log(1/δ)/2) with probability 1 − δ
(Azuma and Hoeffding; given all types, for these do not depend on draws, and given what the others drew in the round).
Where weights follow the mean against the others' chances, their draws matter as well, and the sum is at most
√(2 n log(1/δ)) for each deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from flint import arb, ctx

from stackexact.exact.enclosures import ball_of, ends
from stackexact.mechanisms.forms import Form
from stackexact.no_regret.algorithms import Algorithm, MultiplicativeWeights, QLearning, RegretMatching
from stackexact.no_regret.arena import ranges

__all__ = ["Theory", "theory_of"]

_BITS: Final = 96
_ROUNDING: Final = Fraction(1, 1 << 29)
"""What a round may add to a bound, for each action: scores are rounded to 2^-30, and chances are floats."""


@dataclass(frozen=True)
class Theory:
    """Bounds for an algorithm in a game that hold at once with a ``confidence``, for all types of all followers, at so
    many checkpoints (``times``: checkpoints by runs). ``widths`` are by follower the ranges of its utilities."""

    form: Form
    algorithm: MultiplicativeWeights | RegretMatching
    confidence: Fraction
    times: int
    widths: tuple[Fraction, ...]

    @property
    def formula(self) -> str:
        """The bound as text; w is the range of a follower's utilities."""
        how = self.algorithm
        if not isinstance(how, MultiplicativeWeights):
            start = "√(n (M − 1))"
        else:
            start = "√(n log(M))" if how.epsilon is None else "log(M)/log(1 + ε) + n log(1 + ε)/8"
        return f"w ({start} + {'√(2 n log(1/δ))' if self._joint else '√(n log(1/δ)/2)'})"

    @property
    def _joint(self) -> bool:
        """Whether the others' draws are averaged, too."""
        return isinstance(self.algorithm, MultiplicativeWeights) and self.algorithm.feedback == "expected"

    @property
    def error(self) -> Fraction:
        """δ: the error of one of the bounds."""
        form = self.form
        each = [len(form.allowed[i][t]) if self._joint else 1 for i in form.followers for t in form.occurring[i]]
        return (1 - self.confidence) / (sum(each) * self.times)

    def bound(self, follower: int, type_: int, rounds: int) -> Fraction:
        """What the regret of a type is at most after so many rounds of its own, in the units of its utilities.

        >>> from stackexact.mechanisms.forms import Form
        >>> coin = Form((2,), (((0, 1),),), ((0,),), (1,), 1, (((3, 5),),), (1,), ((0, 7),), 1)
        >>> found = theory_of(coin, MultiplicativeWeights(schedule="anytime"), Fraction(1, 2), 1).bound(0, 0, 100)
        >>> round(float(found), 3)  # 2 (√(100 log 2) + √(50 log 2))
        28.425
        """
        actions, width = len(self.form.allowed[follower][type_]), self.widths[follower]
        if actions == 1 or not rounds or not width:
            return Fraction(0)
        return width * (self._unit(actions, rounds) + rounds * actions * _ROUNDING)

    def _unit(self, actions: int, rounds: int) -> Fraction:
        """The bound for utilities from 0 to 1, rounded up."""
        how = self.algorithm
        with ctx.workprec(_BITS):
            n, size = arb(rounds), arb(actions)
            if not isinstance(how, MultiplicativeWeights):
                learnt = (n * (size - 1)).sqrt()
            elif how.epsilon is None:
                learnt = (n * size.log()).sqrt()
            else:
                eta = (1 + ball_of(how.epsilon)).log()
                learnt = size.log() / eta + eta * n / 8
            luck = -ball_of(self.error).log() * n
            return ends(learnt + (luck * 2 if self._joint else luck / 2).sqrt())[1]


def theory_of(form: Form, algorithm: Algorithm, confidence: Fraction, times: int) -> Theory | None:
    """The bounds of an algorithm; there are none for Q-learning, whose followers may keep exploring and see only what
    they play."""
    if isinstance(algorithm, QLearning):
        return None
    pairs = zip(ranges(form), form.utility_scales, strict=True)
    widths = tuple(Fraction(high - low, scale) for (low, high), scale in pairs)
    return Theory(form, algorithm, confidence, times, widths)
