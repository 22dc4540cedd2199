"""What games that may depend on parameters can do, whatever their kind: values put in, assumptions, documents."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cached_property
from types import ModuleType
from typing import Any, ClassVar, Self

from stackexact.errors import GameError
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, parameters_of
from stackexact.games.declared import (
    digest,
    document_head,
    further_assumptions,
    parameters_left,
    still_assumed,
    substituted,
)

__all__ = ["ParametricGame"]


class ParametricGame:
    """Base of frozen dataclasses of games; they say what depends on parameters, and what they are as JSON."""

    kind: ClassVar[str]

    parameters: tuple[str, ...]
    assumptions: tuple[Assumption, ...]
    name: str | None
    description: str | None

    @abstractmethod
    def values(self) -> Iterator[tuple[str, Exact]]:
        """Everything that may depend on parameters, by its place in the JSON object."""

    @abstractmethod
    def _substituted(self, given: Mapping[str, Exact]) -> Self:
        """The same with values put in everywhere but in assumptions; ``parameters`` are left alone."""

    @abstractmethod
    def _identity(self) -> dict[str, Any]:
        """All that answers depend on, as JSON."""

    @property
    def is_numeric(self) -> bool:
        """Whether no parameter is left but in assumptions."""
        return not any(isinstance(value, Expression) for _, value in self.values())

    @property
    def unused_parameters(self) -> tuple[str, ...]:
        """Declared parameters that occur nowhere; readers warn about them."""
        used = self._used()
        return tuple(name for name in self.parameters if name not in used)

    def _used(self) -> set[str]:
        names = {name for _, value in self.values() for name in parameters_of(value)}
        return names | {name for chain in self.assumptions for name in chain.parameters}

    def at(self, values: Mapping[str, object] | None = None, /, **more: object) -> Self:
        """The game with exact values substituted for some or all parameters, all at once.

        A value may depend on parameters, also on those that it replaces; names that are new become parameters. Values
        that an assumption excludes, or at which a number is out of its range, are an error. Parameters whose name is a
        Python keyword go into a mapping: ``game.at({"lambda": "1/2"})``.
        """
        return substituted(self.parameters, {**(values or {}), **more}, self._put_in)

    def _put_in(self, given: Mapping[str, Exact]) -> Self:
        try:
            chains = still_assumed(self.assumptions, given)
            made = self._substituted(given)._with(assumptions=chains)
        except GameError as error:
            raise GameError(f"substitution: {error}") from None
        return made._with(parameters=parameters_left(self.parameters, given, made._used()))

    def assuming(self, *relations: str) -> Self:
        """The game under further assumptions; those that are numerically true are dropped, false ones refused."""
        return self._with(assumptions=(*self.assumptions, *further_assumptions(relations, self.parameters)))

    def _set(self, values: Mapping[str, Any]) -> None:
        for key, value in values.items():
            object.__setattr__(self, key, value)

    def _with(self, **changes: Any) -> Self:
        made = object.__new__(type(self))
        made._set({one.name: getattr(self, one.name) for one in fields(self)} | changes)  # type: ignore[arg-type]
        return made

    def document(self) -> dict[str, Any]:
        """The game as a JSON object, numbers in normal form; reading it gives an equal game."""
        return document_head(self) | self._identity()

    @cached_property
    def sha256(self) -> str:
        """Digest of the canonical JSON (sorted keys, no white space, UTF-8) of all that answers depend on: two games
        with the same digest have the same answers."""
        return digest(self._identity())

    def __str__(self) -> str:
        return str(self._display().text(self))

    def _repr_html_(self) -> str:
        return str(self._display().html(self))

    def _repr_latex_(self) -> str:
        return str(self._display().latex(self))

    def _display(self) -> ModuleType:
        """The module that shows games of this kind."""
        from stackexact.games.kinds import kind

        return kind(self.kind).display
