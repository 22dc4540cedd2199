"""A line that tells what is being worked on, where somebody may be watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Final

from .output import is_terminal

__all__ = ["progress"]

_PATIENCE: Final = 1.0
_REFRESH: Final = 0.2


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that takes the name of the step at hand.

    After a second of work a status line shows it, if standard error is a terminal; otherwise nothing is ever shown.
    """
    if not is_terminal(sys.stderr):
        yield lambda step: None
        return
    steps = [""]
    done = Event()
    watcher = Thread(target=_watch, args=(steps, done), daemon=True)
    watcher.start()
    try:
        yield lambda step: steps.__setitem__(0, step)
    finally:
        done.set()
        watcher.join()


def _watch(steps: list[str], done: Event) -> None:
    if done.wait(_PATIENCE):
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status(Text(steps[0])) as status:
        while not done.wait(_REFRESH):
            status.update(Text(steps[0]))
