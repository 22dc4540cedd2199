"""A solution: the results of all concepts on one game, printable, convertible, with its certificate."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from stackexact.errors import InputError, UsageError, shorten
from stackexact.exact.numbers import to_sympy
from stackexact.exact.rational_function import Exact
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.solving.cells import Cell, Infinity

if TYPE_CHECKING:
    import sympy

    from stackexact.certificates.check import Report

__all__ = ["Certificate", "Result", "Solution"]


class _NotSolved(UsageError, KeyError):
    """A concept without a result: bad usage, and a missing key, so that ``in`` and ``get`` work as in any mapping."""

    __str__ = Exception.__str__


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one concept: disjoint ``cells`` that cover the domain, up to what is ``undecided``.

    ``leader``, ``follower`` and ``constant`` are SymPy expressions; exact numbers stand in the cells.
    """

    concept: str
    cells: tuple[Cell, ...]
    tolerance: Exact | None = None
    undecided: tuple[tuple[str, ...], ...] = ()

    @property
    def cell(self) -> Cell:
        """The only cell; an :class:`~stackexact.errors.InputError` where there are none or several."""
        if len(self.cells) != 1:
            raise InputError(f"{self.concept}: expected one cell, found {len(self.cells)}; read .cells")
        return self.cells[0]

    def _only(self, name: str) -> Any:
        if not hasattr(self.cell, name):
            known = ", ".join(self.cell.__dataclass_fields__)
            raise AttributeError(f"{self.concept} has no {name}; its cells have {known}")
        return getattr(self.cell, name)

    @property
    def leader(self) -> sympy.Expr:
        """The leader's value as a SymPy expression."""
        return to_sympy(self._only("leader"))

    @property
    def follower(self) -> sympy.Expr:
        """The follower's value as a SymPy expression."""
        return to_sympy(self._only("follower"))

    @property
    def constant(self) -> sympy.Expr:
        """The alignment constant as a SymPy expression; SymPy's ``oo`` when infinite."""
        value = self._only("constant")
        if isinstance(value, Infinity):
            import sympy

            return sympy.oo
        return to_sympy(value)

    def document(self) -> dict[str, Any]:
        """The result as JSON."""
        made: dict[str, Any] = {} if self.tolerance is None else {"tolerance": text_of(self.tolerance)}
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
    proofs: Mapping[str, tuple[Callable[[], dict[str, Any]], ...]] = field(default_factory=dict, repr=False)

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
        return not any(result.undecided for result in self.results.values())

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
        """Every decided claim with its proof (docs/certificates.md)."""
        decided = {name: claim for name, claim in self.claims.items() if "undecided" not in claim}
        return Certificate(
            {
                "format": "stackexact/certificate",
                "version": 1,
                "kind": self.game.kind,
                "game": self.game.document(),
                "claims": decided,
                "proofs": {name: {"cells": [proof() for proof in self.proofs[name]]} for name in decided},
            }
        )

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


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as a JSON object."""

    document: dict[str, Any]

    def check(self) -> Report:
        """Check every claim with the stand-alone checker."""
        from stackexact.certificates.check import check

        return check(json.loads(self.dumps()))

    def dumps(self) -> str:
        """The certificate as JSON text."""
        return json.dumps(self.document, indent=1, ensure_ascii=False) + "\n"
