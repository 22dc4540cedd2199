"""Learners by their definitions, in exact rationals: what noise-free runs of the simulator are compared with.

Every class is told its action and its reward, as a fraction, and knows neither arrays nor units. Square roots and
exponentials have 28 digits or more, far below what two bounds that differ are apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, Protocol

DIGITS = 60


class Definition(Protocol):
    """A learner for one side, or one copy of a follower."""

    def choose(self, u: Callable[[], float]) -> int:
        """An action; ``u`` draws a number from 0 to 1."""
        ...

    def learn(self, action: int, response: int, reward: Fraction) -> None:
        """What came of it."""
        ...


def decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


class Ucb:
    """Mean plus (√c0 + more) √(log T / pulls), the first of several; ``discarded`` pulls of each before."""

    def __init__(self, actions: int, horizon: int, c0: Fraction, discarded: int = 0, more: Any = 0) -> None:
        self.rewards: list[list[Fraction]] = [[] for _ in range(actions)]
        self.left = [action for _ in range(discarded) for action in range(actions)]
        self.width = (decimal(c0).sqrt() + more) * Decimal(horizon).ln().sqrt()

    def choose(self, u: Callable[[], float]) -> int:
        if self.left:
            return self.left[0]
        bounds = [
            decimal(sum(seen) / len(seen)) + self.width / Decimal(len(seen)).sqrt() if seen else Decimal("inf")
            for seen in map(list, self.rewards)
        ]
        return bounds.index(max(bounds))

    def learn(self, action: int, response: int, reward: Fraction) -> None:
        if self.left:
            self.left.pop(0)
        else:
            self.rewards[action].append(reward)


class Elimination:
    """Phases of M_1, M_2, ... pulls; after phase p what is more than 2 · 2^-p behind the best mean is dropped."""

    def __init__(self, actions: int, phases: Sequence[int]) -> None:
        self.active, self.phases, self.phase = list(range(actions)), phases, 1
        self.begin()

    def begin(self) -> None:
        self.rewards: dict[int, list[Fraction]] = {action: [] for action in self.active}

    def choose(self, u: Callable[[], float]) -> int:
        return min(self.active, key=lambda action: (len(self.rewards[action]), action))

    def learn(self, action: int, response: int, reward: Fraction) -> None:
        self.rewards[action].append(reward)
        if self.phase > len(self.phases) or min(map(len, self.rewards.values())) < self.phases[self.phase - 1]:
            return
        means = {one: sum(seen) / len(seen) for one, seen in self.rewards.items()}
        best = max(means.values())
        self.active = [one for one in self.active if best - means[one] <= 2 * Fraction(1, 2**self.phase)]
        self.phase += 1
        self.begin()


class Phased:
    """Mean of the last complete phase p plus width · 2^-p; phases end when a response is seen once too often."""

    def __init__(self, actions: int, phases: Sequence[int], width: Fraction) -> None:
        self.phases, self.width = phases, width
        self.done = [0] * actions
        self.means = [Fraction(0)] * actions
        self.now: list[list[tuple[int, Fraction]]] = [[] for _ in range(actions)]

    def choose(self, u: Callable[[], float]) -> int:
        bounds = [
            (0, mean + self.width / 2**done) if done else (1, Fraction(0))
            for done, mean in zip(self.done, self.means, strict=True)
        ]
        return bounds.index(max(bounds))

    def learn(self, action: int, response: int, reward: Fraction) -> None:
        seen = self.now[action]
        done = self.done[action]
        if done < len(self.phases) and [one for one, _ in seen].count(response) == self.phases[done]:
            self.done[action] += 1
            self.means[action] = sum((reward for _, reward in seen), Fraction(0)) / len(seen)
            seen.clear()
        seen.append((response, reward))


class Weights:
    """Exp3: proportional to exp(-rate · losses), a loss 1 - reward divided by the probability it was met with."""

    def __init__(self, actions: int, rate: Fraction) -> None:
        self.losses, self.rate = [Decimal(0)] * actions, decimal(rate)

    def choose(self, u: Callable[[], float]) -> int:
        powers = [(-self.rate * loss).exp() for loss in self.losses]
        self.shares = [power / sum(powers) for power in powers]
        drawn, total = Decimal(u()), Decimal(0)
        for action, share in enumerate(self.shares):
            total += share
            if drawn < total:
                return action
        return len(self.shares) - 1

    def learn(self, action: int, response: int, reward: Fraction) -> None:
        self.losses[action] += (1 - decimal(reward)) / self.shares[action]


Table = Sequence[Sequence[Fraction]]


def counts(
    leader: Definition, copies: Sequence[Definition], tables: tuple[Table, Table], horizon: int, u: Callable[[], float]
) -> list[list[int]]:
    """How often each pair is played without noise; the follower is one copy per action of the leader."""
    found = [[0] * len(row) for row in tables[0]]
    with localcontext(prec=DIGITS):
        for _ in range(horizon):
            i = leader.choose(u)
            j = copies[i].choose(u)
            found[i][j] += 1
            leader.learn(i, j, tables[0][i][j])
            copies[i].learn(j, j, tables[1][i][j])
    return found
