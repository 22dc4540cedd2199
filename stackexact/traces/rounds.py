"""Traces with one row per round, aggregated by DuckDB: every check is exact, none looks at a row in Python.

The rows are read twice. First they are counted by run, pair of actions and the next checkpoint, which also finds cells
that say nothing, and runs whose rounds are not as many as the last of them says. Then every round sets its bit in one
string of bits, with the runs one behind the other: as many bits as rows means that no round stands twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stackexact.errors import InputError
from stackexact.games.bimatrix import Actions
from stackexact.traces.cells import REWARDS, ROUNDS, Labels, finite, whole
from stackexact.traces.counts import Counts, require_room
from stackexact.traces.database import Database, Table, opened
from stackexact.traces.trace import Run

__all__ = ["from_rounds"]

_BITS: Final = 2**28
"""Rounds that are looked at together: 32 MiB of bits for each thread."""


def from_rounds(table: Table, actions: Actions, checkpoints: Sequence[int]) -> tuple[Run, ...]:
    """The counts of every run at those ``checkpoints`` that it reaches, and at its last round.

    Rows may be in any order. Raises :class:`~stackexact.errors.InputError` with row, or run and round, where a cell
    says nothing that a trace can say, or the rounds of a run are not 1, 2, ... to its last, each once;
    :class:`~stackexact.errors.LimitReached` where the counts do not fit into memory.
    """
    with opened(table) as database:
        labels = Labels.of(actions)
        says = _says(database, labels)
        _group(database, says, checkpoints)
        _require_cells(database, says, labels)
        runs = database.run("SELECT count(DISTINCT run) FROM counted").fetchone()[0]
        require_room(actions, runs, runs)  # each has one checkpoint at least
        horizons = _horizons(database)
        _require_each_once(database, sum(horizons.values()))
        return _runs(database, actions, checkpoints, horizons)


def _says(database: Database, labels: tuple[Labels, Labels]) -> str:
    """What each row says, as the columns of a query: NULL where it is nothing that a trace can say."""
    table = database.table
    leader, follower = map(database.action, labels)
    return (
        f"{table.whole('run')} AS run, {table.whole('round')} AS round, {leader} AS leader, {follower} AS follower, "
        f"{table.unreal()} AS unreal"
    )


_WRONG: Final = "unreal OR run IS NULL OR run < 0 OR round IS NULL OR round < 1 OR leader IS NULL OR follower IS NULL"


def _group(database: Database, says: str, checkpoints: Sequence[int]) -> None:
    database.run(
        "CREATE TEMP TABLE counted AS "
        f"SELECT run, {_next(checkpoints, 0, len(checkpoints))} AS next, leader, follower, "
        f"count(*) AS played, min(round) AS first, max(round) AS last, bool_or({_WRONG}) AS wrong "
        f"FROM (SELECT {says} FROM {{source}}) GROUP BY ALL"
    )


def _next(checkpoints: Sequence[int], low: int, high: int) -> str:
    """The index of the first checkpoint that a round does not exceed, found by halving, as SQL."""
    if low == high:
        return str(low)
    middle = (low + high) // 2
    smaller, larger = _next(checkpoints, low, middle), _next(checkpoints, middle + 1, high)
    return f"CASE WHEN round <= {checkpoints[middle]} THEN {smaller} ELSE {larger} END"


def _require_cells(database: Database, says: str, labels: tuple[Labels, Labels]) -> None:
    rows, wrong = database.run("SELECT count(*), bool_or(wrong) FROM counted").fetchone()
    if not rows:
        raise InputError("expected at least one row below the header, found none; the trace is empty")
    if not wrong:
        return
    table = database.table
    names = [*ROUNDS, *(name for name in REWARDS if name in table.places)]
    cells = ", ".join(f"{table.text(name)} AS cell{k}" for k, name in enumerate(names))
    number, *row = database.run(
        f"SELECT number, {', '.join(f'cell{k}' for k in range(len(names)))} "
        f"FROM (SELECT row_number() OVER () AS number, {says}, {cells} FROM {{source}}) "
        f"WHERE {_WRONG} ORDER BY number LIMIT 1"
    ).fetchone()
    raise InputError(f"row {number}: {_complaint(dict(zip(names, row, strict=True)), labels)}")


def _complaint(row: dict[str, str | None], labels: tuple[Labels, Labels]) -> str:
    """What is wrong with a row."""
    try:
        whole(row["run"], "run")
        whole(row["round"], "round", 1)
        for player in labels:
            player[row[player.player]]
        for name in row.keys() - ROUNDS:
            finite(row[name], name)
    except InputError as error:
        return str(error)
    return "expected a row of a trace, found another one"  # pragma: no cover


def _horizons(database: Database) -> dict[int, int]:
    """The last round of every run, which says how many rows the run must have."""
    found = database.run(
        "SELECT run, sum(played), min(first), max(last) FROM counted GROUP BY run ORDER BY run"
    ).fetchall()
    for run, played, first, last in found:
        if first != 1 or played != last:
            rows = "1 row" if played == 1 else f"{played} rows"
            told = f"found {rows} and the rounds {first} to {last}"
            raise InputError(f"run {run}: expected a row for every round from 1 to the last one, {told}")
    return {run: last for run, _, _, last in found}


def _require_each_once(database: Database, rows: int) -> None:
    database.run(
        "CREATE TEMP TABLE starts AS SELECT run, "
        "CAST(sum(max(last)) OVER (ORDER BY run) - max(last) AS BIGINT) AS start FROM counted GROUP BY run"
    )
    table = database.table
    says = f"SELECT {table.whole('run')} AS run, {table.whole('round')} AS round FROM {{source}}"
    places = f"SELECT start + round AS place FROM ({says}) JOIN starts USING (run)"
    for low in range(1, rows + 1, _BITS):
        high = min(low + _BITS - 1, rows)
        count, gap = database.run(
            "SELECT bit_count(bits), bit_position('0'::BIT, bits) FROM ("
            f"SELECT bitstring_agg(place, {low}, {high}) AS bits FROM ({places}) WHERE place BETWEEN {low} AND {high})"
        ).fetchone()
        if count == high - low + 1:
            continue
        missing = low + (gap or 1) - 1
        run, start = database.run(
            "SELECT run, start FROM starts WHERE start < ? ORDER BY start DESC LIMIT 1", [missing]
        ).fetchone()
        told = f"found round {missing - start} missing and another one twice"
        raise InputError(f"run {run}: expected every round once, {told}")


def _runs(
    database: Database, actions: Actions, checkpoints: Sequence[int], horizons: dict[int, int]
) -> tuple[Run, ...]:
    counts = Counts(actions)
    for run, following, leader, follower, played in database.rows(
        "SELECT run, next, leader, follower, played FROM counted"
    ):
        last = horizons[run]
        round_ = min(checkpoints[following], last) if following < len(checkpoints) else last
        counts.add(run, round_, leader, follower, played)
    return tuple(Run(number, rounds, played.cumsum(axis=0)) for number, rounds, played in counts.runs())
