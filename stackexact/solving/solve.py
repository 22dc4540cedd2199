"""``solve``: run the chosen concepts on a game, cheapest first, and keep what was found when a limit is reached."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stackexact.errors import GameError, LimitReached, UsageError, shorten
from stackexact.exact.rational_function import Expression
from stackexact.games.bimatrix import Game
from stackexact.solving.concepts import Concept, chosen
from stackexact.solving.shown import unsettled
from stackexact.solving.solution import Result, Solution
from stackexact.solving.workspace import DIGITS, Options, Workspace, deadline, options_of

if TYPE_CHECKING:
    from stackexact.solving.closed_forms import ClosedForm
    from stackexact.solving.domains import OneParameter, SeveralParameters

__all__ = ["solve"]


def _silent(message: str) -> None:
    """Progress that nobody watches."""


def solve(
    game: Game,
    concepts: Sequence[str] | None = None,
    *,
    tolerance: object = None,
    time_limit: float | None = None,
    max_cells: int | None = None,
    eta: object = None,
    prescription: bool = False,
    digits: int = DIGITS,
    report: Callable[[str], None] = _silent,
) -> Solution:
    """Answer every concept that fits the game, exactly and with a proof.

    In a game with parameters every answer is a closed form: disjoint cells that cover the whole domain that the
    assumptions describe, boundaries included; with several parameters that takes z3 (``stackexact[smt]``).
    ``concepts`` names some of them; ``tolerance`` overrides the game's γ. In bimatrix games ``eta`` asks for quantal
    answers, a follower's of that inverse temperature, and ``prescription`` says whether the leader's policy may depend
    on what the follower does. Values that are not rational are enclosed to ``digits`` decimal digits of the range of
    the leader's payoffs.
    Where ``time_limit`` (seconds) or ``max_cells`` (answers of a closed form before they are merged) is reached, what
    is left stands as ``undecided`` and the rest is returned. ``report`` hears of each concept in turn.

    >>> game = Game([["3/5", "1/5"], ["1/2", "2/5"]], [["1/100", 0], ["3/5", "2/5"]])
    >>> solution = solve(game, tolerance="1/20")
    >>> solution["tolerant"].leader, solution["mixed-strong"].cells[0].response
    (51/100, 'b1')
    >>> solution.certificate().check().true
    True
    >>> game = Game([["3/5", "1/5"], ["1/2", "2/5"]], [["delta", 0], ["3/5", "2/5"]], assumptions=["0 < delta < 1/20"])
    >>> solve(game, tolerance="1/20")["tolerant"].leader
    delta + 1/2
    """
    if not hasattr(game, "kind"):
        found = f"{type(game).__name__} {shorten(game)}"
        raise UsageError(f"game: expected a game, found {found}; make one with Game, read or instance")
    if tolerance is not None:
        if not hasattr(game, "with_tolerance"):
            found = f"found {shorten(tolerance)}; leave it out"
            raise UsageError(f"tolerance: expected none for a game of kind {game.kind}, {found}")
        game = game.with_tolerance(tolerance)
    options = options_of(game.kind, eta, prescription, digits)
    picked, notes = chosen(game, concepts, eta=options.eta is not None)
    stop = deadline(time_limit)
    space = Workspace(game, stop, report, options)
    if game.is_numeric:
        _require_some_domain(game, stop)
        answer: _Numeric | _ClosedForms = _Numeric(space)
    else:
        answer = _ClosedForms(space, _domain(game, stop), max_cells)
    results: dict[str, Result] = {}
    proofs = {}
    left = list(notes)
    for concept in picked:
        report(concept.title)
        try:
            part = answer(concept)
        except GameError as flaw:
            # What nobody asked for by name may find the game unfit, unless nothing else does.
            if concepts is not None or (concept is picked[-1] and not results):
                raise
            left.append(f"{concept.name} left out: {flaw}")
            continue
        results[concept.name] = part.result
        if part.limit:
            left.append(f"{concept.name} undecided{' in part' if part.result.cells else ''}: {part.limit}")
        if part.remark:
            left.append(f"{concept.name}: {part.remark}")
        if part.proofs:
            proofs[concept.name] = part.proofs
    return Solution(game, results, tuple(left), proofs)


@dataclass(frozen=True, slots=True)
class _Part:
    """One concept's result, a proof for each of its cells, the limit that was reached, if one was, and a remark."""

    result: Result
    proofs: tuple[Callable[[], dict[str, Any]], ...] = ()
    limit: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Numeric:
    """Answers concepts on a game of numbers: one cell each."""

    space: Workspace

    def __call__(self, concept: Concept) -> _Part:
        game = self.space.game
        bound = game.tolerance if concept.needs_tolerance else None
        try:
            answer = concept(self.space)
        except LimitReached as limit:
            undecided = Result(concept.name, (), bound, ((),), game.parameters, game.assumptions, kind=game.kind)
            return _Part(undecided, limit=str(limit))
        # A parameter may occur in no payoff: the answer is a function of it, on its domain, all the same.
        told = bound, (), game.parameters, game.assumptions, _counted(game)
        result = Result(concept.name, (answer.cell,), *told, asked=_asked(concept, self.space.options), kind=game.kind)
        return _Part(result, () if answer.proof is None else (answer.proof,), unsettled(answer.cell))


