"""The oracle at work in a project that is not ours: peers/ in an environment with OpenSpiel and Nashpy."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[2]

PEERS = [
    *("open_spiel==2.0.2", "cvxpy==1.9.3", "clarabel==0.11.1", "nashpy==0.0.43", "numpy==2.4.6", "scipy==1.17.1"),
    *("pytest-regressions==2.11.0", "pytest>=8", "hypothesis>=6.100"),
]
"""The versions that were found right and wrong in the ways that peers/ tells."""

LAX = "import stackexact.testing.commitment as commitment\ncommitment._judge = lambda *given: None\n"
"""An oracle that accepts everything."""


def ran(*command: object, where: Path) -> subprocess.CompletedProcess[str]:
    """A command that has ended, in a folder."""
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=where)


def cannot_be_made(told: str) -> NoReturn:
    """Without a network nothing can be proved here; but where changes are judged the proof must not vanish unseen."""
    reason = f"the environment of the peers cannot be made: {(told.strip().splitlines() or ['no reason given'])[-1]}"
    if os.environ.get("CI", "").lower() in ("", "0", "false"):
        pytest.skip(reason)
    pytest.fail(reason)


def environment(folder: Path) -> Path:
    """An interpreter that has the peers and stackexact as users install it."""
    made = ran(sys.executable, "-m", "venv", "env", where=folder)
    if made.returncode:
        cannot_be_made(made.stderr or made.stdout)
    here = folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = (here, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    peers = ran(*install, *PEERS, where=folder)
    if peers.returncode:
        cannot_be_made(peers.stderr)
    source = folder / "source"  # a copy: building leaves files behind
    for name in ("stackexact", "cli", "instances"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, source / name)
    own = ran(*install, source, where=folder)
    assert own.returncode == 0, own.stderr
    return here


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That interpreter, for all tests."""
    return environment(tmp_path_factory.mktemp("peers"))


def outcomes(python: Path, folder: Path, *options: object) -> tuple[int, dict[str, int], str]:
    """The exit code of a run of peers/ from a folder, how many tests had which outcome, and the output."""
    shutil.copytree(Path(__file__).parent / "peers", folder, ignore=shutil.ignore_patterns("__pycache__"))
    done = ran(python, "-m", "pytest", "-q", "-rxX", "--rootdir", folder, *options, folder, where=folder)
    words = "passed|failed|xfailed|xpassed|skipped|errors?"
    counted = {word: int(count) for count, word in re.findall(rf"(\d+) ({words})\b", done.stdout.splitlines()[-1])}
    return done.returncode, counted, done.stdout + done.stderr


@pytest.mark.slow
def test_peers(python: Path, tmp_path: Path) -> None:
    """Peers pass where they are right, planted errors are caught, and the errors that were found are still there."""
    code, counted, output = outcomes(python, tmp_path / "project")
    print(output)
    assert code == 0, output
    assert counted.pop("passed") > 50
    assert counted == {"xfailed": 5}


@pytest.mark.slow
def test_a_lax_oracle_is_noticed(python: Path, tmp_path: Path) -> None:
    """One that accepts everything fails where it misses errors of the peers, and where it misses planted ones."""
    (tmp_path / "lax.py").write_text(LAX, encoding="utf-8")
    only = "errors_that_the_oracle_found or planted_errors_are_caught"
    code, counted, output = outcomes(
        python, tmp_path / "project", "-p", "lax", "-k", only, "-o", f"pythonpath={tmp_path}"
    )
    assert code == 1, output
    # Of the five that were found one is an answer that OpenSpiel does not give; of the seven planted one is no number.
    assert counted == {"failed": 4 + 6, "passed": 1, "xfailed": 1}, output


@pytest.mark.parametrize("step", ["venv", "pip"])
@pytest.mark.parametrize("ci", ["true", "1", "false", ""])
def test_the_proof_does_not_vanish(step: str, ci: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an environment cannot be made the tests are skipped, but under CI they fail."""

    def broken(*command: object, where: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, int(step in command), "", "first\nno network\n")

    monkeypatch.setattr(sys.modules[__name__], "ran", broken)
    monkeypatch.setenv("CI", ci)
    outcome = pytest.fail if ci in ("true", "1") else pytest.skip
    with pytest.raises(outcome.Exception, match="the environment of the peers cannot be made: no network"):
        environment(tmp_path)
