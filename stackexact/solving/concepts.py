"""The concepts, in one table: what each is called, what it means, and the function that answers it.

A new concept is one row here (and the function that the row names); the command line, the default selection, the order
of output and the messages are derived from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from math import lcm
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import UsageError, shorten
from stackexact.exact.relation import parameters_of

if TYPE_CHECKING:
    from stackexact.games.bimatrix import Game
    from stackexact.solving.answers import Answer
    from stackexact.solving.workspace import Workspace

__all__ = ["CONCEPTS", "Concept", "chosen", "concepts_of"]


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept: for which kind of game, under which title, whether it is solved unasked, whether it needs γ or η,
    and the letter that marks the outcomes of its commitment in a payoff table."""

    name: str
    kind: str
    title: str
    source: str
    answer: str
    by_default: bool = True
    needs_tolerance: bool = False
    letter: str = ""
    needs_eta: bool = False
    numbers_only: bool = False
    """Whether it is answered in games without parameters alone."""

    def __call__(self, space: Workspace) -> Answer:
        """Search and verify."""
        module, _, function = self.answer.partition(":")
        answer: Answer = getattr(import_module(module), function)(space)
        return answer


_HERE = "stackexact.solving.answers"
_INCENTIVES = "stackexact.solving.incentives"
_QUANTAL = "stackexact.solving.quantal"
_MYOPIC = "stackexact.solving.myopic"
_CHEN = "Chen, Wang & Yang 2023"
_RECOMMENDATIONS = "stackexact.solving.recommendations"
_MECHANISMS = "stackexact.solving.mechanisms"
_RULES = "stackexact.solving.mechanism_rules"
_BRERO = "Brero et al. 2022"
_ON_THE_FLY = "Learning to incentivize on the fly, ICLR 2026 submission 23162"

