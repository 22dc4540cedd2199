"""Followers play, run by run: the compiled loops between checkpoints, and what is recorded at these."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from fractions import Fraction
from threading import Event
from typing import Any, Final

import numpy as np

from stackexact.dynamics.announced import Announced, Cost
from stackexact.dynamics.predictions import Dynamics, Update, update
from stackexact.dynamics.reactions import Reaction, reaction
from stackexact.dynamics.records import BOUND, Checkpoint, Plan, Play, Track
from stackexact.errors import LimitReached
from stackexact.simulation.playing import needing_numba
from stackexact.simulation.runner import whole

__all__ = ["compiled_loop", "planned", "play"]

_CHUNK: Final = 1 << 22
"""Moves of followers between two looks at whether to stop."""


def play(
    game: object,
    dynamics: str | Dynamics = "best-response",
    *,
    at: Mapping[str, object] | None = None,
    rounds: int = 100,
    runs: int = 1,
    seed: int = 0,
    damping: object = None,
    step: object = None,
    order: str | None = None,
    spread: object = None,
    shift: object = 0,
    bound: object = BOUND,
    announced: Announced | None = None,
    workers: int | None = None,
    report: Callable[[Track], None] = lambda track: None,
) -> Play:
    """Let the N followers of a game of kind ``lq-incentive`` move under the incentive that its leader announces.

    ``dynamics`` is ``"best-response"`` (with ``damping``, and ``order="sequential"`` for one after the other),
    ``"gradient"`` (with ``step``), or ``"hold"``: everybody obeys. Without information actions move, from the desired
    one plus ``shift`` plus ``spread`` (by default 1) times normal deviates. With Gaussian information the gains of
    linear strategies do, and every round draws the state and the observations: best responses are exact conditional
    expectations, gradients are of the costs that were drawn. A run ends where the distance from the desired point is
    beyond ``bound``. With ``announced`` the leader announces that instead of what is right. The same ``seed`` gives the
    same numbers whatever ``workers`` (threads, by default one per core) play; ``report`` hears of each run.

    Raises :class:`~stackexact.errors.UsageError` for what cannot be played, and
    :class:`~stackexact.errors.MissingLibrary` without numba (``stackexact[sim]``).

    >>> from stackexact.games.lq_incentive import IncentiveGame
    >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
    >>> [track] = play(game, at={"N": 5}, rounds=200, shift=1, spread=0).tracks
    >>> [round(point.mean[0], 4) for point in track.points[:4]], track.points[-1].distance < 1e-12
    ([2.0, 1.8, 1.64, 1.512], True)
    >>> play(game, at={"N": 20}, rounds=200, shift=1, spread=0).diverged
    (17,)
    """
    plan = planned(game, dynamics, at, rounds, runs, seed, damping, step, order, spread, shift, bound)
    return played(plan, announced, workers=workers, report=report)


def planned(
    game: Any,
    dynamics: str | Dynamics = "best-response",
    at: Mapping[str, object] | None = None,
    rounds: int = 100,
    runs: int = 1,
    seed: int = 0,
    damping: Any = None,
    step: Any = None,
    order: str | None = None,
    spread: Any = None,
    shift: Any = 0,
    bound: Any = BOUND,
) -> Plan:
    """The plan that the arguments of :func:`play` speak of, not played yet."""
    if not isinstance(dynamics, Dynamics):
        dynamics = Dynamics(dynamics, damping, step, order)
    else:
        given = {"damping": damping, "step": step, "order": order}
        changed = {name: value for name, value in given.items() if value is not None}
        dynamics = replace(dynamics, **changed) if changed else dynamics
    return Plan(game, dynamics, rounds, runs, seed, spread, shift, bound, {} if at is None else at)


def played(
    plan: Plan,
    announced: Announced | None = None,
    *,
    workers: int | None = None,
    report: Callable[[Track], None] = lambda track: None,
) -> Play:
    """Play a plan; see :func:`play`."""
    right, faced = plan.settled()
    if announced is not None:
        faced = reaction(announced)
    table = _Table.of(plan, right if announced is None else announced, right, faced)
    count = whole("workers", os.cpu_count() or 1 if workers is None else workers)
    compiled_loop()
    stopped = Event()

    def one(number: int) -> Track:
        track = _run(table, number, stopped.is_set)
        report(track)
        return track

    with ThreadPoolExecutor(min(count, plan.runs)) as pool:
        try:
            return Play(plan, tuple(pool.map(one, range(1, plan.runs + 1))))
        finally:
            stopped.set()
            pool.shutdown(cancel_futures=True)


def compiled_loop() -> Any:
    """The module of the compiled loops; raises :class:`~stackexact.errors.MissingLibrary` without numba."""
    with needing_numba():
        from stackexact.dynamics import loop
    return loop


@dataclass(frozen=True)
class _Table:
    """What is played, in floats: ``rule`` is what the leader does, ``update`` how followers move."""

    plan: Plan
    rule: Announced
    followers: int
    desired: np.ndarray
    kept: np.ndarray
    others: np.ndarray
    constant: np.ndarray
    slopes: np.ndarray
    costs: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, plan: Plan, rule: Announced, right: Announced, faced: Reaction) -> _Table:
        moves: Update = update(faced, plan.dynamics)
        # q H: the slope of a follower's cost by its own action, per unit of (u0, u_i, ū, x); for gradients in steps.
        step = plan.dynamics.step or Fraction(0)
        hessian = rule.costs[1].hessian
        slopes = [
            step * sum((a * row[k] for a, row in zip(faced.moved[0], hessian, strict=True)), Fraction(0))
            for k in range(len(hessian))
        ]
        return cls(
            plan,
            rule,
            right.followers,
            _floats(right.desired),
            _floats(moves.kept),
            _floats(moves.others),
            _floats(moves.constant),
            _floats(slopes),
            (_floats(rule.costs[0].hessian), _floats(rule.costs[1].hessian)),
        )

    def start(self, rng: np.random.Generator) -> np.ndarray:
        """The points of round 1."""
        deviates = rng.standard_normal((self.followers, len(self.desired)))
        return self.desired + float(self.plan.shift) + float(self.plan.start) * deviates


def _floats(values: Any) -> np.ndarray:
    try:
        return np.array([[float(one) for one in row] if isinstance(row, tuple) else float(row) for row in values])
    except OverflowError:
        raise LimitReached("simulation: expected numbers that a float holds, found larger ones; rescale") from None


def _run(table: _Table, number: int, stop: Callable[[], bool]) -> Track:
    plan = table.plan
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(plan.seed, spawn_key=(number - 1,))))
    points = table.start(rng)
    between = _Silent(table, points) if table.rule.law is None else _Noisy(table, points, rng)
    some = max(1, _CHUNK // table.followers)
    made: list[Checkpoint] = []
    done = 0
    # Numbers beyond a float's largest are far beyond the bound, where the run ends.
    with np.errstate(over="ignore", invalid="ignore"):
        for end in plan.checkpoints:
            while done < end:
                if stop():
                    raise KeyboardInterrupt
                rounds = min(some, end - done)
                gone = between.play(rounds, first=done == 0)
                done += gone
                if between.beyond:
                    return Track(number, (*made, _checkpoint(table, points, done, between.costs(), True)))
            made.append(_checkpoint(table, points, done, between.costs(), False))
    return Track(number, tuple(made))


def _checkpoint(table: _Table, points: np.ndarray, done: int, costs: tuple[float, float], diverged: bool) -> Checkpoint:
    mean = points.mean(axis=0)
    spread, distance = (float(np.sqrt(((points - one) ** 2).sum(axis=1).mean())) for one in (mean, table.desired))
    if not np.isfinite([*mean, spread, distance, *costs]).all():
        told = f"expected numbers that a float holds in round {done}, found larger ones; lower the bound"
        raise LimitReached(f"simulation: {told}")
    return Checkpoint(done, tuple(mean.tolist()), spread, distance, *costs, diverged)


class _Silent:
    """Rounds without chance: the first is the start, every other one a move."""

    def __init__(self, table: _Table, points: np.ndarray) -> None:
        self._table, self._points, self._loop = table, points, compiled_loop()
        self.beyond = False

    def play(self, rounds: int, *, first: bool) -> int:
        table = self._table
        fixed = table.kept, table.others, table.constant, table.plan.dynamics.sequential, table.desired
        moves = rounds - first
        gone: int = self._loop.advance(self._points, *fixed, float(table.plan.bound), moves)
        distance = np.sqrt(((self._points - table.desired) ** 2).sum(axis=1).mean())
        self.beyond = not distance <= float(table.plan.bound)
        return gone + first

    def costs(self) -> tuple[float, float]:
        """What the leader and the average follower pay in this round."""
        rule, points = self._table.rule, self._points
        mean = points.mean(axis=0)
        moved = _floats(rule.gain) @ (points - _floats(rule.desired)).sum(axis=0)
        leader = _floats(rule.leader) + moved
        return _average(rule.costs[0], leader, points, mean), _average(rule.costs[1], leader, points, mean)


def _average(cost: Cost, leader: np.ndarray, points: np.ndarray, mean: np.ndarray) -> float:
    """A cost averaged over followers."""
    count = len(points)
    z = np.hstack([np.broadcast_to(leader, (count, len(leader))), points, np.broadcast_to(mean, points.shape)])
    curved = np.einsum("ia,ab,ib->i", z, _floats(cost.hessian), z)
    return float((curved / 2 + z @ _floats(cost.gradient)).mean()) + float(cost.constant)


class _Noisy:
    """Rounds in which the state and the observations are drawn."""

    def __init__(self, table: _Table, points: np.ndarray, rng: np.random.Generator) -> None:
        law, rule = table.rule.law, table.rule
        assert law is not None
        self._table, self._points, self._rng, self._loop = table, points, rng, compiled_loop()
        self._deviations = float(law.variance) ** 0.5, float(law.noise) ** 0.5
        self._rule = tuple(map(float, (law.to_state, law.to_mean, rule.gain[0][0], rule.desired[0])))
        self._paid, self._rounds = np.zeros(2), 0
        self._seen = np.zeros(len(points) + 1)
        self.beyond = False

    def play(self, rounds: int, *, first: bool) -> int:
        table, dynamics = self._table, self._table.plan.dynamics
        how = self._loop.GRADIENT if dynamics.kind == "gradient" else self._loop.RESPONSE
        gone: int = self._loop.drawn(
            self._rng,
            self._points,
            first,
            self._deviations,
            self._rule,
            table.costs,
            how,
            dynamics.sequential,
            table.kept,
            table.others,
            table.constant,
            table.slopes,
            table.desired,
            float(table.plan.bound),
            rounds,
            self._paid,
            self._seen,
        )
        self._rounds += gone
        distance = np.sqrt(((self._points - table.desired) ** 2).sum(axis=1).mean())
        self.beyond = not distance <= float(table.plan.bound)
        return gone

    def costs(self) -> tuple[float, float]:
        """What was paid in a round since this was last asked, on average."""
        leader, follower = (self._paid / self._rounds).tolist()
        self._paid[:], self._rounds = 0.0, 0
        return leader, follower
