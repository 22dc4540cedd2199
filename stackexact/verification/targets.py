"""Benchmarks that regret is measured against: values that ``solve`` proves, for both agents, under their own names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.errors import LimitReached, UsageError
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import Record
from stackexact.games.bimatrix import Game
from stackexact.solving.solve import solve
from stackexact.traces.arguments import row_named

__all__ = ["AGENTS", "BENCHMARKS", "MEASURES", "Benchmark", "Measure", "Target", "TargetCell", "benchmark", "targets"]

AGENTS: Final = ("leader", "follower")
"""Both agents, in the order of output."""


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A benchmark: its name, the concept whose values it takes, and what it is called in a table.

    One that is not ``usual`` is computed where a claim names it only.
    """

    name: str
    concept: str
    title: str
    needs_tolerance: bool = False
    usual: bool = True


BENCHMARKS: Final = (
    Benchmark("stackelberg", "pure-strong", "u(a*, b*(a*)), ties for the leader"),
    Benchmark("tolerant", "tolerant", "error-tolerant (Donahue et al. 2024)", needs_tolerance=True),
    Benchmark(
        "self-tolerant", "self-tolerant", "self-tolerant (our reconstruction)", needs_tolerance=True, usual=False
    ),
)
"""Every benchmark. A new one is a row here, if a concept has its values."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What is measured of a leader who learns: its name, what it is called in a table, in games of which kinds, and
    whether it is measured against what she could get (``targeted``)."""

    name: str
    title: str
    kinds: tuple[str, ...]
    targeted: bool = True


MEASURES: Final = (
    Measure("standard", "standard regret", ("markov", "recommendation")),
    Measure("absolute", "absolute regret", ("recommendation",)),
    Measure("violation", "violation of incentive compatibility", ("recommendation",), targeted=False),
    Measure("suboptimality", "suboptimality of the learnt policy", ("markov", "recommendation")),
)
"""Everything that is measured of learning runs."""


@dataclass(frozen=True, slots=True, repr=False)
class TargetCell(Record):
    """The value of a benchmark where all relations of ``when`` hold; ``()`` is the whole domain."""

    when: tuple[str, ...]
    value: Exact


@dataclass(frozen=True, slots=True, repr=False)
class Target(Record):
    """What an agent would earn in a round by a benchmark, in units of its payoffs: disjoint cells that cover the domain
    up to what is ``undecided``. A game of numbers has one cell."""

    agent: str
    benchmark: str
    cells: tuple[TargetCell, ...]
    undecided: tuple[tuple[str, ...], ...] = ()

    @property
    def number(self) -> Fraction:
        """The value in a game of numbers; a :class:`~stackexact.errors.LimitReached` where a limit left it open."""
        for cell in self.cells:
            if isinstance(cell.value, Fraction) and not cell.when:
                return cell.value
        raise LimitReached(f"{self.benchmark}: expected a number for the {self.agent}, found none; raise the limit")


def benchmark(name: str) -> Benchmark:
    """The benchmark of that name.

    >>> benchmark("stackelberg").concept
    'pure-strong'
    """
    return row_named("benchmark", BENCHMARKS, name)


def targets(game: Game, names: Sequence[str] | None = None, *, time_limit: float | None = None) -> tuple[Target, ...]:
    """The targets of both agents by the benchmarks named; without names by those that are usual and that the game has.

    Each is the value of a concept, proved by the library before it is returned: ``stackelberg`` is u(a*, b*(a*)) with
    ties for the leader, ``tolerant`` and ``self-tolerant`` need a tolerance. In a game with parameters they are closed
    forms. What ``time_limit`` leaves open is undecided. Raises :class:`~stackexact.errors.UsageError` for an unknown
    name and for a missing tolerance.

    >>> import stackexact as sx
    >>> for target in targets(sx.instance("misaligned-a"), ["tolerant"]):
    ...     print(target.agent, target.cells)
    leader (TargetCell(when=(), value=delta + 1/2),)
    follower (TargetCell(when=(), value=delta),)
    """
    if names is None:
        rows = [row for row in BENCHMARKS if row.usual and (game.tolerance is not None or not row.needs_tolerance)]
    else:
        wanted = {benchmark(name).name for name in names}
        rows = [row for row in BENCHMARKS if row.name in wanted]
    for row in rows:
        if row.needs_tolerance and game.tolerance is None:
            raise UsageError(
                f"benchmark {row.name}: expected a tolerance, found none; give one, as in --tolerance 1/20"
            )
    try:
        solution = solve(game, [row.concept for row in rows], time_limit=time_limit) if rows else {}
    except LimitReached:  # before the first of them
        return tuple(Target(agent, row.name, (), ((),)) for row in rows for agent in AGENTS)
    return tuple(
        Target(
            agent,
            row.name,
            tuple(TargetCell(cell.when, getattr(cell, agent)) for cell in solution[row.concept].cells),
            solution[row.concept].undecided,
        )
        for row in rows
        for agent in AGENTS
    )
