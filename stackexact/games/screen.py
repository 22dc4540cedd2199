"""Lines for a screen: cells counted as a terminal counts them, control characters removed, colours on request.

A line is a tuple of spans, a span a text and the name of its style. Plain output joins the texts; only coloured output
loads rich.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

__all__ = ["WIDTH", "Line", "Page", "clip", "painted", "pieces", "printable", "wide"]

Line: TypeAlias = tuple[tuple[str, str], ...]
"""Texts with the names of their styles; ``""`` is no style."""

WIDTH: Final = 80
"""The width of text that goes anywhere but to a terminal."""

STYLES: Final = {
    "title": "bold",
    "label": "cyan",
    "best": "green",
    "chosen": "bold yellow",
    "dim": "dim",
    "warning": "yellow",
}


def printable(text: str) -> str:
    """``text`` for a screen: white space becomes blanks, other control and formatting characters a replacement mark.

    What a file calls its game must not move the cursor, recolour the terminal or turn the direction of writing.

    >>> printable("two\\nlines \\x1b[31mred")
    'two lines \N{REPLACEMENT CHARACTER}[31mred'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text)


def wide(text: str) -> int:
    """The cells that a text takes on a terminal: two for East Asian wide characters, none for combining ones.

    >>> wide("b1"), wide("行動")
    (2, 4)
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def clip(text: str, width: int) -> str:
    """``text`` without control characters, in at most ``width`` cells; ``…`` stands for what was cut off.

    >>> clip("a long label", 6), clip("a long label", 0)
    ('a lon…', '')
    """
    text = printable(text)
    if wide(text) <= width:
        return text
    while text and wide(text) > width - 1:
        text = text[:-1]
    return text + "…" if width > 0 else ""


def pieces(word: str, width: int) -> list[str]:
    """A word in pieces of at most so many cells, all but the last of them as long as they can be.

    >>> pieces("abcde", 2), pieces("行動", 3)
    (['ab', 'cd', 'e'], ['行', '動'])
    """
    made = [""]
    for char in word:
        if made[-1] and wide(made[-1]) + wide(char) > width:
            made.append("")
        made[-1] += char
    return made


@dataclass(slots=True)
class Page:
    """Lines in the making for a screen of that width. With ``full`` nothing may be left out of them; without,
    ``shortened`` tells whether something was."""

    width: int = WIDTH
    full: bool = False
    lines: list[Line] = field(default_factory=list)
    shortened: bool = False

    def add(self, *spans: tuple[str, str]) -> None:
        """One line; without spans an empty one."""
        self.lines.append(spans)

    def paragraph(self, text: str, style: str = "", indent: int = 0) -> None:
        """Text broken at white space, and inside a word only where it is longer than the page is wide (not in a full
        page, from which words are taken as they are).

        >>> page = Page(width=8)
        >>> page.paragraph("one two threeandfour")
        >>> painted(page.lines)
        'one two\\nthreeand\\nfour\\n'
        """
        line = ""
        words = printable(text).split()
        if not self.full:
            words = [piece for word in words for piece in pieces(word, self.width - indent)]
        for word in words:
            if line and indent + wide(line) + 1 + wide(word) > self.width:
                self.add((" " * indent, ""), (line, style))
                line = word
            else:
                line = f"{line} {word}" if line else word
        if line:
            self.add((" " * indent, ""), (line, style))


def painted(lines: Iterable[Line], *, colour: bool = False) -> str:
    """The lines as text, with ANSI styles if ``colour``; every line ends with a newline and none with a space.

    >>> painted([(("values", "title"), (":  ", ""))])
    'values:\\n'
    """
    if not colour:
        return "".join("".join(text for text, _ in line).rstrip() + "\n" for line in lines)
    from io import StringIO

    from rich.console import Console
    from rich.text import Text

    made = StringIO()
    console = Console(file=made, force_terminal=True, width=10_000, highlight=False, legacy_windows=False)
    for line in lines:
        spans = Text.assemble(*((text, STYLES.get(style, "")) for text, style in line))
        spans.rstrip()
        console.print(spans, soft_wrap=True, markup=False, emoji=False)
    return made.getvalue()
