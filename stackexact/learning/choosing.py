"""The best prescription in a state, compiled: enumeration of deterministic ones, or edges and local search.

A prescription is α[b, a], the probability of leader action a where the follower plays b. Its worth is
Σ_b ν^α(b) Σ_a α(a|b) U(a, b) ± 2H(ηξ + Cξ²), ξ = β₂ (tr Σ⁻¹ Cov_{b~ν^α} φ^α(b))^{1/2}, where
ν^α(b) ∝ exp Σ_a α(a|b) ζ(a, b). With G[(a,b), (a',b')] = φ(a,b)ᵀ Σ⁻¹ φ(a',b') the trace is Σ_b ν_b g_bb − Σ_bb' ν_b
ν_b' g_bb', g = αGα.
"""

from __future__ import annotations

import numpy as np
from numba import types

from stackexact.learning.kernels import F1, F2, room
from stackexact.simulation.compiling import njit

__all__ = ["DETERMINISTIC", "LOCAL", "MIXED", "choose", "spread", "worth"]

DETERMINISTIC, LOCAL, MIXED = range(3)
"""Ways to search: all deterministic prescriptions; one action at a time, from the best constant one; mixed ones."""

_FLOAT, _INT = types.float64, types.int64
_VECTOR, _MATRIX = room(_FLOAT, 1), room(_FLOAT, 2)
_PENALTY = types.UniTuple(_FLOAT, 2)


@njit(_FLOAT(F2, F2, _VECTOR, _INT))
def respond_to(prescription, zeta, response, follower):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Write ν^α to ``response``; returns log Σ_b exp of the logits."""
    greatest = -np.inf
    for b in range(follower):
        total = 0.0
        for a in range(zeta.shape[0]):
            if prescription[b, a] > 0:
                total += prescription[b, a] * zeta[a, b]
        response[b] = total
        greatest = max(greatest, total)
    mass = 0.0
    for b in range(follower):
        response[b] = np.exp(response[b] - greatest)
        mass += response[b]
    for b in range(follower):
        response[b] /= mass
    return greatest + np.log(mass)


@njit(_FLOAT(F2, F1, F2, _INT))
def spread(prescription, response, metric, follower):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """tr(Σ⁻¹ Cov_{b~ν}[φ^α(b)])."""
    leader = prescription.shape[1]
    width = metric.shape[0] // leader
    diagonal = 0.0
    total = 0.0
    for b in range(follower):
        for other in range(b + 1):
            one = 0.0
            for a in range(leader):
                if prescription[b, a] > 0:
                    for k in range(leader):
                        if prescription[other, k] > 0:
                            one += (
                                prescription[b, a] * prescription[other, k] * metric[a * width + b, k * width + other]
                            )
            if other == b:
                diagonal += response[b] * one
                total += response[b] * response[b] * one
            else:
                total += 2 * response[b] * response[other] * one
    return max(diagonal - total, 0.0)


@njit(_FLOAT(F2, F2, F2, F2, _PENALTY, _INT, _VECTOR))
def worth(prescription, rewards, zeta, metric, penalty, follower, response):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The worth of a prescription; ``penalty`` is (±2Hηβ₂, ±2HCβ₂²), 0 where there is none."""
    respond_to(prescription, zeta, response, follower)
    total = 0.0
    for b in range(follower):
        for a in range(rewards.shape[0]):
            if prescription[b, a] > 0:
                total += response[b] * prescription[b, a] * rewards[a, b]
    if penalty[0] != 0 or penalty[1] != 0:
        trace = spread(prescription, response, metric, follower)
        total += penalty[0] * np.sqrt(trace) + penalty[1] * trace
    return total


