"""Finished runs on disk, so that an interrupted simulation goes on where it stopped.

The first line says which simulation it is, every further one is a run. A line that a killed process left unfinished is
played again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from stackexact.errors import InputError
from stackexact.traces.trace import Run

__all__ = ["Journal"]


@dataclass(frozen=True, slots=True)
class Journal:
    """The file ``path`` of one simulation, which ``task`` describes as JSON values."""

    path: str
    task: Mapping[str, Any]
    _header: str = field(init=False)

    def __post_init__(self) -> None:
        head = {"format": "stackexact/journal", "version": 1, "simulation": self.task}
        object.__setattr__(self, "_header", json.dumps(head, sort_keys=True))

    def read(self, shape: tuple[int, int], rounds: Callable[[int], tuple[int, ...] | None]) -> tuple[Run, ...]:
        """The runs that are finished; starts the file if there is none.

        ``shape`` is that of the game, and ``rounds`` tells the checkpoints of a run by its number (``None``: there is
        no such run). Raises :class:`~stackexact.errors.InputError` for a file of another simulation, which is left as
        it is.
        """
        if os.path.exists(self.path) and not os.path.isfile(self.path):
            raise InputError(f"{self.path}: expected a file for finished runs, found something else; name another")
        try:
            with open(self.path, "a+b") as file:
                file.seek(0)
                whole, _, rest = file.read().rpartition(b"\n")
                lines = whole.decode("utf-8").split("\n") if whole else []
                if lines and lines[0] != self._header:
                    raise InputError(f"{self.path}: expected the runs of this very simulation, found others; remove it")
                if not lines and rest and not self._header.encode().startswith(rest):
                    raise InputError(f"{self.path}: expected a journal of runs, found another file; name another")
                if rest:
                    file.truncate(len(whole) + 1 if whole else 0)
                if not lines:
                    file.write(self._header.encode() + b"\n")
                found = [self._run(line, n, shape, rounds) for n, line in enumerate(lines[1:], 2)]
        except (OSError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            reason = getattr(error, "strerror", None) or "found something else"
            raise InputError(f"{self.path}: expected a journal of runs: {str(reason).lower()}") from None
        return tuple({run.number: run for run in found}.values())

    def add(self, run: Run) -> None:
        """Write a finished run to the disk."""
        line = json.dumps({"run": run.number, "rounds": run.rounds, "counts": run.counts.tolist()})
        try:
            with open(self.path, "ab") as file:
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise InputError(f"{self.path}: cannot be written: {(error.strerror or 'failed').lower()}") from None

    def _run(
        self, line: str, number: int, shape: tuple[int, int], rounds: Callable[[int], tuple[int, ...] | None]
    ) -> Run:
        try:
            entry = json.loads(line)
            made = Run(entry["run"], tuple(entry["rounds"]), np.array(entry["counts"]))
            if made.counts.shape[1:] != shape or made.rounds != rounds(made.number):
                raise InputError("a run of another simulation")
        except (InputError, KeyError, TypeError, ValueError):
            raise InputError(f"{self.path}, line {number}: expected a run, found something else; remove it") from None
        return made
