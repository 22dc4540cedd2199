"""The best deterministic policy against a quantal follower who looks ahead: all policies are gone through.

Bounds tell most of them apart from what is claimed; those that are left are compared exactly, or with closer bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product

from stackexact.certificates.bounds import TooLarge
from stackexact.certificates.exponential_sums import PRECISIONS, Quotient
from stackexact.certificates.looking_ahead import (
    Ahead,
    Exact,
    Option,
    Rule,
    Seen,
    Span,
    difference,
    exactly,
    gained,
    options,
    outcome,
    total,
)
from stackexact.certificates.markov_game import MarkovGame
from stackexact.certificates.quantal_decision import read_policy
from stackexact.certificates.reading import Node
from stackexact.certificates.stated_numbers import Stated, read_stated, require_between, require_equal

__all__ = ["POLICIES", "Plan", "deterministic", "prove_value", "read_plan"]

POLICIES = 200_000
"""Most policies that are gone through."""

CLOSE = 4096
"""Most policies that are not told apart from the claim by bounds."""

SIGN = 40
"""What a term costs whose sum's sign is looked for: that may take many digits."""

START = 160
"""Binary digits to begin with, more where less is claimed to be between the ends."""

Plan = list[dict[int, Rule]]
"""By stage and state: a deterministic rule."""


def deterministic(game: MarkovGame, ahead: Ahead, cell: Node, proof: Node) -> None:
    """The greatest value of deterministic policies, one that has it, and what is exact of what it leads to."""
    told = cell.fields("when", "leader", "policy", "compared", optional=("values",))
    told["when"].items(0)
    count = ahead.count(POLICIES)
    for one in (told["compared"], proof.fields("enumerated")["enumerated"]):
        if isinstance(one.value, bool) or one.value != count:
            raise one.wrong(f"{count}, as many policies as there are")
    stated = read_stated(told["leader"])
    plan = read_plan(game, ahead, told["policy"])
    prove_value(game, ahead, stated, plan, told.get("values"))
    _prove_best(ahead, stated, proof)


def read_plan(game: MarkovGame, ahead: Ahead, node: Node) -> Plan:
    """A deterministic policy, by stage and for exactly the states that can be reached."""
    plan = []
    for row, one in zip(ahead.stages, node.items(game.horizon), strict=True):
        found = one.by_label(game.labels)
        if found.keys() != row.keys():
            raise one.fails(f"expected an entry for each of {len(row)} states that can be reached here, and no others")
        rules = {}
        for s, part in found.items():
            policy = read_policy(part, game.states[s].leader, game.states[s].follower, game.prescription)
            if any(len(mixture) > 1 for mixture in policy):
                raise part.wrong("a policy that plays one action")
            rules[s] = tuple(next(iter(mixture)) for mixture in policy)
        plan.append(rules)
    return plan


# -- what one policy gets ---------------------------------------------------------------------------------------------


