"""Guards that the tests share."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 20
"""Seconds of processor time: some fifty times what the slowest refusal takes, so no load of the machine trips it; what
it guards against (work that grows beyond the bounds of the input) takes minutes or never ends. Times are measured in
``benchmarks/``, not here."""


@contextmanager
def without_runaway_work() -> Iterator[None]:
    """Fails if the block takes so long that some bound on the work must be missing."""
    started = time.process_time()
    yield
    assert time.process_time() - started < PATIENCE
