"""Games of one leader and many followers alike, with quadratic costs (kind ``lq-incentive``).

Sanjari, Bose and Başar, "Incentive designs for Stackelberg games with a large number of followers and their mean-field
limits", Dynamic Games and Applications 15 (2025).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, ClassVar

from stackexact.errors import shorten
from stackexact.exact.grammar import INPUT
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, parameters_of, text_of
from stackexact.exact.work import Work
from stackexact.games.declared import (
    declared_assumptions,
    declared_parameters,
    declared_text,
    digest,
    document_head,
    further_assumptions,
    still_assumed,
    substituted,
)
from stackexact.games.lq_reading import (
    PLAYERS,
    Costs,
    Information,
    Variables,
    exact_at,
    implied,
    read_followers,
    read_information,
    read_variables,
    require_no_actions,
    require_no_linear_terms,
    variable_names,
)
from stackexact.games.quadratic import Quadratic, quadratic

__all__ = ["Costs", "IncentiveGame", "Information", "Variables"]


@dataclass(frozen=True, init=False)
class IncentiveGame:
    """One leader, ``followers`` (a number or a parameter) followers alike and perhaps a major one, who pay quadratic
    costs in their actions and the mean action.

    Where the number of followers is a parameter it is assumed to be at least 1, and variances that depend on parameters
    are assumed to be ones: these assumptions are added to the game's own.

    >>> game = IncentiveGame("u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2", followers="N")
    >>> game.parameters, str(game.cost("leader").hessian[0][0])
    (('N',), '4')
    """

    kind: ClassVar[str] = "lq-incentive"

    variables: Variables
    costs: Costs
    followers: Exact
    information: Information | None = None
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    name: str | None = None
    description: str | None = field(default=None, compare=False)
    source: str | None = field(default=None, compare=False)

    def __init__(
        self,
        leader: object,
        follower: object,
        *,
        followers: object = "N",
        major: object = None,
        variables: Variables | Mapping[str, Sequence[str]] | None = None,
        information: Information | Mapping[str, object] | None = None,
        parameters: Sequence[str] | None = None,
        assumptions: Iterable[str | Assumption] | str | Assumption | None = (),
        name: str | None = None,
        description: str | None = None,
        source: str | None = None,
    ) -> None:
        work = Work(INPUT.effort)
        names = read_variables(variables, major is not None)
        costs = Costs(
            exact_at(leader, "costs.leader", work),
            exact_at(follower, "costs.follower", work),
            None if major is None else exact_at(major, "costs.major", work),
        )
        told = read_information(information, names, work)
        count = read_followers(followers, work)
        stated = declared_assumptions(assumptions, work)
        state = None if told is None else told.state
        places = {"followers": parameters_of(count)}
        if told is not None:
            places["information.variance"] = parameters_of(told.variance)
            places["information.noise"] = parameters_of(told.noise)
        places["assumptions"] = tuple(sorted({name for chain in stated for name in chain.parameters}))
        for place, used in places.items():
            require_no_actions(used, names.all, state, place)
        values: dict[str, Any] = {
            "variables": names,
            "costs": costs,
            "followers": count,
            "information": told,
            "assumptions": (*stated, *implied(count, told, stated)),
            "name": declared_text(name, "name"),
            "description": declared_text(description, "description"),
            "source": declared_text(source, "source"),
        }
        declared = declared_parameters(parameters, _used_names(values))
        require_no_actions(declared, names.all, state, "parameters")
        for key, value in {**values, "parameters": declared}.items():
            object.__setattr__(self, key, value)
        for player in ("leader", "follower", *(("major",) if major is not None else ())):
            form = self.cost(player)  # refused where it is not quadratic
            if told is not None:
                require_no_linear_terms(form, player)

    def cost(self, player: str) -> Quadratic:
        """A cost as a quadratic form in the variables (and in the state, which comes last)."""
        value = getattr(self.costs, player)
        return quadratic(value, variable_names(self.variables, self.information), f"costs.{player}")

    def values(self) -> Iterator[tuple[str, Exact]]:
        """Everything that may depend on parameters, by its place."""
        for player in ("leader", "follower", *(("major",) if self.costs.major is not None else ())):
            form = self.cost(player)
            for value in (*(entry for row in form.hessian for entry in row), *form.gradient, form.constant):
                yield f"costs.{player}", value
        if self.information is not None:
            yield "information.variance", self.information.variance
            yield "information.noise", self.information.noise

    @property
    def is_numeric(self) -> bool:
        """Whether no parameter is left."""
        return not _used_names(self._fields(), only_costs=True)

    @property
    def unused_parameters(self) -> tuple[str, ...]:
        """Declared parameters that occur nowhere; readers warn about them."""
        used = _used_names(self._fields())
        return tuple(name for name in self.parameters if name not in used)

    def at(self, values: Mapping[str, object] | None = None, /, **more: object) -> IncentiveGame:
        """The game with exact values substituted for some or all parameters, all at once."""
        return substituted(self.parameters, {**(values or {}), **more}, self._substituted)

    def _substituted(self, given: Mapping[str, Exact]) -> IncentiveGame:
        def one(value: Any) -> Any:
            return value.at(given) if isinstance(value, Expression) else value

        told = self.information
        names = variable_names(self.variables, told)
        for name, value in given.items():  # an action would become part of what is paid, and could stay quadratic
            state = None if told is None else told.state
            require_no_actions(parameters_of(value), names, state, f"substitution of {name}")
        changed = {
            "costs": Costs(one(self.costs.leader), one(self.costs.follower), one(self.costs.major)),
            "followers": one(self.followers),
            "information": told and replace(told, variance=one(told.variance), noise=one(told.noise)),
            "assumptions": still_assumed(self.assumptions, given),
        }
        used = _used_names({**self._fields(), **changed})
        kept = (name for name in self.parameters if name not in given or name in used)
        return self._remade(**changed, parameters=(*kept, *sorted(used - set(self.parameters))))

    def assuming(self, *relations: str) -> IncentiveGame:
        """The game under further assumptions; those that are numerically true are dropped, false ones refused."""
        return self._with(assumptions=(*self.assumptions, *further_assumptions(relations, self.parameters)))

    def _fields(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def _remade(self, **changes: Any) -> IncentiveGame:
        """The game with other parts, checked like any other."""
        values = {**self._fields(), **changes}
        costs = values.pop("costs")
        return IncentiveGame(costs.leader, costs.follower, major=costs.major, **values)

    def _with(self, **changes: Any) -> IncentiveGame:
        made = object.__new__(IncentiveGame)
        for key, value in {**self._fields(), **changes}.items():
            object.__setattr__(made, key, value)
        return made

    def document(self) -> dict[str, Any]:
        """The game as a JSON object, costs in normal form."""
        return {**document_head(self), **self._identity()}

    def _identity(self) -> dict[str, Any]:
        names, told = self.variables, self.information
        costs = {"leader": text_of(self.costs.leader), "follower": text_of(self.costs.follower)}
        if self.costs.major is not None:
            costs["major"] = text_of(self.costs.major)
        made: dict[str, Any] = {
            "kind": self.kind,
            "followers": text_of(self.followers),
            "variables": {player: list(getattr(names, player)) for player in PLAYERS if getattr(names, player)},
            "parameters": list(self.parameters),
            "assumptions": [str(chain) for chain in self.assumptions],
            "costs": costs,
        }
        if told is not None:
            made["information"] = {
                "state": told.state,
                "variance": text_of(told.variance),
                "noise": text_of(told.noise),
                "reacts": told.reacts,
            }
        return made

    @cached_property
    def sha256(self) -> str:
        """Digest of the canonical JSON of all that answers depend on."""
        return digest(self._identity())

    def __str__(self) -> str:
        from stackexact.games.lq_display import game_page
        from stackexact.games.screen import Page, painted

        page = Page()
        game_page(page, self)
        return painted(page.lines)

    def _repr_html_(self) -> str:
        from stackexact.games.lq_display import game_html

        return game_html(self)

    def _repr_latex_(self) -> str:
        from stackexact.games.lq_display import game_latex

        return game_latex(self)

    def __repr__(self) -> str:
        title = f"{self.name!r}, " if self.name else ""
        symbols = f", parameters {', '.join(self.parameters)}" if self.parameters else ""
        major = ", a major one" if self.costs.major is not None else ""
        return f"<IncentiveGame {title}{shorten(text_of(self.followers))[1:-1]} followers{major}{symbols}>"


def _used_names(parts: Mapping[str, Any], *, only_costs: bool = False) -> set[str]:
    costs, told = parts["costs"], parts["information"]
    values = [costs.leader, costs.follower, parts["followers"]]
    values += [] if costs.major is None else [costs.major]
    values += [] if told is None else [told.variance, told.noise]
    names = {name for value in values for name in parameters_of(value)}
    names -= set(variable_names(parts["variables"], told))
    if not only_costs:
        names |= {name for chain in parts["assumptions"] for name in chain.parameters}
    return names