def prove_value(game: MarkovGame, ahead: Ahead, stated: Stated, plan: Plan, values: Node | None = None) -> None:
    """Show that a policy gets what is stated, and from every state on what ``values`` say, which is exact."""
    rows = _exact_rows(ahead, plan) if stated.exact is not None or values is not None else None
    if values is not None:
        _prove_states(game, values, rows)
    if rows is not None and stated.exact is not None:
        require_equal(stated, total(ahead, rows[0]))
        return
    if stated.exact is not None and stated.lower < stated.upper:
        raise stated.node.fails("expected two ends without a closed form, for the number is not known exactly")
    for bits in _precisions(ahead, stated):
        low, high = _span(ahead, plan, bits)
        least, most = (_in_units(ahead, end, bits) for end in (stated.lower, stated.upper))
        if low >= -(-least // 1) and high <= most // 1:
            return
        if high < least or low > most:
            raise stated.node.wrong("ends that enclose what the policy gets")
    raise TooLarge(f"{stated.node.place}: {PRECISIONS[-1]} binary digits do not tell what the policy gets")


def _exact_rows(ahead: Ahead, plan: Plan) -> list[Mapping[int, Exact]] | None:
    rows: list[Mapping[int, Exact]] = []
    later: Mapping[int, Exact] = {}
    for row, rules in zip(reversed(ahead.stages), reversed(plan), strict=True):
        now = {}
        for s, spot in row.items():
            found = exactly(ahead, spot, rules[s], later)
            if found is None:
                return None
            now[s] = found
        rows.append(now)
        later = now
    return rows[::-1]


def _prove_states(game: MarkovGame, node: Node, rows: list[Mapping[int, Exact]] | None) -> None:
    if rows is None:
        raise node.fails("expected no values of states, for they are not known exactly")
    for row, one in zip(rows, node.items(game.horizon), strict=True):
        found = one.by_label(game.labels)
        if found.keys() != row.keys():
            raise one.fails(f"expected an entry for each of {len(row)} states that can be reached here, and no others")
        for s, part in found.items():
            stated, value = read_stated(part), Quotient(*row[s])
            if stated.exact is not None:
                require_equal(stated, value)
            require_between(stated, value.compared(stated.lower), value.compared(stated.upper))


def _span(ahead: Ahead, plan: Plan, bits: int) -> Span:
    """What a policy gets, in units of values."""
    ahead.spend_on_one(bits)
    later: dict[int, Seen] = {}
    for row, rules in zip(reversed(ahead.stages), reversed(plan), strict=True):
        now = {}
        for s, spot in row.items():
            table, most = options(ahead, spot, later, bits)
            now[s] = outcome(_chosen(table, rules[s]), most, bits)
        later = now
    return _mean(ahead, {s: one.value for s, one in later.items()})


def _chosen(table: list[list[Option]], rule: Rule) -> list[Option]:
    return [column[a] for column, a in zip(table, rule, strict=True)]


def _mean(ahead: Ahead, values: Mapping[int, Span]) -> Span:
    low = sum((share * values[s][0] for s, share in ahead.initial.items()), Fraction(0))
    high = sum((share * values[s][1] for s, share in ahead.initial.items()), Fraction(0))
    return low // 1, -(-high // 1)


def _in_units(ahead: Ahead, value: Fraction, bits: int) -> Fraction:
    return value * Fraction(2) ** (bits - ahead.scale)


def _precisions(ahead: Ahead, stated: Stated) -> Iterator[int]:
    """Precisions to try one after the other."""
    least = START + len(ahead.stages).bit_length()
    width = stated.upper - stated.lower
    if width:
        least += max(ahead.scale + width.denominator.bit_length() - width.numerator.bit_length(), 0)
    yield least
    yield from (bits for bits in PRECISIONS if bits > least)


# -- all policies -----------------------------------------------------------------------------------------------------


_Chain = tuple[Rule, "_Chain | None"]
"""Rules of states, the last one first."""


@dataclass(frozen=True, slots=True, eq=False)
class _Outlook:
    """What the states of a stage are worth under rules for it and, in ``after``, for all later ones."""

    seen: tuple[Seen, ...]
    rules: tuple[Rule, ...]
    after: _Outlook | None


@dataclass(frozen=True, slots=True, eq=False)
class _Target:
    """What no policy is to get more than: the number that is claimed exactly, or the upper end."""

    ahead: Ahead
    stated: Stated

    @property
    def value(self) -> Quotient:
        """The number itself."""
        return Quotient.of(self.stated.upper) if self.stated.exact is None else self.stated.exact

    def units(self, bits: int) -> int:
        """A number of units that is not above it."""
        scale = self.ahead.scale
        return int(_in_units(self.ahead, self.value.ends(scale - bits)[0], bits) // 1)


def _prove_best(ahead: Ahead, stated: Stated, proof: Node) -> None:
    """Show that no policy gets more than what is stated."""
    target = _Target(ahead, stated)
    for bits in islice(_precisions(ahead, stated), 2):
        ahead.spend_on_all(bits)
        close = list(islice(_above(ahead, target.units(bits), bits), CLOSE + 1))
        if len(close) <= CLOSE:
            break
    else:
        raise TooLarge(f"{proof.place}: expected at most {CLOSE} policies that are about as good, found more")
    for plan in close:
        if _gets_more(target, plan):
            raise proof.fails("expected no policy to get more than the stated one, but one does")


def _gets_more(target: _Target, plan: Plan) -> bool:
    known = target.stated.exact is not None
    sign = _sign(target, plan) if known else None
    if sign is not None:
        return sign > 0
    for bits in _precisions(target.ahead, target.stated):
        low, high = _span(target.ahead, plan, bits)
        most = target.units(bits)
        if high <= most:
            return False
        if low > most + 1:
            return True
    sign = None if known else _sign(target, plan)
    if sign is None:
        raise TooLarge(f"{target.stated.node.place}: {PRECISIONS[-1]} binary digits do not tell policies apart")
    return sign > 0


def _sign(target: _Target, plan: Plan) -> int | None:
    """The sign of what a policy gets less the target, where it is known exactly. What both have in common cancels, so
    that this tells apart what no bounds do."""
    ahead = target.ahead
    rows = _exact_rows(ahead, plan)
    if rows is None:
        return None
    left = difference(ahead, total(ahead, rows[0]), target.value)
    ahead.budget.spend(SIGN * len(left.terms))
    return left.sign()


def _above(ahead: Ahead, most: int, bits: int) -> Iterator[Plan]:
    """The policies that bounds do not show to get no more than ``most`` units."""
    outlooks: list[_Outlook | None] = [None]
    for h in range(len(ahead.stages) - 1, 0, -1):
        rules = {s: spot.rules(ahead.prescription) for s, spot in ahead.stages[h].items()}
        outlooks = [one for after in outlooks for one in _before(ahead, h, rules, after, bits)]
    rules = {s: spot.rules(ahead.prescription) for s, spot in ahead.stages[0].items()}
    for after in outlooks:
        yield from _started(ahead, rules, after, most, bits)


def _later(ahead: Ahead, h: int, after: _Outlook | None) -> dict[int, Seen]:
    return {} if after is None else dict(zip(ahead.stages[h + 1], after.seen, strict=True))


def _before(
    ahead: Ahead, h: int, rules: Mapping[int, list[Rule]], after: _Outlook | None, bits: int
) -> Iterator[_Outlook]:
    later, found = _later(ahead, h, after), []
    for s, spot in ahead.stages[h].items():
        table, most = options(ahead, spot, later, bits)
        found.append([(outcome(_chosen(table, rule), most, bits), rule) for rule in rules[s]])
    for chosen in product(*found):
        yield _Outlook(tuple(seen for seen, _ in chosen), tuple(rule for _, rule in chosen), after)


def _started(
    ahead: Ahead, rules: Mapping[int, list[Rule]], after: _Outlook | None, most: int, bits: int
) -> Iterator[Plan]:
    """Rules for the first stage beside those for later ones. What a state lacks of its best rule must not be more than
    what the best rules of all states have above the claim."""
    later, found = _later(ahead, 0, after), []
    for s, spot in ahead.stages[0].items():
        table, _ = options(ahead, spot, later, bits)
        share = ahead.initial[s]
        found.append([(share * gained(_chosen(table, rule), bits)[1], rule) for rule in rules[s]])
    best = [max(value for value, _ in one) for one in found]
    above = sum(best, Fraction(0)) - most
    if above <= 0:
        return
    partial: list[tuple[Fraction, _Chain | None]] = [(above, None)]
    for options_of, top in zip(found, best, strict=True):
        kept = ((left - (top - value), (rule, chain)) for left, chain in partial for value, rule in options_of)
        # Each of these leads to a policy that is told, so that more of them than are told need not be kept.
        partial = list(islice((pair for pair in kept if pair[0] > 0), CLOSE + 1))
    for _, chain in partial:
        yield _plan(ahead, chain, after)


def _plan(ahead: Ahead, chain: _Chain | None, after: _Outlook | None) -> Plan:
    first: list[Rule] = []
    while chain is not None:
        rule, chain = chain
        first.append(rule)
    rows: list[Sequence[Rule]] = [first[::-1]]
    while after is not None:
        rows.append(after.rules)
        after = after.after
    return [dict(zip(row, rules, strict=True)) for row, rules in zip(ahead.stages, rows, strict=True)]
