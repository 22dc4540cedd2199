"""What is no certificate at all, and what a hostile file may not do."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from stackexact.certificates import reading
from stackexact.certificates.check import CertificateError, check, read

GOOD = read(Path(__file__).parent / "hand_made" / "zero.json")
GONE = object()


def changed(document: dict[str, Any], where: tuple[str | int, ...], value: object) -> dict[str, Any]:
    """A copy with one place changed, added or left out."""
    made = copy.deepcopy(document)
    holder: Any = made
    for key in where[:-1]:
        holder = holder[key]
    if value is GONE:
        del holder[where[-1]]
    else:
        holder[where[-1]] = value
    return made


def test_the_document_that_is_spoiled_here_is_good() -> None:
    assert check(GOOD).true


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("format",), "stackexact/game", "format: expected 'stackexact/certificate', found 'stackexact/game'"),
        (("version",), 2, "version: expected 1"),
        (("version",), True, "version: expected 1"),
        (("version",), "1", "version: expected 1, found '1'"),
        (("kind",), "markov", "kind: expected 'bimatrix', found 'markov'"),
        (("game",), GONE, "game: expected, but missing"),
        (("game",), [], "game: expected an object, found a list"),
        (("claims",), [], "claims: expected an object, found a list"),
        (("proofs",), None, "proofs: expected an object, found null"),
        (("claims",), GONE, "claims: expected, but missing"),
        (("more",), {}, "unknown key 'more'"),
        (("game", "more"), {}, "game: unknown key 'more'"),
        (("game", "version"), 1.0, "game.version: expected 1"),
        (("game", "name"), 3, "game.name: expected text"),
        (("game", "parameters"), ["delta"], "this version checks games without parameters"),
        (("game", "assumptions"), ["0 < 1"], "this version checks games without parameters"),
        (("game", "tolerance"), "-1", "game.tolerance: expected a tolerance of at least 0"),
        (("game", "actions", "leader"), ["a1"], "game.actions.leader: expected 2 item(s), found 1"),
        (("game", "actions", "leader", 1), "a1", "game.actions.leader[1]: expected a printable label"),
        (("game", "actions", "follower", 1), None, "game.actions.follower[1]: expected a printable label"),
        (("game", "payoffs", "leader"), [], "game.payoffs.leader: expected rows of the same length"),
        (("game", "payoffs", "leader", 0), ["0"], "game.payoffs.leader: expected rows of the same length"),
        (("game", "payoffs", "leader"), [["0", "0"]], "game.payoffs.follower: expected 1x2 payoffs"),
        (("game", "payoffs", "leader", 0, 0), 0.5, "game.payoffs.leader[0][0]: expected a number as text"),
        (("game", "payoffs", "leader", 0, 0), True, "game.payoffs.leader[0][0]: expected a number as text"),
        (("game", "payoffs", "leader", 0, 0), "delta", "expected a number as text, p or p/q, found 'delta'"),
        (("game", "payoffs", "leader", 0, 0), "1/0", "expected a number with a positive denominator"),
        (("game", "payoffs", "leader", 0, 0), "9" * 1_000_001, "expected a number of at most 1000000 digits"),
    ],
)
def test_what_is_no_certificate_is_bad_input(where: tuple[str | int, ...], value: object, message: str) -> None:
    with pytest.raises(CertificateError) as caught:
        check(changed(GOOD, where, value))
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_a_certificate_without_claims_is_bad_input() -> None:
    with pytest.raises(CertificateError, match="at least one claim"):
        check({**GOOD, "claims": {}, "proofs": {}})
    nothing: list[Any] = [{}, [], None, 3, "x"]
    for value in nothing:
        with pytest.raises(CertificateError):
            check(value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected JSON"),
        ("[]", "expected a JSON object"),
        ('{"format": ', "expected JSON, found Expecting value at line 1"),
        ('{"a": 1, "b": {"c": 1, "c": 2}}', "found 'c' twice"),
        ('{"a": NaN}', "found NaN"),
        ('{"a": ' + "9" * 1_000_001 + "}", "at most 1000000 digits"),
        ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested too deeply"),
    ],
)
def test_what_is_no_json_object_is_bad_input(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "certificate.json"
    path.write_text(text)
    with pytest.raises(CertificateError) as caught:
        read(path)
    assert message in str(caught.value)
    assert "certificate.json" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_files_are_read_safely(tmp_path: Path) -> None:
    text = json.dumps(GOOD)
    (tmp_path / "good.json").write_text("\ufeff" + text, encoding="utf-8")
    assert read(tmp_path / "good.json") == read(str(tmp_path / "good.json")) == read(text) == GOOD
    (tmp_path / "bad.json").write_bytes(b"{\xff}")
    for name, why in (("bad.json", "no UTF-8 text"), ("absent.json", "No such file"), ("", "directory")):
        with pytest.raises(CertificateError, match=f"cannot read it: .*{why}"):
            read(tmp_path / name)
    assert read('{"a": ' + "-" + "7" * 5000 + "}")["a"] < -(10**4999)


def test_a_small_file_cannot_ask_for_endless_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numerals are bounded, and so are their common denominators: this one would be eight times as long."""
    monkeypatch.setattr(reading, "DIGITS", 1000)
    row = [f"1/1{'0' * 990}{k}" for k in (1, 3, 7, 9, 11, 13, 17, 19)]
    document = changed(GOOD, ("game", "payoffs"), {"leader": [row], "follower": [["0"] * 8]})
    with pytest.raises(CertificateError, match="common denominator"):
        check(document)
