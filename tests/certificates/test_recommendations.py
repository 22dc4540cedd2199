"""The checker works out what followers make of recommendations, and agrees with what is found."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import Any

import pytest
from guards import without_runaway_work
from recommended import HALF, certificate, drawn, game
from response_games import RECOMMENDATION

import stackexact as sx
from stackexact.certificates.check import Report, check
from stackexact.games.files import loads

ALL = ["response", "fixed-points", "incentive-compatible", "relaxed", "misspecification"]


def proved(game: sx.RecommendationGame, *concepts: str, digits: int = 30) -> dict[str, Any]:
    """The only cells of claims that the checker proves."""
    document = certificate(game, *concepts, digits=digits)
    report = check(document)
    assert report.true, str(report)
    assert report.game is not None
    assert report.game.sha256() == game.sha256
    return {concept: document["claims"][concept]["cells"][0] for concept in concepts}


@pytest.mark.parametrize("concept", ALL)
def test_random_games(concept: str) -> None:
    """Rewards and weights, mixed commitments, boundary recommendations, recommendations without weight."""
    enclosed = 0
    for seed in range(60):
        enclosed += "decimal" in json.dumps(proved(drawn(random.Random(seed), believed=True), concept))
    assert enclosed >= 10


@pytest.mark.parametrize("digits", [1, 12, 200])
def test_any_number_of_digits(digits: int) -> None:
    for seed in range(8):
        proved(drawn(random.Random(seed), believed=True), *ALL, digits=digits)


def test_instances_of_the_response() -> None:
    """The rows of the specification: weights 4, 1 and 9, 4, 1."""
    cell = proved(game([[1, 0]], HALF, ([1], ["1/2", "1/2"]), weights=[[4, 1]]), "response")["response"]
    assert (cell["response"], cell["violation"]) == ({"b1": "2/3", "b2": "1/3"}, "1/6")
    cell = proved(game([[1, 0, 0]], HALF, ([1], ["1/2", "1/2", 0]), weights=[[9, 4, 1]]), "response")["response"]
    assert (cell["response"], cell["violation"]) == ({"b1": "3/5", "b2": "2/5"}, "1/10")
    assert cell["unplayed"] == ["b3"]
    for told in ([1, 0, 0], ["9/13", "4/13", 0]):
        cell = proved(game([[1, 0, 0]], HALF, ([1], told), weights=[[9, 4, 1]]), "response")["response"]
        assert cell["violation"] == "0"


def test_fixed_points_of_every_set() -> None:
    """The quantal response to 9, 4, 1, and those among fewer actions; under every pure commitment without a policy."""
    told = {"weights": [[9, 4, 1]]}
    cell = proved(game([[1, 0, 0]], HALF, ([1], ["1/2", "1/2", 0]), **told), "fixed-points")["fixed-points"]
    assert len(cell["points"]) == 7
    assert {"b1": "9/13", "b2": "4/13"} in [point["recommendation"] for point in cell["points"]]
    cell = proved(game([[1, 0], [2, "1/2"]], HALF, weights=[[4, 1], [1, 9]]), "fixed-points")["fixed-points"]
    assert [point["leader"] for point in cell["points"] if point["full_support"]] == ["4/5", "13/20"]
    cell = proved(game([[1, 0, 0]], {"alpha": 0}, **told), "fixed-points")["fixed-points"]
    assert (cell["unique"], len(cell["points"])) == (True, 1)


def test_the_instance_of_a_wrong_belief() -> None:
    made = game([[1, 0]], HALF, ([1], ["1/3", "2/3"]), weights=[[4, 1]], assumed={"alpha": "1/3"})
    cell = proved(made, "misspecification")["misspecification"]
    assert (cell["factor"], cell["errors"]["b1"]["closed_form"]) == ("1/4", "-3/4*log(2)")


def test_the_best_commitment_and_what_is_nearly_followed() -> None:
    """Weights 4, 1 and 1, 9: pure rows get 4/5 and 13/20, and the supremum jumps to 2."""
    made = game([[1, 0], [2, "1/2"]], HALF, weights=[[4, 1], [1, 9]])
    cells = proved(made, "incentive-compatible", "relaxed")
    cell, limit = cells["incentive-compatible"], cells["relaxed"]
    assert cell["pure"] == {"a1": "4/5", "a2": "13/20"}
    assert cell["leader"]["decimal"].startswith("0.82828703914217")
    assert len(cell["commitment"]) == 2
    assert (limit["leader"], limit["attained"], limit["response"]) == ("2", False, "b1")
    assert limit["compatible"] == cell["leader"]


def test_pure_commitments_that_are_best_exactly() -> None:
    """Exactly, in closed form, or, where that is too long, enclosed with an exact proof; ties among all."""
    cases = [
        (game([[1, 1], [0, "1/2"]], HALF, weights=[[4, 1], [1, 9]]), str),
        (game([[3, 2], [0, 1]], {"tau": 1, **HALF}, follower=[[1, 0], [0, 0]]), dict),
        (game([[k + 2 for k in range(12)], [0] * 12], {"tau": 7, **HALF}, follower=[range(12), [1] * 12]), dict),
        (game([[1, 0], [1, 0], [1, 0]], HALF, weights=[[4, 1], [4, 1], [8, 2]]), str),
    ]
    forms = []
    for made, kind in cases:
        document = certificate(made, "incentive-compatible")
        proof = document["proofs"]["incentive-compatible"]["cells"][0]
        assert proof["deterministic"] is True
        cell = proved(made, "incentive-compatible")["incentive-compatible"]
        assert isinstance(cell["leader"], kind)
        forms.append("closed_form" in cell["leader"])
    assert forms == [False, True, False, False]


def test_a_supremum_that_is_attained() -> None:
    cell = proved(game([[3, 0], [2, 3], [3, 3]], HALF, weights=[[1, 2], [1, 2], [1, 2]]), "relaxed")["relaxed"]
    assert (cell["attained"], cell["commitment"], cell["leader"]) == (True, {"a3": "1"}, "3")
    cell = proved(game([[3, 0], [2, 3]], {"alpha": 0}, weights=[[1, 2], [2, 1]]), "relaxed")["relaxed"]
    assert cell["attained"]
    assert "response" not in cell


def test_a_value_beside_that_is_not_found_is_not_claimed() -> None:
    """Where the best commitment takes too long the supremum is proved without it."""
    made = game([[1, 0], [2, "1/2"]], HALF, weights=[[4, 1], [1, 9]])
    document = json.loads(sx.solve(made, ["relaxed"], time_limit=0).certificate().dumps())
    assert "compatible" not in document["claims"]["relaxed"]["cells"][0]
    assert check(document).true


def test_a_game_that_is_written_by_hand() -> None:
    """Step sizes in place of weights of recommendations, whole numbers, decimals, no names: it is read as it was."""
    document = certificate(loads(json.dumps(RECOMMENDATION)), *ALL)
    steps = {
        "format": "stackexact/game",
        "version": 1,
        "kind": "recommendation",
        "payoffs": {"leader": [[1, "0.5"]], "follower": [["1/4", 2]]},
        "follower": {"tau": "0.5", "eta": 3},
        "policy": {"commitment": {"a1": 1}, "recommendation": {"b1": "0.25", "b2": "3/4"}},
        "assumed": {"eta": 2},
    }
    read: Any = loads(json.dumps(steps))
    document = certificate(read, *ALL)
    document["game"] = steps
    report = check(document)
    assert report.true, str(report)
    assert report.game is not None
    assert report.game.sha256() == read.sha256


def looked_at(game: sx.RecommendationGame) -> Report | None:
    """The verdict on what is found of a game, if anything is, without endless work."""
    with without_runaway_work():
        document = json.loads(sx.solve(game, ALL).certificate().dumps())
        if not document["claims"]:
            return None
        report = check(document)
    assert report.true or report.limited, str(report)
    return report


HUGE = str(10**400)
HOSTILE: list[tuple[Any, Any, Any, dict[str, Any]]] = [
    ([[1, 0]], HALF, ([1], ["1/3", "2/3"]), {"weights": [[HUGE, 1]]}),
    ([[1, 0]], {"alpha": "1/3"}, ([1], ["1/3", "2/3"]), {"weights": [[HUGE, str(10**400 + 1)]]}),
    ([[1, 0], [0, 1]], HALF, (["1/2", "1/2"], ["1/3", "2/3"]), {"weights": [[HUGE, 1], [1, HUGE]]}),
    ([[1, 0]], {"alpha": f"{10**999 - 1}/{10**999}"}, ([1], ["1/3", "2/3"]), {"weights": [[7, 3]]}),
    ([[1, 0]], {"alpha": f"1/{10**999 + 7}"}, ([1], ["1/3", "2/3"]), {"weights": [[7, 3]]}),
    ([[1, 0]], {"tau": 1, "alpha": "1/2"}, ([1], ["1/3", "2/3"]), {"follower": [[HUGE, 0]]}),
    ([[1, 0]], {"tau": f"1/{HUGE}", "alpha": "1/2"}, ([1], ["1/3", "2/3"]), {"follower": [[2, 1]]}),
    ([[HUGE, f"-{HUGE}"]], HALF, ([1], ["1/3", "2/3"]), {"weights": [[5, 3]]}),
    ([[1, 0]], HALF, ([1], [f"1/{HUGE}", f"{10**400 - 1}/{HUGE}"]), {"weights": [[5, 3]]}),
    ([[0] * 60], HALF, ([1], ["1/60"] * 60), {"weights": [[1] * 60]}),
    ([[k % 7 for k in range(20)]], {"alpha": "1/7"}, ([1], ["1/20"] * 20), {"weights": [[k + 2 for k in range(20)]]}),
]
"""Long weights, powers with long denominators, rewards beyond all exponents, ties everywhere, many actions."""


@pytest.mark.parametrize("told", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_games_take_bounded_work(told: tuple[Any, Any, Any, dict[str, Any]]) -> None:
    leader, behaviour, policy, payoffs = told
    assumed = {key: "1/5" for key in behaviour if key != "tau"}
    assert looked_at(game(leader, behaviour, policy, assumed=assumed, **payoffs)) is not None


def test_numbers_beyond_what_is_checked_are_too_large() -> None:
    made = game([[1, 0]], {"tau": 1, **HALF}, ([1], ["1/3", "2/3"]), follower=[[1, 0]], assumed={"alpha": 0})
    document = certificate(made, "response")
    document["game"]["payoffs"]["follower"][0][0] = "1" + "0" * 12000
    with without_runaway_work():
        report = check(document)
    assert report.limited
    assert "binary digits" in str(report)


def test_rational_numbers_may_be_enclosed() -> None:
    """An enclosure without a closed form is true of every number that it holds, and no other."""
    document = certificate(game([[1, 0]], HALF, ([1], ["1/2", "1/2"]), weights=[[4, 1]]), "response")
    cell = document["claims"]["response"]["cells"][0]
    for lower, upper, decimal, true in [
        ("2/3", "2/3", "0.666", True),
        ("0", "2/3", "0", True),
        ("2/3", "3/4", "0.7", True),
        ("0", str(Fraction(2, 3) - Fraction(1, 10**50)), "0", False),
    ]:
        cell["leader"] = {"lower": lower, "upper": upper, "decimal": decimal}
        report = check(document)
        assert report.true == true or "digits that are certain" in str(report), (lower, str(report))
