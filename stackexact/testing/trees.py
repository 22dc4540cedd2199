"""Values as they are stored beside a test: trees whose leaves say of what type they are, and their JSON.

Text is stored as it is. A number or an expression stands behind an equals sign, ``"= 1/3"``, as in a spreadsheet; so
does infinity, ``"= oo"``. Text that begins with an equals sign or an apostrophe has another apostrophe before it. So
people can read the file, and write it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from stackexact.errors import ExpressionError, InputError, UsageError, shorten
from stackexact.exact.grammar import parse as parse_exact
from stackexact.exact.numbers import exact
from stackexact.exact.relation import text_of
from stackexact.games.json_text import Numeral, at_path, described
from stackexact.solving.cells import Infinity
from stackexact.testing.answers import unbounded
from stackexact.testing.wording import amount, listed

__all__ = ["Infinite", "Number", "Tree", "differences", "encoded", "readable", "restored"]

Tree: TypeAlias = Any
"""What is compared: text, numbers, infinity, truth values, None, and lists and mappings of them."""

_DEEPEST: Final = 100
"""Lists within lists; one that contains itself has no end."""


class Number(str):
    """The text of an exact number or expression, as opposed to any other text."""

    __slots__ = ()


class Infinite(str):
    """``oo`` or ``-oo``, as opposed to text, and to a parameter of that name."""

    __slots__ = ()


_INFINITE: Final = ("oo", "-oo")


def encoded(value: Any, place: str, depth: int = 0) -> Tree:
    """Values as they are compared; ``place`` is what messages call them.

    >>> encoded({"value": Fraction(2, 6), "cells": [True, None]}, "values")
    {'value': '1/3', 'cells': [True, None]}
    >>> type(encoded(Fraction(1, 3), "values")).__name__, type(encoded("1/3", "values")).__name__
    ('Number', 'str')
    >>> encoded({"value": 0.1}, "values")
    Traceback (most recent call last):
    stackexact.errors.UsageError: values.value: expected an exact number, found the float 0.1; write the text '0.1', ...
    """
    if depth > _DEEPEST:
        top = place.partition("[")[0].partition(".")[0]
        raise UsageError(f"{top}: expected at most {_DEEPEST} levels of lists, found more; does one contain itself?")
    if value is None or isinstance(value, bool | str):
        return str(value) if isinstance(value, str) else value
    if (infinite := _infinite(value)) is not None:
        return infinite
    if callable(getattr(value, "document", None)) and not isinstance(value, type):
        return encoded(value.document(), place, depth + 1)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise UsageError(f"{place}: expected text as a key, found {type(key).__name__} {shorten(key)}")
        return {str(key): encoded(entry, at_path(place, key), depth + 1) for key, entry in value.items()}
    if isinstance(value, Set):
        raise UsageError(f"{place}: expected values in an order, found a {type(value).__name__}; sort it into a list")
    if hasattr(value, "tolist"):
        return encoded(value.tolist(), place, depth + 1)
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: getattr(value, one.name) for one in fields(value)}
        return {name: encoded(entry, at_path(place, name), depth + 1) for name, entry in named.items()}
    if isinstance(value, list | tuple):
        return [encoded(entry, f"{place}[{i}]", depth + 1) for i, entry in enumerate(value)]
    try:
        return Number(text_of(exact(value)))
    except ExpressionError as error:
        raise UsageError(f"{place}: {error}") from None


def _infinite(value: object) -> Infinite | None:
    """Ours and SymPy's; that of floats is refused with all of them."""
    if not isinstance(value, Infinity) and getattr(value, "is_infinite", False) is not True:
        return None
    return {math.inf: Infinite("oo"), -math.inf: Infinite("-oo")}.get(unbounded(value) or 0)


