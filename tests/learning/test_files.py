"""Runs in files: what is read is what was written; everything else is refused in one line."""

from __future__ import annotations

import copy
import gzip
import json
import random
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from announced import mixed, told
from damaged import refusal
from forms import form
from quantal_plays import course, markov

import stackexact as sx
from stackexact.errors import InputError, UsageError
from stackexact.learning.runs import Announcement, LearningRun, LearningTrace
from stackexact.traces import sealed
from stackexact.traces.sealed import seal

SCHEMA = form("learning")
GAME = sx.instance("punished-response")
TALK = sx.instance("recommended-mixture")


@cache
def runs() -> LearningTrace:
    return sx.learn_runs(GAME, episodes=[30, 60], runs=2, seed=3)


def by_hand() -> tuple[Any, LearningTrace]:
    """Two stages, denominators of any length, no seed, an option of every sort."""
    draw = random.Random(6)
    game = markov(course(draw, 2, 2), prescription=True)
    many = tuple(mixed(draw, game) for _ in range(3))
    long = Fraction(10**400 + 1, 10**401)
    row = (long, 1 - long)
    many = (*many, Announcement((((row, row), (row, row)),) * 2))
    run = LearningRun(7, (1, 10**9), many, ((3, 1), (0, 10**9 - 3), (2, 2)), many[1])
    options = {"beta": 0.1, "grid": 200, "replan": "each", "none": None, "flag": True}
    return game, LearningTrace(game.sha256, (run, replace(run, number=9, seed=2**62)), "", True, options)


def online() -> tuple[Any, LearningTrace]:
    return GAME, runs()


def advised() -> tuple[Any, LearningTrace]:
    return TALK, sx.learn_runs(TALK, "prom", episodes=30, runs=2, seed=4)


@pytest.mark.parametrize("ending", [".json", ".json.gz", ".JSON"])
@pytest.mark.parametrize("made", [online, advised, by_hand])
def test_round_trip(made: Callable[[], tuple[Any, LearningTrace]], ending: str, tmp_path: Path) -> None:
    game, trace = made()
    place = tmp_path / f"runs{ending}"
    sx.write_learning(trace, place)
    read = sx.read_learning(place, game)
    assert read == trace
    assert dict(read.options) == dict(trace.options)
    data = place.read_bytes()
    document = json.loads(gzip.decompress(data) if ending == ".json.gz" else data)
    assert list(SCHEMA.iter_errors(document)) == []
    assert list(SCHEMA.iter_errors({**document, "extra": 1}))
    sx.write_learning(read, place)
    assert place.read_bytes() == data
    assert [path.name for path in tmp_path.iterdir()] == [place.name]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for name, seed in (("one", 3), ("two", 3), ("three", 5)):
        sx.write_learning(sx.learn_runs(GAME, episodes=[30, 60], runs=2, seed=seed), tmp_path / f"{name}.json.gz")
        written.append((tmp_path / f"{name}.json.gz").read_bytes())
    assert written[0] == written[1] != written[2]


