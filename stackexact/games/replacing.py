"""Files that are written whole or not at all: aside, flushed to the disk, then moved into place.

An interrupt or a full disk leaves either the old file or the new one, and nothing half-written.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from stackexact.errors import InputError
from stackexact.games.sources import Source, reason, shown

__all__ = ["replacing", "write_aside"]


def write_aside(path: Source, text: str) -> None:
    """Write ``text`` as UTF-8 to a file, whole or not at all.

    The text goes to a temporary file in the same folder, is flushed to the disk, and replaces ``path`` in one step; on
    any failure or interrupt the temporary file is removed and ``path`` stays what it was. A link is followed; a device
    or a pipe is written directly. Raises :class:`~stackexact.errors.InputError` with the file name.
    """
    try:
        data = text.encode("utf-8")
        mode = _mode(path)
        if mode is not None and not stat.S_ISREG(mode):
            # By the name that was given: that of an open pipe (/dev/fd/63) is a link that leads nowhere.
            with open(path, "wb") as file:
                file.write(data)
            return
        with _aside(path, mode) as aside:
            aside.file.write(data)
            aside.finish()
            os.replace(aside.name, aside.target)
    except (OSError, ValueError) as error:
        raise InputError(f"{shown(path)}: cannot be written: {reason(error)}") from None


@contextmanager
def replacing(*paths: Source) -> Iterator[tuple[IO[bytes], ...]]:
    """New binary files, one for each of ``paths``, that replace them together when the block ends without an error.

    Each is written in the folder where it will stand. They are moved into place in the order of ``paths``; where a
    later one cannot be moved, the earlier ones become again what they were. Two processes that end such blocks in one
    folder take turns, so that files which belong together come from one of them. (Where the system has no locks on
    folders they do not, and an interrupt of the system itself between two moves is beyond help.)

    Raises :class:`~stackexact.errors.InputError` with the file name for whatever cannot be written, also inside of the
    block, and for paths that are no files (devices, folders).
    """
    asides: list[_Aside] = []
    path: Source = paths[0]
    try:
        with ExitStack() as stack:
            for path in paths:
                asides.append(stack.enter_context(_opened(path)))
            path = paths[-1]
            yield tuple(aside.file for aside in asides)
            for aside in asides:
                aside.finish()
            with _turn(os.path.dirname(asides[0].target)):
                _move(asides)
    except OSError as error:
        raise InputError(f"{shown(path)}: cannot be written: {reason(error)}") from None


@dataclass(frozen=True, slots=True)
class _Aside:
    """A file that is being written, under a name of its own beside the one that it will replace."""

    file: IO[bytes]
    name: str
    target: str
    mode: int | None

    def finish(self) -> None:
        """All of it is on the disk, with the permissions of what it replaces."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        if self.mode is not None:
            os.chmod(self.name, stat.S_IMODE(self.mode))


@contextmanager
def _aside(path: Source, mode: int | None) -> Iterator[_Aside]:
    target = os.path.realpath(path)
    if mode is not None and not os.access(target, os.W_OK):
        raise PermissionError
    name = _beside(target)
    # Opened by hand, not by tempfile: a new file gets the permissions that the user's umask grants.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(name, flags, 0o666), "wb") as file:
            yield _Aside(file, name, target, mode)
    finally:  # after a move there is nothing left under this name
        with suppress(OSError):
            os.unlink(name)


def _beside(target: str) -> str:
    return os.path.join(os.path.dirname(target), f".stackexact-{secrets.token_hex(8)}.tmp")


def _mode(target: Source) -> int | None:
    """The type and permissions of an existing file."""
    try:
        return os.stat(target).st_mode
    except FileNotFoundError:
        return None


def _opened(path: Source) -> AbstractContextManager[_Aside]:
    """Only for what is a file, or nothing yet."""
    try:
        mode = _mode(path)
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{shown(path)}: cannot be written: {reason(error)}") from None
    if mode is None or stat.S_ISREG(mode):
        return _aside(path, mode)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError
    raise InputError(f"{shown(path)}: cannot be written: it is no file but a device or a pipe; name a file")


def _move(asides: list[_Aside]) -> None:
    """All into place, or each target again what it was."""
    # A file that is moved last needs no copy of what it replaces: nothing can fail after it.
    copies = [_beside(aside.target) if os.path.exists(aside.target) else None for aside in asides[:-1]]
    try:
        for aside, copy in zip(asides, copies, strict=False):
            if copy is not None:
                shutil.copy2(aside.target, copy)
        for aside in asides:
            os.replace(aside.name, aside.target)
    except BaseException:
        moved = [not os.path.lexists(aside.name) for aside in asides]
        for aside, copy, gone in zip(asides, copies, moved, strict=False):
            if gone and not all(moved):
                with suppress(OSError):
                    os.unlink(aside.target) if copy is None else os.replace(copy, aside.target)
        raise
    finally:
        for copy in filter(None, copies):
            with suppress(OSError):
                os.unlink(copy)


@contextmanager
def _turn(folder: str) -> Iterator[None]:
    """Wait until no other process is inside of this block for the same folder."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        yield
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
