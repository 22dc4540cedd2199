"""The proofs of commitments, concept by concept. Each function raises ``Unsupported`` unless the claim is shown.

Throughout, i is a leader action, j and k are follower actions, x is a commitment (a probability vector over leader
actions). One fact carries almost everything: j is a best response to x exactly if ``u2(x, j) - u2(x, k) >= 0`` for all
k, so whatever non-negative multipliers make of these differences is non-negative at every such x (weak duality).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stackexact.certificates import functions, quotients
from stackexact.certificates.elimination import last_pivot
from stackexact.certificates.embedded import Game, Table
from stackexact.certificates.functions import Function
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Node, Weights, products, total

ZERO = Fraction(0)

PRIMES = (2**61 - 1, 2**89 - 1, 2**107 - 1)
"""A matrix that is regular modulo one of these is regular."""

Variable = tuple[int, int]
"""The outcome (i, j), or its probability."""

Level = tuple[Node, dict[int, Weights]]
"""The multipliers ``y[j][k]`` of one level, and where they stand."""


def claimed(claim: Node, *names: str, optional: Sequence[str] = ()) -> dict[str, Node]:
    """The members of a claimed cell, which without parameters holds everywhere."""
    told = claim.fields("when", *names, optional=optional)
    if told["when"].items():
        raise told["when"].fails("expected [], for the game has no parameters")
    return told


def listed(node: Node, actions: Sequence[int], proved: Sequence[int], what: str) -> None:
    """Require that the actions listed at the node are the proved ones, in the same order."""
    if list(actions) != list(proved):
        raise node.fails(f"expected {what}, in action order; the list differs")


# ------------------------------------------------------------------------------------------------- pure commitments


def pure_strong(game: Game, claim: Node, proof: Node) -> None:
    """The best leader action if the follower's ties are broken for the leader."""
    _pure(game, claim, proof, max)


def pure_weak(game: Game, claim: Node, proof: Node) -> None:
    """The best leader action if the follower's ties are broken against the leader."""
    _pure(game, claim, proof, min)


def _pure(game: Game, claim: Node, proof: Node, pick: Callable[[Iterable[Fraction]], Fraction]) -> None:
    told = claimed(claim, "leader", "follower", "commitment", "response", "tied")
    tops = [max(row) for row in game.u2.entries]
    responses = [
        [j for j, value in enumerate(row) if value == top] for row, top in zip(game.u2.entries, tops, strict=True)
    ]
    # Where a parameter decides which responses are best, no list of them holds on a whole piece, and none is given.
    lists = proof.fields(*(["best_responses"] if proof.region is None else [])).get("best_responses")
    if lists is not None:
        for i, node in lists.by_label(game.leader, complete=True).items():
            listed(node, node.indices(game.follower), responses[i], "all best responses")
    values = [pick(game.u1[i][j] for j in best) for i, best in enumerate(responses)]
    a = max(range(len(values)), key=lambda i: (values[i], max(game.u2[i]), -i))
    told["leader"].agrees(values[a])
    told["follower"].agrees(max(game.u2[a]))
    if told["commitment"].distribution(game.leader) != {a: 1}:
        raise told["commitment"].fails("expected the first of the best leader actions")
    if told["response"].index(game.follower) != next(j for j in responses[a] if game.u1[a][j] == values[a]):
        raise told["response"].wrong("the first best response with the value")
    reach = {j for i, best in enumerate(responses) for j in best if game.u1[i][j] == values[i] == values[a]}
    listed(told["tied"], told["tied"].indices(game.follower), sorted(reach), "the responses that reach the value")


# --------------------------------------------------------------------------------------- bounds on a follower action


def slopes(game: Game, j: int, y: Weights) -> list[Fraction]:
    """``Σ_k y_k (u2[i][j] - u2[i][k])`` for every i: one product with the row i of u2."""
    if not y:
        return [ZERO] * len(game.leader)
    weights = {k: -value for k, value in y.items() if k != j}
    weights[j] = -total(weights.values())
    return products(weights, game.u2.rows)


def below(node: Node, values: Iterable[Fraction], bound: Fraction, *, strictly: bool) -> None:
    """Require ``value < bound`` (or ``<=``) at every leader action, hence for every average over them."""
    for i, value in enumerate(values):
        if value > bound or (strictly and value == bound):
            raise node.fails(f"does not bound leader action {i + 1}{' strictly' if strictly else ''}")


def responds(game: Game, node: Node, x: Weights, j: int) -> None:
    """Require that j is a best response to the commitment x."""
    values = game.u2.at(x)
    if values[j] < max(values):
        raise node.fails("the action is no best response to this commitment")


# ----------------------------------------------------------------------------------------- lexicographic optima


@dataclass(frozen=True, slots=True)
class Basis:
    """What shows an optimum unique: it lives on ``support``, and ``rows`` (zero at an optimum) leave one such point."""

    support: list[Variable]
    tight: list[Variable]
    rows: list[list[Fraction]]


