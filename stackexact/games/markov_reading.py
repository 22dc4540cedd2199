"""What the parts of a Markov game may be: stages of states, transitions, a follower who responds, features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, TypeAlias

from stackexact.errors import ExpressionError, GameError, StackexactError, shorten
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import Record
from stackexact.exact.relation import text_of
from stackexact.exact.work import Work
from stackexact.games.distributions import Distribution, read_distribution
from stackexact.games.fields import closed, items, labels_of, object_of
from stackexact.games.json_text import Numeral, at_path, described
from stackexact.games.labels import flaw
from stackexact.games.payoff_parts import read_payoffs
from stackexact.games.tables import Actions, Table, read_cells, read_labels, require_shape
from stackexact.games.written import exact_value

__all__ = [
    "MOST",
    "Features",
    "Follower",
    "Stage",
    "State",
    "merged",
    "read_features",
    "read_flag",
    "read_follower",
    "read_initial",
    "read_states",
    "require_follower",
]

MOST: Final = 10**6
"""The largest product of horizon and number of states."""

Features: TypeAlias = tuple[tuple[tuple[tuple[Exact, ...], ...], ...], ...]
"""``features[s][a][b]``: a vector of numbers."""


@dataclass(frozen=True, slots=True, repr=False)
class Stage(Record):
    """One state at one stage: tables by leader action (rows) and follower action (columns).

    ``leader`` are her rewards u. Of the follower there are either its rewards ``follower`` r or ``weights`` exp(η r).
    ``transitions[a][b]`` is the distribution of the next state: pairs (index of the state, probability), by index,
    zeros left out; ``None`` where no next state is needed.
    """

    leader: Table
    follower: Table | None
    weights: Table | None
    transitions: tuple[tuple[Distribution, ...], ...] | None

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of leader and follower actions."""
        return len(self.leader), len(self.leader[0])


