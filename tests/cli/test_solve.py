"""``stackexact solve``: what it prints, in every form, under every option."""

from __future__ import annotations

import json
import re
from decimal import Context, Decimal
from fractions import Fraction
from pathlib import Path

import pytest

import stackexact as sx
from stackexact import schema
from stackexact.games.files import loads
from stackexact.solving.display import text

CONITZER = ("solve", "conitzer-sandholm")


def values(page: str, concept: str) -> dict[str, str]:
    """The labelled values of one concept on a page of text."""
    block = page.split(f"\n{concept}: ")[1].split("\n\n")[0].splitlines()[1:]
    found: dict[str, str] = {}
    for line in block:
        label, value = line[:16].strip(), line[16:].strip()
        found[label or list(found)[-1]] = value if label else f"{found[list(found)[-1]]}; {value}"
    return found


def test_page(run):
    """The page of the documentation: table with best responses and outcomes, then exact values with decimals."""
    outcome = run("solve", "misaligned-b", "--at", "delta=1/33", "--concept", "mixed-strong", "--digits", "3")
    assert outcome == (
        0,
        "misaligned-b: 2 x 2\n"
        "at delta = 1/33\n"
        "The companion of misaligned-a: the follower now prefers b2 at a1, and the two\n"
        "games look alike to players that see noise.\n"
        "tolerance: 1/20\n"
        "\n"
        "    b1           b2\n"
        "a1  3/5, 1/33 m  1/5, 2/33*\n"
        "a2  1/2, 3/5* m  2/5, 2/5\n"
        "\n"
        "leader's payoff, follower's payoff; * best response\n"
        "m outcome of mixed-strong\n"
        "\n"
        "mixed-strong: Stackelberg, mixed commitment, ties for the leader\n"
        "  leader        223/380 ≈ 0.587\n"
        "  follower      2/19 ≈ 0.105\n"
        "  commitment    a1  33/38 ≈ 0.868\n"
        "                a2  5/38 ≈ 0.132\n"
        "  response      b1\n",
        "",
    )


def test_every_default_concept(run):
    """Without --concept every concept that fits, in the order of the contract, with the values of the library."""
    page = run(*CONITZER, "--tolerance", "1").out
    names = ["pure-strong", "pure-weak", "mixed-strong", "mixed-weak", "tolerant", "alignment"]
    assert [line.split(":")[0] for line in page.splitlines() if line.split(":")[0] in names] == names
    strong = values(page, "mixed-strong")
    assert strong["leader"] == "7/2 = 3.5"
    assert strong["commitment"] == "top     1/2 = 0.5; bottom  1/2 = 0.5"
    assert values(page, "mixed-weak")["attained"].startswith("no")
    assert values(page, "tolerant")["tolerance"] == "1"
    assert values(page, "alignment")["same ranking"] == "no"


def test_json_is_the_solution(run):
    """--json prints one object: the document of the library, valid under the schema."""
    outcome = run(*CONITZER, "--json", "--tolerance", "1")
    document = json.loads(outcome.out)
    assert (outcome.code, outcome.err) == (0, "")
    assert document == sx.solve(sx.instance("conitzer-sandholm"), tolerance="1").document()
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(document, schema.load("solution"))


@pytest.mark.parametrize("names", [["pure-strong", "alignment"], ["correlated"], ["tolerant", "self-tolerant"]])
def test_concepts_by_name(run, names):
    """--concept limits the results to those named, in the order of the contract whatever that of the options."""
    options = [part for name in reversed(names) for part in ("--concept", name)]
    assert list(json.loads(run(*CONITZER, "--tolerance", "1", "--json", *options).out)["results"]) == names


def test_standard_input_and_file_agree(run, tmp_path):
    """A game is the same by name, as a file in each format, and on standard input."""
    expected = json.loads(run(*CONITZER, "--json", "--concept", "mixed-strong").out)["results"]
    game = sx.instance("conitzer-sandholm")
    for suffix in ("json", "nfg"):
        place = tmp_path / f"game.{suffix}"
        sx.write(place, game)
        for arguments, stdin in (((place,), ""), (("-",), place.read_text(encoding="utf-8"))):
            outcome = run("solve", *arguments, "--json", "--concept", "mixed-strong", stdin=stdin)
            assert json.loads(outcome.out)["results"] == expected


