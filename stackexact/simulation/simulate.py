"""Play learners in a game, and hand over what they did as a trace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from stackexact.errors import UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.simulation.journal import Journal
from stackexact.simulation.noise import Noise, parse_noise
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import learner as named
from stackexact.simulation.runner import Simulation
from stackexact.traces.trace import Metadata, Run, Trace
from stackexact.version import VERSION

__all__ = ["simulate", "trace_of"]


def simulate(
    game: Game,
    leader: Learner | str,
    follower: Learner | str,
    horizon: int | Sequence[int],
    *,
    runs: int = 1,
    seed: int = 0,
    noise: Noise | str = "gaussian",
    at: Mapping[str, object] | None = None,
    per_decade: int = 10,
    workers: int | None = None,
    executor: Executor | None = None,
    journal: str | None = None,
    report: Callable[[Run], None] = lambda run: None,
) -> Trace:
    """Let two learners play ``runs`` runs of each horizon; the trace has their counts at log-spaced rounds.

    ``leader`` and ``follower`` are learners, or texts such as ``"ExploreThenUCB(E=100)"``; the follower is one copy per
    leader action. ``noise`` is ``"gaussian"`` (standard deviation 1), ``"gaussian:1/2"``, ``"bernoulli"`` or
    ``"none"``. ``at`` gives numbers to the parameters of the game. The same ``seed`` gives the same trace, whatever
    ``workers`` (threads, by default one per core) or ``executor`` play it. Finished runs are kept in the file
    ``journal``, if one is named, and taken from there when the same simulation is started again.

    Raises :class:`~stackexact.errors.UsageError` for what cannot be simulated and
    :class:`~stackexact.errors.MissingLibrary` without numba (``stackexact[sim]``).

    >>> import stackexact as sx
    >>> game = sx.instance("explore-then-commit")
    >>> trace = sx.simulate(game, "ExploreThenCommit(E=10)", "ExploreThenCommit(E=5)", 100, noise="none")
    >>> trace.runs[0].counts[-1].tolist()
    [[5, 5], [85, 5]]
    """
    values = {name: exact(value) for name, value in (at or {}).items()}
    simulation = Simulation(
        game.at(values) if values else game,
        named(leader) if isinstance(leader, str) else leader,
        named(follower) if isinstance(follower, str) else follower,
        (horizon,) if isinstance(horizon, int) else tuple(horizon),
        runs,
        seed,
        parse_noise(noise) if isinstance(noise, str) else noise,
        per_decade,
    )
    kept = None if journal is None else Journal(journal, {**simulation.document(), **_task(simulation)})
    done = () if kept is None else kept.read(simulation.game.shape)

    def finished(run: Run) -> None:
        if kept is not None:
            kept.add(run)
        report(run)

    if workers is not None and workers < 1:
        raise UsageError(f"workers: expected at least 1, found {shorten(repr(workers))}")
    found = simulation.all(workers=workers, executor=executor, done=done, report=finished)
    return trace_of(game, simulation, {name: text_of(value) for name, value in values.items()}, found)


def trace_of(game: Game, simulation: Simulation, at: Mapping[str, str], runs: Sequence[Run]) -> Trace:
    """Runs of a simulation with what they follow from; ``at`` are the values put into the parameters of ``game``."""
    made = simulation.document()
    metadata = Metadata(
        game=game.sha256,
        name=game.name,
        at=dict(at),
        leader=made["leader"],
        follower=made["follower"],
        noise=made["noise"],
        seed=simulation.seed,
        version=VERSION,
        rows="",
    )
    return Trace(game.actions, tuple(runs), metadata)


def _task(simulation: Simulation) -> dict[str, Any]:
    """What else tells one simulation from another."""
    return {
        "game": simulation.game.sha256,
        "horizons": list(simulation.horizons),
        "runs": simulation.runs,
        "per_decade": simulation.per_decade,
        "version": VERSION,
    }
