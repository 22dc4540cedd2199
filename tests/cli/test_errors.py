"""Bad usage, bad input and bad places to write: one line each, the right exit code, nothing half-written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import stackexact as sx
from stackexact.cli import main as cli
from stackexact.errors import Unproved

COMMAND = Path(sys.executable).with_name("stackexact")

USAGE = {
    "no command of that name": (["slove"], "is it solve?"),
    "unknown command": (["frobnicate"], "expected a command (solve, check, simulate, verify, convert, instances)"),
    "unknown option": (["solve", "bagwell", "--frob"], "--frob"),
    "no game": (["solve"], "GAME"),
    "two games": (["solve", "bagwell", "escape"], "escape"),
    "neither file nor name": (["solve", "no-such-game.json"], "expected a file or the name of a shipped game"),
    "a misspelt name": (["solve", "matching-penies"], "is it matching-pennies"),
    "a folder": (["solve", "."], "it is a folder"),
    "a very long name": (["solve", "x" * 5000], "expected a file or the name"),
    "control characters": (["solve", "\x1b[31mred\x07"], "expected a file or the name"),
    "unknown concept": (["solve", "bagwell", "--concept", "nash"], "expected one of pure-strong"),
    "both forms": (["solve", "bagwell", "--json", "--latex"], "--json and --latex"),
    "no tolerance": (["solve", "bagwell", "--concept", "tolerant"], "expected a tolerance"),
    "negative tolerance": (["solve", "bagwell", "--tolerance=-1"], "at least 0"),
    "tolerance is text": (["solve", "bagwell", "--tolerance", "much"], "tolerance"),
    "at without value": (["solve", "misaligned-a", "--at", "delta"], "expected NAME=VALUE, found 'delta'"),
    "at without name": (["solve", "misaligned-a", "--at", "=1"], "expected NAME=VALUE"),
    "at with bad value": (["solve", "misaligned-a", "--at", "delta=1/"], "--at delta: "),
    "at divides by zero": (["solve", "misaligned-a", "--at", "delta=1/0"], "--at delta: "),
    "at with a float word": (["solve", "misaligned-a", "--at", "delta=nan"], "--at delta: "),
    "at with code": (["solve", "misaligned-a", "--at", "delta=__import__('os')"], "--at delta: "),
    "at with an unknown parameter": (["solve", "misaligned-a", "--at", "x=1"], "expected one of the game's parameters"),
    "at twice": (["solve", "misaligned-a", "--at", "delta=1/99", "--at", "delta=1/98"], "'delta' twice"),
    "at excluded": (["solve", "misaligned-a", "--at", "delta=1"], "delta < 1/20 excludes"),
    "at in a game of numbers": (["solve", "bagwell", "--at", "delta=1"], "(none)"),
    "assume without relation": (["solve", "misaligned-a", "--assume", "delta"], "--assume 'delta': "),
    "assume an unknown name": (["solve", "misaligned-a", "--assume", "x < 1"], "--assume 'x < 1': "),
    "assume what is false": (["solve", "misaligned-a", "--assume", "1 < 0"], "is false"),
    "third leader": (["solve", "bagwell", "--leader", "3"], "--leader"),
    "digits of a word": (["solve", "bagwell", "--digits", "few"], "--digits"),
    "negative digits": (["solve", "bagwell", "--digits=-1"], "--digits"),
    "endless digits": (["solve", "bagwell", "--digits", "1000000"], "--digits"),
    "no time": (["solve", "bagwell", "--time-limit", "0"], "positive number of seconds"),
    "no number of seconds": (["solve", "bagwell", "--time-limit", "nan"], "positive number of seconds"),
    "no cells": (["solve", "bagwell", "--max-cells", "0"], "--max-cells"),
    "output is a folder": (["solve", "bagwell", "--output", "."], "--output: expected a file to write, found a folder"),
    "output in no folder": (["solve", "bagwell", "--output", "no/folder.txt"], "a folder that does not exist"),
    "certificate in no folder": (["solve", "bagwell", "--certificate", "no/c.json"], "--certificate: "),
    "certificate on standard output": (["solve", "bagwell", "--certificate", "-"], "found standard output"),
    "empty output": (["solve", "bagwell", "--output", ""], "--output: expected the name of a file, found none"),
    "empty certificate": (["solve", "bagwell", "--certificate", ""], "--certificate: expected the name of a file"),
    "empty follower": (["solve", "bagwell", "--follower", ""], "--follower: expected the name of a file"),
    "empty game": (["solve", ""], "GAME: expected the name of a file"),
    "nothing to convert": (["convert", "", "out.json"], "IN: expected the name of a file"),
    "nowhere to convert to": (["convert", "bagwell", ""], "OUT: expected the name of a file"),
    "nothing to check": (["check", ""], "FILE: expected the name of a file"),
    "no game to check against": (["check", "c.json", "--game", ""], "--game: expected the name of a file"),
    "one file twice": (["solve", "bagwell", "--output", "a", "--certificate", "./a"], "that of --output"),
    "a follower for a JSON game": (["solve", "game.json", "--follower", "u2.csv"], "expected two CSV tables"),
    "standard input twice": (["solve", "-", "--follower", "-"], "found standard input"),
    "a follower that is not there": (["solve", "u1.csv", "--follower", "u2.csv"], "u1.csv: "),
    "changes without a game": (["check", "c.json", "--at", "delta=1"], "--game"),
    "no certificate": (["check", "no-such-file.json"], "no-such-file.json"),
    "certificate of nothing": (["check", "-"], "standard input: expected a certificate"),
    "convert to nothing": (["convert", "bagwell"], "OUT"),
    "convert to an unknown format": (["convert", "bagwell", "game.docx"], "expected a file name that ends in"),
    "convert a parameter": (["convert", "misaligned-a", "game.nfg"], "--at delta="),
    "show nothing": (["instances", "show"], "NAME"),
    "show an unknown game": (["instances", "show", "bagwel"], "is it bagwell"),
    "path of an unknown game": (["instances", "path", "zzz"], "stackexact instances"),
    "a list of one": (["instances", "--json", "path", "bagwell"], "--json"),
}


@pytest.mark.parametrize(("arguments", "said"), USAGE.values(), ids=USAGE)
def test_bad_usage(run, arguments, said):
    """One line that says what is wrong and what to do; exit code 2."""
    assert said in run(*arguments).refused()


TEXTS = {
    "empty": "",
    "not JSON": "{",
    "binary rubbish": b"\x89PNG\r\n\x1a\n\xff\xfe",
    "another format": json.dumps({"format": "stackexact/solution", "version": 1}),
    "ragged": json.dumps({"format": "stackexact/game", "version": 1, "kind": "bimatrix", "payoffs": {}}),
    "truncated nfg": 'NFG 1 R "pd" { "L" "F" } { 2 2 } 3 3 5',
    "prose": "let there be a game",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("command", [["solve", "-"], ["convert", "-", "out.json"], ["check", "-"]], ids=" ".join)
def test_bad_standard_input(run, command, text):
    """Every reader refuses what it cannot read, and says that it came from standard input."""
    place = "certificate" if command[0] == "check" else "standard input"
    assert place in run(*command, stdin=text).refused()
    assert not Path("out.json").exists()


def test_the_game_is_not_overwritten(run, tmp_path):
    """--output and --certificate do not fall on the file of the game."""
    game = tmp_path / "game.json"
    sx.write(game, sx.instance("bagwell"))
    before = game.read_bytes()
    for option in ("--output", "--certificate"):
        assert "another file than that of GAME" in run("solve", game, option, "game.json").refused()
    assert game.read_bytes() == before


def test_help_names_the_commands_and_exit_codes(process):
    """--help lists what there is; without a command the help goes to standard error, as bad usage."""
    outcome = process("--help")
    assert outcome.code == 0
    assert all(f"\n  {row.name} " in outcome.out for row in cli.COMMANDS)
    assert "3 undecided" in outcome.out
    bare = process()
    assert (bare.code, bare.out) == (2, "")
    assert bare.err == outcome.out


@pytest.mark.parametrize("name", [row.name for row in cli.COMMANDS])
def test_every_command_has_help(run, name):
    """Every row of the table loads, under its own name, and explains itself."""
    outcome = run(name, "--help")
    assert outcome.code == 0
    assert f"Usage: stackexact {name}" in outcome.out


def test_version(process):
    """--version is one line."""
    assert process("--version") == (0, f"stackexact {sx.__version__}\n", "")


def test_the_installed_command_refuses_in_one_line(process):
    """What the tests above see in process is what the console script does."""
    assert "is it bagwell?" in process("solve", "bagwel").refused()
    scaled = process("solve", "misaligned-a", "--at", "delta=2*delta", "--json")
    assert (scaled.code, json.loads(scaled.out)["parameters"]) == (0, ["delta"])


def fault(error: BaseException):
    def raising(*arguments: object, **options: object) -> None:
        raise error

    return raising


@pytest.mark.parametrize("error", [RuntimeError("boom\nbang"), Unproved("no proof"), RecursionError()], ids=repr)
def test_a_fault_of_ours(run, monkeypatch, error):
    """An unexpected exception is one line that asks for a report; the traceback is there on request."""
    monkeypatch.setattr("stackexact.solving.solve.solve", fault(error))
    line = run("solve", "bagwell").refused(70)
    assert "please report it" in line
    assert type(error).__name__ in line
    monkeypatch.setenv("STACKEXACT_DEBUG", "1")
    with pytest.raises(type(error)):
        run("solve", "bagwell")


def test_the_system_refuses(run, monkeypatch):
    """What the operating system does not do is no fault of ours."""
    monkeypatch.setattr("stackexact.solving.solve.solve", fault(OSError(24, "Too many open files")))
    assert "too many open files" in run("solve", "bagwell").refused()


def test_out_of_memory(run, monkeypatch):
    """A game too large for the memory is a limit, not a fault."""
    monkeypatch.setattr("stackexact.solving.solve.solve", fault(MemoryError()))
    assert "memory" in run("solve", "bagwell").refused(3)


def test_interrupt_in_process(run, monkeypatch):
    """An interrupt ends with 130, and nothing is written."""
    monkeypatch.setattr("stackexact.solving.solve.solve", fault(KeyboardInterrupt()))
    outcome = run("solve", "bagwell", "--output", "page.txt")
    assert (outcome.code, outcome.out) == (130, "")
    assert outcome.err.strip() == "stackexact: interrupted"
    assert not list(Path().iterdir())


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [["--json"], [], ["--latex"]], ids=str)
def test_full_disk(arguments):
    """Where nothing can be written, the error names the place; there is no second complaint when the program ends."""
    command = [COMMAND, "solve", "bagwell", *arguments]
    with FULL.open("wb") as full:
        ran = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    expected = "stackexact: error: standard output: cannot be written: no space left on device\n"
    assert (ran.returncode, ran.stderr) == (2, expected)
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    for option, printed in (("--output", ""), ("--certificate", page)):  # what was found is not lost
        ran = subprocess.run([*command, option, FULL], capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stdout) == (2, printed)
        expected = "stackexact: error: /dev/full: cannot be written: no space left on device"
        assert ran.stderr.splitlines()[-1] == expected


@pytest.mark.parametrize("option", ["--output", "--certificate"])
@pytest.mark.parametrize("exists", [False, True])
def test_a_place_that_may_not_be_written(run, monkeypatch, tmp_path, option, exists):
    """Found before any work is done. (The superuser may write anywhere, so the system's answer is replaced.)"""
    folder = tmp_path / "closed"
    folder.mkdir()
    place = folder / "file"
    if exists:
        place.write_text("old", encoding="utf-8")
    closed = os.path.realpath(place if exists else folder)
    monkeypatch.setattr("os.access", lambda path, mode: os.fspath(path) != closed)
    monkeypatch.setattr("stackexact.solving.solve.solve", fault(AssertionError("worked in vain")))
    line = run("solve", "bagwell", option, place).refused()
    assert f"{option}: expected a file to write, found " in line
    assert "may not be written" in line
    assert [path.read_text(encoding="utf-8") for path in folder.iterdir()] == ["old"] * exists


def test_a_certificate_that_fails_does_not_take_the_result_along(run, monkeypatch):
    """The result is printed, or written, and then the failure is told."""
    page = run("solve", "bagwell").out
    monkeypatch.setattr("stackexact.solving.solution.Solution.certificate", fault(MemoryError()))
    outcome = run("solve", "bagwell", "--certificate", "c.json")
    assert (outcome.code, outcome.out) == (3, page)
    assert "memory" in outcome.err
    assert run("solve", "bagwell", "--certificate", "c.json", "--output", "r.json").code == 3
    assert [path.name for path in Path().iterdir()] == ["r.json"]


HELP = [["--help"], ["--version"], ["solve", "--help"], ["instances", "show", "--help"]]


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
def test_help_for_a_full_disk(arguments):
    """Help and version are output like any other."""
    with FULL.open("wb") as full:
        ran = subprocess.run([COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    expected = "stackexact: error: standard output: cannot be written: no space left on device\n"
    assert (ran.returncode, ran.stderr) == (2, expected)


@pytest.mark.parametrize("arguments", HELP, ids=" ".join)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_help_in_another_encoding(process, arguments, encoding):
    """What the encoding of the output lacks is spelled out."""
    there = process(*arguments, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    usual = process(*arguments, PYTHONIOENCODING="utf-8")
    assert (there.code, there.err) == (0, "")
    assert there.out == usual.out.replace("≈", "~")


@pytest.mark.parametrize("arguments", [["solve", "-"], ["convert", "-", "out.json"], ["check", "-"]], ids=" ".join)
def test_closed_standard_input(arguments, tmp_path):
    """With standard input closed there is nothing to read, which is bad input."""
    script = f"import os; os.close(0); os.execv({str(COMMAND)!r}, ['stackexact', *{arguments!r}])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.stderr == "stackexact: error: standard input: expected it to be open, found it closed; name a file\n"
    assert (ran.returncode, ran.stdout, list(tmp_path.iterdir())) == (2, "", [])


@pytest.mark.parametrize("arguments", [["instances"], *HELP], ids=" ".join)
def test_a_reader_that_goes_away(arguments):
    """``| head`` is no error: quiet, and not one of the exit codes with a meaning."""
    process = subprocess.Popen([COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert (process.wait(60), process.stderr.read()) == (141, b"")
    process.stderr.close()


def test_closed_standard_output(tmp_path):
    """With standard output closed there is an error to read."""
    script = f"import os, sys; os.close(1); os.execv({str(COMMAND)!r}, ['stackexact', 'instances', 'path', 'bagwell'])"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert ran.returncode == 2
    assert ran.stderr.startswith("stackexact: error: standard output: ")
