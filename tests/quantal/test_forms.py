"""Deterministic policies as functions of parameters: what holds at points that nobody looked at."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import sympy
from guards import without_runaway_work

import stackexact as sx
from stackexact.errors import GameError, Unproved, UsageError
from stackexact.exact.prover import Numbers
from stackexact.games.markov import MarkovGame
from stackexact.quantal.deterministic import search, valued, verify
from stackexact.quantal.problems import Integers, problem_of

DOORS: dict[str, Any] = {
    "start": {
        "payoffs": {"leader": [[0, 0], [0, 0]], "weights": [[1, "t"], [1, "t"]]},
        "transitions": [[{"X": 1}, {"Y": 1}], [{"X": 1}, {"Y": 1}]],
    },
    "X": {"payoffs": {"leader": [[1, 1], ["3/4", "3/4"]], "weights": [[1, 1], ["t**2", 1]]}},
    "Y": {"payoffs": {"leader": [[0, 0], [0, 0]], "weights": [[1, 1], [1, 1]]}},
}


def doors(*assumptions: str) -> MarkovGame:
    """The row B3 of the specification: t = exp(eta)."""
    return MarkovGame(
        DOORS,
        horizon=2,
        follower={"response": "quantal", "discount": 1},
        prescription=False,
        initial={"start": 1},
        assumptions=assumptions,
    )


def made(rng: random.Random, *, discount: int = 0, prescription: bool = True, names: str = "p") -> MarkovGame:
    """A game of two stages and two states, some of whose numbers depend on parameters; weights have few values, so that
    there are ties."""

    def number() -> str:
        return rng.choice(["0", "1", "2", "-1", "1/2", *names])

    def weight() -> str:
        return rng.choice(["1", "2", "1/3", *names, *(f"{name} + 1" for name in names)])

    def law() -> dict[str, Any]:
        if discount:
            return {rng.choice("st"): 1}
        return rng.choice([{"s": 1}, {"t": 1}, {"s": "1/3", "t": "2/3"}, {"s": "1/(1 + p)", "t": "p/(1 + p)"}])

    def table(entry: Any) -> list[list[Any]]:
        return [[entry() for _ in range(2)] for _ in range(2)]

    states = {name: {"payoffs": {"leader": table(number), "weights": table(weight)}, "transitions": table(law)}
              for name in "st"}  # fmt: skip
    return MarkovGame(
        states,
        horizon=2,
        follower={"response": "quantal", "discount": discount},
        prescription=prescription,
        initial={"s": 1} if discount else {"s": "1/2", "t": "1/2"},
        assumptions=[f"{name} > 0" for name in names],
        parameters=list(names),
    )


def by_hand(game: MarkovGame, plan: Any) -> Fraction:
    """What a deterministic policy gets, by its definition in fractions: plan[h][s][b] is the leader's action."""
    one: Any = game
    value: dict[int, Fraction] = {}
    mass: dict[int, Fraction] = {}
    for h in reversed(range(game.horizon)):
        gets, masses = {}, {}
        for s in plan[h]:
            stage = one.stages[h][s]
            weights, gains = [], []
            for b, a in enumerate(plan[h][s]):
                weight, gain = stage.weights[a][b], stage.leader[a][b]
                if h + 1 < game.horizon:
                    for after, chance in stage.transitions[a][b]:
                        gain += chance * value[after]
                        if one.follower.discount:
                            weight *= mass[after] ** int(one.follower.discount * chance)
                weights.append(weight)
                gains.append(gain)
            masses[s] = sum(weights)
            gets[s] = sum(w * g for w, g in zip(weights, gains, strict=True)) / masses[s]
        value, mass = gets, masses
    return sum((share * value[s] for s, share in enumerate(one.initial) if share), Fraction(0))


def best_by_hand(game: MarkovGame, reached: list[list[int]]) -> Fraction:
    """The greatest of all of them."""
    rules = list(product(range(2), repeat=2)) if game.prescription else [(a, a) for a in range(2)]
    places = [(h, s) for h, row in enumerate(reached) for s in row]
    best = None
    for chosen in product(rules, repeat=len(places)):
        plan: list[dict[int, Any]] = [{} for _ in reached]
        for (h, s), rule in zip(places, chosen, strict=True):
            plan[h][s] = rule
        found = by_hand(game, plan)
        best = found if best is None or found > best else best
    assert best is not None
    return best


def reached(game: MarkovGame) -> list[list[int]]:
    first = {s for s, share in enumerate(game.initial) if share}
    after = {t for s in first for row in game.stages[0][s].transitions or () for law in row for t, _ in law}
    return [sorted(first), sorted(after)]


def cell_at(result: Any, values: dict[str, Fraction]) -> Any:
    """The one cell whose relations hold."""
    found = [
        cell
        for cell in result.cells
        if all(bool(sympy.sympify(text, locals={}).subs(values)) for text in map(_plain, cell.when))
    ]
    assert len(found) == 1
    return found[0]


def _plain(text: str) -> str:
    left, relation, right = text.partition("==")
    return f"Eq({left}, {right})" if relation else text


