"""The line of one parameter: algebraic numbers, and regions on which polynomials have a sign.

A region is a point or an open interval with algebraic ends. A polynomial that changes its sign, or touches zero, inside
an interval has no sign there: :class:`Split` says so, and whoever asked asks again on the parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import total_ordering
from itertools import count as numbers
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from stackexact.certificates.bounds import TooLarge, Work
from stackexact.certificates.polynomials import Poly, count, gcd, primitive, sign_at, squarefree, sturm

if TYPE_CHECKING:
    from stackexact.certificates.functions import Function

LEADING = 2**256
"""Up to this leading coefficient a root is searched for being rational; one beyond is treated like an irrational."""


DEGREE = 400
"""Greatest degree of a polynomial whose roots are looked for: beyond it a Sturm sequence may take minutes."""


class Split(Exception):
    """A polynomial has no sign on a region: it has roots inside."""

    def __init__(self, poly: Poly) -> None:
        super().__init__("a polynomial has roots inside a region")
        self.poly = poly


@total_ordering
class Real:
    """A real algebraic number: the only root of a squarefree polynomial in (low, high), or low where both agree."""

    __slots__ = ("high", "low", "poly", "work")

    def __init__(self, poly: Poly, low: Fraction, high: Fraction, work: Work | None = None) -> None:
        self.poly, self.low, self.high, self.work = poly, low, high, work

    @classmethod
    def of(cls, value: Fraction, work: Work | None = None) -> Real:
        """A rational number."""
        return cls((-value.numerator, value.denominator), value, value, work)

    @property
    def is_rational(self) -> bool:
        """Whether the number is known to be rational; it is ``low`` then."""
        return self.low == self.high

    def halve(self) -> None:
        """Halve the enclosure."""
        middle = (self.low + self.high) / 2
        sign = sign_at(self.poly, middle, self.work)
        if sign == 0:
            self.low = self.high = middle
        elif sign == sign_at(self.poly, self.high, self.work):
            self.high = middle
        else:
            self.low = middle

    def sign_of(self, p: Poly) -> int:
        """The sign of p at this number: zero iff a common divisor of both polynomials has its root here."""
        if self.is_rational:
            return sign_at(p, self.low, self.work)
        if len(p) < 2:
            return sign_at(p, Fraction(0))
        if self._is_root(gcd(p, self.poly, self.work)):
            return 0
        chain = sturm(squarefree(p, self.work), self.work)
        while True:
            if self.is_rational or count(chain, self.low, self.high, self.work) == 0:
                return sign_at(p, self.high, self.work)
            self.halve()

    def _is_root(self, divisor: Poly) -> bool:
        """Whether a divisor of the own polynomial vanishes here: it has at most this root, once, in the enclosure."""
        if self.is_rational:
            return not sign_at(divisor, self.low, self.work)
        return sign_at(divisor, self.low, self.work) * sign_at(divisor, self.high, self.work) < 0

    def compared(self, other: Real) -> int:
        """-1, 0 or 1 for less, equal, greater."""
        if self is other or (self.is_rational and other.is_rational):
            return (self.low > other.low) - (self.low < other.low)
        both: list[Poly] | None = None
        while self.low < other.high and other.low < self.high:
            if both is None:
                both = sturm(gcd(self.poly, other.poly, self.work), self.work)
            # Where both are roots of one polynomial, they are the same as soon as it has a single root around them.
            shared = len(both[0]) > 1 and self._is_root(both[0]) and other._is_root(both[0])
            if shared and count(both, min(self.low, other.low), max(self.high, other.high), self.work) == 1:
                return 0
            (self if self.high - self.low >= other.high - other.low else other).halve()
        return -1 if self.high <= other.low else 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Real) and self.compared(other) == 0

    def __lt__(self, other: Real) -> bool:
        return self.compared(other) < 0

    __hash__ = None  # type: ignore[assignment]  # equal numbers may have different polynomials

    def __str__(self) -> str:
        if self.is_rational:
            return str(self.low) if self.low.denominator < 10**9 else f"{float(self.low):.6g}"
        while self.high - self.low > Fraction(1, 10**9):
            self.halve()
        return f"{float(self.low):.6g}..."


class Line:
    """The real line of a parameter; what roots a polynomial has is worked out once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.work = Work()
        """What is left to spend on the certificate."""
        self.memory: dict[str, Any] = {}
        """Whatever else is worked out once: texts that have been read."""
        self._roots: dict[Poly, list[Real]] = {}

    def text(self, value: Function) -> str:
        """A function of the parameter in normal form."""
        return value.text(self.name)

    def roots(self, p: Poly) -> list[Real]:
        """The real roots of a polynomial that is not zero, in ascending order."""
        known = self._roots.get(p)
        if known is None:
            bounded(p)
            known = self._roots[p] = list(_isolated(squarefree(p, self.work), self.work))
        return known

    def regions(self, polys: Iterable[Poly]) -> list[Region]:
        """The points at which some polynomial vanishes, and the open intervals between them, in ascending order."""
        ends: list[Real] = []
        for root in sorted(root for p in set(polys) for root in self.roots(p)):
            if not ends or root != ends[-1]:
                ends.append(root)
        made = [Region(self, None, ends[0] if ends else None)]
        for low, high in zip(ends, [*ends[1:], None], strict=False):
            made += [Region(self, low, low), Region(self, low, high)]
        return made


