"""Learners by name: the shipped ones, and those of a user's own file or module.

A learner is written as it is constructed, ``ExploreThenUCB`` or ``ExploreThenUCB(E=100, c0=3/2)``; one of a user's
stands behind the place where it is defined, ``my_learners.py:Stubborn(arm=2)`` or ``package.module:Stubborn``.
"""

from __future__ import annotations

import re
import sys
from difflib import get_close_matches
from fractions import Fraction
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any, Final

from stackexact.errors import ExpressionError, StackexactError, UsageError, shorten
from stackexact.exact.grammar import parse
from stackexact.simulation.protocol import FILE, Learner

__all__ = ["LEARNERS", "learner", "learner_class"]

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
        raise UsageError(f"learner: expected a name such as UCB or UCB(c0=3/2), found {shorten(repr(text))}")
    made = learner_class(found["name"], found["place"])
    values = _values(found["values"] or "", text)
    known = list(getattr(made, "__dataclass_fields__", ()))
    for name in values:
        if name not in known:
            raise UsageError(f"{made.__name__}: expected one of {', '.join(known) or 'no parameters'}, found {name}")
    try:
        return made(**values)
    except UsageError as flaw:
        raise UsageError(f"{made.__name__}: {flaw.line}") from None


def learner_class(name: str, place: str | None = None) -> type[Learner]:
    """A class of learners by name, of the shipped ones or of a file (``.py``) or module."""
    if place is None:
        if name not in LEARNERS:
            near = get_close_matches(name, LEARNERS, n=1)
            advice = f"is it {near[0]}?" if near else "a learner of your own is written FILE.py:NAME"
            raise UsageError(f"learner: expected one of {', '.join(LEARNERS)}, found {shorten(name)}; {advice}")
        module = import_module(f"stackexact.simulation.learners.{LEARNERS[name]}")
    else:
        module = _module(place.strip())
    made = getattr(module, name, None)
    if not isinstance(made, type) or not issubclass(made, Learner):
        raise UsageError(f"learner: expected a Learner named {name} in {shorten(place or '')}, found none")
    return made


def _module(place: str) -> Any:
    """A module by its file or name; the file is run once in a process, and found again by pickled learners."""
    try:
        if not place.endswith(".py"):
            return import_module(place)
        path = Path(place).resolve()
        name = f"stackexact_learners_{path.stem}"
        if (known := sys.modules.get(name)) is not None and known.__file__ == str(path):
            return known
        spec = spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise UsageError(f"learner: expected a Python file, found none at {shorten(place)}")
        module = module_from_spec(spec)
        setattr(module, FILE, str(path))
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except StackexactError:
        raise
    except Exception as flaw:  # whatever a user's own file does wrong is said in one line
        raise UsageError(f"learner: expected a module at {shorten(place)}, found {shorten(repr(flaw))}") from flaw
    return module


def _values(text: str, whole: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    at = 0
    while at < len(text.rstrip()):
        found = _VALUE.match(text, at)
        if found is None or found["name"] in made:
            raise UsageError(f"learner: expected name=value, name=value, found {shorten(repr(whole))}")
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
