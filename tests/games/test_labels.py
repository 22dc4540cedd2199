"""What an action may be called: the same through every way in, and harmless on every way out."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from forms import form
from hypothesis import example, given
from hypothesis import strategies as st

import stackexact as sx
from stackexact.errors import InputError
from stackexact.games import files, latex
from stackexact.games.screen import wide

SCHEMA = form()
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"
LABELS = [
    "haut\N{NO-BREAK SPACE}droite",
    FAMILY,
    "می\N{ZERO WIDTH NON-JOINER}خواهم",
    "co\N{SOFT HYPHEN}operate",
    "行動",
]


def document(label: str) -> dict[str, Any]:
    game = sx.Game([[1, 0], [0, 2]], [[1, 0], [0, 1]], actions={"leader": ["other", "x"]}).document()
    game["actions"]["leader"][1] = label
    return game


@pytest.mark.parametrize("label", LABELS)
def test_labels_of_many_scripts(label: str) -> None:
    """They come in from JSON, CSV, .nfg and Python, travel into a certificate, and its checker reads them."""
    game = files.loads(json.dumps(document(label)))
    assert game.actions.leader == ("other", label)
    assert sx.Game([[1], [0]], [[1], [0]], actions={"leader": ["other", label]}).actions.leader[1] == label
    assert files.loads(f",b1,b2\nother,1;1,0;0\n{label},0;0,2;1\n").actions.leader == ("other", label)
    nfg = next(row for row in files.FORMATS if row.name == "nfg")
    assert nfg.write is not None
    assert files.loads(nfg.write(game)).actions.leader == ("other", label)
    solution = sx.solve(game)
    assert label in solution["pure-strong"].cell.commitment
    assert sx.check(json.loads(solution.certificate().dumps())).true


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=6))
@example("\u2028")
@example("a\u2029b")
@example("\x85")
@example("\u200b")
def test_reader_schema_checker_agree(label: str) -> None:
    """The rule in one sentence: neither blank nor with control characters."""
    fit = bool(label.strip()) and not any(unicodedata.category(char) == "Cc" for char in label) and label != "other"
    assert SCHEMA.is_valid(document(label)) == fit
    if not fit:
        with pytest.raises(InputError, match=r"^actions\.leader") as caught:
            files.loads(json.dumps(document(label)))
        assert str(caught.value).isprintable()
        return
    game = files.loads(json.dumps(document(label)))
    solution = sx.solve(game, ["pure-strong"])
    certificate = json.loads(solution.certificate().dumps())
    assert sx.check(certificate).true
    for page in (str(game), str(solution), solution._repr_html_(), solution._repr_latex_()):
        assert all(line.isprintable() for line in page.split("\n"))
    assert all(wide(line) <= 80 for line in str(solution).split("\n"))
    assert label in latex.game_table(game) or latex.escaped(label) != label


def test_what_is_refused_is_named() -> None:
    """The character and the remedy, not only that something is wrong."""
    for label, said in (
        ("up\x07", "expected a label, found the control character U+0007 in 'up\\x07'; delete it"),
        ("up\ud800", "expected a label, found the half character U+D800 in 'up\\ud800'; delete it"),
        ("\u3000", "expected a label, found a blank one; write a name"),
        (5, "expected text as a label, found int"),
    ):
        with pytest.raises(InputError) as caught:
            sx.Game([[1]], [[1]], actions={"leader": [label]})  # type: ignore[list-item]  # one of them is no text
        assert str(caught.value) == f"actions.leader[0]: {said}"
    certificate = json.loads(sx.solve(sx.Game([[1]], [[1]])).certificate().dumps())
    for label in ("up\x07", "\ud800", "\u3000"):
        certificate["game"]["actions"]["leader"] = [label]
        report = sx.check(certificate)
        assert not report
        assert "expected a label without control characters" in str(report)
