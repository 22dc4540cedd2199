"""Payoffs where the follower responds smoothly: rewards of both players, or weights (exponentials) of the follower."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from stackexact.errors import GameError, shorten
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import text_of
from stackexact.exact.work import Work
from stackexact.games.fields import closed, object_of
from stackexact.games.tables import Actions, Table, read_table, require_shape
from stackexact.games.written import exact_value

__all__ = [
    "actions_document",
    "digest",
    "payoffs_document",
    "read_payoffs",
    "require_weights",
    "table_at",
    "table_values",
]


def read_payoffs(given: object, place: str, work: Work) -> tuple[Table, Table | None, Table | None]:
    """The leader's rewards, and the follower's or else its weights, which are positive."""
    told = closed(object_of(given), place, required=("leader",), optional=("follower", "weights"))
    if ("follower" in told) == ("weights" in told):
        found = "both" if "weights" in told else "neither"
        raise GameError(f"{place}: expected either 'follower' or 'weights', found {found}; give one of them")

    def number(value: object) -> Exact:
        return exact_value(value, work)

    tables = {key: read_table(table, f"{place}.{key}", number) for key, table in told.items()}
    follower, weights = tables.get("follower"), tables.get("weights")
    for key, table in tables.items():
        require_shape(table, tables["leader"], f"{place}.{key}", f"{place}.leader")
    require_weights(weights, place)
    return tables["leader"], follower, weights


def require_weights(table: Table | None, place: str) -> None:
    """Weights are exponentials: refuse those that are certainly not positive."""
    for i, row in enumerate(table or ()):
        for j, value in enumerate(row):
            if isinstance(value, Fraction) and value <= 0:
                found = f"found {shorten(text_of(value))}; correct it"
                raise GameError(f"{place}.weights[{i}][{j}]: expected a weight above 0, {found}")


def table_values(table: Table | None, place: str) -> Iterator[tuple[str, Exact]]:
    """The entries of a table with their places."""
    for i, row in enumerate(table or ()):
        for j, value in enumerate(row):
            yield f"{place}[{i}][{j}]", value


def table_at(table: Table | None, given: Mapping[str, Exact]) -> Table | None:
    """A table with values put in for parameters."""
    if table is None:
        return None
    return tuple(tuple(v.at(given) if isinstance(v, Expression) else v for v in row) for row in table)


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of canonical JSON: sorted keys, no white space, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def actions_document(actions: Actions) -> dict[str, list[str]]:
    """The labels of both players."""
    return {"leader": list(actions.leader), "follower": list(actions.follower)}


def payoffs_document(leader: Table, follower: Table | None, weights: Table | None) -> dict[str, Any]:
    """The tables of payoffs that there are."""
    tables = {"leader": leader, "follower": follower, "weights": weights}
    return {
        player: [[text_of(value) for value in row] for row in table]
        for player, table in tables.items()
        if table is not None
    }