def test_an_existing_file_wins_over_a_shipped_name(run, tmp_path):
    """A file called like a shipped game is the file."""
    (tmp_path / "bagwell").write_text('NFG 1 R "mine" { "L" "F" } { 1 1 } 1 2', encoding="utf-8")
    assert json.loads(run("solve", "bagwell", "--json").out)["game"]["name"] == "mine"
    (tmp_path / "escape").mkdir()
    assert json.loads(run("solve", "escape", "--json").out)["game"]["name"] == "escape"


def test_tolerance(run):
    """--tolerance stands in for the game's own, and brings the concepts that need one."""
    results = json.loads(run("solve", "misaligned-a-fixed", "--tolerance", "1/10", "--json").out)["results"]
    assert results["tolerant"]["tolerance"] == "1/10"
    assert "tolerant left out" in run(*CONITZER).out
    line = run(*CONITZER, "--concept", "tolerant").refused()
    assert "--tolerance 1/20" in line


def test_at_and_assume(run):
    """--at substitutes exactly, and --assume adds a relation that the values must meet."""
    given = run("solve", "misaligned-a", "--at", "delta=0.01", "--json")
    fixed = run("solve", "misaligned-a-fixed", "--json")
    assert json.loads(given.out)["results"] == json.loads(fixed.out)["results"]
    two = ("solve", "misaligned-a-gamma", "--at", "delta=1/100", "--at", "gamma = 1/20", "--concept", "tolerant")
    assert run(*two, "--assume", "delta < gamma").code == 0
    assert "gamma < delta excludes" in run(*two, "--assume", "gamma < delta").refused()
    page = run(*two).out
    assert "at delta = 1/100, gamma = 1/20\n" in page


def test_a_closed_form_in_several_parameters(run):
    """The tolerance is the second parameter: the benchmark drops where it reaches delta."""
    results = json.loads(run("solve", "misaligned-a-gamma", "--json").out)["results"]
    assert [(cell["when"], cell["leader"], cell["follower"]) for cell in results["tolerant"]["cells"]] == [
        (["delta <= gamma"], "delta + 1/2", "delta"),
        (["delta > gamma"], "3/5", "delta"),
    ]


def test_a_closed_form(run):
    """One parameter: every concept as a function of it, with the relations under which each cell holds."""
    cells = json.loads(run("solve", "boundary-jump", "--json").out)["results"]["pure-strong"]["cells"]
    assert [(cell["when"], cell["leader"]) for cell in cells] == [
        (["t < 0"], "2"),
        (["t == 0"], "5"),
        (["t > 0"], "1"),
    ]
    assert "when t == 0:\n  leader        5" in run("solve", "boundary-jump").out


def test_a_limit_of_cells(run):
    """What is left is undecided, and the exit code says so; what was found is printed."""
    outcome = run("solve", "boundary-jump", "--concept", "pure-strong", "--max-cells", "2", "--json")
    result = json.loads(outcome.out)["results"]["pure-strong"]
    parts = [cell["when"] for cell in (*result["cells"], *result["undecided"])]
    assert (outcome.code, len(result["cells"])) == (3, 2)
    assert sorted(parts) == [["t < 0"], ["t == 0"], ["t > 0"]]


def test_leader(run):
    """--leader 2 turns the game round."""
    turned = json.loads(run("solve", "bagwell", "--leader", "2", "--json", "--concept", "pure-strong").out)
    game = sx.instance("bagwell").with_leader(2)
    assert turned == sx.solve(game, ["pure-strong"]).document()
    assert "player 2 leads" in run("solve", "bagwell", "--leader", "2").out


def test_follower(run, tmp_path):
    """--follower adds the second CSV table; CSV has no pure answer without it."""
    (tmp_path / "u1.csv").write_text("3/5,1/5\n1/2,2/5\n", encoding="utf-8")
    (tmp_path / "u2.csv").write_text("1/100,0\n3/5,2/5\n", encoding="utf-8")
    pair = run("solve", "u1.csv", "--follower", "u2.csv", "--tolerance", "1/20", "--json")
    fixed = run("solve", "misaligned-a-fixed", "--json")
    assert json.loads(pair.out)["results"] == json.loads(fixed.out)["results"]
    piped = run("solve", "-", "--follower", "u2.csv", "--json", "--concept", "alignment", stdin="3/5,1/5\n1/2,2/5\n")
    assert json.loads(piped.out)["results"]["alignment"] == json.loads(fixed.out)["results"]["alignment"]


