"""Two-player games in strategic form: a leader who commits, a follower who responds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar

from stackexact.errors import ExpressionError, GameError, StackexactError, shorten
from stackexact.exact.grammar import INPUT
from stackexact.exact.numbers import Floats, exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.records import Record
from stackexact.exact.relation import Assumption, parameters_of, text_of
from stackexact.exact.work import Work
from stackexact.games.declared import (
    declared_assumptions,
    declared_parameters,
    declared_text,
    further_assumptions,
    still_assumed,
)
from stackexact.games.tables import Actions, Table, read_actions, read_table, require_shape

__all__ = ["Actions", "Game", "Payoffs", "Table"]


@dataclass(frozen=True, slots=True, repr=False)
class Payoffs(Record):
    """``leader[i][j]`` and ``follower[i][j]``: utilities when the leader plays i and the follower j."""

    leader: Table
    follower: Table


@dataclass(frozen=True, init=False)
class Game:
    """A two-player game with exact payoffs, possibly in terms of parameters (kind ``bimatrix``).

    ``leader`` and ``follower`` are tables of m rows and n columns: nested sequences or NumPy arrays of integers,
    fractions, text (``"3/5"``, ``"2*delta"``), SymPy expressions. ``parameters`` may be left out: the names used are
    then the parameters. ``assumptions`` are relations, or one of them as text. ``tolerance`` is the γ of the
    error-tolerant benchmarks. Bad input raises
    :class:`~stackexact.errors.GameError` with the place and the remedy.

    >>> game = Game(leader=[["3/5", "1/5"], ["1/2", "2/5"]], follower=[["delta", 0], ["3/5", "2/5"]],
    ...             assumptions=["0 < delta", "delta < 1/20"])
    >>> game.parameters, game.actions.leader
    (('delta',), ('a1', 'a2'))
    >>> game.at(delta="1/100").payoffs.follower[0][0]
    Fraction(1, 100)
    """

    kind: ClassVar[str] = "bimatrix"

    actions: Actions
    payoffs: Payoffs
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    tolerance: Exact | None = None
    name: str | None = None
    description: str | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)

    def __init__(
        self,
        leader: Iterable[Iterable[object]],
        follower: Iterable[Iterable[object]],
        *,
        actions: Actions | Mapping[str, Sequence[str]] | None = None,
        parameters: Sequence[str] | None = None,
        assumptions: Iterable[str | Assumption] | str | Assumption | None = (),
        tolerance: object = None,
        name: str | None = None,
        description: str | None = None,
        source: str | None = None,
        floats: Floats = "refuse",
    ) -> None:
        work = Work(INPUT.effort)

        def number(value: object) -> Exact:
            return exact(value, floats=floats, work=work)

        tables = Payoffs(read_table(leader, "payoffs.leader", number), read_table(follower, "payoffs.follower", number))
        require_shape(tables.follower, tables.leader, "payoffs.follower", "payoffs.leader")
        chains = declared_assumptions(assumptions, work)
        bound = None if tolerance is None else _tolerance(tolerance, floats, work)
        used = _used_names(tables, chains, bound)
        values = {
            "actions": read_actions(actions, len(tables.leader), len(tables.leader[0])),
            "payoffs": tables,
            "parameters": declared_parameters(parameters, used),
            "assumptions": chains,
            "tolerance": bound,
            "name": declared_text(name, "name"),
            "description": declared_text(description, "description"),
            "source": declared_text(source, "source"),
        }
        for key, value in values.items():
            object.__setattr__(self, key, value)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.payoffs.leader), len(self.payoffs.leader[0])

    @property
    def is_numeric(self) -> bool:
        """Whether payoffs and tolerance are numbers, so that no answer depends on a parameter."""
        rows = (*self.payoffs.leader, *self.payoffs.follower, (self.tolerance,))
        return not any(Expression in set(map(type, row)) for row in rows)

    @property
    def unused_parameters(self) -> tuple[str, ...]:
        """Declared parameters that occur nowhere; readers warn about them."""
        used = _used_names(self.payoffs, self.assumptions, self.tolerance)
        return tuple(name for name in self.parameters if name not in used)

    def at(self, values: Mapping[str, object] | None = None, /, **more: object) -> Game:
        """The game with exact values substituted for some or all parameters, all at once.

        A value may depend on parameters, also on those that it replaces; names that are new become parameters. A value
        that an assumption excludes is an error. Parameters whose name is a Python keyword go into a mapping:
        ``game.at({"lambda": "1/2"})``.
        """
        given = {name: exact(value) for name, value in {**(values or {}), **more}.items()}
        for name in given:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise GameError(f"parameter {shorten(name)}: expected one of the game's parameters ({known})")
        try:
            return self._substituted(given)
        except ExpressionError as error:
            raise GameError(f"substitution: {error}") from None

    def _substituted(self, given: Mapping[str, Exact]) -> Game:
        def one(value: Exact) -> Exact:
            return value.at(given) if isinstance(value, Expression) else value

        def table(rows: Table) -> Table:
            return tuple(tuple(one(value) for value in row) for row in rows)

        chains = still_assumed(self.assumptions, given)
        tolerance = None if self.tolerance is None else _tolerance(one(self.tolerance), "refuse")
        tables = Payoffs(table(self.payoffs.leader), table(self.payoffs.follower))
        # A substituted name may come back in a value: delta by 2*delta, or a and b by each other.
        used = _used_names(tables, chains, tolerance)
        kept = (name for name in self.parameters if name not in given or name in used)
        names = (*kept, *sorted(used - set(self.parameters)))
        return self._with(payoffs=tables, assumptions=chains, tolerance=tolerance, parameters=names)

    def assuming(self, *relations: str) -> Game:
        """The game under further assumptions; those that are numerically true are dropped, false ones refused."""
        return self._with(assumptions=(*self.assumptions, *further_assumptions(relations, self.parameters)))

    def with_tolerance(self, tolerance: object) -> Game:
        """The game with this tolerance γ."""
        bound = _tolerance(tolerance, "refuse")
        if unknown := sorted(set(parameters_of(bound)) - set(self.parameters)):
            remedy = f"declare it in the game, with an assumption: '0 <= {unknown[0]}'"
            found = f"found {', '.join(unknown)}; {remedy}"
            raise GameError(f"tolerance: expected a number or the game's parameters, {found}")
        return self._with(tolerance=bound)

    def with_leader(self, player: int) -> Game:
        """The game seen with player 1 (as it is) or player 2 (transposed) as the leader."""
        if player == 1:
            return self
        if player != 2:
            raise GameError(f"leader: expected player 1 or 2, found {player}")
        return self._with(
            actions=Actions(self.actions.follower, self.actions.leader),
            payoffs=Payoffs(_transposed(self.payoffs.follower), _transposed(self.payoffs.leader)),
        )

    def _with(self, **changes: Any) -> Game:
        made = object.__new__(Game)
        for key in self.__dataclass_fields__:
            object.__setattr__(made, key, changes.get(key, getattr(self, key)))
        return made

    def document(self) -> dict[str, Any]:
        """The game as the JSON object of contract section 2, payoffs in normal form."""
        document: dict[str, Any] = {"format": "stackexact/game", "version": 1, "kind": self.kind}
        for key in ("name", "description", "source"):
            if getattr(self, key) is not None:
                document[key] = getattr(self, key)
        document |= self._identity()
        if self.tolerance is not None:
            document["tolerance"] = text_of(self.tolerance)
        return document

    def _identity(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "actions": {"leader": list(self.actions.leader), "follower": list(self.actions.follower)},
            "parameters": list(self.parameters),
            "assumptions": [str(chain) for chain in self.assumptions],
            "payoffs": {
                "leader": [[text_of(value) for value in row] for row in self.payoffs.leader],
                "follower": [[text_of(value) for value in row] for row in self.payoffs.follower],
            },
        }

    @cached_property
    def sha256(self) -> str:
        """Digest of the canonical JSON (sorted keys, no white space, UTF-8) of kind, actions, parameters,
        assumptions and payoffs: two games with the same digest have the same answers."""
        text = json.dumps(self._identity(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def __repr__(self) -> str:
        rows, columns = self.shape
        title = f"{self.name!r}, " if self.name else ""
        symbols = f", parameters {', '.join(self.parameters)}" if self.parameters else ""
        return f"<Game {title}{rows}x{columns}{symbols}>"

    def __str__(self) -> str:
        from stackexact.games.display import text

        return text(self)

    def _repr_html_(self) -> str:
        from stackexact.games.display import html

        return html(self)

    def _repr_latex_(self) -> str:
        from stackexact.games.display import latex

        return latex(self)


def _transposed(table: Table) -> Table:
    return tuple(zip(*table, strict=True))


def _tolerance(given: object, floats: Floats, work: Work | None = None) -> Exact:
    try:
        value = exact(given, floats=floats, work=work)
    except StackexactError as error:
        raise GameError(f"tolerance: {error}") from None
    if isinstance(value, Fraction) and value < 0:
        raise GameError(f"tolerance: expected a value of at least 0, found {shorten(text_of(value))}")
    return value


def _used_names(tables: Payoffs, chains: tuple[Assumption, ...], tolerance: Exact | None) -> set[str]:
    names = {name for chain in chains for name in chain.parameters}
    names |= set(parameters_of(tolerance)) if tolerance is not None else set()
    for row in (*tables.leader, *tables.follower):
        for value in row:
            if type(value) is Expression:
                names.update(value.parameters)
    return names
