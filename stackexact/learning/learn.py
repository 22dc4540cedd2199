"""One call for all learning algorithms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.learning import finite, general, linear, prom
from stackexact.learning.environment import Environment, compiled
from stackexact.learning.recommending import Recommending
from stackexact.learning.records import Log
from stackexact.simulation.runner import whole

__all__ = ["ALGORITHMS", "Algorithm", "learn"]


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A learning algorithm: what it plays, the type of its options, what runs it, what it is in one line, and whether
    its episodes are data (``offline``)."""

    environment: type[Environment] | type[Recommending]
    options: type[Any]
    run: Callable[[Any, Any, int, int], Log]
    about: str
    offline: bool = False


ALGORITHMS: Final = {
    "mle-ovi": Algorithm(Environment, linear.Linear, linear.online, "online, myopic, linear: optimism"),
    "mle-pvi": Algorithm(Environment, linear.Linear, linear.offline, "offline, myopic, linear: pessimism", True),
    "mle-plain": Algorithm(Environment, linear.Linear, linear.plain, "as mle-pvi, without pessimism", True),
    "mle-golf": Algorithm(Environment, general.Functions, general.online, "online, myopic, finite class: optimism"),
    "mle-bcp": Algorithm(
        Environment, general.Functions, general.offline, "offline, myopic, finite classes: caution", True
    ),
    "omle": Algorithm(Environment, finite.Models, finite.online, "online, farsighted, finite class: optimism"),
    "pmle": Algorithm(Environment, finite.Models, finite.offline, "offline, farsighted, finite class: pessimism", True),
    "mle-model": Algorithm(Environment, finite.Models, finite.plain, "as pmle, without pessimism", True),
    "prom": Algorithm(Recommending, prom.Recommendations, prom.prom, "recommendation: optimism"),
    "prom-boundary": Algorithm(Recommending, prom.Recommendations, prom.boundary, "recommendation: the trap"),
}
"""All algorithms by name."""


def learn(
    game: Any,
    algorithm: str = "mle-ovi",
    *,
    episodes: int = 1000,
    seed: int = 0,
    **options: Any,
) -> Log:
    """Let the leader of a game learn the response of her quantal follower, and return what was announced.

    ``game`` is a game in numbers of kind ``markov`` (with a quantal follower) or ``recommendation``, as the algorithm
    (a key of :data:`ALGORITHMS`) asks for, or an environment of floats. ``episodes`` are played online, or are the data
    of an offline algorithm. ``options`` are the fields of the algorithm's options:
    :class:`~stackexact.learning.linear.Linear`, :class:`~stackexact.learning.finite.Models`,
    :class:`~stackexact.learning.general.Functions`, :class:`~stackexact.learning.prom.Recommendations`. The same
    ``seed`` gives the same log, bytes and all, on the same machine.

    Raises :class:`~stackexact.errors.UsageError` for what cannot be learnt, and
    :class:`~stackexact.errors.MissingLibrary` without numba and SciPy (``stackexact[sim]``).

    >>> import numpy as np
    >>> one = Environment(np.zeros((1, 1, 2, 2, 1)), [[[[0, 1], [0.5, 0]]]], np.log([[[[3, 1], [1, 2]]]]))
    >>> log = learn(one, "mle-ovi", episodes=2000, seed=1)
    >>> log.learnt_value, bool(log.regret(0.75)[-1] < 100)
    (0.75, True)
    """
    chosen = ALGORITHMS.get(algorithm)
    if chosen is None:
        raise UsageError(f"algorithm: expected one of {', '.join(ALGORITHMS)}, found {shorten(algorithm)}")
    known = {field.name for field in fields(chosen.options)}
    for name in options:
        if name not in known:
            raise UsageError(f"{algorithm}: expected options among {', '.join(sorted(known))}, found {shorten(name)}")
    episodes, seed = whole("episodes", episodes), whole("seed", seed, 0)
    made = chosen.options(**options)
    compiled()
    environment = game if isinstance(game, chosen.environment) else chosen.environment.of(game)
    return chosen.run(environment, made, episodes, seed)