def stored(tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    place = tmp_path / "runs.json"
    sx.write_learning(runs(), place)
    return place, json.loads(place.read_text(encoding="utf-8"))


def leaves(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of what is not a container itself."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    found: list[tuple[Any, Any]] = []
    for key in keys:
        found += leaves(node[key]) if isinstance(node[key], dict | list) else [(node, key)]
    return found


def test_every_change_is_seen(tmp_path: Path) -> None:
    """Whatever single value is another one, the seal tells, or the form does."""
    place, document = stored(tmp_path)
    for number in range(len(leaves(document))):
        changed = copy.deepcopy(document)
        container, key = leaves(changed)[number]
        value = container[key]
        container[key] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int | float) else (
            f"{value} " if isinstance(value, str) else 0
        )  # fmt: skip
        place.write_text(json.dumps(changed), encoding="utf-8")
        refusal(place, lambda: sx.read_learning(place, GAME))


def forge(place: Path, document: dict[str, Any]) -> None:
    """Write what was changed, sealed as if it were ours."""
    rest = {key: value for key, value in document.items() if key != "sha256"}
    place.write_text(json.dumps({**rest, "sha256": seal(rest)}), encoding="utf-8")


def test_forging_works(tmp_path: Path) -> None:
    """What the tests below refuse is not refused for its seal."""
    place, document = stored(tmp_path)
    forge(place, document)
    assert sx.read_learning(place, GAME) == runs()
    document["algorithm"] = "mine"
    forge(place, document)
    assert sx.read_learning(place, GAME).algorithm == "mine"


def first(document: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = document["runs"][0]
    return made


def policy(text: str) -> Callable[[dict[str, Any]], Any]:
    return lambda document: first(document)["learnt"].update(over="2", policy=text)


FORGERIES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "sum": (policy("1 1,1 2"), "expected probabilities that sum to exactly 1, found the sum 3/2"),
    "negative": (policy("1 1,3 -1"), "expected probabilities"),
    "a row too few": (policy("1 1"), "expected a mixture by stage, state and follower action"),
    "a stage too many": (policy("1 1,1 1/1 1,1 1"), "expected a mixture by stage, state and follower action"),
    "a state too many": (policy("1 1,1 1;1 1,1 1"), "expected a mixture by stage, state and follower action"),
    "an action too many": (policy("1 1 0,1 1 0"), "expected a mixture by stage, state and follower action"),
    "no number": (policy("1 one,1 1"), "runs[0].learnt: expected whole numbers over a positive one"),
    "nothing": (policy(""), "runs[0].learnt: expected whole numbers over a positive one"),
    "a float": (policy("1.5 0.5,1 1"), "expected whole numbers over a positive one"),
    "over nothing": (lambda d: first(d)["learnt"].update(over="0"), "expected whole numbers over a positive one"),
    "over text": (lambda d: first(d)["learnt"].update(over="x"), "expected whole numbers over a positive one"),
    "over a number": (lambda d: first(d)["learnt"].update(over=2), "expected whole numbers over a positive one"),
    "a recommendation": (
        lambda d: first(d)["learnt"].update(over="2", policy="1 1,1 1", recommendation="1 1"),
        "found other announcements",
    ),
    "no policy": (lambda d: first(d)["learnt"].pop("policy"), "runs[0].learnt.policy: expected this key"),
    "an unknown key": (lambda d: first(d).update(colour="red"), "runs[0].colour: expected one of run"),
    "too few episodes": (lambda d: first(d).update(announced="0:29"), "announcements for 30 episodes, found 29"),
    "another announcement": (lambda d: first(d).update(announced="99:30"), "found announcement 99 for 30 episodes"),
    "no episode": (lambda d: first(d).update(announced="0:0 0:30"), "found announcement 0 for 0 episodes"),
    "no pairs": (lambda d: first(d).update(announced="0:30 "), "announced: expected pairs number:episodes"),
    "negative pairs": (lambda d: first(d).update(announced="0:31 0:-1"), "announced: expected pairs number:episodes"),
    "pairs with a line": (lambda d: first(d).update(announced="0:30\n"), "announced: expected pairs number:episodes"),
    "long pairs": (lambda d: first(d).update(announced=f"0:{10**18}"), "announced: expected pairs number:episodes"),
    "no announcements": (lambda d: first(d).update(announcements=[]), "expected one of 0 announcements and"),
    "decreasing": (lambda d: first(d).update(episodes=[30, 20]), "expected increasing numbers of episodes"),
    "no episodes": (lambda d: first(d).update(episodes=[]), "expected increasing numbers of episodes"),
    "half an episode": (lambda d: first(d).update(episodes=[1.5, 30]), "runs[0]: expected whole numbers"),
    "a seed of text": (lambda d: first(d).update(seed="1"), "runs[0]: expected whole numbers"),
    "a true run": (lambda d: first(d).update(run=True), "runs[0]: expected whole numbers"),
    "one run twice": (lambda d: d["runs"].append(d["runs"][-1]), "runs: expected increasing numbers"),
    "runs as text": (lambda d: d.update(runs="x"), "runs: expected"),
    "a run as text": (lambda d: d["runs"].insert(0, "x"), "runs[0]: expected an object"),
    "offline perhaps": (lambda d: d.update(offline="yes"), "offline: expected true or false"),
    "no options": (lambda d: d.update(options=[]), "options: expected an object"),
    "another version": (lambda d: d.update(version=2), "version: expected 1"),
    "another format": (lambda d: d.update(format="stackexact/trace"), "expected runs of a learner"),
    "an unknown part": (lambda d: d.update(extra=1), "extra: expected one of format"),
    "no algorithm": (lambda d: d.pop("algorithm"), "algorithm: expected this key"),
    "another game": (lambda d: d["game"].update(sha256="0" * 64), "expected runs in this game"),
    "no game": (lambda d: d.update(game="x"), "game: expected an object"),
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries(name: str, tmp_path: Path) -> None:
    """A seal that is right does not make right what is sealed."""
    place, document = stored(tmp_path)
    change, expected = FORGERIES[name]
    change(document)
    forge(place, document)
    assert expected in refusal(place, lambda: sx.read_learning(place, GAME))


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        (told((1, 0), (1, 1), 2), "sum to exactly 1, found the sum 2"),
        (told((1, 0), (1, 0, 0), 2), "expected recommendations of 2 actions, found 3"),
        (told((1, 0, 0), (1, 0), 2), "expected one commitment"),
        (Announcement(((((Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))),),)), "found one for each action"),
    ],
)
def test_recommendations_that_do_not_fit(wrong: Announcement, expected: str, tmp_path: Path) -> None:
    place = tmp_path / "runs.json"
    run = LearningRun(1, (5,), (wrong,), ((0, 5),), wrong)
    sx.write_learning(LearningTrace(TALK.sha256, (run,)), place)
    assert expected in refusal(place, lambda: sx.read_learning(place, TALK))


