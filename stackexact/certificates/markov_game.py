"""The embedded game of kind ``markov``: states, stages and transitions, in numbers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, cast

from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.digits import written
from stackexact.certificates.embedded import (
    TEXTS,
    Exact,
    Relation,
    chain_at,
    labels_at,
    line_of,
    number_at,
    on_region,
    parameters_at,
    text_of,
)
from stackexact.certificates.line import Line, Region
from stackexact.certificates.payoff_tables import Table, distribution_at, read_payoffs, tables_text
from stackexact.certificates.reading import Labels, Node, Weights
from stackexact.certificates.stated import Space, Stated
from stackexact.errors import shorten

__all__ = ["MarkovGame", "Stage", "State", "read_markov_game"]

STAGES = 10**6
"""The largest product of horizon and number of states."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One state at one stage; of the follower there are rewards or weights. ``transitions[a][b]`` holds the
    probabilities of the next state."""

    leader: Table
    follower: Table | None
    weights: Table | None
    transitions: tuple[tuple[Weights, ...], ...] | None


@dataclass(frozen=True, slots=True)
class State:
    """A state: labels of both players, and one stage where all are alike, else one for each."""

    leader: Labels
    follower: Labels
    stages: tuple[Stage, ...]

    def at(self, h: int) -> Stage:
        """The stage at a time, from 0."""
        return self.stages[h] if len(self.stages) > 1 else self.stages[0]


@dataclass(frozen=True, slots=True)
class MarkovGame:
    """The game that the certificate speaks of; ``identity`` is what the digest is made of."""

    kind: ClassVar[str] = "markov"
    bound: ClassVar[None] = None

    name: str | None
    identity: str
    horizon: int
    labels: Labels
    states: tuple[State, ...]
    response: str
    eta: Fraction | None
    discount: Fraction
    prescription: bool
    initial: Weights
    line: Line | Space | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def values(self) -> list[Exact]:
        """All numbers that may depend on parameters, once for states that are alike."""
        if self.line is None:
            return []
        found: list[Exact] = list(self.initial.values())
        for stage in {id(stage): stage for state in self.states for stage in state.stages}.values():
            for table in (stage.leader, stage.follower, stage.weights):
                found += (value for row in table or () for value in row)
            found += (share for row in stage.transitions or () for part in row for share in part.values())
        return found

    @property
    def is_numeric(self) -> bool:
        """Whether these are numbers."""
        return all(isinstance(value, Fraction) for value in self.values)

    def on(self, region: Region | Stated) -> MarkovGame:
        """The game where the parameters are in a region."""
        known: dict[int, Stage] = {}
        states = []
        for state in self.states:
            for stage in state.stages:
                if id(stage) not in known:
                    known[id(stage)] = _stage_on(stage, region)
            states.append(State(state.leader, state.follower, tuple(known[id(stage)] for stage in state.stages)))
        fields = {key: getattr(self, key) for key in MarkovGame.__slots__}
        return MarkovGame(**{**fields, "states": tuple(states), "initial": _shares_on(self.initial, region)})

    def sha256(self) -> str:
        """Digest of the canonical JSON of all that answers depend on, as solutions state it."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()

    def reached(self) -> list[set[int]]:
        """The states that can be reached, stage by stage. Where one leads on, it must have transitions."""
        found = [set(self.initial)]
        while len(found) < self.horizon:
            h, following = len(found) - 1, set()
            for s in found[-1]:
                moves = self.states[s].at(h).transitions
                if moves is None:
                    name = shorten(list(self.labels)[s])
                    raise Unsupported(f"game.states[{name}].transitions: expected, for stage {h} is not the last one")
                following |= {after for row in moves for part in row for after in part}
            found.append(following)
        return found


def _stage_on(stage: Stage, region: Region | Stated) -> Stage:
    def there(table: Table | None) -> Table | None:
        return None if table is None else tuple(tuple(_there(value, region) for value in row) for row in table)

    leader = there(stage.leader)
    assert leader is not None
    moves = stage.transitions
    if moves is not None:
        moves = tuple(tuple(_shares_on(part, region) for part in row) for row in moves)
    return Stage(leader, there(stage.follower), there(stage.weights), moves)


def _shares_on(weights: Weights, region: Region | Stated) -> Weights:
    return {s: _there(share, region) for s, share in weights.items()}


def _there(value: Fraction, region: Region | Stated) -> Fraction:
    """A number stays one: it compares with functions wherever they are looked at."""
    return value if isinstance(value, Fraction) else on_region(value, region)


