"""Tables and distributions of embedded games of kinds ``markov`` and ``recommendation``: numbers, or functions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

from stackexact.certificates.embedded import number_at, table_at, text_of
from stackexact.certificates.line import Line
from stackexact.certificates.reading import Labels, Node, Weights, total
from stackexact.certificates.stated import Space

__all__ = ["Table", "distribution_at", "read_payoffs", "tables_text"]

Table = tuple[tuple[Fraction, ...], ...]


def distribution_at(node: Node, labels: Labels, line: Line | Space | None = None) -> Weights:
    """Probabilities by label, in the order of these, positive ones alone; of functions it is left to show that they are
    not negative."""
    found = {s: number_at(one, line) for s, one in node.by_label(labels).items()}
    plain = [value for value in found.values() if isinstance(value, Fraction)]
    rest = total(plain) - 1
    for value in found.values():
        if not isinstance(value, Fraction):
            rest = cast("Any", value) + rest
    if any(value < 0 for value in plain) or (rest if isinstance(rest, Fraction) else rest.top):
        raise node.fails("expected probabilities, not negative, that add up to 1")
    return {s: cast("Fraction", value) for s, value in found.items() if not isinstance(value, Fraction) or value}


def read_payoffs(node: Node, line: Line | Space | None = None) -> dict[str, Table]:
    """The leader's table, and the follower's (``follower``) or its ``weights``, of one shape."""
    payoffs = node.fields("leader", optional=("follower", "weights"))
    if ("follower" in payoffs) == ("weights" in payoffs):
        raise node.fails("expected either the follower's payoffs or weights")
    tables = {key: table_at(one, line).entries for key, one in payoffs.items()}
    leader = tables["leader"]
    if any((len(one), len(one[0])) != (len(leader), len(leader[0])) for one in tables.values()):
        raise node.fails(f"expected {len(leader)}x{len(leader[0])} entries, as the leader has")
    if any(isinstance(value, Fraction) and value <= 0 for row in tables.get("weights", ()) for value in row):
        raise payoffs["weights"].fails("expected weights above 0")
    return tables


def tables_text(tables: dict[str, Table | None], line: Line | Space | None = None) -> dict[str, list[list[str]]]:
    """The tables that there are, in normal form."""
    return {
        key: [[text_of(value, line) for value in row] for row in table]
        for key, table in tables.items()
        if table is not None
    }
