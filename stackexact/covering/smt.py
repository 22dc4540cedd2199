"""Questions about polynomial conditions in several parameters, answered by z3: a model, or the proof that none exists.

Every question is limited by z3's own count of its work (``rlimit``), never by seconds, so that runs repeat. Numbers
cross the border exactly: integers as text, algebraic numbers as a polynomial and an enclosure. What z3 calls a model is
evaluated by us before anything is built on it; that there is no model is taken on its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from flint import fmpq, fmpz, fmpz_poly

from stackexact.errors import LimitReached, MissingLibrary
from stackexact.exact.common_field import point_of
from stackexact.exact.points import Point
from stackexact.exact.real_roots import Root, real_roots
from stackexact.exact.tracing import Condition, Polynomial, Sign, key_of

__all__ = ["WORK", "Formula", "Model", "Reals", "Unknown", "is_linear", "negated", "rational_near"]

RLIMIT: Final = 4_000_000
"""What one question may cost, in z3's units (about ten seconds of cylindrical decomposition, one of the simplex)."""

WORK: Final = 100_000_000
"""What a search for answers, or the making of cells, may cost altogether."""


class Unknown(LimitReached):
    """z3 reached its limit on a question."""


_OPPOSITES: Final = {
    Sign.POSITIVE: (-1, Sign.NONNEGATIVE),
    Sign.NONNEGATIVE: (-1, Sign.POSITIVE),
    Sign.ZERO: (1, Sign.NONZERO),
    Sign.NONZERO: (1, Sign.ZERO),
}


def negated(condition: Condition) -> Condition:
    """The condition that holds exactly where this one does not."""
    turn, sign = _OPPOSITES[condition.sign]
    return Condition(condition.polynomial if turn == 1 else -condition.polynomial, sign)


@dataclass(frozen=True, slots=True)
class Model:
    """A point that z3 found, coordinate by coordinate; ``point`` is ``None`` where they are not all in one Q(α)."""

    roots: tuple[Root, ...]
    point: Point | None


class Reals:
    """z3's real numbers with one constant for each parameter, in a context of their own.

    Raises :class:`~stackexact.errors.MissingLibrary` where z3 is not installed.
    """

    def __init__(self, names: Sequence[str], rlimit: int = RLIMIT) -> None:
        try:
            import z3
        except ImportError:
            raise MissingLibrary(
                "closed forms in several parameters: expected the library z3, found none; "
                "install it with pip install 'stackexact[smt]'"
            ) from None
        self.names = tuple(names)
        self.rlimit = rlimit
        self.spent = 0
        self.z3: Any = z3
        self.context: Any = z3.Context()
        self.variables = tuple(z3.Real(f"x{n}", self.context) for n in range(len(self.names)))
        self._terms: dict[tuple[Any, ...], tuple[Polynomial, Any]] = {}
        self._literals: dict[Condition, Any] = {}
        self._formulas: dict[tuple[bool, tuple[Condition, ...]], Any] = {}

    def term(self, polynomial: Polynomial) -> Any:
        """A polynomial as a z3 term."""
        key = key_of(polynomial)
        if key not in self._terms:
            parts = []
            for powers, coefficient in polynomial.to_dict().items():
                part = self.z3.RealVal(str(coefficient), self.context)
                for variable, power in zip(self.variables, powers, strict=True):
                    for _ in range(int(power)):
                        part = part * variable
                parts.append(part)
            self._terms[key] = polynomial, self.z3.Sum(parts) if parts else self.z3.RealVal(0, self.context)
        return self._terms[key][1]

    def literal(self, condition: Condition) -> Any:
        """A condition as a z3 formula."""
        if condition not in self._literals:
            term = self.term(condition.polynomial)
            match condition.sign:
                case Sign.POSITIVE:
                    made = term > 0
                case Sign.NONNEGATIVE:
                    made = term >= 0
                case Sign.ZERO:
                    made = term == 0
                case Sign.NONZERO:
                    made = term != 0
            self._literals[condition] = made
        return self._literals[condition]

    def every(self, conditions: Iterable[Condition]) -> Any:
        """The conjunction."""
        return self._joined(self.z3.And, tuple(conditions), True)

    def none(self, conditions: Iterable[Condition]) -> Any:
        """The negation of the conjunction."""
        return self._joined(self.z3.Or, tuple(map(negated, conditions)), False)

    def _joined(self, join: Any, conditions: tuple[Condition, ...], neutral: bool) -> Any:
        key = neutral, conditions
        if key not in self._formulas:
            literals = [self.literal(one) for one in conditions]
            self._formulas[key] = join([*literals, self.z3.BoolVal(neutral, self.context)])
        return self._formulas[key]

    def solver(self, *, linear: bool) -> Any:
        """A fresh solver: the simplex of linear arithmetic, or cylindrical decomposition (nlsat)."""
        made = (
            self.z3.SimpleSolver(ctx=self.context) if linear else self.z3.Tactic("qfnra-nlsat", self.context).solver()
        )
        made.set("rlimit", self.rlimit)
        made.set("random_seed" if linear else "seed", 0)
        return made

    def is_met(self, solver: Any, *marks: Any) -> bool:
        """Whether what a solver holds has a model; raises :class:`Unknown`."""
        answer = str(solver.check(*marks))
        self.spent = max(self.spent, solver.statistics().get_key_value("rlimit count"))
        if answer == "unknown":
            raise Unknown("z3 reached its limit")
        return answer == "sat"

    def model(self, found: Any) -> Model:
        """z3's model as exact numbers."""
        values = [found.eval(variable, model_completion=True) for variable in self.variables]
        roots = tuple(map(self._root, values))
        if sum(not root.is_rational for root in roots) < 2:
            return Model(roots, point_of(roots, ()))
        known = [polynomial for polynomial, term in self._terms.values() if self._vanishes(found, term)]
        return Model(roots, point_of(roots, known))

    def _vanishes(self, found: Any, term: Any) -> bool:
        return bool(self.z3.is_true(found.eval(term == 0, model_completion=True)))

    def _root(self, value: Any) -> Root:
        if self.z3.is_rational_value(value):
            top, bottom = value.numerator(), value.denominator()
            return Root.of(fmpq(fmpz(top.as_string()), fmpz(bottom.as_string())))
        coefficients = [fmpq(fmpz(c.numerator().as_string()), fmpz(c.denominator().as_string())) for c in value.poly()]
        scale = fmpz(1)
        for c in coefficients:
            scale = scale * c.q / scale.gcd(c.q)
        near = value.approx(30)
        place = fmpq(fmpz(near.numerator().as_string()), fmpz(near.denominator().as_string()))
        return min(
            real_roots(fmpz_poly([(c * scale).p for c in coefficients])), key=lambda root: _distance(root, place)
        )


