"""Copies of a frozen record that differ from it in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

Choices = Mapping[str, Callable[[Any], list[Any]]]
"""For the fields of these names, what else may stand there; records and tuples in them are still taken apart."""


def mutants(value: Any, numbers: int, choices: Choices | None = None) -> Iterator[Any]:
    """Every copy of a record with one place changed: integers to the others below ``numbers``, truth values flipped,
    enumeration members exchanged, entries of tuples changed (and dropped, doubled, exchanged in tuples of any length).
    """
    choices = choices or {}
    for field in fields(value):
        own = getattr(value, field.name)
        found = [*choices.get(field.name, lambda _: [])(own)]
        if not isinstance(own, int) or isinstance(own, bool) or field.name not in choices:
            found += _changed(own, numbers, choices, str(field.type).count("..."))
        for changed in found:
            yield replace(value, **{field.name: changed})


def _changed(value: Any, numbers: int, choices: Choices, open_levels: int) -> Iterator[Any]:
    """Changes of one value; the outer ``open_levels`` levels of nested tuples have any length."""
    if is_dataclass(value):
        yield from mutants(value, numbers, choices)
    elif isinstance(value, tuple):
        for place, entry in enumerate(value):
            before, after = value[:place], value[place + 1 :]
            if open_levels:
                yield (*before, *after)
                yield (*before, entry, entry, *after)
                yield (*before, *after[:1], entry, *after[1:])
            for changed in _changed(entry, numbers, choices, max(0, open_levels - 1)):
                yield (*before, changed, *after)
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (other for other in range(numbers) if other != value)
    elif isinstance(value, Enum):
        yield from (other for other in type(value) if other is not value)
