"""The stand-alone checker of certificates (``docs/certificates.md`` is the format and the mathematics).

A deliberate second implementation: it shares no code with the solver, uses nothing but the standard library, and
believes nothing but the payoffs of the embedded game. ``reading`` turns the file into numbers and labels, ``proofs``
holds the theorems, this module tells what was claimed from what was proved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stackexact.certificates import benchmark_proofs, proofs
from stackexact.certificates.reading import DIGITS, Game, Node, Unsupported, integer, read_game
from stackexact.errors import CertificateError, shorten

__all__ = ["CertificateError", "Report", "Verdict", "check", "read"]

CONCEPTS: dict[str, Callable[[Game, Node, Node], None]] = {
    "pure-strong": proofs.pure_strong,
    "pure-weak": proofs.pure_weak,
    "mixed-strong": proofs.mixed_strong,
    "mixed-weak": proofs.mixed_weak,
    "alignment": benchmark_proofs.alignment,
    "correlated": proofs.correlated,
}

TOLERANT: dict[str, Callable[[Game, Node, Node, Node], None]] = {
    "tolerant": benchmark_proofs.tolerant,
    "self-tolerant": benchmark_proofs.self_tolerant,
}
"""Concepts whose claim states a tolerance beside the cells."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the claims of one concept are proved; ``reason`` names the place where they are not."""

    concept: str
    true: bool
    reason: str

    def __str__(self) -> str:
        name = self.concept if self.concept in CONCEPTS or self.concept in TOLERANT else shorten(self.concept)
        return f"{name}: true" if self.true else f"{name}: false: {self.reason}"


@dataclass(frozen=True, slots=True)
class Report:
    """What checking a certificate found, claim by claim."""

    kind: str
    game_name: str | None
    verdicts: tuple[Verdict, ...]

    @property
    def true(self) -> bool:
        """Whether every claim is proved."""
        return all(verdict.true for verdict in self.verdicts)

    def __bool__(self) -> bool:
        return self.true

    def __str__(self) -> str:
        title = self.kind if self.game_name is None else f"{self.kind} {shorten(self.game_name)}"
        return "\n".join((f"{title}: {'true' if self.true else 'false'}", *map(str, self.verdicts)))


def read(source: str | Path) -> dict[str, Any]:
    """Read a certificate from a file, or from its text, which begins with a brace."""
    if isinstance(source, str) and source.lstrip().startswith("{"):
        text, place = source, "certificate"
    else:
        place = shorten(str(source))
        try:
            text = Path(source).read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
            raise CertificateError(f"{place}: expected a certificate, but cannot read it: {reason}") from None
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
    except json.JSONDecodeError as error:
        found = f"{error.msg} at line {error.lineno}, column {error.colno}"
        raise CertificateError(f"{place}: expected JSON, found {found}; is the file complete?") from None
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


def check(document: dict[str, Any]) -> Report:
    """Check every claim of a certificate. What is no certificate at all raises :class:`CertificateError`."""
    try:
        parts = Node(document, "certificate").fields("format", "version", "kind", "game", "claims", "proofs")
        for key, expected in (("format", "stackexact/certificate"), ("version", 1), ("kind", "bimatrix")):
            if parts[key].value != expected or type(parts[key].value) is not type(expected):
                raise parts[key].wrong(repr(expected))
        game = read_game(Node(parts["game"].value, "game"))
        claims, evidence = (parts[key].members() for key in ("claims", "proofs"))
        if not claims and not evidence:
            raise parts["claims"].fails("expected at least one claim")
    except Unsupported as flaw:
        remedy = "write one with 'stackexact solve GAME --certificate FILE'"
        raise CertificateError(f"expected a certificate, but {flaw}; {remedy}") from None
    concepts = dict.fromkeys((*claims, *evidence))
    return Report("bimatrix", game.name, tuple(_verdict(game, concept, claims, evidence) for concept in concepts))


def _verdict(game: Game, concept: str, claims: dict[str, Node], evidence: dict[str, Node]) -> Verdict:
    try:
        _prove(game, concept, claims, evidence)
    except Unsupported as flaw:
        return Verdict(concept, False, str(flaw))
    return Verdict(concept, True, "")


def _prove(game: Game, concept: str, claims: dict[str, Node], evidence: dict[str, Node]) -> None:
    if concept not in CONCEPTS and concept not in TOLERANT:
        raise Unsupported(f"expected one of {', '.join((*CONCEPTS, *TOLERANT))}")
    if concept not in claims:
        raise Unsupported(f"claims.{concept}: expected, for a proof is given, but missing")
    if concept not in evidence:
        raise Unsupported(f"proofs.{concept}: expected, but missing")
    claim = Node(claims[concept].value, f"claims.{concept}", claimed=True)
    told = claim.fields(*(("tolerance", "cells") if concept in TOLERANT else ("cells",)))
    (cell,) = told["cells"].items(1)
    (proof,) = Node(evidence[concept].value, f"proofs.{concept}").fields("cells")["cells"].items(1)
    if concept in TOLERANT:
        TOLERANT[concept](game, told["tolerance"], cell, proof)
    else:
        CONCEPTS[concept](game, cell, proof)
