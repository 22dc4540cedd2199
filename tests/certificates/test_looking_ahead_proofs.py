"""The checker proves what is found about the best deterministic policy against a quantal follower who looks ahead."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath as mp
import pytest
from guards import without_runaway_work
from oracles import looking_ahead as oracle
from quantal_making import anticipation, cells, looking_ahead, moved, replaced, text, verdict, written
from refusals import unnoticed

import stackexact as sx
from stackexact.certificates import looking_ahead_proofs
from stackexact.exact.enclosures import shared_digits
from stackexact.games.markov_reaching import reached_by_stage

CONCEPT = "deterministic"

SHAPES = [(1, 1, "1"), (2, 2, "1"), (3, 2, "1/2"), (2, 3, "1"), (2, 3, "2/3"), (3, 2, "1")]
"""States, stages, discount."""


def game_of(seed: int, shape: tuple[int, int, str], *, weighted: bool, chance: bool) -> sx.MarkovGame:
    return looking_ahead(random.Random(f"{seed}{shape}"), *shape, weighted=weighted, chance=chance)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("chance", [False, True])
def test_random_games(shape: tuple[int, int, str], weighted: bool, chance: bool) -> None:
    """What is written is proved; an end on the wrong side of the value that an oracle has is refused."""
    for seed in range(3):
        game = game_of(seed, shape, weighted=weighted, chance=chance)
        document = written(game, CONCEPT, digits=(5, 12, 40)[seed])
        assert verdict(document).true, str(verdict(document))
        for by in ((1, 1), (-1, -1)):
            assert not verdict(replaced(document, "claim.leader", lambda told, by=by: moved(told, *by))).true


def plans_of(game: Any) -> list[Any]:
    reached = [sorted(states) for states in reached_by_stage(game.initial, game.stages)]
    return list(oracle.plans(game, reached, prescription=game.prescription))


def as_claimed(game: Any, plan: Sequence[Any]) -> list[dict[str, Any]]:
    """A plan in the words of a claim."""
    made = []
    for row in plan:
        shown = {s: {b: dict.fromkeys(part, "1") for b, part in rule.items()} for s, rule in row.items()}
        made.append({s: rule if game.prescription else next(iter(rule.values())) for s, rule in shown.items()})
    return made


def path_value(game: Any, plan: Sequence[Any]) -> tuple[Fraction, list[dict[str, Fraction]]]:
    """In a game with weights, without chance and discounting: what a plan gets, and from each state on, in fractions,
    as a mean over paths."""

    def paths(h: int, s: int) -> Iterator[tuple[Fraction, Fraction]]:
        labels, stage = game.actions[s], game.stages[h][s]
        for b, response in enumerate(labels.follower):
            ((action, _),) = plan[h][game.states[s]][response].items()
            a = labels.leader.index(action)
            here = stage.weights[a][b], stage.leader[a][b]
            if h + 1 == game.horizon:
                yield here
                continue
            ((after, _),) = stage.transitions[a][b]
            for weight, gain in paths(h + 1, after):
                yield here[0] * weight, here[1] + gain

    def mean(h: int, s: int) -> Fraction:
        found = list(paths(h, s))
        return sum((w * g for w, g in found), Fraction(0)) / sum((w for w, _ in found), Fraction(0))

    values = [{s: mean(h, game.states.index(s)) for s in row} for h, row in enumerate(plan)]
    whole = sum((share * values[0][game.states[s]] for s, share in enumerate(game.initial) if share), Fraction(0))
    return whole, values


@pytest.mark.parametrize("seed", range(6))
def test_of_all_policies_the_best_are_accepted_and_no_others(seed: int) -> None:
    """Every policy with its own values, in fractions over all paths: exactly those are proved that get the most."""
    game = game_of(seed, (2, 2, "1"), weighted=True, chance=False)
    if seed > 3:  # ties
        states = game.document()["states"]
        for state in states.values():
            state["payoffs"] = {"leader": [["0", "1"], ["1", "1"]], "weights": [["1", "2"], ["1", "2"]]}
        follower = {"response": "quantal", "discount": 1}
        game = sx.MarkovGame(states, horizon=2, follower=follower, initial={"s0": 1}, prescription=True)
    document = written(game, CONCEPT)
    cell, _ = cells(document)
    found = [(plan, *path_value(game, plan)) for plan in plans_of(game)]
    best = max(value for _, value, _ in found)
    assert cell["leader"] == text(best)
    accepted = 0
    for plan, value, values in found[:: max(len(found) // 60, 1)] + [one for one in found if one[1] == best][:3]:
        cell["policy"], cell["leader"] = as_claimed(game, plan), text(value)
        cell["values"] = [{s: text(one) for s, one in row.items()} for row in values]
        assert verdict(document).true == (value == best)
        accepted += value == best
        if value == best:
            cell["values"][-1] = {s: text(Fraction(one) + Fraction(1, 10**40)) for s, one in cell["values"][-1].items()}
            assert not verdict(document).true
        cell["leader"] = text(best + Fraction(1, 10**40))
        assert not verdict(document).true
    assert accepted


@pytest.mark.parametrize("chance", [False, True])
def test_enclosures_of_other_policies_are_refused(chance: bool) -> None:
    """Each policy with ends around what an oracle says it gets: only those are proved that are best."""
    game = game_of(1, (2, 2, "2/3"), weighted=False, chance=chance)
    document = written(game, CONCEPT)
    cell, _ = cells(document)
    assert "values" not in cell
    with mp.workdps(40):
        values = [(oracle.value(game, plan), plan) for plan in plans_of(game)]
        best = max(value for value, _ in values)
        for value, plan in values[:: max(len(values) // 40, 1)]:
            middle = Fraction(int(mp.floor(value * 10**18)), 10**18)
            lower, upper = middle - Fraction(1, 10**12), middle + Fraction(1, 10**12)
            ends = {"lower": text(lower), "upper": text(upper)}
            cell["leader"] = ends | {"decimal": shared_digits(lower, upper)}
            cell["policy"] = as_claimed(game, plan)
            assert verdict(document).true == (best - value < mp.mpf(10) ** -15), str(verdict(document))


# -- lies -------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def bases() -> dict[str, dict[str, Any]]:
    """True certificates of fractions, closed forms and enclosures."""
    made = {
        "fraction": written(anticipation(2), CONCEPT),
        "discounted": written(anticipation(3, discount="1/2"), CONCEPT),
    }
    made["closed"] = written(game_of(0, (2, 2, "1"), weighted=False, chance=False), CONCEPT)
    chance = game_of(0, (2, 2, "1/2"), weighted=False, chance=True)
    made["enclosed"] = written(chance._with(prescription=False), CONCEPT)
    return made


def lies() -> Iterator[tuple[str, dict[str, Any]]]:
    enclosed, closed, fraction = bases()["enclosed"], bases()["closed"], bases()["fraction"]
    row = cells(enclosed)[0]["policy"][0]
    yield "values that are not known", replaced(enclosed, "claim.values", [dict.fromkeys(row, "1"), {}])
    upper = cells(enclosed)[0]["leader"]["upper"]
    yield "exact, but not known", replaced(enclosed, "claim.leader.closed_form", upper)
    yield "a closed form of another", replaced(closed, "claim.leader.closed_form", cells(closed)[0]["leader"]["upper"])
    s = next(iter(cells(closed)[0]["values"][0]))
    other = replaced(closed, f"claim.values.0.{s}.closed_form", cells(closed)[0]["values"][0][s]["upper"])
    yield "a closed form of another, in a state", other
    # A policy that is not best, with what it gets: announced too late.
    late = replaced(fraction, "claim.policy.1.X", {"p0": "1"})
    cells(late)[0].update(leader="1/3", values=[{"start": "1/3"}, {"X": "1", "Y": "0"}])
    yield "not best", late
    half = replaced(late, "claim.leader", {"lower": "1/4", "upper": "2/5", "decimal": "0.3"})
    yield "not best, and enclosed", half
    mixed = replaced(fraction, "claim.policy.1.X", {"p0": "1/2", "p1": "1/2"})
    cells(mixed)[0].update(leader="3/8", values=[{"start": "3/8"}, {"X": "15/16", "Y": "0"}])
    yield "not deterministic", mixed
    for h, rules in enumerate(cells(enclosed)[0]["policy"]):
        for state in rules:
            both = {"a1": "1/2", "a2": "1/2"}
            yield f"not deterministic {h} {state}", replaced(enclosed, f"claim.policy.{h}.{state}", both)
    for name, base in bases().items():
        cell, _ = cells(base)
        for lower, upper in ((1, 1), (-1, -1), (-3, -2), (2, 3)):
            yield (
                f"{name} moved {lower}",
                replaced(base, "claim.leader", lambda told, x=lower, y=upper: moved(told, x, y)),
            )
        yield f"{name} compared more", replaced(base, "claim.compared", cell["compared"] + 1)
        yield f"{name} compared less", replaced(base, "claim.compared", True)
        yield f"{name} compared, as text", replaced(base, "claim.compared", str(cell["compared"]))
        yield f"{name} enumerated less", replaced(base, "proof.enumerated", cell["compared"] - 1)
        for path in (
            "claim.compared",
            "proof.enumerated",
            "claim.policy.1",
            "claim.policy",
            "claim.leader",
            "claim.when",
        ):
            yield f"{name} {path} gone", replaced(base, path, ...)
        for path, value in (("proof.stages", []), ("claim.when", ["0 < 1"]), ("claim.response", {})):
            yield f"{name} {path}", replaced(base, path, value)
        for discount in ("0", "1/3"):
            yield f"{name} discount {discount}", replaced(base, "game.follower.discount", discount)
        yield f"{name} best responses", replaced(base, "game.follower", {"response": "best"})
        yield f"{name} horizon", replaced(base, "game.horizon", 3)
        for h, row in enumerate(cell["policy"]):
            for s, rule in row.items():
                yield f"{name} {h} {s} gone", replaced(base, f"claim.policy.{h}.{s}", ...)
                yield f"{name} {h} {s} other state", replaced(base, f"claim.policy.{h}.Z", rule)
                for other in others(rule):
                    yield f"{name} {h} {s} {other}", replaced(base, f"claim.policy.{h}.{s}", other)
                if "values" in cell:
                    for by in ((1, 1), (-1, -1), (-3, -2)):
                        path = f"claim.values.{h}.{s}"
                        yield f"{name} {path} {by}", replaced(base, path, lambda told, by=by: moved(told, *by))
                    yield f"{name} {path} gone", replaced(base, f"claim.values.{h}.{s}", ...)


def others(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Another action in the place of one, in a game of two actions."""
    swap = {"a1": "a2", "a2": "a1", "p0": "p1", "p1": "p0"}
    for key, part in rule.items():
        if isinstance(part, dict):
            ((action, _),) = part.items()
            yield {**rule, key: {swap[action]: "1"}}
        elif key in swap:
            yield {swap[key]: "1"}


