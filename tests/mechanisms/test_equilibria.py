"""Correlated equilibria beside linear programs over all profiles that z3 solves, written from the definitions; pure
equilibria beside brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from oracles import programs
from oracles.mechanisms import Mechanism

import stackexact as sx
from stackexact.lp import Program
from stackexact.mechanisms.bayes_nash import each_equilibrium
from stackexact.mechanisms.deviations import Family
from stackexact.mechanisms.forms import fixed_form
from stackexact.mechanisms.programs import Programs
from stackexact.mechanisms.uniqueness import uniqueness


def number(random: Random) -> str:
    return str(Fraction(random.randint(-3, 3), random.choice([1, 1, 2])))


def prior_of(random: Random, types: dict[str, list[str]]) -> Any:
    """Independent, or correlated with profiles that cannot occur."""
    if not types:
        return None
    if random.random() < 0.5:
        made = {}
        for name, labels in types.items():
            weights = [random.randint(1, 3) for _ in labels]
            made[name] = {t: Fraction(w, sum(weights)) for t, w in zip(labels, weights, strict=True)}
        return made
    profiles = list(product(*types.values()))
    weights = [random.randint(0, 2) for _ in profiles]
    weights[0] += 1
    return [
        {"types": dict(zip(types, one, strict=True)), "probability": Fraction(w, sum(weights))}
        for one, w in zip(profiles, weights, strict=True)
    ]


def random_game(random: Random, *, offers: bool = False) -> sx.MechanismGame:
    """Two or three followers with few types and actions, ties, types with actions of their own."""
    names = ["A", "B", "C"][: random.choice([1, 2, 2, 3])]
    followers: dict[str, Any] = {}
    types: dict[str, list[str]] = {}
    for name in names:
        count, actions = random.choice([(1, 3), (2, 2), (2, 2), (1, 2)]), ["x", "y", "z"]
        labels = ["s", "t"][: count[0]]
        followers[name] = {"actions": actions[: count[1]]}
        if count[0] > 1 or offers:
            types[name] = labels
            values = {t: number(random) for t in labels}
            followers[name]["types"] = values
            if random.random() < 0.3 and count[0] > 1:
                followers[name]["actions"] = {"s": ["x"], "t": ["x", "y"]}

    def outcome() -> Any:
        if offers and random.random() < 0.7:
            order = random.sample(names, random.randint(1, len(names)))
            return {"offers": [{"to": to, "price": number(random)} for to in order]}
        made: dict[str, Any] = {"valuations": {}, "payments": {}}
        for name in names:
            own = types.get(name)
            made["valuations"][name] = random.choice(
                [number(random), {t: number(random) for t in own} if own else number(random)]
                + ([f"2*{name} - 1"] if own else [])
            )
            made["payments"][name] = number(random)
        made["designer"] = number(random)
        return made

    def rule(rest: list[str]) -> Any:
        if not rest:
            return outcome()
        told = followers[rest[0]]["actions"]
        labels = list(dict.fromkeys(a for own in told.values() for a in own)) if isinstance(told, dict) else told
        return {label: rule(rest[1:]) for label in labels}

    objective = random.choice(
        ["welfare", "designer", "welfare - first_best", "2*revenue - welfare", "welfare*designer"]
    )
    purchase = random.choice(["v >= p", "v > p"]) if offers else None
    return sx.MechanismGame(
        followers, {"only": rule(names)}, prior=prior_of(random, types), purchase=purchase, objective=objective
    )


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("seed", range(30))
def test_best_and_worst_equilibria(seed: int, family: Family) -> None:
    """Values of both ends; and what is returned is an equilibrium with that value."""
    random = Random(f"{seed} {family}")
    game = random_game(random, offers=seed % 2 == 1)
    oracle, form = Mechanism(game.document()), fixed_form(game)
    told = family is Family.CORRELATED
    (cell,) = sx.solve(game, [family.value])[family.value].cells
    assert cell.best.leader == oracle.best(1, told=told)
    assert cell.worst.leader == oracle.best(-1, told=told)
    assert form.strategies  # the game is what the oracle reads
    for end in (cell.best, cell.worst):
        chances = [one.probability for one in end.equilibrium]
        profiles = [spelled(one.strategies, oracle) for one in end.equilibrium]
        assert sum(chances) == 1
        assert sum(p * oracle.mean(s) for p, s in zip(chances, profiles, strict=True)) == end.leader
        for deviation in oracle.deviations(told=told):
            assert sum(p * oracle.gain(s, deviation) for p, s in zip(chances, profiles, strict=True)) >= 0


def spelled(strategies: Any, oracle: Mechanism) -> dict[str, dict[str, str]]:
    """Strategies with the empty text for the type of a follower without types."""
    return {name: {"": own} if isinstance(own, str) else dict(own) for name, own in strategies.items()}


@pytest.mark.parametrize("seed", range(30))
def test_pure_equilibria(seed: int) -> None:
    """All of them, and the values of the best and the worst."""
    game = random_game(Random(f"pure {seed}"), offers=seed % 2 == 1)
    oracle = Mechanism(game.document())
    values = [oracle.mean(profile) for profile in oracle.profiles() if oracle.is_equilibrium(profile)]
    (cell,) = sx.solve(game, ["bayes-nash"])["bayes-nash"].cells
    assert cell.count == len(values) == len(set(each_equilibrium(fixed_form(game))))
    if values:
        assert (cell.best.leader, cell.worst.leader) == (max(values), min(values))
        for end in (cell.best, cell.worst):
            profile = spelled(end.strategies, oracle)
            assert oracle.is_equilibrium(profile)
            assert oracle.mean(profile) == end.leader
    else:
        assert cell.best is cell.worst is None


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("seed", range(20))
def test_uniqueness(seed: int, family: Family) -> None:
    """There is one equilibrium alone just if every profile has the same chance in all of them."""
    random = Random(f"unique {seed}")
    game = random_game(random, offers=seed % 3 == 2)
    found = Programs(fixed_form(game), family)
    answer = uniqueness(found, found.best(1))
    assert answer is not None
    program = Mechanism(game.document()).program(1, told=family is Family.CORRELATED)
    columns = len(program.objective)

    def end(column: int, sign: int) -> Fraction:
        objective = tuple(Fraction(sign * (c == column)) for c in range(columns))
        one: Program[Any] = Program(
            objective, program.rows, program.row_lower, program.row_upper, program.lower, program.upper
        )
        value = programs.optimum(one)
        assert isinstance(value, Fraction)
        return sign * value

    assert answer.unique == all(end(column, 1) == end(column, -1) for column in range(columns))


def test_dominant_actions_are_the_only_equilibrium() -> None:
    """The prisoners' dilemma: whatever the objective."""
    table = {"C": {"C": (3, 3), "D": (1, 4)}, "D": {"C": (4, 1), "D": (2, 2)}}
    rule = {a: {b: {"valuations": {"A": u, "B": v}} for b, (u, v) in row.items()} for a, row in table.items()}
    game = sx.MechanismGame({"A": {"actions": ["C", "D"]}, "B": {"actions": ["C", "D"]}}, {"r": rule})
    for concept in ("coarse-correlated", "correlated"):
        (cell,) = sx.solve(game, [concept])[concept].cells
        assert cell.unique
        assert cell.best.leader == cell.worst.leader == 4


