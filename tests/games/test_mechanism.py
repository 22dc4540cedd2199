"""Games of kind ``mechanism``: what is read, what is refused and where, what stays what it is."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

import stackexact as sx
from stackexact import schema
from stackexact.errors import GameError, LimitReached, StackexactError
from stackexact.games.files import dumps, loads
from stackexact.games.kinds import read_document
from stackexact.mechanisms.linear import Linear, linear
from stackexact.mechanisms.outcomes import Outcomes

BASE: dict[str, Any] = {
    "format": "stackexact/game",
    "version": 1,
    "kind": "mechanism",
    "followers": {
        "A": {"types": {"low": "1/5", "high": "delta"}, "actions": ["0", "1"]},
        "B": {"types": ["s", "t"], "actions": {"s": ["x"], "t": ["x", "y"]}},
        "C": {"actions": ["-"]},
    },
    "prior": {"A": {"low": "4/5", "high": "1/5"}, "B": {"s": "1/2", "t": "1/2"}},
    "purchase": "v >= p",
    "parameters": ["delta"],
    "assumptions": ["0 < delta < 1"],
    "prices": {"p": ["0", "3/2"]},
    "objective": "welfare - first_best + delta*revenue",
    "outcomes": {"none": {}, "gift": {"valuations": {"B": {"s": "1", "t": "2*delta"}}, "payments": {"C": "-p"}}},
    "rules": {
        "one": {
            "0": {"x": {"-": "none"}, "y": {"-": ["none", "gift"]}},
            "1": {
                "x": {"-": {"offers": [{"to": "A", "price": "p/2"}]}},
                "y": {"-": {"valuations": {"A": [[["1"], ["2"]], [["3"], ["A"]]]}, "designer": "1/7"}},
            },
        }
    },
}


def changed(change: Callable[[Any], Any]) -> dict[str, Any]:
    document = copy.deepcopy(BASE)
    change(document)
    return document


def test_fields() -> None:
    game = read_document(copy.deepcopy(BASE)).game
    first, second, third = game.followers
    assert (first.name, first.types, first.values, first.actions) == (
        "A",
        ("low", "high"),
        (Fraction(1, 5), sx.parse("delta")),
        ("0", "1"),
    )
    assert (second.values, second.actions, second.allowed) == (None, ("x", "y"), ((0,), (0, 1)))
    assert (third.types, third.allowed, third.count) == ((), ((0,),), 1)
    assert game.shape == (4, 4)
    assert dict(game.prior.profiles())[0, 1, 0] == Fraction(2, 5)
    assert [len(leaf) for leaf in game.rules[0].leaves] == [1, 2, 1, 1]
    assert not game.is_fixed
    assert not game.is_numeric
    assert game.parameters == ("delta",)


@pytest.mark.parametrize("strip", [False, True])
def test_written_and_read(strip: bool) -> None:
    """As text, as a pickle; with a joint prior too; and the file is what the schema describes."""
    jsonschema = pytest.importorskip("jsonschema")
    document = copy.deepcopy(BASE)
    if strip:
        document["prior"] = [
            {"types": {"A": "low", "B": "s"}, "probability": "delta/2"},
            {"types": {"A": "high", "B": "t"}, "probability": "1 - delta/2"},
        ]
    game = read_document(document).game
    again = loads(dumps(game))
    assert again == game
    assert (again.sha256, again.document()) == (game.sha256, game.document())
    assert pickle.loads(pickle.dumps(game)) == game
    jsonschema.validate(json.loads(dumps(game)), schema.load("mechanism"))
    assert hash(game) == hash(again)


def test_values_are_put_in() -> None:
    game = read_document(copy.deepcopy(BASE)).game
    there = game.at(delta="1/2", p="1/3")
    assert there.is_numeric
    assert not there.prices
    assert there.followers[0].values == (Fraction(1, 5), Fraction(1, 2))
    assert there.outcomes["gift"].payments[2] == Fraction(-1, 3)
    assert there.assumptions == ()
    with pytest.raises(GameError, match="excludes"):
        game.at(delta=2)
    with pytest.raises(GameError, match=r"prices.p: expected a number from 0 to 3/2, found '2'"):
        game.at(p=2)
    with pytest.raises(GameError, match="none of the names of the game"):
        game.at(delta="A/3")


def test_choices_are_made() -> None:
    """What is not chosen stays among the outcomes, so that the first best stays what it is."""
    game = sx.MechanismGame(
        {"A": {"actions": ["x"]}},
        {"r": {"x": [{"valuations": {"A": 1}}, {"valuations": {"A": 5}}]}},
        objective="welfare - first_best",
    )
    for place, value in ((0, -4), (1, 0)):
        fixed = game.with_choices("r", [place])
        assert fixed.is_fixed
        (cell,) = sx.solve(fixed, ["coarse-correlated"])["coarse-correlated"].cells
        assert cell.best.leader == value
    with pytest.raises(GameError, match="one place for each of 1 leaves"):
        game.with_choices("r", [2])
    with pytest.raises(GameError, match="expected one of r"):
        game.with_rule("s")


BAD: list[tuple[Callable[[Any], Any], str]] = [
    (lambda d: d["prior"]["A"].update(low="1/2"), "prior.A: expected probabilities that sum to exactly 1, found a sum"),
    (lambda d: d["prior"]["A"].update(low="6/5", high="-1/5"), "prior.A.low: expected a probability from 0 to 1"),
    (lambda d: d["prior"].update(A={"mid": "1"}), "prior.A.mid: expected one of the types low, high, found 'mid'"),
    (lambda d: d.pop("prior"), "prior: expected the chances of the types of A, found none"),
    (lambda d: d["prior"].pop("B"), "prior.B: expected this key"),
    (lambda d: d.update(prior=[]), "prior: expected probabilities that sum to exactly 1, found a sum of 0"),
    (
        lambda d: d.update(prior=[{"types": {"A": "low", "B": "s"}, "probability": "1/2"}] * 2),
        "prior[1]: expected every profile of types once",
    ),
    (lambda d: d.update(prior=[{"types": {"A": "low"}, "probability": "1"}]), "prior[0].types.B: expected this key"),
    (lambda d: d["followers"]["C"].update(actions=[]), "followers.C.actions: expected at least one of the actions"),
    (lambda d: d["followers"]["B"]["actions"].update(s=[]), "followers.B.actions.s: expected at least one"),
    (lambda d: d["followers"]["B"]["actions"].pop("s"), "followers.B.actions.s: expected this key"),
    (
        lambda d: d["followers"]["C"].update(actions={"t": ["-"]}),
        "followers.C.actions: expected a list of actions",
    ),
    (lambda d: d["followers"]["C"].update(actions=["-", "-"]), "expected different labels"),
    (lambda d: d["followers"]["C"].update(actions=["\x1b"]), "the control character U+001B"),
    (lambda d: d.update(followers={}), "followers: expected at least one"),
    (lambda d: d["prices"].update(p=["1", "0"]), "prices.p: expected the least price before the greatest"),
    (lambda d: d["prices"].update(p=["1"]), "prices.p: expected a list of the least and the greatest"),
    (lambda d: d["prices"].update(p=["0", "delta"]), "prices.p[1]: expected a number"),
    (lambda d: d["prices"].update(A=["0", "1"]), "prices.A: expected another name"),
    (lambda d: d["prices"].update(welfare=["0", "1"]), "prices.welfare: expected another name"),
    (lambda d: d["rules"]["one"]["0"].pop("y"), "rules.one['0'].y: expected what comes out then, found none"),
    (lambda d: d["rules"]["one"]["1"]["y"].pop("-"), "rules.one['1'].y['-']: expected what comes out then"),
    (lambda d: d["rules"]["one"]["0"].update(z={}), "rules.one['0'].z: expected one of x, y, found an unknown key"),
    (
        lambda d: d["rules"]["one"]["0"]["x"].update({"-": "free"}),
        "rules.one['0'].x['-']: expected one of the outc",
    ),
    (lambda d: d["rules"]["one"]["0"]["x"].update({"-": []}), "expected at least one outcome to choose"),
    (
        lambda d: d["rules"]["one"]["0"].update(x="none"),
        "expected an outcome for every action of C (-)",
    ),
    (lambda d: d.update(rules={}), "rules: expected at least one"),
    (lambda d: d.pop("purchase"), "purchase: expected 'v >= p' or 'v > p', for there are offers"),
    (lambda d: d.update(purchase="v < p"), "purchase: expected 'v >= p' or 'v > p', found the text 'v < p'"),
    (lambda d: offer(d).update(to="Z"), "offers[0].to: expected one of A, B, C, found 'Z'"),
    (lambda d: offer(d).update(to="B"), "followers.B.types: expected what the item is worth to each type"),
    (lambda d: offers(d).append(dict(offer(d))), "offers[1].to: expected every follower at most once"),
    (lambda d: offer(d).update(price="A"), "offers[0].price: expected an expression without A"),
    (lambda d: offer(d).update(price="gamma"), "parameters: expected every name in use, found 'gamma' undeclared"),
    (lambda d: d.update(objective="welfare - p"), "objective: expected an expression without p"),
    (lambda d: d.update(objective="0.5.1"), "objective: "),
    (lambda d: d["outcomes"]["gift"].update(designer=[["1"]]), "outcomes.gift.designer: expected 2 entries, as A has"),
    (lambda d: d["outcomes"]["gift"]["payments"].update(A="welfare"), "expected an expression without welfare"),
    (lambda d: d["outcomes"]["gift"]["valuations"].update(C={"s": "1"}), "it has no types"),
    (lambda d: d["outcomes"]["gift"].update(value="1"), "outcomes.gift.value: expected one of"),
    (lambda d: d["followers"]["A"]["types"].update(low="p"), "followers.A.types.low: expected an expression without p"),
    (lambda d: d["followers"].update({"A A": d["followers"]["A"]}), "followers['A A']: expected a name"),
    (lambda d: d.update(parameters=["delta", "p"]), "parameters: expected none of the names"),
    (lambda d: d.update(colour="red"), "colour: expected one of format"),
    (lambda d: d["prior"].update(A={"low": 0.5, "high": "1/2"}), "prior.A.low: "),
]


def offers(document: Any) -> Any:
    return document["rules"]["one"]["1"]["x"]["-"]["offers"]


def offer(document: Any) -> Any:
    return offers(document)[0]


@pytest.mark.parametrize(("change", "said"), BAD)
def test_refused(change: Callable[[Any], Any], said: str) -> None:
    """In one line, with the exact place."""
    with pytest.raises(StackexactError) as caught:
        read_document(changed(change))
    assert said in caught.value.line
    assert "\n" not in str(caught.value)


def test_the_first_best_stays_what_it_is() -> None:
    """Whichever rule is chosen."""
    rules = {"one": {"x": {}}, "two": {"x": {"valuations": {"A": 1}}}}
    game = sx.MechanismGame({"A": {"actions": ["x"]}}, rules, objective="welfare - first_best")
    for fixed in (game.with_rule("one"), game.with_choices("one")):
        (cell,) = sx.solve(fixed, ["coarse-correlated"])["coarse-correlated"].cells
        assert cell.best.leader == -1


def test_numbers_that_are_undefined_are_named() -> None:
    game = sx.MechanismGame(
        {"A": {"types": {"s": 0, "t": 1}, "actions": ["x"]}},
        {"r": {"x": {"payments": {"A": "1/A"}}}},
        prior={"A": {"s": "1/2", "t": "1/2"}},
    )
    with pytest.raises(GameError, match=r"rules.r.x.payments.A: expected a number for all types"):
        sx.solve(game, ["coarse-correlated"])


def test_what_is_not_linear_is_refused() -> None:
    document = changed(lambda d: offer(d).update(price="p**2"))
    game = read_document(document).game.at(delta="1/2")
    with pytest.raises(GameError, match="linear in prices"):
        sx.solve(game, ["optimistic"])
    assert linear(sx.parse("p/2 - 1"), {"p": 0}, "here") == Linear(Fraction(-1), (Fraction(1, 2),))


def test_sizes_are_told() -> None:
    """With exit code 3 and the limit."""
    large = sx.families.message_space(1025, messages=(1, 1))
    with pytest.raises(LimitReached, match=r"at most 1048576 profiles of types, found 1050625"):
        Outcomes(large)
    solution = sx.solve(sx.families.message_space(30), ["no-incentives"])
    assert not solution.complete
    assert "at most 4194304 profiles of strategies, found about 10^18" in solution.notes[0]
    solution = sx.solve(sx.families.message_space(300, messages=(1, 1)), ["pessimistic"])
    assert "ways to come out, by profile of types, found" in solution.notes[0]


def test_objectives_that_are_undefined_are_refused() -> None:
    game = sx.MechanismGame({"A": {"actions": ["x"]}}, {"r": {"x": {}}}, objective="1/welfare")
    with pytest.raises(GameError, match="objective: expected it to be defined"):
        sx.solve(game, ["coarse-correlated"])


def test_shown() -> None:
    """On a terminal, in a notebook and as LaTeX: names, prices, offers, and what is left out."""
    game = read_document(copy.deepcopy(BASE)).game
    text = str(game)
    assert "types low = 1/5, high = delta; actions 0, 1" in text
    assert "0, y, -: none | gift" in text
    assert "offer to A for 1/2*p" in text
    assert "prices: p from 0 to 3/2" in text
    assert "offer to A for" in game._repr_html_()
    assert "tabular" in game._repr_latex_()
    assert "more rules" in str(sx.families.repeated_prisoners_dilemma(3, 1))
    assert repr(game).startswith("<MechanismGame 3 followers, 4 type profiles")
