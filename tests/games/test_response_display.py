"""Markov games and games with recommendations for people: everything is there, or said to be missing."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from response_games import DOCUMENTS, MARKOV, RECOMMENDATION, STAGED, changed

import stackexact as sx
from stackexact.games.files import loads
from stackexact.games.kinds import KINDS, kind
from stackexact.games.markov_display import text
from stackexact.games.screen import wide
from stackexact.instances import _shape


def game(document: dict[str, Any]) -> Any:
    return loads(json.dumps(document))


class Tags(HTMLParser):
    """The texts of a page; tags must match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_of_a_markov_game() -> None:
    """Tables, where outcomes lead, states that are alike, and all facts."""
    lines = str(game(MARKOV)).splitlines()
    assert lines[:6] == [
        "two doors: 3 states, H = 2",
        "parameters: p",
        "assumptions: 0 <= p <= 1",
        "follower: quantal response, eta = 1/2, discount = 1",
        "leader: her policy may depend on the follower's action",
        "first state: start",
    ]
    start = lines.index("start")
    assert [line.split() for line in lines[start + 1 : start + 4]] == [
        ["x", "y"],
        ["p0", "0,", "0", "0,", "1"],
        ["p1", "0,", "0", "0,", "p"],
    ]
    assert "  p1, x: then X (1/3), Y (2/3)" in lines
    assert "  p1, y: then Y" in lines
    assert "Y: like X" in lines
    assert "leader's reward, follower's reward" in lines


def test_stages_and_ties() -> None:
    page = str(game(STAGED))
    assert "follower: best response, myopic, ties against the leader" in page
    assert page.index("shop, stage 1") < page.index("then shop") < page.index("shop, stage 2")
    strong = str(game(changed(changed(STAGED, "follower ties", "strong"), "prescription", False)))
    assert "ties for the leader" in strong
    assert "her policy does not depend on the follower's action" in strong


def test_a_page_of_a_recommendation_game() -> None:
    page = str(game(RECOMMENDATION))
    for line in (
        "follower: weight of the recommendation alpha = 1/2",
        "assumed by the leader: weight of the recommendation alpha = 1/3",
        "commitment: a1 (1)",
        "recommendation: b1 (1/2), b2 (1/2)",
        "leader's reward, weight exp(r/tau)",
    ):
        assert line in page.splitlines()
    assert ["a2", "2,", "1", "1/2,", "9"] in [line.split() for line in page.splitlines()]


def many(states: int, outcomes: int = 1) -> dict[str, Any]:
    """Each state pays its number and leads on to all of them."""
    names = [f"s{i}" for i in range(states)]
    spread = dict.fromkeys(names, f"1/{states}")
    moves = [[spread, *[{"s0": 1}] * (outcomes - 1)]] * outcomes
    return changed(MARKOV, "initial", {"s0": 1}) | {
        "parameters": [],
        "assumptions": [],
        "actions": {},
        "features": {one: [[[1]] * outcomes] * outcomes for one in names},
        "states": {
            one: {
                "payoffs": {"leader": [[i] * outcomes] * outcomes, "follower": [[0] * outcomes] * outcomes},
                "transitions": moves,
            }
            for i, one in enumerate(names)
        },
    }


@pytest.mark.parametrize("width", [60, 80, 200])
def test_many_states_are_summarised(width: int) -> None:
    """A page of a hundred states is not longer than one of seven; with ``full`` nothing is missing."""
    large = game(many(100))
    page = text(large, width=width)
    assert len(page.splitlines()) < 45
    assert max(map(wide, page.splitlines())) <= width
    assert "shown: 6 of 100 tables" in page
    assert "(100 states)" in page
    assert "document() holds everything" in page
    full = text(large, full=True)
    assert all(f"\ns{i}\n" in full for i in range(100))
    assert "shown" not in full
    assert "shown: 6 of 100 tables" in large._repr_html_()
    assert "shown: 6 of 100 tables" in large._repr_latex_()
    whole = kind("markov").tex(large)
    assert all(f"% s{i}\n" in whole for i in range(100))


def test_many_outcomes_are_summarised() -> None:
    page = text(game(many(2, 5)))
    assert "shown: 12 of 25 outcomes" in page
    assert text(game(many(2, 5)), full=True).count(": then ") == 50


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_html_is_well_formed_and_escaped(document: dict[str, Any]) -> None:
    ugly = {**document, "name": "<b>&\x1b[31m", "description": "a < b"}
    tags = Tags(game(ugly)._repr_html_())
    assert any("<b>&" in one for one in tags.texts)
    assert "a < b" in tags.texts
    assert not any("\x1b" in one for one in tags.texts)
    assert "\x1b" not in str(game(ugly))


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)
def test_latex_is_written_to_files(document: dict[str, Any], tmp_path: Path) -> None:
    """As many cells as the game has outcomes, braces closed."""
    one = game(document)
    sx.write(tmp_path / "game.tex", one)
    written = (tmp_path / "game.tex").read_text()
    assert written.count("{") == written.count("}")
    assert written.count(r"\begin{tabular}") == written.count(r"\end{tabular}") > 0
    payoffs = [line for line in written.splitlines() if " & $" in line or r" & \shortstack" in line]
    own = one.stages_of(0)[0].leader if one.kind == "markov" else one.leader
    assert payoffs[0].count(r",\,") == len(own[0])
    sx.write(tmp_path / "game.json", one)
    assert sx.read(tmp_path / "game.json") == one


def test_labels_are_escaped_in_latex() -> None:
    document = changed(RECOMMENDATION, "actions leader", ["50%", "a_2"])
    document = changed(document, "policy", ...)
    assert r"50\% &" in game(document)._repr_latex_()


def test_nfg_and_strategic_options_are_refused(tmp_path: Path) -> None:
    for document in (MARKOV, RECOMMENDATION):
        with pytest.raises(sx.StackexactError, match=rf"of the kind bimatrix, found the kind {document['kind']}"):
            sx.write(tmp_path / "game.nfg", game(document))


def test_every_kind_is_shown_by_the_table_of_kinds() -> None:
    games = [*map(game, DOCUMENTS.values()), sx.instance("maintain"), sx.instance("many-followers"), sx.instance("pi")]
    assert {one.kind for one in games} == {row.name for row in KINDS}
    for one in games:
        assert kind(one.kind).text(one, colour=False, width=80, hint="") == str(one)
        assert "\\begin{" in kind(one.kind).tex(one)


def test_shapes_in_the_list_of_instances() -> None:
    shapes = {name: _shape(document) for name, document in DOCUMENTS.items()}
    assert shapes == {
        "markov": "3 states, H = 2",
        "staged": "1 state, H = 2",
        "weighted": "1 state, H = 1",
        "recommendation": "2 x 2",
        "steps": "1 x 3",
    }


def test_kinds_without_concepts_are_refused_in_one_line() -> None:
    with pytest.raises(sx.StackexactError, match=r"expected one of a kind that has concepts .*, found the kind poker"):
        sx.solve(SimpleNamespace(kind="poker"))  # type: ignore[arg-type]