def test_looking_ahead_in_general() -> None:
    """Row B3: planning from the end is wrong where t is large, and the boundary is a root of 3t² - 4t - 1."""
    result = sx.solve(doors("t > 0"))["deterministic"]
    t = sympy.Symbol("t")
    small, large = result.cells
    assert sympy.simplify(sympy.sympify(str(small.leader)) - 1 / (1 + t)) == 0
    assert sympy.simplify(sympy.sympify(str(large.leader)) - sympy.Rational(3, 4) * (1 + t**2) / (1 + t) ** 2) == 0
    assert (small.policy[1]["X"], large.policy[1]["X"]) == ({"a1": 1}, {"a2": 1})
    assert small.when == ("3*t**2 - 4*t - 1 <= 0",)
    assert large.when == ("3*t**2 - 4*t - 1 > 0",)
    assert [result.lambdify("leader")(value) for value in (1, 2, 10)] == [Fraction(1, 2), Fraction(5, 12),
                                                                         Fraction(303, 484)]  # fmt: skip


def test_responses_in_general() -> None:
    game = doors("t > 0")
    for action, expected in (("a1", "1/(t + 1)"), ("a2", "(t**2 + 1)/(t + 1)**2")):
        told = [{"start": {"a1": 1}}, {"X": {action: 1}, "Y": {"a1": 1}}]
        found = sx.evaluate(game, told)
        assert found.response[0]["start"]["b1"] == sx.parse(expected)
        assert sum(found.response[0]["start"].values()) == 1
        paid = 1 if action == "a1" else Fraction(3, 4)
        assert found.leader == sx.parse(expected) * paid
        for value in ("1/2", 2, 10):
            there = sx.evaluate(game.at(t=value), told)
            assert found.leader.at({"t": Fraction(value)}) == there.leader


@pytest.mark.parametrize("seed", range(24))
def test_one_parameter_against_all_policies(seed: int) -> None:
    """At points in all cells, and at their ends: the greatest of all policies, what the policy told gets, and the very
    cell of the game of numbers."""
    rng = random.Random(seed)
    game = made(rng, discount=seed % 2, prescription=seed % 4 < 2)
    if game.is_numeric:
        pytest.skip("no parameter was drawn")
    result = sx.solve(game, ["deterministic"])["deterministic"]
    assert not result.undecided
    value = result.lambdify("leader")
    for point in [Fraction(rng.randint(1, 40), rng.randint(1, 15)) for _ in range(4)] + [Fraction(1), Fraction(1, 3)]:
        there = game.at(p=point)
        assert value(point) == best_by_hand(there, reached(there))
        cell = cell_at(result, {"p": point})
        (own,) = sx.solve(there, ["deterministic"])["deterministic"].cells
        assert cell.policy == own.policy
        numbers = [{s: _at(one, point) for s, one in row.items()} for row in cell.values]
        assert numbers == [dict(row) for row in own.values]
        assert cell.compared == own.compared


def _at(value: Any, point: Fraction) -> Any:
    return value if isinstance(value, Fraction) else value.at({"p": point})


@pytest.mark.parametrize("seed", range(4))
def test_several_parameters(seed: int) -> None:
    pytest.importorskip("z3")
    rng = random.Random(seed)
    states = {"s": {"payoffs": {"leader": [["u", 1], ["1/2", 0]], "weights": [["k", 1], [rng.choice(["1", "k"]), 2]]}}}
    game = MarkovGame(states, horizon=1, follower={"response": "quantal"}, assumptions=["k > 0"])
    result = sx.solve(game)["deterministic"]
    assert not result.undecided
    for _ in range(20):
        values = {"k": Fraction(rng.randint(1, 30), 7), "u": Fraction(rng.randint(-20, 20), 9)}
        assert result.lambdify("leader")(**values) == best_by_hand(game.at(values), [[0]])


@pytest.mark.parametrize("seed", range(30))
def test_the_search_on_integers_is_that_of_numbers(seed: int) -> None:
    """Another route: the search by balls and exact ties finds the same first of the best policies."""
    rng = random.Random(seed)
    game = made(rng, discount=seed % 2, prescription=seed % 4 < 2).at(p=Fraction(rng.randint(1, 9), 4))
    problem = problem_of(game, Integers())
    plan = search(problem, Numbers())
    found = verify(problem, plan, Numbers())
    (cell,) = sx.solve(game, ["deterministic"])["deterministic"].cells
    assert Fraction(int(found.leader.top), int(found.leader.bottom)) == cell.leader == by_hand(game, plan)
    rules = {s: game.actions[s].leader for s in range(2)}
    for h, row in enumerate(plan):
        for s, choice in row.items():
            told = cell.policy[h][game.states[s]]
            parts = [told[b] for b in game.actions[s].follower] if game.prescription else [told, told]
            assert [dict(part) for part in parts] == [{rules[s][a]: 1} for a in choice]


