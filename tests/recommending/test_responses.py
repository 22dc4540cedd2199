"""Responses against their definition, computed with mpmath at 60 digits, and the identities that they obey."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import pytest
from oracles import recommendations as oracle
from recommended import drawn, holds, shares

import stackexact as sx
from stackexact.exact.logarithms import LogNumber
from stackexact.recommending.models import distance, model_of
from stackexact.recommending.responses import respond
from stackexact.solving.cells import Infinity

HALF = Fraction(1, 2)


@pytest.mark.parametrize("count", [400, pytest.param(5000, marks=pytest.mark.slow)])
def test_random_games(count: int) -> None:
    """Every number of the answers about hundreds (and thousands) of policies."""
    draw = random.Random(count)
    for _ in range(count):
        game = drawn(draw)
        x, y = game.policy.commitment, game.policy.recommendation
        logits = oracle.mixed(oracle.logits_of(game), x)
        played = oracle.response(logits, y, game.behaviour.alpha)
        kept = [b for b, share in enumerate(played) if share]
        quantal = oracle.quantal(logits, kept)
        (cell,) = sx.solve(game, ["response"])["response"].cells
        labels = game.actions.follower
        assert list(cell.response) == [labels[b] for b in kept]
        for b in kept:
            assert holds(cell.response[labels[b]], played[b])
            assert holds(cell.quantal[labels[b]], quantal[b])
            assert 0 < getattr(cell.response[labels[b]], "upper", cell.response[labels[b]]) <= 1
        assert holds(cell.violation, oracle.variation([oracle.number(share) for share in y], played))
        assert holds(
            cell.leader, oracle.value(oracle.mixed([[*map(oracle.number, r)] for r in game.leader], x), played)
        )
        assert (cell.unplayed or ()) == tuple(label for b, label in enumerate(labels) if b not in kept)
        require_distances(cell, [oracle.number(share) for share in y], played, quantal)


def require_distances(cell: Any, y: list[Any], played: list[Any], quantal: list[Any]) -> None:
    """Distances and the bound; infinite ones are those between different supports."""
    told = dict(cell.distances)
    assert holds(told["response-quantal"], oracle.hilbert(played, quantal))
    if [bool(share) for share in y] == [bool(share) for share in played]:
        assert holds(told["recommendation-quantal"], oracle.hilbert(y, quantal))
        between = oracle.hilbert(y, played)
        assert holds(told["recommendation-response"], between)
        assert holds(cell.bound, oracle.MP.tanh(between / 4))
    else:
        assert told["recommendation-quantal"] is told["recommendation-response"] is Infinity.OO
        assert cell.bound == 1
    assert ("recommendation-equilibrium" in told) == (not all(y))
    assert told.get("recommendation-equilibrium", Infinity.OO) is Infinity.OO
    assert getattr(cell.violation, "lower", cell.violation) <= getattr(cell.bound, "upper", cell.bound)


def test_the_response_is_a_best_one() -> None:
    """No other mixture gets the follower more of what it maximises."""
    draw = random.Random(3)
    for _ in range(60):
        game = drawn(draw, Fraction(draw.randint(1, 5), 6))
        if game.follower is None:
            continue
        x, y = game.policy.commitment, game.policy.recommendation
        kept = [b for b, share in enumerate(y) if share]
        model = model_of(game)
        found = respond(model, x, y).played
        assert list(found.support) == kept
        rewards = oracle.mixed([[oracle.number(r) for r in row] for row in game.follower], x)
        tau, alpha = oracle.number(game.behaviour.tau), oracle.number(game.behaviour.alpha)
        eta = (1 / alpha - 1) / tau
        own = [oracle.MP.mpf(str(share.ball().mid().str(15, radius=False))) for share in found.shares]
        parts = [[values[b] for b in kept] for values in (rewards, [oracle.number(share) for share in y])]
        best = oracle.objective(own, *parts, tau, eta)
        for _ in range(30):
            other = [oracle.number(share) for share in shares(draw, len(kept), True)]
            assert oracle.objective(other, *parts, tau, eta) <= best + 1e-12


def test_identities_exactly() -> None:
    """d(z, q) = α d(y, q) and d(y, z) = (1 - α) d(y, q) as formal numbers, from their parts."""
    draw = random.Random(4)
    for _ in range(200):
        game = drawn(draw, Fraction(draw.randint(1, 6), 7))
        found = respond(model_of(game), game.policy.commitment, game.policy.recommendation)
        assert found.before is not None
        assert distance(found.played, found.quantal) == found.before * game.behaviour.alpha
        assert found.violation.distance == found.before * (1 - game.behaviour.alpha)
        assert found.before.sign() >= 0


def test_the_bound_is_sharp_for_two_actions_that_mirror() -> None:
    """(1/5, 4/5) is answered by (4/5, 1/5) where W = (64, 1) and α = 1/2: what is violated is just what the bound
    allows, which no enclosure could tell."""
    game = sx.RecommendationGame([[0, 0]], weights=[[64, 1]], behaviour={"alpha": HALF})
    found = respond(model_of(game), (Fraction(1),), (Fraction(1, 5), Fraction(4, 5)))
    assert [share.rational for share in found.played.shares] == [Fraction(4, 5), Fraction(1, 5)]
    assert found.violation.size == found.violation.bound
    assert found.violation.size.rational == Fraction(3, 5)
    other = respond(model_of(game), (Fraction(1),), (Fraction(1, 4), Fraction(3, 4)))
    assert other.violation.size < other.violation.bound


def test_a_recommendation_of_the_quantal_response_is_followed() -> None:
    """Without any violation, exactly, in rational games; with irrational ones distances are formal zeros."""
    game = sx.RecommendationGame([[1, 2, 3]], weights=[[9, 4, 1]], behaviour={"alpha": Fraction(3, 7)})
    for y in ([9, 4, 1], [9, 4, 0], [0, 4, 1], [9, 0, 1], [0, 0, 1]):
        share = tuple(Fraction(value, sum(y)) for value in y)
        found = respond(model_of(game), (Fraction(1),), share)
        assert found.violation.size.rational == 0
        assert found.before == LogNumber()
        assert [one.rational for one in found.played.shares] == [value for value in share if value]


def test_long_numbers() -> None:
    """Rewards far apart, and probabilities of many digits."""
    policy = {"commitment": {"a1": 1}, "recommendation": {"b1": f"1/{10**90 + 7}", "b2": f"{10**90 + 6}/{10**90 + 7}"}}
    for given in (
        {"weights": [[4, 1]], "behaviour": {"alpha": HALF}},
        {"follower": [[4000, 1]], "behaviour": {"alpha": HALF, "tau": 1}},
    ):
        game = sx.RecommendationGame([[1, 0]], policy=policy, **given)
        (cell,) = sx.solve(game, ["response"])["response"].cells
        logits = oracle.mixed(oracle.logits_of(game), [1])
        for share, value in zip(
            cell.response.values(), oracle.response(logits, game.policy.recommendation, HALF), strict=True
        ):
            assert holds(share, value)


@pytest.mark.parametrize("name", ["nudge", "nudge-boundary", "followed-vertex", "followed-face", "wrong-weight"])
def test_shipped_games_against_the_definition(name: str) -> None:
    game = sx.instance(name)
    cell: Any = sx.solve(game)["response"].cell
    logits = oracle.mixed(oracle.logits_of(game), game.policy.commitment)
    played = oracle.response(logits, game.policy.recommendation, game.behaviour.alpha)
    assert all(holds(share, value) for share, value in zip(cell.response.values(), played, strict=False))
