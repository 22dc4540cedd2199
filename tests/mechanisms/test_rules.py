"""The best rules beside brute force over all of them, over grids of prices, and beside closed forms."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
from oracles.mechanisms import Mechanism, rules_of

import stackexact as sx
from stackexact.mechanisms.designs import designs_of
from stackexact.mechanisms.no_incentives import Bounds
from stackexact.mechanisms.optimal import best_rules

F = Fraction


def cell_of(game: sx.MechanismGame, concept: str) -> Any:
    (cell,) = sx.solve(game, [concept])[concept].cells
    return cell


def looked_at(game: sx.MechanismGame, cell: Any) -> sx.MechanismGame:
    """The game under the rules that a cell tells."""
    (rule,) = (one for one in game.rules if one.name == cell.rule)
    choices = None
    if cell.choices is not None:
        told = list(leaves(cell.choices))
        choices = [c if isinstance(c, int) else leaf.index(c) for c, leaf in zip(told, rule.leaves, strict=True)]
    return game.with_choices(cell.rule, choices, cell.prices)


def leaves(node: Any) -> Any:
    if isinstance(node, int | str):
        yield node
    else:
        for one in node.values():
            yield from leaves(one)


def random_choices(random: Random) -> sx.MechanismGame:
    """One or two followers, several named rules, lists of outcomes; no prices."""
    names = ["A", "B"][: random.randint(1, 2)]
    followers: dict[str, Any] = {name: {"types": {"s": "1", "t": "2"}, "actions": ["x", "y"]} for name in names}
    if random.random() < 0.4:
        followers = {name: {"actions": ["x", "y"]} for name in names}
    elif random.random() < 0.5:  # a type that may take one action alone, as others may not
        by_type = {"s": ["x"], "t": random.choice([["x", "y"], ["y"]])}
        followers[names[-1]] = {"types": {"s": "1", "t": "2"}, "actions": by_type}

    def number() -> str:
        return str(F(random.randint(-2, 4), random.choice([1, 2])))

    outcomes = {}
    for k in range(random.randint(2, 4)):
        valued = {n: ({"s": number(), "t": number()} if "types" in followers[n] else number()) for n in names}
        outcomes[f"o{k}"] = {"valuations": valued, "designer": number(), "payments": {names[0]: number()}}

    def rule(rest: list[str]) -> Any:
        if not rest:
            return random.sample(list(outcomes), random.choice([1, 1, 2]))
        told = followers[rest[0]]["actions"]
        labels = dict.fromkeys(a for own in told.values() for a in own) if isinstance(told, dict) else told
        return {label: rule(rest[1:]) for label in labels}

    prior = {n: {"s": "1/3", "t": "2/3"} for n in names} if "types" in followers[names[0]] else None
    return sx.MechanismGame(
        followers,
        {f"r{k}": rule(names) for k in range(random.randint(1, 2))},
        outcomes=outcomes,
        prior=prior,
        objective=random.choice(["welfare", "designer", "revenue + designer", "welfare - first_best"]),
    )


@pytest.mark.parametrize("seed", range(40))
def test_finitely_many_rules(seed: int) -> None:
    """All rules with all their equilibria, by linear programs of the oracle's own."""
    game = random_choices(Random(f"finite {seed}"))
    document = game.document()
    fixed = [Mechanism(one, document) for one in rules_of(document, list(document["followers"]))]
    if game.is_fixed:
        return
    best, worst = cell_of(game, "optimistic"), cell_of(game, "pessimistic")
    assert best.attained is worst.attained is True
    assert best.bound is worst.bound is None
    assert best.leader == max(one.best(1) for one in fixed)
    assert worst.leader == max(one.best(-1) for one in fixed)
    for cell, sign in ((best, 1), (worst, -1)):
        assert Mechanism(looked_at(game, cell).document()).best(sign) == cell.leader
    bound = max(max(one.mean(profile) for profile in one.profiles()) for one in fixed)
    assert cell_of(game, "no-incentives").leader == bound


