"""``stackexact verify``: a trace beside the exact benchmarks of its game."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from stackexact.errors import InputError, UsageError
from stackexact.games.sources import shown
from stackexact.traces.metadata import beside
from stackexact.verification.growth import FITS
from stackexact.verification.intervals import METHODS

from . import followers, lessons, plays
from .commands import Command
from .families import FOLLOWERS, LEARNING, PLAYS, TRACES, require
from .games import Change, argument, changes, load, locate, named, substituted, values_of
from .output import emit, note, terminal
from .places import writable
from .progress import progress

if TYPE_CHECKING:
    from stackexact.verification.result import Verification

__all__ = ["command"]

_FALSE, _UNDECIDED = 1, 3
_CODES: Final = {"true": 0, "false": _FALSE, "undecided": _UNDECIDED}
_FOR: Final = {
    "claims": (TRACES, LEARNING),
    **dict.fromkeys(("method", "fit", "decades", "time_limit"), (TRACES, LEARNING, FOLLOWERS)),
    "margin": (TRACES, PLAYS, LEARNING),
    **dict.fromkeys(("assume", "tolerance"), (TRACES,)),
    **dict.fromkeys(("concept", "digits"), (LEARNING,)),
}
"""The kinds of games that options are for which are not for all."""
_PICTURES: Final = (".pdf", ".png", ".svg")


def _seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise click.BadParameter("expected a positive number of seconds")
    return value


@click.command(
    "verify",
    cls=Command,
    epilog="Example: stackexact verify explore-then-commit trace.csv "
    "--claim 'both tolerant rate <= T^(2/3)*log(T)^(1/3)' --claim 'not leader stackelberg linear'",
)
@argument()
@click.argument("trace", metavar="TRACE")
@click.option("--claim", "claims", multiple=True, metavar="TEXT", help="Judge this claim (repeatable).")
@changes(tolerance=True)
@click.option("--confidence", default="0.99", show_default=True, metavar="P", help="Of all intervals together.")
@click.option("--margin", default="0.05", show_default=True, metavar="X", help="What is granted to an exponent.")
@click.option(
    "--method",
    type=click.Choice([row.name for row in METHODS]),
    help="How intervals are found; by default deterministic where nothing was random, else betting.",
)
@click.option("--fit", type=click.Choice([row.name for row in FITS]), default=FITS[0].name, show_default=True,
              help="How an exponent is found.")  # fmt: skip
@click.option("--decades", default="2", show_default=True, metavar="N", help="How far below the largest T to look.")
@click.option("--target", "concept", metavar="CONCEPT", help="markov: quantal or deterministic.")
@click.option("--digits", type=int, default=30, show_default=True, metavar="N",
              help="markov, recommendation: to which values are enclosed.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--plot", metavar="FILE", help="Draw the regrets there (.png, .svg, .pdf).")
@click.option("--output", metavar="FILE", help="Write the result there; .json names its format.")
@click.option("--time-limit", type=float, callback=_seconds, metavar="SECONDS", help="For each benchmark.")
@click.pass_context
def command(
    context: click.Context,
    /,
    game: str,
    trace: str,
    at: tuple[str, ...],
    assume: tuple[str, ...],
    rule: str | None,
    leader: str,
    follower: str | None,
    tolerance: str | None,
    as_json: bool,
    plot: str | None,
    output: str | None,
    **given: Any,
) -> int:
    """Measure the regret of both agents in TRACE against the exact benchmarks of GAME, and judge claims about it.

    A claim is AGENT BENCHMARK ABOUT, with 'not' in front to deny it. AGENT: leader, follower, both, either. BENCHMARK:
    stackelberg, tolerant, self-tolerant; of runs of a leader who learns standard, absolute, violation, suboptimality.
    ABOUT: linear, sublinear, 'rate <= T^(2/3)*log(T)^(1/3)' (or < >= > == !=), or
    'regret <= T/10 + 3*sqrt(T)'.

    For a GAME of the kind lq-incentive, TRACE is what simulate wrote about its followers: what they did is compared
    with what is exactly true of it; there are no claims then, nor --method, --fit, --decades, --time-limit. For a GAME
    of the kind markov or recommendation, TRACE is what simulate wrote about a leader who learns her follower: every
    policy that she announced is valued exactly, or enclosed, and so is the --target. For a GAME of the kind mechanism,
    TRACE is what simulate wrote about followers who learn: their regrets beside their bounds, and how far from the
    exact equilibria they are.

    Exit code 0: every claim is true; 1: one is false; 3: none is false, but one is undecided.
    """
    from stackexact.verification.claims import parse_claim

    request = _Request(as_json, plot, output)
    request.check(game, trace, follower)
    claims = [parse_claim(text) for text in given.pop("claims")]  # refused before any work
    loaded = load(game, Change((), (), leader, follower, tolerance, rule))
    values = values_of(loaded, at)
    family = require(context, loaded, _FOR)
    own = {"target": given.pop("concept"), "digits": given.pop("digits")}
    if family is PLAYS:
        return _run_play(loaded, trace, request, {**given, "at": values})
    if family is FOLLOWERS:
        options = {name: given[name] for name in ("confidence", "method", "fit", "decades", "time_limit")}
        return _run_followers(substituted(loaded, at), trace, request, options)
    if family is LEARNING:
        there = substituted(loaded, at)
        return _shown(lessons.verify(there, trace, {**given, **own, "claims": claims}), request)
    return _shown(_verified(loaded, trace, {**given, "claims": claims, "at": values, "assuming": assume}), request)


@dataclass(frozen=True, slots=True)
class _Request:
    """Where the result goes, and in which form."""

    as_json: bool
    plot: str | None
    output: str | None

    @property
    def json(self) -> bool:
        return self.as_json or os.path.splitext(self.output or "")[1].lower() == ".json"

    @property
    def target(self) -> str | None:
        """The file of the result; none for standard output."""
        return None if self.output == "-" else self.output

    def check(self, game: str, trace: str, follower: str | None) -> None:
        """Refuse what cannot be meant, before any work is done."""
        named("TRACE", trace)
        if trace == "-":
            raise UsageError("TRACE: expected a file, found standard input, which cannot be read twice; name a file")
        if self.plot is not None and os.path.splitext(self.plot)[1].lower() not in _PICTURES:
            raise UsageError(f"--plot: expected a file that ends in {', '.join(_PICTURES)}; rename it")
        read = {
            "GAME": game if follower else locate(game),
            "--follower": follower,
            "TRACE": trace,
            "the metadata of TRACE": beside(trace),
        }
        places = {os.path.realpath(name): option for option, name in read.items() if name and name != "-"}
        for option, name in {"--output": self.target, "--plot": self.plot}.items():
            named(option, name)
            if not name:
                continue
            writable(option, name)
            place = os.path.realpath(name)
            if place in places and (os.path.isfile(place) or not os.path.exists(place)):
                raise UsageError(f"{option}: expected another file than that of {places[place]}; rename one")
            places[place] = option

    def write(self, text: str, picture: bytes) -> None:
        """Put the files into their places together: both, or neither."""
        from stackexact.games.replacing import replacing, write_aside

        files = {} if self.plot is None else {self.plot: picture}
        if self.target is not None:
            if os.path.exists(self.target) and not os.path.isfile(self.target):
                write_aside(self.target, text)  # a device or a pipe, which nothing can replace
            else:
                files = {self.target: text.encode("utf-8"), **files}
        if files:
            with replacing(*files) as opened:
                for file, content in zip(opened, files.values(), strict=True):
                    file.write(content)


def _verified(game: Any, trace: str, options: dict[str, Any]) -> Verification:
    """The verdict on a trace of two learners."""
    from stackexact.traces.reading import read_trace
    from stackexact.verification.matching import Mismatch
    from stackexact.verification.verify import verify

    with progress() as report:
        report("reading the trace")
        read = read_trace(trace, game.actions)  # whether it is of this game, at these values, verify tells
        report("benchmarks and regrets")
        try:
            return verify(game, read, **options)
        except Mismatch as error:
            raise InputError(f"{shown(trace)}: {error.told}") from None


def _shown(found: Verification, request: _Request) -> int:
    """Print and write a verdict."""
    with progress() as report:
        report("output")
        picture = b"" if request.plot is None else _drawn(found, request.plot)
        text = _rendered(found, request)
        request.write(text, picture)
    if request.target is None:
        emit(text, utf8=request.json)
    if request.json or request.target is not None:
        for left in found.notes:
            note(left)
    return _code(found)


def _run_play(game: Any, trace: str, request: _Request, options: dict[str, Any]) -> int:
    """The verdict on a play of followers."""
    with progress() as report:
        report("reading the play")
        play, found = plays.verify(game, trace, options)
        picture = b"" if request.plot is None else plays.drawn(play, os.path.splitext(request.plot)[1][1:].lower())
        text = plays.rendered(found, json=request.json)
        request.write(text, picture)
    if request.target is None:
        emit(text, utf8=request.json)
    return _CODES[str(found.verdict)]


def _run_followers(game: Any, trace: str, request: _Request, options: dict[str, Any]) -> int:
    """The verdict on followers who learn."""
    found = followers.verify(game, trace, options)
    picture = b"" if request.plot is None else followers.drawn(found, request.plot)
    text = followers.rendered(found, json=request.json)
    request.write(text, picture)
    if request.target is None:
        emit(text, utf8=request.json)
    return _CODES[str(found.verdict)]


def _drawn(found: Verification, place: str) -> bytes:
    from stackexact.verification.plotting import save

    return save(found, os.path.splitext(place)[1][1:].lower())


def _rendered(found: Verification, request: _Request) -> str:
    if request.json:
        from stackexact.games.json_text import render

        return render(found.document())
    from stackexact.verification.display import text

    if request.target is not None:
        return text(found)
    colour, width = terminal()
    return text(found, colour=colour, width=width)


def _code(found: Verification) -> int:
    from stackexact.verification.judging import Verdict

    if found.verdict is Verdict.FALSE:
        return _FALSE
    return 0 if found.verdict is Verdict.TRUE and found.complete else _UNDECIDED
