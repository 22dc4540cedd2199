"""What ``simulate`` and ``verify`` do with games of kind ``markov`` and ``recommendation``: the leader learns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from stackexact.errors import InputError, UsageError, shorten
from stackexact.games.sources import shown

from .games import Change, load
from .progress import progress

if TYPE_CHECKING:
    from stackexact.learning.runs import LearningTrace
    from stackexact.verification.result import Verification

__all__ = ["OWN", "learning", "said", "simulate", "verify"]

Function = TypeVar("Function", bound=Callable[..., Any])

OWN: Final = ("algorithm", "episodes", "settings", "models")
"""The options of ``simulate`` that only these games have."""

_OPTIONS: Final = (
    click.option("--algorithm", metavar="NAME", help="markov, recommendation, mechanism: how they learn."),
    click.option("--episodes", type=int, multiple=True, metavar="T",
                 help="markov, recommendation: episodes of a run (repeatable; 1000)."),
    click.option("--option", "settings", multiple=True, metavar="NAME=VALUE", help="An option of the algorithm."),
    click.option("--model", "models", multiple=True, metavar="GAME", help="A game of the algorithm's finite class."),
)  # fmt: skip
_USUAL: Final = {"markov": "mle-ovi", "recommendation": "prom"}
_READ: Final = {"int": int, "float": float, "str": str}


def learning(function: Function) -> Function:
    """The options of ``simulate`` for these games."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def simulate(game: Any, output: str, asked: Mapping[str, Any], *, runs: int, seed: int, noise: str | None) -> Any:
    """Learn, and write the runs to a file."""
    from stackexact.learning.files import FORMAT, write_learning
    from stackexact.learning.repeating import learn_runs

    FORMAT.require_ending(output)
    name = asked["algorithm"] or _USUAL[game.kind]
    episodes = asked["episodes"] or (1000,)
    options = _settings(name, asked["settings"])
    if noise is not None:
        options["noise"] = noise
    if asked["models"]:
        options["models"] = [load(one, Change()) for one in asked["models"]]
    count = runs * len(set(episodes))
    with progress() as report:
        report("starting")
        made = learn_runs(
            game,
            name,
            episodes=episodes,
            runs=runs,
            seed=seed,
            report=lambda done: report(f"{done} of {count} runs"),
            **options,
        )
        write_learning(made, output)
    return made


def _settings(name: str, given: Sequence[str]) -> dict[str, Any]:
    """Options of an algorithm as they are written."""
    from stackexact.learning.learn import ALGORITHMS

    row = ALGORITHMS.get(name)
    if row is None:
        raise UsageError(f"--algorithm: expected one of {', '.join(ALGORITHMS)}, found {shorten(name)}")
    kinds = {one.name: str(one.type).partition(" ")[0] for one in fields(row.options)}
    known = {one: _READ[kind] for one, kind in kinds.items() if kind in _READ}
    made: dict[str, Any] = {}
    for text in given:
        option, sign, value = text.partition("=")
        if not sign or option not in known:
            raise UsageError(f"--option: expected NAME=VALUE with one of {', '.join(known)}, found {shorten(text)}")
        try:
            made[option] = known[option](value)
        except ValueError:
            raise UsageError(f"--option {option}: expected a number, found {shorten(value)}; correct it") from None
    return made


def said(made: LearningTrace, output: str, as_json: bool) -> str:
    """What was written."""
    horizons = [f"{horizon:,}".replace(",", " ") for horizon in made.horizons]
    if as_json:
        from stackexact.games.json_text import render

        told = {"trace": output, "runs": len(made.runs), "episodes": list(made.horizons), "algorithm": made.algorithm}
        return render({**told, "options": dict(made.options)})
    runs = f"{len(made.runs)} run{'' if len(made.runs) == 1 else 's'} of {made.algorithm}"
    return f"{output}: {runs}, {', '.join(horizons)} episodes\n"


def verify(game: Any, trace: str, options: Mapping[str, Any]) -> Verification:
    """Read runs, and compare what was announced with the exact target of the game."""
    from stackexact.learning.files import read_learning
    from stackexact.learning.verifying import verify_learning
    from stackexact.verification.matching import Mismatch

    with progress() as report:
        report("reading the runs")
        made = read_learning(trace, game)
        report("target and values of policies")
        try:
            return verify_learning(game, made, **options)
        except Mismatch as error:
            raise InputError(f"{shown(trace)}: {error.told}") from None
