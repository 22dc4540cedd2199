"""What all tests share: Hypothesis profiles (``--hypothesis-profile=thorough`` looks for more), and closed figures."""

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

collect_ignore = ["testing/peers"]  # run in an environment of its own, by testing/test_peers.py

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "suite", max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW
)
settings.register_profile("thorough", max_examples=5000, deadline=None, suppress_health_check=_SLOW, print_blob=True)
settings.load_profile("suite")

os.environ["MPLBACKEND"] = "agg"  # no test opens a window


@pytest.fixture(autouse=True)
def _figures() -> Iterator[None]:
    """A test finds no figure open, whichever tests ran before it in its process; none changes matplotlib's settings."""
    _close_figures()
    plain = sys.modules.get("matplotlib")
    before = dict(plain.rcParams) if plain else None
    yield
    assert plain is None or dict(plain.rcParams) == before
    _close_figures()


def _close_figures() -> None:
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot:
        pyplot.close("all")
