"""Reading and writing files: formats, standard input, names in messages, and nothing half-written."""

import errno
import io
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import InputError, UsageError
from stackexact.games import files
from stackexact.games.bimatrix import Game
from stackexact.games.latex import game_table
from stackexact.games.nfg import dumps as nfg_text

GAME = Game([["1/2", "3"], ["0", "2"]], [["1", "0"], ["0", "1"]], name="étude")
JSON = files.dumps(GAME)
PAIRS = "1/2;1, 3;0\n0;0, 2;1\n"

PAYOFFS = st.fractions() | st.sampled_from(["delta", "2*delta**2 - gamma/3", "1/(delta + 1)", "7" * 1900])
TEXTS = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LABELS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1).filter(lambda label: bool(label.strip()))


@st.composite
def games(draw: st.DrawFn) -> Game:
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    table = st.lists(st.lists(PAYOFFS, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    return Game(
        draw(table),
        draw(table),
        actions={"leader": draw(st.lists(LABELS, min_size=rows, max_size=rows, unique=True))},
        assumptions=draw(st.lists(st.sampled_from(["0 < delta < gamma", "epsilon != 1/3"]))),
        tolerance=draw(st.sampled_from([None, 0, "1/20", "gamma"])),
        name=draw(TEXTS),
        description=draw(TEXTS),
        source=draw(TEXTS),
    )


@given(games())
def test_json_round_trip(game: Game) -> None:
    text = files.dumps(game)
    read = files.loads(text)
    assert read == game
    assert (read.sha256, read.description, read.source) == (game.sha256, game.description, game.source)
    assert files.dumps(read) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("game.json", JSON),
        ("GAME.JSON", "\ufeff" + JSON),
        ("game.nfg", nfg_text(GAME)),
        ("game.csv", PAIRS),
        ("game.tsv", PAIRS.replace(", ", "\t")),
        ("no-suffix", JSON),
        ("game.txt", "\n " + nfg_text(GAME)),
        ("table.dat", PAIRS),
        ("column.txt", "(1/2, 1)\t(3, 0)\n(0, 0)\t(2, 1)"),
    ],
)
def test_the_format_comes_from_the_name_or_the_text(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode())
    assert files.read(path).game.payoffs == GAME.payoffs
    assert files.read_game(str(path)).payoffs == GAME.payoffs
    assert files.read("-", stdin=io.BytesIO(text.encode())).game.payoffs == GAME.payoffs


def test_a_format_by_name_overrides(tmp_path: Path) -> None:
    path = tmp_path / "game.json"
    path.write_text(PAIRS)
    assert files.read(path, format="csv").game.payoffs == GAME.payoffs
    with pytest.raises(UsageError, match="format: expected one of json, nfg, csv, latex, found 'xml'"):
        files.read(path, format="xml")
    with pytest.raises(UsageError, match=r"a format that can be read \(json, nfg, csv\), found latex"):
        files.read(path, format="latex")


def test_standard_input_is_the_default_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(JSON.encode())))
    assert files.read("-").game == GAME


def test_notes_come_along() -> None:
    text = JSON.replace('"parameters": []', '"parameters": ["p"]')
    assert files.read("-", stdin=io.BytesIO(text.encode())).notes == (
        "parameters: 'p' is declared but used nowhere; delete it or use it",
    )