CONCEPTS: Final[tuple[Concept, ...]] = (
    Concept(
        "pure-strong",
        "bimatrix",
        "Stackelberg, pure commitment, ties for the leader",
        "von Stackelberg 1934",
        f"{_HERE}:pure_strong",
        letter="s",
    ),
    Concept(
        "pure-weak",
        "bimatrix",
        "Stackelberg, pure commitment, ties against the leader",
        "von Stackelberg 1934",
        f"{_HERE}:pure_weak",
        letter="w",
    ),
    Concept(
        "mixed-strong",
        "bimatrix",
        "Stackelberg, mixed commitment, ties for the leader",
        "Conitzer & Sandholm 2006",
        f"{_HERE}:mixed_strong",
        letter="m",
    ),
    Concept(
        "mixed-weak",
        "bimatrix",
        "Stackelberg, mixed commitment, ties against the leader",
        "von Stengel & Zamir 2010",
        f"{_HERE}:mixed_weak",
    ),
    Concept(
        "tolerant",
        "bimatrix",
        "error-tolerant benchmarks",
        "Donahue et al. 2024",
        f"{_HERE}:tolerant",
        needs_tolerance=True,
    ),
    Concept(
        "self-tolerant",
        "bimatrix",
        "self-tolerant benchmarks (our reconstruction)",
        "after Donahue et al. 2024; the definition is reconstructed",
        f"{_HERE}:self_tolerant",
        by_default=False,
        needs_tolerance=True,
    ),
    Concept(
        "alignment",
        "bimatrix",
        "partial-alignment constant",
        "Donahue et al. 2024",
        f"{_HERE}:alignment",
    ),
    Concept(
        "correlated",
        "bimatrix",
        "optimal correlated commitment",
        "Conitzer & Korzhyk 2011",
        f"{_HERE}:correlated",
        by_default=False,
    ),
    Concept(
        "quantal",
        "bimatrix",
        "quantal Stackelberg equilibrium: the follower responds by a logit",
        _CHEN,
        f"{_QUANTAL}:bimatrix",
        needs_eta=True,
        numbers_only=True,
    ),
    Concept(
        "pure-strong",
        "markov",
        "Stackelberg, deterministic policy, best responses, ties for the leader",
        "von Stackelberg 1934",
        f"{_MYOPIC}:pure_strong",
        numbers_only=True,
    ),
    Concept(
        "pure-weak",
        "markov",
        "Stackelberg, deterministic policy, best responses, ties against the leader",
        "von Stackelberg 1934",
        f"{_MYOPIC}:pure_weak",
        numbers_only=True,
    ),
    Concept(
        "mixed-strong",
        "markov",
        "Stackelberg, best responses, ties for the leader",
        "Conitzer & Sandholm 2006, state by state",
        f"{_MYOPIC}:mixed_strong",
        numbers_only=True,
    ),
    Concept(
        "mixed-weak",
        "markov",
        "Stackelberg, best responses, ties against the leader",
        "von Stengel & Zamir 2010, state by state",
        f"{_MYOPIC}:mixed_weak",
        numbers_only=True,
    ),
    Concept(
        "quantal",
        "markov",
        "quantal Stackelberg equilibrium, myopic follower",
        _CHEN,
        f"{_QUANTAL}:markov",
        numbers_only=True,
    ),
    Concept(
        "deterministic",
        "markov",
        "best deterministic policy against a quantal follower",
        _CHEN,
        f"{_QUANTAL}:deterministic",
    ),
    Concept(
        "randomised-bound",
        "markov",
        "bounds of the best policy, randomised or not, if the follower looks ahead",
        _CHEN,
        f"{_QUANTAL}:randomised_bound",
        numbers_only=True,
    ),
    Concept(
        "team-optimum", "lq-incentive", "team optimum: everybody obeys", "Başar 1984", f"{_INCENTIVES}:team_optimum"
    ),
    Concept(
        "incentive",
        "lq-incentive",
        "affine incentive for N followers",
        "Sanjari, Bose & Başar 2025",
        f"{_INCENTIVES}:incentive",
    ),
    Concept(
        "mean-field",
        "lq-incentive",
        "limit of many followers",
        "Sanjari, Bose & Başar 2025",
        f"{_INCENTIVES}:mean_field",
    ),
    Concept(
        "major-follower",
        "lq-incentive",
        "affine incentive for a major follower",
        "Sanjari, Bose & Başar 2025",
        f"{_INCENTIVES}:major_follower",
    ),
    Concept(
        "randomised",
        "lq-incentive",
        "incentive of the mean-field game, one follower drawn (our reconstruction)",
        "after Sanjari, Bose & Başar 2025; the definition is reconstructed",
        f"{_INCENTIVES}:randomised",
    ),
    Concept(
        "response",
        "recommendation",
        "what the follower makes of the recommendation",
        _ON_THE_FLY,
        f"{_RECOMMENDATIONS}:response",
        numbers_only=True,
    ),
    Concept(
        "fixed-points",
        "recommendation",
        "recommendations that are followed, one for every set of actions",
        _ON_THE_FLY,
        f"{_RECOMMENDATIONS}:fixed_points",
        numbers_only=True,
    ),
    Concept(
        "incentive-compatible",
        "recommendation",
        "best commitment with a recommendation that is followed",
        _ON_THE_FLY,
        f"{_RECOMMENDATIONS}:incentive_compatible",
        numbers_only=True,
    ),
    Concept(
        "relaxed",
        "recommendation",
        "limit of what violations of ε allow, ε to 0",
        _ON_THE_FLY,
        f"{_RECOMMENDATIONS}:relaxed",
        numbers_only=True,
    ),
    Concept(
        "misspecification",
        "recommendation",
        "what comes of the assumed behaviour",
        _ON_THE_FLY,
        f"{_RECOMMENDATIONS}:misspecification",
        numbers_only=True,
    ),
    Concept(
        "coarse-correlated",
        "mechanism",
        "best and worst Bayesian coarse correlated equilibrium",
        _BRERO,
        f"{_MECHANISMS}:coarse_correlated",
    ),
    Concept(
        "correlated",
        "mechanism",
        "best and worst correlated equilibrium, type by type",
        "Forges 1993 (agent normal form)",
        f"{_MECHANISMS}:correlated",
    ),
    Concept(
        "bayes-nash",
        "mechanism",
        "pure Bayes-Nash equilibria",
        "Harsanyi 1967",
        f"{_MECHANISMS}:bayes_nash",
    ),
    Concept(
        "coarse-correlated-vertices",
        "mechanism",
        "all vertices of the coarse correlated equilibria",
        _BRERO,
        f"{_MECHANISMS}:coarse_correlated_vertices",
        by_default=False,
        numbers_only=True,
    ),
    Concept(
        "correlated-vertices",
        "mechanism",
        "all vertices of the correlated equilibria",
        "Forges 1993 (agent normal form)",
        f"{_MECHANISMS}:correlated_vertices",
        by_default=False,
        numbers_only=True,
    ),
    Concept(
        "optimistic",
        "mechanism",
        "best rules, in the best coarse correlated equilibrium",
        _BRERO,
        f"{_RULES}:optimistic",
    ),
    Concept(
        "pessimistic",
        "mechanism",
        "best rules, in the worst coarse correlated equilibrium",
        _BRERO,
        f"{_RULES}:pessimistic",
    ),
    Concept(
        "no-incentives",
        "mechanism",
        "what no rules exceed, incentives left aside",
        _BRERO,
        f"{_RULES}:no_incentives",
    ),
)


