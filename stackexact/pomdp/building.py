"""Sub-games of games: normal form, mechanisms whose designer chooses, items offered one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, TypeAlias, cast

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.games.mechanism import MechanismGame
from stackexact.games.mechanism_parts import Follower
from stackexact.pomdp.designing import mechanism
from stackexact.pomdp.limits import ENTRIES, require_count, require_size
from stackexact.pomdp.numbers import fraction
from stackexact.pomdp.sub_games import Choice, Ending, Part, SubGame

__all__ = ["Playable", "normal_form", "sub_game"]

Playable: TypeAlias = SubGame | Game | MechanismGame
"""What can be played: a sub-game, or a game of which one is made."""


def sub_game(game: Playable, **options: Any) -> SubGame:
    """The sub-game of a game: :func:`normal_form` of kind ``bimatrix`` (option ``mixtures``),
    :func:`~stackexact.pomdp.designing.mechanism` of kind ``mechanism`` (option ``prices``).

    Raises :class:`~stackexact.errors.UsageError` for other kinds.

    >>> import stackexact as sx
    >>> sub_game(sx.instance("escape"))
    <SubGame 'escape', 1 type profiles, 3 action profiles, 1 observations>
    """
    makers: dict[str, Callable[..., SubGame]] = {"bimatrix": normal_form, "mechanism": mechanism}
    kind = getattr(game, "kind", None)
    if isinstance(game, SubGame) and not options:
        return game
    if not isinstance(kind, str) or kind not in makers:
        found = f"kind {kind}" if isinstance(kind, str) else type(game).__name__
        raise UsageError(f"game: expected a sub-game or a game of kind bimatrix or mechanism, found {found}")
    return makers[kind](game, **options)


def normal_form(game: Game, mixtures: int | Sequence[Sequence[object]] | None = None) -> SubGame:
    """The sub-game of a game of kind ``bimatrix``: the leader observes nothing and chooses a row, the follower, who
    does not see it before, a column.

    With ``mixtures`` she chooses a mixture of rows instead, and payoffs are expectations: one from a list, or any
    whose probabilities are multiples of 1/n.

    >>> import stackexact as sx
    >>> [choice.label for choice in normal_form(sx.instance("brero-game-3"), mixtures=2).choices[0]]
    ['a1', '1/2*a1 + 1/2*a2', 'a2']
    """
    if not game.is_numeric:
        names = ", ".join(game.parameters)
        raise UsageError(f"game: expected numbers, found the parameters {names}; fix them (at)")
    rows, columns = game.shape
    pure = mixtures is None
    mixed = _pure(rows) if mixtures is None else _mixtures(mixtures, rows)
    require_size(len(mixed) * columns, ENTRIES, "payoffs")
    labels = [_label(mixture, game.actions.leader) for mixture in mixed]
    part = Part("action", len(mixed)) if pure else Part("mixture", len(mixed), "mixture", mixed)

    def ending(mixture: Sequence[Fraction], column: int) -> Ending:
        tables = (game.payoffs.leader, game.payoffs.follower)
        reward, utility = (
            sum((p * cast(Fraction, row[column]) for p, row in zip(mixture, table, strict=True) if p), Fraction(0))
            for table in tables
        )
        return Ending(reward, (utility,))

    return SubGame(
        followers=(Follower("follower", (), None, game.actions.follower, (tuple(range(columns)),)),),
        profiles=((0,),),
        chances=(Fraction(1),),
        observations=("nothing",),
        features=((0,),),
        feature_sizes=(1,),
        parts=(part,),
        choices=(tuple(Choice(label, (c,)) for c, label in enumerate(labels)),),
        first=(0,) * columns,
        place=tuple(range(columns)),
        after=((None,) * len(mixed),),
        endings=(tuple(tuple((ending(mixture, j),) for j in range(columns)) for mixture in mixed),),
        name=game.name,
    )


def _pure(rows: int) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(Fraction(int(i == j)) for j in range(rows)) for i in range(rows))


def _mixtures(given: object, rows: int) -> tuple[tuple[Fraction, ...], ...]:
    if isinstance(given, int):
        scale = require_count("mixtures", given, 1)
        wide = 1
        for k in range(1, rows):
            wide = wide * (scale + k) // k
            require_size(wide, ENTRIES, "mixtures")
        return tuple(tuple(Fraction(n, scale) for n in parts) for parts in _compositions(scale, rows))
    if isinstance(given, str) or not isinstance(given, Sequence) or not given:
        raise UsageError(f"mixtures: expected a whole number or a list of mixtures, found {shorten(given)}")
    return tuple(_mixture(one, rows, f"mixtures[{k}]") for k, one in enumerate(given))


def _compositions(total: int, parts: int) -> list[tuple[int, ...]]:
    """All lists of so many whole numbers with this sum, those first that begin with more."""
    if parts == 1:
        return [(total,)]
    return [(n, *rest) for n in range(total, -1, -1) for rest in _compositions(total - n, parts - 1)]


def _mixture(given: object, rows: int, place: str) -> tuple[Fraction, ...]:
    if isinstance(given, str) or not isinstance(given, Sequence) or len(given) != rows:
        raise UsageError(f"{place}: expected a list of {rows} probabilities, found {shorten(given)}; write them")
    made = tuple(fraction(one, f"{place}[{i}]") for i, one in enumerate(given))
    if min(made) < 0 or sum(made) != 1:
        raise UsageError(f"{place}: expected probabilities that sum to 1, found {shorten(given)}; correct them")
    return made


def _label(mixture: Sequence[Fraction], labels: Sequence[str]) -> str:
    played = [(p, label) for p, label in zip(mixture, labels, strict=True) if p]
    return played[0][1] if len(played) == 1 else " + ".join(f"{text_of(p)}*{label}" for p, label in played)
