"""``stackexact convert``: a game from one format to another."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import click

from .commands import Command
from .games import Change, argument, changes, load, named
from .output import emit, note

__all__ = ["command"]


@click.command("convert", cls=Command, epilog="Example: stackexact convert game.json game.nfg --at delta=1/100")
@argument("in")
@click.argument("out", metavar="OUT")
@click.option("--to", type=click.Choice(["json", "nfg", "latex"]), help="The format of OUT, whatever its name.")
@changes(assume=False)
def command(out: str, to: str | None, **given: Any) -> int:
    """Write the game IN to OUT, in the format that its name ends in: .json, .nfg or .tex (LaTeX).

    OUT may be - for standard output (JSON unless --to says otherwise). What the format cannot hold is noted on standard
    error; a game with parameters becomes .nfg only with --at.
    """
    from stackexact.games import files

    source = given.pop("in")
    named("IN", source)
    named("OUT", out)
    game = load(source, Change(**given))
    if to is None and out != "-":
        files.write_game(out, game)
        to = "nfg" if PurePath(out).suffix.lower() == ".nfg" else None
    else:
        row = files.format_of(to or "json")
        assert row.write is not None
        text = row.write(game)
        if out == "-":
            emit(text, utf8=True)
        else:
            files.write_aside(out, text)
    if to == "nfg":
        from stackexact.games.nfg import lost

        for left in lost(game):
            note(left)
    return 0
