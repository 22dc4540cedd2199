"""Questions about polynomial conditions in several parameters, answered by z3: a model, or the proof that none exists.

Every question is limited by z3's own count of its work (``rlimit``), never by seconds, so that runs repeat. Numbers
cross the border exactly: integers as text, algebraic numbers as a polynomial and an enclosure. What z3 calls a model is
evaluated by us before anything is built on it; that there is no model is taken on its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
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

EASY: Final = 30_000
"""What a question may cost that is asked plainly; most take less, in a hundredth of a second."""

FIRST: Final = 8_000
"""What each way of asking may cost at first; most questions take less, in a hundredth of a second."""

GROWTH: Final = 2
"""How much more each further round may cost."""

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
        self._lengths: dict[Any, int] = {}
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

    def simplex(self, rlimit: int | None = None) -> Any:
        """A fresh solver for linear arithmetic, which can also linearise what is not."""
        made = self.z3.SimpleSolver(ctx=self.context)
        made.set("rlimit", rlimit or self.rlimit)
        made.set("random_seed", 0)
        return made

    def decomposition(self, rlimit: int, **options: Any) -> Any:
        """A fresh solver by cylindrical decomposition (nlsat)."""
        made = self.z3.Tactic("qfnra-nlsat", self.context).solver()
        for name, value in {"rlimit": rlimit, "seed": 0, **options}.items():
            made.set(name, value)
        return made

    def _ways(self, formulas: Sequence[Any], rlimit: int) -> Iterator[Any]:
        """Solvers that hold the formulas, each in another order or with another method."""
        if rlimit <= EASY and not any(map(self.z3.is_or, formulas)):  # it does not always obey a limit
            made = self.simplex(rlimit)
            made.add(*formulas)
            yield made
        short_first = sorted(formulas, key=self._length)
        shuffled = {"shuffle_vars": True, "seed": 2}
        for order, options in (
            (short_first, {}),
            (short_first[::-1], {"reorder": False}),
            (formulas, shuffled),
            (formulas[::-1], shuffled),
        ):
            made = self.decomposition(rlimit, **options)
            made.add(*order)
            yield made

    def is_met(self, solver: Any, *marks: Any) -> bool:
        """Whether what a solver holds has a model; raises :class:`Unknown`."""
        answer = str(solver.check(*marks))
        self.spent = max(self.spent, solver.statistics().get_key_value("rlimit count"))
        if answer == "unknown":
            raise Unknown("z3 reached its limit")
        return answer == "sat"

    def at_once(self, formulas: Sequence[Any]) -> Any:
        """As :meth:`found`, with little work."""
        solver = self.decomposition(EASY)
        solver.add(*formulas)
        return self._model_of(solver, formulas) if self.is_met(solver) else None

    def found(self, formulas: Sequence[Any]) -> Any:
        """z3's own model of formulas of any degree, or ``None``; raises :class:`Unknown`.

        What decomposition costs depends on chance: the same question takes a hundredth of a second or minutes with its
        formulas or variables in another order. So several orders are tried with little work each, then with more.
        """
        limit = min(FIRST, self.rlimit)
        while True:
            for solver in self._ways(formulas, limit):
                with suppress(Unknown):
                    return self._model_of(solver, formulas) if self.is_met(solver) else None
            if limit == self.rlimit:
                raise Unknown("z3 reached its limit")
            limit = min(limit * GROWTH, self.rlimit)

    def _model_of(self, solver: Any, formulas: Sequence[Any]) -> Any:
        """The model of a solver; where it has none that it can show, another way is tried."""
        try:
            found = solver.model()
        except self.z3.Z3Exception:
            raise Unknown("z3 found a model that it cannot show") from None
        if not all(self.holds(found, formula) for formula in formulas):
            raise Unknown("z3 found a model that it cannot evaluate")
        return found

    def _length(self, formula: Any) -> int:
        """How much there is of a formula, written out."""
        if formula not in self._lengths:
            self._lengths[formula] = len(formula.sexpr())
        return self._lengths[formula]

    def model(self, found: Any) -> Model:
        """z3's model as exact numbers."""
        values = [found.eval(variable, model_completion=True) for variable in self.variables]
        roots = tuple(map(self._root, values))
        if sum(not root.is_rational for root in roots) < 2:
            return Model(roots, point_of(roots, ()))
        known = [polynomial for polynomial, term in self._terms.values() if self.holds(found, term == 0)]
        return Model(roots, point_of(roots, known))

    def holds(self, found: Any, formula: Any) -> bool:
        """Whether z3 finds that its model meets a formula."""
        return bool(self.z3.is_true(found.eval(formula, model_completion=True)))

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

    What is linear among them is asked about first: the simplex settles most questions of higher degree as well. Of
    those of higher degree only what some model violates is asked about, lowest degrees first: the cost of cylindrical
    decomposition grows with every polynomial, and few of them decide.
    """

    def __init__(self, reals: Reals, domain: Iterable[Condition]) -> None:
        self.reals = reals
        self._linear: list[Any] = []
        self._curved: list[tuple[int, Any]] = []
        self._simplex = reals.simplex()
        for condition in domain:
            self.add(reals.literal(condition), [condition])

    def add(self, formula: Any, conditions: Iterable[Condition]) -> None:
        """Require a z3 formula, made of these conditions."""
        degree = max((degree_of(one) for one in conditions), default=0)
        if degree <= 1:
            self._linear.append(formula)
            self._simplex.add(formula)
        else:
            self._curved.append((degree, formula))

    def outside(self, conditions: Sequence[Condition]) -> None:
        """Require that not all of these conditions hold."""
        self.add(self.reals.none(conditions), conditions)

    def model(self, conditions: Sequence[Condition] = ()) -> Model | None:
        """A point that meets the formulas and these conditions, or ``None``; raises :class:`Unknown`."""
        found, _ = self._found(conditions)
        return None if found is None else self.reals.model(found)

    def excludes(self, conditions: Sequence[Condition]) -> bool:
        """Whether no point meets the formulas and these conditions; raises :class:`Unknown`."""
        return self._found(conditions)[0] is None

    def _found(self, conditions: Sequence[Condition]) -> tuple[Any, list[Any]]:
        """z3's own model (``None``: there is none), and the formulas of higher degree that it took to tell."""
        linear = [self.reals.literal(one) for one in conditions if is_linear(one)]
        curved = [(degree_of(one), self.reals.literal(one)) for one in conditions if not is_linear(one)]
        self._simplex.push()
        try:
            self._simplex.add(*linear)
            if not self.reals.is_met(self._simplex):
                return None, []
            found = self._simplex.model()
        finally:
            self._simplex.pop()
        waiting = [formula for _, formula in sorted([*self._curved, *curved], key=itemgetter(0))]
        asked: list[Any] = []
        if waiting:
            with suppress(Unknown):
                found, asked, waiting = self.reals.at_once([*self._linear, *linear, *waiting]), waiting, []
        while found is not None and (violated := self._violated(found, waiting)) is not None:
            asked.append(waiting.pop(violated))
            found = self.reals.found([*self._linear, *linear, *asked])
        return found, asked

    def _violated(self, found: Any, formulas: Sequence[Any]) -> int | None:
        """The place of the first formula that a model does not meet."""
        places = (n for n, formula in enumerate(formulas) if not self.reals.holds(found, formula))
        return next(places, None)

    def core(self, conditions: Sequence[Condition]) -> tuple[Condition, ...] | None:
        """Some of the conditions that no point meets together with the formulas; ``None`` where a point meets all."""
        linear = [one for one in conditions if is_linear(one)]
        self._simplex.push()
        try:
            needed = self._core_of_linear(linear)
        finally:
            self._simplex.pop()
        if needed is not None:
            return needed
        found, asked = self._found(conditions)
        if found is not None:
            return None
        return tuple(one for one in conditions if is_linear(one) or self.reals.literal(one) in asked)

    def _core_of_linear(self, conditions: Sequence[Condition]) -> tuple[Condition, ...] | None:
        marks = [self.reals.z3.Bool(f"c{n}", self.reals.context) for n in range(len(conditions))]
        for mark, condition in zip(marks, conditions, strict=True):
            self._simplex.add(self.reals.z3.Implies(mark, self.reals.literal(condition)))
        if self.reals.is_met(self._simplex, *marks):
            return None
        used = {str(mark) for mark in self._simplex.unsat_core()}
        return tuple(one for mark, one in zip(marks, conditions, strict=True) if str(mark) in used)


def degree_of(condition: Condition) -> int:
    """The total degree of its polynomial."""
    return int(condition.polynomial.total_degree())


def is_linear(condition: Condition) -> bool:
    """Whether the simplex can compute with a condition."""
    return degree_of(condition) <= 1


def rational_near(model: Model, denominator: int) -> Point:
    """The model with its coordinates rounded to small denominators."""
    rounded = []
    for root in model.roots:
        _distance(root, fmpq(0))
        low, high = root.bounds
        middle = (low + high) / 2
        rounded.append(Fraction(int(middle.p), int(middle.q)).limit_denominator(denominator))
    return Point.rational(rounded)