@dataclass(frozen=True, slots=True, repr=False)
class Follower(Record):
    """How the follower responds: ``"quantal"`` with inverse temperature ``eta`` (``None`` with weights), or ``"best"``
    with ``ties`` for (``"strong"``) or against (``"weak"``) the leader, or both (``None``). ``discount`` 0 is myopic.
    """

    response: str
    eta: Exact | None = None
    discount: Exact = Fraction(0)
    ties: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is read of one state: whose tables it has, its labels, and one stage if all are alike, else one for each."""

    source: str
    actions: Actions
    stages: tuple[Stage, ...]


def _horizon(given: object, states: int) -> int:
    """The number of stages: a whole number; times the number of states at most :data:`MOST`."""
    value: object = given
    if type(given) is Numeral:  # JSON knows one number 2, whether it is written 2, 2.0 or 2e0
        try:
            number = exact_value(given, Work(10**6))
        except ExpressionError as error:
            raise GameError(f"horizon: {error}") from None
        value = int(number) if isinstance(number, Fraction) and number.denominator == 1 else None
    if isinstance(value, bool | str) or not hasattr(value, "__index__"):
        raise GameError(f"horizon: expected a whole number of stages, found {_found(given)}; write 1 or more")
    horizon = int(value.__index__())
    if horizon < 1:
        raise GameError(f"horizon: expected at least 1 stage, found {shorten(horizon)[1:-1]}; write 1 or more")
    if horizon * states > MOST:
        found = f"{shorten(horizon)[1:-1]} times {states}"
        raise GameError(f"horizon: expected at most {MOST} stages times states, found {found}; choose a shorter one")
    return horizon


def _found(value: object) -> str:
    plain = value is None or isinstance(value, bool | str | dict | list)
    return described(value) if plain else f"{type(value).__name__} {shorten(value)}"


def read_flag(given: object, place: str) -> bool:
    """True or false."""
    if not isinstance(given, bool):
        raise GameError(f"{place}: expected true or false, found {_found(given)}; correct it")
    return given


def read_initial(given: object, names: Sequence[str], work: Work) -> tuple[Exact, ...]:
    """The probability of each state to be the first."""
    if given is None:
        if len(names) > 1:
            raise GameError(f"initial: expected this key in a game of {len(names)} states, found none; add it")
        given = {names[0]: 1}
    index = {name: i for i, name in enumerate(names)}
    found = dict(read_distribution(given, index, "initial", "state", work))
    return tuple(found.get(s, Fraction(0)) for s in range(len(names)))


def read_follower(given: object, weights: bool, work: Work) -> Follower:
    """How the follower responds, in a game with ``weights`` or with rewards of the follower."""
    if isinstance(given, Follower):
        given = {key: getattr(given, key) for key in Follower.__slots__ if getattr(given, key) is not None}
    told = closed(object_of(given), "follower", required=("response",), optional=("eta", "discount", "ties"))
    response, ties = told["response"], told.get("ties")
    for key, known in (("response", ("quantal", "best")), ("ties", ("strong", "weak"))):
        if key in told and told[key] not in known:
            found = f"found {_found(told[key])}; correct it"
            raise GameError(f"follower.{key}: expected '{known[0]}' or '{known[1]}', {found}")
    numbers = {key: _number(told[key], f"follower.{key}", work) for key in ("eta", "discount") if key in told}
    made = Follower(str(response), numbers.get("eta"), numbers.get("discount", Fraction(0)), ties and str(ties))
    if response == "best":
        if weights:
            raise GameError("follower.response: expected 'quantal' with weights, found 'best'; give payoffs.follower")
        if "eta" in told:
            raise GameError("follower.eta: expected none with best responses, found one; delete it")
        if made.discount != 0:
            found = f"found {shorten(text_of(made.discount))}; leave it out"
            raise GameError(f"follower.discount: expected 0 with best responses, {found}")
        return made
    if ties is not None:
        raise GameError("follower.ties: expected none with quantal responses, found some; delete it")
    if weights and "eta" in told:
        raise GameError("follower.eta: expected none with weights, which are exp(eta*r) already, found one; delete it")
    if not weights and "eta" not in told:
        raise GameError("follower.eta: expected this key with quantal responses, found none; add it")
    require_follower(made)
    return made


def require_follower(follower: Follower) -> None:
    """Refuse an inverse temperature that is certainly not positive, and a discount that is certainly not in [0, 1]."""
    eta, discount = follower.eta, follower.discount
    if isinstance(eta, Fraction) and eta <= 0:
        raise GameError(f"follower.eta: expected an inverse temperature above 0, found {shorten(text_of(eta))}")
    if isinstance(discount, Fraction) and not 0 <= discount <= 1:
        raise GameError(f"follower.discount: expected a value from 0 to 1, found {shorten(text_of(discount))}")


def _number(given: object, place: str, work: Work) -> Exact:
    try:
        return exact_value(given, work)
    except StackexactError as error:
        raise GameError(f"{place}: {error}") from None


def read_features(given: object, states: Mapping[str, State], work: Work) -> Features:
    """Vectors of one dimension for all states and actions; a state that is like another may go without."""
    found: dict[str, tuple[tuple[tuple[Exact, ...], ...], ...]] = {}
    dimension: int | None = None

    def vector(value: object, place: str) -> tuple[Exact, ...]:
        nonlocal dimension
        if hasattr(value, "tolist"):
            value = value.tolist()
        made = tuple(_number(one, f"{place}[{k}]", work) for k, one in enumerate(items(value, place, "numbers")))
        for k, one in enumerate(made):
            if not isinstance(one, Fraction):
                raise GameError(f"{place}[{k}]: expected a number, found {shorten(text_of(one))}; write its value")
        dimension = len(made) if dimension is None else dimension
        if not made or len(made) != dimension:
            wanted = f"{dimension} features as in the first vector" if dimension else "at least one feature"
            raise GameError(f"{place}: expected {wanted}, found {len(made)}")
        return made

    told = object_of(given)
    if not isinstance(told, dict):
        raise GameError(f"features: expected an object with a table of vectors by state, found {_found(given)}")
    for name, table in told.items():
        place = at_path("features", str(name))
        if name not in states:
            raise GameError(f"{place}: expected the name of a state, found {_found(name)}; correct it")
        found[name] = read_cells(table, place, "vectors", vector)
        require_shape(found[name], states[name].stages[0].leader, place, f"{at_path('states', name)}.payoffs.leader")
    for name, state in states.items():
        if name not in found and state.source not in found:
            raise GameError(f"{at_path('features', name)}: expected this key, found none; add it")
    return tuple(found.get(name) or found[state.source] for name, state in states.items())


# -- states -----------------------------------------------------------------------------------------------------------


def _names(states: object) -> dict[str, Any]:
    """The states by name, in order."""
    if not isinstance(states, Mapping):
        raise GameError(f"states: expected an object with the states by name, found {_found(states)}")
    if not states:
        raise GameError("states: expected at least one state, found none; add one")
    for name in states:
        if not isinstance(name, str):
            raise GameError(f"states: expected names of states, found {type(name).__name__} {shorten(name)}")
        if found := flaw(name):
            raise GameError(f"states: expected a name of a state, found {found}")
    return {name: object_of(value) for name, value in states.items()}


def read_states(states: object, actions: object, horizon: object, work: Work) -> tuple[int, dict[str, State]]:
    """The horizon and every state. ``actions`` are the labels of states that have none of their own."""
    given = _names(states)
    stages = _horizon(horizon, len(given))
    sources = _sources(given)
    reader = _States(
        {name: i for i, name in enumerate(given)}, {} if actions is None else _labels(actions, "actions"), stages, work
    )
    made: dict[str, State] = {}
    for name, value in given.items():
        if sources[name] == name:
            made[name] = reader.state(name, value)
    _require_alike(made)
    return stages, {name: made[sources[name]] for name in given}


def _sources(given: Mapping[str, Any]) -> dict[str, str]:
    """The state whose tables each state has: its own, or those of the state that it is ``like`` in the end."""
    found: dict[str, str] = {}
    for start in given:
        chain: dict[str, None] = {}
        name = start
        while name not in found:
            if name in chain:
                raise GameError(_cycle(list(chain), name))
            chain[name] = None
            value = given[name]
            if not isinstance(value, dict) or "like" not in value:
                found[name] = name
                break
            place = at_path("states", name)
            if extra := next((key for key in value if key != "like"), None):
                where = at_path(place, str(extra))
                raise GameError(f"{where}: expected no key beside 'like', found one; delete it, or 'like'")
            other = value["like"]
            if type(other) is not str or other not in given:
                raise GameError(f"{place}.like: expected the name of a state, found {_found(other)}; correct it")
            name = other
        found |= dict.fromkeys(chain, found[name])
    return found


def _cycle(chain: list[str], name: str) -> str:
    cycle = [shorten(one)[1:-1] for one in [*chain[chain.index(name) :], name]]
    shown = cycle if len(cycle) <= 7 else [*cycle[:3], "...", *cycle[-3:]]
    place = at_path("states", name)
    return f"{place}.like: expected no cycle, found {' -> '.join(shown)}; give one of these states payoffs of its own"


def _require_alike(states: Mapping[str, State]) -> None:
    """All states have the follower's rewards, or all of them have weights."""
    kinds: dict[bool, str] = {}
    for name, state in states.items():
        for stage in state.stages:
            kinds.setdefault(stage.weights is not None, name)
    if len(kinds) > 1:
        one, two = (at_path("states", kinds[key]) for key in (True, False))
        raise GameError(f"states: expected payoffs.weights in all or in none, found them in {one} and not in {two}")


