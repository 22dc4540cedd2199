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
    """What is to be shown: that no commitment gets more than ``limit``, which the pure actions ``tied`` get exactly;
    expansions are at these or at ``point``."""

    decision: Decision
    limit: Quotient
    point: Corner
    tied: frozenset[int]
    start: int

    def units(self) -> list[Corner]:
        """The corners of the simplex."""
        rows = range(self.decision.shape[0])
        return [Corner(tuple(int(i == a) for i in rows), 1) for a in rows]

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
    units = problem.units()
    points = {"n": (problem.point, bool(problem.tied)), **{f"p{a}": (units[a], True) for a in problem.tied}}
    pending = [(units, 0)]
    for number, token in enumerate(tokens):
        if not pending:
            raise node.fails(f"expected no more than {number} parts, which make up the simplex, found {len(tokens)}")
        corners, depth = pending.pop()
        if token in ("a", "c") or token in points:
            if not _is_proved(
                problem, corners, *points.get(token, (None if token == "a" else _middle(corners), False))
            ):
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
    known = "'a', 'n', 'c', a tied action such as 'p0' or two different corners"
    raise node.fails(f"expected {known} at part {number}, found something else")


def _middle(corners: Sequence[Corner]) -> Corner:
    """The mean of some commitments."""
    bottom = max(corner.bottom for corner in corners)
    shares = [0] * len(corners[0].shares)
    for corner in corners:  # bottoms are powers of two
        times = bottom // corner.bottom
        for a, share in enumerate(corner.shares):
            shares[a] += share * times
    return Corner(tuple(shares), bottom * len(corners))


def _is_proved(problem: Problem, corners: Sequence[Corner], point: Corner | None, exact: bool) -> bool:
    """Whether bounds term by term show the limit on a part, or the expansion at a point, which may get it exactly."""
    bits = problem.start
    for _ in range(TRIES):
        if bits > LONGEST // 2:
            return False
        seen = [problem.look(corner, bits) for corner in corners]
        if point is None:
            if _apart(seen, bits):
                return True
        else:
            still = frozenset(i for i, one in enumerate(corners) if one.is_like(point))
            if _expanded(seen, problem.look(point, bits), still, exact, bits):
                return True
        bits *= 2
    return False


def _unit(seen: Sequence[Seen], bits: int) -> int:
    """The binary exponent of a unit of masses in a part, about the greatest of which have so many digits."""
    return max(mass.top for one in seen for mass in one.masses) - bits


def _apart(seen: Sequence[Seen], bits: int) -> bool:
    """Whether bounds of the terms one by one show that Φ <= 0. For every s > 0 the tangent of the logarithm gives
    exp(ρ) υ <= s exp(ρ + υ/s - 1), and the exponent is greatest at a corner."""
    columns = [_bounding(seen, b, bits) for b in range(len(seen[0].masses))]
    kept = [column for column in columns if column]
    unit = max((_size(*column[0]) for column in kept), default=0) - 2 * bits
    total = 0
    for column in kept:
        total += max(value * mass.scaled(unit)[value > 0] for value, mass in column)
    return total <= 0


def _bounding(seen: Sequence[Seen], b: int, bits: int) -> list[tuple[int, Bounds]]:
    """Numbers times masses the greatest of which bounds the term of a column; none where that is 0."""
    pairs = [(one.above[b][1], one.masses[b]) for one in seen]
    highest = max(value for value, _ in pairs)
    if not highest:
        return []
    if highest < 0:
        # None is positive: the greatest is of about the least size, and others need not be written in its unit.
        pairs.sort(key=lambda pair: _size(*pair))
        return [pair for pair in pairs if _size(*pair) <= _size(*pairs[0]) + 4]
    unit = _unit(seen, bits)
    most = max(mass.scaled(unit)[1] for _, mass in pairs)
    coarse = highest, Bounds(most, most, unit)
    fine = max(_size(*pair) for pair in pairs if pair[0] > 0) - 2 * bits
    slope = max((pair for pair in pairs if pair[0] > 0), key=lambda pair: pair[0] * pair[1].scaled(fine)[1])[0]
    height = max(one.logits[b][1] - (-(value << bits) // slope) for one, (value, _) in zip(seen, pairs, strict=True))
    if (height >> bits).bit_length() > LONGEST // 2:
        return [coarse]
    tangent = slope, exp_bounds(height - (1 << bits), height - (1 << bits), bits, bits)
    return [min(tangent, coarse, key=lambda pair: _size(*pair))]


def _size(value: int, mass: Bounds) -> int:
    """About the binary exponent of a number times a mass."""
    return mass.top + value.bit_length()


def _expanded(seen: Sequence[Seen], point: Seen, still: frozenset[int], exact: bool, bits: int) -> bool:
    """Whether the expansion of second order at a point x0 shows that Φ <= 0. In barycentric coordinates it is a form
    λ'Qλ; here are upper bounds of the entries of 4Q.

    ``still`` are the corners that are x0 itself, where Φ is 0 if ``exact``. Let r and v be what a logit and a value
    move by from x0 to a point of the part. A term m·(value - c) has the second derivative m (above r² + 2rv), at most
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
        for i in still:
            turns[i] = moves[i] = 0
        far, wide = max(map(abs, turns)), max(map(abs, moves))
        for i in range(size):
            if i not in still:
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
            form[i][j] = form[j][i] = entry + (0 if i in still or j in still else blur)
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
