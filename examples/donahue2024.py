"""Reproduce "Impact of Decentralized Learning on Player Utilities in Stackelberg Games" (Donahue et al., ICML 2024).

    pip install 'stackexact[sim,plot]'
    python examples/donahue2024.py --folder docs/donahue2024

Learners are simulated, their regret is computed exactly from how often they played each pair of actions, and claims
about how it grows are judged by ``sx.verify``. It writes ``README.md``, a page of tables, and the plots that the
page shows, in about twelve minutes on two cores. ``--quick`` takes fewer and shorter runs, for a look.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from pathlib import Path
from textwrap import dedent
from time import perf_counter
from typing import Any, Final

import stackexact as sx
from stackexact.simulation.learners.explore_then_commit import ExploreThenCommit
from stackexact.simulation.protocol import FOLLOWER, Learner, Setting

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
AGENTS: Final = ("leader", "follower")

LEFT, RIGHT = sx.instance("misaligned-a"), sx.instance("misaligned-b")
LOWER_LEFT, LOWER_RIGHT = sx.instance("lower-bound-a"), sx.instance("lower-bound-b")
ALIGNED: Final = sx.instance("explore-then-commit")
SMALL: Final = Fraction(1, 10**6)
"""A delta that nobody can tell from 0 in the rounds that are played."""


@dataclass(frozen=True)
class PlaysFirst(Learner):
    """A follower that does not learn: it plays b1 for ever."""

    choose = staticmethod(lambda memory, constants: 0)
    learn = staticmethod(lambda memory, constants, action, reward: None)

    def constants(self, setting: Setting) -> Sequence[float]:
        return [0]

    def memory(self, setting: Setting) -> int:
        return 1


@dataclass(frozen=True, slots=True)
class Size:
    """How much is played: a few long runs, and many shorter ones; the same for the 30 pairs; the lower-bound pair."""

    long: tuple[int, ...]
    long_runs: int
    many: tuple[int, ...]
    many_runs: int
    pair_long: int
    pair_long_runs: int
    pair_many: tuple[int, ...]
    pair_many_runs: int
    roots: tuple[int, ...]
    root_runs: int


FULL: Final = Size(
    (10**5, 10**6, 10**7), 40, (10**4, 10**5, 10**6), 600, 10**7, 6, (10**5, 10**6), 40, (22, 46, 100, 216), 20
)
QUICK: Final = Size((10**4, 10**5, 10**6), 10, (10**4, 10**5), 200, 10**6, 3, (10**4, 10**5), 40, (22, 46), 10)


def lines(text: str) -> Iterator[str]:
    """Paragraphs, and an empty line after the last unless that begins a table."""
    found = dedent(text).strip().splitlines()
    yield from found if found[-1].endswith("|") else [*found, ""]


def judged(game: sx.Game, leader: str, follower: str, claims: Sequence[str], size: Size, method: str) -> Any:
    """Simulate a pair of learners, few long runs for Student's t or many for bets, and judge claims about them."""
    horizons, runs = (size.long, size.long_runs) if method == "student" else (size.many, size.many_runs)
    at = {"delta": "1/100"} if game.parameters else None
    trace = sx.simulate(game, leader, follower, horizons, runs=runs, at=at, seed=2024)
    return sx.verify(game, trace, claims, margin="1/10", decades=2, method=method)


def impossibility(size: Size) -> Iterator[str]:
    """On the pair of games some agent of every pair of learners has linear regret."""
    long = rounds((size.pair_long,))
    yield from lines(
        f"""
        ## No pair of learners reaches both Stackelberg benchmarks

        *misaligned-a* and *misaligned-b* differ in the follower's payoff for (a1, b2), 0 or 2δ. With δ = 10⁻⁶ nobody
        can tell them apart in {long} rounds. The table shows the mean regret against the Stackelberg benchmark over T,
        at T = {long} ({size.pair_long_runs} runs). A pair *fails* where some agent certainly loses at least T/50 in one
        of the games, at T = {rounds(size.pair_many)} ({size.pair_many_runs} runs each, Student's t, 99 %).

        | leader | follower | a: leader | a: follower | b: leader | b: follower | fails |
        |---|---|---|---|---|---|---|
        """
    )
    pairs: list[tuple[str, Learner | str]] = [*product(LEADERS, FOLLOWERS), ("UCB", PlaysFirst())]
    for leader, follower in pairs:
        means, fails = on_both(leader, follower, size)
        told = " | ".join(f"{mean:.3f}" for mean in means)
        yield f"| {leader} | {getattr(follower, 'name', follower)} | {told} | {'yes' if fails else '**no**'} |"
    yield ""
    yield from lines(
        """
        On *misaligned-a* the leader should get 3/5 at (a1, b1); a follower that cannot tell b1 from b2 spoils it.
        *PlaysFirst* does not learn and always plays b1: it suits the leader there, and loses on *misaligned-b* instead.
        """
    )