def _labels(given: object, place: str) -> dict[str, list[str]]:
    """Labels by player, of those that are given."""
    if isinstance(given, Actions):
        given = {"leader": given.leader, "follower": given.follower}
    return labels_of(given, place)


@dataclass(frozen=True, slots=True)
class _States:
    """Reads one state after the other."""

    index: Mapping[str, int]
    actions: Mapping[str, Sequence[str]]
    horizon: int
    work: Work

    def state(self, name: str, given: object) -> State:
        place = at_path("states", name)
        keys = ("payoffs", "transitions", "stages", "like", "actions")  # like: for the list in messages
        told = closed(given, place, required=(), optional=keys)
        if ("payoffs" in told) == ("stages" in told):
            found = "both" if "stages" in told else "neither"
            raise GameError(f"{place}: expected one of 'payoffs', 'stages', 'like', found {found}; give one of them")
        if "stages" not in told:
            parts = {key: told[key] for key in ("payoffs", "transitions") if key in told}
            stages: tuple[Stage, ...] = (self.stage(parts, place),)
        else:
            if "transitions" in told:
                raise GameError(f"{place}.transitions: expected them in 'stages', found them beside; move them there")
            stages = self.stages(told["stages"], f"{place}.stages")
        own = _labels(told["actions"], f"{place}.actions") if "actions" in told else {}
        sides: list[tuple[str, ...]] = []
        for player, letter, count in zip(("leader", "follower"), "ab", stages[0].shape, strict=True):
            where = f"{place}.actions.{player}" if player in own else f"actions.{player}"
            labels = own.get(player, self.actions.get(player))
            sides.append(read_labels(labels, where, letter, count, f"the payoffs of {place}"))
        return State(name, Actions(*sides), merged(stages))

    def stages(self, given: object, place: str) -> tuple[Stage, ...]:
        if not isinstance(given, list | tuple):
            raise GameError(f"{place}: expected a list of {self.horizon} stages, found {_found(given)}; write [...]")
        if len(given) != self.horizon:
            raise GameError(f"{place}: expected {self.horizon} stages, as the horizon says, found {len(given)}")
        made = tuple(self.stage(value, f"{place}[{h}]") for h, value in enumerate(given))
        for h, stage in enumerate(made):
            require_shape(stage.leader, made[0].leader, f"{place}[{h}].payoffs.leader", f"{place}[0].payoffs.leader")
        return made

    def stage(self, given: object, place: str) -> Stage:
        told = closed(object_of(given), place, required=("payoffs",), optional=("transitions",))
        leader, follower, weights = read_payoffs(told["payoffs"], f"{place}.payoffs", self.work)
        transitions = None
        if "transitions" in told:
            where = f"{place}.transitions"
            transitions = read_cells(told["transitions"], where, "distributions", self.distribution)
            require_shape(transitions, leader, where, f"{place}.payoffs.leader")
        return Stage(leader, follower, weights, transitions)

    def distribution(self, given: object, place: str) -> Distribution:
        return read_distribution(given, self.index, place, "state", self.work)


def merged(stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
    """One stage where all are alike, but for the transitions of the last one, which lead nowhere.

    The last one may be without transitions; if they are there, they have to be the same, so that nothing is lost.
    """
    first, last = stages[0], stages[-1]
    if any(stage != first for stage in stages[1:-1]):
        return stages
    without = Stage(first.leader, first.follower, first.weights, None)
    return (first,) if last in (first, without) else stages
