"""What can hold at a point where quotients are compared, and the conditions of each such case.

Every point of the domain has exactly one label, so the sets on which one label holds are disjoint and make up the
domain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from stackexact.covering.formulas import Conditions
from stackexact.covering.rivals import Comparisons, Rivals, stated
from stackexact.covering.smt import Domain, Formula, Unknown
from stackexact.errors import require_time
from stackexact.exact.points import Point
from stackexact.exact.tracing import Polynomial, Sign

__all__ = ["Label", "Labels", "Marks", "find_marks"]


@dataclass(frozen=True, slots=True)
class Label:
    """What holds at a point: the number of the greatest quotient (``None``: none plays a part), whether it is infinite,
    else the sign of ``top * bottom``, the rivals before it that play no part, and, unless that sign is negative, the
    first mark that is negative."""

    best: int | None
    infinite: bool = False
    turn: int = 1
    absent: frozenset[int] = frozenset()
    mark: int | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """Polynomials whose signs are told, in the order of ``telling``: where none of these is negative none at all is.

    ``may_be_none``: that may be so somewhere.
    """

    polynomials: tuple[Polynomial, ...]
    telling: tuple[int, ...]
    may_be_none: bool


def find_marks(
    domain: Domain, polynomials: Sequence[Polynomial], points: Sequence[Point], stop: Callable[[], bool]
) -> Marks:
    """The marks that are negative somewhere where no earlier one is, and those of which z3 cannot tell; the ones that
    are negative at most of the points come first.

    Raises :class:`~stackexact.errors.LimitReached` when ``stop`` says so.
    """
    formula, telling = domain.formula(), list[int]()

    def often(number: int) -> int:
        return -sum(point.sign_of(polynomials[number]) < 0 for point in points)

    for number in sorted(range(len(polynomials)), key=often):
        require_time(stop)
        if _never(formula, stated([(-polynomials[number], Sign.POSITIVE)])):
            continue
        telling.append(number)
        stays = stated([(polynomials[number], Sign.NONNEGATIVE)])
        if stays is None or _never(formula, stays):
            return Marks(tuple(polynomials), tuple(telling), False)
        for one in stays:
            formula.add(((one,),))
    return Marks(tuple(polynomials), tuple(telling), True)


def _never(formula: Formula, conditions: Conditions | None) -> bool:
    """Whether z3 shows that no point meets the formula and these conditions."""
    try:
        return conditions is None or formula.excludes(conditions)
    except Unknown:
        return False


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a domain with these rivals and marks."""

    comparisons: Comparisons
    rivals: Rivals
    marks: Marks

    def at(self, point: Point) -> Label:
        """What holds at a point."""
        numbers, quotients = self.rivals.numbers, self.comparisons.quotients
        best = self.comparisons.best_at(point, numbers)
        if best is None:
            return Label(None)
        absent = frozenset(rival for rival in self._before(best) if quotients[rival].is_absent(point))
        one = quotients[best]
        if one.is_infinite(point):
            return Label(best, True, absent=absent)
        turn = point.sign_of(one.top) * point.sign_of(one.bottom)
        negative = (n for n in self.marks.telling if point.sign_of(self.marks.polynomials[n]) < 0)
        return Label(best, False, turn, absent, None if turn < 0 else next(negative, None))

    def _before(self, best: int) -> tuple[int, ...]:
        return self.rivals.numbers[: self.rivals.numbers.index(best)]

    # Conditions

    def conditions_of(self, label: Label) -> Conditions | None:
        """What selects the points of a label in the domain; ``None`` where there is none."""
        compared, told = self.comparisons_of(label), self._told(label)
        return None if compared is None or told is None else tuple(dict.fromkeys((*compared, *told)))

    def comparisons_of(self, label: Label) -> Conditions | None:
        """What selects the points where a quotient is finite and the first greatest, whatever else a label tells."""
        if label.best is None or label.infinite:
            return ()
        before, best = self._before(label.best), label.best
        after = self.rivals.numbers[len(before) + 1 :]
        present = [rival for rival in before if rival not in label.absent]
        gone = [self.comparisons.quotients[rival] for rival in before if rival in label.absent]
        return stated(
            [
                *((value, Sign.ZERO) for one in gone for value in (one.top, one.bottom)),
                *((self.comparisons.lead(best, rival), Sign.POSITIVE) for rival in present),
                *((self.comparisons.lead(best, rival), Sign.NONNEGATIVE) for rival in after),
            ]
        )

    def _told(self, label: Label) -> Conditions | None:
        """What a label tells beside comparisons of finite quotients."""
        quotients = self.comparisons.quotients
        if label.best is None:
            return stated((value, Sign.ZERO) for one in quotients for value in (one.top, one.bottom))
        best = quotients[label.best]
        if label.infinite:
            before = self._before(label.best)
            gone = [
                (v, Sign.ZERO) for n in before if n in label.absent for v in (quotients[n].top, quotients[n].bottom)
            ]
            finite = [(quotients[n].bottom, Sign.NONZERO) for n in before if n not in label.absent]
            return stated([(best.bottom, Sign.ZERO), (best.top, Sign.NONZERO), *gone, *finite])
        if label.turn:
            said = [(label.turn * best.top * best.bottom, Sign.POSITIVE)]
        else:
            said = [(best.top, Sign.ZERO), (best.bottom, Sign.NONZERO)]
        if label.turn < 0:
            return stated(said)
        telling, polynomials = self.marks.telling, self.marks.polynomials
        earlier = telling if label.mark is None else telling[: telling.index(label.mark)]
        said += [(polynomials[number], Sign.NONNEGATIVE) for number in earlier]
        return stated(said if label.mark is None else [*said, (-polynomials[label.mark], Sign.POSITIVE)])

    def holding(self, label: Label) -> Conditions:
        """What holds wherever a label does, of all quotients and marks.

        Of rivals and telling marks the conditions of the label say so. A quotient that is no rival is nowhere present
        and above all rivals that are (so z3 answered, see :func:`~stackexact.covering.rivals.find_rivals`); hence it
        is absent, which makes its ``lead`` zero, or not above some rival, which is not above the label's quotient.
        Likewise a mark that does not tell is negative nowhere where no telling one is.
        """
        told = list(self._told(label) or ())
        if label.best is None:
            return tuple(told)
        best, polynomials = self.comparisons.quotients[label.best], self.marks.polynomials
        if label.infinite:
            return (*told, *(stated([(best.top * best.top, Sign.POSITIVE)]) or ()))
        others = [n for n in range(len(self.comparisons.quotients)) if n != label.best]
        said = [(self.comparisons.lead(label.best, n), Sign.NONNEGATIVE) for n in others]
        said += [] if label.mark is not None or label.turn < 0 else [(mark, Sign.NONNEGATIVE) for mark in polynomials]
        return (*told, *(stated(said) or ()))

    # Places

    def thick(self) -> Iterator[tuple[int, tuple[Label, ...]]]:
        """For each rival the labels with which it is the greatest where it is finite and all before it are present."""
        marks = [*self.marks.telling, *([None] if self.marks.may_be_none else [])]
        for number in self.rivals.numbers:
            marked = tuple(Label(number, turn=turn, mark=mark) for turn, mark in product((1, 0), marks))
            yield number, (Label(number, turn=-1), *marked)

    def finite(self, number: int) -> Conditions | None:
        """Where all labels of a rival in :meth:`thick` hold together."""
        compared = self.comparisons_of(Label(number))
        bottom = stated([(self.comparisons.quotients[number].bottom, Sign.NONZERO)])
        return None if compared is None or bottom is None else (*compared, *bottom)

    def thin(self) -> Iterator[tuple[Conditions, tuple[Conditions, ...]]]:
        """Sets in which all other labels hold, each with earlier ones that it need not be looked for in: where rivals
        are infinite, where they are absent, where all are."""
        earlier = list[Conditions]()
        for number in self.rivals.numbers:
            poles, absence = (getattr(self.comparisons.quotients[number], name) for name in ("poles", "absence"))
            if poles is not None:
                yield poles, tuple(earlier)
                earlier.append(poles)
            if absence is not None and number in self.rivals.absent:
                yield absence, ()
        nothing = self.conditions_of(Label(None))
        if nothing is not None:
            yield nothing, ()