@dataclass(frozen=True, slots=True)
class Optimum:
    """A point and its levels, the first ``shown`` of which are optimal; ``doubt``: why not all of them."""

    levels: list[Fraction]
    shown: int
    doubt: str


def optimum(
    game: Game, p: dict[Variable, Fraction], columns: Sequence[int], multipliers: list[Level], basis: Basis
) -> Optimum:
    """Show p lexicographically optimal among the distributions over outcomes (i, j), j in ``columns``, that make
    ``s_jk(p) = Σ_i p[i][j] (u2[i][j] - u2[i][k]) >= 0`` for every recommended j and every k.

    The levels are ``Σ p u1``, ``Σ p u2`` and the entries of p in order. With ``d_l[i][j]`` as below, every feasible p'
    has ``level_l(p') - level_l(p) = Σ p' d_l - Σ y_l[j][k] s_jk(p')``. If the vectors d are lexicographically <= 0 and
    the vectors y >= 0, no p' is better on the listed levels. If p' is as good, the sum is zero, so every term is: p'
    vanishes where d < 0 and ties where y > 0, and a regular matrix leaves one such p'. That holds for p' = p, so
    complementarity, and that p lives on the basis, need no check of their own.
    """
    variables = [(i, j) for i in range(len(game.leader)) for j in columns]
    levels = _levels(game, p, variables)
    ties, positive = set(variables), set[Variable]()  # d zero so far; first non-zero multiplier positive
    for level, (node, y) in enumerate(multipliers):
        for j, of_j in y.items():
            fresh = {(j, k): value for k, value in of_j.items() if (j, k) not in positive}
            if any(value < 0 for value in fresh.values()):
                raise node.fails("has a negative multiplier that no earlier level outweighs")
            positive |= fresh.keys()
        slope = {j: slopes(game, j, y.get(j, {})) for j in {j for _, j in ties}}
        for i, j in sorted(ties):
            d = _objective(game, level, (i, j), variables) + slope[j][i] - levels[level]
            if d > 0:
                raise node.fails(f"does not bound leader action {i + 1} with follower action {j + 1}")
            if d < 0:
                ties.discard((i, j))
    doubt = "" if len(multipliers) == len(levels) else _doubt(ties, positive, basis)
    return Optimum(levels, len(multipliers) if doubt else len(levels), doubt)


def _levels(game: Game, p: dict[Variable, Fraction], variables: list[Variable]) -> list[Fraction]:
    def mean(table: Table) -> Fraction:
        return total(weight * table[i][j] for (i, j), weight in p.items())

    return [mean(game.u1), mean(game.u2), *(p.get(variable, ZERO) for variable in variables)]


def _objective(game: Game, level: int, at: Variable, variables: list[Variable]) -> Fraction:
    if level < 2:
        return (game.u1, game.u2)[level][at[0]][at[1]]
    return Fraction(variables[level - 2] == at)


def _doubt(ties: set[Variable], positive: set[Variable], basis: Basis) -> str:
    """Why the basis does not show the optimum unique; empty if it does."""
    if not ties <= set(basis.support):
        return "an entry outside the basis could take part at no loss"
    if any(j != k and (j, k) not in positive for j, k in basis.tight):
        return "a tight action has no positive multiplier"
    if len(basis.rows) + 1 != len(basis.support) or not regular([*basis.rows, [Fraction(1)] * len(basis.support)]):
        return "the basis matrix is not regular"
    return ""


def regular(rows: list[list[Fraction]]) -> bool:
    """Whether a square matrix is regular modulo a large prime, hence over the rationals; one of functions: throughout
    the region."""
    region = next((entry.region for entry in _entries(rows) if isinstance(entry, Function)), None)
    if region is not None:
        return functions.regular(rows, region)
    several = next((entry.region for entry in _entries(rows) if isinstance(entry, Quotient)), None)
    if several is not None:
        return quotients.regular(rows, several)
    return any(_regular_modulo(residues, prime) for prime in PRIMES if (residues := _residues(rows, prime)))


def _entries(rows: list[list[Fraction]]) -> Iterable[object]:
    return (entry for row in rows for entry in row)


def _residues(rows: list[list[Fraction]], prime: int) -> list[list[int]]:
    """The entries modulo the prime; none where the prime divides a denominator."""
    if any(entry.denominator % prime == 0 for row in rows for entry in row):
        return []
    return [[entry.numerator * pow(entry.denominator % prime, -1, prime) % prime for entry in row] for row in rows]


def _regular_modulo(rows: list[list[int]], prime: int) -> bool:
    def without(row: list[int], head: list[int], column: int, _: int) -> list[int]:
        if not row[column]:
            return row
        factor = row[column] * pow(head[column], -1, prime) % prime
        return [(entry - factor * top) % prime for entry, top in zip(row, head, strict=True)]

    return last_pivot(rows, 1, without) is not None


# --------------------------------------------------------------------------------------------- mixed commitments


