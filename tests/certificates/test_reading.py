"""What is no certificate at all, what is one of a game that is not understood, and what a hostile file may not do."""

from __future__ import annotations

import copy
import json
import tracemalloc
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import stackexact as sx
from stackexact.certificates import embedded, reading
from stackexact.certificates.check import CertificateError, Verdict, check, read
from stackexact.certificates.digits import written
from stackexact.certificates.proofs import PRIMES, regular
from stackexact.certificates.reading import Node, products, total, vector
from stackexact.errors import UsageError

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


def test_a_solver_that_nobody_knows_is_refused_before_anything_is_checked() -> None:
    with pytest.raises(UsageError, match=r"^smt: expected z3 or cvc5, found 'z4'$"):
        check({**GOOD, "version": 2}, "z4")
    assert check(GOOD, "z3").true


@pytest.mark.parametrize(
    ("coverage", "assumed"),
    [("", False), ("proved", False), ("proved by z3", False), ("assumed", True), ("undecided: z3 gave up", True)],
)
def test_a_coverage_that_is_not_shown_is_assumed(coverage: str, assumed: bool) -> None:
    """What is false is false, whatever covers what."""
    assert Verdict("tolerant", True, "", coverage).assumed == assumed
    assert not Verdict("tolerant", False, "because", coverage).assumed


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("format",), "stackexact/game", "format: expected 'stackexact/certificate', found 'stackexact/game'"),
        (("version",), 2, "version: expected 1"),
        (("version",), True, "version: expected 1"),
        (("version",), "1", "version: expected 1, found '1'"),
        (
            ("kind",),
            "poker",
            "kind: expected one of bimatrix, lq-incentive, markov, mechanism, recommendation, found 'poker'",
        ),
        (("game",), GONE, "game: expected, but missing"),
        (("claims",), [], "claims: expected an object, found a list"),
        (("proofs",), None, "proofs: expected an object, found null"),
        (("claims",), GONE, "claims: expected, but missing"),
        (("more",), {}, "unknown key 'more'"),
    ],
)
def test_what_is_no_certificate_is_bad_input(where: tuple[str | int, ...], value: object, message: str) -> None:
    with pytest.raises(CertificateError) as caught:
        check(changed(GOOD, where, value))
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("where", "value", "message"),
    [
        (("game",), [], "game: expected an object, found a list"),
        (("game", "payoffs", "leader"), GOOD["game"]["payoffs"]["leader"][:1], "expected 1x2 payoffs"),
        (("game", "more"), {}, "game: unknown key 'more'"),
        (("game", "version"), 1.0, "game.version: expected 1"),
        (("game", "name"), 3, "game.name: expected text"),
        (("game", "parameters"), ["0x"], "game.parameters[0]: expected a name (ASCII letters, digits, _), found '0x'"),
        (("game", "parameters"), [3], "game.parameters[0]: expected a name"),
        (("game", "parameters"), ["a", "a"], "game.parameters: expected different names, found one twice"),
        (("game", "parameters"), "delta", "game.parameters: expected a list, found 'delta'"),
        (("game", "parameters"), [f"p{n}" for n in range(1001)], "game.parameters: expected at most 1000 parameters"),
        (("game", "assumptions"), ["1 < 0"], "game.assumptions[0]: expected a true assumption, found '1 < 0'"),
        (("game", "assumptions"), ["0 < 1", "0 < 2 < 1 < 3"], "game.assumptions[1]: expected a true assumption"),
        (("game", "assumptions"), ["1/2 != 0.5"], "game.assumptions[0]: expected a true assumption"),
        (("game", "assumptions"), ["0 < delta"], "names that stand under parameters, found 'delta'"),
        (("game", "assumptions"), ["0"], "game.assumptions[0]: expected a relation such as 0 < 1/2, found '0'"),
        (("game", "assumptions"), [None], "game.assumptions[0]: expected a relation such as 0 < 1/2, found null"),
        (("game", "assumptions"), ["0 < 1 + 1"], "game.assumptions[0]: expected a number as text"),
        (("game", "assumptions"), ["0 < "], "game.assumptions[0]: expected a number as text"),
        (("game", "assumptions"), ["0 < a;b"], "game.assumptions[0]: expected relations between numbers"),
        (
            ("game", "tolerance"),
            "delta",
            "game.tolerance: expected a number as text, p or p/q, found 'delta'; the",
        ),
        (("game", "tolerance"), "-1", "game.tolerance: expected a tolerance of at least 0"),
        (("game", "actions", "leader"), ["a1"], "game.actions.leader: expected 2 item(s), found 1"),
        (("game", "actions", "leader", 1), "a1", "game.actions.leader[1]: expected a label without control characters"),
        (
            ("game", "actions", "follower", 1),
            None,
            "game.actions.follower[1]: expected a label without control characters",
        ),
        (("game", "payoffs", "leader"), [], "game.payoffs.leader: expected rows of the same length"),
        (("game", "payoffs", "leader", 0), ["0"], "game.payoffs.leader: expected rows of the same length"),
        (("game", "payoffs", "leader"), [["0", "0"]], "game.payoffs.follower: expected 1x2 payoffs"),
        (("game", "payoffs", "leader", 0, 0), 0.5, "game.payoffs.leader[0][0]: expected a number as text"),
        (("game", "payoffs", "leader", 0, 0), True, "game.payoffs.leader[0][0]: expected a number as text"),
        (
            ("game", "payoffs", "leader", 0, 0),
            "delta",
            "expected a number as text, p or p/q, found 'delta'; the game lists no parameter that occurs",
        ),
        (("game", "payoffs", "leader", 0, 0), "1/0", "expected a number with a positive denominator"),
        (("game", "payoffs", "leader", 0, 0), "9" * 1_000_001, "expected a number of at most 1000000 digits"),
    ],
)
def test_a_game_that_is_not_understood_supports_no_claim(
    where: tuple[str | int, ...], value: object, message: str
) -> None:
    report = check(changed(GOOD, where, value))
    assert [verdict.concept for verdict in report.verdicts] == list(GOOD["claims"])
    assert not any(verdict.true for verdict in report.verdicts)
    assert (report.game, report.game_name) == (None, None)
    for verdict in report.verdicts:
        assert message in verdict.reason
        assert len(verdict.reason.splitlines()) == 1