@pytest.mark.parametrize("digits", [1, 2, 7, 40])
def test_digits(run, digits):
    """Every decimal is the exact value correctly rounded to so many significant digits; = and ≈ tell which."""
    page = run("solve", "near-tie", "--concept", "mixed-strong", "--concept", "alignment", "--digits", digits).out
    page += run("solve", "misaligned-b", "--at", "delta=1/33", "--digits", digits).out
    seen = set()
    for line in page.splitlines():
        match = re.fullmatch(r"  .*? ([0-9]+)(?:/([0-9]+))? ([=≈]) ([-0-9.e]+)", line)
        if match is None:
            continue
        top, bottom, sign, decimal = match.groups()
        value = Fraction(int(top), int(bottom or 1))
        rounded = Context(prec=digits).divide(Decimal(value.numerator), Decimal(value.denominator))
        assert Decimal(decimal) == rounded, line
        assert (Fraction(rounded) == value) == (sign == "="), line
        seen.add(sign)
    assert seen == {"=", "≈"}


def test_no_decimals(run):
    """--digits 0 leaves them out."""
    page = run(*CONITZER, "--digits", "0").out
    assert "7/2\n" in page
    assert "= 3.5" not in page


def test_output_holds_everything(run, tmp_path):
    """--output takes the page in full, or JSON or LaTeX by the name of the file, and leaves standard output empty."""
    for name, start in (("page.txt", "beyond-float: 2 x 2"), ("page.json", "{"), ("page.tex", "% beyond-float")):
        assert run("solve", "beyond-float", "--output", name)[:2] == (0, "")
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    written = (tmp_path / "page.txt").read_text(encoding="utf-8")
    value = sx.solve(sx.instance("beyond-float"))["mixed-strong"].cells[0].document()["leader"]
    assert f"  leader        {value}\n" in written
    assert "…" not in written
    shown = run("solve", "beyond-float").out
    assert value not in shown
    assert "1 201 and 801 digits" in shown
    assert "--output FILE" in shown
    assert json.loads((tmp_path / "page.json").read_text(encoding="utf-8"))["format"] == "stackexact/solution"
    run("solve", "bagwell", "--json", "--output", "page.txt")
    assert json.loads((tmp_path / "page.txt").read_text(encoding="utf-8"))["game"]["name"] == "bagwell"
    assert run("solve", "bagwell", "--output", "-").out.startswith("bagwell")


def test_latex(run):
    """--latex prints a tabular and every value, with the braces in balance."""
    page = run("solve", "misaligned-b", "--at", "delta=1/33", "--latex").out
    assert page.startswith("% misaligned-b")
    assert r"$\frac{1}{2},\, \frac{3}{5}^{*}$\textsuperscript{swm}" in page
    assert r"leader: $\frac{223}{380} \approx 0.586842$" in page
    assert page.count("{") == page.count("}")
    for name in ("tabular", "itemize"):
        assert page.count(rf"\begin{{{name}}}") == page.count(rf"\end{{{name}}}") == 1


def test_time_limit(run, tmp_path):
    """Past the limit what was found is printed, what was not is undecided, and the exit code says so."""
    limited = ("solve", "maintain", "--time-limit", "1e-9")
    outcome = run(*limited, "--json", "--certificate", "c.json")
    results = json.loads(outcome.out)["results"]
    assert outcome.code == 3
    assert results["pure-strong"]["cells"][0]["leader"] == "20"
    assert results["mixed-strong"]["undecided"] == [{"when": []}]
    assert "decided concepts only" in outcome.err
    assert run("check", "c.json").code == 0
    page = run(*limited)
    assert page.code == 3
    assert values(page.out, "mixed-strong")["undecided"].startswith("a limit")
    none = run(*limited, "--concept", "mixed-strong", "--certificate", "none.json")
    assert (none.code, Path("none.json").exists()) == (3, False)
    assert "no certificate" in none.err


def test_no_certificate_of_a_part_of_a_domain(run):
    """Cells that do not cover the domain prove no claim about it: said as that, and the cells are printed."""
    limited = ("solve", "irrational-tie", "--concept", "pure-strong", "--max-cells", "1", "--json")
    outcome = run(*limited, "--certificate", "c.json")
    assert outcome.code == 3
    assert json.loads(outcome.out)["results"]["pure-strong"]["cells"]
    assert "no concept was decided on its whole domain" in outcome.err
    assert not Path("c.json").exists()