@dataclass(frozen=True, slots=True)
class _ClosedForms:
    """Answers concepts as functions of the parameters of a game."""

    space: Workspace
    domain: OneParameter | SeveralParameters
    max_cells: int | None

    def __call__(self, concept: Concept) -> _Part:
        from stackexact.solving.domains import names_in_play
        from stackexact.solving.several import routine_of

        game = self.space.game
        if concept.numbers_only:
            name = names_in_play(game)[0]
            found = f"expected a game of numbers, found the parameter {name}"
            raise GameError(f"concept {concept.name}: {found}; set it, as in --at '{name}=1/2'")
        routine = routine_of(game.kind, concept.name)
        bound = game.tolerance if concept.needs_tolerance else None
        told = game.parameters, game.assumptions, _counted(game)
        try:
            form = self._form(concept, routine)
        except LimitReached as limit:  # before anything was answered
            return _Part(Result(concept.name, (), bound, ((),), *told, kind=game.kind), limit=str(limit))
        result = Result(concept.name, form.cells, bound, form.undecided, *told, kind=game.kind)
        return _Part(result, form.proofs, form.limit, form.remark)

    def _form(self, concept: Concept, routine: Any) -> ClosedForm:
        from stackexact.solving.closed_forms import closed_form
        from stackexact.solving.domains import OneParameter

        space, limit = self.space, self.max_cells

        def progress(answered: int, waiting: int | None = None) -> None:
            left = "" if waiting is None else f", {waiting} parts of the domain left"
            space.report(f"{concept.title}: {answered} answers{left}")

        if isinstance(self.domain, OneParameter):
            return closed_form(space.game, self.domain, routine, stop=space.stop, max_cells=limit, report=progress)
        from stackexact.solving.several import closed_form_in_several

        return closed_form_in_several(
            space.game, self.domain, concept.name, stop=space.stop, max_cells=limit, report=progress
        )


def _asked(concept: Concept, options: Options) -> Options | None:
    """The options that an answer depends on."""
    return options if concept.needs_eta else None


def _counted(game: Game) -> str:
    """The parameter that is a number of followers, in games that have any."""
    followers = getattr(game, "followers", None)
    return str(followers) if isinstance(followers, Expression) else ""


def _require_some_domain(game: Game, stop: Callable[[], bool]) -> None:
    """Refuse assumptions that no value meets although no payoff depends on a parameter (one parameter; z3 is not asked
    for the sake of numbers)."""
    if game.assumptions:
        from stackexact.solving.domains import names_in_play, one_parameter

        names = names_in_play(game)
        if len(names) == 1:
            one_parameter(game, names[0], stop)


def _domain(game: Game, stop: Callable[[], bool]) -> OneParameter | SeveralParameters:
    from stackexact.solving.domains import names_in_play, one_parameter, several_parameters

    names = names_in_play(game)
    return one_parameter(game, names[0], stop) if len(names) == 1 else several_parameters(game, names)
