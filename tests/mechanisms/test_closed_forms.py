"""Mechanisms with parameters: closed forms are what the games of numbers have at every point, boundaries included."""

from __future__ import annotations

import random
from fractions import Fraction as F
from typing import Any

import parametric_mechanisms as parametric
import pytest

import stackexact as sx
from stackexact.errors import GameError, UsageError
from stackexact.mechanisms import closed_programs

EPS = ["0 < eps < 1/2"]
BUYERS = {
    "A0": {"types": {"low": "eps", "high": 1}, "actions": ["-"]},
    "A1": {"types": {"none": 0, "some": "2*eps"}, "actions": ["-"]},
}
CHANCES = {"A0": {"low": "1 - eps", "high": "eps"}, "A1": {"none": "1/2", "some": "1/2"}}


def offers(*told: tuple[str, str]) -> dict[str, Any]:
    return {"offers": [{"to": name, "price": price} for name, price in told]}


def require_agreement(game: sx.MechanismGame, points: list[dict[str, F]], solution: sx.Solution) -> int:
    """Values, uniqueness and counts are those of the game of numbers, whose equilibria are found in another way."""
    count = 0
    for point in points:
        there = sx.solve(game.at(point), list(solution))
        for name, result in there.items():
            cell: Any = result.cell
            told: Any = solution[name].at(point)
            if name in ("optimistic", "pessimistic"):
                assert cell.leader <= told.leader <= (cell.bound or cell.leader)
            elif name == "no-incentives":
                assert (cell.leader, cell.first_best) == (told.leader, told.first_best)
            else:
                ends = [None if one.best is None else (one.best.leader, one.worst.leader) for one in (cell, told)]
                assert ends[0] == ends[1], (name, point)
                assert getattr(cell, "unique", None) == getattr(told, "unique", None), (name, point)
                assert getattr(cell, "count", None) == getattr(told, "count", None), (name, point)
            count += 1
    return count


def require_laws(draw: random.Random, names: tuple[str, ...] = ("d",)) -> int:
    game = parametric.drawn(draw, names)
    solution = sx.solve(game, parametric.concepts_of(game), time_limit=60)
    if any(result.undecided for result in solution.values()):
        return 0
    report = solution.certificate().check()
    assert report.true, str(report)
    if game.is_numeric:
        return 0
    some = [F(0), F(1), F(1, 2), F(1, 3), F(draw.randint(0, 97), 97)]
    points = [{name: draw.choice(some) for name in game.parameters} for _ in range(4)]
    return require_agreement(game, points, solution)


@pytest.mark.parametrize("tens", range(3))
def test_games_drawn_at_random(tens: int) -> None:
    assert sum(require_laws(random.Random(seed)) for seed in range(10 * tens, 10 * tens + 10)) > 60


@pytest.mark.slow
def test_many_games_drawn_at_random() -> None:
    assert sum(require_laws(random.Random(seed)) for seed in range(1000, 1080)) > 400


@pytest.mark.slow
def test_games_in_two_parameters() -> None:
    assert sum(require_laws(random.Random(seed), ("d", "e")) for seed in (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)) > 60


@pytest.mark.parametrize("name", [name for name, _ in parametric.games()])
def test_games_of_every_sort(name: str) -> None:
    game = dict(parametric.games())[name]
    solution = sx.solve(game)
    ends = {"chicken": (0, 4)}.get(name, (0, 1))
    values = [F(1, 7), F(2, 3)] if name in ("alone", "idle") else [*map(F, ends), F(1, 7), F(2, 3)]
    pairs = zip(values, reversed(values), strict=True)
    points = [dict(zip(game.parameters, pair, strict=False)) for pair in pairs]
    assert require_agreement(game, points, solution) == len(points) * len(solution)


