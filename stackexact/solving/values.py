"""What is shown of a result: labelled values, the one model behind text, HTML and LaTeX.

The model follows the types of a cell's fields, so that the cells of a new concept are shown without a line added here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any, Final, NamedTuple

from stackexact.exact.rational_function import Exact, Expression
from stackexact.games.table import Marks
from stackexact.solving.cells import Cell, EquilibriumCell, Infinity
from stackexact.solving.concepts import CONCEPTS
from stackexact.solving.solution import Result, Solution

__all__ = ["Block", "Item", "Part", "blocks", "marks_of"]

_REMARKS: Final = {
    ("attained", False): "no (a supremum, approached but not reached)",
    ("constant", Infinity.OO): "oo (no finite constant)",
}
"""Values that need a word of explanation."""


class Part(NamedTuple):
    """A word (an action, yes or no), a number, or a number that belongs to a word (its probability)."""

    word: str
    number: Exact | None = None


class Item(NamedTuple):
    """A labelled value: ``leader`` and its number, ``commitment`` and its actions with their probabilities."""

    label: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One result: a heading, and for each of its cells where it holds (``when``) and its values."""

    name: str
    title: str
    source: str
    facts: tuple[Item, ...]
    cells: tuple[tuple[str, tuple[Item, ...]], ...]


def blocks(solution: Solution) -> tuple[Block, ...]:
    """The results of a solution, in their order."""
    known = {concept.name: concept for concept in CONCEPTS}
    return tuple(
        Block(name, known[name].title, known[name].source, tuple(_facts(result)), tuple(_cells(result)))
        for name, result in solution.items()
    )


def marks_of(solution: Solution) -> Marks:
    """The outcomes that commitments lead to, marked by the letters of their concepts, where the answer is one cell."""
    rows = {label: i for i, label in enumerate(solution.game.actions.leader)}
    columns = {label: j for j, label in enumerate(solution.game.actions.follower)}
    at: dict[tuple[int, int], str] = {}
    legend = []
    for concept in CONCEPTS:
        cells = solution[concept.name].cells if concept.letter and concept.name in solution else ()
        if len(cells) == 1 and isinstance(cells[0], EquilibriumCell):
            legend.append((concept.letter, concept.name))
            for label in cells[0].commitment:
                place = rows[label], columns[cells[0].response]
                at[place] = at.get(place, "") + concept.letter
    return Marks(at, tuple(legend))


def _facts(result: Result) -> Iterator[Item]:
    if result.tolerance is not None:
        yield Item("tolerance", (Part("", result.tolerance),))


def _cells(result: Result) -> Iterator[tuple[str, tuple[Item, ...]]]:
    for cell in result.cells:
        yield " and ".join(cell.when), tuple(_items(cell))
    for when in result.undecided:
        yield " and ".join(when), (Item("undecided", (Part("a limit was reached before this was settled"),)),)


def _items(cell: Cell) -> Iterator[Item]:
    for field in fields(cell):
        value = getattr(cell, field.name)
        if field.name == "when" or value is None or _follows(cell, field.name):
            continue
        yield Item(field.name.replace("_", " "), tuple(_parts(field.name, value)))


def _follows(cell: Cell, name: str) -> bool:
    """Whether a value says nothing beyond the others: the response ties with nothing but itself."""
    return name == "tied" and isinstance(cell, EquilibriumCell) and cell.tied == (cell.response,)


def _parts(name: str, value: Any) -> Iterator[Part]:
    if isinstance(value, bool | Infinity):
        yield Part(_REMARKS.get((name, value)) or ("yes" if value else "no"))
    elif isinstance(value, Fraction | Expression):
        yield Part("", value)
    elif isinstance(value, str):
        yield Part(value)
    elif isinstance(value, Mapping):
        yield from _weights(value)
    else:
        yield from (Part(entry if isinstance(entry, str) else f"{{{', '.join(entry)}}}") for entry in value)


def _weights(weights: Mapping[str, Any]) -> Iterator[Part]:
    if list(weights.values()) == [1]:
        yield from map(Part, weights)  # one action, played with certainty
        return
    for label, weight in weights.items():
        if isinstance(weight, Mapping):
            yield from (Part(f"{label}, {inner}", number) for inner, number in weight.items())
        else:
            yield Part(label, weight)
