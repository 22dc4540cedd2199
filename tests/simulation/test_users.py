"""What is wrong with a learner of a user's file is one line that names it, whenever it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from own_learners import GAME, changed, counts, own

from stackexact.cli.main import main
from stackexact.errors import InputError, UsageError
from stackexact.simulation import inspection
from stackexact.simulation.expectations import expectations
from stackexact.simulation.learners.ucb import UCB
from stackexact.simulation.registry import learner
from stackexact.simulation.runner import Simulation
from stackexact.simulation.simulate import write_rounds

METHODS = "        return [self.arm, 0.5]"
SIZE = "        return 1\n"
CHOOSE = "    return int(constants[0])"
LEARN = "    memory[0] += 1"

PLAYING = [
    (CHOOSE, "    return int(memory[1])", "choose, run 1, round 1: expected no error, found IndexError"),
    (CHOOSE, "    return int(constants[2])", "choose, run 1, round 1: expected no error, found IndexError"),
    (LEARN, "    memory[10**8] = 1", "learn, run 1, round 1: expected no error, found IndexError"),
    (
        LEARN,
        "    memory[0] += 1\n    memory[int(memory[0]) // 9] += 1",
        "learn, run 1, round [59]: expected no error, found IndexError",
    ),
    (CHOOSE, "    return 1 // int(memory[0])", "choose, run 1, round 1: expected no error, found ZeroDivisionError"),
    (CHOOSE, "    return 2", "choose, run 1, round 1: expected an action from 0 to 1, found 2"),
    (CHOOSE, "    return -1", "choose, run 1, round 1: expected an action from 0 to 1, found -1"),
    (CHOOSE, "    return 0.5", "choose: expected to return an action, an integer, found float64"),
    (CHOOSE, "    pass", "choose: expected to return an action, an integer, found nothing"),
    (CHOOSE, "    if memory[0] > 5:\n        return 0", "expected to return an action, an integer, found OptionalType"),
    (CHOOSE, "    import math\n    return 0", "choose: expected a function that numba compiles, found Unsupported"),
    (CHOOSE, "    return nowhere", "choose: expected a function that numba compiles, found .*nowhere"),
    (LEARN, "    return memory[0]", "learn: expected to return nothing, found float64"),
    (
        LEARN,
        "    raise ValueError('no\\n luck')",
        "learn, run 1, round 1: expected no error, found ValueError: no luck",
    ),
    (CHOOSE, "    return far(memory)\n\ndef far(memory):\n    return int(memory[3])", "found IndexError"),
    (CHOOSE, "    return far(memory)\n\n@numba.njit\ndef far(memory):\n    return int(memory[3])", "found IndexError"),
]


@pytest.mark.parametrize(("old", "new", "said"), PLAYING)
def test_flaws_that_show_when_it_plays(tmp_path: Path, old: str, new: str, said: str) -> None:
    """On either side, one line with the learner, its file, and, where it was played, the round."""
    one = learner(own(tmp_path, changed(old, new)))
    for pair in ((one, UCB()), (UCB(), one)):
        with pytest.raises(InputError, match=said) as caught:
            Simulation(GAME, *pair, (20,)).run(1)
        assert str(caught.value).startswith("Own (own.py).")
        assert "\n" not in str(caught.value)


WEIGH = changed("def choose(memory, constants):", "def weigh(memory, constants, weights):").replace(
    "choose = staticmethod(choose)", "weigh = staticmethod(weigh)"
)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("weights[0] = 1.5; weights[1] = -0.5", r"\[1.5, -0.5\]"),
        ("weights[0] = 0.5; weights[1] = 0.5 + 3e-9", r"\[0.5, 0.500000003\]"),
        ("weights[0] = math.nan; weights[1] = 1", r"\[nan, 1\]"),
        ("weights[0] = math.inf; weights[1] = 0", r"\[inf, 0\]"),
        ("weights[0] = 1", r"\[1, nan\]"),
        ("weights[:] = 0", r"\[0, 0\]"),
        ("weights[0] = 1; weights[1] = weights[1]", r"\[1, nan\]"),
    ],
)
def test_weights_that_are_no_probabilities(tmp_path: Path, body: str, found: str) -> None:
    one = learner(own(tmp_path, WEIGH.replace(CHOOSE, f"    {body}")))
    said = (
        rf"^Own \(own.py\).weigh, run 2, round 1: expected probabilities of all actions that sum to 1, found {found};"
    )
    for pair in ((one, UCB()), (UCB(), one)):
        with pytest.raises(InputError, match=said):
            Simulation(GAME, *pair, (20,), 2).run(2)


def test_weights_that_are_within_rounding(tmp_path: Path) -> None:
    one = learner(own(tmp_path, WEIGH.replace(CHOOSE, "    weights[0] = 0; weights[1] = 1 - 5e-10")))
    assert counts(one) == [[0, 0], [0, 20]]


def test_copies_do_not_read_each_other(tmp_path: Path) -> None:
    """numba adds arrays of different lengths in place without looking: what is read there is no other's memory."""
    text = changed(SIZE, "        return 3\n").replace(LEARN, "    memory[:] += 1 + action")
    text = text.replace(
        CHOOSE, "    wide = np.zeros(40)\n    wide += memory\n    return 0 if np.isnan(wide[3:]).all() else 1"
    )
    assert counts(learner(own(tmp_path, text))) == [[20, 0], [0, 0]]