_OF_FIXED_RULES: Final = (
    "coarse-correlated",
    "correlated",
    "bayes-nash",
    "coarse-correlated-vertices",
    "correlated-vertices",
)
"""The concepts of mechanisms in which the designer has nothing to choose."""

_BEST: Final = ("pure-strong", "pure-weak", "mixed-strong", "mixed-weak")
"""The concepts of Markov games whose follower responds best."""


def concepts_of(kind: str) -> tuple[Concept, ...]:
    """The concepts that fit a kind of game, in the order of output."""
    return tuple(concept for concept in CONCEPTS if concept.kind == kind)


def _unfit(game: Any, concept: Concept) -> str:
    """What game a concept expects instead of this one; empty where it fits."""
    asked = _EXPECTED.get(concept.kind)
    return "" if asked is None else asked(game, concept)


def _unfit_incentive(game: Any, concept: Concept) -> str:
    """What game of incentives a concept expects instead of this one."""
    if concept.name == "team-optimum":
        return ""
    if (concept.name == "major-follower") != bool(game.variables.major):
        return f"a game with{'out' if game.variables.major else ''} a major follower"
    if concept.name == "randomised" and game.information is not None:
        return "a game without Gaussian information"
    if concept.name == "mean-field" and game.followers == 1 and not _has_limit(game):
        return "a leader's cost that is strictly convex in each of many followers' actions"
    return ""


def _unfit_policy(game: Any, concept: Concept) -> str:
    """What game a concept of recommendations expects instead of this one."""
    if concept.name in ("response", "misspecification") and game.policy is None:
        return "a game with a policy"
    return "a game with an assumed behaviour" if concept.name == "misspecification" and game.assumed is None else ""


def _usual(game: Any, concept: Concept) -> bool:
    """Whether a concept fits a game and breaks ties as the game says they are broken, if it says so."""
    ties = game.follower.ties if game.kind == "markov" else None
    return not _unfit(game, concept) and (ties is None or concept.name.endswith(ties))


def _unfit_follower(game: Any, concept: Concept) -> str:
    """What follower a concept of Markov games expects instead of this one."""
    wanted = "best" if concept.name in _BEST else "quantal"
    if game.follower.response != wanted:
        return f"a game whose follower's response is {wanted}"
    if concept.name == "quantal" and game.follower.discount != 0:
        return "a game whose follower does not look ahead (discount 0)"
    if concept.name == "randomised-bound" and game.follower.discount == 0:
        return "a game whose follower looks ahead (discount above 0)"
    return ""


