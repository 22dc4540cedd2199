"""Exact targets stored beside tests: compared with ``==``, one file for each test, never half written."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq
from hypothesis import given
from hypothesis import strategies as st
from strategies import expressions

import stackexact as sx
from stackexact.errors import ExpressionError, InputError, UsageError
from stackexact.solving.cells import Infinity
from stackexact.testing.regression import ExactRegression, encoded, file_name

pytest_plugins = ["pytester"]

THIRD = Fraction(1, 3)


def refusal(folder: Path, values: Any, *, renew: bool = False, name: str | None = None) -> str:
    """Why a check in a new run of a test fails; empty if it passes."""
    try:
        ExactRegression(folder, ("test_it",), renew, folder).check(values, name)
    except AssertionError as error:
        return str(error)
    return ""


def test_a_missing_file_is_made_and_fails_once(tmp_path: Path) -> None:
    """So that somebody looks at it; the folder is made as well."""
    folder = tmp_path / "test_module"
    assert refusal(folder, {"value": THIRD}) == (
        "nothing was stored yet: look at test_it.exact.json, which has been made, and rerun"
    )
    text = (folder / "test_it.exact.json").read_text(encoding="utf-8")
    values = '{\n    "value": "1/3"\n  }'
    assert text == f'{{\n  "format": "stackexact/regression",\n  "version": 1,\n  "values": {values}\n}}\n'
    assert refusal(folder, {"value": THIRD}) == ""
    assert [path.name for path in folder.iterdir()] == ["test_it.exact.json"]


def test_differences_are_named_exactly(tmp_path: Path) -> None:
    """Every place, with both values and the difference."""
    before = {"value": THIRD, "form": sx.parse("delta + 1"), "list": [1, 2], "gone": 1, "label": "b1", "odd key": 1}
    after = {"value": THIRD + Fraction(1, 10**9), "form": sx.parse("2*delta"), "list": [1], "label": "b2", "new": None}
    assert refusal(tmp_path, before)
    assert refusal(tmp_path, after).splitlines() == [
        "the values are not those stored in test_it.exact.json:",
        "- the values: stored with 'gone', 'odd key', now without",
        "- the values: stored without 'new', now with",
        "- value: stored 1/3 ≈ 0.333333, found 1000000003/3000000000 ≈ 0.333333; the difference is 1/1000000000 = 1e-9",
        "- form: stored delta + 1, found 2*delta; the difference is delta - 1",
        "- list: stored with 2 entries, now with 1",
        "- label: stored the text 'b1', found the text 'b2'",
        "if the new ones are right, store them with --force-regen",
    ]
    assert "- value: stored 1/3 ≈ 0.333333, found 1" in refusal(tmp_path, {**before, "value": 1})
    assert "- value: stored the text '1/3', found null" in refusal(tmp_path, {**before, "value": None})
    assert "- value: stored the text '1/3', found an object" in refusal(tmp_path, {**before, "value": {}})
    assert "- list: stored a list, found 7" in refusal(tmp_path, {**before, "list": 7})


def test_what_is_read_back_is_compared_by_value(tmp_path: Path) -> None:
    """A file written by hand need not be in normal form; text is compared as text."""
    assert refusal(tmp_path, {"value": THIRD, "label": "b 1"})
    path = tmp_path / "test_it.exact.json"
    path.write_text(path.read_text().replace('"1/3"', '"2/6 + 0"'), encoding="utf-8")
    assert refusal(tmp_path, {"value": THIRD, "label": "b 1"}) == ""
    path.write_text(path.read_text().replace('"2/6 + 0"', "0.5"), encoding="utf-8")
    assert "stored 1/2 = 0.5, found 1/3" in refusal(tmp_path, {"value": THIRD, "label": "b 1"})
    path.write_text(path.read_text().replace('"b 1"', '"b  1"'), encoding="utf-8")
    assert "label: stored the text" in refusal(tmp_path, {"value": Fraction(1, 2), "label": "b 1"})


def test_nothing_is_approximate(tmp_path: Path) -> None:
    """The least difference fails; a long number is stored whole."""
    long = Fraction(3**20000, 7)
    assert refusal(tmp_path, {"value": long})
    assert refusal(tmp_path, {"value": long}) == ""
    assert "the difference is 1/1000" in refusal(tmp_path, {"value": long + Fraction(1, 10**3000)})


def test_regenerating(tmp_path: Path) -> None:
    """What differs is stored anew and fails once; what is equal passes, and its file stays as it is."""
    assert refusal(tmp_path, {"value": 1})
    path = tmp_path / "test_it.exact.json"
    stamp = os.stat(path).st_mtime_ns, os.stat(path).st_ino
    assert refusal(tmp_path, {"value": 1}, renew=True) == ""
    assert (os.stat(path).st_mtime_ns, os.stat(path).st_ino) == stamp
    message = refusal(tmp_path, {"value": 2}, renew=True)
    assert "stored 1, found 2" in message
    assert message.endswith("they have been stored anew: look at the file, and rerun")
    assert refusal(tmp_path, {"value": 2}) == ""


@dataclass(frozen=True)
class Finding:
    """A record of a test's own."""

    value: Any
    place: str


