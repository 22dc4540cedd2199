"""The oracle for other projects' tests: what a float solver or a learner answered, beside the exact target.

>>> from stackexact.testing import assert_strong_stackelberg
>>> leader, follower = [[2.0, 4.0], [1.0, 3.0]], [[1.0, 0.0], [0.0, 1.0]]
>>> assert_strong_stackelberg(leader, follower, commitment=[0.5, 0.5], response=1)
>>> assert_strong_stackelberg(leader, follower, commitment=[1.0, 0.0], response=0)
Traceback (most recent call last):
...
AssertionError: not a strong Stackelberg equilibrium of <Game 2x2> (tol 0)
- the leader earns 2: 3/2 = 1.5 less than the strong Stackelberg value 7/2 = 3.5
exact target: leader 7/2 = 3.5, follower 1/2 = 0.5, commitment a1: 1/2, a2: 1/2, response b2

The assertions need no pytest. Under pytest a plugin (entry point ``stackexact``) adds the fixtures
``stackexact_instance`` and ``exact_regression`` and explains failed comparisons of exact numbers. Hypothesis strategies
are in :mod:`stackexact.testing.strategies`. Names resolve lazily: nothing heavy is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from stackexact.testing.benchmarks import assert_alignment as assert_alignment
    from stackexact.testing.benchmarks import assert_tolerant_benchmarks as assert_tolerant_benchmarks
    from stackexact.testing.commitment import assert_pure_stackelberg as assert_pure_stackelberg
    from stackexact.testing.commitment import assert_strong_stackelberg as assert_strong_stackelberg
    from stackexact.testing.regret import assert_regret as assert_regret
    from stackexact.testing.shipped import Case as Case
    from stackexact.testing.shipped import ShippedInstance as ShippedInstance
    from stackexact.testing.shipped import shipped_cases as shipped_cases
    from stackexact.testing.shipped import shipped_instance as shipped_instance

_PLACES: Final = {
    "Case": "shipped",
    "ShippedInstance": "shipped",
    "assert_alignment": "benchmarks",
    "assert_pure_stackelberg": "commitment",
    "assert_regret": "regret",
    "assert_strong_stackelberg": "commitment",
    "assert_tolerant_benchmarks": "benchmarks",
    "shipped_cases": "shipped",
    "shipped_instance": "shipped",
}

__all__ = [
    "Case",
    "ShippedInstance",
    "assert_alignment",
    "assert_pure_stackelberg",
    "assert_regret",
    "assert_strong_stackelberg",
    "assert_tolerant_benchmarks",
    "shipped_cases",
    "shipped_instance",
]


def __getattr__(name: str) -> Any:
    module = _PLACES.get(name)
    if module is None:
        raise AttributeError(f"module 'stackexact.testing' has no attribute {name!r}; see dir(stackexact.testing)")
    return getattr(import_module(f"stackexact.testing.{module}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
