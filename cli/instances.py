"""``stackexact instances``: the shipped games, listed and shown."""

from __future__ import annotations

import sys
from dataclasses import asdict
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from stackexact.games.screen import printable

from .commands import Group
from .output import emit, is_terminal, terminal

if TYPE_CHECKING:
    from stackexact.games.screen import Line
    from stackexact.instances import InstanceInfo

__all__ = ["command"]

_SHOWN = 30
"""Columns of a terminal for what a game shows, if there is room."""


@click.group("instances", cls=Group, invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print the list as one JSON object.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """List the shipped games by publication: name, shape, parameters, what each shows.

    A shipped name is accepted wherever a GAME is.
    """
    if context.invoked_subcommand is None:
        _list(as_json)
    elif as_json:
        raise click.UsageError(f"--json: expected for the list only; leave it out of '{context.invoked_subcommand}'")
    return 0


@command.command("show")
@click.argument("name")
def show(name: str) -> int:
    """Print a shipped game and its citation."""
    from stackexact.games import kinds
    from stackexact.games.screen import Page, painted
    from stackexact.instances import instance, path

    game: Any = instance(name)
    colour, width = terminal()
    page = Page(width)
    page.add()
    page.paragraph(f"source: {game.source}")
    page.paragraph(f"publication: {path(name).parent.name}")
    hint = f"shortened; the whole game is in the file that 'stackexact instances path {name}' names"
    emit(kinds.kind(game.kind).text(game, colour=colour, width=width, hint=hint) + painted(page.lines, colour=colour))
    return 0


@command.command("path")
@click.argument("name")
def path_of(name: str) -> int:
    """Print the path of the file of a shipped game."""
    from stackexact.instances import path

    emit(f"{path(name)}\n")
    return 0


def _list(as_json: bool) -> None:
    from stackexact.instances import instances

    games = instances()
    if as_json:
        from stackexact.games.json_text import render

        document: dict[str, Any] = {"format": "stackexact/instances", "version": 1}
        emit(render(document | {"instances": [asdict(info) for info in games]}), utf8=True)
        return
    from stackexact.games.screen import clip, painted

    colour, width = terminal()
    on_terminal = is_terminal(sys.stdout)
    columns = zip(("name", "shape", "parameters"), *map(_columns, games), strict=True)
    names, shapes, parameters = (max(map(len, column)) for column in columns)
    if on_terminal:  # what a game shows is worth more than the last of its parameters
        parameters = min(parameters, max(len("parameters"), width - names - shapes - _SHOWN))
    head = f"{'name':{names + 4}}{'shape':{shapes}}  {'parameters':{parameters}}  what it shows"
    lines: list[Line] = [((head, "title"),)]
    for publication, members in groupby(games, key=lambda info: info.publication):
        lines.append(((publication, "label"),))
        for info in members:
            name, shape, listed = _columns(info)
            start = f"  {name:{names}}  {shape:{shapes}}  {clip(listed, parameters):{parameters}}  "
            shown = clip(info.description, width - len(start)) if on_terminal else printable(info.description)
            lines.append(((start, ""), (shown, "dim")))
    emit(painted(lines, colour=colour))


def _columns(info: InstanceInfo) -> tuple[str, str, str]:
    return info.name, info.shape, ", ".join(info.parameters)