def test_what_can_be_stored() -> None:
    """Exact values of every library, results and cells, nested."""
    solution = sx.solve(sx.instance("misaligned-a"))
    assert encoded([1, THIRD, Decimal("0.5"), np.int64(3), fmpq(1, 3), sympy.Rational(2, 3)], "values") == (
        ["1", "1/3", "1/2", "3", "1/3", "2/3"]
    )
    assert encoded((True, None, "text", np.bool_(True)), "values") == [True, None, "text", True]
    assert encoded([Infinity.OO, sympy.oo, -sympy.oo], "values") == ["oo", "oo", "-oo"]
    assert encoded(np.array([[1, THIRD]], dtype=object), "values") == [["1", "1/3"]]
    assert encoded(sympy.Symbol("delta") + THIRD, "values") == "delta + 1/3"
    assert encoded(solution["tolerant"].cell, "values") == solution["tolerant"].cell.document()
    assert encoded(solution["tolerant"], "values") == json.loads(json.dumps(solution["tolerant"].document()))
    assert encoded(solution, "values")["results"]["alignment"]["cells"][0]["constant"] == "(2)/(5*delta)"
    assert encoded(sx.instance("escape"), "values")["payoffs"]["leader"][0][0] == "15"
    assert encoded(Finding(THIRD, "x"), "values") == {"value": "1/3", "place": "x"}
    assert encoded(sx.compare(solution["tolerant"], 1), "values")["cells"] == [{"when": [], "relation": "<"}]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"a": [1, 0.5]},
            r"values.a\[1\]: expected an exact number, found the float 0.5; write the text '0.5', or Frac",
        ),
        ({"a": np.array([0.5])}, r"values.a\[0\]: expected an exact number, found the float 0.5"),
        ({"a": float("nan")}, "values.a: expected a finite number, found nan"),
        ({"a": sympy.pi}, "values.a: expected an exact number or expression"),
        ({"a": sx.solve(sx.instance("boundary-jump"))["pure-strong"].leader}, "values.a: expected an exact number"),
        ({1: 2}, "values: expected text as a key, found int '1'"),
        ({"a": {1, 2}}, "values.a: expected values in an order, found a set; sort it into a list"),
        ({"a": object()}, "values.a: expected a number or an expression, found object"),
        ({"a": Finding}, "values.a: expected a number or an expression, found type"),
    ],
)
def test_what_cannot_be_stored(tmp_path: Path, values: Any, message: str) -> None:
    """One line with the place and the way out; nothing is written."""
    with pytest.raises(UsageError, match=message) as caught:
        ExactRegression(tmp_path, ("test_it",)).check(values)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


@given(expressions(2))
def test_expressions_are_what_they_were(text: str) -> None:
    """The stored text of any value is read back as the same value."""
    try:
        value = sx.parse(text)
    except ExpressionError:
        return
    assert sx.parse(str(encoded(value, "values"))) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("{", "not JSON"),
        ("[]", "expected the keys format, version and values, found a list"),
        ('{"format": "stackexact/regression", "version": 2, "values": {}}', "version: expected 1, found the number 2"),
        ('{"format": "stackexact/game", "version": 1, "values": {}}', "format: expected stackexact/regression, found"),
        ('{"format": "stackexact/regression", "version": 1}', "expected the keys format, version and values"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, message: str) -> None:
    """A file that was spoilt is bad input, with its name, and is left alone, whatever the options."""
    path = tmp_path / "test_it.exact.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        refusal(tmp_path, {}, renew=True)
    assert str(caught.value).startswith("test_it.exact.json: ")
    assert path.read_text(encoding="utf-8") == text


