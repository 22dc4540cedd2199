"""One function per concept: search, verify, and put the result into a cell with its proof.

The proof is built when it is asked for; the verification has passed before a cell exists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from flint import fmpz

from stackexact.exact.fields import field_of, to_fraction
from stackexact.exact.prover import Number, Numbers, Ratio
from stackexact.exact.rational_function import Exact
from stackexact.games.scalars import Scalars
from stackexact.solving.cells import (
    AlignmentCell,
    BenchmarkCell,
    Cell,
    CorrelatedCell,
    EquilibriumCell,
    Infinity,
    SupremumCell,
    frozen_mapping,
)
from stackexact.solving.workspace import Workspace

__all__ = [
    "Answer",
    "alignment",
    "correlated",
    "mixed_strong",
    "mixed_weak",
    "pure_strong",
    "pure_weak",
    "self_tolerant",
    "tolerant",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified cell, and the function that writes its proof."""

    cell: Cell
    proof: Callable[[], dict[str, Any]]


def _proof(writer: str, *numbers: Any) -> Callable[[], dict[str, Any]]:
    """The proof, written (and its writer imported) when somebody asks for it."""
    return partial(_write, writer, numbers)


def _write(writer: str, numbers: tuple[Any, ...]) -> dict[str, Any]:
    proof: dict[str, Any] = getattr(import_module("stackexact.certificates.writing"), writer)(*numbers)
    return proof


def _quotient(value: Ratio[Number]) -> Exact:
    return to_fraction(value.top) / to_fraction(value.bottom)


def _weights(labels: Sequence[str], weights: Sequence[Ratio[Number]]) -> Mapping[str, Exact]:
    pairs = zip(labels, weights, strict=True)
    return frozen_mapping({label: _quotient(weight) for label, weight in pairs if weight.top != 0})


def _whole(scalars: Scalars[Number], value: Number) -> Exact:
    return to_fraction(value) * scalars.leader_unit


def pure_strong(space: Workspace) -> Answer:
    """``pure-strong``."""
    from stackexact.commitment.pure import search_strong, verify_strong

    return _pure(space, verify_strong(space.own, search_strong(space.own), Numbers()))


def pure_weak(space: Workspace) -> Answer:
    """``pure-weak``."""
    from stackexact.commitment.pure import search_weak, verify_weak

    return _pure(space, verify_weak(space.own, search_weak(space.own), Numbers()))


def _pure(space: Workspace, found: Any) -> Answer:

    actions, own = space.game.actions, space.own
    cell = EquilibriumCell(
        (),
        to_fraction(found.leader) * own.leader_unit,
        to_fraction(found.follower) * own.follower_unit,
        frozen_mapping({actions.leader[found.action]: to_fraction(fmpz(1))}),
        actions.follower[found.response],
        tuple(actions.follower[j] for j in found.tied),
    )
    return Answer(cell, _proof("pure", space.game))


def mixed_strong(space: Workspace) -> Answer:
    """``mixed-strong``."""
    from stackexact.commitment.mixed_strong import verify
    from stackexact.commitment.mixed_strong_search import search

    actions, own, lps = space.game.actions, space.own, space.lps
    proved = verify(own, search(lps), lps.vertices.prover, lps.vertices)
    cell = EquilibriumCell(
        (),
        own.leader_value(proved.leader),
        own.follower_value(proved.follower),
        _weights(actions.leader, proved.commitment),
        actions.follower[proved.response],
        tuple(actions.follower[j] for j in proved.tied),
    )
    return Answer(cell, _proof("mixed_strong", space.game, own, proved))


def mixed_weak(space: Workspace) -> Answer:
    """``mixed-weak``."""
    from stackexact.commitment.mixed_weak import verify
    from stackexact.commitment.mixed_weak_search import WeakSearch
    from stackexact.commitment.weak_hints import NumericHints

    actions, own = space.game.actions, space.own
    skeleton = WeakSearch(own, field_of(own.follower[0][0]), NumericHints(space.lps), space.stop).run()
    proved = verify(own, skeleton, Numbers())
    cell = SupremumCell(
        (),
        own.leader_value(proved.leader),
        proved.attained,
        tuple(tuple(actions.follower[j] for j in members) for members in proved.reaching),
        None if proved.witness is None else _weights(actions.leader, proved.witness),
    )
    return Answer(cell, _proof("mixed_weak", space.game, own, proved))


def tolerant(space: Workspace) -> Answer:
    """``tolerant``."""
    from stackexact.benchmarks.tolerant import search, verify

    common = space.common
    skeleton = search(common, fmpz(0))
    proved = verify(common, skeleton, Numbers())
    return Answer(_benchmark(common, proved), _proof("tolerant", space.game, common, skeleton, proved))


def self_tolerant(space: Workspace) -> Answer:
    """``self-tolerant`` (our reconstruction)."""
    from stackexact.benchmarks.self_tolerant import search, verify

    common = space.common
    skeleton = search(common, fmpz(0))
    proved = verify(common, skeleton, Numbers())
    return Answer(_benchmark(common, proved), _proof("self_tolerant", space.game, common, skeleton, proved.entries))


def _benchmark(common: Scalars[Number], proved: Any) -> BenchmarkCell:
    epsilon = {
        "leader": _whole(common, proved.leader_epsilon),
        "follower": _whole(common, proved.follower_epsilon),
    }
    return BenchmarkCell((), _whole(common, proved.leader), _whole(common, proved.follower), frozen_mapping(epsilon))


def alignment(space: Workspace) -> Answer:
    """``alignment``."""
    from stackexact.benchmarks.alignment import search, verify

    common = space.common
    skeleton = search(common)
    proved = verify(common, skeleton, Numbers())
    constant = Infinity.OO if proved.constant is None else _quotient(proved.constant)
    cell = AlignmentCell((), constant, proved.same_ranking)
    return Answer(cell, _proof("alignment", space.game, skeleton, proved))


def correlated(space: Workspace) -> Answer:
    """``correlated``."""
    from stackexact.commitment.correlated import program, search, verify
    from stackexact.commitment.weak_hints import NumericHints

    actions, own = space.game.actions, space.own
    start = NumericHints(space.lps).basis(program(own, fmpz(0), fmpz(1)))
    skeleton = search(own, field_of(own.follower[0][0]), start, space.stop)
    proved = verify(own, skeleton, Numbers())
    rows: dict[str, dict[str, Exact]] = {}
    for place, weight in enumerate(proved.distribution):
        if weight.top != 0:
            i, j = divmod(place, len(actions.follower))
            rows.setdefault(actions.leader[i], {})[actions.follower[j]] = _quotient(weight)
    cell = CorrelatedCell(
        (),
        own.leader_value(proved.leader),
        own.follower_value(proved.follower),
        {label: frozen_mapping(row) for label, row in rows.items()},
    )
    return Answer(cell, _proof("correlated", space.game, own, skeleton, proved))