def test_writes_beyond_the_memory_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a way around the checks be left, the cells between the copies tell."""
    text = "from numpy.lib.stride_tricks import as_strided\n" + changed(
        LEARN, "    as_strided(memory, (9,), (8,))[4] = 1"
    )
    monkeypatch.setattr(inspection, "UNCHECKED", ())
    one = learner(own(tmp_path, text))
    for pair in ((one, UCB()), (UCB(), one)):
        with pytest.raises(InputError, match=r"^Own \(own.py\), run 1, by round \d+: expected it to write inside"):
            Simulation(GAME, *pair, (20,)).run(1)


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("int(np.random.rand() * 2)", "np.random"),
        ("int(random.random() * 2)", "random"),
        ("int(module.random.rand() * 2)", "module.random"),
        ("int(rand() * 2)", "rand"),
        ("int(roll() * 2)", "roll"),
        ("draw()", "np.random"),
        ("int([np.random.rand() for _ in range(2)][0])", "np.random"),
        ("int(again.rand() * 2)", "again"),
        ("int(memory.flat[5])", "flat"),
        ("int(as_strided(memory, (6,), (8,))[3])", "as_strided"),
    ],
)
def test_what_functions_may_not_use(tmp_path: Path, new: str, found: str) -> None:
    """Random numbers of numba's own, under any name, and ways around the bounds."""
    more = (
        "import numpy as module\nfrom numpy.random import rand\nfrom random import random as roll\n"
        "from numpy import random as again\nfrom numpy.lib.stride_tricks import as_strided\n"
        "@numba.njit\ndef draw():\n    return int(np.random.rand())\n"
    )
    text = changed("def choose", f"{more}def choose").replace("int(constants[0])", new)
    expected = "indices that are checked" if found in ("flat", "as_strided") else "no random numbers but those"
    with pytest.raises(InputError, match=rf"Own \(own.py\): expected {expected} .* in choose, found {found}; mend it"):
        learner(own(tmp_path, text))


SETUP = [
    (
        METHODS,
        "        raise KeyError('x')",
        "",
        "constants.setting. to give a sequence of numbers, found KeyError: 'x'",
    ),
    (METHODS, "        return None", "", "constants.setting. to give a sequence of numbers, found TypeError"),
    (METHODS, "        return 'ab'", "", "constants.setting. to give finite numbers, found 'a'"),
    (METHODS, "        return [[1, 2]]", "", r"constants.setting. to give finite numbers, found \[1, 2\]"),
    (METHODS, "        return np.zeros((2, 2))", "", "constants.setting. to give finite numbers, found array"),
    (METHODS, "        return [self.arm, math.inf]", "", "constants.setting. to give finite numbers, found inf"),
    (METHODS, "        return [self.arm]", "(arm=foo)", "constants.setting. to give finite numbers, found 'foo'"),
    (
        METHODS,
        "        import sys; sys.exit(3)",
        "",
        "constants.setting. to give a sequence of numbers, found SystemExit",
    ),
    (SIZE, "        return -3\n", "", "memory.setting. to give an integer from 0 to .*, found -3"),
    (SIZE, "        return 1.5\n", "", "found 1.5; mend it"),
    (SIZE, "        return 10**12\n", "", "found 1000000000000; mend it"),
    ("    def memory(self, setting):\n        return 1\n", "", "", r"a method memory\(self, setting\), found none"),
    ("    learn = staticmethod(learn)\n", "", "", r"learn = staticmethod\(FUNCTION\), found none"),
    ("choose = staticmethod(choose)", "choose = choose", "", r"choose = staticmethod\(FUNCTION\), found a function"),
    ("@dataclass(frozen=True)\n", "", "", "a frozen dataclass, found another class"),
    ("@dataclass(frozen=True)\n", "@dataclass\n", "", "a frozen dataclass, found another class"),
    ("    arm: int = 0", "    arm: int", "", r"expected a value for arm, found none; write Own\(arm=...\)"),
    ("action, reward):", "action):", "", r"learn\(memory, constants, action, reward\), found learn\(memory, "),
    ("    arm: int = 0", "    arm: int = 0\n    sees_responses = True", "", "action, response, reward.*, found learn"),
    ("    arm: int = 0", "    arm: int = 0\n    roles = 'leader'", "", "roles from .*, found 'leader'"),
    ("    arm: int = 0", "    arm: int = 0\n    def __post_init__(self): 1 / 0", "", "found ZeroDivisionError"),
    (
        METHODS,
        METHODS + "\n    def resolved(self, setting): return {1: {2}}",
        "",
        "that JSON can hold, found TypeError",
    ),
    ("import math", "import math, sys; sys.exit(3)", "", "a module at .*, found SystemExit: 3"),
    ("import math", "import math; 1 / 0", "", "a module at .*, found ZeroDivisionError"),
    ("import math", "import math; )", "", "a module at .*, found SyntaxError"),
]


