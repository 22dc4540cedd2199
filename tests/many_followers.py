"""Games of incentives of every kind of answer, and their certificates as they are read from files."""

from __future__ import annotations

import copy
import json
from typing import Any, Final

import stackexact as sx
from stackexact.certificates.check import check
from stackexact.games.lq_incentive import IncentiveGame

LEADER: Final = "u0**2 + u**2 + (u0 + ubar - 3)**2"
PLANE: Final = {"leader": ["a", "b"], "follower": ["v", "w"], "mean": ["vbar", "wbar"]}
PLEASED: Final = "a**2 + 2*b**2 + v**2 + w**2 + v*w + (a + vbar - 1)**2 + (b - wbar + 2)**2"
SPACE: Final = {"leader": ["a"], "follower": ["v1", "v2", "v3"], "mean": ["m1", "m2", "m3"]}

TOGETHER: Final = "u**2 + (u + ubar + u0 + w - 4)**2"
SHARED: Final = "v**2 + w**2 + (v + a - 3)**2 + (w + b - a - 1)**2 + vbar*v"
MEAN_ALONE: Final = "u0**2 + (u0 + ubar - 3)**2 + ubar**2"


def scalar(follower: str, leader: str = LEADER, **more: Any) -> IncentiveGame:
    """A game in u0, u and ubar."""
    return IncentiveGame(leader, follower, **{"followers": "N", **more})


def gaussian(follower: str, leader: str = "u0**2 + (u - x)**2 + (u0 + ubar - x)**2", **more: Any) -> IncentiveGame:
    """A game with a state x."""
    told = {"state": "x", "variance": 1, "noise": 1, "reacts": False}
    return IncentiveGame(leader, follower, followers=more.pop("followers", "N"), information=told | more)


def led(follower: str, major: str = "w**2 + (w + ubar + u0 - 2)**2", **more: Any) -> IncentiveGame:
    """A game with a major follower."""
    leader = "u0**2 + w**2 + u**2 + (u0 + w + ubar - 3)**2"
    return IncentiveGame(leader, follower, major=major, **{"followers": "N", **more})


NUMBERS: Final = {
    "one follower": scalar("u**2 + (u + u0 - 4)**2", followers=1),
    "a single one who is pleased by the mean": scalar("u**2 + (u + u0 - 4)**2", MEAN_ALONE, followers=1),
    "six followers": scalar("u**2 + (u + u0 - 4)**2", followers=6),
    "fractions": scalar("1/3*u**2 + 2/7*(u + 1/2*ubar - 3*u0 - 5/4)**2 + 1/9", followers=5),
    "followers who may differ": scalar("u**2 + (u - 1/2*u0 - 4*ubar - 1)**2", followers=2),
    "no convexity under the gain": scalar("u**2 - 2*u0**2 + u", followers=4),
    "a plane": IncentiveGame(PLEASED, SHARED, followers=3, variables=PLANE),
    "a space": IncentiveGame(
        "a**2 + v1**2 + v2**2 + 2*v3**2 + v1*v3 + (a + m1 + m2 - m3 - 2)**2",
        "v1**2 + v2**2 + v3**2 + (v1 + v2 + a - 3)**2 + m2*v3",
        followers=4,
        variables=SPACE,
    ),
    "two actions of the leader on one": IncentiveGame(
        "a**2 + b**2 + u**2 + (a + b + ubar - 2)**2",
        "u**2 + (u + a - 2*b - 1)**2",
        followers=7,
        variables={"leader": ["a", "b"]},
    ),
    "a state": gaussian("u**2 + (u + u0 - x)**2", followers=3),
    "a state and reactions": gaussian("u**2 + (u + u0 - x)**2", followers=3, variance="2/3", noise="5", reacts=True),
    "a state without noise": gaussian("u**2 + (u + u0 - x)**2", followers=2, noise=0),
    "a state and no convexity under the gain": gaussian("u**2 - 4*u0**2 + u*x", followers=3),
    "a state, no response determined": gaussian("u**2 - 4*u*ubar + u*u0", followers=3),
    "a state, gains that do not turn the mean": gaussian("u**2 + u0**2 - 3*u*x", followers=3),
    "no limit of any kind": scalar("u**2 - 2*u*ubar - 3*u + (u0 - 7)**2", followers=3),
    "no gain, but none is needed by many": scalar("u**2 - 2*u + ubar", followers=3),
    "a major follower whom nobody moves in the limit": led(TOGETHER, "w**2 - 2*w + u0*(w - 14/19)", followers=2),
    "a major follower whom she moves in the limit": led(TOGETHER, "w**2 - 4*w + u0*(w - 8/11)", followers=2),
    "two minor followers whom nothing determines": led("u**2 - 4/3*u*ubar + u*u0", followers=2),
    "minor followers whom nothing ever determines": led("(u - ubar)**2 + u*u0", followers=2),
    "a major follower": led("u**2 + (u + u0 + w - 4)**2", followers=4),
}
"""Without parameters."""

