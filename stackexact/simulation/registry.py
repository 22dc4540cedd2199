"""Learners by name: the shipped ones, and those of a user's own file or module.

A learner is written as it is constructed, ``ExploreThenUCB`` or ``ExploreThenUCB(E=100, c0=3/2)``; one of a user's
stands behind the place where it is defined, ``my_learners.py:Stubborn(arm=2)`` or ``package.module:Stubborn``.

A file becomes a module of its own, known by its path and its text: two files of one name are two modules, and a file
that was edited is another one.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import MISSING, fields
from difflib import get_close_matches
from fractions import Fraction
from hashlib import sha256
from importlib import import_module, invalidate_caches
from importlib.abc import SourceLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any, Final

from stackexact.errors import ExpressionError, UsageError, shorten
from stackexact.exact.grammar import parse
from stackexact.simulation.protocol import FILE, File, Learner
from stackexact.simulation.users import mending, place, require_kind

__all__ = ["LEARNERS", "learner", "learner_class", "module_of"]

LEARNERS: Final = {
    "ActiveArmElimination": "active_arm_elimination",
    "BestResponse": "best_response",
    "EpsilonGreedy": "epsilon_greedy",
    "ExploreThenCommit": "explore_then_commit",
    "ExploreThenCommitThrowOut": "explore_then_commit_throw_out",
    "ExploreThenUCB": "explore_then_ucb",
    "LipschitzUCB": "lipschitz_ucb",
    "MultiplicativeWeights": "multiplicative_weights",
    "PhasedUCB": "phased_ucb",
    "UCB": "ucb",
}
"""The shipped learners and their modules."""

_SPELLED: Final = re.compile(r"\s*(?:(?P<place>[^()]+):)?(?P<name>\w+)\s*(?:\((?P<values>[^()]*)\))?\s*")
_VALUE: Final = re.compile(r"\s*(?P<name>\w+)\s*=\s*(?P<value>\[[^\[\]]*\]|[^,\[\]]+?)\s*(?:,|$)")


def learner(text: str) -> Learner:
    """The learner that a text describes; values are exact numbers, lists of them in brackets, or words.

    Raises :class:`~stackexact.errors.UsageError` for unknown names and parameters.

    >>> learner("ExploreThenUCB(E=100, c0=3/2)")
    ExploreThenUCB(E=100, c0=Fraction(3, 2))
    >>> learner("ActiveArmElimination(M=[4, 16])").M
    (4, 16)
    """
    found = _SPELLED.fullmatch(text)
    if found is None:
        raise UsageError(f"learner: expected a name such as UCB or UCB(c0=3/2), found {shorten(text)}")
    made = learner_class(found["name"], found["place"])
    values = _values(found["values"] or "", text)
    known = {one.name: one for one in fields(made) if one.init}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            wanted = f"one of {', '.join(known)}" if known else "no parameters"
            raise UsageError(f"{made.__name__}: expected {wanted}, found {name}")
    for name, one in known.items():
        if name not in values and one.default is MISSING and one.default_factory is MISSING:
            raise UsageError(
                f"{made.__name__}: expected a value for {name}, found none; write {made.__name__}({name}=...)"
            )
    try:
        with mending(place(made), "parameters that it takes"):
            return made(**values)
    except UsageError as flaw:
        raise UsageError(f"{made.__name__}: {flaw.line}") from None


def learner_class(name: str, origin: str | None = None) -> type[Learner]:
    """A class of learners by name, of the shipped ones or of a file (``.py``) or module."""
    if origin is None:
        if name not in LEARNERS:
            near = get_close_matches(name.lower(), {known.lower(): known for known in LEARNERS}, n=1)
            same = [known for known in LEARNERS if near and known.lower() == near[0]]
            advice = f"is it {same[0]}?" if same else "a learner of your own is written FILE.py:NAME"
            raise UsageError(f"learner: expected one of {', '.join(LEARNERS)}, found {shorten(name)}; {advice}")
        module = import_module(f"stackexact.simulation.learners.{LEARNERS[name]}")
    else:
        module = _module(origin.strip())
    made = getattr(module, name, None)
    if not isinstance(made, type) or not issubclass(made, Learner):
        raise UsageError(f"learner: expected a Learner named {name} in {shorten(origin or '')}, found none")
    require_kind(made)
    return made


def _module(origin: str) -> ModuleType:
    """The module that a user named by its file or its name."""
    if not origin.endswith(".py"):
        with mending("learner", f"a module at {shorten(origin)}"):
            return _imported(origin)
    try:
        path = Path(origin).resolve()
        text = path.read_bytes()
    except (OSError, ValueError):
        raise UsageError(f"learner: expected a Python file, found none at {shorten(origin)}") from None
    return module_of(File(str(path), text))


def _imported(name: str) -> ModuleType:
    """A module by its name, of the current folder too, where the console script would not look."""
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        here = os.getcwd()
        if missing.name != name.partition(".")[0] or here in sys.path or "" in sys.path:
            raise
    sys.path.append(here)  # for good: processes that play are told of it, and learners are unpickled there
    invalidate_caches()
    try:
        return import_module(name)
    except BaseException:
        sys.path.remove(here)
        raise


class _Text(SourceLoader):
    """Loads a module from the text of a file that was read before."""

    def __init__(self, file: File) -> None:
        self.file = file

    def get_filename(self, fullname: str) -> str:
        return self.file.path

    def get_data(self, path: str) -> bytes:
        return self.file.text


_LOADING: Final = RLock()


def module_of(file: File) -> ModuleType:
    """The module that the text of a user's file makes; it is run once in a process, and again if that failed."""
    digest = sha256(f"{file.path}\0".encode("utf-8", "surrogateescape") + file.text).hexdigest()[:20]
    name = f"stackexact_learners_{re.sub(r'[^0-9A-Za-z_]', '_', Path(file.path).stem)}_{digest}"
    with _LOADING:
        if (known := sys.modules.get(name)) is not None:
            return known
        spec = spec_from_file_location(name, file.path, loader=_Text(file))
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        setattr(module, FILE, file)
        sys.modules[name] = module
        try:
            with mending("learner", f"a module at {shorten(file.path)}"):
                spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return module


def _values(text: str, whole: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    at = 0
    while at < len(text.rstrip()):
        found = _VALUE.match(text, at)
        if found is None or found["name"] in made:
            raise UsageError(f"learner: expected name=value, name=value, found {shorten(whole)}")
        made[found["name"]] = _value(found["value"])
        at = found.end()
    return made


def _value(text: str) -> Any:
    if text.startswith("["):
        return tuple(_value(entry.strip()) for entry in text[1:-1].split(",") if entry.strip())
    try:
        number = parse(text)
    except ExpressionError as flaw:
        raise UsageError(f"learner: {flaw.line}") from None
    if not isinstance(number, Fraction):
        return text  # a word
    return int(number) if number.denominator == 1 else number
