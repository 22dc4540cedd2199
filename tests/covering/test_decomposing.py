"""The process that decomposes: exact answers, limits, and a process that is killed."""

from __future__ import annotations

import os
import signal

import pytest

from stackexact.covering.decomposing import Decomposer, Found, Unknown

PLAIN = {"rlimit": 1_000_000, "seed": 0}
CIRCLE = "(= (+ (* x0 x0) (* x1 x1)) 2.0)"


def test_models_are_exact() -> None:
    """A root is a polynomial and a place near it; the first waiting formula that fails is named."""
    decomposer = Decomposer(2)
    formulas = [CIRCLE, "(= x0 (* 2.0 x1))", "(> x1 0.0)"]
    found = decomposer.ask(formulas, ["(> x0 0.0)", "(< x0 0.0)"], decompose=True, options=PLAIN)
    assert isinstance(found, Found)
    assert found.violated == 1
    assert [len(value["polynomial"]) for value in found.values] == [3, 3]  # 5 x1**2 = 2
    assert decomposer.vanishing(["(- x0 (* 2.0 x1))", "x0"]) == [True, False]
    assert decomposer.ask([CIRCLE, "(> x0 2.0)"], (), decompose=True, options=PLAIN) is None
    assert decomposer.spent > 0


def test_a_limit_and_what_comes_after_it() -> None:
    """A question that reaches its limit is unknown, and the next one is answered."""
    decomposer = Decomposer(2)
    with pytest.raises(Unknown):
        decomposer.ask([CIRCLE, "(= x0 x1)"], (), decompose=True, options=PLAIN | {"rlimit": 1})
    found = decomposer.ask([CIRCLE, "(= x0 x1)", "(> x0 0.0)"], (), decompose=True, options=PLAIN)
    assert found is not None
    assert [value["rational"] for value in found.values] == [["1", "1"], ["1", "1"]]


def test_a_process_that_dies_is_replaced() -> None:
    """Whatever happens to it, the question is unknown at worst."""
    decomposer = Decomposer(1)
    assert decomposer.ask(["(> x0 0.0)"], (), decompose=True, options=PLAIN) is not None
    assert decomposer._process is not None
    os.killpg(decomposer._process.pid, signal.SIGKILL)
    decomposer._process.wait()
    assert decomposer.ask(["(> x0 0.0)"], (), decompose=True, options=PLAIN) is not None
