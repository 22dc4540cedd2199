"""What every command that takes a GAME shares: its options, finding the game, and reading it with its notes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from stackexact.errors import InputError, UsageError, shorten

from .output import note

__all__ = ["Change", "argument", "changes", "load", "locate", "named", "substituted", "values_of"]

Function = TypeVar("Function", bound=Callable[..., Any])


def argument(name: str = "game") -> Callable[[Function], Function]:
    """The argument GAME, with shell completion of the shipped names beside that of files."""
    return click.argument(name, metavar=name.upper(), shell_complete=_complete)


def _complete(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[Any]:
    from click.shell_completion import CompletionItem

    from stackexact.instances import names

    shipped = [CompletionItem(name) for name in names() if incomplete and name.startswith(incomplete)]
    return shipped or [CompletionItem(incomplete, type="file")]


def changes(*, assume: bool = True, tolerance: bool = False) -> Callable[[Function], Function]:
    """The options that change a game before it is used."""
    options = [
        click.option("--at", "at", multiple=True, metavar="NAME=VALUE", help="Put an exact value in for a parameter."),
        click.option("--rule", metavar="NAME", help="mechanism: the rule that the designer has chosen."),
        click.option("--leader", type=click.Choice(["1", "2"]), default="1", help="The player who commits."),
        click.option("--follower", metavar="FILE", help="The follower's CSV table, when GAME is the leader's."),
    ]
    if assume:
        option = click.option("--assume", multiple=True, metavar="REL", help="A relation, as in 'delta < gamma'.")
        options.insert(1, option)
    if tolerance:
        option = click.option("--tolerance", metavar="EXPR", help="The tolerance of the error-tolerant benchmarks.")
        options.insert(0, option)

    def decorate(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


@dataclass(frozen=True, slots=True)
class Change:
    """What the options of :func:`changes` say."""

    at: tuple[str, ...] = ()
    assume: tuple[str, ...] = ()
    leader: str = "1"
    follower: str | None = None
    tolerance: str | None = None
    rule: str | None = None

    def remark(self) -> str:
        """What was changed, for the reader of a result."""
        values = [" = ".join(part.strip() for part in text.partition("=")[::2]) for text in self.at]
        said = [f"at {', '.join(values)}"] if values else []
        said += [] if self.rule is None else [f"rule {self.rule}"]
        return "; ".join(said + (["player 2 leads"] if self.leader == "2" else []))


def load(source: str, change: Change) -> Any:
    """The game of a file, of standard input or of that shipped name, changed; notes go to standard error."""
    from stackexact.games import files

    if change.follower is None:
        loaded = files.read(locate(source))
    else:
        loaded = files.read_csv_pair(*_pair(source, change.follower))
    for text in loaded.notes:
        note(text)
    game = loaded.game
    if change.leader == "2":
        game = _method(game, "with_leader", "--leader")(2)
    if change.rule is not None:
        with _named("--rule"):
            game = _method(game, "with_rule", "--rule")(change.rule)
    if change.tolerance is not None:
        game = _method(game, "with_tolerance", "--tolerance")(change.tolerance)
    for relation in change.assume:
        with _named(f"--assume {shorten(relation)}"):
            game = _method(game, "assuming", "--assume")(relation)
    return substituted(game, change.at)


def named(option: str, name: str | None) -> None:
    """Refuse an empty file name, as an unset variable of a shell gives it."""
    if name == "":
        raise UsageError(f"{option}: expected the name of a file, found none; name one")


def _pair(source: str, follower: str) -> tuple[str, str]:
    named("--follower", follower)
    if source == follower == "-":
        raise UsageError("--follower: expected a file, found standard input, which GAME is already; name a file")
    for name in (source, follower):
        suffix = os.path.splitext(name)[1].lower()
        if name != "-" and suffix in (".json", ".nfg"):
            raise UsageError(f"--follower: expected two CSV tables, found {shorten(name)}; leave --follower out")
    return source, follower


def locate(source: str) -> str:
    """The path of a GAME: an existing file, ``-``, or the file of a shipped game of that name."""
    named("GAME", source)
    if source == "-" or os.path.isfile(source):
        return source
    from stackexact import instances

    if source in instances.names():
        return str(instances.path(source))
    if os.path.lexists(source):
        return source  # a folder, a device, a broken link: reading it says what is wrong with it
    from difflib import get_close_matches

    near = get_close_matches(source[:60], instances.names(), n=2)
    advice = f"is it {' or '.join(near)}?" if near else "check the path, or see 'stackexact instances'"
    raise InputError(f"{shorten(source)}: expected a file or the name of a shipped game, found neither; {advice}")


def _method(game: Any, name: str, option: str) -> Callable[[Any], Any]:
    method: Callable[[Any], Any] | None = getattr(game, name, None)
    if method is None:
        raise UsageError(f"{option}: a game of the kind {game.kind} has nothing of that sort; leave it out")
    return method


def substituted(game: Any, given: tuple[str, ...]) -> Any:
    """A game at the values of --at."""
    values = values_of(game, given)
    if not values:
        return game
    with _named("--at"):
        return _method(game, "at", "--at")(values)


def values_of(game: Any, given: tuple[str, ...]) -> dict[str, Any]:
    """The values of --at, exact, for parameters of a game or in terms of them."""
    from stackexact.exact.numbers import exact
    from stackexact.exact.relation import parameters_of

    values: dict[str, Any] = {}
    for text in given:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not name or not value:
            raise UsageError(f"--at: expected NAME=VALUE, found {shorten(text)}; write --at delta=1/100")
        if name in values:
            raise UsageError(f"--at: expected every parameter once, found {shorten(name)} twice; leave one out")
        with _named(f"--at {shorten(name)[1:-1]}"):
            values[name] = exact(value)
            unknown = [other for other in parameters_of(values[name]) if other not in game.parameters]
            if unknown:
                raise UsageError(f"expected a number, found the unknown name {shorten(unknown[0])}; correct it")
    return values


@contextmanager
def _named(option: str) -> Iterator[None]:
    """Put the option in front of every complaint about it."""
    try:
        yield
    except InputError as error:
        raise type(error)(f"{option}: {error}") from None
