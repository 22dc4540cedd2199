"""Equilibria of followers under fixed rules of a mechanism: claims of ``coarse-correlated``, ``correlated`` and
``bayes-nash``.

``docs/certificates.md`` has the mathematics. No profile of strategies is left out of a bound, though all of them are
never gone through: whatever the others do, each type of the last follower does what is best for the bound.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import chain, combinations, islice, product
from math import comb, prod
from typing import Any

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.functions import Function
from stackexact.certificates.line import Region
from stackexact.certificates.mechanism_forms import Deviation, Form, Profile, fixed_form
from stackexact.certificates.mechanism_game import SEARCH, MechanismGame, require_steps
from stackexact.certificates.proofs import regular
from stackexact.certificates.quotients import Quotient
from stackexact.certificates.reading import Labels, Node, Vector, total
from stackexact.certificates.stated import Unstated

__all__ = [
    "bayes_nash",
    "coarse_correlated",
    "correlated",
    "greatest",
    "mixture_at",
    "multipliers_at",
    "require_bound",
    "require_equilibrium",
    "require_means",
    "strategies_at",
]

MINORS = 1000
"""Most square matrices that are tried to show that profiles are independent."""

FURTHER = 4096
"""Most profiles of strategies made of what the profiles of an equilibrium play."""

Mixture = dict[Profile, Fraction]
"""The profiles of an equilibrium and their chances."""


def coarse_correlated(game: MechanismGame, cell: Node, proof: Node) -> None:
    """The best and the worst equilibrium from which no type gains by one action whatever it is told."""
    _range(fixed_form(game), False, cell, proof)


def correlated(game: MechanismGame, cell: Node, proof: Node) -> None:
    """The best and the worst equilibrium from which no type gains by another action where it is told one."""
    _range(fixed_form(game), True, cell, proof)


def _range(form: Form, told: bool, cell: Node, proof: Node) -> None:
    parts = cell.fields("when", "best", "worst", optional=("unique",))
    parts["when"].items(0)
    shown = proof.fields("best", "worst", *(key for key in ("unique",) if key in parts))
    for key, sign in (("best", 1), ("worst", -1)):
        point = parts[key].fields("leader", "followers", "equilibrium")
        mixture = mixture_at(form, point["equilibrium"])
        require_means(form, mixture, point)
        gains = require_equilibrium(form, told, mixture, point["equilibrium"])
        require_bound(form, told, sign, point["leader"].number(), shown[key])
        if key == "best" and "unique" in parts:
            show = _require_unique if parts["unique"].flag() else _require_other
            show(form, told, mixture, gains, shown["unique"])


# -- What is stated ---------------------------------------------------------------------------------------------------


def _names(form: Form) -> Labels:
    return {one.name: i for i, one in enumerate(form.followers)}


def strategies_at(form: Form, node: Node) -> Profile:
    """A strategy of every follower: actions by type, of all types that can occur, or an action without types."""
    told = node.fields(*_names(form))
    made = []
    for one, occurring in zip(form.followers, form.occurring, strict=True):
        own = told[one.name]
        chosen = own.by_label(one.types) if one.types else {0: own}
        if chosen.keys() != occurring.keys():
            raise own.fails("expected an action for every type that can occur, and for no other")
        strategy = [allowed[0] for allowed in one.allowed]
        for t, action in chosen.items():
            strategy[t] = action.index(one.actions)
            if strategy[t] not in one.allowed[t]:
                raise action.wrong("an action that this type may take")
        made.append(tuple(strategy))
    return tuple(made)


def mixture_at(form: Form, node: Node) -> Mixture:
    """Profiles of strategies, each listed once, and their chances."""
    found: Mixture = {}
    for item in node.items():
        parts = item.fields("probability", "strategies")
        profile, chance = strategies_at(form, parts["strategies"]), parts["probability"].number()
        if chance <= 0:
            raise parts["probability"].wrong("a number above 0")
        if profile in found:
            raise item.fails("expected different profiles of strategies, found one twice")
        found[profile] = chance
    if total(found.values()) != 1:
        raise node.fails("expected probabilities that add up to 1")
    return found


def multipliers_at(form: Form, told: bool, node: Node) -> dict[Deviation, Fraction]:
    """Multipliers by follower, type (of those that have types), what it is told if that counts, and action."""
    found: dict[Deviation, Fraction] = {}
    for i, own in node.by_label(_names(form)).items():
        one = form.followers[i]
        for t, here in (own.by_label(one.types) if one.types else {0: own}).items():
            cases: list[tuple[int | None, Node]] = [*here.by_label(one.actions).items()] if told else [(None, here)]
            for word, case in cases:
                weights = _weights(form, one.actions, case)
                known = {*one.allowed[t]} if t in form.occurring[i] else set()
                if not known.issuperset(weights.keys() if word is None else {word, *weights}):
                    raise case.fails("expected actions of a type that can occur, which it may take")
                found.update({(i, t, word, m): weight for m, weight in weights.items()})
    return found


def _weights(form: Form, actions: Labels, node: Node) -> dict[int, Fraction]:
    """Numbers that are not negative by action. Functions may be 0 somewhere: they are kept."""
    if not form.of_functions:
        return node.weights(actions)
    found = {m: one.number() for m, one in node.by_label(actions).items()}
    if any(value < 0 for value in found.values()):
        raise node.fails("expected no negative number")
    return found


def require_means(form: Form, mixture: Mixture, told: Mapping[str, Node]) -> None:
    """Require what the designer (``leader``) and the ``followers`` expect where profiles are drawn so."""
    require_steps(told["leader"].place, len(mixture) * len(form.profiles) * (1 + len(form.followers)), form.bits)
    told["leader"].agrees(form.mean(form.objective, mixture))
    names = _names(form)
    for name, node in told["followers"].fields(*names).items():
        node.agrees(form.mean(form.utilities[names[name]], mixture))


# -- What is shown ----------------------------------------------------------------------------------------------------


def require_equilibrium(form: Form, told: bool, mixture: Mixture, node: Node) -> dict[Deviation, Fraction]:
    """Require that no deviation gains; what following is worth more than each, up to factors, where it is not 0."""
    found = form.gains_of(told, mixture, node.place)
    for (i, t, _, m), gain in found.items():
        if gain < 0:
            one = form.followers[i]
            who = f"{one.name} of type {list(one.types)[t]}" if one.types else one.name
            raise node.fails(f"expected an equilibrium, but {who} gains by {list(one.actions)[m]}")
    return {one: gain for one, gain in found.items() if gain}


def require_bound(form: Form, told: bool, sign: int, value: Fraction, node: Node) -> None:
    """Require multipliers with which no profile has more of the objective and of gains than a value; of less the
    objective and less the value where the sign is -1."""
    table, scale = form.weighed(form.objective, sign, multipliers_at(form, told, node), node.place)
    if exceeds(form, table, sign * value * scale, node.place):
        raise node.fails(f"expected multipliers that show that nothing is {'above' if sign > 0 else 'below'} the value")


def exceeds(
    form: Form, table: list[Fraction], bound: Fraction, place: str, besides: Container[Profile] = frozenset()
) -> bool:
    """Whether some profile has more than a bound of a table. Of functions each is compared by itself, ``besides`` those
    that are to be compared otherwise: which of them is the greatest is not said."""
    if not form.of_functions:
        return greatest(form, table, place) > bound
    return any(
        sum((table[spot] for spot in form.played(profile)), Fraction(0)) > bound
        for profile in form.all_profiles(place)
        if profile not in besides
    )


def greatest(form: Form, table: list[Fraction], place: str) -> Fraction:
    """The most that any profile has of a table."""
    sums = (found for _, found in form.answers(table, place))
    return max(sum((max(own.values()) for own in one.values()), Fraction(0)) for one in sums)


def _require_other(form: Form, told: bool, mixture: Mixture, gains: object, node: Node) -> None:
    """Require another equilibrium."""
    (other,) = node.fields("other").values()
    found = mixture_at(form, other)
    require_equilibrium(form, told, found, other)
    if found == mixture:
        raise other.fails("expected another equilibrium than the best one")


def _require_unique(form: Form, told: bool, mixture: Mixture, gains: Mapping[Deviation, Fraction], node: Node) -> None:
    """Require that no other equilibrium plays what this one never plays, mixes its profiles' parts to others, or loses
    by a deviation that costs nothing here; and that its profiles are independent, so that nothing else is left."""
    (told_weights,) = node.fields("multipliers").values()
    weights = multipliers_at(form, told, told_weights)
    tight = [one for one in form.deviations(told, node.place) if one not in gains]
    for one in tight:
        weights[one] = weights.get(one, Fraction(0)) + 1
    own = {place for profile in mixture for place in form.played(profile)}
    never = Vector([int(place not in own) for place in range(len(form.objective.tops))], 1)
    table, scale = form.weighed(never, 1, weights, node.place)
    further = set(_further(form, mixture, own, node))
    if exceeds(form, table, Fraction(0), node.place, further):
        raise node.fails("expected multipliers that show that nothing else is played")
    for profile in further:
        if sum(table[place] for place in form.played(profile)) + scale > 0:
            raise node.fails("expected multipliers that show that no other profiles are played")
    _require_independent(form, told, mixture, tight, node)


def _further(form: Form, mixture: Mixture, own: set[int], node: Node) -> Iterator[Profile]:
    """The other profiles that play nothing that those of a mixture do not."""
    choices = [
        [sorted({profile[i][t] for profile in mixture}) for t in range(len(one.allowed))]
        for i, one in enumerate(form.followers)
    ]
    if prod(len(one) for by_type in choices for one in by_type) > FURTHER:
        raise TooLarge(f"{node.place}: expected at most {FURTHER} profiles made of what is played, found more")
    require_steps(node.place, FURTHER * len(form.profiles), form.bits)
    for profile in product(*(product(*by_type) for by_type in choices)):
        if profile not in mixture and own.issuperset(form.played(profile)):
            yield profile


def _require_independent(form: Form, told: bool, mixture: Mixture, tight: list[Deviation], node: Node) -> None:
    """Require that no two mixtures of these profiles have all gains of the tight deviations in common: with those, and
    1 for their sum, as rows the matrix R is such that R·Rᵀ is regular."""
    require_steps(node.place, len(mixture) ** 2 * (len(mixture) + len(tight) + 1), form.bits)
    if len(mixture) == 1:
        return
    kept = set(tight)
    gains = [form.gains(told, profile) for profile in mixture]
    if form.of_functions:
        _require_minor([[own.get(one, Fraction(0)) for own in gains] for one in tight], node)
        return
    rows = [{one: gain for one, gain in found.items() if one in kept and gain} for found in gains]
    products = [
        [Fraction(1 + sum(gain * two[one] for one, gain in row.items() if one in two)) for two in rows] for row in rows
    ]
    if not regular(products):
        raise node.fails("expected profiles of which no other mixture is an equilibrium")


def _require_minor(rows: list[list[Fraction]], node: Node) -> None:
    """Require a regular square matrix of a row of ones and some of these rows: those that are independent at some
    number of the region, if nothing else is found by trying."""
    some = [row for row in rows if any(_is_something(value) for value in row)]
    count = len(rows[0]) if rows else 0
    ones = [Fraction(1)] * count
    chosen = _independent([ones, *some], node.region)
    for picked in chain([chosen] if chosen else [], islice(combinations(some, count - 1), MINORS)):
        try:
            if regular([ones, *picked]):
                return
        except Unstated:
            continue
    if comb(len(some), count - 1) > MINORS:
        raise TooLarge(f"{node.place}: expected profiles that {MINORS} matrices show to be independent, found more")
    raise node.fails("expected profiles of which no other mixture is shown to be an equilibrium")


def _is_something(value: Any) -> bool:
    """Whether a value is not 0 everywhere."""
    return bool(value.top if isinstance(value, Function | Quotient) else value)


def _independent(rows: list[list[Fraction]], region: object) -> list[list[Fraction]]:
    """Rows behind the first that are independent with it at a number inside a region of one parameter, as many as make
    a square; none where there are not."""
    if not isinstance(region, Region) or region.is_point:
        return []
    x = region.sample()
    reduced: list[tuple[int, list[Fraction]]] = []
    picked = []
    for row in rows:
        left = [value.at(x) if isinstance(value, Function) else value for value in row]
        for place, head in reduced:
            if left[place]:
                left = [one - left[place] * two for one, two in zip(left, head, strict=True)]
        place = next((c for c, value in enumerate(left) if value), -1)
        if place >= 0:
            reduced.append((place, [value / left[place] for value in left]))
            picked.append(row)
    return picked[1:] if len(picked) == len(rows[0]) else []


# -- Pure equilibria --------------------------------------------------------------------------------------------------


def bayes_nash(game: MechanismGame, cell: Node, proof: Node) -> None:
    """The number of pure equilibria, and the best and the worst of them: all are found again."""
    form = fixed_form(game)
    proof.fields()
    extremes = [key for key in ("best", "worst") if key in cell.members()]
    parts = cell.fields("when", "count", *extremes)
    parts["when"].items(0)
    points = {key: parts[key].fields("leader", "followers", "strategies") for key in extremes}
    told = {key: strategies_at(form, point["strategies"]) for key, point in points.items()}
    ends = {key: form.mean(form.objective, {one: Fraction(1)}) for key, one in told.items()}
    count = 0
    known: set[Profile] = set()
    for profile in _pure(form, cell.place):
        value = form.mean(form.objective, {profile: Fraction(1)})
        for key, end in ends.items():
            if value > end if key == "best" else value < end:
                raise points[key]["strategies"].fails(f"expected the {key} equilibrium")
        count += 1
        known.update(one for one in told.values() if one == profile)
    parts["count"].constant(count)
    if len(extremes) != (2 if count else 0):
        raise cell.fails("expected the best and the worst equilibrium just if there is one")
    for key, point in points.items():
        if told[key] not in known:
            raise point["strategies"].fails(f"expected the {key} equilibrium")
        require_means(form, {told[key]: Fraction(1)}, point)


def _pure(form: Form, place: str) -> Iterator[Profile]:
    """All pure equilibria: whatever the others do, each type of the last follower takes an action that is best. Of
    functions every profile is looked at."""
    if form.of_functions:
        yield from (one for one in form.all_profiles(place) if _is_equilibrium(form.gains(False, one).values()))
        return
    chances = [chance for chance in form.chances.tops for _ in range(form.width)]
    own = form.utilities[form.last].tops
    table = [chance * value for chance, value in zip(chances, own, strict=True)]
    left = SEARCH
    for told, sums in form.answers(table, place):
        most = {t: max(by.values()) for t, by in sums.items()}
        best = {t: [a for a, value in by.items() if value == most[t]] for t, by in sums.items()}
        left -= prod(map(len, best.values())) * len(form.profiles) * sum(form.sizes) * (1 + form.bits // 1000)
        if left < 0:
            raise TooLarge(f"{place}: expected equilibria that are found in {SEARCH} steps, found more")
        strategies = product(*(best.get(t, some[:1]) for t, some in enumerate(form.followers[form.last].allowed)))
        for strategy in strategies:
            profile = (*told[: form.last], strategy, *told[form.last + 1 :])
            if all(gain >= 0 for gain in form.gains(False, profile).values()):
                yield profile


def _is_equilibrium(gains: Iterable[Fraction]) -> bool:
    """Whether no deviation gains: none of what following is worth more is negative. One that is decides, although
    nothing may be said of others."""
    some = list(gains)
    return not any(map(_is_negative, some)) and all(gain >= 0 for gain in some)


def _is_negative(value: Fraction) -> bool:
    try:
        return value < 0
    except Unstated:
        return False
