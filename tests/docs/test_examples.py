"""The examples run, and the page in the documentation is one that they write."""

from __future__ import annotations

import re
import runpy
from fractions import Fraction
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def regrets(page: str) -> list[list[Fraction]]:
    """The rows of the table of exact regrets."""
    table = page.partition("| T | E_2 |")[2].partition("\n\n")[0]
    return [[Fraction(cell) for cell in row.split("|")[1:-1]] for row in table.splitlines()[2:]]


def require_page(page: str, folder: Path) -> None:
    """All pairs fail, exact regrets are the formula, and every picture is there."""
    rows = [row for row in page.partition("| leader | follower | a: leader")[2].splitlines() if row.endswith("| yes |")]
    assert len(rows) == 31
    assert "**no**" not in page
    for horizon, each, leader, follower, formula in regrets(page):
        assert leader == follower == formula == horizon / 10 + 3 * each / 10
    assert len(regrets(page)) == 3
    pictures = re.findall(r"!\[[^]]*\]\(([^)]*)\)", page)
    assert sorted(pictures) == sorted(place.name for place in folder.glob("*.png"))


def test_the_page_on_learners_is_whole() -> None:
    folder = ROOT / "docs" / "donahue2024"
    require_page((folder / "README.md").read_text(encoding="utf-8"), folder)


@pytest.mark.slow
def test_the_example_on_learners_writes_such_a_page(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    made = runpy.run_path(str(ROOT / "examples" / "donahue2024.py"))
    small = ((3000, 10**4, 3 * 10**4), 2, (3000, 10**4), 4, 1000, 1, (10**4, 3 * 10**4), 120, (22,), 2)
    require_page("\n".join(made["page"](made["Size"](*small), tmp_path)), tmp_path)
