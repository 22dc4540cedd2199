"""Rounds a second of the companion simulator, beside bandit libraries in plain Python.

    pip install SMPyBandits mabwiser
    python benchmarks/simulation.py
    python benchmarks/simulation.py --horizon 100000000 --learners PhasedUCB ActiveArmElimination

One run of two UCB learners (the follower: one per leader action) on a 2x2 game with unit Gaussian noise. The libraries
play the same: their UCB policies choose and are updated round by round in a Python loop, with rewards from NumPy. The
contestants take turns, rounds of measuring, and ratios are taken within a turn. ``peak MiB`` is that of a process that
plays one run of the horizon, and of one a tenth as long: it does not grow with the horizon.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any, Final

import numpy as np
from cells import emit, peak_mib, run_cell
from reporting import Report, Table, median, option_parser, progress, shown

LEADER: Final = ((0.6, 0.2), (0.5, 0.4))
FOLLOWER: Final = ((0.4, 0.0), (0.3, 0.2))
PEERS: Final = {"SMPyBandits": 20_000, "mabwiser": 300}
"""Other libraries, and how many rounds they are given in each turn."""


def ours(learners: list[str], horizon: int) -> Callable[[], float]:
    """A run of ours, compiled before; it returns its rounds a second."""
    import stackexact as sx

    game = sx.Game(
        [[str(value) for value in row] for row in LEADER], [[str(value) for value in row] for row in FOLLOWER]
    )
    sx.simulate(game, *learners, 10)

    def run() -> float:
        start = perf_counter()
        sx.simulate(game, *learners, horizon, workers=1, per_decade=1)
        return horizon / (perf_counter() - start)

    return run


def smpybandits(rounds: int) -> Callable[[], float]:
    """The same with the UCB policies of SMPyBandits."""
    import scipy.special

    # Its last release asks SciPy for a name that is gone; another policy of it uses the function.
    scipy.special.btdtri = scipy.special.betaincinv
    from SMPyBandits.Policies import UCB

    def run() -> float:
        leader, copies, rng = UCB(2), [UCB(2), UCB(2)], np.random.default_rng(1)
        for policy in (leader, *copies):
            policy.startGame()
        start = perf_counter()
        for _ in range(rounds):
            a = leader.choice()
            b = copies[a].choice()
            leader.getReward(a, LEADER[a][b] + rng.standard_normal())
            copies[a].getReward(b, FOLLOWER[a][b] + rng.standard_normal())
        return rounds / (perf_counter() - start)

    return run


def mabwiser(rounds: int) -> Callable[[], float]:
    """The same with the UCB1 policy of MABWiser."""
    from mabwiser.mab import MAB, LearningPolicy

    def run() -> float:
        policies = [MAB([0, 1], LearningPolicy.UCB1(alpha=1.0)) for _ in range(3)]
        rng = np.random.default_rng(1)
        for policy in policies:
            policy.fit([0, 1], [0.5, 0.5])
        leader, *copies = policies
        start = perf_counter()
        for _ in range(rounds):
            a = leader.predict()
            b = copies[a].predict()
            leader.partial_fit([a], [LEADER[a][b] + rng.standard_normal()])
            copies[a].partial_fit([b], [FOLLOWER[a][b] + rng.standard_normal()])
        return rounds / (perf_counter() - start)

    return run


def peer(name: str, rounds: int) -> Callable[[], float] | None:
    """A contestant that is installed."""
    try:
        return {"SMPyBandits": smpybandits, "mabwiser": mabwiser}[name](rounds)
    except Exception as missing:  # whatever keeps a library from being imported is told in a note
        progress(f"{name}: {missing!r}")
        return None


def of_all(horizon: int) -> Table:
    """Rounds a second with every shipped learner on each of its sides, a UCB on the other."""
    from stackexact.simulation.registry import LEARNERS, learner_class

    rows = []
    for name in LEARNERS:
        text = f"{name}(L=1)" if name == "LipschitzUCB" else name
        told: list[str] = []
        for role, pair in (("leader", [text, "UCB"]), ("follower", ["UCB", text])):
            progress(f"{name} as the {role}")
            played = ours(pair, horizon) if role in learner_class(name).roles else None
            told.append(shown(None if played is None else max(played() for _ in range(3)) / 1e6, 4))
        rows.append((name, *told))
    return Table("Million rounds/s, best of three, the other is UCB", ("learner", "leader", "follower"), tuple(rows))


def measure(request: dict[str, Any]) -> None:
    """One run in a process of its own, for its memory."""
    speed = ours(request["learners"], request["horizon"])()
    emit(speed=speed, peak=peak_mib())


def main() -> None:
    """Measure the turns and print the tables."""
    parser = option_parser(__doc__, 300)
    parser.add_argument("--cell", help="(what the script calls itself with)")
    parser.add_argument(
        "--horizon", type=int, default=10_000_000, help="rounds of a run of ours (default: %(default)s)"
    )
    parser.add_argument("--turns", type=int, default=5, help="turns (default: %(default)s)")
    parser.add_argument("--learners", nargs=2, default=["UCB", "UCB"], metavar=("LEADER", "FOLLOWER"))
    options = parser.parse_args()
    if options.cell is not None:
        measure(json.loads(options.cell))
        return
    mine = ours(options.learners, options.horizon)
    others = {name: found for name, rounds in PEERS.items() if (found := peer(name, rounds)) is not None}
    turns = []
    for k in range(options.turns):
        progress(f"turn {k + 1} of {options.turns}")
        turns.append({"stackexact": mine(), **{name: run() for name, run in others.items()}})
    rows = []
    for name in ("stackexact", *PEERS):
        speed = median(turn.get(name) for turn in turns)
        ratio = median(turn["stackexact"] / turn[name] for turn in turns if name in turn)
        rows.append((name, shown(None if speed is None else speed / 1e6, 4), shown(ratio)))
    speeds = Table("Medians, one run on one core", ("", "million rounds/s", "stackexact / it"), tuple(rows))
    sizes = []
    for horizon in (options.horizon // 10, options.horizon):
        request = {"learners": options.learners, "horizon": max(1, horizon)}
        lines = run_cell(__file__, request, options.seconds).lines
        sizes.append((str(horizon), shown(median(line["peak"] for line in lines), 4)))
    memory = Table("Peak memory of a process", ("horizon", "peak MiB"), tuple(sizes))
    notes = [f"{name} is not installed, or cannot be imported" for name in PEERS if name not in others]
    Report("simulation", (speeds, of_all(max(1, options.horizon // 10)), memory), tuple(notes), turns).publish(
        options.json
    )


if __name__ == "__main__":
    sys.exit(main())
