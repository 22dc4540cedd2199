"""Followers who look ahead, by definition, in mpmath: what a policy leads to, computed over all paths.

The follower maximises E Σ γ**h (r_h + entropy / η): V_h(s) = log Σ_b exp(Q_h(s, b)) in units of 1/η. Nothing here is
shared with the library but the class of games, whose tables are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath as mp

Rule = Mapping[str, Mapping[str, Fraction]]
"""By follower action: shares of leader actions."""

Plan = Sequence[Mapping[str, Rule]]
"""By stage and state."""


def value(game: Any, plan: Plan, eta: Any = None) -> mp.mpf:
    """What the leader gets: the probabilities of paths times what is paid on them."""
    heights = _heights(game, plan, eta)
    total = mp.mpf(0)
    for s, share in enumerate(game.initial):
        if share:
            total += mp.mpf(share.numerator) / share.denominator * _from(game, plan, eta, heights, 0, s)
    return total


def _from(game: Any, plan: Plan, eta: Any, heights: list[dict[int, mp.mpf]], h: int, s: int) -> mp.mpf:
    stage, labels = game.stages[h][s], game.actions[s]
    logits = _logits(game, plan, eta, heights, h, s)
    top = max(logits)
    masses = [mp.exp(one - top) for one in logits]
    total = mp.mpf(0)
    for b, response in enumerate(labels.follower):
        gain = mp.mpf(0)
        for a, action in enumerate(labels.leader):
            share = _real(plan[h][game.states[s]][response].get(action, 0))
            if not share:
                continue
            later = mp.mpf(0)
            if h + 1 < game.horizon:
                for after, chance in stage.transitions[a][b]:
                    later += _real(chance) * _from(game, plan, eta, heights, h + 1, after)
            gain += share * (_real(stage.leader[a][b]) + later)
        total += masses[b] / sum(masses) * gain
    return total


def _heights(game: Any, plan: Plan, eta: Any) -> list[dict[int, mp.mpf]]:
    made: list[dict[int, mp.mpf]] = [{} for _ in range(game.horizon)]
    for h in reversed(range(game.horizon)):
        for s in range(len(game.states)):
            if game.states[s] in plan[h]:
                logits = _logits(game, plan, eta, made, h, s)
                top = max(logits)
                made[h][s] = top + mp.log(sum(mp.exp(one - top) for one in logits))
    return made


def _logits(game: Any, plan: Plan, eta: Any, heights: list[dict[int, mp.mpf]], h: int, s: int) -> list[mp.mpf]:
    stage, labels = game.stages[h][s], game.actions[s]
    found = []
    for b, response in enumerate(labels.follower):
        total = mp.mpf(0)
        for a, action in enumerate(labels.leader):
            share = _real(plan[h][game.states[s]][response].get(action, 0))
            if not share:
                continue
            if stage.weights is not None:
                own = mp.log(_real(stage.weights[a][b]))
            else:
                own = _real(game.follower.eta if eta is None else eta) * _real(stage.follower[a][b])
            if h + 1 < game.horizon:
                for after, chance in stage.transitions[a][b]:
                    own += _real(game.follower.discount) * _real(chance) * heights[h + 1][after]
            total += share * own
        found.append(total)
    return found


def _real(number: Any) -> mp.mpf:
    return mp.mpf(number.numerator) / number.denominator


def plans(game: Any, reached: Sequence[Sequence[int]], *, prescription: bool) -> Iterator[Plan]:
    """All deterministic plans."""
    places = [(h, s) for h, states in enumerate(reached) for s in states]
    options = []
    for _, s in places:
        leader, follower = game.actions[s].leader, game.actions[s].follower
        chosen = product(leader, repeat=len(follower)) if prescription else ((a,) * len(follower) for a in leader)
        options.append([{b: {a: Fraction(1)} for b, a in zip(follower, one, strict=True)} for one in chosen])
    for rules in product(*options):
        plan: list[dict[str, Any]] = [{} for _ in reached]
        for (h, s), rule in zip(places, rules, strict=True):
            plan[h][game.states[s]] = rule
        yield plan
