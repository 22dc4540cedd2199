"""Questions about polynomial conditions in several parameters, answered by z3: a model, or the proof that none exists.

Every question is limited by z3's own count of its work (``rlimit``), never by seconds, so that runs repeat. Numbers
cross the border exactly: integers as text, algebraic numbers as a polynomial and an enclosure. What z3 calls a model is
evaluated by us before anything is built on it; that there is no model is taken on its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from operator import itemgetter
from typing import Any, Final

from flint import fmpq, fmpz, fmpz_poly

from stackexact.covering.decomposing import Decomposer, Found, Unknown
from stackexact.errors import MissingLibrary
from stackexact.exact.common_field import point_of
from stackexact.exact.points import Point
from stackexact.exact.real_roots import Root, real_roots
from stackexact.exact.tracing import Condition, Polynomial, Sign, key_of

__all__ = ["WORK", "Formula", "Model", "Reals", "Unknown", "is_linear", "negated", "rational_near"]

RLIMIT: Final = 4_000_000
"""What one question may cost, in z3's units (about ten seconds of cylindrical decomposition, one of the simplex)."""

EASY: Final = 30_000
"""What a question may cost that is asked plainly; most take less, in a hundredth of a second."""

AT_ONCE: Final = 25
"""Formulas of higher degree up to which a question is asked plainly."""

FIRST: Final = 30_000
"""What each way of asking may cost at first; most questions take less, in a hundredth of a second."""

GROWTH: Final = 3
"""How much more each further round may cost."""

WORK: Final = 100_000_000
"""What a search for answers, or the making of cells, may cost altogether."""


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
        self._linear_work = 0
        self.z3: Any = z3
        self.context: Any = z3.Context()
        self.variables = tuple(z3.Real(f"x{n}", self.context) for n in range(len(self.names)))
        self._terms: dict[tuple[Any, ...], tuple[Polynomial, Any]] = {}
        self._literals: dict[Condition, Any] = {}
        self._texts: dict[Any, str] = {}
        self._decomposer = Decomposer(len(self.names))
        self._formulas: dict[tuple[bool, tuple[Condition, ...]], Any] = {}

    @property
    def spent(self) -> int:
        """What z3 has worked, in its own units."""
        return self._linear_work + self._decomposer.spent

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

    def simplex(self) -> Any:
        """A fresh solver for linear arithmetic."""
        made = self.z3.SimpleSolver(ctx=self.context)
        made.set("rlimit", self.rlimit)
        made.set("random_seed", 0)
        return made

    def is_met(self, solver: Any, *marks: Any) -> bool:
        """Whether what a solver of linear arithmetic holds has a model; raises :class:`Unknown`."""
        answer = str(solver.check(*marks))
        self._linear_work = max(self._linear_work, solver.statistics().get_key_value("rlimit count"))
        if answer == "unknown":
            raise Unknown("z3 reached its limit")
        return answer == "sat"

    def at_once(self, formulas: Sequence[Any]) -> Found | None:
        """As :meth:`found`, with little work."""
        texts = list(map(self._text, formulas))
        return self._decomposer.ask(texts, (), decompose=True, options={"rlimit": EASY, "seed": 0})

    def found(self, formulas: Sequence[Any], waiting: Sequence[Any]) -> Found | None:
        """A model of formulas of any degree, or ``None``; raises :class:`Unknown`.

        What decomposition costs depends on chance: the same question takes a hundredth of a second or minutes with its
        formulas or variables in another order. So several orders are tried with little work each, then with more.
        """
        texts, after = list(map(self._text, formulas)), list(map(self._text, waiting))
        limit = min(FIRST, self.rlimit)
        while True:
            for order, decompose, options in _ways(texts):
                if decompose or (limit <= EASY and not any(map(self.z3.is_or, formulas))):
                    with suppress(Unknown):
                        given = {"rlimit": limit, **options}
                        return self._decomposer.ask(order, after, decompose=decompose, options=given)
            if limit == self.rlimit:
                raise Unknown("z3 reached its limit")
            limit = min(limit * GROWTH, self.rlimit)

    def _text(self, formula: Any) -> str:
        if formula not in self._texts:
            self._texts[formula] = formula.sexpr()
        return self._texts[formula]

    def simplex_model(self, found: Any) -> Model:
        """A model of linear arithmetic as exact numbers."""
        values = [found.eval(variable, model_completion=True) for variable in self.variables]
        roots = tuple(Root.of(_quotient([v.numerator().as_string(), v.denominator().as_string()])) for v in values)
        return Model(roots, point_of(roots, ()))

    def model(self, found: Found) -> Model:
        """A model as exact numbers; it is the one that was found last."""
        roots = tuple(map(_root, found.values))
        if sum(not root.is_rational for root in roots) < 2:
            return Model(roots, point_of(roots, ()))
        terms = list(self._terms.values())
        vanishing = self._decomposer.vanishing([term.sexpr() for _, term in terms])
        known = [polynomial for (polynomial, _), gone in zip(terms, vanishing, strict=True) if gone]
        return Model(roots, point_of(roots, known))

    def holds(self, found: Any, formula: Any) -> bool:
        """Whether z3 finds that its model meets a formula."""
        return bool(self.z3.is_true(found.eval(formula, model_completion=True)))


