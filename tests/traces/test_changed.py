"""A trace of ours that is not as it was written is refused, whatever was changed."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from played import ACTIONS, METADATA, counted, write_rounds

import stackexact as sx
from stackexact.errors import InputError
from stackexact.traces.metadata import beside
from stackexact.traces.reading import read_trace
from stackexact.traces.writing import SUFFIXES, write_trace

PLAYS = {1: [(0, 0), (0, 2), (1, 1)] * 8, 2: [(1, 0), (1, 0)] * 6}
GAME = sx.Game([[1, 2, 3], [4, 5, 6]], [[1, 2, 3], [4, 5, 6]], actions=ACTIONS, name="mine")
OURS = replace(METADATA, game=GAME.sha256)

Rows = list[list[Any]]
Change = Callable[[Rows, int], Rows]


def swapped_label(rows: Rows, n: int) -> Rows:
    rows[n][2] = "B" if rows[n][2] == "T" else "T"
    return rows


def swapped_response(rows: Rows, n: int) -> Rows:
    rows[n][3] = "M" if rows[n][3] != "M" else "L"
    return rows


def lost(rows: Rows, n: int) -> Rows:
    return rows[:n] + rows[n + 1 :]


def doubled(rows: Rows, n: int) -> Rows:
    return [*rows[: n + 1], *rows[n:]]


def added(rows: Rows, n: int) -> Rows:
    """As if one more round had been played in another run."""
    return [*rows, [99, 1, "T", "L", 1][: len(rows[0])]]


def swapped_rows(rows: Rows, n: int) -> Rows:
    rows[n], rows[n - 1] = rows[n - 1], rows[n]
    return rows


def other_number(rows: Rows, n: int) -> Rows:
    """The count, or of a row that is a round the round."""
    rows[n][-1 if len(rows[n]) == 5 else 1] += 1
    return rows


def other_run(rows: Rows, n: int) -> Rows:
    rows[n][0] += 7
    return rows


def renumbered(rows: Rows, n: int) -> Rows:
    """All that totals can tell is as it was."""
    return [[row[0] + 7, *row[1:]] for row in rows]


CHANGES = [swapped_label, swapped_response, lost, doubled, added, swapped_rows, other_number, other_run, renumbered]


def rewrite(path: Path, change: Callable[[Rows], Rows]) -> None:
    """Change the rows of a file and leave all else, its metadata above all."""
    if path.suffix == ".parquet":
        table = pq.read_table(path)
        rows = change([list(row.values()) for row in table.to_pylist()])
        columns = [
            pa.array(column, field.type) for column, field in zip(zip(*rows, strict=True), table.schema, strict=True)
        ]
        pq.write_table(pa.Table.from_arrays(columns, schema=table.schema), path)
        return
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    head, *lines = text.splitlines()
    cells = [[int(cell) if cell.isdigit() else cell for cell in line.split(",")] for line in lines]
    changed = "".join(f"{line}\n" for line in [head, *(",".join(map(str, row)) for row in change(cells))])
    path.write_bytes(gzip.compress(changed.encode()) if path.suffix == ".gz" else changed.encode())


def written(folder: Path, suffix: str, aggregated: bool) -> Path:
    path = folder / f"trace{suffix}"
    if aggregated:
        write_trace(replace(counted(PLAYS, ACTIONS), metadata=OURS), path)
    else:
        write_rounds(path, PLAYS, ACTIONS, OURS)
    assert read_trace(path, GAME).runs == counted(PLAYS, ACTIONS).runs
    return path


def refusal(path: Path, game: Any = GAME) -> str:
    """The one line with which a trace is refused, without the name of its file."""
    with pytest.raises(InputError) as caught:
        read_trace(path, game)
    told = str(caught.value)
    assert told == caught.value.line
    assert told.startswith(f"{path}: ")
    assert len(told.removeprefix(str(path.parent))) < 300
    return told.removeprefix(f"{path}: ")


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("aggregated", [True, False], ids=["counts", "rounds"])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_changed_rows_are_found_by_their_digest(suffix: str, aggregated: bool, change: Change, tmp_path: Path) -> None:
    path = written(tmp_path, suffix, aggregated)
    rewrite(path, lambda rows: rows)
    assert read_trace(path, GAME).runs == counted(PLAYS, ACTIONS).runs
    rewrite(path, lambda rows: change(rows, len(rows) // 2))
    assert re.match(
        r"expected the (\d+ )?rows that its metadata tell of.*found (\d+|others \(\w+…\)); restore", refusal(path)
    )


def edit(path: Path, change: Callable[[dict[str, Any]], None], *, seal: bool = False) -> None:
    """Change the metadata, and with ``seal`` their own digest as well."""
    key = b"stackexact/trace"
    inside = path.suffix == ".parquet"
    document = json.loads(pq.read_schema(path).metadata[key] if inside else Path(beside(path)).read_bytes())
    change(document)
    if seal:
        document.pop("sha256", None)
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        document["sha256"] = hashlib.sha256(canonical.encode()).hexdigest()
    told = json.dumps(document)
    if inside:
        pq.write_table(pq.read_table(path).replace_schema_metadata({key: told}), path)
    else:
        Path(beside(path)).write_text(told)


EDITS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "the seed": lambda d: d.update(seed=d["seed"] + 1),
    "a parameter of a learner": lambda d: d["learners"]["leader"]["parameters"].update(c=3),
    "another learner": lambda d: d["learners"].update(leader=d["learners"]["follower"]),
    "the value of a parameter": lambda d: d["at"].update(delta="1/50"),
    "a value more": lambda d: d["at"].update(gamma="1"),
    "the name": lambda d: d["game"].update(name="other"),
    "the digest of the game": lambda d: d["game"].update(sha256="0" * 64),
    "the digest of the rows": lambda d: d["rows"].update(sha256="0" * 64),
    "the number of rows": lambda d: d["rows"].update(number=1),
    "the version": lambda d: d.update(stackexact="9.9"),
    "the noise": lambda d: d.update(noise={}),
    "the form": lambda d: d.update(form="rounds"),
    "the seal": lambda d: d.update(sha256="0" * 64),
}


@pytest.mark.parametrize("what", EDITS)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_changed_metadata_are_found_by_theirs(suffix: str, what: str, tmp_path: Path) -> None:
    path = written(tmp_path, suffix, True)
    edit(path, lambda document: None, seal=True)
    assert read_trace(path, GAME).metadata is not None
    edit(path, EDITS[what])
    about = "its metadata" if suffix == ".parquet" else "trace.csv.meta.json"
    told = "expected the metadata of a trace as written, found a change since (by the sha256); write the trace again"
    assert refusal(path) == f"{about}: {told}"


SEALED: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (lambda d: d.update(format="stackexact/game"), "expected the metadata of a trace (format 'stackexact/trace')"),
    (lambda d: d.update(version=2), "version: expected 1, found the number 2"),
    (lambda d: d.update(colour="red"), "colour: expected one of format, version"),
    (lambda d: d.pop("seed"), "seed: expected this key, found none"),
    (lambda d: d.update(seed="7"), "seed: expected a whole number, found the text '7'"),
    (lambda d: d.update(seed=7.5), "seed: expected a whole number"),
    (lambda d: d.update(form="row"), "form: expected aggregated or rounds, found the text 'row'"),
    (lambda d: d.update(at=["1"]), "at: expected an object, found a list"),
    (lambda d: d["at"].update(delta=1), "at.delta: expected text in quotation marks"),
    (lambda d: d.update(noise="none"), "noise: expected an object, found the text 'none'"),
    (lambda d: d["learners"].update(leader="UCB"), "learners.leader: expected an object"),
    (lambda d: d["learners"].update(third={}), "learners.third: expected one of leader, follower"),
    (lambda d: d["game"].update(name=3), "game.name: expected text in quotation marks"),
    (lambda d: d["game"].update(sha256="0" * 63), "game.sha256: expected 64 hexadecimal digits"),
    (lambda d: d["rows"].update(sha256="G" * 64), "rows.sha256: expected 64 hexadecimal digits"),
    (lambda d: d["rows"].update(number=None), "rows.number: expected a whole number, found null"),
    (lambda d: d["rows"].update(number=10**2000), "rows.number: expected a number of at most 1000 digits"),
    (lambda d: d["rows"].pop("sha256"), "rows.sha256: expected this key, found none"),
    (lambda d: d.update(stackexact=None), "stackexact: expected text in quotation marks, found null"),
]


@pytest.mark.parametrize(("change", "told"), SEALED)
def test_metadata_of_another_form(change: Callable[[dict[str, Any]], Any], told: str, tmp_path: Path) -> None:
    """Whoever makes the seal anew is still held to the form."""
    path = written(tmp_path, ".csv", True)
    edit(path, change, seal=True)
    assert refusal(path).startswith(f"trace.csv.meta.json: {told}")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a JSON object, found no text at all"),
        ("{", "line 1, column 2: not JSON"),
        ("[]", "expected the metadata of a trace (format 'stackexact/trace'), found something else"),
        ('{"format": "stackexact/trace", "seed": 1e999}', "version: expected 1, found null"),
        ("[" * 100_000, "expected JSON of moderate depth"),
        ('{"a": 1, "a": 2}', "a: expected every key once"),
    ],
)
def test_metadata_that_are_none(text: str, told: str, tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", False)
    Path(beside(path)).write_text(text)
    assert refusal(path).startswith(f"trace.csv.meta.json: {told}")


def test_numbers_no_float_holds_and_deep_nesting(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", False)
    place = Path(beside(path))
    text = place.read_text()
    place.write_text(re.sub(r'"seed": \d+', '"seed": 1e999', text))
    assert "seed: expected a number, found '1e999', beyond all that a float holds" in refusal(path)
    place.write_text(text.replace('"noise": {', '"noise": {"deep": ' + "[" * 700 + "]" * 700 + ", "))
    assert "expected the metadata of a trace of moderate depth" in refusal(path)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_trace_of_another_game(suffix: str, tmp_path: Path) -> None:
    """Other payoffs suffice; with other actions, the actions alone tell it too."""
    path = written(tmp_path, suffix, True)
    other = sx.Game([[1, 2, 3], [4, 5, 7]], [[1, 2, 3], [4, 5, 6]], actions=ACTIONS)
    mine, theirs = f"this game (sha256 {other.sha256[:12]}…)", f"the game 'étude' ({GAME.sha256[:12]}…)"
    assert refusal(path, other).startswith(f"expected a trace of {mine}, found one of {theirs}; give the game")
    small = sx.Game([[1, 2]], [[1, 2]])
    assert refusal(path, small).startswith("expected a trace of this game")
    assert refusal(path, small.actions).startswith(
        "row 1: leader: expected an action ('a1'), found 'T'; is the trace of an"
    )


def test_metadata_of_another_trace(tmp_path: Path) -> None:
    """Such as those that were there before another program wrote over the trace."""
    path = written(tmp_path, ".csv", True)
    path.write_text("run,round,leader,follower,count\n1,1,T,L,1\n")
    remedy = "restore the file, or delete trace.csv.meta.json if it is of another trace"
    assert refusal(path) == f"expected the 38 rows that its metadata tell of, found 1; {remedy}"
    path.write_text("run,round,leader,follower\n1,1,T,L\n")
    assert refusal(path).startswith("expected the form that its metadata tell (aggregated), found rounds")


def test_line_ends_count(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", True)
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert refusal(path).startswith("expected the rows that its metadata tell of")


def test_without_its_metadata_it_is_a_trace_like_any_other(tmp_path: Path) -> None:
    path = written(tmp_path, ".csv", True)
    Path(beside(path)).unlink()
    read = read_trace(path, GAME)
    assert read.runs == counted(PLAYS, ACTIONS).runs
    assert (read.metadata, read.notes) == (None, ("no metadata: only totals and ranges were checked",))


def test_a_file_that_changes_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, ".csv", True)
    from stackexact.traces import reading

    real = reading.from_rows

    def slowly(*given: Any) -> Any:
        made = real(*given)
        path.write_bytes(path.read_bytes() + b"1,40,T,L,1\n")
        return made

    monkeypatch.setattr(reading, "from_rows", slowly)
    assert refusal(path).startswith("expected a file that stays as it is, found it changed while it was read")
