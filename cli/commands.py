"""The classes of all commands: help is written like any other output."""

from __future__ import annotations

import click

from .output import emit

__all__ = ["Command", "Group"]


class Command(click.Command):
    """A command whose help goes through :func:`emit`, so that a closed or full output is told as it is elsewhere."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.callback = _help
        return option


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command


def _help(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        emit(f"{context.get_help()}\n")
        context.exit()
