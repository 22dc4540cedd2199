"""Rounds that were played, aggregated by hand: what tests of traces compare with."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from stackexact.games.bimatrix import Actions
from stackexact.traces.trace import Metadata, Run, Trace
from stackexact.traces.writing import RoundsWriter

Plays = Mapping[int, Sequence[tuple[int, int]]]
"""What was played in each run, round by round: indices of the leader's and the follower's actions."""

ACTIONS = Actions(("T", "B"), ("L", "M", "R"))
METADATA = Metadata(
    game="ab" * 32,
    name="étude",
    at={"delta": "1/100"},
    leader={"name": "UCB", "parameters": {"c": 2, "scale": 0.5, "phases": [1, [2]], "on": True}},
    follower={"name": "ExploreThenCommit", "parameters": {"E": None}},
    noise={"kind": "gaussian"},
    seed=2**70,
    version="0.1.0",
)

LABELS = st.one_of(
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=5).filter(lambda label: label.strip()),
    st.sampled_from(
        ['"', ",", 'a,"b"', "0", "1", "-1", "007", " a", "a ", "NULL", "nan", "\u2028x", "\ufeffx", "'", "#"]
    ),
)


@st.composite
def actions(draw: st.DrawFn) -> Actions:
    """Actions of both players, with labels of every sort."""
    sides = [draw(st.lists(LABELS, min_size=1, max_size=3, unique=True)) for _ in range(2)]
    return Actions(tuple(sides[0]), tuple(sides[1]))


@st.composite
def plays(draw: st.DrawFn, of: Actions) -> dict[int, list[tuple[int, int]]]:
    """A few short runs."""
    pair = st.tuples(st.integers(0, len(of.leader) - 1), st.integers(0, len(of.follower) - 1))
    return draw(st.dictionaries(st.integers(0, 20), st.lists(pair, min_size=1, max_size=60), min_size=1, max_size=3))


def checkpoints(horizon: int, wanted: Sequence[int] | None = None) -> list[int]:
    """Ten per decade, by decimal arithmetic, or what is wanted, below the horizon; and the horizon."""
    usual = sorted({int(Decimal(10) ** (Decimal(k) / 10)) for k in range(200)})
    return [round_ for round_ in (wanted or usual) if round_ < horizon] + [horizon]


def counted(played: Plays, of: Actions, wanted: Sequence[int] | None = None) -> Trace:
    """The trace of those plays, one count at a time."""
    runs = []
    for number in sorted(played):
        rounds = checkpoints(len(played[number]), wanted)
        counts = np.zeros((len(rounds), len(of.leader), len(of.follower)), dtype=np.int64)
        for k, round_ in enumerate(rounds):
            for (i, j), count in Counter(played[number][:round_]).items():
                counts[k, i, j] = count
        runs.append(Run(number, tuple(rounds), counts))
    return Trace(of, tuple(runs))


def write_rounds(
    path: Path, played: Plays, of: Actions, metadata: Metadata | None = None, *, rewards: bool = False, chunk: int = 7
) -> Metadata | None:
    """Write plays with the writer of rounds, runs taking turns; returns the metadata as written."""
    with RoundsWriter(path, of, metadata, rewards=rewards) as writer:
        for first in range(0, max(map(len, played.values())), chunk):
            for number, pairs in played.items():
                if part := pairs[first : first + chunk]:
                    columns = np.array(part).T
                    paid = [np.array([0.1 * i - j for i, j in part]), np.array([1e-7 * (i + j) for i, j in part])]
                    writer.write(number, first + 1, columns[0], columns[1], *(paid if rewards else []))
    return writer.written


def rows_of(played: Plays, of: Actions) -> list[list[str]]:
    """The rows of a trace with one row per round."""
    return [
        [str(number), str(t), of.leader[i], of.follower[j]]
        for number, pairs in played.items()
        for t, (i, j) in enumerate(pairs, 1)
    ]


def write_rows(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    """A file of another program: CSV as Python's own library writes it, or Parquet with integers where all are."""
    if path.suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = list(zip(*rows, strict=True)) or [()] * len(header)
        arrays = [
            pa.array(column, pa.int64())
            if column and all(type(cell) is int and cell < 2**63 for cell in column)
            else pa.array([str(cell) for cell in column], pa.string())
            for column in columns
        ]
        pq.write_table(pa.Table.from_arrays(arrays, list(header)), path)
        return path
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path