def _unfit_rules(game: Any, concept: Concept) -> str:
    """What rules a concept of mechanisms expects instead of these."""
    if concept.name in _OF_FIXED_RULES and not game.is_fixed:
        return "a game whose rules are fixed (one rule, one outcome each, no prices)"
    if concept.name in ("optimistic", "pessimistic") and game.is_fixed:
        return "a game in which the designer has something to choose"
    return ""


_EXPECTED: Final[dict[str, Callable[[Any, Concept], str]]] = {
    "lq-incentive": _unfit_incentive,
    "markov": _unfit_follower,
    "mechanism": _unfit_rules,
    "recommendation": _unfit_policy,
}
"""What finds out, in a kind of games, whether a concept fits one of them; where there is none every concept does."""


def _has_limit(game: Any) -> bool:
    """Whether what is best for the leader with one follower has a limit with many: she may care for their mean alone.
    Where that depends on parameters it is left to be found."""
    from stackexact.incentives.forms import leading_minors

    names, hessian = game.variables, game.cost("leader").hessian
    start = len(names.leader) + len(names.major)
    own = [row[start : start + len(names.follower)] for row in hessian[start : start + len(names.follower)]]
    if not all(isinstance(value, Fraction) for row in own for value in row):
        return True
    scale = lcm(*(value.denominator for row in own for value in row))
    minors = leading_minors(tuple(tuple(int(value * scale) for value in row) for row in own))
    return all(minor > 0 for minor in minors)


def chosen(
    game: Game, names: Iterable[str] | None, *, eta: bool = False
) -> tuple[tuple[Concept, ...], tuple[str, ...]]:
    """The concepts to solve, and notes on those left out.

    Without names, every concept solved by default; one that needs a tolerance is left out with a note if there is none.
    ``eta`` says whether an inverse temperature is given, without which what needs one is nothing usual.
    Raises :class:`~stackexact.errors.UsageError` for a name that does not fit, or that needs a tolerance or an eta in
    vain.
    """
    offered = concepts_of(game.kind)
    if not offered:
        kinds = ", ".join(dict.fromkeys(concept.kind for concept in CONCEPTS))
        raise UsageError(f"game: expected one of a kind that has concepts ({kinds}), found the kind {game.kind}")
    if not game.is_numeric and all(concept.numbers_only for concept in offered if not _unfit(game, concept)):
        name = min(name for _, value in game.values() for name in parameters_of(value))
        told = f"a game of kind {game.kind} with numbers alone, found the parameter {name}"
        raise UsageError(f"game: expected {told}; set it, as in --at '{name}=1/2'")
    if names is None:
        bound = getattr(game, "tolerance", None)
        offered = tuple(one for one in offered if _usual(game, one) and (eta or not one.needs_eta))
        picked = tuple(c for c in offered if c.by_default and (bound is not None or not c.needs_tolerance))
        left = [c.name for c in offered if c.by_default and c not in picked]
        return picked, tuple(f"{name} left out: the game has no tolerance; give one with --tolerance" for name in left)
    known = {concept.name: concept for concept in offered}
    if isinstance(names, str) or not isinstance(names, Iterable):
        found = f"the text {shorten(names)}" if isinstance(names, str) else f"{type(names).__name__} {shorten(names)}"
        example = names if isinstance(names, str) and names in known else offered[0].name
        raise UsageError(f"concepts: expected a list of names, found {found}; write ['{example}']")
    names = tuple(names)
    if not names:
        raise UsageError("concepts: expected at least one name, found none; leave it out for all that are usual")
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise UsageError(f"concept: expected one of {', '.join(known)}, found {shorten(name)}")
        if wanted := _unfit(game, known[name]):
            raise UsageError(f"concept {name}: expected {wanted}, found another; choose another concept")
        if known[name].needs_tolerance and game.tolerance is None:
            raise UsageError(f"concept {name}: expected a tolerance, found none; give one, as in --tolerance 1/20")
        if known[name].needs_eta and not eta:
            raise UsageError(f"concept {name}: expected an inverse temperature, found none; give one, as in --eta 5")
    return tuple(concept for concept in offered if concept.name in set(names)), ()
