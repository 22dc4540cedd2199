"""Questions about polynomial conditions in several parameters: a model, or that none exists.

z3 answers them, our own arithmetic where they are about a curve in the plane, and cvc5 where it is installed and z3 is
slow. Questions are limited by z3's own count of its work (``rlimit``), so that runs repeat; seconds end those that do
not hear it. Numbers cross the border exactly: integers as text, algebraic numbers as a polynomial and an enclosure.
What a solver calls a model is evaluated by us before anything is built on it; that there is none is taken on its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from stackexact.covering.curves import has_curve, point_on_curve
from stackexact.covering.decomposing import Decomposer, Engine, Unknown
from stackexact.covering.formulas import Ways, degree_of, holds, is_linear, outside, text_of
from stackexact.covering.models import Model, model_of, number_of, quotient
from stackexact.errors import MissingLibrary
from stackexact.exact.real_roots import Root
from stackexact.exact.tracing import Condition, Polynomial

__all__ = ["WORK", "Domain", "Formula", "Reals", "Unknown"]

RLIMIT: Final = 4_000_000
"""What one question to the simplex may cost, in z3's units (about a second)."""

DECOMPOSING: Final = 810_000
"""What each way of asking about higher degrees may cost (some seconds); what takes more takes for ever as a rule."""

FIRST: Final = 30_000
"""What each way of asking may cost at first; most questions take less, in a hundredth of a second."""

GROWTH: Final = 3
"""How much more each further round may cost."""

AT_ONCE: Final = 25
"""Formulas of higher degree up to which a question is asked as a whole first."""

WORK: Final = 100_000_000
"""What a search for answers, or the making of cells, may cost altogether."""


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
        self._linear: dict[Ways, Any] = {}
        self._texts: dict[Ways, str] = {}
        self._decomposer = Decomposer(len(self.names))
        self._engines: tuple[Engine, ...] = ("simplex", "nlsat", *(("coverings",) if find_spec("cvc5") else ()))
        self._contradictions: list[frozenset[Ways]] = []
        self._failures: dict[frozenset[Ways], int] = {}
        self._not_at_once: set[frozenset[Ways]] = set()

    @property
    def spent(self) -> int:
        """What z3 has worked, in its own units."""
        return self._linear_work + self._decomposer.spent

    # Linear arithmetic, in this process

    def simplex(self) -> Any:
        """A fresh solver for linear arithmetic."""
        made = self.z3.SimpleSolver(ctx=self.context)
        made.set("rlimit", self.rlimit)
        made.set("random_seed", 0)
        return made

    def linear(self, ways: Ways) -> Any:
        """A formula of linear arithmetic, for its solver."""
        if ways not in self._linear:
            (made,) = self.z3.parse_smt2_string(
                f"(assert {self._text(ways)})", decls={str(x): x for x in self.variables}, ctx=self.context
            )
            self._linear[ways] = made
        return self._linear[ways]

    def is_met(self, solver: Any, *marks: Any) -> bool:
        """Whether what a solver of linear arithmetic holds has a model; raises :class:`Unknown`."""
        answer = str(solver.check(*marks))
        self._linear_work = max(self._linear_work, solver.statistics().get_key_value("rlimit count"))
        if answer == "unknown":
            raise Unknown("z3 reached its limit")
        return answer == "sat"

    def linear_model(self, solver: Any) -> Model:
        """The model that a solver of linear arithmetic found."""
        found = solver.model()
        values = [found.eval(variable, model_completion=True) for variable in self.variables]
        return model_of(
            [Root.of(quotient([v.numerator().as_string(), v.denominator().as_string()])) for v in values], ()
        )

    # Any degree, in another process

    def contradict(self, formulas: Iterable[Ways]) -> bool:
        """Whether formulas are known to have no model, from what was asked before."""
        given = frozenset(formulas)
        return any(known <= given for known in self._contradictions)

    def at_once(self, formulas: Sequence[Ways]) -> Model | None:
        """As :meth:`found`, asked once with little work, and never again where that did not serve."""
        given = frozenset(formulas)
        if given in self._not_at_once:
            raise Unknown("z3 reached its limit")
        try:
            return self._asked(formulas, list(map(self._text, formulas)), "nlsat", {"rlimit": FIRST, "seed": 0})
        except Unknown:
            self._not_at_once.add(given)
            raise

    def found(self, formulas: Sequence[Ways], rlimit: int) -> Model | None:
        """A model of formulas of any degree, or ``None``; raises :class:`Unknown`.

        What decomposition costs depends on chance: the same question takes a hundredth of a second or minutes with its
        formulas or variables in another order. So several orders are tried with little work each, and cvc5 where it is
        installed, then with more.
        """
        given = frozenset(formulas)
        failed = self._failures.get(given, 0)
        if failed >= rlimit:
            raise Unknown("z3 reached its limit")
        texts = list(map(self._text, formulas))
        conjunction = all(len(ways) == 1 for ways in formulas)
        if conjunction and not failed:
            with suppress(Unknown):
                return self._along_a_curve(formulas)
        limit = min(failed * GROWTH or FIRST, rlimit)
        while True:
            for order, engine, options in _ways_of_asking(texts, limit, conjunction=conjunction):
                if engine in self._engines:
                    with suppress(Unknown):
                        return self._asked(formulas, order, engine, {"rlimit": limit, **options})
            self._failures[given] = limit
            if limit == rlimit:
                raise Unknown("z3 reached its limit")
            limit = min(limit * GROWTH, rlimit)

    def _along_a_curve(self, formulas: Sequence[Ways]) -> Model | None:
        """A model of a conjunction, if the question is one for our own arithmetic; else raises :class:`Unknown`."""
        conditions = [one for (way,) in formulas for one in way]
        if not has_curve(conditions):
            raise Unknown("there is no curve to go along")
        found = point_on_curve(conditions)
        if found is None:
            self._contradictions.append(frozenset(formulas))
        return found

    def _asked(
        self, formulas: Sequence[Ways], texts: Sequence[str], engine: Engine, options: dict[str, Any]
    ) -> Model | None:
        values = self._decomposer.ask(texts, engine=engine, options=options)
        if values is None:
            self._contradictions.append(frozenset(formulas))
            return None
        model = model_of(list(map(number_of, values)), _polynomials(formulas))
        if not all(holds(ways, model.sign_of) for ways in formulas):
            raise Unknown("z3 found a point that does not meet what it was asked for")
        return model

    def _text(self, ways: Ways) -> str:
        if ways not in self._texts:
            self._texts[ways] = text_of(ways)
        return self._texts[ways]


