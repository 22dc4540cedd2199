"""Frozen records and mappings of exact values that print at any length, hash, copy and pickle.

CPython writes no integers of more than 4 300 digits, so that neither ``str`` nor ``repr`` of a fraction is certain to
work; and its read-only mappings can be neither hashed nor pickled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any, Final, TypeVar, cast

from stackexact.exact.decimals import shortened
from stackexact.exact.rational_function import Expression
from stackexact.exact.relation import text_of

__all__ = ["FrozenMapping", "Record", "shown"]

V = TypeVar("V", covariant=True)

_ENDS: Final = 8
_LONGEST: Final = 80


def shown(value: object) -> str:
    """How a value stands in the ``repr`` of a record: exact numbers as text, the middle of long ones left out.

    >>> shown((Fraction(1, 2), {"a1": Fraction(10**5000 + 1)}))
    "(1/2, {'a1': 10000000…00000001 (5 001 digits)})"
    """
    if isinstance(value, Fraction):
        return shortened(value, _ENDS)
    if isinstance(value, Expression):
        text = text_of(value)
        return text if len(text) <= _LONGEST else f"{text[: _LONGEST // 2]}…{text[-_LONGEST // 2 :]}"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {shown(entry)}' for key, entry in value.items())}}}"
    if type(value) is tuple:
        return f"({', '.join(map(shown, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


class Record:
    """Base of dataclasses that hold exact values; they are declared with ``repr=False``."""

    __slots__ = ()

    def __repr__(self) -> str:
        named = (f"{field.name}={shown(getattr(self, field.name))}" for field in fields(cast(Any, self)) if field.repr)
        return f"{type(self).__name__}({', '.join(named)})"


class FrozenMapping(Mapping[str, V]):
    """A read-only mapping, equal to any mapping with the same entries.

    >>> weights = FrozenMapping({"a1": Fraction(1, 3), "a2": Fraction(2, 3)})
    >>> weights, weights["a2"], weights == {"a2": Fraction(2, 3), "a1": Fraction(1, 3)}
    ({'a1': 1/3, 'a2': 2/3}, Fraction(2, 3), True)
    """

    __slots__ = ("_entries",)
    _entries: dict[str, V]

    def __init__(self, entries: Mapping[str, V]) -> None:
        object.__setattr__(self, "_entries", dict(entries))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"the mapping is read-only; cannot set {name!r}")

    def __getitem__(self, key: str) -> V:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __hash__(self) -> int:
        return hash(frozenset(self._entries.items()))

    def __reduce__(self) -> tuple[Any, tuple[dict[str, V]]]:
        return FrozenMapping, (self._entries,)

    def __repr__(self) -> str:
        return shown(self)
