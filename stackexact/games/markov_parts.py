"""The stages of a Markov game: their values, values put in for parameters, their JSON objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.distributions import distribution_document, substituted
from stackexact.games.json_text import at_path
from stackexact.games.markov_reading import Follower, Stage
from stackexact.games.payoff_parts import payoffs_document, require_weights, table_at, table_values

__all__ = [
    "features_document",
    "follower_document",
    "in_rows",
    "stage_at",
    "stage_place",
    "stage_values",
    "stages_document",
]


def in_rows(columns: Sequence[tuple[Stage, ...]], horizon: int) -> tuple[tuple[Stage, ...], ...]:
    """The stages of all states, time by time, of columns with one stage or with ``horizon`` of them each."""
    if all(len(column) == 1 for column in columns):
        return (tuple(column[0] for column in columns),) * horizon
    return tuple(tuple(column[0] if len(column) == 1 else column[h] for column in columns) for h in range(horizon))


def stage_place(name: str, stage: int, stages: int) -> str:
    """The place of a stage of a state in the JSON object."""
    place = at_path("states", name)
    return place if stages == 1 else f"{place}.stages[{stage}]"


def stage_values(stage: Stage, place: str, names: Sequence[str]) -> Iterator[tuple[str, Exact]]:
    """Payoffs and probabilities with their places."""
    for player in ("leader", "follower", "weights"):
        yield from table_values(getattr(stage, player), f"{place}.payoffs.{player}")
    for i, row in enumerate(stage.transitions or ()):
        for j, distribution in enumerate(row):
            for s, value in distribution:
                yield at_path(f"{place}.transitions[{i}][{j}]", names[s]), value


def stage_signs(stage: Stage, place: str, names: Sequence[str]) -> Iterator[tuple[str, Exact, bool]]:
    """What must not be negative, with its place, and whether it must be positive."""
    for where, value in table_values(stage.weights, f"{place}.payoffs.weights"):
        yield where, value, True
    unpaid = Stage((), None, None, stage.transitions)
    for where, value in stage_values(unpaid, place, names):
        yield where, value, False


def stage_at(stage: Stage, given: Mapping[str, Exact], place: str, names: tuple[str, ...]) -> Stage:
    """A stage with values put in for parameters; those that make a probability or a weight negative are refused."""
    leader = table_at(stage.leader, given)
    assert leader is not None
    weights = table_at(stage.weights, given)
    require_weights(weights, f"{place}.payoffs")
    moves = stage.transitions
    if moves is not None:
        where = f"{place}.transitions"
        moves = tuple(
            tuple(substituted(one, given, f"{where}[{i}][{j}]", names) for j, one in enumerate(row))
            for i, row in enumerate(moves)
        )
    return Stage(leader, table_at(stage.follower, given), weights, moves)


# -- JSON -------------------------------------------------------------------------------------------------------------


def follower_document(follower: Follower) -> dict[str, str]:
    """How the follower responds; a discount of 0 is not said."""
    made = {"response": follower.response}
    if follower.eta is not None:
        made["eta"] = text_of(follower.eta)
    if follower.discount != 0:
        made["discount"] = text_of(follower.discount)
    if follower.ties is not None:
        made["ties"] = follower.ties
    return made


def stages_document(stages: tuple[Stage, ...], names: tuple[str, ...]) -> dict[str, Any]:
    """Payoffs and transitions, once or stage by stage."""
    parts = [_stage(stage, names) for stage in stages]
    return parts[0] if len(parts) == 1 else {"stages": parts}


def _stage(stage: Stage, names: tuple[str, ...]) -> dict[str, Any]:
    made: dict[str, Any] = {"payoffs": payoffs_document(stage.leader, stage.follower, stage.weights)}
    if stage.transitions is not None:
        made["transitions"] = [[distribution_document(one, names) for one in row] for row in stage.transitions]
    return made


def features_document(table: tuple[tuple[tuple[Exact, ...], ...], ...]) -> list[list[list[str]]]:
    """A table of vectors."""
    return [[[text_of(value) for value in vector] for vector in row] for row in table]