LIES = list(lies())


def test_what_lies_are_made_of_is_true_and_of_every_sort() -> None:
    for name, document in bases().items():
        assert verdict(document).true, f"{name}: {verdict(document)}"
    told = [cells(document)[0] for document in bases().values()]
    assert [isinstance(one["leader"], str) for one in told] == [True, False, False, False]
    assert ["values" in one for one in told] == [True, False, True, False]
    assert "closed_form" in told[2]["leader"]


@pytest.mark.parametrize(("name", "document"), LIES, ids=[name for name, _ in LIES])
def test_lies_are_refused(name: str, document: dict[str, Any]) -> None:
    found = verdict(document)
    assert not found.true, name
    assert not found.limit
    assert found.reason.startswith(("claims.deterministic", "proofs.deterministic", "game")), found.reason


def test_no_refusal_can_be_left_out() -> None:
    left = unnoticed([looking_ahead_proofs], [document for _, document in LIES])
    assert not left, "\n".join(left)


# -- hostile input ----------------------------------------------------------------------------------------------------


def one_stage(leader: Any, own: Any, eta: str = "1", initial: Any = None, names: Sequence[str] = ("s",)) -> Any:
    follower = {"response": "quantal", "eta": eta, "discount": 1}
    states = {name: {"payoffs": {"leader": leader, "follower": own}} for name in names}
    return sx.MarkovGame(states, horizon=1, follower=follower, initial=initial or {names[0]: 1})


