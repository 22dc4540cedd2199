"""Trained leaders: how a policy is read off, valued, judged and told; and that training reaches the exact optimum."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from stackelberg_plays import weights_value

SCRIPT = Path(__file__).resolve().parents[2] / "examples" / "stackelberg_pomdp.py"

pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="the examples come with the checkout only")

training: Any = None
if SCRIPT.is_file():
    spec = spec_from_file_location("example_stackelberg_pomdp", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    training = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(training)


class Model:
    """A network that has learnt an action for every observation."""

    num_timesteps = 512

    def __init__(self, *actions: Sequence[int]) -> None:
        self.actions = actions

    def predict(self, observation: int, deterministic: bool = False) -> tuple[Any, None]:
        numpy = pytest.importorskip("numpy")
        assert deterministic
        return numpy.array(self.actions[observation], dtype=numpy.int64), None


DOMINANT = Model((0, 1, 0), (0, 0, 0), (0, 0, 0), (0, 0, 1))
"""Pays 5 to the first at (0, 0), and to the second at (1, 1): actions that dominate by themselves."""


@pytest.mark.parametrize(
    ("name", "model", "value"),
    [
        ("escape", Model([1]), "10"),
        ("escape", Model([2]), "30"),
        ("maintain", Model([0]), "20"),
        ("maintain", Model([1]), "10"),
        ("matrix-design", DOMINANT, "10"),
        ("spm", Model((1, 2), (0, 0), (0, 0)), "-3/50"),
        ("spm", Model((0, 2), (0, 0), (0, 0)), "-2/25"),
    ],
)
def test_a_policy_is_read_off_and_valued_exactly(name: str, model: Model, value: str) -> None:
    pytest.importorskip("gymnasium")
    case = training.CASES[name]()
    policy = training.learnt(case, model)
    assert policy.is_deterministic
    assert training.valued(case, policy, training.Judging(), 1) == (Fraction(value),) * 3


def test_an_oracle_has_the_same_value() -> None:
    """Two iterations of multiplicative weights of the followers to whom nothing is paid, in plain Python."""
    pytest.importorskip("gymnasium")
    case = training.CASES["matrix-design"]()
    welfare = {(0, 0): (3, 3, 6), (0, 1): (6, 4, 10), (1, 0): (4, 6, 10), (1, 1): (2, 2, 4)}
    numbers = {actions: [{(0, 0): told}] for actions, told in welfare.items()}
    expected = weights_value({(0, 0): Fraction(1)}, numbers, dict.fromkeys(welfare, 0), Fraction(1, 10), 2)
    unpaid = training.learnt(case, Model(*[(0, 0, 0)] * 4))
    assert 4 < case.value(unpaid) == expected < 10


def test_the_likeliest_answer_may_stand_for_another() -> None:
    """Where the first buyer has refused, asking him again is asking the second, as in the environment."""
    pytest.importorskip("gymnasium")
    case = training.CASES["spm"]()
    told = training.learnt(case, Model((0, 1), (1, 2), (1, 2))).told(case.game)
    assert list(told.values()) == ["A0 at 1/5", "A0 at 2/5", "A1 at 2/5"]


def test_what_is_too_long_to_go_through_is_sampled() -> None:
    """The interval contains the exact value, which is known here, and is the same with the same seed."""
    pytest.importorskip("gymnasium")
    exact = training.CASES["matrix-design"]()
    case = replace(exact, exact_to=exact.responses - 1)
    policy = training.learnt(case, Model((0, 1, 1), (0, 0, 0), (0, 0, 0), (0, 0, 1)))
    judging = training.Judging(episodes=200)
    mean, lower, upper = training.valued(case, policy, judging, 3)
    assert 4 <= lower < exact.value(policy) < upper <= 10
    assert lower <= mean <= upper
    assert training.valued(case, policy, judging, 3) == (mean, lower, upper)
    goal = training.target(case)
    assert (goal.best, goal.policies, goal.value) == (None, None, 10)


@pytest.mark.parametrize(
    ("name", "best", "policies", "game"),
    [
        ("escape", "30", 3, "30"),
        ("maintain", "20", 3, "20"),
        ("allocation", "175099/177147", 27, "1"),
        ("spm", "-3/50", 18, "-3/50"),
        ("pi", None, None, "0"),
        ("matrix-design-long", None, None, "10"),
        ("matrix-design-fine", None, None, "10"),
        pytest.param("matrix-design", "10", 6561, "10", marks=pytest.mark.slow),
    ],
)
def test_targets(name: str, best: str | None, policies: int | None, game: str) -> None:
    goal = training.target(training.CASES[name]())
    assert goal.best == (None if best is None else Fraction(best))
    assert (goal.policies, goal.optimistic, goal.pessimistic) == (policies, Fraction(game), Fraction(game))


# -- Verdicts and the table -------------------------------------------------------------------------------------------


def made_run(seed: int, value: object, reach: object = 0, case: Any = None) -> Any:
    """A run as if it were trained."""
    policy = training.learnt(case, Model([0])) if case else None
    worth, far = Fraction(str(value)), Fraction(str(reach))
    return training.Run(seed, 4096, 1.5, policy, worth, worth - far, worth + far)


def made_result(*runs: Any) -> Any:
    case = training.CASES["maintain"]()
    return training.Result(case, training.target(case), runs)


@pytest.mark.parametrize(
    ("value", "reach", "verdict"),
    [(20, 0, "reached"), (19, 0, "below"), (19, 1, "undecided"), (19, "1/2", "below"), (21, "1/2", "reached")],
)
def test_verdicts(value: int, reach: object, verdict: str) -> None:
    assert made_run(1, value, reach).verdict(Fraction(20)) == verdict


def test_verdicts_of_several_leaders() -> None:
    good, bad, unknown = made_run(1, 20), made_run(2, 10), made_run(3, 19, 2)
    assert made_result(good, good).verdict == "reached"
    assert made_result(good, bad, unknown).verdict == "below (1 of 3 reached)"
    assert made_result(good, unknown).verdict == "undecided (1 of 2 reached)"
    assert made_result(bad).verdict == "below"


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")[1:-1]]


def test_the_table() -> None:
    judging = training.Judging()
    lines = list(training.table([made_result(made_run(1, 20), made_run(2, "40/3"))], judging))
    assert cells(lines[0]) == list(training.HEAD)
    gap = "3.33 in [0.0136, 18.1]"
    first = ["maintain", "4096", "2", "40/3 to 20", "20 (of 3)", "20", gap, "below (1 of 2 reached)"]
    assert cells(lines[2]) == first
    assert lines[-2] == "Of 2 trained leaders each; seconds of training are means."
    assert lines[-1].endswith(
        "95% each by betting: nothing but independent runs in a known range (Waudby-Smith & Ramdas)."
    )
    alone = list(training.table([made_result(made_run(1, 20))], judging))
    assert cells(alone[2])[-2:] == ["0", "reached"]
    assert alone[-1] == "Of 1 trained leader each; seconds of training are means."
    drawn = list(training.table([made_result(made_run(1, 19, 2))], judging))
    assert cells(drawn[2])[3] == "in [17, 21]"
    assert "of values over 1000 fresh episodes" in drawn[-1]


def test_gaps_are_told_by_the_method_that_is_asked_for() -> None:
    alike = made_result(*(made_run(seed, 20) for seed in range(4)))
    assert alike.gap(training.Judging("student")).upper == 0
    assert alike.gap(training.Judging("betting")).lower == 0
    assert 0 < alike.gap(training.Judging("betting", 0.9)).upper < alike.gap(training.Judging("betting")).upper < 20


def test_numbers_that_are_nearly_the_optimum_are_not_told_as_it() -> None:
    assert training.short(Fraction(10)) == "10"
    assert training.short(10 - Fraction(1, 10**9), Fraction(10)) == "≈ 9.999999999"
    assert training.number(Fraction(1, 3)) == {"about": 1 / 3, "exact": "1/3"}
    assert training.number(Fraction(1, 2**20000)) == {"about": 0.0, "exact": None}


def test_ends_of_intervals_are_rounded_outwards() -> None:
    assert training.between(Fraction("9.9799"), Fraction("1.0001")) == "in [9.97, 1.01]"
    assert training.between(Fraction("-0.06789"), Fraction(0)) == "in [-0.0679, 0]"
    assert training.between(10 - Fraction(1, 9**9999), Fraction(10)) == "in [9.99, 10]"


def test_what_multiplicative_weights_lose_in_the_allocation() -> None:
    """Two types must learn their message; ten iterations leave out either with a chance of (2/3)^10; that costs 1/3."""
    assert training.target(training.CASES["allocation"]()).best == 1 - 2 * Fraction(1, 3) * Fraction(2, 3) ** 10


def test_json_has_policies_by_their_labels() -> None:
    pytest.importorskip("gymnasium")
    case = training.CASES["maintain"]()
    found = made_result(made_run(7, 20, case=case), made_run(8, 19, "1/2", case))
    read = json.loads(json.dumps(training.told(found, training.Judging())))
    assert (read["best policy"]["exact"], read["policies"], read["verdict"]) == ("20", 3, "below (1 of 2 reached)")
    assert [one["seed"] for one in read["runs"]] == [7, 8]
    assert read["runs"][0]["policy"] == {"nothing": "a1"}
    assert read["runs"][0]["interval"] is None
    assert read["runs"][1]["interval"]["upper"]["exact"] == "39/2"


def test_the_diary_and_its_curves(tmp_path: Path) -> None:
    pytest.importorskip("gymnasium")
    pytest.importorskip("matplotlib")
    case = training.CASES["maintain"]()
    diary = training.Diary(case)
    for steps, worth in ((8, 5), (512, 10), (520, 20)):
        model = Model([0])
        model.num_timesteps = steps
        infos = [{"return": Fraction(worth)}, {"return": Fraction(99)}]
        assert diary({"self": model, "dones": [True, False], "infos": infos}, {})
    assert list(diary.means()) == [(512, 7.5), (1024, 20.0)]
    assert [(steps, case.value(policy)) for steps, policy in diary.policies] == [(0, 20)]
    found = made_result(replace(made_run(1, 20), diary=diary), replace(made_run(2, 19, 2), diary=diary))
    training.plot([found], tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


# -- The command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lacking", ["stable_baselines3", "torch"])
def test_the_library_is_missed_by_name(lacking: str) -> None:
    code = f"import runpy, sys; sys.modules[{lacking!r}] = None; sys.argv = ['x', '--cases', 'maintain']\n"
    code += f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    (line,) = ran.stderr.splitlines()
    assert line.startswith("error: training: expected stable-baselines3, found none (")
    assert line.endswith("pip install 'stackexact[rl]'")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--cases", "chess"], "invalid choice: 'chess'"),
        (["--steps", "0"], "expected a whole number of at least 1, found '0'"),
        (["--seed", "-1"], "--seed: expected a number from 0 on, found -1"),
        (["--confidence", "1"], "--confidence: expected a number between 0 and 1, found 1.0"),
    ],
)
def test_options_that_are_none(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        training.main(options)
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def trained_as(model: Model) -> Callable[..., Any]:
    """Stands in for training."""
    return lambda case, seed: (training.learnt(case, model), training.Diary(case), case.steps, 1.0)


def test_the_command_prints_the_table(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("gymnasium")
    monkeypatch.setattr(training, "library", SimpleNamespace)
    monkeypatch.setattr(training, "trained", trained_as(Model([2])))
    training.main(["--cases", "escape", "maintain", "--seeds", "2", "--steps", "512", "--responses", "3"])
    shown = capsys.readouterr()
    rows = [cells(line) for line in shown.out.splitlines()[2:4]]
    assert [(one[0], one[1], one[3], one[-1]) for one in rows] == [
        ("escape", "512", "30", "reached"),
        ("maintain", "512", "5", "below"),
    ]
    assert shown.err.splitlines()[0] == "escape, seed 1: 30, reached (1 s)"
    training.main(["--cases", "escape", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["runs"][0]["policy"] == {"nothing": "a3"}


# -- Training itself --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(find_spec("stable_baselines3") is None, reason="training needs stackexact[rl]")
@pytest.mark.filterwarnings("default")  # of what the libraries say among themselves
@pytest.mark.parametrize(
    ("name", "steps", "value"),
    [
        ("escape", 4096, "30"),
        ("maintain", 4096, "20"),
        ("matrix-design", 10_000, "10"),
        ("allocation", 10_000, None),
        ("spm", 4096, "-3/50"),
        ("pi", 20_000, "0"),
    ],
)
def test_a_trained_leader_has_the_exact_optimum(name: str, steps: int, value: str | None) -> None:
    case = replace(training.CASES[name](), steps=steps)
    goal = training.target(case)
    found = training.run(case, 1, training.Judging())
    assert found.exact
    assert found.value == goal.value == (goal.best if value is None else Fraction(value))
    assert found.verdict(goal.value) == "reached"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("stable_baselines3") is None, reason="training needs stackexact[rl]")
@pytest.mark.filterwarnings("default")
def test_a_long_response_phase_is_told_as_an_interval() -> None:
    case = replace(training.CASES["matrix-design-long"](), responses=100, steps=5000)
    found = training.run(case, 1, training.Judging(episodes=300))
    assert not found.exact
    assert found.lower < 10 <= found.upper
    assert found.verdict(Fraction(10)) == "undecided"


@pytest.mark.slow
@pytest.mark.skipif(find_spec("stable_baselines3") is None, reason="training needs stackexact[rl]")
@pytest.mark.filterwarnings("default")
def test_training_repeats_with_its_seed() -> None:
    case = replace(training.CASES["maintain"](), steps=1024)
    (first, again), other = (training.trained(case, 5)[1] for _ in range(2)), training.trained(case, 6)[1]
    assert first.returns == again.returns
    assert first.policies == again.policies
    assert first.returns != other.returns
