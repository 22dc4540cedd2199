"""Games of other libraries, recognised by their shape; none of these libraries is imported here.

| library | recognised by | orientation of the follower's table |
|---|---|---|
| pygambit | ``to_arrays()``, ``players`` | leader action first |
| Nashpy | ``payoff_matrices`` | leader action first |
| OpenSpiel matrix games | ``row_utilities()``, ``col_utilities()`` | leader action first |
| QuantEcon ``NormalFormGame`` | ``players[i].payoff_array`` | own action first: transposed here |
| two tables | a pair of NumPy arrays or nested sequences | leader action first |

The row player (player 1) leads; ``game.with_leader(2)`` turns that round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from stackexact.errors import GameError, UsageError, shorten
from stackexact.exact.numbers import Floats
from stackexact.games.bimatrix import Game
from stackexact.games.labels import flaw

__all__ = ["from_game"]

_FLOAT_TYPES: Final = frozenset(["float16", "float32", "float64", "longdouble", "float128"])


@dataclass(frozen=True, slots=True)
class _Found:
    """What an adapter takes out of a foreign object, before anything is converted."""

    leader: Any
    follower: Any
    labels: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    name: Any = None
    description: Any = None


def from_game(obj: object, floats: Floats = "refuse") -> Game:
    """The exact game of another library's game, or of a pair of payoff tables.

    A float is refused unless ``floats`` says how it is meant: ``"decimal"`` takes the shortest decimal text (0.1 is
    1/10), ``"binary"`` the exact binary value. Raises :class:`~stackexact.errors.UsageError` for an object that is no
    two-player game, :class:`~stackexact.errors.GameError` for bad payoffs, with their place.

    >>> from_game(([[1, 2, 3], [4, 5, 6]], [[0, 1, 0], [1, 0, 0]])).shape
    (2, 3)
    >>> from_game(([[0.1]], [[1]]), floats="decimal").payoffs.leader
    ((Fraction(1, 10),),)
    """
    if isinstance(obj, Game):
        return obj
    if floats not in ("refuse", "binary", "decimal"):
        raise UsageError(f"floats: expected 'refuse', 'binary' or 'decimal', found {shorten(floats)}")
    for title, fits, take in _ADAPTERS:
        if fits(obj):
            try:
                return _game(take(obj), floats)
            except GameError as error:
                raise GameError(f"{title}: {error}") from None
    known = ", ".join(title for title, _, _ in _ADAPTERS)
    found = type(obj).__name__
    raise UsageError(f"expected one of {known}, found {found}; pass the pair (leader table, follower table)")


def _game(found: _Found, floats: Floats) -> Game:
    rows, columns = _table(found.leader, "payoffs.leader", floats), _table(found.follower, "payoffs.follower", floats)
    actions = {player: list(given) for player, given in found.labels.items() if _usable(given)}
    texts = (text if isinstance(text, str) and text else None for text in (found.name, found.description))
    name, description = texts
    return Game(rows, columns, actions=actions, name=name, description=description)


def _usable(labels: Sequence[Any]) -> bool:
    """Whether foreign labels can be action labels; the default ones stand in for others."""
    fit = all(isinstance(label, str) and not flaw(label) for label in labels)
    return fit and len(set(labels)) == len(labels)


def _table(rows: Any, place: str, floats: Floats) -> list[list[object]]:
    made: list[list[object]] = []
    for i, row in enumerate(_sequence(rows, place, "a table (a sequence of rows)")):
        entries = _sequence(row, f"{place}[{i}]", "a row of payoffs")
        made.append([_entry(value, f"{place}[{i}][{j}]", floats) for j, value in enumerate(entries)])
    return made


def _sequence(given: Any, place: str, expected: str) -> list[Any]:
    try:
        if not isinstance(given, str | bytes | Mapping):
            return list(given)
    except TypeError:
        pass  # a number, or an array without dimensions
    advice = "pass the pair (leader table, follower table)"
    raise GameError(f"{place}: expected {expected}, found {type(given).__name__} {shorten(given)}; {advice}")


def _entry(value: Any, place: str, floats: Floats) -> object:
    """A payoff with its float taken as ``floats`` says; everything else is left to :class:`Game`."""
    if not isinstance(value, float) and type(value).__name__ not in _FLOAT_TYPES:
        return value
    # str, not repr: NumPy's repr names the type. For float32 it gives the shortest text of that width.
    text = str(value)
    if floats == "refuse":
        advice = f"floats='decimal' takes it as {text}, floats='binary' as its exact binary value"
        raise GameError(f"{place}: expected an exact number, found the float {text}; {advice}")
    try:
        return Fraction(*value.as_integer_ratio()) if floats == "binary" else Fraction(text)
    except (ValueError, OverflowError):
        raise GameError(f"{place}: expected a finite number, found {text}; replace it") from None


def _two(count: int) -> None:
    if count != 2:
        raise GameError(f"expected two players, a leader and a follower, found {count}")


def _from_pygambit(obj: Any) -> _Found:
    players = list(obj.players)
    _two(len(players))
    leader, follower = obj.to_arrays()
    labels = [[getattr(strategy, "label", None) for strategy in player.strategies] for player in players]
    texts = [getattr(obj, key, None) for key in ("title", "description", "comment")]
    return _Found(
        leader, follower, dict(zip(("leader", "follower"), labels, strict=True)), texts[0], texts[1] or texts[2]
    )


def _from_nashpy(obj: Any) -> _Found:
    leader, follower = obj.payoff_matrices
    return _Found(leader, follower)


def _from_openspiel(obj: Any) -> _Found:
    rows, columns = obj.num_rows(), obj.num_cols()
    labels = {
        "leader": [obj.row_action_name(i) for i in range(rows)],
        "follower": [obj.col_action_name(j) for j in range(columns)],
    }
    return _Found(_shaped(obj.row_utilities(), columns), _shaped(obj.col_utilities(), columns), labels)


def _shaped(utilities: Any, columns: int) -> Any:
    """OpenSpiel's tables are flat, row by row, in some versions and have two dimensions in others."""
    values = list(utilities)
    if values and isinstance(values[0], Iterable):
        return values
    return [values[start : start + columns] for start in range(0, len(values), columns)]


def _from_quantecon(obj: Any) -> _Found:
    players = list(obj.players)
    _two(len(players))
    # Each player's array has the own action first, so player 2's columns are the leader's actions.
    return _Found(players[0].payoff_array, list(zip(*players[1].payoff_array, strict=True)))


def _from_pair(obj: Any) -> _Found:
    _two(len(obj))
    return _Found(obj[0], obj[1])


def _has(*names: str) -> Callable[[object], bool]:
    return lambda obj: all(hasattr(obj, name) for name in names)


def _is_quantecon(obj: Any) -> bool:
    players = getattr(obj, "players", None)
    return isinstance(players, Sequence) and bool(players) and all(hasattr(p, "payoff_array") for p in players)


_ADAPTERS: Final[tuple[tuple[str, Callable[[object], bool], Callable[[Any], _Found]], ...]] = (
    ("a pygambit game", _has("to_arrays", "players"), _from_pygambit),
    ("a Nashpy game", _has("payoff_matrices"), _from_nashpy),
    ("an OpenSpiel matrix game", _has("row_utilities", "col_utilities", "num_rows"), _from_openspiel),
    ("a QuantEcon game", _is_quantecon, _from_quantecon),
    ("a pair of payoff tables", lambda obj: isinstance(obj, tuple | list), _from_pair),
)
"""Title, recognition and extraction of every kind of object that :func:`from_game` takes."""
