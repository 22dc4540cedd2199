"""What the parts of a game of incentives may be: names, costs, a number of followers, Gaussian information."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from stackexact.errors import GameError, StackexactError, shorten
from stackexact.exact.grammar import NAME, parse
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact, Expression
from stackexact.exact.relation import Assumption, parse_assumption, text_of
from stackexact.exact.work import Work
from stackexact.games.quadratic import Quadratic

__all__ = [
    "PLAYERS",
    "Costs",
    "Information",
    "Variables",
    "exact_at",
    "implied",
    "read_followers",
    "read_information",
    "read_variables",
    "require_no_actions",
    "require_no_linear_terms",
    "variable_names",
]

PLAYERS: Final = ("leader", "major", "follower", "mean")
_TOLD: Final = ("state", "variance", "noise", "reacts")


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


def exact_at(value: object, place: str, work: Work) -> Exact:
    """A number or an expression; a refusal names the place."""
    try:
        return exact(value, work=work)
    except StackexactError as error:
        raise GameError(f"{place}: {error}") from None


def read_variables(given: Variables | Mapping[str, Sequence[str]] | None, major: bool) -> Variables:
    """The names of actions: those given, or the usual ones."""
    defaults = Variables(major=("w",) if major else ())
    if isinstance(given, Variables):
        given = {player: getattr(given, player) for player in PLAYERS}
    if given is None:
        given = {}
    if not isinstance(given, Mapping) or set(given) - set(PLAYERS):
        raise GameError(f"variables: expected the keys {', '.join(PLAYERS)}, each a list of names")
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
    return tuple(_name(name, f"variables.{player}[{i}]") for i, name in enumerate(names))


def _name(given: object, place: str) -> str:
    if not isinstance(given, str) or len(given) > 100 or not NAME.fullmatch(given):
        raise GameError(f"{place}: expected a name (ASCII letters, digits, _), found {shorten(given)}")
    return given


def _require_different(names: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise GameError(f"{place}: expected different names, found {shorten(name)} twice")
        seen.add(name)


def read_information(
    given: Information | Mapping[str, object] | None, names: Variables, work: Work
) -> Information | None:
    """What is known of the state; ``None`` where there is none."""
    if given is None:
        return None
    if isinstance(given, Information):
        given = {key: getattr(given, key) for key in _TOLD}
    if not isinstance(given, Mapping):
        found = f"{type(given).__name__} {shorten(given)}"
        raise GameError(f"information: expected {', '.join(_TOLD)}, found {found}; write {{'state': 'x', ...}}")
    if unknown := [key for key in given if key not in _TOLD]:
        raise GameError(f"information: expected {', '.join(_TOLD)}, found {shorten(unknown[0])}")
    reacts = given.get("reacts", False)
    if not isinstance(reacts, bool):
        raise GameError(f"information.reacts: expected True or False, found {type(reacts).__name__} {shorten(reacts)}")
    told = Information(
        _name(given.get("state", "x"), "information.state"),
        exact_at(given.get("variance", "X"), "information.variance", work),
        exact_at(given.get("noise", "W"), "information.noise", work),
        reacts,
    )
    _require_different((*names.all, told.state), "information.state")
    if len(names.all) != 3:
        raise GameError("information: expected scalar actions and no major follower, found others; leave it out")
    for name, value, least in (("variance", told.variance, "above 0"), ("noise", told.noise, "of at least 0")):
        if isinstance(value, Fraction) and (value < 0 or (value == 0 and name == "variance")):
            raise GameError(f"information.{name}: expected a variance {least}, found {shorten(text_of(value))}")
    return told


def read_followers(given: object, work: Work) -> Exact:
    """A whole number, or a parameter itself: what would be whole only at some of its values is none."""
    value = exact_at(given, "followers", work)
    if isinstance(value, Expression):
        right = value.parameters == (text_of(value),)
    else:
        right = value >= 1 and value.denominator == 1
    if not right:
        raise GameError(
            "followers: expected a whole number of at least 1, or a parameter, "
            f"found {shorten(given if isinstance(given, str) else text_of(value))}; write 6 or 'N'"
        )
    return value


def require_no_actions(names: Sequence[str], variables: Sequence[str], state: str | None, place: str) -> None:
    """Refuse parameters with names of actions or of the state: one name would mean two things."""
    if clash := [name for name in names if name in variables or name == state]:
        what = "state" if clash[0] == state else "action"
        raise GameError(f"{place}: expected names of parameters, found the {what} {clash[0]}; rename one of them")


def require_no_linear_terms(form: Quadratic, player: str) -> None:
    """With Gaussian information everything is linear in what is seen, and everything seen has mean 0."""
    for name, slope in zip(form.variables, form.gradient, strict=True):
        if slope:
            found = shorten(text_of(slope * parse(name)))[1:-1]
            wanted = f"costs.{player}: expected no linear terms with Gaussian information"
            raise GameError(f"{wanted}, found {found}; remove it")


def implied(count: Exact, told: Information | None, stated: Sequence[Assumption]) -> Iterator[Assumption]:
    """What a number of followers and variances are, where they depend on parameters, unless it is stated."""
    bounds = [(count, ">= 1")]
    bounds += [] if told is None else [(told.variance, "> 0"), (told.noise, ">= 0")]
    for value, bound in bounds:
        if isinstance(value, Expression):
            chain = parse_assumption(f"{text_of(value)} {bound}")
            if chain not in stated:
                yield chain


def variable_names(names: Variables, told: Information | None) -> tuple[str, ...]:
    """The names that costs are quadratic in; the state comes last."""
    return names.all if told is None else (*names.all, told.state)
