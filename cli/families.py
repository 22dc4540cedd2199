"""Which options of ``simulate`` and ``verify`` are for which kinds of games: the one place that tells these apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import click
from click.core import ParameterSource

from stackexact.errors import UsageError

__all__ = ["FOLLOWERS", "LEARNING", "PLAYS", "TRACES", "Family", "family", "given", "require"]


@dataclass(frozen=True, slots=True)
class Family:
    """Kinds of games whose runs are of one sort."""

    kinds: tuple[str, ...]

    def __str__(self) -> str:
        return " or ".join(self.kinds)


TRACES: Final = Family(("bimatrix",))
"""Two learners play a matrix."""
PLAYS: Final = Family(("lq-incentive",))
"""Followers move under an incentive."""
LEARNING: Final = Family(("markov", "recommendation"))
"""The leader learns her follower."""
FOLLOWERS: Final = Family(("mechanism",))
"""Followers learn to respond to rules."""

_FAMILIES: Final = (TRACES, PLAYS, LEARNING, FOLLOWERS)


def family(game: Any) -> Family:
    """The family of a game; raises :class:`~stackexact.errors.UsageError` for a kind of which there are no runs."""
    for one in _FAMILIES:
        if game.kind in one.kinds:
            return one
    known = ", ".join(kind for one in _FAMILIES for kind in one.kinds)
    raise UsageError(f"GAME: expected one of kind {known}, found the kind {game.kind}; give another")


def require(context: click.Context, game: Any, options: Mapping[str, tuple[Family, ...]]) -> Family:
    """The family of a game; refuses an option on the command line that is for other families alone.

    ``options`` says for which families those are that are not for all.
    """
    own = family(game)
    for name, families in options.items():
        if own not in families and given(context, name):
            kinds = " or ".join(map(str, families))
            told = f"expected only with games of the kind {kinds}, found {game.kind}; leave it out"
            raise UsageError(f"{_flag(context, name)}: {told}")
    return own


def given(context: click.Context, name: str) -> bool:
    """Whether an option stands on the command line."""
    return context.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _flag(context: click.Context, name: str) -> str:
    """What an option is called on the command line."""
    return next(one.opts[0] for one in context.command.params if one.name == name)
