"""``stackexact``: the group of commands, and the one place where errors become lines and exit codes.

| exit code | meaning |
|---|---|
| 0 | done; for ``check`` and ``verify``: true |
| 1 | ``check`` found the certificate false, or ``verify`` a claim |
| 2 | bad usage or bad input |
| 3 | well-formed, but a limit was reached or something stays undecided |
| 70 | a fault of stackexact itself (``STACKEXACT_DEBUG=1`` shows where) |
| 130, 141 | interrupted; the reader of the output went away |

A command is one row of :data:`COMMANDS`; its module is imported when it is called, so that ``--help`` is quick and
``check`` loads nothing but the checker.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from stackexact import __version__
from stackexact.errors import LimitReached, StackexactError, Unproved, shorten

from .commands import Group
from .output import complain, emit, grumble

__all__ = ["COMMANDS", "group", "main"]

BAD, LIMIT, FAULT, INTERRUPTED = 2, 3, 70, 130


class Row(NamedTuple):
    """A command: its name, the module of this package that holds it as ``command``, and what it does."""

    name: str
    module: str
    summary: str


COMMANDS: Final = (
    Row("solve", "solve", "Every exact value of a game, each with its proof."),
    Row("check", "check", "Check a certificate without any solver."),
    Row("simulate", "simulate", "Let learners play a game, and count what they do."),
    Row("verify", "verify", "Judge a trace by the exact benchmarks: regret, growth, claims."),
    Row("convert", "convert", "Convert a game: to .json, .nfg, .tex."),
    Row("instances", "instances", "List the shipped games."),
)


class Commands(Group):
    """The rows of :data:`COMMANDS` as a group of commands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [row.name for row in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        row = next((row for row in COMMANDS if row.name == cmd_name), None)
        if row is None:
            return None
        command: click.Command = import_module(f".{row.module}", __package__).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        names = self.list_commands(ctx)
        if args[0] not in names and not args[0].startswith("-"):
            near = get_close_matches(args[0][:60], names, n=1)
            advice = f"; is it {near[0]}?" if near else ""
            ctx.fail(f"expected a command ({', '.join(names)}), found {shorten(args[0])}{advice}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(row.name, row.summary) for row in COMMANDS])


def _version(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and not context.resilient_parsing:
        emit(f"stackexact {__version__}\n")
        context.exit()


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done or true, 1 found false, 2 bad usage or input, 3 undecided or limit reached.",
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
@click.pass_context
def group(context: click.Context) -> int:
    """Exact analysis of leader-follower (Stackelberg) games.

    GAME is a file (.json, .nfg, .csv), the name of a shipped game, or - for standard input.
    """
    if context.invoked_subcommand is None:
        grumble(f"{context.get_help()}\n")
        return BAD
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code."""
    try:
        answer: Any = group.main(arguments, prog_name="stackexact", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted", "")
        return INTERRUPTED
    except click.ClickException as error:
        complain(_usage(error))
        return BAD
    except (LimitReached, MemoryError) as error:
        complain(error.line if isinstance(error, LimitReached) else "the memory does not suffice for this game")
        return LIMIT
    except Exception as error:
        if os.environ.get("STACKEXACT_DEBUG"):
            raise
        if isinstance(error, StackexactError) and not isinstance(error, Unproved):
            complain(error.line)
            return BAD
        if isinstance(error, OSError):
            complain(f"the system refuses to read or write: {(error.strerror or str(error)).lower()}")
            return BAD
        found = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        complain(f"a fault of stackexact, please report it with the input and STACKEXACT_DEBUG=1: {found}")
        return FAULT
    return answer if isinstance(answer, int) else 0


def _usage(error: click.ClickException) -> str:
    """What is wrong with a call, and where its help is, on one line."""
    text = " ".join(error.format_message().split()).rstrip(".")
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "stackexact"
    name = path.partition(" ")[2]
    return f"{name}{': ' if name else ''}{text}; see '{path} --help'"