def test_values_do_not_depend_on_the_proposer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without HiGHS the exact programs find the same."""
    game = sx.instance("msgspace-5-efficient")
    form = fixed_form(game)
    values = [Programs(form, Family.COARSE).best(sign).value for sign in (1, -1)]
    monkeypatch.setattr("stackexact.lp.highs.available", lambda: False)
    again = [Programs(form, Family.COARSE).best(sign).value for sign in (1, -1)]
    assert values == again


def basic_solutions(program: Program[Any]) -> set[tuple[Fraction, ...]]:
    """The vertices of {x >= 0, rows, sum 1} by brute force over which constraints are tight."""
    import sympy

    *rows, total = program.rows
    count = len(total)
    walls = [
        *(tuple(int(i == j) for j in range(count)) for i in range(count)),
        *(tuple(row) for row in rows if any(row)),
    ]
    found = set()
    for tight in combinations(dict.fromkeys(walls), count - 1):
        matrix = sympy.Matrix([[1] * count, *tight])
        if matrix.rank() == count:
            point = matrix.LUsolve(sympy.Matrix([1] + [0] * (count - 1)))
            values = tuple(Fraction(int(x.p), int(x.q)) for x in point)
            if min(values) >= 0 and all(sum(a * x for a, x in zip(wall, values, strict=True)) >= 0 for wall in walls):
                found.add(values)
    return found


@pytest.mark.parametrize("family", list(Family))
@pytest.mark.parametrize("seed", range(6))
def test_vertices(seed: int, family: Family) -> None:
    """All of them, by brute force; and the ends of the objective are among them."""
    random = Random(f"vertices {seed}")
    game = random_game(random)
    oracle = Mechanism(game.document())
    while len(oracle.profiles()) > 6:
        game = random_game(random)
        oracle = Mechanism(game.document())
    concept = f"{family.value}-vertices"
    (cell,) = sx.solve(game, [concept])[concept].cells
    profiles = oracle.profiles()
    told = set()
    for vertex in cell.vertices:
        chances = {repr(spelled(one.strategies, oracle)): one.probability for one in vertex.equilibrium}
        told.add(tuple(chances.get(repr(profile), Fraction(0)) for profile in profiles))
    assert cell.count == len(cell.vertices) == len(told)
    assert told == basic_solutions(oracle.program(1, told=family is Family.CORRELATED))
    (ends,) = sx.solve(game, [family.value])[family.value].cells
    values = [vertex.leader for vertex in cell.vertices]
    assert (max(values), min(values)) == (ends.best.leader, ends.worst.leader)


@pytest.mark.slow
@pytest.mark.parametrize("n", [4, 6])
def test_generated_columns_lose_nothing(n: int) -> None:
    """The program over all 256 or 4 096 profiles has the same ends as the one whose columns are generated."""
    from stackexact import lp
    from stackexact.mechanisms.deviations import deviations_of, gains

    design = sx.families.message_space(n)
    prices = {one.name: Fraction(k % 5 + 1, 7) for k, one in enumerate(design.prices)}
    form = fixed_form(design.with_choices("prices", [0, 1, 1, 0], prices))
    deviations = deviations_of(form, Family.COARSE)
    profiles = list(form.all_profiles())
    columns = [gains(form, deviations, profile) for profile in profiles]
    rows = [([column[r] for column in columns], 0) for r in range(len(deviations))]
    for sign in (1, -1):
        goal = [sign * form.value(profile) for profile in profiles]
        whole = lp.solve(lp.Program.of(goal, at_least=rows, equal=[([1] * len(profiles), 1)]))
        assert Programs(form, Family.COARSE).best(sign).value == whole.value
