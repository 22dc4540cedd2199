"""False claims about followers of recommendations: each is refused, and none of the checks that refuse them can be left
out."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import pytest
from lies import at, changed, not_needed, wrong_values
from recommended import HALF, certificate, drawn, game

from stackexact.certificates import recommendation_proofs
from stackexact.certificates.check import check

CONCEPTS = ["response"]


@cache
def bases() -> dict[str, dict[str, Any]]:
    """True certificates of all sorts of games."""
    made = {str(seed): drawn(random.Random(seed)) for seed in range(12)}
    made["plain"] = game([[1, 0], [2, "1/2"]], HALF, ([1, 0], ["1/3", "2/3"]), weights=[[4, 1], [1, 9]])
    made["edge"] = game([[1, 0, 3]], HALF, ([1], ["1/2", "1/2", 0]), weights=[[9, 4, 1]])
    made["free"] = game([[1, 0, 3]], {"tau": 1, "alpha": 0}, ([1], ["1/2", "1/2", 0]), follower=[[2, 1, 0]])
    return {name: certificate(one, *CONCEPTS) for name, one in made.items()}


@pytest.mark.parametrize("concept", CONCEPTS)
def test_nothing_that_is_claimed_can_be_changed(concept: str) -> None:
    count = 0
    for document in bases().values():
        alone = {**document, **{part: {concept: document[part][concept]} for part in ("claims", "proofs")}}
        assert check(alone).true
        for path, value in wrong_values(at(document, f"claims.{concept}.cells.0"), f"claims.{concept}.cells.0"):
            (verdict,) = check(changed(alone, path, value)).verdicts
            count += 1
            assert not verdict.true, path
            assert not verdict.limit, path
            assert verdict.reason.startswith(("claims", "proofs")), verdict
    assert count >= 100


R = "claims.response.cells.0"
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
    """A true certificate with another value in one place."""
    return changed(bases()[base], path, value)


@pytest.mark.parametrize(("base", "path", "value"), LIES, ids=[f"{i}-{one[0]}-{one[1]}" for i, one in enumerate(LIES)])
def test_lies_are_refused(base: str, path: str, value: Any) -> None:
    concept = path.split(".")[1] if not path.startswith("game") else CONCEPTS[0]
    (verdict,) = [one for one in check(edited(base, path, value)).verdicts if one.concept == concept]
    assert not verdict.true
    assert not verdict.limit
    assert verdict.reason.startswith(("claims", "proofs", "game"))


def test_no_refusal_can_be_left_out() -> None:
    left, count = not_needed([recommendation_proofs], [edited(*lie) for lie in LIES])
    assert count >= 3
    assert not left, "\n".join(left)
