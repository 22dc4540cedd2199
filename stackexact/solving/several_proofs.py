"""Proofs of cells in several parameters, with every relation that checking them takes.

The stand-alone checker says itself what it needs: it is run on a proof at a sample point, each comparison is decided
there, and what was compared becomes the relations of a piece. Pieces are made until they fill the cell.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from stackexact.certificates.check import KINDS, prover
from stackexact.certificates.embedded import Embedded
from stackexact.certificates.reading import Node, Unsupported
from stackexact.certificates.several import COORDINATE
from stackexact.certificates.stated import ADMITTED, Space, Stated
from stackexact.certificates.terms import Terms
from stackexact.covering.domain import SIGNS, relation_text_of_several
from stackexact.covering.several import cover
from stackexact.covering.smt import Domain
from stackexact.errors import LimitReached, Unproved
from stackexact.exact.points import Point
from stackexact.exact.reading import Parameters
from stackexact.exact.relation import text_of
from stackexact.exact.tracing import Condition, Polynomial, primitive
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Cell
from stackexact.solving.routines import Traced

__all__ = ["Proving"]

_OPPOSITE: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


class _Recorder(Stated):
    """Decides at a point what no relation says, and states it from then on."""

    def __init__(self, space: Space, parameters: Parameters, point: Point) -> None:
        super().__init__(space, ())
        self.parameters, self.point = parameters, point
        self.needed: dict[Condition, None] = {}

    def undecided(self, p: Terms, relation: str) -> bool:
        """Decide it here; the relation, or its opposite, is needed."""
        sign = self.point.sign_of(self._polynomial(p))
        held = sign in ADMITTED[relation]
        left, turn = self.unsettled(p)
        rest = self._polynomial(left)
        wanted = relation if held else _OPPOSITE[relation]
        if turn < 0:
            wanted = wanted.translate(str.maketrans("<>", "><"))
        _, factors = rest.factor()
        if wanted == "==":
            vanishing = [f for f, _ in factors if self.point.sign_of(f) == 0]
            self._need(min(vanishing, key=lambda f: (int(f.total_degree()), len(f))), "==")
        elif wanted == "!=" or (wanted in "<>" and all(power % 2 == 0 for _, power in factors)):
            for factor, _ in factors:
                self._need(factor, "!=")
        else:
            self._need(rest, wanted)
        if not self._decides(p, relation, held):  # products overlap: then the sign of every factor is needed
            for factor, _ in factors:
                self._need(factor, "<=>"[self.point.sign_of(factor) + 1].replace("=", "=="))
        if not self._decides(p, relation, held):
            raise Unproved("what was stated must decide what was asked")
        return held

    def _decides(self, p: Terms, relation: str, held: bool) -> bool:
        return self.signs(p) <= ADMITTED[relation if held else _OPPOSITE[relation]]

    def _need(self, polynomial: Polynomial, relation: str) -> None:
        turn, sign = SIGNS[relation]
        stated = primitive(polynomial)
        self.needed[Condition(stated * turn, sign)] = None
        self.state(_terms(stated), relation)

    def _polynomial(self, p: Terms) -> Polynomial:
        count = len(self.parameters.names)
        return self.parameters.ring.from_dict(
            {(*powers, *(0,) * (count - len(powers))): value for powers, value in p.coefficients.items()}
        )


def _terms(polynomial: Polynomial) -> Terms:
    made = {}
    for powers, value in polynomial.to_dict().items():
        shorter = list(map(int, powers))
        while shorter and not shorter[-1]:
            shorter.pop()
        made[tuple(shorter)] = int(value)
    return Terms(made)


@dataclass(frozen=True)
class Proving:
    """Writes the proofs of one concept's cells: ``answer_at`` finds its answer at a point."""

    game: Game
    concept: str
    parameters: Parameters
    domain: Domain
    answer_at: Callable[[Point], Traced]

    def written(self, cell: Cell, conditions: tuple[Condition, ...]) -> dict[str, Any]:
        """The pieces of a cell.

        Raises :class:`~stackexact.errors.LimitReached` where z3 cannot tell that they fill it.
        """

        def piece_at(point: Point) -> tuple[dict[str, Any], tuple[Condition, ...]]:
            try:
                return self._piece(cell, self.answer_at(point), point)
            except Unsupported as flaw:  # a bound of the checker: nothing leaves that it would not accept
                raise LimitReached(f"{self.concept}: no proof that can be checked: {flaw}") from None

        region = Domain(self.domain.reals, (*self.domain.conditions, *conditions))
        found = cover(region, piece_at)
        if not found.complete:
            where = " and ".join(cell.when) or "the whole domain"
            raise LimitReached(f"{self.concept}: the proof of the cell {where} was not completed: {found.limit}")
        return {"pieces": [one.answer for one in found.answered]}

    @cached_property
    def _embedded(self) -> Embedded:
        return KINDS[self.game.kind](Node(self.game.document(), "game"))

    def _piece(self, cell: Cell, found: Traced, point: Point) -> tuple[dict[str, Any], tuple[Condition, ...]]:
        """A proof at a point, with the relations that the checker needs for it."""
        claim, proof = cell.document(), found.proof()
        unsaid = {key: value for key, value in found.cell.document().items() if key not in claim}
        space = self._embedded.line
        assert isinstance(space, Space)
        region = _Recorder(space, self.parameters, point)
        stated = getattr(self.game, "tolerance", None)
        bound = None if stated is None else text_of(stated)
        prove = prover(self._embedded, self.concept, () if bound is None else (Node(bound, "tolerance", True),))
        whole = {**claim, **unsaid, "when": []}
        prove(region, Node(whole, "claim", True, region), Node(proof, "proof", region=region))
        needed = tuple(region.needed)
        # Once more, by nothing but the relations that will be written.
        stated = Stated(space, [(_terms(one.polynomial), one.sign.value) for one in needed])
        prove(stated, Node(whole, "claim", True, stated), Node(proof, "proof", region=stated))
        made: dict[str, Any] = {"when": [relation_text_of_several(self.parameters, one) for one in needed]}
        coordinates = list(map(text_of, point.fractions))
        if point.is_rational and max(map(len, coordinates)) <= COORDINATE:
            made["sample"] = dict(zip(self.parameters.names, coordinates, strict=True))
        if unsaid:
            made["claim"] = unsaid
        return {**made, "proof": proof}, needed
