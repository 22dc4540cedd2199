"""Games with recommendations through ``solve``: which concepts, what is refused, documents and pages."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction
from typing import Any

import pytest
import sympy
from response_games import RECOMMENDATION, STEPS

import stackexact as sx
from stackexact import schema
from stackexact.errors import UsageError
from stackexact.exact.enclosures import Enclosure
from stackexact.games.files import loads

ALWAYS = ["fixed-points", "incentive-compatible", "relaxed"]


def game(**left: object) -> Any:
    """The game of the specification, with parts of it replaced or (``None``) left out."""
    told = {key: value for key, value in {**RECOMMENDATION, **left}.items() if value is not None}
    return loads(json.dumps(told))


def test_default_concepts() -> None:
    """A policy and a belief are looked at where there are some."""
    assert list(sx.solve(game(assumed=None, policy=None))) == ALWAYS
    assert list(sx.solve(game(policy=None))) == ALWAYS
    assert list(sx.solve(game(assumed=None))) == ["response", *ALWAYS]
    assert list(sx.solve(game())) == ["response", *ALWAYS, "misspecification"]


@pytest.mark.parametrize(
    ("left", "name", "message"),
    [
        ({"policy": None}, "response", "concept response: expected a game with a policy"),
        ({"policy": None}, "misspecification", "concept misspecification: expected a game with a policy"),
        ({"assumed": None}, "misspecification", "concept misspecification: expected a game with an assumed behaviour"),
        ({}, "pure-strong", "concept: expected one of response, fixed-points, incentive-compatible"),
    ],
)
def test_concepts_that_do_not_fit(left: dict[str, object], name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sx.solve(game(**left), [name])


def test_parameters_are_refused_in_one_line() -> None:
    """The parameter that is named occurs in the game; numbers for all of them are answered."""
    steps: Any = loads(json.dumps(STEPS))
    with pytest.raises(
        UsageError, match=r"expected a game of kind recommendation with numbers alone, found the parameter eta;"
    ):
        sx.solve(steps)
    with pytest.raises(UsageError, match="found the parameter q"):
        sx.solve(steps.at(tau=1, eta=2))
    solution = sx.solve(steps.at(tau=1, eta=2, q="1/3"))
    assert solution.complete
    assert solution["relaxed"].leader == 2


def test_documents() -> None:
    """Keys are the names of fields; a number is text, or an object with ends and certain digits."""
    results = json.loads(json.dumps(sx.solve(game()).document()))["results"]
    (cell,) = results["response"]["cells"]
    assert cell == {
        "when": [],
        "leader": "2/3",
        "response": {"b1": "2/3", "b2": "1/3"},
        "violation": "1/6",
        "bound": cell["bound"],
        "quantal": {"b1": "4/5", "b2": "1/5"},
        "distances": cell["distances"],
    }
    assert cell["bound"].keys() == {"lower", "upper", "decimal", "closed_form"}
    assert Fraction(cell["bound"]["lower"]) < Fraction(cell["bound"]["upper"])
    assert cell["distances"]["response-quantal"]["closed_form"] == "log(2)"
    (cell,) = results["incentive-compatible"]["cells"]
    assert cell["pure"] == {"a1": "4/5", "a2": "13/20"}
    assert cell["leader"]["decimal"].startswith("0.82828703914217")
    assert results["relaxed"]["cells"][0]["attained"] is False
    assert results["misspecification"]["cells"][0]["factor"] == "1/4"


@pytest.mark.parametrize("told", ["game", "steps", "wide", "nudge-boundary", "followed-face", "wrong-weight"])
def test_documents_have_the_documented_form(told: str) -> None:
    """The schema of solutions describes them, and is closed."""
    jsonschema = pytest.importorskip("jsonschema")
    steps: Any = loads(json.dumps(STEPS))
    wide = sx.RecommendationGame([[0] * 11], weights=[[1] * 11], behaviour={"alpha": "1/2"})
    some: dict[str, Any] = {"game": game(), "steps": steps.at(tau=1, eta=2, q="1/3"), "wide": wide}
    document = sx.solve(some[told] if told in some else sx.instance(told)).document()
    validator = jsonschema.Draft202012Validator(schema.load("solution"))
    assert list(validator.iter_errors(document)) == []
    for result in document["results"].values():
        for cell in result["cells"]:
            cell["more"] = "0"
            assert list(validator.iter_errors(document))
            del cell["more"]


def test_the_same_bytes() -> None:
    assert json.dumps(sx.solve(game()).document()) == json.dumps(sx.solve(game()).document())


def test_pages() -> None:
    """Text, HTML and LaTeX show the table, closed forms with their digits, and digits alone where there is none."""
    solution = sx.solve(game())
    text = str(solution)
    assert "2*log(2) = 1.38629…" in text
    assert "0.828287…" in text
    assert "a1: b1 (4/5), b2 (1/5); leader 4/5" in text
    assert "no (not with recommendations of every action)" in text
    assert all(f"\n{name}:" in text for name in solution)
    html = solution._repr_html_()
    assert "0.828287…" in html
    assert "leader&#x27;s reward, weight exp(r/tau)" in html
    latex = solution._repr_latex_()
    assert r"\begin{tabular}" in latex
    assert r"0.828287\ldots" in latex
    assert "…" not in latex
    assert str(solution["response"].cell).count("log(2)") == 3
    assert "Enclosure" in repr(solution["response"].cell)


def test_log_odds_of_one_are_shown() -> None:
    """A number of a single action is no probability: it is shown, even where it is 1."""
    one = sx.RecommendationGame(
        [[1, 0]],
        [[1, 0]],
        behaviour={"alpha": "1/2", "tau": 1},
        policy={"commitment": {"a1": 1}, "recommendation": {"b1": "1/2", "b2": "1/2"}},
        assumed={"alpha": "1/4"},
    )
    assert "log odds            b1  1\n" in str(sx.solve(one, ["misspecification"]))
    assert "pure            a1  1\n" in str(sx.solve(sx.RecommendationGame([[1]], [[1]], behaviour=one.behaviour)))


def test_many_points_are_cut_off_on_the_screen() -> None:
    wide = sx.RecommendationGame([[1] * 6], weights=[[1] * 6], behaviour={"alpha": "1/2"})
    text = str(sx.solve(wide, ["fixed-points"]))
    assert "… 47 more" in text
    assert text.count("; leader 1") == 16


def test_enclosed_values_have_no_formula() -> None:
    """They stand in cells; asked for as SymPy expressions they are refused, and rational ones are not."""
    solution = sx.solve(game())
    assert solution["response"].leader == sympy.Rational(2, 3)
    assert isinstance(solution["incentive-compatible"].cell.leader, Enclosure)
    with pytest.raises(
        UsageError, match=r"incentive-compatible: expected a value with a formula, found leader enclosed"
    ):
        _ = solution["incentive-compatible"].leader


def test_records_travel() -> None:
    solution = sx.solve(game())
    for result in solution.values():
        assert pickle.loads(pickle.dumps(result)) == result
        hash(result.cell)


def test_certificates() -> None:
    """They have the documented form, which is closed, and are proved."""
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema.load("certificate"))
    certificate = sx.solve(game()).certificate()
    assert certificate.claims == ("response", *ALWAYS, "misspecification")
    document = json.loads(certificate.dumps())
    assert list(validator.iter_errors(document)) == []
    for concept in certificate.claims:
        for place in (
            document["claims"][concept],
            document["proofs"][concept],
            document["proofs"][concept]["cells"][0],
        ):
            place["more"] = "0"
            assert list(validator.iter_errors(document))
            del place["more"]
        proof = document["proofs"].pop(concept)
        assert list(validator.iter_errors(document))
        document["proofs"][concept] = proof


def test_digits() -> None:
    """Enclosures are as narrow as was asked."""
    for digits in (5, 30, 80):
        for cell in (sx.solve(game(), digits=digits)[name].cell for name in ("response", "incentive-compatible")):
            told: Any = cell.bound if hasattr(cell, "bound") else cell.leader
            assert Fraction(1, 10 ** (digits + 5)) < told.upper - told.lower <= Fraction(2, 10**digits)


def test_a_time_limit_leaves_what_is_left_undecided() -> None:
    solution = sx.solve(game(policy=None), time_limit=0)
    assert not solution.complete
    assert all("undecided" in solution.claims[name] for name in ("fixed-points", "incentive-compatible"))
    assert solution["relaxed"].cell.compatible is None
