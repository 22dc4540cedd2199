"""Reproduce "Impact of Decentralized Learning on Player Utilities in Stackelberg Games" (Donahue et al., ICML 2024).

    pip install 'stackexact[sim,plot]'
    python examples/donahue2024.py --folder out

Learners are simulated, their regret is computed exactly from how often they played each pair of actions, and claims
about how it grows are judged by ``sx.verify``. It writes ``donahue2024.md``, a page of tables, and the plots that the
page shows. ``--quick`` takes fewer and shorter runs, for a look.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from time import perf_counter
from typing import Any, Final

import stackexact as sx
from stackexact.simulation.learners.explore_then_commit import ExploreThenCommit
from stackexact.simulation.protocol import FOLLOWER, Setting

LEADERS: Final = (
    "ExploreThenCommit",
    "ExploreThenCommitThrowOut",
    "ExploreThenUCB",
    "UCB",
    "LipschitzUCB",
    "PhasedUCB",
)
FOLLOWERS: Final = ("ExploreThenCommit", "ActiveArmElimination", "UCB", "EpsilonGreedy", "MultiplicativeWeights")
"""All shipped learners; BestResponse, which knows its payoffs, is none of these."""

LEFT: Final = sx.Game(
    [["3/5", "1/5"], ["1/2", "2/5"]],
    [["delta", 0], ["3/5", "2/5"]],
    assumptions=["0 < delta < 1/20"],
    tolerance="1/20",
    name="left",
)
RIGHT: Final = sx.Game(
    [["3/5", "1/5"], ["1/2", "2/5"]],
    [["delta", "2*delta"], ["3/5", "2/5"]],
    assumptions=["0 < delta < 1/20"],
    tolerance="1/20",
    name="right",
)
LOWER_LEFT: Final = sx.Game(
    [["1/2 + delta", 0], ["1/2", "1/2"]], [["delta", 0], ["3*delta", "3*delta"]], assumptions=["0 < delta <= 1/10"]
)
LOWER_RIGHT: Final = sx.Game(
    [["1/2 + delta", 0], ["1/2", "1/2"]],
    [["delta", "2*delta"], ["3*delta", "3*delta"]],
    assumptions=["0 < delta <= 1/10"],
)
ALIGNED: Final = sx.instance("explore-then-commit")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is played."""

    horizons: tuple[int, ...]
    runs: int
    pair_horizons: tuple[int, ...]
    pair_runs: int
    roots: tuple[int, ...]


FULL: Final = Size((10**5, 10**6, 10**7), 40, (10**5, 10**6), 30, (10, 20, 40, 80, 160))
QUICK: Final = Size((10**3, 10**4, 10**5), 30, (10**4, 10**5), 20, (10, 20, 40))


def judged(game: sx.Game, leader: str, follower: str, claims: Sequence[str], size: Size, **options: Any) -> Any:
    """Simulate a pair of learners and judge claims about them."""
    at = options.pop("at", None)
    trace = sx.simulate(game, leader, follower, options.pop("horizons", size.horizons), at=at, seed=2024, **options)
    return sx.verify(game, trace, claims, margin="1/10", decades=2, method="student")


def verdicts(found: Any) -> list[str]:
    return [str(one.verdict) for one in found.claims]


def impossibility(size: Size) -> Iterator[str]:
    """On the pair of games some agent of every pair of learners has linear regret."""
    yield "## No pair of learners reaches both Stackelberg benchmarks"
    yield ""
    yield "Two games that differ in the follower's payoff for (a1, b2), 0 or 2δ; δ = 1/20000. Is the regret against the"
    yield f"Stackelberg benchmark at least T/50 after {rounds(size.pair_horizons)} rounds ({size.pair_runs} runs each)?"
    yield ""
    yield "| leader | follower | left: leader | left: follower | right: leader | right: follower | one is |"
    yield "|---|---|---|---|---|---|---|"
    claims = ("leader stackelberg regret >= T/50", "follower stackelberg regret >= T/50")
    for leader, follower in product(LEADERS, FOLLOWERS):
        told: list[str] = []
        for game in (LEFT, RIGHT):
            found = judged(
                game,
                leader,
                follower,
                claims,
                size,
                at={"delta": "1/20000"},
                horizons=size.pair_horizons,
                runs=size.pair_runs,
            )
            told += verdicts(found)
        yield f"| {leader} | {follower} | {' | '.join(told)} | {'yes' if 'true' in told else '**no**'} |"
    yield ""


def both_explore(size: Size, folder: Path) -> Iterator[str]:
    """Explore-then-commit against itself has linear regret, with the exact slope 1/10."""
    yield "## Explore-then-commit against explore-then-commit"
    yield ""
    yield "Without noise, with E_2 rounds for each pair, both regrets are exactly T/10 + (3/10) E_2:"
    yield ""
    yield "| T | E_2 | regret of the leader | regret of the follower | T/10 + (3/10) E_2 |"
    yield "|---|---|---|---|---|"
    for horizon in size.horizons:
        each = ExploreThenCommit().pulls(Setting(horizon, 2, 2, FOLLOWER))
        trace = sx.simulate(ALIGNED, "ExploreThenCommit", "ExploreThenCommit", horizon, noise="none")
        found = sx.verify(ALIGNED, trace)
        exact = [found.of(agent, "tolerant").points[-1].mean for agent in ("leader", "follower")]
        wanted = Fraction(horizon, 10) + Fraction(3, 10) * each
        yield f"| {horizon} | {each} | {exact[0]} | {exact[1]} | {wanted} |"
    yield ""
    yield from claimed(
        ALIGNED,
        "ExploreThenCommit",
        "ExploreThenCommit",
        ("both tolerant linear", "both stackelberg linear"),
        size,
        folder,
    )