def test_ties_everywhere() -> None:
    """More of them than are compared exactly; actions that are alike are one."""
    document = written(one_stage([["1/3"] * 8] * 3, [[0] * 8] * 3), CONCEPT)
    assert isinstance(cells(document)[0]["leader"], dict)
    assert verdict(document).true
    document = replaced(document, "claim.leader", "1/3")
    assert verdict(document).true
    assert not verdict(replaced(document, "claim.leader", "1/4")).true
    # Ties of actions that differ in what does not matter: what the follower does not do is worth the same.
    rows = [[str(a), "0"] for a in range(6)]
    document = written(one_stage([["0", "0"]] * 6, rows), CONCEPT)
    assert cells(document)[0]["leader"] == "0"
    assert verdict(document).true


def test_more_policies_of_one_value_than_are_compared() -> None:
    """20**3 of them: between ends they are no more than these, exactly they are too many."""
    document = written(one_stage([["1/3"] * 3] * 20, [[a, 2 * a, 3 * a] for a in range(20)]), CONCEPT)
    ends = cells(document)[0]["leader"]
    assert Fraction(ends["lower"]) < Fraction(1, 3) < Fraction(ends["upper"])
    assert verdict(document).true
    assert not verdict(replaced(document, "claim.leader", lambda told: moved(told, -1, -1))).true
    assert verdict(replaced(document, "claim.leader", "1/3")).limit