def readable(tree: Tree) -> Any:
    """A tree as JSON values, in which text and numbers can be told apart.

    >>> readable([Number("1/3"), "1/3", Infinite("-oo"), Number("oo"), "= 1/3", True])
    ['= 1/3', '1/3', '= -oo', '= (oo)', "'= 1/3", True]
    """
    if isinstance(tree, dict):
        return {key: readable(entry) for key, entry in tree.items()}
    if isinstance(tree, list):
        return [readable(entry) for entry in tree]
    if isinstance(tree, Number):
        return f"= ({tree})" if str(tree) in _INFINITE else f"= {tree}"  # a parameter may be called oo
    if isinstance(tree, Infinite):
        return f"= {tree}"
    return f"'{tree}" if isinstance(tree, str) and tree.startswith(("=", "'")) else tree


def restored(value: Any, place: str, depth: int = 0) -> Tree:
    """The tree of JSON values; a JSON number is a number.

    Raises :class:`~stackexact.errors.InputError` for text behind an equals sign that is no exact number.

    >>> [type(leaf).__name__ for leaf in restored(["= 1/3", "1/3", "= oo", "'= 1/3", None], "values")]
    ['Number', 'str', 'Infinite', 'str', 'NoneType']
    """
    if depth > 2 * _DEEPEST:
        raise InputError(f"expected at most {_DEEPEST} levels of lists, found more; restore the file")
    if isinstance(value, dict):
        return {key: restored(entry, at_path(place, key), depth + 1) for key, entry in value.items()}
    if isinstance(value, list):
        return [restored(entry, f"{place}[{i}]", depth + 1) for i, entry in enumerate(value)]
    if not isinstance(value, str):
        return value
    if not isinstance(value, Numeral) and not value.startswith("="):
        return value.removeprefix("'")
    text = value.removeprefix("=").strip(" ")
    if text in _INFINITE:
        return Infinite(text)
    try:
        return Number(text_of(parse_exact(text)))  # a person need not write the normal form
    except ExpressionError:
        told = f"expected an exact number behind the equals sign, found {shorten(text)}"
        raise InputError(f"{place}: {told}; correct it, or write text with ' before it") from None


def differences(stored: Tree, found: Tree, place: str = "") -> Iterator[str]:
    """Every place where what was found is not what is stored.

    >>> list(differences({"value": Number("1/2")}, {"value": "1/2"}))
    ["value: stored the number 1/2 = 0.5, found the text '1/2'"]
    """
    here = place or "the values"
    if isinstance(found, dict) and isinstance(stored, dict):
        if missing := [key for key in stored if key not in found]:
            yield f"{here}: stored with {listed(map(repr, missing))}, now without"
        if new := [key for key in found if key not in stored]:
            yield f"{here}: stored without {listed(map(repr, new))}, now with"
        for key in (key for key in found if key in stored):
            yield from differences(stored[key], found[key], at_path(place, key))
    elif isinstance(found, list) and isinstance(stored, list):
        if len(found) != len(stored):
            yield f"{here}: stored with {len(stored)} entries, now with {len(found)}"
        for i, (one, two) in enumerate(zip(stored, found, strict=False)):
            yield from differences(one, two, f"{place}[{i}]")
    elif type(stored) is not type(found) or stored != found:
        yield f"{here}: {_apart(stored, found)}"


def _apart(stored: Tree, found: Tree) -> str:
    """Two leaves side by side; of numbers (which results hold as text) also the difference."""
    if isinstance(stored, Number) and isinstance(found, Number):
        then, now = parse_exact(stored), parse_exact(found)
        return f"stored {amount(then)}, found {amount(now)}; the difference is {amount(now - then)}"
    told = f"stored {_leaf(stored)}, found {_leaf(found)}"
    if type(stored) is type(found) is str:
        one, two = _rational(stored), _rational(found)
        if one is not None and two is not None and one != two:
            told += f"; as numbers they differ by {amount(two - one)}"
    return told


def _rational(text: str) -> Fraction | None:
    try:
        made = parse_exact(text)
    except ExpressionError:
        return None
    return made if isinstance(made, Fraction) else None


def _leaf(value: Tree) -> str:
    if isinstance(value, Number):
        made = parse_exact(value)
        return f"the {'number' if isinstance(made, Fraction) else 'expression'} {amount(made)}"
    return f"infinity ({value})" if isinstance(value, Infinite) else described(value)