def test_no_other_policy_is_verified() -> None:
    refused = 0
    for seed in range(12):
        game = made(random.Random(seed), discount=seed % 2).at(p=2)
        problem = problem_of(game, Integers())
        plan = search(problem, Numbers())
        for h, row in enumerate(plan):
            for s, choice in row.items():
                other = list(plan)
                other[h] = {**row, s: (1 - choice[0], choice[1])}
                with pytest.raises(Unproved):
                    verify(problem, tuple(other), Numbers())
                refused += 1
    assert refused > 20


def test_values_of_any_policy() -> None:
    rng = random.Random(5)
    for _ in range(20):
        game = made(rng, discount=rng.randint(0, 1)).at(p=3)
        problem = problem_of(game, Integers())
        plan = tuple({s: (rng.randint(0, 1), rng.randint(0, 1)) for s in row} for row in problem.stages)
        found = valued(problem, plan)
        assert Fraction(int(found.leader.top), int(found.leader.bottom)) == by_hand(game, plan)
        assert all(sum(Fraction(int(one.top), int(one.bottom)) for one in shares) == 1
                   for row in found.response for shares in row.values())  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({}, r"states\.X\.payoffs\.weights\[1\]\[0\]: expected more than 0 on the whole domain, found 't\*\*2', .*"),
        ({"assumptions": ["t >= 0"]}, r".*which is not positive at t = 0; add an assumption"),
    ],
)
def test_domains_where_weights_vanish(change: dict[str, Any], message: str) -> None:
    with pytest.raises(GameError, match=f"^(?:{message}|states\\.start.*add an assumption)$"):
        sx.solve(doors(*change.get("assumptions", ())))


def test_domains_where_probabilities_are_negative() -> None:
    states = {"s": {"payoffs": {"leader": [[1]], "weights": [[1]]}, "transitions": [[{"s": "p", "t": "1 - p"}]]},
              "t": {"payoffs": {"leader": [[0]], "weights": [[1]]}, "transitions": [[{"t": 1}]]}}  # fmt: skip
    told: dict[str, Any] = {"horizon": 2, "follower": {"response": "quantal"}, "initial": {"s": 1}}
    with pytest.raises(GameError, match=r"^states\.s\.transitions\[0\]\[0\]\.t: expected at least 0 .* negative at"):
        sx.solve(MarkovGame(states, assumptions=["p >= 0"], **told))
    result = sx.solve(MarkovGame(states, assumptions=["0 <= p <= 1"], **told))["deterministic"]
    assert result.cells[0].leader == sx.parse("1 + p")


def test_what_has_no_closed_form_says_so() -> None:
    rewards = MarkovGame({"s": {"payoffs": {"leader": [["p"]], "follower": [[0]]}}}, horizon=1,
                         follower={"response": "quantal", "eta": 1})  # fmt: skip
    with pytest.raises(GameError, match=r"^game: expected numbers, or weights .* found rewards and the parameter p; "):
        sx.solve(rewards)
    moving = {"payoffs": {"leader": [["p"]], "weights": [[1]]}, "transitions": [[{"s": "1/2", "t": "1/2"}]]}
    ahead = MarkovGame({"s": moving, "t": moving}, horizon=2, initial={"s": 1},
                       follower={"response": "quantal", "discount": 1})  # fmt: skip
    told = [{"s": {"a1": 1}}, {"s": {"a1": 1}, "t": {"a1": 1}}]
    for ask in (lambda: sx.solve(ahead, ["deterministic"]), lambda: sx.evaluate(ahead, told)):
        with pytest.raises(GameError, match=r"^game: expected whole numbers of discount .*, found '1/2'"):
            ask()
    with pytest.raises(UsageError, match=r"^policy: expected a deterministic one"):
        sx.evaluate(doors("t > 0"), [{"start": {"a1": "1/2", "a2": "1/2"}}, {"X": {"a1": 1}, "Y": {"a1": 1}}])
    with pytest.raises(GameError, match="expected a game of numbers, found the parameter t"):
        sx.solve(doors("t > 0"), ["randomised-bound"])


def test_many_policies_are_a_limit() -> None:
    names = [f"s{i}" for i in range(8)]
    after = [[{names[(i + j) % 8]: 1} for j in range(2)] for i in range(2)]
    states = {one: {"payoffs": {"leader": [["p", 1], [0, 1]], "weights": [[1, "p"], [1, 1]]}, "transitions": after}
              for one in names}  # fmt: skip
    game = MarkovGame(states, horizon=4, follower={"response": "quantal", "discount": 1}, initial={"s0": 1},
                      assumptions=["p > 0"])  # fmt: skip
    with without_runaway_work():
        assert "4096" in " ".join(sx.solve(game, ["deterministic"]).notes)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from stackexact.cli.main import main

    path = tmp_path / "doors.json"
    path.write_text(json.dumps(doors("t > 0").document()), encoding="utf-8")
    assert main(["solve", str(path), "--json"]) == 0
    cells = json.loads(capsys.readouterr().out)["results"]["deterministic"]["cells"]
    assert [cell["leader"] for cell in cells] == ["(1)/(t + 1)", "(3*t**2 + 3)/(4*t**2 + 8*t + 4)"]
