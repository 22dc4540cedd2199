"""The closed JSON document of a two-player game, the registry of kinds, and what their messages say."""

import json
import sys
from collections.abc import Callable
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from guards import without_runaway_work

from stackexact import schema
from stackexact.errors import GameError
from stackexact.games import fields, files, kinds
from stackexact.games.bimatrix import Game
from stackexact.games.json_text import parse, render

Document = dict[str, Any]


def sample() -> Document:
    """The game of contract section 2."""
    return {
        "format": "stackexact/game",
        "version": 1,
        "kind": "bimatrix",
        "name": "misaligned-a",
        "description": "A table.",
        "source": "A paper.",
        "actions": {"leader": ["a1", "a2"], "follower": ["b1", "b2"]},
        "parameters": ["delta"],
        "assumptions": ["0 < delta", "delta < 1/20"],
        "tolerance": "1/20",
        "payoffs": {"leader": [["0.6", "0.2"], ["0.5", "0.4"]], "follower": [["delta", "0"], ["0.6", "0.4"]]},
    }


def loaded(document: Any) -> kinds.Loaded[Any]:
    return kinds.read_document(parse(render(document)))


def test_the_sample_of_the_contract() -> None:
    game, notes = loaded(sample()).game, loaded(sample()).notes
    assert type(game) is Game
    assert notes == ()
    assert game.payoffs.leader == ((Fraction(3, 5), Fraction(1, 5)), (Fraction(1, 2), Fraction(2, 5)))
    assert str(game.payoffs.follower[0][0]) == "delta"
    assert game.payoffs.follower[0][1:] + game.payoffs.follower[1] == (0, Fraction(3, 5), Fraction(2, 5))
    assert (game.actions.leader, game.actions.follower) == (("a1", "a2"), ("b1", "b2"))
    assert game.parameters == ("delta",)
    assert [str(chain) for chain in game.assumptions] == ["0 < delta", "delta < 1/20"]
    assert game.tolerance == Fraction(1, 20)
    assert (game.name, game.description, game.source) == ("misaligned-a", "A table.", "A paper.")


def test_rows_are_leader_actions() -> None:
    document = {**sample(), "payoffs": {"leader": [[1, 2, 3], [4, 5, 6]], "follower": [[7, 8, 9], [0, 1, "delta"]]}}
    del document["actions"]
    game = loaded(document).game
    assert game.shape == (2, 3)
    assert (game.payoffs.leader[1][0], game.payoffs.follower[0][2]) == (4, 9)
    assert (game.actions.leader, game.actions.follower) == (("a1", "a2"), ("b1", "b2", "b3"))


def test_only_the_payoffs_are_needed() -> None:
    document = {key: sample()[key] for key in ("format", "version", "kind")}
    game = loaded({**document, "payoffs": {"leader": [["1"]], "follower": [["2"]]}}).game
    assert game == Game([[1]], [[2]])
    assert (game.name, game.tolerance, game.assumptions, game.parameters) == (None, None, (), ())


def test_json_numbers_count_by_their_text() -> None:
    text = render(sample()).replace('"0.6"', "0.60000000000000000001").replace('"1/20"', "5e-2")
    game = kinds.read_document(parse(text)).game
    assert game.payoffs.leader[0][0] == Fraction(60000000000000000001, 10**20)
    assert game.tolerance == Fraction(1, 20)


@pytest.mark.parametrize("one", ["1", "1.0", "1e0", "10e-1"])
def test_one_is_one_however_it_is_written(one: str) -> None:
    assert kinds.read_document(parse(render(sample()).replace('"version": 1', f'"version": {one}'))).game


def test_one_label_list_is_enough() -> None:
    game = loaded({**sample(), "actions": {"follower": ["L", "R"]}}).game
    assert (game.actions.leader, game.actions.follower) == (("a1", "a2"), ("L", "R"))


def test_unused_parameters_are_noted() -> None:
    got = loaded({**sample(), "parameters": ["beta", "delta", "gamma"], "tolerance": "gamma"})
    assert got.notes == ("parameters: 'beta' is declared but used nowhere; delete it or use it",)
    assert got.game.parameters == ("beta", "delta", "gamma")


def without(key: str) -> Callable[[Document], object]:
    return lambda document: document.pop(key)


def put(*path_and_value: Any) -> Callable[[Document], object]:
    *path, last, value = path_and_value

    def change(document: Any) -> None:
        for key in path:
            document = document[key]
        document[last] = value

    return change


