"""A solution: the results of all concepts on one game, printable, convertible, with its certificate."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.numbers import exact
from stackexact.exact.rational_function import Exact
from stackexact.exact.records import FrozenMapping
from stackexact.exact.relation import Assumption, text_of
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Cell
from stackexact.solving.shown import Shown, unsettled
from stackexact.solving.workspace import Options

if TYPE_CHECKING:
    import sympy

    from stackexact.certificates.check import Report
    from stackexact.solving.comparing import Comparison

__all__ = ["Certificate", "Result", "Solution"]

COVERAGE: Final = "the cells are disjoint and cover the assumptions"
"""What the certificate of a closed form says beside the proofs of its cells."""


class _NotSolved(UsageError, KeyError):
    """A concept without a result: bad usage, and a missing key, so that ``in`` and ``get`` work as in any mapping."""

    __str__ = Exception.__str__


@dataclass(frozen=True, slots=True, repr=False)
class Result(Shown):
    """The answer to one concept: disjoint ``cells`` that cover the domain, up to what is ``undecided``.

    ``leader``, ``follower`` and ``constant`` are SymPy expressions, :meth:`expression` gives that of any value; exact
    numbers stand in the cells.
    """

    concept: str
    cells: tuple[Cell, ...]
    tolerance: Exact | None = None
    undecided: tuple[tuple[str, ...], ...] = ()
    parameters: tuple[str, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    counted: str = field(default="", compare=False)
    """The parameter that is a number of followers, and takes whole numbers alone."""
    asked: Options | None = None
    """What was asked beside the game, of a concept that needs it."""
    kind: str = field(default="bimatrix", compare=False)
    """The kind of game."""

    @property
    def cell(self) -> Cell:
        """The only cell; an :class:`~stackexact.errors.InputError` where there are none or several."""
        if len(self.cells) != 1:
            raise InputError(f"{self.concept}: expected one cell, found {len(self.cells)}; read .cells")
        return self.cells[0]

    def expression(self, name: str = "") -> sympy.Expr:
        """A value of the cells as a SymPy expression: a number, or a ``Piecewise`` over the cells that have it.

        Entries of mappings have dotted names (``actions.u0``); the only one is meant by the mapping's name as well.

        >>> import stackexact as sx
        >>> game = sx.Game([[0, "delta"]], [[0, "delta"]], assumptions=["delta >= 0"])
        >>> sx.solve(game)["pure-strong"].expression("follower")
        delta
        """
        from stackexact.solving.functions import expression
        from stackexact.solving.names import usual_name

        return expression(self, name or usual_name(self))

    def _expression(self, name: str) -> sympy.Expr:
        from stackexact.solving.functions import expression

        if self.cells and not hasattr(self.cells[0], name):
            known = ", ".join(self.cells[0].__dataclass_fields__)
            raise AttributeError(f"{self.concept} has no {name}; its cells have {known}")
        return expression(self, name)

    @property
    def leader(self) -> sympy.Expr:
        """The leader's value as a SymPy expression: a number, or a ``Piecewise`` over the cells."""
        return self._expression("leader")

    @property
    def follower(self) -> sympy.Expr:
        """The follower's value as a SymPy expression: a number, or a ``Piecewise`` over the cells."""
        return self._expression("follower")

    @property
    def constant(self) -> sympy.Expr:
        """The alignment constant as a SymPy expression; SymPy's ``oo`` where infinite."""
        return self._expression("constant")

    def at(self, values: Mapping[str, object] | None = None, /, **more: object) -> Cell:
        """The cell of numbers at exact values of the parameters.

        One value may be an irrational algebraic number of SymPy, such as ``sqrt(2)``: the values of the cell are then
        numbers or polynomials in that parameter, and its ``when`` tells which root is meant.
        Raises :class:`~stackexact.errors.InputError` for values that an assumption excludes, and
        :class:`~stackexact.errors.LimitReached` where the closed form is undecided.
        """
        from stackexact.exact.real_roots import Root
        from stackexact.solving.algebraic import cell_at_root, number_or_root
        from stackexact.solving.functions import cell_at

        given = {name: number_or_root(value) for name, value in {**(values or {}), **more}.items()}
        numbers = {name: value for name, value in given.items() if not isinstance(value, Root)}
        return cell_at(self, numbers) if len(numbers) == len(given) else cell_at_root(self, given)

    def lambdify(self, name: str = "", *, floats: bool = False) -> Callable[..., Any]:
        """A function of the parameters (by position, by name or as one mapping) that returns a value of the cells: the
        leader's where none is named, or the only one.

        Exact arguments give a Fraction (``oo`` for an infinite constant), irrational algebraic ones such as SymPy's
        ``sqrt(2)`` a SymPy number. With ``floats`` an argument is taken as the
        exact value it has, and the exact result is rounded once, so that no cell is chosen by rounding; sequences and
        NumPy arrays are then taken element by element, and give arrays.
        """
        from stackexact.solving.callables import ClosedFormFunction

        return ClosedFormFunction.of(self, name, floats=floats)

    def limit(self, name: str, parameter: str, to: object, *, at: Mapping[str, object] | None = None) -> sympy.Expr:
        """What a value tends to where a parameter approaches ``to``: an exact SymPy number, ``oo`` or ``-oo``.

        ``to`` is a number with the side it is approached from (``"0+"``, ``"1/2-"``, or a pair such as
        ``(sympy.sqrt(2), "-")``), or ``"oo"``, ``"-oo"``; without a side both must agree, where the domain has both.
        ``at`` gives numbers for further parameters.

        >>> import stackexact as sx
        >>> game = sx.Game([[0, "1/delta"]], [[0, "delta"]], assumptions=["delta != 0"])
        >>> result = sx.solve(game)["pure-strong"]
        >>> result.limit("leader", "delta", "0+"), result.limit("leader", "delta", "0-")
        (oo, 0)
        """
        from stackexact.solving.limits import limit

        return limit(self, name, parameter, to, {key: exact(value) for key, value in (at or {}).items()})

    def breakpoints(self, name: str = "", *, at: Mapping[str, object] | None = None) -> tuple[sympy.Expr, ...]:
        """Where one formula of a value ends and the next begins, the ends of the domain included, as SymPy numbers.

        >>> import stackexact as sx
        >>> sx.solve(sx.Game([[0, 1, 0]], [["delta**2 - 2", 0, "2 - delta**2"]]))["pure-strong"].breakpoints()
        (-sqrt(2), sqrt(2))
        """
        from stackexact.solving.limits import breakpoints

        return breakpoints(self, name, {key: exact(value) for key, value in (at or {}).items()})

    def compare(
        self, second: object, name: str = "", other: str = "", *, at: Mapping[str, object] | None = None
    ) -> Comparison:
        """A value of this result beside that of another, or an expression: :func:`stackexact.compare`."""
        from stackexact.solving.comparing import compare

        return compare(self, second, name, other, at=at)

    def plot(self, *, ax: Any = None, at: Mapping[str, object] | None = None, **options: Any) -> Any:
        """Draw the values over one parameter, or the cells over two; returns matplotlib's ``Axes``.

        ``ax`` draws into axes of your own, ``at`` gives numbers for further parameters; ``options`` are those of
        :func:`stackexact.solving.plotting.plot`. Needs matplotlib (``pip install 'stackexact[plot]'``).
        """
        from stackexact.solving.plotting import plot

        return plot(self, ax=ax, at=at, **options)

    def document(self) -> dict[str, Any]:
        """The result as JSON."""
        made: dict[str, Any] = {} if self.tolerance is None else {"tolerance": text_of(self.tolerance)}
        if self.asked is not None and self.asked.eta is not None:
            made |= {"eta": text_of(self.asked.eta), "prescription": self.asked.prescription}
        made["cells"] = [cell.document() for cell in self.cells]
        if self.undecided:
            made["undecided"] = [{"when": list(when)} for when in self.undecided]
        return made


