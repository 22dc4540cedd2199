"""What games of every kind declare besides their payoffs: parameters, assumptions, texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stackexact.errors import GameError, StackexactError, shorten
from stackexact.exact.grammar import NAME
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import Assumption, parse_assumption
from stackexact.exact.work import Work

__all__ = [
    "declared_assumptions",
    "declared_parameters",
    "declared_text",
    "further_assumptions",
    "parameters_left",
    "still_assumed",
    "values_given",
]


def declared_parameters(given: Sequence[str] | None, used: set[str]) -> tuple[str, ...]:
    """The names of a game's parameters: those in use, or a list that has them all."""
    if given is None:
        return tuple(sorted(used))
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise GameError("parameters: expected a list of names")
    seen: set[str] = set()
    for i, name in enumerate(given):
        if not isinstance(name, str) or len(name) > 100 or not NAME.fullmatch(name):
            raise GameError(f"parameters[{i}]: expected a name (ASCII letters, digits, _), found {shorten(name)}")
        if name in seen:
            raise GameError(f"parameters[{i}]: expected different names, found {shorten(name)} twice")
        seen.add(name)
    if missing := sorted(used - seen):
        found = f"{shorten(missing[0])} undeclared; add it to the list or correct it where it stands"
        raise GameError(f"parameters: expected every name in use, found {found}")
    return tuple(given)


def declared_assumptions(
    given: Iterable[str | Assumption] | str | Assumption | None, work: Work
) -> tuple[Assumption, ...]:
    """Chains of relations; a single one need not be put into a list."""
    if given is None:
        given = ()
    if isinstance(given, str | Assumption):
        given = (given,)
    if not isinstance(given, Iterable) or isinstance(given, Mapping):
        found = f"{type(given).__name__} {shorten(given)}"
        raise GameError(f"assumptions: expected a list of relations, found {found}; write ['0 < delta']")
    return tuple(_assumption(one, i, work) for i, one in enumerate(given))


def _assumption(given: str | Assumption, place: int, work: Work) -> Assumption:
    try:
        chain = given if isinstance(given, Assumption) else parse_assumption(given, work=work)
    except StackexactError as error:
        raise GameError(f"assumptions[{place}]: {error}") from None
    if chain.holds() is False:  # nothing could be said of an empty domain
        raise GameError(f"assumptions[{place}]: expected what can be true, found {shorten(chain)}; drop or correct it")
    return chain


def still_assumed(chains: Iterable[Assumption], given: Mapping[str, Exact]) -> tuple[Assumption, ...]:
    """What is left of assumptions at values of some parameters.

    Raises :class:`~stackexact.errors.GameError` where one excludes them.
    """
    left = []
    for chain in chains:
        there = chain.at(given)
        truth = there.holds()
        if truth is False:
            raise GameError(f"the assumption {chain} excludes these values ({there}); choose others")
        if truth is None:
            left.append(there)
    return tuple(left)


def further_assumptions(relations: Iterable[str], parameters: Sequence[str]) -> tuple[Assumption, ...]:
    """Relations among the parameters of a game; those that are numerically true are dropped, false ones refused."""
    chains = [parse_assumption(text) for text in relations]
    names = {name for chain in chains for name in chain.parameters}
    if unknown := sorted(names - set(parameters)):
        raise GameError(f"assumption: expected the game's parameters, found {', '.join(unknown)}")
    for chain in chains:
        if chain.holds() is False:
            raise GameError(f"the assumption {chain} is false; drop or correct it")
    return tuple(chain for chain in chains if chain.holds() is None)


def declared_text(given: str | None, place: str) -> str | None:
    """A name, a description or a source."""
    if given is not None and not isinstance(given, str):
        raise GameError(f"{place}: expected text, found {type(given).__name__}")
    return given


def values_given(
    values: Mapping[str, object] | None, more: Mapping[str, object], parameters: Sequence[str]
) -> dict[str, Exact]:
    """The values that ``at`` of a game is given for some or all of its parameters."""
    given = {name: exact(value) for name, value in {**(values or {}), **more}.items()}
    for name in given:
        if name not in parameters:
            known = ", ".join(parameters) or "none"
            raise GameError(f"parameter {shorten(name)}: expected one of the game's parameters ({known})")
    return given


def parameters_left(parameters: Sequence[str], given: Mapping[str, Exact], used: set[str]) -> tuple[str, ...]:
    """The parameters of a game after a substitution: those that stay, and those that the values brought in."""
    # A substituted name may come back in a value: delta by 2*delta, or a and b by each other.
    kept = (name for name in parameters if name not in given or name in used)
    return (*kept, *sorted(used - set(parameters)))
