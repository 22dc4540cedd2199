"""Strict JSON: what is refused, where the message points, and that numbers keep their text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stackexact.errors import InputError
from stackexact.games.encoding import decode
from stackexact.games.json_text import Numeral, parse, render

VALUES = st.recursive(
    st.none() | st.booleans() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


def test_numbers_keep_their_decimal_text() -> None:
    long = "0." + "1" * 6000
    assert parse(f"[0.10000000000000000001, 1E-3, -0, {long}]") == ["0.10000000000000000001", "1E-3", "-0", long]


def test_numbers_are_told_from_texts() -> None:
    number, text = parse('[5, "5"]')
    assert type(number) is Numeral
    assert type(text) is str


def test_integers_beyond_the_conversion_guard_of_python_are_read() -> None:
    digits = "7" * 5000
    assert parse(f"[{digits}]") == [digits]


@given(VALUES)
def test_rendered_text_is_json_and_reads_back(value: object) -> None:
    text = render(value)
    assert json.loads(text) == value
    assert parse(text) == value


def test_rendering_keeps_numbers_bare_and_rows_on_one_line() -> None:
    assert render({"n": parse("1.50"), "e": [], "o": {}, "r": [["1", "2"], []], "d": [{"a": "b"}]}) == (
        '{\n  "n": 1.50,\n  "e": [],\n  "o": {},\n  "r": [\n    ["1", "2"],\n    []\n  ],\n'
        '  "d": [\n    {\n      "a": "b"\n    }\n  ]\n}\n'
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a JSON object, found no text at all; the file is empty"),
        (" \n", "expected a JSON object, found no text at all; the file is empty"),
        ("{", "line 1, column 2: not JSON: Expecting property name enclosed in double quotes, found the end; correct"),
        ('{"a": 1,\n "b" 2}', "line 2, column 6: not JSON: Expecting ':' delimiter, found '2}'; correct it there"),
        ('{"a": 1} x', "line 1, column 10: not JSON: Extra data, found 'x'; correct it there"),
        ('{"a": "b', "line 1, column 7: not JSON: Unterminated string starting, found '\"b'; correct it there"),
        (
            "{'a': 1}",
            "line 1, column 2: not JSON: Expecting property name enclosed in double quotes, found \"'a': 1}\"",
        ),
        ('["NaN",\n NaN]', "line 2, column 2: expected a finite number, found NaN; write an exact number"),
        ('{"a\\"b": -Infinity}', "line 1, column 10: expected a finite number, found -Infinity; write an exact number"),
        ("[Infinity]", "line 1, column 2: expected a finite number, found Infinity; write an exact number"),
        ('{"v": 1, "v": 1}', "v: expected every key once, found 'v' twice; delete one of them"),
        ('{"p": [{}, {"a b": 1, "a b": 2}]}', "p[1]['a b']: expected every key once, found 'a b' twice; delete"),
        ("[" * 100_000, "expected JSON of moderate depth, found endless nesting; write a flatter one"),
        ('{"a":' * 100_000, "expected JSON of moderate depth, found endless nesting; write a flatter one"),
        ('{"k": ["\\ud800"]}', "k[0]: expected Unicode text, found half a character in '\\ud800'"),
        ('{"\\udc00": 1}', "the top level: expected Unicode text, found half a character in '\\udc00'"),
        ('"\ud800"', "line 1, column 2: expected Unicode text, found half a character '\\ud800'"),
        ("[1]\n\0", "line 2, column 1: expected text, found a NUL character; give a text file"),
        ("[01]", "line 1, column 3: not JSON: Expecting ',' delimiter, found '1]'; correct it there"),
        ("[1.]", "line 1, column 3: not JSON: Expecting ',' delimiter, found '.]'; correct it there"),
        ('["a\tb"]', "line 1, column 4: not JSON: Invalid control character, found '\\tb\"]'; correct it there"),
    ],
)
def test_refused_with_the_place(text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value).splitlines()) == 1


def test_paired_surrogate_escapes_are_one_character() -> None:
    assert parse('["\\ud83d\\ude00"]') == ["\N{GRINNING FACE}"]


def test_many_keys_of_which_the_last_is_doubled() -> None:
    keys = ",".join(f'"k{i}": 0' for i in range(50_000))
    with pytest.raises(InputError, match="k49999"):
        parse(f'{{{keys}, "k49999": 1}}')


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf"])
def test_bytes_with_and_without_byte_order_mark(start: bytes) -> None:
    assert parse(start + '{"é": 1}'.encode()) == {"é": "1"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": "\xff"}', "expected text in UTF-8, found byte 0xff at offset 7; save the file as UTF-8 text"),
        ("{}".encode("utf-16"), "expected text in UTF-8, found UTF-16 text; save it as UTF-8"),
        ("{}".encode("utf-16-be").join([b"\xfe\xff", b""]), "expected text in UTF-8, found UTF-16 text"),
        (b"PK\x03\x04\x00\x00", "expected text in UTF-8, found a zip archive such as a spreadsheet workbook"),
        (b"\x1f\x8b\x08\x00", "expected text in UTF-8, found a gzip archive; unpack it first"),
        (b"abc\0", "line 1, column 4: expected text, found a NUL character; give a text file"),
    ],
)
def test_bytes_that_are_no_text(data: bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        decode(data)
    assert str(caught.value).startswith(message)
