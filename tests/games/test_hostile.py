"""Hostile input is refused quickly, with one short line that names the input, and nothing is executed."""

import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from guards import without_runaway_work
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import InputError
from stackexact.games import files


def game(leader: Any, follower: Any, **more: Any) -> dict[str, Any]:
    head = {"format": "stackexact/game", "version": 1, "kind": "bimatrix"}
    return {**head, "payoffs": {"leader": leader, "follower": follower}, **more}


ETC = game([["0.6", "0.2"], ["0.5", "0.4"]], [["0.4", "0"], ["0.3", "0.2"]], name="etc", tolerance="1/20")

EXPRESSIONS = {
    "code": '__import__("os").system("touch stackexact-owned")',
    "tower": "9**9**9",
    "long tower": "9**9**9**9**9**9**9**9",
    "repeated powers": "((((9**64)**64)**64)**64)**64",
    "exponent": "1e999999999",
    "depth": "(" * 20_000 + "1" + ")" * 20_000,
    "signs": "-" * 19_999 + "1",
    "nan": "nan",
    "inf": "inf",
    "unknown name": "foo",
    "division": "1/0",
    "hidden division": "1/(delta - delta)",
    "attribute": "delta.__class__",
    "lambda": "lambda: 1",
    "empty": "",
    "blank": " ",
    "big exponent": "delta**100000",
    "expanding power": "(delta + a + b + c + d)**64",
    "digits": "7" * 3_000_000,
    "call": "abs(1)",
    "subscript": "delta[0]",
    "bool": "True",
    "string": "'1'",
    "walrus": "(x:=1)",
    "float": "0x1p3",
    "comment": "1 # 2",
    "underscore": "1_000",
    "other digits": "\N{ARABIC-INDIC DIGIT ONE}",
    "fullwidth": "\N{FULLWIDTH DIGIT ONE}",
    "two lines": "1\n\n\nx\x1b[31m",
    "many quotients": "+".join(f"1/(a + {i})" for i in range(900)),
    "more quotients": "+".join(f"1/(a+{i})" for i in range(1600)),
    "quotients of many terms": "+".join(["(a+b+c+d)**10/(a-b+c+2*d)**10"] * 600),
    "quotients of many names": "+".join(["1/((a+1)*(b+1)*(c+1)*(d+1)*(delta+1))**2", "1/((a+2)*(b+2)*(c+2))"] * 300),
    "quotients of long numbers": "+".join(f"a/(10**60+{i})**64" for i in range(800)),
    "long common factors": "+".join([f"1/({'9' * 60}*a+1)**63", f"b/({'9' * 60}*a+1)**63"] * 90),
}


def markov(states: Any, horizon: object = 2, **more: Any) -> dict[str, Any]:
    """A Markov game of states; the first one of them begins."""
    head = {"format": "stackexact/game", "version": 1, "kind": "markov", "horizon": horizon}
    return {**head, "follower": {"response": "best"}, "initial": {next(iter(states)): 1}, "states": states, **more}


def moving(where: Any) -> dict[str, Any]:
    """A state of one outcome that moves on to such a distribution."""
    return {"payoffs": {"leader": [["1"]], "follower": [["1"]]}, "transitions": [[where]]}


DENSE = "+".join(f"1/(a + {i})" for i in range(100))
"""One of these is fine, a table of them is not."""