def read_markov_game(node: Node) -> MarkovGame:
    """Read the embedded game."""
    optional = (*TEXTS, "parameters", "assumptions", "actions", "prescription", "initial", "features")
    parts = node.fields("format", "version", "kind", "horizon", "follower", "states", optional=optional)
    for key, expected in (("format", "stackexact/game"), ("version", 1), ("kind", "markov")):
        parts[key].constant(expected)
    for key in TEXTS:
        if key in parts and not isinstance(parts[key].value, str):
            raise parts[key].wrong("text")
    parameters = parameters_at(parts["parameters"]) if "parameters" in parts else ()
    line = line_of(parameters, Node(_numbers_of(parts), node.place), ("numbers",))
    chains = (
        [chain_at(item, parameters, line) for item in parts["assumptions"].items()] if "assumptions" in parts else []
    )
    given = parts["states"].members()
    horizon = _horizon(parts["horizon"], len(given))
    sources = _sources(parts["states"], given)
    labels = {name: s for s, name in enumerate(given)}
    reader = _Reader(labels, parts.get("actions"), horizon, line)
    read = {name: reader.state(given[name]) for name in given if sources[name] == name}
    states = tuple(read[sources[name]] for name in given)
    game = MarkovGame(
        name=str(parts["name"].value) if "name" in parts else None,
        identity="",
        horizon=horizon,
        labels=labels,
        states=states,
        **_follower(parts["follower"], {stage.weights is not None for one in states for stage in one.stages}),
        prescription=parts["prescription"].flag() if "prescription" in parts else True,
        initial=_initial(parts, labels, line),
        line=line,
        relations=tuple(relation for _, relations in chains for relation in relations),
    )
    features = _features(parts["features"], given, sources) if "features" in parts else None
    assumptions = [text for text, _ in chains]
    return _with_identity(game, parameters, assumptions, features)


def _numbers_of(parts: dict[str, Node]) -> dict[str, object]:
    """What may hold numbers: no labels, and no names of states, which may be those of parameters."""
    found: list[object] = [parts[key].value for key in ("assumptions", "initial") if key in parts]
    for state in parts["states"].members().values():
        if isinstance(state.value, dict):
            found += (value for key, value in state.value.items() if key not in ("actions", "like"))
    return {"numbers": found}


def _horizon(node: Node, states: int) -> int:
    if not isinstance(node.value, int) or isinstance(node.value, bool) or node.value < 1:
        raise node.wrong("a whole number of stages, at least 1")
    if not states:
        raise node.fails("expected at least one state")
    if node.value * states > STAGES:
        raise TooLarge(f"{node.place}: expected at most {STAGES} stages times states, found more")
    return node.value


def _sources(node: Node, given: dict[str, Node]) -> dict[str, str]:
    """The state whose tables each state has."""
    found: dict[str, str] = {}
    for start in given:
        chain: dict[str, None] = {}
        name = start
        while name not in found:
            value = given[name].value
            if name in chain:
                raise given[name].fails("expected a state that is not like itself")
            chain[name] = None
            if not isinstance(value, dict) or "like" not in value:
                found[name] = name
                break
            other = given[name].fields("like")["like"]
            if not isinstance(other.value, str) or other.value not in given:
                raise other.wrong("the name of a state")
            name = other.value
        found |= dict.fromkeys(chain, found[name])
    return found


def _follower(node: Node, weighted: set[bool]) -> dict[str, Any]:
    told = node.fields("response", optional=("eta", "discount", "ties"))
    response = told["response"].value
    if response not in ("quantal", "best"):
        raise told["response"].wrong("'quantal' or 'best'")
    if len(weighted) > 1:
        raise node.fails("expected weights in all states or in none")
    needed = response == "quantal" and weighted == {False}
    if ("eta" in told) != needed:
        raise node.fails("expected eta exactly where responses are quantal to rewards")
    if response == "best" and weighted == {True}:
        raise node.fails("expected rewards of a follower with best responses, found weights")
    if response == "quantal" and "ties" in told:
        raise told["ties"].fails("expected no ties where responses are quantal")
    eta = cast("Fraction", number_at(told["eta"], None)) if needed else None
    if eta is not None and eta <= 0:
        raise told["eta"].wrong("an inverse temperature above 0")
    discount = cast("Fraction", number_at(told["discount"], None)) if "discount" in told else Fraction(0)
    if not 0 <= discount <= 1:
        raise told["discount"].wrong("a number from 0 to 1")
    ties = told["ties"].value if "ties" in told else None
    if ties not in (None, "strong", "weak"):
        raise told["ties"].wrong("'strong' or 'weak'")
    return {"response": response if ties is None else f"{response} {ties}", "eta": eta, "discount": discount}


