"""False claims about incentives with proofs that look right, each of which a single missing check would let through."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from many_followers import FAMILY, LEADER, NUMBERS, certificate, gaussian, led, scalar

from stackexact.certificates.check import check
from stackexact.games.lq_incentive import IncentiveGame

NOUGHT = {"u0": "0", "u": "0"}
UNIQUE = {"second_order": True, "unique": True, "unique_alike": True, "unique_apart": True}


def verdict(game: IncentiveGame, concept: str, claim: dict[str, Any], proof: object) -> str:
    """Why the claim is false; empty when it is true."""
    head = {"format": "stackexact/certificate", "version": 1, "kind": "lq-incentive", "game": game.document()}
    claims, proofs = {concept: {"cells": [{"when": [], **claim}]}}, {concept: {"cells": [proof]}}
    (one,) = check({**head, "claims": claims, "proofs": proofs}).verdicts
    return one.reason


def told(game: IncentiveGame, concept: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is true, and its proof."""
    document = certificate(game)
    (claim,), (proof,) = (document[part][concept]["cells"] for part in ("claims", "proofs"))
    assert not verdict(game, concept, claim, proof)
    return claim, proof


def gain(value: str, mean: str, energy: str) -> dict[str, Any]:
    return {"gain": {"u0": {"u": value}}, "mean_gain": {"u0": {"u": mean}}, "energy": energy}


# ------------------------------------------------------------------------------------------------ the team optimum


def test_a_stationary_point_need_not_be_the_best_one() -> None:
    claim = {"cost": "0", "actions": NOUGHT}
    assert not verdict(scalar("u", "u0**2 + u**2 + ubar**2", followers=2), "team-optimum", claim, {})
    why = verdict(scalar("u", "u**2 - u0**2 + ubar**2", followers=2), "team-optimum", claim, {})
    assert "not strictly convex when all followers move alike" in why
    why = verdict(scalar("u", "u**2 + u0**2 - 2*u0*ubar", followers=2), "team-optimum", claim, {})
    assert "not strictly convex when all followers move alike" in why


def test_followers_who_differ_may_please_the_leader_more() -> None:
    claim = {"cost": "0", "actions": NOUGHT}
    apart = "u0**2 - u**2 + 2*ubar**2"
    assert not verdict(scalar("u", apart, followers=1), "team-optimum", claim, {})
    why = verdict(scalar("u", apart, followers=2), "team-optimum", claim, {})
    assert "not strictly convex in one follower's action" in why
    for leader in (apart, "u0**2 + u**2"):
        claim = {
            "finite_energy": True,
            **gain("0", "0", "0"),
            "cost": "0",
            "actions": NOUGHT,
            "gap": "0",
            "swapped_cost": "0",
        }
        why = verdict(
            scalar("(u - u0)**2", leader, followers=1), "mean-field", claim, {"actions": NOUGHT, "response": [["1"]]}
        )
        assert ("not strictly convex in one follower's action" in why) == (leader == apart)


# ------------------------------------------------------------------------------------------------------ the incentive


def test_among_gains_the_least_is_claimed() -> None:
    game = NUMBERS["two actions of the leader on one"]
    claim, proof = told(game, "incentive")
    own = [claim["gain"][name]["u"] for name in "ab"]
    shifted = [Fraction(value) + Fraction(way, 1000) for value, way in zip(own, (2, 1), strict=True)]
    other = {
        "gain": {name: {"u": str(value)} for name, value in zip("ab", shifted, strict=True)},
        "mean_gain": {name: {"u": str(7 * value)} for name, value in zip("ab", shifted, strict=True)},
        "energy": str(7 * sum(value * value for value in shifted)),
    }
    assert "the gain is not that of least norm" in verdict(game, "incentive", {**claim, **other}, proof)


def test_where_none_is_needed_the_gain_is_nought() -> None:
    game = scalar("(u - 1)**2", "u0**2 + (u - 1)**2", followers=3)
    proof = {"actions": {"u0": "0", "u": "1"}}
    flags = {"exists": True, **UNIQUE, **proof}
    assert not verdict(game, "incentive", {**flags, **gain("0", "0", "0")}, proof)
    why = verdict(game, "incentive", {**flags, **gain("5", "15", "75")}, proof)
    assert "least norm, which is 0 here" in why
    assert "expected a gain: none is needed" in verdict(game, "incentive", {"exists": False}, proof)


def test_an_incentive_is_not_denied() -> None:
    game = NUMBERS["six followers"]
    claim, proof = told(game, "incentive")
    assert "expected a gain: the leader has influence" in verdict(game, "incentive", {"exists": False}, proof)
    kept = {key: value for key, value in claim.items() if not key.startswith("unique")}
    why = verdict(game, "incentive", {**kept, "exists": False, "second_order": False}, proof)
    assert "second_order: expected the opposite" in why


