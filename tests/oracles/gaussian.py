"""Games with Gaussian information: everything seen as a linear map of the state and all noises, costs expected from
covariances, strategies compared with others by their expected costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat

from oracles.incentives import Quadratic, polarised, rational

__all__ = ["Gaussian"]


@dataclass(frozen=True)
class Gaussian:
    """N followers by name; costs are quadratic functions of (u0, u_i, ū, x)."""

    leader: Quadratic
    follower: Quadratic
    state: fmpq
    noise: fmpq
    count: int

    def _covariance(self) -> fmpq_mat:
        """Of the state and the noises, which everything is a linear map of."""
        size = self.count + 1
        return fmpq_mat(
            size, size, [(self.noise if i else self.state) * (i == j) for i in range(size) for j in range(size)]
        )

    def _seen(self, i: int) -> list[fmpq]:
        """What follower i sees: x + w_i."""
        return [fmpq(j in (0, i + 1)) for j in range(self.count + 1)]

    def expected(self, cost: Quadratic, rows: Sequence[Sequence[fmpq]], means: Sequence[fmpq]) -> fmpq:
        """The expectation of a cost, whose variables are linear maps of state and noises beside their means."""
        maps = fmpq_mat(len(rows), self.count + 1, [value for row in rows for value in row])
        moments = maps * self._covariance() * maps.transpose()
        trace = sum((cost.hessian[i, j] * moments[i, j] for i in range(4) for j in range(4)), fmpq(0))
        return trace / 2 + cost(fmpq_mat(len(means), 1, list(means)))

    def _obeyed(self, cost: Quadratic, i: int, by_state: fmpq, by_mean: fmpq, gain: fmpq) -> fmpq:
        """A cost where u0 = by_state x + by_mean (mean of all y) and everybody plays gain y."""
        size = self.count + 1
        seen = [self._seen(j) for j in range(self.count)]
        average = [sum((row[c] for row in seen), fmpq(0)) / self.count for c in range(size)]
        x = [fmpq(c == 0) for c in range(size)]
        u0 = [by_state * a + by_mean * b for a, b in zip(x, average, strict=True)]
        rows = [u0, [gain * value for value in seen[i]], [gain * value for value in average], x]
        return self.expected(cost, rows, [fmpq(0)] * 4)

    def team(self, *, reacts: bool) -> tuple[list[fmpq], fmpq]:
        """The best A, B ū as a multiple of the mean of all y (0 unless the leader reacts), gain; and the least cost."""

        def cost(point: Sequence[fmpq]) -> fmpq:
            by_state, *by_mean, gain = point
            played = by_state, by_mean[0] if reacts else fmpq(0), gain
            return sum((self._obeyed(self.leader, i, *played) for i in range(self.count)), fmpq(0)) / self.count

        form = polarised(cost, 3 if reacts else 2)
        found = form.lowest()
        values = [found[i, 0] for i in range(found.nrows())]
        return (values if reacts else [values[0], fmpq(0), values[1]]), form(found)

    def deviated(self, i: int, rule: tuple[Fraction, Fraction, Fraction, Fraction]) -> Quadratic:
        """What follower i pays as a function of all gains and then all constants of the followers' strategies
        h_j y_j + c_j, if u0 = A x + B ū + κ Σ(u_j − G y_j) is announced: ``rule`` is A, B, κ, G."""
        a, b, k, g = map(rational, rule)
        size = self.count + 1
        seen = [self._seen(j) for j in range(self.count)]
        x = [fmpq(c == 0) for c in range(size)]

        def cost(point: Sequence[fmpq]) -> fmpq:
            gains, constants = point[: self.count], point[self.count :]
            actions = [[h * value for value in row] for h, row in zip(gains, seen, strict=True)]
            mean = [sum((row[c] for row in actions), fmpq(0)) / self.count for c in range(size)]
            wanted = [sum((g * row[c] for row in seen), fmpq(0)) for c in range(size)]
            u0 = [a * x[c] + b * mean[c] + k * (mean[c] * self.count - wanted[c]) for c in range(size)]
            average = sum(constants, fmpq(0)) / self.count
            means = [b * average + k * average * self.count, constants[i], average, fmpq(0)]
            return self.expected(self.follower, [u0, actions[i], mean, x], means)

        return polarised(cost, 2 * self.count)
