"""The schemas of kinds ``markov`` and ``recommendation`` beside their readers, on good and bad documents."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from forms import complaint, form, mutated
from hypothesis import given, settings
from hypothesis import strategies as st
from response_games import DOCUMENTS, MARKOV, RECOMMENDATION, STAGED, STEPS, WEIGHTED, changed

from stackexact.games import files
from stackexact.games.kinds import KINDS

FORMS = {kind: form(kind) for kind in ("markov", "recommendation")}

BEYOND_FORM = re.compile(
    "(distributions|payoffs|vectors) as in row|expected [0-9]+x[0-9]+ as in|expected [0-9]+ labels as|undeclared"
    "|at character|divides by zero|a label, found|a name of a state, found|sum to exactly 1|from 0 to 1"
    r"|expected one of the (state|action)s |expected the name of a state|no cycle|expected [0-9]+ stages, as"
    "|expected transitions at stage|in all or in none|expected none with weights|quantal responses, found none"
    "|'quantal' with weights|stages times states|features as in the first|features.*expected this key"
    "|expected a number, |expected a value|weight above 0|temperature above 0|expected 0 with best"
)
"""What the readers demand beyond the schemas, as their descriptions say."""

JUNK = [
    None,
    True,
    {},
    [],
    "",
    "x y",
    "é",
    5,
    -1,
    1,
    0,
    "1",
    "p",
    ["a"],
    [["1"]],
    {"leader": 1},
    {"like": "X"},
    {"X": 1},
]


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_both_accept(document: dict[str, Any]) -> None:
    assert complaint(document) is None
    FORMS[document["kind"]].validate(document)
    written = json.loads(files.dumps(files.loads(json.dumps(document))))
    FORMS[document["kind"]].validate(written)


@settings(max_examples=600)
@given(st.sampled_from(list(DOCUMENTS.values())), st.data())
def test_both_refuse_the_same_forms(document: dict[str, Any], data: st.DataObject) -> None:
    schema = FORMS[document["kind"]]
    document = mutated(document, data, JUNK)
    said, valid = complaint(document), schema.is_valid(document)
    assert valid or said, "the reader accepts what the schema refuses"
    assert not valid or said is None or BEYOND_FORM.search(said), f"the schema accepts what is refused: {said}"


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_unknown_keys_are_refused_everywhere(document: dict[str, Any]) -> None:
    """In objects with keys of ours by form, in distributions and tables by state as names that nothing has."""

    def boxes(node: Any, path: str = "") -> list[str]:
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        found = [path] if isinstance(node, dict) else []
        return found + [one for key, value in items for one in boxes(value, f"{path} {key}")]

    free = re.compile(
        r" (states|features|initial)$|transitions \d+ \d+$| policy (commitment|recommendation)$|stages \d+ transi"
    )
    for path in boxes(document):
        there = changed(document, f"{path} colour", {"red": None})
        said = complaint(there)
        assert said is not None, path
        assert "colour" in said, path
        assert not FORMS[document["kind"]].is_valid(there) or free.search(path), path


REFUSED = [
    (MARKOV, "horizon", "2"),
    (MARKOV, "horizon", 1.5),
    (MARKOV, "horizon", 0),
    (MARKOV, "horizon", 10**9),
    (MARKOV, "prescription", 1),
    (MARKOV, "initial", ...),
    (MARKOV, "initial start", -1),
    (MARKOV, "states", []),
    (MARKOV, "states", {}),
    (MARKOV, "states Y actions", {}),
    (MARKOV, "states X payoffs weights", [[1, 1], [1, 1]]),
    (MARKOV, "states X payoffs follower", ...),
    (MARKOV, "states X stages", []),
    (MARKOV, "states X transitions", None),
    (MARKOV, "follower", {"response": "quantal", "ties": "weak", "eta": 1}),
    (MARKOV, "follower", {"response": "rational"}),
    (MARKOV, "follower", {"response": "best", "eta": 1}),
    (MARKOV, "follower discount", 2),
    (MARKOV, "follower eta", 0),
    (MARKOV, "features", {}),
    (MARKOV, "features X", [[[], []], [[], []]]),
    (STAGED, "states shop transitions", [[{"shop": 1}] * 3]),
    (STAGED, "states shop stages", {}),
    (STAGED, "follower ties", "none"),
    (STAGED, "follower discount", 0.5),
    (WEIGHTED, "states s payoffs weights 0 0", 0),
    (WEIGHTED, "states s payoffs weights 0 0", -2),
    (RECOMMENDATION, "follower", {"tau": 1, "alpha": "1/2"}),
    (RECOMMENDATION, "assumed", {"eta": 1}),
    (RECOMMENDATION, "follower alpha", 1),
    (RECOMMENDATION, "policy recommendation", ...),
    (RECOMMENDATION, "policy recommendation b1", 1.5),
    (STEPS, "follower", {"eta": 1}),
    (STEPS, "follower", {"alpha": "1/2"}),
    (STEPS, "follower alpha", "1/2"),
    (STEPS, "assumed tau", 0),
    (STEPS, "assumed", {"tau": 1}),
    (STEPS, "payoffs weights", [[1, 1, 1]]),
]  # fmt: skip


@pytest.mark.parametrize(("document", "path", "value"), REFUSED, ids=[f"{path}-{v}" for _, path, v in REFUSED])
def test_both_refuse(document: dict[str, Any], path: str, value: object) -> None:
    there = changed(document, path, value)
    assert complaint(there)
    assert not FORMS[document["kind"]].is_valid(there)


def test_rows_of_the_table_of_kinds() -> None:
    for document in DOCUMENTS.values():
        row = next(row for row in KINDS if row.name == document["kind"])
        assert row.schema == f"{row.name}.schema.json"
