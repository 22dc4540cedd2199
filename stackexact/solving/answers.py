"""One function per concept: search, verify, and put the result into a cell with its proof.

The proof is built when it is asked for; the verification has passed before a cell exists.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from flint import fmpz

from stackexact.exact.fields import field_of
from stackexact.exact.prover import Number, Numbers
from stackexact.exact.reading import NumberReader, Reader
from stackexact.games.bimatrix import Game
from stackexact.games.scalars import Scalars
from stackexact.solving.cells import Cell
from stackexact.solving.making import Maker
from stackexact.solving.workspace import Workspace

__all__ = [
    "Answer",
    "alignment",
    "correlated",
    "mixed_strong",
    "mixed_weak",
    "proof_of",
    "pure_strong",
    "pure_weak",
    "self_tolerant",
    "tolerant",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """A verified cell, and the function that writes its proof, if there is one."""

    cell: Cell
    proof: Callable[[], dict[str, Any]] | None


def proof_of(
    method: str, game: Game, scalars: Scalars[Any], reader: Reader[Any], found: tuple[Any, Any]
) -> Callable[[], dict[str, Any]]:
    """The proof of what was found (skeleton and verified answer), written, and its writer imported, when somebody asks
    for it; ``method`` is one of the writer's."""
    return partial(_write, method, (game, scalars, reader), found)


def _write(method: str, about: tuple[Any, ...], found: tuple[Any, ...]) -> dict[str, Any]:
    from stackexact.certificates.writing import Writer

    proof: dict[str, Any] = getattr(Writer(*about), method)(*found)
    return proof


def _proof(method: str, space: Workspace, scalars: Scalars[Number], *found: Any) -> Callable[[], dict[str, Any]]:
    skeleton, proved = found
    return proof_of(method, space.game, scalars, NumberReader(), (skeleton, proved))


NUMBERS: Final = Numbers()


def _maker(space: Workspace, scalars: Scalars[Number]) -> Maker[Number]:
    return Maker(space.game, scalars, NUMBERS, NumberReader())


def pure_strong(space: Workspace) -> Answer:
    """``pure-strong``."""
    from stackexact.commitment.pure import search_strong, verify_strong

    proved = verify_strong(space.own, search_strong(space.own), NUMBERS)
    return Answer(_maker(space, space.own).pure(proved), _proof("pure", space, space.own, None, proved))


def pure_weak(space: Workspace) -> Answer:
    """``pure-weak``."""
    from stackexact.commitment.pure import search_weak, verify_weak

    proved = verify_weak(space.own, search_weak(space.own), NUMBERS)
    return Answer(_maker(space, space.own).pure(proved), _proof("pure", space, space.own, None, proved))


def mixed_strong(space: Workspace) -> Answer:
    """``mixed-strong``."""
    from stackexact.commitment.mixed_strong import verify
    from stackexact.commitment.mixed_strong_search import search

    own, lps = space.own, space.lps
    proved = verify(own, search(lps), lps.vertices.prover, lps.vertices)
    return Answer(_maker(space, own).mixed_strong(proved), _proof("mixed_strong", space, own, None, proved))


def mixed_weak(space: Workspace) -> Answer:
    """``mixed-weak``."""
    from stackexact.commitment.mixed_weak import verify
    from stackexact.commitment.mixed_weak_search import WeakSearch
    from stackexact.commitment.weak_hints import NumericHints

    own = space.own
    skeleton = WeakSearch(own, field_of(own.follower[0][0]), NumericHints(space.lps), space.stop).run()
    proved = verify(own, skeleton, NUMBERS)
    return Answer(_maker(space, own).mixed_weak(proved), _proof("mixed_weak", space, own, None, proved))


def tolerant(space: Workspace) -> Answer:
    """``tolerant``."""
    from stackexact.benchmarks.tolerant import search, verify

    common = space.common
    skeleton = search(common, fmpz(0), space.stop)
    proved = verify(common, skeleton, NUMBERS)
    return Answer(_maker(space, common).benchmark(proved), _proof("tolerant", space, common, skeleton, proved))


def self_tolerant(space: Workspace) -> Answer:
    """``self-tolerant`` (our reconstruction)."""
    from stackexact.benchmarks.self_tolerant import search, verify

    common = space.common
    skeleton = search(common, fmpz(0), space.stop)
    proved = verify(common, skeleton, NUMBERS)
    proof = _proof("self_tolerant", space, common, skeleton, proved)
    return Answer(_maker(space, common).benchmark(proved), proof)


def alignment(space: Workspace) -> Answer:
    """``alignment``."""
    from stackexact.benchmarks.alignment import search, verify

    common = space.common
    skeleton = search(common, space.stop)
    proved = verify(common, skeleton, NUMBERS)
    return Answer(_maker(space, common).alignment(proved), _proof("alignment", space, common, skeleton, proved))


def correlated(space: Workspace) -> Answer:
    """``correlated``."""
    from stackexact.commitment.correlated import program, search, verify
    from stackexact.commitment.weak_hints import NumericHints

    own = space.own
    start = NumericHints(space.lps).basis(program(own, fmpz(0), fmpz(1)))
    skeleton = search(own, field_of(own.follower[0][0]), start, space.stop)
    proved = verify(own, skeleton, NUMBERS)
    return Answer(_maker(space, own).correlated(proved), _proof("correlated", space, own, skeleton, proved))
