"""Games of one leader and many followers alike, with quadratic costs (kind ``lq-incentive``).

Sanjari, Bose and Başar, "Incentive designs for Stackelberg games with a large number of followers and their mean-field
limits", Dynamic Games and Applications 15 (2025).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any, ClassVar, Final

from stackexact.errors import ExpressionError, GameError, StackexactError, shorten
from stackexact.exact.grammar import INPUT, NAME, parse
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, parameters_of, parse_assumption, text_of
from stackexact.exact.work import Work
from stackexact.games.declared import (
    declared_assumptions,
    declared_parameters,
    declared_text,
    further_assumptions,
    still_assumed,
)
from stackexact.games.quadratic import Quadratic, quadratic

__all__ = ["Costs", "IncentiveGame", "Information", "Variables"]

PLAYERS: Final = ("leader", "major", "follower", "mean")


@dataclass(frozen=True, slots=True)
class Variables:
    """The names of actions in the costs, one per dimension: of the leader, of a major follower (none: ``()``), of a
    follower, and of the mean of all followers (of that size).

    >>> Variables()
    Variables(leader=('u0',), major=(), follower=('u',), mean=('ubar',))
    """

    leader: tuple[str, ...] = ("u0",)
    major: tuple[str, ...] = ()
    follower: tuple[str, ...] = ("u",)
    mean: tuple[str, ...] = ("ubar",)

    @property
    def all(self) -> tuple[str, ...]:
        """The names in the order in which derivatives are taken."""
        return (*self.leader, *self.major, *self.follower, *self.mean)


@dataclass(frozen=True, slots=True)
class Costs:
    """What the leader, each follower and a major follower pay, as expressions in the variables.

    The leader pays the average over the followers of ``leader``.
    """

    leader: Exact
    follower: Exact
    major: Exact | None = None


@dataclass(frozen=True, slots=True)
class Information:
    """A Gaussian ``state`` that the leader sees, of ``variance`` X and mean 0; every follower sees it with independent
    noise of variance ``noise`` W. ``reacts`` says whether the leader reacts to the mean action on path."""

    state: str
    variance: Exact
    noise: Exact
    reacts: bool = False


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
        names = _variables(variables, major is not None)
        costs = Costs(
            _exact(leader, "costs.leader", work),
            _exact(follower, "costs.follower", work),
            None if major is None else _exact(major, "costs.major", work),
        )
        told = _information(information, names, work)
        count = _followers(followers, work)
        stated = declared_assumptions(assumptions, work)
        chains = (*stated, *_implied(count, told, stated))
        values: dict[str, Any] = {
            "variables": names,
            "costs": costs,
            "followers": count,
            "information": told,
            "assumptions": chains,
            "name": declared_text(name, "name"),
            "description": declared_text(description, "description"),
            "source": declared_text(source, "source"),
        }
        used = _used_names(values)
        if clash := sorted({name for chain in chains for name in chain.parameters} & set(_variable_names(names, told))):
            raise GameError(f"assumptions: expected relations among parameters, found the action {clash[0]}; rename it")
        for key, value in {**values, "parameters": declared_parameters(parameters, used)}.items():
            object.__setattr__(self, key, value)
        for player in ("leader", "follower", *(("major",) if major is not None else ())):
            form = self.cost(player)  # refused where it is not quadratic
            if told is not None:
                _require_no_linear_terms(form, player)

    def cost(self, player: str) -> Quadratic:
        """A cost as a quadratic form in the variables (and in the state, which comes last)."""
        value = getattr(self.costs, player)
        return quadratic(value, _variable_names(self.variables, self.information), f"costs.{player}")

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
        given = {name: exact(value) for name, value in {**(values or {}), **more}.items()}
        for name in given:
            if name not in self.parameters:
                known = ", ".join(self.parameters) or "none"
                raise GameError(f"parameter {shorten(name)}: expected one of the game's parameters ({known})")
        try:
            return self._substituted(given)
        except ExpressionError as error:
            raise GameError(f"substitution: {error}") from None

    def _substituted(self, given: Mapping[str, Exact]) -> IncentiveGame:
        def one(value: Any) -> Any:
            return value.at(given) if isinstance(value, Expression) else value

        costs = Costs(one(self.costs.leader), one(self.costs.follower), one(self.costs.major))
        told = self.information
        if told is not None:
            told = _checked(Information(told.state, one(told.variance), one(told.noise), told.reacts))
        chains = still_assumed(self.assumptions, given)
        changed = {
            "costs": costs,
            "followers": _checked_followers(one(self.followers)),
            "information": told,
            "assumptions": chains,
        }
        used = _used_names({**self._fields(), **changed})
        kept = (name for name in self.parameters if name not in given or name in used)
        names = (*kept, *sorted(used - set(self.parameters)))
        return self._with(**changed, parameters=names)

    def assuming(self, *relations: str) -> IncentiveGame:
        """The game under further assumptions; those that are numerically true are dropped, false ones refused."""
        return self._with(assumptions=(*self.assumptions, *further_assumptions(relations, self.parameters)))

    def _fields(self) -> dict[str, Any]:
        return {key: getattr(self, key) for key in self.__dataclass_fields__}

    def _with(self, **changes: Any) -> IncentiveGame:
        made = object.__new__(IncentiveGame)
        for key, value in {**self._fields(), **changes}.items():
            object.__setattr__(made, key, value)
        return made

    def document(self) -> dict[str, Any]:
        """The game as a JSON object, costs in normal form."""
        document: dict[str, Any] = {"format": "stackexact/game", "version": 1, "kind": self.kind}
        for key in ("name", "description", "source"):
            if getattr(self, key) is not None:
                document[key] = getattr(self, key)
        return document | self._identity()

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
        text = json.dumps(self._identity(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

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


def _exact(value: object, place: str, work: Work) -> Exact:
    try:
        return exact(value, work=work)
    except StackexactError as error:
        raise GameError(f"{place}: {error}") from None


def _variables(given: Variables | Mapping[str, Sequence[str]] | None, major: bool) -> Variables:
    if isinstance(given, Variables):
        made = given
    elif given is None:
        made = Variables(major=("w",) if major else ())
    elif not isinstance(given, Mapping) or set(given) - set(PLAYERS):
        raise GameError(f"variables: expected the keys {', '.join(PLAYERS)}, each a list of names")
    else:
        defaults = Variables(major=("w",) if major else ())
        made = Variables(**{player: _names(given, player, getattr(defaults, player)) for player in PLAYERS})
    if bool(made.major) != major:
        raise GameError("variables.major: expected names if and only if there is a cost of a major follower")
    if len(made.mean) != len(made.follower):
        found = f"{len(made.mean)} of the mean and {len(made.follower)} of a follower"
        raise GameError(f"variables.mean: expected a name for every component of a follower's action, found {found}")
    _require_different(made.all, "variables")
    return made


def _names(given: Mapping[str, Sequence[str]], player: str, default: tuple[str, ...]) -> tuple[str, ...]:
    names = given.get(player, default)
    if isinstance(names, str) or not isinstance(names, Sequence) or (not names and player != "major"):
        raise GameError(f"variables.{player}: expected a list of names, found {shorten(names)}")
    for i, name in enumerate(names):
        if not isinstance(name, str) or len(name) > 100 or not NAME.fullmatch(name):
            raise GameError(
                f"variables.{player}[{i}]: expected a name (ASCII letters, digits, _), found {shorten(name)}"
            )
    return tuple(names)


def _require_different(names: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise GameError(f"{place}: expected different names, found {shorten(name)} twice")
        seen.add(name)


def _information(given: Information | Mapping[str, object] | None, names: Variables, work: Work) -> Information | None:
    if given is None:
        return None
    if isinstance(given, Mapping):
        if unknown := sorted(set(given) - {"state", "variance", "noise", "reacts"}):
            raise GameError(f"information: expected state, variance, noise, reacts, found {shorten(unknown[0])}")
        given = Information(
            str(given.get("state", "x")),
            _exact(given.get("variance", "X"), "information.variance", work),
            _exact(given.get("noise", "W"), "information.noise", work),
            bool(given.get("reacts", False)),
        )
    _require_different((*names.all, given.state), "information.state")
    if len(names.all) != 3:
        raise GameError("information: expected scalar actions and no major follower, found others; leave it out")
    return _checked(given)


def _checked(told: Information) -> Information:
    for name, value, least in (("variance", told.variance, "above 0"), ("noise", told.noise, "of at least 0")):
        if isinstance(value, Fraction) and (value < 0 or (value == 0 and name == "variance")):
            raise GameError(f"information.{name}: expected a variance {least}, found {shorten(text_of(value))}")
    return told


def _followers(given: object, work: Work) -> Exact:
    return _checked_followers(_exact(given, "followers", work))


def _checked_followers(value: Exact) -> Exact:
    if isinstance(value, Fraction) and (value < 1 or value.denominator != 1):
        raise GameError(f"followers: expected a whole number of at least 1, found {shorten(text_of(value))}")
    if isinstance(value, Expression) and len(value.parameters) != 1:
        raise GameError(f"followers: expected a number or one parameter, found {shorten(text_of(value))}")
    return value


def _require_no_linear_terms(form: Quadratic, player: str) -> None:
    """With Gaussian information everything is linear in what is seen, and everything seen has mean 0."""
    for name, slope in zip(form.variables, form.gradient, strict=True):
        if slope:
            found = shorten(text_of(slope * parse(name)))[1:-1]
            wanted = f"costs.{player}: expected no linear terms with Gaussian information"
            raise GameError(f"{wanted}, found {found}; remove it")


def _implied(count: Exact, told: Information | None, stated: Sequence[Assumption]) -> Iterator[Assumption]:
    """What a number of followers and variances are, where they depend on parameters, unless it is stated."""
    bounds = [(count, ">= 1")]
    bounds += [] if told is None else [(told.variance, "> 0"), (told.noise, ">= 0")]
    for value, bound in bounds:
        if isinstance(value, Expression):
            chain = parse_assumption(f"{text_of(value)} {bound}")
            if chain not in stated:
                yield chain


def _variable_names(names: Variables, told: Information | None) -> tuple[str, ...]:
    return names.all if told is None else (*names.all, told.state)


def _used_names(fields: Mapping[str, Any], *, only_costs: bool = False) -> set[str]:
    costs, told = fields["costs"], fields["information"]
    values = [costs.leader, costs.follower, fields["followers"]]
    values += [] if costs.major is None else [costs.major]
    values += [] if told is None else [told.variance, told.noise]
    names = {name for value in values for name in parameters_of(value)}
    names -= set(_variable_names(fields["variables"], told))
    if not only_costs:
        names |= {name for chain in fields["assumptions"] for name in chain.parameters}
    return names
