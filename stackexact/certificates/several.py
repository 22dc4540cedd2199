"""Closed forms in several parameters: each piece is proved by the relations that it states.

A piece holds where the assumptions, the relations of its cell and its own hold together; its proof is run on functions
that compare as these relations say. That the pieces fill their cells, and that the cells are disjoint and make up the
domain, are statements about polynomials in several variables: those are shown by an SMT solver, if one is asked, and
else by sample points alone, which is no proof.
"""

from __future__ import annotations

from fractions import Fraction

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.coverage import STATEMENT, Prove, claim_of, relation_of
from stackexact.certificates.embedded import COMPARE, Embedded, Relation
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Node
from stackexact.certificates.smt import Question, Solver, Undecided
from stackexact.certificates.stated import Condition, Contradicting, Space, Stated, Unstated
from stackexact.certificates.terms import Terms

__all__ = ["COORDINATE", "prove_in_several"]

COORDINATE = 100
"""Longest coordinate of a sample, in characters; pieces need not name one."""

RELATIONS = 1000
"""Most relations that a piece may stand on: what follows from them takes their number squared."""

SQUARES = 20_000_000
"""Greatest sum of these squares over the pieces of a claim."""

ASSUMED = "assumed"
"""What is said of a coverage that nobody has shown."""


def prove_in_several(game: Embedded, cells: Node, proofs: dict[str, Node], prove: Prove, solver: Solver | None) -> str:
    """Show each claimed cell by its pieces, and the coverage by a solver if one is named; says which it was."""
    proofs["coverage"].constant(STATEMENT)
    space = game.line
    assert isinstance(space, Space)
    claimed, written = cells.items(), proofs["cells"].items()
    if not claimed or len(written) != len(claimed):
        raise proofs["cells"].fails(f"expected a proof for each of {len(claimed)} cells, at least one")
    assumed = [condition for relation in game.relations for condition in conditions_of(relation)]
    told = [_conditions(cell.members().get("when", cell), space) for cell in claimed]
    pieces = [_pieces(proof) for proof in written]
    own = [[_conditions(node.members()["when"], space) for node in nodes] for nodes in pieces]
    numbers = [len(assumed) + len(told[n]) + len(one) for n, some in enumerate(own) for one in some]
    if max(numbers) > RELATIONS or sum(number**2 for number in numbers) > SQUARES:
        place = proofs["cells"].place
        raise TooLarge(f"{place}: expected pieces that stand on fewer relations, found one with {max(numbers)}")
    for n, (cell, nodes) in enumerate(zip(claimed, pieces, strict=True)):
        for node, conditions in zip(nodes, own[n], strict=True):
            if "sample" in node.members():
                _sampled(node.members()["sample"], space, [*assumed, *conditions], told, n)
            _prove_piece(space, [*assumed, *told[n], *conditions], cell, node, prove)
    if solver is None:
        return ASSUMED
    try:
        _cover(game, Question(solver, space, assumed), told, own, claimed)
    except Undecided as doubt:
        return f"undecided: {doubt}"
    return f"proved by {solver.name}"


def _pieces(proof: Node) -> list[Node]:
    """The pieces of a cell."""
    nodes = proof.fields("pieces")["pieces"].items()
    if not nodes:
        raise proof.fails("expected at least one piece, found none")
    for node in nodes:
        node.fields("when", "proof", optional=("claim", "sample"))
    return nodes


def _prove_piece(space: Space, stated: list[Condition], cell: Node, piece: Node, prove: Prove) -> None:
    """Run a proof on functions that compare as the relations say."""
    value, evidence = claim_of(cell, piece)
    try:
        region = Stated(space, stated)
        prove(region, Node(value, cell.place, True, region), Node(evidence.value, evidence.place, region=region))
    except (Contradicting, Unstated) as flaw:
        raise piece.fails(str(flaw)) from None


def conditions_of(relation: Relation) -> list[Condition]:
    """The sign of the difference of both sides, which must be defined."""
    left, sign, right = (one if isinstance(one, str | Quotient) else _quotient(one) for one in relation)
    assert isinstance(left, Quotient)
    assert isinstance(right, Quotient)
    assert isinstance(sign, str)
    difference = left - right
    product = difference.top
    for factor, power in difference.factors.items():
        product = product * factor if power % 2 else product
    divisors = dict.fromkeys((*left.factors, *right.factors))
    return [(product, sign), *((factor, "!=") for factor in divisors)]


def _quotient(value: object) -> Quotient:
    assert isinstance(value, Fraction)
    return Quotient.of(value)


def _conditions(when: Node, space: Space) -> list[Condition]:
    return [condition for item in when.items() for condition in conditions_of(relation_of(item, space))]


def _sampled(node: Node, space: Space, conditions: list[Condition], told: list[list[Condition]], number: int) -> None:
    """Require that a point lies in the domain, in its piece, in its cell, and in no other cell."""
    given = node.fields(*space.names)
    for coordinate in given.values():
        if isinstance(coordinate.value, str) and len(coordinate.value) > COORDINATE:
            raise TooLarge(str(coordinate.wrong(f"a number as text of at most {COORDINATE} characters")))
    point = [Node(given[name].value, given[name].place).number() for name in space.names]
    if not _meets(point, conditions):
        raise node.fails("the point lies outside the assumptions or the piece")
    for n, cell in enumerate(told):
        if _meets(point, cell) != (n == number):
            raise node.fails(f"the point lies {'outside its cell' if n == number else f'in cell {n} as well'}")


def _meets(point: list[Fraction], conditions: list[Condition]) -> bool:
    return all(COMPARE[relation](p.sign_at(point), 0) for p, relation in conditions)


def _cover(
    game: Embedded,
    question: Question,
    told: list[list[Condition]],
    pieces: list[list[list[Condition]]],
    claimed: list[Node],
) -> None:
    """Have shown: payoffs are defined on the domain, cells are disjoint and make it up, pieces fill their cells."""
    bottoms: dict[Terms, None] = {}
    for value in game.values:
        bottoms.update(dict.fromkeys(value.factors if isinstance(value, Quotient) else ()))
    for factor in bottoms:
        question.never([(factor, "==")], (), "game: expected values on the whole domain")
    for n, (cell, own) in enumerate(zip(claimed, pieces, strict=True)):
        question.sometimes(told[n], f"{cell.place}: expected a cell that holds somewhere in the domain")
        question.never(told[n], own, f"{cell.place}: expected pieces that fill the cell")
        for m in range(n):
            question.never([*told[m], *told[n]], (), f"{cell.place}: expected nothing of cell {m} in it")
    question.never([], told, f"{claimed[0].place.rpartition('[')[0]}: expected cells that cover the domain")
