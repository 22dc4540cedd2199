"""Prescriptions against a best response: the leader says for each action of the follower how she will answer it.

She announces mixtures α_b; the follower gets r(α_b, b) for b and plays one with the most, and she gets U(α_b, b). Let
``L = max_b min_a r(a, b)``, what the follower can secure, and F the actions b with ``min_a r(a, b) = L``. Whatever is
announced, the follower gets ``v = max_b r(α_b, b) >= L``.

*Ties for the leader.* If b is played, then ``r(α_b, b) = v >= L``, so she gets at most
``S_b = max {U(x, b): r(x, b) >= L}``. She gets it: she announces such an x for b, and for every other b' an action that
gives the follower least, at most L. So the value is ``max_b S_b`` over the b where some x is admissible, among them
those in F. Each S_b is a linear program in one mixture with one constraint: two actions are enough.

*Ties against her.* Let T be the set of b with ``r(α_b, b) = v``. She gets ``min over b in T of U(α_b, b)``.
If v > L, each b in T has ``max_a r(a, b) > L``, and she gets at most S_b. If v = L, every b in F gives the follower
exactly L, the least there is: F is part of T, α_b lives on the actions with r(a, b) = L, and she gets at most
``G = min over b in F of max {U(a, b): r(a, b) = L}``. So the value is at most the greater of G and the greatest S_b
over the b with ``max_a r(a, b) > L``. It is not less: an optimum x of such an S_b, mixed with a little of an action
that gives the follower more than L, leaves the other actions of the follower, punished as above, strictly behind; and
G is got by announcing for each b in F the action that gives her most of those with r(a, b) = L, and punishments below L
elsewhere: then T = F. The supremum is attained exactly if it is G, or if some S_b reaches it at an x with r(x, b) > L:
where r(x, b) = L all of F ties, and she gets at most G.

Where what follows is only approached (``open`` outcomes), attaining takes more. If v > L, any b in T gives her at most
S_b, so the value exactly, and x must keep off what is open. If v = L, each b in F must give her more than the value, or
the value off what is open; if a mixture of the actions with r(a, b) = L does, one of them does. Where nothing is open
that is the condition above.

*Deterministic prescriptions.* The same with single actions for x, except that one with r(x, b) = L is near to none
with more. Against ties the value is the greater of G and ``max {U(a, b): r(a, b) > L}``. There are finitely many
policies, so it is attained.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flint import fmpq

from stackexact.exact.prover import Number
from stackexact.myopic.columns import Best, Mixture, best, multiplier
from stackexact.myopic.decisions import Decided, Decision

__all__ = ["strong", "weak"]


@dataclass(frozen=True, slots=True)
class _Secured:
    """What the follower can secure, and the actions that secure it."""

    level: Number
    by: tuple[int, ...]


def strong(decision: Decision, *, mixed: bool) -> Decided:
    """Ties for the leader: among her optima those that are best for the follower, the greatest mixture, the first.

    >>> from flint import fmpq
    >>> table = lambda rows: [[fmpq(value) for value in row] for row in rows]
    >>> found = strong(Decision(table([[4, 0], [1, 0]]), table([[0, 1], [3, 1]])), mixed=True)
    >>> found.value, found.policy[found.response]  # the follower, who can secure 1, is given 1
    (3, ((0, 2/3), (1, 1/3)))
    """
    known = _secured(decision)
    optima = _optima(decision, known.level, mixed=mixed)
    b, found = _first(optima.items())
    evidence = _multipliers(decision, known, optima) if mixed else {}
    return Decided(found.value, _policy(decision, {b: found.mixture}), b, True, evidence)


def weak(decision: Decision, *, mixed: bool) -> Decided:
    """Ties against the leader: the supremum, and a prescription that attains it if there is one.

    Without one it is the limit of prescriptions that approach the supremum, and the response is the only one to those.
    """
    known = _secured(decision)
    forced = min(max(decision.leader[a][b] for a in _least(decision, b)) for b in known.by)
    optima = _above(decision, known.level, mixed=mixed)
    value = max([forced, *(one.value for one in optima.values())])
    evidence = _multipliers(decision, known, optima) if mixed else {}
    told = _attaining(decision, known, value, mixed=mixed)
    attained = told is not None
    if told is None:
        told = _attaining(Decision(decision.leader, decision.follower), known, value, mixed=mixed)
    if told is None:
        b, found = _first((b, one) for b, one in optima.items() if one.value == value)
        told = b, _policy(decision, {b: found.mixture})
    return Decided(value, told[1], told[0], attained, evidence)


def _secured(decision: Decision) -> _Secured:
    least = [min(column) for column in zip(*decision.follower, strict=True)]
    level = max(least)
    return _Secured(level, tuple(b for b, value in enumerate(least) if value == level))


def _least(decision: Decision, b: int) -> list[int]:
    """The leader actions that give the follower least where it plays b."""
    column = decision.column(b)[1]
    least = min(column)
    return [a for a, value in enumerate(column) if value == least]


def _optima(decision: Decision, level: Number, *, mixed: bool) -> dict[int, Best]:
    rows, columns = decision.shape
    found = {b: best(*decision.column(b), level, range(rows), mixed=mixed) for b in range(columns)}
    return {b: one for b, one in found.items() if one is not None}


def _above(decision: Decision, level: Number, *, mixed: bool) -> dict[int, Best]:
    """The suprema over mixtures, or single actions, that give the follower more than the level."""
    made = {}
    for b in range(decision.shape[1]):
        u, r = decision.column(b)
        tops = [a for a, value in enumerate(r) if value > level]
        found = best(u, r, level, range(len(r)) if mixed else tops, mixed=mixed) if tops else None
        if found is not None:
            made[b] = found
    return made


def _first(found: Iterable[tuple[int, Best]]) -> tuple[int, Best]:
    """The best for the leader, then for the follower, then by the greatest mixture, then the first."""
    options = list(found)
    chosen = options[0]
    for option in options[1:]:
        if _rank(option[1]) > _rank(chosen[1]):
            chosen = option
    return chosen


def _rank(one: Best) -> tuple[Number, ...]:
    (action, share), *rest = one.mixture
    return (one.value, one.reward, -action, share, *(-other for other, _ in rest))


def _policy(decision: Decision, told: dict[int, Mixture]) -> tuple[Mixture, ...]:
    """What is told, and for every other action of the follower the first action that gives it least."""
    columns = range(decision.shape[1])
    return tuple(told[b] if b in told else ((_least(decision, b)[0], fmpq(1)),) for b in columns)


def _attaining(
    decision: Decision, known: _Secured, value: Number, *, mixed: bool
) -> tuple[int, tuple[Mixture, ...]] | None:
    """A response and a prescription that attains the value against ties, off what is open; best for the follower."""
    found = []
    for b in range(decision.shape[1]):
        u, r = decision.column(b)
        allowed = [a for a in decision.closed(b) if mixed or r[a] > known.level]
        one = best(u, r, known.level, allowed, mixed=mixed)
        if one is not None and one.value == value and one.reward > known.level:
            found.append((b, one))
    if found:
        b, one = _first(found)
        return b, _policy(decision, {b: one.mixture})
    told = {}
    for b in known.by:
        rows = sorted(_least(decision, b), key=lambda a: -decision.leader[a][b])
        good = [a for a in rows if decision.leader[a][b] > value] or [
            a for a in rows if decision.leader[a][b] == value and (a, b) not in decision.open
        ]
        if not good:
            return None
        told[b] = good[0]
    response = min(told, key=lambda b: (decision.leader[told[b]][b], b))
    return response, _policy(decision, {b: ((a, fmpq(1)),) for b, a in told.items()})


def _multipliers(decision: Decision, known: _Secured, optima: dict[int, Best]) -> dict[int, Number]:
    """What shows each S_b to be no more (see :func:`~stackexact.myopic.columns.multiplier`)."""
    return {b: multiplier(*decision.column(b), known.level, one.value) for b, one in optima.items()}
