"""Play in files: what is read is what was written; everything else is refused in one line."""

from __future__ import annotations

import copy
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from damaged import refusal
from no_regret.follower_games import correlated, pennies, pi

from stackexact.errors import InputError, UsageError
from stackexact.no_regret.files import read_followers, write_followers
from stackexact.no_regret.playing import play_followers
from stackexact.no_regret.records import FollowerPlay
from stackexact.traces import sealed
from stackexact.traces.sealed import seal

pytest.importorskip("numba")


def made() -> FollowerPlay:
    return play_followers(correlated(), "q-learning", rounds=100, runs=2, seed=5, decay="1/3")


@pytest.mark.parametrize("ending", [".json", ".json.gz", ".JSON"])
def test_round_trip(ending: str, tmp_path: Path) -> None:
    place, play = tmp_path / f"play{ending}", made()
    write_followers(play, place)
    read = read_followers(place, correlated())
    assert read == play
    assert dict(read.settings) == dict(play.settings)
    data = place.read_bytes()
    write_followers(read, place)
    assert place.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == [place.name], "written aside and renamed"
    document = json.loads(gzip.decompress(data) if ending == ".json.gz" else data)
    assert document["format"] == "stackexact/follower-play"
    assert document["game"] == {"sha256": correlated().sha256}


def edited(document: dict[str, Any], *path: Any, value: Any, sealed: bool) -> dict[str, Any]:
    made = copy.deepcopy(document)
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    if sealed:
        made.pop("sha256")
        made["sha256"] = seal(made)
    return made


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("seed",), 6),
        (("settings", "decay"), "1/2"),
        (("runs", 0, "counts", 0), "1"),
        (("algorithm",), "regret-matching"),
    ],
)
def test_what_was_changed_is_refused(path: tuple[Any, ...], value: Any, tmp_path: Path) -> None:
    place = tmp_path / "play.json"
    write_followers(made(), place)
    document = json.loads(place.read_bytes())
    place.write_text(json.dumps(edited(document, *path, value=value, sealed=False)))
    told = refusal(place, lambda: read_followers(place, correlated()))
    assert told == "expected play of followers as written, found a change since (by the sha256); play again"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (
            ("format",),
            "other",
            "(format 'stackexact/follower-play'), found the text 'other' as the format",
        ),
        (("version",), 2, "version: expected 1, found the number 2; update stackexact"),
        (("seed",), "x", "seed: expected whole numbers, found 'x'"),
        (("seed",), -1, "seed: expected whole numbers, found '-1'"),
        (("settings",), {"step": 1}, "settings: expected an object of texts, found another"),
        (("settings",), {"speed": "1"}, "q-learning: expected one of its settings"),
        (("algorithm",), "none", "algorithm: expected one of multiplicative-weights"),
        (("game", "sha256"), "0" * 64, "expected play in this game"),
        (("checkpoints",), 7, "checkpoints: expected a list of rounds"),
        (("checkpoints", 0), 1.5, "checkpoints: expected whole numbers, found '1.5'"),
        (("runs",), [], "runs: expected the numbers from 1 on, found '[]'"),
        (("runs", 0, "run"), 3, "runs: expected the numbers from 1 on, found '[3, 2]'"),
        (("runs", 0, "counts", 0), "1 x", "runs[0].counts[0]: expected whole numbers, found '1 x'"),
        (("runs", 0, "counts", 0), "1", "expected counts of one shape, found another"),
        (("runs", 0, "last"), "1 ²", "runs[0].last: expected whole numbers"),
        (("runs", 0, "last"), "1073741824", "expected a last strategy for all types"),
        (("runs", 0, "last"), "5", "expected chances over 2^30 that sum to it"),
    ],
)
def test_what_does_not_fit_is_refused(path: tuple[Any, ...], value: Any, told: str, tmp_path: Path) -> None:
    """Whoever makes seals can break the form, but not the reader."""
    place = tmp_path / "play.json"
    write_followers(made(), place)
    document = json.loads(place.read_bytes())
    place.write_text(json.dumps(edited(document, *path, value=value, sealed=True)))
    assert told in refusal(place, lambda: read_followers(place, correlated()))


def test_other_files_are_refused(tmp_path: Path) -> None:
    packed = tmp_path / "play.json.gz"
    packed.write_bytes(b"no gzip")
    assert "expected a gzip file" in refusal(packed, lambda: read_followers(packed, pi()))
    write_followers(made(), packed)
    packed.write_bytes(packed.read_bytes()[:-9])
    assert "expected a whole gzip file" in refusal(packed, lambda: read_followers(packed, correlated()))
    missing = tmp_path / "none.json"
    assert "there is no such file" in refusal(missing, lambda: read_followers(missing, pi()))
    with pytest.raises(UsageError, match=r"ends in \.json or \.json\.gz"):
        write_followers(made(), tmp_path / "play.csv")
    with pytest.raises(UsageError, match="play: expected play of followers, found None"):
        write_followers(None, tmp_path / "play.json")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="game: expected one of the kind mechanism"):
        read_followers(packed, 3)  # type: ignore[arg-type]
    assert not (tmp_path / "play.csv").exists()


def test_another_game_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "play.json"
    write_followers(made(), place)
    assert "found some in another" in refusal(place, lambda: read_followers(place, pennies()))


def test_files_are_of_limited_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "MAX_BYTES", 100)
    with pytest.raises(InputError, match="expected at most 100 bytes"):
        write_followers(made(), tmp_path / "play.json")