def test_a_stationary_point_need_not_be_a_response() -> None:
    game = NUMBERS["no convexity under the gain"]
    claim, proof = told(game, "incentive")
    for flag in (True, False):
        flags = {**UNIQUE, "unique": flag, "unique_alike": flag}
        assert "second_order: expected the opposite" in verdict(
            game, "incentive", {**claim, "exists": True, **flags}, proof
        )


def test_a_gain_cannot_undo_what_nobody_moves() -> None:
    """Where her action changes nothing, no gain makes a slope vanish."""
    game = scalar("u**2", "u0**2 + (u - 1)**2", followers=3)
    proof = {"actions": {"u0": "0", "u": "1"}}
    assert not verdict(game, "incentive", {"exists": False}, proof)
    why = verdict(game, "incentive", {"exists": True, **gain("0", "0", "0"), **UNIQUE, **proof}, proof)
    assert "not stationary under this gain" in why


# ---------------------------------------------------------------------------------------------------------- the limit


def test_the_leader_has_influence_on_many_as_well() -> None:
    game = NUMBERS["six followers"]
    claim, proof = told(game, "mean-field")
    kept = {key: claim[key] for key in ("finite_energy", "cost", "actions", "gap")}
    assert "expected a gain: the leader has influence" in verdict(game, "mean-field", kept, proof)


def test_there_is_no_gain_for_many_where_there_is_none_for_any_number() -> None:
    game = NUMBERS["no gain, but none is needed by many"]
    claim, proof = told(game, "mean-field")
    assert "there is no gain for many followers" in verdict(game, "mean-field", {**claim, **gain("0", "0", "0")}, proof)


def test_a_best_response_is_more_than_a_slope_that_vanishes() -> None:
    game = scalar("2*u*ubar - u**2 + u*u0 - 4*u", followers=3)
    claim = {"finite_energy": False, **gain("3", "oo", "oo"), "swapped_cost": "21"}
    proof = {"actions": {"u0": "1", "u": "1"}, "swapped": {"u0": "4", "u": "1"}, "turn": "3"}
    assert "not convex in its own action" in verdict(game, "mean-field", claim, proof)
    convex = scalar("u**2 - 2*u*ubar + u*u0 - 4*u", followers=3)
    assert not verdict(convex, "mean-field", claim, proof)


def test_the_leader_plays_her_best_on_the_line_of_responses() -> None:
    game = NUMBERS["six followers"]
    claim, proof = told(game, "mean-field")
    other = {**claim, "cost": "5", "gap": "2", "actions": {"u0": "0", "u": "2"}}
    assert "not stationary here, followers responding" in verdict(game, "mean-field", other, proof)
    other = {**claim, "cost": "3", "gap": "0", "actions": {"u0": "1", "u": "1"}}
    assert "the followers do not respond" in verdict(game, "mean-field", other, proof)


def test_the_evidence_of_a_response_must_be_its_slope() -> None:
    """With another slope, another point is stationary."""
    game = NUMBERS["six followers"]
    claim, proof = told(game, "mean-field")
    other = {**claim, "cost": "5", "gap": "2", "actions": {"u0": "0", "u": "2"}}
    # J0 has the slopes −2 by u0 and 2 by all followers there.
    why = verdict(game, "mean-field", other, {**proof, "response": [["1"]]})
    assert "expected how the followers' only response moves" in why


def test_what_is_determined_is_claimed() -> None:
    game = NUMBERS["six followers"]
    claim, proof = told(game, "mean-field")
    for gone in (("cost", "actions", "gap"), ("swapped_cost",)):
        kept = {key: value for key, value in claim.items() if key not in gone}
        assert "expected" in verdict(game, "mean-field", kept, proof)
    for concept, gone in (("randomised", ("cost", "actions", "error")), ("randomised", ("saving",))):
        claim, proof = told(FAMILY["fractions"], concept)
        kept = {key: value for key, value in claim.items() if key not in gone}
        assert "expected" in verdict(FAMILY["fractions"], concept, kept, proof)
    claim, proof = told(NUMBERS["a state"], "mean-field")
    for gone in (("cost", "strategies", "gap"), ("swapped_cost",), ("gain", "mean_gain", "energy", "swapped_cost")):
        kept = {key: value for key, value in claim.items() if key not in gone}
        assert "expected" in verdict(NUMBERS["a state"], "mean-field", kept, proof)
    claim, proof = told(NUMBERS["a major follower"], "major-follower")
    for prefix in ("", "limit_"):
        kept = {
            key: value
            for key, value in claim.items()
            if key not in (f"{prefix}{name}" for name in ("cost", "actions", "gain"))
        }
        kept |= {"exists": bool(prefix)}
        assert f"expected {prefix}cost" in verdict(NUMBERS["a major follower"], "major-follower", kept, proof)


