"""The pytest plugin (entry point ``stackexact``). It is loaded in every run of pytest, so it imports next to nothing:
games, solvers and strategies are loaded by the test that first uses them.

``pytest -p no:stackexact`` leaves it out; with autoloading off, ``-p stackexact`` loads it.

pytest rewrites the assertions of whatever is installed together with a plugin, so of all modules of ours that a test
imports: about 4 ms each, once, as it keeps the bytecode. A module of its own for the plugin does not help: what counts
is the distribution. ``-p stackexact.testing.plugin``, with autoloading off, marks this module alone.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from stackexact.testing.regression import ExactRegression
    from stackexact.testing.shipped import ShippedInstance

_EXACT: Final = (("fractions", "Fraction"), ("stackexact.exact.rational_function", "Expression"))
_OPERATORS: Final = frozenset(["==", "<", "<=", ">", ">="])


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(parser: pytest.Parser, args: list[str]) -> Generator[None, Any, Any]:
    """Offer ``--force-regen`` unless somebody else does: pytest-regressions gives it the same meaning.

    An option that two plugins add ends the run with an error, and plugins load in no certain order. Here all of them
    have been loaded, and so have the conftest files.
    """
    result = yield
    if not hasattr(parser.parse_known_args(args), "force_regen"):
        text = "Store the exact targets of exact_regression anew where they differ, failing those tests once."
        parser.getgroup("regressions").addoption("--force-regen", action="store_true", default=False, help=text)
    return result


def pytest_assertrepr_compare(op: str, left: object, right: object) -> list[str] | None:
    """Show by how much exact numbers differ, exactly and as a decimal."""
    if op not in _OPERATORS or not (_is_exact(left) or _is_exact(right)):
        return None
    from stackexact.testing.explaining import explained

    return explained(op, left, right)


def _is_exact(value: object) -> bool:
    """Whether it is a Fraction or an Expression; where their modules are not loaded there are none."""
    loaded = ((sys.modules.get(module), name) for module, name in _EXACT)
    return any(isinstance(value, getattr(module, name)) for module, name in loaded if module is not None)


@pytest.fixture
def stackexact_instance() -> Callable[[str], ShippedInstance]:
    """Get a shipped game with its exact expected answers by its name: ``stackexact_instance("misaligned-a").game``."""
    from stackexact.testing.shipped import shipped_instance

    return shipped_instance


@pytest.fixture
def exact_regression(request: pytest.FixtureRequest) -> ExactRegression:
    """Compare exact values with those stored beside the test, by ``==``; see
    :class:`stackexact.testing.regression.ExactRegression`."""
    from stackexact.testing.regression import ExactRegression

    chain = (node for node in request.node.listchain() if isinstance(node, pytest.Class | pytest.Item))
    renew = any(request.config.getoption(name, False) for name in ("force_regen", "regen_all"))
    names = tuple(node.name for node in chain)
    return ExactRegression(request.path.parent / request.path.stem, names, renew, request.config.rootpath)