# -- The publication's setting PI for any epsilon ---------------------------------------------------------------------


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
def test_posted_prices_for_any_epsilon(purchase: str) -> None:
    """−ε(1 − 2ε)/2 is the best of all orders and prices: the lowest, one between two neighbouring values of the buyer
    who is asked, and one that nobody pays stand for all prices, for nothing happens in between."""
    eps = sx.parse("eps")
    places = {"A0": ("0", "eps/2", "1/2", "2"), "A1": ("0", "eps", "2")}
    orders = (("A0", "A1"), ("A1", "A0"))
    every = [offers((a, p), (b, q)) for a, b in orders for p in places[a] for q in places[b]]
    rules = {"r": {"-": {"-": every}}}
    options: dict[str, Any] = {"prior": CHANCES, "purchase": purchase, "objective": "welfare - first_best"}
    solution = sx.solve(sx.MechanismGame(BUYERS, rules, assumptions=EPS, **options))
    for concept in ("optimistic", "pessimistic", "no-incentives"):
        (cell,) = solution[concept].cells
        assert cell.when == ()
        assert cell.leader == -eps * (1 - 2 * eps) / 2
    (bound,) = solution["no-incentives"].cells
    assert bound.first_best == eps + 3 * eps * (1 - eps) / 2
    assert solution.certificate().check().true
    silent = sx.solve(sx.families.two_buyers(messages=(1, 1), purchase=purchase), ["optimistic"])["optimistic"].cell
    assert solution["optimistic"].at(eps="1/5").leader == silent.leader == F(-3, 50)


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
def test_the_efficient_policy_is_sure_for_small_epsilon_alone(purchase: str) -> None:
    """The authors' policy for ε = 1/5: nothing is lost in the best equilibrium for any ε, and in none up to ε =
    100/399. Beyond, the worst equilibrium is no better than posted prices."""
    speakers = {name: {**one, "actions": ["0", "1"]} for name, one in BUYERS.items()}
    first = offers(("A0", "0"), ("A1", "0"))
    rule = {
        "0": {"0": first, "1": offers(("A1", "199/200*eps"), ("A0", "0"))},
        "1": {"0": first, "1": offers(("A0", "399/200*eps"), ("A1", "0"))},
    }
    options: dict[str, Any] = {"prior": CHANCES, "purchase": purchase, "objective": "welfare - first_best"}
    game = sx.MechanismGame(speakers, {"r": rule}, assumptions=EPS, **options)
    solution = sx.solve(game, ["coarse-correlated", "bayes-nash"])
    result, eps = solution["coarse-correlated"], sx.parse("eps")
    assert not result.undecided
    assert {cell.best.leader for cell in result.cells} == {0}
    where = {cell.when: cell.worst.leader for cell in result.cells}
    posted = -eps * (1 - 2 * eps) / 2
    at = F(100, 399)
    assert where[("eps < 100/399",)] == 0
    assert where[("eps > 100/399",)] == posted
    assert result.at(eps=at).worst.leader == -at * (1 - 2 * at) / 2
    assert {solution["bayes-nash"].at(eps=eps).count for eps in (F(1, 5), F(2, 5))} == {3}
    assert solution.certificate().check().true


# -- Closed forms of known games --------------------------------------------------------------------------------------


def test_chicken() -> None:
    """With no fine the best correlated equilibrium is Aumann's, with payoffs of 21/4 each."""
    solution = sx.solve(parametric.chicken())
    (cell,) = solution["correlated"].cells
    f = sx.parse("f")
    assert cell.best.leader == (12 * f + 42) / (f + 4)
    assert solution["correlated"].at(f=0).best.followers == {"A": F(21, 4), "B": F(21, 4)}
    assert solution["correlated"].lambdify("best.followers.A")("1/3") == (6 * F(1, 3) + 21) / (F(1, 3) + 4)
    assert {one.strategies["A"]: one.probability for one in cell.best.equilibrium}["yield"] == (f + 2) / (f + 4)


def test_pennies_have_one_equilibrium_but_where_nothing_is_at_stake() -> None:
    """Both mix with chances that depend on the stake; at 0 one of them does not care."""
    won = {"0": {"0": ("1", "-d"), "1": ("0", "d")}, "1": {"0": ("0", "1"), "1": ("1", "-1")}}
    rule = {a: {b: {"valuations": {"A": x, "B": y}} for b, (x, y) in row.items()} for a, row in won.items()}
    followers = {name: {"actions": ["0", "1"]} for name in "AB"}
    result = sx.solve(sx.MechanismGame(followers, {"r": rule}, assumptions=["0 <= d"]))["correlated"]
    inside = result.at(d=3)
    chance = {("0", "0"): F(1, 8), ("0", "1"): F(1, 8), ("1", "0"): F(3, 8), ("1", "1"): F(3, 8)}
    assert inside.unique
    told = {(one.strategies["A"], one.strategies["B"]): one.probability for one in inside.best.equilibrium}
    assert told == chance
    assert result.at(d=0).unique is False


def test_irrational_boundaries() -> None:
    """Which action is best changes at the root of 2, where both are."""
    rule = {"x": {"valuations": {"A": "d**2 - 2"}, "designer": "1"}, "y": {"designer": "d"}}
    game = sx.MechanismGame({"A": {"actions": ["x", "y"]}}, {"r": rule}, objective="designer", assumptions=["d >= 0"])
    solution = sx.solve(game)
    result = solution["coarse-correlated"]
    import sympy

    there = result.at(d=sympy.sqrt(2))
    assert (there.unique, result.at(d=1).best.leader, result.at(d=2).best.leader) == (False, 1, 1)
    assert str(there.best.leader) == "d"
    assert [len(solution["bayes-nash"].at(d=d).when) for d in (1, 2)] == [0, 0]
    assert solution["bayes-nash"].at(d=sympy.sqrt(2)).count == 2
    assert solution.certificate().check().true


