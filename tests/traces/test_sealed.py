"""Sealed JSON: what is read is what was written; whatever else stands there is refused in one line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.dynamics.files import FORMAT as PLAY
from stackexact.errors import InputError, UsageError
from stackexact.learning.files import FORMAT as RUNS
from stackexact.no_regret.files import FORMAT as FOLLOWERS
from stackexact.traces.metadata import FORMAT as TRACE
from stackexact.traces.sealed import SealedFormat, seal

TOY = SealedFormat("toy/runs", ("one", "two"), "toys", "play again")
FORMATS = (PLAY, RUNS, FOLLOWERS, TRACE, TOY)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES)
def test_what_is_read_is_what_was_written(one: Any, two: Any) -> None:
    content = {"one": one, "two": two}
    text = TOY.render(content)
    assert TOY.parse(text) == TOY.parse(text.encode()) == content
    assert json.loads(text)["sha256"] == seal({"format": "toy/runs", "version": 1, **content})


def test_the_seal_is_that_of_the_canonical_json() -> None:
    """As the contract of traces has it, without our own code."""
    document = {"b": [1, 2.5, "é"], "a": None}
    text = '{"a":null,"b":[1,2.5,"é"]}'
    assert seal(document) == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: str(form.name))
@pytest.mark.parametrize("depth", [300, 500, 700, 900, 10**5])
def test_endless_nesting(form: SealedFormat, depth: int) -> None:
    """Whether JSON's reader, ours or the digest is the first to run out of stack, it is one line."""
    text = form.render(dict.fromkeys(form.keys, 0)).replace(": 0", ": " + "[" * depth + "]" * depth, 1)
    with pytest.raises(InputError, match=r"found a change since|found endless nesting") as caught:
        form.parse(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("form", FORMATS, ids=lambda form: str(form.name))
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"format": "toy"}, "found the text 'toy' as the format"),
        ({"format": None}, "found something else"),
        ({"format": []}, "found a list as the format"),
        ({"version": 2}, "version: expected 1, found the number 2; update stackexact"),
        ({"version": "1.0"}, "version: expected 1, found the text '1.0'; update stackexact"),
        ({"colour": "red"}, "colour: expected one of format, version"),
        ({"sha256": 7}, "found a change since"),
    ],
)
def test_other_documents(form: SealedFormat, change: dict[str, Any], told: str) -> None:
    document = json.loads(form.render(dict.fromkeys(form.keys, 0))) | change
    if "sha256" not in change:
        document["sha256"] = seal({key: value for key, value in document.items() if key != "sha256"})
    with pytest.raises(InputError) as caught:
        form.parse(json.dumps(document))
    assert told in str(caught.value)


def test_endings(tmp_path: Path) -> None:
    content = {"one": 1, "two": [2.5]}
    for name, ending in (("a.json", ".json"), ("a.JSON.gz", ".json.gz"), ("b.json.json.gz", ".json.gz")):
        assert TOY.require_ending(tmp_path / name) == ending
        TOY.write(content, tmp_path / name)
        assert TOY.read(tmp_path / name) == content
    for name in ("a.gz", "json", "a.json.zip"):
        with pytest.raises(UsageError, match=r"expected a file of toys that ends in \.json or \.json\.gz, found"):
            TOY.write(content, tmp_path / name)