def test_runs_of_other_games(tmp_path: Path) -> None:
    place, _ = stored(tmp_path)
    for other in (TALK, sx.instance("mixing-helps-more"), sx.instance("ladder")):
        line = refusal(place, lambda game=other: sx.read_learning(place, game))
        assert f"sha256 {other.sha256[:12]}…" in line
        assert f"({GAME.sha256[:12]}…)" in line
    with pytest.raises(UsageError, match="game: expected one of kind markov or recommendation"):
        sx.read_learning(place, sx.instance("misaligned-a"))


def test_packed_files_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off anywhere, changed anywhere, not packed at all, or larger than what is read."""
    place = tmp_path / "runs.json.gz"
    sx.write_learning(runs(), place)
    data = place.read_bytes()
    for end in (0, 1, 9, 11, len(data) // 2, len(data) - 8, len(data) - 1):
        place.write_bytes(data[:end])
        refusal(place, lambda: sx.read_learning(place, GAME))
    for spot in (0, 2, 12, len(data) // 2, len(data) - 6, len(data) - 2):
        place.write_bytes(data[:spot] + bytes([data[spot] ^ 0x55]) + data[spot + 1 :])
        refusal(place, lambda: sx.read_learning(place, GAME))
    place.write_bytes(gzip.decompress(data))
    assert "expected a gzip file, found another" in refusal(place, lambda: sx.read_learning(place, GAME))
    monkeypatch.setattr(sealed, "MAX_BYTES", 10**6)
    place.write_bytes(gzip.compress(b" " * 10**8))
    assert "expected a whole gzip file of at most 1000000 bytes" in refusal(
        place, lambda: sx.read_learning(place, GAME)
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": "stackexact/learning"}', "{", "[" * 10**5, "\0"])
def test_files_that_hold_no_runs(text: str, tmp_path: Path) -> None:
    place = tmp_path / "runs.json"
    place.write_text(text, encoding="utf-8")
    refusal(place, lambda: sx.read_learning(place, GAME))


def test_places_that_are_refused(tmp_path: Path) -> None:
    for name in ("runs.csv", "runs", "runs.gz", "json"):
        for call in (lambda place: sx.write_learning(runs(), place), lambda place: sx.read_learning(place, GAME)):
            with pytest.raises(UsageError, match=r"a file of runs of a learner that ends in \.json or \.json\.gz"):
                call(tmp_path / name)
    with pytest.raises(UsageError, match="runs: expected a learning trace, found"):
        sx.write_learning(sx.learn(GAME, episodes=5), tmp_path / "runs.json")  # type: ignore[arg-type]
    with pytest.raises(InputError):
        sx.read_learning(tmp_path / "none.json", GAME)
    assert not list(tmp_path.iterdir())


def test_more_than_can_be_read_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "MAX_BYTES", 100)
    with pytest.raises(InputError, match="runs of a learner: expected at most 100 bytes, found"):
        sx.write_learning(runs(), tmp_path / "runs.json")
    assert not list(tmp_path.iterdir())


def test_an_interrupt_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing, or the old file."""

    def interrupted(data: bytes, **options: object) -> bytes:
        raise KeyboardInterrupt

    place = tmp_path / "runs.json.gz"
    with monkeypatch.context() as patch:
        patch.setattr(sealed.gzip, "compress", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sx.write_learning(runs(), place)
        assert not list(tmp_path.iterdir())
    sx.write_learning(runs(), place)
    before = place.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(sealed.gzip, "compress", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sx.write_learning(sx.learn_runs(GAME, episodes=9), place)
    assert (place.read_bytes(), [path.name for path in tmp_path.iterdir()]) == (before, [place.name])
