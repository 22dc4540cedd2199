"""CSV: orientation, the documented forms of cells, labels and delimiters, and errors with row and column."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import InputError
from stackexact.exact.relation import text_of
from stackexact.games.bimatrix import Game
from stackexact.games.csv_table import combine, read_pairs, read_sheet

LEADER = ((1, 2, 3), (4, 5, 6))
FOLLOWER = ((7, 8, 9), (10, 11, Fraction(-1, 2)))

PAIRS = {
    "semicolons inside": "1;7,2;8,3;9\n4;10,5;11,6;-1/2\n",
    "bars inside": "1|7 , 2 | 8,3|9\n4|10,5|11,6|-.5",
    "parentheses": "(1, 7), (2, 8), (3, 9)\n(4, 10), (5, 11), (6, -1/2)",
    "quotation marks": '"1, 7","2, 8","3, 9"\r\n"4, 10","5, 11","6, -1/2"\r\n',
    "both": '"(1, 7)", "(2, 8)", "(3, 9)"\n"(4, 10)", "(5, 11)", "(6, -0.5)"',
    "tabs": "1,7\t2,8\t3,9\n4,10\t5,11\t6,-1/2",
    "commas between semicolons": "1,7;2,8;3,9\n\n4,10;5,11;6,-1/2\n\n",
    "old line ends": "1;7,2;8,3;9\r4;10,5;11,6;-5e-1\r",
    "nested parentheses": "((1); (7)),(2;(8)),(6-3; 9)\n4;2*(3+2),(5);(11),6;-(1/2)",
}


@pytest.mark.parametrize("text", PAIRS.values(), ids=PAIRS)
def test_pairs_in_every_documented_form(text: str) -> None:
    game = read_pairs(text).game
    assert game.payoffs.leader == LEADER
    assert game.payoffs.follower == FOLLOWER
    assert game.actions.leader == ("a1", "a2")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_two_tables_with_labels(mark: str) -> None:
    labelled = "\n,L,M,R\nT,1,2,3\nB,4,5,6\n".replace(",", mark)
    plain = "7,8,9\n 10 , 11 ,-1/2".replace(",", mark)
    for one, two in ((labelled, plain), (labelled, labelled.replace("1", "5"))):
        game = combine(read_sheet(one), read_sheet(two)).game
        assert game.payoffs.leader == LEADER
        assert (game.actions.leader, game.actions.follower) == (("T", "B"), ("L", "M", "R"))
    assert combine(read_sheet(plain), read_sheet(plain)).game.payoffs.follower == FOLLOWER


def test_labels_around_pairs() -> None:
    game = read_pairs(',"b ""1"", x",2\nU,3;2,0;0\n"D, d",0;0,2;3\n').game
    assert (game.actions.leader, game.actions.follower) == (("U", "D, d"), ('b "1", x', "2"))
    assert game.payoffs.follower == ((2, 0), (0, 3))


def test_a_column_of_pairs() -> None:
    for text in ("(3, 2)\n(0, 1)", '"3, 2"\n"0, 1"', "3 | 2\n0 | 1"):
        assert read_pairs(text).game.payoffs.follower == ((2,), (1,))


def test_a_column_and_a_single_payoff_in_two_tables() -> None:
    assert read_sheet("1\n2\n").rows == ((1,), (2,))
    assert read_sheet("(1 + 2)/4").rows == ((Fraction(3, 4),),)


def test_expressions_and_the_note_on_parameters() -> None:
    got = read_pairs("delta;1, (gamma - delta)/2;0.6\n0;0,0;lambda**2")
    assert got.game.parameters == ("delta", "gamma", "lambda")
    assert got.notes == (
        "read as parameters: delta, gamma, lambda; a JSON game can declare them and their assumptions",
    )
    assert str(got.game.payoffs.leader[0][1]) == "-1/2*delta + 1/2*gamma"
    assert read_pairs("1;2,3;4").notes == ()


PAYOFF = st.fractions(max_denominator=99) | st.sampled_from(["delta", "2*gamma - 1/3", "(1)/(delta + 1)"])
LABEL = st.text(st.sampled_from('ab"(),; |-é'), min_size=1).map(str.strip).filter(bool)


@given(st.data())
def test_what_is_written_in_quotation_marks_reads_back(data: st.DataObject) -> None:
    rows, columns = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    mark, inner = data.draw(st.sampled_from(",;\t")), data.draw(st.sampled_from(";,|"))
    labels = [data.draw(st.lists(LABEL, min_size=n, max_size=n, unique=True)) for n in (rows, columns)]
    table = st.lists(st.lists(PAYOFF, min_size=columns, max_size=columns), min_size=rows, max_size=rows)
    game = Game(data.draw(table), data.draw(table), actions={"leader": labels[0], "follower": labels[1]})

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    lines = [mark.join(["", *map(cell, labels[1])])]
    for i, label in enumerate(labels[0]):
        pairs = zip(game.payoffs.leader[i], game.payoffs.follower[i], strict=True)
        lines.append(mark.join([cell(label), *(cell(f"{text_of(one)}{inner}{text_of(two)}") for one, two in pairs)]))
    assert read_pairs("\n".join(lines)).game == game


PAIR = "write the leader's and the follower's payoff as 3;2 or (3, 2)"
SHEETS = [
    ("", "expected a payoff table, found no text at all; the file is empty"),
    ("\n  \n", "expected a payoff table, found no text at all; the file is empty"),
    ("1,2\n3\n", "row 2: expected 2 cells as in row 1, found 1"),
    ("1,2\n\n\n3,4,5\n", "row 4: expected 2 cells as in row 1, found 3"),
    ("1,2\n3,", "row 2, column 2: expected a payoff, found an empty cell; fill it in"),
    ("1,2\n3,=A1", "row 2, column 2: expected a number, a parameter, one of + - * / ** ( ), found '=' at character 1"),
    ("1;0,5\n3;4", "row 1, column 2: expected a number, a parameter, one of + - * / ** ( ), found ',' at character 2 "
     "of '0,5'; write decimals with a point"),
    ("x y,L\nT,1", "row 1, column 1: expected an operator, found 'y' at character 3 of 'x y'; leave the top-left cell "
     "empty where row 1 and column 1 hold labels"),
    ("1,NaN", "row 1, column 2: expected a payoff, found NaN; a parameter of that name needs a JSON game"),
    ("1,-inf", "row 1, column 2: expected a payoff, found -inf; a parameter of that name needs a JSON game"),
    ("1,N/A", "row 1, column 2: expected a payoff, found N/A; a parameter of that name needs a JSON game"),
    ("1,1/0", "row 1, column 2: '1/0' divides by zero; write a defined expression"),
    ('1,"2', "row 1, column 2: expected a number, a parameter, one of + - * / ** ( ), found '\"'"),
    (",L,R", "row 1: expected payoffs beside and below the labels, found none"),
    ("\n,\nT,", "row 2, column 2: expected an action label, found a blank one; write a name"),
    ('""\nT', "row 1: expected payoffs beside and below the labels, found none"),
    (",L,L\nT,1,2", "row 1, column 3: expected different labels, found 'L' twice"),
    (",L\nT,1\n\nT,2", "row 4, column 1: expected different labels, found 'T' twice"),
    (",L\n,1", "row 2, column 1: expected an action label, found a blank one"),
    (",L\nT\x1b,1", "row 2, column 1: expected an action label, found the control character U+001B in 'T\\x1b'"),
    ("1,\0", "line 1, column 3: expected text, found a NUL character; give a text file"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), SHEETS, ids=[repr(text) for text, _ in SHEETS])
def test_refused_tables(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_sheet(text)
    assert str(caught.value).startswith(message)


BAD_PAIRS = [
    ("1,2\n3,4", f"row 1, column 1: expected a pair of payoffs, found '1'; {PAIR}"),
    ("3;2\n0;1", f"row 1, column 1: expected a pair of payoffs, found '3'; {PAIR}"),
    ("1;2,3;4\n5;6,7", f"row 2, column 2: expected a pair of payoffs, found '7'; {PAIR}"),
    ("1;2,3;4\n5;6,7;", f"row 2, column 2: expected a pair of payoffs, found '7;'; {PAIR}"),
    ("1;2,3;4\n5;6;7,8;9", f"row 2, column 1: expected a pair of payoffs, found '5;6;7'; {PAIR}"),
    ("(1, 2, 3), (4, 5, 6)", f"row 1, column 1: expected a pair of payoffs, found '(1, 2, 3)'; {PAIR}"),
    ("(1,2)(3,4)", f"row 1, column 1: expected a pair of payoffs, found '(1,2)(3,4)'; {PAIR}"),
    (",L,R\nT,1;2,3;4\nB,5;6,x;1/0", "row 3, column 3: '1/0' divides by zero; write a defined expression"),
    ("1;2,3;4\n5;6", "row 2: expected 2 cells as in row 1, found 1"),
    ("", "expected a payoff table, found no text at all; the file is empty"),
]


@pytest.mark.parametrize(("text", "message"), BAD_PAIRS, ids=[repr(text) for text, _ in BAD_PAIRS])
def test_refused_pairs(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_pairs(text)
    assert str(caught.value).startswith(message)


def test_tables_that_do_not_fit_together() -> None:
    with pytest.raises(InputError, match=r"of one shape .* found 1x2 for the leader and 2x1 for the follower"):
        combine(read_sheet("1,2"), read_sheet("1\n2"))
    with pytest.raises(
        InputError, match=r"labels of the follower's actions: .* the same in both tables, found 'L' and 'R'"
    ):
        combine(read_sheet(",L\nT,1"), read_sheet(",R\nT,1"))