@njit(types.void(_MATRIX, _INT, _INT, _INT, _FLOAT, types.boolean))
def shift(prescription, b, source, target, share, blind):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Give ``share`` of what two leader actions have together to ``target``; in all rows alike if ``blind``."""
    first, last = (0, prescription.shape[0]) if blind else (b, b + 1)
    for row in range(first, last):
        mass = prescription[row, source] + prescription[row, target]
        prescription[row, target] = share * mass
        prescription[row, source] = mass - share * mass


@njit(
    _FLOAT(_MATRIX, _FLOAT, F2, F2, F2, _PENALTY, _INT, _INT, _VECTOR, _INT, _INT, _INT, types.boolean),
)
def along(  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    prescription, best, rewards, zeta, metric, penalty, leader, follower, response, b, source, target, blind
):
    """The best share on the edge between two leader actions: a grid, and golden section around its best point."""
    mass = prescription[b, source] + prescription[b, target]
    if mass <= 0:
        return best
    kept = prescription[b, target] / mass
    grid = 8
    found = kept
    for k in range(grid + 1):
        shift(prescription, b, source, target, k / grid, blind)
        one = worth(prescription, rewards, zeta, metric, penalty, follower, response)
        if one > best:
            best = one
            found = k / grid
    low, high = max(0.0, found - 1 / grid), min(1.0, found + 1 / grid)
    golden = (np.sqrt(5.0) - 1) / 2
    left, right = high - golden * (high - low), low + golden * (high - low)
    shift(prescription, b, source, target, left, blind)
    at_left = worth(prescription, rewards, zeta, metric, penalty, follower, response)
    shift(prescription, b, source, target, right, blind)
    at_right = worth(prescription, rewards, zeta, metric, penalty, follower, response)
    while high - low > 1e-7:
        if at_left >= at_right:
            high, right, at_right = right, left, at_left
            left = high - golden * (high - low)
            shift(prescription, b, source, target, left, blind)
            at_left = worth(prescription, rewards, zeta, metric, penalty, follower, response)
        else:
            low, left, at_left = left, right, at_right
            right = low + golden * (high - low)
            shift(prescription, b, source, target, right, blind)
            at_right = worth(prescription, rewards, zeta, metric, penalty, follower, response)
    if max(at_left, at_right) > best + 1e-12:
        best = max(at_left, at_right)
        found = left if at_left >= at_right else right
    shift(prescription, b, source, target, found, blind)
    return best


@njit(_FLOAT(_MATRIX, F2, F2, F2, _PENALTY, _INT, _INT, _VECTOR, _INT, types.boolean))
def improve(prescription, rewards, zeta, metric, penalty, leader, follower, response, way, blind):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Local search from a prescription, in place; returns its worth."""
    best = worth(prescription, rewards, zeta, metric, penalty, follower, response)
    kept = np.empty(prescription.shape[1])
    for _ in range(50):
        before = best
        for b in range(1 if blind else follower):
            for target in range(leader):
                kept[:] = prescription[b]
                for row in range(0 if blind else b, follower if blind else b + 1):
                    prescription[row, :] = 0.0
                    prescription[row, target] = 1.0
                one = worth(prescription, rewards, zeta, metric, penalty, follower, response)
                if one > best + 1e-12:
                    best = one
                else:
                    for row in range(0 if blind else b, follower if blind else b + 1):
                        prescription[row] = kept
            if way != LOCAL:
                for target in range(leader):
                    for source in range(leader):
                        if source != target:
                            best = along(
                                prescription, best, rewards, zeta, metric, penalty, leader, follower, response, b,
                                source, target, blind,
                            )  # fmt: skip
        if best <= before + 1e-10:
            break
    return best