def on_both(leader: str, follower: Learner | str, size: Size) -> tuple[list[float], bool]:
    """Mean regrets over T in long runs on both games, and whether some agent certainly loses T/50."""
    constant = sx.solve(LEFT.at(delta=SMALL), ["alignment"])["alignment"].constant
    first = f"LipschitzUCB(L={constant})" if leader == "LipschitzUCB" else leader
    claims = [f"{agent} stackelberg regret >= T/50" for agent in AGENTS]
    means: list[float] = []
    fails = False
    for game in (LEFT, RIGHT):
        at = {"delta": SMALL}
        long = sx.simulate(game, first, follower, size.pair_long, runs=size.pair_long_runs, at=at, seed=7)
        shown = sx.verify(game, long, method="student")
        means += [float(shown.of(agent, "stackelberg").points[-1].mean / size.pair_long) for agent in AGENTS]
        many = sx.simulate(game, first, follower, size.pair_many, runs=size.pair_many_runs, at=at, seed=2024)
        found = sx.verify(game, many, claims, method="student")
        fails = fails or any(str(one.verdict) == "true" for one in found.claims)
    return means, fails


def both_explore(size: Size, folder: Path) -> Iterator[str]:
    """Explore-then-commit against itself has linear regret, with the exact slope 1/10."""
    yield from lines(
        """
        ## Explore-then-commit against explore-then-commit

        Without noise, with E_2 rounds for each pair, both regrets are exactly T/10 + (3/10) E_2:

        | T | E_2 | regret of the leader | regret of the follower | T/10 + (3/10) E_2 |
        |---|---|---|---|---|"""
    )
    for horizon in size.long:
        each = ExploreThenCommit().pulls(Setting(horizon, 2, 2, FOLLOWER))
        trace = sx.simulate(ALIGNED, "ExploreThenCommit", "ExploreThenCommit", horizon, noise="none")
        found = sx.verify(ALIGNED, trace)
        exact = [found.of(agent, "tolerant").points[-1].mean for agent in AGENTS]
        wanted = Fraction(horizon, 10) + Fraction(3, 10) * each
        yield f"| {horizon} | {each} | {exact[0]} | {exact[1]} | {wanted} |"
    yield ""
    claims = ("both tolerant linear", "both stackelberg linear")
    yield from claimed(ALIGNED, "ExploreThenCommit", "ExploreThenCommit", claims, size, folder)


def claimed(
    game: sx.Game, leader: str, follower: str, claims: Sequence[str], size: Size, folder: Path
) -> Iterator[str]:
    """A table of claims with their verdicts, and a plot."""
    many = judged(game, leader, follower, claims, size, "betting")
    long = judged(game, leader, follower, claims, size, "student")
    name = "-".join((str(game.name), leader.partition("(")[0], follower.partition("(")[0]))
    long.plot().figure.savefig(folder / f"{name}.png", dpi=80, bbox_inches="tight")
    first = f"T to {rounds(size.many[-1:])}, {size.many_runs} runs, betting"
    second = f"T to {rounds(size.long[-1:])}, {size.long_runs} runs, Student's t"
    yield from lines(
        f"""
        **{leader}** against **{follower}** on *{game.name}*:

        | claim | {first} | {second} |
        |---|---|---|"""
    )
    for one, other in zip(many.claims, long.claims, strict=True):
        yield f"| `{one.claim}` | {one.verdict} | {other.verdict} |"
    yield ""
    yield f"![regret of {leader} and {follower}]({name}.png)"
    yield ""


def rounds(horizons: Sequence[int]) -> str:
    return ", ".join(f"{horizon:,}".replace(",", " ") for horizon in horizons)


