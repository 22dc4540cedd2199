"""Play of followers in files: sealed JSON that names the game and the algorithm and holds counts.

Counts of a checkpoint are text: numbers of a profile of types are set apart by spaces, profiles by semicolons; of last
strategies numbers of a type by spaces, types by commas, followers by semicolons. The whole is sealed by a digest, so
that what is read is what was written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.records import FrozenMapping
from stackexact.games import fields
from stackexact.games.mechanism import MechanismGame
from stackexact.games.sources import Source, named
from stackexact.mechanisms.forms import fixed_form
from stackexact.no_regret.algorithms import algorithm_of
from stackexact.no_regret.records import FollowerPlay, FollowerRun, require_game, require_play
from stackexact.traces.arguments import found
from stackexact.traces.sealed import SealedFormat
from stackexact.version import VERSION

__all__ = ["FORMAT", "read_followers", "write_followers"]

FORMAT: Final = SealedFormat(
    "stackexact/follower-play",
    ("game", "algorithm", "settings", "seed", "checkpoints", "runs", "stackexact"),
    "play of followers",
    "play again",
)
_RUN: Final = ("run", "counts", "last")


def write_followers(play: FollowerPlay, path: Source) -> None:
    """Write play to a file (``.json``, ``.json.gz``), whole or not at all.

    Raises :class:`~stackexact.errors.UsageError` for another ending and :class:`~stackexact.errors.InputError` for what
    cannot be written.
    """
    FORMAT.require_ending(path)
    if not isinstance(play, FollowerPlay):
        raise UsageError(f"play: expected play of followers, found {found(play)}; make it with play_followers")
    FORMAT.write(_content(play), path)


def read_followers(path: Source, game: MechanismGame) -> FollowerPlay:
    """The play in a file, which must be as it was written, and in this game.

    Raises :class:`~stackexact.errors.InputError`, one line with the file, for play in another game, for what was
    changed, and for what is none.

    >>> import tempfile
    >>> from stackexact.no_regret.playing import play_followers
    >>> game = MechanismGame({"A": {"actions": ["a", "b"]}}, {"r": {"a": {"valuations": {"A": 1}}, "b": {}}},
    ...                      objective="welfare")
    >>> made = play_followers(game, "regret-matching", rounds=50, runs=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_followers(made, f"{folder}/play.json.gz")
    ...     read_followers(f"{folder}/play.json.gz", game) == made
    True
    """
    FORMAT.require_ending(path)
    require_game(game)
    with named(path):
        play = _read(FORMAT.read(path))
        algorithm_of(play.algorithm, play.settings)
        require_play(game, fixed_form(game), play)
        return play


def _content(play: FollowerPlay) -> dict[str, Any]:
    return {
        "game": {"sha256": play.game},
        "algorithm": play.algorithm,
        "settings": dict(play.settings),
        "seed": play.seed,
        "checkpoints": list(play.checkpoints),
        "runs": [_run(run) for run in play.runs],
        "stackexact": VERSION,
    }


def _run(run: FollowerRun) -> dict[str, Any]:
    counts = [";".join(" ".join(map(str, row)) for row in table) for table in run.counts]
    last = ";".join(",".join(" ".join(map(str, row)) for row in own) for own in run.last)
    return {"run": run.number, "counts": counts, "last": last}


def _read(document: Mapping[str, Any]) -> FollowerPlay:
    """The record of a document whose seal is right, so that only who makes seals can break its form."""
    game = fields.closed(document["game"], "game", required=["sha256"])
    settings = document["settings"]
    if not isinstance(settings, dict) or not all(isinstance(value, str) for value in settings.values()):
        raise InputError("settings: expected an object of texts, found another; play again")
    checkpoints = _whole(fields.items(document["checkpoints"], "checkpoints", "rounds"), "checkpoints")
    runs = enumerate(fields.items(document["runs"], "runs", "runs"))
    return FollowerPlay(
        fields.text(game["sha256"], "game.sha256"),
        fields.text(document["algorithm"], "algorithm"),
        _whole([document["seed"]], "seed")[0],
        checkpoints,
        tuple(_read_run(run, f"runs[{i}]", checkpoints) for i, run in runs),
        FrozenMapping(settings),
    )


def _whole(values: list[Any], place: str) -> tuple[int, ...]:
    for value in values:
        if type(value) is not int or value < 0:
            raise InputError(f"{place}: expected whole numbers, found {shorten(value)}; play again")
    return tuple(values)


def _read_run(document: Any, place: str, checkpoints: tuple[int, ...]) -> FollowerRun:
    run = fields.closed(document, place, required=_RUN)
    counts = fields.texts(run["counts"], f"{place}.counts", "counts")
    tables = tuple(
        tuple(_numbers(row, f"{place}.counts[{c}]") for row in one.split(";")) for c, one in enumerate(counts)
    )
    last = fields.text(run["last"], f"{place}.last").split(";")
    strategies = tuple(tuple(_numbers(row, f"{place}.last") for row in own.split(",")) for own in last)
    (number,) = _whole([run["run"]], f"{place}.run")
    return FollowerRun(number, checkpoints, tables, strategies)


def _numbers(text: str, place: str) -> tuple[int, ...]:
    parts = text.split(" ")
    if not all(part.isascii() and part.isdigit() and len(part) <= 18 for part in parts):
        raise InputError(f"{place}: expected whole numbers, found {shorten(text)}; play again")
    return tuple(map(int, parts))