def test_several_checks_have_names(tmp_path: Path) -> None:
    """Two checks that share a file would hide each other."""
    regression = ExactRegression(tmp_path, ("test_it",))
    for name in (None, "second"):
        with pytest.raises(AssertionError, match="nothing was stored yet"):
            regression.check({"value": 1}, name)
        with pytest.raises(UsageError, match="expected a name for every further check"):
            regression.check({"value": 1}, name)
    assert {path.name for path in tmp_path.iterdir()} == {"test_it.exact.json", "test_it.second.exact.json"}


names = st.text(st.sampled_from("aAbBéÉ_-./\\:[]1 "), min_size=1, max_size=12) | st.text(min_size=1, max_size=200)


@given(
    st.sets(st.tuples(st.lists(names, min_size=1, max_size=2).map(tuple), st.none() | names), min_size=2, max_size=20)
)
def test_no_two_tests_share_a_file(tests: set[tuple[tuple[str, ...], str | None]]) -> None:
    """Not even without regard to case; names are safe on every system."""
    files = [file_name(*test, check=check) for test, check in tests]
    assert len({file.lower() for file in files}) == len(files)
    for file in files:
        assert file == file.lower()
        assert set(file) <= set("abcdefghijklmnopqrstuvwxyz0123456789_-.")
        assert len(file) < 200
        assert file.endswith(".exact.json")
        assert not file.startswith((".", "-"))


TESTS = """
    from fractions import Fraction
    import pytest

    def test_value(exact_regression):
        exact_regression.check({{"value": Fraction({value}, 3)}})

    @pytest.mark.parametrize("game", ["a/b", "a:b", "A/B", "é"])
    def test_games(exact_regression, game):
        exact_regression.check({{"game": game, "value": Fraction({value}, 7)}})

    class TestOne:
        def test_value(self, exact_regression):
            exact_regression.check({{"value": Fraction({value}, 11)}})
            exact_regression.check({{"value": Fraction({value}, 13)}}, name="again")
"""


TWO = pytest.param(["-n", "2"], id="two-workers", marks=pytest.mark.slow)


@pytest.mark.parametrize("workers", [pytest.param(["-p", "no:xdist"], id="alone"), TWO])
def test_the_fixture(pytester: pytest.Pytester, workers: list[str]) -> None:
    """Made, passed, refused, renewed: in a run alone and in two workers at once."""
    workers = [*workers, "-p", "no:hypothesispytest"]
    pytester.makepyfile(test_it=TESTS.format(value=1))
    pytester.runpytest_subprocess(*workers).assert_outcomes(failed=6)
    result = pytester.runpytest_subprocess(*workers)  # the second check of one test had not been reached
    result.assert_outcomes(passed=5, failed=1)
    pytester.runpytest_subprocess(*workers).assert_outcomes(passed=6)
    files = {path.name for path in (pytester.path / "test_it").iterdir()}
    assert len(files) == 7
    assert "test_value.exact.json" in files
    assert all(name.endswith(".exact.json") for name in files)
    pytester.makepyfile(test_it=TESTS.format(value=2))
    result = pytester.runpytest_subprocess(*workers)
    result.assert_outcomes(failed=6)
    result.stdout.fnmatch_lines(["*- value: stored 1/3 ≈ 0.333333, found 2/3 ≈ 0.666667; the difference is 1/3*"])
    result = pytester.runpytest_subprocess(*workers, "--force-regen")
    result.assert_outcomes(failed=6)
    result.stdout.fnmatch_lines(["*the values are not those stored in test_it*test_value.exact.json:"])
    result = pytester.runpytest_subprocess(*workers, "--force-regen")
    result.assert_outcomes(passed=5, failed=1)
    pytester.runpytest_subprocess(*workers).assert_outcomes(passed=6)


def test_two_at_once(pytester: pytest.Pytester) -> None:
    """Many workers that store one file leave a whole one."""
    pytester.makepyfile(
        test_it="""
        from multiprocessing import get_context
        from pathlib import Path
        from stackexact.testing.regression import ExactRegression

        def store(worker):
            try:
                ExactRegression(Path("stored"), ("test_it",), True).check({"value": list(range(3000))})
            except AssertionError:
                pass

        def test_race():
            with get_context("spawn").Pool(4) as pool:
                pool.map(store, range(16))
            (file,) = Path("stored").iterdir()
            ExactRegression(Path("stored"), ("test_it",)).check({"value": list(range(3000))})
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
