"""Users' functions before they are compiled: what they may not use, and their helper functions, which are checked too.

numba compiles what it is given; it does not check indices unless it is told to, helper functions are told apart, and
its random numbers have a state of their own, which no seed of a simulation reaches.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from types import CellType, CodeType, FunctionType, ModuleType
from typing import Any, Final

import numpy as np

from stackexact.simulation.protocol import plain

__all__ = ["checked", "forbidden"]

UNCHECKED: Final = ("flat", "ctypes", "as_strided", "carray", "farray")
"""Ways into an array that numba does not check."""

_GENERATORS: Final = (random.Random, np.random.RandomState, np.random.Generator, np.random.BitGenerator)


def forbidden(function: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    """What is expected of a function and its helper functions, and what is found in the place of it."""
    for name, value in _used(function, set()):
        if _is_random(value):
            yield "no random numbers but those of the simulation (define weigh; the same seed, the same bytes)", name
        elif name in UNCHECKED or getattr(value, "__name__", None) in UNCHECKED:
            yield "indices that are checked (index the array itself)", name
        elif name == "objmode" or type(value).__name__ == "_ObjModeContextType":
            yield "compiled code only", name
        elif "." in name and _is_compiled(value) and not value.targetoptions.get("boundscheck"):
            yield f"{name} compiled with numba.njit(boundscheck=True)", "other options"


def _used(function: Callable[..., Any], seen: set[Any]) -> Iterator[tuple[str, Any]]:
    """What a function names, with its value (``None`` for an attribute of what is known only when it runs)."""
    made = plain(function)
    if made in seen or not isinstance(made, FunctionType):
        return
    seen.add(made)
    names = _names(made.__code__)
    yield from ((name, None) for name in names)
    for name, value in _outer(made, names).items():
        for path, one in _reached(name, value, names):
            yield path, one
            if _is_helper(one, made):
                yield from _used(one, seen)


def _reached(path: str, value: Any, names: list[str], depth: int = 4) -> Iterator[tuple[str, Any]]:
    """A value, and if it is a module, all that attributes of these names can reach in it."""
    yield path, value
    if isinstance(value, ModuleType) and depth and not _is_random(value):
        for name in names:
            if (found := getattr(value, name, None)) is not None and found is not value:
                yield from _reached(f"{path}.{name}", found, names, depth - 1)


def _names(code: CodeType) -> list[str]:
    """The names of globals, attributes and free variables, of functions inside as well."""
    inner = [name for one in code.co_consts if isinstance(one, CodeType) for name in _names(one)]
    return list(dict.fromkeys((*code.co_names, *code.co_freevars, *inner)))


def _outer(function: FunctionType, names: list[str]) -> dict[str, Any]:
    """The globals and free variables that a function names."""
    found = {name: function.__globals__[name] for name in names if name in function.__globals__}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        found[name] = cell.cell_contents
    return found


def _is_random(value: Any) -> bool:
    owner = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
    if isinstance(owner, str) and (owner in ("random", "secrets") or f"{owner}.".startswith("numpy.random.")):
        return True
    return isinstance(value, _GENERATORS) or isinstance(getattr(value, "__self__", None), _GENERATORS)


def _is_helper(value: Any, source: FunctionType) -> bool:
    """Whether a value is a function that is compiled along: one of the same file, or one that numba compiled."""
    function = plain(value)
    same = isinstance(function, FunctionType) and function.__code__.co_filename == source.__code__.co_filename
    return same or _is_compiled(value)


def _is_compiled(value: Any) -> bool:
    return isinstance(getattr(value, "py_func", None), FunctionType)


def checked(
    function: Callable[..., Any], compiler: Callable[[FunctionType], Any], made: dict[FunctionType, Any] | None = None
) -> Any:
    """A function as ``compiler`` compiles it, with helper functions of the same file compiled in the same way."""
    made = {} if made is None else made
    source = plain(function)
    if source in made:
        return made[source]
    cells = tuple(CellType(cell.cell_contents) for cell in source.__closure__ or ())
    copy = FunctionType(source.__code__, dict(source.__globals__), source.__name__, source.__defaults__, cells)
    copy.__kwdefaults__, copy.__qualname__, copy.__module__ = (
        source.__kwdefaults__,
        source.__qualname__,
        source.__module__,
    )
    made[source] = compiler(copy)
    for name in _names(source.__code__):
        if _is_helper(copy.__globals__.get(name), source):
            copy.__globals__[name] = checked(copy.__globals__[name], compiler, made)
    for cell in cells:
        if _is_helper(cell.cell_contents, source):
            cell.cell_contents = checked(cell.cell_contents, compiler, made)
    return made[source]
