"""Plays in files: what is read is what was written, in every format; anything else is refused in one line."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from stackexact.dynamics.files import read_play, write_play
from stackexact.dynamics.playing import play
from stackexact.dynamics.records import Play
from stackexact.errors import InputError, UsageError
from stackexact.games.lq_incentive import IncentiveGame
from stackexact.traces.sealed import seal

SCALAR = IncentiveGame(
    "u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N", name="scalar, plain"
)
VECTORS = IncentiveGame(
    "u0**2 + a**2 + (b - 1)**2 + (u0 + abar + bbar - 3)**2",
    "a**2 + 2*b**2 + (a + u0 + bbar/2 - 4)**2 + (b - u0 - 1)**2",
    followers=2,
    variables={"follower": ["a", "b"], "mean": ["abar", "bbar"]},
)
GAUSSIAN = IncentiveGame(
    "u0**2 + (u - x)**2 + (u0 + ubar - x)**2",
    "u**2 + (u + u0 - x)**2",
    followers="N",
    information={"state": "x", "variance": 1, "noise": 1},
)
PLAYS = {
    "stable": lambda: play(SCALAR, at={"N": 5}, rounds=150, runs=3, damping="1/3"),
    "gone": lambda: play(SCALAR, at={"N": 20}, rounds=150, runs=3, order="sequential", bound=1000),
    "vectors": lambda: play(VECTORS, "gradient", step="1/50", rounds=12, shift="1/3", spread=0),
    "gaussian": lambda: play(GAUSSIAN, "hold", at={"N": 2}, rounds=120, runs=2, seed=2**62),
}


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "parquet"])
@pytest.mark.parametrize("made", PLAYS.values(), ids=PLAYS)
def test_what_is_read_is_what_was_written(made: Callable[[], Play], suffix: str, tmp_path: Path) -> None:
    played = made()
    place = tmp_path / f"play.{suffix}"
    write_play(played, place)
    assert read_play(place, played.plan.game) == played
    before = place.read_bytes()
    write_play(made(), place)
    assert place.read_bytes() == before


def test_all_formats_have_one_digest(tmp_path: Path) -> None:
    played = PLAYS["stable"]()
    for suffix in ("csv", "csv.gz"):
        write_play(played, tmp_path / f"play.{suffix}")
    one, two = (json.loads((tmp_path / f"play.{suffix}.meta.json").read_text()) for suffix in ("csv", "csv.gz"))
    assert one == two
    assert gzip.decompress((tmp_path / "play.csv.gz").read_bytes()) == (tmp_path / "play.csv").read_bytes()


def resealed(place: Path, **changes: object) -> None:
    """Metadata changed by somebody who makes seals."""
    made = json.loads(place.read_text())
    made.pop("sha256")
    made |= changes
    place.write_text(json.dumps({**made, "sha256": seal(made)}))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda rows, meta: rows.write_text(rows.read_text().replace("1,2,", "1,3,", 1)), "restore the file"),
        (lambda rows, meta: rows.write_text(rows.read_text().rpartition("3,150")[0]), "found 305 others"),
        (lambda rows, meta: rows.unlink(), "found no 'play.csv'"),
        (lambda rows, meta: meta.unlink(), "found no 'play.csv.meta.json'"),
        (
            lambda rows, meta: meta.write_text(meta.read_text().replace('"seed": 0', '"seed": 1')),
            "found a change since",
        ),
        (lambda rows, meta: meta.write_text("{}"), "expected the metadata of a play"),
        (
            lambda rows, meta: meta.write_text('{"format": "stackexact/play", "version": 2}'),
            "version: expected 1",
        ),
        (lambda rows, meta: resealed(meta, rounds=140), "run 1: expected the checkpoints of 140 rounds"),
        (lambda rows, meta: resealed(meta, runs=2), "row 205: expected a run from 1 to 2, found 3"),
        (lambda rows, meta: resealed(meta, runs=4), "run 4: expected the checkpoints of 150 rounds"),
        (lambda rows, meta: resealed(meta, dynamics={"kind": "sleep"}), "dynamics: expected one of"),
        (lambda rows, meta: resealed(meta, dynamics={"kind": "hold", "speed": 1}), "dynamics.speed: expected"),
        (lambda rows, meta: resealed(meta, rows={"number": 1}), "rows"),
        (lambda rows, meta: resealed(meta, game=5), "game: expected"),
        (lambda rows, meta: resealed(meta, spread="x"), "spread: expected a number"),
        (lambda rows, meta: resealed(meta, at={"N": [1]}), "N: "),
    ],
)
def test_what_was_changed_is_refused(spoil: Callable[[Path, Path], object], told: str, tmp_path: Path) -> None:
    rows, meta = tmp_path / "play.csv", tmp_path / "play.csv.meta.json"
    write_play(PLAYS["stable"](), rows)
    spoil(rows, meta)
    with pytest.raises(InputError) as caught:
        read_play(rows, SCALAR)
    assert told in caught.value.line
    assert caught.value.line.startswith(str(rows))


def test_a_play_of_another_game(tmp_path: Path) -> None:
    write_play(PLAYS["stable"](), tmp_path / "play.csv")
    with pytest.raises(InputError, match="found one of the game 'scalar, plain'"):
        read_play(tmp_path / "play.csv", GAUSSIAN)
    with pytest.raises(UsageError, match="expected a game of the kind lq-incentive"):
        read_play(tmp_path / "play.csv", "game")  # type: ignore[arg-type]


def test_a_parquet_file_of_something_else(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    place = tmp_path / "play.parquet"
    place.write_bytes(b"nothing")
    with pytest.raises(InputError, match="expected a Parquet file"):
        read_play(place, SCALAR)
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"run": [1]}), place)
    with pytest.raises(InputError, match="expected a play with its metadata, found none"):
        read_play(place, SCALAR)


def test_what_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="expected a file name that ends in"):
        write_play(PLAYS["vectors"](), tmp_path / "play.txt")
    with pytest.raises(UsageError, match="play: expected a play"):
        write_play("play", tmp_path / "play.csv")  # type: ignore[arg-type]
    played = PLAYS["vectors"]()
    assert replace(played, tracks=played.tracks) == played
