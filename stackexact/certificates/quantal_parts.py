"""That no commitment gets more than c, by parts of the simplex: Φ(x) = Σ_b exp(ρ_b·x) (υ_b·x - c) <= 0 on each.

Numbers are whole, in fixed point: logits and what is above c in units of 2**-bits (the latter times 2**scale, a power
of two about as large as the leader's values are apart), masses exp(ρ_b·x) in such units of about the greatest of a
part. Whatever is compared is rounded up. A part that is not proved at one precision is tried again at twice that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import isqrt

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import Quotient
from stackexact.certificates.exponentials import LONGEST, Bounds, exp_bounds, fixed
from stackexact.certificates.quantal_decision import Decision
from stackexact.certificates.reading import Node

__all__ = ["Corner", "Problem", "prove_parts"]

PARTS = 400_000
"""Most parts, halved ones included."""

DEEPEST = 2000
"""How often a part may be halved."""

STEPS = 2_000_000_000
"""Most work: parts times entries of their forms, and longer numbers count more. Some minutes."""

TRIES = 4
"""So many precisions are tried, each twice the one before."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A commitment at one precision: bounds by follower action of logits, of what is above c, and of masses."""

    logits: list[tuple[int, int]]
    above: list[tuple[int, int]]
    masses: list[Bounds]
    width: int


@dataclass(eq=False, slots=True)
class Corner:
    """A commitment: whole shares over their sum."""

    shares: tuple[int, ...]
    bottom: int
    seen: dict[int, Seen] = field(default_factory=dict)

    def is_like(self, other: Corner) -> bool:
        """Whether it is the same commitment."""
        return all(a * other.bottom == b * self.bottom for a, b in zip(self.shares, other.shares, strict=True))


@dataclass(frozen=True)
class Problem:
    """What is to be shown: that no commitment gets more than ``limit``, which ``point`` gets exactly where ``exact``
    is set."""

    decision: Decision
    limit: Quotient
    point: Corner
    exact: bool
    start: int

    @cached_property
    def scale(self) -> int:
        """The power of two that values are measured in."""
        spread = self.decision.spread or Fraction(1)
        return spread.numerator.bit_length() - spread.denominator.bit_length()

    @cached_property
    def _kept(self) -> dict[int, list[list[tuple[int, int]]]]:
        return {}

    def above(self, bits: int) -> list[list[tuple[int, int]]]:
        """What is above c by follower action, then leader action."""
        if bits not in self._kept:
            share = 1 / Fraction(2) ** self.scale
            low, high = (value * share for value in self.limit.ends(self.scale - bits))
            self._kept[bits] = [
                [(fixed(v * share - high, bits)[0], fixed(v * share - low, bits)[1]) for v in column]
                for column in zip(*self.decision.leader, strict=True)
            ]
        return self._kept[bits]

    def look(self, corner: Corner, bits: int) -> Seen:
        """A corner at a precision; computed once."""
        found = corner.seen.get(bits)
        if found is None:
            logits = [_mean(corner, column) for column in self.decision.logits(bits)]
            above = [_mean(corner, column) for column in self.above(bits)]
            masses = [exp_bounds(low, high, bits, bits) for low, high in logits]
            width = max(high - low for low, high in (*logits, *above))
            found = corner.seen[bits] = Seen(logits, above, masses, width)
        return found


def _mean(corner: Corner, column: Sequence[tuple[int, int]]) -> tuple[int, int]:
    low = high = 0
    for share, (one, two) in zip(corner.shares, column, strict=True):
        if share:
            low += share * one
            high += share * two
    return low // corner.bottom, -(-high // corner.bottom)


