"""The benchmark scripts run and print their tables. How long anything takes is not looked at."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

import stackexact

SCRIPTS = Path(__file__).resolve().parents[2] / "benchmarks"

pytestmark = pytest.mark.skipif(not SCRIPTS.is_dir(), reason="the benchmarks come with the checkout only")

SMALL = {
    "mixed_strong.py": (["--sizes", "3", "14", "--families", "ties", "near-ties", "--games", "1", "--rounds", "1"], 4),
    "memory.py": (["--sizes", "3", "--families", "ties", "--games", "1"], 1),
    "tolerant_alignment.py": (["--sizes", "3", "8", "--runs", "1", "--families", "common", "staircase"], 8),
    "closed_forms.py": (["--sizes", "1", "--runs", "1", "--naive", "20"], 4),
    "incentives.py": (["--families", "weights", "many", "--sizes", "1", "--runs", "1"], 8),
    "quantal.py": (["--sizes", "2", "--runs", "1", "--starts", "1"], 3),
    "mechanisms.py": (["--families", "equilibria", "silent", "--sizes", "3", "--runs", "1"], 2),
    "simulation.py": (["--horizon", "10000", "--turns", "1"], 3),
    "startup.py": (["--pairs", "1"], 1),
}
"""Options for a run of a second or two, and the number of rows of the first table."""


def run(script: str, *options: str) -> str:
    """Standard output of a script that must succeed."""
    package = str(Path(stackexact.__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([package, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, str(SCRIPTS / script), *options]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=240, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def first_table(output: str) -> list[list[str]]:
    """The words of each row of the first table."""
    block = output.split("\n\n")[1].splitlines()
    return [line.split() for line in block[3:]]


@pytest.fixture(scope="module")
def families() -> ModuleType:
    """The module that draws the games."""
    spec = spec_from_file_location("benchmark_families", SCRIPTS / "families.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("script", SMALL)
def test_every_script_prints_its_table(script: str) -> None:
    options, rows = SMALL[script]
    assert len(first_table(run(script, *options))) == rows


def test_every_script_is_tried() -> None:
    scripts = {file.name for file in SCRIPTS.glob("*.py") if "if __name__ ==" in file.read_text(encoding="utf-8")}
    assert scripts == set(SMALL)


def test_everything_measured_is_written_as_json(tmp_path: Path) -> None:
    file = tmp_path / "out.json"
    output = run("tolerant_alignment.py", "--sizes", "3", "--runs", "1", "--json", str(file))
    document = json.loads(file.read_text(encoding="utf-8"))
    assert document["script"] == "tolerant_alignment"
    assert [list(row) for row in document["tables"][0]["rows"]] == first_table(output)
    assert all(sample["total"] > 0 for cell in document["data"] for sample in cell["samples"])


def test_a_cell_beyond_its_budget_is_reported() -> None:
    output = run("mixed_strong.py", "--sizes", "3", "--families", "ties", "--games", "2", "--seconds", "0.001")
    assert first_table(output)[0][:3] == ["ties", "3", "0/2"]
    assert "ties 3: beyond the budget of 0.001 s; 0 of 2 games measured" in output


def test_families_are_seeded_and_exact(families: ModuleType) -> None:
    for name in families.FAMILIES:
        one, two = families.tables(name, 3, 4, 0), families.tables(name, 3, 4, 0)
        assert one == two != families.tables(name, 3, 4, 1)
        assert stackexact.Game(one.leader, one.follower).shape == (3, 4)
        assert all(isinstance(value, int | Fraction) for row in one.leader for value in row)


def test_families_are_what_they_are_called(families: ModuleType) -> None:
    def both(name: str) -> list[tuple[Fraction, Fraction]]:
        drawn = families.tables(name, 5, 6, 2)
        return [pair for rows in zip(drawn.leader, drawn.follower, strict=True) for pair in zip(*rows, strict=True)]

    assert all(one == -two for one, two in both("zero-sum"))
    assert all(0 <= one + two <= 99 for one, two in both("covariant"))
    assert all(value in (0, 1, 2) for pair in both("ties") for value in pair)
    assert {one for one, _ in both("binary")} == {0, 1}
    assert {one for one, _ in both("constant")} == {1}
    assert len({two for name in ("binary", "constant") for _, two in both(name)}) > 50
    assert all(value == Fraction(float(value)) for pair in both("binary64") for value in pair)
    offsets = [abs(value - round(value)) for pair in both("near-ties") for value in pair]
    assert 0 < max(offsets) <= Fraction(9, 10**30)


def test_an_unknown_family_is_refused(families: ModuleType) -> None:
    with pytest.raises(ValueError, match="expected one of uniform, covariant"):
        families.family("none")
