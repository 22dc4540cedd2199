"""Which states of a Markov game can be reached, stage by stage, and which of them lack transitions that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackexact.errors import GameError
from stackexact.exact.rational_function import Exact
from stackexact.games.json_text import at_path
from stackexact.games.markov_reading import Stage

__all__ = ["reached", "reached_by_stage", "require_transitions"]


def reached_by_stage(initial: Sequence[Exact], stages: Sequence[Sequence[Stage]]) -> Iterator[frozenset[int]]:
    """The states that may be reached at each stage, whatever is played: probabilities that depend on parameters count
    as positive. A state without transitions leads nowhere."""
    here = frozenset(s for s, probability in enumerate(initial) if probability)
    known: dict[tuple[int, frozenset[int]], frozenset[int]] = {}  # by identity of rows: most games repeat one
    for row in stages:
        yield here
        key = (id(row), here)
        if key not in known:
            known[key] = frozenset().union(*map(_next, {id(row[s]): row[s] for s in here}.values()))
        here = known[key]


def _next(stage: Stage) -> frozenset[int]:
    return frozenset(s for row in stage.transitions or () for distribution in row for s, _ in distribution)


def reached(initial: Sequence[Exact], stages: Sequence[Sequence[Stage]]) -> frozenset[int]:
    """The states that may be reached at some stage."""
    return frozenset().union(*set(reached_by_stage(initial, stages)))


def require_transitions(names: Sequence[str], initial: Sequence[Exact], stages: Sequence[Sequence[Stage]]) -> None:
    """Refuse a state that is reached before the last stage and has no transitions there."""
    fine: set[tuple[int, frozenset[int]]] = set()
    for h, (row, here) in enumerate(zip(stages[:-1], reached_by_stage(initial, stages), strict=False), start=1):
        if (id(row), here) not in fine:
            for s in sorted(here):
                if row[s].transitions is None:
                    place = at_path("states", names[s])
                    where = f"stage {h} of {len(stages)}, at which this state can be reached"
                    raise GameError(f"{place}: expected transitions at {where}, found none; add them")
            fine.add((id(row), here))
