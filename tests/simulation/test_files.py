"""Files of users as modules: each learner is the one it says it is, here and in other processes."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from own_learners import GAME, changed, counts, own

from stackexact.errors import InputError
from stackexact.simulation.registry import learner
from stackexact.simulation.runner import Simulation


def test_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    """Here, pickled, and in other processes, which have read neither."""
    first = learner(own(tmp_path / "a", changed("int(constants[0])", "0")))
    second = learner(own(tmp_path / "b", changed("int(constants[0])", "1")))
    assert type(first) is not type(second)
    for one, expected in ((first, [[20, 0], [0, 0]]), (second, [[0, 0], [0, 20]])):
        again = pickle.loads(pickle.dumps(one))
        assert type(again) is type(one)
        assert counts(one) == counts(again) == expected
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        for one, expected in ((first, [[20, 0], [0, 0]]), (second, [[0, 0], [0, 20]])):
            [run] = Simulation(GAME, one, one, (20,)).all(executor=processes)
            assert run.counts[-1].tolist() == expected


def test_an_edited_file_is_read_anew(tmp_path: Path) -> None:
    """Learners that were made before stay what they were, in processes that start after the change, too."""
    broken, before = own(tmp_path, "import nowhere_to_be_found"), set(sys.modules)
    for _ in range(2):
        with pytest.raises(InputError, match=r"a module at '.*own.py', found ModuleNotFoundError: .*; mend it"):
            learner(broken)
    assert set(sys.modules) == before
    old = learner(own(tmp_path, changed("int(constants[0])", "0")))
    new = learner(own(tmp_path, changed("int(constants[0])", "1")))
    assert learner(f"{tmp_path}/own.py:Own") == new != old
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert Simulation(GAME, old, old, (20,)).all(executor=processes)[0].counts[-1].tolist() == [[20, 0], [0, 0]]
    (tmp_path / "own.py").unlink()
    assert counts(pickle.loads(pickle.dumps(new))) == [[0, 0], [0, 20]]


def test_only_what_is_shipped_is_kept_on_the_disk(tmp_path: Path) -> None:
    """What a user's file is compiled to follows from its globals: the next process compiles it again."""
    text = changed("def choose", "import os\nK = int(os.environ['K'])\ndef choose").replace("int(constants[0])", "K")
    place = own(tmp_path, text)
    code = (
        "import sys; from stackexact.simulation.registry import learner; import stackexact as sx;"
        f"one = learner({place!r});"
        "game = sx.Game([[1, 2], [3, 4]], [[1, 2], [3, 4]]);"
        "print(sx.simulate(game, one, one, 7, workers=1).runs[0].counts[-1].tolist())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "K": k}, check=True, capture_output=True, text=True
        ).stdout
        for k in ("0", "1")
    ]
    assert said == ["[[7, 0], [0, 0]]\n", "[[0, 0], [0, 7]]\n"]
    assert [path.name for path in tmp_path.rglob("*")] == ["own.py"]


def documented() -> str:
    """The file of the documentation."""
    page = (Path(__file__).parents[2] / "docs" / "simulate.md").read_text()
    [text] = re.findall(r"```python\n(# stubborn.py\n.*?)```", page, re.DOTALL)
    return str(text)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_file_of_the_documentation(tmp_path: Path, order: tuple[int, int]) -> None:
    """It plays by the command line and passes its author's test, whichever is first."""
    (tmp_path / "stubborn.py").write_text(documented())
    game = "explore-then-commit"
    play = [str(Path(sys.executable).with_name("stackexact")), "simulate", game, "--horizon", "50", "--output", "t.csv"]
    play += ["--learners", "stubborn.py:Stubborn(action=1)", "UCB"]
    test = "from stubborn import Stubborn; from stackexact.simulation.conformance import require_conformance\n"
    steps = [play, [sys.executable, "-c", test + "require_conformance(Stubborn())"]]
    for k in order:
        ran = subprocess.run(steps[k], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (ran.returncode, ran.stderr) == (0, "")
    rows = [line.split(",") for line in (tmp_path / "t.csv").read_text().splitlines() if "," in line]
    assert {row[2] for row in rows[1:] if row[-1] != "0"} == {"a2"}


def test_modules_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The console script looks for them there, and so do the processes that play."""
    own(tmp_path, name="learners_beside_me.py")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place])
    play = [str(Path(sys.executable).with_name("stackexact")), "simulate", "explore-then-commit", "--horizon", "9"]
    play += ["--learners", "learners_beside_me:Own(arm=1)", "UCB", "--output", "t.csv"]
    ran = subprocess.run(play, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    one = learner("learners_beside_me:Own(arm=1)")
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as processes:
        assert Simulation(GAME, one, one, (20,)).all(executor=processes)[0].counts[-1].tolist() == [[0, 0], [0, 20]]
    with pytest.raises(InputError, match="expected a module at 'nowhere_at_all', found ModuleNotFoundError"):
        learner("nowhere_at_all:Own")
