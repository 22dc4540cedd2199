"""False claims about followers of recommendations: each is refused, and none of the checks that refuse them can be left
out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import sympy
from lies import at, at_ends, changed, moved, shifted, wrong_values
from recommended import HALF, certificate, drawn, game
from refusals import unnoticed

from stackexact.certificates import recommendation_commitments, recommendation_game, recommendation_proofs
from stackexact.certificates.check import check

CONCEPTS = ["response", "fixed-points", "misspecification", "incentive-compatible", "relaxed"]


@cache
def bases() -> dict[str, dict[str, Any]]:
    """True certificates of all sorts of games."""
    made = {str(seed): drawn(random.Random(seed), believed=True) for seed in range(12)}
    believed: Any = {"assumed": {"alpha": "1/3"}}
    made["plain"] = game([[1, 0], [2, "1/2"]], HALF, ([1, 0], ["1/3", "2/3"]), weights=[[4, 1], [1, 9]], **believed)
    made["edge"] = game([[1, 0, 3]], HALF, ([1], ["1/2", "1/2", 0]), weights=[[9, 4, 1]], **believed)
    follower = {"tau": 1, "alpha": 0}
    made["free"] = game([[1, 0, 3]], follower, ([1], ["1/2", "1/2", 0]), follower=[[2, 1, 0]], **believed)
    told = ["1/2", "1/2"]
    made["pure"] = game([[1, 1], [0, "1/2"]], HALF, ([1, 0], told), weights=[[4, 1], [1, 9]], **believed)
    rewards = {"tau": 1, **HALF}
    made["closed"] = game([[3, 2], [0, 1]], rewards, ([1, 0], told), follower=[[1, 0], [0, 0]], **believed)
    long = [k + 2 for k in range(7)]
    made["long"] = game([long, [0] * 7], rewards, ([1, 0], ["1/7"] * 7), follower=[range(7), [1] * 7], **believed)
    made["mixed"] = game([[1, 0], [2, "1/2"]], {"alpha": 0}, ([1, 0], told), weights=[[4, 1], [1, 9]], **believed)
    made["still"] = game([[1, 0]], HALF, ([1], told), weights=[[1, 1]], **believed)
    made["sure"] = game([[3, 0], [2, 3], [3, 3]], HALF, ([1, 0, 0], told), weights=[[1, 2]] * 3, **believed)
    return {name: certificate(one, *CONCEPTS) for name, one in made.items()}


@pytest.mark.parametrize("concept", CONCEPTS)
@pytest.mark.parametrize("most", [7, pytest.param(40, marks=pytest.mark.slow)])
def test_nothing_that_is_claimed_can_be_changed(concept: str, most: int) -> None:
    """Some places of each claim are drawn."""
    count, draw = 0, random.Random(concept)
    for document in bases().values():
        alone = of(concept, document)
        assert check(alone).true
        cell = f"claims.{concept}.cells.0"
        changes = list(wrong_values(at(document, cell), cell))
        for path, value in draw.sample(changes, min(most, len(changes))):
            (verdict,) = check(changed(alone, path, value)).verdicts
            count += 1
            assert not verdict.true, path
            assert not verdict.limit, path
            assert verdict.reason.startswith(("claims", "proofs")), verdict
    assert count >= 100


def of(concept: str, document: dict[str, Any]) -> dict[str, Any]:
    """A certificate of one concept alone."""
    return {**document, **{part: {concept: document[part][concept]} for part in ("claims", "proofs")}}


VERTEX = {"commitment": {"a1": "1"}, "recommendation": {"b1": "1"}, "full_support": False, "leader": "1"}

R, F, M, C, X = (f"claims.{concept}.cells.0" for concept in CONCEPTS)
PC, PX = (f"proofs.{concept}.cells.0" for concept in CONCEPTS[3:])
GAMES = [("game.payoffs.leader.1.0", "5"), ("game.payoffs.weights.0.0", "5"), ("game.payoffs.weights.1.1", "8")]

LIES: list[tuple[str, str, Any]] = [
    ("plain", f"{R}.distances.recommendation-equilibrium", "oo"),
    ("plain", f"{R}.distances.response-quantal", "oo"),
    ("plain", f"{R}.unplayed", []),
    ("plain", f"{R}.more", "0"),
    ("plain", f"{R}.when", ["1 < 2"]),
    ("plain", f"{R}.leader", {"lower": "0", "upper": "1"}),
    ("plain", f"{R}.leader.decimal", "0.5"),
    ("plain", f"{R}.leader.closed_form", "2/(sqrt(2) + 3)"),
    ("plain", f"{R}.leader.closed_form", "2/(sqrt(2) + 2"),
    ("plain", f"{R}.leader.closed_form", "log(2)"),
    ("plain", f"{R}.distances.response-quantal.closed_form", "log(3)"),
    ("plain", f"{R}.distances.response-quantal.closed_form", "sqrt(2)"),
    ("plain", f"{R}.distances.response-quantal.closed_form", 2),
    ("plain", f"{R}.distances.response-quantal.lower", "3"),
    ("edge", f"{R}.response.b3", "0"),
    ("edge", f"{R}.unplayed", ["b2"]),
    ("edge", f"{R}.unplayed", ["b3", "b3"]),
    ("edge", f"{R}.distances.recommendation-equilibrium", "0"),
    ("free", f"{R}.distances.recommendation-quantal", "1"),
    ("free", f"{R}.bound", "1/2"),
    ("plain", "proofs.response.cells.0.more", "0"),
    ("plain", "proofs.response.cells", []),
    ("plain", "proofs.response", ...),
    # recommendations that are followed
    ("edge", f"{F}.points.0", lambda told: {**told, "commitment": {}}),
    ("edge", f"{F}.points.1.recommendation", lambda told: {**told, "b3": "0"}),
    ("edge", f"{F}.points.1", lambda told: {**told, "recommendation": {}}),
    ("edge", f"{F}.points", lambda told: [*told[:-1], told[0]]),
    ("edge", f"{F}.points", lambda told: [*told, told[0]]),
    ("edge", f"{F}.points", []),
    ("edge", f"{F}.points.0.more", "0"),
    ("edge", f"{F}.when", ["1 < 2"]),
    ("free", f"{F}.points.0", VERTEX),
    ("plain", f"{F}.points.0.commitment", {"a2": "1"}),
    ("plain", f"{F}.points.0.commitment", {"a1": "1/2", "a2": "1/2"}),
    ("plain", f"{F}.unique", True),
    ("plain", f"{F}.unique_with_full_support", False),
    ("plain", "proofs.fixed-points.cells.0.more", "0"),
    # wrong beliefs
    ("plain", f"{M}.factor", "1/3"),
    ("plain", f"{M}.reference", "b1"),
    ("plain", f"{M}.log_odds.b2", "0"),
    ("plain", f"{M}.log_odds", {}),
    ("plain", f"{M}.errors.b1.closed_form", "-3/4*log(3)"),
    ("plain", f"{M}.estimated", lambda told: {"b2": told["b1"]}),
    ("plain", f"{M}.reward_errors", {}),
    ("free", f"{M}.reward_errors", ...),
    ("plain", f"{M}.expected_violation", "1/2"),
    ("plain", f"{M}.when", ["1 < 2"]),
    ("plain", "proofs.misspecification.cells.0.more", "0"),
    ("plain misspecification", "game.assumed", ...),
    ("plain misspecification", "game.assumed.alpha", "1/4"),
    ("plain misspecification", "game.follower.alpha", "1/4"),
    ("plain misspecification", "game.policy", ...),
    ("plain fixed-points", "game.policy", ...),
    ("plain fixed-points", "game.policy.commitment", {"a2": "1"}),
    ("plain fixed-points", "game.follower.alpha", "0"),
    # the best commitment
    ("plain", f"{C}.commitment", {"a1": "1"}),
    ("plain", f"{C}.commitment", {"a1": "1/2", "a2": "1/2"}),
    ("plain", f"{C}.leader.closed_form", "4/5"),
    ("plain", f"{C}.leader", "4/5"),
    ("plain", f"{C}.pure.a2", ...),
    ("plain", f"{C}.when", ["1 < 2"]),
    ("pure", f"{C}.commitment", {"a2": "1"}),
    ("pure", f"{C}.leader", "999/1000"),
    ("closed", f"{C}.leader.closed_form", "exp(1)"),
    ("closed", f"{C}.leader", lambda told: {**told, "closed_form": at_ends(told)}),
    ("long", f"{C}.leader", shifted(1, 1)),
    ("long", f"{C}.leader", shifted(-1, -1)),
    ("long", f"{C}.commitment", {"a2": "1"}),
    *[(base, f"{PC}.parts", parts) for base in ("plain", "pure", "closed") for parts in ("", "0 1", "a,a", "x", 3)],
    ("plain", f"{PC}.parts", "a"),
    ("plain", f"{PC}.parts", ...),
    ("plain", f"{PC}.limit", moved("-1/1000")),
    ("plain", f"{PC}.limit", moved("1/1000")),
    ("plain", PC, {"deterministic": True, "parts": "n"}),
    ("plain", PC, {}),
    ("pure", PC, {}),
    ("pure", f"{PC}.deterministic", False),
    *[("plain incentive-compatible", *change) for change in GAMES],
    # what is nearly followed
    ("plain", f"{X}.leader", "1"),
    ("plain", f"{X}.attained", True),
    ("plain", f"{X}.commitment", {"a1": "1"}),
    ("plain", f"{X}.commitment", {"a1": "1/2", "a2": "1/2"}),
    ("plain", f"{X}.response", "b2"),
    ("plain", f"{X}.compatible", ...),
    ("plain", f"{X}.compatible", shifted(1, 1)),
    ("plain", f"{X}.compatible", shifted(-1, -1)),
    ("plain", f"{X}.compatible", "2"),
    ("plain", f"{X}.when", ["1 < 2"]),
    ("plain", PX, {}),
    ("plain", f"{PX}.more", "0"),
    ("plain", f"{PX}.compatible.commitment", {"a1": "1"}),
    ("plain", f"{PX}.compatible.proof.parts", "a"),
    ("plain", f"{PX}.compatible.proof.limit", moved("-1/1000")),
    ("sure", f"{X}.attained", False),
    ("sure", f"{X}.commitment", {"a1": "1"}),
    ("sure", f"{X}.commitment", {"a1": "1/2", "a3": "1/2"}),
    ("mixed", f"{X}.attained", False),
    ("mixed", f"{X}.leader", shifted(1, 1)),
    ("mixed", f"{X}.leader", "2"),
    ("mixed", f"{X}.compatible", "2"),
    ("mixed", f"{X}.compatible", lambda told: {key: value for key, value in told.items() if key != "decimal"}),
    ("mixed", f"{X}.commitment", {"a1": "1"}),
    ("mixed", f"{PX}.compatible.commitment", {"a1": "1"}),
    ("mixed", f"{X}.response", "b1"),
    ("mixed", f"{X}.when", ["1 < 2"]),
    ("mixed", PX, {}),
    *[("plain relaxed", *change) for change in GAMES],
    ("plain relaxed", "game.follower.alpha", "0"),
    ("sure relaxed", "game.payoffs.leader.2.1", "2"),
    # the game
    ("plain", "game.policy", ...),
    ("plain", "game.policy.commitment", {"a2": "1"}),
    ("plain", "game.policy.recommendation", {"b1": "1/2", "b2": "1/2"}),
    ("plain", "game.policy.recommendation", {"b1": "1/2", "b2": "1/3"}),
    ("plain", "game.policy.recommendation", {"b1": "3/2", "b2": "-1/2"}),
    ("plain", "game.policy.more", {}),
    ("plain", "game.follower.alpha", "1/3"),
    ("plain", "game.follower.alpha", "1"),
    ("plain", "game.follower.alpha", "-1/2"),
    *[("still", "game.follower.alpha", alpha) for alpha in ("1", "2", "-1")],
    ("plain", "game.follower", {"tau": "1", "alpha": "1/2"}),
    ("plain", "game.follower", {"eta": "1"}),
    ("plain", "game.follower", {}),
    ("free", "game.follower", {"tau": "1"}),
    ("free", "game.follower", {"tau": "1", "eta": "1", "alpha": "0"}),
    ("free", "game.follower", {"eta": "1"}),
    ("free", "game.follower", {"alpha": "0"}),
    ("free", "game.follower", {"tau": "0", "alpha": "0"}),
    ("free", "game.follower", {"tau": "1", "eta": "0"}),
    ("free", "game.follower.tau", "2"),
    ("plain", "game.payoffs.leader.0.0", "2"),
    ("plain", "game.payoffs.weights.0.0", "5"),
    ("plain", "game.payoffs.weights.0.0", "0"),
    ("plain", "game.payoffs.follower", [["1", "1"], ["1", "1"]]),
    ("plain", "game.payoffs.weights.0", ...),
    ("plain", "game.payoffs.weights.0.0", "w"),
    ("plain", "game.actions.follower", ["b1"]),
    ("plain", "game.assumed", {"tau": "1", "alpha": "1/3"}),
    ("free", "game.assumed", {"tau": "1"}),
    ("plain", "game.assumptions", ["1 < 0"]),
    ("plain", "game.name", 3),
    ("plain", "game.more", 3),
]


def edited(base: str, path: str, value: Any) -> dict[str, Any]:
    """A true certificate of one concept, which the base or the place names, with another value in one place."""
    name, _, concept = base.partition(" ")
    part, told, *_ = path.split(".")
    return changed(of(concept or (CONCEPTS[0] if part == "game" else told), bases()[name]), path, value)


@pytest.mark.parametrize(("base", "path", "value"), LIES, ids=[f"{i}-{one[0]}-{one[1]}" for i, one in enumerate(LIES)])
def test_lies_are_refused(base: str, path: str, value: Any) -> None:
    (verdict,) = check(edited(base, path, value)).verdicts
    assert not verdict.true
    assert not verdict.limit
    assert verdict.reason.startswith(("claims", "proofs", "game"))


@pytest.mark.parametrize("concept", CONCEPTS)
def test_closed_forms_are_those_of_the_numbers(concept: str) -> None:
    """A closed form with another digit is accepted only where it is the same number, as mpmath has it."""
    draw, count = random.Random(concept), 0
    for document in bases().values():
        alone, cell = of(concept, document), f"claims.{concept}.cells.0"
        for path in draw.sample(forms := list(closed_forms(at(alone, cell), cell)), min(4, len(forms))):
            told = at(alone, path)
            place = draw.choice([i for i, letter in enumerate(told) if letter.isdigit()])
            other = told[:place] + str((int(told[place]) + draw.randint(1, 9)) % 10) + told[place + 1 :]
            if check(changed(alone, path, other)).true:
                assert abs(sympy.sympify(f"{told} - ({other})").evalf(40, maxn=400)) < 1e-30, (told, other)
            count += 1
    assert count >= 3


def closed_forms(told: Any, path: str) -> Iterator[str]:
    """The places of all closed forms."""
    if isinstance(told, dict | list):
        for key, value in list(told.items() if isinstance(told, dict) else enumerate(told)):
            if key == "closed_form":
                yield f"{path}.{key}"
            yield from closed_forms(value, f"{path}.{key}")


MODULES = (recommendation_proofs, recommendation_commitments, recommendation_game)
"""Modules whose refusals are left out one after the other."""


def test_no_refusal_can_be_left_out() -> None:
    left = unnoticed(MODULES, [edited(*lie) for lie in LIES])
    assert not left, "\n".join(left)
