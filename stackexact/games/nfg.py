r"""Gambit strategic games (``.nfg``) with two players, read and written exactly.

Read: the payoff body and the outcome body; strategies as counts or as lists of labels; an optional comment; data type
``R`` or ``D``; integers, decimals and rationals, with or without commas between them. As in Gambit, player 1's
strategy runs fastest, outcomes are numbered from 1, and outcome 0 pays nothing to anybody. The title becomes the
name, the comment the description, strategy labels the actions; names of players and outcomes are dropped.

In quoted text ``\"`` is a quotation mark and ``\\`` a backslash; any other backslash stands for itself, as in Gambit,
which has no way to write a label that ends in a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from stackexact.errors import ExpressionError, InputError, UsageError, shorten
from stackexact.exact.digits import fraction_to_text
from stackexact.exact.grammar import read_numeral
from stackexact.exact.rational_function import Exact
from stackexact.games.bimatrix import Game
from stackexact.games.encoding import as_text, place_of
from stackexact.games.kinds import Loaded
from stackexact.games.labels import flaw

__all__ = ["dumps", "lost", "read"]

_NUMBER: Final = r"[-+]?(?:[0-9]+/[0-9]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
_TOKEN: Final = re.compile(
    r'[ \t\r\n\f\v]*(?:"(?P<text>[^"\\]*(?:\\.[^"\\]*)*)"'
    rf'|(?P<number>{_NUMBER})(?=[ \t\r\n\f\v,{{}}"]|$)|(?P<mark>[{{}},])|(?P<word>[^ \t\r\n\f\v,{{}}"]+))',
    re.DOTALL,
)
_BLANK: Final = re.compile(r"[ \t\r\n\f\v]*")
_END: Final = "end"


class _Token(NamedTuple):
    """``kind`` is text, number, mark, word or end; ``value`` what was read; ``start`` its offset."""

    kind: str
    value: str
    start: int

    @property
    def shown(self) -> str:
        return "the end of the file" if self.kind == _END else shorten(self.value, 40)


def read(text: str) -> Loaded[Game]:
    """The game of a ``.nfg`` text; player 1 leads.

    Raises :class:`~stackexact.errors.InputError` with the line for text that is no such game: not two players, sizes
    that do not match the payoffs, truncated or trailing text. Labels that cannot be actions (empty or doubled) are
    replaced by the default ones, with a note.

    >>> game = read('NFG 1 R "pd" { "L" "F" } { 2 2 }  3 3 5 0 0 5 1 1').game
    >>> game.payoffs.leader[1][0], game.payoffs.follower[1][0]
    (Fraction(5, 1), Fraction(0, 1))
    """
    reader = _Reader(as_text(text))
    title = reader.prologue()
    labels, sizes = reader.strategies()
    comment = reader.take("text").value if reader.next.kind == "text" else ""
    cells = reader.outcome_body(sizes) if reader.next.value == "{" else reader.payoff_body(sizes)
    rows, columns = sizes
    actions, notes = _actions(labels)
    game = Game(
        [[cells[j * rows + i][0] for j in range(columns)] for i in range(rows)],
        [[cells[j * rows + i][1] for j in range(columns)] for i in range(rows)],
        actions=actions,
        name=title or None,
        description=comment or None,
    )
    return Loaded(game, notes)


def _actions(labels: tuple[list[str], list[str]] | None) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """Strategy labels as actions, player by player, where they are fit for it."""
    actions: dict[str, list[str]] = {}
    notes: list[str] = []
    for player, given in zip(("leader", "follower"), labels or (), strict=False):
        if not any(map(flaw, given)) and len(set(given)) == len(given):
            actions[player] = given
        else:
            notes.append(f"the {player}'s strategy labels are empty or doubled; the default labels stand in for them")
    return actions, tuple(notes)


class _Reader:
    """Recursive descent with one token of look-ahead. Nothing is allocated that the text does not pay for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = self.scan()
        self.next = next(self.tokens)

    def scan(self) -> Iterator[_Token]:
        place = 0
        while match := _TOKEN.match(self.text, place):
            kind = match.lastgroup or ""
            value = re.sub(r'\\(["\\])', r"\1", match[kind]) if kind == "text" else match[kind]
            yield _Token(kind, value, match.start(kind) - (kind == "text"))
            place = match.end()
        blank = _BLANK.match(self.text, place)
        place = blank.end() if blank else place
        if place < len(self.text):
            raise self.error(place, "text to end with a quotation mark", "the end of the file")
        while True:
            yield _Token(_END, "", len(self.text))

    def error(self, start: int, expected: str, found: str) -> InputError:
        return InputError(f"{place_of(self.text, start)}: expected {expected}, found {found}; correct the .nfg text")

    def take(self, kind: str, value: str | None = None, what: str = "") -> _Token:
        token = self.next
        if token.kind != kind or (value is not None and token.value != value):
            raise self.error(token.start, what or repr(value), token.shown)
        self.next = next(self.tokens)
        return token

    def list_of(self, kind: str, what: str) -> list[_Token]:
        self.take("mark", "{", f"'{{' before {what}s")
        found = []
        while self.next.kind == kind:
            found.append(self.take(kind))
        self.take("mark", "}", f"{what} or '}}'")
        return found

    def prologue(self) -> str:
        """``NFG 1 R "title" { players }``; returns the title."""
        self.take("word", "NFG", "a strategic game that starts with NFG")
        self.take("number", "1", "the .nfg version 1")
        if self.next.value not in ("R", "D"):
            raise self.error(self.next.start, "the data type R or D", self.next.shown)
        self.take("word")
        title = self.take("text", what="the title in quotation marks").value
        start = self.next.start
        players = self.list_of("text", "player name")
        if len(players) != 2:
            raise self.error(start, "two players, a leader and a follower", f"{len(players)}")
        return title

    def strategies(self) -> tuple[tuple[list[str], list[str]] | None, tuple[int, int]]:
        """``{ 3 2 }`` or ``{ { labels } { labels } }``; returns the labels where given, and the sizes."""
        start = self.next.start
        self.take("mark", "{", "'{' before the strategies")
        if self.next.kind == "number":
            sizes = (self.size(), self.size())
            self.take("mark", "}", "'}' after two numbers of strategies")
            return None, sizes
        one = [token.value for token in self.list_of("text", "strategy label")]
        two = [token.value for token in self.list_of("text", "strategy label")]
        self.take("mark", "}", "'}' after two lists of strategies")
        if not one or not two:
            raise self.error(start, "at least one strategy for each player", "an empty list")
        return (one, two), (len(one), len(two))

    def size(self) -> int:
        token = self.take("number", what="the number of strategies")
        if not re.fullmatch("[0-9]{1,12}", token.value) or int(token.value) < 1:
            raise self.error(token.start, "a positive number of strategies", token.shown)
        return int(token.value)

    def number(self, what: str) -> Fraction:
        token = self.take("number", what=what)
        sign, digits = (-1, token.value[1:]) if token.value[0] == "-" else (1, token.value.lstrip("+"))
        top, _, bottom = digits.partition("/")
        try:
            value = sign * read_numeral(top)
            return value / read_numeral(bottom) if bottom else value
        except ExpressionError as error:
            raise InputError(f"{place_of(self.text, token.start)}: {error}") from None
        except ZeroDivisionError:
            raise self.error(token.start, "a number", f"{token.shown}, which divides by zero") from None

    def comma(self) -> None:
        if self.next.value == "," and self.next.kind == "mark":
            self.take("mark")

    def payoff_body(self, sizes: tuple[int, int]) -> list[tuple[Fraction, Fraction]]:
        needed = 2 * sizes[0] * sizes[1]
        what = f"{needed} payoffs for {sizes[0]}x{sizes[1]} strategies"
        values: list[Fraction] = []
        while self.next.kind == "number" and len(values) < needed:
            values.append(self.number("a payoff"))
            self.comma()
        self.complete(len(values), needed, what)
        return list(zip(values[::2], values[1::2], strict=True))

    def outcome_body(self, sizes: tuple[int, int]) -> list[tuple[Fraction, Fraction]]:
        outcomes = [(Fraction(0), Fraction(0)), *self.outcomes()]
        needed = sizes[0] * sizes[1]
        what = f"{needed} outcome numbers for {sizes[0]}x{sizes[1]} strategies"
        cells: list[tuple[Fraction, Fraction]] = []
        while self.next.kind == "number" and len(cells) < needed:
            token = self.take("number")
            if not re.fullmatch("[0-9]{1,12}", token.value) or int(token.value) >= len(outcomes):
                raise self.error(token.start, f"an outcome number from 0 to {len(outcomes) - 1}", token.shown)
            cells.append(outcomes[int(token.value)])
            self.comma()
        self.complete(len(cells), needed, what)
        return cells

    def outcomes(self) -> Iterator[tuple[Fraction, Fraction]]:
        self.take("mark", "{")
        while self.next.value == "{" and self.next.kind == "mark":
            self.take("mark")
            self.take("text", what="the outcome's name in quotation marks")
            one = self.number("the outcome's payoff for player 1")
            self.comma()
            two = self.number("the outcome's payoff for player 2")
            self.comma()
            self.take("mark", "}", "'}' after two payoffs")
            yield one, two
        self.take("mark", "}", "an outcome or '}'")

    def complete(self, found: int, needed: int, what: str) -> None:
        if found < needed:
            shown = f"{found}" if self.next.kind == _END else f"{self.next.shown} after {found}"
            raise self.error(self.next.start, what, shown)
        if self.next.kind != _END:
            raise self.error(self.next.start, f"nothing after {what}", self.next.shown)


