"""The same bytes on every run, two writers at once, other encodings, and a machine without optional libraries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import stackexact as sx
from stackexact.commitment.mixed_strong_search import NumericLPs
from stackexact.games.scalars import own_units

COMMAND = Path(sys.executable).with_name("stackexact")

FORMS = [
    ["solve", "security-two-resources", "--json"],
    ["solve", "duplicate-responses", "--tolerance", "1"],
    ["solve", "misaligned-b", "--at", "delta=1/33", "--latex"],
    ["instances"],
    ["instances", "--json"],
]


@pytest.mark.parametrize("arguments", FORMS, ids=" ".join)
def test_the_same_bytes_on_every_run(process, arguments, tmp_path):
    """Nothing depends on hash seeds: neither what is printed nor the certificate."""
    place = tmp_path / "c.json"
    extra = ["--certificate", place] if arguments[0] == "solve" else []
    seen = set()
    for seed in ("0", "1", "2"):
        outcome = process(*arguments, *extra, PYTHONHASHSEED=seed)
        assert outcome.code == 0
        seen.add((outcome.out, place.read_bytes() if extra else b""))
    assert len(seen) == 1


def blocked(folder: Path, *names: str) -> dict[str, str]:
    """An environment in which these modules cannot be imported."""
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {names!r}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Blocked())\n",
        encoding="utf-8",
    )
    return {"PYTHONPATH": str(folder)}


def broken(folder: Path, name: str, says: str) -> dict[str, str]:
    """An environment in which a package is found but cannot be imported."""
    (folder / name).mkdir()
    (folder / name / "__init__.py").write_text(f"raise {says}\n", encoding="utf-8")
    return {"PYTHONPATH": str(folder)}


def imported(environment: dict[str, str], name: str) -> bool:
    """Whether a fresh interpreter can import it."""
    command = [sys.executable, "-c", f"import {name}"]
    return not subprocess.run(command, env={**os.environ, **environment}, capture_output=True, check=False).returncode


@pytest.mark.parametrize("says", ["", "ImportError('no _core here')", "OSError('wrong architecture')"])
def test_without_highspy(process, tmp_path, says):
    """Without the float solver, or with a broken one, every answer is the same, also in a game that would ask it."""
    environment = broken(tmp_path, "highspy", says) if says else blocked(tmp_path, "highspy")
    assert imported({}, "highspy")
    assert not imported(environment, "highspy")
    size = 21
    tables = [[[str((i * i + 5 * j * k + i * j) % 17) for j in range(size)] for i in range(size)] for k in (1, 3)]
    assert NumericLPs(own_units(sx.Game(*tables))).use_floats
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix", "tolerance": "2"}
    text = json.dumps(game | {"payoffs": dict(zip(("leader", "follower"), tables, strict=True))})
    without, usual = (process("solve", "-", "--json", stdin=text, **more) for more in (environment, {}))
    assert without == usual
    assert json.loads(usual.out)["results"]["mixed-strong"]["cells"][0]["leader"]


def test_a_small_game_needs_nothing_heavy(process, tmp_path):
    """A shipped 2x2 game is solved without the libraries that take long to load."""
    environment = blocked(tmp_path, "numpy", "sympy", "pulp", "networkx", "z3", "rich", "highspy")
    assert process("solve", "conitzer-sandholm", **environment) == process("solve", "conitzer-sandholm")


def test_help_and_version_load_no_library(process, tmp_path):
    """Help, version and the list of games need the standard library and click alone."""
    environment = blocked(tmp_path, "flint", "numpy", "sympy", "highspy", "pulp", "rich")
    for arguments in (["--help"], ["--version"], ["solve", "--help"], ["instances"], ["instances", "path", "bagwell"]):
        assert process(*arguments, **environment).code == 0


@pytest.mark.parametrize("module", ["click", "stackexact.errors", "stackexact.games.files"])
def test_interrupt_while_loading(process, tmp_path, module):
    """An interrupt that comes before there is anything to interrupt ends like any other."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted())\n",
        encoding="utf-8",
    )
    outcome = process("solve", "bagwell", PYTHONPATH=str(tmp_path))
    assert (outcome.code, outcome.out, outcome.err.strip()) == (130, "", "stackexact: interrupted")


def test_two_at_once_to_one_file(tmp_path):
    """Of two processes that write the same file each leaves a whole one."""
    place = tmp_path / "result.json"
    names = ("bagwell", "beyond-float")
    expected = {}
    for name in names:
        ran = subprocess.run([COMMAND, "solve", name, "--json"], capture_output=True, check=True)
        expected[name] = ran.stdout
    for _ in range(3):
        running = [subprocess.Popen([COMMAND, "solve", name, "--json", "--output", place]) for name in names]
        assert [process.wait(60) for process in running] == [0, 0]
        assert place.read_bytes() in expected.values()
    assert [entry.name for entry in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="this system has no names for open files")
def test_an_open_pipe_as_file(process):
    """/dev/stdout, and with it a shell's process substitution, can be written to."""
    outcome = process("solve", "bagwell", "--json", "--output", "/dev/stdout")
    assert outcome == process("solve", "bagwell", "--json")


def test_an_output_without_unicode():
    """Where the output has no sign for it, text is spelled out; JSON is UTF-8 in any case."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    page = subprocess.run([COMMAND, "solve", "near-tie"], capture_output=True, env=environment, check=True).stdout
    assert b" ~ 5.00000" in page
    assert b"100...001" in page
    assert page.isascii()
    game = sx.Game([["1"]], [["1"]], name="étude")
    text = json.dumps(game.document(), ensure_ascii=False).encode()
    command = [COMMAND, "solve", "-", "--json"]
    ran = subprocess.run(command, input=text, capture_output=True, env=environment, check=True)
    assert json.loads(ran.stdout.decode("utf-8"))["game"]["name"] == "étude"


def test_names_in_a_file_do_not_reach_the_terminal(process):
    """A game may be called like an escape sequence or like markup; what is printed is harmless."""
    name = "\x1b[31mred\x1b]0;title\x07\r\n[bold]\u202emarkup"
    game = sx.Game([["1", "2"]], [["1", "2"]], name=name, description=name * 3)
    text = json.dumps(game.document())
    for form in ([], ["--latex"]):
        outcome = process("solve", "-", *form, stdin=text)
        assert outcome.code == 0
        assert all(line.isprintable() for line in outcome.out.split("\n"))
        assert "[bold]" in outcome.out or "{[}bold{]}" in outcome.out
    assert json.loads(process("solve", "-", "--json", stdin=text).out)["game"]["name"] == name


def test_shell_completion(process):
    """Click completes commands, options and the names of shipped games."""

    def completed(words: str) -> list[str]:
        count = str(len(words.split(" ")) - 1)
        outcome = process(_STACKEXACT_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=count)
        return [line.partition(",")[2] for line in outcome.out.splitlines()]

    assert completed("stackexact co") == ["convert"]
    assert completed("stackexact solve misaligned-b-") == ["misaligned-b-fixed", "misaligned-b-gamma"]
    assert "--certificate" in completed("stackexact solve --c")
