"""From assumptions to conditions on polynomials, and back from conditions to the text of relations."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from stackexact.exact.reading import Parameter, Parameters
from stackexact.exact.relation import Assumption, text_of
from stackexact.exact.tracing import Condition, Sign

__all__ = ["SIGNS", "conditions_of", "relation_text", "relation_text_of_several"]

SIGNS: Final = {"<": (-1, Sign.POSITIVE), "<=": (-1, Sign.NONNEGATIVE), ">": (1, Sign.POSITIVE)} | {
    ">=": (1, Sign.NONNEGATIVE),
    "==": (1, Sign.ZERO),
    "!=": (1, Sign.NONZERO),
}
"""What relations of a polynomial to 0 say: the factor of the polynomial, and the sign that it has then."""
_TURNED: Final = {">": "<", ">=": "<=", "==": "==", "!=": "!="}


def conditions_of(parameter: Parameter | Parameters, assumptions: Iterable[Assumption]) -> tuple[Condition, ...]:
    """What chains of relations say of polynomials in the parameters. Where a term divides by zero nothing holds."""
    found = []
    for chain in assumptions:
        for left, relation, right in zip(chain.terms, chain.relations, chain.terms[1:], strict=False):
            turn, sign = SIGNS[relation]
            top, bottom = parameter.split(left - right)
            product = top if bottom.is_constant() else top * bottom
            found.append(Condition(product if turn > 0 else -product, sign))
            for term in (left, right):
                _, divisor = parameter.split(term)
                if not divisor.is_constant():
                    found.append(Condition(divisor, Sign.NONZERO))
    return tuple(found)


def relation_text(parameter: Parameter, condition: Condition) -> str:
    """A condition as a relation of the contract: a linear one solved for the parameter.

    >>> from flint import fmpz_poly
    >>> relation_text(Parameter("delta"), Condition(fmpz_poly([1, -30]), Sign.POSITIVE))
    'delta < 1/30'
    >>> relation_text(Parameter("delta"), Condition(fmpz_poly([2, 0, -1]), Sign.NONNEGATIVE))
    'delta**2 - 2 <= 0'
    """
    polynomial, relation = condition.polynomial, condition.sign.value
    if polynomial.leading_coefficient() < 0:
        polynomial, relation = -polynomial, _TURNED[relation]
    if polynomial.degree() == 1:
        bound = Fraction(-int(polynomial[0]), int(polynomial[1]))
        return f"{parameter.name} {relation} {text_of(bound)}"
    return f"{text_of(parameter.exact(polynomial, parameter.constant(1)))} {relation} 0"


def relation_text_of_several(parameters: Parameters, condition: Condition) -> str:
    """A condition as a relation of the contract: a linear one solved for its first parameter.

    >>> names = Parameters(("delta", "gamma"))
    >>> polynomial, _ = names.split(2 * names.symbol("gamma") - names.symbol("delta"))
    >>> relation_text_of_several(names, Condition(polynomial, Sign.POSITIVE))
    'delta < 2*gamma'
    >>> relation_text_of_several(names, Condition(polynomial**2 - 1, Sign.NONNEGATIVE))
    'delta**2 - 4*delta*gamma + 4*gamma**2 - 1 >= 0'
    """
    polynomial, relation = condition.polynomial, condition.sign.value
    if polynomial.leading_coefficient() < 0:
        polynomial, relation = -polynomial, _TURNED[relation]
    if polynomial.total_degree() == 1:
        first = polynomial.context().from_dict({polynomial.monomial(0): polynomial.coefficient(0)})
        name, rest = (
            parameters.exact(first, polynomial.leading_coefficient() * parameters.constant(1)),
            first - polynomial,
        )
        bound = parameters.exact(rest, polynomial.leading_coefficient() * parameters.constant(1))
        return f"{text_of(name)} {relation} {text_of(bound)}"
    return f"{text_of(parameters.exact(polynomial, parameters.constant(1)))} {relation} 0"