def test_two_tables(tmp_path: Path) -> None:
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("1/2,3\n0,2\n")
    two.write_text(",L,R\nT,1,0\nB,0,1\n")
    game = files.read_csv_pair(one, two).game
    assert game.payoffs == GAME.payoffs
    assert game.actions.leader == ("T", "B")
    two.write_text("1,0\n0,x y\n")
    with pytest.raises(InputError, match=r"two\.csv: row 2, column 2: expected an operator"):
        files.read_csv_pair(one, two)
    two.write_text("1\n")
    with pytest.raises(InputError, match=r"one\.csv, .*two\.csv: expected two tables of one shape"):
        files.read_csv_pair(one, two)
    with pytest.raises(InputError, match=r"none\.csv: cannot be read: there is no such file"):
        files.read_csv_pair(tmp_path / "none.csv", two)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a game, found no text at all"),
        (
            "hello",
            "expected JSON ('{...'), a Gambit game ('NFG 1 R ...') or a CSV table of payoff pairs, found 'hello'",
        ),
        ('EFG 2 R "x"', "expected a game in strategic form, found an extensive one (.efg); convert it to .nfg first"),
        ("[]", "expected a JSON object with format, version and kind, found a list"),
        ("{", "line 1, column 2: not JSON: "),
        ("NFG", "line 1, column 4: expected the .nfg version 1, found the end of the file"),
        ("a,b", "row 1, column 1: expected a pair of payoffs, found 'a'"),
    ],
)
def test_texts_that_are_no_games(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        files.read("-", stdin=io.BytesIO(text.encode()))
    assert str(caught.value).startswith("standard input: " + message)


def test_only_text_is_read_as_text() -> None:
    data: Any = JSON.encode()
    with pytest.raises(InputError, match="expected text, found bytes"):
        files.loads(data)


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    def message(name: str) -> str:
        with pytest.raises(InputError) as caught:
            files.read(tmp_path / name)
        return str(caught.value).removeprefix(f"{tmp_path}{os.sep}")

    assert message("none.json") == "none.json: cannot be read: there is no such file or folder; check the name"
    (tmp_path / "folder.json").mkdir()
    assert message("folder.json") == "folder.json: cannot be read: it is a folder; name a file in it"
    (tmp_path / "binary").write_bytes(bytes(range(1, 256)) + b"\0")
    found = "found byte 0x80 at offset 127; save the file as UTF-8 text"
    assert message("binary") == f"binary: expected text in UTF-8, {found}"
    with pytest.raises(InputError, match="cannot be read: embedded null byte"):
        files.read("a\0b")
    with pytest.raises(InputError) as caught:
        files.read("line\nbreak.json")
    assert str(caught.value).startswith(r"'line\nbreak.json': cannot be read: ")


def test_permission_denied_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> Any:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(InputError, match=r"^x\.json: cannot be read: permission denied; check who may use it$"):
        files.read("x.json")


def test_the_size_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert files.MAX_BYTES == 256 * 2**20
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(InputError, match=r"large\.json: expected at most 256 MiB, found more; give a smaller file"):
        files.read(path)
    monkeypatch.setattr(files, "MAX_BYTES", 2**20)
    with pytest.raises(InputError, match="standard input: expected at most 1 MiB"):
        files.read("-", stdin=io.BytesIO(b" " * (2**20 + 1)))
    assert files.read("-", stdin=io.BytesIO(JSON.encode() + b" " * (2**20 - len(JSON.encode())))).game == GAME


def write_json(path: Path) -> None:
    files.write_game(path, GAME)


def test_writing_by_suffix(tmp_path: Path) -> None:
    expected = {"a.json": JSON, "b.NFG": nfg_text(GAME), "c.tex": game_table(GAME)}
    for name, text in expected.items():
        files.write_game(tmp_path / name, GAME)
        assert (tmp_path / name).read_bytes() == text.encode()
    with pytest.raises(UsageError, match=r"d\.csv: expected a file name that ends in \.json, \.nfg, \.tex; rename"):
        files.write_game(tmp_path / "d.csv", GAME)
    other: Any = SimpleNamespace(kind="markov", document=dict)
    with pytest.raises(UsageError, match=r"a \.nfg file holds a game of the kind bimatrix, found the kind markov"):
        files.write_game(tmp_path / "e.nfg", other)
    assert sorted(os.listdir(tmp_path)) == sorted(expected)


def test_a_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    path, link = tmp_path / "game.json", tmp_path / "link.json"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    write_json(link)
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == JSON
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    write_json(tmp_path / "fresh.json")
    plain = tmp_path / "plain"
    plain.touch()
    assert (tmp_path / "fresh.json").stat().st_mode == plain.stat().st_mode
    assert sorted(os.listdir(tmp_path)) == ["fresh.json", "game.json", "link.json", "plain"]


def full_disk(*_: Any) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def interrupted(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize(("failure", "raised"), [(full_disk, InputError), (interrupted, KeyboardInterrupt)])
def test_a_failure_leaves_the_old_file_and_nothing_else(
    step: str,
    failure: Callable[..., None],
    raised: type[BaseException],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "game.json"
    path.write_text("old")
    monkeypatch.setattr(os, step, failure)
    with pytest.raises(raised) as caught:
        write_json(path)
    assert raised is KeyboardInterrupt or str(caught.value) == f"{path}: cannot be written: no space left on device"
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["game.json"]


def test_the_disk_is_flushed_before_the_file_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []

    def recorded(step: str) -> Callable[..., None]:
        real = getattr(os, step)

        def call(*given: Any) -> None:
            steps.append(step)
            real(*given)

        return call

    for step in ("fsync", "replace"):
        monkeypatch.setattr(os, step, recorded(step))
    write_json(tmp_path / "game.json")
    assert steps == ["fsync", "replace"]


def test_places_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        InputError, match=r"x\.json: cannot be written: there is no such file or folder; check the name"
    ):
        write_json(tmp_path / "none" / "x.json")
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(InputError, match=r"folder\.json: cannot be written: it is a folder; name a file in it"):
        write_json(tmp_path / "folder.json")
    with pytest.raises(InputError, match=r"u\.json: cannot be written: .*surrogates not allowed"):
        files.write_aside(tmp_path / "u.json", "\ud800")
    (tmp_path / "kept.json").write_text("old")
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(InputError, match=r"kept\.json: cannot be written: permission denied; check who may use it"):
        write_json(tmp_path / "kept.json")
    assert sorted(os.listdir(tmp_path)) == ["folder.json", "kept.json"]
    assert (tmp_path / "kept.json").read_text() == "old"


@pytest.mark.skipif(not os.path.exists(os.devnull), reason="needs a device")
def test_a_device_is_written_not_replaced() -> None:
    before = os.stat(os.devnull)
    files.write_aside(os.devnull, "text")
    assert os.path.samestat(before, os.stat(os.devnull))


def test_reading_a_numeric_game_loads_nothing_heavy() -> None:
    code = (
        "import sys; from stackexact.games import adapters, files; files.loads(sys.argv[1]); "
        "print(*sorted({'numpy', 'sympy', 'scipy', 'pyspiel', 'nashpy', 'pygambit', 'highspy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, JSON], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
