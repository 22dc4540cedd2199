"""``stackexact solve``: every concept that fits a game, printed for people, as JSON or as LaTeX."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from stackexact.errors import LimitReached, UsageError

from .commands import Command
from .games import Change, argument, changes, load, named
from .output import emit, note, terminal
from .places import writable
from .progress import progress

if TYPE_CHECKING:
    from stackexact.solving.solution import Certificate, Solution

__all__ = ["command"]

_UNDECIDED = 3
_HINT = "numbers or rows are left out here; --json or --output FILE writes all"


def _seconds(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not (value > 0 and math.isfinite(value)):
        raise click.BadParameter("expected a positive number of seconds")
    return value


@click.command(
    "solve",
    cls=Command,
    epilog="Examples: stackexact solve misaligned-a --at delta=1/100; "
    "stackexact solve game.nfg --leader 2 --concept mixed-strong --json",
)
@argument()
@click.option("--concept", multiple=True, metavar="NAME", help="Only this concept (repeatable).")
@changes(tolerance=True)
@click.option("--eta", metavar="NUMBER", help="The inverse temperature of a quantal follower (concept quantal).")
@click.option(
    "--prescription", is_flag=True, help="Let the policy depend on what a quantal follower does (concept quantal)."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX to paste.")
@click.option(
    "--digits",
    type=click.IntRange(0, 1000),
    metavar="N",
    default=6,
    help="Significant digits of decimals (0: none); values that are not rational are enclosed to as many, at least 30.",
)
@click.option("--output", metavar="FILE", help="Write the result there, in full; .json and .tex name their format.")
@click.option("--certificate", metavar="FILE", help="Write the proofs there, for 'stackexact check'.")
@click.option("--time-limit", type=float, callback=_seconds, metavar="SECONDS", help="Stop searching after that time.")
@click.option(
    "--max-cells",
    type=click.IntRange(min=1),
    metavar="N",
    help="Most answers of a closed form, before equal ones are merged.",
)
def command(
    game: str,
    at: tuple[str, ...],
    assume: tuple[str, ...],
    rule: str | None,
    leader: str,
    follower: str | None,
    tolerance: str | None,
    **given: Any,
) -> int:
    """Solve GAME: every concept that fits it, exactly, each answer verified before it is printed.

    Decimals stand beside exact values: = is the value itself, ≈ is rounded. Exit code 3: something stays undecided.
    """
    change = Change(at, assume, leader, follower, tolerance, rule)
    request = _Request(**given)
    request.check(game)
    return _run(load(game, change), request, change.remark())


@dataclass(frozen=True, slots=True)
class _Request:
    """What to solve for, and where the answers go."""

    concept: tuple[str, ...]
    as_json: bool
    as_latex: bool
    digits: int
    output: str | None
    certificate: str | None
    time_limit: float | None
    max_cells: int | None
    eta: str | None
    prescription: bool

    @property
    def form(self) -> str:
        """``json``, ``latex`` or ``text``."""
        suffix = os.path.splitext(self.output or "")[1].lower()
        if self.as_json or (suffix == ".json" and not self.as_latex):
            return "json"
        return "latex" if self.as_latex or suffix == ".tex" else "text"

    @property
    def target(self) -> str | None:
        """The file of the result; none for standard output."""
        return None if self.output == "-" else self.output

    def check(self, source: str) -> None:
        """Refuse what cannot be meant, before any work is done."""
        if self.as_json and self.as_latex:
            raise UsageError("expected one of --json and --latex, found both; leave one out")
        if self.certificate == "-":
            raise UsageError("--certificate: expected a file, found standard output; name a file")
        names = {"GAME": source, "--output": self.target, "--certificate": self.certificate}
        places: dict[str, str] = {}
        for option, name in names.items():
            named(option, name)
            place = os.path.realpath(name) if name and name != "-" else ""
            if option != "GAME" and name:
                writable(option, name)
            if place in places and (os.path.isfile(place) or not os.path.exists(place)):
                raise UsageError(f"{option}: expected another file than that of {places[place]}; rename one")
            if place:
                places[place] = option


def _run(game: Any, request: _Request, remark: str) -> int:
    from stackexact.games.files import write_aside
    from stackexact.solving.solve import solve
    from stackexact.solving.workspace import DIGITS

    with progress() as report:
        solution = solve(
            game,
            request.concept or None,
            time_limit=request.time_limit,
            max_cells=request.max_cells,
            eta=request.eta,
            prescription=request.prescription,
            digits=max(request.digits, DIGITS),
            report=report,
        )
        failed = _certified(solution, request.certificate, report)
        report("output")
        text = _rendered(solution, request, remark)
        if request.target is not None:
            write_aside(request.target, text)
    if request.target is None:
        emit(text, utf8=request.form != "text")
    if request.form != "text" or request.target is not None:
        for left in solution.notes:
            note(left)
    if failed is not None:
        raise failed
    return 0 if solution.complete else _UNDECIDED


def _certified(solution: Solution, place: str | None, report: Callable[[str], None]) -> Exception | None:
    """Write the certificate, if one is wanted. What went wrong is told when the result, which is there, is safe."""
    if place is not None:
        report("certificate")
        try:
            _certify(solution, place)
        except Exception as error:
            return error
    return None


def _certify(solution: Solution, place: str) -> None:
    from stackexact.games.files import write_aside

    made = solution.certificate()
    if not made.document["claims"]:
        note("no concept was decided on its whole domain, so there is no certificate to write")
        return
    if not solution.complete:
        note("the certificate holds the decided concepts only: those with cells on their whole domain")
    made, left_out = _checkable(solution, made)
    if made.claims:
        write_aside(place, made.dumps())
    if left_out:
        found = "; ".join(f"{concept} is left out: {reason}" for concept, reason in left_out.items())
        raise LimitReached(f"--certificate: {'not written' if not made.claims else 'written in part'}: {found}")


def _checkable(solution: Solution, made: Certificate) -> tuple[Certificate, dict[str, str]]:
    """What of a certificate ``check`` can check, and why it cannot check the rest.

    Only the checker can tell: what a proof in a parameter compares has degrees of its own. In several parameters it
    is asked while the proof is written.
    """
    from stackexact.solving.domains import names_in_play

    if solution.game.is_numeric or len(names_in_play(solution.game)) > 1:
        return made, {}
    beyond = {verdict.concept: verdict.reason for verdict in made.check().verdicts if verdict.limit}
    return made.without(beyond), beyond


def _rendered(solution: Solution, request: _Request, remark: str) -> str:
    if request.form == "json":
        from stackexact.games.json_text import render

        return render(solution.document())
    from stackexact.solving import display

    if request.form == "latex":
        return display.latex(solution, request.digits)
    if request.target is not None:
        return display.text(solution, request.digits, remark=remark, full=True)
    colour, width = terminal()
    return display.text(solution, request.digits, colour, width=width, remark=remark, hint=_HINT)