# -- Prices -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
@pytest.mark.parametrize("epsilon", ["1/5", "1/10", "1/3", "2/5"])
def test_two_buyers_in_silence(epsilon: str, purchase: str) -> None:
    """The loss of posted prices is eps (1 - 2 eps)/2, the first best eps + 3 eps (1 - eps)/2."""
    eps = F(epsilon)
    game = sx.families.two_buyers(epsilon, messages=(1, 1), purchase=purchase)
    for concept in ("optimistic", "pessimistic", "no-incentives"):
        assert cell_of(game, concept).leader == -eps * (1 - 2 * eps) / 2
    assert cell_of(game, "no-incentives").first_best == eps + 3 * eps * (1 - eps) / 2


def silent_loss(n: int) -> Fraction:
    return F(n * n - 4, 24 * n * (n - 1)) if n % 2 == 0 else F(n + 1, 24 * n)


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
@pytest.mark.parametrize("n", range(2, 13))
def test_message_space_in_silence(n: int, purchase: str) -> None:
    """The closed form of the loss, as a sum of binomials too."""
    k = n // 2

    def three(m: int) -> int:
        return m * (m - 1) * (m - 2) // 6

    assert silent_loss(n) == F(three(k + 1) + three(n - k + 1), n * n * (n - 1))
    game = sx.families.message_space(n, messages=(1, 1), purchase=purchase)
    cell = cell_of(game, "pessimistic")
    assert (cell.leader, cell.attained) == (-silent_loss(n), True)


@pytest.mark.slow
@pytest.mark.parametrize("n", range(13, 61))
def test_message_space_in_silence_up_to_sixty(n: int) -> None:
    """The closed form, for all n up to 60."""
    (cell,) = sx.solve(sx.families.message_space(n, messages=(1, 1)), ["pessimistic"])["pessimistic"].cells
    assert (cell.leader, cell.attained) == (-silent_loss(n), True)


@pytest.mark.parametrize(("n", "value"), [(2, "0"), (3, "0"), (4, "0"), (5, "0"), (6, "0")])
def test_two_messages_reach_the_first_best(n: int, value: str) -> None:
    """In the best equilibrium, by brute force over its deviations."""
    game = sx.families.message_space(n)
    cell = cell_of(game, "optimistic")
    assert (cell.leader, cell.bound) == (F(value), None)
    oracle = Mechanism(looked_at(game, cell).document())
    played = [(p.probability, {name: dict(own) for name, own in p.strategies.items()}) for p in cell.equilibrium]
    assert sum(p for p, _ in played) == 1
    assert all(oracle.mean(profile) == 0 for _, profile in played)
    for deviation in oracle.deviations(told=False):
        assert sum(p * oracle.gain(profile, deviation) for p, profile in played) >= 0


@pytest.mark.parametrize(("n", "value"), [(7, "-1/294"), (8, "-1/224")])
def test_what_no_rules_exceed(n: int, value: str) -> None:
    assert cell_of(sx.families.message_space(n), "no-incentives").leader == F(value)


@pytest.mark.slow
def test_what_no_rules_exceed_with_nine_values() -> None:
    assert cell_of(sx.families.message_space(9), "no-incentives").leader == F(-1, 216)


@pytest.mark.parametrize("purchase", ["v >= p", "v > p"])
@pytest.mark.parametrize(("n", "value"), [(3, "0"), (4, "-1/48"), (5, "-1/50"), (6, "-1/60")])
def test_one_speaks(n: int, value: str, purchase: str) -> None:
    """What grids of prices suggested holds over all prices."""
    game = sx.families.message_space(n, messages=(1, 2), purchase=purchase)
    cell = cell_of(game, "pessimistic")
    assert (cell.leader, cell.bound, cell.attained) == (F(value), None, True)
    oracle = Mechanism(looked_at(game, cell).document())
    assert sure(oracle, "A1") == F(value)


def sure(oracle: Mechanism, sender: str, sign: int = -1) -> Fraction:
    """The worst (best) for the designer where one follower alone chooses: by type that of its best actions."""
    total = F(0)
    first = {name: {t: oracle.actions(name, t)[0] for t in oracle.types[name]} for name in oracle.names}
    for label in oracle.types[sender]:
        found = []
        for action in oracle.actions(sender, label):
            profile = {**first, sender: {**first[sender], label: action}}
            mine = ours = F(0)
            for types, chance in oracle.chances():
                if types[sender] == label:
                    actions = oracle.played(profile, types)
                    mine += chance * oracle.results(oracle.outcome(actions), types)[0][sender]
                    ours += chance * oracle.objective(actions, types)
            found.append((mine, sign * ours))
        total += sign * max(found)[1]
    return total


