"""Strict JSON: numbers stay text, no key twice, no NaN, every refusal one line with its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from stackexact.errors import InputError, shorten
from stackexact.games.encoding import as_text, decode, place_of

__all__ = ["Numeral", "at_path", "described", "parse", "render"]

_NO_NUMBER: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|(-?Infinity|NaN)', re.DOTALL)
"""A string (to skip it) or one of the words that Python's json would take for a float."""

_HALF_CHARACTER: Final = re.compile(r"\\u[dD][89a-fA-F]")
"""An escape that may leave half a character; rare, so that only then the whole document is looked through."""


class Numeral(str):
    """A JSON number, kept as its decimal text: it never passes through a binary float.

    >>> parse("[0.10000000000000000001]")
    ['0.10000000000000000001']
    >>> type(parse("1e3")).__name__
    'Numeral'
    """

    __slots__ = ()


class _Doubled(dict[str, Any]):
    """An object with a key that stands in it twice; kept until the path to it is known."""

    key: str


def parse(source: str | bytes) -> Any:
    """The value of a JSON text: dicts, lists, ``str``, :class:`Numeral`, ``bool`` and ``None``.

    Raises :class:`~stackexact.errors.InputError` for text that is not UTF-8 or not JSON (with line and column), for a
    key that stands twice in one object (with its path), for NaN and Infinity, and for nesting beyond Python's stack.

    >>> parse('{"version": 1, "payoffs": [0.6, "delta"]}')
    {'version': '1', 'payoffs': ['0.6', 'delta']}
    >>> parse('{"a": {"b": 1, "b": 2}}')
    Traceback (most recent call last):
    stackexact.errors.InputError: a.b: expected every key once, found 'b' twice; delete one of them
    """
    text = decode(source) if isinstance(source, bytes) else as_text(source)
    if not text.strip():
        raise InputError("expected a JSON object, found no text at all; the file is empty")
    doubled: list[_Doubled] = []

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(items)
        if len(made) == len(items):
            return made
        marked = _Doubled(made)
        marked.key = _repeated(items)
        doubled.append(marked)
        return marked

    def constant(name: str) -> Any:
        offset = next(match.start() for match in _NO_NUMBER.finditer(text) if match[1])
        raise InputError(f"{place_of(text, offset)}: expected a finite number, found {name}; write an exact number")

    try:
        value = json.loads(
            text, parse_float=Numeral, parse_int=Numeral, parse_constant=constant, object_pairs_hook=pairs
        )
    except json.JSONDecodeError as error:
        raise _syntax(text, error) from None
    except RecursionError:
        raise InputError("expected JSON of moderate depth, found endless nesting; write a flatter one") from None
    if doubled:
        path = next(path for path, node in _walk(value) if node is doubled[0])
        key = doubled[0].key
        path = at_path(path, key)
        raise InputError(f"{path}: expected every key once, found {shorten(key)} twice; delete one of them")
    if _HALF_CHARACTER.search(text):
        _whole_characters(value)
    return value


def _syntax(text: str, error: json.JSONDecodeError) -> InputError:
    rest = text[error.pos : error.pos + 40].split("\n", 1)[0]
    found = shorten(rest, 24) if rest.strip() else "the end of the line" if text[error.pos :].strip() else "the end"
    place = f"line {error.lineno}, column {error.colno}"
    return InputError(f"{place}: not JSON: {error.msg.removesuffix(' at')}, found {found}; correct it there")


def _repeated(items: list[tuple[str, Any]]) -> str:
    seen: set[str] = set()
    for key, _ in items:
        if key in seen:
            return key
        seen.add(key)
    raise AssertionError("only called where a key stands twice")  # pragma: no cover


def _walk(value: Any) -> Iterator[tuple[str, Any]]:
    """Every node with its path, without recursion: input decides how deep it is."""
    waiting = [("", value)]
    while waiting:
        path, node = waiting.pop()
        yield path, node
        if isinstance(node, dict):
            waiting.extend((at_path(path, key), child) for key, child in node.items())
        elif isinstance(node, list):
            waiting.extend((f"{path}[{i}]", child) for i, child in enumerate(node))


def _whole_characters(value: Any) -> None:
    for path, node in _walk(value):
        for text in (node,) if isinstance(node, str) else node if isinstance(node, dict) else ():
            try:
                text.encode("utf-8")
            except UnicodeEncodeError:
                place = path or "the top level"
                raise InputError(f"{place}: expected Unicode text, found half a character in {shorten(text)}") from None


def at_path(path: str, key: str) -> str:
    """The JSON path of a key, as error messages show it.

    >>> at_path("payoffs", "leader"), at_path("", "odd key")
    ('payoffs.leader', "['odd key']")
    """
    if not (key.isidentifier() and key.isascii() and len(key) <= 60):
        return f"{path}[{shorten(key)}]"
    return f"{path}.{key}" if path else key


def described(value: object) -> str:
    """What a JSON value is, in an error message.

    >>> described(None), described([]), described(Numeral("12")), described("red")
    ('null', 'a list', 'the number 12', "the text 'red'")
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Numeral):
        return f"the number {shorten(value, 40)[1:-1]}"
    if isinstance(value, str):
        return f"the text {shorten(value, 40)}"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list | tuple) else f"a Python {type(value).__name__}"


def render(value: Any) -> str:
    """JSON text with two spaces of indent; a list of plain values stands on one line. Ends with a newline.

    >>> print(render({"name": "étude", "rows": [["1", "2"], ["3", "4"]]}), end="")
    {
      "name": "étude",
      "rows": [
        ["1", "2"],
        ["3", "4"]
      ]
    }
    """
    return _rendered(value, "\n") + "\n"


def _rendered(value: Any, line: str) -> str:
    inner = line + "  "
    if isinstance(value, dict) and value:
        parts = [f"{json.dumps(key, ensure_ascii=False)}: {_rendered(child, inner)}" for key, child in value.items()]
        return f"{{{inner}{f',{inner}'.join(parts)}{line}}}"
    if isinstance(value, list | tuple):
        parts = [_rendered(child, inner) for child in value]
        if any(isinstance(child, dict | list | tuple) and child for child in value):
            return f"[{inner}{f',{inner}'.join(parts)}{line}]"
        return f"[{', '.join(parts)}]"
    return str(value) if isinstance(value, Numeral) else json.dumps(value, ensure_ascii=False, allow_nan=False)
