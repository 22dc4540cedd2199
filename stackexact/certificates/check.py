"""The stand-alone checker of certificates (``docs/certificates.md`` is the format and the mathematics).

A deliberate second implementation: it shares no code with the solver, uses nothing but the standard library, and
believes nothing but the payoffs of the embedded game. ``reading`` turns the file into numbers and labels, ``embedded``
into the game, ``proofs`` holds the theorems, this module tells what was claimed from what was proved. With a parameter
``coverage`` shows that the cells of a claim make up the domain, and runs the same proofs on regions of it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from stackexact.certificates import (
    benchmark_proofs,
    best_proofs,
    gaussian_proofs,
    incentive_proofs,
    incentive_variants,
    looking_ahead_bounds,
    markov_proofs,
    mechanism_bounds,
    mechanism_proofs,
    mechanism_rules,
    proofs,
    quantal_proofs,
    recommendation_commitments,
    recommendation_proofs,
    weak_proofs,
)
from stackexact.certificates.bounds import TooLarge, Unsupported
from stackexact.certificates.coverage import prove_closed_form
from stackexact.certificates.digits import integer
from stackexact.certificates.embedded import Embedded, read_game
from stackexact.certificates.incentive_game import IncentiveGame, read_incentive_game
from stackexact.certificates.line import Region
from stackexact.certificates.markov_game import MarkovGame, read_markov_game
from stackexact.certificates.mechanism_game import read_mechanism_game
from stackexact.certificates.reading import DIGITS, Node
from stackexact.certificates.recommendation_game import read_recommendation_game
from stackexact.certificates.several import prove_in_several
from stackexact.certificates.smt import Solver
from stackexact.certificates.stated import Space, Stated
from stackexact.errors import CertificateError, shorten

__all__ = ["CertificateError", "Report", "Verdict", "check", "prover", "read", "read_open"]

MAX_BYTES = 256 * 2**20
"""The size of the largest file that is read."""

KINDS: dict[str, Callable[[Node], Embedded]] = {
    "bimatrix": read_game,
    "lq-incentive": read_incentive_game,
    "markov": read_markov_game,
    "mechanism": read_mechanism_game,
    "recommendation": read_recommendation_game,
}
"""What reads a game of each kind."""

CONCEPTS: dict[str, dict[str, Callable[[Any, Node, Node], None]]] = {
    "bimatrix": {
        "pure-strong": proofs.pure_strong,
        "pure-weak": proofs.pure_weak,
        "mixed-strong": proofs.mixed_strong,
        "mixed-weak": weak_proofs.mixed_weak,
        "alignment": benchmark_proofs.alignment,
        "correlated": proofs.correlated,
    },
    "lq-incentive": {
        "team-optimum": incentive_proofs.team_optimum,
        "incentive": incentive_proofs.the_incentive,
        "mean-field": incentive_proofs.mean_field,
        "randomised": incentive_variants.randomised,
        "major-follower": incentive_variants.major_follower,
    },
    "markov": {
        "pure-strong": best_proofs.pure_strong,
        "pure-weak": best_proofs.pure_weak,
        "mixed-strong": best_proofs.mixed_strong,
        "mixed-weak": best_proofs.mixed_weak,
        "quantal": markov_proofs.quantal,
        "deterministic": markov_proofs.deterministic,
        "randomised-bound": looking_ahead_bounds.randomised_bound,
    },
    "mechanism": {
        "coarse-correlated": mechanism_proofs.coarse_correlated,
        "correlated": mechanism_proofs.correlated,
        "bayes-nash": mechanism_proofs.bayes_nash,
        "optimistic": mechanism_rules.optimistic,
        "pessimistic": mechanism_rules.pessimistic,
        "no-incentives": mechanism_bounds.no_incentives,
    },
    "recommendation": {
        "response": recommendation_proofs.response,
        "fixed-points": recommendation_proofs.fixed_points,
        "incentive-compatible": recommendation_commitments.incentive_compatible,
        "relaxed": recommendation_commitments.relaxed,
        "misspecification": recommendation_proofs.misspecification,
    },
}
"""What shows the claims about games of each kind."""

GAUSSIAN: dict[str, Callable[[IncentiveGame, Node, Node], None]] = {
    "team-optimum": gaussian_proofs.team_optimum,
    "incentive": gaussian_proofs.the_incentive,
    "mean-field": gaussian_proofs.mean_field,
}
"""The same for those with Gaussian information."""

BESIDE: dict[str, dict[str, tuple[tuple[str, ...], Callable[..., None]]]] = {
    "bimatrix": {
        "tolerant": (("tolerance",), benchmark_proofs.tolerant),
        "self-tolerant": (("tolerance",), benchmark_proofs.self_tolerant),
        "quantal": (("eta", "prescription"), quantal_proofs.quantal),
    },
    "lq-incentive": {},
    "markov": {},
    "mechanism": {},
    "recommendation": {},
}
"""Concepts whose claim states more beside the cells, which what shows them is given before the cell."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the claims of one concept are proved; ``reason`` names the place where they are not.

    Where a stated bound was reached before the claim was proved or found false, ``limit`` is set.
    ``coverage`` says of a closed form whether its cells are proved to make up the domain: ``proved``, ``proved by`` a
    solver, ``assumed``, or ``undecided``; of numbers it is empty.
    """

    concept: str
    true: bool
    reason: str
    coverage: str = ""
    limit: bool = False

    @property
    def assumed(self) -> bool:
        """Whether all is proved but that the cells make up the domain."""
        return self.true and bool(self.coverage) and not self.coverage.startswith("proved")

    def __str__(self) -> str:
        known = any(self.concept in some for table in (CONCEPTS, BESIDE) for some in table.values())
        name = self.concept if known else shorten(self.concept)
        covered = f" (coverage {self.coverage})" if self.coverage else ""
        return f"{name}: true{covered}" if self.true else f"{name}: {self.found}: {self.reason}"

    @property
    def found(self) -> str:
        """``true``, ``false`` or ``too large``."""
        return "true" if self.true else "too large" if self.limit else "false"


@dataclass(frozen=True, slots=True)
class Report:
    """What checking a certificate found, claim by claim; ``game`` is the embedded one, if it can be read."""

    kind: str
    game: Embedded | None = field(repr=False)
    verdicts: tuple[Verdict, ...]

    @property
    def game_name(self) -> str | None:
        """What the embedded game calls itself."""
        return self.game.name if self.game else None

    @property
    def true(self) -> bool:
        """Whether every claim is proved, up to what :attr:`assumed` tells."""
        return all(verdict.true for verdict in self.verdicts)

    @property
    def limited(self) -> bool:
        """Whether some claim is too large to be checked, and none is false."""
        return not self.true and all(verdict.true or verdict.limit for verdict in self.verdicts)

    @property
    def assumed(self) -> bool:
        """Whether the coverage of some claim was not shown (several parameters, no solver)."""
        return any(verdict.assumed for verdict in self.verdicts)

    def __bool__(self) -> bool:
        return self.true

    def __str__(self) -> str:
        title = self.kind if self.game_name is None else f"{self.kind} {shorten(self.game_name)}"
        found = "true" if self.true else "undecided" if self.limited else "false"
        return "\n".join((f"{title}: {found}", *map(str, self.verdicts)))


def read(source: str | Path) -> dict[str, Any]:
    """Read a certificate from a file, or from its text, which begins with a brace. A ``Path`` is always a file."""
    if isinstance(source, str) and source.lstrip().startswith("{"):
        return _parse(source, "certificate")
    place = shorten(str(source))
    try:
        with open(source, "rb") as file:
            return read_open(file, place)
    except (OSError, ValueError) as error:
        if isinstance(error, CertificateError):
            raise
        reason = getattr(error, "strerror", None) or "it is no name of a file"
        raise CertificateError(f"{place}: expected a certificate, but cannot read it: {reason}") from None


def read_open(file: IO[bytes], place: str) -> dict[str, Any]:
    """Read a certificate from an open file, which messages call ``place``, up to :data:`MAX_BYTES`."""
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise CertificateError(f"{place}: expected at most {MAX_BYTES // 2**20} MiB, found more; give a smaller file")
    try:
        text = data.decode("utf-8-sig")
    except ValueError:
        raise CertificateError(f"{place}: expected a certificate, but cannot read it: it is no UTF-8 text") from None
    return _parse(text, place)


def _parse(text: str, place: str) -> dict[str, Any]:
    if not text.strip():
        raise CertificateError(f"{place}: expected a certificate, found no text at all; is this the file you mean?")
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
    except json.JSONDecodeError as error:
        found = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise CertificateError(f"{place}: expected JSON, found {found}; is the certificate complete?") from None
    except RecursionError:
        raise CertificateError(f"{place}: expected a certificate, found JSON that is nested too deeply") from None
    except CertificateError as error:
        raise CertificateError(f"{place}: {error}") from None
    if not isinstance(document, dict):
        raise CertificateError(f"{place}: expected a JSON object, found something else; is this a certificate?")
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise CertificateError(f"expected different keys in an object, found {shorten(key)} twice; remove one")
        made[key] = value
    return made


def _integer(text: str) -> int:
    digits = text.lstrip("-")
    if len(digits) > DIGITS:
        raise CertificateError(f"expected numbers of at most {DIGITS} digits, found one of {len(digits)}")
    return -integer(digits) if text.startswith("-") else integer(digits)


def _constant(text: str) -> object:
    raise CertificateError(f"expected exact numbers as text, found {text}, which is no JSON number")


def check(document: dict[str, Any], smt: str | None = None) -> Report:
    """Check every claim of a certificate. What is no certificate of this version raises :class:`CertificateError`;
    whatever else is wrong, in the embedded game too, leaves claims unsupported.

    ``smt`` names a solver (``z3`` or ``cvc5``) that is to show the coverage of closed forms in several parameters.
    """
    solver = None if smt is None else Solver.of(smt)
    try:
        parts = Node(document, "certificate").fields("format", "version", "kind", "game", "claims", "proofs")
        for key, expected in (("format", "stackexact/certificate"), ("version", 1)):
            parts[key].constant(expected)
        kind = parts["kind"].value
        if not isinstance(kind, str) or kind not in KINDS:
            raise parts["kind"].wrong(f"one of {', '.join(KINDS)}")
        claims, evidence = (parts[key].members() for key in ("claims", "proofs"))
        if not claims and not evidence:
            raise parts["claims"].fails("expected at least one claim")
    except Unsupported as flaw:
        remedy = "write one with 'stackexact solve GAME --certificate FILE'"
        raise CertificateError(f"expected a certificate, but {flaw}; {remedy}") from None
    concepts = dict.fromkeys((*claims, *evidence))
    try:
        game = KINDS[kind](Node(parts["game"].value, "game"))
    except Unsupported as flaw:
        return Report(kind, None, tuple(_unproved(concept, flaw) for concept in concepts))
    return Report(kind, game, tuple(_verdict(game, concept, claims, evidence, solver) for concept in concepts))


def _verdict(
    game: Embedded, concept: str, claims: dict[str, Node], evidence: dict[str, Node], solver: Solver | None
) -> Verdict:
    try:
        return Verdict(concept, True, "", _prove(game, concept, claims, evidence, solver))
    except Unsupported as flaw:
        return _unproved(concept, flaw)


def _unproved(concept: str, flaw: Unsupported) -> Verdict:
    return Verdict(concept, False, str(flaw), limit=isinstance(flaw, TooLarge))


def _prove(
    game: Embedded, concept: str, claims: dict[str, Node], evidence: dict[str, Node], solver: Solver | None
) -> str:
    """Show all that is claimed of a concept; returns what was shown of the coverage."""
    known = [*CONCEPTS[game.kind], *BESIDE[game.kind]]
    if concept not in known:
        raise Unsupported(f"expected one of {', '.join(known)}")
    if concept not in claims:
        raise Unsupported(f"claims.{concept}: expected, for a proof is given, but missing")
    if concept not in evidence:
        raise Unsupported(f"proofs.{concept}: expected, but missing")
    claim = Node(claims[concept].value, f"claims.{concept}", claimed=True)
    keys, _ = BESIDE[game.kind].get(concept, ((), None))
    told = claim.fields(*keys, "cells")
    prove = prover(game, concept, [told[key] for key in keys])
    proof = Node(evidence[concept].value, f"proofs.{concept}").fields("cells", optional=("coverage",))

    if isinstance(game.line, Space) and ("coverage" in proof or not game.is_numeric):
        if "coverage" not in proof:
            raise Unsupported(f"{proof['cells'].place}: expected coverage beside it, for the game has parameters")
        return prove_in_several(game, told["cells"], proof, prove, solver)
    if "coverage" in proof or not game.is_numeric:
        prove_closed_form(game, told["cells"], proof, prove)
        return "proved"
    (cell,), (one,) = told["cells"].items(1), proof["cells"].items(1)
    prove(None, cell, one)
    return ""


def require_fitting(game: IncentiveGame, concept: str, cell: Node) -> None:
    """Require a game that a concept speaks of."""
    if not game.followers >= 1:
        raise cell.fails("expected at least one follower")
    if game.information is not None and concept not in GAUSSIAN:
        raise cell.fails("expected a game without Gaussian information")
    if concept != "team-optimum" and (concept == "major-follower") != (game.major is not None):
        raise cell.fails(f"expected a game with{'out' if game.major else ''} a major follower")


def prover(
    game: Embedded, concept: str, beside: Sequence[Node]
) -> Callable[[Region | Stated | None, Node, Node], None]:
    """What shows a cell by a proof where the parameters are in a region (``None``: there are none)."""

    def prove(region: Region | Stated | None, cell: Node, proof: Node) -> None:
        there = game if region is None else game.on(region)
        if concept in BESIDE[game.kind]:
            _, shown = BESIDE[game.kind][concept]
            shown(there, *(Node(one.value, one.place, True, region) for one in beside), cell, proof)
        elif isinstance(there, IncentiveGame):
            require_fitting(there, concept, cell)
            proofs_of = CONCEPTS[game.kind] if there.information is None else GAUSSIAN
            proofs_of[concept](there, cell, proof)
        else:
            if isinstance(there, MarkovGame) and not there.is_numeric and "functions" not in proof.members():
                raise cell.fails("expected a game of numbers, for this proof is about one")
            CONCEPTS[game.kind][concept](there, cell, proof)

    return prove
