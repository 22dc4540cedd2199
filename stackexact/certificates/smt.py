"""Questions about polynomial inequalities in several variables, put to an SMT solver that the reader trusts.

The question is a text in SMT-LIB, the same for every solver; only the word "unsat" counts as a proof. Solvers are
limited by their own count of work, not by seconds, so that checks repeat; seconds limit cvc5 where it does not count.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from stackexact.certificates.bounds import Unsupported
from stackexact.certificates.digits import digits_of
from stackexact.certificates.stated import Condition, Space
from stackexact.certificates.terms import Terms
from stackexact.errors import MissingLibrary, UsageError, shorten

__all__ = ["Question", "Solver", "Undecided"]

DEGREE = 100
"""Greatest degree of a polynomial that a solver is asked about."""

RLIMIT = 50_000_000
"""What one question may cost, in the units of the solver: up to minutes."""


SECONDS = 60
"""What one question may take cvc5, whose count stands still in long eliminations."""

LOW = 8
"""Up to this degree cvc5 is asked here; beyond it in a process that can be ended, for it may hear no limit at all."""


class Undecided(Exception):
    """A question that the solver did not decide within its limit. The message begins with the place."""


@dataclass(frozen=True, slots=True)
class Solver:
    """A solver by its name, and what answers ``sat``, ``unsat`` or anything else to a script in SMT-LIB, whose degree
    is given too."""

    name: str
    answer: Callable[[str, int], str]

    @classmethod
    def of(cls, name: str) -> Solver:
        """The solver of that name, if it is installed."""
        answers = {"z3": _z3, "cvc5": _cvc5}
        if name not in answers:
            raise UsageError(f"smt: expected {' or '.join(answers)}, found {shorten(name)}")
        return cls(name, answers[name])


def _z3(script: str, _: int) -> str:
    try:
        import z3
    except ImportError:
        raise _missing("z3", "smt") from None
    context = z3.Context()
    solver = z3.SimpleSolver(ctx=context) if "(* x" not in script else z3.Tactic("qfnra-nlsat", context).solver()
    solver.set("rlimit", RLIMIT)
    solver.from_string(script)
    return str(solver.check())


def _cvc5(script: str, degree: int) -> str:
    if degree <= LOW:
        return ask_cvc5(script)
    import subprocess
    from importlib.util import find_spec

    if find_spec("cvc5") is None:
        raise _missing("cvc5", "cvc5")
    code = f"import sys; from {__name__} import ask_cvc5; print(ask_cvc5(sys.stdin.read()))"
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", code], input=script, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return "unknown"
    return done.stdout.strip()


def ask_cvc5(script: str) -> str:
    """What cvc5 answers to a script."""
    try:
        import cvc5
    except ImportError:
        raise _missing("cvc5", "cvc5") from None
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("rlimit", str(RLIMIT))
    solver.setOption("tlimit-per", str(1000 * SECONDS))
    solver.setLogic("QF_NRA")
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, script, "question")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, symbols)
    return str(solver.checkSat())


def _missing(library: str, extra: str) -> MissingLibrary:
    return MissingLibrary(
        f"coverage in several parameters: expected the library {library}, found none; "
        f"install it with pip install 'stackexact[{extra}]'"
    )


@dataclass(frozen=True, slots=True)
class Question:
    """What a solver is asked about the points of a space that meet some conditions."""

    solver: Solver
    space: Space
    assumed: Sequence[Condition]

    def never(self, conditions: Iterable[Condition], outside: Iterable[Sequence[Condition]], expected: str) -> None:
        """Have shown that no point meets all conditions and lies outside all the conjunctions."""
        answer = self._answer(conditions, outside, expected)
        if answer == "sat":
            raise Unsupported(f"{expected}; {self.solver.name} finds a point where that fails")
        if answer != "unsat":
            raise Undecided(f"{expected}; {self.solver.name} did not decide it")

    def sometimes(self, conditions: Iterable[Condition], expected: str) -> None:
        """Have shown that some point meets all conditions."""
        answer = self._answer(conditions, (), expected)
        if answer == "unsat":
            raise Unsupported(f"{expected}; {self.solver.name} finds no point")
        if answer != "sat":
            raise Undecided(f"{expected}; {self.solver.name} did not decide it")

    def _answer(self, conditions: Iterable[Condition], outside: Iterable[Sequence[Condition]], expected: str) -> str:
        held, beyond = [*self.assumed, *conditions], list(outside)
        degree = max((p.degree for p, _ in (*held, *(one for some in beyond for one in some))), default=0)
        if degree > DEGREE:
            raise Undecided(f"{expected}; {self.solver.name} is not asked about degrees beyond {DEGREE}")
        asserted = [_literal(one) for one in held]
        asserted += [f"(not (and true {' '.join(map(_literal, some))}))" for some in beyond]
        declared = [f"(declare-const x{n} Real)" for n in range(len(self.space.names))]
        try:
            return self.solver.answer("\n".join([*declared, *(f"(assert {one})" for one in asserted)]), degree)
        except MissingLibrary:
            raise
        except Exception as failure:  # of a foreign library: whatever it is, nothing was shown
            raise Undecided(f"{expected}; {self.solver.name} failed: {shorten(str(failure))}") from None


def _literal(condition: Condition) -> str:
    p, relation = condition
    if relation == "!=":
        return f"(not (= {_term(p)} 0))"
    return f"({'=' if relation == '==' else relation} {_term(p)} 0)"


def _term(p: Terms) -> str:
    parts = []
    for powers, value in p.coefficients.items():
        factors = [f"x{n}" for n, power in enumerate(powers) for _ in range(power)]
        product = factors[0] if len(factors) == 1 else f"(* {' '.join(factors)})"
        number = digits_of(value) if value >= 0 else f"(- {digits_of(-value)})"
        parts.append(number if not factors else product if value == 1 else f"(* {number} {product})")
    return parts[0] if len(parts) == 1 else f"(+ {' '.join(parts)})" if parts else "0"
