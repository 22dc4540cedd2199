"""Whether polynomials in several variables have no common factor: shown by their images in one variable."""

from __future__ import annotations

from itertools import chain

from stackexact.certificates.terms import Terms, affordable

PRIME = 2**61 - 1

TRIES = 3
"""How many points are tried. At one of them, unless it was sought out, polynomials without common factor tell."""


def coprime(one: Terms, two: Terms) -> bool:
    """Whether two polynomials are shown to have no common factor, numbers aside.

    A common factor in which a variable occurs, and so does it in both, leaves one in this variable alone if residues
    modulo a prime take the place of the others, unless its leading coefficient vanishes there. It does not where that
    of the first polynomial, which it divides, does not.
    """
    shared = sorted(_places(one) & _places(two))
    affordable(len(shared) * (len(one.coefficients) + len(two.coefficients)) * TRIES)
    return all(any(_apart(one, two, place, turn) for turn in range(TRIES)) for place in shared)


def _places(p: Terms) -> set[int]:
    return {place for powers in p.coefficients for place, power in enumerate(powers) if power}


def _apart(one: Terms, two: Terms, place: int, turn: int) -> bool:
    p, q = _image(one, place, turn), _image(two, place, turn)
    affordable(len(p) * len(q))
    return bool(p[-1]) and len(_divisor(p, _shortened(q))) == 1


def _image(p: Terms, place: int, turn: int) -> list[int]:
    """The residues of the coefficients by the power of one variable, the constant first."""
    made = [0] * (1 + max(powers[place] for powers in p.coefficients if len(powers) > place))
    for powers, value in p.coefficients.items():
        others = chain(enumerate(powers[:place]), enumerate(powers[place + 1 :], place + 1))
        for other, power in others:
            if power:
                value = value * pow(3, power * (other + 1 + 1000 * turn), PRIME) % PRIME
        made[sum(powers[place : place + 1])] += value
    return [value % PRIME for value in made]


def _divisor(p: list[int], q: list[int]) -> list[int]:
    """The greatest common divisor modulo the prime (Euclid)."""
    while q:
        inverse = pow(q[-1], -1, PRIME)
        while len(p) >= len(q):
            factor, shift = p[-1] * inverse % PRIME, len(p) - len(q)
            p = _shortened([*p[:shift], *((a - factor * b) % PRIME for a, b in zip(p[shift:], q, strict=True))])
        p, q = q, p
    return p


def _shortened(p: list[int]) -> list[int]:
    while p and not p[-1]:
        p.pop()
    return p