def test_names_without_use_and_true_assumptions_change_nothing() -> None:
    """Nor does a relation between parameters: what is claimed without them is proved whatever they are."""
    for names, chains in (
        (["delta"], []),
        ([], ["0 < 1"]),
        (["delta", "lambda"], ["0 < delta < lambda", " -1/2<=0.5 != 3 > 2 >= 2 == 4/2 ", "delta**2 - 1/2 < 0"]),
    ):
        assert check(changed(changed(GOOD, ("game", "parameters"), names), ("game", "assumptions"), chains)).true


def test_the_digest_is_that_of_the_library() -> None:
    """Numbers of any length and assumptions are brought to normal form for it."""
    long = ["-" + "7" * 9000, "1/" + "3" * 20_000, "0.50", 10**5000]
    document = changed(GOOD, ("game", "payoffs", "leader"), [long[:2], long[2:]])
    document = changed(document, ("game", "parameters"), ["delta"])
    document = changed(document, ("game", "assumptions"), ["0<1", "0 < delta <0.5"])
    game = check(document).game
    assert game is not None
    rows = [[Fraction(-7 * (10**9000 - 1), 9), Fraction(3, 10**20_000 - 1)], [Fraction(1, 2), 10**5000]]
    same = sx.Game(
        rows,
        document["game"]["payoffs"]["follower"],
        actions=document["game"].get("actions"),
        parameters=["delta"],
        assumptions=["0 < 1", "0 < delta < 1/2"],
    )
    assert game.sha256() == same.sha256


@pytest.mark.parametrize("digits", [1, 3600, 3700, 4299, 4300, 8000, 12_345])
def test_numbers_of_any_length_are_written_as_they_are_read(digits: int) -> None:
    for text in ("9" * digits, "-1" + "0" * digits, f"7{'0' * digits}/9", f"1/1{'0' * (digits - 1)}1"):
        assert written(Node(text, "x").number()) == text


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
        ("", "expected a certificate, found no text at all"),
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