def dumps(game: Game) -> str:
    """The game as ``.nfg`` text: payoff body, exact rationals, one line per follower action.

    Raises :class:`~stackexact.errors.UsageError` where a payoff depends on a parameter, which the format cannot say.

    >>> print(dumps(Game([["1/2"], ["3"]], [["0"], ["1"]], name="tiny")), end="")
    NFG 1 R "tiny" { "leader" "follower" }
    <BLANKLINE>
    { { "a1" "a2" }
    { "b1" }
    }
    ""
    <BLANKLINE>
    1/2 0 3 1
    """
    rows, columns = game.shape
    tables = (game.payoffs.leader, game.payoffs.follower)
    lines = []
    for j in range(columns):
        entries = ((table[i][j], i, j) for i in range(rows) for table in tables)
        lines.append(" ".join(_number(game, *entry) for entry in entries))
    leader, follower = (" ".join(map(_quoted, labels)) for labels in (game.actions.leader, game.actions.follower))
    title, comment = _quoted(game.name or ""), _quoted(game.description or "")
    head = f'NFG 1 R {title} {{ "leader" "follower" }}\n\n{{ {{ {leader} }}\n{{ {follower} }}\n}}\n{comment}\n\n'
    return head + "\n".join(lines) + "\n"


def _number(game: Game, value: Exact, i: int, j: int) -> str:
    if isinstance(value, Fraction):
        return fraction_to_text(value)
    place = f"{game.actions.leader[i]}, {game.actions.follower[j]}"
    advice = f"put numbers in with --at {value.parameters[0]}=... (game.at(...) in Python)"
    raise UsageError(f"expected numbers for a .nfg file, found the payoff {shorten(value)} at {place}; {advice}")


def lost(game: Game) -> tuple[str, ...]:
    """What ``.nfg`` cannot hold of a game, as notes for the user.

    >>> lost(Game([["1"]], [["1"]], tolerance="1/20"))
    ('tolerance: a .nfg file does not hold it',)
    """
    keys = ("parameters", "assumptions", "tolerance", "source")
    return tuple(f"{key}: a .nfg file does not hold it" for key in keys if getattr(game, key) not in (None, ()))


def _quoted(text: str) -> str:
    r"""Double a backslash only where it would be taken for an escape, so that Gambit reads the same label."""
    return '"' + re.sub(r'\\(?=["\\]|\Z)', r"\\\\", text).replace('"', '\\"') + '"'
