"""``stackexact check``: a certificate read and checked by the stand-alone checker, and nothing else loaded."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from stackexact.errors import CertificateError
from stackexact.games.screen import printable

from .games import Change, changes, load
from .output import emit

if TYPE_CHECKING:
    from stackexact.certificates.check import Report

__all__ = ["command"]


@click.command("check")
@click.argument("file", metavar="FILE")
@click.option("--game", metavar="GAME", help="Also check that the certificate speaks of this game.")
@changes()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(file: str, game: str | None, as_json: bool, **given: Any) -> int:
    """Check the certificate in FILE: every claim against its proof, in plain fractions, without any solver.

    Exit code 0: every claim is proved; 1: some claim is not, or the certificate speaks of another game than GAME (to
    which --at, --assume, --leader and --follower apply as they do in solve); 2: FILE is no certificate.
    """
    change = Change(**given)
    if game is None and change != Change():
        raise click.UsageError("--at, --assume, --leader and --follower change the game that --game names; give it too")
    from stackexact.certificates.check import check

    document = _read(file)
    report = check(document)
    other = "" if game is None else _difference(document, load(game, change))
    made = {"true": report.true and not other, "game": other} if game is not None else {"true": report.true}
    emit(_as_json(report, made) if as_json else _as_text(report, made), utf8=as_json)
    return 0 if made["true"] else 1


def _read(file: str) -> dict[str, Any]:
    from stackexact.certificates.check import read

    if file != "-":
        return read(file)
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except (OSError, ValueError):
        raise CertificateError("standard input: expected a certificate, found no UTF-8 text") from None
    if not text.lstrip().startswith("{"):
        raise CertificateError("standard input: expected a certificate, found no JSON object; pipe its file in")
    return read(text)


def _difference(document: dict[str, Any], game: Any) -> str:
    """Why a certificate speaks of another game; its digest is computed anew from the game it holds."""
    from stackexact.errors import InputError
    from stackexact.games.files import loads

    try:
        held = loads(json.dumps(document["game"])).sha256
    except InputError as error:
        return f"the game of the certificate cannot be read: {error.line}"
    if held == game.sha256:
        return ""
    return f"the certificate speaks of a game with the digest {held[:12]}…, GAME has {game.sha256[:12]}…"


def _as_text(report: Report, made: dict[str, Any]) -> str:
    lines = [_line(verdict.concept, verdict.reason if not verdict.true else "") for verdict in report.verdicts]
    lines += [_line("game", made["game"])] if "game" in made else []
    count = sum(verdict.true for verdict in report.verdicts)
    total = len(report.verdicts)
    proved = f"{total} of {total} claims proved" if count == total else f"only {count} of {total} claims proved"
    other = ", but of another game" if made.get("game") else ""
    return "\n".join([*lines, f"certificate: {'true' if made['true'] else 'false'}: {proved}{other}", ""])


def _line(name: str, reason: str) -> str:
    return printable(f"{name[:60]}: false ({reason})" if reason else f"{name[:60]}: true")


def _as_json(report: Report, made: dict[str, Any]) -> str:
    claims = [
        {"concept": verdict.concept, "true": verdict.true, **({} if verdict.true else {"reason": verdict.reason})}
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
        document["game"] = {"name": report.game_name, "same": not made["game"]}
    return json.dumps(document, indent=2) + "\n"
