"""Sets of one parameter as relations: what stands in the ``when`` of a cell.

A set is described within its domain: nothing that the domain says is repeated, and no relation stands that could go.
Where no conjunction of relations describes a set, it is described in parts: stretch by stretch, or divided at a
rational number where a polynomial would change its sign inside a stretch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import and_

from stackexact.covering.formulas import saying
from stackexact.covering.line import Arrangement, Line, Piece, Stretch, stretches
from stackexact.errors import Unproved
from stackexact.exact.real_roots import Root, between
from stackexact.exact.tracing import Condition, Polynomial, Sign, key_of

__all__ = ["Described", "describe"]

Described = tuple[tuple[Stretch, ...], tuple[Condition, ...]]
"""Part of a set, and conditions that select exactly it from the domain."""


def describe(line: Line, pieces: Sequence[Piece], domain: Sequence[Piece]) -> list[Described]:
    """The set in as few parts as its order allows, each with the conditions that select it."""
    runs = list(stretches(pieces))
    field = _Field.of(line, runs, domain)
    found: list[Described] = []
    if len(runs) > 1:
        whole = (*_candidates(line, runs), *field.signs(runs))
        if field.selects(whole, runs):  # all but some points, say, though no part of it is
            return [(tuple(runs), field.pruned(whole, runs))]
    while runs:
        count = _selectable(line, field, runs)
        if not count:
            runs[:1] = _divided(line, runs[0])
            continue
        part = tuple(runs[:count])
        found.append((part, field.pruned(_candidates(line, part), part)))
        runs = runs[count:]
    return found


def _selectable(line: Line, field: _Field, runs: Sequence[Stretch]) -> int:
    """How many stretches, from the first on, are selected by the conditions for them, and so are any fewer."""
    between_them, wanted = field.domain, 0
    for count, run in enumerate(runs):
        for hole in _holes(runs[count - 1 : count + 1] if count else ()):
            between_them &= field.where(hole)
        wanted |= field.arrangement.made_of([run])
        ends, guards = _hull(line, runs[0], run)
        if field.met(between_them, (*ends, *guards)) != wanted:
            return count
    return len(runs)


@dataclass(frozen=True, slots=True)
class _Field:
    """A domain cut wherever a condition that may be written changes its sign, and what each of them selects."""

    arrangement: Arrangement
    domain: int
    selected: dict[Condition, int]

    @classmethod
    def of(cls, line: Line, runs: Sequence[Stretch], domain: Sequence[Piece]) -> _Field:
        ends = {end for run in runs for end in (run.low, run.high) if end is not None}
        # Whatever is divided later is so at the rational number of a guard.
        guards = [guard for end in ends for above in (True, False) for guard in _guards(line, end, above=above)]
        polynomials = [*(end.polynomial for end in ends), *(guard.polynomial for guard in guards)]
        arrangement = Arrangement.of(line, domain, polynomials)
        return cls(arrangement, arrangement.holding(domain), {})

    def where(self, condition: Condition) -> int:
        if condition not in self.selected:
            self.selected[condition] = self.arrangement.where(condition)
        return self.selected[condition]

    def met(self, found: int, conditions: Iterable[Condition]) -> int:
        """Where in a set all conditions hold."""
        for condition in conditions:
            found &= self.where(condition)
        return found

    def selects(self, conditions: Iterable[Condition], runs: Iterable[Stretch]) -> bool:
        """Whether the conditions select exactly the stretches."""
        return self.met(self.domain, conditions) == self.arrangement.made_of(runs)

    def signs(self, runs: Sequence[Stretch]) -> Iterator[Condition]:
        """What some stretches say of the polynomials of their irrational ends."""
        ends = [end for run in runs for end in (run.low, run.high) if end is not None and not end.is_rational]
        wanted = self.arrangement.made_of(runs)
        for polynomial in {key_of(end.polynomial): end.polynomial for end in ends}.values():
            turns = [sign for sign in (-1, 0, 1) if self.where(saying(polynomial, frozenset({sign}))) & wanted]
            if len(turns) < 3:
                yield saying(polynomial, frozenset(turns))

    def pruned(self, conditions: Sequence[Condition], runs: Iterable[Stretch]) -> tuple[Condition, ...]:
        """Without the conditions that change nothing, the last first."""
        wanted, kept, behind = self.arrangement.made_of(runs), list[Condition](), -1
        before = list(accumulate(map(self.where, conditions), and_, initial=self.domain))
        for place, condition in reversed(list(enumerate(conditions))):
            if before[place] & behind != wanted:
                kept.append(condition)
                behind &= self.where(condition)
        return tuple(reversed(kept))


def _candidates(line: Line, runs: Sequence[Stretch]) -> tuple[Condition, ...]:
    """Conditions for the hull of some stretches, without the single points between them; then what isolates irrational
    ends."""
    ends, guards = _hull(line, runs[0], runs[-1])
    return tuple(dict.fromkeys((*ends, *_holes(runs), *guards)))


def _hull(line: Line, first: Stretch, last: Stretch) -> tuple[list[Condition], list[Condition]]:
    """Conditions for all that lies between the outer ends of two stretches, and what isolates irrational ones."""
    if first.low is not None and first.low == last.high:
        both = (*_guards(line, first.low, above=True), *_guards(line, first.low, above=False))
        return [Condition(first.low.polynomial, Sign.ZERO)], [*both]
    ends: list[Condition] = []
    guards: list[Condition] = []
    if first.low is not None:
        ends.append(_beyond(first.low, up=True, closed=first.closed_low))
        guards += _guards(line, first.low, above=False)
    if last.high is not None:
        ends.append(_beyond(last.high, up=False, closed=last.closed_high))
        guards += _guards(line, last.high, above=True)
    return ends, guards


def _holes(runs: Sequence[Stretch]) -> list[Condition]:
    """Conditions that leave out the single points between stretches."""
    touching = [one.high for one, two in pairwise(runs) if one.high is not None and one.high == two.low]
    return [Condition(root.polynomial, Sign.NONZERO) for root in touching]


def _beyond(root: Root, *, up: bool, closed: bool) -> Condition:
    """The polynomial of an end has the sign that it has next to the end, inside."""
    inside = root.rises == up
    return Condition(root.polynomial if inside else -root.polynomial, Sign.NONNEGATIVE if closed else Sign.POSITIVE)


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
