"""Medians, fitted exponents, plain-text tables and JSON."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from importlib.util import find_spec
from math import log
from pathlib import Path
from typing import Any, Final

__all__ = ["Report", "Table", "exponent", "median", "milliseconds", "option_parser", "progress", "shown"]

PACKAGES: Final = ("stackexact", "python-flint", "highspy", "numpy", "sympy", "open_spiel", "cvxpy")
"""Packages whose versions are printed above the tables."""

NOTHING: Final = "-"


@dataclass(frozen=True, slots=True)
class Table:
    """A titled table of texts."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        lines = [self.headers, *self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(self.headers))]
        text = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.title, text[0], rule, *text[1:]])


@dataclass(frozen=True, slots=True)
class Report:
    """What a script measured: tables and notes for people, ``data`` for programs."""

    script: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...]
    data: Any

    def publish(self, file: Path | None) -> None:
        """Print the tables, and write everything to ``file`` as JSON if one is given."""
        print(f"{self.script}: Python {platform.python_version()}, {', '.join(f'{n} {v}' for n, v in versions())}")
        for table in self.tables:
            print(f"\n{table}")
        if self.notes:
            print("\n" + "\n".join(f"note: {note}" for note in self.notes))
        if file is not None:
            made = asdict(self) | {"python": platform.python_version(), "versions": dict(versions())}
            file.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def versions() -> list[tuple[str, str]]:
    """The versions of what takes part."""
    found = []
    for name in PACKAGES:
        try:
            found.append((name, metadata.version(name)))
        except metadata.PackageNotFoundError:
            here = name == "stackexact" and find_spec(name) is not None
            found.append((name, "from a checkout" if here else "not installed"))
    return found


def option_parser(description: str | None, seconds: float) -> argparse.ArgumentParser:
    """A parser with the options that every script has; ``seconds`` is its budget for a cell."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to FILE")
    parser.add_argument(
        "--seconds",
        type=float,
        default=seconds,
        help="budget of each cell of the table, the start of its process included (default: %(default)g)",
    )
    return parser


def progress(message: str) -> None:
    """A line on standard error, for whoever waits."""
    print(message, file=sys.stderr, flush=True)


def median(values: Iterable[float | None]) -> float | None:
    """The median of the values that are there; ``None`` if there are none."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """The slope of log y over log x by least squares; ``None`` for fewer than two points."""
    if len(points) < 2:
        return None
    return statistics.linear_regression([log(x) for x, _ in points], [log(y) for _, y in points]).slope


def milliseconds(seconds: float | None) -> str:
    """Seconds as text in milliseconds."""
    return shown(None if seconds is None else 1000 * seconds)


def shown(value: float | None, digits: int = 3) -> str:
    """A number with about ``digits`` significant digits, never in powers of ten; ``-`` for nothing."""
    if value is None:
        return NOTHING
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - int(log(abs(value), 10) // 1))
    return f"{value:.{min(decimals, 4)}f}"
