"""What print and notebooks make of the parts of a solution: the values that a printed solution has for them."""

from __future__ import annotations

from stackexact.exact.records import Record

__all__ = ["Shown", "unsettled"]


def unsettled(cell: object) -> str:
    """What a cell leaves open, empty where it leaves nothing open."""
    return str(getattr(cell, "unsettled", ""))


class Shown(Record):
    """Base of cells, results and certificates. ``repr`` is one line; ``str`` and notebooks show labelled values."""

    __slots__ = ()

    def __str__(self) -> str:
        from stackexact.solving.display import part_text

        return part_text(self)

    def _repr_html_(self) -> str:
        from stackexact.solving.display import part_html

        return part_html(self)

    def _repr_latex_(self) -> str:
        from stackexact.solving.display import part_latex

        return part_latex(self)
