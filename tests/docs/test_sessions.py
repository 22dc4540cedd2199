"""The console sessions of the documentation, run as written."""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)


def sessions() -> list[tuple[str, str]]:
    """Every console block with the name of its page."""
    return [(f"{page.name}:{n}", block) for page in PAGES for n, block in enumerate(BLOCK.findall(page.read_text()))]


def steps(block: str) -> list[tuple[str, str]]:
    """The commands of a block, each with the output it promises (``...`` stands for any lines)."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts]


def test_there_are_sessions() -> None:
    """The README shows the command line at work."""
    assert len(sessions()) >= 2


@pytest.mark.parametrize(("name", "block"), sessions(), ids=[name for name, _ in sessions()])
def test_session(name: str, block: str, tmp_path: Path) -> None:
    """Every command prints what the page shows."""
    command = Path(sys.executable).with_name("stackexact")
    checker = doctest.OutputChecker()
    for line, promised in steps(block):
        program, *arguments = shlex.split(line)
        assert program == "stackexact"
        ran = subprocess.run([command, *arguments], capture_output=True, text=True, cwd=tmp_path, check=False)
        assert checker.check_output(promised, ran.stdout, doctest.ELLIPSIS), f"{name}: {line}\n{ran.stdout}{ran.stderr}"
