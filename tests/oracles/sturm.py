"""How many real roots a polynomial has, by Sturm's theorem: the library isolates them by Descartes' rule of signs."""

from __future__ import annotations

from typing import Any

from flint import fmpz_poly


def sign(value: Any) -> int:
    """-1, 0 or 1."""
    return 1 if value > 0 else -1 if value < 0 else 0


def sturm_count(polynomial: Any, low: Any, high: Any) -> int:
    """How many different real roots a squarefree integer polynomial has in (low, high]; ``None`` is infinity."""
    chain = [polynomial, polynomial.derivative()]
    while chain[-1].degree() > 0:
        chain.append(-_remainder(chain[-2], chain[-1]))
    if not chain[-1]:
        chain.pop()
    return _changes(chain, low, left=True) - _changes(chain, high, left=False)


def _remainder(one: Any, two: Any) -> Any:
    """A positive multiple of the remainder of one over two, primitive."""
    steps = one.degree() - two.degree() + 1
    leading = two[two.degree()]
    rest = one * leading ** (steps + steps % 2) % two  # an even power keeps the sign
    content = rest.content()
    return rest if content in (0, 1) else fmpz_poly([c // content for c in rest.coeffs()])


def _changes(chain: list[Any], place: Any, *, left: bool) -> int:
    if place is None:
        signs = [sign(p[p.degree()]) * (-1 if left and p.degree() % 2 else 1) for p in chain]
    else:
        signs = [sign(p(place)) for p in chain]
    seen = [sign for sign in signs if sign]
    return sum(one != two for one, two in zip(seen, seen[1:], strict=False))
