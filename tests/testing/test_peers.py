"""The oracle at work in a project that is not ours: peers/ in an environment with OpenSpiel and Nashpy."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

PEERS = ["open_spiel==2.0.2", "cvxpy==1.9.3", "nashpy==0.0.43", "pytest-regressions", "pytest>=8", "hypothesis>=6.100"]
"""The versions that were found right and wrong in the ways that peers/ tells."""


def ran(*command: object, where: Path) -> subprocess.CompletedProcess[str]:
    """A command that has ended, in a folder."""
    return subprocess.run([*map(str, command)], capture_output=True, text=True, check=False, cwd=where)


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """An interpreter that has the peers and stackexact as users install it."""
    assert ran(sys.executable, "-m", "venv", "env", where=tmp_path).returncode == 0
    here = tmp_path / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = (here, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    peers = ran(*install, *PEERS, where=tmp_path)
    if peers.returncode:
        pytest.skip(f"the peers cannot be installed: {peers.stderr.strip().splitlines()[-1]}")
    source = tmp_path / "source"  # a copy: building leaves files behind
    for name in ("stackexact", "cli", "instances"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, source / name)
    own = ran(*install, source, where=tmp_path)
    assert own.returncode == 0, own.stderr
    return here


@pytest.mark.slow
def test_peers(python: Path, tmp_path: Path) -> None:
    """Peers pass where they are right, planted errors are caught, and the errors that were found are still there."""
    folder = tmp_path / "project"
    shutil.copytree(Path(__file__).parent / "peers", folder, ignore=shutil.ignore_patterns("__pycache__"))
    done = ran(python, "-m", "pytest", "-q", "-rxX", "--rootdir", folder, folder, where=folder)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
    counted = {word: int(count) for count, word in re.findall(r"(\d+) (passed|xfailed|xpassed|skipped)", done.stdout)}
    assert counted["passed"] > 50
    assert "skipped" not in counted
    assert counted.get("xfailed", 0) + counted.get("xpassed", 0) == 5
