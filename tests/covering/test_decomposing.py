"""The process that decomposes: exact answers, limits, and a process that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from flint import fmpz_poly

from stackexact.covering.decomposing import Decomposer, Engine, Unknown
from stackexact.covering.models import number_of
from stackexact.errors import Unproved

ENGINES: tuple[Engine, ...] = ("nlsat", "coverings")
PLAIN = {"rlimit": 1_000_000, "seed": 0}
DEAF = [
    "(> (* 1.0 x1) 0.0)",
    "(>= (* 1.0 x0) 0.0)",
    "(> (+ (* (- 1.0) x1) 1.0) 0.0)",
    "(>= (+ (* (- 1.0) x0) 1.0) 0.0)",
    "(> (+ (* (- 1.0) x0) (* (- 4.0) x1) 3.0) 0.0)",
    "(>= (+ (* 2.0 x0 x0) (* 1.0 x0 x1) (* 12.0 x1 x1) (* (- 6.0) x0) (* (- 21.0) x1) 9.0) 0.0)",
    "(>= (+ (* (- 9.0) x0 x0) (* 1.0 x0 x1) (* (- 12.0) x1 x1) (* 15.0 x0) (* (- 11.0) x1) 6.0) 0.0)",
    "(> (+ (* (- 12.0) x0 x0) (* 16.0 x0 x1) (* (- 24.0) x1 x1) (* 12.0 x0) (* (- 41.0) x1) 24.0) 0.0)",
    (
        "(= (+ (* 33.0 x0 x0 x0 x0) (* (- 86.0) x0 x0 x0 x1) (* 299.0 x0 x0 x1 x1) (* (- 162.0) x0 x1 x1 "
        "x1) (* 216.0 x1 x1 x1 x1) (* (- 108.0) x0 x0 x0) (* 92.0 x0 x0 x1) (* (- 323.0) x0 x1 x1) (* "
        "144.0 x1 x1 x1) (* 99.0 x0 x0) (* 136.0 x0 x1) (* (- 505.0) x1 x1) (* (- 84.0) x0) (* 21.0 x1) "
        "108.0) 0.0)"
    ),
    (
        "(>= (+ (* 27.0 x0 x0 x0 x0) (* (- 192.0) x0 x0 x0 x1) (* 255.0 x0 x0 x1 x1) (* (- 274.0) x0 x1 "
        "x1 x1) (* 264.0 x1 x1 x1 x1) (* 9.0 x0 x0 x0) (* 846.0 x0 x0 x1) (* (- 545.0) x0 x1 x1) (* "
        "914.0 x1 x1 x1) (* (- 378.0) x0 x0) (* (- 618.0) x0 x1) (* 124.0 x1 x1) (* 414.0 x0) (* (- "
        "666.0) x1) 180.0) 0.0)"
    ),
]
"""A quartic curve and three conics on which z3 works for minutes, whatever its limit."""

CIRCLE = "(= (+ (* x0 x0) (* x1 x1)) 2.0)"


def test_models_are_exact() -> None:
    """A root is a polynomial and a place near it."""
    decomposer = Decomposer(2)
    values = decomposer.ask([CIRCLE, "(= x0 (* 2.0 x1))", "(> x1 0.0)"], engine="nlsat", options=PLAIN)
    assert values is not None
    assert [len(value["polynomial"]) for value in values] == [3, 3]  # 5 x1**2 = 2
    assert [number_of(value).sign_of(fmpz_poly([-2, 0, 5])) for value in values] == [1, 0]
    assert decomposer.ask([CIRCLE, "(> x0 2.0)"], engine="nlsat", options=PLAIN) is None
    assert decomposer.spent > 0


def test_two_engines_agree() -> None:
    """The same numbers, in whichever form each of them writes a root, and the same contradictions."""
    decomposer, cubic = Decomposer(2), "(= (+ (* x0 x0 x0) (- (* 3.0 x0)) 1.0) 0.0)"
    for formulas, roots in (
        ([CIRCLE, "(= x0 (* 2.0 x1))", "(< x1 0.0)"], [(-8, 0, 5), (-2, 0, 5)]),
        ([cubic, "(> x0 1.0)", "(= x1 (+ x0 (/ 1.0 3.0)))"], [(1, -3, 0, 1), (53, -72, -27, 27)]),
        (["(= x0 (/ 7.0 3.0))", "(= x1 (- x0))"], [(-7, 3), (7, 3)]),
    ):
        found = [decomposer.ask(formulas, engine=engine, options={"rlimit": 10**6}) for engine in ENGINES]
        one, two = ([number_of(value) for value in values or ()] for values in found)
        assert one == two
        signs = [root.sign_of(fmpz_poly(list(polynomial))) for root, polynomial in zip(one, roots, strict=True)]
        assert signs == [0, 0]
    none = [CIRCLE, "(> (* x0 x1) 1.0)"]
    assert [decomposer.ask(none, engine=engine, options={"rlimit": 10**6}) for engine in ENGINES] == [None, None]


def test_a_question_that_hears_no_limit_is_ended() -> None:
    """Roots of a polynomial with irrational coefficients: the system ends what z3 does not."""
    decomposer = Decomposer(2)
    with pytest.raises(Unknown):
        decomposer.ask(DEAF, engine="nlsat", options={"rlimit": 90_000, "seed": 0}, seconds=0)
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None


def test_a_limit_and_what_comes_after_it() -> None:
    """A question that reaches its limit is unknown, and the next one is answered."""
    decomposer = Decomposer(2)
    with pytest.raises(Unknown):
        decomposer.ask([CIRCLE, "(= x0 x1)"], engine="nlsat", options=PLAIN | {"rlimit": 1})
    found = decomposer.ask([CIRCLE, "(= x0 x1)", "(> x0 0.0)"], engine="nlsat", options=PLAIN)
    assert found is not None
    assert [value["rational"] for value in found] == [["1", "1"], ["1", "1"]]


def test_a_process_that_dies_is_replaced() -> None:
    """Whatever happens to it, the question is unknown at worst."""
    decomposer = Decomposer(1)
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None
    assert decomposer._process is not None
    os.killpg(decomposer._process.pid, signal.SIGKILL)
    decomposer._process.wait()
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None


def test_an_answer_belongs_to_its_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A late word about an earlier question is passed over; one that breaks off, or none at all, ends the process."""
    decomposer = Decomposer(1)
    read, late = Decomposer._read, [{"id": 0, "status": "ended"}, {"id": 1, "status": "unsat", "spent": 0}]
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None
    monkeypatch.setattr(Decomposer, "_read", staticmethod(lambda *given: late.pop() if late else read(*given)))
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None
    assert not late
    monkeypatch.setattr(Decomposer, "_read", staticmethod(lambda *given: None))
    with pytest.raises(Unknown):
        decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN)
    monkeypatch.setattr(Decomposer, "_read", staticmethod(read))
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None


def test_a_fault_of_ours_is_no_limit() -> None:
    """What is no question is said to be wrong, and what comes after it is answered."""
    decomposer = Decomposer(1)
    with pytest.raises(Unproved, match="failed"):
        decomposer.ask([["no text"]], engine="nlsat", options=PLAIN)  # type: ignore[list-item]
    assert decomposer.ask(["(> x0 0.0)"], engine="nlsat", options=PLAIN) is not None


def test_a_limit_of_the_system_stays() -> None:
    """Where processor time is limited already, questions are answered all the same."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_CPU, (3000, 3600));"
        "from stackexact.covering.decomposing import Decomposer;"
        "print(Decomposer(1).ask(['(> x0 0.0)'], engine='nlsat', options={'rlimit': 10**6}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "rational" in done.stdout
