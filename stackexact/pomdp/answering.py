"""The leader's policies: an answer to every observation, drawn once per episode where it is random."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any, TypeAlias

from stackexact.errors import UsageError, shorten
from stackexact.exact.records import Record
from stackexact.pomdp.chances import Chances, certain
from stackexact.pomdp.limits import POLICIES, require_size
from stackexact.pomdp.numbers import fraction
from stackexact.pomdp.sub_games import SubGame

__all__ = ["Answers", "Policy", "policies", "policy", "policy_count", "policy_of"]

Answers: TypeAlias = tuple[int, ...]
"""By observation the choice that answers it: a deterministic policy."""


@dataclass(frozen=True, slots=True, repr=False)
class Policy(Record):
    """By observation the chances of choices. What is drawn for an observation is kept for the whole episode of the
    Stackelberg POMDP, response and reward phase: within it the leader answers consistently."""

    chances: tuple[Chances[int], ...]

    @property
    def is_deterministic(self) -> bool:
        """Whether nothing is drawn."""
        return all(len(one) == 1 for one in self.chances)

    def realisations(self) -> Iterator[tuple[Answers, Fraction]]:
        """The deterministic policies that it may come to, with their chances.

        Raises :class:`~stackexact.errors.LimitReached` for too many.
        """
        require_size(prod(map(len, self.chances)), POLICIES, "realisations of a policy")
        for drawn in product(*self.chances):
            yield tuple(choice for choice, _ in drawn), prod((p for _, p in drawn), start=Fraction(1))

    def told(self, game: SubGame) -> dict[str, Any]:
        """By label of the observation the label of the answer, or labels with chances."""
        made: dict[str, Any] = {}
        for label, row, chances in zip(game.observations, game.choices, self.chances, strict=True):
            if len(chances) == 1:
                made[label] = row[chances[0][0]].label
            else:
                made[label] = {row[choice].label: chance for choice, chance in chances}
        return made


def policy(game: SubGame, answers: Mapping[str, object] | str) -> Policy:
    """The policy that answers observations by choices, both by their labels; or by chances, a mapping from choices.

    Every first observation must be answered; later ones that are not are answered by the first choice. Text alone
    answers the only observation.

    Raises :class:`~stackexact.errors.UsageError` for an empty policy, labels that there are not, and chances that do
    not sum to 1.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import sub_game
    >>> maintain = sub_game(sx.instance("maintain"))
    >>> policy(maintain, "a2"), policy(maintain, {"nothing": {"a1": "1/4", "a2": "3/4"}}).is_deterministic
    (Policy(chances=(((1, 1),),)), False)
    """
    given: Mapping[str, object] = {game.observations[0]: answers} if isinstance(answers, str) else answers
    if not isinstance(given, Mapping) or not given:
        raise UsageError(f"policy: expected answers by observation, found {shorten(given)}; give one to each")
    known = dict(game.by_label())
    for label in given:
        if label not in known:
            raise UsageError(
                f"policy: expected an observation, among them {_some(known)}, found {shorten(label)}; correct it"
            )
    for o in game.roots:
        if game.observations[o] not in given:
            raise UsageError(f"policy: expected an answer to {shorten(game.observations[o])}, found none; add it")
    return Policy(tuple(_answer(label, menu, given.get(label)) for label, menu in known.items()))


def _answer(label: str, menu: Mapping[str, int], given: object) -> Chances[int]:
    if given is None:
        return certain(0)
    told: Mapping[Any, object] = given if isinstance(given, Mapping) else {str(given): 1}
    made = []
    for choice, chance in told.items():
        if choice not in menu:
            known = f"at {shorten(label)} one of {_some(menu)}"
            raise UsageError(f"policy: expected {known}, found {shorten(choice)}; correct it")
        made.append((menu[choice], fraction(chance, f"policy at {shorten(label)}")))
    if any(chance < 0 for _, chance in made) or sum(chance for _, chance in made) != 1:
        raise UsageError(f"policy: expected chances that sum to 1 at {shorten(label)}, found others; correct them")
    return tuple(sorted((choice, chance) for choice, chance in made if chance))


def _some(labels: Iterable[str]) -> str:
    names = [shorten(label) for label in labels]
    return ", ".join(names[:4]) + (", …" if len(names) > 4 else "")


def policy_of(game: SubGame, answers: Policy | Mapping[str, object] | str) -> Policy:
    """A policy that fits the game; labels are read by :func:`policy`.

    Raises :class:`~stackexact.errors.UsageError` for a policy of another game.
    """
    if not isinstance(answers, Policy):
        return policy(game, answers)
    if len(answers.chances) != len(game.observations) or not all(answers.chances):
        found = f"found {len(answers.chances)}; give each one"
        raise UsageError(f"policy: expected answers to {len(game.observations)} observations, {found}")
    for row, chances in zip(game.choices, answers.chances, strict=True):
        if any(not 0 <= choice < len(row) or chance <= 0 for choice, chance in chances):
            raise UsageError("policy: expected choices of the game with chances above 0, found others; correct them")
        if sum(chance for _, chance in chances) != 1:
            raise UsageError("policy: expected chances that sum to 1, found others; correct them")
    return answers


def policy_count(game: SubGame) -> int:
    """How many deterministic policies differ in what they do (at most, where observations have several pasts)."""
    counts = [0] * len(game.observations)
    for o in range(len(counts) - 1, -1, -1):
        counts[o] = sum(1 if later is None else counts[later] for later in game.after[o])
    return prod(counts[o] for o in game.roots)


def policies(game: SubGame, limit: int = POLICIES) -> Iterator[Answers]:
    """All deterministic policies; observations that a policy never comes to are answered by the first choice.

    Raises :class:`~stackexact.errors.LimitReached` for more than ``limit`` of them, before the first.

    >>> import stackexact as sx
    >>> from stackexact.pomdp import sub_game
    >>> list(policies(sub_game(sx.instance("escape"))))
    [(0,), (1,), (2,)]
    """
    require_size(policy_count(game), limit, "deterministic policies")
    return _answered(game, game.roots, {})


def _answered(game: SubGame, open_: tuple[int, ...], answers: dict[int, int]) -> Iterator[Answers]:
    if not open_:
        yield tuple(answers.get(o, 0) for o in range(len(game.observations)))
        return
    o, *rest = open_
    if o in answers:
        later = game.after[o][answers[o]]
        yield from _answered(game, tuple(rest) if later is None else (later, *rest), answers)
        return
    for c, later in enumerate(game.after[o]):
        yield from _answered(game, tuple(rest) if later is None else (later, *rest), {**answers, o: c})
