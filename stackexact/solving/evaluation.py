"""What a given policy of the leader gets: ``stackexact.evaluate``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Final, cast

from stackexact.errors import StackexactError, UsageError, shorten
from stackexact.exact.enclosures import Number, enclosed, refined
from stackexact.exact.numbers import exact
from stackexact.exact.prover import Ratio
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.reading import Parameter, Parameters
from stackexact.games.bimatrix import Game
from stackexact.games.markov import MarkovGame
from stackexact.games.tables import Actions
from stackexact.quantal.decisions import Policy
from stackexact.quantal.deterministic import valued
from stackexact.quantal.evaluating import Allowed, Plan, balls_under, exactly_evaluated
from stackexact.quantal.limits import best_responses, without_rewards
from stackexact.quantal.problems import problem_of
from stackexact.quantal.tables import Tables, tables_of
from stackexact.solving.cells import FieldsCell, frozen_mapping
from stackexact.solving.domains import names_in_play
from stackexact.solving.workspace import DIGITS, options_of

__all__ = ["Evaluation", "evaluate"]

_ONE: Final = Fraction(1)
_STATE: Final = "game"


@dataclass(frozen=True, slots=True, repr=False)
class Evaluation(FieldsCell):
    """What the leader gets under a policy (``leader``), and by stage (the first comes first) and state what she gets
    from there on (``values``) and how the follower responds (``response``)."""

    leader: Number | Expression
    values: tuple[Mapping[str, Number | Expression], ...]
    response: tuple[Mapping[str, Mapping[str, Number | Expression]], ...]


def evaluate(game: Game | MarkovGame, policy: object, *, eta: object = None, digits: int = DIGITS) -> Evaluation:
    """Evaluate a policy against a quantal follower, whether it looks ahead or not; exactly where values are quotients
    of sums of exponentials, else enclosed to ``digits``. A Markov game with weights may have parameters, where the
    policy is deterministic: then all of it are functions of these.

    ``policy`` is a commitment (a mapping of leader actions to probabilities, absent ones 0), a prescription (one of
    these for every action of the follower), or in Markov games a mapping of states to either, or a sequence of these by
    stage, such as a cell's ``policy``. ``eta`` is the inverse temperature for a bimatrix game; in all games it may be
    ``"0"`` or ``"oo"`` for the limits of that, where ties are broken evenly (``stackexact.quantal.limits``).
    Raises :class:`~stackexact.errors.UsageError` for a policy that does not fit.

    >>> game = Game([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    >>> str(evaluate(game, {"a2": 1}, eta=5).leader.closed_form)
    '(3*exp(5) + 1)/(exp(5) + 1)'
    >>> evaluate(game, {"a1": "1/2", "a2": "1/2"}, eta="oo").leader
    Fraction(5, 2)
    """
    limit = str(eta) if str(eta) in ("0", "oo") else ""
    if isinstance(game, Game):
        played: MarkovGame = _one_stage(game, "1" if limit else eta, digits)
        policy = [{_STATE: policy}]
    elif isinstance(game, MarkovGame):
        if eta is not None and not limit:
            raise UsageError(
                f"eta: expected 0 or oo for a Markov game, found {shorten(str(eta))}; change it in the game"
            )
        options_of(game.kind, None, False, digits)
        played = game
    else:
        raise UsageError(f"game: expected a Game or a MarkovGame, found {type(game).__name__}; give one")
    if played.follower.response != "quantal":
        raise UsageError("game: expected one with a quantal follower, found best responses; give another")
    if not played.is_numeric:
        if limit:
            raise UsageError("eta: expected none for a game with parameters, found a limit; set values with at()")
        return _closed_form(played, policy)
    tables = tables_of(played)
    plan = _plan(played, [tuple(row) for row in tables.stages], policy)
    allowed: Allowed = None
    if limit == "oo":
        if played.stages[0][0].weights is not None:
            raise UsageError(
                "eta: expected a game with the follower's rewards for the limit, found weights; give rewards"
            )
        allowed = best_responses(tables, plan)
    return _evaluation(played, without_rewards(tables) if limit else tables, plan, allowed, digits)


def _one_stage(game: Game, eta: object, digits: int) -> MarkovGame:
    options = options_of(game.kind, eta, False, digits)
    if options.eta is None:
        raise UsageError("eta: expected an inverse temperature, found none; give one, as in eta=5")
    payoffs = {"leader": game.payoffs.leader, "follower": game.payoffs.follower}
    state = {"payoffs": payoffs, "actions": {"leader": game.actions.leader, "follower": game.actions.follower}}
    return MarkovGame(
        {_STATE: state}, horizon=1, follower={"response": "quantal", "eta": options.eta}, initial={_STATE: 1}
    )


def _closed_form(game: MarkovGame, policy: object) -> Evaluation:
    """A deterministic policy in a game with weights, as functions of the parameters."""
    names = names_in_play(cast(Any, game))
    ring: Any = Parameter(names[0]) if len(names) == 1 else Parameters(tuple(sorted(names)))
    problem = problem_of(game, ring)
    plan = _plan(game, [tuple(row) for row in problem.stages], policy)
    if any(len(mixture) > 1 for row in plan for rule in row.values() for mixture in rule):
        told = "expected a deterministic one in a game with parameters, found a randomised one"
        raise UsageError(f"policy: {told}; set values with at()")
    choices = tuple({s: tuple(part[0][0] for part in rule) for s, rule in row.items()} for row in plan)
    found = valued(problem, choices)

    def exact(ratio: Ratio[Any]) -> Exact:
        value: Exact = ring.exact(ratio.top, ratio.bottom)
        return value

    values = [{s: exact(one) for s, one in row.items()} for row in found.values]
    shares = [{s: [exact(one) for one in many] for s, many in row.items()} for row in found.response]
    return _named(game, exact(found.leader), values, shares)


def _plan(game: MarkovGame, reached: Sequence[Sequence[int]], policy: object) -> Plan:
    """The policy by stage and state, by numbers."""
    stages: list[object] = list(policy) if isinstance(policy, Sequence) else [policy] * game.horizon
    if len(stages) != game.horizon or not all(isinstance(stage, Mapping) for stage in stages):
        expected = f"a mapping of states, or {game.horizon} of them by stage"
        raise UsageError(f"policy: expected {expected}, found {type(policy).__name__} of {len(stages)}; correct it")
    plan = []
    for h, (row, told) in enumerate(zip(reached, stages, strict=True)):
        assert isinstance(told, Mapping)
        place = "policy" if game.states == (_STATE,) else f"policy[{h}]"
        if unknown := [name for name in told if name not in game.states]:
            raise UsageError(f"{place}: expected states of the game, found {shorten(str(unknown[0]))}; correct it")
        rules = {}
        for s in row:
            if game.states[s] not in told:
                raise UsageError(f"{place}: expected what to do in {shorten(game.states[s])}, found nothing; add it")
            there = place if game.states == (_STATE,) else f"{place}.{game.states[s]}"
            rules[s] = _rule(told[game.states[s]], game.actions[s], there)
        plan.append(rules)
    return plan


def _rule(told: object, actions: Actions, place: str) -> Policy:
    if not isinstance(told, Mapping) or not told:
        raise UsageError(f"{place}: expected probabilities of the leader's actions, found {shorten(repr(told))}")
    if not any(isinstance(one, Mapping) for one in told.values()):
        return (_mixture(told, actions, place),) * len(actions.follower)
    if set(told) != set(actions.follower):
        expected = ", ".join(actions.follower)
        raise UsageError(f"{place}: expected a mixture for each of {expected}, found {', '.join(map(str, told))}")
    return tuple(_mixture(told[b], actions, f"{place}.{b}") for b in actions.follower)


def _mixture(told: object, actions: Actions, place: str) -> tuple[tuple[int, Fraction], ...]:
    return tuple((a, share) for a, share in _shares(told, actions, place) if share)


def _shares(told: object, actions: Actions, place: str) -> Iterator[tuple[int, Fraction]]:
    if not isinstance(told, Mapping):
        raise UsageError(f"{place}: expected probabilities of the leader's actions, found {shorten(repr(told))}")
    if unknown := [name for name in told if name not in actions.leader]:
        known = ", ".join(actions.leader)
        raise UsageError(f"{place}: expected some of {known}, found {shorten(str(unknown[0]))}; correct it")
    total = Fraction(0)
    for a, label in enumerate(actions.leader):
        try:
            share = exact(told.get(label, 0))
        except StackexactError as error:
            raise UsageError(f"{place}.{label}: {error}") from None
        if not isinstance(share, Fraction) or share < 0:
            raise UsageError(f"{place}.{label}: expected a probability, found {shorten(str(told[label]))}; correct it")
        total += share
        yield a, share
    if total != 1:
        raise UsageError(f"{place}: expected probabilities that sum to 1, found the sum {shorten(str(total))}")


def _evaluation(game: MarkovGame, tables: Tables, plan: Plan, allowed: Allowed, digits: int) -> Evaluation:
    found = exactly_evaluated(tables, plan, allowed)
    if found is not None:
        values = [{s: one.number(digits, tables.scale) for s, one in row.items()} for row in found.values]
        shares = [{s: [one.number(digits, _ONE) for one in many] for s, many in row.items()} for row in found.responses]
        return _named(game, found.value.number(digits, tables.scale), values, shares)
    width = tables.scale / Fraction(10) ** (digits + 2)

    def number(pick: Any, scale: Fraction) -> Number:
        low, high = refined(lambda: pick(balls_under(tables, plan, allowed)), width if scale != 1 else min(width, _ONE))
        return enclosed(low, high, digits, scale)

    leader = number(lambda told: told[0], tables.scale)
    values = [{s: number(partial(_value, h, s), tables.scale) for s in row} for h, row in enumerate(tables.stages)]
    shares = [
        {s: [number(partial(_share, h, s, b), _ONE) for b in range(node.shape[1])] for s, node in row.items()}
        for h, row in enumerate(tables.stages)
    ]
    return _named(game, leader, values, shares)


def _value(h: int, s: int, told: Any) -> Any:
    return told[1][h][s]


def _share(h: int, s: int, b: int, told: Any) -> Any:
    return told[2][h][s][b]


def _named(
    game: MarkovGame,
    leader: Number | Expression,
    values: Sequence[Mapping[int, Number | Expression]],
    shares: Sequence[Mapping[int, Sequence[Number | Expression]]],
) -> Evaluation:
    return Evaluation(
        leader,
        tuple(frozen_mapping({game.states[s]: one for s, one in row.items()}) for row in values),
        tuple(
            frozen_mapping(
                {
                    game.states[s]: frozen_mapping(dict(zip(game.actions[s].follower, many, strict=True)))
                    for s, many in row.items()
                }
            )
            for row in shares
        ),
    )
