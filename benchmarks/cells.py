"""Cells of a table, each measured in a process of its own.

So each cell has a limit that holds whatever the solver does, and a peak memory that is its own. A script calls itself
with ``--cell REQUEST``; the child prints JSON lines as it goes, so what was measured before the limit is kept.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reporting import median

__all__ = ["Cell", "Outcome", "emit", "measured", "peak_mib", "run_cell"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The lines a child printed; ``trouble`` says why it did not come to its end (``None``: it did)."""

    lines: tuple[dict[str, Any], ...]
    seconds: float
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """So many runs at one size were asked for: those that came to an end, and why others did not."""

    size: int
    asked: int
    samples: tuple[dict[str, Any], ...]
    troubles: tuple[str, ...]

    def middle(self, what: str) -> float | None:
        """The median of one of the numbers, over the runs that came to it."""
        return median(sample.get(what) for sample in self.samples)


def run_cell(script: str, request: dict[str, Any], limit: float) -> Outcome:
    """Run one cell of ``script`` for at most ``limit`` seconds, its start included."""
    command = [sys.executable, str(Path(script).resolve()), "--cell", json.dumps(request)]
    start = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, timeout=limit, check=False)
        output, trouble = done.stdout, None
        if done.returncode:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
            trouble = f"exit {done.returncode}: {said[-1]}"
    except subprocess.TimeoutExpired as late:
        output, trouble = late.stdout or b"", f"beyond the budget of {limit:g} s"
    whole = [line for line in output.splitlines(keepends=True) if line.endswith(b"\n") and line.startswith(b"{")]
    return Outcome(tuple(json.loads(line) for line in whole), time.perf_counter() - start, trouble)


def measured(measure: Callable[[dict[str, Any]], None]) -> bool:
    """Measure the cell that is asked for, in a child that was started for one; says whether this is one."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--cell")
    given, _ = parser.parse_known_args()
    if given.cell is not None:
        measure(json.loads(given.cell))
    return given.cell is not None


def emit(**line: Any) -> None:
    """Report one line to the parent."""
    print(json.dumps(line), flush=True)


def peak_mib() -> float | None:
    """Peak resident memory of this process in MiB; ``None`` where the system does not say.

    On Linux a child inherits the peak of the process that started it: parents must not import anything large.
    """
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
