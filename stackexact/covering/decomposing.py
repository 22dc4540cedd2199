"""The decompositions of z3 and cvc5, asked in a process of its own: see :mod:`stackexact.covering.worker`."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, Literal, TypeAlias

from stackexact.errors import LimitReached, Unproved

__all__ = ["Decomposer", "Engine", "Unknown", "Values"]

Values: TypeAlias = tuple[Mapping[str, Any], ...]
"""The coordinates of a model as the worker writes them."""


Engine = Literal["nlsat", "simplex", "coverings"]

SECONDS: Final = 3
"""Processor time for a question that does not hear its limit: many times what those take that do."""

A_SECOND: Final = 200_000
"""What z3 works in a second, by its own count."""


PATIENCE: Final = 60
"""Seconds to wait for each second of processor time: a process that is silent so long works no more."""


class Unknown(LimitReached):
    """A question was not decided: a limit was reached, or a point that was found is of no use."""


class Decomposer:
    """Asks about formulas, written in SMT-LIB, in some real numbers ``x0``, ``x1``, ...

    The process starts with the first question and ends with this object.
    """

    def __init__(self, variables: int) -> None:
        self.variables = variables
        self.spent = 0
        self._asked = 0
        self._process: subprocess.Popen[str] | None = None

    def ask(
        self, formulas: Sequence[str], *, engine: Engine, options: Mapping[str, Any], seconds: int = SECONDS
    ) -> Values | None:
        """A model of the formulas, or ``None`` where there is none; raises :class:`Unknown`.

        z3 decomposes (``nlsat``) or linearises (``simplex``), or cvc5 decomposes (``coverings``). A question is ended
        when it takes ``seconds`` of processor time more than its ``rlimit`` stands for.
        """
        seconds += options["rlimit"] // A_SECOND
        self._asked += 1
        answer = self._exchanged(
            {
                "id": self._asked,
                "variables": self.variables,
                "engine": engine,
                "options": dict(options),
                "formulas": list(formulas),
                "seconds": seconds,
                "a_second": A_SECOND,
            }
        )
        self.spent += seconds * A_SECOND if answer["status"] == "ended" else answer["spent"]
        if answer["status"] == "error":
            raise Unproved(f"the process that decomposes failed: {answer['message']}")
        if answer["status"] in ("unknown", "ended"):
            raise Unknown("z3 reached its limit")
        return tuple(answer["values"]) if answer["status"] == "sat" else None

    def _exchanged(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to this question and no other; a process that gives none is ended."""
        if self._process is None or self._process.poll() is not None:
            self._process = self._started()
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
            while (answer := self._read(self._process, question["seconds"])) is not None:
                if answer.get("id") == question["id"]:
                    return answer
        except (BrokenPipeError, ValueError):  # ended, or ended while it was writing
            pass
        except BaseException:  # an interrupt: the answer that is under way belongs to no question any more
            self._give_up()
            raise
        self._give_up()
        return {"status": "ended"}

    @staticmethod
    def _read(process: subprocess.Popen[str], seconds: int) -> dict[str, Any] | None:
        """A line that the process writes; ``None`` where it ends, or is silent for many times what it may work."""
        assert process.stdout is not None
        if os.name == "posix" and not select.select([process.stdout], [], [], PATIENCE * (1 + seconds))[0]:
            return None
        line = process.stdout.readline()
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer

    def _give_up(self) -> None:
        if self._process is not None:
            _end(self._process)
        self._process = None

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