def prove_parts(problem: Problem, node: Node) -> None:
    """Walk through the parts of the simplex and show the limit on each."""
    text = node.value
    if not isinstance(text, str):
        raise node.wrong("parts as text such as '0 1,a,n'")
    tokens = text.split(",")
    rows, columns = problem.decision.shape
    if len(tokens) > PARTS or len(tokens) * rows * rows * columns * (1 + problem.start // 400) > STEPS:
        raise TooLarge(f"{node.place}: expected a proof of fewer parts, found {len(tokens)}")
    units = [Corner(tuple(int(i == a) for i in range(rows)), 1) for a in range(rows)]
    pending = [(units, 0)]
    for number, token in enumerate(tokens):
        if not pending:
            raise node.fails(f"expected no more than {number} parts, which make up the simplex, found {len(tokens)}")
        corners, depth = pending.pop()
        if token in ("a", "n", "c"):
            if not _is_proved(problem, corners, token):
                raise node.fails(f"expected part {number} to be proved by '{token}', but it is not")
            continue
        i, j = _edge(node, token, rows, number)
        if depth >= DEEPEST:
            raise TooLarge(f"{node.place}: expected parts that are halved at most {DEEPEST} times, found more")
        half = _middle([corners[i], corners[j]])
        for end in (j, i):
            pending.append(([*corners[:end], half, *corners[end + 1 :]], depth + 1))
    if pending:
        raise node.fails(f"expected parts that make up the simplex, but {len(pending)} are missing at the end")


def _edge(node: Node, token: str, rows: int, number: int) -> tuple[int, int]:
    found = token.split(" ")
    if len(found) == 2 and all(part.isascii() and part.isdigit() and len(part) < 6 for part in found):
        i, j = map(int, found)
        if i != j and max(i, j) < rows:
            return i, j
    raise node.fails(f"expected 'a', 'n', 'c' or two different corners at part {number}, found something else")


def _middle(corners: Sequence[Corner]) -> Corner:
    """The mean of some commitments."""
    bottom = max(corner.bottom for corner in corners)
    shares = [0] * len(corners[0].shares)
    for corner in corners:  # bottoms are powers of two
        times = bottom // corner.bottom
        for a, share in enumerate(corner.shares):
            shares[a] += share * times
    return Corner(tuple(shares), bottom * len(corners))


def _is_proved(problem: Problem, corners: Sequence[Corner], token: str) -> bool:
    bits = problem.start
    centre = _middle(corners) if token == "c" else problem.point
    for _ in range(TRIES):
        if bits > LONGEST // 2:
            return False
        seen = [problem.look(corner, bits) for corner in corners]
        if token == "a":
            if _apart(seen, bits):
                return True
        else:
            still = next((i for i, one in enumerate(corners) if one.is_like(centre)), None)
            exact = problem.exact and token == "n"
            if _expanded(seen, problem.look(centre, bits), still, exact, bits):
                return True
        bits *= 2
    return False


def _unit(seen: Sequence[Seen], bits: int) -> int:
    """The binary exponent of the unit of masses in a part."""
    return max(mass.top for one in seen for mass in one.masses) - bits


def _apart(seen: Sequence[Seen], bits: int) -> bool:
    """Whether bounds of the terms one by one show that Φ <= 0. For every s > 0 the tangent of the logarithm gives
    exp(ρ) υ <= s exp(ρ + υ/s - 1), and the exponent is greatest at a corner."""
    unit = _unit(seen, bits)
    total = 0
    for b in range(len(seen[0].masses)):
        masses = [one.masses[b].scaled(unit) for one in seen]
        above = [one.above[b][1] for one in seen]
        highest = max(above)
        if highest <= 0:
            total += max(mass[0] * value for mass, value in zip(masses, above, strict=True))
            continue
        coarse = max(mass[1] for mass in masses) * highest
        best = max(range(len(seen)), key=lambda i: masses[i][1] * above[i])
        slope = above[best] if above[best] > 0 else highest
        height = max(one.logits[b][1] - (-(value << bits) // slope) for one, value in zip(seen, above, strict=True))
        if height.bit_length() > 3 * bits:
            total += coarse
            continue
        tangent = exp_bounds(height - (1 << bits), height - (1 << bits), bits, bits)
        if tangent.top - unit > 2 * bits + 64:
            total += coarse
        else:
            total += min(slope * tangent.scaled(unit)[1], coarse)
    return total <= 0


def _expanded(seen: Sequence[Seen], point: Seen, still: int | None, exact: bool, bits: int) -> bool:
    """Whether the expansion of second order at a point x0 shows that Φ <= 0. In barycentric coordinates it is a form
    λ'Qλ; here are upper bounds of the entries of 4Q.

    ``still`` is the corner that is x0 itself, where Φ is 0 if ``exact``. Let r and v be what a logit and a value move
    by from x0 to a point of the part. A term m·(value - c) has the second derivative m (above r² + 2rv), at most
    A r² + 2 M rv + B v² for masses from M - S to M + S, A = (the most that m·above is) + S t and B = S/t for any t > 0.
    """
    size = len(seen)
    unit = _unit([*seen, point], bits)
    error = 2 * max(one.width for one in (*seen, point))  # of differences, which are taken between lower ends
    value = 0
    slopes = [0] * size
    form = [[0] * size for _ in range(size)]
    blur = 0
    for b, (logit, _) in enumerate(point.logits):
        low, high = point.masses[b].scaled(unit)
        here, most_here = point.above[b]
        value += (high if most_here > 0 else low) * most_here
        turns = [one.logits[b][0] - logit for one in seen]
        moves = [one.above[b][0] - here for one in seen]
        if still is not None:
            turns[still] = moves[still] = 0
        far, wide = max(map(abs, turns)), max(map(abs, moves))
        for i in range(size):
            if i != still:
                slope = turns[i] * here + (moves[i] << bits)
                slope += error * (abs(turns[i]) + abs(here) + error + (1 << bits))
                slopes[i] += slope * (high if slope > 0 else low)
        masses = [(low, high), *(one.masses[b].scaled(unit) for one in seen)]
        least, greatest = min(mass[0] for mass in masses), max(mass[1] for mass in masses)
        highest = max(most_here, *(one.above[b][1] for one in seen))
        first, mass, second = _curvature(turns, moves, (least, greatest), highest, bits)
        rises = [first * turn + mass * move for turn, move in zip(turns, moves, strict=True)]
        falls = [mass * turn + second * move for turn, move in zip(turns, moves, strict=True)]
        for i in range(size):
            turn, move, row = turns[i], moves[i], form[i]
            for j in range(i, size):
                row[j] += turn * rises[j] + move * falls[j]
        blur += error * (abs(first) * (2 * far + error) + 2 * mass * (far + wide + error) + second * (2 * wide + error))
    if exact:
        value = 0
    constant = value << (bits + 2)
    for i in range(size):
        for j in range(i, size):
            entry = form[i][j] + constant + 2 * (slopes[i] + slopes[j])
            form[i][j] = form[j][i] = entry + (0 if still in (i, j) else blur)
    return _is_never_positive(form, constant)


def _curvature(
    turns: Sequence[int], moves: Sequence[int], masses: tuple[int, int], highest: int, bits: int
) -> tuple[int, int, int]:
    """2A, 2M and 2B: bounds of twice the second derivative of a term."""
    least, greatest = masses
    one, two = sum(move * move for move in moves), sum(turn * turn for turn in turns)
    ratio = max(isqrt((one << 2 * bits) // two), 1) if two else 1 << bits
    most = (greatest if highest > 0 else least) * highest
    spread = greatest - least
    first = -(-(2 * most + spread * ratio) >> bits)
    second = -(-(spread << bits) // ratio)
    return first, least + greatest, second


def _is_never_positive(form: list[list[int]], constant: int) -> bool:
    """Whether λ'Qλ <= 0 for all λ >= 0: no entry is positive, or -Q is semidefinite, or it is without its positive
    entries off the diagonal. Entries are rounded up to a unit well below what the form is at the point."""
    if all(entry <= 0 for row in form for entry in row):
        return True
    drop = max(constant.bit_length() - 24, 0)
    whole = [[-(entry >> drop) - bool(entry & ((1 << drop) - 1)) for entry in row] for row in form]
    if _is_semidefinite(whole):
        return True
    return _is_semidefinite([[e if i == j or e < 0 else 0 for j, e in enumerate(row)] for i, row in enumerate(whole)])


def _is_semidefinite(rows: Sequence[Sequence[int]]) -> bool:
    """Whether a symmetric matrix of whole numbers is positive semidefinite: elimination without fractions."""
    left, last = [list(row) for row in rows], 1
    while left:
        (pivot, *head), *below = left
        if pivot < 0 or (not pivot and any(head)):
            return False
        if pivot:
            left = [
                [(pivot * entry - row[0] * top) // last for top, entry in zip(head, row[1:], strict=True)]
                for row in below
            ]
            last = pivot
        else:
            left = [row[1:] for row in below]
    return True
