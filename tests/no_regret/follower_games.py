"""Games that followers learn in, and a second implementation of how they learn, in plain Python."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction as F
from itertools import product
from typing import Any

import numpy as np

from stackexact.games.mechanism import MechanismGame
from stackexact.mechanisms.forms import Form

Profile = tuple[int, ...]


def offers(first: str, price: object, second: str, other: object) -> dict[str, Any]:
    return {"offers": [{"to": first, "price": price}, {"to": second, "price": other}]}


def pi(purchase: str = "v >= p") -> MechanismGame:
    """The PI setting of Brero et al. under its efficient rule: every equilibrium has the loss 0."""
    rule = {
        "0": {"0": offers("A0", 0, "A1", 0), "1": offers("A1", "199/1000", "A0", 0)},
        "1": {"0": offers("A0", 0, "A1", 0), "1": offers("A0", "399/1000", "A1", 0)},
    }
    return MechanismGame(
        {
            "A0": {"types": {"low": "1/5", "high": 1}, "actions": ["0", "1"]},
            "A1": {"types": {"zero": 0, "some": "2/5"}, "actions": ["0", "1"]},
        },
        {"efficient": rule},
        prior={"A0": {"low": "4/5", "high": "1/5"}, "A1": {"zero": "1/2", "some": "1/2"}},
        purchase=purchase,
        objective="welfare - first_best",
        name="pi",
    )


def normal(first: Sequence[Sequence[object]], second: Sequence[Sequence[object]], **more: Any) -> MechanismGame:
    """Two followers without types; the designer gets what both get."""
    rows, columns = [f"r{i}" for i in range(len(first))], [f"c{j}" for j in range(len(first[0]))]
    rule = {
        row: {column: {"valuations": {"A": first[i][j], "B": second[i][j]}} for j, column in enumerate(columns)}
        for i, row in enumerate(rows)
    }
    return MechanismGame(
        {"A": {"actions": rows}, "B": {"actions": columns}}, {"only": rule}, objective="welfare", **more
    )


def pennies() -> MechanismGame:
    return normal([[1, 0], [0, 1]], [[0, 1], [1, 0]], name="matching pennies")


def roshambo() -> MechanismGame:
    first = [[0, -1, 1], [1, 0, -1], [-1, 1, 0]]
    return normal(first, [[-x for x in row] for row in first], name="rock, paper, scissors")


def correlated() -> MechanismGame:
    """Three followers with correlated types, types with other actions, and one without types."""
    told = {
        a: {
            b: {c: {"valuations": {"A": [v, w], "B": [[x, y], [y, w]], "C": z}} for c, z in (("u", x - w), ("d", v))}
            for b, x, y in (("1", 3, -2), ("2", 0, F(5, 2)))
        }
        for a, v, w in (("1", 1, 4), ("2", 2, -1), ("3", F(1, 3), 2))
    }
    rule: Any = {}
    for a, row in told.items():
        rule[a] = {}
        for b, cells in row.items():
            rule[a][b] = {}
            for c, cell in cells.items():
                own = dict(zip(("l", "h"), map(str, cell["valuations"]["A"]), strict=True))
                (p, q), (r, s) = cell["valuations"]["B"]
                other = {"s": str(p + r), "t": str(q - s)}
                rule[a][b][c] = {"valuations": {"A": own, "B": other, "C": str(cell["valuations"]["C"])}}
    return MechanismGame(
        {
            "A": {"types": ["l", "h"], "actions": {"l": ["1", "3"], "h": ["1", "2", "3"]}},
            "B": {"types": ["s", "t"], "actions": {"s": ["1", "2"], "t": ["2"]}},
            "C": {"actions": ["u", "d"]},
        },
        {"only": rule},
        prior=[
            {"types": {"A": "l", "B": "s"}, "probability": "1/2"},
            {"types": {"A": "h", "B": "s"}, "probability": "1/3"},
            {"types": {"A": "h", "B": "t"}, "probability": "1/6"},
        ],
        objective="welfare + revenue",
    )


def messages(n: int) -> MechanismGame:
    """Both followers have n equally likely types, and two messages; the best table of prices for n = 5."""
    types = {f"t{k}": F(k, n - 1) for k in range(n)}
    prior = {label: F(1, n) for label in types}
    rule = {
        "0": {"0": offers("A1", "1/4", "A0", 0), "1": offers("A0", "1/2", "A1", 0)},
        "1": {"0": offers("A0", "1249/1500", "A1", "751/1000"), "1": offers("A0", "251/1000", "A1", "501/1000")},
    }
    told = {"types": types, "actions": ["0", "1"]}
    return MechanismGame(
        {"A0": told, "A1": told},
        {"only": rule},
        prior={"A0": prior, "A1": prior},
        purchase="v >= p",
        objective="welfare - first_best",
    )


GAMES = {"pi": pi, "pennies": pennies, "correlated": correlated}


# -- Exact sums, term by term -----------------------------------------------------------------------------------------


def utility(form: Form, i: int, k: int, actions: Profile) -> F:
    """What a follower has at a profile of types where these actions are played."""
    return F(form.utilities[i][k][number(form, actions)], form.utility_scales[i])


def number(form: Form, actions: Profile) -> int:
    index = 0
    for action, size in zip(actions, form.sizes, strict=True):
        index = index * size + action
    return index


def instead(actions: Profile, i: int, action: int) -> Profile:
    return (*actions[:i], action, *actions[i + 1 :])


def joint(form: Form, k: int) -> Iterator[Profile]:
    """The profiles of actions that the types of a profile may take."""
    return product(*(form.allowed[i][t] for i, t in enumerate(form.profiles[k])))


def normalised(form: Form, i: int) -> dict[tuple[int, Profile], float]:
    """Utilities of a follower from 0 to 1 over all that can happen, to the nearest multiple of 2^-30."""
    seen = {(k, actions): utility(form, i, k, actions) for k in range(len(form.profiles)) for actions in joint(form, k)}
    low, high = min(seen.values()), max(seen.values())
    width = high - low or 1
    return {place: math.floor((value - low) / width * 2**30 + F(1, 2)) / 2**30 for place, value in seen.items()}


# -- The algorithms, one round after the other ------------------------------------------------------------------------


class Plain:
    """Followers who learn, with the random numbers of a generator in the order in which the loops draw them."""

    def __init__(self, form: Form, rng: np.random.Generator) -> None:
        self.form, self.rng = form, rng
        self.utilities = [normalised(form, i) for i in form.followers]
        self.totals = {(i, t): [0.0] * len(own) for i, all_ in enumerate(form.allowed) for t, own in enumerate(all_)}
        self.times = dict.fromkeys(self.totals, 0)
        self.history: list[tuple[int, Profile]] = []

    def play(self, rounds: int) -> list[tuple[int, Profile]]:
        form = self.form
        for _ in range(rounds):
            k = self.drawn([chance / form.chance_scale for chance in form.chances], self.rng.random())
            types = form.profiles[k]
            mixed = [self.mixed(i, t) for i, t in enumerate(types)]
            own = [self.chosen(i, t, mixed[i], self.rng.random()) for i, t in enumerate(types)]
            actions = tuple(form.allowed[i][t][m] for (i, t), m in zip(enumerate(types), own, strict=True))
            self.history.append((k, actions))
            for i, t in enumerate(types):
                self.learn(i, t, k, own[i], actions, mixed)
                self.times[i, t] += 1
        return self.history

    def drawn(self, chances: Sequence[float], u: float) -> int:
        total = 0.0
        for m, chance in enumerate(chances):
            total += chance
            if u < total:
                return m
        return len(chances) - 1

    def chosen(self, i: int, t: int, mixed: Sequence[float], u: float) -> int:
        return self.drawn(mixed, u)

    def against(self, i: int, t: int, k: int, actions: Profile) -> list[float]:
        """The utility of every action against what the others have just played."""
        return [self.utilities[i][k, instead(actions, i, m)] for m in self.form.allowed[i][t]]

    def mixed(self, i: int, t: int) -> list[float]:
        raise NotImplementedError

    def learn(self, i: int, t: int, k: int, own: int, actions: Profile, mixed: Sequence[Sequence[float]]) -> None:
        raise NotImplementedError


class PlainWeights(Plain):
    def __init__(self, form: Form, rng: np.random.Generator, epsilon: float | None, expected: bool) -> None:
        super().__init__(form, rng)
        self.epsilon, self.expected = epsilon, expected

    def mixed(self, i: int, t: int) -> list[float]:
        totals = self.totals[i, t]
        if self.epsilon is None:
            eta = 2 * math.sqrt(math.log(len(totals)) / (self.times[i, t] + 1))
            weights = [math.exp(eta * (total - max(totals))) for total in totals]
        else:
            weights = [(1 + self.epsilon) ** (total - max(totals)) for total in totals]
        return [weight / sum(weights) for weight in weights]

    def learn(self, i: int, t: int, k: int, own: int, actions: Profile, mixed: Sequence[Sequence[float]]) -> None:
        gains = self.against(i, t, k, actions)
        if self.expected:
            form, gains = self.form, [0.0] * len(gains)
            for profile in joint(form, k):
                chance = math.prod(
                    mixed[j][form.allowed[j][form.profiles[k][j]].index(profile[j])] for j in form.followers if j != i
                )
                gains[form.allowed[i][t].index(profile[i])] += chance * self.utilities[i][k, profile]
        self.totals[i, t] = [total + gain for total, gain in zip(self.totals[i, t], gains, strict=True)]


class PlainMatching(Plain):
    def mixed(self, i: int, t: int) -> list[float]:
        positive = [max(total, 0.0) for total in self.totals[i, t]]
        return [one / sum(positive) for one in positive] if sum(positive) else [1 / len(positive)] * len(positive)

    def learn(self, i: int, t: int, k: int, own: int, actions: Profile, mixed: Sequence[Sequence[float]]) -> None:
        gains = self.against(i, t, k, actions)
        had = sum(chance * gain for chance, gain in zip(mixed[i], gains, strict=True))
        self.totals[i, t] = [total + gain - had for total, gain in zip(self.totals[i, t], gains, strict=True)]


class PlainLearning(Plain):
    def __init__(
        self, form: Form, rng: np.random.Generator, step: float | None, exploration: float, decay: float
    ) -> None:
        super().__init__(form, rng)
        self.step, self.exploration, self.decay = step, exploration, decay
        self.tried = {place: [0] * len(totals) for place, totals in self.totals.items()}

    def mixed(self, i: int, t: int) -> list[float]:
        return []

    def chosen(self, i: int, t: int, mixed: Sequence[float], u: float) -> int:
        values = self.totals[i, t]
        chance = self.exploration * (self.times[i, t] + 1.0) ** -self.decay
        return int(u / chance * len(values)) if u < chance else values.index(max(values))

    def learn(self, i: int, t: int, k: int, own: int, actions: Profile, mixed: Sequence[Sequence[float]]) -> None:
        self.tried[i, t][own] += 1
        step = self.step or 1 / self.tried[i, t][own]
        self.totals[i, t][own] += step * (self.utilities[i][k, actions] - self.totals[i, t][own])
