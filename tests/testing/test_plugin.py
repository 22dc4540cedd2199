"""The pytest plugin: loaded by itself, light, and out of the way of others.

Runs of pytest are processes of their own: one inside this process would drop the modules that it was first to load, and
leave two copies of some of them behind.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path

import pytest
from flint import fmpq

import stackexact as sx
from stackexact.testing.explaining import explained
from stackexact.testing.plugin import pytest_assertrepr_compare

pytest_plugins = ["pytester"]

LIGHT = {"stackexact", "stackexact.version", "stackexact.testing", "stackexact.testing.plugin"}

REGENERATING = """
    import pytest

    def pytest_addoption(parser):
        parser.getgroup("{group}").addoption("--force-regen", action="store_true", default=False, help="of another")

    @pytest.fixture
    def asked(request):
        return request.config.getoption("force_regen")
"""

USES_OPTION = """
    def test_option(request):
        assert request.config.getoption("force_regen") is {value}
"""


def loaded_by_pytest(folder: Path, *options: str) -> set[str]:
    """The modules that a run of pytest without tests has loaded at its end."""
    given = ["-q", "-p", "no:cacheprovider", *options, str(folder)]
    program = f"import sys, pytest\npytest.main({given!r})\nprint('modules', *sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=folder)
    return set(ran.stdout.rpartition("modules ")[2].split())


def test_the_plugin_is_light(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own module and the (lazy) packages around it, no library and no solver of ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    bare, found = loaded_by_pytest(tmp_path), loaded_by_pytest(tmp_path, "-p", "stackexact")
    assert not [name for name in bare if name.startswith("stackexact")]
    assert found - bare == LIGHT


def test_an_installed_stackexact_is_found(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """No configuration is needed; ``-p no:stackexact`` leaves the plugin out, ``-p stackexact`` brings it back."""
    pytester.makepyfile("def test_fixtures(exact_regression, stackexact_instance): pass")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert pytester.runpytest_subprocess("-p", "no:stackexact").ret == 1
    pytester.runpytest_subprocess("-p", "no:stackexact").assert_outcomes(errors=1)
    result = pytester.runpytest_subprocess("--fixtures")
    assert {"exact_regression", "stackexact_instance"} <= {line.partition(" ")[0] for line in result.outlines}
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.runpytest_subprocess("-p", "stackexact").assert_outcomes(passed=1)


@pytest.mark.parametrize("group", ["regressions", "another"])
@pytest.mark.parametrize("order", ["before", "after", "conftest"])
def test_the_option_is_shared(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, group: str, order: str
) -> None:
    """Whoever offers ``--force-regen`` first, in whatever group, there is one option, and both hear of it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    code = REGENERATING.format(group=group)
    if order == "conftest":
        pytester.makeconftest(code)
    else:
        pytester.makepyfile(aaa=code)
        pytester.syspathinsert()
    others = {
        "before": ["-p", "aaa", "-p", "stackexact"],
        "after": ["-p", "stackexact", "-p", "aaa"],
        "conftest": ["-p", "stackexact"],
    }[order]
    test = "def test_both(request, asked, exact_regression):\n    assert exact_regression.renew is asked is {value}"
    for value in (True, False):
        pytester.makepyfile(test_it=test.format(value=value))
        more = ["--force-regen"] if value else []
        result = pytester.runpytest_subprocess(*others, *more, "test_it.py")
        result.assert_outcomes(passed=1)
    result = pytester.runpytest_subprocess(*others, "--help")
    assert result.stdout.str().count("--force-regen") == 1
    result.stdout.fnmatch_lines(["*--force-regen*of another*"])


def test_the_option_is_ours_where_nobody_else_has_it(pytester: pytest.Pytester) -> None:
    """And it is off by default."""
    pytester.makepyfile(USES_OPTION.format(value=False))
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    pytester.makepyfile(USES_OPTION.format(value=True))
    pytester.runpytest_subprocess("--force-regen").assert_outcomes(passed=1)
    pytester.makeini("[pytest]\naddopts = --force-regen")
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
    assert "--force-regen" in pytester.runpytest_subprocess("--help").stdout.str()