@pytest.mark.parametrize("seed", range(6))
def test_no_price_on_a_grid_is_better(seed: int) -> None:
    """One buyer speaks, values and chances at random: the exact optimum is at least that of any grid."""
    random = Random(f"grid {seed}")
    values = [sorted({F(random.randint(0, 4), 4) for _ in range(2)}) for _ in range(2)]
    chances = [[F(1, len(own))] * len(own) for own in values]
    purchase = random.choice(["v >= p", "v > p"])
    game = sx.families.price_mechanism(values, chances, messages=[1, 2], purchase=purchase)
    cells = {concept: cell_of(game, concept) for concept in ("optimistic", "pessimistic")}
    grid = [F(k, 8) for k in (0, 2, 3, 5, 8)]
    best = {concept: F(-10) for concept in cells}
    for orders in product((0, 1), repeat=2):
        for prices in product(grid, repeat=4):
            named = dict(zip((one.name for one in game.prices), prices, strict=True))
            oracle = Mechanism(game.with_choices("prices", orders, named).document())
            best["pessimistic"] = max(best["pessimistic"], sure(oracle, "A1"))
    assert cells["pessimistic"].leader >= best["pessimistic"]
    assert cells["optimistic"].leader >= cells["pessimistic"].leader
    for concept, sign in (("optimistic", 1), ("pessimistic", -1)):
        oracle = Mechanism(looked_at(game, cells[concept]).document())
        assert oracle.best(sign) == cells[concept].leader


@pytest.mark.parametrize("seed", range(12))
def test_objectives_with_prices(seed: int) -> None:
    """One follower speaks and revenue counts: suprema are approached, and no grid exceeds them."""
    random = Random(f"revenue {seed}")
    values = sorted({F(random.randint(1, 6), 2) for _ in range(3)})
    types = {f"t{k}": value for k, value in enumerate(values)}
    prior = {"A": {label: F(1, len(types)) for label in types}}
    leaf = [
        {"offers": [{"to": "A", "price": price}]}
        if random.random() < 0.6
        else {"valuations": {"A": f"{random.randint(0, 2)}*A"}, "payments": {"A": price}}
        for price in ("p", random.choice(["q", "2*q - 1", "p + q/2"]))
    ]
    game = sx.MechanismGame(
        {"A": {"types": types, "actions": ["a", "b"]}},
        {"r": {"a": leaf[0], "b": [leaf[1], {"valuations": {"A": "A/4"}}]}},
        prior=prior,
        prices={"p": [0, 3], "q": [0, 2]},
        purchase=random.choice(["v >= p", "v > p"]),
        objective=random.choice(["revenue", "revenue + welfare/2", "welfare - revenue/3"]),
    )
    grid = [F(k, 8) for k in range(25)]
    for concept, sign in (("optimistic", 1), ("pessimistic", -1)):
        cell = cell_of(game, concept)
        assert cell.bound is None
        there = Mechanism(looked_at(game, cell).document())
        assert there.best(sign) == (cell.leader if cell.attained else cell.near)
        assert cell.attained or 0 < cell.leader - cell.near < F(1, 50)
        best = F(-10)
        for choice, p, q in product((0, 1), grid, [q for q in grid if q <= 2]):
            oracle = Mechanism(game.with_choices("r", [0, choice], {"p": p, "q": q}).document())
            best = max(best, sure(oracle, "A", sign))
        assert best <= cell.leader
        assert cell.leader - best < F(1, 2)