def test_what_is_not_determined_is_not_claimed() -> None:
    game = NUMBERS["no limit of any kind"]
    claim, proof = told(game, "mean-field")
    for turn in ("0", "1"):
        more = {**proof, "swapped": proof["actions"], "turn": turn}
        assert "do not determine a limit" in verdict(game, "mean-field", {**claim, "swapped_cost": "3"}, more)
    game = scalar("u**2 - 2*u*ubar + u0*u0", "u0**2 + u**2", followers=3)
    claim, proof = told(game, "mean-field")
    assert "cost" not in claim
    more = {**claim, "cost": "0", "gap": "0", "actions": NOUGHT}
    assert "only response moves" in verdict(game, "mean-field", more, {**proof, "response": [["0"]]})


# ------------------------------------------------------------------------------------------------ one who is drawn


def test_one_who_is_drawn() -> None:
    game = FAMILY["fractions"]
    claim, proof = told(game, "randomised")
    assert "expected a gain" in verdict(game, "randomised", {"exists": False}, proof)
    kept = {key: claim[key] for key in ("drawn_gain", "team_actions")}
    assert "exists: expected true" in verdict(game, "randomised", {**kept, "exists": False}, proof)
    assert "expected no response where there is no gain" in verdict(game, "randomised", {"exists": True}, proof)
    game = NUMBERS["no convexity under the gain"]
    claim, proof = told(game, "randomised")
    assert "exists: expected false" in verdict(game, "randomised", {**claim, "exists": True}, proof)


# ------------------------------------------------------------------------------------------------- a major follower


def major_claim(**more: Any) -> dict[str, Any]:
    """Noughts, with N minor followers and in the limit."""
    actions = {"u0": "0", "w": "0", "u": "0"}
    claim = {"exists": True, "cost": "0", "actions": actions, "gain": {"u0": {"w": "0"}}}
    return {**claim, **{f"limit_{key}": claim[key] for key in ("cost", "actions")}, **more}


FLAT = {"response": [["0", "0"]], "limit_response": [["0", "0"]]}


def test_the_leader_of_a_major_follower_plays_her_best() -> None:
    game = IncentiveGame("u0**2 + w**2 + u**2", "u**2", major="w**2 + u0**2", followers=3)
    assert not verdict(game, "major-follower", major_claim(), FLAT)
    limited = major_claim(limit_gain={"u0": {"w": "0"}})
    assert "what gains tend to is not shown" in verdict(game, "major-follower", limited, FLAT)
    concave = IncentiveGame("w**2 - u0**2 + u**2", "u**2", major="w**2 + u0**2", followers=3)
    assert "not strictly convex, followers responding" in verdict(concave, "major-follower", major_claim(), FLAT)


def test_minor_and_major_followers_pay_least() -> None:
    flat = IncentiveGame("u0**2 + w**2 + u**2", "-u**2", major="w**2", followers=3)
    assert "a follower's cost is not convex" in verdict(flat, "major-follower", major_claim(), FLAT)
    flat = IncentiveGame("u0**2 + w**2 + u**2", "u**2", major="-w**2", followers=3)
    assert "the major follower's cost is not convex" in verdict(flat, "major-follower", major_claim(), FLAT)


def test_an_incentive_for_a_major_follower_is_not_denied() -> None:
    game = NUMBERS["a major follower"]
    claim, proof = told(game, "major-follower")
    kept = {key: value for key, value in claim.items() if key != "gain"}
    assert "expected a gain" in verdict(game, "major-follower", {**kept, "exists": False}, proof)
    kept = {key: value for key, value in claim.items() if key != "limit_gain"}
    assert "expected a gain" in verdict(game, "major-follower", kept, proof)


def test_games_that_a_concept_does_not_speak_of() -> None:
    alone, two, state = NUMBERS["six followers"], NUMBERS["a major follower"], NUMBERS["a state"]
    for concept in ("incentive", "mean-field", "randomised"):
        claim, proof = told(alone, concept)
        assert "without a major follower" in verdict(two, concept, claim, proof)
    claim, proof = told(two, "major-follower")
    for game in (alone, state):
        assert "expected a game with" in verdict(game, "major-follower", claim, proof)
    claim, proof = told(alone, "randomised")
    assert "without Gaussian information" in verdict(state, "randomised", claim, proof)
    # A major follower who pays nothing would stay where it is, but the concept says nothing of it.
    idle = IncentiveGame("u0**2 + w**2 + (u - 1)**2", "(u - 1)**2", major="0*w", followers=3)
    claim = {"exists": True, **gain("0", "0", "0"), **UNIQUE}
    assert "without a major follower" in verdict(idle, "incentive", claim, {"actions": {"u0": "0", "w": "0", "u": "1"}})


