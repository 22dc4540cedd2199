"""A verification of play as JSON: exact numbers as text, ends of intervals and exponents rounded outwards."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from typing import Any, Final

from stackexact.exact.relation import text_of
from stackexact.no_regret.counting import Gain
from stackexact.no_regret.result import Bounded, Checkpoint, FollowerVerification, Level, Response, RunVerification
from stackexact.verification.growth import Growth
from stackexact.verification.writing import decimal

__all__ = ["FORMAT", "document"]

FORMAT: Final = "stackexact/follower-verification"
_VERSION: Final = 1


def document(found: FollowerVerification) -> dict[str, Any]:
    """The JSON object."""
    play, game = found.play, found.game
    return {
        "format": FORMAT,
        "version": _VERSION,
        "game": {"name": game.name, "sha256": game.sha256},
        "algorithm": play.algorithm,
        "settings": dict(play.settings),
        "seed": play.seed,
        "rounds": play.rounds,
        "verdict": str(found.verdict),
        "confidence": text_of(found.confidence),
        "bound": None if found.error is None else {"formula": found.formula, "error": text_of(found.error)},
        "equilibria": _known([("worst", found.worst), ("best", found.best)]) or None,
        "method": {"name": found.method.name, "assumption": found.method.assumption},
        "exponent": _growth(found.growth),
        "levels": [_level(one) for one in found.levels],
        "tolerance": text_of(found.tolerance),
        "runs": [_run(found, one) for one in found.runs],
        "notes": list(found.notes),
    }


def _growth(growth: Growth) -> dict[str, Any]:
    made: dict[str, Any] = {
        "estimate": None if growth.estimate is None else decimal(growth.estimate),
        **_ends(growth.lower, growth.upper),
        "rounds": list(growth.rounds),
        "fit": growth.fit,
    }
    return {**made, "remark": growth.remark} if growth.remark else made


def _ends(lower: Fraction | float, upper: Fraction | float) -> dict[str, str]:
    return {"lower": decimal(lower, ROUND_FLOOR), "upper": decimal(upper, ROUND_CEILING)}


def _known(values: Iterable[tuple[str, Fraction | None]]) -> dict[str, str]:
    return {name: text_of(value) for name, value in values if value is not None}


def _level(one: Level) -> dict[str, Any]:
    rest = [(name, getattr(one, name)) for name in ("average_regret", "value", "distance")]
    bound = {} if one.bound is None else {"bound": decimal(one.bound, ROUND_CEILING)}
    ends = _ends(one.lower, one.upper)
    return {"rounds": one.rounds, "gap": text_of(one.mean), **ends, **_known(rest), **bound, "used": one.used}


def _run(found: FollowerVerification, run: RunVerification) -> dict[str, Any]:
    return {
        "run": run.number,
        "verdict": str(run.verdict),
        "checkpoints": [_point(found, one) for one in run.points],
        "responses": [_response(found, one) for one in run.responses],
        "chosen": run.chosen,
    }


def _point(found: FollowerVerification, point: Checkpoint) -> dict[str, Any]:
    rest = [(name, getattr(point, name)) for name in ("average_regret", "value", "outside", "distance")]
    gap = {} if point.gap is None else {"gap": _gain(found, point.gap)}
    regrets = [_regret(found, one) for one in point.regrets]
    return {"rounds": point.rounds, **gap, **_known(rest), "regrets": regrets}


def _who(found: FollowerVerification, follower: int, type_: int, action: int) -> dict[str, str]:
    name, label = found.names(follower, type_)
    told = {"type": label} if label else {}
    return {"follower": name, **told, "action": found.game.followers[follower].actions[action]}


def _gain(found: FollowerVerification, gain: Gain) -> dict[str, str]:
    return {"size": text_of(gain.size), **_who(found, gain.follower, gain.type, gain.action)}


def _regret(found: FollowerVerification, one: Bounded) -> dict[str, Any]:
    regret = one.regret
    bound = {} if one.bound is None else {"bound": decimal(one.bound, ROUND_CEILING)}
    who = _who(found, regret.follower, regret.type, regret.action)
    return {**who, "rounds": regret.rounds, "regret": text_of(regret.total), **bound, "verdict": str(one.verdict)}


def _response(found: FollowerVerification, one: Response) -> dict[str, Any]:
    gap = {} if one.gap is None else {"gap": _gain(found, one.gap)}
    return {"response": one.name, **gap, **_known([("value", one.value)])}
