"""What pictures of every kind share: axes to draw on, and files of what was drawn; matplotlib is loaded when asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from stackexact.errors import MissingLibrary, UsageError, shorten

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["FORMATS", "new_axes", "new_panels", "picture"]

FORMATS: Final = ("pdf", "png", "svg")
"""The endings of the files that :func:`picture` makes."""


def new_axes() -> Axes:
    """Axes in a figure of their own; raises :class:`~stackexact.errors.MissingLibrary` without matplotlib."""
    axes: Axes = _pyplot().subplots(layout="constrained")[1]
    return axes


def new_panels(count: int) -> tuple[Axes, ...]:
    """Two axes or more, side by side in a figure of their own; raises as :func:`new_axes` does."""
    return tuple(_pyplot().subplots(1, count, figsize=(4 * count, 3.5), layout="constrained")[1])


def picture(draw: Callable[[Axes], object], ending: str) -> bytes:
    """The content of a file with that ending (one of :data:`FORMATS`) that holds what ``draw`` puts on axes.

    No window is opened. Raises :class:`~stackexact.errors.UsageError` for another ending, and
    :class:`~stackexact.errors.MissingLibrary` without matplotlib.

    >>> picture(lambda axes: axes.plot([1, 2]), "pdf")[:5]
    b'%PDF-'
    """
    if ending not in FORMATS:
        raise UsageError(f"plot: expected a file that ends in .{', .'.join(FORMATS)}, found {shorten('.' + ending)}")
    from io import BytesIO

    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise _missing() from None
    figure = Figure(figsize=(7, 5), layout="constrained")
    draw(figure.add_subplot())
    made = BytesIO()
    figure.savefig(made, format=ending, dpi=150)
    return made.getvalue()


def _pyplot() -> Any:
    try:
        from matplotlib import pyplot
    except ImportError:
        raise _missing() from None
    return pyplot


def _missing() -> MissingLibrary:
    return MissingLibrary("plots need matplotlib: pip install 'stackexact[plot]'")
