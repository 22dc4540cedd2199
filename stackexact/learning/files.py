"""Runs of learners in files: JSON that names the game and the algorithm and holds what was announced, in whole numbers.

An announcement is written over one denominator: numbers of an action's row are set apart by spaces, rows (one for each
of the follower's actions) by commas, states by semicolons, stages by slashes. ``announced`` holds pairs
``number:episodes``. The whole is sealed by a digest, so that what is read is what was written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any, Final

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.digits import int_to_text, text_to_int
from stackexact.exact.records import FrozenMapping
from stackexact.games import fields
from stackexact.games.sources import Source, named
from stackexact.learning.runs import Announcement, LearningGame, LearningRun, LearningTrace, require_game
from stackexact.learning.valuing import valuer
from stackexact.traces.arguments import found
from stackexact.traces.sealed import SealedFormat
from stackexact.version import VERSION

__all__ = ["FORMAT", "read_learning", "write_learning"]

FORMAT: Final = SealedFormat(
    "stackexact/learning",
    ("game", "algorithm", "offline", "options", "runs", "stackexact"),
    "runs of a learner",
    "write the runs again",
)
_RUN: Final = ("run", "seed", "episodes", "announced", "announcements", "learnt")
_PAIRS: Final = re.compile(r"[0-9]{1,18}:[0-9]{1,18}(?: [0-9]{1,18}:[0-9]{1,18})*")


def write_learning(trace: LearningTrace, path: Source) -> None:
    """Write runs to a file (``.json``, ``.json.gz``), whole or not at all.

    Raises :class:`~stackexact.errors.UsageError` for another ending and :class:`~stackexact.errors.InputError` for what
    cannot be written.
    """
    FORMAT.require_ending(path)
    if not isinstance(trace, LearningTrace):
        raise UsageError(f"runs: expected a learning trace, found {found(trace)}; make one with learn_runs")
    FORMAT.write(_content(trace), path)


def read_learning(path: Source, game: LearningGame) -> LearningTrace:
    """The runs in a file, which must be as they were written, and in this game.

    Raises :class:`~stackexact.errors.InputError`, one line with the file, for runs in another game, for what was
    changed, and for what is none.

    >>> import tempfile, stackexact as sx
    >>> game = sx.instance("punished-response")
    >>> made = LearningTrace.of(game, sx.learn(game, "mle-ovi", episodes=50, seed=1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_learning(made, f"{folder}/runs.json.gz")
    ...     read_learning(f"{folder}/runs.json.gz", game) == made
    True
    """
    FORMAT.require_ending(path)
    require_game(game)
    with named(path):
        trace = _read(FORMAT.read(path))
        if trace.game != game.sha256:
            told = f"expected runs in this game (sha256 {game.sha256[:12]}…), found some in another"
            raise InputError(f"{told} ({trace.game[:12]}…); give the game that they were made in")
        judge = valuer(game, 1)
        for run in trace.runs:
            for one in (*run.announcements, run.learnt):
                judge.require(one)
        return trace


def _content(trace: LearningTrace) -> dict[str, Any]:
    return {
        "game": {"sha256": trace.game},
        "algorithm": trace.algorithm,
        "offline": trace.offline,
        "options": dict(trace.options),
        "runs": [_run(run) for run in trace.runs],
        "stackexact": VERSION,
    }


def _run(run: LearningRun) -> dict[str, Any]:
    return {
        "run": run.number,
        "seed": run.seed,
        "episodes": list(run.rounds),
        "announced": " ".join(f"{number}:{times}" for number, times in run.announced),
        "announcements": [_written(one) for one in run.announcements],
        "learnt": _written(run.learnt),
    }


def _written(one: Announcement) -> dict[str, Any]:
    rows = [row for stage in one.policy for state in stage for row in state]
    over = lcm(*(share.denominator for row in (*rows, one.recommendation or ()) for share in row))

    def told(row: tuple[Fraction, ...]) -> str:
        return " ".join(int_to_text(share.numerator * (over // share.denominator)) for share in row)

    policy = "/".join(";".join(",".join(map(told, state)) for state in stage) for stage in one.policy)
    made = {"over": int_to_text(over), "policy": policy}
    return made if one.recommendation is None else {**made, "recommendation": told(one.recommendation)}


def _read(document: Mapping[str, Any]) -> LearningTrace:
    """The record of a document whose seal is right, so that only who makes seals can break its form."""
    game = fields.closed(document["game"], "game", required=["sha256"])
    options = fields.object_of(document["options"])
    if not isinstance(options, dict):
        raise InputError("options: expected an object, found none; write the runs again")
    if not isinstance(document["offline"], bool):
        raise InputError(f"offline: expected true or false, found {shorten(document['offline'])}; write the runs again")
    runs = enumerate(fields.items(document["runs"], "runs", "runs"))
    return LearningTrace(
        fields.text(game["sha256"], "game.sha256"),
        tuple(_read_run(run, f"runs[{i}]") for i, run in runs),
        fields.text(document["algorithm"], "algorithm"),
        document["offline"],
        FrozenMapping(options),
    )


def _read_run(document: Any, place: str) -> LearningRun:
    run = fields.closed(document, place, required=_RUN)
    number, seed = run["run"], run["seed"]
    rounds = fields.items(run["episodes"], f"{place}.episodes", "numbers of episodes")
    for value in (number, *rounds, *([] if seed is None else [seed])):
        if type(value) is not int:
            raise InputError(f"{place}: expected whole numbers, found {shorten(value)}; write the runs again")
    pairs = fields.text(run["announced"], f"{place}.announced")
    if not _PAIRS.fullmatch(pairs):
        raise InputError(f"{place}.announced: expected pairs number:episodes, found {shorten(pairs)}")
    announced = tuple((int(one), int(two)) for one, two in (pair.split(":") for pair in pairs.split(" ")))
    many = enumerate(fields.items(run["announcements"], f"{place}.announcements", "announcements"))
    announcements = tuple(_announcement(one, f"{place}.announcements[{i}]") for i, one in many)
    learnt = _announcement(run["learnt"], f"{place}.learnt")
    return LearningRun(number, tuple(rounds), announcements, announced, learnt, seed)


def _announcement(document: Any, place: str) -> Announcement:
    made = fields.closed(document, place, required=["over", "policy"], optional=["recommendation"])
    try:
        over = text_to_int(fields.text(made["over"], f"{place}.over"))
        known: dict[str, tuple[Fraction, ...]] = {}

        def row(text: str) -> tuple[Fraction, ...]:
            if text not in known:
                known[text] = tuple(Fraction(text_to_int(share), over) for share in text.split(" "))
            return known[text]

        stages = fields.text(made["policy"], f"{place}.policy").split("/")
        policy = tuple(tuple(tuple(map(row, state.split(","))) for state in stage.split(";")) for stage in stages)
        told = made.get("recommendation")
        return Announcement(policy, None if told is None else row(fields.text(told, f"{place}.recommendation")))
    except (ValueError, ZeroDivisionError):
        raise InputError(f"{place}: expected whole numbers over a positive one, found others") from None
