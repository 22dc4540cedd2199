"""Assumptions: chains of relations between exact expressions."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st
from strategies import expressions, points

from stackexact.errors import ExpressionError
from stackexact.exact.grammar import parse
from stackexact.exact.relation import Assumption, parse_assumption, text_of

RELATIONS = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}

chains = st.lists(st.tuples(st.sampled_from(sorted(RELATIONS)), expressions(1)), min_size=1, max_size=3)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("0<delta", "0 < delta"),
        ("0 < delta<= 0.05", "0 < delta <= 1/20"),
        ("2*delta + delta == gamma", "3*delta == gamma"),
        ("a != b", "a != b"),
        ("1 > 0 >= -1", "1 > 0 >= -1"),
        (" 1/delta<1 ", "(1)/(delta) < 1"),
    ],
)
def test_chains_print_in_normal_form(text: str, printed: str) -> None:
    """Terms in normal form, one blank around each relation; what is printed reads back."""
    chain = parse_assumption(text)
    assert str(chain) == printed
    assert parse_assumption(printed) == chain


@pytest.mark.parametrize(
    "text", ["", "delta", "delta <", "< 1", "a = b", "a =< b", "a => b", "a < b <", "a <> b", "a < (b"]
)
def test_what_is_no_relation_is_refused(text: str) -> None:
    """A missing side, an unknown relation or a broken term is an ExpressionError."""
    with pytest.raises(ExpressionError):
        parse_assumption(text)


@pytest.mark.parametrize("value", [None, 1, True, ["a < b"]])
def test_only_text_is_read(value: object) -> None:
    """Another type is refused by name, with an example."""
    with pytest.raises(ExpressionError, match="0 < delta"):
        parse_assumption(value)  # type: ignore[arg-type]


def test_length_is_bounded() -> None:
    """A chain is no way round the bounds on expressions."""
    with pytest.raises(ExpressionError, match="20000 characters"):
        parse_assumption("1 < " * 10_000 + "1")


@given(expressions(1), chains, points)
def test_a_chain_holds_where_each_of_its_relations_does(
    first: str, rest: list[tuple[str, str]], point: dict[str, Fraction]
) -> None:
    """At a point a chain is true exactly if every neighbouring pair is in its relation."""
    try:
        chain = parse_assumption(first + "".join(f" {relation} {text}" for relation, text in rest))
        there = chain.at(point)
    except ExpressionError:
        assume(False)
    assert all(isinstance(term, Fraction) for term in there.terms)
    pairs = zip(there.terms, there.relations, there.terms[1:], strict=False)
    assert there.holds() is all(RELATIONS[relation](a, b) for a, relation, b in pairs)
    assert there.parameters == ()
    assert parse_assumption(str(chain)) == chain
    # What is decided before the parameters have values stays so.
    assert chain.holds() in (None, there.holds())


def test_a_chain_is_open_while_a_parameter_is() -> None:
    """Undecided is None; one false link decides, whatever stands beside it."""
    assert parse_assumption("0 < delta").holds() is None
    assert parse_assumption("0 < delta < gamma").at({"delta": Fraction(1)}).holds() is None
    assert parse_assumption("1 < 0 < delta").holds() is False
    assert parse_assumption("delta < 1 < 0").holds() is False
    assert parse_assumption("delta < delta + 1").holds() is True
    assert parse_assumption("delta != delta").holds() is False


def test_an_assumption_knows_its_parameters() -> None:
    """All names that occur, sorted, once."""
    chain = parse_assumption("b < a*b < c + a")
    assert chain.parameters == ("a", "b", "c")
    assert chain == Assumption(chain.terms, ("<", "<"))


def test_the_text_of_any_number() -> None:
    """One normal form for whatever an exact number may be, at any length; what is none is refused."""
    long = Fraction(10**5000 + 1, 3)
    for value in (long, parse("x") * 10**5000, parse("1/(x - 1)") * long):
        assert parse(text_of(value)) == value
    assert [text_of(value) for value in (7, "0.50", sympy.Rational(6, 4), sympy.Symbol("x") / 2)] == [
        "7",
        "1/2",
        "3/2",
        "1/2*x",
    ]
    for wrong in (0.5, None, "1/0", True):
        with pytest.raises(ExpressionError, match=r"expected|divides"):
            text_of(wrong)
    assert repr(parse_assumption("0<x<0.05")) == "Assumption('0 < x < 1/20')"