def test_max_cells_does_nothing_to_a_numeric_game(run):
    """--max-cells is for closed forms."""
    assert run(*CONITZER, "--max-cells", "1", "--json") == run(*CONITZER, "--json")


def test_notes_go_to_standard_error(run):
    """What the reader noticed is a note, not a part of the result."""
    game = {**sx.instance("bagwell").document(), "parameters": ["spare"]}
    outcome = run("solve", "-", "--json", stdin=json.dumps(game))
    assert outcome.code == 0
    assert "stackexact: note: parameters: 'spare' is declared but used nowhere" in outcome.err
    assert json.loads(outcome.out)["format"] == "stackexact/solution"


def test_the_page_is_that_of_the_library(run):
    """The command prints what ``str(solution)`` gives, but for the hint."""
    solution = sx.solve(sx.instance("duplicate-responses"))
    assert run("solve", "duplicate-responses").out == str(solution) == text(solution)


def test_numbers_beyond_the_conversion_guard(run, tmp_path):
    """Values of more than 4 300 digits are printed, written and read back."""
    far, near = f"1+1/{10**1900 + 1}", f"1+1/{10**1900 + 3}"
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix"}
    game["payoffs"] = {"leader": [["2", f"4+1/{10**1900 + 7}"], ["1", "3"]], "follower": [[far, "0"], ["0", near]]}
    outcome = run("solve", "-", "--certificate", "c.json", "--output", "r.json", stdin=json.dumps(game))
    assert outcome.code == 0
    assert run("check", "c.json").code == 0
    cell = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["results"]["mixed-strong"]["cells"][0]
    assert len(cell["leader"]) > 4300
    assert sx.parse(cell["leader"]) == sx.solve(loads(json.dumps(game)))["mixed-strong"].cells[0].leader


def test_what_check_could_not_check_is_left_out_aloud(run, tmp_path):
    """Two denominators whose product is beyond the degrees that are checked: solved, and without a certificate."""
    high = {"leader": [["1", "0"]], "follower": [["1/((d**64)**4 + 1)", "1/((d**64)**4 + 2)"]]}
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix", "parameters": ["d"], "payoffs": high}
    Path("game.json").write_text(json.dumps({**game, "assumptions": ["d > 1"]}), encoding="utf-8")
    none = run("solve", "game.json", "--concept", "pure-strong", "--certificate", "none.json")
    assert (none.code, Path("none.json").exists()) == (3, False)
    assert values(none.out, "pure-strong")["leader"] == "1"
    assert len(none.err.splitlines()) == 1
    assert "--certificate: not written: pure-strong is left out: " in none.err
    document = sx.solve(sx.read("game.json"), ["pure-strong"]).certificate().document
    Path("beyond.json").write_text(json.dumps(document), encoding="utf-8")
    beyond = run("check", "beyond.json")
    assert beyond.code == 3
    assert beyond.out.startswith("pure-strong: too large (")
    assert "expected polynomials up to the degree 400, found 512" in beyond.out
    assert "certificate: undecided: only 0 of 1 claims proved" in beyond.out
    (claim,) = json.loads(run("check", "beyond.json", "--json").out)["claims"]
    assert (claim["true"], claim["limit"]) == (False, True)
    document["claims"]["pure-weak"] = {"cells": []}
    Path("both.json").write_text(json.dumps(document), encoding="utf-8")
    assert run("check", "both.json").code == 1, "one claim is false"
    assert run("check", "beyond.json", "--game", "bagwell").code == 1, "and so is what another game is said to have"


def test_what_check_can_check_is_written_all_the_same(run, tmp_path):
    """The bounds are those of each concept's own proof."""
    high = {"leader": [["(d**64)**4 - d", "0"], ["1", "d"]], "follower": [["1", "d"], ["0", "(d**64)**5 + 7"]]}
    game = {"format": "stackexact/game", "version": 1, "kind": "bimatrix", "parameters": ["d"], "payoffs": high}
    Path("game.json").write_text(json.dumps({**game, "assumptions": ["d > 1"]}), encoding="utf-8")
    part = run("solve", "game.json", "--certificate", "part.json", "--concept", "pure-strong", "--concept", "alignment")
    assert (part.code, "--certificate: written in part: alignment is left out: " in part.err) == (3, True)
    assert run("check", "part.json").out.startswith("pure-strong: true")
