"""The cells of an answer: frozen records whose attributes carry the names of contract section 5.

``when`` lists the relations under which a cell holds, within the game's assumptions; ``()`` is the whole domain.
Numbers are :class:`~fractions.Fraction` (an ``Expression`` where they depend on a parameter).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from stackexact.exact.enclosures import Enclosure
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import FrozenMapping
from stackexact.exact.relation import text_of
from stackexact.solving.shown import Shown

__all__ = [
    "AlignmentCell",
    "BenchmarkCell",
    "Cell",
    "CorrelatedCell",
    "EquilibriumCell",
    "FieldsCell",
    "Infinity",
    "SupremumCell",
    "document_of",
    "each",
    "frozen_mapping",
]


class Infinity(Enum):
    """A value beyond all numbers, such as the alignment constant where there is none; prints as ``oo`` or ``-oo``."""

    OO = "oo"
    MINUS_OO = "-oo"

    def __str__(self) -> str:
        return self.value


V = TypeVar("V")


def frozen_mapping(pairs: Mapping[str, V]) -> Mapping[str, V]:
    """A read-only mapping from action labels to exact numbers."""
    return FrozenMapping(pairs)


def each(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of a cell with each of its leaves changed: those of mappings by label, of tuples by stage, and of cells
    within it by field."""
    if isinstance(value, Mapping):
        return FrozenMapping({label: each(entry, change) for label, entry in value.items()})
    if isinstance(value, tuple):
        return tuple(each(entry, change) for entry in value)
    if isinstance(value, FieldsCell):
        made: Any = value
        return replace(made, **{field.name: each(getattr(value, field.name), change) for field in fields(made)})
    return change(value)


def document_of(value: Any) -> Any:
    """What stands in a cell, as JSON: numbers as texts, or as enclosures."""
    if isinstance(value, bool | str) or type(value) is int:
        return value
    if isinstance(value, Mapping):
        return {key: document_of(entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        return [document_of(entry) for entry in value]
    if isinstance(value, Infinity):
        return str(value)
    return value.document() if isinstance(value, Enclosure | FieldsCell) else text_of(value)


class FieldsCell(Shown):
    """Cells, and parts of them, whose JSON has the names of their fields; what there is not is left out."""

    __slots__ = ()

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        made = {one.name: getattr(self, one.name) for one in fields(self)}  # type: ignore[arg-type]
        return {name: document_of(value) for name, value in made.items() if value is not None}


def _mapping_texts(weights: Mapping[str, Exact]) -> dict[str, str]:
    return {label: text_of(weight) for label, weight in weights.items()}


@dataclass(frozen=True, slots=True, repr=False)
class EquilibriumCell(Shown):
    """A Stackelberg equilibrium: values, the leader's commitment (positive weights only), the follower's response, and
    every follower action that reaches the value (``tied``)."""

    when: tuple[str, ...]
    leader: Exact
    follower: Exact
    commitment: Mapping[str, Exact]
    response: str
    tied: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        return {
            "when": list(self.when),
            "leader": text_of(self.leader),
            "follower": text_of(self.follower),
            "commitment": _mapping_texts(self.commitment),
            "response": self.response,
            "tied": list(self.tied),
        }


@dataclass(frozen=True, slots=True, repr=False)
class SupremumCell(Shown):
    """A supremum over commitments: whether a commitment attains it, and one that does (``witness``).

    ``classes`` lists the classes of equivalent follower actions in whose best-response regions it is reached.
    """

    when: tuple[str, ...]
    leader: Exact
    attained: bool
    classes: tuple[tuple[str, ...], ...] | None
    witness: Mapping[str, Exact] | None

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        made: dict[str, Any] = {
            "when": list(self.when),
            "leader": text_of(self.leader),
            "attained": self.attained,
        }
        if self.classes is not None:
            made["classes"] = [list(members) for members in self.classes]
        if self.witness is not None:
            made["witness"] = _mapping_texts(self.witness)
        return made


@dataclass(frozen=True, slots=True, repr=False)
class BenchmarkCell(Shown):
    """Error-tolerant benchmarks of both players, and the ε at which their infima are attained."""

    when: tuple[str, ...]
    leader: Exact
    follower: Exact
    epsilon: Mapping[str, Exact] | None

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        made: dict[str, Any] = {
            "when": list(self.when),
            "leader": text_of(self.leader),
            "follower": text_of(self.follower),
        }
        if self.epsilon is not None:
            made["epsilon"] = _mapping_texts(self.epsilon)
        return made


@dataclass(frozen=True, slots=True, repr=False)
class AlignmentCell(Shown):
    """The partial-alignment constant (:attr:`Infinity.OO` when there is none) and whether both rank outcomes alike."""

    when: tuple[str, ...]
    constant: Exact | Infinity
    same_ranking: bool

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        constant = str(self.constant) if isinstance(self.constant, Infinity) else text_of(self.constant)
        return {"when": list(self.when), "constant": constant, "same_ranking": self.same_ranking}


@dataclass(frozen=True, slots=True, repr=False)
class CorrelatedCell(Shown):
    """An optimal correlated commitment: ``distribution[i][j]`` is the probability of an outcome, where positive."""

    when: tuple[str, ...]
    leader: Exact
    follower: Exact
    distribution: Mapping[str, Mapping[str, Exact]]

    def document(self) -> dict[str, Any]:
        """The cell as JSON."""
        return {
            "when": list(self.when),
            "leader": text_of(self.leader),
            "follower": text_of(self.follower),
            "distribution": {label: _mapping_texts(row) for label, row in self.distribution.items()},
        }


Cell: TypeAlias = EquilibriumCell | SupremumCell | BenchmarkCell | AlignmentCell | CorrelatedCell
