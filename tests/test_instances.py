"""The shipped games: each loads, is filed properly, and has the answers that were worked out for it elsewhere."""

from __future__ import annotations

import doctest
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest

import stackexact as sx
from stackexact import instances as shipped
from stackexact import schema
from stackexact.errors import UsageError
from stackexact.exact.relation import parse_assumption

NAMES = shipped.names()
KINDS = {info.name: info.kind for info in shipped.instances()}
ROOT = Path(__file__).parents[1] / "instances"
CASES = [(name, n) for name in NAMES for n in range(len(shipped.expected(name)["cases"]))]


def test_nothing_is_left_out():
    """Every game in the folder is listed once, and there are as many as the project promises."""
    games = [path for path in ROOT.glob("*/*.json") if not path.name.endswith(".expected.json")]
    assert sorted(NAMES) == sorted(path.stem for path in games)
    assert len(NAMES) == len(set(NAMES)) > 60


@pytest.mark.parametrize("name", NAMES)
def test_files_are_complete(name):
    """A game is called like its file, says where it comes from and what it shows; the README has a row for it."""
    game, place = sx.instance(name), shipped.path(name)
    info = next(info for info in shipped.instances() if info.name == name)
    assert (game.name, place.stem, info.publication) == (name, name, place.parent.name)
    assert game.source == info.source
    assert len(info.source) > 20
    assert game.description == info.description
    assert info.description.endswith(".")
    shape = {
        "bimatrix": lambda: f"{game.shape[0]} x {game.shape[1]}",
        "recommendation": lambda: f"{game.shape[0]} x {game.shape[1]}",
        "lq-incentive": lambda: f"{game.followers} followers",
        "markov": lambda: game.size,
        "mechanism": lambda: f"{_followers(game)}, {game.shape[0]} x {game.shape[1]}",
    }[game.kind]()
    assert (game.kind, shape, game.parameters) == (info.kind, info.shape, info.parameters)
    row = f"| `{name}` | {shape.replace(' x ', ' × ')} | {', '.join(game.parameters)} |"
    assert row in (ROOT / "README.md").read_text(encoding="utf-8")
    assert shipped.expected(name)["name"] == name
    assert not game.unused_parameters


def _followers(game) -> str:
    return f"{len(game.followers)} follower{'s' * (len(game.followers) > 1)}"


