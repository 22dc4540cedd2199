"""Sets of one parameter as relations: what stands in the ``when`` of a cell.

A set is described within its domain: nothing that the domain says is repeated, and no relation stands that could go.
Where no conjunction of relations describes a set, it is described in parts: stretch by stretch, or divided at a
rational number where a polynomial would change its sign inside a stretch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stackexact.covering.formulas import saying
from stackexact.covering.line import Line, Piece, Stretch, stretches
from stackexact.errors import Unproved
from stackexact.exact.real_roots import Root, between
from stackexact.exact.tracing import Condition, Polynomial, Sign, key_of

__all__ = ["Described", "describe"]

Described = tuple[tuple[Stretch, ...], tuple[Condition, ...]]
"""Part of a set, and conditions that select exactly it from the domain."""


def describe(line: Line, pieces: Sequence[Piece], domain: Sequence[Piece]) -> list[Described]:
    """The set in as few parts as its order allows, each with the conditions that select it."""
    runs = list(stretches(pieces))
    found: list[Described] = []
    if len(runs) > 1:
        whole = _candidates(line, runs)
        if _selects(line, whole, runs, domain):  # all but some points, say, though no part of it is
            return [(tuple(runs), _pruned(line, whole, runs, domain))]
    while runs:
        best: tuple[int, tuple[Condition, ...]] | None = None
        for count in range(1, len(runs) + 1):
            conditions = _candidates(line, runs[:count])
            if not _selects(line, conditions, runs[:count], domain):
                break
            best = count, conditions
        if best is None:
            runs[:1] = _divided(line, runs[0])
            continue
        part = tuple(runs[: best[0]])
        found.append((part, _pruned(line, best[1], part, domain)))
        runs = runs[best[0] :]
    return found


def _selects(line: Line, conditions: Sequence[Condition], runs: Sequence[Stretch], domain: Sequence[Piece]) -> bool:
    return stretches(line.selected(domain, conditions)) == tuple(runs)


def _pruned(
    line: Line, conditions: tuple[Condition, ...], runs: Sequence[Stretch], domain: Sequence[Piece]
) -> tuple[Condition, ...]:
    """Without the conditions that change nothing, the last first."""
    kept = list(conditions)
    for condition in reversed(conditions):
        fewer = [one for one in kept if one is not condition]
        if _selects(line, fewer, runs, domain):
            kept = fewer
    return tuple(kept)


def _candidates(line: Line, runs: Sequence[Stretch]) -> tuple[Condition, ...]:
    """Conditions for the hull of some stretches, without the single points between them; then what isolates irrational
    ends; and the signs that the polynomials of the ends have on all of them."""
    first, last = runs[0], runs[-1]
    ends: list[Condition] = []
    guards: list[Condition] = []
    if first.low is not None and first.low == last.high:
        ends.append(Condition(first.low.polynomial, Sign.ZERO))
        guards += _guards(line, first.low, above=True)
        guards += _guards(line, first.low, above=False)
    else:
        if first.low is not None:
            ends.append(_beyond(first.low, up=True, closed=first.closed_low))
            guards += _guards(line, first.low, above=False)
        if last.high is not None:
            ends.append(_beyond(last.high, up=False, closed=last.closed_high))
            guards += _guards(line, last.high, above=True)
    for one, two in zip(runs, runs[1:], strict=False):
        if one.high is not None and one.high == two.low:
            ends.append(Condition(one.high.polynomial, Sign.NONZERO))
    signs = _signs(line, runs) if len(runs) > 1 else ()
    return tuple(dict.fromkeys((*ends, *guards, *signs)))


def _signs(line: Line, runs: Sequence[Stretch]) -> Iterator[Condition]:
    """What some stretches say of the polynomials of their irrational ends."""
    ends = dict.fromkeys(end for run in runs for end in (run.low, run.high) if end is not None and not end.is_rational)
    pieces = [piece for run in runs for piece in _pieces(run)]
    for polynomial in {key_of(end.polynomial): end.polynomial for end in ends}.values():
        signs = {s for piece in pieces for _, _, s in line.divided(piece, piece.sample, polynomial)}
        if len(signs) < 3:
            yield saying(polynomial, frozenset(signs))


def _pieces(run: Stretch) -> Iterator[Piece]:
    if run.low is not None and run.closed_low:
        yield Piece.point(run.low)
    if run.low is None or run.low != run.high:
        yield Piece(run.low, run.high)
    if run.high is not None and run.closed_high and run.high != run.low:
        yield Piece.point(run.high)


def _beyond(root: Root, *, up: bool, closed: bool) -> Condition:
    """The polynomial of an end has the sign that it has next to the end, inside."""
    slope = root.sign_of(root.polynomial.derivative())  # not 0: the polynomial is irreducible
    inside = slope if up else -slope
    return Condition(root.polynomial if inside > 0 else -root.polynomial, Sign.NONNEGATIVE if closed else Sign.POSITIVE)


def _guards(line: Line, root: Root, *, above: bool) -> Iterator[Condition]:
    """A rational bound that keeps the next root of the same polynomial away."""
    roots = line.roots(root.polynomial)
    place = root.number + (1 if above else -1)
    if 0 <= place < len(roots):
        yield _bound(Root.of(between(*sorted((root, roots[place])))), below=above)


def _bound(rational: Root, *, below: bool) -> Condition:
    polynomial: Polynomial = rational.polynomial
    return Condition(-polynomial if below else polynomial, Sign.POSITIVE)


def _divided(line: Line, run: Stretch) -> list[Stretch]:
    """A stretch cut at a rational number, so that the polynomials of its ends keep their signs on either side."""
    for root, step in ((run.low, 1), (run.high, -1)):
        roots = () if root is None else line.roots(root.polynomial)
        if root is not None and 0 <= root.number + step < len(roots):
            other = roots[root.number + step]
            cut = Root.of(between(*sorted((root, other))))
            if (run.low is None or run.low < cut) and (run.high is None or cut < run.high):
                return [Stretch(run.low, cut, run.closed_low, True), Stretch(cut, run.high, False, run.closed_high)]
    raise Unproved("a stretch whose ends are the only roots in it must be selected by them")