# --------------------------------------------------------------------------------------------- Gaussian information


def rule(a: str, g: str, b: str | None = None) -> dict[str, Any]:
    return {"u0": {"x": a, **({} if b is None else {"ubar": b})}, "u": {"y": g}}


def test_strategies_are_best_for_the_leader() -> None:
    claim = {"cost": "0", "strategies": rule("0", "0")}
    assert not verdict(gaussian("u**2", "u0**2 + u**2", followers=2), "team-optimum", claim, {})
    why = verdict(gaussian("u**2", "u**2 - u0**2", followers=2), "team-optimum", claim, {})
    assert "not strictly convex when all followers move alike" in why
    why = verdict(gaussian("u**2", "u0**2 - u**2 + 2*ubar**2", followers=2), "team-optimum", claim, {})
    assert "not strictly convex in one follower's action" in why
    game = gaussian("u**2", "u0**2 + u**2", followers=2, reacts=True)
    assert not verdict(game, "team-optimum", {"cost": "0", "strategies": rule("0", "0", "0")}, {})
    # With G = 0 nobody sees a mean to react to, so that neither cost nor slopes tell.
    why = verdict(game, "team-optimum", {"cost": "0", "strategies": rule("0", "0", "1")}, {})
    assert "does not react best" in why


def test_incentives_under_information_are_not_denied() -> None:
    game = NUMBERS["a state"]
    claim, proof = told(game, "incentive")
    assert "expected a gain" in verdict(game, "incentive", {"exists": False}, proof)
    kept = {key: value for key, value in claim.items() if not key.startswith("unique")}
    why = verdict(game, "incentive", {**kept, "exists": False, "second_order": False}, proof)
    assert "second_order: expected the opposite" in why


def test_many_followers_under_information() -> None:
    """Of one who is not convex no response is told; of one whom she does not move, no gain."""
    nought = {
        "team_cost": "0",
        "team_strategies": rule("0", "0"),
        "cost": "0",
        "strategies": rule("0", "0"),
        "gap": "0",
    }
    claim = {"finite_energy": True, **nought, "swapped_cost": "0"}
    none, proof = gain("0", "0", "0"), {"response": "0", "change": ["0", "0"]}
    for curve in ("", "-"):
        game = gaussian(f"{curve}u**2", "u0**2 + u**2", followers=3)
        why = verdict(game, "mean-field", {**claim, **none}, proof)
        assert ("not convex in its own action" in why) == bool(why) == bool(curve)
    game = gaussian("u**2", "u0**2 + u**2", followers=3)
    assert "which may converge" in verdict(game, "mean-field", claim, proof)
    assert "expected the evidence change" in verdict(game, "mean-field", claim, {"response": "0"})
    why = verdict(gaussian("u**2", "u0**2 - u**2 + 2*ubar**2", followers=1), "mean-field", claim, {"response": "0"})
    assert "not strictly convex in one follower's action" in why


def test_slopes_of_responses_under_information() -> None:
    game = NUMBERS["a state"]
    claim, proof = told(game, "mean-field")
    assert "only response moves" in verdict(game, "mean-field", claim, {**proof, "response": "7"})
    other = {**claim, "strategies": rule("1", "1")}
    assert "do not respond" in verdict(game, "mean-field", other, proof)


@pytest.mark.parametrize("name", ["states, aligned"])
def test_changes_with_the_number_of_followers_are_those_of_the_team(name: str) -> None:
    """With another change, N times the gain has another limit."""
    document = certificate(FAMILY[name])
    (cell,), (one,) = (document[part]["mean-field"]["cells"] for part in ("claims", "proofs"))
    (piece,) = one["pieces"]
    own = piece["proof"]["change"]
    for change in (["0", "0"], [own[0], "1"], ["1", own[1]]):
        piece["proof"]["change"] = change
        for value in ("0", "1", cell["mean_gain"]["u0"]["u"]):
            cell["mean_gain"]["u0"]["u"] = value
            assert not check(
                {**document, **{part: {"mean-field": document[part]["mean-field"]} for part in ("claims", "proofs")}}
            )


def test_the_leader_costs_of_the_tests_are_convex() -> None:
    assert not verdict(
        scalar("u", LEADER, followers=2), "team-optimum", {"cost": "3", "actions": {"u0": "1", "u": "1"}}, {}
    )
    assert not verdict(led("u", followers=2), "team-optimum", *told(led("u", followers=2), "team-optimum"))