def _initial(parts: dict[str, Node], labels: Labels, line: Line | Space | None) -> Weights:
    if "initial" in parts:
        return distribution_at(parts["initial"], labels, line)
    if len(labels) > 1:
        raise Unsupported("game.initial: expected, for there are several states, but missing")
    return {0: Fraction(1)}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads one state after the other."""

    labels: Labels
    actions: Node | None
    horizon: int
    line: Line | Space | None

    def state(self, node: Node) -> State:
        given = node.fields(optional=("payoffs", "transitions", "stages", "actions"))
        if ("payoffs" in given) == ("stages" in given) or ("transitions" in given and "stages" in given):
            raise node.fails("expected either payoffs, with transitions, or stages")
        if "stages" in given:
            stages = tuple(map(self.stage, given["stages"].items(self.horizon)))
        else:
            stages = (self.stage(Node({key: given[key].value for key in given if key != "actions"}, node.place)),)
        rows, columns = shape = len(stages[0].leader), len(stages[0].leader[0])
        if any((len(one.leader), len(one.leader[0])) != shape for one in stages):
            raise node.fails(f"expected stages of {rows}x{columns} payoffs, as the first one is")
        own = {
            **(self.actions.fields(optional=("leader", "follower")) if self.actions is not None else {}),
            **(given["actions"].fields(optional=("leader", "follower")) if "actions" in given else {}),
        }
        first, last = stages[0], stages[-1]
        alike = all(one == first for one in stages[1:-1])
        if alike and last in (first, Stage(first.leader, first.follower, first.weights, None)):
            stages = (first,)
        return State(labels_at(own.get("leader"), "a", rows), labels_at(own.get("follower"), "b", columns), stages)

    def stage(self, node: Node) -> Stage:
        given = node.fields("payoffs", optional=("transitions",))
        tables = read_payoffs(given["payoffs"], self.line)
        leader = tables["leader"]
        moves = None
        if "transitions" in given:
            moves = tuple(
                tuple(distribution_at(one, self.labels, self.line) for one in row.items(len(leader[0])))
                for row in given["transitions"].items(len(leader))
            )
        return Stage(leader, tables.get("follower"), tables.get("weights"), moves)


# -- the digest -------------------------------------------------------------------------------------------------------


def _features(node: Node, given: dict[str, Node], sources: dict[str, str]) -> dict[str, Any]:
    """Vectors by state and actions; they say nothing of the game, but belong to its digest."""
    told = node.by_label({name: s for s, name in enumerate(given)})
    names = list(given)
    found = {
        names[s]: [
            [[written(cast("Fraction", number_at(v, None))) for v in vector.items()] for vector in row.items()]
            for row in one.items()
        ]
        for s, one in told.items()
    }
    for name in names:
        if name not in found and sources[name] not in found:
            raise node.fails(f"expected vectors for the state {shorten(name)}")
    return {name: found.get(name) or found[sources[name]] for name in names}


def _with_identity(
    game: MarkovGame, parameters: Sequence[str], assumptions: list[str], features: dict[str, Any] | None
) -> MarkovGame:
    names = list(game.labels)
    alike = len({(tuple(one.leader), tuple(one.follower)) for one in game.states}) == 1
    made: dict[str, Any] = {
        "kind": "markov",
        "parameters": list(parameters),
        "assumptions": assumptions,
        "horizon": game.horizon,
        "follower": _follower_text(game),
        "prescription": game.prescription,
        "initial": _shares(game.initial, names, game.line),
        "states": {},
    }
    if alike:
        made["actions"] = _actions(game.states[0])
    for name, state in zip(names, game.states, strict=True):
        stages = [_stage_text(one, names, game.line) for one in state.stages]
        own = {} if alike else {"actions": _actions(state)}
        made["states"][name] = own | (stages[0] if len(stages) == 1 else {"stages": stages})
    if features is not None:
        made["features"] = features
    text = json.dumps(made, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    fields = {key: getattr(game, key) for key in MarkovGame.__slots__}
    return MarkovGame(**{**fields, "identity": text})


def _follower_text(game: MarkovGame) -> dict[str, str]:
    response, _, ties = game.response.partition(" ")
    made = {"response": response}
    if game.eta is not None:
        made["eta"] = written(game.eta)
    if game.discount:
        made["discount"] = written(game.discount)
    return made | ({"ties": ties} if ties else {})


def _actions(state: State) -> dict[str, list[str]]:
    return {"leader": list(state.leader), "follower": list(state.follower)}


def _shares(weights: Weights, names: Sequence[str], line: Line | Space | None) -> dict[str, str]:
    return {names[s]: text_of(value, line) for s, value in weights.items()}


def _stage_text(stage: Stage, names: Sequence[str], line: Line | Space | None) -> dict[str, Any]:
    tables = {"leader": stage.leader, "follower": stage.follower, "weights": stage.weights}
    made: dict[str, Any] = {"payoffs": tables_text(tables, line)}
    if stage.transitions is not None:
        made["transitions"] = [[_shares(one, names, line) for one in row] for row in stage.transitions]
    return made
