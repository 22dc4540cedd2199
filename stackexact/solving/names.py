"""The names of the values of cells: of attributes, and of the entries of mappings.

Everything that is asked for a value by its name (callables, expressions, limits, comparisons, plots) finds it here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.enclosures import Enclosure
from stackexact.exact.rational_function import Expression
from stackexact.solving.cells import Cell, FieldsCell, Infinity
from stackexact.solving.incentive_cells import CostCell

if TYPE_CHECKING:
    from stackexact.solving.solution import Result

__all__ = ["known_attribute", "known_name", "named_value", "numeric_names", "plain_names", "usual_name"]

_NUMERIC: Final = (Fraction, Expression, Infinity)


def named_value(cell: Cell, name: str) -> Any:
    """The value of a cell that has that name, ``None`` where the cell has none.

    Entries of the mappings of games of incentives have dotted names (``gain.u0.u``); the only entry of a mapping is
    meant by the mapping's own name (``gain``) as well. So have the values of what stands within a cell
    (``best.leader``).
    """
    head, *keys = name.split(".")
    value = getattr(cell, head)
    for key in keys:
        value = getattr(value, key, None) if isinstance(value, FieldsCell) else _entry(value, key)
    if isinstance(cell, CostCell):
        while isinstance(value, Mapping) and len(value) == 1:
            (value,) = value.values()
    return value


def _entry(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, Mapping) else None


def _entries(cell: Cell, name: str) -> tuple[tuple[str, Any], ...]:
    """A value by its name, or the entries of a mapping by theirs."""

    def below(value: Any, name: str) -> Iterator[tuple[str, Any]]:
        if isinstance(value, FieldsCell):
            for field in fields(value):  # type: ignore[arg-type]  # all its classes are dataclasses
                yield from below(getattr(value, field.name), f"{name}.{field.name}")
        elif isinstance(value, Mapping):
            for key, entry in value.items():
                yield from below(entry, f"{name}.{key}")
        else:
            yield name, value

    value = getattr(cell, name)
    made = (
        tuple(below(value, name)) if isinstance(cell, CostCell) or isinstance(value, FieldsCell) else ((name, value),)
    )
    return ((name, made[0][1]),) if len(made) == 1 else made


def numeric_names(result: Result) -> tuple[str, ...]:
    """The values of a result that are numbers or functions in some cell, such as ``leader`` or ``actions.u0``."""
    return tuple(name for name, value in _values(result).items() if isinstance(value, _NUMERIC))


def _values(result: Result) -> dict[str, Any]:
    """The values of a result by their names, each from the first cell that has it."""
    found: dict[str, Any] = {}
    names = [field.name for field in fields(result.cells[0]) if field.name != "when"] if result.cells else []
    for head in names:
        for cell in result.cells:
            for name, value in _entries(cell, head):
                if found.get(name) is None:
                    found[name] = value
    # What is a mapping in one cell and missing in another is known by its entries.
    return {name: value for name, value in found.items() if value is not None or not _has_entries(name, found)}


def _has_entries(name: str, found: Mapping[str, Any]) -> bool:
    return any(other.startswith(f"{name}.") for other in found)


def plain_names(result: Result) -> tuple[str, ...]:
    """The values that are drawn where none are named: those that are no entries of mappings, if there are any."""
    names = numeric_names(result)
    plain = [name for name in names if any(isinstance(getattr(cell, name, None), _NUMERIC) for cell in result.cells)]
    return tuple(plain) or names


def usual_name(result: Result) -> str:
    """The value that is meant where none is named: the leader's (her cost), or the first that the cells have."""
    names = numeric_names(result)
    return next((name for name in ("leader", "cost") if name in names), names[0] if names else "leader")


def known_name(result: Result, name: str) -> None:
    """Refuse what the cells of a result do not have."""
    if not result.cells:
        raise InputError(f"{result.concept}: expected a decided cell, found none; raise the limit")
    names = numeric_names(result)
    if any(isinstance(_at(cell, name), Enclosure) for cell in result.cells):
        raise UsageError(f"{result.concept}: expected a value with a formula, found {name} enclosed; read .cells")
    if name not in names and not _is_only_entry(result, name):
        known = ", ".join(names) or "nothing: no cell has a number"
        raise UsageError(f"{result.concept}: expected one of {known}, found {shorten(name)}")


def _at(cell: Cell, name: str) -> Any:
    """A value by its name, nothing where there is none."""
    return named_value(cell, name) if hasattr(cell, name.partition(".")[0]) else None


def known_attribute(result: Result, name: str) -> None:
    """Refuse what is no value of any kind in the cells of a result: neither a number nor a word."""
    values = _values(result)
    heads = {one.partition(".")[0] for one in values}
    if name not in {*values, *heads} and not _is_only_entry(result, name):
        known = ", ".join(one for one in values if values[one] is not None) or "nothing: no cell is decided"
        raise UsageError(f"{result.concept}: expected one of {known}, found {shorten(name)}")


def _is_only_entry(result: Result, name: str) -> bool:
    """Whether a dotted name is the full one of a mapping's only entry."""
    head, dot, _ = name.partition(".")
    names = numeric_names(result) if dot else ()
    return head in names and any(named_value(cell, name) is not None for cell in result.cells)
