"""Closed forms in one parameter: the cells of a claim are disjoint, cover the domain, and are proved on all of it.

The roots of all relations divide the line into points and open intervals; on each of these every relation is true or
false throughout. A set is kept as the bits of an integer, one for each of them in order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.embedded import COMPARE, Embedded, Exact, Relation, chained
from stackexact.certificates.functions import Function
from stackexact.certificates.line import Line, Real, Region, Split, bounded
from stackexact.certificates.polynomials import Poly, sign_at, times
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Node
from stackexact.certificates.stated import Space, Stated

STATEMENT = "the cells are disjoint and cover the assumptions"
"""What stands under ``coverage`` beside the proofs of a closed form."""

FURTHER = ("epsilon", "classes", "witness", "actions", "strategies", "team_actions")
"""What a claim may leave out where no single function serves the whole cell; each piece then says it."""

PARTS = 100_000
"""Most parts on which one piece is proved."""

PART = 1000
"""What dividing a piece costs besides, for each part."""

Condition = tuple[Poly, str]
"""A polynomial and how it compares with 0."""

Prove = Callable[["Region | Stated", Node, Node], None]
"""Shows a claim by a proof on a region, raises ``Unsupported``, or ``Split`` where the region has to be divided."""


@dataclass(frozen=True, slots=True)
class Divided:
    """A line cut at some points into regions, each a point (odd places) or an open interval (even places)."""

    line: Line
    regions: list[Region]
    ends: list[Real]

    @classmethod
    def at(cls, line: Line, polys: Iterable[Poly]) -> Divided:
        """Cut at the roots of polynomials."""
        regions = line.regions(p for p in polys if len(p) > 1)
        return cls(line, regions, [region.low for region in regions[1::2] if region.low is not None])

    def where(self, conditions: Iterable[Condition]) -> int:
        """The regions on which all conditions hold; their polynomials are among those whose roots were cut at."""
        found = (1 << len(self.regions)) - 1
        for p, relation in conditions:
            found &= self._where(p, relation)
        return found

    def _where(self, p: Poly, relation: str) -> int:
        cuts = [2 * bisect_left(self.ends, root) + 1 for root in self.line.roots(p)] if len(p) > 1 else []
        found = start = 0
        for cut in (*cuts, len(self.regions)):
            if COMPARE[relation](sign_at(p, self.regions[start].sample(), self.line.work), 0):
                found |= (1 << cut) - (1 << start)
            if cut < len(self.regions) and COMPARE[relation](0, 0):
                found |= 1 << cut
            start = cut + 1
        return found

    def first(self, found: int) -> Region:
        """The first region of a set that is not empty."""
        return self.regions[(found & -found).bit_length() - 1]

    def pieces(self, found: int) -> Iterator[Region]:
        """The same set in fewer regions: an interval, a point and an interval in a row are one interval."""
        spans: list[tuple[int, int]] = []
        while found:
            place = (found & -found).bit_length() - 1
            found &= found - 1
            if place % 2 == 0 and len(spans) > 1 and spans[-1][0] == place - 1 and spans[-2][1] == place - 2:
                spans[-2:] = [(spans[-2][0], place)]
            else:
                spans.append((place, place))
        for first, last in spans:
            yield self.regions[first] if first == last else self._joined(first, last)

    def _joined(self, first: int, last: int) -> Region:
        return Region(self.line, self.regions[first].low, self.regions[last].high)


def prove_closed_form(game: Embedded, cells: Node, proofs: dict[str, Node], prove: Prove) -> None:
    """Show that the claimed cells are disjoint, that they cover the domain, and each of them by the proofs of its
    pieces, which must cover it."""
    if "coverage" not in proofs:
        raise Unsupported(f"{proofs['cells'].place}: expected coverage beside it, for the game has a parameter")
    proofs["coverage"].constant(STATEMENT)
    line = game.line
    if not isinstance(line, Line):
        raise proofs["coverage"].fails("expected exactly one parameter that occurs in the game; solve with --at")
    claimed, written = cells.items(), proofs["cells"].items()
    if not claimed or len(written) != len(claimed):
        raise proofs["cells"].fails(f"expected a proof for each of {len(claimed)} cells, at least one")
    told = [_conditions(cell.members().get("when", cell), line) for cell in claimed]
    pieces = [[_piece(item, line) for item in one.fields("pieces")["pieces"].items()] for one in written]
    assumed = [condition for relation in game.relations for condition in _both(relation)]
    bottoms = [value.bottom for value in game.values if isinstance(value, Function)]
    every = [*assumed, *(c for some in told for c in some), *(c for one in pieces for piece in one for c in piece[1])]
    divided = Divided.at(line, [*(p for p, _ in every), *bottoms])
    domain = divided.where(assumed)
    _defined(divided, domain, bottoms)
    places = _cover(divided, domain, [domain & divided.where(some) for some in told], claimed)
    for cell, place, own, proof in zip(claimed, places, pieces, written, strict=True):
        left = place
        for node, conditions in own:
            part = left & divided.where(conditions)
            if not part:
                raise node.fails("the piece proves nothing of the cell that those before it leave")
            _prove_piece(cell, node, divided.pieces(part), prove)
            left &= ~part
        if left:
            raise proof.fails(f"no piece proves the cell for {divided.first(left)}")


def _conditions(when: Node, line: Line) -> list[Condition]:
    """What the relations of a cell, or of a piece, say of polynomials."""
    found: list[Condition] = []
    for item in when.items():
        found += _both(relation_of(item, line))
    return found


def relation_of(item: Node, line: Line | Space) -> Relation:
    """The one relation that stands here."""
    terms, signs = chained(item, partial(_term, item, line))
    if len(signs) > 1:
        raise item.wrong("one relation, EXPR REL EXPR")
    return terms[0], signs[0], terms[1]


def _term(relation: Node, line: Line | Space, text: str) -> Function | Quotient:
    return Node(text, relation.place, relation.claimed).function(line)


def _both(relation: Relation) -> list[Condition]:
    """The sign of the difference of both sides, which must be defined."""
    left, sign, right = _lowest(relation[0]), relation[1], _lowest(relation[2])
    difference = left - right
    defined = [(side.bottom, "!=") for side in (left, right) if len(side.bottom) > 1]
    return [(times(difference.top, difference.bottom, difference.work), sign), *defined]


def _lowest(value: Exact) -> Function:
    """A side of a relation, which holds also where something vanishes that cancels."""
    assert not isinstance(value, Quotient), "a line has one parameter"
    if not isinstance(value, Function):
        return Function.of(value)
    bounded(value.top)
    bounded(value.bottom)
    return value.lowest()


def _piece(node: Node, line: Line) -> tuple[Node, list[Condition]]:
    return node, _conditions(node.fields("when", "proof", optional=("claim",))["when"], line)


def _defined(divided: Divided, domain: int, bottoms: list[Poly]) -> None:
    if not domain:
        raise Unsupported("game.assumptions: expected some value that meets them all, found none")
    for bottom in dict.fromkeys(bottoms):
        if undefined := domain & divided.where([(bottom, "==")]):
            raise Unsupported(
                f"game.payoffs: expected values on the whole domain, found none for {divided.first(undefined)}"
            )


def _cover(divided: Divided, domain: int, places: list[int], cells: list[Node]) -> list[int]:
    """Require that the cells are disjoint and make up the domain; none of them may be empty."""
    covered = 0
    for place, cell in zip(places, cells, strict=True):
        if not place:
            raise cell.fails("the cell holds nowhere in the domain")
        if both := covered & place:
            raise cell.fails(f"an earlier cell holds as well for {divided.first(both)}")
        covered |= place
    if left := domain & ~covered:
        raise Unsupported(f"{cells[0].place.rpartition('[')[0]}: no cell holds for {divided.first(left)}")
    return places


def claim_of(cell: Node, piece: Node) -> tuple[dict[str, object], Node]:
    """What is claimed on a piece, as a cell that holds everywhere, and its proof."""
    parts = piece.members()
    claim = {**cell.members(), "when": Node([], cell.place)}
    further = parts["claim"].members() if "claim" in parts else {}
    for key, node in further.items():
        if key not in FURTHER or key in claim:
            raise node.fails(f"expected only those of {', '.join(FURTHER)} that the claim leaves out")
    return {key: node.value for key, node in (*claim.items(), *further.items())}, parts["proof"]


def _prove_piece(cell: Node, piece: Node, regions: Iterable[Region], prove: Prove) -> None:
    """Run a proof on regions, dividing them wherever a comparison has no single answer."""
    value, proof = claim_of(cell, piece)
    waiting = list(regions)[::-1]
    for _ in range(PARTS):
        if not waiting:
            return
        region = waiting.pop()
        region.line.work.spend(PART)
        try:
            prove(region, Node(value, cell.place, True, region), Node(proof.value, proof.place, region=region))
        except Split as split:
            waiting += reversed([*region.parts(split.poly)])
        except Unsupported as flaw:
            raise type(flaw)(f"{flaw} (for {region})") from None
    raise TooLarge(f"{piece.place}: expected to be divided into at most {PARTS} parts")
