"""False certificates: true ones with something else in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from stackexact.exact.digits import fraction_to_text as text
from stackexact.exact.enclosures import shared_digits


def at(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[int(key) if isinstance(document, list) else key]
    return document


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A certificate with another value in one place; ``...`` takes it out, a function is given what is there."""
    document = copy.deepcopy(document)
    *head, last = path.split(".")
    parent = at(document, ".".join(head)) if head else document
    key: Any = int(last) if isinstance(parent, list) else last
    if value is ...:
        del parent[key]
    else:
        parent[key] = value(parent[key]) if callable(value) else value
    return document


def shifted(lower: int, upper: int, **other: str) -> Callable[[Any], Any]:
    """The ends of an enclosure moved by so many units far beyond what it is known to, its decimal with them."""

    def change(told: dict[str, str]) -> dict[str, str]:
        low, high = Fraction(told["lower"]), Fraction(told["upper"])
        unit = (high - low) * 2
        low, high = low + lower * unit, high + upper * unit
        made = {**told, "lower": text(low), "upper": text(high), "decimal": shared_digits(low, high)}
        return {key: value for key, value in {**made, **other}.items() if value}

    return change


def moved(amount: str) -> Callable[[str], str]:
    return lambda told: text(Fraction(told) + Fraction(amount))


def at_ends(told: dict[str, str]) -> str:
    """A number between the ends, which is not the one that is meant."""
    return told["upper"]


def wrong_values(told: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every number, flag and name of what is claimed changed to another, every entry dropped: places and what to put
    there. Numbers move by more than what they are known to."""
    if isinstance(told, dict) and "lower" in told:
        yield from ((path, shifted(*by)) for by in ((1, 1), (-1, -1)))
        yield f"{path}.decimal", told["decimal"][:-1] + str((int(told["decimal"][-1]) + 5) % 10)
        if "closed_form" in told:
            yield f"{path}.closed_form", told["lower"]
            yield path, lambda one: {**one, "closed_form": at_ends(one)}
    elif isinstance(told, dict | list):
        for key, value in list(told.items() if isinstance(told, dict) else enumerate(told)):
            yield f"{path}.{key}", ...
            yield from wrong_values(value, f"{path}.{key}")
    elif isinstance(told, bool):
        yield path, not told
    else:
        yield path, "oops"
        if told != "oo" and told[-1].isdigit() and not told[0].isalpha():
            yield from ((path, moved(by)) for by in ("1/1000000000000", "-1/1000000000000"))
            yield path, "oo"