@pytest.mark.parametrize(("purchase", "attained"), [("v >= p", True), ("v > p", False)])
def test_posted_price(purchase: str, attained: bool) -> None:
    """Revenue 4/3 at the price 2: reached, or only approached, by the purchase rule."""
    game = sx.MechanismGame(
        {"A": {"types": {"low": 1, "high": 2}, "actions": ["-"]}},
        {"posted": {"-": {"offers": [{"to": "A", "price": "p"}]}}},
        prior={"A": {"low": "1/3", "high": "2/3"}},
        prices={"p": [0, 3]},
        purchase=purchase,
        objective="revenue",
    )
    for concept in ("optimistic", "pessimistic"):
        cell = cell_of(game, concept)
        assert (cell.leader, cell.attained, cell.bound) == (F(4, 3), attained, None)
        there = Mechanism(looked_at(game, cell).document())
        assert there.best(-1) == (cell.leader if attained else cell.near)
        assert attained or F(132, 100) < cell.near < F(4, 3)


def test_payments_that_leave_one_equilibrium() -> None:
    """Matrix design: without payments the worst equilibrium has 36/5; promised ones make 10 sure."""
    game = sx.families.matrix_design([[3, 6], [4, 2]], [[3, 4], [6, 2]])
    none = game.at({one.name: 0 for one in game.prices})
    assert Mechanism(none.document()).best(-1) == F(36, 5)
    cell = cell_of(game, "pessimistic")
    assert (cell.leader, cell.bound) == (10, None)
    assert Mechanism(looked_at(game, cell).document()).best(-1) == 10


@pytest.mark.parametrize(("messages", "value"), [(1, "1/3"), (2, "2/3"), (3, "1"), (4, "1")])
def test_simple_allocation(messages: int, value: str) -> None:
    game = sx.families.simple_allocation(3, messages)
    for concept in ("optimistic", "pessimistic", "no-incentives"):
        assert cell_of(game, concept).leader == F(value)


@pytest.mark.parametrize("name", ["escape", "maintain", "brero-game-3", "brero-game-4"])
def test_leader_games(name: str) -> None:
    """Rules that are actions: pure commitment, ties for and against the leader."""
    game = sx.instance(name)
    made = sx.families.leader_game(game)
    assert cell_of(made, "optimistic").leader == sx.solve(game, ["pure-strong"])["pure-strong"].cell.leader
    assert cell_of(made, "pessimistic").leader == sx.solve(game, ["pure-weak"])["pure-weak"].cell.leader


@pytest.mark.parametrize(("rounds", "memory"), [(1, 0), (3, 0), (3, 1), (5, 1)])
def test_repeated_dilemma(rounds: int, memory: int) -> None:
    """All policies against all replies that depend on the past, played out."""
    table = {"CC": (3, 3), "CD": (1, 4), "DC": (4, 1), "DD": (2, 2)}
    seen = [""] if not memory else ["", *table]
    best = None
    for moves in product("CD", repeat=len(seen)):
        policy = dict(zip(seen, moves, strict=True))
        replies = []
        for plan in product("CD", repeat=rounds):
            past, totals = "", [-4 * rounds, -4 * rounds]
            for move in plan:
                past = policy[past if memory else ""] + move
                totals = [total + own for total, own in zip(totals, table[past], strict=True)]
            replies.append((totals[1], totals[0]))
        value = max(replies)[1]
        best = value if best is None else max(best, value)
    game = sx.families.repeated_prisoners_dilemma(rounds, memory)
    assert cell_of(game, "optimistic").leader == best


def test_a_gap_is_told() -> None:
    """Where no rules reach the bound and not all were gone through, the answer says so."""
    game = sx.families.message_space(5)
    solution = sx.solve(game, ["pessimistic"], time_limit=1)
    if solution["pessimistic"].cells:
        (cell,) = solution["pessimistic"].cells
        assert cell.leader <= 0 == (0 if cell.bound is None else cell.bound)
        assert solution.complete == (cell.bound is None)
        assert bool(solution.notes) == (cell.bound is not None)
    else:
        assert not solution.complete


