"""What users' learners are asked for, and what is wrong with the answers: one line that names the learner and its file.

Nothing here trusts a learner: what its code raises, and what it returns that it should not, is an
:class:`~stackexact.errors.InputError`.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import lru_cache
from math import isfinite
from numbers import Real
from pathlib import Path
from types import FunctionType
from typing import Any, Final, get_args

import numpy as np

from stackexact.errors import InputError, StackexactError, shorten
from stackexact.simulation.inspection import forbidden
from stackexact.simulation.protocol import Learner, Role, Setting, ours, plain

__all__ = ["constants_of", "memory_of", "mending", "place", "require_kind", "require_records", "said"]

LARGEST: Final = 2**27
"""Numbers that a learner may remember or be given: a gigabyte."""

ARGUMENTS: Final = {
    "choose": ("memory", "constants"),
    "weigh": ("memory", "constants", "weights"),
    "learn": ("memory", "constants", "action", "reward"),
}


def place(kind: type) -> str:
    """A learner's name, and its file if it is not one of ours."""
    file = None if ours(kind) else getattr(sys.modules.get(kind.__module__), "__file__", None)
    return kind.__name__ if file is None else f"{kind.__name__} ({Path(file).name})"


def said(flaw: BaseException) -> str:
    """An exception in one line."""
    lines = [line.strip() for line in str(flaw).splitlines() if line.strip()]
    text = f"{type(flaw).__name__}{': ' if lines else ''}{' '.join(lines)}"
    return text if len(text) <= 150 and text.isprintable() else shorten(text, 150)[1:-1]


@contextmanager
def mending(who: str, expected: str) -> Iterator[None]:
    """Around a user's code: whatever it raises becomes one line; ``sys.exit`` in it, too."""
    try:
        yield
    except (StackexactError, KeyboardInterrupt):
        raise
    except BaseException as flaw:
        raise InputError(f"{who}: expected {expected}, found {said(flaw)}; mend it") from flaw


@lru_cache(maxsize=256)
def require_kind(kind: type[Learner]) -> None:
    """Refuse classes that do not keep the protocol of :class:`~stackexact.simulation.protocol.Learner`."""
    for wanted, found in _flaws(kind):
        raise InputError(f"{place(kind)}: expected {wanted}, found {found}; mend it")


def _flaws(kind: type[Learner]) -> Iterator[tuple[str, str]]:
    """What was expected of a class and what was found, the worst first."""
    for name in sorted(getattr(kind, "__abstractmethods__", ())):
        yield f"a method {name}(self, setting)", "none"
    if not is_dataclass(kind) or not kind.__dataclass_params__.frozen or kind.__hash__ is None:
        yield "a frozen dataclass", "another class: write @dataclass(frozen=True) above it"
        return
    known = {field.name for field in fields(kind)}
    for name, written in inspect.get_annotations(kind).items():
        if name not in known and "ClassVar" not in str(written):
            yield "a frozen dataclass", f"{name}, which is no parameter: write @dataclass(frozen=True) above the class"
    if not isinstance(kind.roles, tuple) or not kind.roles or not set(kind.roles) <= set(get_args(Role)):
        yield 'roles from ("leader", "follower")', shorten(repr(kind.roles))[1:-1]
    if (getattr(kind, "choose", None) is None) == (getattr(kind, "weigh", None) is None):
        yield "one of choose and weigh", "both" if getattr(kind, "choose", None) else "neither"
    for name, wanted in ARGUMENTS.items():
        if name == "learn" and kind.sees_responses:
            wanted = (*wanted[:3], "response", "reward")
        if name == "learn" or getattr(kind, name, None) is not None:
            yield from _flaws_of_function(kind, name, wanted)


def _flaws_of_function(kind: type[Learner], name: str, arguments: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    given = inspect.getattr_static(kind, name, None)
    function = plain(given.__func__) if isinstance(given, staticmethod) else given
    if not isinstance(given, staticmethod) or not isinstance(function, FunctionType):
        yield f"{name} = staticmethod(FUNCTION)", "none" if given is None else f"a {type(function).__name__}"
        return
    if not _takes(function, len(arguments)):
        yield f"{name}({', '.join(arguments)})", f"{name}{inspect.signature(function)}"
    if not ours(kind):
        for what, found in forbidden(function):
            yield f"{what} in {name}", found


def _takes(function: Callable[..., Any], count: int) -> bool:
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    return True


def constants_of(learner: Learner, setting: Setting) -> np.ndarray:
    """The constants of a learner, which are finite numbers, as an array."""
    who = place(type(learner))
    try:
        with mending(who, "constants(setting) to give a sequence of numbers"):
            given = list(learner.constants(setting))
            made = np.array([float(value) if _is_number(value) else np.nan for value in given])
    except InputError as flaw:
        if isinstance(flaw.__cause__, OverflowError):
            found = "expected parameters within the range of floats, found greater ones"
            raise InputError(f"{who}: {found}") from None
        raise
    for value, number in zip(given, made.tolist(), strict=True):
        if not isfinite(number):
            found = shorten(repr(value))[1:-1]
            raise InputError(f"{who}: expected constants(setting) to give finite numbers, found {found}; mend it")
    if len(made) > LARGEST:
        raise InputError(f"{who}: expected at most {LARGEST} constants, found {len(made)}; mend it")
    return made


def _is_number(value: object) -> bool:
    return isinstance(value, Real | np.bool_)


def memory_of(learner: Learner, setting: Setting, copies: int = 1) -> int:
    """How many numbers a learner remembers; ``copies`` of it have to fit."""
    who = place(type(learner))
    wanted = f"an integer from 0 to {LARGEST // copies}"
    with mending(who, f"memory(setting) to give {wanted}"):
        size = learner.memory(setting)
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 0 <= size <= LARGEST // copies:
        found = shorten(repr(size))[1:-1]
        raise InputError(f"{who}: expected memory(setting) to give {wanted}, found {found}; mend it")
    return int(size)


def require_records(learner: Learner, setting: Setting) -> None:
    """Refuse a learner of a user whose parameters, or what follows from them, cannot be written into a trace."""
    if ours(type(learner)):
        return
    with mending(place(type(learner)), "parameters and resolved(setting) that JSON can hold"):
        json.dumps({**learner.parameters(), **learner.resolved(setting)}, allow_nan=False)
