"""Markov games whose follower responds best: all deterministic policies, the definition state by state, laws, usage."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from best_games import games, shop
from oracles.best_responses import Definition

import stackexact as sx
from stackexact.errors import UsageError
from stackexact.games.markov_reaching import reached_by_stage
from stackexact.myopic import commitments

CONCEPTS = ("pure-strong", "pure-weak", "mixed-strong", "mixed-weak")
CLOSE = Fraction(1, 10**9)


def expected(game: sx.MarkovGame, h: int, s: int, a: int, b: int, after: Mapping[int, Fraction]) -> Fraction:
    stage: Any = game.stages[h][s]
    later = sum((p * after[t] for t, p in stage.transitions[a][b]), Fraction(0)) if h + 1 < game.horizon else 0
    return Fraction(stage.leader[a][b] + later)


def worth(game: sx.MarkovGame, plan: Mapping[tuple[int, int], tuple[int, ...]], pick: Callable[..., Any]) -> Fraction:
    """What a deterministic policy gets, ties broken by ``pick``."""
    after: dict[int, Fraction] = {}
    for h in reversed(range(game.horizon)):
        now = {}
        for s in range(len(game.states)):
            answers = plan[h, s]
            stage: Any = game.stages[h][s]
            r = [stage.follower[a][b] for b, a in enumerate(answers)]
            best = [b for b, value in enumerate(r) if value == max(r)]
            now[s] = pick(expected(game, h, s, answers[b], b, after) for b in best)
        after = now
    return sum((Fraction(p) * after[s] for s, p in enumerate(game.initial)), Fraction(0))


def plans(game: sx.MarkovGame) -> Iterator[dict[tuple[int, int], tuple[int, ...]]]:
    """All deterministic policies: an answer to every action of the follower, or one action."""
    places = [(h, s) for h in range(game.horizon) for s in range(len(game.states))]
    choices = []
    for h, s in places:
        rows, columns = game.stages[h][s].shape
        every = product(range(rows), repeat=columns) if game.prescription else ((a,) * columns for a in range(rows))
        choices.append(list(every))
    for chosen in product(*choices):
        yield dict(zip(places, chosen, strict=True))


def test_deterministic_policies_are_the_best_of_all() -> None:
    for game in games(60, 1):
        solution = sx.solve(game, ["pure-strong", "pure-weak"])
        for ties, pick in (("strong", max), ("weak", min)):
            cell: Any = solution[f"pure-{ties}"].cell
            assert cell.leader == max(worth(game, plan, pick) for plan in plans(game))


def test_every_decision_by_definition() -> None:
    """The values are those that the definition has where what follows is worth what is told of the next stage."""
    seen = set()
    for game in games(40, 2, shapes=3):
        solution = sx.solve(game)
        for ties in ("strong", "weak"):
            cell: Any = solution[f"mixed-{ties}"].cell
            for h, states in enumerate(reached_by_stage(game.initial, game.stages)):
                assert set(cell.values[h]) == {game.states[s] for s in states}
                for s in states:
                    attained = require_decision(game, cell, h, s, ties)
                    seen.add((game.prescription, ties, h, attained))
            starts = [(game.states[s], Fraction(p)) for s, p in enumerate(game.initial) if p]
            assert cell.leader == sum(p * cell.values[0][name] for name, p in starts)
            from_start = cell.attained_from is None or all(cell.attained_from[0][name] for name, _ in starts)
            assert cell.attained == (None if ties == "strong" else from_start)
    assert {told for told in seen if told[1] == "weak"} == set(product((True, False), ("weak",), (0, 1), (True, False)))


def require_decision(game: sx.MarkovGame, cell: Any, h: int, s: int, ties: str) -> bool:
    name, stage = game.states[s], game.stages[h][s]
    last = h + 1 == game.horizon
    after = (
        {} if last else {t: cell.values[h + 1][one] for t, one in enumerate(game.states) if one in cell.values[h + 1]}
    )
    rows, columns = stage.shape
    leader = [[expected(game, h, s, a, b, after) for b in range(columns)] for a in range(rows)]
    opened = set()
    if not last and cell.attained_from is not None:
        moves: Any = stage.transitions
        for a, b in product(range(rows), range(columns)):
            if any(not cell.attained_from[h + 1][game.states[t]] for t, _ in moves[a][b]):
                opened.add((a, b))
    follower: Any = stage.follower
    told = Definition(leader, follower, frozenset(opened), game.prescription)
    value = cell.values[h][name]
    attained = cell.attained_from is None or cell.attained_from[h][name]
    if ties == "strong":
        assert told.strong(value, strictly=False)
        assert not told.strong(value, strictly=True)
        assert attained
    else:
        assert told.weak(value - CLOSE, strictly=False)
        assert not told.weak(value, strictly=True)
        assert attained == told.attained(value)
    require_response(game, cell, h, s, leader)
    return attained


def require_response(game: sx.MarkovGame, cell: Any, h: int, s: int, leader: Any) -> None:
    """The response is a best one to the policy, and gives the leader the value with it."""
    name, actions, stage = game.states[s], game.actions[s], game.stages[h][s]
    rule, response = cell.policy[h][name], cell.response[h][name]
    mixtures = [rule[b] if game.prescription else rule for b in actions.follower]
    follower: Any = stage.follower

    def mean(table: Any, b: int) -> Fraction:
        return sum((Fraction(p) * table[actions.leader.index(a)][b] for a, p in mixtures[b].items()), Fraction(0))

    b = actions.follower.index(response)
    assert all(sum(mixture.values()) == 1 for mixture in mixtures)
    assert mean(follower, b) == max(mean(follower, k) for k in range(len(actions.follower)))
    assert mean(leader, b) == cell.values[h][name]


def test_one_shot_commitments_are_those_of_games_in_matrices() -> None:
    source = random.Random(3)
    for _ in range(30):
        rows, columns = source.randint(1, 3), source.randint(1, 3)
        leader, follower = ([[source.randint(0, 3) for _ in range(columns)] for _ in range(rows)] for _ in "uv")
        payoffs = {"leader": leader, "follower": follower}
        one = sx.MarkovGame({"s": {"payoffs": payoffs}}, horizon=1, follower={"response": "best"}, prescription=False)
        answers, known = sx.solve(one), sx.solve(sx.Game(leader, follower), CONCEPTS)
        for concept in CONCEPTS:
            cell: Any = answers[concept].cell
            plain: Any = known[concept].cell
            assert cell.leader == plain.leader
            if concept == "mixed-weak":
                assert cell.attained == plain.attained
                assert plain.witness is None or cell.policy[0]["s"] == plain.witness
            else:
                assert (cell.policy[0]["s"], cell.response[0]["s"]) == (plain.commitment, plain.response)


def test_more_policies_and_kinder_ties_are_worth_no_less() -> None:
    for game in games(40, 4, shapes=3, most=3):
        other = sx.MarkovGame(
            game.document()["states"],
            horizon=2,
            initial=game.document()["initial"],
            follower={"response": "best"},
            prescription=not game.prescription,
        )
        more, fewer = (game, other) if game.prescription else (other, game)
        values = {
            (name, one is more): cell.leader
            for one in (more, fewer)
            for name, result in sx.solve(one).items()
            for cell in result.cells
        }
        for name, prescription in product(CONCEPTS, (True, False)):
            kind, ties = name.split("-")
            assert values[name, True] >= values[name, False]
            assert values[f"mixed-{ties}", prescription] >= values[f"pure-{ties}", prescription]
            assert values[f"{kind}-strong", prescription] >= values[f"{kind}-weak", prescription]


def test_a_game_worked_by_hand() -> None:
    """At the last stage half and half makes the follower indifferent, and is worth (3 + 1)/2 = 2, approached only.

    At the first stage b1 is worth 3 with a1, after which nothing comes, and 1 + 2 with a2. It is the response to a2,
    not to a1; so the weak value is 3. It is not attained, for a2 leads to the 2 that is not."""
    cell: Any = sx.solve(shop())["mixed-weak"].cell
    assert (cell.leader, cell.attained) == (3, False)
    assert [dict(values) for values in cell.values] == [{"open": 3}, {"open": 2, "closed": 0}]
    assert [dict(told) for told in cell.attained_from] == [{"open": False}, {"open": False, "closed": True}]
    assert cell.policy[1]["open"] == {"a1": Fraction(1, 2), "a2": Fraction(1, 2)}
    strong: Any = sx.solve(shop())["mixed-strong"].cell
    assert (strong.leader, strong.attained, strong.attained_from) == (3, None, None)


def test_ties_of_the_file_choose_what_is_usual() -> None:
    assert tuple(sx.solve(shop())) == CONCEPTS
    for ties in ("strong", "weak"):
        game = shop(follower={"response": "best", "ties": ties})
        assert tuple(sx.solve(game)) == (f"pure-{ties}", f"mixed-{ties}")
        assert tuple(sx.solve(game, ["mixed-strong", "pure-weak"])) == ("pure-weak", "mixed-strong")


def test_concepts_of_other_followers_are_refused() -> None:
    quantal = shop(follower={"response": "quantal", "eta": 1})
    with pytest.raises(UsageError, match="concept mixed-weak: expected a game whose follower's response is best"):
        sx.solve(quantal, ["mixed-weak"])
    with pytest.raises(UsageError, match="concept quantal: expected a game whose follower's response is quantal"):
        sx.solve(shop(), ["quantal"])
    game = sx.MarkovGame(
        {"s": {"payoffs": {"leader": [["p"]], "follower": [[0]]}}}, horizon=1, follower={"response": "best"}
    )
    with pytest.raises(UsageError, match="with numbers alone, found the parameter p"):
        sx.solve(game, ["mixed-weak"])


def test_a_time_limit_leaves_the_rest_undecided() -> None:
    solution = sx.solve(shop(), time_limit=0)
    assert [result.cells for result in solution.values()] == [()] * 4
    assert "time limit was reached at stage 2 of 2" in solution.notes[0]


def test_json_and_pages() -> None:
    solution = sx.solve(shop(), ["mixed-weak"])
    told = json.loads(json.dumps(solution.document()))["results"]["mixed-weak"]["cells"][0]
    assert set(told) == {"when", "leader", "attained", "policy", "response", "values", "attained_from"}
    assert told["values"] == [{"open": "3"}, {"open": "2", "closed": "0"}]
    assert told["attained_from"] == [{"open": False}, {"open": False, "closed": True}]
    assert "mixed-weak: Stackelberg, best responses, ties against the leader" in str(solution)
    page, source = solution._repr_html_(), solution._repr_latex_()
    assert "attained from" in page
    assert "attained" in source
    prescribed = str(sx.solve(shop(prescription=True)))
    assert "open: b1 → a2, b2 → a1; closed: b1 → a1" in prescribed
    assert r"open: b1 $\to$ a2, b2 $\to$ a1" in sx.solve(shop(prescription=True))._repr_latex_()


def test_payoffs_with_long_common_denominators_stay_rational(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answers, and proofs, where payoffs are quotients and where they are brought to integers."""
    primes = [101, 103, 107, 109, 113, 127, 131, 137, 139]
    source = random.Random(5)
    for _ in range(5):
        leader, follower = (
            [[f"{source.randint(-99, 99)}/{primes[3 * a + b]}" for b in range(3)] for a in range(3)] for _ in "ur"
        )
        game = sx.MarkovGame(
            {"s": {"payoffs": {"leader": leader, "follower": follower}, "transitions": [[{"s": 1}] * 3] * 3}},
            horizon=2,
            follower={"response": "best"},
            prescription=False,
        )
        whole = sx.solve(game)
        with monkeypatch.context() as patch:
            patch.setattr(commitments, "LONG", 0)
            quotients = sx.solve(game)
            assert quotients.certificate().check().true
        assert dict(quotients) == dict(whole)
