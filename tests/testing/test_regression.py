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
from stackexact.games.json_text import parse
from stackexact.solving.cells import Infinity
from stackexact.testing.regression import ExactRegression, file_name
from stackexact.testing.trees import Infinite, Number, encoded, readable, restored

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
    values = '{\n    "value": "= 1/3"\n  }'
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
    assert "- value: stored the number 1/3 ≈ 0.333333, found null" in refusal(tmp_path, {**before, "value": None})
    assert "- value: stored the number 1/3 ≈ 0.333333, found an object" in refusal(tmp_path, {**before, "value": {}})
    assert "- list: stored a list, found the number 7" in refusal(tmp_path, {**before, "list": 7})


def test_what_is_read_back_is_compared_by_value(tmp_path: Path) -> None:
    """A file written by hand need not be in normal form; text is compared as text."""
    assert refusal(tmp_path, {"value": THIRD, "label": "b 1"})
    path = tmp_path / "test_it.exact.json"
    path.write_text(path.read_text().replace('"= 1/3"', '"=2/6 + 0 "'), encoding="utf-8")
    assert refusal(tmp_path, {"value": THIRD, "label": "b 1"}) == ""
    path.write_text(path.read_text().replace('"=2/6 + 0 "', "0.5"), encoding="utf-8")
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


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
LOOPED: dict[str, Any] = {"b": 1}
LOOPED["a"] = LOOPED


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
    infinite = encoded([Infinity.OO, sympy.oo, -sympy.oo], "values")
    assert [(type(one), one) for one in infinite] == [(Infinite, "oo"), (Infinite, "oo"), (Infinite, "-oo")]
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
        ({"a": sx.Game}, "values.a: expected a number or an expression, found type"),
        ({"a": np.float32("inf")}, "values.a: expected a finite number, found inf"),
        ({"a": sympy.zoo}, "values.a: expected an exact number or expression, found SymPy's ComplexInfinity"),
        ({"a": [ENDLESS]}, "^values: expected at most 100 levels of lists, found more; does one contain itself"),
        ({"a": LOOPED}, "^values: expected at most 100 levels of lists, found more"),
    ],
)
def test_what_cannot_be_stored(tmp_path: Path, values: Any, message: str) -> None:
    """One line with the place and the way out; nothing is written."""
    with pytest.raises(UsageError, match=message) as caught:
        ExactRegression(tmp_path, ("test_it",)).check(values)
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


HALF, OO = Fraction(1, 2), sx.parse("oo")
DIFFERENT = {
    "a number": (HALF, "the number 1/2 = 0.5"),
    "its text": ("1/2", "the text '1/2'"),
    "other text of it": ("0.5", "the text '0.5'"),
    "text with its mark": ("= 1/2", "the text '= 1/2'"),
    "text with both marks": ("'= 1/2", 'the text "\'= 1/2"'),
    "infinity": (Infinity.OO, "infinity (oo)"),
    "its opposite": (-sympy.oo, "infinity (-oo)"),
    "text of it": ("oo", "the text 'oo'"),
    "a parameter called so": (OO, "the expression oo"),
    "and its opposite": (-OO, "the expression -oo"),
    "a function": (sx.parse("x/3"), "the expression 1/3*x"),
    "truth": (True, "true"),
    "nothing": (None, "null"),
    "no entry": ([], "a list"),
    "what a number might be stored as": ({"number": "1/2"}, "an object"),
}
"""Values no two of which are equal, with what messages call them."""


@pytest.mark.parametrize("before", DIFFERENT)
def test_values_of_different_type_differ(tmp_path: Path, before: str) -> None:
    """A number is not its text, nor is infinity a parameter; messages say what differs."""
    stored, called = DIFFERENT[before]
    assert refusal(tmp_path, stored).startswith("nothing was stored yet")
    for after, (found, name) in DIFFERENT.items():
        message = refusal(tmp_path, found)
        assert (message == "") == (after == before), after
        if message and not {type(encoded(one, "values")) for one in (stored, found)} <= {Number}:
            assert f"- the values: stored {called}, found {name}" in message
            assert "the difference is" not in message


def test_the_file_on_the_page(tmp_path: Path) -> None:
    """docs/testing.md shows what is stored."""
    regret = sx.parse("T/10 + 3*E/10")
    values = {"slope": Fraction(1, 10), "regret": regret, "constant": Infinity.OO, "response": "b1"}
    assert refusal(tmp_path, values)
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    assert f"```json\n{(tmp_path / 'test_it.exact.json').read_text(encoding='utf-8')}```" in page


def test_results_say_how_far_apart_their_text_is(tmp_path: Path) -> None:
    """Documents of results hold numbers as text; what differs as text alone has no difference."""
    assert refusal(tmp_path, ["1/3", "1/2"])
    told = refusal(tmp_path, ["1/2", "0.5"]).splitlines()[1:3]
    assert told[0].endswith(
        "[0]: stored the text '1/3', found the text '1/2'; as numbers they differ by 1/6 ≈ 0.166667"
    )
    assert told[1].endswith("[1]: stored the text '1/2', found the text '0.5'")


leaves = st.none() | st.booleans() | st.text(st.sampled_from("='o -1/2")) | st.fractions().map(lambda v: encoded(v, ""))
trees = st.recursive(
    leaves | st.sampled_from([encoded(one, "") for one, _ in DIFFERENT.values()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


def typed(tree: Any) -> Any:
    """A tree whose equality looks at types."""
    if isinstance(tree, dict):
        return {key: typed(entry) for key, entry in tree.items()}
    return [typed(entry) for entry in tree] if isinstance(tree, list) else (type(tree), tree)


@given(trees)
def test_stored_values_are_what_they_were(tree: Any) -> None:
    """Through JSON and back, types and all."""
    assert typed(restored(parse(json.dumps(readable(tree))), "values")) == typed(tree)


STORED = '{{"format": "stackexact/regression", "version": 1, "values": {}}}'


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
        (
            STORED.format('{"a": ["= 1/"]}'),
            r"values.a\[0\]: expected an exact number behind the equals sign, found",
        ),
        (STORED.format("[" * 300 + "]" * 300), "expected at most 100 levels of lists, found more; restore the file"),
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


def test_folders_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the place, whatever the system says."""
    (tmp_path / "taken").write_text("", encoding="utf-8")
    for folder, told in {
        "taken": "taken: expected a folder for what is stored, found a file of that name; rename one of them",
        "taken/deeper": "taken/deeper: the folder cannot be made: not a directory",
    }.items():
        with pytest.raises(InputError) as caught:
            ExactRegression(tmp_path / folder, ("test_it",), root=tmp_path).check(1)
        assert str(caught.value) == told

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(InputError, match=r"^new: the folder cannot be made: permission denied; check who may use it$"):
        ExactRegression(tmp_path / "new", ("test_it",), root=tmp_path).check(1)


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