def test_publications_are_slugs():
    """Author and year, or our own name; every publication has a heading in the README."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for publication in {info.publication for info in shipped.instances()}:
        assert re.fullmatch(r"[a-z]+[0-9]{4}|stackexact", publication)
        assert f"| **`{publication}`** " in readme


@pytest.mark.parametrize("name", NAMES)
def test_schema(name):
    """The files are what the shipped schema describes."""
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(json.loads(shipped.path(name).read_text(encoding="utf-8")), schema.load(KINDS[name]))


def solved(name: str, case: dict) -> sx.Solution:
    """The answers to the concepts that a case speaks of, under its values and its tolerance."""
    game = sx.instance(name)
    if case["tolerance"] is not None:
        game = game.with_tolerance(case["tolerance"])
    return sx.solve(game.at(case["at"]), list(case["results"]), digits=30)


@pytest.mark.parametrize(("name", "n"), CASES, ids=[f"{name}-{n}" for name, n in CASES])
def test_expected_answers(name, n):
    """What is solved is what was expected, to the last digit, and its certificate holds."""
    case = shipped.expected(name)["cases"][n]
    solution = solved(name, case)
    for concept, expected in case["results"].items():
        (cell,) = solution.claims[concept]["cells"]
        if KINDS[name] == "mechanism":  # of equilibria there are many, of values one
            assert within(expected, cell), concept
            continue
        assert same({key: cell[key] for key in expected}, expected), concept
        if KINDS[name] != "bimatrix":  # whose cells tell what there is, and nothing else
            assert same(cell, {"when": [], **expected}), concept
    expected = list(solution)
    certificate = solution.certificate()
    assert list(certificate.claims) == expected
    if expected:
        report = certificate.check()
        assert report, str(report)
        assert [verdict.concept for verdict in report.verdicts] == expected


def within(expected: object, found: object) -> bool:
    """Whether all that was expected stands in an answer, which may tell more."""
    if isinstance(expected, dict):
        return isinstance(found, dict) and all(within(entry, found.get(key)) for key, entry in expected.items())
    return expected == found


def stands(name: str, expected: dict, cell: dict) -> bool:
    """Whether the values that were expected are those of a cell; of mechanisms the values within values."""
    if KINDS[name] == "mechanism":
        return within(expected, cell)
    return {key: cell[key] for key in expected} == expected


def same(found: object, expected: object) -> bool:
    """Whether an answer is what was expected; of irrational numbers decimals are, which enclosures hold."""
    if isinstance(expected, dict) and "near" in expected:
        ends = [found["lower"], found["upper"]] if isinstance(found, dict) else [found]
        return all(abs(Fraction(end) - Fraction(expected["near"])) < Fraction(1, 10**20) for end in ends)
    if isinstance(expected, dict) and "decimal" in expected:
        assert isinstance(found, dict)
        lower, upper, value = (Fraction(text) for text in (found["lower"], found["upper"], expected["decimal"]))
        slack, last = Fraction(1, 10**50), Fraction(1, 10 ** len(found["decimal"].partition(".")[2]))
        held = lower <= value + slack and value - slack <= upper and upper - lower < Fraction(1, 10**25)
        exact = expected.get("closed_form", found.get("closed_form")) == found.get("closed_form")
        return held and exact and abs(value - Fraction(found["decimal"])) < last
    if isinstance(expected, dict):
        return (
            isinstance(found, dict)
            and found.keys() == expected.keys()
            and all(same(found[key], entry) for key, entry in expected.items())
        )
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    return found == expected


@pytest.mark.parametrize("name", [name for name in NAMES if not sx.instance(name).parameters])
def test_games_of_numbers_have_their_defaults_covered(name):
    """The cases of a numeric game answer every concept that solve answers unasked."""
    unasked = set(sx.solve(sx.instance(name))) - {"randomised-bound"}  # which states some bound, no value
    answered = {concept for case in shipped.expected(name)["cases"] for concept in case["results"]}
    assert unasked <= answered


@pytest.mark.parametrize("name", [name for name in NAMES if sx.instance(name).parameters])
def test_games_with_parameters(name):
    """Their closed forms agree with the cases that lie in their domains."""
    answers = shipped.expected(name)
    compared = 0
    for case in answers["cases"]:
        values = {key: Fraction(value) for key, value in case["at"].items()}
        for form in answers["closed_forms"]:
            here = all(parse_assumption(relation).at(values).holds() for relation in form["domain"])
            if not here or not same_tolerance(form, case, values):
                continue
            for concept in form["results"].keys() & case["results"].keys():
                stated = form["results"][concept]
                if KINDS[name] == "bimatrix":
                    stated = {key: stated[key] for key in ("leader", "follower", "constant") if key in stated}
                for key, text in leaves(stated):
                    value = sx.parse(text)
                    value = value.at(values) if isinstance(value, sx.Expression) else value
                    assert value == Fraction(dict(leaves(case["results"][concept]))[key]), (concept, key)
                    compared += 1
    assert compared


def leaves(node: object, path: tuple = ()) -> list[tuple[tuple, str]]:
    """All finite numbers of an answer, by their places."""
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in leaves(value, (*path, key))]
    return [(path, node)] if isinstance(node, str) and not node.endswith("oo") else []


ONE_PARAMETER = [name for name in NAMES if len(sx.instance(name).parameters) == 1]


@pytest.mark.parametrize("name", ONE_PARAMETER)
def test_closed_forms_are_derived(name):
    """On the domain for which a closed form is stated it comes out, as one cell, every concept of it."""
    for form in shipped.expected(name)["closed_forms"]:
        game = sx.instance(name).assuming(*form["domain"])
        if "tolerance" in form:
            game = game.with_tolerance(form["tolerance"])
        solution = sx.solve(game, list(form["results"]))
        for concept, expected in form["results"].items():
            (cell,) = solution.claims[concept]["cells"]
            assert cell["when"] == []
            assert stands(name, expected, cell), concept


@pytest.mark.parametrize("name", ONE_PARAMETER)
def test_closed_forms_at_the_cases(name):
    """At the values of every case the closed form is what was computed there independently."""
    for case in shipped.expected(name)["cases"]:
        game = sx.instance(name)
        if case["tolerance"] is not None:
            game = game.with_tolerance(case["tolerance"])
        solution = sx.solve(game, list(case["results"]))
        for concept, expected in case["results"].items():
            assert stands(name, expected, solution[concept].at(case["at"]).document()), concept


def same_tolerance(form: dict, case: dict, values: dict[str, Fraction]) -> bool:
    """Whether a closed form speaks of the tolerance of a case (or of concepts that need none)."""
    if "tolerance" not in form:
        return True
    bound = sx.parse(form["tolerance"])
    bound = bound.at(values) if isinstance(bound, sx.Expression) else bound
    return case["tolerance"] is not None and bound == Fraction(sx.parse(case["tolerance"]))


def test_an_unknown_name():
    """The error lists names that are close, or says where all of them are."""
    for ask in (sx.instance, shipped.path, shipped.expected):
        with pytest.raises(UsageError, match="is it misaligned-a or "):
            ask("misaligned-aa")
        with pytest.raises(UsageError, match="stackexact instances"):
            ask("?")


def test_examples():
    """The examples of the module run (it is installed under another name than its folder has)."""
    results = doctest.testmod(shipped, optionflags=doctest.ELLIPSIS)
    assert results.attempted > 5
    assert not results.failed