LINES: Final = {
    "any number": scalar("u**2 + (u + u0 - 4)**2"),
    "any number at least six": scalar("u**2 + (u + u0 - 4)**2", assumptions=["N >= 6"]),
    "no influence": scalar("u**2 + (u - 4)**2"),
    "no influence, none needed": scalar("u**2 - 2*u"),
    "no influence, by the mean alone": scalar("(u - ubar - 1)**2 + ubar**2 - 4*u"),
    "stationary by the leader alone": scalar("u**2 + (u + u0 - 2)**2"),
    "stationary in all": scalar("u**2 + (u + u0)**2", "u0**2 + u**2 + (u0 + ubar)**2"),
    "aligned": scalar("u**2 + (u + u0 - 3)**2"),
    "a mean that nothing determines": scalar("u**2 - u*ubar + (u - 2*ubar + u0)**2 - 3*u"),
    "no mean determined": scalar("u**2 - 2*u*ubar + u*u0 - 4*u + u0**2"),
    "gains that do not turn the mean": scalar("(u + u0 - 4)**2 + u*ubar"),
    "a weight": scalar("u**2 + (u + f*u0 - 4)**2", followers=3),
    "a target": scalar("u**2 + (u + u0 - d)**2", followers=6),
    "a weight that may be negative": scalar("r*u**2 + (u + u0 - 4)**2", followers=2, assumptions=["-1 < r < 1"]),
    "an assumption on nothing": scalar("u**2 + (u + u0 - 4)**2", followers=3, assumptions=["d > 0"]),
    "any number in a plane": IncentiveGame(PLEASED, SHARED, variables=PLANE),
    "entries that grow and entries that stay": IncentiveGame(
        PLEASED, "v**2 + (w + b - vbar)**2 + (v + a - 1)**2 - 3*w", variables=PLANE
    ),
    "states": gaussian("u**2 + (u + u0 - x)**2"),
    "states and reactions": gaussian("u**2 + (u + u0 - x)**2", reacts=True),
    "states without influence": gaussian("u**2 + (u - x)**2"),
    "states, aligned": gaussian("(u + u0)**2 - 14/5*x*u"),
    "states, any noise": gaussian("u**2 + (u + u0 - x)**2", followers=3, noise="W"),
    "a major follower of many": led("u**2 + (u + u0 + w - 4)**2"),
    "a major follower whom nobody moves": led("u**2 + (u + u0 + w - 4)**2", "w**2 - 2*w"),
    "minor followers whom nothing determines": led("u**2 - 2*u*ubar + u*u0 - 4*u + w*u", assumptions=["N >= 2"]),
}
"""With one parameter."""

SEVERAL: Final = {
    "a target of many": scalar("u**2 + (u + u0 - d)**2"),
    "a weight of many": scalar("r*u**2 + (u + u0 - 4)**2", assumptions=["r >= 0"]),
    "noise for many": gaussian("u**2 + (u + u0 - x)**2", noise="W"),
    "a target and a major follower": led("u**2 + (u + u0 + w - 4)**2", "w**2 + (w + u0 - d)**2"),
}
"""With several parameters."""

FAMILY: Final = NUMBERS | LINES | SEVERAL


def certificate(game: IncentiveGame) -> dict[str, Any]:
    """The certificate of all that fits a game."""
    document: dict[str, Any] = json.loads(sx.solve(game).certificate().dumps())
    return document


def reasons(document: dict[str, Any], smt: str | None = None) -> dict[str, str]:
    """Why claims are not proved, by concept; empty for those that are."""
    return {verdict.concept: verdict.reason for verdict in check(document, smt).verdicts}


def only(document: dict[str, Any], concept: str) -> dict[str, Any]:
    """A copy with the claim and the proof of one concept."""
    return copy.deepcopy({**document, **{part: {concept: document[part][concept]} for part in ("claims", "proofs")}})