def test_many_states_to_begin_in() -> None:
    """2**30 policies that get the same are neither gone through nor cut off."""
    names = [f"s{i}" for i in range(30)]
    game = one_stage([[0, 1], [1, 0]], [[0, 0], [0, 0]], names=names, initial=dict.fromkeys(names, Fraction(1, 30)))
    document = written(game, CONCEPT)
    best = {"b1": {"a2": "1"}, "b2": {"a1": "1"}}
    assert cells(document)[0]["policy"] == [dict.fromkeys(names, best)]
    assert verdict(document).true


def test_what_differs_by_very_little() -> None:
    tiny = Fraction(1, 10**200)
    document = written(one_stage([[1, 1], [1 + tiny, 1]], [[0, 0], [0, 0]]), CONCEPT)
    assert cells(document)[0]["leader"] == text(1 + tiny / 2)
    assert verdict(document).true
    worse = replaced(document, "claim.policy.0.s.b1", {"a1": "1"})
    cells(worse)[0].update(leader="1", values=[{"s": "1"}])
    assert not verdict(worse).true
    assert not verdict(worse).limit


@pytest.mark.parametrize("power", [30, 4000])
def test_exponentials_beyond_all_floats(power: int) -> None:
    huge = 10**power
    later = {"payoffs": {"leader": [[1, 0], ["1/2", 2]], "follower": [[huge, 1], [3, -huge]]}}
    start = {**later, "transitions": [[{"s": 1}, {"t": 1}], [{"t": 1}, {"s": 1}]]}
    follower = {"response": "quantal", "eta": "7/3", "discount": 1}
    game = sx.MarkovGame({"s": start, "t": start}, horizon=2, follower=follower, initial={"s": 1})
    document = written(game, CONCEPT, digits=9)
    assert verdict(document).true, str(verdict(document))
    assert not verdict(replaced(document, "claim.leader", "1/2")).true


def test_many_stages_and_many_policies_are_limits() -> None:
    rows = [[0, 1], [1, 0]]
    state = {"payoffs": {"leader": rows, "follower": rows}, "transitions": [[{"s": 1}] * 2] * 2}
    follower = {"response": "quantal", "eta": 1, "discount": 1}
    game = sx.MarkovGame({"s": state}, horizon=2, follower=follower)
    document = written(game, CONCEPT)
    assert verdict(document).true
    for horizon in (20, 100_000):
        with without_runaway_work():
            found = verdict(replaced(document, "game.horizon", horizon))
            assert found.limit
            assert "at most 200000 deterministic policies" in found.reason


def test_sums_over_paths_that_grow_are_a_limit() -> None:
    """One policy, whose value is claimed exactly: the exponentials along its paths are all different."""
    with without_runaway_work():
        rows = [[str(Fraction(1, 3**k)) for k in range(12)]]
        state = {"payoffs": {"leader": rows, "follower": rows}, "transitions": [[{"s": 1}] * 12]}
        follower = {"response": "quantal", "eta": 1, "discount": 1}
        game = sx.MarkovGame({"s": state}, horizon=2, follower=follower)
        document = written(game, CONCEPT)
        assert verdict(document).true
        document = replaced(document, "game.horizon", 400)
        rule = {"s": {f"b{k + 1}": {"a1": "1"} for k in range(12)}}
        document = replaced(replaced(document, "claim.policy", [rule] * 400), "claim.leader", "1")
        assert verdict(document).limit


def test_one_policy_over_many_stages() -> None:
    rows = [["1", "0"]]
    state = {"payoffs": {"leader": rows, "follower": rows}, "transitions": [[{"s": "1/2", "t": "1/2"}, {"t": "1"}]]}
    follower = {"response": "quantal", "eta": "1/3", "discount": "9/10"}
    game = sx.MarkovGame({"s": state, "t": {"like": "s"}}, horizon=200, follower=follower, initial={"s": 1})
    document = written(game, CONCEPT)
    assert cells(document)[0]["compared"] == 1
    assert verdict(document).true
    assert not verdict(replaced(document, "claim.leader", lambda told: moved(told, 1, 1))).true


def test_commitments_are_rows() -> None:
    """The number of policies is that of rows to the number of states, and of those that may come first the sum."""
    for states, horizon, count in ((2, 2, 8), (2, 3, 32)):
        game = looking_ahead(random.Random(1), states, horizon, "1", weighted=False, chance=True)
        document = written(game._with(prescription=False), CONCEPT)
        reached = [len(one) for one in reached_by_stage(game.initial, game.stages)]
        assert cells(document)[0]["compared"] == 2 ** sum(reached[1:]) * 2 * reached[0] <= count
        assert verdict(document).true