KNOWN = "bimatrix, lq-incentive, markov, recommendation, mechanism"
NUMBER = 'expected a number or an expression, found {}; write text such as "3/5" or a number such as 0.6'
REFUSED: list[tuple[Callable[[Document], object], str]] = [
    (without("format"), 'format: expected this key at the top level, found none; add "format": "stackexact/game"'),
    (without("version"), 'version: expected this key at the top level, found none; add "version": 1'),
    (without("kind"), 'kind: expected this key at the top level, found none; add "kind": "bimatrix"'),
    (without("payoffs"), "payoffs: expected this key, found none; add it"),
    (put("format", "gambit"), "format: expected 'stackexact/game', found the text 'gambit'; correct it"),
    (put("format", None), "format: expected 'stackexact/game', found null; correct it"),
    (
        put("format", "stackexact/solution"),
        "format: expected 'stackexact/game', found the text 'stackexact/solution'; give the file of a game",
    ),
    (put("version", 99), "version: expected the number 1, found the number 99; write the game in that version, or"),
    (put("version", -1), "version: expected the number 1, found the number -1; "),
    (put("version", "1"), "version: expected the number 1, found the text '1'; "),
    (put("version", True), "version: expected the number 1, found true; "),
    (put("kind", "poker"), f"kind: expected one of {KNOWN}, found the text 'poker'; correct it"),
    (put("kind", 1), f"kind: expected one of {KNOWN}, found the text '1'; correct it"),
    (put("kind", ["bimatrix"]), f"kind: expected one of {KNOWN}, found a list; correct it"),
    (put("colour", "red"), "colour: expected one of format, version, kind, payoffs, name, description, source,"),
    (put("paramters", []), "paramters: expected one of format, version, kind, payoffs, name, description, source, "
     "actions, parameters, assumptions, tolerance, found an unknown key; is it 'parameters'?"),
    (put("payoffs", "third", []), "payoffs.third: expected one of leader, follower, found an unknown key; delete it"),
    (put("payoffs", []), "payoffs: expected an object with leader, follower, found a list"),
    (put("payoffs", {"leader": [["1"]]}), "payoffs.follower: expected this key, found none; add it"),
    (put("payoffs", "leader", {}), "payoffs.leader: expected a list of rows, one per leader action, found an object;"),
    (put("payoffs", "leader", 1, "5"), "payoffs.leader[1]: expected a list of payoffs, one per follower action, found"),
    (put("payoffs", "leader", 1, 0, None), "payoffs.leader[1][0]: " + NUMBER.format("null")),
    (put("payoffs", "follower", 0, 1, True), "payoffs.follower[0][1]: " + NUMBER.format("true")),
    (put("payoffs", "follower", 0, 1, ["1"]), "payoffs.follower[0][1]: " + NUMBER.format("a list")),
    (put("payoffs", "leader", 0, 0, "1/0"), "payoffs.leader[0][0]: '1/0' divides by zero"),
    (put("payoffs", "leader", 0, 0, "nan"), "parameters: expected every name in use, found 'nan' undeclared; add it"),
    (put("payoffs", "leader", 1, ["3"]), "payoffs.leader[1]: expected 2 payoffs as in row 0, found 1"),
    (put("payoffs", "leader", []), "payoffs.leader: expected at least one leader action, found an empty table"),
    (put("payoffs", "leader", [[]]), "payoffs.leader[0]: expected at least one follower action, found an empty row"),
    (put("payoffs", "follower", [["1", "2"]]), "payoffs.follower: expected 2x2 as in payoffs.leader, found 1x2"),
    (put("actions", []), "actions: expected an object with leader, follower, found a list"),
    (put("actions", None), "actions: expected an object with leader, follower, found null"),
    (put("actions", "nobody", ["x"]), "actions.nobody: expected one of leader, follower, found an unknown key; delete"),
    (put("actions", "leader", "a1"), "actions.leader: expected a list of labels, found the text 'a1'; write [...]"),
    (put("actions", "leader", 1, 7), "actions.leader[1]: expected text in quotation marks, found the number 7;"),
    (put("actions", "leader", ["a"]), "actions.leader: expected 2 labels as the payoffs have, found 1"),
    (put("actions", "leader", ["a", "a"]), "actions.leader[1]: expected different labels, found 'a' twice"),
    (put("actions", "leader", ["a", " "]), "actions.leader[1]: expected a label, found a blank one; write a name"),
    (put("parameters", "delta"), "parameters: expected a list of names, found the text 'delta'; write [...]"),
    (put("parameters", ["delta", None]), "parameters[1]: expected text in quotation marks, found null; correct it"),
    (put("parameters", ["delta", "delta"]), "parameters[1]: expected different names, found 'delta' twice"),
    (put("parameters", ["delta", "2x"]), "parameters[1]: expected a name (ASCII letters, digits, _), found '2x'"),
    (without("parameters"), "parameters: expected every name in use, found 'delta' undeclared; add it to the list or"),
    (put("assumptions", "0 < delta"), "assumptions: expected a list of relations such as \"0 < delta\", found the"),
    (put("assumptions", 1, 3), "assumptions[1]: expected text in quotation marks, found the number 3; correct it"),
    (put("assumptions", 1, "delta"), "assumptions[1]: expected a relation such as '0 < delta', found 'delta'"),
    (put("assumptions", 0, "0 < eps"), "parameters: expected every name in use, found 'eps' undeclared; add it"),
    (put("tolerance", None), "tolerance: " + NUMBER.format("null")),
    (put("tolerance", "-1"), "tolerance: expected a value of at least 0, found '-1'"),
    (put("name", 5), "name: expected text in quotation marks, found the number 5; correct it"),
    (put("description", None), "description: expected text in quotation marks, found null; correct it"),
    (put("source", ["x"]), "source: expected text in quotation marks, found a list; correct it"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_refused_with_path_expectation_and_remedy(change: Callable[[Document], object], message: str) -> None:
    document = sample()
    assert loaded(document).game
    change(document)
    with pytest.raises(GameError) as caught:
        loaded(document)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("document", ["[]", "5", '"text"', "null", "true"])
def test_other_json_values_are_no_games(document: str) -> None:
    with pytest.raises(GameError, match=r"^expected a JSON object with format, version and kind, found "):
        kinds.read_document(parse(document))


def test_documents_built_in_python() -> None:
    document = {**sample(), "payoffs": {"leader": [[1, "delta"]], "follower": [[0, 2]]}}
    del document["actions"]
    assert kinds.read_document(document).game.shape == (1, 2)
    document["payoffs"]["leader"][0][1] = 0.1
    with pytest.raises(GameError, match=r"^payoffs.leader\[0\]\[1\]: .* float 0\.1, .* write the text '0\.1'$"):
        kinds.read_document(document)


LONG = "1e2000*1e2000*1e2000"


def test_what_is_written_is_read_back() -> None:
    """Inputs within their bounds amount to numbers beyond them, in payoffs, the tolerance and assumptions."""
    game = Game(
        [[LONG, f"-1/({LONG} + 1)", f"({LONG} + 1)/3 + delta"]],
        [["1/(3e2000**60)", "2**64*7e1999", "0"]],
        tolerance=LONG,
        assumptions=[f"0 < delta < {LONG}"],
    )
    assert files.loads(files.dumps(game)) == game


@pytest.mark.parametrize(
    "text",
    [
        "7" * 120_413,
        f"1/{'7' * 120_413}",
        "0" + "7" * 2000,
        "+" + "7" * 2001,
        "7" * 2001 + ".0",
        f"{'2' * 2001}/{'4' * 2001}",
        f"{'7' * 2001}+1",
        f"{'7' * 2001}/0",
        f"{'7' * 2001} ",
        "1+" * 60_000 + "1",
        "(" * 60_000,
        "7" * 3_000_000,
    ],
    ids=lambda text: f"{text[:9]}...{text[-9:]}",
)
def test_other_long_numerals_stay_refused(text: str) -> None:
    """Text that our writer would not write is a user's, whose numerals are bounded."""
    for change in (
        {"payoffs": {"leader": [[text]], "follower": [["0"]]}},
        {"tolerance": text},
        {"assumptions": [f"0 < {text}"]},
    ):
        document = {**sample(), "payoffs": {"leader": [["0"]], "follower": [["0"]]}, **change}
        del document["actions"]
        with without_runaway_work(), pytest.raises(GameError):
            kinds.read_document(parse(json.dumps(document)))


def test_json_numbers_are_what_users_write() -> None:
    """Our writer writes text."""
    text = json.dumps({**sample(), "tolerance": "X"}).replace('"X"', "7" * 2001)
    with pytest.raises(GameError, match="at most 2000 digits"):
        kinds.read_document(parse(text))


def load_toy(document: Document) -> kinds.Loaded[str]:
    """The reader of a kind that exists in this test only."""
    given = fields.closed(document, "", required=("format", "version", "kind", "stages"))
    return kinds.Loaded(fields.text(given["stages"], "stages"))


def test_a_new_kind_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = f"{__name__}:show_toy"
    toy = kinds.Kind("toy", "a toy", "bimatrix.schema.json", f"{__name__}:load_toy", shown, shown)
    monkeypatch.setitem(sys.modules, __name__, SimpleNamespace(load_toy=load_toy))
    monkeypatch.setattr(kinds, "KINDS", (*kinds.KINDS, toy))
    document = {"format": "stackexact/game", "version": 1, "kind": "toy", "stages": "three"}
    assert loaded(document).game == "three"
    assert kinds.kind("toy") is toy
    assert "toy" in schema.names()
    assert schema.load("toy") == schema.load("bimatrix")
    with pytest.raises(GameError, match=f"expected one of {KNOWN}, toy, found the text 'poker'"):
        loaded({**document, "kind": "poker"})
