"""The kinds of games, in one table.

A new kind is one row of :data:`KINDS` (and the module and schema that the row names). Reading, schema look-up and the
error messages are derived from the table.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Final, Generic, TypeVar

from stackexact.errors import ExpressionError, GameError, shorten
from stackexact.exact.grammar import read_numeral
from stackexact.games.json_text import Numeral, described

__all__ = ["FORMAT", "KINDS", "VERSION", "Kind", "Loaded", "kind", "read_document"]

FORMAT: Final = "stackexact/game"
VERSION: Final = 1

GameT = TypeVar("GameT", covariant=True)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[GameT]):
    """What a reader found: the game, and notes that the user should see (on standard error, never in a result)."""

    game: GameT
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of game: its name in files, a title for people, its schema file, its reader, and how it is shown.

    Functions are named ``"module:function"`` and imported when they are needed: ``loader`` takes the JSON object and
    returns :class:`Loaded`; ``screen`` takes the game, ``colour``, ``width`` and ``hint`` and returns text for a
    terminal; ``latex`` takes the game and returns all of it as LaTeX.
    """

    name: str
    title: str
    schema: str
    loader: str
    screen: str
    latex: str

    def load(self, document: dict[str, Any]) -> Loaded[Any]:
        """Read a JSON object of this kind; raises :class:`~stackexact.errors.GameError` with the JSON path."""
        loaded: Loaded[Any] = _function(self.loader)(document)
        return loaded

    def text(self, game: Any, *, colour: bool, width: int, hint: str) -> str:
        """A game of this kind for a terminal; where something is left out, ``hint`` tells where the rest is."""
        return str(_function(self.screen)(game, colour=colour, width=width, hint=hint))

    @property
    def display(self) -> ModuleType:
        """The module with the functions that show games of this kind."""
        return import_module(self.screen.partition(":")[0])

    def page(self, page: Any, game: Any, remark: str) -> None:
        """Put a game of this kind on a page."""
        self.display.game_page(page, game, remark)

    def heading(self, game: Any) -> str:
        """What stands above a game of this kind."""
        return str(self.display.title(game))

    def tex(self, game: Any) -> str:
        """All of a game of this kind as LaTeX."""
        return str(_function(self.latex)(game))


def _function(name: str) -> Callable[..., Any]:
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


KINDS: Final[tuple[Kind, ...]] = (
    Kind(
        name="bimatrix",
        title="two-player game in strategic form",
        schema="bimatrix.schema.json",
        loader="stackexact.games.bimatrix_document:load",
        screen="stackexact.games.display:text",
        latex="stackexact.games.latex:game_table",
    ),
    Kind(
        name="lq-incentive",
        title="leader and many followers with quadratic costs",
        schema="lq-incentive.schema.json",
        loader="stackexact.games.lq_document:load",
        screen="stackexact.games.lq_display:text",
        latex="stackexact.games.lq_display:game_latex",
    ),
    Kind(
        name="markov",
        title="Markov game of a leader and a follower, stage by stage",
        schema="markov.schema.json",
        loader="stackexact.games.markov_document:load",
        screen="stackexact.games.markov_display:text",
        latex="stackexact.games.markov_display:whole_latex",
    ),
    Kind(
        name="recommendation",
        title="leader who commits and recommends, one shot",
        schema="recommendation.schema.json",
        loader="stackexact.games.recommendation_document:load",
        screen="stackexact.games.recommendation_display:text",
        latex="stackexact.games.recommendation_display:whole_latex",
    ),
    Kind(
        name="mechanism",
        title="rules of a designer, and followers with private types",
        schema="mechanism.schema.json",
        loader="stackexact.games.mechanism_document:load",
        screen="stackexact.games.mechanism_display:text",
        latex="stackexact.games.mechanism_display:whole_latex",
    ),
)


def kind(name: object) -> Kind:
    """The row of a kind; an unknown name is a :class:`~stackexact.errors.GameError` that lists the known ones.

    >>> kind("bimatrix").title
    'two-player game in strategic form'
    """
    for row in KINDS:
        if row.name == name:
            return row
    known = ", ".join(row.name for row in KINDS)
    found = f"the text {shorten(name)}" if isinstance(name, str) else described(name)
    raise GameError(f"kind: expected one of {known}, found {found}; correct it")


def read_document(document: Any) -> Loaded[Any]:
    """The game of a JSON object as :func:`stackexact.games.json_text.parse` returns it, of any kind.

    >>> read_document({"format": "stackexact/game", "version": 1, "kind": "bimatrix",
    ...                "payoffs": {"leader": [["1/2"]], "follower": [["0"]]}}).game
    <Game 1x1>
    """
    if not isinstance(document, dict):
        raise GameError(f"expected a JSON object with format, version and kind, found {described(document)}")
    for key, example in (("format", f'"{FORMAT}"'), ("version", str(VERSION)), ("kind", f'"{KINDS[0].name}"')):
        if key not in document:
            raise GameError(f'{key}: expected this key at the top level, found none; add "{key}": {example}')
    _check_format(document["format"])
    _check_version(document["version"])
    return kind(document["kind"]).load(document)


def _check_format(found: object) -> None:
    if found == FORMAT:
        return
    advice = "give the file of a game" if str(found).startswith("stackexact/") else "correct it"
    raise GameError(f"format: expected '{FORMAT}', found {described(found)}; {advice}")


def _check_version(found: object) -> None:
    # JSON knows one number 1, whether it is written 1, 1.0 or 1e0; JSON Schema compares it in the same way.
    try:
        if found == VERSION and not isinstance(found, bool):
            return
        if isinstance(found, Numeral) and read_numeral(found) == VERSION:
            return
    except ExpressionError:
        pass  # negative, or of absurd length: another version in any case
    raise GameError(
        f"version: expected the number {VERSION}, found {described(found)}; "
        "write the game in that version, or use a stackexact that knows this one"
    )
