"""An estimate as JSON: rational numbers as text, others as enclosures (contract, section 9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from stackexact.estimation.model import Vector
from stackexact.exact.digits import fraction_to_text, int_to_text
from stackexact.exact.enclosures import Enclosure

if TYPE_CHECKING:
    from stackexact.estimation.estimate import Estimate
    from stackexact.estimation.outcomes import Matrix

__all__ = ["document", "number"]


def number(value: Enclosure | None) -> Any:
    """A number of the estimate as JSON."""
    if value is None:
        return None
    return fraction_to_text(value.lower) if value.lower == value.upper else value.document()


def document(found: Estimate) -> dict[str, Any]:
    """The JSON object of format ``stackexact/estimate``."""
    model, names = found.model, found.names
    return {
        "format": "stackexact/estimate",
        "version": 1,
        "digits": found.digits,
        "observations": int_to_text(model.observations),
        "eta": fraction_to_text(model.eta),
        "power": fraction_to_text(model.power),
        "constraints": [
            {"vector": _vector(names, one.vector), "value": fraction_to_text(one.value)} for one in model.constraints
        ],
        "exists": found.exists,
        "identified": found.identified,
        "theta": {name: number(one) for name, one in zip(names, found.theta, strict=True)},
        "standard_errors": {name: number(one) for name, one in zip(names, found.standard_errors, strict=True)},
        "log_likelihood": {"value": number(found.log_likelihood), "attained": found.exists},
        "information": _matrix(found.information),
        "covariance": _matrix(found.covariance),
        "choices": [
            {
                "features": {
                    label: [*map(fraction_to_text, row)]
                    for label, row in zip(choice.labels, choice.features, strict=True)
                },
                "weights": dict(zip(choice.labels, map(fraction_to_text, choice.weights), strict=True)),
                "counts": dict(zip(choice.labels, map(int_to_text, choice.counts), strict=True)),
                "fitted": dict(zip(choice.labels, map(number, row), strict=True)),
            }
            for choice, row in zip(model.choices, found.fitted, strict=True)
        ],
        "free": [_vector(names, vector) for vector in found.free],
        "separation": _separation(found),
    }


def _vector(names: tuple[str, ...], vector: Vector) -> dict[str, str]:
    """The entries that are not 0."""
    return {name: fraction_to_text(value) for name, value in zip(names, vector, strict=True) if value}


def _matrix(rows: Matrix | None) -> Any:
    return None if rows is None else [[number(one) for one in row] for row in rows]


def _separation(found: Estimate) -> Any:
    split = found.separation
    if split.attained:
        return None
    vanishing = [{"choice": c, "action": found.model.choices[c].labels[b]} for c, b in split.vanishing]
    direction = _vector(found.names, split.direction)
    return {"direction": direction, "vanishing": vanishing, "complete": split.complete}
