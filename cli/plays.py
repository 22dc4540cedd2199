"""What ``simulate`` and ``verify`` do with games of kind ``lq-incentive``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from stackexact.errors import InputError
from stackexact.exact.relation import text_of
from stackexact.games.sources import shown

from .progress import progress

if TYPE_CHECKING:
    from stackexact.dynamics.records import Play
    from stackexact.dynamics.verdicts import PlayVerification

__all__ = ["OWN", "drawn", "playing", "rendered", "said", "simulate", "verify"]

Function = TypeVar("Function", bound=Callable[..., Any])

OWN: Final = ("dynamics", "rounds", "damping", "order", "step", "spread", "shift", "bound")
"""The options of ``simulate`` that only these games have."""

_OPTIONS: Final = (
    click.option("--dynamics", metavar="NAME", help="lq-incentive: best-response (default), gradient or hold."),
    click.option("--rounds", type=int, metavar="T", help="lq-incentive (100), mechanism (65536): rounds of a run."),
    click.option("--damping", metavar="X", help="Best responses: the share of the way that is gone.  [default: 1]"),
    click.option("--order", metavar="NAME", help="Best responses: simultaneous (default) or sequential."),
    click.option("--step", metavar="X", help="Gradients: the step."),
    click.option("--spread", metavar="X", help="lq-incentive: how far apart followers start.  [default: 1]"),
    click.option("--shift", metavar="X", help="lq-incentive: how far off all followers start.  [default: 0]"),
    click.option("--bound", metavar="X", help="lq-incentive: a run ends so far off.  [default: 10**9]"),
)


def playing(function: Function) -> Function:
    """The options of ``simulate`` for these games."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def simulate(game: Any, options: Mapping[str, Any], output: str) -> Play:
    """Play, and write the play to a file."""
    from stackexact.dynamics.files import write_play
    from stackexact.dynamics.playing import play

    lock, finished = Lock(), [0]
    with progress() as report:
        report("starting")

        def tell(track: object) -> None:
            with lock:
                finished[0] += 1
                report(f"{finished[0]} of {options['runs']} runs")

        made = play(game, report=tell, **options)
        write_play(made, output)
    return made


def said(made: Play, output: str, as_json: bool) -> str:
    """What was written."""
    plan, gone = made.plan, [round_ for round_ in made.diverged if round_ is not None]
    if as_json:
        from stackexact.games.json_text import render

        return render({"trace": output, **plan.document(), "diverged": list(made.diverged)})
    runs = f"{plan.runs} run{'' if plan.runs == 1 else 's'} of {plan.dynamics.kind}"
    left = f"; {len(gone)} left the bound, the first in round {min(gone)}" if gone else ""
    return f"{output}: {runs}, {plan.rounds} rounds{left}\n"


def verify(game: Any, trace: str, options: Mapping[str, Any]) -> tuple[Play, PlayVerification]:
    """Read a play, and compare it with what is exactly true of it; values that are given must be those played at."""
    from stackexact.dynamics.files import read_play
    from stackexact.dynamics.verifying import verify_play

    made = read_play(trace, game)
    for name, value in options["at"].items():
        if made.plan.at.get(name) != value:
            there = text_of(made.plan.at[name]) if name in made.plan.at else "none"
            told = f"expected a play at {name} = {text_of(value)}, found {there}"
            raise InputError(f"{shown(trace)}: {told}; leave --at out")
    return made, verify_play(made, confidence=options["confidence"], margin=options["margin"])


def rendered(found: PlayVerification, *, json: bool) -> str:
    """The verdict as text, or as one JSON object."""
    if json:
        from stackexact.games.json_text import render

        return render(found.document())
    return f"{found}\n"


def drawn(play: Play, kind: str) -> bytes:
    """The picture of a play, as the bytes of a file of this kind."""
    from stackexact.dynamics.plotting import save

    return save(play, kind)