@pytest.mark.parametrize(
    "won",
    [
        [["d", -1, 1], [1, "d", -1], [-1, 1, "d"]],
        [["d", "-1 - d", 1], [1, "d", "-1 - d"], ["-1 - d", 1, "d"]],
        [["3 + d", -1, -3], [-2, "4 + d", -1], [-5, -6, "2 + d"]],
    ],
)
def test_many_mixed_profiles_are_shown_to_be_independent(won: list[list[Any]]) -> None:
    """One correlated equilibrium that mixes up to nine profiles: the certificate proves that there is no other."""
    actions = ["0", "1", "2"]
    rule = {
        a: {b: {"valuations": {"A": won[i][j], "B": f"-({won[i][j]})"}, "designer": "1"} for j, b in enumerate(actions)}
        for i, a in enumerate(actions)
    }
    followers = {name: {"actions": actions} for name in "AB"}
    game = sx.MechanismGame(followers, {"r": rule}, objective="designer", assumptions=["0 < d < 1/4"])
    solution = sx.solve(game, ["correlated"])
    assert {cell.unique for cell in solution["correlated"].cells} == {True}
    assert max(len(cell.best.equilibrium) for cell in solution["correlated"].cells) > 1
    assert solution.certificate().check().true


# -- What is refused --------------------------------------------------------------------------------------------------


def single(value: str, prior: tuple[str, str] = ("1/2", "1/2"), **options: Any) -> sx.MechanismGame:
    follower = {"types": {"low": 0, "high": 1}, "actions": ["-"]}
    rule = {"r": {"-": {"valuations": {"A": value}}}}
    return sx.MechanismGame(
        {"A": follower}, rule, prior={"A": dict(zip(("low", "high"), prior, strict=True))}, **options
    )


@pytest.mark.parametrize(
    ("game", "told"),
    [
        (single("d", ("d", "1 - d")), "prior.A.low: expected at least 0 on the whole domain, found 'd'"),
        (single("1/d", assumptions=["d <= 1"]), "it divides by zero at d = 0; exclude it"),
        (
            single("1/(A + d)", assumptions=["0 <= d <= 1"]),
            "rules.r['-'].valuations.A: expected a value on the whole domain",
        ),
        (single("1/(A + d)", assumptions=["0 <= d <= 1"]), "but '(1)/(A + d)' divides by zero at d = 0; exclude it"),
        # What cancels is undefined all the same.
        (
            single("(A - 1)/(2*d - 1)", ("0", "1"), assumptions=["0 <= d <= 1"]),
            "divides by zero at d = 1/2; exclude it",
        ),
        (single("d*(A - 1)/(A + d**2 - 3)", ("0", "1"), assumptions=["d >= 0"]), "by zero at d near 1.41421"),
        (single("0", objective="d + welfare/(2*d - 1)", assumptions=["0 <= d <= 1"]), "objective: expected a value on"),
        (single("(A - 1)/(d - e)", ("0", "1"), assumptions=["0 <= d <= 1"]), "divides by zero"),
        (single("d", assumptions=["d > 1", "d < 0"]), "expected some value of d that meets"),
    ],
)
def test_what_is_not_defined(game: sx.MechanismGame, told: str) -> None:
    with pytest.raises(GameError) as caught:
        sx.solve(game, ["coarse-correlated"])
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_prices_are_not_chosen_where_there_are_parameters() -> None:
    rule = {"r": {"-": offers(("A", "p"))}}
    game = sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": "d"}, "actions": ["-"]}},
        rule,
        prior={"A": {"low": "1/2", "high": "1/2"}},
        prices={"p": [0, 1]},
        purchase="v >= p",
        objective="revenue",
    )
    with pytest.raises(GameError, match="expected rules without prices where there are parameters, found the prices p"):
        sx.solve(game)
    assert sx.solve(game.at(d=2))["optimistic"].cell.leader == 1
    assert sx.solve(game.at(p="1/2"))["coarse-correlated"].at(d=0).best.leader == F(1, 4)
    with pytest.raises(UsageError, match="concept coarse-correlated-vertices: expected a game whose rules are fixed"):
        sx.solve(game, ["coarse-correlated-vertices"])


def test_too_many_profiles() -> None:
    actions = [str(k) for k in range(33)]
    rule: dict[str, Any] = {a: {b: {"valuations": {"A": "d"}} for b in actions} for a in actions}
    game = sx.MechanismGame({name: {"actions": actions} for name in "AB"}, {"r": rule})
    solution = sx.solve(game, ["coarse-correlated"])
    assert solution["coarse-correlated"].undecided
    assert "expected at most 1024 profiles of strategies in a game with parameters, found 1089" in solution.notes[0]


def test_a_wrong_basis_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the search proposes is verified: the basis of another program is refused."""
    kept = closed_programs.search

    def turned(program: Any, point: Any, start: Any = None, stop: Any = lambda: False) -> Any:
        other = type(program)(
            tuple(-one for one in program.objective), program.rows, program.row_lower, program.row_upper, program.lower,
            program.upper,
        )  # fmt: skip
        return kept(other, point, start, stop)

    monkeypatch.setattr("stackexact.solving.mechanism_forms.search", turned)
    with pytest.raises(sx.StackexactError, match="at the sample point"):
        sx.solve(parametric.chicken(), ["coarse-correlated"])
