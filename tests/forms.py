"""The shipped schemas as validators that look each reference up once, and the readers that they are compared with."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from stackexact import schema
from stackexact.errors import GameError
from stackexact.games.json_text import parse
from stackexact.games.kinds import read_document


def form(kind: str = "bimatrix") -> Draft202012Validator:
    """What documents of a kind are validated by; a registry that is not crawled is crawled again at each reference."""
    document = schema.load(kind)
    registry = Registry().with_resource(document["$id"], Resource.from_contents(document)).crawl()
    return Draft202012Validator(document, registry=registry)


def places(node: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    found: list[tuple[Any, Any]] = []
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        found += [(node, key), *places(node[key])]
    return found


def complaint(document: Any) -> str | None:
    """What the reader says against a document."""
    try:
        read_document(parse(json.dumps(document)))
    except GameError as error:
        return str(error)
    return None


JUNK = [None, True, {}, [], "", "x y", "é", 5, -1, "a", ["a"], [["1"]], {"leader": 1}]


def mutated(document: Any, data: st.DataObject, junk: Any = JUNK) -> Any:
    """A document with one place of it deleted, doubled, replaced by junk, or with a key added."""
    document = copy.deepcopy(document)
    container, key = data.draw(st.sampled_from(places(document)))
    change = data.draw(st.sampled_from(["delete", "add", "replace", "double"]))
    if change == "delete":
        del container[key]
    elif change == "double" and isinstance(container, list):
        container.append(container[key])
    elif change == "add" and isinstance(container, dict):
        container["colour"] = "red"
    else:
        container[key] = data.draw(st.sampled_from(junk))
    return document