@dataclass(frozen=True)
class Solution(Mapping[str, Result]):
    """The results by concept, in the order of contract section 3. ``notes`` say what was left out or undecided."""

    game: Game
    results: Mapping[str, Result]
    notes: tuple[str, ...] = ()
    proofs: Mapping[str, tuple[Callable[[], dict[str, Any]], ...]] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "results", FrozenMapping(self.results))

    def __getitem__(self, concept: str) -> Result:
        if concept not in self.results:
            raise _NotSolved(f"expected one of {', '.join(self.results)}, found {shorten(concept)}; solve it by name")
        return self.results[concept]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    @property
    def complete(self) -> bool:
        """Whether nothing stayed undecided."""
        return not any(
            result.undecided or any(unsettled(cell) for cell in result.cells) for result in self.results.values()
        )

    @cached_property
    def claims(self) -> dict[str, Any]:
        """The results as JSON, by concept."""
        return {name: result.document() for name, result in self.results.items()}

    def document(self) -> dict[str, Any]:
        """The solution as the JSON object of contract section 5."""
        made: dict[str, Any] = {
            "format": "stackexact/solution",
            "version": 1,
            "kind": self.game.kind,
            "game": {"name": self.game.name, "sha256": self.game.sha256},
            "parameters": list(self.game.parameters),
            "assumptions": [str(chain) for chain in self.game.assumptions],
            "results": self.claims,
        }
        if self.notes:
            made["notes"] = list(self.notes)
        return made

    def certificate(self) -> Certificate:
        """Every decided claim with its proof (docs/certificates.md); a closed form stays out while part of it is
        undecided, and a concept of whose answers there are no certificates.

        Raises :class:`~stackexact.errors.LimitReached` where z3 cannot tell that the pieces of a proof in several
        parameters fill their cell.
        """
        decided = {
            name: claim for name, claim in self.claims.items() if "undecided" not in claim and name in self.proofs
        }
        return Certificate(
            {
                "format": "stackexact/certificate",
                "version": 1,
                "kind": self.game.kind,
                "game": self.game.document(),
                "claims": decided,
                "proofs": {name: self._proofs(name) for name in decided},
            }
        )

    def _proofs(self, name: str) -> dict[str, Any]:
        cells = {"cells": [proof() for proof in self.proofs[name]]}
        return cells if self.game.is_numeric else {**cells, "coverage": COVERAGE}

    def __str__(self) -> str:
        from stackexact.solving.display import text

        return text(self)

    def __repr__(self) -> str:
        return f"<Solution of {self.game!r}: {', '.join(self.results)}>"

    def _repr_html_(self) -> str:
        from stackexact.solving.display import html

        return html(self)

    def _repr_latex_(self) -> str:
        from stackexact.solving.display import latex

        return latex(self)


@dataclass(frozen=True, slots=True, repr=False)
class Certificate(Shown):
    """A certificate as a JSON object."""

    document: dict[str, Any]

    def check(self, smt: str | None = None) -> Report:
        """Check every claim with the stand-alone checker; ``smt`` (``z3`` or ``cvc5``) names the solver that proves the
        coverage of closed forms in several parameters, which is else assumed."""
        from stackexact.certificates.check import check

        return check(json.loads(self.dumps()), smt)

    def dumps(self) -> str:
        """The certificate as JSON text."""
        return json.dumps(self.document, indent=1, ensure_ascii=False) + "\n"

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of the concepts whose values are proved."""
        return tuple(self.document["claims"])

    def without(self, concepts: Container[str]) -> Certificate:
        """The certificate of the other concepts."""
        parts = {
            part: {name: value for name, value in self.document[part].items() if name not in concepts}
            for part in ("claims", "proofs")
        }
        return Certificate({**self.document, **parts})

    def __repr__(self) -> str:
        name = self.document["game"].get("name")
        return f"<Certificate of {'a game' if name is None else repr(name)}: {', '.join(self.claims) or 'nothing'}>"
