"""Hypothesis profiles: the default one is the same on every run; ``--hypothesis-profile=thorough`` looks for more."""

from hypothesis import HealthCheck, settings

collect_ignore = ["testing/peers"]  # run in an environment of its own, by testing/test_peers.py

_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "suite", max_examples=100, deadline=None, derandomize=True, database=None, suppress_health_check=_SLOW
)
settings.register_profile("thorough", max_examples=5000, deadline=None, suppress_health_check=_SLOW, print_blob=True)
settings.load_profile("suite")
