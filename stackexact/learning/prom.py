"""PROM: optimistic recommendations to a follower whose responses are learnt by maximum likelihood ("Learning to
incentivize on the fly", ICLR 2026 submission 23162); and a leader who exploits what standard regret does not see.

The name and its three steps are the paper's; the steps are made definite here, as documented in docs/learning.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from stackexact.errors import UsageError
from stackexact.exact.records import FrozenMapping
from stackexact.learning.arrays import Floats, dyadic, frozen
from stackexact.learning.environment import compiled
from stackexact.learning.fitting import Normalisation
from stackexact.learning.playing import Announcements
from stackexact.learning.recommending import Recommending, simplex_grid
from stackexact.learning.records import Log

__all__ = ["Recommendations", "boundary", "prom"]

FINE: Final = 50
"""Recommended probabilities are multiples of 2^-50: some are small."""


@dataclass(frozen=True)
class Recommendations:
    """Options of PROM. Left out, the confidence set is {θ: log-likelihood ≥ max − β}, β = ``scale``·k·log(1 + T), k the
    number of parameters that matter, |θ/τ| ≤ ``B``, √d times the range of κ, which the learner is taken to know; the
    bonus for the leader's own rewards is ``beta_u`` times the norm, ``scale``·√log(1 + T). ``grid`` is the most
    commitments that a search begins with. ``replan``, ``growth`` and ``noise`` as in the linear algorithms.
    """

    scale: float = 0.3
    beta: float | None = None
    beta_u: float | None = None
    B: float | None = None
    grid: int = 200
    replan: str = "doubling"
    growth: float = 2.0
    noise: str = "none"

    def __post_init__(self) -> None:
        for name, values in (("replan", ("each", "doubling")), ("noise", ("none", "bernoulli"))):
            if getattr(self, name) not in values:
                found = getattr(self, name)
                raise UsageError(f"{name}: expected {' or '.join(map(repr, values))}, found {found!r}")
        for name, least in (("scale", 0), ("beta", 0), ("beta_u", 0), ("B", 0), ("growth", 1), ("grid", 1)):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= least):
                raise UsageError(f"{name}: expected a number >= {least}, found {value}")

    def settled(self, game: Recommending, size: int, episodes: int) -> dict[str, Any]:
        """The numbers that a run uses, defaults filled in."""
        iota = math.log(1 + episodes)
        spread = max(float(game.logits.max() - game.logits.min()), 1.0)
        defaults = {
            "beta": self.scale * size * iota,
            "beta_u": self.scale * math.sqrt(iota),
            "B": math.sqrt(game.features.shape[2]) * spread,
        }
        made = {name: value if getattr(self, name) is None else getattr(self, name) for name, value in defaults.items()}
        told = {name: getattr(self, name) for name in ("scale", "grid", "replan", "growth", "noise")}
        return {**made, **told, "assumed": game.believed}


class Conversation:
    """Rounds of commitments, recommendations and responses, and what is counted of them."""

    def __init__(self, game: Recommending, episodes: int, seed: int, *, bernoulli: bool) -> None:
        leader, follower = game.rewards.shape
        self.game, self._seed, self._bernoulli = game, seed, bernoulli
        self._episodes, self._book = episodes, Announcements(episodes)
        self._rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed).spawn(1)[0]))
        self._kernels = compiled()
        self._nowhere = np.zeros((1, 1, leader, follower, 1))
        self._responses: list[Any] = []
        self.moves = np.zeros((1, 1, leader, follower, 1), dtype=np.int64)
        self.sums = np.zeros((1, 1, leader, follower))
        self.counts = np.zeros((1, 8, follower))

    @property
    def left(self) -> int:
        """Episodes to play."""
        return self._episodes - self._book.done

    @property
    def done(self) -> int:
        """Episodes that are over."""
        return self._book.done

    @property
    def said(self) -> list[Any]:
        """The different announcements (x, y) so far, in the order of the rows of ``counts``."""
        return self._book.kept

    def announce(self, x: Floats, y: Floats, known: Floats, informed: float, enough: float, most: int) -> None:
        """Play up to ``most`` episodes of an announcement, until a plan is out of date."""
        leader, follower = self.game.rewards.shape
        number, new = self._book.number(x, y)
        if new:
            self._responses.append(self.game.response(x, y).reshape(1, 1, follower))
            if number == self.counts.shape[1]:
                self.counts = np.concatenate([self.counts, np.zeros_like(self.counts)], axis=1)
        policy = np.ascontiguousarray(np.broadcast_to(x, (1, 1, follower, leader)))
        gains = np.zeros((2, 1))
        left = min(most, self.left)
        while left:
            played = self._kernels.play(
                self._rng,
                self._nowhere,
                self.game.scaled.reshape(1, 1, leader, follower),
                np.ones(1),
                policy,
                self._responses[number],
                self._bernoulli,
                self.moves,
                self.sums,
                np.array([[number]]),
                self.counts,
                known.reshape(1, 1, leader, follower),
                np.array([[informed]]),
                gains,
                enough,
                min(left, self._book.room),
            )
            self._book.add(number, played, lambda: self.moves.sum(axis=4))
            left -= played
            if (gains >= enough).any():
                break

    def log(self, algorithm: str, options: dict[str, Any], x: Floats) -> Log:
        """What was played; ``x`` is the commitment that was learnt, worth what its equilibrium gives."""
        leader, follower = self.game.rewards.shape
        commitments, recommendations = (np.stack([said[k] for said in self.said]) for k in range(2))
        shape = (len(commitments), 1, 1, follower, leader)
        values = [self.game.value(*said) for said in self.said]
        return Log(
            algorithm,
            FrozenMapping(options),
            self._seed,
            self._episodes,
            self.game,
            frozen(np.broadcast_to(commitments[:, None, None, None, :], shape)),
            frozen(self._book.announced),
            frozen(np.stack(self._responses)),
            frozen(np.array(values)),
            frozen(np.broadcast_to(x, (1, 1, follower, leader))),
            self.game.credible_value(x),
            self._book.checkpoints,
            frozen(np.stack(self._book.counts)),
            frozen(recommendations),
        )


class Knowledge:
    """What the leader makes of a conversation: θ̂/τ and its information, her own rewards and their uncertainty."""

    def __init__(self, talk: Conversation, options: Recommendations, episodes: int) -> None:
        from stackexact.learning import newton, optimism

        game = talk.game
        leader, _, size = game.features.shape
        self._newton, self._optimism, self._talk = newton, optimism, talk
        # What depends on the leader's action alone changes no response: actions take the place of states.
        normal = Normalisation.of(game.features[:, None], np.ones((leader, 1, game.rewards.shape[1]), dtype=bool))
        self._faced = np.ascontiguousarray(game.features @ normal.basis)
        self._z, self._multiplier = np.zeros(normal.basis.shape[1]), 0.0
        self.settled = options.settled(game, len(self._z), episodes)
        self._grid = simplex_grid(leader, options.grid)
        self._step = 1.0 if leader == 1 else float(min(one[one > 0].min() for one in self._grid))
        flat = game.features.reshape(-1, size)
        self._flat = np.ascontiguousarray(flat)

    def _cells(self) -> tuple[Any, ...]:
        """Features, offsets, sizes and counts of what was announced so far."""
        talk, alpha = self._talk, self._talk.game.believed
        count = len(talk.said)
        leader, follower = talk.game.rewards.shape
        x = np.array([said[0] for said in talk.said]).reshape(count, leader)
        y = np.array([said[1] for said in talk.said]).reshape(count, follower)
        faced = (1 - alpha) * np.einsum("ca,abk->cbk", x, self._faced)
        offsets = alpha * np.log(y)
        return np.ascontiguousarray(faced), offsets, np.full(count, follower), talk.counts[0, :count]

    def rewards(self) -> tuple[Floats, Floats]:
        """Optimistic û[a, b] in [0, 1], and |φ(a, b)|² in the metric Λ⁻¹."""
        talk = self._talk
        visits = talk.moves.reshape(-1).astype(float)
        gram = np.eye(self._flat.shape[1]) + (self._flat * visits[:, None]).T @ self._flat
        inverse = np.linalg.inv(gram)
        estimates = self._flat @ (inverse @ (self._flat.T @ talk.sums.reshape(-1)))
        known = np.einsum("ik,km,im->i", self._flat, inverse, self._flat)
        hopes = np.clip(estimates + self.settled["beta_u"] * np.sqrt(known), 0, 1)
        shape = talk.game.rewards.shape
        return hopes.reshape(shape), known.reshape(shape)

    def plan(self) -> tuple[Floats, Floats, Floats, float]:
        """(x_t, y_t), what a visit of (a, b) tells about rewards, and what a response tells about θ."""
        cells, settled, newton = self._cells(), self.settled, self._newton
        self._multiplier = newton.minimise(*cells, settled["B"], self._z, self._multiplier)
        inverse = np.linalg.inv(self._information(cells))
        hopes, known = self.rewards()
        x, found = np.zeros(len(hopes)), np.zeros_like(self._z)
        radius = math.sqrt(2 * settled["beta"])
        self._optimism.search(self._grid, self._faced, hopes, self._z, inverse, radius, self._step, x, found)
        parameters = self._credible(cells, found)
        x = dyadic(x)
        logits = np.einsum("a,abk,k->b", x, self._faced, parameters)
        y = np.maximum(np.exp(logits - logits.max()), 2.0**-20)
        y = dyadic(y / y.sum(), FINE)
        one = (1 - self._talk.game.believed) * np.einsum("a,abk->bk", x, self._faced)
        mean = y @ one
        informed = float(np.einsum("b,bk,km,bm->", y, one - mean, inverse, one - mean))
        return x, y, known, informed

    def _information(self, cells: tuple[Any, ...]) -> Floats:
        """The Fisher information of θ/τ, plus 1/B²: parameters are not known to be larger than B."""
        made: Floats = np.eye(len(self._z)) / float(self.settled["B"]) ** 2
        self._newton.information(*cells, self._z, cells[0], made)
        return made

    def _credible(self, cells: tuple[Any, ...], found: Floats) -> Floats:
        """The parameters nearest to ``found``, on the way from the estimate, that the exact confidence set holds."""
        least = self._newton.value(*cells, self._z, 0.0)
        share = 1.0
        while share > 1e-3:
            made = self._z + share * (found - self._z)
            if self._newton.value(*cells, made, 0.0) <= least + self.settled["beta"]:
                return np.asarray(made)
            share *= 0.8
        return self._z


def prom(game: Recommending, options: Recommendations, episodes: int, seed: int) -> Log:
    """Announce commitments and recommendations, optimistically within what responses allow; learn from the answers."""
    talk = Conversation(game, episodes, seed, bernoulli=options.noise == "bernoulli")
    known = Knowledge(talk, options, episodes)
    enough = 0.0 if options.replan == "each" else options.growth - 1
    while talk.left:
        x, y, told, informed = known.plan()
        talk.announce(x, y, told, informed, enough, talk.left)
    return talk.log("prom", known.settled, known.plan()[0])


def boundary(game: Recommending, options: Recommendations, episodes: int, seed: int) -> Log:
    """A leader who exploits recommendations at the boundary: nearly all weight on the action she likes best.

    There z ≈ y, since a follower hardly moves from where a recommendation has no support: in episode t the rest has
    weight 2^(−k/α), 2^k ≤ t, so that violations of about 1/t add up to O(log T), while the leader gets more than V*,
    what recommendations that are followed with full support allow. Standard regret is then linear and negative;
    absolute regret tells.
    """
    if game.alpha == 0:
        raise UsageError("prom-boundary: expected alpha > 0, found 0; the follower does not look at recommendations")
    talk = Conversation(game, episodes, seed, bernoulli=options.noise == "bernoulli")
    known = Knowledge(talk, options, episodes)
    leader, follower = game.rewards.shape
    x = np.eye(leader)[0]
    while talk.left:
        hopes, told = known.rewards()
        a, b = np.unravel_index(int(hopes.argmax()), hopes.shape)
        epoch = (talk.done + 1).bit_length() - 1
        rest = max(2.0 ** (-epoch / game.believed) if game.believed > 0 else 0.0, 2.0**-48) * (1 - 1 / follower)
        x, y = np.eye(leader)[a], np.full(follower, rest / max(follower - 1, 1))
        y[b] = 1 - rest if follower > 1 else 1.0
        talk.announce(x, dyadic(y, FINE), told, 0.0, 1.0, 2 ** (epoch + 1) - 1 - talk.done)
    return talk.log("prom-boundary", known.settled, x)