def test_shipped_games(pytester: pytest.Pytester) -> None:
    """The fixture gets a game by its name, cases parametrise a test."""
    pytester.makepyfile(
        """
        from fractions import Fraction
        import pytest
        from stackexact.errors import UsageError
        from stackexact.testing import shipped_cases

        def test_fixture(stackexact_instance):
            shipped = stackexact_instance("misaligned-a")
            assert shipped.game.parameters == ("delta",)
            case = shipped.cases[0]
            assert case.game.is_numeric
            assert case.results["tolerant"]["leader"] == Fraction(1, 2) + case.at["delta"]
            with pytest.raises(UsageError, match="is it misaligned-a or"):
                stackexact_instance("misaligned-aa")

        @pytest.mark.parametrize("case", shipped_cases("mixed-strong", most=2), ids=lambda case: case.id)
        def test_cases(case):
            assert max(case.game.shape) <= 2
            assert isinstance(case.results["mixed-strong"]["leader"], Fraction)
        """
    )
    result = pytester.runpytest_subprocess("-v")
    passed = result.parseoutcomes()["passed"]
    assert passed > 20
    result.assert_outcomes(passed=passed)
    result.stdout.fnmatch_lines(["*test_cases?bagwell? PASSED*"])


def test_failed_comparisons_are_explained(pytester: pytest.Pytester) -> None:
    """Exactly, as a decimal, and only where an exact number is compared."""
    pytester.makepyfile(
        """
        from fractions import Fraction

        def test_numbers():
            assert Fraction(1, 3) == Fraction(333333, 1000000)

        def test_float():
            assert 0.1 == Fraction(1, 10)

        def test_order():
            assert Fraction(7, 2) <= 3

        def test_expressions():
            import stackexact as sx
            assert sx.parse("delta + 1/2") == sx.parse("delta")

        def test_text():
            assert Fraction(1, 2) == "1/2"

        def test_integers():
            assert 1 == 2
        """
    )
    result = pytester.runpytest_subprocess()
    result.assert_outcomes(failed=6)
    result.stdout.fnmatch_lines(
        [
            "*assert 1/3 == 333333/1000000",
            "*left - right: 1/3000000 ≈ 3.33333e-7",
            "*assert 0.1 == 1/10",
            "*the float 0.1 is exactly 3602879701896397/36028797018963968",
            "*left - right: 1/180143985094819840 ≈ 5.55112e-18",
            "*assert 7/2 <= 3",
            "*left - right: 1/2 = 0.5",
            "*assert delta + 1/2 == delta",
            "*left - right: 1/2 = 0.5",
            "*assert Fraction(1, 2) == '1/2'",
            "*assert 1 == 2",
        ]
    )
    # Not in the short summary at the end, which repeats whole messages where CI is set.
    assert sum(line.startswith("E ") and "left - right" in line for line in result.outlines) == 4


def test_what_is_explained() -> None:
    """Numbers of every library; never an error; nothing for what is no number, no comparison or no exact value."""
    third = Fraction(1, 3)
    same = "the same exact value, in types that Python does not compare: Fraction and fmpq"
    assert explained("==", third, fmpq(1, 3)) == ["1/3 == 1/3", same]
    assert pytest_assertrepr_compare("==", third, sx.parse("t")) == ["1/3 == t", "left - right: -t + 1/3"]
    for other in ("1/3", None, [1], float("nan"), True, pytest.approx(1), object()):
        assert pytest_assertrepr_compare("==", third, other) is None
        assert pytest_assertrepr_compare("==", other, third) is None
    assert pytest_assertrepr_compare("is", third, Fraction(1, 3)) is None
    assert pytest_assertrepr_compare("in", third, [third]) is None
    assert pytest_assertrepr_compare("==", 1, 2.0) is None
    long = Fraction(10**5000 + 1, 3)
    assert max(map(len, explained("==", long, third) or [])) < 200