def bounded(p: Poly) -> None:
    """Refuse a polynomial of too great a degree."""
    if len(p) > DEGREE + 1:
        raise TooLarge(f"expected polynomials up to the degree {DEGREE}, found {len(p) - 1}; use simpler expressions")


def _isolated(p: Poly, work: Work) -> Iterator[Real]:
    """The roots of a squarefree polynomial: an interval with all of them, cut until each holds one (Sturm)."""
    if len(p) == 2:
        yield Real.of(Fraction(-p[0], p[1]), work)
    if len(p) <= 2:
        return
    chain = sturm(p, work)
    bound = 2 + Fraction(max(map(abs, p)) // abs(p[-1]))  # Cauchy: every root is smaller in size
    waiting = [(-bound, bound)]
    while waiting:
        low, high = waiting.pop()
        inside = count(chain, low, high, work)
        if inside == 1:
            yield _rational_if_so(Real(p, low, high, work))
        elif inside:
            middle = next(x for n in numbers(2) if sign_at(p, x := low + (high - low) / n, work))  # no end is a root
            waiting += [(middle, high), (low, middle)]


def _rational_if_so(root: Real) -> Real:
    """A rational root has a denominator that divides the leading coefficient; only one such number is near."""
    leading = abs(root.poly[-1])
    if leading < LEADING:
        while not root.is_rational and root.high - root.low >= Fraction(1, 2 * leading**2):
            root.halve()
        near = ((root.low + root.high) / 2).limit_denominator(leading)
        if root.low < near < root.high and not sign_at(root.poly, near, root.work):
            return Real.of(near, root.work)
    return root


@dataclass(frozen=True, slots=True)
class Region:
    """A point (``low`` is ``high``), or the open interval between two numbers; ``None`` is infinity."""

    line: Line
    low: Real | None
    high: Real | None
    signs: dict[Poly, int] = field(default_factory=dict)
    """Signs of primitive polynomials that are known here."""

    @property
    def is_point(self) -> bool:
        """Whether the region is a single number."""
        return self.low is not None and self.low is self.high

    @property
    def rational(self) -> Fraction | None:
        """The number, if the region is a rational one."""
        return self.low.low if self.low is not None and self.is_point and self.low.is_rational else None

    def sample(self) -> Fraction:
        """A rational number inside an interval."""
        low, high = self.low, self.high
        if low is None or high is None:
            return low.high + 1 if low is not None else high.low - 1 if high is not None else Fraction(0)
        while low.high >= high.low:
            (low if low.high - low.low >= high.high - high.low else high).halve()
        return (low.high + high.low) / 2

    def sign(self, p: Poly) -> int:
        """The sign of p on the region; raises :class:`Split` where it has none."""
        if len(p) < 2:
            return (p[0] > 0) - (p[0] < 0) if p else 0
        p = primitive(p)
        known = self.signs.get(p)
        if known is None:
            known = self.signs[p] = self._sign(p)
        return known

    def _sign(self, p: Poly) -> int:
        if self.rational is not None:
            return sign_at(p, self.rational, self.line.work)
        bounded(p)
        if self.is_point:
            assert self.low is not None
            return self.low.sign_of(p)
        if any(self._inside(root) for root in self._near(p)):
            raise Split(p)
        return sign_at(p, self.sample(), self.line.work)

    def _near(self, p: Poly) -> list[Real]:
        """The roots of p, none if Sturm's theorem shows none in the hull of the interval."""
        if len(p) > 2 and p not in self.line._roots:
            chain = sturm(squarefree(p, self.line.work), self.line.work)
            low, high = None if self.low is None else self.low.low, None if self.high is None else self.high.high
            if not count(chain, low, high, self.line.work):
                return []
        return self.line.roots(p)

    def _inside(self, root: Real) -> bool:
        return (self.low is None or self.low < root) and (self.high is None or root < self.high)

    def parts(self, p: Poly) -> Iterator[Region]:
        """The region cut at the roots of a polynomial; what was known of it stays known."""
        inside = [root for root in self.line.roots(p) if self._inside(root)]
        for low, high in pairwise([self.low, *inside, self.high]):
            yield Region(self.line, low, high, dict(self.signs))
            if high is not self.high:
                yield Region(self.line, high, high, dict(self.signs))

    def __str__(self) -> str:
        if self.is_point:
            return f"{self.line.name} = {self.low}"
        left = "" if self.low is None else f"{self.low} < "
        return f"{left}{self.line.name}{'' if self.high is None else f' < {self.high}'}"
