"""Where results may be written."""

from __future__ import annotations

import os

from stackexact.errors import UsageError

__all__ = ["writable"]


def writable(option: str, name: str) -> None:
    """Refuse a place where nothing can be written before the work, not behind it."""
    place, exists = os.path.realpath(name), os.path.exists(name)
    folder = os.path.dirname(place)
    if os.path.isdir(place) or not os.path.isdir(folder):
        found = "a folder" if os.path.isdir(place) else "a name in a folder that does not exist"
        raise UsageError(f"{option}: expected a file to write, found {found}; correct the path")
    # A file is replaced by another one written beside it. A device or a pipe is written to, under the name given: that
    # of an open pipe is a link that leads nowhere.
    device = exists and not os.path.isfile(name)
    if not device and not os.access(folder, os.W_OK):
        raise UsageError(f"{option}: expected a file to write, found a folder that may not be written; choose another")
    if exists and not os.access(name, os.W_OK):
        raise UsageError(f"{option}: expected a file to write, found one that may not be written; choose another")
