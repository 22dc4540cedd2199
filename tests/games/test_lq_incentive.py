"""Games of incentives: what is refused and in which words, and that reader and schema agree."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from forms import form
from guards import without_runaway_work

import stackexact as sx
from stackexact.errors import GameError, InputError, StackexactError, UsageError
from stackexact.games.json_text import parse, render
from stackexact.games.kinds import read_document
from stackexact.games.lq_incentive import IncentiveGame, Information, Variables

Document = dict[str, Any]
SCHEMA = form("lq-incentive")
LEADER, FOLLOWER = "u0**2 + u**2 + (u0 + ubar - 3)**2", "u**2 + (u + u0 - 4)**2"
GAUSSIAN = {"state": "x", "variance": 1, "noise": 1}


def sample() -> Document:
    """A document with every key but those of Gaussian information."""
    return {
        "format": "stackexact/game",
        "version": 1,
        "kind": "lq-incentive",
        "name": "sample",
        "description": "A table.",
        "source": "A paper.",
        "followers": "N",
        "variables": {"leader": ["u0"], "major": ["w"], "follower": ["u"], "mean": ["ubar"]},
        "parameters": ["N", "a"],
        "assumptions": ["N >= 1", "0 < a"],
        "costs": {"leader": "a*u0**2 + u**2 + w**2", "follower": "(u - u0)**2", "major": "(w - u0)**2"},
    }


def informed() -> Document:
    """A document with Gaussian information."""
    head = {key: sample()[key] for key in ("format", "version", "kind")}
    costs = {"leader": "u0**2 + (u - x)**2", "follower": "(u - x + u0)**2"}
    return {**head, "followers": 2, "information": {**GAUSSIAN, "reacts": True}, "costs": costs}


def loaded(document: Any) -> IncentiveGame:
    made: IncentiveGame = read_document(parse(render(document))).game
    return made


def test_what_stands_in_a_document_is_read() -> None:
    game = loaded(sample())
    assert (game.name, game.description, game.source) == ("sample", "A table.", "A paper.")
    assert (game.parameters, str(game.followers)) == (("N", "a"), "N")
    assert game.cost("leader").hessian[0][0] == sx.parse("2*a")
    told = loaded(informed()).information
    assert told is not None
    assert (told.state, told.variance, told.noise, told.reacts) == ("x", 1, 1, True)
    for document in (sample(), informed()):
        game = loaded(document)
        assert loaded(game.document()) == game
        assert loaded(game.document()).sha256 == game.sha256


def test_numbers_count_by_their_text() -> None:
    """0.6 is 3/5, as a number and in text, with all digits of it."""
    document = informed()
    document["information"]["variance"] = 0.6
    document["costs"]["leader"] = "0.6*u0**2 + (u - x)**2"
    game = loaded(document)
    assert game.information is not None
    assert game.information.variance == Fraction(3, 5)
    assert game.cost("leader").hessian[0][0] == Fraction(6, 5)
    text = render(document).replace("0.6,", "0.60000000000000000001,")
    told = read_document(parse(text)).game.information
    assert told.variance == Fraction(60000000000000000001, 10**20)
    assert loaded({**informed(), "followers": 3.0}).followers == 3


QUADRATIC = r"costs\.{}: expected a quadratic cost, found "
FOLLOWERS = "followers: expected a whole number of at least 1, or a parameter, found '{}'; write 6 or 'N'"
CLASH = "{}: expected names of parameters, found the {}; rename one of them"
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"leader": "u0**3"}, QUADRATIC.format("leader") + r"the term 'u0\*\*3'"),
    ({"follower": "u*ubar*u0 + u**2"}, QUADRATIC.format("follower") + r"the term 'u\*u0\*ubar'"),
    ({"follower": "a*u**2*u0"}, QUADRATIC.format("follower") + r"the term 'a\*u\*\*2\*u0'"),
    ({"leader": "u0**2 + 1/u"}, QUADRATIC.format("leader") + "a division by u in .*; remove it"),
    ({"leader": "u0**2/(1 + a*u)"}, QUADRATIC.format("leader") + "a division by u in .*; remove it"),
    ({"major": "w*w*w"}, QUADRATIC.format("major") + r"the term 'w\*\*3'"),
    ({"leader": "u0**2 +"}, "costs.leader: .* found the end at character 8 .*"),
    ({"leader": 0.5}, "costs.leader: .* the float 0.5; write the text .*"),
    ({"followers": 0}, FOLLOWERS.format("0")),
    ({"followers": "3/2"}, FOLLOWERS.format("3/2")),
    ({"followers": -2}, FOLLOWERS.format("-2")),
    ({"followers": "N + M"}, FOLLOWERS.format(r"N \+ M")),
    ({"followers": "N/2"}, FOLLOWERS.format("N/2")),
    ({"followers": "2*N"}, FOLLOWERS.format(r"2\*N")),
    ({"followers": "1/N"}, FOLLOWERS.format("1/N")),
    ({"followers": "N**2"}, FOLLOWERS.format(r"N\*\*2")),
    ({"followers": "u0"}, CLASH.format("followers", "action u0")),
    ({"variables": {"leader": []}}, r"variables\.leader: expected a list of names, found .*"),
    ({"variables": {"leader": "u0"}}, r"variables\.leader: expected a list of names, found 'u0'"),
    ({"variables": {"leader": ["1a"]}}, r"variables\.leader\[0\]: expected a name .*, found '1a'"),
    ({"variables": {"leader": ["u"]}}, "variables: expected different names, found 'u' twice"),
    ({"variables": {"follower": ["u", "v"]}}, r"variables\.mean: .*, found 1 of the mean and 2 of a follower"),
    ({"variables": {"mean": ["a", "b"]}}, r"variables\.mean: .*, found 2 of the mean and 1 of a follower"),
    ({"variables": {"minor": ["v"]}}, "variables: expected the keys leader, major, follower, mean, .*"),
    ({"variables": {"major": ["w"]}}, r"variables\.major: expected names if and only if there is a cost .*"),
    ({"information": GAUSSIAN | {"state": "u"}}, r"information\.state: expected different names, found 'u' twice"),
    ({"information": GAUSSIAN | {"variance": 0}}, r"information\.variance: expected a variance above 0, found '0'"),
    ({"information": GAUSSIAN | {"noise": "-1/2"}}, r"information\.noise: .* of at least 0, found '-1/2'"),
    ({"information": GAUSSIAN | {"mean": 0}}, "information: expected state, variance, noise, reacts, found 'mean'"),
    ({"information": GAUSSIAN, "major": "w**2"}, "information: expected scalar actions and no major follower, .*"),
    ({"assumptions": "u > 0"}, CLASH.format("assumptions", "action u")),
    ({"parameters": ["N", "u"]}, CLASH.format("parameters", "action u")),
    ({"parameters": ["N", "x"], "information": GAUSSIAN}, CLASH.format("parameters", "state x")),
    ({"information": GAUSSIAN | {"variance": "x"}}, CLASH.format(r"information\.variance", "state x")),
    ({"information": GAUSSIAN | {"noise": "2*u"}}, CLASH.format(r"information\.noise", "action u")),
    ({"information": "x"}, r"information: expected state, variance, noise, reacts, found str 'x'; write \{.*\}"),
    ({"information": 7}, r"information: expected state, variance, noise, reacts, found int '7'; write \{.*\}"),
    ({"information": {1: 2}}, "information: expected state, variance, noise, reacts, found '1'"),
    ({"information": GAUSSIAN | {"reacts": "no"}}, r"information\.reacts: expected True or False, found str 'no'"),
    ({"information": GAUSSIAN | {"state": "1x"}}, r"information\.state: expected a name .*, found '1x'"),
    ({"information": GAUSSIAN | {"state": "x" * 101}}, r"information\.state: expected a name .*, found 'x.*'"),
    ({"information": Information("x y", Fraction(1), Fraction(1))}, r"information\.state: .*, found 'x y'"),
    ({"information": Information("x", 0, 1)}, r"information\.variance: expected a variance above 0, found '0'"),
    ({"information": Information("x", 1, 1, 1)}, r"information\.reacts: expected True or False, found int '1'"),
    ({"variables": Variables(leader=("u0", "1x"))}, r"variables\.leader\[1\]: expected a name .*, found '1x'"),
    ({"variables": Variables(leader="u0")}, r"variables\.leader: expected a list of names, found 'u0'"),
    ({"parameters": ["M"], "leader": "a*u0**2"}, ".*undeclared.*|.*declared.*"),
]


@pytest.mark.parametrize(("changes", "message"), REFUSED, ids=[str(n) for n in range(len(REFUSED))])
def test_games_that_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=f"^(?:{message})$") as caught:
        IncentiveGame(**{"leader": LEADER, "follower": FOLLOWER, **changes})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_what_stands_in_dataclasses_is_exact() -> None:
    """Names in a list, variances as text: the same game as from mappings."""
    told = Information("x", "1/2", 1)  # type: ignore[arg-type]
    names = Variables(leader=["u0"])  # type: ignore[arg-type]
    costs = "u0**2 + (u - x)**2", "(u - x + u0)**2"
    game = IncentiveGame(*costs, variables=names, information=told)
    assert game == IncentiveGame(*costs, information={"state": "x", "variance": "1/2", "noise": 1})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"N": "2*M"}, FOLLOWERS.format(r"2\*M")),
        ({"N": "a"}, ""),
        ({"N": "u0"}, CLASH.format("substitution of N", "action u0")),
        ({"a": "u"}, CLASH.format("substitution of a", "action u")),
        ({"a": "3 + x"}, CLASH.format("substitution of a", "state x")),
        ({"X": "x"}, CLASH.format("substitution of X", "state x")),
        ({"X": "1 - b"}, ""),
        ({"N": "3/2"}, FOLLOWERS.format("3/2")),
    ],
)
def test_substituted_games_are_checked_like_others(values: dict[str, object], message: str) -> None:
    """``a*u0*x`` with an action or the state for a would be another cost; at most names change their names."""
    told = {"state": "x", "variance": "X", "noise": 1}
    game = IncentiveGame("u0**2 + (u - x)**2 + a", "(u - x + u0)**2", information=told)
    if message:
        with pytest.raises(GameError, match=f"^(?:{message})$"):
            game.at(values)
        return
    there = game.at(values)
    assert loaded(there.document()) == there
    assert there.parameters == tuple(sorted(there.parameters, key=["N", "X", "a", "b"].index))
    texts = [str(chain) for chain in there.assumptions]
    assert texts == (["a >= 1", "X > 0"] if "N" in values else ["N >= 1", "-b + 1 > 0"])


def test_no_tolerance() -> None:
    with pytest.raises(UsageError) as caught:
        sx.solve(IncentiveGame(LEADER, FOLLOWER), tolerance=1)
    assert str(caught.value) == "tolerance: expected none for a game of kind lq-incentive, found '1'; leave it out"


WITH_STATE = "costs.{}: expected no linear terms with Gaussian information, found {}; remove it"


@pytest.mark.parametrize(
    ("player", "cost", "term"),
    [
        ("leader", "u0**2 + (u - x)**2 + 3*u0", "3*u0"),
        ("leader", "u0**2 + (u - x)**2 - 1/2*ubar", "-1/2*ubar"),
        ("leader", "u0**2 + (u - x - 1)**2", "-2*u"),
        ("follower", "(u - x)**2 + a*u", "a*u"),
        ("follower", "(u - x)**2 + x", "x"),
    ],
)
def test_linear_terms_with_gaussian_information(player: str, cost: str, term: str) -> None:
    """They would move the mean of all actions, which is 0 in linear strategies; the message names the first of them."""
    costs = {"leader": "u0**2 + (u - x)**2", "follower": "(u - x + u0)**2"} | {player: cost}
    with pytest.raises(GameError) as caught:
        IncentiveGame(**costs, followers=3, information=GAUSSIAN)
    assert str(caught.value) == WITH_STATE.format(player, term)
    IncentiveGame(**{name: text.replace("x", "1") for name, text in costs.items()})  # fine without a state


def test_constants_with_gaussian_information_are_paid() -> None:
    costs = "u0**2 + (u - x)**2 + ubar**2", "(u - x + u0)**2"
    for reacts in (False, True):
        told = GAUSSIAN | {"variance": "2/3", "reacts": reacts}
        plain = sx.solve(IncentiveGame(*costs, followers=3, information=told))
        more = sx.solve(IncentiveGame(f"{costs[0]} + 7/2", f"{costs[1]} + 9", followers=3, information=told))
        assert more["team-optimum"].cell.cost == plain["team-optimum"].cell.cost + Fraction(7, 2)
        assert more["mean-field"].cell.team_cost == plain["mean-field"].cell.team_cost + Fraction(7, 2)
        assert more["mean-field"].cell.cost == plain["mean-field"].cell.cost + Fraction(7, 2)
        assert more["mean-field"].cell.gap == plain["mean-field"].cell.gap
        assert more["incentive"].cell == plain["incentive"].cell


@pytest.mark.parametrize(
    ("costs", "place"),
    [
        (("u0**2 - u**2", FOLLOWER), "costs.leader: expected a cost that is strictly convex in all actions"),
        (("u0**2 + ubar**2", FOLLOWER), "costs.leader: expected a cost that is strictly convex in a follower's own"),
        (("u**2", FOLLOWER), "costs.leader: expected a cost that is strictly convex in all actions"),
        (("(u0 - u)**2", FOLLOWER), "costs.leader: expected a cost that is strictly convex in all actions"),
    ],
)
def test_costs_that_are_not_convex(costs: tuple[str, str], place: str) -> None:
    """Said in one line: whose cost, and in what."""
    with pytest.raises(GameError) as caught:
        sx.solve(IncentiveGame(*costs, followers=2), ["team-optimum"])
    assert str(caught.value).startswith(place)
    assert "\n" not in str(caught.value)


def test_followers_who_want_to_run_away() -> None:
    """A concave follower answers nothing in open-loop play."""
    game = IncentiveGame("u0**2 + u**2 + (u0 - 1)**2", "u0*u - u**2", followers=2)
    with pytest.raises(GameError, match=r"^costs.follower: expected a cost that is convex in its own action, found"):
        sx.solve(game, ["mean-field"])


HOSTILE = {
    "depth": "(" * 20_000 + "1" + ")" * 20_000,
    "tower": "9**9**9",
    "digits": "7" * 3_000_000,
    "expanding power": "(u0 + u + ubar + a + b)**64",
    "many quotients": "+".join(f"u0/(a + {i})" for i in range(1600)),
    "code": '__import__("os").system("touch stackexact-owned")',
    "two lines": "1\n\n\nx\x1b[31m",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("place", ["leader", "follower"])
def test_hostile_costs(text: str, place: str) -> None:
    document = copy.deepcopy(sample()) | {"parameters": ["N", "a", "b"]}
    document["costs"][place] = text
    with without_runaway_work(), pytest.raises(InputError) as caught:
        loaded(document)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 500


def test_many_variables_are_read() -> None:
    """Thirty actions of each sort are read; more names than an expression may have are refused in one line."""
    names = {key: [f"{key}{i}" for i in range(30)] for key in ("leader", "follower", "mean")}
    leader = " + ".join(f"{name}**2" for name in (*names["leader"], *names["follower"]))
    follower = " + ".join(f"({a} - {b})**2" for a, b in zip(names["leader"], names["follower"], strict=True))
    with without_runaway_work():
        game = IncentiveGame(leader, follower, followers=3, variables=names)
    assert len(game.cost("leader").variables) == 90
    with without_runaway_work(), pytest.raises(GameError, match="more than 100 parameters") as caught:
        IncentiveGame(" + ".join(f"a{i}*u0**2" for i in range(200)), FOLLOWER)
    assert "\n" not in str(caught.value)


def put(*path_and_value: Any) -> Callable[[Document], None]:
    *path, last, value = path_and_value

    def change(document: Any) -> None:
        for key in path:
            document = document[key]
        document[last] = value

    return change


def without(*path: str) -> Callable[[Document], None]:
    *path_to, last = path

    def change(document: Any) -> None:
        for key in path_to:
            document = document[key]
        del document[last]

    return change


BAD_FORM: list[tuple[Callable[[Document], None], str]] = [
    (without("followers"), "followers: expected this key"),
    (without("costs"), "costs: expected this key"),
    (without("costs", "leader"), "costs.leader: expected this key"),
    (put("costs", "minor", "u"), "costs.minor: "),
    (put("payoffs", {}), "payoffs: "),
    (put("costs", "leader", None), "costs.leader: expected a number or an expression, found null"),
    (put("costs", "leader", ["u0"]), "costs.leader: "),
    (put("costs", "leader", ""), "costs.leader: "),
    (put("costs", "leader", "u0[1]"), "costs.leader: "),
    (put("followers", True), "followers: "),
    (put("variables", ["u0"]), "variables: "),
    (put("variables", "leader", "u0"), "variables.leader: "),
    (put("variables", "leader", ["u 0"]), "variables.leader"),
    (put("variables", "leader", [1]), "variables.leader"),
    (put("variables", "leader", ["u0", "u0"]), "variables"),
    (put("variables", "leader", []), "variables.leader: "),
    (put("variables", "minor", ["v"]), "variables.minor: "),
    (put("information", "x"), "information: "),
    (put("information", {"state": "x"}), "information.variance: "),
    (put("information", GAUSSIAN | {"reacts": "yes"}), "information.reacts: expected true or false"),
    (put("information", GAUSSIAN | {"state": 1}), "information.state: "),
    (put("information", GAUSSIAN | {"mean": 1}), "information.mean: "),
    (put("parameters", "N"), "parameters: "),
    (put("parameters", ["N", "N"]), "parameters"),
    (put("assumptions", ["N"]), "assumptions"),
    (put("name", 1), "name: "),
    (put("version", 2), "version: "),
]


@pytest.mark.parametrize(("change", "message"), BAD_FORM, ids=[str(n) for n in range(len(BAD_FORM))])
def test_reader_and_schema_refuse_a_form(change: Callable[[Document], None], message: str) -> None:
    document = sample()
    change(document)
    with pytest.raises(GameError) as caught:
        loaded(document)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)
    assert not SCHEMA.is_valid(json.loads(render(document)))


GOOD: list[Callable[[Document], None]] = [
    put("followers", 3),
    put("followers", 2.0),
    put("followers", "3"),
    put("costs", "leader", "(a*u0 + u)**2 + 0.25*w**2 + u**2"),
    put("parameters", ["a", "N", "unused"]),
    put("assumptions", ["1 <= N < 100", "a != 0"]),
    without("variables", "leader"),
    without("variables", "mean"),
    without("name"),
    without("assumptions"),
]


@pytest.mark.parametrize("change", GOOD, ids=[str(n) for n in range(len(GOOD))])
def test_reader_and_schema_accept_a_form(change: Callable[[Document], None]) -> None:
    document = sample()
    change(document)
    assert SCHEMA.is_valid(json.loads(render(document)))
    assert loaded(document).kind == "lq-incentive"


@pytest.mark.parametrize("noise", [0, 0.5, "1/3", "W"])
def test_reader_and_schema_accept_information(noise: object) -> None:
    document = informed() | {"parameters": ["W"] if noise == "W" else []}
    document["information"]["noise"] = noise
    assert SCHEMA.is_valid(json.loads(render(document)))
    told = loaded(document).information
    assert told is not None
    assert str(told.noise) == {0: "0", 0.5: "1/2"}.get(noise, noise)


def test_beyond_the_form_the_reader_alone_knows() -> None:
    """What the schema's description leaves to the reader."""
    for change in (
        put("costs", "leader", "u0**3"),
        put("costs", "leader", "z*u0**2"),
        put("costs", "leader", "u0 +"),
        put("variables", "leader", ["u"]),
        put("followers", 0),
    ):
        document = sample()
        change(document)
        assert SCHEMA.is_valid(document)
        with pytest.raises(StackexactError):
            loaded(document)
