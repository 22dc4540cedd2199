"""Small games of kinds ``markov`` and ``recommendation``, as JSON documents, that tests share."""

from __future__ import annotations

import copy
from typing import Any

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