def mixed_strong(game: Game, claim: Node, proof: Node) -> None:
    """One linear program per follower action: no commitment, a bound below the value, or the lexicographic optimum."""
    told = claimed(claim, "leader", "follower", "commitment", "response", "tied")
    value = told["leader"].number()
    parts = {key: node.by_label(game.follower) for key, node in proof.fields("reaching", "bounded", "empty").items()}
    if sorted(j for nodes in parts.values() for j in nodes) != list(range(len(game.follower))):
        raise proof.fails("expected every follower action in exactly one of reaching, bounded and empty")
    for j, node in parts["empty"].items():
        below(node, slopes(game, j, node.weights(game.follower)), ZERO, strictly=True)
    for j, node in parts["bounded"].items():
        sums = slopes(game, j, node.weights(game.follower))
        below(node, (row[j] + s for row, s in zip(game.u1.entries, sums, strict=True)), value, strictly=True)
    optima = {j: _reaching(game, j, node, value) for j, node in parts["reaching"].items()}
    r = told["response"].index(game.follower)
    if r not in optima:
        raise told["response"].wrong("an action that reaches the value")
    if optima[r].doubt:
        raise parts["reaching"][r].fails(f"the optimum is not shown to be the only one: {optima[r].doubt}")
    for j, other in optima.items():
        below_r = other.levels[: other.shown] < optima[r].levels[: other.shown]
        if j != r and not below_r and (other.doubt or other.levels != optima[r].levels or j < r):
            raise parts["reaching"][j].fails("not shown to come after the claimed response")
    told["follower"].agrees(optima[r].levels[1])
    if told["commitment"].distribution(game.leader) != {i: x for i, x in enumerate(optima[r].levels[2:]) if x}:
        raise told["commitment"].fails("differs from the proved optimum")
    listed(told["tied"], told["tied"].indices(game.follower), list(optima), "the actions that reach the value")


def _reaching(game: Game, j: int, proof: Node, value: Fraction) -> Optimum:
    parts = proof.fields("commitment", "basis", "multipliers")
    x = parts["commitment"].distribution(game.leader)
    responds(game, parts["commitment"], x, j)
    levels = _some(parts["multipliers"], len(game.leader) + 2)
    multipliers = [(node, {j: node.numbers(game.follower)}) for node in levels]
    chosen = parts["basis"].fields("support", "tight")
    support, tight = chosen["support"].indices(game.leader), chosen["tight"].indices(game.follower)
    if len(support) != len(tight):
        raise parts["basis"].fails("expected as many tight as support actions")
    rows = [[game.u2[i][k] - game.u2[i][tight[0]] for i in support] for k in tight[1:]]
    basis = Basis([(i, j) for i in support], [(j, k) for k in tight], rows)
    found = optimum(game, {(i, j): weight for i, weight in x.items()}, [j], multipliers, basis)
    if found.levels[0] != value:
        raise parts["commitment"].fails("its value is not the claimed one")
    return found


def _some(multipliers: Node, most: int) -> list[Node]:
    """The listed levels: at least one, for the value is the first."""
    nodes = multipliers.items()
    if not 1 <= len(nodes) <= most:
        raise multipliers.fails(f"expected 1 to {most} levels, found {len(nodes)}")
    return nodes


def correlated(game: Game, claim: Node, proof: Node) -> None:
    """The lexicographic optimum over distributions whose recommendations the follower has no reason to leave."""
    told = claimed(claim, "leader", "follower", "distribution")
    actions, rows = range(len(game.follower)), told["distribution"].by_label(game.leader)
    p = {(i, j): weight for i, node in rows.items() for j, weight in _positive(node, game).items()}
    if total(p.values()) != 1:
        raise told["distribution"].fails("expected probabilities that add up to 1")
    for j in actions:
        if column := {i: weight for (i, b), weight in p.items() if b == j}:
            responds(game, told["distribution"], column, j)
    parts = proof.fields("basis", "multipliers")
    multipliers = [
        (node, {j: of_j.numbers(game.follower) for j, of_j in node.by_label(game.follower).items()})
        for node in _some(parts["multipliers"], len(game.leader) * len(game.follower) + 2)
    ]
    chosen = parts["basis"].fields("support", "tight")
    support = chosen["support"].pairs(game.leader, game.follower)
    tight = chosen["tight"].pairs(game.follower, game.follower)
    matrix = [[game.u2[i][j] - game.u2[i][k] if b == j else ZERO for i, b in support] for j, k in tight]
    found = optimum(game, p, actions, multipliers, Basis(support, tight, matrix))
    if found.doubt:
        raise proof.fails(f"the optimum is not shown to be the only one: {found.doubt}")
    told["leader"].agrees(found.levels[0])
    told["follower"].agrees(found.levels[1])


def _positive(node: Node, game: Game) -> Weights:
    found, written = node.weights(game.follower), node.by_label(game.follower)
    if not written or len(found) < len(written):
        raise node.fails("expected only positive probabilities, at least one")
    return found
