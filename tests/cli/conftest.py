"""Two ways to run the command line: the installed console script in a process, and ``main`` in this one, for speed."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from stackexact.cli.main import main

COMMAND = Path(sys.executable).with_name("stackexact")


class Outcome(NamedTuple):
    """How a call ended and what it printed."""

    code: int
    out: str
    err: str

    def refused(self, code: int = 2) -> str:
        """The one line of an error; checks that it is one, and that there is nothing else."""
        assert (self.code, self.out) == (code, ""), self
        lines = self.err.splitlines()
        assert len(lines) == 1, self
        assert lines[0].startswith("stackexact: error: "), self
        assert "Traceback" not in self.err
        assert len(self.err) < 1000, self
        return lines[0]


Run = Callable[..., Outcome]


@pytest.fixture
def process() -> Run:
    """Run the installed command in a process of its own."""

    def run(*arguments: object, stdin: str | bytes = b"", **environment: str) -> Outcome:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        command = [COMMAND, *map(str, arguments)]
        ran = subprocess.run(command, input=data, capture_output=True, env={**os.environ, **environment}, check=False)
        return Outcome(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    return run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object, stdin: str | bytes = b"") -> Outcome:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return call
