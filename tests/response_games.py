"""Small games of kinds ``markov`` and ``recommendation``, as JSON documents, that tests share."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from stackexact.games.markov import MarkovGame

HEAD = {"format": "stackexact/game", "version": 1}

LATER = {"leader": [["1", "1"], ["3/4", "3/4"]], "follower": [[0, 0], [2, 0]]}

MARKOV: dict[str, Any] = {
    **HEAD,
    "kind": "markov",
    "name": "two doors",
    "parameters": ["p"],
    "assumptions": ["0 <= p <= 1"],
    "horizon": 2,
    "actions": {"leader": ["p0", "p1"], "follower": ["x", "y"]},
    "follower": {"response": "quantal", "eta": "1/2", "discount": "1"},
    "prescription": True,
    "initial": {"start": 1},
    "states": {
        "start": {
            "payoffs": {"leader": [[0, 0], [0, 0]], "follower": [[0, 1], [0, "p"]]},
            "transitions": [[{"X": 1}, {"Y": "p", "X": "1 - p"}], [{"X": "1/3", "Y": "2/3"}, {"Y": 1, "X": 0}]],
        },
        "X": {"actions": {"leader": ["up", "down"]}, "payoffs": LATER},
        "Y": {"like": "X"},
    },
    "features": {"start": [[["1", 0], [0, 1]], [[0, 0], [1, 1]]], "X": [[[1, 0], [0, 1]], [[0, 0], ["1/2", 1]]]},
}
"""A follower who looks ahead; the row B3 of the specification with a parameter."""

STAGED: dict[str, Any] = {
    **HEAD,
    "kind": "markov",
    "horizon": 2,
    "follower": {"response": "best", "ties": "weak"},
    "states": {
        "shop": {
            "stages": [
                {"payoffs": {"leader": [[1, 2, 3]], "follower": [[0, 1, 1]]}, "transitions": [[{"shop": 1}] * 3]},
                {"payoffs": {"leader": [[3, 2, 1]], "follower": [[0, 1, 1]]}},
            ]
        }
    },
}
"""One state whose payoffs change with the stage, and a follower who responds best."""

WEIGHTED: dict[str, Any] = {
    **HEAD,
    "kind": "markov",
    "horizon": 1,
    "follower": {"response": "quantal"},
    "states": {"s": {"payoffs": {"leader": [["0", "1"], ["1/2", "0"]], "weights": [[3, 1], [1, 2]]}}},
}
"""The row B1: weights, one shot."""

RECOMMENDATION: dict[str, Any] = {
    **HEAD,
    "kind": "recommendation",
    "actions": {"leader": ["a1", "a2"], "follower": ["b1", "b2"]},
    "payoffs": {"leader": [["1", "0"], ["2", "1/2"]], "weights": [["4", "1"], ["1", "9"]]},
    "follower": {"alpha": "1/2"},
    "policy": {"commitment": {"a1": "1"}, "recommendation": {"b1": "1/2", "b2": "1/2"}},
    "assumed": {"alpha": "1/3"},
}

STEPS: dict[str, Any] = {
    **HEAD,
    "kind": "recommendation",
    "parameters": ["tau", "eta", "q"],
    "assumptions": ["0 < tau", "eta > 0"],
    "payoffs": {"leader": [[1, 0, 2]], "follower": [[3, "q", 1]]},
    "follower": {"tau": "tau", "eta": "eta"},
    "policy": {"commitment": {"a1": 1}, "recommendation": {"b1": "q", "b3": "1 - q"}},
    "assumed": {"eta": "2*eta"},
}

DOCUMENTS = {
    "markov": MARKOV,
    "staged": STAGED,
    "weighted": WEIGHTED,
    "recommendation": RECOMMENDATION,
    "steps": STEPS,
}


def changed(document: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy with another value at a path of keys and indices, separated by blanks; ``...`` deletes what is there."""
    made = copy.deepcopy(document)
    *parents, last = (int(key) if key.isdigit() else key for key in path.split())
    node: Any = made
    for key in parents:
        node = node[key]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return made


@st.composite
def markov_documents(draw: st.DrawFn, parameters: tuple[str, ...] = ("p", "q")) -> dict[str, Any]:
    """Small Markov games of every form, with numbers that may depend on parameters in [0, 1]."""
    names = [f"s{i}" for i in range(draw(st.integers(1, 3)))]
    horizon, weights = draw(st.integers(1, 3)), draw(st.booleans())
    symbols = st.sampled_from(parameters) if parameters else st.just("1/7")
    numbers = st.sampled_from(["0", "1", "-2", "1/3", "0.25", 3]) | symbols | symbols.map(lambda name: f"2*{name} - 1")
    positive = st.sampled_from(["1", "2/3", 5]) | symbols.map(lambda name: f"{name} + 1")
    rows, columns = draw(st.integers(1, 2)), draw(st.integers(1, 3))

    def table(entries: st.SearchStrategy[Any]) -> Any:
        row = st.lists(entries, min_size=columns, max_size=columns)
        return draw(st.lists(row, min_size=rows, max_size=rows))

    @st.composite
    def distributions(draw: st.DrawFn) -> dict[str, Any]:
        parts = draw(st.lists(st.integers(0, 3), min_size=len(names), max_size=len(names)).filter(any))
        made: dict[str, Any] = {one: str(Fraction(part, sum(parts))) for one, part in zip(names, parts, strict=True)}
        if len(names) > 1 and draw(st.booleans()):
            name = draw(symbols)
            made = {names[0]: name, names[-1]: f"1 - {name}"}
        return made

    def stage() -> dict[str, Any]:
        other = {"weights": table(positive)} if weights else {"follower": table(numbers)}
        return {"payoffs": {"leader": table(numbers)} | other, "transitions": table(distributions())}

    states: dict[str, Any] = {}
    for i, one in enumerate(names):
        form = draw(st.sampled_from(["once", "stages", "like"]))
        if form == "like" and i:
            states[one] = {"like": draw(st.sampled_from(names[:i]))}
        else:
            states[one] = {"stages": [stage() for _ in range(horizon)]} if form == "stages" else stage()
    quantal: dict[str, Any] = {"response": "quantal", "discount": draw(st.sampled_from(["0", "1/2", "1", *parameters]))}
    if not weights:
        quantal["eta"] = draw(positive)
    best = {"response": "best"} | draw(st.sampled_from([{}, {"ties": "strong"}, {"ties": "weak"}]))
    return {
        **HEAD,
        "kind": "markov",
        "parameters": list(parameters),
        "horizon": horizon,
        "follower": quantal if weights or draw(st.booleans()) else best,
        "prescription": draw(st.booleans()),
        "initial": draw(distributions()),
        "states": states,
    }


def markov_in_python(document: dict[str, Any], **changes: Any) -> MarkovGame:
    """The game of a document, made by the class's constructor, some of its arguments others."""
    parts = {key: value for key, value in document.items() if key not in ("format", "version", "kind")}
    parts |= changes
    return MarkovGame(parts.pop("states"), **parts)