def claimed(
    game: sx.Game, leader: str, follower: str, claims: Sequence[str], size: Size, folder: Path, **options: Any
) -> Iterator[str]:
    """A table of claims with their verdicts, and a plot."""
    found = judged(game, leader, follower, claims, size, runs=size.runs, **options)
    name = "-".join((str(game.name), leader.partition("(")[0], follower.partition("(")[0]))
    axes = found.plot()
    axes.figure.savefig(folder / f"{name}.png", dpi=110, bbox_inches="tight")
    yield f"**{leader}** against **{follower}** on *{game.name}*, {size.runs} runs of {rounds(size.horizons)} rounds:"
    yield ""
    yield "| claim | verdict |"
    yield "|---|---|"
    for one in found.claims:
        yield f"| `{one.claim}` | {one.verdict} |"
    yield ""
    yield f"![regret of {leader} and {follower}]({name}.png)"
    yield ""


def rounds(horizons: Sequence[int]) -> str:
    return ", ".join(f"{horizon:,}".replace(",", " ") for horizon in horizons)


def tolerant_rates(size: Size, folder: Path) -> Iterator[str]:
    """Sublinear regret against the tolerant benchmark, near T^(2/3)."""
    yield "## Near T^(2/3) against the tolerant benchmark"
    yield ""
    yield "On the pair of misaligned games, with δ = 1/100, the leader may lose δ in every round until the follower can"
    yield "tell its actions apart: regret is bounded there by a multiple of T^(2/3) log(T)^(1/3) long before its growth"
    yield "shows it."
    yield ""
    bound = "both tolerant regret <= 2*T^(2/3)*log(T)^(1/3)"
    for leader, follower in (
        ("ExploreThenCommitThrowOut", "ExploreThenCommit"),
        ("ExploreThenUCB(c0=1)", "ActiveArmElimination(c0=1)"),
    ):
        claims = ("both tolerant sublinear", "both tolerant rate <= T^(2/3)*log(T)^(1/3)", bound)
        yield from claimed(ALIGNED, leader, follower, claims, size, folder)
        for game in (LEFT, RIGHT):
            yield from claimed(game, leader, follower, (bound,), size, folder, at={"delta": "1/100"})


def lower_bound(size: Size) -> Iterator[str]:
    """On the lower-bound pair with δ = T^(-1/3) some regret is of the order T^(2/3)."""
    yield "## The lower-bound pair"
    yield ""
    yield "δ = T^(-1/3); the greatest mean regret of both agents in both games against the tolerant benchmark (with"
    yield "tolerance 2δ), over T^(2/3)."
    yield ""
    yield f"| leader | follower | {' | '.join(f'T = {root**3}' for root in size.roots)} |"
    yield f"|---|---|{'---|' * len(size.roots)}"
    for leader, follower in (
        ("ExploreThenCommitThrowOut", "ExploreThenCommit"),
        ("ExploreThenUCB", "ActiveArmElimination"),
        ("UCB", "UCB"),
        ("PhasedUCB", "ActiveArmElimination"),
    ):
        told = []
        for root in size.roots:
            at = {"delta": Fraction(1, root)}
            worst = []
            for game in (LOWER_LEFT, LOWER_RIGHT):
                trace = sx.simulate(game, leader, follower, root**3, at=at, runs=size.runs, seed=7)
                found = sx.verify(game, trace, tolerance=Fraction(2, root))
                worst += [found.of(agent, "tolerant").points[-1].mean for agent in ("leader", "follower")]
            told.append(f"{float(max(worst) / root**2):.2f}")
        yield f"| {leader} | {follower} | {' | '.join(told)} |"
    yield ""


def aligned(size: Size, folder: Path) -> Iterator[str]:
    """With a small alignment constant LipschitzUCB reaches the original benchmark at √T."""
    constant = sx.solve(ALIGNED, ["alignment"])["alignment"].constant
    yield "## Aligned utilities"
    yield ""
    yield f"The alignment constant of *{ALIGNED.name}* is L = {constant}."
    yield ""
    claims = ("both stackelberg rate <= T^(1/2)*log(T)^(1/2)", "both stackelberg sublinear")
    for follower in ("UCB(c0=1)", "ActiveArmElimination(c0=1)"):
        yield from claimed(ALIGNED, f"LipschitzUCB(L={constant}, c0=1)", follower, claims, size, folder)


def page(size: Size, folder: Path) -> Iterator[str]:
    yield "# Learners in misaligned Stackelberg games"
    yield ""
    yield "What Kate Donahue, Nicole Immorlica, Meena Jagadeesan, Brendan Lucier and Aleksandrs Slivkins prove in"
    yield "*Impact of Decentralized Learning on Player Utilities in Stackelberg Games* (ICML 2024), seen in"
    yield "simulations. Written by `python examples/donahue2024.py`; every regret is exact, every verdict holds with"
    yield "confidence 99 %, by Student's t over the runs."
    yield ""
    yield from impossibility(size)
    yield from both_explore(size, folder)
    yield from tolerant_rates(size, folder)
    yield from lower_bound(size)
    yield from aligned(size, folder)


def main() -> None:
    """Write the page and its plots."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write (default: here)")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    start = perf_counter()
    lines = []
    for line in page(QUICK if options.quick else FULL, options.folder):
        print(line, flush=True)
        lines.append(line)
    (options.folder / "donahue2024.md").write_text("\n".join(lines), encoding="utf-8")
    print(f"{perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