@njit(_FLOAT(F2, F2, _INT, _INT, _MATRIX))
def dinkelbach(rewards, zeta, leader, follower, prescription):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The best mixed prescription without penalty: c with Σ_b max_α e^{ζ^α(b)} (U^α(b) − c) = 0, by Dinkelbach's steps.

    Each maximum is on an edge: at a vertex, or where the derivative along the edge vanishes, at
    x = −1/Δζ − (U_0 − c)/ΔU.
    """
    shifted = zeta.max()
    value = rewards.min()
    for _ in range(200):
        top = 0.0
        mass = 0.0
        for b in range(follower):
            best = -np.inf
            one, two, part = 0, 0, 0.0
            for a in range(leader):
                for k in range(a + 1):
                    dz, du = zeta[a, b] - zeta[k, b], rewards[a, b] - rewards[k, b]
                    x = 1.0
                    if k != a:
                        if dz == 0 or du == 0:
                            continue
                        x = -1 / dz - (rewards[k, b] - value) / du
                        if not 0 < x < 1:
                            continue
                    got = np.exp(zeta[k, b] + x * dz - shifted) * (rewards[k, b] + x * du - value)
                    if got > best:
                        best = got
                        one, two, part = a, k, x
            prescription[b, :] = 0.0
            prescription[b, two] += 1 - part
            prescription[b, one] += part
            weight = np.exp(part * zeta[one, b] + (1 - part) * zeta[two, b] - shifted)
            mass += weight
            top += weight * (part * rewards[one, b] + (1 - part) * rewards[two, b])
        then = top / mass
        if then <= value + 1e-13 * max(1.0, abs(value)):
            break
        value = then
    return value


@njit(types.void(F2, F2, F2, _PENALTY, _INT, _INT, types.boolean, _VECTOR, _MATRIX))
def choose_local(rewards, zeta, metric, penalty, leader, follower, blind, response, trial):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The best of the constant prescriptions, improved one action at a time."""
    best = -np.inf
    first = 0
    for a in range(leader):
        trial[:] = 0.0
        trial[:, a] = 1.0
        one = worth(trial, rewards, zeta, metric, penalty, follower, response)
        if one > best:
            best = one
            first = a
    trial[:] = 0.0
    trial[:, first] = 1.0
    improve(trial, rewards, zeta, metric, penalty, leader, follower, response, LOCAL, blind)


@njit(_FLOAT(F2, F2, F2, _PENALTY, _INT, _INT, types.boolean, _VECTOR, _MATRIX, _MATRIX))
def enumerate_all(rewards, zeta, metric, penalty, leader, follower, blind, response, trial, found):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The best deterministic prescription, the first of equally good ones in the order of actions by b."""
    best = -np.inf
    digits = np.zeros(found.shape[0], dtype=np.int64)
    place = 0
    while place >= 0:
        trial[:] = 0.0
        for b in range(found.shape[0]):
            trial[b, digits[0 if blind else b]] = 1.0
        one = worth(trial, rewards, zeta, metric, penalty, follower, response)
        if one > best:
            best = one
            found[:] = trial
        place = 0 if blind else follower - 1
        while place >= 0:
            digits[place] += 1
            if digits[place] < leader:
                break
            digits[place] = 0
            place -= 1
    return best


@njit(_FLOAT(F2, F2, F2, _PENALTY, _INT, _INT, _INT, types.boolean, _MATRIX))
def choose(rewards, zeta, metric, penalty, leader, follower, way, blind, found):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Write the best prescription that the ``way`` of searching finds to ``found``; returns its worth.

    ``blind`` prescriptions are the same for all b. The first of equally good ones is taken.
    """
    response = np.empty(rewards.shape[1])
    trial = np.zeros_like(found)
    found[:] = 0.0
    if way == DETERMINISTIC:
        return enumerate_all(rewards, zeta, metric, penalty, leader, follower, blind, response, trial, found)
    choose_local(rewards, zeta, metric, penalty, leader, follower, blind, response, found)
    if way == LOCAL:
        return worth(found, rewards, zeta, metric, penalty, follower, response)
    best = improve(found, rewards, zeta, metric, penalty, leader, follower, response, MIXED, blind)
    if not blind:  # and from the best without penalties
        trial[:, 0] = 1.0
        dinkelbach(rewards, zeta, leader, follower, trial)
        one = improve(trial, rewards, zeta, metric, penalty, leader, follower, response, MIXED, blind)
        if one > best:
            best = one
            found[:] = trial
    return best
