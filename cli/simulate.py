"""``stackexact simulate``: let learners play a game, and write what they did as a trace."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any, Final

import click

from stackexact.errors import UsageError

from . import followers, lessons, plays
from .commands import Command
from .families import FOLLOWERS, LEARNING, PLAYS, TRACES, given, require
from .games import Change, argument, changes, load, named, substituted, values_of
from .lessons import learning
from .output import emit
from .places import writable
from .plays import playing
from .progress import progress

__all__ = ["command"]

_LEARNERS = ("ExploreThenUCB", "ActiveArmElimination")
_FOR: Final = {
    **dict.fromkeys(("learners", "horizon", "form", "rewards", "checkpoints", "journal", "assume"), (TRACES,)),
    **dict.fromkeys(plays.OWN, (PLAYS,)),
    **dict.fromkeys(lessons.OWN, (LEARNING,)),
    **dict.fromkeys(("algorithm", "settings"), (LEARNING, FOLLOWERS)),
    "rounds": (PLAYS, FOLLOWERS),
    "noise": (TRACES, LEARNING),
    "workers": (TRACES, PLAYS, FOLLOWERS),
}
"""The kinds of games that options are for which are not for all."""


@click.command(
    "simulate",
    cls=Command,
    epilog="Example: stackexact simulate explore-then-commit --learners ExploreThenCommit 'ExploreThenCommit(E=50)' "
    "--horizon 10000 --horizon 100000 --runs 20 --seed 1 --output trace.csv",
)
@argument()
@changes()
@click.option(
    "--learners",
    nargs=2,
    metavar="LEADER FOLLOWER",
    default=_LEARNERS,
    show_default=" ".join(_LEARNERS),
    help="Who plays: names with parameters, or FILE.py:NAME for a learner of your own.",
)
@click.option(
    "--horizon", type=int, multiple=True, metavar="T", default=(10_000,), help="Rounds of a run (repeatable; 10000)."
)
@click.option("--runs", type=int, default=1, metavar="N", show_default=True, help="Runs of every horizon.")
@click.option("--seed", type=int, default=0, metavar="N", show_default=True, help="The same seed, the same trace.")
@click.option(
    "--noise", default="gaussian", metavar="KIND", show_default=True, help="gaussian, gaussian:1/2, bernoulli or none."
)
@click.option(
    "--form",
    type=click.Choice(["aggregated", "rounds"]),
    default="aggregated",
    show_default=True,
    help="Counts at checkpoints, or a row for every round.",
)
@click.option("--rewards", is_flag=True, help="With rounds: columns of what was paid.")
@click.option("--checkpoints", type=int, metavar="N", help="Counts per decade of rounds.  [default: 10]")
@click.option("--workers", type=int, metavar="N", help="Runs side by side; by default one per core.")
@click.option("--journal", metavar="FILE", help="Keep finished runs there, to go on after an interrupt.")
@playing
@learning
@click.option("--output", required=True, metavar="TRACE",
              help="The trace: .csv, .csv.gz or .parquet; runs of those who learn: .json or .json.gz.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object about the trace.")
@click.pass_context
def command(
    context: click.Context,
    /,
    game: str,
    at: tuple[str, ...],
    assume: tuple[str, ...],
    rule: str | None,
    leader: str,
    follower: str | None,
    learners: tuple[str, str],
    horizon: tuple[int, ...],
    output: str,
    form: str,
    rewards: bool,
    checkpoints: int | None,
    workers: int | None,
    journal: str | None,
    as_json: bool,
    **rest: Any,
) -> int:
    """Let two learners play GAME for many rounds, and write how often they played each pair of actions.

    The follower is one copy of its learner per action of the leader. Learners: ExploreThenCommit,
    ExploreThenCommitThrowOut, ExploreThenUCB, UCB, LipschitzUCB, PhasedUCB (leader); ExploreThenCommit,
    ActiveArmElimination, UCB, EpsilonGreedy, BestResponse, MultiplicativeWeights (follower).

    In a GAME of the kind lq-incentive, the N followers move by the --dynamics under the incentive that the leader
    announces, as --rounds, --damping, --order, --step, --spread, --shift and --bound tell. In a GAME of the kind markov
    or recommendation the leader learns her quantal follower in --episodes, by an --algorithm with its --option. In a
    GAME of the kind mechanism the followers learn to respond in --rounds, by an --algorithm with its --option:
    multiplicative-weights, regret-matching or q-learning.
    """
    from stackexact.simulation.registry import learner
    from stackexact.simulation.simulate import simulate, write_rounds
    from stackexact.traces.writing import require_format, write_trace

    named("--output", output)
    writable("--output", output)
    if journal is not None and os.path.abspath(journal) == os.path.abspath(output):
        raise UsageError(f"--journal: expected another file than --output, found {journal} for both; name another")
    sometimes = {"--checkpoints": checkpoints, "--workers": workers, "--journal": journal}
    _require_form(form, rewards, sometimes)
    loaded = load(game, Change((), assume, leader, follower, rule=rule))
    family = require(context, loaded, _FOR)
    moving = {name: rest.pop(name) for name in plays.OWN}
    asked = {name: rest.pop(name) for name in lessons.OWN}
    if family is LEARNING:
        noise = rest["noise"] if given(context, "noise") else None
        learnt = lessons.simulate(
            substituted(loaded, at), output, asked, runs=rest["runs"], seed=rest["seed"], noise=noise
        )
        emit(lessons.said(learnt, output, as_json))
        return 0
    if family is FOLLOWERS:
        own = {**asked, "rounds": moving["rounds"]}
        there = substituted(loaded, at)
        met = followers.simulate(there, output, own, runs=rest["runs"], seed=rest["seed"], workers=workers)
        emit(followers.said(met, output, as_json))
        return 0
    require_format(output)
    if family is PLAYS:
        del rest["noise"]
        moving = {name: value for name, value in moving.items() if value is not None}
        options = {**moving, **rest, "at": values_of(loaded, at), "workers": workers}
        emit(plays.said(plays.simulate(loaded, options, output), output, as_json))
        return 0
    first, second = map(learner, learners)
    what = {**rest, "at": values_of(loaded, at)}
    with progress() as report:
        count = rest["runs"] * len(horizon)
        told, played = _telling(report, count, rest["runs"] * sum(horizon))
        if form == "rounds":
            made: Any = write_rounds(output, loaded, first, second, horizon, rewards=rewards, report=told, **what)
        else:
            what |= {"per_decade": 10 if checkpoints is None else checkpoints, "workers": workers, "journal": journal}
            trace = simulate(loaded, first, second, horizon, report=told, played=played, **what)
            made = write_trace(trace, output) or trace.metadata
    emit(_said(made, output, horizon, count, as_json))
    return 0


def _telling(
    report: Callable[[str], None], runs: int, rounds: int
) -> tuple[Callable[[object], None], Callable[[int], None]]:
    """Functions that hear of finished runs and of rounds played (from several threads), and tell how far it is."""
    finished, heard, lock = [0], [0], Lock()

    def tell(place: list[int], number: int) -> None:
        with lock:
            place[0] += number
            share = f", {100 * heard[0] // rounds} % of all rounds" if heard[0] else ""
            report(f"{finished[0]} of {runs} runs{share}")

    tell(finished, 0)
    return lambda run: tell(finished, 1), lambda number: tell(heard, number)


def _require_form(form: str, rewards: bool, options: Mapping[str, object]) -> None:
    """Refuse options that the form of the trace has no use for."""
    if form == "rounds":
        for name, value in options.items():
            if value is not None:
                raise UsageError(f"{name}: expected only with --form aggregated, found --form rounds; leave it out")
    elif rewards:
        raise UsageError("--rewards: expected only with --form rounds, found aggregated; add --form rounds")


def _said(metadata: Any, output: str, horizons: tuple[int, ...], count: int, as_json: bool) -> str:
    if as_json:
        from stackexact.games.json_text import render

        made = {"trace": output, "runs": count, "horizons": sorted(horizons)}
        return render({**made, "leader": dict(metadata.leader), "follower": dict(metadata.follower)})
    who = f"{metadata.leader['name']} and {metadata.follower['name']}"
    rounds = ", ".join(f"{horizon:,}".replace(",", " ") for horizon in sorted(horizons))
    runs = "run" if count == 1 else "runs"
    return f"{output}: {count} {runs} of {who}, {rounds} rounds\n"