def summing_a_row(row: list[str]) -> dict[str, Any]:
    """One leader action with these payoffs for both players, and a proof that adds them all up."""
    n = len(row)
    one = {"commitment": {"a1": "1"}, "basis": {"support": ["a1"], "tight": ["b1"]}, "multipliers": [{}]}
    bounded = {f"b{j + 1}": {} for j in range(1, n)} | {"b2": {f"b{j + 1}": "1" for j in range(n)}}
    claim = {"leader": "1", "follower": "1", "commitment": {"a1": "1"}, "response": "b1", "tied": ["b1"]}
    document = changed(GOOD, ("game", "payoffs"), {"leader": [row], "follower": [row]})
    del document["game"]["actions"]
    document["claims"] = {"mixed-strong": {"cells": [{"when": [], **claim}]}}
    document["proofs"] = {"mixed-strong": {"cells": [{"reaching": {"b1": one}, "bounded": bounded, "empty": {}}]}}
    return document


def test_many_denominators_take_no_endless_memory() -> None:
    """Over their common denominator these 150 kB of payoffs would take 70 MB, twice."""
    document = summing_a_row(["1", *(f"1/{10**11 + 2 * j + 1}" for j in range(4000))])
    tracemalloc.start()
    try:
        assert check(document).true
        assert tracemalloc.get_traced_memory()[1] < 40 * 2**20
    finally:
        tracemalloc.stop()


def test_sums_of_long_fractions_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    document = summing_a_row(["1", *(f"1/{10**100 + j}" for j in range(7))])
    monkeypatch.setattr(embedded, "vector", lambda values, bits=0: vector(values, 1000))
    assert check(document).true
    monkeypatch.setattr(reading, "SUM", 2000)
    (verdict,) = check(document).verdicts
    assert "expected sums over a denominator of at most 2000 bits" in verdict.reason


@pytest.mark.parametrize("count", [0, 1, 2, 3, 8, 13])
def test_sums_are_the_same_with_and_without_a_common_denominator(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    values = [Fraction(2 * k - 7, 3 * k + 2) for k in range(count)]
    weights = {k: Fraction(k, k + 5) for k in range(count)}
    vectors = [vector(values), vector(values, bits=count)]
    assert (vectors[1].bottom == 1) == (len(values) == 0 or vectors[1].tops == tuple(values))
    expected = sum((weights[k] * values[k] for k in weights), start=Fraction(0))
    assert products(weights, vectors) == [expected, expected]
    monkeypatch.setattr(reading, "vector", partial(vector, bits=count))
    assert products(weights, vectors) == [expected, expected]
    assert total(values) == sum(values)


def test_tables_are_brought_to_common_denominators_only_where_a_proof_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pure = {part: {"pure-strong": GOOD[part]["pure-strong"]} for part in ("claims", "proofs")}

    def never(*_: object) -> object:
        raise AssertionError

    monkeypatch.setattr(embedded, "_vectors", never)
    assert check({**GOOD, **pure}).true


def test_an_object_with_few_actions_is_read_without_looking_at_all() -> None:
    class Unlisted(dict[str, int]):
        def items(self) -> Any:
            raise AssertionError

        __iter__ = items  # type: ignore[assignment]

    labels = Unlisted({f"b{j + 1}": j for j in range(9)})
    assert list(Node({"b7": "1", "b2": "0", "b3": "1/2"}, "x").by_label(labels)) == [1, 2, 6]


def test_a_matrix_of_fractions_is_regular_or_not() -> None:
    rows = [[Fraction(1, 3), Fraction(1, 5)], [Fraction(5, 3), Fraction(1)]]
    assert not regular(rows)
    assert regular([rows[0], [Fraction(5, 3), Fraction(2)]])
    for prime in PRIMES:
        assert regular([[Fraction(1, prime), Fraction(0)], [Fraction(0), Fraction(1)]])
        assert regular([[Fraction(prime), Fraction(0)], [Fraction(0), Fraction(1)]])
