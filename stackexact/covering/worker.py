"""The process in which z3 and cvc5 decompose: reads questions, a line of JSON each, and writes answers.

When z3's decomposition is interrupted by its limit it may destroy its own memory, and the process with it. So each
question that reaches its limit is the last of a child of this process; the next one gets a new child, which costs a
few milliseconds, as z3 is loaded already. Some steps of both do not hear a limit (roots of a polynomial whose
coefficients are irrational): the system ends a child that takes more processor time than it was allowed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from fractions import Fraction
from itertools import product as product_of
from mmap import mmap
from typing import Any

NO_MORE, USED_UP = 3, 4
"""What a child ends with. Whatever else it ends with, the question that it was at has no answer."""


def main() -> None:
    """Answer questions until there are none."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the process that asks
    import z3

    open_question = mmap(-1, 8)  # its number, which parent and child share; 0: none
    if not hasattr(os, "fork"):
        _answer_all(z3, open_question)
        return
    while True:
        child = os.fork()
        if child == 0:
            _answer_all(z3, open_question)
        _, ended = os.waitpid(child, 0)
        if os.WIFEXITED(ended) and os.WEXITSTATUS(ended) == NO_MORE:
            return
        number = int.from_bytes(open_question[:], "big")
        if number:
            _say({"id": number, "status": "ended"})


def _answer_all(z3: Any, open_question: mmap) -> None:
    """Answer until a question reaches its limit or there are no more; the exit status says which it was."""
    asked = _Asked(z3)
    while line := _line():
        question = json.loads(line)
        open_question[:] = question["id"].to_bytes(8, "big")
        _allow(question["seconds"])
        answer = _answered(asked, question)
        _say({"id": question["id"], **answer})
        open_question[:] = bytes(8)
        if answer["status"] != "sat" and answer["status"] != "unsat":
            os._exit(USED_UP)  # nothing is taken apart: that is where the memory may be found destroyed
    os._exit(NO_MORE)


def _answered(asked: _Asked, question: dict[str, Any]) -> dict[str, Any]:
    try:
        return asked.answer(question)
    except (MemoryError, RuntimeError, asked.z3.Z3Exception):  # a solver that gives up
        return {"status": "unknown", "spent": question["options"]["rlimit"]}
    except Exception as flaw:
        return {"status": "error", "spent": 0, "message": repr(flaw)}


def _allow(seconds: int) -> None:
    """Have the system end this process when it has worked so much longer; where it can."""
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most))


def _line() -> bytes:
    """The next line; nothing beyond it has been written yet."""
    found = b""
    while not found.endswith(b"\n"):
        chunk = os.read(0, 1 << 16)
        if not chunk:
            return b""
        found += chunk
    return found


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


class _Asked:
    """Questions in one context."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3
        self.context = z3.Context()
        self.variables: dict[str, Any] = {}
        self.formulas: dict[str, Any] = {}

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Whether formulas have a model, and what it is."""
        names = [f"x{n}" for n in range(question["variables"])]
        if question["engine"] == "coverings":
            return _by_cvc5(question, names)
        self.variables.update({x: self.z3.Real(x, self.context) for x in names if x not in self.variables})
        made = self.z3.SimpleSolver(ctx=self.context)
        if question["engine"] == "nlsat":
            made = self.z3.Tactic("qfnra-nlsat", self.context).solver()
        for name, value in question["options"].items():
            made.set(name, value)
        made.add(*map(self._formula, question["formulas"]))
        before = self._work(made)
        status = str(made.check())
        if status == "unknown":
            return {"status": status, "spent": question["options"]["rlimit"]}
        spent = self._work(made) - before
        if status == "unsat":
            return {"status": status, "spent": spent}
        try:
            model = made.model()
            values = [_value(self.z3, model.eval(self.variables[x], model_completion=True)) for x in names]
        except self.z3.Z3Exception:  # a model that it cannot show
            return {"status": "unknown", "spent": spent}
        return {"status": "sat", "spent": spent, "values": values}

    def _formula(self, text: str) -> Any:
        if text not in self.formulas:
            (made,) = self.z3.parse_smt2_string(f"(assert {text})", decls=self.variables, ctx=self.context)
            self.formulas[text] = made
        return self.formulas[text]

    def _work(self, solver: Any) -> int:
        found = solver.statistics()
        return int(found.get_key_value("rlimit count")) if "rlimit count" in found.keys() else 0  # noqa: SIM118


def _value(z3: Any, value: Any) -> dict[str, Any]:
    """A number exactly: a quotient, or a polynomial and a place near the root that is meant."""
    if z3.is_rational_value(value):
        return {"rational": _pair(value)}
    return {"polynomial": [_pair(one) for one in value.poly()], "near": _pair(value.approx(30))}


def _pair(value: Any) -> list[str]:
    return [value.numerator().as_string(), value.denominator().as_string()]


def _by_cvc5(question: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """What cvc5's coverings say. Its own count of its work stands still in long steps: an answer counts as a second."""
    import cvc5

    terms = cvc5.TermManager()
    solver = cvc5.Solver(terms)
    solver.setOption("produce-models", "true")
    solver.setOption("nl-cov", "true")
    solver.setLogic("QF_NRA")
    declared = "".join(f"(declare-const {name} Real)" for name in names)
    asserted = "".join(f"(assert {text})" for text in question["formulas"])
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, declared + asserted, "question")
    symbols = parser.getSymbolManager()
    while not (command := parser.nextCommand()).isNull():
        command.invoke(solver, symbols)
    status, spent = solver.checkSat(), question["a_second"]
    if status.isUnsat():
        return {"status": "unsat", "spent": spent}
    if not status.isSat():
        return {"status": "unknown", "spent": spent}
    found = {str(term): solver.getValue(term) for term in symbols.getDeclaredTerms()}
    return {"status": "sat", "spent": spent, "values": [_number(cvc5, terms, found[name]) for name in names]}


def _number(cvc5: Any, terms: Any, value: Any) -> dict[str, Any]:
    """As :func:`_value`; of all roots the one that is meant is the nearest to the middle of its bounds."""
    if value.isRealValue():
        return {"rational": _texts(value.getRealValue())}
    unknown = terms.mkVar(terms.getRealSort(), "t")
    powers = _powers(cvc5, value.getRealAlgebraicNumberDefiningPolynomial(unknown))
    low, high = value.getRealAlgebraicNumberLowerBound(), value.getRealAlgebraicNumberUpperBound()
    return {
        "polynomial": [_texts(powers.get(power, Fraction(0))) for power in range(max(powers) + 1)],
        "near": _texts((low.getRealValue() + high.getRealValue()) / 2),
    }


def _powers(cvc5: Any, term: Any) -> dict[int, Fraction]:
    """The coefficients of a polynomial that is a term of sums and products in one unknown."""
    match term.getKind():
        case cvc5.Kind.ADD:
            total: dict[int, Fraction] = {}
            for part in term:
                for power, value in _powers(cvc5, part).items():
                    total[power] = total.get(power, Fraction(0)) + value
            return total
        case cvc5.Kind.MULT:
            product = {0: Fraction(1)}
            for part in term:
                made: dict[int, Fraction] = {}
                for (m, one), (n, two) in product_of(product.items(), _powers(cvc5, part).items()):
                    made[m + n] = made.get(m + n, Fraction(0)) + one * two
                product = made
            return product
        case cvc5.Kind.VARIABLE:
            return {1: Fraction(1)}
        case _:
            return {0: term.getRealValue()}


def _texts(value: Fraction) -> list[str]:
    return [str(value.numerator), str(value.denominator)]


if __name__ == "__main__":
    main()