def tolerant_rates(size: Size, folder: Path) -> Iterator[str]:
    """Sublinear regret against the tolerant benchmark, near T^(2/3)."""
    yield from lines(
        """
        ## Near T^(2/3) against the tolerant benchmark

        With the confidence bounds of the proofs (c0 = 6) exploration fills most of the rounds that are played here; c0
        = 1 shows the rate earlier. On *misaligned-a* and *misaligned-b* (δ = 1/100) learners that cannot tell the
        follower's actions apart yet earn other sums than those that can, so regret is judged by its size there: the
        bound of the theorem, with a constant of 2 (the publication states none).
        """
    )
    bound = "both tolerant regret <= 2*T^(2/3)*log(T)^(1/3)"
    claims = ("both tolerant sublinear", "both tolerant rate <= T^(2/3)*log(T)^(1/3)", bound)
    for leader, follower in (
        ("ExploreThenCommitThrowOut", "ExploreThenCommit"),
        ("ExploreThenCommitThrowOut", "ActiveArmElimination(c0=1)"),
        ("ExploreThenUCB(c0=1)", "ActiveArmElimination(c0=1)"),
    ):
        yield from claimed(ALIGNED, leader, follower, claims, size, folder)
    for game in (LEFT, RIGHT):
        yield from claimed(game, "ExploreThenCommitThrowOut", "ExploreThenCommit", (bound,), size, folder)
        yield from claimed(game, "ExploreThenUCB(c0=1)", "ActiveArmElimination(c0=1)", (bound,), size, folder)


def lower_bound(size: Size) -> Iterator[str]:
    """On the lower-bound pair with δ = T^(-1/3) some regret is of the order T^(2/3)."""
    yield from lines(
        f"""
        ## The lower-bound pair

        *lower-bound-a* and *lower-bound-b* with δ = T^(-1/3): the greatest mean regret of both agents in both games
        against the tolerant benchmark (tolerance 2δ), over T^(2/3) ({size.root_runs} runs). It does not fall to 0,
        whoever learns.

        | leader | follower | {" | ".join(f"T = {root**3}" for root in size.roots)} |
        |---|---|{"---|" * len(size.roots)}"""
    )
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
                trace = sx.simulate(game, leader, follower, root**3, at=at, runs=size.root_runs, seed=7)
                found = sx.verify(game, trace, tolerance=Fraction(2, root), method="student")
                worst += [found.of(agent, "tolerant").points[-1].mean for agent in AGENTS]
            told.append(f"{float(max(worst) / root**2):.2f}")
        yield f"| {leader} | {follower} | {' | '.join(told)} |"
    yield ""


def aligned(size: Size, folder: Path) -> Iterator[str]:
    """With a small alignment constant LipschitzUCB reaches the original benchmark at √T."""
    constant = sx.solve(ALIGNED, ["alignment"])["alignment"].constant
    yield from lines(f"## Aligned utilities\n\nThe alignment constant of *{ALIGNED.name}* is L = {constant}.")
    claims = ("both stackelberg rate <= T^(1/2)*log(T)^(1/2)", "both stackelberg sublinear")
    for follower in ("UCB(c0=1)", "ActiveArmElimination(c0=1)"):
        yield from claimed(ALIGNED, f"LipschitzUCB(L={constant}, c0=1)", follower, claims, size, folder)


def self_tolerant(size: Size, folder: Path) -> Iterator[str]:
    """Against a benchmark that tolerates one's own errors too."""
    yield from lines(
        """
        ## Against the self-tolerant benchmark

        PhasedUCB sees the follower's actions and follows its phases (both are our reconstructions). Where learners earn
        more than this benchmark, regret is negative, and below any bound.
        """
    )
    claims = ("both self-tolerant sublinear", "both self-tolerant rate <= T^(1/2)*log(T)^(1/2)")
    for game in (ALIGNED, LEFT):
        yield from claimed(game, "PhasedUCB(c0=1)", "ActiveArmElimination(c0=1)", claims, size, folder)


def page(size: Size, folder: Path) -> Iterator[str]:
    yield from lines(
        """
        # Learners in misaligned Stackelberg games

        What Kate Donahue, Nicole Immorlica, Meena Jagadeesan, Brendan Lucier and Aleksandrs Slivkins prove in *Impact
        of Decentralized Learning on Player Utilities in Stackelberg Games* (ICML 2024), seen in simulations. Written by
        `python examples/donahue2024.py`; noise is Gaussian with standard deviation 1 unless it says otherwise. Regret
        is exact, as are the benchmarks. Verdicts hold with a confidence of 99 % (margin of rates: 1/10), by *betting*,
        which assumes nothing but independent runs, or by *Student's t*, for the longest runs, of which there are few:
        it assumes that their mean is normally distributed, and takes runs that agree at their word.
        """
    )
    yield from impossibility(size)
    yield from both_explore(size, folder)
    yield from tolerant_rates(size, folder)
    yield from lower_bound(size)
    yield from aligned(size, folder)
    yield from self_tolerant(size, folder)


def main() -> None:
    """Write the page and its plots."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(), help="where to write (default: here)")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter runs")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    start = perf_counter()
    written = []
    for line in page(QUICK if options.quick else FULL, options.folder):
        print(line, flush=True)
        written.append(line)
    (options.folder / "README.md").write_text("\n".join(written), encoding="utf-8")
    print(f"{perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