def _polynomials(formulas: Sequence[Ways]) -> Iterator[Polynomial]:
    return (one.polynomial for ways in formulas for way in ways for one in way)


def _ways_of_asking(
    texts: Sequence[str], limit: int, *, conjunction: bool
) -> Iterator[tuple[Sequence[str], Engine, dict[str, Any]]]:
    """Orders of formulas, and the engines with their options, that may serve with so much work."""
    short_first = sorted(texts, key=len)
    shuffled = {"shuffle_vars": True, "seed": 2}
    if conjunction and limit <= FIRST:  # at once or never
        yield texts, "simplex", {"random_seed": 0}
    yield short_first, "nlsat", {"seed": 0}
    yield short_first[::-1], "nlsat", {"seed": 0, "reorder": False}
    yield texts, "nlsat", shuffled
    yield texts[::-1], "nlsat", shuffled
    if limit > FIRST * GROWTH:  # a second where z3 most often takes none
        yield texts, "coverings", {}


class Formula:
    """Formulas that hold together, to which more can be added; asks z3 for a point that meets them all.

    What is linear among them is asked about first: the simplex settles most questions of higher degree as well. Of
    those of higher degree only what some model violates is asked about, lowest degrees first: the cost of cylindrical
    decomposition grows with every polynomial, and few of them decide. ``rlimit`` bounds each way of asking.
    """

    def __init__(self, reals: Reals, domain: Iterable[Condition], rlimit: int | None = None) -> None:
        self.reals, self.rlimit = reals, min(DECOMPOSING if rlimit is None else rlimit, reals.rlimit)
        self._linear: list[Ways] = []
        self._curved: list[Ways] = []
        self._simplex = reals.simplex()
        for condition in domain:
            self.add(((condition,),))

    def add(self, ways: Ways) -> None:
        """Require that one of several conjunctions holds."""
        if degree_of(ways) <= 1:
            self._linear.append(ways)
            self._simplex.add(self.reals.linear(ways))
        else:
            self._curved.append(ways)

    def outside(self, conditions: Iterable[Condition]) -> None:
        """Require that not all of these conditions hold."""
        self.add(outside(conditions))

    def model(self, conditions: Sequence[Condition] = ()) -> Model | None:
        """A point that meets the formulas and these conditions, or ``None``; raises :class:`Unknown`."""
        found, _ = self._found(conditions)
        return found

    def excludes(self, conditions: Sequence[Condition]) -> bool:
        """Whether no point meets the formulas and these conditions; raises :class:`Unknown`."""
        return self.model(conditions) is None

    def _found(self, conditions: Sequence[Condition]) -> tuple[Model | None, list[Ways]]:
        """A model (``None``: there is none), and the formulas of higher degree that it took to tell."""
        linear: list[Ways] = [((one,),) for one in conditions if is_linear(one)]
        curved: list[Ways] = [((one,),) for one in conditions if not is_linear(one)]
        waiting = sorted([*self._curved, *curved], key=degree_of)
        self._simplex.push()
        try:
            self._simplex.add(*map(self.reals.linear, linear))
            if not self.reals.is_met(self._simplex):
                return None, []
            found: Model | None = self.reals.linear_model(self._simplex)
        finally:
            self._simplex.pop()
        if self.reals.contradict([*self._linear, *linear, *waiting]):
            return None, waiting
        asked: list[Ways] = []
        while found is not None:
            violated = next((n for n, ways in enumerate(waiting) if not holds(ways, found.sign_of)), None)
            if violated is None:
                return found, asked
            if not asked and len(waiting) <= AT_ONCE:
                with suppress(Unknown):
                    return self.reals.at_once([*self._linear, *linear, *waiting]), waiting
            asked.append(waiting.pop(violated))
            found = self.reals.found([*self._linear, *linear, *asked], self.rlimit)
        return None, asked

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
        return tuple(one for one in conditions if is_linear(one) or ((one,),) in asked)

    def _core_of_linear(self, conditions: Sequence[Condition]) -> tuple[Condition, ...] | None:
        marks = [self.reals.z3.Bool(f"c{n}", self.reals.context) for n in range(len(conditions))]
        for mark, condition in zip(marks, conditions, strict=True):
            self._simplex.add(self.reals.z3.Implies(mark, self.reals.linear(((condition,),))))
        if self.reals.is_met(self._simplex, *marks):
            return None
        used = {str(mark) for mark in self._simplex.unsat_core()}
        return tuple(one for mark, one in zip(marks, conditions, strict=True) if str(mark) in used)


@dataclass(frozen=True, slots=True)
class Domain:
    """The points that meet ``conditions``; ``reals`` answers questions about them."""

    reals: Reals
    conditions: tuple[Condition, ...]

    def formula(self, rlimit: int | None = None) -> Formula:
        """The conditions of the domain, to which more can be added."""
        return Formula(self.reals, self.conditions, rlimit)
