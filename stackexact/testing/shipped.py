"""The shipped games with their expected exact answers, in the form in which a test wants them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackexact.errors import UsageError
from stackexact.exact.grammar import parse
from stackexact.exact.records import FrozenMapping, Record
from stackexact.games.bimatrix import Game
from stackexact.instances import expected, instance, instances

__all__ = ["Case", "ShippedInstance", "shipped_cases", "shipped_instance"]

_NUMBERS: Final = {"leader", "follower", "constant"}


@dataclass(frozen=True, slots=True, repr=False)
class Case(Record):
    """A game of numbers with its exact answers: by concept a mapping with some of ``leader``, ``follower``,
    ``constant`` (fractions; ``"oo"``), ``commitment`` (labels to fractions), ``response``, ``tied``, ``attained`` and
    ``same_ranking``. ``at`` are the values that were set for the parameters."""

    name: str
    game: Game
    at: Mapping[str, Any]
    results: Mapping[str, Mapping[str, Any]]

    @property
    def id(self) -> str:
        """A name for the case, for ``pytest.mark.parametrize(..., ids=...)``."""
        set_to = [f"{key}={value}" for key, value in self.at.items()]
        bound = [] if self.game.tolerance is None else [f"tolerance={self.game.tolerance}"]
        return f"{self.name}[{', '.join([*set_to, *bound])}]" if set_to or bound else self.name


@dataclass(frozen=True, slots=True, repr=False)
class ShippedInstance(Record):
    """A shipped game as it is in its file, and its cases: for a game with parameters at several of their values."""

    game: Game
    cases: tuple[Case, ...]


def shipped_instance(name: str) -> ShippedInstance:
    """A shipped two-player game with its expected exact answers, which were computed apart from this library.

    An unknown name, or that of a game of another kind, raises :class:`~stackexact.errors.UsageError`.

    >>> shipped = shipped_instance("conitzer-sandholm")
    >>> shipped.game.shape, shipped.cases[0].results["mixed-strong"]["leader"]
    ((2, 2), Fraction(7, 2))
    """
    game, answers = instance(name), expected(name)
    if not isinstance(game, Game):
        raise UsageError(f"instance: expected a two-player game, found {name!r} of kind {game.kind}")
    return ShippedInstance(game, tuple(_case(name, game, case) for case in answers["cases"]))


def shipped_cases(concept: str | None = None, *, most: int | None = None) -> tuple[Case, ...]:
    """The cases of all shipped two-player games, to parametrise a test with.

    ``concept`` leaves those that have an answer to it, ``most`` those with at most so many actions of either player.

    >>> [case.id for case in shipped_cases("mixed-strong", most=2)][:2]
    ['bagwell', 'brero-game-3']
    """
    names = (info.name for info in instances() if info.kind == Game.kind)
    games = (shipped_instance(name) for name in names)
    cases = (case for shipped in games if most is None or max(shipped.game.shape) <= most for case in shipped.cases)
    return tuple(case for case in cases if concept is None or concept in case.results)


def _case(name: str, game: Game, case: Mapping[str, Any]) -> Case:
    if case["tolerance"] is not None:
        game = game.with_tolerance(case["tolerance"])
    at = FrozenMapping({key: parse(value) for key, value in case["at"].items()})
    results = {concept: FrozenMapping(_read(answer)) for concept, answer in case["results"].items()}
    return Case(name, game.at(at), at, FrozenMapping(results))


def _read(answer: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _value(key, value) for key, value in answer.items()}


def _value(key: str, value: Any) -> Any:
    if key == "commitment":
        return FrozenMapping({label: parse(weight) for label, weight in value.items()})
    if isinstance(value, list):
        return tuple(value)
    return parse(value) if key in _NUMBERS and value != "oo" else value
