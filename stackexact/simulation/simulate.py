"""Play learners in a game, and hand over what they did as a trace."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

from stackexact.errors import UsageError
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.games.sources import Source
from stackexact.simulation.journal import Journal
from stackexact.simulation.noise import Noise, parse_noise
from stackexact.simulation.playing import compiled_loop, play_rounds
from stackexact.simulation.protocol import Learner
from stackexact.simulation.registry import learner as named
from stackexact.simulation.runner import Simulation, whole
from stackexact.traces.trace import Metadata, Run, Trace
from stackexact.traces.writing import RoundsWriter
from stackexact.version import VERSION

__all__ = ["identity", "metadata_of", "planned", "simulate", "write_rounds"]


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
    played: Callable[[int], None] = lambda rounds: None,
) -> Trace:
    """Let two learners play ``runs`` runs of each horizon; the trace has their counts at log-spaced rounds.

    ``leader`` and ``follower`` are learners, or texts such as ``"ExploreThenUCB(E=100)"``; the follower is one copy per
    leader action. ``noise`` is ``"gaussian"`` (standard deviation 1), ``"gaussian:1/2"``, ``"bernoulli"`` or
    ``"none"``. ``at`` gives numbers to the parameters of the game. The same ``seed`` gives the same trace, whatever
    ``workers`` (threads, by default one per core) or ``executor`` play it. Finished runs are kept in the file
    ``journal``, if one is named, and taken from there when the same simulation is started again. ``report`` hears of
    every run that is finished, ``played`` how many rounds were played since it last heard (from several threads).

    Raises :class:`~stackexact.errors.UsageError` for what cannot be simulated and
    :class:`~stackexact.errors.MissingLibrary` without numba (``stackexact[sim]``).

    >>> import stackexact as sx
    >>> game = sx.instance("explore-then-commit")
    >>> trace = sx.simulate(game, "ExploreThenCommit(E=10)", "ExploreThenCommit(E=5)", 100, noise="none")
    >>> trace.runs[0].counts[-1].tolist()
    [[5, 5], [85, 5]]
    """
    simulation = planned(game, leader, follower, horizon, runs, seed, noise, at, per_decade)
    workers = None if workers is None else whole("workers", workers)
    compiled_loop()  # which may be missing, before a journal is begun
    kept = None if journal is None else Journal(journal, identity(simulation))
    done = () if kept is None else kept.read(simulation.game.shape, simulation.rounds)

    def finished(run: Run) -> None:
        if kept is not None:
            kept.add(run)
        report(run)

    found = simulation.all(workers=workers, executor=executor, done=done, report=finished, played=played)
    return Trace(game.actions, found, metadata_of(game, simulation, at or {}))


def write_rounds(
    path: Source,
    game: Game,
    leader: Learner | str,
    follower: Learner | str,
    horizon: int | Sequence[int],
    *,
    runs: int = 1,
    seed: int = 0,
    noise: Noise | str = "gaussian",
    at: Mapping[str, object] | None = None,
    rewards: bool = False,
    report: Callable[[int], None] = lambda number: None,
) -> Metadata:
    """Write every round of the runs that :func:`simulate` plays to a trace; with ``rewards``, what was paid as well.

    One run after the other, in bounded memory; ``report`` hears the number of each that is finished. Its counts are
    those of :func:`simulate` with the same arguments. Errors as with that and as with
    :class:`~stackexact.traces.writing.RoundsWriter`; nothing is left behind then.

    >>> import stackexact as sx, tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = write_rounds(f"{folder}/t.csv", sx.instance("explore-then-commit"), "ExploreThenCommit(E=1)",
    ...                         "ExploreThenCommit(E=1)", 3, noise="none", rewards=True)
    ...     print(Path(folder, "t.csv").read_text(), end="")
    run,round,leader,follower,leader_reward,follower_reward
    1,1,a1,b1,0.6,0.4
    1,2,a2,b1,0.5,0.3
    1,3,a1,b2,0.2,0.0
    """
    simulation = planned(game, leader, follower, horizon, runs, seed, noise, at)
    metadata = metadata_of(game, simulation, at or {})
    with RoundsWriter(path, game.actions, metadata, rewards=rewards) as writer:
        for number in simulation.numbers:
            for piece in play_rounds(simulation, number):
                writer.write(number, *(piece if rewards else piece[:3]))
            report(number)
    return writer.written or metadata


def planned(
    game: Game,
    leader: Learner | str,
    follower: Learner | str,
    horizon: int | Sequence[int],
    runs: int = 1,
    seed: int = 0,
    noise: Noise | str = "gaussian",
    at: Mapping[str, object] | None = None,
    per_decade: int = 10,
) -> Simulation:
    """The simulation that the arguments of :func:`simulate` speak of, not played yet; refuses what it refuses."""
    if not isinstance(game, Game):
        raise UsageError(f"game: expected a game, found {type(game).__name__}; make one with Game, read or instance")
    values = _values(at or {})
    return Simulation(
        game.at(values) if values else game,
        named(leader) if isinstance(leader, str) else leader,
        named(follower) if isinstance(follower, str) else follower,
        tuple(horizon) if isinstance(horizon, Iterable) and not isinstance(horizon, str) else (horizon,),
        runs,
        seed,
        parse_noise(noise),
        per_decade,
    )


def _values(at: Mapping[str, object]) -> dict[str, Exact]:
    if not isinstance(at, Mapping):
        raise UsageError(f"at: expected a mapping of parameters to numbers, found {type(at).__name__}")
    return {name: exact(value) for name, value in at.items()}


def metadata_of(game: Game, simulation: Simulation, at: Mapping[str, object]) -> Metadata:
    """What the runs of a simulation follow from; ``at`` are the values put into the parameters of ``game``."""
    made = simulation.document()
    return Metadata(
        game=game.sha256,
        name=game.name,
        at={name: text_of(value) for name, value in _values(at).items()},
        leader=made["leader"],
        follower=made["follower"],
        noise=made["noise"],
        seed=simulation.seed,
        version=VERSION,
    )


def identity(simulation: Simulation) -> dict[str, Any]:
    """What tells one simulation from another, as JSON values."""
    return {
        **simulation.document(),
        "game": simulation.game.sha256,
        "horizons": list(simulation.horizons),
        "runs": simulation.runs,
        "per_decade": simulation.per_decade,
        "version": VERSION,
    }