@pytest.mark.parametrize("seed", range(8))
def test_bounds_by_strategies(seed: int) -> None:
    """What any profile of strategies can have, by brute force over options at grid prices inside every cell."""
    random = Random(f"bound {seed}")
    values = [[F(0), F(1, 2), F(1)], [F(0), F(random.randint(1, 3), 3)]]
    chances = [[F(1, 6), F(1, 3), F(1, 2)], [F(1, 4), F(3, 4)]]
    game = sx.families.price_mechanism(values, chances, messages=[2, 1])
    (design,) = designs_of(game)
    bounds = Bounds(design)
    found = {p: F(int(v), design.scale) for p, v in zip(bounds.profiles(), bounds.by_profile(), strict=True)}
    grid = sorted({*values[0], *values[1], F(1, 100), F(99, 100)})
    profile = random.choice(list(found))
    best = F(-10)
    oracle = Mechanism(game.document())
    spoken = {"A0": {f"v{t}": str(a) for t, a in enumerate(profile[0])}, "A1": {"v0": "0", "v1": "0"}}
    total = F(0)
    for leaf, message in enumerate("01"):
        best = F(-10)
        for order, one, two in product((0, 1), grid, grid):
            prices = {p.name: (one if p.name.endswith("_0") else two) for p in game.prices}
            there = Mechanism(game.with_choices("prices", [order, order], prices).document(), game.document())
            value = sum(
                chance * there.objective(there.played(spoken, types), types)
                for types, chance in oracle.chances()
                if spoken["A0"][types["A0"]] == message
            )
            best = max(best, F(value))
        total += best if any(a == leaf for a in profile[0]) else 0
    assert found[profile] == total


def test_what_is_best_is_verified_by_itself() -> None:
    """The value of the answer is that of the rules by themselves."""
    game = sx.families.message_space(3)
    found = best_rules(game, sure=True)
    fixed = game.with_choices(
        "prices",
        [leaf[o].choice for leaf, o in zip(found.rules.design.leaves, found.rules.options, strict=True)],
        dict(zip((one.name for one in game.prices), found.rules.prices, strict=True)),
    )
    (cell,) = sx.solve(fixed, ["coarse-correlated"])["coarse-correlated"].cells
    assert cell.worst.leader == found.value == 0


def test_leaves_that_are_never_reached() -> None:
    """What comes out there is told all the same, and decides nothing."""
    game = sx.MechanismGame(
        {"A": {"types": {"s": 1, "t": 2}, "actions": {"s": ["x"], "t": ["x", "y"]}}},
        {"r": {"x": {"offers": [{"to": "A", "price": "p"}]}, "y": {"offers": [{"to": "A", "price": "p - 1"}]}}},
        prior={"A": {"s": 1}},
        prices={"p": [0, 3]},
        purchase="v >= p",
        objective="revenue",
    )
    for concept in ("optimistic", "pessimistic"):
        assert cell_of(game, concept).leader == 1


def test_prices_of_one_leaf_that_count_at_another() -> None:
    """A price that an offer asks at one leaf is paid out at the other."""
    game = sx.MechanismGame(
        {"A": {"types": {"a": 1}, "actions": ["-"]}, "B": {"actions": ["x", "y"]}},
        {
            "r": {
                "-": {
                    "x": {"valuations": {"B": "-3/2"}, "payments": {"B": "-p"}, "designer": 1},
                    "y": {"offers": [{"to": "A", "price": "p"}]},
                }
            }
        },
        prior={"A": {"a": 1}},
        prices={"p": [0, 2]},
        purchase="v >= p",
        objective="designer",
    )
    for concept in ("optimistic", "pessimistic"):
        assert cell_of(game, concept).leader == 1


def test_offers_at_one_price_come_out_together() -> None:
    """What the bound counts must be possible: who values the item more takes it first."""
    game = sx.MechanismGame(
        {"A": {"types": {"a": 2}, "actions": ["-"]}, "B": {"types": {"b": 1}, "actions": ["-"]}},
        {"r": {"-": {"-": {"offers": [{"to": "A", "price": "p"}, {"to": "B", "price": "p"}]}}}},
        prior={"A": {"a": 1}, "B": {"b": 1}},
        prices={"p": [0, 3]},
        purchase="v >= p",
        objective="-(welfare - 1)**2",
    )
    assert cell_of(game, "no-incentives").leader == cell_of(game, "optimistic").leader == -1


