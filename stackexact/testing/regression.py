"""Exact targets that are stored beside a test and compared with ``==``, in the spirit of pytest-regressions."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from stackexact.errors import InputError, UsageError
from stackexact.games.files import read_bytes, write_aside
from stackexact.games.json_text import Numeral, described, parse, render
from stackexact.games.sources import reason
from stackexact.testing.trees import Tree, differences, encoded, readable, restored

__all__ = ["ExactRegression", "file_name"]

SUFFIX: Final = ".exact.json"

_PLAIN: Final = re.compile(r"[a-z0-9_]{1,80}")
_HEAD: Final = {"format": "stackexact/regression", "version": Numeral("1")}


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
        compared with ``==`` when they are read back: nothing is approximate, and a float is refused. A number, text
        that looks like it, and infinity are different values. Where nothing is stored the file is made, and the test
        fails once, so that somebody looks at it. ``pytest --force-regen`` stores what differs anew, failing the test
        once more. ``name`` tells several checks of one test apart.

        Raises AssertionError with every difference; :class:`~stackexact.errors.UsageError` for values that cannot be
        stored; :class:`~stackexact.errors.InputError` for a file that cannot be read, written, or is spoilt.

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
        if not os.path.exists(path):  # not Path.exists, which raises where nothing may be looked up
            self._store(path, tree)
            raise AssertionError(f"nothing was stored yet: look at {self._shown(path)}, which has been made, and rerun")
        found = list(differences(self._stored(path), tree))
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
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            told = "expected a folder for what is stored, found a file of that name; rename one of them"
            raise InputError(f"{self._shown(path.parent)}: {told}") from None
        except OSError as error:
            raise InputError(f"{self._shown(path.parent)}: the folder cannot be made: {reason(error)}") from None
        write_aside(path, render({**_HEAD, "values": readable(tree)}))

    def _stored(self, path: Path) -> Tree:
        try:
            document = parse(read_bytes(path))
            if not isinstance(document, dict) or document.keys() != {*_HEAD, "values"}:
                raise InputError(f"expected the keys format, version and values, found {described(document)}")
            for key, value in _HEAD.items():
                if document[key] != value:
                    raise InputError(f"{key}: expected {value}, found {described(document[key])}")
            return restored(document["values"], "values")
        except InputError as error:
            raise InputError(f"{self._shown(path)}: {error}") from None


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