def test_assertions_hide_their_own_frames(pytester: pytest.Pytester) -> None:
    """A failing test shows its own line and the message, not the inside of the oracle."""
    pytester.makepyfile(
        """
        import stackexact as sx
        from stackexact.testing import assert_alignment, assert_regret, assert_strong_stackelberg
        from stackexact.testing import assert_tolerant_benchmarks

        GAMES = [sx.Game([[2, 4], [1, 3]], [[1, 0], [0, 1]]), sx.instance("misaligned-a")]

        def test_it():
            errors = []
            for game in GAMES:
                for check, named in [
                    (assert_strong_stackelberg, {"commitment": "a2", "response": "b1"}),
                    (assert_alignment, {"constant": 7}),
                    (assert_alignment, {"constant": "oo"}),
                    (assert_regret, {"counts": {}, "leader": 1}),
                    (assert_tolerant_benchmarks, {"leader": 7, "tolerance": "1/20"}),
                ]:
                    try:
                        check(game, **named)
                    except AssertionError as error:
                        errors.append(error)
            raise ExceptionGroup("all", errors)

        def test_one():
            assert_strong_stackelberg(GAMES[0], commitment="a1", response="b1")
        """
    )
    result = pytester.runpytest_subprocess("--tb=long")
    result.assert_outcomes(failed=2)
    text = result.stdout.str()
    assert text.count("exact target:") >= 10  # older versions print groups twice
    assert "def fail(" not in text
    result.stdout.fnmatch_lines(
        [">       assert_strong_stackelberg(GAMES?0?, commitment=*", "test_*.py:*: AssertionError"]
    )


def test_the_package_offers_its_names() -> None:
    """And nothing else."""
    import stackexact.testing as testing

    assert all(getattr(testing, name) for name in dir(testing))
    with pytest.raises(AttributeError, match="has no attribute 'assert_nash'; see dir"):
        testing.assert_nash  # noqa: B018


def test_assertions_need_no_pytest() -> None:
    """Nor hypothesis: the strategies say in one line what is missing."""
    program = (
        "import sys\n"
        "sys.modules['pytest'] = sys.modules['hypothesis'] = None\n"
        "from stackexact.testing import assert_strong_stackelberg\n"
        "assert_strong_stackelberg([[2, 4], [1, 3]], [[1, 0], [0, 1]], ['1/2', '1/2'], 'b2')\n"
        "import stackexact.testing.strategies"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    line = ran.stderr.strip().splitlines()[-1]
    expected = "stackexact.testing.strategies needs hypothesis; pip install hypothesis"
    assert line == f"stackexact.errors.MissingLibrary: {expected}"


def test_hypothesis_knows_games() -> None:
    """Once the strategies are imported; until then importing hypothesis loads nothing of ours."""
    program = (
        "import hypothesis, sys\n"
        "print([name for name in sys.modules if name.startswith('stackexact')])\n"
        "import stackexact as sx, stackexact.testing.strategies\n"
        "print(isinstance(hypothesis.find(hypothesis.strategies.from_type(sx.Game), lambda game: True), sx.Game))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert ran.stdout.split("\n")[:2] == ["[]", "True"]


def test_no_entry_points_but_these() -> None:
    """What other programs load of an installed stackexact: nothing but its command line and its pytest plugin."""
    with (Path(__file__).parents[2] / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["entry-points"] == {"pytest11": {"stackexact": "stackexact.testing.plugin"}}
    assert project["scripts"] == {"stackexact": "stackexact.cli:run"}


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    """The example in docs/testing.md that is a test file is run as one."""
    page = (Path(__file__).parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    (code,) = (block for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL) if ">>>" not in block)
    pytester.makepyfile(test_page=code)
    result = pytester.runpytest_subprocess()
    assert result.parseoutcomes()["failed"] == 1
    assert (pytester.path / "test_page" / "test_closed_form.exact.json").exists()
    assert "failed" not in pytester.runpytest_subprocess().parseoutcomes()
