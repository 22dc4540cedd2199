"""What ``simulate`` and ``verify`` do with games of kind ``mechanism``: the followers learn to respond."""

from __future__ import annotations

import os
from collections.abc import Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import UsageError, shorten

from .progress import progress

if TYPE_CHECKING:
    from stackexact.no_regret.records import FollowerPlay
    from stackexact.no_regret.result import FollowerVerification

__all__ = ["drawn", "rendered", "said", "simulate", "verify"]

_ROUNDS: Final = 1 << 16


def simulate(game: Any, output: str, asked: Mapping[str, Any], *, runs: int, seed: int, workers: int | None) -> Any:
    """Let the followers play, and write what they did to a file."""
    from stackexact.no_regret.algorithms import MultiplicativeWeights
    from stackexact.no_regret.files import FORMAT, write_followers
    from stackexact.no_regret.playing import play_followers

    FORMAT.require_ending(output)
    lock, finished = Lock(), [0]
    with progress() as report:
        report("starting")

        def tell(run: object) -> None:
            with lock:
                finished[0] += 1
                report(f"{finished[0]} of {runs} runs")

        made = play_followers(
            game,
            asked["algorithm"] or MultiplicativeWeights.name,
            rounds=_ROUNDS if asked["rounds"] is None else asked["rounds"],
            runs=runs,
            seed=seed,
            workers=workers,
            report=tell,
            **_settings(asked["settings"]),
        )
        write_followers(made, output)
    return made


def _settings(given: tuple[str, ...]) -> dict[str, Any]:
    """Settings of an algorithm as they are written."""
    made: dict[str, Any] = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"--option: expected NAME=VALUE, found {shorten(text)}; write feedback=expected")
        made[name] = value
    return made


def said(made: FollowerPlay, output: str, as_json: bool) -> str:
    """What was written."""
    rounds = made.checkpoints[-1]
    if as_json:
        from stackexact.games.json_text import render

        told = {"trace": output, "runs": len(made.runs), "rounds": rounds, "algorithm": made.algorithm}
        return render({**told, "settings": dict(made.settings)})
    runs = f"{len(made.runs)} run{'' if len(made.runs) == 1 else 's'} of {made.algorithm}"
    return f"{output}: {runs}, {f'{rounds:,}'.replace(',', ' ')} rounds\n"


def verify(game: Any, trace: str, options: Mapping[str, Any]) -> FollowerVerification:
    """Read play, and compare it with what is exactly true of it; options that are not given are left out."""
    from stackexact.no_regret.files import read_followers
    from stackexact.no_regret.verifying import verify_followers

    with progress() as report:
        report("reading the play")
        made = read_followers(trace, game)
        report("equilibria and regrets")
        return verify_followers(game, made, **{name: value for name, value in options.items() if value is not None})


def rendered(found: FollowerVerification, *, json: bool) -> str:
    """The verdict as text, or as one JSON object."""
    if json:
        from stackexact.games.json_text import render

        return render(found.document())
    return f"{found}\n"


def drawn(found: FollowerVerification, place: str) -> bytes:
    """The picture of the gap, as the bytes of a file with that name's ending."""
    from stackexact.no_regret.plotting import save

    return save(found, os.path.splitext(place)[1][1:].lower())
