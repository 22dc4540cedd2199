"""Exact targets that are stored beside a test and compared with ``==``, in the spirit of pytest-regressions."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, TypeAlias

from stackexact.errors import ExpressionError, InputError, UsageError, shorten
from stackexact.exact.grammar import parse as parse_exact
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.files import read_bytes, write_aside
from stackexact.games.json_text import Numeral, at_path, described, parse, render
from stackexact.solving.cells import Infinity
from stackexact.testing.wording import amount, listed

__all__ = ["ExactRegression", "encoded", "file_name"]

SUFFIX: Final = ".exact.json"

_PLAIN: Final = re.compile(r"[a-z0-9_]{1,80}")
_HEAD: Final = {"format": "stackexact/regression", "version": Numeral("1")}

Tree: TypeAlias = Any
"""What is stored: text, truth values, None, and lists and mappings of them."""


class Number(str):
    """The text of an exact number or expression, as opposed to any other text."""

    __slots__ = ()


@dataclass(slots=True)
class ExactRegression:
    """What the fixture ``exact_regression`` gives to a test; its one method is :meth:`check`.

    ``folder`` is named after the test module, ``names`` are those of the test and of its classes.
    """

    folder: Path
    names: tuple[str, ...]
    renew: bool = False
    root: Path | None = None
    checked: set[str] = field(default_factory=set)

    def check(self, values: object, name: str | None = None) -> None:
        """Fail unless ``values`` equal those that are stored in ``TEST_MODULE/TEST_NAME.exact.json``.

        ``values`` may be exact numbers and expressions, results, cells, solutions and games, text, truth values, None,
        and mappings (with text as keys), lists and tuples of these. Numbers are stored in their normal form and
        compared with ``==`` when they are read back: nothing is approximate, and a float is refused. Where nothing is
        stored the file is made, and the test fails once, so that somebody looks at it. ``pytest --force-regen`` stores
        what differs anew, failing the test once more. ``name`` tells several checks of one test apart.

        Raises AssertionError with every difference; :class:`~stackexact.errors.UsageError` for values that cannot be
        stored.

        >>> from fractions import Fraction
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     regression = ExactRegression(Path(folder), ("test_value",))
        ...     try:
        ...         regression.check({"value": Fraction(1, 3)}, "first")
        ...     except AssertionError as error:
        ...         print(str(error).split(":")[0])
        ...     ExactRegression(Path(folder), ("test_value",)).check({"value": Fraction(1, 3)}, "first")
        nothing was stored yet
        """
        __tracebackhide__ = True
        path = self.folder / file_name(*self.names, check=name)
        if path.name in self.checked:
            raise UsageError("check: expected a name for every further check of one test, found none; pass name='...'")
        self.checked.add(path.name)
        tree = encoded(values, "values")
        if not path.exists():
            self._store(path, tree)
            raise AssertionError(f"nothing was stored yet: look at {self._shown(path)}, which has been made, and rerun")
        found = list(_differences(self._stored(path), tree, ""))
        if not found:
            return
        head = f"the values are not those stored in {self._shown(path)}:"
        advice = "if the new ones are right, store them with --force-regen"
        if self.renew:
            self._store(path, tree)
            advice = "they have been stored anew: look at the file, and rerun"
        lines = "\n".join(f"- {one}" for one in found)
        raise AssertionError(f"{head}\n{lines}\n{advice}")

    def _shown(self, path: Path) -> str:
        return os.path.relpath(path, self.root) if self.root and path.is_relative_to(self.root) else str(path)

    def _store(self, path: Path, tree: Tree) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_aside(path, render({**_HEAD, "values": tree}))

    def _stored(self, path: Path) -> Tree:
        try:
            document = parse(read_bytes(path))
            if not isinstance(document, dict) or document.keys() != {*_HEAD, "values"}:
                raise InputError(f"expected the keys format, version and values, found {described(document)}")
            for key, value in _HEAD.items():
                if document[key] != value:
                    raise InputError(f"{key}: expected {value}, found {described(document[key])}")
        except InputError as error:
            raise InputError(f"{self._shown(path)}: {error}") from None
        return document["values"]


def file_name(*names: str, check: str | None = None) -> str:
    """The file of a test (the names of its classes and its own), or of one of its checks.

    A name of small letters, digits and underscores stands as it is; any other one is written in safe characters with a
    digest behind it, so that no two tests share a file, not even where files are found without regard to case.

    >>> file_name("test_value"), file_name("TestGame", "test_value[1/3]", check="first")
    ('test_value.exact.json', 'testgame.test_value_1_3-1cf1c...first.exact.json')
    """
    parts = [_safe(*names)] + ([] if check is None else [_safe(check)])
    return ".".join(parts) + SUFFIX


def _safe(*names: str) -> str:
    if len(names) == 1 and _PLAIN.fullmatch(names[0]):
        return names[0]
    digest = sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    readable = re.sub(r"[^a-z0-9.]+", "_", ".".join(names).lower())[:60].strip("._")
    return f"{readable or 'test'}-{digest}"


def encoded(value: Any, place: str) -> Tree:
    """Values as they are stored; ``place`` is what messages call them.

    >>> from fractions import Fraction
    >>> encoded({"value": Fraction(2, 6), "cells": [True, None]}, "values")
    {'value': '1/3', 'cells': [True, None]}
    >>> encoded({"value": 0.1}, "values")
    Traceback (most recent call last):
    stackexact.errors.UsageError: values.value: expected an exact number, found the float 0.1; write the text '0.1', ...
    """
    if value is None or isinstance(value, bool | str):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, Infinity) or getattr(value, "is_infinite", False) is True:
        return str(value)
    if callable(getattr(value, "document", None)):
        return encoded(value.document(), place)
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise UsageError(f"{place}: expected text as a key, found {type(key).__name__} {shorten(key)}")
        return {str(key): encoded(entry, at_path(place, key)) for key, entry in value.items()}
    if isinstance(value, Set):
        raise UsageError(f"{place}: expected values in an order, found a {type(value).__name__}; sort it into a list")
    if hasattr(value, "tolist"):
        return encoded(value.tolist(), place)
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: encoded(getattr(value, one.name), at_path(place, one.name)) for one in fields(value)}
    if isinstance(value, list | tuple):
        return [encoded(entry, f"{place}[{i}]") for i, entry in enumerate(value)]
    try:
        return Number(text_of(exact(value)))
    except ExpressionError as error:
        raise UsageError(f"{place}: {error}") from None


def _differences(stored: Tree, found: Tree, place: str) -> Iterator[str]:
    """Every place where what was found is not what is stored."""
    here = place or "the values"
    if isinstance(found, dict) and isinstance(stored, dict):
        if missing := [key for key in stored if key not in found]:
            yield f"{here}: stored with {listed(map(repr, missing))}, now without"
        if new := [key for key in found if key not in stored]:
            yield f"{here}: stored without {listed(map(repr, new))}, now with"
        for key in (key for key in found if key in stored):
            yield from _differences(stored[key], found[key], at_path(place, key))
    elif isinstance(found, list) and isinstance(stored, list):
        if len(found) != len(stored):
            yield f"{here}: stored with {len(stored)} entries, now with {len(found)}"
        for i, (one, two) in enumerate(zip(stored, found, strict=False)):
            yield from _differences(one, two, f"{place}[{i}]")
    elif isinstance(found, Number):
        then = _read(stored)
        if then is None or then != parse_exact(found):
            yield f"{here}: {_apart(stored, found)}"
    elif type(found) is not type(stored) or found != stored:
        yield f"{here}: {_apart(stored, found)}"


def _read(stored: Tree) -> Exact | None:
    """The exact value of a text; ``None`` for everything else."""
    try:
        return parse_exact(stored) if isinstance(stored, str) else None
    except ExpressionError:
        return None


def _apart(stored: Tree, found: Tree) -> str:
    """Two leaves side by side; of numbers (results are stored as text) also the difference."""
    then, now = _read(stored), _read(found)
    numbers = isinstance(then, Fraction) and isinstance(now, Fraction)
    if then is None or now is None or not (numbers or isinstance(found, Number)):
        return f"stored {_brief(stored)}, found {_brief(found)}"
    return f"stored {amount(then)}, found {amount(now)}; the difference is {amount(now - then)}"


def _brief(value: Tree) -> str:
    return shorten(str(value))[1:-1] if isinstance(value, Number) else described(value)