def of_two(rule: Any, purchase: str, objective: str, prices: Any) -> sx.MechanismGame:
    """S chooses between two leaves; X, who values the item at 1, has nothing to say."""
    followers = {"S": {"actions": ["a", "b"]}, "X": {"types": {"x": 1}, "actions": ["o"]}}
    told = {label: {"o": leaf} for label, leaf in rule.items()}
    return sx.MechanismGame(
        followers, {"r": told}, prior={"X": {"x": 1}}, purchase=purchase, objective=objective, prices=prices
    )


def test_who_hopes_may_get_more_close_to_a_supremum() -> None:
    """At prices near the limit another action is better for the designer: the answer is the supremum all the same."""
    rule = {"a": {"offers": [{"to": "X", "price": "p"}]}, "b": {"offers": [{"to": "X", "price": "(1 + p)/2"}]}}
    game = of_two(rule, "v > p", "revenue", {"p": [0, 1]})
    for concept in ("optimistic", "pessimistic"):
        cell = cell_of(game, concept)
        assert (cell.leader, cell.attained) == (1, False)
        assert 0 < 1 - cell.near < F(1, 100)


def test_a_price_of_an_offer_that_the_designer_gets_elsewhere() -> None:
    rule = {"a": {"offers": [{"to": "X", "price": "p"}]}, "b": {"designer": "p"}}
    game = of_two(rule, "v >= p", "designer", {"p": [0, 2]})
    assert cell_of(game, "optimistic").leader == 2


def test_bounds_are_not_cut_off() -> None:
    """Sums over many leaves are longer than 64 bits though no leaf's are."""
    large = 9 * (2**60 - 1)
    labels = [f"t{k}" for k in range(9)]
    followers = {"A": {"types": labels, "actions": {t: [f"m{k}"] for k, t in enumerate(labels)}}}
    rule = {
        f"m{k}": {"valuations": {"A": {t: large if t == own else 0 for t in labels}}} for k, own in enumerate(labels)
    }
    game = sx.MechanismGame(followers, {"r": rule}, prior={"A": {t: F(1, 9) for t in labels}})
    assert cell_of(game, "no-incentives").leader == cell_of(game, "coarse-correlated").best.leader == large


def test_there_is_always_an_answer() -> None:
    """Matching pennies has no pure equilibrium, whatever is paid beside; every rule gives a half."""
    pay = {"h": {"h": (1, 0), "t": (0, 1)}, "t": {"h": (0, 1), "t": (1, 0)}}
    rule = {
        a: {
            b: {"valuations": {"A": u, "B": v}, "payments": {"A": "p"}, "designer": int(a == "h")}
            for b, (u, v) in row.items()
        }
        for a, row in pay.items()
    }
    followers = {"A": {"actions": ["h", "t"]}, "B": {"actions": ["h", "t"]}}
    game = sx.MechanismGame(followers, {"r": rule}, prices={"p": [0, 1]}, objective="designer")
    for concept in ("optimistic", "pessimistic"):
        cell = cell_of(game, concept)
        assert (cell.leader, cell.bound) == (F(1, 2), 1)


def test_leaves_of_different_sorts() -> None:
    """Offers at one leaf, stated outcomes at others, two followers who speak."""
    offered = {"offers": [{"to": "A", "price": "p"}]}
    game = sx.MechanismGame(
        {"A": {"types": {"x": 1}, "actions": ["0", "1"]}, "B": {"actions": ["0", "1"]}},
        {"r": {"0": {"0": offered, "1": {}}, "1": {"0": {}, "1": {}}}},
        prior={"A": {"x": 1}},
        prices={"p": [0, 1]},
        purchase="v >= p",
        objective="revenue",
    )
    assert cell_of(game, "optimistic").leader == 1
    assert cell_of(game, "pessimistic").leader <= 1


def test_too_many_equilibria_are_refused_in_time() -> None:
    types = [f"t{k}" for k in range(30)]
    followers = {"A": {"types": types, "actions": ["0", "1"]}}
    prior = {"A": {t: F(1, 30) for t in types}}
    solution = sx.solve(sx.MechanismGame(followers, {"r": {"0": {}, "1": {}}}, prior=prior), ["bayes-nash"])
    assert "expected at most 1048576 best strategies of a follower, found 1073741824" in solution.notes[0]