NAMES = ["delta", "a", "b", "c", "d"]
TEXTS = {
    "not JSON": "{",
    "a list": "[]",
    "empty": "",
    "NUL": "\0",
    "NaN": json.dumps(ETC).replace('"0.6"', "NaN"),
    "Infinity": json.dumps(ETC).replace('"0.6"', "Infinity"),
    "ragged": json.dumps(game([["1", "2"], ["3"]], [["1", "2"], ["3", "4"]])),
    "shapes differ": json.dumps(game([["1", "2"]], [["1"]])),
    "no actions": json.dumps(game([], [])),
    "empty rows": json.dumps(game([[]], [[]])),
    "unknown key": json.dumps({**ETC, "colour": "red"}),
    "other version": json.dumps({**ETC, "version": 99}),
    "huge version": json.dumps(ETC).replace('"version": 1', '"version": 1e999999999'),
    "other kind": json.dumps({**ETC, "kind": "poker"}),
    "double key": json.dumps(ETC).replace('"version": 1', '"version": 1, "version": 1'),
    "double action": json.dumps({**ETC, "actions": {"leader": ["a", "a"], "follower": ["b", "c"]}}),
    "payoff is null": json.dumps(game([[None]], [["1"]])),
    "payoff is true": json.dumps(game([[True]], [["1"]])),
    "deep list": "[" * 100_000,
    "deep object": '{"payoffs":' * 100_000,
    "deep payoff": json.dumps(game([["X"]], [["1"]])).replace('"X"', "[" * 900 + "]" * 900),
    "bad assumption": json.dumps({**ETC, "parameters": ["delta"], "assumptions": ["delta"]}),
    "long number": json.dumps(ETC).replace('"0.6"', "7" * 3_000_000),
    "long exponent": json.dumps(ETC).replace('"0.6"', "1e999999999"),
    "long key": json.dumps({**ETC, "k" * 1_000_000: 1}),
    "escape codes": json.dumps({**ETC, "\x1b[31m\n\n": 1}),
    "many unknown keys": json.dumps({**ETC, **{f"k{i}": i for i in range(100_000)}}),
    "many labels": json.dumps({**ETC, "actions": {"leader": [f"x{i}" for i in range(100_000)]}}),
    "many equal labels": json.dumps({**ETC, "parameters": [f"x{i}" for i in range(50_000)] + ["x1"]}),
    "many quotients": json.dumps(game([[DENSE] * 40] * 40, [["1"] * 40] * 40, parameters=["a"])),
    "many assumptions": json.dumps(game([["a"]], [["1"]], parameters=["a"], assumptions=[f"{DENSE} > 0"] * 400)),
    "endless horizon": json.dumps(markov({"a": moving({"a": 1})}, 10**9)),
    "horizon of digits": json.dumps(markov({"a": moving({"a": 1})}, 7)).replace("7", "7" * 3_000_000),
    "horizon of a power": json.dumps(markov({"a": moving({"a": 1})}, 7)).replace("7", "1e999999999"),
    "long cycle": json.dumps(markov({f"s{i}": {"like": f"s{(i + 1) % 50_000}"} for i in range(50_000)})),
    "many states": json.dumps(markov({f"s{i}": {"like": "s0"} for i in range(200_000)} | {"s0": moving({})}, 9)),
    "many stages": json.dumps(markov({"a": {"stages": [moving({"a": 1})] * 50_000}})),
    "double state": json.dumps(markov({"a": moving({"a": 1}), "b": {"like": "a"}})).replace('"b"', '"a"'),
    "many unknown states": json.dumps(markov({"a": moving({f"s{i}": 0 for i in range(200_000)})})),
    "deep state": json.dumps(markov({"a": moving({"a": "X"})})).replace('"X"', "[" * 900 + "]" * 900),
    "code as a probability": json.dumps(markov({"a": moving({"a": '__import__("os").system("ls")'})})),
    "tower as a probability": json.dumps(markov({"a": moving({"a": "9**9**9"})})),
    "many dense probabilities": json.dumps(
        markov({f"s{i}": moving({"s0": DENSE, "s1": f"1-({DENSE})"}) for i in range(1000)}, parameters=["a"])
    ),
    "long sum of probabilities": json.dumps(
        markov(
            {"a": moving({"a": 1} | {f"s{i}": f"1/(a + {i})" for i in range(900)})}
            | {f"s{i}": moving({"a": 1}) for i in range(900)},
            parameters=["a"],
        )
    ),
    "code as a weight": json.dumps(
        {**game([["1"]], [["1"]]), "kind": "recommendation", "follower": {"tau": 1, "alpha": '__import__("os")'}}
    ),
    "CSV of quotients": ",".join([f"({DENSE}; 1)"] * 60),
    "NFG of sizes": 'NFG 1 R "" { "A" "B" } { 1000000000 1000000000 } 1 2',
    "NFG of quotes": 'NFG 1 R "' + '\\"' * 500_000,
    "NFG of braces": "NFG " + "{" * 1_000_000,
    "NFG of labels": 'NFG 1 R "" { ' + '"A" ' * 100_000 + "} { 1 1 } 1 2",
    "CSV of quotes": '"a,' * 200_000,
    "CSV of doubled quotes": '"",' * 50_000 + '"x',
    "CSV of parentheses": "(," * 200_000,
    "CSV of lines": "1,2\n" * 50_000 + "3",
}


def refusal(data: bytes) -> str:
    """The one line with which the input is refused."""
    with without_runaway_work(), pytest.raises(InputError) as caught:
        files.read("-", stdin=io.BytesIO(data))
    line = str(caught.value)
    assert line.startswith("standard input: ")
    assert line.isprintable()
    assert len(line) < 1000
    return line


@pytest.mark.parametrize("text", EXPRESSIONS.values(), ids=EXPRESSIONS)
@pytest.mark.parametrize("place", ["payoff", "tolerance", "assumption"])
def test_expressions(text: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = game([["1", "0"]], [["0", "1"]], parameters=NAMES)
    if place == "payoff":
        document["payoffs"]["leader"][0][0] = text
    elif place == "tolerance":
        document["tolerance"] = text
    else:
        document["assumptions"] = [f"0 < {text}"]
    line = refusal(json.dumps(document).encode())
    assert any(path in line for path in ("payoffs.leader[0][0]", "tolerance", "assumptions[0]", "parameters"))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts(text: str) -> None:
    refusal(text.encode())


@pytest.mark.parametrize("text", [f"{e};1,0;1" for e in EXPRESSIONS.values() if len(e) < 100_000 and "\n" not in e])
def test_expressions_in_tables(text: str) -> None:
    if text.split(";")[0] in ("foo",):
        assert files.loads(text).parameters == ("foo",)
    else:
        refusal(text.encode())


def test_ordinary_expressions_in_numbers() -> None:
    """The budget of a game does not limit how many modest expressions it has, nor one large one."""
    modest = [[f"(2*delta + {i}/3)/(1 - a) - b**{i % 9}*({j} - c)" for j in range(30)] for i in range(30)]
    large = "+".join(f"{i}*a**{i}*b**{j}" for i in range(1, 36) for j in range(40))
    document = game(modest, [["1"] * 30] * 30, parameters=NAMES, tolerance=large)
    assert files.loads(json.dumps(document)).parameters == tuple(NAMES)


@given(st.binary() | st.text().map(str.encode) | st.text(st.sampled_from('{}[]",:;|() \n\t1/x"NFGR\\')).map(str.encode))
def test_any_bytes_give_a_game_or_one_line(data: bytes) -> None:
    line = "fine"
    try:
        files.read("-", stdin=io.BytesIO(data))
    except InputError as error:
        line = str(error)
    assert line.isprintable()