def _ways(texts: Sequence[str]) -> Iterator[tuple[Sequence[str], bool, dict[str, Any]]]:
    """Orders of formulas, whether to decompose or to linearise, and options."""
    short_first = sorted(texts, key=len)
    shuffled = {"shuffle_vars": True, "seed": 2}
    yield texts, False, {"random_seed": 0}
    yield short_first, True, {"seed": 0}
    yield short_first[::-1], True, {"seed": 0, "reorder": False}
    yield texts, True, shuffled
    yield texts[::-1], True, shuffled


def _quotient(pair: Sequence[str]) -> Any:
    return fmpq(fmpz(pair[0]), fmpz(pair[1]))


def _root(value: Mapping[str, Any]) -> Root:
    """A number that the worker wrote."""
    if "rational" in value:
        return Root.of(_quotient(value["rational"]))
    coefficients = list(map(_quotient, value["polynomial"]))
    scale = fmpz(1)
    for c in coefficients:
        scale = scale * c.q / scale.gcd(c.q)
    place = _quotient(value["near"])
    return min(real_roots(fmpz_poly([(c * scale).p for c in coefficients])), key=lambda root: _distance(root, place))


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
        return self.reals.model(found) if isinstance(found, Found) else found

    def excludes(self, conditions: Sequence[Condition]) -> bool:
        """Whether no point meets the formulas and these conditions; raises :class:`Unknown`."""
        return self._found(conditions)[0] is None

    def _found(self, conditions: Sequence[Condition]) -> tuple[Model | Found | None, list[Any]]:
        """A model (``None``: there is none), and the formulas of higher degree that it took to tell."""
        linear = [self.reals.literal(one) for one in conditions if is_linear(one)]
        curved = [(degree_of(one), self.reals.literal(one)) for one in conditions if not is_linear(one)]
        waiting = [formula for _, formula in sorted([*self._curved, *curved], key=itemgetter(0))]
        self._simplex.push()
        try:
            self._simplex.add(*linear)
            if not self.reals.is_met(self._simplex):
                return None, []
            flat = self._simplex.model()
            places = (n for n, formula in enumerate(waiting) if not self.reals.holds(flat, formula))
            violated = next(places, None)
            if violated is None:
                return self.reals.simplex_model(flat), []
        finally:
            self._simplex.pop()
        if len(waiting) <= AT_ONCE:
            with suppress(Unknown):
                return self.reals.at_once([*self._linear, *linear, *waiting]), waiting
        asked: list[Any] = []
        found: Found | None = None
        while violated is not None:
            asked.append(waiting.pop(violated))
            found = self.reals.found([*self._linear, *linear, *asked], waiting)
            if found is None:
                break
            violated = found.violated
        return found, asked

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
