"""The shipped schemas as validators that look each reference up once."""

from __future__ import annotations

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from stackexact import schema


def form(kind: str = "bimatrix") -> Draft202012Validator:
    """What documents of a kind are validated by; a registry that is not crawled is crawled again at each reference."""
    document = schema.load(kind)
    registry = Registry().with_resource(document["$id"], Resource.from_contents(document)).crawl()
    return Draft202012Validator(document, registry=registry)