@pytest.mark.parametrize(("old", "new", "values", "said"), SETUP)
@pytest.mark.parametrize("form", ["aggregated", "rounds"])
def test_flaws_of_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, values: str, said: str, form: str
) -> None:
    """Exit code 2 and one line, whichever trace was asked for; nothing is left behind."""
    place = own(tmp_path, changed(old, new)) + values
    for pair in ((place, "UCB"), ("UCB", place)):
        output = tmp_path / "t.csv"
        options = ["--horizon", "9", "--form", form, "--output", str(output)]
        code = main(["simulate", "explore-then-commit", "--learners", *pair, *options])
        told = capsys.readouterr()
        assert (code, told.out) == (2, "")
        assert re.search(f"^stackexact: error: .*{said}", told.err), told.err
        assert len(told.err.splitlines()) == 1
        assert not output.exists()


def test_copies_are_alike(tmp_path: Path) -> None:
    text = changed("    arm: int = 0", "    arm: int = 0\n    knows_payoffs = True").replace(
        METHODS, "        return [0] * (1 + (setting.known is not None and setting.known.own[0] > 0.1))"
    )
    with pytest.raises(InputError, match="as much memory and as many constants for every copy"):
        Simulation(GAME, UCB(), learner(own(tmp_path, text)), (20,)).run(1)


def test_what_numpy_counts_is_taken(tmp_path: Path) -> None:
    text = changed(SIZE, "        return np.int64(1)\n").replace(METHODS, "        return np.array([1, 2])")
    assert counts(own(tmp_path, text)) == [[0, 0], [0, 20]]


HELPERS = """
from numpy import isscalar, sum as added

def twice(x):
    return 2 * x

def bound(n):
    def inner(x):
        return added(np.array([twice(x)])) - (n if isscalar(x) else 9)
    return inner

less = bound(1)

def choose"""


def test_helper_functions_of_a_file(tmp_path: Path) -> None:
    """Plain ones are compiled as well, also in a closure; those of NumPy are left to numba."""
    text = changed("def choose", HELPERS).replace("int(constants[0])", "int(less(constants[0]))")
    assert counts(learner(own(tmp_path, text) + "(arm=1)")) == [[0, 0], [0, 20]]


def test_expectations_refuse_what_is_not_a_learner(tmp_path: Path) -> None:
    one = learner(own(tmp_path, changed(METHODS, "        return 'a'")))
    with pytest.raises(InputError, match="expected constants"):
        expectations(GAME, one, UCB(), 3)
    with pytest.raises(InputError, match="expected constants"):
        write_rounds(tmp_path / "t.csv", GAME, one, UCB(), 3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ucb", "found 'ucb'; is it UCB?"),
        ("explorethencommit(E=1)", "found 'explorethencommit'; is it ExploreThenCommit?"),
        ("UCB(c0=1", "found 'UCB(c0=1'"),
        ("UCB(c0=1, c0=2)", "found 'UCB(c0=1, c0=2)'"),
        ("UCB(c0=-1)", "UCB: c0: expected an exact number of at least 0, found -1"),
        ("UCB(c0=x)", "UCB: c0: expected an exact number of at least 0, found 'x'"),
        ("ExploreThenCommit(E=1/2)", "at least 1, found 1/2"),
        ("BestResponse(c0=1)", "expected one of ties, found c0"),
    ],
)
def test_what_is_found_is_quoted_once(text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        learner(text)
    assert str(caught.value).endswith(said)
