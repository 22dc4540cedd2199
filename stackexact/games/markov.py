"""Episodic Markov games of a leader who announces her policy and a follower who responds (kind ``markov``).

Siyu Chen, Mengdi Wang, Zhuoran Yang, "Actions speak what you want: provably sample-efficient reinforcement learning of
the quantal Stackelberg equilibrium from strategic feedbacks", arXiv:2307.14085 (2023).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from stackexact.exact.grammar import INPUT
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, text_of
from stackexact.exact.work import Work
from stackexact.games.declared import declared_assumptions, declared_parameters, declared_text
from stackexact.games.distributions import require_probability
from stackexact.games.json_text import at_path
from stackexact.games.markov_parts import (
    features_document,
    follower_document,
    in_rows,
    stage_at,
    stage_place,
    stage_signs,
    stage_values,
    stages_document,
)
from stackexact.games.markov_reaching import reached, require_transitions
from stackexact.games.markov_reading import (
    Features,
    Follower,
    Stage,
    merged,
    read_features,
    read_flag,
    read_follower,
    read_initial,
    read_states,
    require_follower,
)
from stackexact.games.parametric import ParametricGame
from stackexact.games.payoff_parts import actions_document
from stackexact.games.tables import Actions

__all__ = ["Follower", "MarkovGame", "Stage"]


@dataclass(frozen=True, init=False)
class MarkovGame(ParametricGame):
    """H stages in finitely many states: the leader announces how she will act, the follower responds, both are paid,
    and the next state is drawn.

    ``states`` maps names to objects with ``payoffs`` (tables ``leader`` and either ``follower`` or ``weights``) and
    ``transitions`` (a table of distributions of the next state), or ``stages``, a list of H such objects, or
    ``like``, the name of a state with the same tables; ``actions`` names actions, of all states or of one.
    ``follower`` is ``{"response": "quantal", "eta": ..., "discount": ...}`` or ``{"response": "best", "ties": ...}``.
    ``prescription`` says whether the leader's policy may depend on the follower's action. ``initial`` is the
    distribution of the first state, which may be left out where there is only one state. ``features[s][a][b]`` are
    vectors that learners are given. Numbers are integers, fractions, text, SymPy expressions; they may depend on
    parameters, features apart. Bad input raises :class:`~stackexact.errors.GameError` with the place and the remedy.

    >>> game = MarkovGame({"shop": {"payoffs": {"leader": [[0, 1]], "follower": [["delta", 0]]}}}, horizon=1,
    ...                   follower={"response": "quantal", "eta": 5})
    >>> game
    <MarkovGame 1 state, H = 1, parameters delta>
    >>> game.at(delta="1/2").stages[0][0].follower
    ((Fraction(1, 2), Fraction(0, 1)),)
    """

    kind: ClassVar[str] = "markov"

    horizon: int
    states: tuple[str, ...]
    actions: tuple[Actions, ...]
    follower: Follower
    prescription: bool
    initial: tuple[Exact, ...]
    stages: tuple[tuple[Stage, ...], ...]
    """``stages[h][s]``, h from 0; where nothing depends on the stage the same objects stand there again and again."""
    features: Features | None = None
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    name: str | None = None
    description: str | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)

    def __init__(
        self,
        states: Mapping[str, Mapping[str, object]],
        *,
        horizon: int,
        follower: Follower | Mapping[str, object],
        prescription: bool = True,
        initial: Mapping[str, object] | None = None,
        actions: Actions | Mapping[str, Sequence[str]] | None = None,
        features: Mapping[str, object] | None = None,
        parameters: Sequence[str] | None = None,
        assumptions: Iterable[str | Assumption] | str | Assumption | None = (),
        name: str | None = None,
        description: str | None = None,
        source: str | None = None,
    ) -> None:
        work = Work(INPUT.effort)
        count, read = read_states(states, actions, horizon, work)
        names = tuple(read)
        first = next(iter(read.values())).stages[0]
        values: dict[str, Any] = {
            "horizon": count,
            "states": names,
            "actions": tuple(state.actions for state in read.values()),
            "follower": read_follower(follower, first.weights is not None, work),
            "prescription": read_flag(prescription, "prescription"),
            "initial": read_initial(initial, names, work),
            "stages": in_rows([state.stages for state in read.values()], count),
            "features": None if features is None else read_features(features, read, work),
            "assumptions": declared_assumptions(assumptions, work),
            "name": declared_text(name, "name"),
            "description": declared_text(description, "description"),
            "source": declared_text(source, "source"),
            "parameters": (),
        }
        self._set(values)
        self._set({"parameters": declared_parameters(parameters, self._used())})
        require_transitions(names, self.initial, self.stages)

    def values(self) -> Iterator[tuple[str, Exact]]:
        """Everything that may depend on parameters, by its place in the JSON object; what several states or stages
        share comes once."""
        for key in ("eta", "discount"):
            value = getattr(self.follower, key)
            if value is not None:
                yield f"follower.{key}", value
        for name, value in zip(self.states, self.initial, strict=True):
            yield at_path("initial", name), value
        for place, stage in self._own_stages():
            yield from stage_values(stage, place, self.states)

    def signs(self) -> Iterator[tuple[str, Exact, bool]]:
        """What must not be negative, by its place in the JSON object, and whether it must be positive."""
        if self.follower.eta is not None:
            yield "follower.eta", self.follower.eta, True
        yield "follower.discount", self.follower.discount, False
        for name, value in zip(self.states, self.initial, strict=True):
            yield at_path("initial", name), value, False
        for place, stage in self._own_stages():
            yield from stage_signs(stage, place, self.states)

    def _own_stages(self) -> Iterator[tuple[str, Stage]]:
        """Stages with their places; what several states or stages share comes once."""
        seen: set[int] = set()
        for s, name in enumerate(self.states):
            own = self.stages_of(s)
            for h, stage in enumerate(own):
                if id(stage) not in seen:
                    seen.add(id(stage))
                    yield stage_place(name, h, len(own)), stage

    def stages_of(self, state: int) -> tuple[Stage, ...]:
        """The stages of one state: a single one where all are alike."""
        first = self.stages[0]
        if all(row is first for row in self.stages):
            return (first[state],)
        own = tuple(row[state] for row in self.stages)
        return own[:1] if all(stage is own[0] for stage in own) else own

    @property
    def unreached_states(self) -> tuple[str, ...]:
        """States that are never reached, whatever is played; readers warn about them."""
        found = reached(self.initial, self.stages)
        return tuple(name for s, name in enumerate(self.states) if s not in found)

    def _substituted(self, given: Mapping[str, Exact]) -> MarkovGame:
        def one(value: Any) -> Any:
            return value.at(given) if isinstance(value, Expression) else value

        told = replace(self.follower, eta=one(self.follower.eta), discount=one(self.follower.discount))
        require_follower(told)
        initial = tuple(map(one, self.initial))
        for name, value in zip(self.states, initial, strict=True):
            require_probability(value, at_path("initial", name))
        return self._with(follower=told, initial=initial, stages=self._stages_at(given))

    def _stages_at(self, given: Mapping[str, Exact]) -> tuple[tuple[Stage, ...], ...]:
        """Stages that several states or times share stay one object."""
        stages: dict[int, Stage] = {}
        columns: dict[tuple[int, ...], tuple[Stage, ...]] = {}
        found = []
        for s, name in enumerate(self.states):
            own = self.stages_of(s)
            key = tuple(map(id, own))
            if key not in columns:
                for h, stage in enumerate(own):
                    if id(stage) not in stages:
                        place = stage_place(name, h, len(own))
                        stages[id(stage)] = stage_at(stage, given, place, self.states)
                columns[key] = merged(tuple(stages[one] for one in key))
            found.append(columns[key])
        return in_rows(found, self.horizon)

    def _identity(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "kind": self.kind,
            "parameters": list(self.parameters),
            "assumptions": [str(chain) for chain in self.assumptions],
            "horizon": self.horizon,
        }
        shared = self.actions[0] if len(set(self.actions)) == 1 else None
        if shared is not None:
            made["actions"] = actions_document(shared)
        made["follower"] = follower_document(self.follower)
        made["prescription"] = self.prescription
        made["initial"] = {name: text_of(value) for name, value in zip(self.states, self.initial, strict=True) if value}
        made["states"] = {}
        for s, name in enumerate(self.states):
            own = {} if shared is not None else {"actions": actions_document(self.actions[s])}
            made["states"][name] = own | stages_document(self.stages_of(s), self.states)
        if self.features is not None:
            tables = zip(self.states, self.features, strict=True)
            made["features"] = {name: features_document(table) for name, table in tables}
        return made

    def __repr__(self) -> str:
        title = f"{self.name!r}, " if self.name else ""
        symbols = f", parameters {', '.join(self.parameters)}" if self.parameters else ""
        return f"<MarkovGame {title}{self.size}{symbols}>"

    @property
    def size(self) -> str:
        """The numbers of states and stages, as text: ``3 states, H = 2``."""
        return f"{len(self.states)} {'state' if len(self.states) == 1 else 'states'}, H = {self.horizon}"
