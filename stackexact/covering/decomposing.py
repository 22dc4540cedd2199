"""The decompositions of z3 and cvc5, asked in a process of its own: see :mod:`stackexact.covering.worker`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Literal, TypeAlias

from stackexact.errors import LimitReached

__all__ = ["Decomposer", "Engine", "Unknown", "Values"]

Values: TypeAlias = tuple[Mapping[str, Any], ...]
"""The coordinates of a model as the worker writes them."""


Engine = Literal["nlsat", "simplex", "coverings"]

SECONDS: Final = 3
"""Processor time for a question that does not hear its limit: many times what those take that do."""

A_SECOND: Final = 200_000
"""What z3 works in a second, by its own count."""


class Unknown(LimitReached):
    """z3 reached its limit on a question."""


class Decomposer:
    """Asks about formulas, written in SMT-LIB, in some real numbers ``x0``, ``x1``, ...

    The process starts with the first question and ends with this object.
    """

    def __init__(self, variables: int) -> None:
        self.variables = variables
        self.spent = 0
        self._process: subprocess.Popen[str] | None = None

    def ask(
        self, formulas: Sequence[str], *, engine: Engine, options: Mapping[str, Any], seconds: int = SECONDS
    ) -> Values | None:
        """A model of the formulas, or ``None`` where there is none; raises :class:`Unknown`.

        z3 decomposes (``nlsat``) or linearises (``simplex``), or cvc5 decomposes (``coverings``). A question is ended
        when it takes ``seconds`` of processor time more than its ``rlimit`` stands for.
        """
        seconds += options["rlimit"] // A_SECOND
        answer = self._exchanged(
            {
                "variables": self.variables,
                "engine": engine,
                "options": dict(options),
                "formulas": list(formulas),
                "seconds": seconds,
                "a_second": A_SECOND,
            }
        )
        self.spent += seconds * A_SECOND if answer["status"] == "ended" else answer["spent"]
        if answer["status"] in ("unknown", "ended"):
            raise Unknown("z3 reached its limit")
        return tuple(answer["values"]) if answer["status"] == "sat" else None

    def _exchanged(self, question: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None or self._process.poll() is not None:
            self._process = self._started()
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        except BaseException:  # an interrupt: the answer that is under way belongs to no question any more
            _end(self._process)
            self._process = None
            raise
        if not line:
            _end(self._process)
            self._process = None
            raise Unknown("z3 did not survive a question")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackexact.covering.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        weakref.finalize(self, _end, process)
        return process


def _end(process: subprocess.Popen[str]) -> None:
    """End a worker and what it is at."""
    if process.poll() is None:
        with suppress(OSError, AttributeError):
            os.killpg(process.pid, signal.SIGKILL)
        process.kill()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    process.wait()
