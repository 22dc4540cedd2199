"""Gambit's strategic form: orientation, both bodies, round trips, and everything that must be refused with its line."""

from fractions import Fraction

import pytest
from guards import without_runaway_work
from hypothesis import example, given
from hypothesis import strategies as st

from stackexact.errors import InputError, UsageError
from stackexact.games.bimatrix import Game
from stackexact.games.nfg import dumps, lost, read

# Selten (IJGT, 75), Figure 2, the sample of Gambit's format documentation, in its two versions.
PAYOFFS = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form"
{ "Player 1" "Player 2" } { 3 2 }

1 1 0 2 0 2 1 1 0 3 2 0
"""
OUTCOMES = """NFG 1 R "Selten (IJGT, 75), Figure 2, normal form" { "Player 1" "Player 2" }

{
{ "1" "2" "3" }
{ "1" "2" }
}

{
{ "" 1, 1 }
{ "" 0, 2 }
{ "" 0, 2 }
{ "" 1, 1 }
{ "" 0, 3 }
{ "" 2, 0 }
}
1 2 3 4 5 6
"""
SELTEN = ([[1, 1], [0, 0], [0, 2]], [[1, 1], [2, 3], [2, 0]])

LABELS = st.text(st.characters(exclude_categories=["Cc", "Cs"]) | st.sampled_from('\\"{}, '), min_size=1).filter(
    lambda label: bool(label.strip())
)
TEXTS = st.none() | st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from('\\"\r\n'), min_size=1
)
NUMBERS = st.fractions() | st.integers(-3, 3).map(Fraction)


@st.composite
def games(draw: st.DrawFn) -> Game:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    table = st.lists(st.lists(NUMBERS, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    one = draw(st.lists(LABELS, min_size=rows, max_size=rows, unique=True))
    two = draw(st.lists(LABELS, min_size=columns, max_size=columns, unique=True))
    actions = {"leader": one, "follower": two}
    return Game(draw(table), draw(table), actions=actions, name=draw(TEXTS), description=draw(TEXTS))


@given(games())
def test_round_trip(game: Game) -> None:
    got = read(dumps(game))
    assert got.notes == ()
    assert got.game == game
    assert got.game.description == game.description


@given(st.text(st.sampled_from('\\"a'), min_size=1))
@example("\\")
@example('\\"')
@example('"')
@example("a\\\\")
def test_every_mix_of_quotes_and_backslashes_survives(label: str) -> None:
    game = Game([[1]], [[2]], actions={"leader": [label]}, name=label, description=label + "\n")
    assert read(dumps(game)).game == game


def test_a_backslash_before_a_letter_is_written_as_gambit_reads_it() -> None:
    assert '"\\alpha"' in dumps(Game([[1]], [[2]], actions={"leader": ["\\alpha"]}))


def test_player_one_runs_fastest() -> None:
    # Written by hand: three leader actions, two follower actions, the profile ij pays 1ij and 2ij.
    text = 'NFG 1 R "" { "A" "B" } { 3 2 } 111 211 121 221 131 231 112 212 122 222 132 232'
    game = read(text).game
    assert game.payoffs.leader == ((111, 112), (121, 122), (131, 132))
    assert game.payoffs.follower == ((211, 212), (221, 222), (231, 232))
    assert dumps(game).splitlines()[-2:] == ["111 211 121 221 131 231", "112 212 122 222 132 232"]


def test_written_text_by_hand() -> None:
    game = Game(
        [["1/3", "-0.5"]], [[2, 0]], actions={"leader": ['T "up"'], "follower": ["L", "R"]}, name="N", description="why"
    )
    assert dumps(game) == (
        'NFG 1 R "N" { "leader" "follower" }\n\n{ { "T \\"up\\"" }\n{ "L" "R" }\n}\n"why"\n\n1/3 2\n-1/2 0\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        PAYOFFS,
        OUTCOMES,
        PAYOFFS.replace("NFG 1 R", "NFG 1 D"),
        OUTCOMES.replace(", ", " ").replace("IJGT 75) ", "IJGT, 75), "),
    ],
)
def test_the_sample_of_the_documentation(text: str) -> None:
    game = read(text).game
    assert game.payoffs.leader == tuple(map(tuple, SELTEN[0]))
    assert game.payoffs.follower == tuple(map(tuple, SELTEN[1]))
    assert game.name is not None
    assert game.name.startswith("Selten (IJGT, 75), Figure 2")


def test_labels_comment_and_missing_labels() -> None:
    game = read(OUTCOMES.replace("}\n}\n\n{", '}\n}\n"a \\"b\\"\nc"\n{')).game
    assert game.actions.leader == ("1", "2", "3")
    assert game.description == 'a "b"\nc'
    plain = read(PAYOFFS).game
    assert (plain.actions.leader, plain.actions.follower) == (("a1", "a2", "a3"), ("b1", "b2"))
    assert plain.description is None


def test_labels_in_a_payoff_file() -> None:
    game = read('NFG 1 R "" { "A" "B" } { { "T" "B" } { "L" } } "" 1 2 3 4').game
    assert (game.actions.leader, game.actions.follower) == (("T", "B"), ("L",))
    assert game.payoffs.follower == ((2,), (4,))


@pytest.mark.parametrize("labels", ['"T" "T"', '"" "B"', '" " "B"', '"T\n" "B"'])
def test_labels_that_are_no_actions_fall_back_with_a_note(labels: str) -> None:
    got = read(f'NFG 1 R "" {{ "A" "B" }} {{ {{ {labels} }} {{ "L" }} }} 1 2 3 4')
    assert (got.game.actions.leader, got.game.actions.follower) == (("a1", "a2"), ("L",))
    assert got.notes == ("the leader's strategy labels are empty or doubled; the default labels stand in for them",)


def test_the_null_outcome_and_shared_outcomes() -> None:
    text = 'NFG 1 R "" { "A" "B" } { { "T" "B" } { "L" "R" } } { { "win" 5 -1 } { "lose" 1/2, .25 } } 2 0 1 2'
    game = read(text).game
    assert game.payoffs.leader == ((Fraction(1, 2), 5), (0, Fraction(1, 2)))
    assert game.payoffs.follower == ((Fraction(1, 4), -1), (0, Fraction(1, 4)))


def test_numbers_are_exact() -> None:
    text = 'NFG 1 R "" { "A" "B" } { 1 4 } .80, 1e-3, -3/7, +2 0.10000000000000000001 -0 12. -.5E+2'
    game = read(text).game
    assert game.payoffs.leader == ((Fraction(4, 5), Fraction(-3, 7), Fraction(10**19 + 1, 10**20), 12),)
    assert game.payoffs.follower == ((Fraction(1, 1000), 2, 0, -50),)


HEAD = 'NFG 1 R "t" { "A" "B" } '
LISTS = HEAD + '{ { "T" "B" } { "L" "R" } } '
REFUSED = [
    ("", "line 1, column 1: expected a strategic game that starts with NFG, found the end of the file"),
    ("EFG 2 R", "line 1, column 1: expected a strategic game that starts with NFG, found 'EFG'"),
    ("NFG 2 R", "line 1, column 5: expected the .nfg version 1, found '2'"),
    ("NFG 1 X", "line 1, column 7: expected the data type R or D, found 'X'"),
    ("NFG 1 R { }", "line 1, column 9: expected the title in quotation marks, found '{'"),
    ('NFG 1 R "t', "line 1, column 9: expected text to end with a quotation mark, found the end of the file"),
    ('NFG 1 R "t" 5', "line 1, column 13: expected '{' before player names, found '5'"),
    ('NFG 1 R "t" { "A" 5 }', "line 1, column 19: expected player name or '}', found '5'"),
    ('NFG 1 R "t" { "A" } { 2 } 1 2', "line 1, column 13: expected two players, a leader and a follower, found 1"),
    ('NFG 1 R "t"\n{ "A" "B" "C" } { 1 1 1 } 1 2 3', "line 2, column 1: expected two players, a leader and"),
    (HEAD + "{ 0 2 }", "line 1, column 27: expected a positive number of strategies, found '0'"),
    (HEAD + "{ 1.5 2 }", "line 1, column 27: expected a positive number of strategies, found '1.5'"),
    (HEAD + "{ 2 }", "line 1, column 29: expected the number of strategies, found '}'"),
    (HEAD + "{ 2 2 2 } 1", "line 1, column 31: expected '}' after two numbers of strategies, found '2'"),
    (HEAD + '{ { "T" } { } } 1', "line 1, column 25: expected at least one strategy for each player, found an empty"),
    (HEAD + "{ 2 2 }\n1 2 3 4\n5 6 7", "line 3, column 6: expected 8 payoffs for 2x2 strategies, found 7;"),
    (HEAD + "{ 2 2 }\n1 2 3 4\n5 6 7 8 9", "line 3, column 9: expected nothing after 8 payoffs for 2x2 str"),
    (HEAD + '{ 1 1 } "c" "d" 1 2', "line 1, column 37: expected 2 payoffs for 1x1 strategies, found 'd' after 0"),
    (HEAD + "{ 1 1 } 1 2 }", "line 1, column 37: expected nothing after 2 payoffs for 1x1 strategies, found '}'"),
    (HEAD + "{ 1 2 } 1 2 x 4", "line 1, column 37: expected 4 payoffs for 1x2 strategies, found 'x' after 2"),
    (HEAD + "{ 1 1 } 1 2x", "line 1, column 35: expected 2 payoffs for 1x1 strategies, found '2x' after 1"),
    (HEAD + "{ 1 1 } 1 2/3/4", "line 1, column 35: expected 2 payoffs for 1x1 strategies, found '2/3/4' after 1"),
    (HEAD + "{ 1 1 } 1-2 3", "line 1, column 33: expected 2 payoffs for 1x1 strategies, found '1-2' after 0"),
    (HEAD + "{ 1 1 } 1 nan", "line 1, column 35: expected 2 payoffs for 1x1 strategies, found 'nan' after 1"),
    (HEAD + "{ 1 1 } 1 1/0", "line 1, column 35: expected a number, found '1/0', which divides by zero"),
    (HEAD + "{ 1 1 } 1 1e9999", "line 1, column 35: expected a decimal exponent up to 2000 in size, found '1e9999'"),
    (HEAD + "{ 1 1 } 1 " + "7" * 3000, "line 1, column 35: expected at most 2000 digits in a number, found 3000: "),
    (HEAD + "{ 1000000000 1000000000 } 1 2", "line 1, column 54: expected 2000000000000000000 payoffs for 1000000000x"),
    (HEAD + "{ 9999999999999 1 } 1 2", "line 1, column 27: expected a positive number of strategies, found '99999999"),
    (LISTS + "{ { 1 2 } } 1", "line 1, column 57: expected the outcome's name in quotation marks, found '1'"),
    (LISTS + '{ { "" 1 } } 1', "line 1, column 62: expected the outcome's payoff for player 2, found '}'"),
    (LISTS + '{ { "" 1 2 3 } } 1', "line 1, column 64: expected '}' after two payoffs, found '3'"),
    (LISTS + '{ { "" 1 2 } 5 } 1', "line 1, column 66: expected an outcome or '}', found '5'"),
    (LISTS + '{ { "" 1 2 } } 1 1 1', "line 1, column 73: expected 4 outcome numbers for 2x2 strategies, found 3"),
    (LISTS + '{ { "" 1 2 } } 1 1 1 2', "line 1, column 74: expected an outcome number from 0 to 1, found '2'"),
    (LISTS + '{ { "" 1 2 } } 1 1 1 -1', "line 1, column 74: expected an outcome number from 0 to 1, found '-1'"),
    (LISTS + '{ { "" 1 2 } } 1 1 1 1 1', "line 1, column 76: expected nothing after 4 outcome numbers for 2x2"),
    (LISTS, "line 1, column 53: expected 8 payoffs for 2x2 strategies, found 0"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[message[:60] for _, message in REFUSED])
def test_refused_with_the_line(text: str, message: str) -> None:
    with without_runaway_work(), pytest.raises(InputError) as caught:
        read(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("text", [PAYOFFS.strip(), OUTCOMES.strip()])
def test_every_truncation_is_refused(text: str) -> None:
    read(text)
    for length in range(len(text)):
        with pytest.raises(InputError):
            read(text[:length])


def test_parametric_games_are_refused_with_the_remedy() -> None:
    game = Game([["1", "2"]], [["0", "2*delta"]])
    with pytest.raises(UsageError, match=r"the payoff '2\*delta' at a1, b2; put numbers in with --at delta=\.\.\."):
        dumps(game)
    assert read(dumps(game.at(delta="1/2"))).game.payoffs.follower == ((0, 1),)


def test_what_the_format_cannot_hold_is_said() -> None:
    game = Game([[1]], [[2]], parameters=["p"], assumptions=["0 < p"], tolerance="p", source="a book")
    assert [note.split(":")[0] for note in lost(game)] == ["parameters", "assumptions", "tolerance", "source"]
    assert lost(Game([[1]], [[2]], name="n", description="d")) == ()
