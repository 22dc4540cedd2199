"""The package list, the wheel, and what importing costs."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
HEAVY = ("click", "flint", "highspy", "networkx", "numpy", "pulp", "rich", "sympy", "z3")


def installed_name(path: Path) -> str:
    """Where a file of the tree stands in the installed package."""
    relative = path.relative_to(ROOT)
    return str(relative if relative.parts[0] == "stackexact" else Path("stackexact") / relative)


def tree(*suffixes: str) -> set[str]:
    """The files that must be shipped, under their installed names."""
    folders = [ROOT / folder for folder in ("stackexact", "cli", "instances")]
    found = [path for folder in folders for suffix in suffixes for path in folder.rglob(f"*{suffix}")]
    return {installed_name(path) for path in found if "__pycache__" not in path.parts}


def test_every_package_is_listed() -> None:
    """A subpackage that pyproject forgets would silently be left out of the wheel."""
    packages = {str(Path(name).parent).replace("/", ".") for name in tree("__init__.py")}
    assert set(SETUP["packages"]) == packages
    modules = {str(Path(name).parent).replace("/", ".") for name in tree(".py")}
    assert modules == packages, "every folder with modules needs an __init__.py"


@pytest.mark.slow
def test_the_wheel_holds_the_tree(tmp_path: Path) -> None:
    """The wheel's files are those of the tree, and stackexact is its only top-level name."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert {name.split("/")[0] for name in names} == {"stackexact"}
    shipped = tree(".py", ".json", "py.typed") | {"stackexact/instances/README.md"}
    assert set(names) == shipped


@pytest.mark.slow
def test_the_source_distribution_can_be_tested_and_read(tmp_path: Path) -> None:
    """The source distribution holds the whole tree: code, tests, documentation, benchmarks, gates; and no caches."""
    pytest.importorskip("build", reason="building a source distribution takes the dev extra")
    command = [sys.executable, "-m", "build", "--sdist", "--outdir", tmp_path, ROOT]
    subprocess.run(command, check=True, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as members:
        names = {member.name.partition("/")[2] for member in members if member.isfile()}
    folders = ("stackexact", "cli", "instances", "tests", "docs", "benchmarks", "examples")
    found = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file()]
    expected = {str(path.relative_to(ROOT)) for path in found if path.parent.name != "__pycache__"}
    expected |= {"pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", "CHANGELOG.md", ".ci/run"}
    made = {name for name in names if name.startswith("stackexact.egg-info/")} | {"PKG-INFO", "setup.cfg"}
    assert names - made == expected


def loaded(code: str) -> set[str]:
    """The heavy libraries that a fresh interpreter has loaded after running ``code``."""
    program = f"{code}\nimport sys\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(ran.stdout.split())


@pytest.mark.parametrize(
    ("code", "allowed"),
    [
        ("import stackexact", set()),
        ("import stackexact as sx; sx.Game([[1]], [['1/2']])", set()),
        ("import stackexact as sx; sx.instance('escape')", set()),
        ("import stackexact.certificates.check", set()),
        ("import stackexact as sx; sx.solve(sx.instance('escape'))", {"flint"}),
    ],
)
def test_imports_are_light(code: str, allowed: set[str]) -> None:
    """Nothing heavy is imported before it is needed; small numeric games need flint alone."""
    assert loaded(code) <= allowed
