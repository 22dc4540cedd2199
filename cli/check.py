"""``stackexact check``: a certificate read and checked by the stand-alone checker, and nothing else loaded."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stackexact.errors import CertificateError, shorten
from stackexact.games.screen import printable

from .commands import Command
from .games import Change, changes, load, named
from .output import emit, note

if TYPE_CHECKING:
    from stackexact.certificates.check import Report

__all__ = ["command"]


@click.command("check", cls=Command)
@click.argument("file", metavar="FILE")
@click.option("--game", metavar="GAME", help="Also check that the certificate speaks of this game.")
@changes()
@click.option("--smt", type=click.Choice(["z3", "cvc5"]), help="Have it prove coverage in several parameters.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: str, game: str | None, smt: str | None, as_json: bool, **given: Any) -> int:
    """Check the certificate in FILE: every claim against its proof, in plain fractions, without any solver.

    Exit code 0: every claim is proved; 1: some claim is not, or the certificate speaks of another game than GAME (to
    which --at, --assume, --leader and --follower apply as they do in solve); 2: FILE is no certificate; 3: no claim is
    found false, but one is too large to check, or the coverage of closed forms in several parameters is not proved,
    which takes --smt.
    """
    change = Change(**given)
    if game is None and change != Change():
        raise click.UsageError("--at, --assume, --leader and --follower change the game that --game names; give it too")
    named("FILE", file)
    named("--game", game)
    report = _checked(file, smt)
    other = "" if game is None else _compared(report, load(game, change))
    made = {"true": report.true and not other, "game": other} if game is not None else {"true": report.true}
    emit(_as_json(report, made) if as_json else _as_text(report, made), utf8=as_json)
    false = bool(other) or not (report.true or report.limited)
    return 1 if false else 3 if report.limited or report.assumed else 0


def _checked(file: str, smt: str | None) -> Report:
    from stackexact.certificates.check import check, read, read_open

    if file == "-" and sys.stdin is None:
        raise CertificateError("standard input: expected it to be open, found it closed; name a file")
    # A path, not a text: the name of a file may begin with a brace as a certificate does.
    document = read_open(sys.stdin.buffer, "standard input") if file == "-" else read(Path(file))
    try:
        return check(document, smt)
    except CertificateError as error:
        place = "standard input" if file == "-" else shorten(file)
        raise CertificateError(f"{place}: {error}") from None


def _compared(report: Report, game: Any) -> str:
    """Why a certificate speaks of another game; notes what no digest says."""
    other = _difference(report, game)
    stated = getattr(game, "tolerance", None)
    if report.game is not None and not other and stated is not None:
        from stackexact.exact.relation import text_of

        if text_of(stated) == report.game.bound:
            return other
        own = "none" if report.game.bound is None else shorten(report.game.bound)
        note(f"GAME states the tolerance {shorten(text_of(stated))}, the certificate {own}: the same game otherwise")
    return other


def _difference(report: Report, game: Any) -> str:
    """Why a certificate speaks of another game; its digest is computed anew, by the checker, from the game it holds."""
    if report.game is None:
        return "the game of the certificate cannot be read"
    held = report.game.sha256()
    if held == game.sha256:
        return ""
    return f"the certificate speaks of a game with the digest {held[:12]}…, GAME has {game.sha256[:12]}…"


def _as_text(report: Report, made: dict[str, Any]) -> str:
    lines = [_line(verdict.concept, verdict.found, verdict.coverage or verdict.reason) for verdict in report.verdicts]
    lines += [_line("game", "false" if made["game"] else "true", made["game"])] if "game" in made else []
    count = sum(verdict.true for verdict in report.verdicts)
    total = len(report.verdicts)
    proved = f"{total} of {total} claims proved" if count == total else f"only {count} of {total} claims proved"
    other = ", but of another game" if made.get("game") and report.game else ""
    if made["true"] and report.assumed:
        lines.append(f"certificate: {proved}, where cells cover the domain: that is assumed without --smt z3 (or cvc5)")
        return "\n".join([*lines, ""])
    found = "true" if made["true"] else "undecided" if report.limited and not made.get("game") else "false"
    return "\n".join([*lines, f"certificate: {found}: {proved}{other}", ""])


def _line(name: str, found: str, why: str) -> str:
    shown = f"coverage {why}" if found == "true" else why
    return printable(f"{name[:60]}: {found}{f' ({shown})' if why else ''}")


def _as_json(report: Report, made: dict[str, Any]) -> str:
    claims = [
        {
            "concept": verdict.concept,
            "true": verdict.true,
            **({} if verdict.true else {"reason": verdict.reason}),
            **({"limit": True} if verdict.limit else {}),
            **({"coverage": verdict.coverage} if verdict.coverage else {}),
        }
        for verdict in report.verdicts
    ]
    document = {
        "format": "stackexact/report",
        "version": 1,
        "kind": report.kind,
        "true": made["true"],
        "game": {"name": report.game_name},
        "claims": claims,
    }
    if "game" in made:
        document["game"] = {"name": report.game_name, "same": not made["game"] if report.game else None}
    return json.dumps(document, indent=2) + "\n"