def _distance(root: Root, place: Any) -> Any:
    while root.bounds[1] - root.bounds[0] > fmpq(1, 10**30):
        root.refine()
    return abs(sum(root.bounds) / 2 - place)


class Formula:
    """Formulas that hold together, to which more can be added; asks z3 for a point that meets them all.

    What is linear among them is asked about first: the simplex settles most questions of higher degree as well.
    """

    def __init__(self, reals: Reals, domain: Iterable[Condition]) -> None:
        self.reals = reals
        self._parts: list[Any] = []
        self._linear = True
        self._simplex = reals.solver(linear=True)
        for condition in domain:
            self.add(reals.literal(condition), [condition])

    def add(self, formula: Any, conditions: Iterable[Condition]) -> None:
        """Require a z3 formula, made of these conditions."""
        self._parts.append(formula)
        if all(map(is_linear, conditions)):
            self._simplex.add(formula)
        else:
            self._linear = False

    def outside(self, conditions: Sequence[Condition]) -> None:
        """Require that not all of these conditions hold."""
        self.add(self.reals.none(conditions), conditions)

    def model(self, conditions: Sequence[Condition] = ()) -> Model | None:
        """A point that meets the formulas and these conditions, or ``None``; raises :class:`Unknown`."""
        linear = [one for one in conditions if is_linear(one)]
        self._simplex.push()
        try:
            self._simplex.add(*map(self.reals.literal, linear))
            if not self.reals.is_met(self._simplex):
                return None
            if self._linear and len(linear) == len(conditions):
                return self.reals.model(self._simplex.model())
        finally:
            self._simplex.pop()
        solver = self.reals.solver(linear=False)
        solver.add(*self._parts, *map(self.reals.literal, conditions))
        return self.reals.model(solver.model()) if self.reals.is_met(solver) else None

    def excludes(self, conditions: Sequence[Condition]) -> bool:
        """Whether no point meets the formulas and these conditions; raises :class:`Unknown`."""
        linear = [one for one in conditions if is_linear(one)]
        self._simplex.push()
        try:
            self._simplex.add(*map(self.reals.literal, linear))
            if not self.reals.is_met(self._simplex):
                return True
        finally:
            self._simplex.pop()
        if self._linear and len(linear) == len(conditions):
            return False
        solver = self.reals.solver(linear=False)
        solver.add(*self._parts, *map(self.reals.literal, conditions))
        return not self.reals.is_met(solver)

    def core(self, conditions: Sequence[Condition]) -> tuple[Condition, ...] | None:
        """Some of the conditions that no point meets together with the formulas; ``None`` where a point meets all."""
        linear = [one for one in conditions if is_linear(one)]
        self._simplex.push()
        try:
            found = self._core(self._simplex, linear)
        finally:
            self._simplex.pop()
        if found is None and not (self._linear and len(linear) == len(conditions)):
            solver = self.reals.solver(linear=False)
            solver.add(*self._parts)
            found = self._core(solver, conditions)
        return found

    def _core(self, solver: Any, conditions: Sequence[Condition]) -> tuple[Condition, ...] | None:
        marks = [self.reals.z3.Bool(f"c{n}", self.reals.context) for n in range(len(conditions))]
        for mark, condition in zip(marks, conditions, strict=True):
            solver.add(self.reals.z3.Implies(mark, self.reals.literal(condition)))
        if self.reals.is_met(solver, *marks):
            return None
        used = {str(mark) for mark in solver.unsat_core()}
        return tuple(one for mark, one in zip(marks, conditions, strict=True) if str(mark) in used)


def is_linear(condition: Condition) -> bool:
    """Whether the simplex can compute with a condition."""
    return int(condition.polynomial.total_degree()) <= 1


def rational_near(model: Model, denominator: int) -> Point:
    """The model with its coordinates rounded to small denominators."""
    rounded = []
    for root in model.roots:
        _distance(root, fmpq(0))
        low, high = root.bounds
        middle = (low + high) / 2
        rounded.append(Fraction(int(middle.p), int(middle.q)).limit_denominator(denominator))
    return Point.rational(rounded)
